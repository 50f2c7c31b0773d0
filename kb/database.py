"""The database: one SQLite file with its connections, transactions, migrations, properties and audit trail.

Readers use a connection per thread; writers take turns.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kb.errors import HomeError, HomeTooNew, StorageFull
from kb.migrations import MIGRATIONS

FORGET_WORDS = "words_to_forget"  # the property that is "1" while the word index may spell words of deleted documents


def now() -> str:
    """The time, ISO 8601, UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Database:
    """Raises StorageFull when the disk is full, HomeTooNew for a newer schema, HomeError for a damaged file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._connections: dict[threading.Thread, sqlite3.Connection] = {}
        self._write_lock = threading.RLock()
        self.generation = 0  # grows with every change of what can be found
        self._migrate()

    @property
    def db(self) -> sqlite3.Connection:
        """This thread's connection, for reading."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=30)
            connection.row_factory = sqlite3.Row
            for pragma in ("journal_mode = WAL", "foreign_keys = ON", "secure_delete = ON", "synchronous = FULL"):
                connection.execute(f"PRAGMA {pragma}")
            self._local.connection = connection
            self._keep(connection)
        return connection

    def _keep(self, connection: sqlite3.Connection) -> None:
        """Remember a connection for closing, and close those whose thread has ended: a server has many in its life."""
        with self._write_lock:
            for thread in [thread for thread in self._connections if not thread.is_alive()]:
                self._connections.pop(thread).close()
            self._connections[threading.current_thread()] = connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A connection that holds the right to write: all that is done in it is kept, or none. Raises StorageFull."""
        with self._write_lock:
            db = self.db
            try:
                db.execute("BEGIN IMMEDIATE")
                yield db
                db.execute("COMMIT")
            except BaseException as error:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                if isinstance(error, sqlite3.OperationalError) and "full" in str(error):
                    raise StorageFull(
                        f"The disk that holds {self.path.parent} is full; nothing half done was kept. "
                        "Free some space and run the command again."
                    ) from error
                raise

    def close(self) -> None:
        """Close every connection and fold the write-ahead log into the file."""
        if self._connections and self.property(FORGET_WORDS):
            with suppress(StorageFull):  # the next close does it
                self.forget_words()
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()
        self._local = threading.local()

    def _migrate(self) -> None:
        try:
            version = self.db.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.DatabaseError as error:
            raise HomeError(
                f"{self.path} is not a catalog that can be read ({error}). Restore it from a backup, "
                "or choose another --home."
            ) from error
        if version > len(MIGRATIONS):
            raise HomeTooNew(
                f"{self.path.parent} was written by a newer version (schema {version}; this one knows "
                f"{len(MIGRATIONS)}). Update the product, or choose another --home."
            )
        for number, script in enumerate(MIGRATIONS[version:], version + 1):
            with self.transaction() as db:
                for statement in _statements(script):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {number}")

    def forget_words(self) -> None:
        """Write the word index anew without the words of deleted documents, which SQLite's FTS5 only marks as gone.

        It takes seconds where the index is large, so it is not done at each deletion.
        """
        with self.transaction() as db:
            db.execute("INSERT INTO words (words) VALUES ('optimize')")
            db.execute("DELETE FROM properties WHERE name = ?", (FORGET_WORDS,))

    def property(self, name: str) -> str | None:
        """A stored property, such as the embedding's identity."""
        row = self.db.execute("SELECT value FROM properties WHERE name = ?", (name,)).fetchone()
        return row["value"] if row else None

    def set_property(self, name: str, value: str) -> None:
        """Store a property."""
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO properties (name, value) VALUES (?, ?)", (name, value))

    def audit(self, asker: str, action: str, subject: str, detail: dict[str, Any]) -> int:
        """Write a row of the audit trail; returns its id."""
        with self.transaction() as db:
            return self.record(db, asker, action, subject, detail)

    def record(self, db: sqlite3.Connection, asker: str, action: str, subject: str, detail: dict[str, Any]) -> int:
        cursor = db.execute(
            "INSERT INTO audit (at, asker, action, subject, detail) VALUES (?, ?, ?, ?, ?)",
            (now(), asker, action, subject, json.dumps(detail, ensure_ascii=False)),
        )
        return int(cursor.lastrowid or 0)

    def audit_rows(self, limit: int = 100) -> list[dict[str, Any]]:
        """The newest rows of the audit trail, newest first."""
        rows = self.db.execute("SELECT * FROM audit ORDER BY id DESC LIMIT ?", (limit,))
        return [{**dict(r), "detail": json.loads(r["detail"])} for r in rows]


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
