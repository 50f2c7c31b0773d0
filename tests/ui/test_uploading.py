"""Uploads: names that stay in their folder, and what becomes of a batch."""

import errno
import io
from pathlib import Path
from typing import IO, Any

import pytest

from ingest import pipeline
from kb.errors import KBError
from tests.ui.scripted import ScriptedKB
from ui.uploading import Uploads, UploadState, safe_name


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
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(ScriptedKB(tmp_path))  # type: ignore[arg-type]


def ended(uploads: Uploads) -> UploadState:
    state = uploads.state
    while state is None or not state.finished:
        state = uploads.wait(state, 10)
    return state


def report(paths: list[Path]) -> pipeline.IngestReport:
    documents = tuple(pipeline.DocumentReport(path.name, "added", None, 1, "") for path in paths)
    return pipeline.IngestReport(documents, len(documents), 0, 0, 0, 0, 0, 0.1)


def test_files_are_kept_and_read_into_their_collection(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    def ingest(kb: Any, paths: list[Path], *, collection: str, progress: Any, stop: Any) -> pipeline.IngestReport:
        assert collection == "uploads"
        assert [path.name for path in paths] == ["a.txt", "a (2).txt"]
        assert [path.read_bytes() for path in paths] == [b"one", b"two"]
        progress(pipeline.IngestProgress(1, 2, 1, "a.txt", 0.1))
        return report(paths)

    monkeypatch.setattr(pipeline, "ingest", ingest)
    assert uploads.add([("a.txt", io.BytesIO(b"one")), ("x/a.txt", io.BytesIO(b"two"))])
    state = ended(uploads)
    assert state.report is not None
    assert state.report.added == 2
    assert (uploads.folder.stat().st_mode & 0o777) == 0o700
    uploads.forget("uploads", "a.txt")
    assert [path.name for path in uploads.folder.iterdir()] == ["a (2).txt"]
    uploads.dismiss()
    assert uploads.state is None


@pytest.mark.parametrize(
    ("error", "shown"), [(KBError("The home is broken."), "The home is broken."), (RuntimeError("x"), "")]
)
def test_a_batch_that_fails_says_why(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch, error: Exception, shown: str
) -> None:
    def ingest(*_: Any, **__: Any) -> pipeline.IngestReport:
        raise error

    monkeypatch.setattr(pipeline, "ingest", ingest)
    uploads.add([("a.txt", io.BytesIO(b"one"))])
    assert ended(uploads).error == shown


def test_a_full_disk_is_named_and_leaves_no_part_behind(uploads: Uploads) -> None:
    class Full(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(errno.ENOSPC, "No space left on device")

    content: IO[bytes] = Full()
    uploads.add([("a.txt", content)])
    assert "no room" in (ended(uploads).error or "")
    assert list(uploads.folder.iterdir()) == []
