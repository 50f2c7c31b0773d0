"""Files: which files there are to ingest under the paths a person gave, always in the same order."""

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ingest.document import links
from ingest.document.links import LeadsOutside, is_home
from kb.errors import DocumentError, UnsupportedFormat, UsageError, why
from kb.messages.coded_text import CodedText

_LEFT_BEHIND = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db", "__macosx", ".ds_store", ".localized"})
_PARTS = (".crdownload", ".part", ".partial", ".filepart", ".download", ".opdownload", ".!ut")


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to ingest, or something that cannot be one (then `problem` says why).

    `path_in_root` is valid Unicode with `/` between its parts; `absolute_path` is what opens the file. Two roots
    of one name differ in `root`.
    """

    root_name: str
    path_in_root: str
    absolute_path: Path
    problem: DocumentError | None
    root: Path
    status: os.stat_result | None = None  # as it was when it was found


def find(paths: Sequence[Path]) -> Iterator[FoundFile]:
    """The files under `paths`: folders are walked, a single file counts as one in its folder.

    Hidden files, backups of editors, unfinished downloads and links out of the folder come with a problem, an
    UnsupportedFormat; hidden folders and homes too, and are not walked. What Office, editors and desktops leave behind
    is passed over. Raises UsageError, before anything is found, for a path that does not exist.
    """
    if not paths:
        raise UsageError("ingest.name_something")
    roots = [Path(os.path.abspath(path)) for path in paths]
    for given, root in zip(paths, roots, strict=True):
        if not os.path.lexists(root):
            raise UsageError("file.not_found", path=_printable(str(given)))
    return _find_all(list(dict.fromkeys(roots)))


def find_settled(paths: Sequence[Path], expected: Callable[[], Iterable[Path]]) -> list[FoundFile]:
    """All that `find` gives. Where one that is expected is missing, also what came meanwhile: while folders are listed,
    a file may move from one that is still to come into one that was listed before."""
    found = list(find(paths))
    there = {file.absolute_path for file in found}
    if not there.issuperset(expected()):
        found += [file for file in find(paths) if file.absolute_path not in there]
    return found


def root_name(folder: Path) -> str:
    """What a folder is called as a collection."""
    return _printable(folder.name) or "root"


def _find_all(roots: list[Path]) -> Iterator[FoundFile]:
    for root in roots:
        if not root.is_dir():
            yield _single(root)
            continue
        try:
            links.check_root(root)
        except LeadsOutside as error:
            yield FoundFile(root_name(root), ".", root, error, root)
        else:
            yield from _walk(root)


def _single(path: Path) -> FoundFile:
    folder = path.parent
    problem: DocumentError | None
    try:
        links.resolved(path, folder)
        links.check_root(path)
        problem = _problem(path)
    except LeadsOutside as error:
        problem = error
    return FoundFile(
        root_name(folder), _printable(path.name), path, problem, folder, None if problem else _status(path)
    )


def _walk(root: Path) -> Iterator[FoundFile]:
    name, top = root_name(root), os.path.realpath(root)

    start = len(str(root).rstrip(os.sep)) + 1

    def found_file(path: str, problem: DocumentError | None, status: os.stat_result | None = None) -> FoundFile:
        inside = path[start:].replace(os.sep, "/") or "."
        return FoundFile(name, _printable(inside), Path(path), problem, root, status)

    # An explicit stack: folders may be nested deeper than Python recurses. Beside each path stand where it really is
    # unless it is a link, and the folders above it.
    stack: list[tuple[str, str, tuple[tuple[int, int], ...]]] = [(str(root), top, ())]
    while stack:
        path, real, above = stack.pop()
        if above and (left_out := _left_out(os.path.basename(path))):
            yield found_file(path, left_out)
            continue
        try:
            status = os.lstat(real)
            if stat.S_ISLNK(status.st_mode):
                real = links.resolved(real, top)
                status = os.stat(real)
        except LeadsOutside as error:
            yield found_file(path, error)
            continue
        except OSError:
            yield found_file(path, _problem(Path(path)))
            continue
        if stat.S_ISREG(status.st_mode):
            yield found_file(path, None, status)
            continue
        if not stat.S_ISDIR(status.st_mode):
            yield found_file(path, _problem(Path(path)))
            continue
        identity = (status.st_dev, status.st_ino)
        if identity in above:
            yield found_file(path, DocumentError("link.leads_back"))
            continue
        try:
            names = _names(real, top)
        except PermissionError:
            yield found_file(path, DocumentError("folder.no_permission"))
            continue
        except OSError as error:
            yield found_file(path, DocumentError("folder.not_opened", why=why(error)))
            continue
        if is_home(real):
            yield found_file(path, UnsupportedFormat("folder.is_home"))
            continue
        inside = (*above, identity)
        stack.extend(
            (os.path.join(path, each), os.path.join(real, each), inside) for each in names if not is_left_behind(each)
        )


def _names(real: str, top: str) -> list[str]:
    """What is in a folder, in reverse order."""
    folder = links.open_without_links(real, top, os.O_RDONLY | os.O_DIRECTORY)
    try:
        return sorted(os.listdir(folder), reverse=True)
    finally:
        os.close(folder)


def is_left_behind(name: str) -> bool:
    """Whether a file of this name is what Office, editors, desktops and downloads leave beside documents for a time."""
    lower = name.lower()
    if lower in _LEFT_BEHIND or lower.startswith(("~$", "._", ".~lock.")) or lower.endswith((".swp", ".swo")):
        return True
    return (name.startswith("#") and name.endswith("#")) or (is_hidden(name) and lower.endswith(_PARTS))


def is_hidden(name: str) -> bool:
    """Whether a file of this name is hidden by custom."""
    return name.startswith(".") and name.strip(".") != ""


def _left_out(name: str) -> UnsupportedFormat | None:
    """Why a file of this name is no document to read; None for one that is."""
    if is_hidden(name):
        return UnsupportedFormat("file.hidden")
    if name.endswith("~"):
        return UnsupportedFormat("file.backup")
    return UnsupportedFormat("file.unfinished") if name.lower().endswith(_PARTS) else None


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def content(file: IO[bytes], max_file_mb: int) -> bytes:
    """The whole file. Raises DocumentError where it is empty, over the limit or cannot be read."""
    try:
        data = file.read((max_file_mb << 20) + 1)
    except OSError as error:
        raise DocumentError("file.unreadable", why=why(error)) from None
    if len(data) > max_file_mb << 20:
        raise _over_the_limit(len(data), max_file_mb)
    if not data:
        raise DocumentError("file.empty")
    return data


def hashed(path: Path, max_file_mb: int, root: Path | None = None) -> tuple[str, int]:
    """SHA-256 and size of a file. A file over the limit is not read through. Otherwise as `opened`."""
    digest, size = hashlib.sha256(), 0
    with opened(path, max_file_mb, root) as file:
        while block := file.read(1 << 20):
            digest.update(block)
            size += len(block)
    return digest.hexdigest(), size


@contextmanager
def opened(path: Path, max_file_mb: int, root: Path | None = None) -> Iterator[IO[bytes]]:
    """A file for reading, one that is really in the folder `root` where that is given. A pipe or a device is not waited
    for. Raises DocumentError, also for what happens inside."""
    try:
        with opened_at_all(path, root) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise DocumentError("file.is_device")
            if status.st_size > max_file_mb << 20:
                raise _over_the_limit(status.st_size, max_file_mb)
            if status.st_size == 0:  # or what the kernel makes up as it is read, as the memory of a process
                raise DocumentError("file.empty")
            yield file
    except FileNotFoundError:
        raise DocumentError("file.vanished_before") from None
    except PermissionError:
        raise DocumentError("file.no_permission") from None
    except IsADirectoryError:
        raise DocumentError("file.is_folder") from None
    except OSError as error:
        if error.errno == errno.ENXIO:  # a socket
            raise DocumentError("file.is_device") from None
        if error.errno in (errno.ELOOP, errno.ENOTDIR):  # a link or a file was put in the place of a folder or a file
            raise DocumentError("file.changed") from None
        raise DocumentError("file.unreadable", why=why(error)) from None


def opened_at_all(path: Path, root: Path | None = None) -> IO[bytes]:
    """As `opened`, but whatever it is, and with errors of the system."""

    def descriptor(_: str, flags: int) -> int:
        flags |= os.O_NONBLOCK
        return os.open(path, flags) if root is None else links.open_inside(path, root, flags)

    return open(path, "rb", opener=descriptor)


def _over_the_limit(size: int, max_file_mb: int) -> DocumentError:
    return DocumentError("file.too_large", size=size / (1 << 20), limit=max_file_mb)


def _problem(path: Path) -> DocumentError | None:
    """Why `path` is not a file that can be read; None for one that may be."""
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        if error.errno == errno.ELOOP:
            return DocumentError("link.loop")
        if isinstance(error, FileNotFoundError):
            return DocumentError("link.to_nothing") if path.is_symlink() else DocumentError("file.vanished")
        if isinstance(error, PermissionError):
            return DocumentError("file.no_permission_to_look")
        return DocumentError("file.not_looked_at", why=why(error))
    if stat.S_ISREG(mode):
        return None
    kinds = (
        (stat.S_ISFIFO, CodedText("kind.pipe")),
        (stat.S_ISSOCK, CodedText("kind.socket")),
        (stat.S_ISCHR, CodedText("kind.device")),
        (stat.S_ISBLK, CodedText("kind.device")),
    )
    kind = next((words for test, words in kinds if test(mode)), CodedText("kind.neither"))
    return DocumentError("file.is_kind", kind=kind)


def _printable(name: str) -> str:
    """The name as valid Unicode: bytes that are not UTF-8 appear as `\\xNN`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
