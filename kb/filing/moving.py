"""Moving: gives an uploaded document another path or collection. Nothing is read or embedded anew.

The file lies at both places until the catalog knows the new one. A note says which of them a start removes, should a
crash come between.
"""

import errno
import filecmp
import json
import os
import sqlite3
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from kb.access import rule_table
from kb.errors import DocumentNotFound, HomeError, StorageFull, UsageError, why
from kb.review.reviews import scope_text
from kb.store.catalog import Catalog
from kb.store.conversations import ConversationStore, renamed_scope, scope_of
from kb.store.database import now
from kb.store.uploads import are_uploads, drop_empty, folder_of, link_or_copy

LONGEST_PATH = 500  # characters
_LONGEST_PART = 180  # bytes of a file's or folder's name
_FORBIDDEN = frozenset('<>:"\\|?*')
_NOTE = "moving:"  # begins the names of properties: a file that lies at two places
_READING = "('queued', 'running', 'paused')"

Name = tuple[str, str]  # a document as (collection, path)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What moves: the paths of the file's documents, as they are and as they will be, by document id."""

    root: str
    source: str
    before: dict[int, str]
    after: dict[int, str]


def checked_path(given: str) -> str:
    """A path that a document can be given. Raises UsageError."""
    path = unicodedata.normalize("NFC", given.strip())
    if len(path) > LONGEST_PATH or not all(_is_name(part) for part in path.split("/")):
        raise UsageError("move.no_path", path=given[:80], most=LONGEST_PATH)
    return path


def _is_name(part: str) -> bool:
    fits = 0 < len(part.encode("utf-8", "replace")) <= _LONGEST_PART and part == part.strip(" .")
    return fits and part.isprintable() and not _FORBIDDEN.intersection(part)


def check_movable(catalog: Catalog, uploads: Path, document_id: int) -> None:
    """Raises UsageError where a document cannot be moved at all: it came from a folder, or is part of another one."""
    _plan(catalog, uploads, document_id, None)


def move(catalog: Catalog, uploads: Path, document_id: int, old: Name, new: Name, by: str) -> None:
    """Move a document, with what is inside it, from `old` to `new`. Its readers are those of its new place; what was
    set on it alone moves along within its collection. A new path is a `checked_path`. Call it in one thread at a time.

    Raises DocumentNotFound where it is not called `old` any more, UsageError where it cannot be moved or something
    stands there, StorageFull and HomeError; then nothing is moved.
    """
    plan = _plan(catalog, uploads, document_id, (old, new))
    root = folder_of(uploads, new[0])
    here, there = Path(plan.root, plan.source), root / new[1]
    note = f"{_NOTE}{document_id}"
    places = [os.path.relpath(place, uploads) for place in (here, there)]
    catalog.set_property(note, json.dumps(places, ensure_ascii=False))
    try:
        _put(here, there, new)
        with catalog.transaction() as db:
            if _plan(catalog, uploads, document_id, (old, new)) != plan:  # a new version came meanwhile
                raise UsageError("move.being_read", path=old[1])
            _write(db, catalog, plan, old, new, root, by)
    finally:
        _settle(catalog, uploads, note, at_start=False)
    catalog.changed(plan.after)


def settle(uploads: Path, catalog: Catalog) -> None:
    """Remove the second file of what a crash left half moved. For the opening."""
    query = "SELECT name FROM properties WHERE substr(name, 1, ?) = ?"
    for row in catalog.db.execute(query, (len(_NOTE), _NOTE)).fetchall():
        _settle(catalog, uploads, row["name"], at_start=True)


def _settle(catalog: Catalog, uploads: Path, note: str, at_start: bool) -> None:
    """Leave a file where a document comes from it, and nowhere else. Unless it is `at_start`, another file that was
    uploaded to one of the places meanwhile is left alone."""
    found = [Path(os.path.abspath(uploads / name)) for name in json.loads(catalog.property(note) or "[]")]
    places = [place for place in found if place.is_relative_to(uploads)]
    twice = len(places) == 2 and all(map(Path.is_file, places)) and filecmp.cmp(places[0], places[1], shallow=False)
    for place in [place for place in places if not _is_named(catalog, uploads, place)]:
        if at_start or twice:
            place.unlink(missing_ok=True)
        drop_empty(uploads, place.parent)
    with catalog.transaction() as db:
        db.execute("DELETE FROM properties WHERE name = ?", (note,))


def _is_named(catalog: Catalog, uploads: Path, place: Path) -> bool:
    """Whether a document, or a job, comes from an uploaded file."""
    folder = uploads / place.relative_to(uploads).parts[0]
    source = place.relative_to(folder).as_posix()
    query = "SELECT 1 FROM documents WHERE root = ? AND source = ?"
    return bool(catalog.db.execute(query, (str(folder), source)).fetchone()) or _is_read(catalog.db, folder, source)


def _is_read(db: sqlite3.Connection, root: Path, source: str) -> bool:
    """Whether a job that is not finished reads this file, or all of its folder."""
    paths = (each for row in db.execute(f"SELECT paths FROM jobs WHERE state IN {_READING}") for each in row)
    return any({str(root), str(root / source)} & set(json.loads(each)) for each in paths)


def _plan(catalog: Catalog, uploads: Path, document_id: int, names: tuple[Name, Name] | None) -> _Plan:
    """What moves if this document does; `names` are its names, present and new. Raises what `move` raises."""
    db = catalog.db
    name, path = catalog.name_of(document_id)
    if names is not None and (name, path) != names[0]:
        raise DocumentNotFound("document.not_in_collection", path=names[0][1], collection=names[0][0])
    row = db.execute("SELECT root, source, version_id FROM documents WHERE id = ?", (document_id,)).fetchone()
    root, source = row["root"], row["source"]
    if not are_uploads(uploads, root):
        raise UsageError("move.synced", path=path)
    if path != source:
        raise UsageError("move.part", path=path, container=source)
    if row["version_id"] is None:
        raise UsageError("move.no_text", path=path)
    if _is_read(db, Path(root), source):
        raise UsageError("move.being_read", path=path)
    rows = db.execute(
        "SELECT d.id, d.path, d.readers FROM documents d JOIN collections c ON c.id = d.collection_id "
        "WHERE c.name = ? AND d.root = ? AND d.source = ? ORDER BY d.id",
        (name, root, source),
    ).fetchall()
    before = {row["id"]: row["path"] for row in rows}
    if any(each != source and not each.startswith(f"{source}/") for each in before.values()):
        raise UsageError("move.part", path=path, container=source)
    if names is None:
        return _Plan(root, source, before, before)
    collection, new = names[1]
    if names[0] == names[1]:
        raise UsageError("move.same", path=path, collection=name)
    if PurePosixPath(new).suffix.lower() != PurePosixPath(path).suffix.lower():
        raise UsageError("move.other_type", path=new, suffix=PurePosixPath(path).suffix)
    if collection != name and any(row["readers"] is not None for row in rows):
        raise UsageError("move.own_readers", path=path, collection=name)
    _check_free(db, collection, new, before)
    return _Plan(root, source, before, {id: new + each.removeprefix(source) for id, each in before.items()})


def _check_free(db: sqlite3.Connection, collection: str, new: str, moved: Iterable[int]) -> None:
    """Raises UsageError where a path is that of something else, or a folder of it, or lies in a file."""
    above = [str(parent) for parent in PurePosixPath(new).parents][:-1]
    taken = db.execute(
        "SELECT 1 FROM documents d JOIN collections c ON c.id = d.collection_id WHERE c.name = ?1 "
        "AND d.id NOT IN (SELECT value FROM json_each(?2)) AND (d.path = ?3 OR d.source = ?3 "
        "OR substr(d.path, 1, length(?3) + 1) = ?3 || '/' "
        "OR d.path IN (SELECT value FROM json_each(?4)) OR d.source IN (SELECT value FROM json_each(?4)))",
        (collection, json.dumps([*moved]), new, json.dumps(above)),
    ).fetchone()
    if taken:
        raise UsageError("move.taken", path=new, collection=collection)


def _put(here: Path, there: Path, new: Name) -> None:
    """Let the file lie at its new place, too. Raises UsageError, StorageFull, HomeError."""
    if not here.is_file():  # the text and the original are kept without it
        return
    try:
        there.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.path.lexists(there):
            raise FileExistsError(errno.EEXIST, "an upload that is not read yet", str(there))
        link_or_copy(here, there)
    except (FileExistsError, NotADirectoryError):
        raise UsageError("move.taken", path=new[1], collection=new[0]) from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull("upload.disk_full") from error
        raise HomeError("upload.not_kept", why=why(error)) from error


def _write(
    db: sqlite3.Connection, catalog: Catalog, plan: _Plan, old: Name, new: Name, root: Path, by: str
) -> None:  # fmt: skip
    db.execute("INSERT OR IGNORE INTO collections (name, created_at) VALUES (?, ?)", (new[0], now()))
    ids = {row["name"]: row["id"] for row in db.execute("SELECT id, name FROM collections")}
    for document_id, path in plan.after.items():
        elsewhere = {"from_collection": old[0]} if old[0] != new[0] else {}
        catalog.record(db, by, "move", f"{new[0]}/{path}", {"from": plan.before[document_id], **elsewhere})
        db.execute(
            "UPDATE documents SET collection_id = ?, path = ?, root = ?, source = ?, checked_at = ? WHERE id = ?",
            (ids[new[0]], path, str(root), new[1], now(), document_id),
        )
    db.execute(
        "UPDATE OR REPLACE seen_files SET collection = ?, root = ?, source = ? "
        "WHERE collection = ? AND root = ? AND source = ?",
        (new[0], str(root), new[1], old[0], plan.root, plan.source),
    )
    # One that was dropped into a conversation is kept: it has a place of its own now.
    db.execute("DELETE FROM conversation_files WHERE collection_id = ? AND name = ?", (ids[old[0]], plan.source))
    rule_table.carry_out(db, rule_table.load(db), plan.after)
    catalog.access_changed(db)
    names = {(old[0], plan.before[id]): (new[0], path) for id, path in plan.after.items()}
    ConversationStore(catalog).rename_documents(names, db)
    for row in db.execute("SELECT id, scope FROM reviews").fetchall():
        scope = scope_of(row["scope"])
        if (renamed := renamed_scope(scope, names)) != scope:
            db.execute("UPDATE reviews SET scope = ? WHERE id = ?", (scope_text(renamed), row["id"]))
