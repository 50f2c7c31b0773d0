"""Running answers: generation belongs to the process, and the page only follows it.

A browser that reloads, or a second tab, finds the answer still being written or finished.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from kb.errors import KBError
from kb.schema import (
    Answer,
    Done,
    Event,
    Failed,
    Message,
    Notice,
    Passage,
    Retrieved,
    Revised,
    Thought,
    Token,
)

State = Literal[
    "searching",
    "waiting",
    "reading",
    "thinking",
    "answering",
    "done",
    "failed",
    "stopped",
]
Mode = Literal["documents", "chat"]
Start = Callable[[threading.Event], Iterator[Event]]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is known of an answer at one moment."""

    state: State
    passages: tuple[Passage, ...] | None = None  # None until retrieval is done, and without documents
    searched: str = ""
    thinking: str = ""
    thought_tokens: int = 0
    text: str = ""
    notices: tuple[Notice, ...] = ()
    answer: Answer | None = None
    error: str | None = None  # what to tell the reader when `state` is "failed"; "" for an internal error
    revision: int = 0

    @property
    def finished(self) -> bool:
        """Whether nothing more will be written."""
        return self.state in ("done", "failed", "stopped")


class RunningAnswer:
    """One answer being made in a thread of its own. `start(stop)` gives its events; `stop` ends them early."""

    def __init__(self, start: Start, *, mode: Mode, clock: Callable[[], float] = time.monotonic) -> None:
        self._start = start
        self._clock = clock
        self._began = clock()
        self._seconds: float | None = None
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._snapshot = Snapshot(state="searching" if mode == "documents" else "waiting")
        self._thread = threading.Thread(target=self._run, name="answer", daemon=True)
        self._thread.start()

    @property
    def snapshot(self) -> Snapshot:
        with self._changed:
            return self._snapshot

    @property
    def seconds(self) -> float:
        """How long it has taken so far, or took."""
        return self._clock() - self._began if self._seconds is None else self._seconds

    def wait(self, revision: int, timeout: float) -> Snapshot:
        """The state as soon as it is newer than `revision`, or after `timeout` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._snapshot.revision > revision, timeout)
            return self._snapshot

    def stop(self) -> None:
        """End it now, keeping what was written. The page need not wait for the engine to notice."""
        self._stop.set()
        self._change(lambda s: s if s.finished else replace(s, state="stopped"))

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the thread; whether it has ended."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _change(self, change: Callable[[Snapshot], Snapshot]) -> None:
        with self._changed:
            before = self._snapshot
            after = change(before)
            if after is before:
                return
            if after.finished and self._seconds is None:
                self._seconds = self._clock() - self._began
            self._snapshot = replace(after, revision=before.revision + 1)
            self._changed.notify_all()

    def _run(self) -> None:
        try:
            for event in self._start(self._stop):
                self._change(lambda s, event=event: _after(s, event))  # type: ignore[misc]
            self._change(lambda s: s if s.finished else replace(s, state="failed", error=""))
        except KBError as error:
            message = str(error)
            self._change(lambda s: s if s.state == "stopped" else replace(s, state="failed", error=message))
        except Exception:
            log.exception("an answer failed")
            self._change(lambda s: s if s.state == "stopped" else replace(s, state="failed", error=""))


def _after(s: Snapshot, event: Event) -> Snapshot:
    """The snapshot after one more event. After a stop only the authoritative answer still counts."""
    if s.state == "stopped":
        return _stopped(s, event)
    match event:
        case Retrieved(passages, searched):
            return replace(s, state="reading", passages=passages, searched=searched)
        case Thought(text):
            return replace(
                s,
                state="thinking",
                thinking=s.thinking + text,
                thought_tokens=s.thought_tokens + 1,
            )
        case Token(text):
            return replace(s, state="answering", text=s.text + text)
        case Revised(text):
            return replace(s, state="answering", text=text)
        case Notice():
            return replace(s, notices=(*s.notices, event))
        case Done(answer):
            return replace(
                s,
                state="done",
                answer=answer,
                text=answer.text,
                thinking=answer.thinking or s.thinking,
            )
        case Failed(error, partial, thinking):
            return replace(
                s,
                state="failed",
                error=error,
                text=partial or s.text,
                thinking=thinking or s.thinking,
            )


def _stopped(s: Snapshot, event: Event) -> Snapshot:
    match event:
        case Done(answer) if s.text:
            return replace(
                s,
                answer=answer,
                text=answer.text,
                thinking=answer.thinking or s.thinking,
            )
        case Failed(_, partial, thinking) if partial or thinking:
            return replace(s, text=partial or s.text, thinking=thinking or s.thinking)
    return s


@dataclass(slots=True)
class Turn:
    """A question and its answer."""

    question: str
    mode: Mode
    running: RunningAnswer


@dataclass(slots=True)
class Conversation:
    """Questions and answers in order; `id` is the name in the page's address."""

    id: str
    turns: list[Turn] = field(default_factory=list)

    @property
    def title(self) -> str:
        return " ".join(self.turns[0].question.split())[:80] if self.turns else ""

    @property
    def running(self) -> Turn | None:
        """The turn that is being answered."""
        return self.turns[-1] if self.turns and not self.turns[-1].running.snapshot.finished else None

    def history(self) -> list[Message]:
        """The conversation as a model is told it: without reasoning, and without turns that gave nothing."""
        messages: list[Message] = []
        for turn in self.turns:
            snapshot = turn.running.snapshot
            if snapshot.finished and snapshot.text.strip():
                messages += [
                    Message("user", turn.question),
                    Message("assistant", snapshot.text),
                ]
        return messages


class Conversations:
    """The conversations of this process, newest first. Safe from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_id: dict[str, Conversation] = {}

    def new(self) -> Conversation:
        conversation = Conversation(secrets.token_hex(12))  # hex: element keys are made of it, and forbid "__"
        with self._lock:
            self._by_id[conversation.id] = conversation
        return conversation

    def get(self, id: str) -> Conversation | None:
        with self._lock:
            return self._by_id.get(id)

    def recent(self, n: int = 12) -> list[Conversation]:
        """Those in which something was asked, newest first."""
        with self._lock:
            asked = [c for c in self._by_id.values() if c.turns]
        return asked[: -n - 1 : -1]

    def ask(self, conversation: Conversation, question: str, mode: Mode, start: Start) -> Turn | None:
        """Begin a turn. None when one is already being answered: a double click, or a second tab."""
        with self._lock:
            if conversation.running is not None:
                return None
            turn = Turn(question, mode, RunningAnswer(start, mode=mode))
            conversation.turns.append(turn)
            self._by_id[conversation.id] = self._by_id.pop(conversation.id, conversation)  # newest last
            return turn

    def running(self) -> Sequence[Turn]:
        """All turns being answered now."""
        with self._lock:
            return [turn for c in self._by_id.values() if (turn := c.running) is not None]

    def stop_all(self, timeout: float = 5.0) -> None:
        """Stop every running answer and wait for the engines to let go."""
        turns = self.running()
        for turn in turns:
            turn.running.stop()
        for turn in turns:
            turn.running.join(timeout)
