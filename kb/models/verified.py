"""Verified: what the files of weights hash to, each read once and remembered with what shows that it is the same file.

The record lies in the folder of the weights. What was copied there with it, or put in the place of a file, is another
file (its inode and times differ), and is read before it is used.
"""

import contextlib
import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RECORD = "kb-verified.json"
_here: dict[tuple[str, tuple[int, ...]], "FileHash"] = {}  # what this process knows; the record may not be writable


@dataclass(frozen=True, slots=True)
class FileHash:
    """The content of a file. `made`: this machine made it of data whose hash was right."""

    sha256: str
    made: bool = False


def file_hash(folder: Path, name: str, anew: bool = False) -> FileHash | None:
    """What a file below `folder` hashes to, read now if that is not remembered, or wanted `anew`; None without it."""
    file = folder / name
    try:
        state = _state(file)
        remembered = _here.get((str(file), state)) or _remembered(folder, name, state)
        if remembered is not None and not anew:
            _here[str(file), state] = remembered
            return remembered
        sha256 = sha256_of(file)
        found = FileHash(sha256, remembered is not None and remembered.made and remembered.sha256 == sha256)
        if _state(file) == state and found != remembered:
            _remember(folder, name, state, found)
    except OSError:
        return None
    return found


def remember_made(folder: Path, name: str) -> None:
    """Remember a file as one that was made here. Raises OSError."""
    file = folder / name
    _remember(folder, name, _state(file), FileHash(sha256_of(file), made=True))


def sha256_of(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits. Raises OSError."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _state(file: Path) -> tuple[int, ...]:
    status = file.stat()
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev)


def _remembered(folder: Path, name: str, state: tuple[int, ...]) -> FileHash | None:
    entry = _record(folder).get(name)
    if not isinstance(entry, dict) or entry.get("state") != list(state) or not isinstance(entry.get("sha256"), str):
        return None
    return FileHash(entry["sha256"], entry.get("made") is True)


def _record(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _remember(folder: Path, name: str, state: tuple[int, ...], found: FileHash) -> None:
    _here[str(folder / name), state] = found
    entry = {"sha256": found.sha256, "made": found.made, "state": state}
    with contextlib.suppress(OSError):  # a folder of somebody else's: the next process reads the file again
        descriptor, part = tempfile.mkstemp(prefix=f".{RECORD}.", dir=folder)  # mode 0600
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as out:
                json.dump({**_record(folder), name: entry}, out, indent=1)
            os.replace(part, folder / RECORD)
        except BaseException:
            os.unlink(part)
            raise
