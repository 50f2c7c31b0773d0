"""Jobs: one at a time in the background; paused, cancelled, and taken up again after a restart."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from ingest.sync import jobs as jobs_module
from ingest.sync import pipeline
from ingest.sync.jobs import Job, JobNotFound, Jobs
from ingest.sync.pipeline import DocumentReport
from kb.assistant import KnowledgeBase
from kb.config import load_settings
from kb.errors import KBError, StorageFull, UsageError
from tests import tiny
from tests.knowledge import OWNER, write

LONG = 60.0


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """While this file is not there, a text that holds GATE is not embedded."""
    return tmp_path / "gate"


@pytest.fixture
def opened(tmp_path: Path, gate: Path) -> Iterator[Callable[[], KnowledgeBase]]:
    """Opens the home, as another process would after the one before has ended."""
    before: list[KnowledgeBase] = []

    def open_home() -> KnowledgeBase:
        for kb in before:
            kb.close()
        options = {"KB_EMBEDDING__LLAMAINDEX_OPTIONS": f"{{gate: {gate}}}"}
        before.append(KnowledgeBase.open(tmp_path / "home", load_settings(env={**tiny.ENVIRONMENT, **options})))
        return before[-1]

    yield open_home
    gate.touch()
    for kb in before:
        kb.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three files; the second is held back by the gate."""
    return write(tmp_path / "docs", {"a.md": "# A\n\nAlpha.", "b.md": "# B\n\nGATE.", "c.md": "# C\n\nGamma."})


def ended(jobs: Jobs, job: Job) -> Job:
    while not job.finished:
        later = jobs.wait(job.id, job.revision, LONG)
        assert later.revision != job.revision, "nothing happened for a minute"
        job = later
    return job


def reached(gate: Path, jobs: Jobs, job: Job) -> None:
    """Wait until the text that is held back is being embedded."""
    while not gate.with_name("gate.reached").exists():
        job = jobs.wait(job.id, job.revision, 0.05)
        assert not job.finished


def shut_down_meanwhile(jobs: Jobs, gate: Path) -> None:
    """Shut down; the text that is held back is let go when that has begun."""

    def let_go() -> None:
        with jobs._changed:
            jobs._changed.wait_for(lambda: jobs._closing, LONG)
        gate.touch()

    letting = threading.Thread(target=let_go)
    letting.start()
    jobs.shut_down()
    letting.join()


def test_a_job_says_how_far_it_is_and_what_became_of_each_file(
    opened: Callable[[], KnowledgeBase], folder: Path, gate: Path
) -> None:
    jobs = Jobs(opened())
    job = jobs.ingest([folder], title="My folder")
    assert job.state in ("queued", "running")
    assert (job.title, job.paths) == ("My folder", (str(folder),))
    reached(gate, jobs, job)
    running = jobs.running
    assert running is not None
    assert (running.id, running.files_total) == (job.id, 3)
    assert running.current
    gate.touch()
    job = ended(jobs, job)
    assert (job.state, job.files_done, job.chunks, job.error) == ("done", 3, 3, None)
    assert job.report is not None
    assert [(d.path, d.status) for d in job.report.documents] == [
        ("a.md", "added"),
        ("b.md", "added"),
        ("c.md", "added"),
    ]
    assert jobs.running is None
    [listed] = jobs.list()
    assert listed.report is not None
    assert (listed.report.added, listed.report.documents) == (3, ())
    jobs.shut_down()


def test_jobs_run_one_after_the_other_and_stay_listed(
    opened: Callable[[], KnowledgeBase], folder: Path, tmp_path: Path, gate: Path
) -> None:
    jobs = Jobs(opened())
    first = jobs.ingest([folder])
    second = jobs.ingest([write(tmp_path / "more", {"d.md": "# D\n\nDelta."})])
    reached(gate, jobs, first)
    assert jobs.get(second.id).state == "queued"
    gate.touch()
    assert ended(jobs, second).state == "done"
    jobs.shut_down()
    later = Jobs(opened())
    assert [(job.id, job.state) for job in later.list()] == [(second.id, "done"), (first.id, "done")]
    report = later.get(first.id).report
    assert report is not None
    assert report.added == 3


def test_a_paused_job_rests_and_goes_on(opened: Callable[[], KnowledgeBase], folder: Path, gate: Path) -> None:
    kb = opened()
    jobs = Jobs(kb)
    job = jobs.ingest([folder])
    reached(gate, jobs, job)
    jobs.pause(job.id)
    gate.touch()
    while (job := jobs.wait(job.id, job.revision, LONG)).state != "paused":
        assert not job.finished
    assert jobs.running is None
    jobs.resume(job.id)
    job = ended(jobs, job)
    assert job.state == "done"
    assert {d.path for d in kb.documents(OWNER)} == {"a.md", "b.md", "c.md"}
    jobs.shut_down()


def test_a_cancelled_job_ends_and_keeps_what_it_committed(
    opened: Callable[[], KnowledgeBase], folder: Path, gate: Path, tmp_path: Path
) -> None:
    kb = opened()
    jobs = Jobs(kb)
    done = ended(jobs, jobs.ingest([write(tmp_path / "more", {"d.md": "# D\n\nDelta."})]))
    job = jobs.ingest([folder])
    waiting = jobs.ingest([folder])
    reached(gate, jobs, job)
    assert jobs.cancel(waiting.id).state == "cancelled"
    jobs.cancel(job.id)
    gate.touch()
    assert ended(jobs, job).state == "cancelled"
    assert jobs.cancel(done.id).state == "done"
    assert "d.md" in {d.path for d in kb.documents(OWNER)}
    assert kb.indexes.vectors.count() == kb.catalog.count_live() == kb.catalog.count_words()
    jobs.shut_down()


def test_what_a_restart_interrupted_goes_on_by_itself(
    opened: Callable[[], KnowledgeBase], folder: Path, gate: Path
) -> None:
    jobs = Jobs(opened())
    job = jobs.ingest([folder])
    reached(gate, jobs, job)
    shut_down_meanwhile(jobs, gate)
    assert jobs.get(job.id).state == "queued"
    kb = opened()
    later = Jobs(kb)
    assert later.get(job.id).state == "queued"
    later.start()
    assert ended(later, later.get(job.id)).state == "done"
    assert {d.path for d in kb.documents(OWNER)} == {"a.md", "b.md", "c.md"}
    later.shut_down()


@pytest.mark.parametrize(("steer", "state"), [(Jobs.pause, "paused"), (Jobs.cancel, "cancelled")])
def test_what_was_told_to_rest_or_to_end_does_so_where_the_service_stops_meanwhile(
    opened: Callable[[], KnowledgeBase], folder: Path, gate: Path, steer: Callable[[Jobs, int], Job], state: str
) -> None:
    jobs = Jobs(opened())
    job = jobs.ingest([folder])
    reached(gate, jobs, job)
    assert steer(jobs, job.id).stopping
    shut_down_meanwhile(jobs, gate)
    assert jobs.get(job.id).state == state
    later = Jobs(opened())
    later.start()
    assert later.get(job.id).state == state
    later.shut_down()


def test_a_job_that_ran_when_the_process_died_is_taken_up(
    opened: Callable[[], KnowledgeBase], folder: Path, gate: Path
) -> None:
    kb = opened()
    gate.touch()
    jobs = Jobs(kb)
    job = ended(jobs, jobs.ingest([folder]))
    paused = jobs._add("ingest", "rests", [str(folder)], None, False, "local")
    jobs.pause(paused.id)
    jobs.shut_down()
    kb.catalog.db.execute("UPDATE jobs SET state = 'running' WHERE id = ?", (job.id,))
    later = Jobs(opened())
    later.start()
    taken_up = ended(later, later.get(job.id))
    assert taken_up.report is not None
    assert (taken_up.state, taken_up.report.unchanged) == ("done", 3)
    assert later.get(paused.id).state in ("paused", "done")
    later.shut_down()


def test_a_job_that_fails_says_why_and_can_be_tried_again(
    opened: Callable[[], KnowledgeBase], folder: Path, gate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate.touch()
    jobs = Jobs(opened())
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "ingest", _full)
        job = ended(jobs, jobs.ingest([folder]))
    assert (job.state, job.error) == ("failed", "The disk is full.")
    assert ended(jobs, jobs.resume(job.id)).state == "done"
    jobs.shut_down()


def _full(*_: object, **__: object) -> None:
    raise StorageFull("The disk is full.")


def test_reindexing_is_a_job_too(opened: Callable[[], KnowledgeBase], folder: Path, gate: Path) -> None:
    gate.touch()
    jobs = Jobs(opened())
    ended(jobs, jobs.ingest([folder]))
    job = ended(jobs, jobs.reindex())
    assert (job.kind, job.state, job.files_done, job.files_total) == ("reindex", "done", 3, 3)
    jobs.shut_down()


def test_files_refused_before_the_job_stand_in_its_report(
    opened: Callable[[], KnowledgeBase], folder: Path, gate: Path
) -> None:
    gate.touch()
    jobs = Jobs(opened())
    refused = DocumentReport("x.pdf", "failed", reason="The file is empty.")
    mixed = ended(jobs, jobs.ingest([folder / "a.md"], collection="up", refused=[refused])).report
    assert mixed is not None
    assert [(d.path, d.status) for d in mixed.documents] == [("x.pdf", "failed"), ("a.md", "added")]
    only = ended(jobs, jobs.ingest([], refused=[refused])).report
    assert only is not None
    assert (only.failed, len(only.documents)) == (1, 1)
    jobs.shut_down()


def test_the_work_yields_to_questions(
    opened: Callable[[], KnowledgeBase], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    before = os.getpriority(os.PRIO_PROCESS, 0)

    def look(*_: object, **__: object) -> None:
        seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        raise StorageFull("")

    monkeypatch.setattr(jobs_module.pipeline, "ingest", look)
    jobs = Jobs(opened())
    ended(jobs, jobs.ingest([folder]))
    jobs.shut_down()
    assert seen == [max(10, before)]
    assert os.getpriority(os.PRIO_PROCESS, 0) == before


def test_what_is_not_there_is_said_at_once(opened: Callable[[], KnowledgeBase], tmp_path: Path) -> None:
    jobs = Jobs(opened())
    with pytest.raises(UsageError, match="nowhere"):
        jobs.ingest([tmp_path / "nowhere"])
    with pytest.raises(UsageError, match="at least one"):
        jobs.ingest([])
    with pytest.raises(JobNotFound, match="7"):
        jobs.get(7)
    assert jobs.list() == []
    jobs.shut_down()


class Failing:
    """A store that fails the next times it is asked to do something, as one on a full disk does."""

    def __init__(self, jobs: Jobs, method: str, times: int, when: Callable[..., bool] = lambda *_: True) -> None:
        self.left, self._when = times, when
        self._do = getattr(jobs._store, method)
        setattr(jobs._store, method, self)

    def __call__(self, *arguments: object) -> object:
        if self.left and self._when(*arguments):
            self.left -= 1
            raise StorageFull("The disk is full.")
        return self._do(*arguments)


@pytest.mark.parametrize(
    ("method", "when"),
    [
        ("get", lambda job_id: threading.current_thread().name == "jobs"),
        ("update", lambda job_id, values: values == {"state": "running"}),
        ("update", lambda job_id, values: values.get("state") == "done"),
    ],
)
def test_a_catalog_that_cannot_be_written_for_a_while_holds_the_jobs_up_and_loses_none(
    opened: Callable[[], KnowledgeBase], folder: Path, gate: Path, monkeypatch: pytest.MonkeyPatch, method: str,
    when: Callable[..., bool],
) -> None:  # fmt: skip
    monkeypatch.setattr(jobs_module, "_RETRY_SECONDS", 0.01)
    gate.touch()
    kb = opened()
    jobs = Jobs(kb)
    failing = Failing(jobs, method, 3, when)
    first, second = jobs.ingest([folder]), jobs.ingest([folder / "a.md"])
    assert (ended(jobs, first).state, ended(jobs, second).state) == ("done", "done")
    jobs.shut_down()
    assert failing.left == 0
    assert [row["state"] for row in kb.catalog.db.execute("SELECT state FROM jobs")] == ["done", "done"]


def test_who_steers_a_job_that_cannot_be_written_is_told_and_not_ignored(
    opened: Callable[[], KnowledgeBase], folder: Path, gate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "_RETRY_SECONDS", 0.01)
    jobs = Jobs(opened())
    job = jobs.ingest([folder])
    reached(gate, jobs, job)
    jobs.pause(job.id)
    failing = Failing(jobs, "update", sys.maxsize, lambda job_id, values: values.get("state") == "paused")
    gate.touch()
    while (job := jobs.wait(job.id, job.revision, LONG)).state != "paused":
        assert not job.finished
    with pytest.raises(KBError, match="Try again"):
        jobs.resume(job.id)
    failing.left = 0
    while True:
        with suppress(KBError):
            assert ended(jobs, jobs.resume(job.id)).state == "done"
            break
    jobs.shut_down()


def test_work_that_broke_off_is_begun_again(opened: Callable[[], KnowledgeBase], folder: Path, gate: Path) -> None:
    gate.touch()
    jobs = Jobs(opened())
    dead = threading.Thread(target=lambda: None)
    dead.start()
    dead.join()
    jobs._thread = dead
    assert ended(jobs, jobs.ingest([folder])).state == "done"
    jobs.shut_down()


def test_who_looks_does_not_wait_for_a_deletion(
    opened: Callable[[], KnowledgeBase], folder: Path, gate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "_STORED_EVERY", 1e-9)
    kb = opened()
    jobs = Jobs(kb)
    job = jobs.ingest([folder])
    reached(gate, jobs, job)
    seen: list[int] = []
    with kb.catalog.transaction():  # as long as this thread writes, no other does
        gate.touch()
        looking = threading.Thread(target=lambda: seen.extend([jobs.get(job.id).id, jobs.list()[0].id]))
        ends = time.monotonic() + LONG
        while time.monotonic() < ends and not _is_writing(jobs):
            time.sleep(0.01)
        looking.start()
        looking.join(LONG)
        assert seen == [job.id, job.id]
    assert ended(jobs, job).state == "done"
    jobs.shut_down()


def _is_writing(jobs: Jobs) -> bool:
    """Whether the thread of the jobs waits to write."""
    assert jobs._thread is not None
    assert jobs._thread.ident is not None
    frame = sys._current_frames().get(jobs._thread.ident)
    while frame is not None and frame.f_code.co_name != "transaction":
        frame = frame.f_back
    return frame is not None


def test_a_document_that_is_deleted_while_its_job_runs_is_not_named_by_it(
    opened: Callable[[], KnowledgeBase], folder: Path, gate: Path
) -> None:
    kb = opened()
    jobs = Jobs(kb)
    (folder / "b.md").unlink()
    first = ended(jobs, jobs.ingest([folder]))
    write(folder, {"b.md": "# B\n\nGATE."})
    job = jobs.ingest([folder])
    reached(gate, jobs, job)
    kb.delete_document(OWNER, "docs", "a.md")
    gate.touch()
    report = ended(jobs, job).report
    assert report is not None
    assert [d.path for d in report.documents] == ["(deleted)", "b.md", "c.md"]
    told = jobs.get(first.id).report
    assert told is not None
    assert [d.path for d in told.documents] == ["(deleted)", "c.md"]
    jobs.shut_down()
    rows = kb.catalog.db.execute("SELECT * FROM jobs").fetchall()
    assert "a.md" not in " ".join(str(value) for row in rows for value in tuple(row))


def test_a_document_that_is_deleted_while_its_job_is_written_down_is_not_named_by_it(
    opened: Callable[[], KnowledgeBase], folder: Path, gate: Path
) -> None:
    gate.touch()
    kb = opened()
    jobs = Jobs(kb)
    deleting = threading.Thread(target=kb.delete_document, args=(OWNER, "docs", "a.md"))
    update = jobs._store.update

    def meanwhile(job_id: int, values: dict[str, object]) -> None:
        if values.get("state") == "done":
            is_held_up = kb.deletion.lock.locked()
            deleting.start()
            deleting.join(0 if is_held_up else None)
        update(job_id, values)

    jobs._store.update = meanwhile  # type: ignore[assignment,method-assign]
    job = ended(jobs, jobs.ingest([folder]))
    jobs.shut_down()
    deleting.join()
    report = jobs.get(job.id).report
    assert report is not None
    assert [d.path for d in report.documents] == ["(deleted)", "b.md", "c.md"]


def test_a_job_that_was_told_to_stop_says_so_until_it_has(
    opened: Callable[[], KnowledgeBase], folder: Path, gate: Path
) -> None:
    jobs = Jobs(opened())
    job = jobs.ingest([folder])
    reached(gate, jobs, job)
    told = jobs.pause(job.id)
    assert (told.state, told.stopping) == ("running", True)
    assert not jobs.resume(job.id).stopping
    assert jobs.cancel(job.id).stopping
    gate.touch()
    last = ended(jobs, jobs.get(job.id))
    assert (last.state, last.stopping) == ("cancelled", False)
    jobs.shut_down()


def test_closing_waits_for_what_is_being_read_and_ends_its_process(
    opened: Callable[[], KnowledgeBase], folder: Path, gate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[bool] = []
    monkeypatch.setattr(jobs_module.process_pool.pool, "close", lambda: (closed.append(True), gate.touch()))
    jobs = Jobs(opened())
    job = jobs.ingest([folder])
    reached(gate, jobs, job)
    jobs.shut_down(0.05)
    assert closed == [True]
    assert jobs._thread is not None
    assert not jobs._thread.is_alive()
    assert jobs.get(job.id).state == "queued"
