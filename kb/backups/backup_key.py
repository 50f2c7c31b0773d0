"""The key of backups: 32 random bytes of a home, with which it signs its backups, so that a changed one is known.

It is in no backup: who has a backup alone cannot make another one that passes for the home's.
"""

import os
import re
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from kb.errors import HomeError, UsageError, why
from kb.files import open_regular, write_once

NAME = "backup.key"
_KEY = re.compile(r"[0-9a-f]{64}")


def key_of(home: Path) -> bytes:
    """The key of a home, made at first need (file `backup.key`, mode 0600) and kept. Raises HomeError."""
    file = home / NAME
    try:
        with suppress(FileNotFoundError):
            return read(file)
        write_once(file, f"{secrets.token_hex(32)}\n")
        return read(file)  # another process may have been quicker
    except UsageError as error:
        raise HomeError("backup.key_hint", problem=error) from None
    except OSError as error:
        raise HomeError("home.key_unusable", file=file, why=why(error)) from error


def read(place: Path) -> bytes:
    """The key in a file, or in a home. Raises OSError, and UsageError for a file that holds none."""
    file = place / NAME if place.is_dir() else place
    with open_regular(file) as opened:
        text = opened.read(256).decode("ascii", "replace").strip()
    if not _KEY.fullmatch(text):
        raise UsageError("backup.key_damaged", file=file)
    return bytes.fromhex(text)


def own(home: Path) -> bytes | None:
    """The key of a home, where this user alone can have written it: a backup names its home, and may lie."""
    file = home / NAME
    with suppress(OSError, ValueError, UsageError):
        status = file.lstat()
        if stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077:
            return read(file)
    return None


def keep(home: Path, key: bytes) -> None:
    """Give a new home a key that is known."""
    write_once(home / NAME, f"{key.hex()}\n")
