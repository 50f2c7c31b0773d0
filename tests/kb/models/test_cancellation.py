"""Threads of the engines: what computes gives way to who searches, and work runs where it can be woken."""

import _thread
import os
import sys
import threading
from collections.abc import Generator
from queue import SimpleQueue

import pytest

from kb.models import cancellation
from kb.models.cancellation import Cancellation


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere priority belongs to the whole process")
def test_native_threads_of_low_priority_start_others_of_low_priority_and_leave_the_rest_alone() -> None:
    found: SimpleQueue[int] = SimpleQueue()
    lowered = threading.Event()

    def priority() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def native() -> None:
        lowered.wait(30)
        _thread.start_new_thread(lambda: found.put(priority()), ())
        found.put(priority())

    def make() -> str:
        _thread.start_new_thread(native, ())  # `threading` does not know it, as with one of native code
        known = threading.Thread(target=lambda: (lowered.wait(30), found.put(priority())))
        known.start()
        return "made"

    before = priority()
    assert cancellation.in_low_priority(make, before + 3) == "made"
    lowered.set()
    assert sorted(found.get(timeout=30) for _ in range(3)) == [before, before + 3, before + 3]
    assert priority() == before


def test_an_error_in_low_priority_is_raised_here() -> None:
    def make() -> None:
        raise OSError("no such model")

    with pytest.raises(OSError, match="no such model"):
        cancellation.in_low_priority(make, 5)


def numbers(cancelled: Cancellation) -> Generator[int, None, None]:
    """The thread that it runs in, until it is cancelled; then it fails, as a connection that is hung up."""
    while not cancelled.is_set():
        yield threading.get_ident()
    raise ConnectionError("hung up")


def test_what_a_cancellation_wakes_runs_where_it_is_read() -> None:
    stop = Cancellation()
    items = cancellation.run(numbers, stop)
    assert {next(items), next(items)} == {threading.get_ident()}
    stop.set()
    assert list(items) == []  # and the failure is no error: it was woken


def test_what_nothing_wakes_has_a_thread_of_its_own() -> None:
    for items in (cancellation.run(numbers, threading.Event()), cancellation.apart(numbers, Cancellation())):
        assert next(items) != threading.get_ident()
        items.close()  # type: ignore[attr-defined]


def test_an_error_before_a_stop_is_raised_and_leaving_ends_the_work() -> None:
    left = threading.Event()

    def work(_: Cancellation) -> Generator[str, None, None]:
        try:
            yield "one"
            raise OSError("the server died")
        finally:
            left.set()

    items = cancellation.run(work, Cancellation())
    assert next(items) == "one"
    with pytest.raises(OSError, match="died"):
        next(items)
    left.clear()
    items = cancellation.run(work, Cancellation())
    assert next(items) == "one"
    items.close()  # type: ignore[attr-defined]
    assert left.is_set()
