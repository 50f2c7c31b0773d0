"""Cancellation: a generation ends at once when it is not wanted any more, also before its first word."""

import os
import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from typing import TypeVar

T = TypeVar("T")

_POLL_SECONDS = 0.05


class Cancellation(threading.Event):
    """An event that also calls back, for what must be woken: a read that blocks on a connection."""

    def __init__(self) -> None:
        super().__init__()
        self._callbacks: list[Callable[[], None]] = []
        self._guard = threading.Lock()

    def set(self) -> None:
        with self._guard:
            super().set()
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def call(self, callback: Callable[[], None]) -> None:
        """Call back when cancelled; at once if that has happened."""
        with self._guard:
            if not self.is_set():
                self._callbacks.append(callback)
                return
        callback()


def run(work: Callable[[Cancellation], Generator[T, None, None]], stop: threading.Event | None = None) -> Iterator[T]:
    """Iterate over `work(cancellation)`, which its cancellation wakes at once, whatever it waits for.

    With a `stop` that is a `Cancellation` it runs here, in the caller's thread; with any other, or none, `apart`.
    """
    return _here(work, stop) if isinstance(stop, Cancellation) else apart(work, stop)


def _here(work: Callable[[Cancellation], Generator[T, None, None]], stop: Cancellation) -> Iterator[T]:
    try:
        with closing(work(stop)) as items:
            for item in items:
                if stop.is_set():
                    return
                yield item
    except Exception:
        if not stop.is_set():  # else it is what woke it
            raise


def apart(work: Callable[[Cancellation], Generator[T, None, None]], stop: threading.Event | None = None) -> Iterator[T]:
    """Iterate over `work(cancellation)` in a thread. Errors in it are raised here.

    Setting `stop`, or closing this iterator, cancels the work and ends the iteration at once, whatever
    the work is waiting for.
    """
    cancellation = Cancellation()
    results: queue.SimpleQueue[T | _End] = queue.SimpleQueue()

    def body() -> None:
        try:
            with closing(work(cancellation)) as items:
                for item in items:
                    results.put(item)
                    if cancellation.is_set():
                        break
            results.put(_End())
        except BaseException as error:  # handed over, whatever it is: the caller waits for it
            results.put(_End(error))

    # A daemon, so that an abandoned answer cannot keep the program from ending.
    thread = threading.Thread(target=body, name="generation", daemon=True)
    thread.start()
    try:
        while not _is_set(stop):
            try:
                item = results.get(timeout=_POLL_SECONDS if stop is not None else None)
            except queue.Empty:
                continue
            if _is_set(stop):  # meanwhile: what came is not wanted any more
                return
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item
    finally:
        cancellation.set()


def _is_set(stop: threading.Event | None) -> bool:
    return stop is not None and stop.is_set()


class _End:
    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def lower_priority(niceness: int) -> None:
    """Let the calling thread, and the threads and processes it starts, yield to all others (Linux)."""
    if hasattr(os, "setpriority"):
        own = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, own, max(niceness, os.getpriority(os.PRIO_PROCESS, own)))


def in_low_priority(make: Callable[[], T], niceness: int) -> T:
    """What `make` gives. The native threads it starts, and those that they start, give way to all others.

    On Linux priority belongs to a thread and is inherited; elsewhere it cannot be lowered for a part of a process, and
    stays. `make` runs in this thread: native code may not outlive the thread that made it.
    """
    before = _threads_now()
    made = make()
    of_python = {thread.native_id for thread in threading.enumerate()}
    for thread in _threads_now() - before - of_python:
        with suppress(OSError):  # it has ended
            os.setpriority(os.PRIO_PROCESS, thread, niceness)
    return made


def _threads_now() -> set[int]:
    """The threads of this process, by the system's numbers; none where that cannot be known."""
    with suppress(OSError):
        return {int(name) for name in os.listdir("/proc/self/task")}
    return set()


class Turns:
    """A lock that is handed on in the order of arrival, and whose wait can be cancelled."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._waiting: deque[object] = deque()

    def take(self, cancellation: threading.Event) -> object | None:
        """Wait for one's turn; None if cancelled while waiting. Give it back with `end`."""
        ticket = object()
        with self._condition:
            self._waiting.append(ticket)
            while self._waiting[0] is not ticket:
                if cancellation.is_set():
                    self._waiting.remove(ticket)
                    return None
                self._condition.wait(_POLL_SECONDS)
        return ticket

    def end(self, ticket: object) -> None:
        with self._condition:
            self._waiting.remove(ticket)
            self._condition.notify_all()
