"""Watching a folder: what happens in it is brought in, once it is whole."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.pipeline import IngestReport
from ingest.watching import watch
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

    def __init__(self, kb: KnowledgeBase, folder: Path, prune: bool) -> None:
        self._stop = threading.Event()
        self._changed = threading.Condition()
        self.reports: list[IngestReport] = []
        self._thread = threading.Thread(target=self._run, args=(kb, folder, prune))
        self._thread.start()

    def _run(self, kb: KnowledgeBase, folder: Path, prune: bool) -> None:
        for report in watch(kb, [folder], prune=prune, stop=self._stop):
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


def test_a_copy_under_way_is_awaited(kb: KnowledgeBase, tmp_path: Path) -> None:
    folder = write(tmp_path / "docs", {"a.md": "# A\n\nHere from the beginning."})
    watched = Watched(kb, folder, prune=False)
    try:
        watched.until("a.md", "added")
        with (folder / "slow.md").open("w") as copy:
            for line in range(12):
                copy.write(f"Line {line} of a slow copy.\n\n")
                copy.flush()
                time.sleep(0.25)  # the pace of the copy
        watched.until("slow.md", "added")
    finally:
        watched.end()
    [document] = [d for d in kb.documents(OWNER) if d.path == "slow.md"]
    assert document.version == 1
    assert "Line 11" in kb.stored_text(OWNER, "docs", "slow.md").text


def test_without_prune_a_deleted_file_still_answers(kb: KnowledgeBase, tmp_path: Path) -> None:
    folder = write(tmp_path / "docs", {"a.md": "# A\n\nStays.", "b.md": "# B\n\nGoes."})
    watched = Watched(kb, folder, prune=False)
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
