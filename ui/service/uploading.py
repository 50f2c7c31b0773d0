"""Uploads: files sent to the service are kept in the home, each collection's by themselves, and read in by a job."""

import contextlib
import errno
import os
import re
import threading
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING

from ingest.sync.pipeline import DocumentReport
from kb.errors import DocumentError, HomeError, StorageFull, why
from kb.store.collection_names import collection_name
from kb.store.uploads import folder_of

if TYPE_CHECKING:
    from ingest.sync.jobs import Job, Jobs
    from kb.assistant import KnowledgeBase

COLLECTION = "uploads"
_MAX_NAME_BYTES = 180
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_MEGABYTE = 1 << 20


class Uploads:
    """Keeps uploaded files and hands them to the jobs, a batch at a time. Safe to use from several threads."""

    def __init__(self, kb: "KnowledgeBase", jobs: "Jobs") -> None:
        self._kb = kb
        self._jobs = jobs
        self._lock = threading.Lock()

    def folder(self, collection: str = COLLECTION) -> Path:
        """Where the files of a collection are kept."""
        return folder_of(self._kb.home.uploads, collection)

    def add(
        self, files: Iterable[tuple[str, IO[bytes]]], collection: str = COLLECTION, who: str = "local"
    ) -> "Job | None":
        """Keep the files and let a job read them in. None where no file was sent.

        A name that the collection knows is a new version of that document; two of one name in one batch are told apart.
        A file that is empty, over the limit or cut off is not kept; the job's report gives its reason, and so does the
        list of documents, unless the collection has one of that name. Raises UsageError for what cannot be the name of
        a collection, and StorageFull or HomeError where the files cannot be kept; then none of the batch is.
        """
        collection = collection_name(self._kb.catalog, collection)
        with self._lock:
            kept, refused = self._keep(files, self.folder(collection))
            if not kept and not refused:
                return None
            self._list(refused, collection)
            title = ", ".join([*(path.name for path in kept), *(report.path for report in refused)][:3])
            more = " …" if len(kept) + len(refused) > 3 else ""
            return self._jobs.ingest(kept, collection=collection, title=title + more, who=who, refused=refused)

    def _keep(self, files: Iterable[tuple[str, IO[bytes]]], folder: Path) -> tuple[list[Path], list[DocumentReport]]:
        """The files on disk under their names, and those that were refused. All are whole, or none is kept."""
        parts: dict[str, Path] = {}
        refused: list[DocumentReport] = []
        try:
            self._kb.home.uploads.mkdir(mode=0o700, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
            _sweep(folder)
            for given, content in files:
                name = _apart(safe_name(given), parts)
                part = folder / f".{len(parts)}.part"
                try:
                    self._receive(content, part)
                except DocumentError as error:
                    refused.append(DocumentReport(name, "failed", reason=error.message))
                    part.unlink(missing_ok=True)
                else:
                    parts[name] = part
            for name, part in parts.items():
                os.replace(part, folder / name)
        except OSError as error:
            with contextlib.suppress(OSError):
                _sweep(folder)
            raise _explained(error) from error
        except BaseException:
            _sweep(folder)
            raise
        return [folder / name for name in parts], refused

    def _list(self, refused: Iterable[DocumentReport], collection: str) -> None:
        """Have the list of documents show the files that were refused."""
        known, folder = self._kb.catalog.known(collection), str(self.folder(collection))
        for each in refused:
            if each.path not in known or known[each.path].sha256 is None:
                self._kb.catalog.record_outcome(collection, each.path, folder, each.path, each.status, each.reason)

    def _receive(self, content: IO[bytes], part: Path) -> None:
        """Write one file. Raises DocumentError where it is empty, over the limit or cut off."""
        limit = self._kb.settings.ingest.max_file_mb
        size = 0
        with part.open("wb") as out:
            part.chmod(0o600)
            while block := _block(content):
                size += len(block)
                if size > limit * _MEGABYTE:
                    raise DocumentError("upload.file_over_limit", limit=limit)
                out.write(block)
        if size == 0:
            raise DocumentError("file.empty")
        announced = getattr(content, "size", None)
        if isinstance(announced, int) and size < announced:
            raise DocumentError("upload.cut_off_at", size=size, total=announced)


def _sweep(folder: Path) -> None:
    """Remove the parts of a batch that ended before its files had their names."""
    for part in folder.glob(".*.part"):
        part.unlink(missing_ok=True)


def _block(content: IO[bytes]) -> bytes:
    """The next piece of an upload. Raises DocumentError where the connection ended in the middle of it."""
    try:
        return content.read(_MEGABYTE)
    except (ValueError, EOFError, ConnectionError, TimeoutError) as error:
        raise DocumentError("upload.cut_off") from error


def safe_name(name: str) -> str:
    """A file name that stays in its folder on any system, and is still the name its owner knows."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    name = _FORBIDDEN.sub("_", name).strip().strip(".").strip()
    stem, suffix = os.path.splitext(name)
    suffix = suffix if len(suffix.encode("utf-8", "ignore")) <= 16 else ""
    room = _MAX_NAME_BYTES - len(suffix.encode("utf-8", "ignore"))
    stem = (stem if suffix else name).encode("utf-8", "ignore")[:room].decode("utf-8", "ignore").rstrip(". ")
    return f"{stem or 'file'}{suffix}"


def _apart(name: str, taken: dict[str, Path]) -> str:
    stem, suffix = os.path.splitext(name)
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{stem} ({number}){suffix}"
    return free


def _explained(error: OSError) -> HomeError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull("upload.disk_full")
    return HomeError("upload.not_kept", why=why(error))
