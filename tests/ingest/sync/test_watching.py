"""Watching a folder: what happens in it is brought in, once it is whole."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.sync import watching
from ingest.sync.copy_settling import Arriving
from ingest.sync.jobs import Jobs
from ingest.sync.pipeline import IngestReport, ingest
from ingest.sync.watching import Leave, follow, watch
from kb.assistant import KnowledgeBase
from kb.config import load_settings
from kb.errors import UsageError
from tests import tiny
from tests.knowledge import OWNER, statuses, write

LONG = 60.0


@pytest.fixture
def kb(tmp_path: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(tmp_path / "home", load_settings(env=dict(tiny.ENVIRONMENT))) as opened:
        yield opened


class Watched:
    """A folder that is being watched; its reports as they come."""

    def __init__(self, kb: KnowledgeBase, folder: Path, prune: bool, poll: bool = False) -> None:
        self._stop = threading.Event()
        self._changed = threading.Condition()
        self.reports: list[IngestReport] = []
        self._thread = threading.Thread(target=self._run, args=(kb, folder, prune, poll))
        self._thread.start()

    def _run(self, kb: KnowledgeBase, folder: Path, prune: bool, poll: bool) -> None:
        for report in watch(kb, [folder], prune=prune, stop=self._stop, poll=poll):
            with self._changed:
                self.reports.append(report)
                self._changed.notify_all()

    def until(self, path: str, status: str) -> IngestReport:
        """The first report that says so."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._found(path, status) is not None, LONG), self.reports
            found = self._found(path, status)
            assert found is not None
            return found

    def _found(self, path: str, status: str) -> IngestReport | None:
        return next((report for report in self.reports if statuses(report).get(path) == status), None)

    def end(self) -> None:
        self._stop.set()
        self._thread.join(LONG)
        assert not self._thread.is_alive()


class Timed(Arriving):
    """Time passes, and things happen, only before it looks: what holds this machine up is no rest for a file."""

    def __init__(self, seconds: float, newest: Path, happens: Callable[[int], object]) -> None:
        begun = newest.stat().st_ctime
        super().__init__(lambda: self._looks * seconds, lambda: begun + self._looks * seconds)
        self._looks = 0
        self._happens = happens

    def is_any_ready(self) -> bool:
        self._looks += 1
        self._happens(self._looks)
        return super().is_any_ready()


def add_line(file: Path, line: str) -> None:
    with file.open("a") as opened:
        opened.write(line)


def test_what_is_added_changed_moved_and_deleted_is_followed(kb: KnowledgeBase, tmp_path: Path) -> None:
    folder = write(tmp_path / "docs", {"a.md": "# A\n\nThe first word is apple."})
    watched = Watched(kb, folder, prune=True)
    try:
        watched.until("a.md", "added")
        write(folder, {"new/b.md": "# B\n\nThe word is banana."})
        watched.until("new/b.md", "added")
        write(folder, {"a.md": "# A\n\nThe first word is apricot."})
        watched.until("a.md", "changed")
        (folder / "new/b.md").rename(folder / "c.md")
        report = watched.until("c.md", "unchanged")
        assert next(d.reason for d in report.documents if d.path == "c.md") == "Moved from new/b.md."
        (folder / "c.md").unlink()
        watched.until("c.md", "deleted")
    finally:
        watched.end()
    assert [(d.path, d.version) for d in kb.documents(OWNER)] == [("a.md", 2)]


def test_a_copy_under_way_is_awaited(kb: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path / "docs", {"a.md": "# A\n\nHere from the beginning."})

    def copy(look: int) -> None:
        if look <= 12:
            add_line(folder / "slow.md", f"Line {look} of a slow copy.\n\n")

    timed = Timed(0.6, folder / "a.md", copy)
    monkeypatch.setattr(watching, "Arriving", lambda: timed)
    watched = Watched(kb, folder, prune=False)
    try:
        watched.until("a.md", "added")
        watched.until("slow.md", "added")
    finally:
        watched.end()
    [document] = [d for d in kb.documents(OWNER) if d.path == "slow.md"]
    assert document.version == 1
    assert "Line 12" in kb.stored_text(OWNER, "docs", "slow.md").text


def test_a_file_that_grows_all_the_time_holds_nothing_up(
    kb: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path / "docs", {"a.md": "# A\n\nStays.", "b.md": "# B\n\nGoes."})
    stop, runs = threading.Event(), list[IngestReport]()

    def grow(look: int) -> None:
        add_line(folder / "service.log", "A line.\n")
        if look == 8:  # the documents have come to rest
            (folder / "b.md").unlink()

    def run(leave: Leave) -> IngestReport:
        runs.append(ingest(kb, [folder], prune=True, leave=leave))
        return runs[-1]

    ingest(kb, [folder])
    add_line(folder / "service.log", "The first line.\n")
    timed = Timed(0.3, folder / "service.log", grow)
    monkeypatch.setattr(watching, "Arriving", lambda: timed)
    try:
        reports = follow([folder], run, stop=stop)
        assert "service.log" not in statuses(next(reports))
        assert statuses(next(reports)) == {"a.md": "unchanged", "b.md": "deleted"}
    finally:
        stop.set()
    assert len(runs) <= 3  # at the start, when the documents had come to rest, and for what was deleted


def test_a_job_of_the_service_leaves_what_is_still_being_written(kb: KnowledgeBase, tmp_path: Path) -> None:
    folder = write(tmp_path / "docs", {"a.md": "# A\n\nWhole.", "half.md": "# B\n\nStill being wri"})
    jobs = Jobs(kb)
    try:
        for leave, found in ([str(folder / "half.md")], {"a.md"}), ([], {"a.md", "half.md"}):
            job = jobs.ingest([folder], leave=leave)
            while not job.finished:
                job = jobs.wait(job.id, job.revision, LONG)
            assert job.report is not None
            assert set(statuses(job.report)) == found
    finally:
        jobs.shut_down()


def test_what_is_moved_into_a_file_that_is_left_is_not_taken_for_gone(kb: KnowledgeBase, tmp_path: Path) -> None:
    folder = write(tmp_path / "docs", {"a.md": "# A\n\nIt moves."})
    ingest(kb, [folder], prune=True)
    (folder / "a.md").rename(folder / "b.md")
    assert ingest(kb, [folder], prune=True, leave=lambda found: True).deleted == 0
    assert statuses(ingest(kb, [folder], prune=True)) == {"b.md": "unchanged"}


@pytest.mark.parametrize("poll", [False, True])
def test_without_prune_a_deleted_file_still_answers(kb: KnowledgeBase, tmp_path: Path, poll: bool) -> None:
    folder = write(tmp_path / "docs", {"a.md": "# A\n\nStays.", "b.md": "# B\n\nGoes."})
    watched = Watched(kb, folder, prune=False, poll=poll)
    try:
        watched.until("b.md", "added")
        (folder / "b.md").unlink()
        watched.until("b.md", "skipped")
    finally:
        watched.end()
    assert {d.path for d in kb.documents(OWNER)} == {"a.md", "b.md"}


def test_a_folder_that_is_not_there_is_said_at_once(kb: KnowledgeBase, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        next(watch(kb, [tmp_path / "nowhere"], stop=threading.Event()))


def test_a_link_out_of_a_watched_folder_is_listed_and_what_happens_behind_it_is_not_looked_at(
    kb: KnowledgeBase, tmp_path: Path
) -> None:
    folder, elsewhere = (
        write(tmp_path / "docs", {"a.md": "# A\n\nWords."}),
        write(tmp_path / "elsewhere", {"b.md": "B"}),
    )
    watched = Watched(kb, folder, prune=True)
    try:
        watched.until("a.md", "added")
        (folder / "out").symlink_to(elsewhere, target_is_directory=True)
        assert "leads out" in next(d.reason for d in watched.until("out", "skipped").documents if d.path == "out")
        write(elsewhere, {"c.md": "C"})
        write(folder, {"d.md": "# D\n\nMore."})
        watched.until("d.md", "added")
    finally:
        watched.end()
    assert {d.path for d in kb.documents(OWNER)} == {"a.md", "d.md", "out"}
    assert not watching._is_below(folder / "out" / "c.md", folder)
