"""Jobs: ingestion and reindexing in the background, one at a time. They can be paused, and survive a restart.

What a job has committed stays whatever becomes of it; the same job run again finds it unchanged.
"""

import logging
import os
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ingest.document import files
from ingest.reading import process_pool
from ingest.sync import pipeline, reindexing
from ingest.sync.pipeline import (
    DocumentReport,
    IngestProgress,
    IngestReport,
    document_report_form,
    document_report_of_form,
)
from ingest.sync.reindexing import ReindexProgress
from kb.errors import KBError, UsageError
from kb.models import cancellation
from kb.schema import Principal
from kb.store.collection_names import collection_name
from kb.store.deletion import GONE
from kb.store.job_store import JobStore

if TYPE_CHECKING:
    from kb.assistant import KnowledgeBase

JobKind = Literal["ingest", "reindex"]
JobState = Literal["queued", "running", "paused", "done", "failed", "cancelled"]

_NICENESS = 10  # of the thread that works: who asks goes first
_STORED_EVERY = 1.0  # seconds between two times that progress is written to the catalog
_RETRY_SECONDS = 5.0  # after which the catalog is tried again where it could not be written
_COUNTS = ("added", "changed", "unchanged", "deleted", "failed", "skipped", "seconds", "stopped")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """One ingestion or reindexing. `revision` differs whenever anything else does.

    `stopping`: it runs, was told to pause or to end, and does so when the file it is at allows. For a reindexing the
    files are documents. `error` is there when it failed, "" for an internal error (see the log). In a list of jobs
    `report` has its counts and no documents; `get` gives them.
    """

    id: int
    kind: JobKind
    title: str
    paths: tuple[str, ...]
    collection: str | None
    prune: bool
    state: JobState
    files_done: int = 0
    files_total: int = 0
    chunks: int = 0
    current: str = ""
    seconds: float = 0.0
    report: IngestReport | None = None
    error: str | None = None
    error_kind: str = ""  # the class of the error, as `kb.errors` names it; not known after a restart
    created_at: str = ""
    revision: int = 0
    stopping: bool = False

    @property
    def finished(self) -> bool:
        return self.state in ("done", "failed", "cancelled")


class JobNotFound(UsageError):
    """There is no job of that number."""


class Jobs:
    """The jobs of a home. Safe to use from several threads.

    The catalog is never written while `_changed` is held: whoever only looks does not wait for a deletion.
    """

    def __init__(self, kb: "KnowledgeBase") -> None:
        self._kb = kb
        self._store = JobStore(kb.catalog)
        self._steering = threading.RLock()  # held by who adds or steers jobs, before `_changed`
        self._changed = threading.Condition()
        self._queue: list[int] = []
        self._error_kinds: dict[int, str] = {}
        self._left: dict[int, frozenset[Path]] = {}  # files that a job leaves for another one
        self._urgent: set[int] = set()  # jobs that go before all others
        self._running: Job | None = None
        self._wanted: JobState | None = None  # what the running job becomes when it has stopped
        self._stop = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to work, first on what an earlier process left unfinished. Does nothing while that is under way."""
        with self._steering:
            if self._closing or (self._thread is not None and self._thread.is_alive()):
                return
            left = self._store.in_state("running")
            with self._changed:
                self._running = None
                self._queue = left + self._store.in_state("queued")
            for job_id in left:
                with suppress(KBError):  # a full disk: it is begun all the same
                    self._store.update(job_id, {"state": "queued"})
            self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)
            self._thread.start()

    def ingest(
        self,
        paths: Sequence[str | os.PathLike[str]],
        *,
        collection: str | None = None,
        prune: bool = False,
        title: str = "",
        who: str = "local",
        refused: Sequence[DocumentReport] = (),
        leave: Sequence[str] = (),
        first: bool = False,
    ) -> Job:
        """Put an ingestion into the queue; see `ingest.sync.pipeline.ingest`. Raises UsageError for a missing path, or
        what cannot be the name of a collection.

        `refused` are files that were turned away before; they stand first in its report. `leave` are files that are
        left for another one (by this process: a job that is taken up after a restart takes them too). One that goes
        `first` waits for no other ingestion: one that runs ends after the current file, and goes on later.
        """
        places = [Path(os.path.abspath(path)) for path in paths]
        if places or not refused:
            files.find(places)
        if collection is not None:
            collection = collection_name(self._kb.catalog, collection)
        title = title or ", ".join(place.name or str(place) for place in places[:3]) + (" …" if len(places) > 3 else "")
        found = [str(place) for place in places]
        return self._add("ingest", title, found, collection, prune, who, refused, leave, first=first)

    def reindex(self, *, title: str = "", who: str = "local") -> Job:
        """Put a reindexing into the queue; see `ingest.sync.reindexing.reindex`."""
        return self._add("reindex", title, [], None, False, who)

    def list(self, limit: int = 50) -> "list[Job]":
        """Jobs, newest first."""
        with self._changed:
            jobs = [self._latest(_job(row)) for row in self._store.newest(limit)]
        return [replace(j, report=replace(j.report, documents=())) if j.report else j for j in jobs]

    def get(self, job_id: int) -> Job:
        """A job as it stands. Raises JobNotFound."""
        with self._changed:
            row = self._store.get(job_id)
            if row is None:
                raise JobNotFound("job.not_found", id=job_id)
            return self._latest(_job(row))

    @property
    def running(self) -> Job | None:
        """The job that is being worked on."""
        with self._changed:
            job = self._running
            return job if job is not None and job.state == "running" else None

    def pause(self, job_id: int) -> Job:
        """Let a job rest: one that runs ends after the current file. Does nothing to one that has ended."""
        return self._take_off(job_id, "paused")

    def cancel(self, job_id: int) -> Job:
        """End a job for good; what it has committed stays. Does nothing to one that has ended."""
        return self._take_off(job_id, "cancelled")

    def resume(self, job_id: int) -> Job:
        """Put a paused, failed or cancelled job back into the queue."""
        with self._steering:
            if not self._steer(job_id, "queued"):
                job = self.get(job_id)
                if job.state in ("paused", "failed", "cancelled"):
                    self._change(job, state="queued", error=None)
                    self._put(job_id)
            self.start()
            return self.get(job_id)

    def wait(self, job_id: int, revision: int, timeout: float) -> Job:
        """The job as soon as its revision is another, or it has ended, or after `timeout` seconds."""
        ends = time.monotonic() + timeout
        with self._changed:
            while True:
                job = self.get(job_id)
                left = ends - time.monotonic()
                if job.revision != revision or job.finished or left <= 0:
                    return job
                self._changed.wait(left)

    def shut_down(self, timeout: float = 30.0) -> None:
        """Stop after the current file; the next `start` goes on. Returns when nothing uses the knowledge base.

        A file that is still being read after `timeout` seconds is given up: its reading process is ended.
        """
        with self._changed:
            self._closing = True
            self._stop.set()
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(timeout)
            if self._thread.is_alive():
                process_pool.pool.close()
                self._thread.join()

    # ---- the queue

    def _add(
        self, kind: JobKind, title: str, paths: Sequence[str], collection: str | None, prune: bool, who: str,
        refused: Sequence[DocumentReport] = (), leave: Sequence[str] = (), first: bool = False,
    ) -> Job:  # fmt: skip
        with self._steering:
            self.start()
            values = {"kind": kind, "title": title, "paths": list(paths), "collection": collection, "prune": prune,
                      "who": who, "state": "queued", "refused": list(map(document_report_form, refused))}  # fmt: skip
            job_id = self._store.add(values)
            if leave:
                self._left[job_id] = frozenset(map(Path, leave))
            if first:
                self._urgent.add(job_id)
            self._put(job_id)
            return self.get(job_id)

    def _put(self, job_id: int) -> None:
        with self._changed:
            if job_id not in self._queue:
                waiting = [each not in self._urgent for each in self._queue]
                first = waiting.index(True) if job_id in self._urgent and True in waiting else len(waiting)
                self._queue.insert(first, job_id)
            if job_id in self._urgent:
                self._give_way()
            self._changed.notify_all()

    def _give_way(self) -> None:
        """Let the ingestion that runs go on later, unless it is urgent itself or was told to end. The lock is held."""
        job = self._running
        ordinary = job is not None and job.kind == "ingest" and job.state == "running" and job.id not in self._urgent
        if ordinary and self._wanted is None:
            self._wanted = "queued"
            self._stop.set()

    def _take_off(self, job_id: int, state: JobState) -> Job:
        with self._steering:
            if not self._steer(job_id, state):
                job = self.get(job_id)
                if not job.finished:
                    self._change(job, state=state)
            return self.get(job_id)

    def _steer(self, job_id: int, state: JobState) -> bool:
        """Tell the running job what it becomes when it has stopped; True where that is the one.

        One that waits is taken out of the queue, so that it does not begin meanwhile; "queued" leaves it there.
        """
        with self._changed:  # while it is written what became of it, there is nothing to steer
            free = lambda: (job := self._running) is None or job.id != job_id or job.state == "running"  # noqa: E731
            if not self._changed.wait_for(free, _RETRY_SECONDS):
                raise KBError("job.not_written", id=job_id)
            job = self._running
            if job is None or job.id != job_id:
                if state != "queued" and job_id in self._queue:
                    self._queue.remove(job_id)
                return False
            if state != "queued" or self._wanted is not None:  # else it runs, and goes on
                self._wanted = state
                self._stop.set()
                self._running = replace(job, stopping=state != "queued", revision=job.revision + 1)
                self._changed.notify_all()
            return True

    def _latest(self, stored: Job) -> Job:
        if self._running is not None and self._running.id == stored.id:
            return self._running
        return replace(stored, error_kind=self._error_kinds.get(stored.id, "") if stored.error else "")

    def _change(self, job: Job, **values: Any) -> None:
        """Change a job in the catalog and tell who waits."""
        self._store.update(job.id, {**values, "revision": job.revision + 1})
        with self._changed:
            self._changed.notify_all()

    # ---- the work

    def _work(self) -> None:
        cancellation.lower_priority(_NICENESS)
        while (job := self._next()) is not None:
            try:
                self._run(job)
            except Exception:  # nothing that one job does ends the work on the others
                log.exception("job %s could not be worked on", job.id)
            with self._changed:
                self._running = None
                self._changed.notify_all()

    def _next(self) -> Job | None:
        """The job to work on, which is the running one from now on; None when all is to end."""
        with self._changed:
            while True:
                self._changed.wait_for(lambda: self._closing or self._queue)
                if self._closing:
                    return None
                try:
                    job = self.get(self._queue[0])
                except JobNotFound:
                    del self._queue[0]
                except Exception as error:
                    log.warning("the jobs cannot be read from the catalog, which is tried again: %s", error)
                    self._changed.wait_for(lambda: self._closing, _RETRY_SECONDS)
                else:
                    del self._queue[0]
                    self._stop, self._wanted = threading.Event(), None
                    self._running = replace(job, state="running", revision=job.revision + 1)
                    self._changed.notify_all()
                    return self._running

    def _run(self, job: Job) -> None:
        if not self._stored(job, {"state": "running"}):
            return
        ended: dict[str, Any] = {"state": "done", "error": None}
        report = None
        try:
            if job.kind == "ingest":
                report = self._without_deleted(job, self._ingest(job))
                ended["counts"] = {name: getattr(report, name) for name in _COUNTS}
                stopped = report.stopped
            else:
                who = str((self._store.get(job.id) or {}).get("who", "local"))
                stopped = reindexing.reindex(self._kb, who, progress=self._show_reindexing, stop=self._stop).stopped
        except KBError as error:
            ended, stopped = {"state": "failed", "error": error.message}, False
            self._error_kinds[job.id] = type(error).__name__
        except Exception:
            log.exception("job %s failed", job.id)
            ended, stopped = {"state": "failed", "error": ""}, False
        with self._changed:
            last = self._running or job
            if stopped:
                ended["state"] = self._wanted or "queued"
            self._running = replace(
                last, state=ended["state"], error=ended.get("error"), current="", stopping=False,
                error_kind=self._error_kinds.get(job.id, "") if ended.get("error") else "", report=report,
                revision=last.revision + 1,
            )  # fmt: skip
            self._changed.notify_all()
        ended |= {"files_done": last.files_done, "files_total": last.files_total, "chunks": last.chunks,
                  "seconds": last.seconds, "current": "", "revision": last.revision + 1}  # fmt: skip
        self._stored(job, ended, report)
        if ended["state"] != "queued":
            self._urgent.discard(job.id)
        elif not self._closing:
            self._put(job.id)

    def _stored(self, job: Job, values: dict[str, Any], report: IngestReport | None = None) -> bool:
        """Write what became of the running job, as soon as the catalog can be written. False if all ends before."""
        while True:
            try:
                with self._kb.deletion.lock:  # a deletion takes names out of what was written before, and of no other
                    if report is not None:
                        values["documents"] = [
                            document_report_form(document) for document in self._without_deleted(job, report).documents
                        ]
                    self._store.update(job.id, values)
                return True
            except Exception as error:  # a full disk, most likely; a job that is "running" still is begun anew
                log.warning("job %s cannot be written to the catalog and is tried again: %s", job.id, error)
            with self._changed:
                if self._changed.wait_for(lambda: self._closing, _RETRY_SECONDS):
                    return False

    def _ingest(self, job: Job) -> IngestReport:
        row = self._store.get(job.id) or {}
        stored, by = row.get("refused") or (), str(row.get("who") or "local")
        refused = tuple(map(document_report_of_form, stored))
        left = self._left.get(job.id, frozenset())
        while paths := self._paths(job):
            try:
                report = pipeline.ingest(
                    self._kb, paths, collection=job.collection, prune=job.prune, stop=self._stop,
                    progress=self._progress, leave=lambda found: found.absolute_path in left, by=by,
                )  # fmt: skip
            except UsageError:
                if self._paths(job) == paths:  # else one of them was deleted meanwhile, and is not missed
                    raise
            else:
                return replace(report, documents=(*refused, *report.documents), failed=report.failed + len(refused))
        return IngestReport(refused, 0, 0, 0, 0, len(refused), 0, 0.0)

    def _paths(self, job: Job) -> tuple[Path, ...]:
        """What it is to take in, without what was deleted. Waits for a deletion that is under way."""
        with self._kb.deletion.lock:
            paths = (self._store.get(job.id) or {}).get("paths", ())
        return tuple(Path(path) for path in paths if path != GONE)

    def _without_deleted(self, job: Job, report: IngestReport) -> IngestReport:
        """The report without the names of documents that were deleted meanwhile."""
        there = {each.path for each in self._kb.documents(Principal("jobs", unlimited=True), job.collection)}
        gone = {each for each in report.documents if each.chunks and each.path not in there}
        documents = (replace(each, path=GONE, reason="") if each in gone else each for each in report.documents)
        return replace(report, documents=tuple(documents))

    def _show_reindexing(self, at: ReindexProgress) -> None:
        self._progress(IngestProgress(at.documents_done, at.documents_total, at.embedded, at.current, at.seconds))

    def _progress(self, at: IngestProgress) -> None:
        values = asdict(at)
        with self._changed:
            job = self._running
            if job is None:
                return
            self._running = replace(job, **values, revision=job.revision + 1)
            self._changed.notify_all()
        if int(job.seconds / _STORED_EVERY) != int(at.seconds / _STORED_EVERY):
            self._store.update(job.id, {**values, "revision": job.revision + 1})


def _job(row: dict[str, Any]) -> Job:
    counts = row.pop("counts")
    documents = tuple(map(document_report_of_form, row.pop("documents", None) or ()))
    row.pop("refused", None)
    row.pop("who")
    report = None if counts is None else IngestReport(documents=documents, **counts)
    return Job(**{**row, "paths": tuple(row["paths"]), "prune": bool(row["prune"]), "report": report})
