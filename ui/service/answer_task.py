"""An answer being made: a thread of its own makes it, and whoever looks on follows its snapshots."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from kb.errors import KBError
from kb.models.cancellation import Cancellation
from kb.schema import (
    Answer,
    Done,
    Event,
    Failed,
    Notice,
    Passage,
    Progress,
    Retrieved,
    Revised,
    Term,
    Thought,
    Token,
)
from kb.store.conversations import FINISHED, Mode, TurnState
from ui.service.fair_queue import Queued

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FileAwaited:
    """The answer waits until this file of its conversation is read; "" when it waits no more."""

    name: str


Step = Event | Queued | FileAwaited
Tell = Callable[[Step], None]
Start = Callable[[Cancellation, Tell], Iterator[Step]]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is known of an answer at one moment."""

    state: TurnState
    passages: tuple[Passage, ...] | None = None  # None until retrieval is done, and without documents
    searched: str = ""
    terms: tuple[Term, ...] = ()  # of the glossary, that the question holds
    thinking: str = ""
    thought_tokens: int = 0
    text: str = ""
    notices: tuple[Notice, ...] = ()
    answer: Answer | None = None
    error: str | None = None  # what to tell the reader when `state` is "failed"; "" for an internal error
    error_kind: str = ""  # the class of the error that was raised; "" where the answer itself told of it
    ahead: int = 0  # how many answers come first when `state` is "queued"
    file: str = ""  # that must be read first
    progress: Progress | None = None  # which part of a document is read; None for an answer from passages
    revision: int = 0

    @property
    def finished(self) -> bool:
        """Whether nothing more will be written."""
        return self.state in FINISHED


def begins(mode: Mode) -> TurnState:
    """The state in which an answer begins."""
    return "searching" if mode == "documents" else "waiting"


class RunningAnswer:
    """One answer being made in a thread of its own. `start(stop, tell)` gives its events, of which it tells those that
    come while the next is being made; `stop` ends them early.

    `on_end` is called in that thread when nothing more will be written.
    """

    _thread: threading.Thread | None = None  # None for an answer of the past

    def __init__(
        self,
        start: Start,
        *,
        mode: Mode,
        clock: Callable[[], float] = time.monotonic,
        on_end: Callable[[], None] = lambda: None,
    ) -> None:
        self._prepare(Snapshot(state=begins(mode)), clock, None)
        self._start = start
        self._on_end = on_end
        self._thread = thread = threading.Thread(target=self._run, name="answer", daemon=True)
        thread.start()

    @classmethod
    def ended(cls, snapshot: Snapshot, seconds: float) -> "RunningAnswer":
        """An answer of the past."""
        running = cls.__new__(cls)
        running._prepare(snapshot, time.monotonic, seconds)
        return running

    def _prepare(self, snapshot: Snapshot, clock: Callable[[], float], seconds: float | None) -> None:
        self._clock = clock
        self._began = clock()
        self._seconds = seconds
        self._changed = threading.Condition()
        self._stop = Cancellation()
        self._snapshot = snapshot

    @property
    def snapshot(self) -> Snapshot:
        """What is known now."""
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

    def finishes(self, timeout: float) -> bool:
        """Whether it ends within `timeout` seconds; says so as soon as it has."""
        with self._changed:
            return self._changed.wait_for(lambda: self._snapshot.finished, timeout)

    def stop(self, state: TurnState = "stopped") -> None:
        """End it now, keeping what was written. Whoever looks on need not wait for the engine to notice."""
        self._change(lambda s: s if s.finished else replace(s, state=state))
        self._stop.set()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the thread; whether it has ended."""
        if self._thread is None:
            return True
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
        begun = self._snapshot.state

        def tell(event: Step) -> None:
            self._change(lambda s: _after(s, event, begun))

        try:
            for event in self._start(self._stop, tell):
                tell(event)
            self._change(lambda s: s if s.finished else replace(s, state="failed", error=""))
        except KBError as error:
            message, kind = error.message, type(error).__name__
            self._change(lambda s: s if s.finished else replace(s, state="failed", error=message, error_kind=kind))
        except Exception:
            log.exception("an answer failed")
            self._change(lambda s: s if s.finished else replace(s, state="failed", error=""))
        self._on_end()


def _after(s: Snapshot, event: Step, begun: TurnState) -> Snapshot:
    """The snapshot after one more event. After a stop only the authoritative answer still counts."""
    if s.state in ("stopped", "interrupted"):
        return _stopped(s, event)
    match event:
        case Queued(0):
            return replace(s, state=begun if s.passages is None else "reading", ahead=0)
        case Queued(ahead):
            return replace(s, state="queued", ahead=ahead)
        case Retrieved(passages, searched, terms=terms):
            return replace(s, state="reading", passages=passages, searched=searched, terms=terms)
        case FileAwaited(name):
            return replace(s, file=name)
        case Progress():
            return replace(s, progress=event)
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
                passages=answer.passages or s.passages,  # one that speaks against it may be added
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


def _stopped(s: Snapshot, event: Step) -> Snapshot:
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
