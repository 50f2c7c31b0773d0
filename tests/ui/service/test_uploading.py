"""Uploads: names that stay in their folder, and what becomes of a batch."""

import errno
import io
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ingest.document import files
from ingest.sync.jobs import Job, Jobs
from ingest.sync.pipeline import IngestReport
from kb.assistant import KnowledgeBase
from kb.config import load_settings
from kb.errors import HomeError, StorageFull
from tests import tiny
from tests.knowledge import OWNER, write
from ui.service.uploading import Uploads, safe_name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("员工手册 2026.docx", "员工手册 2026.docx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\plan.xlsx", "plan.xlsx"),
        ("..", "file"),
        ("", "file"),
        (".hidden.md", "hidden.md"),
        ("a\nb\x00c.txt", "a_b_c.txt"),
        ('<img src=x onerror="y">.html', "_img src=x onerror=_y__.html"),
        ("名" * 200 + ".pdf", "名" * 58 + ".pdf"),
        ("e\u0301.txt", "é.txt"),
        ("trailing.", "trailing"),
        ("😀.md", "😀.md"),
    ],
)
def test_a_name_is_safe_and_still_recognised(given: str, kept: str) -> None:
    name = safe_name(given)
    assert name == kept
    assert "/" not in name
    assert len(name.encode()) <= 200


@pytest.fixture
def kb(tmp_path: Path) -> Iterator[KnowledgeBase]:
    env = {**tiny.ENVIRONMENT, "KB_INGEST__MAX_FILE_MB": "1"}
    with KnowledgeBase.open(tmp_path / "home", load_settings(env=env)) as opened:
        yield opened


@dataclass
class Desk:
    """Where files are handed in."""

    uploads: Uploads
    jobs: Jobs

    def report(self, job: Job | None) -> IngestReport:
        """What became of a batch."""
        assert job is not None
        while not job.finished:
            later = self.jobs.wait(job.id, job.revision, 60)
            assert later.revision != job.revision, "nothing happened for a minute"
            job = later
        assert job.report is not None, job.error
        return job.report

    def kept(self, collection: str = "uploads") -> list[str]:
        return sorted(path.name for path in self.uploads.folder(collection).iterdir())


@pytest.fixture
def desk(kb: KnowledgeBase) -> Iterator[Desk]:
    jobs = Jobs(kb)
    yield Desk(Uploads(kb, jobs), jobs)
    jobs.shut_down()


def file(content: bytes) -> io.BytesIO:
    return io.BytesIO(content)


def test_files_are_kept_and_read_into_their_collection(desk: Desk, kb: KnowledgeBase) -> None:
    report = desk.report(desk.uploads.add([("a.txt", file(b"one")), ("x/a.txt", file(b"two"))]))
    assert [(d.path, d.status) for d in report.documents] == [("a.txt", "added"), ("a (2).txt", "added")]
    assert {(d.collection, d.path) for d in kb.documents(OWNER)} == {("uploads", "a.txt"), ("uploads", "a (2).txt")}
    assert (desk.uploads.folder().stat().st_mode & 0o777) == 0o700
    assert {path.stat().st_mode & 0o777 for path in desk.uploads.folder().iterdir()} == {0o600}
    assert desk.report(desk.uploads.add([("a.txt", file(b"another one"))])).changed == 1
    kb.delete_document(OWNER, "uploads", "a.txt")
    assert desk.kept() == ["a (2).txt"]


def test_files_of_one_name_in_two_collections_are_two_files(desk: Desk, kb: KnowledgeBase) -> None:
    desk.report(desk.uploads.add([("a.txt", file(b"holidays"))], "hr"))
    desk.report(desk.uploads.add([("a.txt", file(b"laptops"))], "it"))
    texts = {c: kb.stored_text(OWNER, c, "a.txt").text for c in ("hr", "it")}
    assert texts == {"hr": "holidays", "it": "laptops"}
    again = desk.report(desk.jobs.ingest([desk.uploads.folder("hr") / "a.txt"], collection="hr"))
    assert (again.unchanged, again.changed) == (1, 0)
    kb.delete_document(OWNER, "hr", "a.txt")
    assert (desk.kept("hr"), desk.kept("it")) == ([], ["a.txt"])
    assert kb.original(OWNER, "it", "a.txt").read_bytes() == b"laptops"


@pytest.mark.parametrize(
    "names", [("hr", "hr/"), ("..", "."), ("a/b", "a_b"), ("x" * 300, "x" * 301), ("人事", "人事 ")]
)
def test_no_two_collections_share_a_folder_and_none_leaves_its_place(desk: Desk, names: tuple[str, str]) -> None:
    first, second = (desk.uploads.folder(name) for name in names)
    assert first != second
    assert {first.parent, second.parent} == {desk.uploads.folder().parent}
    assert all(len(folder.name.encode()) <= 200 for folder in (first, second))


def test_a_file_that_cannot_become_a_document_is_not_kept(desk: Desk, kb: KnowledgeBase, tmp_path: Path) -> None:
    folder = write(tmp_path / "docs", {"a.txt": "from a folder"})
    desk.report(desk.jobs.ingest([folder], collection="hr"))
    [refused] = desk.report(desk.uploads.add([("a.txt", file(b"uploaded"))], "hr")).documents
    assert "already holds" in refused.reason
    assert desk.kept("hr") == []
    assert kb.stored_text(OWNER, "hr", "a.txt").text == "from a folder"


def test_a_queued_file_that_is_deleted_does_not_fail_its_batch(desk: Desk, kb: KnowledgeBase) -> None:
    desk.report(desk.uploads.add([("a.txt", file(b"one")), ("b.txt", file(b"two"))]))
    job = desk.uploads.add([("a.txt", file(b"one, changed")), ("c.txt", file(b"three"))])
    assert job is not None
    desk.jobs.pause(job.id)
    kb.delete_document(OWNER, "uploads", "a.txt")
    desk.jobs.resume(job.id)
    desk.report(desk.jobs.get(job.id))
    assert {d.path for d in kb.documents(OWNER)} >= {"b.txt", "c.txt"}


def test_a_file_that_is_deleted_as_its_job_begins_does_not_fail_its_batch(
    desk: Desk, kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.report(desk.uploads.add([("a.txt", file(b"one")), ("b.txt", file(b"two"))]))
    find, begun = files.find, threading.Event()

    def meanwhile(places: Sequence[Path], *options: Any) -> Any:
        if threading.current_thread().name == "jobs" and not begun.is_set():
            begun.set()
            kb.delete_document(OWNER, "uploads", "a.txt")
        return find(places, *options)

    monkeypatch.setattr(files, "find", meanwhile)
    desk.report(desk.uploads.add([("a.txt", file(b"one, changed")), ("c.txt", file(b"three"))]))
    assert begun.is_set()
    assert {d.path for d in kb.documents(OWNER)} == {"b.txt", "c.txt"}


def test_what_cannot_be_taken_is_not_kept_and_says_why(desk: Desk, kb: KnowledgeBase) -> None:
    class CutOff(io.BytesIO):
        size = 5_000

    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise ConnectionResetError

    report = desk.report(
        desk.uploads.add(
            [
                ("good.txt", file(b"fine")),
                ("empty.txt", file(b"")),
                ("big.txt", file(b"x" * ((1 << 20) + 1))),
                ("short.txt", CutOff(b"only this")),
                ("broken.txt", Broken()),
                ("../../<b>.txt", file(b"fine too")),
            ]
        )
    )
    reasons = {d.path: d.reason for d in report.documents}
    assert "empty" in reasons["empty.txt"]
    assert "1 MB" in reasons["big.txt"]
    assert "after 9 of 5,000 bytes" in reasons["short.txt"]
    assert "cut off" in reasons["broken.txt"]
    assert (report.added, report.failed) == (2, 4)
    assert desk.kept() == ["_b_.txt", "good.txt"]
    listed = {d.path: d.reason for d in kb.documents(OWNER)}
    assert listed == {**reasons, "_b_.txt": "", "good.txt": ""}  # they are listed with their reasons


def test_a_batch_of_nothing_but_refused_files_ends_with_their_reasons(desk: Desk) -> None:
    report = desk.report(desk.uploads.add([("empty.txt", file(b""))]))
    assert [(d.path, d.status) for d in report.documents] == [("empty.txt", "failed")]
    assert desk.kept() == []
    assert desk.uploads.add([]) is None


def test_five_hundred_files_at_once(desk: Desk, kb: KnowledgeBase) -> None:
    report = desk.report(desk.uploads.add((f"{n}.txt", file(b"Note %d." % n)) for n in range(500)))
    assert report.added == 500
    assert len(kb.documents(OWNER)) == 500


class Failing(io.BytesIO):
    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def read(self, size: int | None = -1, /) -> bytes:
        raise OSError(self._number, "it does not work")


@pytest.mark.parametrize(
    ("number", "error", "said"), [(errno.ENOSPC, StorageFull, "no room"), (errno.EIO, HomeError, "work")]
)
def test_a_disk_that_fails_is_named_and_nothing_of_the_batch_is_kept(
    desk: Desk, number: int, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        desk.uploads.add([("a.txt", file(b"one")), ("b.txt", Failing(number))])
    assert desk.kept() == []
    assert desk.jobs.list() == []


def test_what_a_crash_left_of_a_batch_is_swept_away(desk: Desk) -> None:
    desk.uploads.folder().mkdir(parents=True)
    (desk.uploads.folder() / ".0.part").write_bytes(b"half")
    desk.report(desk.uploads.add([("a.txt", file(b"one"))]))
    assert desk.kept() == ["a.txt"]
