"""The pipeline: files become searchable documents. Find, read, split, embed, commit; what is unchanged is left alone.

A document is committed whole or not at all, and work goes on where it was interrupted. Originals are kept by
their hash before the catalog speaks of them. Some files are read ahead while others are embedded.
"""

import os
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ingest.document import files
from ingest.document.links import LeadsOutside
from ingest.reading import process_pool, reading
from ingest.reading.messages import KnownContent, ReadDocument, ReaderMessage, Task, Unreadable
from ingest.reading.process_pool import Reading
from ingest.sync import reindexing
from ingest.sync.change_detection import Collection, is_out_of_sight
from ingest.sync.edits import Prepared, prepare
from ingest.sync.indexing import Committer, PendingDocument
from kb.access.order_scores import is_released, reaches
from kb.assistant import KnowledgeBase
from kb.errors import DocumentError, UnsupportedFormat, UsageError
from kb.messages.coded_text import CodedText, fields, of_fields, together
from kb.schema import DocumentStatus
from kb.store.catalog import KnownDocument
from kb.store.collection_names import collection_name
from kb.store.file_tracking import SeenFile, Sync
from kb.store.uploads import are_uploads

_AHEAD_FILES = 8  # files that are being read, or wait to be
_AHEAD_BYTES = 8 << 20  # from which on no further one is begun
_GONE_TOGETHER = 100  # documents removed before it is seen whether to stop
_STILL = CodedText("document.version_before")


@dataclass(frozen=True, slots=True)
class DocumentReport:
    """What became of one document. `reason` says why it failed, was skipped or deleted, or where it moved from."""

    path: str
    status: DocumentStatus
    pages: int | None = None
    chunks: int = 0
    reason: str = ""


def document_report_form(report: DocumentReport) -> dict[str, Any]:
    """The report as JSON, with the code and the values of its reason."""
    return {**asdict(report), **fields(report.reason, "reason_")}


def document_report_of_form(form: dict[str, Any]) -> DocumentReport:
    """The report of a form; those of earlier versions have no code."""
    values = {name: value for name, value in form.items() if name not in ("reason_code", "reason_values")}
    return DocumentReport(**{**values, "reason": of_fields(form.get("reason", ""), form, "reason_")})


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of all documents, in the order they were found."""

    documents: tuple[DocumentReport, ...]
    added: int
    changed: int
    unchanged: int
    deleted: int
    failed: int
    skipped: int
    seconds: float
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class IngestProgress:
    """How far an ingestion is. `chunks` counts those embedded in this run."""

    files_done: int
    files_total: int
    chunks: int
    current: str
    seconds: float


class _NameTaken(DocumentError):
    """Two documents of one name in one run, or of two folders in one collection."""


@dataclass(slots=True)
class _File:
    """A file on its way: it is known, cannot be read, or is being read."""

    found_file: files.FoundFile
    collection: Collection
    sha256: str = ""
    hashed_ns: int = 0
    known_documents: list[KnownDocument] = field(default_factory=list)
    moved_from: str | None = None
    error: DocumentError | None = None
    reading: Reading | None = None

    @property
    def path(self) -> str:
        return self.found_file.path_in_root

    @property
    def root(self) -> str:
        return str(self.found_file.root)

    @property
    def size(self) -> int:
        return self.found_file.status.st_size if self.found_file.status and self.reading else 0


def ingest(
    kb: KnowledgeBase,
    paths: Sequence[Path],
    *,
    collection: str | None = None,
    prune: bool = False,
    check: bool = False,
    progress: Callable[[IngestProgress], None] | None = None,
    stop: threading.Event | None = None,
    leave: Callable[[files.FoundFile], bool] | None = None,
    by: str = "ingest",
) -> IngestReport:
    """Bring files and folders into the knowledge base; see the module's text.

    A file whose size and times are those of the last run is not opened, unless `check` is set. With `prune`, documents
    whose file is gone from a folder are removed. `stop`, set from another thread, ends after a few seconds at most; all
    that was reported is committed. Files for which `leave` is true are left for another run. A file that cannot be read
    is reported with its reason and stops nothing. `by` is who ingests, for the audit trail.

    Raises UsageError for a missing path, a folder that would mix with another one, or what cannot be the name of a
    collection, EmbeddingChanged where the home was built with another embedding model or splitting, and StorageFull.
    """
    reindexing.check_same(kb)
    if kb.catalog.pending():  # a crash came between; what is finished now need not be read again
        kb.indexes.ready()
    with kb.home.scratch() as folder, kb.deletion.ingesting():
        run = _Run(kb, folder, progress or (lambda _: None), stop or threading.Event(), check, by)
        run.ingest(paths, collection, prune, leave or (lambda _: False))
    kb.glossary.propose(stop)
    kb.scrub()  # once, whatever was removed
    return run.report()


class _Run:
    def __init__(
        self, kb: KnowledgeBase, folder: Path, progress: Callable[[IngestProgress], None], stop: threading.Event,
        check: bool, by: str,
    ) -> None:  # fmt: skip
        self._kb = kb
        self._folder = folder  # for what was read and is not committed yet
        self._progress = progress
        self._stop = stop
        self._check = check
        self._began = time.perf_counter()
        self._sync = Sync(kb.catalog)
        self._committer = Committer(kb, self._sync, folder, stop, self._show, by)
        self._collections: dict[str, Collection] = {}
        self._unread: set[tuple[str, str]] = set()  # files of which not all documents could be looked at
        self._postponed_files: set[files.FoundFile] = set()  # for another run
        self._reports: list[DocumentReport] = []
        self._done_count = self._total = 0

    def ingest(
        self, paths: Sequence[Path], collection: str | None, prune: bool, leave: Callable[[files.FoundFile], bool]
    ) -> None:
        everything = files.find_settled(paths, lambda: self._answering(paths, collection) if prune else ())
        self._postponed_files = {file for file in everything if leave(file)}
        found = [file for file in everything if file not in self._postponed_files]
        self._total = len(found)
        for root in {(file.root_name, file.root) for file in found}:
            self._check_root(self._collection(collection or root[0]), root[1], given=collection is not None)
        self._read_all(found, collection)
        self._committer.flush()
        if not self._stop.is_set():
            self._report_missing(everything, paths, collection, prune)
        if not self._stop.is_set():  # what a stopped run has embedded is wanted by the next one
            self._sync.drop_ahead()
        self._show("")

    def report(self) -> IngestReport:
        """What became of all documents."""
        reports = [each for n, each in enumerate(self._reports) if n not in self._committer.dropped]
        count = Counter(report.status for report in reports)
        return IngestReport(
            tuple(reports), count["added"], count["changed"], count["unchanged"], count["deleted"],
            count["failed"], count["skipped"], time.perf_counter() - self._began, self._stop.is_set(),
        )  # fmt: skip

    def _collection(self, name: str) -> Collection:
        if name not in self._collections:
            stored = collection_name(self._kb.catalog, name)
            self._collections[name] = Collection(stored, self._kb.catalog, self._sync)
        return self._collections[name]

    def _check_root(self, collection: Collection, root: Path, given: bool) -> None:
        """A collection named after its folder belongs to that folder; a moved folder is followed."""
        if given:
            return
        roots = {known.root for known in collection.documents.values()}
        others = sorted(other for other in roots if other != str(root) and Path(other).is_dir())
        if others:
            raise UsageError("collection.of_other_folder", name=collection.name, other=others[0], root=root)

    def _read_all(self, found: Sequence[files.FoundFile], collection: str | None) -> None:
        """Take the files in order; some are read ahead."""
        ahead: deque[_File] = deque()
        coming = iter(found)
        try:
            while not self._stop.is_set():
                while (
                    sum(f.reading is not None for f in ahead) < _AHEAD_FILES
                    and sum(f.size for f in ahead) < _AHEAD_BYTES
                ):
                    if len(ahead) >= 4 * _AHEAD_FILES or (following := next(coming, None)) is None:
                        break
                    ahead.append(self._begin(following, self._collection(collection or following.root_name)))
                if not ahead:
                    return
                self._show(ahead[0].path)
                self._finish(ahead[0])
                ahead.popleft()
                self._done_count += 1
        finally:
            begun = [file.reading for file in ahead if file.reading]
            for each in begun:
                each.cancel()
            for each in begun:
                each.wait(10)

    # ---- one file

    def _begin(self, found: files.FoundFile, collection: Collection) -> _File:
        """See whether a file is known; begin to read it where it is not."""
        file = _File(found, collection)
        try:
            if found.problem:
                raise found.problem
            if not self._check and collection.is_untouched(found):
                self._claim(file, file.path)
                file.known_documents = collection.of_file(file.root, file.path)
                return file
            reading.check_file(found.absolute_path, found.path_in_root, self._kb.settings.ingest, found.root)
            file.hashed_ns = time.time_ns()
            file.sha256, _ = files.hashed(found.absolute_path, self._kb.settings.ingest.max_file_mb, found.root)
            self._forbid_mixing(file, file.path)
            file.known_documents = collection.unchanged(found, file.sha256)
            if not file.known_documents:
                file.moved_from = collection.moved(found, file.sha256)
                file.known_documents = collection.of_file(file.root, file.path) if file.moved_from else []
            if not file.known_documents:
                file.reading = self._start_reading(file)
        except DocumentError as error:
            file.error = error
        return file

    def _start_reading(self, file: _File) -> Reading:
        known, folder = file.collection.readable(file.found_file), self._folder
        task = Task(
            file.found_file.absolute_path, file.path, file.sha256, self._kb.settings, known, folder,
            self._kb.home.reading, keep=True, root=file.found_file.root,
        )  # fmt: skip
        begun = process_pool.pool.read(task)
        self._kb.indexes.ready()  # meanwhile
        return begun

    def _finish(self, file: _File) -> None:
        """Take what a file gives."""
        if file.error:
            self._failed(file, file.path, file.error)
            return
        if file.reading is None:
            for known in file.known_documents:
                self._unchanged(file, known)
            if file.hashed_ns:
                self._remember(file, len(file.known_documents))
            return
        given, whole, own = 0, True, False
        for message in file.reading.messages(self._stop, self._show):
            given += 1
            own = own or message.path == file.path
            whole = self._take(file, message) and whole
        if self._stop.is_set():
            return
        if given and not own:
            self._drop_own_entry(file)
        if whole:
            self._remember(file, given)

    def _take(self, file: _File, message: ReaderMessage) -> bool:
        """Take one document of a file. False where the file must be read again by the next run."""
        try:
            if message.path != file.path:
                self._forbid_mixing(file, message.path)
            if isinstance(message, Unreadable):
                raise message.error
        except DocumentError as error:
            if isinstance(message, ReadDocument) and message.original:
                (self._folder / message.original).unlink(missing_ok=True)
            self._failed(file, message.path, error)
            return isinstance(error, UnsupportedFormat) and message.path != file.path
        known = file.collection.documents.get(message.path)
        if isinstance(message, KnownContent):
            assert known is not None
            self._unchanged(file, known)
            return True
        status: DocumentStatus = "changed" if known is not None and known.sha256 is not None else "added"
        ready = prepare(self._kb.catalog, file.collection.name, message)
        reason = self._held_for(known, ready)
        if ready.set_aside:
            reason = together(reason, CodedText("passage.set_aside", count=ready.set_aside))
        pages, chunks = len(message.content.pages), len(ready.document.chunks) - len(ready.left_out)
        self._reports.append(DocumentReport(message.path, status, pages or None, chunks, reason))
        self._committer.add(PendingDocument(len(self._reports) - 1, file.collection.name, file.root, file.path, ready))
        return True

    def _held_for(self, known: KnownDocument | None, ready: Prepared) -> str:
        """Why nothing will find what was read; "" where it will be found, or is kept as an editor released it."""
        if not reaches(ready.orders.score, self._kb.settings.ingest.quarantine_floor):
            return ""
        content = ready.document.content
        if known and is_released(self._kb.catalog.db, known.document_id, content.title, content.text):
            return ""
        return CodedText("document.held", words=ready.orders.reasons[0].text)

    def _claim(self, file: _File, path: str) -> None:
        """Raise _NameTaken where a document of that name came before."""
        if path in file.collection.seen:
            raise _NameTaken("document.name_twice", path=path)
        file.collection.seen.add(path)

    def _forbid_mixing(self, file: _File, path: str) -> None:
        self._claim(file, path)
        collection, known = file.collection, file.collection.documents.get(path)
        if known and known.root != file.root and Path(known.root, known.source).exists():
            raise _NameTaken("document.name_taken", name=collection.name, path=path, root=known.root)

    def _unchanged(self, file: _File, known: KnownDocument) -> None:
        file.collection.seen.add(known.path)
        if known.sha256 is None:  # a member of an archive that no reader takes
            self._reports.append(DocumentReport(known.path, "skipped", reason=known.reason))
            return
        if known.root != file.root or known.source != file.path or known.status in ("failed", "skipped"):
            self._kb.catalog.record_outcome(file.collection.name, known.path, file.root, file.path, "unchanged", "")
        reason = CodedText("document.moved", path=file.moved_from) if file.moved_from else ""
        self._reports.append(DocumentReport(known.path, "unchanged", known.pages, known.chunks, reason))

    def _failed(self, file: _File, path: str, error: DocumentError) -> None:
        status: DocumentStatus = "skipped" if isinstance(error, UnsupportedFormat) else "failed"
        reason = error.message
        known = file.collection.documents.get(path)
        is_kept = status == "failed" or isinstance(error, LeadsOutside)
        if known and known.sha256 and is_kept and not isinstance(error, _NameTaken):
            reason = together(reason, _STILL)
        if not isinstance(error, _NameTaken):
            self._kb.catalog.record_outcome(file.collection.name, path, file.root, file.path, status, reason)
        elif path == file.path and are_uploads(self._kb.home.uploads, file.root):
            file.found_file.absolute_path.unlink(missing_ok=True)  # it became no document: nobody could delete it later
        if path == file.path:
            self._unread.add((file.root, path))
        file.collection.seen.add(path)
        self._reports.append(DocumentReport(path, status, reason=reason))

    def _remember(self, file: _File, documents: int) -> None:
        """The next run need not open a file that looks as this one looked before it was hashed."""
        if (status := file.found_file.status) is not None:
            seen = SeenFile(
                file.path, status.st_size, status.st_mtime_ns, status.st_ctime_ns, file.hashed_ns, file.sha256,
                documents,
            )  # fmt: skip
            self._committer.file_done(file.collection.name, file.root, seen)

    def _drop_own_entry(self, file: _File) -> None:
        """An archive or bundle that could not be read before stands in the list; now its members do."""
        entry = file.collection.documents.get(file.path)
        if entry is not None and entry.sha256 is None and entry.root == file.root:
            self._kb.remove([entry.document_id], "ingest")

    # ---- what is gone

    def _answering(self, paths: Sequence[Path], collection: str | None) -> Iterator[Path]:
        """The files of all documents of the folders."""
        for folder in (Path(os.path.abspath(path)) for path in paths if path.is_dir()):
            known = self._collection(collection or files.root_name(folder)).of_root(folder)
            yield from (folder / each.source for each in known)

    def _report_missing(
        self, found: Sequence[files.FoundFile], paths: Sequence[Path], collection: str | None, prune: bool
    ) -> None:
        """Report the documents whose file, or whose place in its file, is gone, and remove them if asked to."""
        unread = self._unread | {
            (str(f.root), f.path_in_root) for f in found if f.problem or f in self._postponed_files
        }
        outside = {(str(f.root), f.path_in_root) for f in found if isinstance(f.problem, LeadsOutside)}
        sizes = {f.status.st_size for f in self._postponed_files if f.status}  # one of them may be what is gone, moved
        for path in dict.fromkeys(Path(os.path.abspath(path)) for path in paths):
            if path.is_dir():
                here = self._collection(collection or files.root_name(path))
                known = here.of_root(path)
                present = {f.path_in_root for f in found if f.root == path}
                absent = {s: here.seen_file(str(path), s) for s in here.seen_sources(str(path)) if s not in present}
                unread |= {(str(path), s) for s, seen in absent.items() if seen and seen.size in sizes}
                self._sync.forget_seen(here.name, str(path), [s for s in absent if (str(path), s) not in unread])
            else:
                file = next((f for f in found if f.absolute_path == path), None)
                if file is None:
                    continue
                here = self._collection(collection or file.root_name)
                known = here.of_file(str(file.root), file.path_in_root)
            missed = [each for each in known if each.path not in here.seen]
            self._not_followed(here, [each for each in missed if is_out_of_sight(each, outside)])
            gone = [each for each in missed if not is_out_of_sight(each, unread)]
            is_empty = path.is_dir() and all(f.root != path for f in found)
            for at in range(0, len(gone), _GONE_TOGETHER):
                if not self._stop.is_set():
                    self._some_gone(gone[at : at + _GONE_TOGETHER], prune, is_empty)

    def _not_followed(self, collection: Collection, documents: Sequence[KnownDocument]) -> None:
        """List what was read through links out of the folder, before they were no longer followed."""
        for each in documents:
            reason = together(CodedText("link.above_not_followed"), _STILL if each.sha256 else "")
            self._kb.catalog.record_outcome(collection.name, each.path, each.root, each.source, "skipped", reason)
            self._reports.append(DocumentReport(each.path, "skipped", reason=reason))

    def _some_gone(self, gone: Sequence[KnownDocument], prune: bool, is_empty: bool) -> None:
        """Remove them where that is wanted; what could never be read has nothing to answer with, and goes as well."""
        removed = [each.document_id for each in gone if each.sha256 is None or (prune and not is_empty)]
        self._kb.remove(removed, "ingest --prune")
        kept = CodedText("folder.empty") if prune else CodedText("file.gone_answers")
        for each in gone:
            is_kept = each.document_id not in removed
            reason = kept if is_kept else CodedText("file.gone")
            self._reports.append(DocumentReport(each.path, "skipped" if is_kept else "deleted", reason=reason))

    def _show(self, current: str) -> None:
        seconds = time.perf_counter() - self._began
        self._progress(IngestProgress(self._done_count, self._total, self._committer.embedded, current, seconds))
