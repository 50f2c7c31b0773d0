"""Conversations in the catalog: they outlive the process, keep their order whatever the clock, and can be forgotten."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kb.errors import ConversationNotFound, UsageError
from kb.schema import Answer, Citation, Claim, Notice, Passage, Principal, Scope
from kb.store import conversations, database
from kb.store.catalog import Catalog
from kb.store.conversations import ConversationStore, StoredTurn
from tests.kb.storage import version

OWNER = Principal("me", unlimited=True)
CANARY = "Xylophonist-7741"


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog(tmp_path / "catalog.db")
    for path in ("a.md", "b.md"):
        opened.publish(opened.add_versions([version(path, f"The text of {path}.")]))
    yield opened
    opened.close()


@pytest.fixture
def store(catalog: Catalog) -> ConversationStore:
    return ConversationStore(catalog)


def passage(document: str, text: str = "words", rank: int = 1) -> Passage:
    return Passage(rank, 7, "docs", document, 1, 3, 0, len(text), text, "A > B", "", document, 0.25)


def answered(question: str, text: str, *documents: str, searched: str = "") -> StoredTurn:
    """A turn that was answered from these documents."""
    found = tuple(passage(document, f"{text} in {document}", n) for n, document in enumerate(documents, 1))
    citations = tuple(
        Citation(p.rank, p.collection, p.document, 1, 3, 0, 5, p.text, True, 0) for p in found
    )  # fmt: skip
    notices = (Notice("think_budget", "The reasoning was closed."),)
    answer = Answer(
        question, searched or question, text, f"thinking of {text}", False, "en", (Claim(0, len(text), True, (1,)),),
        citations, found, notices, "embedded", "m", 1.5, None,
    )  # fmt: skip
    return turn(
        question, text=text, thinking=f"thinking of {text}", passages=found, answer=answer, notices=notices,
        searched=searched or question,
    )  # fmt: skip


def turn(question: str, **values: Any) -> StoredTurn:
    begun: dict[str, Any] = {
        "id": f"id of {question}", "position": 0, "mode": "documents", "scope": Scope(), "state": "done",
        "searched": question, "thinking": "", "thought_tokens": 0, "text": "", "passages": None, "notices": (),
        "answer": None, "error": None, "asked_at": "2026-11-25T10:00:00Z", "seconds": 2.0, "feedback": None,
    }  # fmt: skip
    return StoredTurn(question=question, **(begun | values))


def conversation_of(store: ConversationStore, *turns: StoredTurn, owner: str = "local") -> str:
    id = store.create(owner).id
    for position, each in enumerate(turns):
        store.save_turn(id, replace(each, position=position))
    return id


def raw(catalog: Catalog) -> bytes:
    """The bytes of the file, with the write-ahead log folded in."""
    catalog.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return b"".join(file.read_bytes() for file in sorted(catalog.path.parent.glob("catalog.db*")))


def test_a_turn_comes_back_as_it_was(store: ConversationStore, tmp_path: Path) -> None:
    scope = Scope(("hr/*",), ("docs",), ("pdf",), "2026-01-01", "2026-12-31")
    first = replace(answered("多少天？", "18 天 😀 [1]", "a.md", "b.md"), scope=scope, thought_tokens=9)
    first = replace(first, think_budget=64)
    second = turn("and?", mode="chat", state="failed", error="The server was lost.", position=1)
    id = conversation_of(store, first, second)
    reopened = Catalog(tmp_path / "catalog.db")
    assert ConversationStore(reopened).turns(id) == [first, second]
    reopened.close()


def test_a_turn_that_grows_is_kept_once(store: ConversationStore) -> None:
    id = conversation_of(store, turn("q", state="searching"))
    grown = turn("q", state="answering", text="half an", passages=(passage("a.md"),))
    store.save_turn(id, grown)
    assert store.turns(id) == [grown]


def test_the_title_is_the_first_question_until_it_is_renamed(store: ConversationStore) -> None:
    id = conversation_of(store, turn("How many\n days?"), turn("And then?"))
    assert store.list("local")[0].title == "How many days?"
    store.rename(id, "  Leave \n 2026 ")
    found = store.get(id)
    assert found is not None
    assert (found.title, found.turns) == ("Leave 2026", 2)
    store.rename(id, " ")
    assert store.list("local")[0].title == "How many days?"
    with pytest.raises(UsageError, match="201 characters"):
        store.rename(id, "x" * 201)
    with pytest.raises(ConversationNotFound, match="nowhere"):
        store.rename("nowhere", "x")


def test_the_last_used_comes_first_also_when_the_clock_is_set_back(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([f"20{year}-01-01T00:00:00Z" for year in range(99, 20, -1)])
    monkeypatch.setattr(conversations, "now", lambda: next(clock))
    older = conversation_of(store, turn("one"))
    newer = conversation_of(store, turn("two"))
    assert [c.id for c in store.list()] == [newer, older]
    store.save_turn(older, turn("three", position=1))
    assert [c.id for c in store.list()] == [older, newer]
    store.save_turn(newer, turn("two", text="more"))  # written on, not asked again
    assert [c.id for c in store.list()] == [older, newer]
    assert [t.question for t in store.turns(older)] == ["one", "three"]


def test_the_list_has_pages_and_owners_and_leaves_out_what_is_empty(store: ConversationStore) -> None:
    mine = [conversation_of(store, turn(f"question {n}")) for n in range(5)]
    other = conversation_of(store, turn("another's"), owner="someone")
    store.create("local")
    assert [c.id for c in store.list("local", limit=2)] == mine[:2:-1]
    assert [c.id for c in store.list("local", limit=2, offset=4)] == mine[:1]
    assert [c.id for c in store.list("someone")] == [other]
    assert len(store.list()) == 6
    named = store.create("local").id
    store.rename(named, "For later")
    assert store.list("local")[0].id == named


@pytest.mark.parametrize(
    ("search", "found"),
    [("休假", "zh"), ("十八天", "zh"), ("PUMP", "en"), ("leaks", "en"), ("100%", "signs"), ("a_b", "signs"),
     ("a\\b", "signs"), ("My name", "named"), ("%", "signs"), ("nothing of it", None), ("0_0", None)],
)  # fmt: skip
def test_search_looks_into_titles_questions_and_answers(
    store: ConversationStore, search: str, found: str | None
) -> None:
    ids = {
        "zh": conversation_of(store, turn("年休假有多少天？", text="每年十八天。")),
        "en": conversation_of(store, turn("Which pump?", text="It leaks.")),
        "signs": conversation_of(store, turn("a_b and a\\b", text="100% of them, 010 not")),
        "named": conversation_of(store, turn("q")),
    }
    store.rename(ids["named"], "My name for it")
    assert [c.id for c in store.list("local", search)] == ([ids[found]] if found else [])
    with pytest.raises(UsageError, match="1,001 characters"):
        store.list("local", "x" * 1_001)


def test_deleting_a_conversation_leaves_nothing_of_it(store: ConversationStore, catalog: Catalog) -> None:
    kept = conversation_of(store, answered("kept?", "kept", "a.md"))
    id = conversation_of(store, answered(f"What is {CANARY}?", f"It is {CANARY}.", "a.md"))
    store.rename(id, CANARY)
    store.set_feedback(f"id of What is {CANARY}?", "down", f"not {CANARY}")
    assert CANARY.encode() in raw(catalog)
    store.delete(id)
    assert CANARY.encode() not in raw(catalog)
    assert (store.get(id), store.turns(id)) == (None, [])
    assert [c.id for c in store.list()] == [kept]
    with pytest.raises(ConversationNotFound):
        store.delete(id)


def test_a_deleted_conversation_does_not_come_back(store: ConversationStore) -> None:
    id = conversation_of(store, turn("q", state="answering"))
    store.delete(id)
    with pytest.raises(ConversationNotFound, match="deleted in another tab"):
        store.save_turn(id, turn("q", text="late"))
    assert store.list() == []


def test_what_was_running_is_interrupted_and_keeps_what_was_written(store: ConversationStore) -> None:
    states = ("queued", "searching", "waiting", "reading", "thinking", "answering", "done", "failed", "stopped")
    id = conversation_of(store, *(turn(state, state=state, text=f"{state}…") for state in states))
    assert store.interrupt() == 6
    assert [t.state for t in store.turns(id)] == ["interrupted"] * 6 + ["done", "failed", "stopped"]
    assert [t.text for t in store.turns(id)] == [f"{state}…" for state in states]
    assert store.interrupt() == 0


def test_feedback_stays_when_the_turn_is_written_again_and_can_be_taken_back(store: ConversationStore) -> None:
    id = conversation_of(store, turn("q"))
    given = store.set_feedback("id of q", "down", " 数字不对 ", "me")
    store.save_turn(id, turn("q", text="x"))
    assert store.turns(id)[0].feedback == given
    assert given is not None
    assert (given.verdict, given.reason) == ("down", "数字不对")
    assert store.set_feedback("id of q", None) is None
    assert store.turns(id)[0].feedback is None
    with pytest.raises(UsageError, match="`up` or `down`"):
        store.set_feedback("id of q", "sideways")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="4,001 characters"):
        store.set_feedback("id of q", "up", "x" * 4_001)
    with pytest.raises(ConversationNotFound):
        store.set_feedback("nobody's", "up")


def test_half_characters_are_replaced_one_by_one(store: ConversationStore) -> None:
    id = conversation_of(store, replace(answered("what\ud83d?", "it is \ud83d so", "a.md"), id="x"))
    kept = store.turns(id)[0]
    assert (kept.question, kept.text) == ("what??", "it is ? so")
    assert kept.answer is not None
    assert kept.answer.text == kept.text


def test_of_empty_conversations_only_the_newest_are_kept(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversations, "_EMPTY_KEPT", 2)
    asked = conversation_of(store, turn("q"))
    empty = [store.create("local").id for _ in range(4)]
    assert [store.get(id) is not None for id in empty] == [False, False, True, True]
    assert store.get(asked) is not None


def test_a_catalog_of_the_schema_before_opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "catalog.db"
    with monkeypatch.context() as before:
        before.setattr(database, "MIGRATIONS", database.MIGRATIONS[:2])
        Catalog(path).close()
    opened = Catalog(path)
    conversation_of(ConversationStore(opened), turn("q"))
    opened.close()


# ---- deletion of documents


def test_forgetting_a_document_takes_its_words_and_leaves_the_question(
    store: ConversationStore, catalog: Catalog
) -> None:
    other = answered("Of b?", "Of b.", "b.md")
    gone = replace(answered("Of a?", f"It is {CANARY}.", "b.md", "a.md"), position=1)
    zh = replace(answered("文件里写了什么？", f"是 {CANARY}。", "a.md"), position=2)
    id = conversation_of(store, other, gone, zh)
    untouched = conversation_of(store, replace(other, id="elsewhere"))
    assert store.forget_document("docs", "a.md") == 2
    kept = store.turns(id)
    assert kept[0] == other
    assert store.turns(untouched)[0].answer == other.answer
    assert [t.question for t in kept] == ["Of b?", "Of a?", "文件里写了什么？"]
    assert [n.kind for t in kept[1:] for n in t.notices] == ["document_deleted"] * 2
    assert kept[1].notices[0].text.startswith("A document")
    assert kept[2].notices[0].text.startswith("该回答")
    assert [(t.text, t.thinking, t.passages, t.answer) for t in kept[1:]] == [("", "", None, None)] * 2
    assert CANARY.encode() not in raw(catalog)
    assert [store.clearings(i) for i in (id, untouched)] == [1, 0]
    assert store.forget_document("docs", "a.md") == 0


def test_follow_ups_that_were_told_of_it_are_forgotten_too(store: ConversationStore) -> None:
    id = conversation_of(
        store,
        turn("before, in plain chat", mode="chat", text="hello"),
        answered("Of a?", CANARY, "a.md"),
        answered("And b?", "rewritten", "b.md", searched=f"What of {CANARY} in b?"),
        answered("Something else?", "alone", "b.md"),
        turn("plain chat", mode="chat", text=f"you said {CANARY}"),
    )
    assert store.forget_document("docs", "a.md") == 3
    assert [t.text for t in store.turns(id)] == ["hello", "", "", "alone", ""]


def test_forgetting_can_be_part_of_a_transaction(store: ConversationStore, catalog: Catalog) -> None:
    id = conversation_of(store, answered("Of a?", "words", "a.md"))

    def deletion_that_fails() -> None:
        with catalog.transaction() as db:
            assert store.forget_document("docs", "a.md", db) == 1
            raise RuntimeError("the disk was lost")

    with pytest.raises(RuntimeError, match="disk"):
        deletion_that_fails()
    assert store.turns(id)[0].text == "words"


def test_an_answer_that_ends_after_the_deletion_is_kept_without_its_words(
    store: ConversationStore, catalog: Catalog
) -> None:
    id = conversation_of(store, turn("Of a?", state="searching"))
    catalog.delete_documents([catalog.find_document(OWNER, "a.md")[0]], "me")
    kept = store.save_turn(id, answered("Of a?", CANARY, "a.md"))
    assert kept.notices[0].kind == "document_deleted"
    assert store.turns(id) == [kept]
    assert CANARY.encode() not in raw(catalog)


def test_a_follow_up_that_ends_after_its_conversation_was_cleared_is_kept_without_its_words(
    store: ConversationStore,
) -> None:
    id = conversation_of(store, answered("Of a?", CANARY, "a.md"), turn("and?", mode="chat", state="waiting"))
    store.forget_document("docs", "a.md")
    late = turn("and?", mode="chat", text=f"as said, {CANARY}", position=1)
    assert store.save_turn(id, late, cleared=0).text == ""
    assert store.save_turn(id, late, cleared=1).text == late.text


def test_turns_of_one_conversation_have_places_of_their_own(store: ConversationStore) -> None:
    id = conversation_of(store, turn("q"))
    with pytest.raises(sqlite3.IntegrityError):
        store.save_turn(id, turn("another", position=0))
