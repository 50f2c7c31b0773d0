"""A file lock: one process at a time does something, and whoever waits for it is told so and can give up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

_LOOK_SECONDS = 0.5


@contextmanager
def hold_lock(path: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold the lock `path`. `waiting` is called twice a second while another has it; what it raises ends the wait."""
    lock = FileLock(path)
    while not lock.is_locked:
        try:
            lock.acquire(timeout=_LOOK_SECONDS)
        except Timeout:
            waiting()
    try:
        yield
    finally:
        lock.release()
