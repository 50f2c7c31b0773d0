"""A backup is whole or not there, and a home that is restored from it is the home it was taken from."""

import io
import json
import os
import shutil
import sqlite3
import stat
import tarfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.sync.pipeline import ingest
from kb.assistant import KnowledgeBase
from kb.backups import backup
from kb.backups.restore import restore
from kb.config import load_settings
from kb.errors import HomeTooNew, StorageFull, UsageError
from kb.store.migrations import MIGRATIONS
from tests import tiny
from tests.knowledge import OWNER, write

CANTEEN = "# Canteen\n\nThe canteen serves lasagne on Thursday.\n"
LEAVE = "# 休假\n\n满十年的员工每年有十八天年休假。\n"
Open = Callable[[str], KnowledgeBase]


@pytest.fixture
def open_home(tmp_path: Path) -> Iterator[Open]:
    opened: list[KnowledgeBase] = []

    def open_(name: str) -> KnowledgeBase:
        opened.append(KnowledgeBase.open(tmp_path / name, load_settings(env=dict(tiny.ENVIRONMENT))))
        return opened[-1]

    yield open_
    for kb in opened:
        kb.close()


@pytest.fixture
def kb(open_home: Open, tmp_path: Path) -> KnowledgeBase:
    """A home with documents, a version before the last, an upload and an evaluation."""
    kb = open_home("home")
    folder = write(tmp_path / "docs", {"canteen.md": "# Canteen\n\nIt serves soup.\n", "hr/休假.md": LEAVE})
    ingest(kb, [folder])
    write(folder, {"canteen.md": CANTEEN})
    ingest(kb, [folder])
    kb.home.uploads.mkdir(mode=0o700)
    write(kb.home.uploads, {"说明.md": "# 说明\n\n泵在地下室。\n", ".7.part": "half an upload"})
    ingest(kb, [kb.home.uploads / "说明.md"], collection="uploads")
    write(kb.home.runs / "r1", {"run.json": "{}"})
    return kb


def contents(kb: KnowledgeBase) -> object:
    documents = kb.documents(OWNER)
    return [
        (d, kb.stored_text(OWNER, d.collection, d.path).text, kb.original(OWNER, d.collection, d.path).read_bytes())
        for d in documents
    ]


def test_a_restored_home_is_the_home_that_was_backed_up(kb: KnowledgeBase, open_home: Open, tmp_path: Path) -> None:
    report = kb.backup(tmp_path / "b.tar")
    assert (report.documents, report.originals, report.uploads, report.runs) == (3, 4, 1, 1)
    assert (report.file, report.size) == (tmp_path / "b.tar", (tmp_path / "b.tar").stat().st_size)
    assert stat.S_IMODE(report.file.stat().st_mode) == 0o600
    restored = restore(report.file, tmp_path / "new")
    assert (restored.documents, restored.originals, restored.uploads, restored.runs) == (3, 4, 1, 1)
    assert restored.created_at == report.created_at
    new = open_home("new")
    assert contents(new) == contents(kb)
    assert new.stored_text(OWNER, "docs", "canteen.md", 1).text == "# Canteen\n\nIt serves soup.\n"
    for question in ("lasagne on Thursday", "年休假", "泵"):
        found, before = new.search(question, OWNER).passages, kb.search(question, OWNER).passages
        assert [(p.document, p.text, p.score) for p in found] == [(p.document, p.text, p.score) for p in before]
    checked = new.check(deep=True)
    assert (checked.problems, checked.documents, checked.originals) == ((), 3, 4)
    assert checked.chunks == checked.words == checked.vectors == 3
    assert stat.S_IMODE(new.home.path.stat().st_mode) == 0o700
    assert {stat.S_IMODE(f.stat().st_mode) for f in new.home.originals.glob("*/*")} == {0o600}
    new.delete_document(OWNER, "uploads", "说明.md")  # the uploads are those of the new home
    assert [path for path in new.home.uploads.rglob("*") if path.is_file()] == []
    assert (kb.home.uploads / "说明.md").exists()


def test_a_backup_may_be_taken_while_documents_come_and_go(kb: KnowledgeBase, open_home: Open, tmp_path: Path) -> None:
    stop = threading.Event()
    failures: list[BaseException] = []

    def work() -> None:
        try:
            n = 0
            while not stop.is_set():
                ingest(kb, [write(tmp_path / "busy", {f"{n % 5}.md": f"# {n}\n\nThis is text {n}.\n"})])
                if n % 5 == 4:
                    kb.delete_document(OWNER, "busy", "2.md")
                n += 1
        except BaseException as error:
            failures.append(error)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        files = [kb.backup(tmp_path / f"b{n}.tar").file for n in range(4)]
    finally:
        stop.set()
        worker.join()
    assert failures == []
    for n, file in enumerate(files):
        restore(file, tmp_path / f"new{n}")
        new = open_home(f"new{n}")
        problems = new.check(deep=True).problems  # of the one that may have been deleted in between
        assert {problem.partition(". ")[0] for problem in problems} <= {"The original of busy/2.md is missing"}


def test_a_backup_into_a_folder_gets_a_name_and_nothing_else_is_left_there(kb: KnowledgeBase, tmp_path: Path) -> None:
    place = tmp_path / "backups"
    place.mkdir()
    report = kb.backup(place)
    assert [*place.iterdir()] == [report.file]
    assert report.file.name.startswith("kb-")


def test_a_target_without_a_suffix_is_a_folder_that_is_made(kb: KnowledgeBase, tmp_path: Path) -> None:
    files = [kb.backup(tmp_path / "backups").file]
    os.rename(files[0], files[0].with_name("first.tar"))  # the next may be of the same second
    files.append(kb.backup(tmp_path / "backups").file)
    assert {file.parent for file in files} == {tmp_path / "backups"}
    assert stat.S_IMODE((tmp_path / "backups").stat().st_mode) == 0o700
    assert restore(files[1], tmp_path / "new").documents == 3


def test_a_target_with_a_slash_at_its_end_is_a_folder(tmp_path: Path) -> None:
    assert backup.target_path(f"{tmp_path}/v1.2/") == tmp_path / "v1.2"
    assert stat.S_IMODE((tmp_path / "v1.2").stat().st_mode) == 0o700
    for name in ("new.tar", "new", "new/"):  # the first is a file, the others are made when they are written
        assert backup.target_path(f"{tmp_path}/{name}") == tmp_path / name.rstrip("/")
    assert [path.name for path in tmp_path.iterdir()] == ["v1.2"]


def test_what_is_derived_or_secret_or_half_there_is_not_in_it(kb: KnowledgeBase, tmp_path: Path) -> None:
    write(kb.home.path, {"token": "secret"})
    with tarfile.open(kb.backup(tmp_path / "b.tar").file) as tar:
        names = tar.getnames()
    assert names[0] == "catalog.db"
    assert names[-1] == "manifest.json"
    assert {name.partition("/")[0] for name in names} == {"catalog.db", "originals", "uploads", "runs", "manifest.json"}
    assert [name for name in names if name.endswith(".part")] == []


def test_an_interrupted_backup_leaves_no_file(
    kb: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "backups"
    place.mkdir()

    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(backup, "_add", interrupted)
        with pytest.raises(KeyboardInterrupt):
            kb.backup(place / "b.tar")
    assert [*place.iterdir()] == []
    assert kb.backup(place / "b.tar").documents == 3


def test_a_full_disk_is_said_and_leaves_no_file(kb: KnowledgeBase, small_disk: Callable[[int], Path]) -> None:
    place = small_disk(1)
    with kb.catalog.transaction() as db:
        db.execute("INSERT INTO properties VALUES ('much', ?)", ("x" * 2_000_000,))
    with pytest.raises(StorageFull, match="disk"):
        kb.backup(place / "b.tar")
    assert [*place.iterdir()] == []


@pytest.mark.parametrize("name", ["b.tar", "", "new", "uploads/../b.tar", "a\0b.tar"])
def test_a_backup_is_not_put_into_the_home_itself(kb: KnowledgeBase, name: str) -> None:
    """What is deleted later would stay in it, and so in the home."""
    before = sorted(kb.home.path.iterdir())
    with pytest.raises(UsageError, match="outside the home"):
        kb.backup(Path(f"{kb.home.path}/{name}"))
    assert sorted(kb.home.path.iterdir()) == before


def test_a_backup_never_overwrites(kb: KnowledgeBase, tmp_path: Path) -> None:
    write(tmp_path, {"b.tar": "precious"})
    with pytest.raises(UsageError, match="exists already"):
        kb.backup(tmp_path / "b.tar")
    for name in ("b.tar", "backups"):
        with pytest.raises(UsageError) as raised:
            kb.backup(tmp_path / "nowhere" / name)
        assert "cannot be written: there is no folder" in str(raised.value)
        assert ".catalog" not in str(raised.value)  # the name of a temporary file
        assert "Errno" not in str(raised.value)
    assert (tmp_path / "b.tar").read_text(encoding="utf-8") == "precious"


def test_a_home_with_something_in_it_is_not_restored_into(kb: KnowledgeBase, tmp_path: Path) -> None:
    file = kb.backup(tmp_path / "b.tar").file
    write(tmp_path / "full", {"a.txt": "mine"})
    with pytest.raises(UsageError, match="not empty"):
        restore(file, tmp_path / "full")
    assert [f.name for f in (tmp_path / "full").iterdir()] == ["a.txt"]
    (tmp_path / "empty").mkdir()
    assert restore(file, tmp_path / "empty").documents == 3


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def cut_at_a_member(file: Path) -> None:
    with tarfile.open(file) as tar:
        last = tar.getmembers()[-1]
    os.truncate(file, last.offset)


def flip(file: Path) -> None:
    with tarfile.open(file) as tar:
        at = next(m for m in tar.getmembers() if m.name.startswith("originals/")).offset_data
    with file.open("r+b") as content:
        content.seek(at)
        content.write(b"#?")


def garble(file: Path) -> None:
    file.write_bytes(b"no tar at all" * 1_000)


def climb(file: Path) -> None:
    with tarfile.open(file, "w") as tar:
        info = tarfile.TarInfo("uploads/../../escaped")
        info.size = 2
        tar.addfile(info, io.BytesIO(b"no"))


def link(file: Path) -> None:
    with tarfile.open(file, "w") as tar:
        info = tarfile.TarInfo("uploads/link")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(info)


@pytest.mark.parametrize("damage", [cut, cut_at_a_member, flip, garble, climb, link])
def test_a_damaged_backup_is_refused_and_nothing_is_restored(
    kb: KnowledgeBase, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    file = kb.backup(tmp_path / "b.tar").file
    damage(file)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(UsageError, match="not a whole backup") as raised:
        restore(file, tmp_path / "new")
    assert "header" not in str(raised.value)  # the words of a library
    assert sorted(tmp_path.iterdir()) == before


def test_a_backup_of_a_newer_version_is_refused(
    kb: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "MIGRATIONS", (*MIGRATIONS, "-- to come"))
    file = kb.backup(tmp_path / "b.tar").file
    monkeypatch.undo()
    with pytest.raises(HomeTooNew, match="newer"):
        restore(file, tmp_path / "new")


def test_a_missing_backup_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no backup .*nothing\.tar"):
        restore(tmp_path / "nothing.tar", tmp_path / "new")
    with pytest.raises(UsageError, match="is a folder"):
        restore(tmp_path, tmp_path / "new")


def test_what_was_deleted_before_is_not_in_a_backup_and_stays_in_one_taken_before(
    kb: KnowledgeBase, tmp_path: Path
) -> None:
    before = kb.backup(tmp_path / "before.tar").file
    kb.delete_document(OWNER, None, "canteen.md")
    after = kb.backup(tmp_path / "after.tar").file
    assert b"lasagne" in before.read_bytes()
    assert b"lasagne" not in after.read_bytes()
    assert b"canteen.md" not in after.read_bytes()


def test_jobs_that_were_waiting_do_not_begin_in_a_restored_home(
    kb: KnowledgeBase, open_home: Open, tmp_path: Path
) -> None:
    with kb.catalog.transaction() as db:
        db.execute(
            "INSERT INTO jobs (kind, title, paths, prune, who, state, created_at) "
            "VALUES ('ingest', '', '[]', 0, 'me', 'queued', '')"
        )
    restore(kb.backup(tmp_path / "b.tar").file, tmp_path / "new")
    states = open_home("new").catalog.db.execute("SELECT state FROM jobs WHERE who = 'me'").fetchall()
    assert [row["state"] for row in states] == ["cancelled"]


# ---- the check


def test_a_missing_and_a_changed_original_are_found(kb: KnowledgeBase) -> None:
    kb.original(OWNER, "docs", "canteen.md").unlink()
    kb.original(OWNER, "docs", "hr/休假.md").write_text("changed", encoding="utf-8")
    assert [problem.partition(".")[0] for problem in kb.check().problems] == ["The original of docs/canteen"]
    missing, changed = sorted(kb.check(deep=True).problems)
    assert "docs/canteen.md is missing" in missing
    assert "docs/hr/休假.md has changed" in changed


def test_indexes_that_disagree_are_found(kb: KnowledgeBase) -> None:
    _ = kb.indexes.vectors
    kb.indexes.vectors.delete([kb.catalog.live_ids().pop()])
    with kb.catalog.transaction() as db:
        db.execute("DELETE FROM words WHERE rowid = (SELECT max(rowid) FROM words)")
    report = kb.check()
    assert (report.chunks, report.words, report.vectors) == (3, 2, 2)
    assert len(report.problems) == 2
    assert all("kb repair" in problem for problem in report.problems)
    kb.repair()
    assert kb.check().problems == ()


def test_a_damaged_catalog_is_found(kb: KnowledgeBase, open_home: Open, tmp_path: Path) -> None:
    kb.close()
    with sqlite3.connect(tmp_path / "home" / "catalog.db") as db:
        db.execute("INSERT INTO staged VALUES (999, 999, 1, '')")
    db.close()
    assert ["rows refer to others" in problem for problem in open_home("home").check().problems] == [True]


def test_a_home_that_was_copied_by_hand_works_too(kb: KnowledgeBase, open_home: Open, tmp_path: Path) -> None:
    kb.close()
    shutil.copytree(tmp_path / "home", tmp_path / "copy")
    copy = open_home("copy")
    assert copy.check(deep=True).problems == ()
    assert json.loads(copy.catalog.property("embedding") or "")
