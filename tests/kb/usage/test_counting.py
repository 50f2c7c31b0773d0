"""Counting: everything asked counts once and names nobody; words are kept of those alone who agreed, and can go."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from kb.assistant import KnowledgeBase
from kb.errors import StorageFull, UsageError
from kb.people.accounts import People
from kb.schema import AnswerKind, Done, Event, Failed, Notice, Principal
from kb.store.conversations import ConversationStore
from tests.kb.usage.asking import answer, found, refuse, turn
from tests.kb.usage.conftest import EDITOR, READER, TODAY, Days, counting
from tests.knowledge import OWNER


def counts(kb: KnowledgeBase) -> dict[tuple[str, str, str, str], int]:
    rows = kb.catalog.db.execute("SELECT day, kind, outcome, reason, times FROM usage_counts")
    return {tuple(row[:4]): row[4] for row in rows}


def citations(kb: KnowledgeBase) -> dict[tuple[str, str], int]:
    rows = kb.catalog.db.execute(
        "SELECT d.path, u.day, u.times FROM usage_citations u JOIN documents d ON d.id = u.document_id"
    )
    return {(row[0], row[1]): row[2] for row in rows}


def words(kb: KnowledgeBase) -> list[tuple[str, str]]:
    """Of whom, and which."""
    return [(row[0], row[1]) for row in kb.catalog.db.execute("SELECT person, words FROM unanswered ORDER BY id")]


def test_everything_that_is_asked_counts_once_by_day_and_how_it_ended(kb: KnowledgeBase, days: Days) -> None:
    asked = kb.usage.count_question
    asked(READER, turn("a", answer("a", "open.md", "open.md", "hr.md")))
    asked(EDITOR, turn("b", answer("b", "open.md", uncertain=True)))
    asked(READER, turn("c", answer("c", "open.md", refused="weak_evidence")))
    asked(READER, turn("d", answer("d", refused="unheard_of")))
    asked(READER, turn("e", None, "failed"))
    asked(READER, turn("f", None, "stopped"))
    asked(READER, turn("g", None, "interrupted"))
    days.day = "2026-11-28"
    asked(READER, turn("h", answer("h", "open.md")))
    asked(READER, turn("i", answer("i", "open.md"), mode="chat"))  # not asked of the documents
    kinds: tuple[AnswerKind, ...] = ("greeting", "help", "clarify")
    for kind in kinds:
        asked(READER, turn("j", replace(answer("j"), kind=kind)))
    assert counts(kb) == {
        (TODAY, "question", "answered", ""): 1,
        (TODAY, "question", "uncertain", ""): 1,
        (TODAY, "question", "refused", "weak_evidence"): 1,
        (TODAY, "question", "refused", ""): 1,
        (TODAY, "question", "failed", ""): 1,
        (TODAY, "question", "stopped", ""): 2,
        ("2026-11-28", "question", "answered", ""): 1,
    }
    assert citations(kb) == {("open.md", TODAY): 2, ("hr.md", TODAY): 1, ("open.md", "2026-11-28"): 1}


def test_searches_count_where_they_found_nothing_near_enough(kb: KnowledgeBase) -> None:
    kb.usage.searched(READER, found("a", "open.md", enough=True))
    kb.usage.searched(READER, found("b", "open.md"))
    kb.usage.searched(READER, found("c"))
    assert counts(kb) == {
        (TODAY, "search", "refused", "weak_evidence"): 1,
        (TODAY, "search", "refused", "nothing_to_search"): 1,
    }


def test_an_answer_of_a_command_counts_however_it_ends(kb: KnowledgeBase) -> None:
    made = answer("a", "open.md")
    ends: Sequence[Sequence[Event]] = ([Notice("x", "…"), Done(made)], [Failed("gone")], [Notice("x", "…")])
    for events in ends:
        assert list(kb.usage.followed(events, OWNER, "a")) == events
    assert counts(kb) == {
        (TODAY, "question", outcome, ""): 1 for outcome in ("answered", "failed", "stopped")
    }  # fmt: skip


def test_a_count_names_nobody_and_holds_no_words(kb: KnowledgeBase, home: Path) -> None:
    refuse(kb, READER, "Where is Quixovertane?", "open.md")
    kb.usage.searched(EDITOR, found("Quixovertane", "open.md"))
    assert words(kb) == []
    assert sum(counts(kb).values()) == 2
    for table in ("usage_counts", "usage_citations", "unanswered", "unanswered_sources", "usage_agreements"):
        held = [value for row in kb.catalog.db.execute(f"SELECT * FROM {table}") for value in row]
        assert not {"rita", "edi"} & set(held)
    kb.close()
    assert b"Quixovertane" not in b"".join(file.read_bytes() for file in home.rglob("*") if file.is_file())


def test_words_are_kept_from_the_agreement_on_and_go_when_it_is_taken_back(kb: KnowledgeBase) -> None:
    refuse(kb, READER, "before", "open.md")
    assert not kb.usage.agrees(READER)
    kb.usage.agree(READER, True)
    kb.usage.agree(READER, True)
    assert kb.usage.agrees(READER)
    assert not kb.usage.agrees(EDITOR)
    refuse(kb, READER, "Where are we? \ud800", "open.md", "hr.md")
    refuse(kb, EDITOR, "of another", "open.md")
    kb.usage.searched(READER, found("x" * 3_000, "open.md"))
    kb.usage.count_question(READER, turn("answered", answer("answered", "open.md")))
    assert words(kb) == [("rita", "Where are we? ?"), ("rita", "x" * 500)]
    kb.usage.agree(READER, False)
    assert words(kb) == []
    assert kb.catalog.db.execute("SELECT count(*) FROM unanswered_sources").fetchone()[0] == 0
    assert sum(counts(kb).values()) == 5
    told = [row["detail"] for row in kb.trail.rows(action="settings") if row["subject"] == "usage"]
    assert told == [{"words_agreed": False}, {"words_agreed": True}]


def test_the_owner_agrees_by_whatever_name_and_an_account_for_itself(kb: KnowledgeBase) -> None:
    kb.usage.agree(Principal("somebody", unlimited=True), True)
    assert kb.usage.agrees(OWNER)
    assert not kb.usage.agrees(READER)
    refuse(kb, OWNER, "of the owner", "open.md")
    assert words(kb) == [(":owner", "of the owner")]


def test_words_go_with_the_account_the_conversation_and_each_document_that_came_nearest(
    agreed: KnowledgeBase,
) -> None:
    kb = agreed
    store = ConversationStore(kb.catalog)
    mine, other = store.create("rita").id, store.create("edi").id
    for conversation, asker, question in ((mine, READER, "gone"), (other, EDITOR, "gone")):
        asked = turn(question, answer(question, "open.md", refused="not_stated"), id=f"{asker.name} {question}")
        store.save_turn(conversation, asked)
        kb.usage.count_question(asker, asked)
    refuse(kb, READER, "kept", "open.md")
    refuse(kb, READER, "of two", "open.md", "hr.md")
    refuse(kb, READER, "of one that is gone", "open.md", "never-there.md")
    store.delete(mine, "rita")
    assert words(kb) == [("edi", "gone"), ("rita", "kept"), ("rita", "of two")]
    kb.delete_document(OWNER, "docs", "hr.md")
    assert words(kb) == [("edi", "gone"), ("rita", "kept")]
    People(kb.catalog).delete("rita", by="boss")
    assert words(kb) == [("edi", "gone")]


def test_a_conversation_of_the_owners_takes_their_words_along(agreed: KnowledgeBase) -> None:
    store = ConversationStore(agreed.catalog)
    conversation = store.create("some program").id
    asked = turn("gone", answer("gone", "open.md", refused="not_stated"))
    store.save_turn(conversation, asked)
    agreed.usage.count_question(OWNER, asked)
    assert words(agreed) == [(":owner", "gone")]
    store.delete(conversation)
    assert words(agreed) == []


def test_what_is_too_old_is_removed_with_the_first_count_of_a_day_and_at_the_start(
    agreed: KnowledgeBase, days: Days
) -> None:
    kb = agreed
    kb.usage = counting(kb, days, days=30)
    refuse(kb, READER, "old", "open.md")
    kb.usage.count_question(READER, turn("a", answer("a", "open.md")))
    days.day = "2026-12-26"
    refuse(kb, READER, "new", "open.md")
    assert [each for _, each in words(kb)] == ["old", "new"]  # the thirtieth day
    days.day = "2026-12-27"
    kb.usage.count_question(READER, turn("b", answer("b", "hr.md")))
    assert [each for _, each in words(kb)] == ["new"]
    assert min(counts(kb))[0] == "2026-12-26"
    assert citations(kb) == {("hr.md", "2026-12-27"): 1}
    days.day = "2030-01-01"
    counting(kb, days, days=30).tidy()
    assert counts(kb) == {}
    assert citations(kb) == {}
    assert words(kb) == []


def test_of_words_the_newest_are_kept(agreed: KnowledgeBase, days: Days, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.usage.counting.MOST_KEPT", 2)
    for question in ("one", "two", "three"):
        refuse(agreed, READER, question, "open.md")
    days.day = "2026-11-28"
    refuse(agreed, READER, "four", "open.md")
    assert [each for _, each in words(agreed)] == ["two", "three", "four"]
    agreed.usage.tidy()
    assert [each for _, each in words(agreed)] == ["three", "four"]


def test_where_the_settings_let_no_words_be_kept_nobody_agrees_and_what_was_kept_goes(
    agreed: KnowledgeBase, days: Days
) -> None:
    refuse(agreed, READER, "kept", "open.md")
    agreed.usage = counting(agreed, days, texts="never")
    assert not agreed.usage.agrees(READER)
    refuse(agreed, READER, "not kept", "open.md")
    assert words(agreed) == []
    with pytest.raises(UsageError, match=r"usage\.texts"):
        agreed.usage.agree(READER, True)
    agreed.usage = counting(agreed, days)
    assert not agreed.usage.agrees(READER)  # it is asked for anew


@pytest.mark.parametrize("error", [StorageFull("full"), sqlite3.OperationalError("locked")])
def test_what_cannot_be_counted_costs_no_answer(
    kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    def refused() -> None:
        raise error

    monkeypatch.setattr(kb.catalog, "transaction", refused)
    kb.usage.count_question(READER, turn("Quixovertane", answer("a", "open.md")))
    assert "could not be counted" in caplog.text
    assert "Quixovertane" not in caplog.text
