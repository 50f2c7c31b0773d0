"""Uploads: files sent to the page are kept in the home and read into the collection `uploads`."""

import logging
import os
import re
import threading
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

from kb.errors import KBError, StorageFull

if TYPE_CHECKING:
    from ingest.pipeline import IngestProgress, IngestReport
    from kb.assistant import KnowledgeBase

COLLECTION = "uploads"
_MAX_NAME_BYTES = 180
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class UploadState:
    """Where an upload stands. `report` or `error` is there when it has ended; an error "" is an internal one."""

    files_total: int
    files_done: int = 0
    current: str = ""
    report: "IngestReport | None" = None
    error: str | None = None

    @property
    def finished(self) -> bool:
        return self.report is not None or self.error is not None


class Uploads:
    """Reads uploaded files in, one batch at a time, in the background."""

    def __init__(self, kb: "KnowledgeBase") -> None:
        self._kb = kb
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._state: UploadState | None = None

    @property
    def folder(self) -> Path:
        return self._kb.home.path / COLLECTION

    @property
    def state(self) -> UploadState | None:
        """The batch that runs, or ran last; None after `dismiss()`."""
        with self._changed:
            return self._state

    @property
    def running(self) -> bool:
        state = self.state
        return state is not None and not state.finished

    def add(self, files: Iterable[tuple[str, IO[bytes]]]) -> bool:
        """Keep the files and begin to read them in. False when a batch is already running.

        A name seen before is a new version of that document; two files of one name in one batch are told apart.
        """
        with self._changed:
            if self._state is not None and not self._state.finished:
                return False
            self._state = UploadState(files_total=0)
        try:
            paths = self._keep(files)
        except OSError as error:
            self._set(UploadState(files_total=0, error=_reason(error)))
            return True
        self._set(UploadState(files_total=len(paths)))
        self._thread = threading.Thread(target=self._run, args=(paths,), name="upload", daemon=True)
        self._thread.start()
        return True

    def wait(self, seen: UploadState | None, timeout: float) -> UploadState | None:
        """The state as soon as it differs from `seen`, or after `timeout` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._state is not seen, timeout)
            return self._state

    def dismiss(self) -> None:
        """Forget the last batch's result."""
        with self._changed:
            if self._state is not None and self._state.finished:
                self._state = None

    def forget(self, collection: str, path: str) -> None:
        """Remove the kept file of a document that was deleted."""
        if collection == COLLECTION:
            (self.folder / safe_name(path)).unlink(missing_ok=True)

    def stop(self) -> None:
        """End the batch after the file it is reading."""
        self._stop.set()

    def join(self, timeout: float) -> None:
        if self._thread is not None:
            self._thread.join(timeout)

    def _keep(self, files: Iterable[tuple[str, IO[bytes]]]) -> list[Path]:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        taken: dict[str, Path] = {}
        for name, content in files:
            name = _apart(safe_name(name), taken)
            target = self.folder / name
            part = self.folder / f".{threading.get_ident()}.part"
            try:
                with part.open("wb") as out:
                    while block := content.read(1 << 20):
                        out.write(block)
                os.replace(part, target)
            finally:
                part.unlink(missing_ok=True)
            taken[name] = target
        return list(taken.values())

    def _run(self, paths: list[Path]) -> None:
        from ingest.pipeline import ingest

        try:
            report = ingest(
                self._kb,
                paths,
                collection=COLLECTION,
                progress=self._progress,
                stop=self._stop,
            )
        except KBError as error:
            self._end(error=str(error))
        except Exception:
            log.exception("an upload failed")
            self._end(error="")
        else:
            self._end(report=report)

    def _progress(self, progress: "IngestProgress") -> None:
        with self._changed:
            total = self._state.files_total if self._state else progress.files_total
        self._set(UploadState(max(total, progress.files_total), progress.files_done, progress.current))

    def _end(self, report: "IngestReport | None" = None, error: str | None = None) -> None:
        with self._changed:
            state = self._state or UploadState(0)
        self._set(replace(state, report=report, error=error))

    def _set(self, state: UploadState) -> None:
        with self._changed:
            self._state = state
            self._changed.notify_all()


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


def _reason(error: OSError) -> str:
    import errno

    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return str(StorageFull("The disk has no room for the uploaded files. Free some space and upload them again."))
    return f"{error.strerror or error}. Check that the home folder can be written, and upload again."
