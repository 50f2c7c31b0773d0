"""Who may read what: nothing else is ever a candidate, by vector, by word or by name, and it fails closed."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kb.access import rule_table
from kb.access.rules import Place
from kb.answering.exact_search import ExactScan
from kb.assistant import KnowledgeBase
from kb.errors import (
    AccessChanged,
    DocumentNotFound,
    GroupNotFound,
    PersonNotFound,
    RefusedByPolicy,
    StorageFull,
    UsageError,
)
from kb.language.tokenizer import any_of, content_words
from kb.people.accounts import People
from kb.schema import Principal, Scope
from kb.store.conversations import ConversationStore
from kb.store.migrations import MIGRATIONS, carry_out
from tests.kb.storage import version
from tests.knowledge import OWNER, open_kb

BEFORE_RULES = next(n for n, text in enumerate(MIGRATIONS) if "access_rules" in text)  # the schema
ALL = Place("collection", "docs")
QUESTION = "How many vacation days does an employee have?"
TEXTS = {
    "everyone.md": ("Employees have 20 vacation days.", None),
    "hr.md": ("Employees in human resources have 25 vacation days.", ("group:hr",)),
    "board.md": ("Employees on the board have 40 vacation days.", ("group:board", "person:anna")),
    "nobody.md": ("Employees nobody knows of have 99 vacation days.", ()),
}
READABLE = {
    Principal("guest"): {"everyone.md"},
    Principal("berta", frozenset({"hr"})): {"everyone.md", "hr.md"},
    Principal("anna"): {"everyone.md", "board.md"},
    Principal("carla", frozenset({"hr", "board"})): {"everyone.md", "hr.md", "board.md"},
    OWNER: set(TEXTS),
}
EACH = pytest.mark.parametrize("asker", READABLE, ids=lambda asker: asker.name)


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    with open_kb(tmp_path_factory.mktemp("access") / "home") as opened:
        publish(opened, TEXTS)
        yield opened


def publish(kb: KnowledgeBase, texts: dict[str, tuple[str, tuple[str, ...] | None]]) -> None:
    """Documents and who may read them; None: as the rule of the collection says, which names everyone."""
    kb.catalog.set_readers("owner", ALL, ["*"])
    kb.indexes.publish([version(path, text, embedder=kb.embedder) for path, (text, _) in texts.items()])
    for path, (_, readers) in texts.items():
        if readers is not None:
            kb.catalog.set_readers("owner", Place("document", "docs", path), readers)


def documents_of(kb: KnowledgeBase, chunk_ids: list[int]) -> set[str]:
    return {p.document for p in kb.catalog.passages([(chunk_id, 1.0) for chunk_id in chunk_ids], OWNER)}


@EACH
def test_a_search_finds_what_the_asker_may_read_and_nothing_else(kb: KnowledgeBase, asker: Principal) -> None:
    assert {p.document for p in kb.search(QUESTION, asker, 100).passages} == READABLE[asker]


@EACH
def test_a_scope_never_widens_what_the_asker_may_read(kb: KnowledgeBase, asker: Principal) -> None:
    assert {p.document for p in kb.search(QUESTION, asker, 100, Scope(paths=("*",))).passages} == READABLE[asker]
    found = {p.document for p in kb.search(QUESTION, asker, 100, Scope(paths=("board.md", "nobody.md"))).passages}
    assert found == READABLE[asker] & {"board.md", "nobody.md"}


def test_what_a_filter_that_names_nothing_is_told_of_is_what_the_asker_may_read(kb: KnowledgeBase) -> None:
    [notice] = kb.search(QUESTION, Principal("guest"), scope=Scope(paths=("board.md",))).notices
    assert notice.kind == "nothing_matches"
    assert "(1). " in notice.text
    assert "everyone.md" in notice.text
    assert not any(path in notice.text for path in ("hr.md", "nobody.md"))


@EACH
def test_candidates_are_limited_before_ranking_by_vector_and_by_word(kb: KnowledgeBase, asker: Principal) -> None:
    allowed = ExactScan(kb.catalog).select(kb.catalog.document_ids(asker)).chunk_ids
    by_word = [chunk_id for chunk_id, _ in kb.catalog.word_search(any_of(content_words(QUESTION)), 100, allowed)]
    assert documents_of(kb, allowed.tolist()) == documents_of(kb, by_word) == READABLE[asker]


@EACH
def test_chunks_that_were_found_otherwise_are_not_shown(kb: KnowledgeBase, asker: Principal) -> None:
    every = [(chunk_id, 1.0) for chunk_id in sorted(kb.catalog.live_ids())]
    assert {p.document for p in kb.catalog.passages(every, asker)} == READABLE[asker]


@EACH
def test_documents_are_listed_and_opened_only_by_their_readers(kb: KnowledgeBase, asker: Principal) -> None:
    assert {d.path for d in kb.documents(asker)} == READABLE[asker]
    for path in TEXTS:
        if path in READABLE[asker]:
            assert kb.stored_text(asker, "docs", path).text == TEXTS[path][0]
        else:
            for read in (kb.stored_text, kb.chunks, kb.original):
                with pytest.raises(DocumentNotFound, match="There is no document"):
                    read(asker, "docs", path)


def test_one_who_may_read_nothing_finds_nothing(tmp_path: Path) -> None:
    with open_kb(tmp_path / "home") as kb:
        publish(kb, {"hr.md": TEXTS["hr.md"]})
        found = kb.search(QUESTION, Principal("guest"))
        assert (found.passages, found.enough_evidence) == ((), False)


def test_a_new_version_keeps_its_readers_until_others_are_set(tmp_path: Path) -> None:
    guest, berta = Principal("guest"), Principal("berta", frozenset({"hr"}))
    with open_kb(tmp_path / "home") as kb:
        publish(kb, {"hr.md": ("Employees have 25 vacation days.", ("group:hr",))})
        publish(kb, {"hr.md": ("Employees have 26 vacation days.", None)})
        assert kb.search(QUESTION, guest).passages == ()
        assert [p.version for p in kb.search(QUESTION, berta).passages] == [2]
        kb.catalog.set_readers("owner", Place("document", "docs", "hr.md"), None)
        assert [p.version for p in kb.search(QUESTION, guest).passages] == [2]


@pytest.mark.parametrize("status", ["unchanged", "failed", "skipped"])
def test_the_outcome_of_a_later_run_does_not_open_a_document(tmp_path: Path, status: str) -> None:
    with open_kb(tmp_path / "home") as kb:
        publish(kb, {"hr.md": TEXTS["hr.md"]})
        kb.catalog.record_outcome("docs", "hr.md", "/docs", "hr.md", status, "")
        assert kb.documents(Principal("guest")) == []


# ---- rules


GUEST, BERTA, LI = Principal("guest"), Principal("berta", frozenset({"hr"})), Principal("li")


@pytest.fixture
def ruled(tmp_path: Path) -> Iterator[KnowledgeBase]:
    with open_kb(tmp_path / "home") as opened:
        texts = ("notes.md", "pay/2026.md", "pay/board/2026.md", "pay/board.eml", "pay/board.eml/offer.pdf")
        opened.indexes.publish([version(path, f"About {path}.", embedder=opened.embedder) for path in texts])
        yield opened


def seen(kb: KnowledgeBase, asker: Principal) -> set[str]:
    """The documents that somebody lists, finds by meaning and finds by words, which are the same."""
    listed = {d.path for d in kb.documents(asker)}
    found = {p.document for p in kb.search("About notes pay board offer 2026", asker, 50).passages}
    assert listed == found
    return listed


def test_until_a_rule_says_so_nobody_but_the_owner_reads_anything(ruled: KnowledgeBase) -> None:
    assert seen(ruled, GUEST) == set()
    assert len(seen(ruled, OWNER)) == 5
    readers = ruled.readers_of(OWNER, "docs", "notes.md")
    assert (readers.readers, readers.place) == ((), None)


def test_the_nearest_rule_holds_alone_and_from_the_next_request_on(
    ruled: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ruled.embedder, "embed_passages", None)  # nothing is embedded again
    everything = seen(ruled, OWNER)
    assert ruled.catalog.set_readers("owner", Place("default"), ["*"]) == 5
    assert seen(ruled, GUEST) == everything
    assert ruled.catalog.set_readers("owner", ALL, ["group:hr"]) == 5
    assert (seen(ruled, GUEST), seen(ruled, BERTA)) == (set(), everything)
    ruled.catalog.set_readers("owner", Place("path", "docs", "pay/"), ["person:li"])
    assert (seen(ruled, LI), seen(ruled, BERTA)) == (everything - {"notes.md"}, {"notes.md"})
    ruled.catalog.set_readers("owner", Place("path", "docs", "pay/board*"), [])
    assert seen(ruled, LI) == {"pay/2026.md"}
    ruled.catalog.set_readers("owner", Place("document", "docs", "pay/board.eml"), ["*"])
    assert seen(ruled, GUEST) == {"pay/board.eml", "pay/board.eml/offer.pdf"}  # what is inside a mail goes with it
    readers = ruled.readers_of(OWNER, "docs", "pay/board.eml/offer.pdf")
    assert (readers.readers, readers.place) == (("*",), Place("document", "docs", "pay/board.eml"))
    assert ruled.catalog.set_readers("owner", Place("path", "docs", "pay/board*"), None) == 1
    assert seen(ruled, LI) == everything - {"notes.md"}


def test_documents_that_come_later_are_under_the_rules_from_the_first_moment(ruled: KnowledgeBase) -> None:
    ruled.catalog.set_readers("owner", ALL, ["*"])
    ruled.catalog.set_readers("owner", Place("path", "docs", "hr/*"), ["group:hr"])
    ruled.catalog.set_readers("owner", Place("document", "docs", "pay/board.eml"), [])
    paths = ("hr/new.md", "other.md", "pay/board.eml/later.pdf")
    ids = ruled.catalog.add_versions([version(path, "New.", embedder=ruled.embedder) for path in paths])
    ruled.catalog.publish(ids)
    assert {d.path for d in ruled.documents(GUEST)} & set(paths) == {"other.md"}
    assert {d.path for d in ruled.documents(BERTA)} & set(paths) == {"hr/new.md", "other.md"}


def test_a_person_is_not_the_group_of_their_name(ruled: KnowledgeBase) -> None:
    ruled.catalog.set_readers("owner", ALL, ["group:hr", "person:*"])
    assert seen(ruled, Principal("hr")) == seen(ruled, Principal("group:hr")) == seen(ruled, GUEST) == set()
    assert len(seen(ruled, BERTA)) == 5


def test_a_change_that_breaks_off_changes_nothing(ruled: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    ruled.catalog.set_readers("owner", ALL, ["group:hr"])

    def full(*_: object) -> None:
        raise StorageFull("The disk is full.")

    with monkeypatch.context() as broken:
        broken.setattr(ruled.catalog, "record", full)  # the last step
        with pytest.raises(StorageFull):
            ruled.catalog.set_readers("owner", ALL, ["*"])
    assert seen(ruled, GUEST) == set()
    assert [rule.readers for rule in ruled.access_rules(OWNER)] == [("group:hr",)]


@pytest.mark.parametrize("damaged", ["", "{", '"*"', "[1]", '{"*": 1}', "null"])
def test_what_cannot_be_read_opens_nothing(ruled: KnowledgeBase, damaged: str) -> None:
    ruled.catalog.set_readers("owner", ALL, ["*"])
    with ruled.catalog.transaction() as db:
        db.execute("UPDATE access_classes SET readers = ? WHERE id = (SELECT access_id FROM documents)", (damaged,))
        db.execute("UPDATE access_rules SET readers = ?", (damaged,))
    assert seen(ruled, GUEST) == set()
    assert len(seen(ruled, OWNER)) == 5
    ruled.catalog.publish(ruled.catalog.add_versions([version("new.md", "New.", embedder=ruled.embedder)]))
    assert seen(ruled, GUEST) == set()


@pytest.mark.parametrize(
    ("place", "readers", "said"),
    [
        (ALL, ["hr"], "'hr' names no reader. Write group:NAME, person:NAME, or"),
        (ALL, ["group:"], "names no reader"),
        (ALL, ["role:hr"], "names no reader"),
        (ALL, ["person:a\nb"], "names no reader"),
        (ALL, [f"person:{n}" for n in range(1001)], "Make a group of them"),
        (Place("collection", ""), ["*"], "it is empty"),
        (Place("collection", "~li"), ["*"], "begins the names of personal collections"),
        (Place("path", "docs", ""), ["*"], "1 to 512 characters"),
        (Place("path", "docs", "a" * 513), ["*"], "1 to 512 characters"),
    ],
)
def test_bad_rules_are_refused_and_change_nothing(
    ruled: KnowledgeBase, place: Place, readers: list[str], said: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        ruled.set_readers(OWNER, place, readers)
    assert ruled.access_rules(OWNER) == []


def test_a_document_that_is_not_there_has_no_readers(ruled: KnowledgeBase) -> None:
    gone = Place("document", "docs", "gone.md")
    with pytest.raises(DocumentNotFound, match=r"no document 'gone\.md'"):
        ruled.set_readers(OWNER, gone, ["*"])
    with pytest.raises(DocumentNotFound, match=r"no document 'gone\.md'"):
        ruled.catalog.set_readers("owner", gone, ["*"])


def test_of_two_who_change_the_same_rule_at_once_the_second_is_told(ruled: KnowledgeBase) -> None:
    ruled.catalog.set_readers("owner", ALL, ["group:hr"], seen=None)
    with pytest.raises(AccessChanged, match="changed by somebody else meanwhile"):
        ruled.catalog.set_readers("owner", ALL, ["*"], seen=None)
    with pytest.raises(AccessChanged):
        ruled.catalog.set_readers("owner", ALL, None, seen=["*"])
    assert seen(ruled, GUEST) == set()
    ruled.catalog.set_readers("owner", ALL, ["*"], seen=["group:hr"])
    assert len(seen(ruled, GUEST)) == 5


def test_only_who_may_change_a_collection_sees_and_sets_its_readers(ruled: KnowledgeBase) -> None:
    editor = Principal("ed", edits=frozenset({"docs"}))
    ruled.catalog.set_readers("owner", Place("collection", "other"), ["*"])
    ruled.catalog.set_readers("owner", ALL, ["person:ed"])
    assert ruled.set_readers(editor, Place("path", "docs", "none/*"), ["*"]) == 0
    assert [rule.place.collection for rule in ruled.access_rules(editor)] == ["docs", "docs"]
    assert ruled.access_rules(BERTA) == []
    for asker, place in ((editor, Place("default")), (editor, Place("collection", "other")), (BERTA, ALL)):
        with pytest.raises(RefusedByPolicy, match="may not change who may read"):
            ruled.set_readers(asker, place, ["*"])
    with pytest.raises(DocumentNotFound):  # as if it were not there
        ruled.readers_of(BERTA, "docs", "notes.md")
    assert ruled.readers_of(editor, "docs", "notes.md").readers == ("person:ed",)
    ruled.catalog.set_readers("owner", ALL, [])
    assert len(seen(ruled, editor)) == 5  # they could give themself access
    assert seen(ruled, Principal("ed")) == seen(ruled, Principal("docs", frozenset({"docs"}))) == set()


def test_each_change_is_in_the_audit_trail(ruled: KnowledgeBase) -> None:
    ruled.catalog.set_readers("owner", ALL, ["group:hr"])
    ruled.catalog.set_readers("owner", ALL, None)
    last, first = ruled.catalog.audit_rows(action="access")
    assert (first["asker"], first["subject"], first["detail"]["readers"]) == ("owner", "docs", ["group:hr"])
    assert (last["detail"]["before"], last["detail"]["readers"], last["detail"]["documents"]) == (["group:hr"], None, 5)


# ---- what is one's own


def own_collection(kb: KnowledgeBase, person: str) -> str:
    with kb.catalog.transaction() as db:
        return rule_table.personal_collection(db, person, "")


def test_a_personal_collection_is_its_persons_whatever_the_rules_say(ruled: KnowledgeBase) -> None:
    ruled.indexes.publish([version("a.md", "An early one.", collection="~li", embedder=ruled.embedder)])
    ruled.catalog.set_readers("owner", Place("default"), ["*"])
    name = own_collection(ruled, "li")
    assert name == "~~li"  # the other one was there before
    assert own_collection(ruled, "li") == name
    with pytest.raises(UsageError, match="is personal"):
        ruled.catalog.set_readers("owner", Place("path", name, "*"), ["*"])
    ruled.indexes.publish([version("mine.md", "About mine.", collection=name, embedder=ruled.embedder)])
    assert "mine.md" in seen(ruled, LI)
    assert "mine.md" not in seen(ruled, GUEST)
    with pytest.raises(UsageError, match="is personal"):
        ruled.catalog.set_readers("owner", Place("document", name, "mine.md"), ["*"])


def test_who_is_no_more_leaves_nothing_to_a_later_one_of_the_name(ruled: KnowledgeBase) -> None:
    people = People(ruled.catalog)
    people.add_group("hr", by="owner")
    for name in ("boss", "li", "berta"):
        people.add(name, by="owner")
    name = own_collection(ruled, "li")
    ruled.indexes.publish([version("mine.md", "About mine.", collection=name, embedder=ruled.embedder)])
    ruled.set_readers(OWNER, Place("default"), ["*"])
    ruled.set_readers(OWNER, ALL, ["person:LI", "group:HR"])
    ruled.set_readers(OWNER, Place("document", "docs", "notes.md"), ["person:li"])
    assert len(seen(ruled, LI)) == 6
    people.delete("li", by="owner")
    assert seen(ruled, LI) == set()
    assert len(seen(ruled, BERTA)) == 4
    assert own_collection(ruled, "li") != name
    people.delete_group("hr", by="owner")
    assert seen(ruled, BERTA) == set()


@pytest.mark.parametrize(("reader", "error"), [("group:hr", GroupNotFound), ("person:li", PersonNotFound)])
def test_a_rule_names_people_and_groups_that_there_are(
    ruled: KnowledgeBase, reader: str, error: type[Exception]
) -> None:
    with pytest.raises(error, match="There is no"):
        ruled.set_readers(OWNER, ALL, ["*", reader])
    assert ruled.access_rules(OWNER) == []


def test_a_home_of_an_earlier_version_opens_to_its_owner_alone(tmp_path: Path) -> None:
    """Each document of it had the class of everyone, whom nobody was beside the owner; so it is with conversations."""
    place = tmp_path / "home"
    place.mkdir()
    with closing(sqlite3.connect(place / "catalog.db", isolation_level=None)) as db:
        for number in range(1, BEFORE_RULES + 1):
            carry_out(db, number)
        for statement in (
            "INSERT INTO collections (name, created_at) VALUES ('docs', '')",
            "INSERT INTO documents (collection_id, path, root, source, access_id, status, checked_at) "
            "VALUES (1, 'old.md', '/docs', 'old.md', 1, 'failed', '')",
            "INSERT INTO conversations (id, owner, title, used, created_at, updated_at) "
            "VALUES ('c', 'guest', 'Old', 1, '', '')",
        ):
            db.execute(statement)
    with open_kb(place) as kb:
        assert kb.documents(GUEST) == kb.documents(Principal("guest", frozenset({"guest", "*"}))) == []
        assert [d.path for d in kb.documents(OWNER)] == ["old.md"]
        assert [d.path for d in kb.documents(Principal("ed", edits=frozenset({"docs"})))] == ["old.md"]
        assert [c.owner for c in ConversationStore(kb.catalog).list()] == ["local"]
        kb.catalog.set_readers("owner", ALL, ["*"])
        assert [d.path for d in kb.documents(GUEST)] == ["old.md"]
