"""Pulls: models being brought to this machine, each in a thread of the process, so that the page may be left."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from kb.config import Settings
from kb.errors import KBError, UsageError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pull:
    """One pull. `error` is for the reader when `state` is "failed"; "" is an internal error."""

    name: str
    state: Literal["running", "stopping", "done", "stopped", "failed"]
    step: str = ""  # what is being done, in the engine's words
    done: int = 0  # bytes of this step
    total: int = 0  # bytes of this step; 0 while unknown
    rate: float = 0.0  # bytes a second, lately
    error: str | None = None
    error_kind: str = ""  # its class in `kb.errors`

    @property
    def finished(self) -> bool:
        return self.state in ("done", "stopped", "failed")

    @property
    def seconds_left(self) -> float | None:
        """Of this step; None while it cannot be told."""
        return (self.total - self.done) / self.rate if self.rate > 0 and self.total > self.done else None


class _Rate:
    """Bytes a second over the last seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._step = ""
        self._seen: list[tuple[float, int]] = []

    def of(self, step: str, done: int) -> float:
        now = self._clock()
        if step != self._step or (self._seen and done < self._seen[-1][1]):
            self._step, self._seen = step, []
        self._seen = [(at, n) for at, n in self._seen if now - at <= 10] + [(now, done)]
        first, n = self._seen[0]
        return (done - n) / (now - first) if now - first >= 1 else 0.0


class Pulls:
    """The pulls of this process, oldest first. Safe from several threads."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings.llm
        self._clock = clock
        self._changed = threading.Condition()
        self._pulls: dict[str, Pull] = {}
        self._stops: dict[str, threading.Event] = {}
        self._threads: dict[str, threading.Thread] = {}
        self.revision = 0

    def start(self, name: str) -> Pull:
        """Begin to bring a model: an Ollama tag, or weights the product ships. One that runs goes on.

        Raises UsageError for a name that cannot be one.
        """
        name = name.strip()
        if not name or len(name) > 200 or any(c.isspace() or not c.isprintable() for c in name):
            raise UsageError("models.write_name")
        with self._changed:
            before = self._pulls.get(name)
            if before is not None and not before.finished:
                return before
            stop = self._stops[name] = threading.Event()
            self._pulls.pop(name, None)  # the newest is last
            pull = self._set(Pull(name, "running"))
            thread = threading.Thread(target=self._run, args=(name, stop), name=f"pull {name}", daemon=True)
            self._threads[name] = thread
            thread.start()
            return pull

    def get(self, name: str) -> Pull | None:
        """The pull of that name, running or ended; None where there is none."""
        with self._changed:
            return self._pulls.get(name)

    def list(self) -> list[Pull]:
        """All that run, and those that ended and were not dismissed."""
        with self._changed:
            return [*self._pulls.values()]

    @property
    def running(self) -> bool:
        return any(not pull.finished for pull in self.list())

    def wait(self, revision: int, timeout: float) -> int:
        """The revision as soon as it is newer than `revision`, or after `timeout` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self.revision > revision, timeout)
            return self.revision

    def stop(self, name: str) -> None:
        """End a pull soon. What arrived is kept, and the next pull goes on with it."""
        with self._changed:
            pull = self._pulls.get(name)
            if pull is not None and pull.state == "running":
                self._stops[name].set()
                self._set(replace(pull, state="stopping"))

    def dismiss(self, name: str) -> None:
        """Forget a pull that ended."""
        with self._changed:
            if name in self._pulls and self._pulls[name].finished:
                del self._pulls[name]
                self._tell()

    def shut_down(self, timeout: float = 10.0) -> None:
        """Stop all, and wait for them."""
        for pull in self.list():
            self.stop(pull.name)
        for thread in [*self._threads.values()]:
            thread.join(timeout)

    def _run(self, name: str, stop: threading.Event) -> None:
        from kb.models import llm, weights
        from kb.models.onnx_embedding import complete

        rate = _Rate(self._clock)

        def show(step: str, done: int, total: int) -> None:
            with self._changed:
                self._set(replace(self._pulls[name], step=step, done=done, total=total, rate=rate.of(step, done)))

        whole, error, kind = False, "", ""
        try:
            here = name in weights.WEIGHTS and complete(name)
            whole = here or llm.pull_model(self._settings, name, show, stop)
        except KBError as problem:
            error, kind = problem.message, type(problem).__name__
        except Exception:
            log.exception("the model %s could not be pulled", name)
        with self._changed:
            pull = replace(self._pulls[name], rate=0.0)
            if whole:
                self._set(replace(pull, state="done"))
            elif stop.is_set():
                self._set(replace(pull, state="stopped"))
            else:
                self._set(replace(pull, state="failed", error=error, error_kind=kind))

    def _set(self, pull: Pull) -> Pull:
        """Keep a pull. The lock is held."""
        self._pulls[pull.name] = pull
        self._tell()
        return pull

    def _tell(self) -> None:
        self.revision += 1
        self._changed.notify_all()
