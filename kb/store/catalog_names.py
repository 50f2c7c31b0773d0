"""What a catalog names on the disk: content by its hash, and files by paths. None may lead out of where it belongs.

A catalog may come from a backup that somebody made up. So its names are checked when a home is opened, and before one
is restored, whose catalog must also have the tables of this product and no others: a trigger would act later.
"""

import re
import sqlite3
from pathlib import Path

from kb.errors import HomeError
from kb.store.migrations import MIGRATIONS, carry_out

_HASH = re.compile(r"[0-9a-f]{64}")
_NO_HASH = "typeof(sha256) <> 'text' OR length(sha256) <> 64 OR sha256 GLOB '*[^0-9a-f]*'"
_CLIMBS = "instr('/' || {0} || '/', '/../') OR instr({0}, char(0)) OR typeof({0}) <> 'text'"
_CHECKS = (
    ("sha256", f"SELECT sha256 FROM versions WHERE {_NO_HASH} LIMIT 1"),
    ("root", f"SELECT root FROM documents WHERE {_CLIMBS.format('root')} LIMIT 1"),
    ("source", f"SELECT source FROM documents WHERE {_CLIMBS.format('source')} OR source GLOB '/*' LIMIT 1"),
)


def is_hash(text: object) -> bool:
    """Whether this is a SHA-256 in hexadecimal digits, as it names content in `originals/`."""
    return isinstance(text, str) and _HASH.fullmatch(text) is not None


def check_names(db: sqlite3.Connection, catalog: Path) -> None:
    """Raise HomeError where a row names content by what is no hash, or a file by a path that climbs out."""
    for column, query in _CHECKS:
        row = db.execute(query).fetchone()
        if row is not None:
            raise HomeError("home.catalog_leads_out", catalog=catalog, column=column, held=str(row[0])[:80])


def check_catalog(catalog: Path) -> None:
    """Raise HomeError for a file that is no whole catalog of this product, or names what it must not. Changes nothing.

    A catalog of a newer version is not judged.
    """
    try:
        db = sqlite3.connect(f"{catalog.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            db.execute("PRAGMA trusted_schema = OFF")
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version > len(MIGRATIONS):
                return
            strange = _tables(db) ^ _expected(version)
            if strange:
                name = sorted(strange)[0][1]
                raise HomeError("home.catalog_foreign", catalog=catalog, name=name)
            [problem] = db.execute("PRAGMA quick_check(1)").fetchone()
            if problem != "ok":
                raise HomeError("home.catalog_damaged", catalog=catalog, problem=problem)
            if version:
                check_names(db, catalog)
        finally:
            db.close()
    except sqlite3.DatabaseError as error:
        raise HomeError("home.no_catalog", catalog=catalog, why=error) from error


def _expected(version: int) -> set[tuple[str, str, str]]:
    db = sqlite3.connect(":memory:")
    try:
        for number in range(1, version + 1):
            carry_out(db, number)
        return _tables(db)
    finally:
        db.close()


def _tables(db: sqlite3.Connection) -> set[tuple[str, str, str]]:
    """Kind, name and definition of all that the schema has. What SQLite makes for itself is known by its name alone:
    its definition depends on the version of SQLite that made it."""
    rows = db.execute("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema").fetchall()
    own = {("table", f"words_{part}") for part in ("data", "idx", "content", "docsize", "config")}
    return {(kind, name, "" if (kind, name) in own else f"{table}: {sql}") for kind, name, table, sql in rows}
