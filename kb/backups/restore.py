"""Restoring: a home out of a backup, of which nothing is believed that was not checked.

Names and hashes in it must be such, its catalog must be one of this product, and its MAC that of a key that is known;
else it is unproved: it is whole, but whoever could write the file may have written it.
"""

import hashlib
import json
import os
import shutil
import tarfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from kb.backups import backup_key
from kb.backups.backup import CATALOG, FORMAT, MANIFEST, BackupReport, Manifest, sync_folder, writing
from kb.errors import HomeError, HomeTooNew, RefusedByPolicy, UsageError, why
from kb.files import open_regular
from kb.messages.coded_text import CodedText
from kb.store import uploads
from kb.store.catalog import Catalog
from kb.store.catalog_names import check_catalog, is_hash
from kb.store.migrations import MIGRATIONS
from kb.store.unfinished_backups import WRITING

_FOLDERS = ("originals", "uploads", "runs")
_BLOCK = 1 << 20
_LONGEST_MANIFEST = 512 << 20  # bytes: a few million files


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a backup is not proved. `refused`: a key is known, and it is not this one that signed it."""

    why: str
    refused: bool


def accept(doubt: Doubt) -> bool:
    """What is done about a doubt where nobody is asked: only a backup that a known key contradicts is refused."""
    return not doubt.refused


def restore(
    file: Path, place: Path, key: bytes | None = None, accepted: Callable[[Doubt], bool] = accept
) -> BackupReport:
    """Make a home out of a backup. All or nothing: the home appears when every file in it was checked.

    `key` is the one that must have signed it; without it, that of the home it was taken from, where that is here and
    this user's. What is not proved by it is restored if that is `accepted`, else RefusedByPolicy is raised.

    Raises UsageError where the home is not empty or the file is no whole backup, HomeTooNew for one of a newer
    version, and StorageFull. Its vector index is built when the home is first opened.
    """
    began = time.perf_counter()
    place = place.expanduser().absolute()
    if os.path.isdir(file):
        raise UsageError("backup.is_folder", file=file)
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise UsageError("backup.place_not_empty", place=place)
    draft = place.with_name(f".{place.name}.restoring")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        with writing(place):
            place.parent.mkdir(parents=True, exist_ok=True)
            draft.mkdir(mode=0o700)
        manifest = _unpack(file, draft, place)
        known = key or backup_key.own(Path(manifest.home))
        doubt = _doubt(file, manifest, known, is_given=key is not None)
        if doubt is not None and not accepted(doubt):
            raise RefusedByPolicy("backup.not_restored", why=doubt.why)
        try:
            check_catalog(draft / CATALOG)
        except HomeError as error:
            raise _damaged(file, CodedText("backup.catalog_unusable", why=error)) from None
        documents = _settle(draft, Path(manifest.home), place, is_proved=doubt is None)
        with writing(place):
            if known is not None and doubt is None:
                backup_key.keep(draft, known)
            os.rename(draft, place)
            sync_folder(place.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    originals, sent, runs = (sum(name.startswith(f"{folder}/") for name in manifest.files) for folder in _FOLDERS)
    size, seconds = file.stat().st_size, time.perf_counter() - began
    return BackupReport(
        file, size, documents, originals, sent, runs, manifest.created_at, seconds, proved=doubt is None
    )  # fmt: skip


def _doubt(file: Path, manifest: Manifest, key: bytes | None, is_given: bool) -> Doubt | None:
    if key is not None and manifest.is_signed(key):
        return None
    if not manifest.mac:
        return Doubt(CodedText("backup.no_mac", file=file), refused=is_given)
    if key is None:
        return Doubt(CodedText("backup.no_key", file=file, home=manifest.home), refused=False)
    return Doubt(CodedText("backup.other_key", file=file), refused=True)


def _unpack(file: Path, folder: Path, place: Path) -> Manifest:
    """Write the files of a backup into a folder that will be `place`. Returns its manifest, with which they agree."""
    found: dict[str, str] = {}
    manifest: Manifest | None = None
    try:
        with open_regular(file) as content, tarfile.open(fileobj=content, mode="r:") as tar:
            for member in tar:
                is_plain = member.type in (tarfile.REGTYPE, tarfile.AREGTYPE)  # no link, device or sparse file
                source = tar.extractfile(member) if is_plain else None
                if source is None or not _belongs(member.name):
                    raise _damaged(file, CodedText("backup.foreign_member", name=member.name))
                if member.name == MANIFEST:
                    manifest = _manifest(source.read(_LONGEST_MANIFEST))
                else:
                    with writing(place):
                        found[member.name] = _unpack_one(source, folder / member.name)
    except (tarfile.TarError, EOFError, ValueError):
        raise _damaged(file, CodedText("backup.cut_off")) from None
    except FileNotFoundError:
        raise UsageError("backup.not_found", file=file) from None
    except OSError as error:
        raise UsageError("backup.unreadable", file=file, why=why(error)) from None
    if manifest is None:
        raise _damaged(file, CodedText("backup.end_missing"))
    if manifest.format != FORMAT or manifest.schema > len(MIGRATIONS):
        raise HomeTooNew("backup.too_new", file=file)
    if found != manifest.files:
        names = sorted(n for n in {*found, *manifest.files} if found.get(n) != manifest.files.get(n))
        raise _damaged(file, CodedText("backup.files_changed", count=len(names), name=names[0]))
    return manifest


def _manifest(content: bytes) -> Manifest:
    """The manifest. Raises ValueError for what is none."""
    given = json.loads(content)
    kinds = {"format": int, "schema": int, "created_at": str, "home": str, "files": dict}
    if not isinstance(given, dict) or any(not isinstance(given.get(name), kind) for name, kind in kinds.items()):
        raise ValueError("no manifest")
    files, mac = given["files"], given.get("mac", "")
    if not all(is_hash(digest) for digest in files.values()) or not isinstance(mac, str) or "\0" in given["home"]:
        raise ValueError("no manifest")
    return Manifest(**{name: given[name] for name in kinds}, mac=mac)


def _belongs(name: str) -> bool:
    parts = PurePosixPath(name).parts
    if parts[:1] == ("originals",):
        return len(parts) == 3 and is_hash(parts[2]) and parts[1] == parts[2][:2] and name == "/".join(parts)
    return name in (CATALOG, MANIFEST) or (
        len(parts) > 1 and parts[0] in _FOLDERS and ".." not in parts and "\0" not in name
    )


def _damaged(file: Path, why: str) -> UsageError:
    return UsageError("backup.not_whole", file=file, why=why)


def _unpack_one(source: IO[bytes], path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        while block := source.read(_BLOCK):
            digest.update(block)
            target.write(block)
    return digest.hexdigest()


def _settle(folder: Path, before: Path, place: Path, is_proved: bool) -> int:
    """Make a catalog at home in its new place. Returns how many documents it has."""
    catalog = Catalog(folder / CATALOG)
    try:
        with catalog.transaction() as db:
            uploads.moved(db, before / "uploads", place / "uploads")
            db.execute("DELETE FROM properties WHERE substr(name, 1, ?) = ?", (len(WRITING), WRITING))
            # Nor may one be taken up again: its paths are those of another machine, or of whoever made the backup up.
            db.execute("UPDATE jobs SET paths = '[]'")
            db.execute(
                "UPDATE jobs SET state = 'cancelled', error = 'The home was restored from a backup.' "
                "WHERE state NOT IN ('done', 'failed', 'cancelled')"
            )
            for table in ("sessions", "api_tokens", "failed_sign_ins"):  # what was ended since would live again
                db.execute(f"DELETE FROM {table}")
            if not is_proved:
                db.execute("DELETE FROM properties WHERE name = 'model'")  # it may be the path of a file
                # Whoever made the backup up knows the passwords in it, and may be whom it names at a provider: the
                # owner says who may sign in, and how.
                db.execute(
                    "UPDATE accounts SET enabled = 0, password_hash = NULL, one_time_until = '', issuer = '', "
                    "subject = ''"
                )
            catalog.record(db, "restore", "restore", "", {"from": str(before), "proved": is_proved})
        return int(catalog.db.execute("SELECT count(*) FROM documents").fetchone()[0])
    finally:
        catalog.close()
