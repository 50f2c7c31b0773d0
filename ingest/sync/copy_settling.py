"""Arriving: whether a file is all there, or still being written or copied into its folder.

A file is taken once its size and time have stood still for a moment; a large one, or one whose end is missing, for
longer, since a copy over a network may stall. One that never stands still, such as a log, is taken after a while.
"""

import os
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ingest.document.file_type import OLE
from ingest.document.files import FoundFile, opened_at_all

_STEADY_SECONDS = 1.0  # in which a file must not have changed
_LARGE_STEADY_SECONDS = 5.0
_TORN_STEADY_SECONDS = 60.0
_LONGEST_WAIT = 600.0
_LARGE = 16 * 1024 * 1024  # bytes
_TAIL = 66_000  # bytes at the end of a ZIP archive in which its directory's end stands


@dataclass(slots=True)
class _Sighting:
    met: float  # when, by the monotonic clock
    state: tuple[int, int, int]  # size and times of the file
    since: float  # when it was first seen so


class Arriving:
    """The files that may be half there. Not safe for several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, today: Callable[[], float] = time.time) -> None:
        self._sightings: dict[Path, _Sighting] = {}
        self._clock = clock
        self._today = today

    @property
    def young_files(self) -> set[Path]:
        """The files that were left."""
        return set(self._sightings)

    def is_young(self, found: FoundFile) -> bool:
        """Whether to leave a file for now. One that was young is looked at again: it was found a while ago."""
        path = found.absolute_path
        if found.problem is not None:  # it is not opened
            return False
        with suppress(OSError):  # it is gone since
            if not (self._is_long_there(found) or self._is_whole(path)):
                return True
        self._sightings.pop(path, None)
        return False

    def is_any_ready(self) -> bool:
        """Whether one of the files that were left may be taken now, or is gone."""
        for path in list(self._sightings):
            try:
                if self._is_whole(path):
                    return True
            except OSError:
                del self._sightings[path]
                return True
        return False

    def _is_long_there(self, found: FoundFile) -> bool:
        status = found.status
        if status is None:
            return True
        age = self._today() - max(status.st_mtime, status.st_ctime)
        return age >= _LONGEST_WAIT and found.absolute_path not in self._sightings

    def _is_whole(self, path: Path) -> bool:
        now, today = self._clock(), self._today()  # before it is looked at: what comes between is no rest
        status = path.stat()
        state = (status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        seen = self._sightings.get(path)
        if seen is None:
            age = today - max(status.st_mtime, status.st_ctime)  # below 0 where the clock of a server is ahead
            if age >= _TORN_STEADY_SECONDS:
                return True
            seen = self._sightings[path] = _Sighting(now, state, now - max(age, 0.0))
        elif seen.state != state:
            seen.state, seen.since = state, now
        rested = now - seen.since
        if now - seen.met >= _LONGEST_WAIT or rested >= _TORN_STEADY_SECONDS:
            return True
        if rested < (_LARGE_STEADY_SECONDS if status.st_size > _LARGE else _STEADY_SECONDS):
            return False
        return not is_torn(path)


def is_torn(path: Path) -> bool:
    """Whether the end of a ZIP archive, PDF or Office file is missing; False for all others."""
    try:
        with opened_at_all(path) as file:
            head = file.read(512)
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL))
            tail = file.read()
    except OSError:
        return False
    if head.startswith(b"PK\x03\x04"):
        return b"PK\x05\x06" not in tail
    if head.startswith(b"%PDF-"):
        return b"%%EOF" not in tail[-2048:]
    return head.startswith(OLE) and len(head) == 512 and not _has_sectors(head, size)


def _has_sectors(head: bytes, size: int) -> bool:
    """Whether the tables of an old Office file, and its directory, stand within it."""
    (shift,) = struct.unpack_from("<H", head, 30)
    tables, directory = struct.unpack_from("<II", head, 44)
    places = struct.unpack_from("<109I", head, 76)[: min(tables, 109)]
    return all((place + 2) << min(shift, 12) <= size for place in (directory, *places))
