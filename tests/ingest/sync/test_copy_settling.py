"""Arriving files: what is still being written is left, and what is whole is taken."""

import os
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from ingest.document.files import find
from ingest.sync.copy_settling import Arriving, is_torn
from tests.ingest import binary


class Clock:
    """Both clocks of a machine, which go on only when told to."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now

    def set_time(self, path: Path, ahead: float = 0.0) -> None:
        os.utime(path, (self.now + ahead, self.now + ahead))


class Copy:
    """A file that is being written, as its watcher sees it."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self.clock = clock
        # The system sets the time of a file's last change itself: by these clocks it was long ago.
        self.arriving = Arriving(clock, clock)
        clock.now = max(clock.now, path.stat().st_ctime if path.exists() else 0.0)

    def write(self, data: bytes, ahead: float = 0.0) -> None:
        with self.path.open("ab") as file:
            file.write(data)
        self.clock.now = max(self.clock.now, self.path.stat().st_ctime)
        self.clock.set_time(self.path, ahead)

    def is_left(self, after: float) -> bool:
        self.clock.now += after
        (found,) = find([self.path])
        return self.arriving.is_young(found)


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "a.bin", Clock())


def test_a_file_is_taken_when_it_has_rested_for_a_second(copy: Copy) -> None:
    copy.write(b"some")
    assert copy.is_left(after=0)
    assert copy.is_left(after=0.6)
    copy.write(b"more")
    assert copy.is_left(after=0.6)
    assert not copy.arriving.is_any_ready()
    assert not copy.is_left(after=1.1)
    assert copy.arriving.young_files == set()


def test_an_old_file_is_taken_at_once(copy: Copy) -> None:
    copy.write(b"some")
    assert not copy.is_left(after=3600)


def test_a_file_that_grew_since_it_was_found_is_left(copy: Copy) -> None:
    copy.write(b"some")
    (found,) = find([copy.path])  # and then thousands of others, which takes a while
    copy.clock.now += 5
    copy.write(b"more")
    assert copy.arriving.is_young(found)
    copy.path.unlink()
    assert not copy.arriving.is_young(found)


def test_a_large_file_must_rest_longer(copy: Copy) -> None:
    copy.write(b"some")
    with copy.path.open("r+b") as file:
        file.truncate(20 * 1024 * 1024)
    copy.write(b"end")
    assert copy.is_left(after=0)
    assert copy.is_left(after=3)
    assert not copy.is_left(after=3)


def test_a_file_whose_end_is_missing_must_rest_longer_still(copy: Copy) -> None:
    copy.write(b"%PDF-1.7 the first half")
    assert copy.is_left(after=0)
    assert copy.is_left(after=30)
    copy.write(b"the rest %%EOF")
    assert copy.is_left(after=0)
    assert copy.is_left(after=0.5)
    assert not copy.is_left(after=1)


def test_a_torn_file_that_never_comes_is_taken_as_it_is(copy: Copy) -> None:
    copy.write(b"%PDF-1.7 the first half")
    assert copy.is_left(after=0)
    assert not copy.is_left(after=61)


def test_a_file_that_never_stands_still_is_taken_after_ten_minutes_and_then_left_again(copy: Copy) -> None:
    for _ in range(20):
        copy.write(b"a line\n")
        assert copy.is_left(after=0.5)
        copy.clock.now += 29
    copy.write(b"a line\n")
    assert not copy.is_left(after=20)
    copy.write(b"a line\n")
    assert copy.is_left(after=0.5)


def test_the_clock_of_a_server_that_is_ahead_does_not_matter(copy: Copy) -> None:
    copy.write(b"some", ahead=500)
    assert copy.is_left(after=0)
    assert copy.is_left(after=0.5)
    assert not copy.is_left(after=1)


def test_a_file_that_is_gone_is_ready_once(copy: Copy) -> None:
    copy.write(b"some")
    assert copy.is_left(after=0)
    copy.path.unlink()
    assert copy.arriving.is_any_ready()
    assert not copy.arriving.is_any_ready()


def packed() -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", os.urandom(100_000).hex())
    return buffer.getvalue()


@pytest.mark.parametrize(
    "whole",
    [packed(), b"%PDF-1.4\n" + b"x" * 5000 + b"\n%%EOF\n", binary.workbook([["a", 1.0]])],
    ids=["zip", "pdf", "xls"],
)
def test_a_torn_file_is_told_from_a_whole_one(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(whole)
    assert not is_torn(path)
    for part in (len(whole) // 3, len(whole) // 2):
        path.write_bytes(whole[:part])
        assert is_torn(path)


def test_other_files_and_those_that_are_gone_are_not_torn(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"words")
    assert not is_torn(path)
    assert not is_torn(tmp_path / "gone")
