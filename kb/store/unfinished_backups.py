"""Unfinished backups: the files that a backup has beside its target while it is written, and what killed ones left."""

from contextlib import suppress
from pathlib import Path

from kb.store.catalog import Catalog

WRITING = "backup:"  # begins the names of properties: files of a backup that is being written


def drafts(target: Path) -> list[Path]:
    """The files beside a backup while it is written."""
    return [target.with_name(f".{target.name}.{end}") for end in ("part", "catalog")]


def drop(files: list[Path]) -> None:
    """Delete the files of a backup that is not whole, and what SQLite has beside them."""
    for file in files:
        for end in ("", "-wal", "-shm", "-journal"):
            with suppress(OSError):
                file.with_name(file.name + end).unlink(missing_ok=True)


def sweep(catalog: Catalog) -> None:
    """Delete what killed backups left beside their targets: it holds all documents. For the start."""
    rows = catalog.db.execute(
        "SELECT name FROM properties WHERE substr(name, 1, ?) = ?", (len(WRITING), WRITING)
    ).fetchall()
    for row in rows:
        target = Path(row["name"].removeprefix(WRITING))
        if not target.name:
            continue
        drop(drafts(target))
        if target.parent.is_dir():  # else it is on a disk that is not there now
            with catalog.transaction() as db:
                db.execute("DELETE FROM properties WHERE name = ?", (row["name"],))
