"""Links in a folder: what leads out of it is listed and never read, and what was read so before is not lost by that."""

import os
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.document.links import LeadsOutside
from ingest.reading import process_pool
from ingest.reading.messages import Task, Unreadable
from ingest.sync.pipeline import ingest
from kb.assistant import KnowledgeBase
from kb.config import Settings, load_settings
from tests import tiny
from tests.knowledge import OWNER, statuses, write


@pytest.fixture
def kb(tmp_path: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(tmp_path / "home", load_settings(env=dict(tiny.ENVIRONMENT))) as opened:
        yield opened


def test_links_out_of_a_folder_and_the_home_are_skipped_with_their_reason(kb: KnowledgeBase, tmp_path: Path) -> None:
    folder = write(tmp_path / "docs", {"a.md": "# A\n\nWords."})
    (folder / "token.txt").symlink_to(kb.home.path / "lock")
    (folder / "passwords.txt").symlink_to("/etc/passwd")
    (folder / "system").symlink_to("/etc", target_is_directory=True)

    report = ingest(kb, [folder])

    reasons = {document.path: document.reason for document in report.documents if document.status == "skipped"}
    assert set(reasons) == {"token.txt", "passwords.txt", "system"}
    assert all("leads out of its folder" in reason for reason in reasons.values())
    assert [d.path for d in kb.documents(OWNER) if d.status == "added"] == ["a.md"]


def test_what_was_read_through_links_is_listed_as_skipped_and_never_pruned(kb: KnowledgeBase, tmp_path: Path) -> None:
    folder = write(tmp_path / "docs", {"a.md": "# A\n\nWords.", "b.md": "# B\n\nBeech.", "deep/c/d.md": "# D\n\nDyke."})
    with zipfile.ZipFile(folder / "e.zip", "w") as archive:
        archive.writestr("f.md", "# F\n\nFerry.")
    assert ingest(kb, [folder]).added == 4
    for name in ("b.md", "deep", "e.zip"):  # from now on it is as a version that followed links has left it
        (folder / name).rename(tmp_path / name)
        (folder / name).symlink_to(tmp_path / name)

    for _ in range(2):
        report = ingest(kb, [folder], prune=True)

        assert statuses(report) == {
            "a.md": "unchanged", "b.md": "skipped", "deep": "skipped", "deep/c/d.md": "skipped",
            "e.zip": "skipped", "e.zip/f.md": "skipped",
        }  # fmt: skip
        listed = {d.path: d for d in kb.documents(OWNER)}
        for path in ("b.md", "deep/c/d.md", "e.zip/f.md"):
            assert listed[path].status == "skipped"
            assert "leads out of its folder" in listed[path].reason
            assert listed[path].reason.endswith("The version read before still answers.")
            assert kb.stored_text(OWNER, "docs", path).text

    for name in ("b.md", "deep", "e.zip"):
        (folder / name).unlink()
        (tmp_path / name).rename(folder / name)
    report = ingest(kb, [folder], prune=True)
    assert {path for path, status in statuses(report).items() if status != "unchanged"} <= {"deep", "e.zip"}
    listed = {d.path: d for d in kb.documents(OWNER)}
    assert set(listed) == {"a.md", "b.md", "deep/c/d.md", "e.zip/f.md"}
    assert {d.reason for d in listed.values()} == {""}
    assert {d.status for d in listed.values()} <= {"added", "unchanged"}


def test_a_reading_process_is_not_given_what_became_a_link_since(tmp_path: Path) -> None:
    folder = write(tmp_path / "docs", {"a.md": "# A\n\nWords."})
    write(tmp_path, {"secret.md": "# Secret"})
    task = Task(folder / "a.md", "a.md", "0" * 64, Settings(), root=folder)
    os.replace(folder / "a.md", tmp_path / "aside.md")
    (folder / "a.md").symlink_to(tmp_path / "secret.md")
    pool = process_pool.Workers(1)

    [message] = pool.read(task).messages(threading.Event())

    pool.close()
    assert isinstance(message, Unreadable)
    assert isinstance(message.error, LeadsOutside)
