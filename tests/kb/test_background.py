"""Threads of the engines: what computes gives way to who searches."""

import os
import sys
import threading

import pytest

from kb import background


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere priority belongs to the whole process")
def test_threads_of_low_priority_start_others_of_low_priority_and_leave_the_rest_alone() -> None:
    found: list[int] = []

    def priority() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def make() -> str:
        thread = threading.Thread(target=lambda: found.append(priority()))
        thread.start()
        thread.join()
        return "made"

    before = priority()
    assert background.in_low_priority(make, before + 3) == "made"
    assert found == [before + 3]
    assert priority() == before


def test_an_error_in_low_priority_is_raised_here() -> None:
    def make() -> None:
        raise OSError("no such model")

    with pytest.raises(OSError, match="no such model"):
        background.in_low_priority(make, 5)
