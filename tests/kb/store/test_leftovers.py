"""What cancelled, refused and killed work leaves: after a deletion, or the next start, no byte of it is in the home."""

import os
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from ingest.reading import process_pool
from ingest.sync import indexing
from ingest.sync.pipeline import IngestProgress, ingest
from kb.assistant import KnowledgeBase
from kb.config import load_settings
from kb.errors import StorageFull
from kb.models.embedding import Embedding
from kb.store.catalog import NewVersion
from tests import tiny
from tests.kb.store.test_deletion import abandon, files_with, files_with_vectors, needles
from tests.knowledge import OWNER, statuses, write

ROOT = Path(__file__).parents[3]
CANARY, EDITED = "Quixovertane", "Wexlorutine"
Open = Callable[[], KnowledgeBase]


@pytest.fixture
def open_home(tmp_path: Path) -> Iterator[Open]:
    opened: list[KnowledgeBase] = []
    readers = {"KB_INGEST__READERS": "{bad: 'tests.ingest.hostile:HostileReader'}"}

    def open_() -> KnowledgeBase:
        opened.append(KnowledgeBase.open(tmp_path / "home", load_settings(env={**tiny.ENVIRONMENT, **readers})))
        return opened[-1]

    yield open_
    for kb in opened:
        kb.close()


@pytest.fixture
def kb(open_home: Open) -> KnowledgeBase:
    return open_home()


def rooms(word: str, many: int = 60) -> str:
    return "\n\n".join(f"Paragraph {n} says {word}{n:03} about room {n * 37}. " * 20 for n in range(many))


def embedded_by(kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The vectors that are made from now on."""
    made: list[bytes] = []
    embed = kb.embedder.embed_passages

    def noted(texts: Sequence[str]) -> list[Embedding]:
        found = embed(texts)
        made.extend(each.vector for each in found)
        return found

    monkeypatch.setattr(kb.embedder, "embed_passages", noted)
    return made


def unused(kb: KnowledgeBase) -> int:
    query = "SELECT count(*) FROM embeddings WHERE id NOT IN (SELECT embedding_id FROM chunks)"
    return int(kb.catalog.db.execute(query).fetchone()[0])


def change(kb: KnowledgeBase, folder: Path, monkeypatch: pytest.MonkeyPatch, then: Callable[[], object]) -> list[bytes]:
    """Begin to read a changed document in; `then` happens when some of it is embedded. Returns its vectors."""
    ingest(kb, [write(folder, {"a.txt": rooms(CANARY), "kept.md": "# Canteen\n\nIt serves soup."})])
    write(folder, {"a.txt": rooms(EDITED)})
    monkeypatch.setattr(indexing, "_CALL_BYTES", 2000)
    monkeypatch.setattr(indexing, "_STORED_TOGETHER", 8)
    monkeypatch.setattr(indexing, "_GRACE_SECONDS", 0.0)
    made, stop = embedded_by(kb, monkeypatch), threading.Event()

    def halt(at: IngestProgress) -> None:
        if at.chunks > 20 and not stop.is_set():
            then()
            stop.set()

    assert ingest(kb, [folder], progress=halt, stop=stop).stopped
    return made


@pytest.mark.parametrize("when", ["after", "meanwhile"])
def test_vectors_of_a_change_that_was_cancelled_go_with_the_document(
    kb: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    def delete() -> None:
        kb.delete_document(OWNER, "docs", "a.txt")

    made = change(kb, tmp_path / "docs", monkeypatch, delete if when == "meanwhile" else lambda: None)
    assert made
    if when == "after":
        assert unused(kb) > 0
        delete()
    assert unused(kb) == 0
    assert not kb.deletion.pending
    kb.close()  # Chroma's file may hold memory of this process behind the last vector until then
    assert files_with(kb.home.path, needles(CANARY, EDITED)) == []
    assert files_with_vectors(kb.home.path, made) == []


def test_vectors_of_a_change_that_was_killed_go_with_the_document(
    open_home: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kb = open_home()
    made = change(kb, tmp_path / "docs", monkeypatch, lambda: None)
    abandon(kb)
    kb = open_home()
    assert unused(kb) > 0  # the next ingestion goes on with them
    kb.delete_document(OWNER, "docs", "a.txt")
    assert files_with_vectors(kb.home.path, made) == []


def test_a_deletion_leaves_what_an_ingestion_under_way_has_embedded(
    kb: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(kb, [write(tmp_path / "docs", {"other.md": "# Other\n\nIt is deleted."})])
    monkeypatch.setattr(indexing, "_CALL_BYTES", 2000)
    monkeypatch.setattr(indexing, "_STORED_TOGETHER", 8)
    made, deleted = embedded_by(kb, monkeypatch), threading.Event()

    def delete(at: IngestProgress) -> None:
        if at.chunks > 40 and not deleted.is_set():
            deleted.set()
            kb.delete_document(OWNER, "docs", "other.md")

    folder = write(tmp_path / "more", {"a.txt": rooms(CANARY)})
    assert statuses(ingest(kb, [folder], progress=delete)) == {"a.txt": "added"}
    assert deleted.is_set()
    assert len(made) == len(kb.chunks(OWNER, "more", "a.txt"))  # none twice
    assert unused(kb) == 0
    assert not kb.deletion.pending


def test_a_content_that_was_refused_is_not_kept(kb: KnowledgeBase, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr("1.md", "# The first\n\nIt is taken.")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("1.md", f"# The second\n\nIt says {CANARY} and is refused.")
    report = ingest(kb, [folder])
    assert [(d.status, "came twice" in d.reason) for d in report.documents] == [("added", False), ("failed", True)]
    assert [path for path in kb.home.reading.rglob("*") if path.is_file()] == []
    kb.close()
    assert files_with(kb.home.path, needles(CANARY)) == []
    assert len([*kb.home.originals.glob("*/*")]) == 1


def test_what_an_ingestion_read_and_could_not_store_is_not_kept(
    kb: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StorageFull("full")

    monkeypatch.setattr(kb.indexes, "publish", full)
    with pytest.raises(StorageFull):
        ingest(kb, [write(tmp_path / "docs", {"a.md": f"# A\n\n{CANARY}"})])
    assert [path for path in (*kb.home.originals.glob("*/*"), *kb.home.reading.iterdir()) if path.is_file()] == []


def test_temporary_files_are_in_the_home_and_go_with_the_reading(kb: KnowledgeBase, tmp_path: Path) -> None:
    """A reader of the user's own gets a copy of the document, and this one is killed while it has it."""
    folder = write(tmp_path / "docs", {"a.bad": f"hang\n{CANARY}"})
    places: list[Path] = []

    def kill_when_it_is_there() -> None:
        while not places and not done.wait(0.05):
            places.extend(kb.home.reading.rglob("document.bad"))
        for pid in process_pool.pool.pids:
            os.kill(pid, signal.SIGKILL)

    done = threading.Event()
    killing = threading.Thread(target=kill_when_it_is_there)
    killing.start()
    try:
        report = ingest(kb, [folder])
    finally:
        done.set()
        killing.join()
    assert "ended from outside by SIGKILL" in report.documents[0].reason
    assert len(places) == 1
    assert (kb.home.reading.stat().st_mode & 0o777) == 0o700
    kb.close()
    assert files_with(kb.home.path, needles(CANARY)) == []


def test_what_killed_work_left_is_gone_with_the_next_start(open_home: Open, kb: KnowledgeBase, tmp_path: Path) -> None:
    ingest(kb, [write(tmp_path / "docs", {"kept.md": "# Canteen\n\nIt serves soup."})])
    left = {
        "incoming/tmpabc/0": CANARY, "reading/tmpdef/read-x": CANARY, "reading/tmpdef/temporary-7/document.a": CANARY,
        "uploads/hr-1/.0.part": CANARY, f"originals/ab/{'ab' * 32}": CANARY,
    }  # fmt: skip
    write(kb.home.path, left)
    os.utime(kb.home.path / "uploads/hr-1/.0.part", (2e9, 2e9))  # the clock was set back since
    kb.repair()  # a service that is running leaves them: they may be in use
    assert all((kb.home.path / name).exists() for name in left)
    abandon(kb)
    kb = open_home()
    assert [name for name in left if (kb.home.path / name).exists()] == []
    assert kb.check(deep=True).problems == ()


def test_an_upload_that_is_killed_leaves_nothing_after_the_next_start(
    open_home: Open, kb: KnowledgeBase, tmp_path: Path
) -> None:
    kb.close()
    killed(
        tmp_path / "home", "from ui.service.uploading import Uploads\nfrom ingest.sync.jobs import Jobs\nimport io\n"
        "class Killing(io.BytesIO):\n    read = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"Uploads(kb, Jobs(kb)).add([('a.txt', io.BytesIO(b'{CANARY}')), ('b.txt', Killing())])",
    )  # fmt: skip
    assert files_with(tmp_path / "home", needles(CANARY))
    again = open_home()
    assert files_with(again.home.path, needles(CANARY)) == []


def test_a_backup_that_is_killed_leaves_nothing_after_the_next_start(
    open_home: Open, kb: KnowledgeBase, tmp_path: Path
) -> None:
    ingest(kb, [write(tmp_path / "docs", {"a.md": f"# A\n\n{CANARY}"})])
    kb.close()
    place = tmp_path / "backups"
    place.mkdir()
    killed(
        tmp_path / "home",
        f"os.rename = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\nkb.backup(Path({str(place)!r}) / 'b.tar')",
    )
    assert {path.name for path in place.iterdir()} == {".b.tar.part", ".b.tar.catalog"}
    again = open_home()
    assert [*place.iterdir()] == []
    assert again.backup(place / "b.tar").documents == 1
    assert [row[0] for row in again.catalog.db.execute("SELECT name FROM properties WHERE name LIKE 'backup:%'")] == []


def killed(home: Path, then: str) -> None:
    """Run this with the home open as `kb`, in a process that is killed by it."""
    script = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom kb.assistant import KnowledgeBase\n"
        "from kb.config import load_settings\nkb = KnowledgeBase.open(Path(sys.argv[1]), load_settings())\n" + then
    )
    environment = {**os.environ, **tiny.ENVIRONMENT}
    done = subprocess.run([sys.executable, "-c", script, str(home)], cwd=ROOT, env=environment, timeout=60)
    assert done.returncode == -signal.SIGKILL


# ---- a deletion beside an ingestion of the same content


@pytest.mark.parametrize("moment", ["read", "published"])
def test_a_content_that_comes_while_its_twin_is_deleted_keeps_its_original(
    kb: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    text = f"# Twin\n\nIt says {CANARY}."
    folder = write(tmp_path / "docs", {"a.md": text})
    ingest(kb, [folder])
    write(folder, {"b.md": text})
    publish = kb.indexes.publish

    def delete() -> None:
        monkeypatch.setattr(kb.indexes, "publish", publish)
        kb.delete_document(OWNER, "docs", "a.md")

    def beside(versions: Sequence[NewVersion], by: str) -> None:
        if moment == "read":  # its vectors go too, and are made again
            delete()
            publish(versions, by)
        else:
            publish(versions, by)
            kb.home.original(versions[0].document.sha256).unlink()  # as a deletion that began before does

    monkeypatch.setattr(kb.indexes, "publish", beside)
    assert statuses(ingest(kb, [folder]))["b.md"] == "added"
    assert kb.original(OWNER, "docs", "b.md").read_text(encoding="utf-8") == text
    assert kb.check(deep=True).problems == ()
    for path in {"a.md", "b.md"} & {d.path for d in kb.documents(OWNER)}:
        kb.delete_document(OWNER, "docs", path)
    assert files_with(kb.home.path, needles(CANARY)) == []


def test_documents_that_come_and_go_at_once_end_whole(kb: KnowledgeBase, tmp_path: Path) -> None:
    """A thread deletes one of two twins again and again while the other one is read in."""
    failures: list[BaseException] = []
    stop = threading.Event()

    def work() -> None:
        try:
            n = 0
            while not stop.is_set():
                ingest(kb, [write(tmp_path / "x", {"twin.md": f"# Twin {n // 3}\n\nOf {n // 3}."})], collection="x")
                kb.delete_document(OWNER, "x", "twin.md")
                n += 1
        except BaseException as error:
            failures.append(error)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for n in range(6):
            ingest(kb, [write(tmp_path / "y", {f"{n}.md": f"# Twin {n}\n\nOf {n}."})], collection="y")
    finally:
        stop.set()
        worker.join()
    assert failures == []
    assert kb.check(deep=True).problems == ()
    assert {d.path for d in kb.documents(OWNER, "y")} == {f"{n}.md" for n in range(6)}
