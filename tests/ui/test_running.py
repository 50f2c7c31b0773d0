"""Running answers and conversations: they belong to the process, and stop at any moment."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.schema import Done, Event, Failed, Message, Notice, Principal, Retrieved, Revised, Thought, Token
from tests.ui.scripted import ScriptedKB
from ui.running import Conversations, RunningAnswer, Snapshot

ASKER = Principal("local", unlimited=True)


@pytest.fixture
def kb(tmp_path: Path) -> ScriptedKB:
    return ScriptedKB(tmp_path)


def finished(running: RunningAnswer) -> Snapshot:
    snapshot = running.snapshot
    while not snapshot.finished:
        snapshot = running.wait(snapshot.revision, 10)
    return snapshot


def asking(kb: ScriptedKB, question: str) -> RunningAnswer:
    return RunningAnswer(lambda stop: kb.ask(question, ASKER, stop=stop), mode="documents")


def test_events_become_states_and_the_answer_replaces_what_was_streamed(kb: ScriptedKB) -> None:
    snapshot = finished(asking(kb, "leave?"))
    assert snapshot.state == "done"
    assert snapshot.answer is not None
    assert snapshot.text == snapshot.answer.text
    assert snapshot.thought_tokens == 14
    assert [p.rank for p in snapshot.passages or ()] == [1, 2]
    assert [n.kind for n in snapshot.notices] == ["think_budget"]


def test_passages_are_known_before_the_first_word(kb: ScriptedKB) -> None:
    kb.gate.clear()
    running = asking(kb, "leave?")
    snapshot = running.wait(0, 10)
    assert snapshot.state == "reading"
    assert len(snapshot.passages or ()) == 2
    kb.gate.set()
    assert finished(running).state == "done"


def test_stop_before_the_first_word_ends_at_once(kb: ScriptedKB) -> None:
    kb.gate.clear()
    running = asking(kb, "leave?")
    running.stop()
    assert running.snapshot.state == "stopped"
    assert running.join(5)
    assert running.snapshot.text == ""


def test_stop_in_mid_answer_keeps_what_was_written() -> None:
    written = threading.Event()

    def start(stop: threading.Event) -> Iterator[Event]:
        yield Thought("hm")
        yield Token("half an ")
        written.set()
        stop.wait(10)
        yield Token("answer")

    running = RunningAnswer(start, mode="chat")
    assert written.wait(10)
    running.stop()
    assert running.join(10)
    assert running.snapshot.state == "stopped"
    assert running.snapshot.text == "half an "
    assert running.snapshot.thinking == "hm"


def test_an_answer_that_comes_after_the_stop_still_brings_its_citations(kb: ScriptedKB) -> None:
    reached = threading.Event()

    def start(stop: threading.Event) -> Iterator[Event]:
        yield Token("Every employee")
        reached.set()
        stop.wait(10)
        yield Done(kb._answer("q", kb._text("q"), kb.passages("q")))

    running = RunningAnswer(start, mode="documents")
    assert reached.wait(10)
    running.stop()
    assert running.join(10)
    assert running.snapshot.state == "stopped"
    assert running.snapshot.answer is not None
    assert running.snapshot.answer.citations


def test_revised_replaces_the_text_and_failed_keeps_the_partial() -> None:
    def start(stop: threading.Event) -> Iterator[Event]:
        yield Retrieved(())
        yield Token("wrong")
        yield Revised("")
        yield Token("right so far")
        yield Notice("language", "Asked again.")
        yield Failed("The server was lost.", "right so far", "thoughts")

    snapshot = finished(RunningAnswer(start, mode="documents"))
    assert (snapshot.state, snapshot.error, snapshot.text) == ("failed", "The server was lost.", "right so far")


def test_a_question_that_cannot_be_asked_says_why(kb: ScriptedKB) -> None:
    snapshot = finished(asking(kb, "x" * 100_000))
    assert snapshot.state == "failed"
    assert "100,000 characters" in (snapshot.error or "")


def test_an_internal_error_is_logged_and_not_shown(kb: ScriptedKB, caplog: pytest.LogCaptureFixture) -> None:
    snapshot = finished(asking(kb, "crash"))
    assert (snapshot.state, snapshot.error) == ("failed", "")
    assert "a secret detail" in caplog.text


def test_an_answer_that_ends_without_a_result_has_failed() -> None:
    assert finished(RunningAnswer(lambda stop: iter([Token("x")]), mode="chat")).state == "failed"


def test_the_clock_stands_still_when_the_answer_is_finished() -> None:
    times = iter([0.0, 2.5, 99.0, 99.0])
    running = RunningAnswer(lambda stop: iter([Failed("no")]), mode="chat", clock=lambda: next(times))
    finished(running)
    assert running.seconds == 2.5


def test_one_conversation_answers_one_question_at_a_time(kb: ScriptedKB) -> None:
    kb.gate.clear()
    conversations = Conversations()
    conversation = conversations.new()
    first = conversations.ask(conversation, "leave?", "documents", lambda stop: kb.ask("leave?", ASKER, stop=stop))
    assert first is not None
    assert conversations.ask(conversation, "again", "documents", lambda stop: iter(())) is None
    assert conversations.running() == [first]
    conversations.stop_all()
    assert conversations.running() == []


def test_history_holds_questions_and_answers_without_reasoning_or_failures() -> None:
    conversations = Conversations()
    conversation = conversations.new()
    for question, events in (
        ("one", [Thought("t"), Token("first"), Failed("lost")]),
        ("two", [Failed("nothing")]),
        ("three", [Token("third"), Failed("x", "third")]),
    ):
        turn = conversations.ask(conversation, question, "chat", lambda stop, events=events: iter(events))  # type: ignore[misc]
        assert turn is not None
        finished(turn.running)
    assert conversation.history() == [
        Message("user", "one"), Message("assistant", "first"), Message("user", "three"), Message("assistant", "third"),
    ]  # fmt: skip


def test_recent_lists_asked_conversations_newest_first() -> None:
    conversations = Conversations()
    empty, older, newer = conversations.new(), conversations.new(), conversations.new()
    for conversation in (newer, older, newer):
        turn = conversations.ask(conversation, " what \n now ", "chat", lambda stop: iter(()))
        assert turn is not None
        finished(turn.running)
    assert conversations.recent() == [newer, older]
    assert conversations.recent(1) == [newer]
    assert newer.title == "what now"
    assert conversations.get(empty.id) is empty
    assert conversations.get("unknown") is None
