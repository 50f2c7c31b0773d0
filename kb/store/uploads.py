"""Uploads: where the files that were sent to the service lie in a home, in a folder for each collection.

`uploads/hr-3d5a0f26e1b4/leave.pdf` is the file of the document `leave.pdf` of the collection `hr`: what is sent to
another collection under the same name is another file.
"""

import hashlib
import json
import logging
import os
import re
import shutil
import sqlite3
from contextlib import suppress
from pathlib import Path

from kb.errors import StorageFull, why
from kb.store.catalog import Catalog

_PLACE = "uploads"  # the property that keeps where the uploads lay when the home was opened last
_READABLE = re.compile(r"[^\w.-]+")
_LONGEST = 40  # characters of a collection's name that its folder shows

log = logging.getLogger(__name__)


def folder_of(uploads: Path, collection: str) -> Path:
    """The folder below `uploads` for the files of a collection; no two collections have the same."""
    shown = _READABLE.sub("_", collection)[:_LONGEST].strip("._") or "collection"
    digest = hashlib.sha256(collection.encode("utf-8", "surrogatepass")).hexdigest()
    return uploads / f"{shown}-{digest[:12]}"


def are_uploads(uploads: Path, root: str) -> bool:
    """Whether what came from under this root was uploaded, so that it goes with its document."""
    return Path(root).is_relative_to(uploads)


def drop_empty(uploads: Path, folder: Path) -> None:
    """Remove a folder, and those above it, where nothing is in them; that of the collection stays."""
    while folder.parent != uploads and folder.is_relative_to(uploads):
        try:
            folder.rmdir()
        except OSError:  # something is in it
            return
        folder = folder.parent


def settle(uploads: Path, catalog: Catalog) -> None:
    """Bring a home in order that was moved, or made when all collections shared one folder. For the opening."""
    try:
        before = catalog.property(_PLACE)
        if before != str(uploads):
            with catalog.transaction() as db:
                moved(db, Path(before or uploads), uploads)
        shared = _shared(uploads, catalog)
        if shared:
            _part(uploads, catalog, shared)
    except (OSError, StorageFull) as error:  # the home can be used as it is, and the next start tries again
        log.warning("the uploaded files could not be put in a folder for each collection: %s", why(error))


def _shared(uploads: Path, catalog: Catalog) -> set[tuple[str, str]]:
    """(collection, name) of the files that lie in no collection's folder, and that documents or jobs came from."""
    of_documents = catalog.db.execute(
        "SELECT c.name, d.source FROM documents d JOIN collections c ON c.id = d.collection_id WHERE d.root = ?",
        (str(uploads),),
    )
    found = {(row["name"], row["source"]) for row in of_documents}
    if found or any(file.is_file() for file in uploads.glob("*")):
        jobs = catalog.db.execute("SELECT collection, paths FROM jobs WHERE collection IS NOT NULL")
        paths = ((row["collection"], Path(path)) for row in jobs for path in json.loads(row["paths"]))
        found |= {(collection, path.name) for collection, path in paths if path.parent == uploads}
    return found


def moved(db: sqlite3.Connection, before: Path, uploads: Path) -> None:
    """Let the home know that its uploads lie elsewhere now."""
    places = (str(uploads), str(before))
    db.execute("UPDATE documents SET root = ?1 || substr(root, length(?2) + 1) WHERE root = ?2", places)
    db.execute(
        "UPDATE documents SET root = ?1 || substr(root, length(?2) + 1) "
        "WHERE substr(root, 1, length(?2) + 1) = ?2 || '/'",
        places,
    )
    if before != uploads:
        below = "root = ?1 OR substr(root, 1, length(?1) + 1) = ?1 || '/'"
        db.execute(f"DELETE FROM seen_files WHERE {below}", (str(before),))
    db.execute("INSERT OR REPLACE INTO properties (name, value) VALUES (?, ?)", (_PLACE, str(uploads)))


def _part(uploads: Path, catalog: Catalog, files: set[tuple[str, str]]) -> None:
    """Put shared files into the folders of their collections. A crash leaves nothing that the next call cannot finish.

    A file that two collections name is given to both: which of the two uploads it is, nobody can tell any more.
    """
    for collection, name in files:
        file, place = uploads / name, folder_of(uploads, collection) / name
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if file.is_file() and not place.exists():
            link_or_copy(file, place)
    for _, name in files:
        (uploads / name).unlink(missing_ok=True)
    with catalog.transaction() as db:
        for collection in {collection for collection, _ in files}:
            places = (str(folder_of(uploads, collection)), str(uploads), collection)
            db.execute(
                "UPDATE documents SET root = ?1 WHERE root = ?2 AND collection_id = "
                "(SELECT id FROM collections WHERE name = ?3)",
                places,
            )
            db.execute("DELETE FROM seen_files WHERE root = ?2 AND collection = ?3", places)
        for row in db.execute("SELECT id, collection, paths FROM jobs WHERE collection IS NOT NULL").fetchall():
            before, folder = [Path(path) for path in json.loads(row["paths"])], folder_of(uploads, row["collection"])
            paths = [str(folder / path.name if path.parent == uploads else path) for path in before]
            db.execute("UPDATE jobs SET paths = ? WHERE id = ?", (json.dumps(paths, ensure_ascii=False), row["id"]))


def link_or_copy(file: Path, place: Path) -> None:
    """Let a file have a second name, or be there twice where the file system has no links. `place` is not there yet."""
    try:
        os.link(file, place)
    except FileExistsError:
        return
    except OSError:
        draft = place.with_name(f".{place.name}.part")
        try:
            shutil.copyfile(file, draft)
            draft.chmod(0o600)
            os.replace(draft, place)
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
