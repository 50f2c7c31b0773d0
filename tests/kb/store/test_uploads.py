"""Uploads: each collection's files by themselves, also in a home from before that was so, and in one that was moved."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.sync.pipeline import ingest
from kb.assistant import KnowledgeBase
from kb.config import load_settings
from kb.store.uploads import folder_of
from tests import tiny
from tests.knowledge import OWNER, statuses, write

Open = Callable[..., KnowledgeBase]


@pytest.fixture
def open_home(tmp_path: Path) -> Iterator[Open]:
    opened: list[KnowledgeBase] = []

    def open_(name: str = "home") -> KnowledgeBase:
        opened.append(KnowledgeBase.open(tmp_path / name, load_settings(env=dict(tiny.ENVIRONMENT))))
        return opened[-1]

    yield open_
    for kb in opened:
        kb.close()


@pytest.fixture
def before(open_home: Open) -> KnowledgeBase:
    """A home as it was made when all uploads lay in one folder; "a.md" was uploaded to two collections."""
    kb = open_home()
    uploads = write(
        kb.home.uploads, {"a.md": "# A\n\nOf hr.", "b.md": "# B\n\nOf it.", "later.md": "# Later\n\nWaits."}
    )
    ingest(kb, [uploads / "a.md"], collection="hr")
    ingest(kb, [uploads / "a.md", uploads / "b.md"], collection="it")
    with kb.catalog.transaction() as db:
        db.execute(
            "INSERT INTO jobs (kind, title, paths, collection, prune, who, state, created_at) "
            "VALUES ('ingest', 'later.md', json_array(?), 'hr', 0, 'me', 'queued', '')",
            (str(uploads / "later.md"),),
        )
    return kb


def files(kb: KnowledgeBase) -> dict[str, set[str]]:
    """The names of the uploaded files, by the first word of their folder's name."""
    found: dict[str, set[str]] = {}
    for path in kb.home.uploads.rglob("*"):
        if path.is_file():
            found.setdefault(path.parent.name.partition("-")[0], set()).add(path.name)
    return found


def test_a_home_of_before_gets_a_folder_for_each_collection(before: KnowledgeBase, open_home: Open) -> None:
    before.close()
    kb = open_home()
    assert files(kb) == {"hr": {"a.md", "later.md"}, "it": {"a.md", "b.md"}}
    hr = folder_of(kb.home.uploads, "hr")
    [paths] = kb.catalog.db.execute("SELECT paths FROM jobs").fetchone()
    assert str(hr / "later.md") in paths
    assert statuses(ingest(kb, [hr / "a.md"], collection="hr")) == {"a.md": "unchanged"}
    write(hr, {"a.md": "# A\n\nOf hr, anew."})
    assert statuses(ingest(kb, [hr / "a.md"], collection="hr")) == {"a.md": "changed"}
    assert "Of hr." in kb.stored_text(OWNER, "it", "a.md").text
    kb.delete_document(OWNER, "hr", "a.md")
    assert files(kb) == {"hr": {"later.md"}, "it": {"a.md", "b.md"}}
    kb.delete_documents(OWNER, [("it", "a.md"), ("it", "b.md")])
    assert files(kb) == {"hr": {"later.md"}}


@pytest.mark.parametrize("unlinked", [0, 3])
def test_a_crash_while_they_are_parted_is_made_good(
    before: KnowledgeBase, open_home: Open, monkeypatch: pytest.MonkeyPatch, unlinked: int
) -> None:
    class Crash(BaseException):
        pass

    left = unlinked
    unlink = Path.unlink

    def crash(path: Path, missing_ok: bool = False) -> None:
        nonlocal left
        if path.parent == before.home.uploads:
            if not left:
                raise Crash
            left -= 1
        unlink(path, missing_ok)

    before.close()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", crash)
        with pytest.raises(Crash):
            open_home()
    kb = open_home()
    assert files(kb) == {"hr": {"a.md", "later.md"}, "it": {"a.md", "b.md"}}
    kb.delete_document(OWNER, "it", "b.md")
    assert files(kb)["it"] == {"a.md"}


def test_a_shared_file_stays_while_another_document_came_from_it(before: KnowledgeBase) -> None:
    before.delete_document(OWNER, "hr", "a.md")  # in the very process that shares them
    assert (before.home.uploads / "a.md").exists()
    before.delete_document(OWNER, "it", "a.md")
    assert not (before.home.uploads / "a.md").exists()


def test_the_uploads_of_a_home_that_was_copied_go_with_their_documents(open_home: Open, tmp_path: Path) -> None:
    kb = open_home()
    hr = write(folder_of(kb.home.uploads, "hr"), {"a.md": "# A\n\nOf hr.", "b.md": "# B\n\nToo."})
    ingest(kb, [hr / "a.md", hr / "b.md"], collection="hr")
    kb.close()
    shutil.copytree(tmp_path / "home", tmp_path / "elsewhere")
    kb = open_home("elsewhere")
    kb.delete_document(OWNER, "hr", "a.md")
    assert files(kb) == {"hr": {"b.md"}}
    assert (hr / "a.md").exists()
    hr = folder_of(kb.home.uploads, "hr")
    assert statuses(ingest(kb, [hr / "b.md"], collection="hr")) == {"b.md": "unchanged"}
