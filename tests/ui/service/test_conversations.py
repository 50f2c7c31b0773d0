"""Running answers and conversations: they belong to the service, outlive it, and stop at any moment."""

import gc
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kb.audit.trail import Trail
from kb.errors import ConversationNotFound, KBError, StorageFull
from kb.schema import (
    DEFAULT_OPTIONS,
    AskOptions,
    Done,
    Event,
    Failed,
    Message,
    Notice,
    Principal,
    Retrieved,
    Revised,
    Scope,
    Thought,
    Token,
)
from kb.store.conversations import ConversationStore, StoredTurn
from tests.ui.scripted import ScriptedKB
from ui.service.answer_task import Tell
from ui.service.conversations import RETRY_TEMPERATURE, Conversation, Conversations, Mode, RunningAnswer, Snapshot, Turn
from ui.service.runtime import Service

ASKER = Principal("local", unlimited=True)
ROOT = Path(__file__).parents[3]
SOON = 30  # seconds that nothing here may need
LONG = 3600  # seconds that nothing here waits for


@pytest.fixture
def kb(tmp_path: Path) -> ScriptedKB:
    return ScriptedKB(tmp_path)


def finished(running: RunningAnswer) -> Snapshot:
    snapshot = running.snapshot
    while not snapshot.finished:
        snapshot = running.wait(snapshot.revision, SOON)
    return snapshot


def asking(kb: ScriptedKB, question: str) -> RunningAnswer:
    return RunningAnswer(lambda stop, tell: kb.ask(question, ASKER, AskOptions(stop=stop)), mode="documents")


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
    snapshot = running.wait(0, SOON)
    assert snapshot.state == "reading"
    assert len(snapshot.passages or ()) == 2
    kb.gate.set()
    assert finished(running).state == "done"


def test_stop_before_the_first_word_ends_at_once(kb: ScriptedKB) -> None:
    kb.gate.clear()
    running = asking(kb, "leave?")
    running.stop()
    assert running.snapshot.state == "stopped"
    assert running.join(SOON)
    assert running.snapshot.text == ""


def test_stop_in_mid_answer_keeps_what_was_written() -> None:
    written = threading.Event()

    def start(stop: threading.Event, tell: Tell) -> Iterator[Event]:
        yield Thought("hm")
        yield Token("half an ")
        written.set()
        stop.wait(SOON)
        yield Token("answer")

    running = RunningAnswer(start, mode="chat")
    assert written.wait(SOON)
    running.stop()
    assert running.join(SOON)
    assert running.snapshot.state == "stopped"
    assert running.snapshot.text == "half an "
    assert running.snapshot.thinking == "hm"


def test_an_answer_that_comes_after_the_stop_still_brings_its_citations(kb: ScriptedKB) -> None:
    reached = threading.Event()

    def start(stop: threading.Event, tell: Tell) -> Iterator[Event]:
        yield Token("Every employee")
        reached.set()
        stop.wait(SOON)
        yield Done(kb._answer("q", kb._text("q"), kb.passages("q")))

    running = RunningAnswer(start, mode="documents")
    assert reached.wait(SOON)
    running.stop()
    assert running.join(SOON)
    assert running.snapshot.state == "stopped"
    assert running.snapshot.answer is not None
    assert running.snapshot.answer.citations


def test_revised_replaces_the_text_and_failed_keeps_the_partial() -> None:
    def start(stop: threading.Event, tell: Tell) -> Iterator[Event]:
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
    assert finished(RunningAnswer(lambda stop, tell: iter([Token("x")]), mode="chat")).state == "failed"


def test_the_clock_stands_still_when_the_answer_is_finished() -> None:
    times = iter([0.0, 2.5, 99.0, 99.0])
    running = RunningAnswer(lambda stop, tell: iter([Failed("no")]), mode="chat", clock=lambda: next(times))
    finished(running)
    assert running.seconds == 2.5


# ---- conversations


class Staged(ScriptedKB):
    """Plays what a test wrote down for a question: `plays[question](options)` gives the events."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.plays: dict[str, Callable[[AskOptions], Iterator[Event]]] = {}
        self.asked: list[tuple[str, tuple[Message, ...]]] = []
        self.drawn: list[tuple[int | None, float | None]] = []  # seed and temperature
        self.by: list[tuple[str, str] | None] = []  # engine and name of the model, where it is not the one in use

    def ask(
        self, question: str, asker: Principal, options: AskOptions = DEFAULT_OPTIONS, *, history: Any = ()
    ) -> Iterator[Event]:
        self.asked.append((question, tuple(history)))
        self.drawn.append((options.seed, options.temperature))
        self.by.append(options.model)
        if question in self.plays:
            return self._played(question, options)
        return super().ask(question, asker, options, history=history)

    def chat(self, message: str, options: AskOptions = DEFAULT_OPTIONS, *, history: Any = ()) -> Iterator[Event]:
        self.asked.append((message, tuple(history)))
        if message in self.plays:
            return self._played(message, options)
        return super().chat(message, options, history=history)

    def _played(self, question: str, options: AskOptions) -> Iterator[Event]:
        yield from self.plays[question](options)


@pytest.fixture
def staged(tmp_path: Path) -> Iterator[Staged]:
    kb = Staged(tmp_path)
    yield kb
    kb.gate.set()
    kb.catalog.close()


@pytest.fixture
def service(staged: Staged) -> Iterator[Conversations]:
    conversations = Conversations(staged, checkpoint_seconds=LONG)  # type: ignore[arg-type]
    yield conversations
    conversations.close()


def asked(conversations: Conversations, conversation: Conversation, question: str, mode: Mode = "documents") -> Turn:
    turn = conversations.ask(conversation, question, mode)
    assert turn is not None
    return turn


def answered(conversations: Conversations, conversation: Conversation, question: str, mode: Mode = "documents") -> Turn:
    turn = asked(conversations, conversation, question, mode)
    assert turn.running.join(SOON)
    return turn


def reopened(kb: Staged) -> Conversations:
    """The conversations as a process finds them that starts now."""
    return Conversations(kb)  # type: ignore[arg-type]


def states(conversation: Conversation | None) -> list[str]:
    assert conversation is not None
    return [turn.running.snapshot.state for turn in conversation.turns]


def wait_for(running: RunningAnswer, condition: Callable[[Snapshot], bool]) -> Snapshot:
    snapshot = running.snapshot
    while not condition(snapshot):
        newer = running.wait(snapshot.revision, SOON)
        assert newer.revision > snapshot.revision, f"nothing more came after {newer}"
        snapshot = newer
    return snapshot


def test_a_conversation_outlives_the_process(staged: Staged, service: Conversations) -> None:
    conversation = service.new("me")
    first = answered(service, conversation, "leave?")
    answered(service, conversation, "hello", "chat")
    service.feedback(first.id, "up", "quick")
    service.close()
    found = reopened(staged).get(conversation.id)
    assert found is not None
    assert (found.owner, found.title, states(found)) == ("me", "leave?", ["done", "done"])
    for before, after in zip(conversation.turns, found.turns, strict=True):
        assert replace(after.running.snapshot, revision=0) == replace(before.running.snapshot, revision=0)
        assert (after.question, after.mode, after.position) == (before.question, before.mode, before.position)
        assert after.running.seconds == before.running.seconds
    assert found.turns[0].feedback == first.feedback
    assert found.history() == conversation.history()


def test_one_conversation_answers_one_question_at_a_time(staged: Staged, service: Conversations) -> None:
    staged.gate.clear()
    conversation = service.new()
    first = asked(service, conversation, "leave?")
    assert service.ask(conversation, "again", "documents") is None
    assert service.running() == [first]
    service.stop_all(SOON)
    assert service.running() == []
    assert states(reopened(staged).get(conversation.id)) == ["stopped"]


def test_of_two_who_ask_at_the_same_moment_one_is_answered(staged: Staged, service: Conversations) -> None:
    staged.gate.clear()
    conversation = service.new()
    start, turns = threading.Barrier(8), []

    def ask() -> None:
        start.wait(SOON)
        turns.append(service.ask(conversation, "leave?", "documents"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SOON)
    assert len([turn for turn in turns if turn is not None]) == 1
    assert len(conversation.turns) == 1


def test_history_holds_questions_and_answers_without_reasoning_or_failures(
    staged: Staged, service: Conversations
) -> None:
    plays = {
        "one": [Thought("t"), Token("first"), Failed("lost")],
        "two": [Failed("nothing")],
        "three": [Token("third"), Failed("x", "third")],
    }
    conversation = service.new()
    for question, events in plays.items():
        staged.plays[question] = lambda options, events=events: iter(events)  # type: ignore[misc]
        answered(service, conversation, question)
    assert conversation.history() == [
        Message("user", "one"), Message("assistant", "first"), Message("user", "three"), Message("assistant", "third"),
    ]  # fmt: skip
    answered(service, conversation, "leave?")
    assert staged.asked[-1] == ("leave?", tuple(conversation.history()[:-2]))


def test_a_greeting_is_no_context_for_what_is_asked_next(staged: Staged, service: Conversations) -> None:
    conversation = service.new()
    answered(service, conversation, "leave?")
    given = conversation.turns[0].running.snapshot.answer
    assert given is not None
    staged.plays["hello"] = lambda options: iter([Done(replace(given, text="Hello!", kind="greeting"))])
    answered(service, conversation, "hello")
    answered(service, conversation, "and then?")
    assert [message.content for message in staged.asked[-1][1]] == ["leave?", given.text]


def test_asking_again_is_the_same_question_with_what_came_before_it_and_another_seed(
    staged: Staged, service: Conversations
) -> None:
    conversation = service.new()
    answered(service, conversation, "hello", "chat")
    scope = Scope(collections=("hr",))
    first = service.ask(conversation, "leave?", "documents", AskOptions(scope))
    assert first is not None
    assert first.running.join(SOON)
    answered(service, conversation, "and then?")
    turns = [service.again(conversation, 1, AskOptions(think_budget=16))]
    assert turns[0] is not None
    assert turns[0].running.join(SOON)
    turns.append(service.again(conversation, 1, AskOptions(seed=5, temperature=0.0)))
    assert turns[1] is not None
    assert turns[1].running.join(SOON)
    asked_first, *_, third, fourth = staged.asked[1:]
    assert third == fourth == asked_first == ("leave?", tuple(conversation.history(before=1)))
    assert len(asked_first[1]) == 2
    assert [(turn.position, turn.scope, turn.think_budget) for turn in turns if turn] == [
        (3, scope, 16),
        (4, scope, 64),  # the model's own
    ]
    (seed, temperature), explicit = staged.drawn[-2:]
    assert isinstance(seed, int)
    assert temperature == RETRY_TEMPERATURE > 0
    assert explicit == (5, 0.0)
    assert states(reopened(staged).get(conversation.id)) == ["done"] * 5


def test_a_model_may_be_named_for_each_question(staged: Staged, service: Conversations) -> None:
    conversation, other = service.new(), ("ollama", "deepseek-r1:7b")
    turns = [service.ask(conversation, "leave?", "documents", AskOptions(model=other))]
    assert turns[-1]
    assert turns[-1].running.join(SOON)
    turns.append(service.edit(conversation, 0, "travel?", "documents", AskOptions(model=other)))
    assert turns[-1]
    assert turns[-1].running.join(SOON)
    turns.append(service.edit(conversation, 0, "hotels?", "documents"))
    assert turns[-1]
    assert turns[-1].running.join(SOON)
    assert staged.by == [other, other, None]


def test_asking_again_waits_for_no_other_and_names_a_turn_that_is_missing(
    staged: Staged, service: Conversations
) -> None:
    conversation = service.new()
    with pytest.raises(ConversationNotFound, match="no turn 0"):
        service.again(conversation, 0)
    staged.gate.clear()
    asked(service, conversation, "leave?")
    assert service.again(conversation, 0) is None


def test_a_changed_question_takes_the_place_of_its_turn_and_of_all_after_it(
    staged: Staged, service: Conversations
) -> None:
    conversation = service.new("me")
    for question in ("one", "two", "three"):
        answered(service, conversation, question)
    scope = Scope(collections=("hr",))
    turn = service.edit(conversation, 1, "leave?", "documents", AskOptions(scope, 16))
    assert turn is not None
    assert turn.running.join(SOON)
    assert [(t.position, t.question) for t in conversation.turns] == [(0, "one"), (1, "leave?")]
    assert (turn.scope, turn.think_budget) == (scope, 16)
    assert staged.asked[-1] == ("leave?", tuple(conversation.history(before=1)))
    assert len(staged.asked[-1][1]) == 2
    [record] = Trail(staged.catalog, staged.folder).rows(action="question_edited")
    assert record["detail"] == {"id": conversation.id, "position": 1, "removed": 2}
    service.close()
    found = reopened(staged).get(conversation.id)
    assert found is not None
    assert [(t.position, t.question) for t in found.turns] == [(0, "one"), (1, "leave?")]
    assert states(found) == ["done", "done"]


def test_a_question_is_not_changed_while_one_is_answered_or_where_there_is_no_such_turn(
    staged: Staged, service: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = service.new()
    with pytest.raises(ConversationNotFound, match="no turn 0"):
        service.edit(conversation, 0, "leave?", "documents")
    answered(service, conversation, "leave?")
    with monkeypatch.context() as patched:
        patched.setattr(ConversationStore, "save_turn", raising(StorageFull("The disk is full.")))
        with pytest.raises(StorageFull):
            service.edit(conversation, 0, "more?", "documents")
    staged.gate.clear()
    asked(service, conversation, "and then?")
    assert service.edit(conversation, 0, "more?", "documents") is None
    assert [turn.question for turn in conversation.turns] == ["leave?", "and then?"]


def raising(error: Exception) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def test_an_answer_that_was_stopped_does_not_come_back_after_its_question_was_changed(
    staged: Staged, service: Conversations
) -> None:
    going_on = threading.Event()

    def late(_options: AskOptions) -> Iterator[Event]:
        going_on.wait(SOON)
        yield Token("late")

    staged.plays["slow"] = late
    conversation = service.new()
    slow = asked(service, conversation, "slow")
    slow.running.stop()
    changed = service.edit(conversation, 0, "leave?", "documents")
    assert changed is not None
    going_on.set()
    assert slow.running.join(SOON)
    assert changed.running.join(SOON)
    service.checkpoint()
    assert [turn.question for turn in ConversationStore(staged.catalog).turns(conversation.id)] == ["leave?"]


def test_the_list_is_of_what_was_asked_the_last_used_first(service: Conversations) -> None:
    empty, older, newer = service.new(), service.new(), service.new()
    for conversation in (newer, older, newer):
        answered(service, conversation, " what \n now ")
    assert [c.id for c in service.list()] == [newer.id, older.id]
    assert [c.id for c in service.list(limit=1)] == [newer.id]
    assert newer.title == service.list()[0].title == "what now"
    assert service.get(empty.id) is empty
    assert service.get("unknown") is None
    service.rename(older.id, "Older  one")
    assert older.title == "Older one"
    assert [c.id for c in service.list(search="older")] == [older.id]


def test_conversations_are_read_when_they_are_looked_at(
    staged: Staged, service: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [service.new() for _ in range(3)]
    for conversation in made:
        answered(service, conversation, "leave?")
    service.close()
    read: list[str] = []
    turns = ConversationStore.turns
    monkeypatch.setattr(ConversationStore, "turns", lambda self, id: read.append(id) or turns(self, id))
    later = reopened(staged)
    assert len(later.list()) == 3
    assert read == []
    assert later.get(made[1].id) is later.get(made[1].id)
    assert read == [made[1].id]


def test_two_tabs_that_open_a_conversation_at_once_both_see_its_turns(
    staged: Staged, service: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = service.new()
    answered(service, conversation, "leave?")
    service.close()
    later, turns = reopened(staged), ConversationStore.turns
    entered, go_on = threading.Event(), threading.Event()

    def slow(store: ConversationStore, id: str) -> list[StoredTurn]:
        entered.set()
        assert go_on.wait(SOON)
        return turns(store, id)

    monkeypatch.setattr(ConversationStore, "turns", slow)
    seen: list[list[str]] = []
    tabs = [threading.Thread(target=lambda: seen.append(states(later.get(conversation.id)))) for _ in range(2)]
    tabs[0].start()
    assert entered.wait(SOON)
    tabs[1].start()
    tabs[1].join(0.3)  # it must not come back with nothing
    go_on.set()
    for tab in tabs:
        tab.join(SOON)
    assert seen == [["done"], ["done"]]


def test_all_tabs_hold_the_same_conversation_and_follow_the_same_answer(staged: Staged, service: Conversations) -> None:
    staged.gate.clear()
    id = service.new().id
    here, there = service.get(id), service.get(id)
    assert here is not None
    assert here is there
    asked(service, here, "leave?")
    seen: dict[str, str] = {}

    def follow(tab: str) -> None:
        conversation = service.get(id)
        assert conversation is not None
        seen[tab] = finished(conversation.turns[0].running).text

    tabs = [threading.Thread(target=follow, args=(name,)) for name in ("one", "two")]
    for tab in tabs:
        tab.start()
    staged.gate.set()
    for tab in tabs:
        tab.join(SOON)
    assert seen["one"] == seen["two"] != ""


def test_many_conversations_may_be_opened_and_a_running_one_is_still_the_same(
    staged: Staged, service: Conversations
) -> None:
    staged.gate.clear()
    turn = asked(service, service.new(), "leave?")
    id = service.list()[0].id
    for _ in range(100):
        service.new()
    gc.collect()
    found = service.get(id)
    assert found is not None
    assert found.running is turn


def test_a_deleted_conversation_stops_and_does_not_come_back(staged: Staged, service: Conversations) -> None:
    staged.gate.clear()
    conversation = service.new()
    turn = asked(service, conversation, "leave?")
    service.delete(conversation.id)
    assert turn.running.snapshot.state == "stopped"
    assert turn.running.join(SOON)
    service.checkpoint()
    assert service.get(conversation.id) is None
    assert service.list() == []
    with pytest.raises(ConversationNotFound, match="another tab"):
        service.ask(conversation, "again", "documents")
    with pytest.raises(ConversationNotFound):
        service.delete(conversation.id)


def test_a_killed_process_leaves_what_was_written_as_interrupted(staged: Staged, service: Conversations) -> None:
    written, go_on = threading.Event(), threading.Event()

    def play(_options: AskOptions) -> Iterator[Event]:
        yield Retrieved(staged.passages(""), "leave?")
        yield Thought("hm")
        yield Token("half an ")
        written.set()
        go_on.wait(SOON)
        yield Token("answer")

    staged.plays["leave?"] = play
    conversation = service.new()
    turn = asked(service, conversation, "leave?")
    assert written.wait(SOON)
    service.checkpoint()
    found = reopened(staged).get(conversation.id)  # as after a kill: nobody has told the store of an end
    assert found is not None
    snapshot = found.turns[0].running.snapshot
    assert (snapshot.state, snapshot.finished, snapshot.text) == ("interrupted", True, "half an ")
    assert (snapshot.thinking, snapshot.passages) == ("hm", staged.passages(""))
    assert found.history() == [Message("user", "leave?"), Message("assistant", "half an ")]
    go_on.set()
    assert turn.running.join(SOON)


_ASKS = """
import sys
from pathlib import Path
from tests.ui.scripted import ScriptedKB
from ui.service.conversations import Conversations

conversations = Conversations(ScriptedKB(Path(sys.argv[1])))
turn = conversations.ask(conversations.new(), "hesitant", "documents")
turn.running.join()
"""


def test_a_process_that_is_killed_in_mid_answer_loses_nothing_that_was_written_down(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", _ASKS, str(tmp_path)], cwd=ROOT)
    tick, rows = threading.Event(), []
    for _ in range(600):  # a minute at most: Python starts slowly on a busy machine
        tick.wait(0.1)
        assert process.poll() is None
        if (tmp_path / "catalog.db").exists():
            with suppress(sqlite3.OperationalError), closing(sqlite3.connect(tmp_path / "catalog.db")) as db:
                rows = db.execute("SELECT text FROM turns WHERE text <> ''").fetchall()
        if rows:
            break
    process.kill()
    process.wait()
    kb = ScriptedKB(tmp_path)
    conversations = Conversations(kb)  # type: ignore[arg-type]
    found = conversations.get(conversations.list()[0].id)
    assert states(found) == ["interrupted"]
    assert found is not None
    snapshot = found.turns[0].running.snapshot
    assert (snapshot.text,) == rows[0]
    assert snapshot.text != ""
    assert snapshot.thinking.startswith("The question is about leave")
    assert len(snapshot.passages or ()) == 2
    kb.catalog.close()


def test_a_question_is_kept_before_anything_else_happens(staged: Staged, service: Conversations) -> None:
    staged.plays["leave?"] = lambda options: iter([Token(",".join(states(reopened(staged).get(conversation.id))))])
    conversation = service.new()
    turn = answered(service, conversation, "leave?")
    assert turn.running.snapshot.text == "interrupted"


def test_running_answers_are_written_down_from_time_to_time(staged: Staged) -> None:
    conversations = Conversations(staged, checkpoint_seconds=0.01)  # type: ignore[arg-type]
    staged.gate.clear()
    conversation = conversations.new()
    asked(conversations, conversation, "leave?")
    store, tick = ConversationStore(staged.catalog), threading.Event()
    for _ in range(SOON * 100):
        if store.turns(conversation.id)[0].passages:
            break
        tick.wait(0.01)
    assert store.turns(conversation.id)[0].passages == staged.passages("")
    conversations.close()


def test_a_store_that_cannot_be_written_does_not_end_the_answer(
    staged: Staged, service: Conversations, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    conversation = service.new()
    staged.gate.clear()
    turn = asked(service, conversation, "leave?")

    def full(*_: object) -> StoredTurn:
        raise StorageFull("The disk is full.")

    monkeypatch.setattr(ConversationStore, "save_turn", full)
    service.checkpoint()
    assert "could not be written" in caplog.text
    staged.gate.set()
    assert finished(turn.running).state == "done"
    assert turn.running.join(SOON)
    with pytest.raises(StorageFull):
        service.ask(conversation, "more?", "documents")


def test_a_service_that_stops_interrupts_and_takes_no_more_questions(staged: Staged, service: Conversations) -> None:
    staged.gate.clear()
    conversation = service.new()
    turn = asked(service, conversation, "leave?")
    service.close(SOON)
    assert turn.running.join(0)
    assert turn.running.snapshot.state == "interrupted"
    assert states(reopened(staged).get(conversation.id)) == ["interrupted"]
    with pytest.raises(KBError, match="takes no more questions"):
        service.ask(conversation, "more?", "documents")
    with pytest.raises(KBError, match="takes no more questions"):
        service.run("chat", "more?")


def test_a_service_that_was_shut_down_leaves_nothing_running(staged: Staged) -> None:
    before = set(threading.enumerate())
    service = Service.of(staged)  # type: ignore[arg-type]
    service.start()
    turn = asked(service.conversations, service.conversations.new(), "hesitant")
    wait_for(turn.running, lambda s: s.state == "answering")  # it has the slot
    waiting = service.conversations.run("chat", "hello")
    wait_for(waiting, lambda s: s.state == "queued")
    assert service.queue.waiting == 1  # the one that evaluation waits in, too
    service.shut_down()
    assert turn.running.snapshot.state == waiting.snapshot.state == "interrupted"
    assert {thread for thread in threading.enumerate() if thread not in before} == set()


# ---- documents that are deleted


def test_a_deleted_document_takes_the_answers_along(staged: Staged, service: Conversations) -> None:
    conversation = service.new()
    answered(service, conversation, "leave?")
    staged.delete_documents(ASKER, [("staff", "handbook.md")])
    found = service.get(conversation.id)
    assert found is conversation
    snapshot = conversation.turns[0].running.snapshot
    assert (snapshot.text, snapshot.passages, snapshot.answer) == ("", None, None)
    assert [notice.kind for notice in snapshot.notices] == ["document_deleted"]
    assert conversation.history() == []


def test_an_answer_that_is_running_stops_when_its_document_is_deleted(staged: Staged, service: Conversations) -> None:
    staged.gate.clear()
    conversation = service.new()
    running = asked(service, conversation, "leave?").running
    wait_for(running, lambda s: s.passages is not None)
    staged.delete_documents(ASKER, [("staff", "handbook.md")])
    service.checkpoint()
    assert running.snapshot.state == "stopped"
    assert running.join(SOON)
    for conversations in (service, reopened(staged)):
        found = conversations.get(conversation.id)
        assert found is not None
        snapshot = found.turns[0].running.snapshot
        assert (snapshot.state, snapshot.passages) == ("stopped", None)
        assert [notice.kind for notice in snapshot.notices] == ["document_deleted"]


# ---- the queue


class Stage:
    """Answers that begin in turn, and end when they are let go."""

    def __init__(self, kb: Staged) -> None:
        self._kb = kb
        self._go: dict[str, threading.Event] = {}
        self.begun: list[str] = []

    def play(self, question: str, *before: Event) -> str:
        go = self._go[question] = threading.Event()

        def events(options: AskOptions) -> Iterator[Event]:
            yield from before
            options.take_turn()
            if options.stopped:
                return
            self.begun.append(question)
            yield Thought(question)
            while not go.wait(0.01) and not options.stopped:
                pass
            yield Token("x")
            yield Failed("x", "x")

        self._kb.plays[question] = events
        return question

    def end(self, question: str) -> None:
        self._go[question].set()


def test_a_question_that_waits_shows_its_passages_and_how_many_come_first(
    staged: Staged, service: Conversations
) -> None:
    stage = Stage(staged)
    found = Retrieved(staged.passages(""), "q")
    first = asked(service, service.new(), stage.play("first", found)).running
    wait_for(first, lambda s: s.state == "thinking")
    second = asked(service, service.new(), stage.play("second", found)).running
    waiting = wait_for(second, lambda s: s.state == "queued")
    assert (waiting.ahead, waiting.passages) == (1, staged.passages(""))
    third = asked(service, service.new(), stage.play("third"), "chat").running
    assert wait_for(third, lambda s: s.state == "queued").ahead == 2
    stage.end("first")
    assert wait_for(second, lambda s: s.state == "thinking").ahead == 0
    assert wait_for(third, lambda s: s.ahead == 1).state == "queued"
    stage.end("second")
    stage.end("third")
    assert [finished(running).text for running in (first, second, third)] == ["x", "x", "x"]
    assert stage.begun == ["first", "second", "third"]


def test_a_stop_while_waiting_holds_at_once_and_frees_the_place(staged: Staged, service: Conversations) -> None:
    stage = Stage(staged)
    first = asked(service, service.new(), stage.play("first"), "chat").running
    wait_for(first, lambda s: s.state == "thinking")
    second = asked(service, service.new(), stage.play("second"), "chat").running
    wait_for(second, lambda s: s.ahead == 1)
    third = asked(service, service.new(), stage.play("third"), "chat").running
    wait_for(third, lambda s: s.ahead == 2)
    second.stop()
    assert second.snapshot.state == "stopped"
    assert second.join(SOON)
    assert first.snapshot.state == "thinking"  # which would go on for ever: nobody waited for it
    assert wait_for(third, lambda s: s.ahead == 1).state == "queued"
    stage.end("first")
    wait_for(third, lambda s: s.state == "thinking")
    stage.end("third")
    assert finished(third).text == "x"
    assert stage.begun == ["first", "third"]


def test_an_answer_that_breaks_frees_its_slot(staged: Staged, service: Conversations) -> None:
    def breaks(options: AskOptions) -> Iterator[Event]:
        yield Retrieved(())
        options.take_turn()
        raise RuntimeError("the engine died")

    staged.plays["breaks"] = breaks
    assert answered(service, service.new(), "breaks").running.snapshot.state == "failed"
    assert answered(service, service.new(), "leave?").running.snapshot.state == "done"


def test_twenty_questions_of_one_delay_anothers_first_by_one_answer(staged: Staged, service: Conversations) -> None:
    stage = Stage(staged)
    busy = []
    for n in range(20):
        busy.append(service.run("chat", stage.play(f"busy {n}"), client="busy"))
        wait_for(busy[-1], lambda s: s.state in ("queued", "thinking"))
    other = service.run("chat", stage.play("other"), client="other")
    assert wait_for(other, lambda s: s.state == "queued").ahead == 1
    stage.end("busy 0")
    wait_for(other, lambda s: s.state == "thinking")
    assert stage.begun == ["busy 0", "other"]
    for question in ("other", *(f"busy {n}" for n in range(1, 20))):
        stage.end(question)
    assert all(finished(running).text == "x" for running in (*busy, other))


def test_ten_who_ask_at_once_are_all_answered(staged: Staged, service: Conversations) -> None:
    start = threading.Barrier(10)
    ended: list[Snapshot] = []

    def client(name: str) -> None:
        conversation = service.new(name)
        start.wait(SOON)
        for mode in ("documents", "documents", "chat"):  # the second is a follow-up
            turn = service.ask(conversation, "leave?", mode, client=name)  # type: ignore[arg-type]
            assert turn is not None
            ended.append(finished(turn.running))

    threads = [threading.Thread(target=client, args=(f"client {n}",)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [s.state for s in ended] == ["done"] * 30


def test_an_answer_outside_conversations_is_kept_nowhere(staged: Staged, service: Conversations) -> None:
    staged.gate.clear()
    running = service.run("documents", "leave?", AskOptions(Scope(types=("md",)), seed=1))
    assert [turn.running for turn in service.running()] == [running]
    staged.gate.set()
    assert finished(running).state == "done"
    assert running.join(SOON)
    assert service.running() == []
    assert service.list(None) == []
