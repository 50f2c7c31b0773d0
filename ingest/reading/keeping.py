"""Keeping: the content of what was read becomes a file that its reading process has no hand in."""

import errno
import hashlib
import tempfile
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import IO

from ingest.reading.messages import Fatal, MessageError, ReadDocument, ReaderMessage, Task
from kb.errors import StorageFull


class Keeper:
    """Writes the contents that a process sends into files of the task's folder, until their documents are told."""

    def __init__(self, task: Task) -> None:
        self._folder = task.folder if task.keep else None
        self._is_bundle = task.is_bundle
        self._limit = task.settings.ingest.max_file_mb << 20
        self._file: IO[bytes] | None = None
        self._digest = hashlib.sha256()
        self._places: dict[str, Path] = {}  # by the hash of what was written

    def __enter__(self) -> "Keeper":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Remove what belongs to no document."""
        if self._file is not None:
            self._file.close()
            Path(self._file.name).unlink(missing_ok=True)
        for place in self._places.values():
            place.unlink(missing_ok=True)

    def take(self, data: bytes, *, whole: bool) -> None:
        """The next piece of a content; `whole` with its last one. Raises MessageError, StorageFull."""
        if self._folder is None:
            raise MessageError("a content that nobody asked for")
        try:
            if self._file is None:
                self._digest = hashlib.sha256()
                self._file = tempfile.NamedTemporaryFile(prefix="read-", dir=self._folder, delete=False)  # noqa: SIM115
            self._digest.update(data)
            self._file.write(data)
            if self._file.tell() > self._limit:
                raise MessageError("a content that is larger than a file may be")
            if whole:
                self._file.close()
                self._drop(self._digest.hexdigest())
                self._places[self._digest.hexdigest()] = Path(self._file.name)
                self._file = None
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise StorageFull("home.disk_full_run_again") from error

    def joined(self, message: ReaderMessage | Fatal) -> ReaderMessage | Fatal:
        """The message, with the file of its content where contents are kept: the one that has the document's hash.

        Raises MessageError where that was not sent.
        """
        if not isinstance(message, ReadDocument) or self._folder is None:
            return message
        place = self._places.pop(message.sha256, None)
        if place is None and not self._is_bundle:
            raise MessageError("a document without its content")
        return message if place is None else replace(message, original=place.name)

    def _drop(self, sha256: str) -> None:
        if (before := self._places.pop(sha256, None)) is not None:
            before.unlink(missing_ok=True)
