"""Moving: an uploaded document has another path or collection, all that rests on it follows, nothing is read anew."""

import json
import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from ingest.sync.pipeline import ingest
from kb.access.rules import Place
from kb.assistant import KnowledgeBase
from kb.errors import DocumentNotFound, KBError, RefusedByPolicy, StorageFull, UsageError
from kb.filing import moving
from kb.people.accounts import People
from kb.schema import EVERYTHING, Scope
from kb.store.conversations import ConversationStore, sources_of
from kb.store.uploads import folder_of
from tests.fakes import ScriptedModel
from tests.kb.people.conftest import quick_hashes
from tests.kb.review.judged import FILES, LEAVE, SECRET, asked, corrected, judge, mark, person
from tests.kb.store.test_deletion import files_with, needles
from tests.knowledge import OWNER, open_kb, statuses, write

__all__ = ["quick_hashes"]

REPLY = "<think>It says so.</think>\n\nFull-time employees get 25 days of annual leave [1]."


@pytest.fixture
def kb(tmp_path: Path, quick_hashes: None) -> Iterator[KnowledgeBase]:
    """`docs`, uploaded, which everyone reads and `ed` edits; `board`, uploaded, which `board` reads and `ed` edits."""
    with open_kb(tmp_path / "home", ScriptedModel([REPLY])) as kb:
        upload(kb, "docs", FILES)
        upload(kb, "board", SECRET)
        people = People(kb.catalog)
        people.add("boss", by="t")
        people.add_group("board", by="t")
        people.add("ann", by="t", groups=["board"])
        people.add("bob", by="t")
        people.add("ed", by="t", role="editor", edits=["docs", "board"])
        people.add("eve", by="t", role="editor", edits=["docs"])
        kb.set_readers(OWNER, Place("collection", "docs"), ["*"])
        kb.set_readers(OWNER, Place("collection", "board"), ["group:board"])
        yield kb


def upload(kb: KnowledgeBase, collection: str, files: dict[str, str]) -> None:
    folder = write(folder_of(kb.home.uploads, collection), files)
    ingest(kb, [folder / name for name in files], collection=collection)


def uploaded(kb: KnowledgeBase) -> set[str]:
    """The uploaded files, as COLLECTION/PATH."""
    paths = (path.relative_to(kb.home.uploads) for path in kb.home.uploads.rglob("*") if path.is_file())
    return {f"{path.parts[0].rpartition('-')[0]}/{'/'.join(path.parts[1:])}" for path in paths}


def rows(kb: KnowledgeBase) -> list[list[Any]]:
    """All that was read and embedded."""
    return [
        [tuple(row) for row in kb.catalog.db.execute(f"SELECT * FROM {table} ORDER BY 1, 2")]
        for table in ("versions", "chunks", "embeddings")
    ]


def names(kb: KnowledgeBase) -> set[str]:
    return {f"{d.collection}/{d.path}" for d in kb.documents(OWNER)}


def test_it_stands_elsewhere_and_is_the_same_document(kb: KnowledgeBase) -> None:
    kb.set_title(OWNER, "docs", "leave.md", "Leave of absence")
    [before] = [d for d in kb.documents(OWNER) if d.path == "leave.md"]
    stored, original = rows(kb), kb.original(OWNER, "docs", "leave.md").read_bytes()
    assert kb.move_document(person(kb, "ed"), "docs", "leave.md", "staff/2026/annual leave.md", "board") == (
        "board", "staff/2026/annual leave.md",
    )  # fmt: skip
    assert rows(kb) == stored
    [after] = [d for d in kb.documents(OWNER) if d.path == "staff/2026/annual leave.md"]
    assert (after.id, after.sha256, after.version, after.shown_title, after.chunks) == (
        before.id, before.sha256, before.version, "Leave of absence", before.chunks,
    )  # fmt: skip
    assert names(kb) == {"docs/handbook.md", "board/board.md", "board/staff/2026/annual leave.md"}
    assert kb.original(OWNER, "board", after.path).read_bytes() == original
    assert uploaded(kb) == names(kb)
    found = kb.search(LEAVE, OWNER).passages[0]
    assert (found.collection, found.document) == ("board", after.path)
    [told] = kb.catalog.audit_rows(action="move")
    assert (told["asker"], told["subject"]) == ("ed", f"board/{after.path}")
    assert told["detail"] == {"from": "leave.md", "from_collection": "docs"}
    root = folder_of(kb.home.uploads, "board")
    assert statuses(ingest(kb, [root], collection="board")) == {"board.md": "unchanged", after.path: "unchanged"}
    assert kb.check(deep=True).problems == ()
    upload(kb, "docs", {"leave.md": "# Other\n\nAnother document of that name.\n"})
    assert len(names(kb)) == 4


def test_who_reads_it_is_what_the_rules_say_of_its_new_place(kb: KnowledgeBase) -> None:
    bob, ann, ed = person(kb, "bob"), person(kb, "ann"), person(kb, "ed")
    kb.move_document(ed, "docs", "leave.md", None, "board")
    assert [d.path for d in kb.documents(ann, "board")] == ["board.md", "leave.md"]
    assert [d.path for d in kb.documents(bob)] == ["handbook.md"]
    kb.set_readers(OWNER, Place("path", "board", "open/*"), ["person:bob"])
    kb.move_document(ed, "board", "leave.md", "open/leave.md")
    assert [d.path for d in kb.documents(bob)] == ["open/leave.md", "handbook.md"]
    assert [d.path for d in kb.documents(ann, "board")] == ["board.md"]
    kb.move_document(OWNER, "board", "open/leave.md", None, "unruled")
    assert [d.path for d in kb.documents(bob)] == ["handbook.md"]  # no rule opens a collection that is new


def test_readers_of_its_own_move_along_within_their_collection_alone(kb: KnowledgeBase) -> None:
    kb.set_readers(OWNER, Place("document", "board", "board.md"), ["person:bob"])
    kb.move_document(OWNER, "board", "board.md", "minutes/board.md")
    assert [d.path for d in kb.documents(person(kb, "bob"), "board")] == ["minutes/board.md"]
    with pytest.raises(UsageError, match="readers of its own"):
        kb.move_document(OWNER, "board", "minutes/board.md", None, "docs")
    kb.set_readers(OWNER, Place("document", "board", "minutes/board.md"), None)
    assert kb.move_document(OWNER, "board", "minutes/board.md", None, "docs") == ("docs", "minutes/board.md")


def test_answers_of_before_name_it_and_are_shown_to_who_reads_it_now(kb: KnowledgeBase) -> None:
    id = judge(kb, "bob", LEAVE)
    store = ConversationStore(kb.catalog)
    [turn] = store.turns(id.removeprefix("turn-"))
    cleared = store.clearings(id.removeprefix("turn-"))
    assert ("docs", "leave.md") in sources_of(turn)
    kb.move_document(OWNER, "docs", "leave.md", "days.md", "board")
    [turn] = store.turns(id.removeprefix("turn-"))
    assert turn.text
    assert ("docs", "leave.md") not in sources_of(turn)
    assert ("board", "days.md") in sources_of(turn)
    assert turn.answer is not None
    assert {(c.collection, c.document) for c in turn.answer.citations} == {("board", "days.md")}
    assert store.clearings(id.removeprefix("turn-")) != cleared  # whoever has it open reads it anew
    assert not kb.catalog.all_readable(person(kb, "bob"), sources_of(turn))
    upload(kb, "docs", {"leave.md": "# Other\n\nAnother document of that name.\n"})
    assert not kb.catalog.all_readable(person(kb, "bob"), sources_of(turn))  # the new one opens nothing of the old one
    kb.delete_document(OWNER, "board", "days.md")
    [turn] = store.turns(id.removeprefix("turn-"))
    assert (turn.text, turn.passages) == ("", None)


def test_a_filter_that_named_it_does_so_still(kb: KnowledgeBase) -> None:
    store = ConversationStore(kb.catalog)
    turn = judge(kb, "bob", LEAVE).removeprefix("turn-")
    scope = Scope(paths=("docs/leave.md", "docs/h*", "docs/leave.md/*"))
    with kb.catalog.transaction() as db:
        db.execute("UPDATE turns SET scope = ?", (json.dumps({"paths": scope.paths}),))
    kb.move_document(OWNER, "docs", "leave.md", "days [1].md")
    assert store.turns(turn)[0].scope.paths == ("docs/days [[]1].md", "docs/h*", "docs/days [[]1].md/*")


def test_a_curated_answer_follows_it(kb: KnowledgeBase) -> None:
    ed, bob, ann = person(kb, "ed"), person(kb, "bob"), person(kb, "ann")
    place = mark(kb, "leave.md", "Full-time employees get 25 days of annual leave.")
    corrected(kb, ed, judge(kb, "bob", LEAVE), LEAVE, "They get 25 days.", [place])
    kb.move_document(ed, "docs", "leave.md", "days.md", "board")
    given = asked(kb, LEAVE, ann, curated=True)
    assert given.text == "They get 25 days. [1]"
    assert [(c.collection, c.document) for c in given.citations] == [("board", "days.md")]
    assert asked(kb, LEAVE, bob, curated=True).text != given.text


def test_only_who_edits_both_collections_moves_it(kb: KnowledgeBase) -> None:
    for who, collection, path, there in (
        ("bob", "docs", "leave.md", None),
        ("eve", "docs", "leave.md", "board"),
        ("ed", "docs", "leave.md", "new"),
    ):
        with pytest.raises(RefusedByPolicy):
            kb.move_document(person(kb, who), collection, path, "x.md", there)
    with pytest.raises(DocumentNotFound):
        kb.move_document(person(kb, "eve"), "board", "board.md", "x.md", "docs")
    assert kb.move_document(person(kb, "eve"), "docs", "leave.md", "x.md", "~") == ("~eve", "x.md")
    assert [d.path for d in kb.documents(person(kb, "ed"))] == ["board.md", "handbook.md"]


def test_what_came_from_a_folder_stays_there(kb: KnowledgeBase, tmp_path: Path) -> None:
    ingest(kb, [write(tmp_path / "synced", {"rules.md": "# Rules\n\nBe kind.\n"})])
    for call in (kb.check_movable, kb.move_document):
        with pytest.raises(UsageError, match="comes from a folder"):
            call(OWNER, "synced", "rules.md")
    kb.check_movable(OWNER, "docs", "leave.md")


WRONG = {
    "leave.md": "move.same",
    "handbook.md": "move.taken",
    "handbook.md/leave.md": "move.taken",
    "deep/er.md": "move.taken",
    "waiting.md": "move.taken",
    "leave.txt": "move.other_type",
    "leave": "move.other_type",
    "": "move.no_path",
    "/leave.md": "move.no_path",
    "a//leave.md": "move.no_path",
    "../leave.md": "move.no_path",
    "a/./leave.md": "move.no_path",
    "a\\leave.md": "move.no_path",
    ".hidden.md": "move.no_path",
    "a\u202e.md": "move.no_path",
    "a" * 200 + ".md": "move.no_path",
    "a/" * 250 + "a.md": "move.no_path",
}


def test_a_place_that_cannot_be_is_refused_and_nothing_moves(kb: KnowledgeBase) -> None:
    folder = write(folder_of(kb.home.uploads, "docs"), {"waiting.md": "An upload that no job has read yet."})
    upload(kb, "docs", {"deep/er.md/est.md": "# Deep\n\nIn a folder.\n"})
    before, codes = (names(kb), uploaded(kb)), {}
    for to in WRONG:
        with pytest.raises(UsageError) as refused:
            kb.move_document(OWNER, "docs", "leave.md", to)
        codes[to] = refused.value.code
    assert codes == WRONG
    assert (names(kb), uploaded(kb)) == before
    assert (folder / "waiting.md").read_text().startswith("An upload")
    assert kb.catalog.db.execute("SELECT 1 FROM properties WHERE name LIKE 'moving:%'").fetchone() is None


def test_what_is_inside_a_mail_moves_with_it_and_not_alone(kb: KnowledgeBase) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"] = "Plan", "ann@example.org"
    mail.set_content("The plan of the move is attached.")
    mail.add_attachment("The lorry comes on Monday at nine.", filename="plan.txt")
    folder = write(folder_of(kb.home.uploads, "docs"), {})
    folder.joinpath("plan.eml").write_bytes(bytes(mail))
    ingest(kb, [folder / "plan.eml"], collection="docs")
    with pytest.raises(UsageError, match=r"part of 'plan\.eml'"):
        kb.move_document(OWNER, "docs", "plan.eml/plan.txt", "plan.txt")
    kb.move_document(OWNER, "docs", "plan.eml", "2026/move.eml", "board")
    assert names(kb) >= {"board/2026/move.eml", "board/2026/move.eml/plan.txt"}
    assert kb.search("When does the lorry come?", OWNER).passages[0].document == "2026/move.eml/plan.txt"
    assert set(statuses(ingest(kb, [folder_of(kb.home.uploads, "board")], collection="board")).values()) == {
        "unchanged"
    }


def both(*acts: Callable[[], object]) -> list[object]:
    """What becomes of acts that begin at the same moment: what they return, or the error."""
    ready, results = threading.Barrier(len(acts)), list[object]()

    def run(act: Callable[[], object]) -> None:
        ready.wait(60)
        try:
            results.append(act())
        except KBError as error:
            results.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return results


def test_of_two_who_move_it_one_is_told(kb: KnowledgeBase) -> None:
    results = both(*(lambda to=to: kb.move_document(OWNER, "docs", "leave.md", to) for to in ("a.md", "b.md")))  # type: ignore[misc]
    [moved] = [result for result in results if isinstance(result, tuple)]
    [told] = [result for result in results if not isinstance(result, tuple)]
    assert isinstance(told, DocumentNotFound)
    assert uploaded(kb) == names(kb) == {"docs/handbook.md", "board/board.md", "/".join(moved)}


def test_of_two_documents_that_move_to_one_place_one_does(kb: KnowledgeBase) -> None:
    results = both(
        *(lambda name=name: kb.move_document(OWNER, "docs", name, "one.md") for name in ("leave.md", "handbook.md"))  # type: ignore[misc]
    )
    [told] = [result for result in results if not isinstance(result, tuple)]
    assert isinstance(told, UsageError)
    assert told.code == "move.taken"
    assert uploaded(kb) == names(kb)
    assert len(names(kb)) == 3


def test_one_that_is_being_read_waits(kb: KnowledgeBase) -> None:
    place = folder_of(kb.home.uploads, "docs") / "leave.md"
    with kb.catalog.transaction() as db:
        db.execute(
            "INSERT INTO jobs (kind, title, paths, collection, prune, who, state, created_at) "
            "VALUES ('ingest', 'leave.md', json_array(?), 'docs', 0, 'me', 'queued', '')",
            (str(place),),
        )
    with pytest.raises(UsageError, match="being read"):
        kb.move_document(OWNER, "docs", "leave.md", "days.md")
    with kb.catalog.transaction() as db:
        db.execute("UPDATE jobs SET state = 'done'")
    kb.move_document(OWNER, "docs", "leave.md", "days.md")


@pytest.mark.parametrize("stage", ["before", "after"])
def test_what_a_crash_left_half_moved_is_one_file_after_the_next_start(
    kb: KnowledgeBase, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(moving, "_settle", lambda *_, **__: None)  # the process is gone by then
        if stage == "before":

            def dies(*_: object) -> None:
                raise StorageFull("upload.disk_full")

            patch.setattr(moving, "_write", dies)
            with pytest.raises(StorageFull):
                kb.move_document(OWNER, "docs", "leave.md", "new/days.md")
        else:
            kb.move_document(OWNER, "docs", "leave.md", "new/days.md")
    assert len(uploaded(kb)) == 4
    kb.close()
    with open_kb(kb.home.path) as again:
        assert uploaded(again) == names(again)
        assert ("docs/leave.md" in names(again)) == (stage == "before")
        assert (folder_of(again.home.uploads, "docs") / "new").is_dir() == (stage == "after")


def test_a_deletion_leaves_no_trace_of_the_names_it_had(kb: KnowledgeBase) -> None:
    upload(kb, "docs", {"vornaxipel.md": "# Pump\n\nThe pump in the cellar leaks.\n"})
    kb.move_document(OWNER, "docs", "vornaxipel.md", "zephyrlumic/brellomarque.md", "board")
    kb.move_document(OWNER, "board", "zephyrlumic/brellomarque.md", "plintovessa.md", "docs")
    kb.delete_document(OWNER, "docs", "plintovessa.md")
    kb.close()
    assert files_with(kb.home.path, needles("vornaxipel", "zephyrlumic", "brellomarque", "plintovessa")) == []


def test_a_file_that_a_folder_renames_keeps_its_answers(kb: KnowledgeBase, tmp_path: Path) -> None:
    folder = write(tmp_path / "synced", {"pets.md": "# Pets\n\nDogs may come to the office in Ghent on Fridays.\n"})
    ingest(kb, [folder])
    kb.set_readers(OWNER, Place("collection", "synced"), ["*"])
    id = judge(kb, "bob", "May dogs come to the office in Ghent?")
    (folder / "pets.md").rename(folder / "animals.md")
    ingest(kb, [folder])
    [turn] = ConversationStore(kb.catalog).turns(id.removeprefix("turn-"))
    assert ("synced", "animals.md") in sources_of(turn)
    assert ("synced", "pets.md") not in sources_of(turn)
    assert kb.catalog.all_readable(person(kb, "bob"), sources_of(turn))


def test_a_filter_that_names_nothing_that_moved_stays() -> None:
    assert moving.renamed_scope(EVERYTHING, {("a", "b"): ("c", "d")}) == EVERYTHING
