"""Who may read what: nothing else is ever a candidate, by vector, by word or by name, and it fails closed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.answering.exact_search import ExactScan
from kb.assistant import KnowledgeBase
from kb.errors import DocumentNotFound
from kb.language.tokenizer import match_expression
from kb.schema import Principal, Scope
from tests.kb.storage import version
from tests.knowledge import OWNER, open_kb

QUESTION = "How many vacation days does an employee have?"
TEXTS = {
    "everyone.md": ("Employees have 20 vacation days.", None),
    "hr.md": ("Employees in human resources have 25 vacation days.", ("hr",)),
    "board.md": ("Employees on the board have 40 vacation days.", ("board", "anna")),
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
    kb.indexes.publish(
        [version(path, text, readers=readers, embedder=kb.embedder) for path, (text, readers) in texts.items()]
    )


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
    access = kb.catalog.access_ids(asker)
    allowed = ExactScan(kb.catalog).select(access).chunk_ids
    by_word = [chunk_id for chunk_id, _ in kb.catalog.word_search(match_expression(QUESTION), 100, allowed)]
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


def test_a_new_version_keeps_its_readers_until_others_are_named(tmp_path: Path) -> None:
    guest, berta = Principal("guest"), Principal("berta", frozenset({"hr"}))
    with open_kb(tmp_path / "home") as kb:
        publish(kb, {"hr.md": ("Employees have 25 vacation days.", ("hr",))})
        publish(kb, {"hr.md": ("Employees have 26 vacation days.", None)})
        assert kb.search(QUESTION, guest).passages == ()
        assert [p.version for p in kb.search(QUESTION, berta).passages] == [2]
        publish(kb, {"hr.md": ("Employees have 27 vacation days.", ("*",))})
        assert [p.version for p in kb.search(QUESTION, guest).passages] == [3]


@pytest.mark.parametrize("status", ["unchanged", "failed", "skipped"])
def test_the_outcome_of_a_later_run_does_not_open_a_document(tmp_path: Path, status: str) -> None:
    with open_kb(tmp_path / "home") as kb:
        publish(kb, {"hr.md": TEXTS["hr.md"]})
        kb.catalog.record_outcome("docs", "hr.md", "/docs", "hr.md", status, "")
        assert kb.documents(Principal("guest")) == []


def test_readers_change_when_the_version_that_names_them_answers(tmp_path: Path) -> None:
    with open_kb(tmp_path / "home") as kb:
        publish(kb, {"a.md": TEXTS["hr.md"]})
        ids = kb.catalog.add_versions([version("a.md", "Open to all.", readers=("*",), embedder=kb.embedder)])
        assert kb.documents(Principal("guest")) == []
        kb.catalog.publish(ids)
        assert [d.version for d in kb.documents(Principal("guest"))] == [2]
