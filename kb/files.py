"""Files that somebody named, in a request or a command: regular ones only, of a bounded size, and never waited for."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from kb.messages.coded_text import CodedText

MADE_UP = ("/proc", "/sys")  # what the kernel makes up as it is read, such as the memory of a process
_MB = 1 << 20


def open_regular(path: Path, most_mb: int | None = None) -> BinaryIO:
    """Open a regular file for reading, of at most so many MB where that is given.

    Raises OSError, with a `strerror` that says so, for a device, a pipe, a socket, what the kernel makes up, and a file
    that is too large; and the system's own errors (IsADirectoryError for a folder). None of them is opened for long:
    a pipe without a writer, or a device, would hold its reader up.
    """
    _refuse(path, os.stat(path), most_mb)
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC), "rb")
    try:
        _refuse(path, os.fstat(file.fileno()), most_mb)  # it may be another one by now
    except OSError:
        file.close()
        raise
    return file


def read_regular(path: Path, most_mb: int) -> bytes:
    """The content of a regular file. Raises what `open_regular` raises, also for a file that grows past the limit."""
    with open_regular(path, most_mb) as file:
        content = file.read(most_mb * _MB + 1)
    if len(content) > most_mb * _MB:
        raise _too_large(path, most_mb)
    return content


def _refuse(path: Path, status: os.stat_result, most_mb: int | None) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, CodedText("system.no_file"), str(path))
    if any(status.st_dev == os.stat(place).st_dev for place in MADE_UP if os.path.ismount(place)):
        raise OSError(errno.EINVAL, CodedText("system.made_up"), str(path))
    if most_mb is not None and status.st_size > most_mb * _MB:
        raise _too_large(path, most_mb)


def _too_large(path: Path, most_mb: int) -> OSError:
    return OSError(errno.EFBIG, CodedText("system.larger", size=most_mb), str(path))


def write_once(file: Path, text: str) -> None:
    """Write a small file (mode 0600), whole or not at all, unless it is there. Raises OSError."""
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(part, file)
    except FileExistsError:
        pass
    except OSError:  # a file system without links
        os.replace(part, file)
    finally:
        part.unlink(missing_ok=True)
