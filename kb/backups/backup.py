"""Backup: all of a home that cannot be built again, in one tar file; and checking that a home is whole.

A backup holds `catalog.db`, `originals/`, `uploads/`, `runs/` and, last, `manifest.json` with the SHA-256 of each file:
a file without it was cut off. The manifest is signed with the home's key (`kb.backups.backup_key`). Chroma's files are
not in it, they are built again from the catalog. It is a plain copy: whoever can read it can read every document, and
what is deleted later is still in it.
"""

import hashlib
import hmac
import io
import json
import os
import sqlite3
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from kb.backups import backup_key
from kb.errors import KBError, StorageFull, UsageError, why
from kb.messages.coded_text import CodedText
from kb.store.catalog import Catalog
from kb.store.catalog_names import is_hash
from kb.store.database import is_full, now
from kb.store.home import Home
from kb.store.index_sync import Indexes
from kb.store.migrations import MIGRATIONS
from kb.store.unfinished_backups import WRITING, drafts, drop

FORMAT = 1
MANIFEST = "manifest.json"
CATALOG = "catalog.db"
_NAMED = 50  # missing originals that are named


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a backup holds, or what was restored from it."""

    file: Path
    size: int  # bytes
    documents: int
    originals: int
    uploads: int
    runs: int  # files of evaluations
    created_at: str  # ISO 8601, UTC
    seconds: float
    proved: bool = True  # the home's key signs it


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. `mac` is the HMAC-SHA256 of all else, "" in those of 0.1.0."""

    format: int
    schema: int
    created_at: str
    home: str
    files: dict[str, str]  # the SHA-256 of each, by its name
    mac: str = ""

    def signed(self, key: bytes) -> "Manifest":
        """With the MAC of this key."""
        fields = {name: value for name, value in asdict(self).items() if name != "mac"}
        content = json.dumps(fields, sort_keys=True, ensure_ascii=True).encode()
        return replace(self, mac=hmac.new(key, content, "sha256").hexdigest())

    def is_signed(self, key: bytes) -> bool:
        """Whether its MAC is that of this key."""
        return hmac.compare_digest(self.signed(key).mac.encode(), self.mac.encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found. `problems` is empty where all is well."""

    documents: int
    chunks: int  # that can be found
    words: int  # chunks in the word index
    vectors: int | None  # chunks in Chroma; None where it could not be opened
    originals: int
    problems: tuple[str, ...]
    seconds: float


def back_up(home: Home, catalog: Catalog, target: Path, lock: threading.Lock) -> BackupReport:
    """Write a backup into a new file, or under a name of its own into a folder. The home may be in use meanwhile.

    What is a folder, or has no suffix, is taken for one, and made (mode 0700) where it does not exist.

    It is one moment's catalog with its originals. `lock` is held while the catalog is copied, and keeps deletions
    waiting. The file appears when it is whole (mode 0600). Raises UsageError where it exists or cannot be
    written, and StorageFull.
    """
    began = time.perf_counter()
    created_at = now()
    folder = None
    if target.is_dir() or not (target.suffix or target.exists()):
        folder, target = target, target / f"kb-{datetime.now(UTC):%Y%m%dT%H%M%S}.tar"
    if target.exists():
        raise UsageError("backup.exists", file=target)
    target = target.absolute()
    if "\0" in str(target) or target.parent.resolve().is_relative_to(home.path.resolve()):
        raise UsageError("backup.no_place", file=str(target))
    part, snapshot = drafts(target)
    key = backup_key.key_of(home.path)
    str(target).encode()  # fails for bytes that are no text, which the catalog could not note
    note = f"{WRITING}{target}"
    catalog.set_property(note, "")  # in case this process is killed
    try:
        with writing(folder or target):
            if folder is not None:
                folder.mkdir(mode=0o700, exist_ok=True)
            snapshot.unlink(missing_ok=True)
            os.close(os.open(snapshot, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            with lock:
                _copy_database(catalog, snapshot)
            with closing(sqlite3.connect(snapshot)) as copy:
                documents = copy.execute("SELECT count(*) FROM documents").fetchone()[0]
                hashes = [row[0] for row in copy.execute("SELECT DISTINCT sha256 FROM versions ORDER BY sha256")]
            part.unlink(missing_ok=True)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                counts = _write(file, home, snapshot, hashes, created_at, key)
                file.flush()
                os.fsync(file.fileno())
            os.rename(part, target)
            sync_folder(target.parent)
    finally:
        drop([part, snapshot])
        with suppress(StorageFull), catalog.transaction() as db:
            db.execute("DELETE FROM properties WHERE name = ?", (note,))
    seconds = time.perf_counter() - began
    return BackupReport(target, target.stat().st_size, documents, *counts, created_at, seconds)


def target_path(target: str) -> Path:
    """The absolute path of a target as it was written; what ends with a slash is a folder, made if it is missing."""
    path = Path(target).expanduser().absolute()
    if target.endswith("/") and path.suffix and not path.exists():
        with writing(path):
            path.mkdir(mode=0o700)
    return path


def _copy_database(catalog: Catalog, snapshot: Path) -> None:
    """One moment's copy: in a single step, so that writers neither wait for it nor make it begin again."""
    with closing(sqlite3.connect(snapshot)) as copy:
        catalog.db.backup(copy, pages=-1)


def _write(
    file: IO[bytes], home: Home, snapshot: Path, hashes: list[str], created_at: str, key: bytes
) -> tuple[int, int, int]:
    """Write the tar. Returns how many originals, uploads and files of evaluations are in it."""
    written: dict[str, str] = {}
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:

        def add(name: str, path: Path) -> bool:
            with suppress(FileNotFoundError), path.open("rb") as source:
                written[name] = _add(tar, name, source)
                return True
            return False  # none was kept (a record of a bundle), or it was deleted since

        add(CATALOG, snapshot)
        originals = sum(add(f"originals/{sha256[:2]}/{sha256}", home.original(sha256)) for sha256 in hashes)
        sent, runs = (
            sum(
                add(f"{folder.name}/{path.relative_to(folder).as_posix()}", path)
                for path in sorted(folder.rglob("*"))
                if path.is_file() and not path.is_symlink() and not path.name.endswith(".part")
            )
            for folder in (home.uploads, home.runs)
        )
        manifest = Manifest(FORMAT, len(MIGRATIONS), created_at, str(home.path), written).signed(key)
        content = json.dumps(asdict(manifest), ensure_ascii=True, indent=1).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size, info.mode = len(content), 0o600
        tar.addfile(info, io.BytesIO(content))
    return originals, sent, runs


def _add(tar: tarfile.TarFile, name: str, source: IO[bytes]) -> str:
    """Add a file. Returns the SHA-256 of what was written."""
    status = os.fstat(source.fileno())
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = status.st_size, 0o600, int(status.st_mtime)
    reader = _Hashing(source)
    tar.addfile(info, reader)
    return reader.digest.hexdigest()


class _Hashing:
    """A file that hashes what is read from it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self.digest.update(block)
        return block


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """Failures to write as errors of ours."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        if is_full(error):
            raise StorageFull("backup.disk_full", file=target) from error
        gone = isinstance(error, FileNotFoundError)
        reason = CodedText("system.no_such_folder", folder=target.parent) if gone else why(error)
        raise UsageError("file.not_written", file=target, why=reason) from error


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check(home: Home, catalog: Catalog, indexes: Indexes, deep: bool = False) -> CheckReport:
    """Look for damage: in the catalog's file, between catalog and indexes, and in the originals.

    `deep` reads every original and compares it with its hash. Opening the indexes mends them, so what is reported
    of them could not be mended.
    """
    began = time.perf_counter()
    found = catalog.db.execute("PRAGMA integrity_check(20)").fetchall()
    problems: list[str] = [CodedText("check.catalog_damaged", why=row[0]) for row in found if row[0] != "ok"]
    strays = catalog.db.execute("PRAGMA foreign_key_check").fetchall()
    problems += [CodedText("check.rows_astray", count=len(strays))] if strays else []
    vectors: int | None = None
    try:
        vectors = indexes.vectors.count()
    except KBError as error:
        problems.append(error.message)
    chunks, words = catalog.count_live(), catalog.count_words()
    if words != chunks:
        problems.append(CodedText("check.word_index", found=words, chunks=chunks))
    if vectors is not None and vectors != chunks:
        problems.append(CodedText("check.vector_index", found=vectors, chunks=chunks))
    originals = _check_originals(home, catalog, deep, problems.append)
    documents = int(catalog.db.execute("SELECT count(*) FROM documents").fetchone()[0])
    return CheckReport(documents, chunks, words, vectors, originals, tuple(problems), time.perf_counter() - began)


def _check_originals(home: Home, catalog: Catalog, deep: bool, report: Callable[[CodedText], object]) -> int:
    """Report originals that are missing or changed. Returns how many there are."""
    rows = catalog.db.execute(
        "SELECT v.sha256, min(c.name || '/' || d.path) AS name, max(d.source = d.path) AS is_file FROM versions v "
        "JOIN documents d ON d.id = v.document_id JOIN collections c ON c.id = d.collection_id GROUP BY v.sha256"
    ).fetchall()
    there, missing = 0, list[str]()
    for row in rows:
        if not is_hash(row["sha256"]):
            report(CodedText("check.no_hash", name=row["name"], given=row["sha256"][:80]))
            continue
        file = home.original(row["sha256"])
        if not file.is_file():
            missing += [row["name"]] if row["is_file"] else []  # a record of a bundle or an archive may have none
            continue
        there += 1
        if deep:
            with file.open("rb") as content:
                if hashlib.file_digest(content, "sha256").hexdigest() != row["sha256"]:
                    report(CodedText("check.original_changed", name=row["name"]))
    for name in missing[:_NAMED]:
        report(CodedText("check.original_missing", name=name))
    if len(missing) > _NAMED:
        report(CodedText("check.more_missing", count=len(missing) - _NAMED))
    return there
