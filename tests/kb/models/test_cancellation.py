"""Threads of the engines: what computes gives way to who searches."""

import _thread
import os
import sys
import threading
from queue import SimpleQueue

import pytest

from kb.models import cancellation


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
