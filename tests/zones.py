"""Other time zones to stand in, written so that the machine needs no list of zones."""

import time
from collections.abc import Callable, Iterator

import pytest

SHANGHAI = "CST-8"  # POSIX writes the way to UTC
UTC = "UTC0"


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Moves this process to a time zone."""

    def move(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield move
    monkeypatch.undo()
    time.tzset()
