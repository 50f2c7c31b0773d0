"""The database: one SQLite file with its connections, transactions, migrations, properties and audit trail.

Readers use a connection per thread; writers take turns.
"""

import errno
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kb.audit import chain
from kb.errors import HomeError, HomeTooNew, StorageFull
from kb.store.migrations import MIGRATIONS, carry_out
from kb.store.sqlite_erase import wipe_unused

TRACES = "words_to_forget"  # the property that is "1" while the file may hold traces of what was deleted

_ACCESS_CHANGES = "access_changes"  # the property
_CHANGES_KEPT = 10_000  # generations whose changes are remembered


def now() -> str:
    """The time, ISO 8601, UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def is_full(error: BaseException) -> bool:
    """Whether SQLite, or the system, says that the disk (or its quota) has no room left."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


class Database:
    """Raises StorageFull when the disk is full, HomeTooNew for a newer schema, HomeError for a damaged file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._connections: dict[threading.Thread, sqlite3.Connection] = {}
        self._connecting = threading.Lock()  # held for a moment: who only reads does not wait for who writes
        self._write_lock = threading.RLock()
        self._file = -1  # the database's file, opened by `wipe`
        self.generation = 0  # grows with every change of what can be found
        self._changed: dict[int, frozenset[int]] = {}  # generation -> the documents that changed, where that is known
        with suppress(OSError):  # what is wrong with it is said by who opens it
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))  # SQLite makes its log as this is
        self._migrate()

    def changed(self, document_ids: Iterable[int]) -> None:
        """Begin a new generation, in which what can be found of these documents changed."""
        with self._write_lock:
            self._changed[self.generation + 1] = frozenset(document_ids)
            self._changed.pop(self.generation - _CHANGES_KEPT, None)
            self.generation += 1

    def changed_since(self, generation: int) -> frozenset[int] | None:
        """The documents that changed after a generation; None where it is not known."""
        with self._write_lock:
            changes = [self._changed.get(i) for i in range(generation + 1, self.generation + 1)]
        known = [change for change in changes if change is not None]
        return frozenset().union(*known) if len(known) == len(changes) else None

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
        with self._connecting:
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
                if isinstance(error, sqlite3.Error) and is_full(error):
                    raise StorageFull("home.disk_full_nothing_kept", path=self.path.parent) from error
                raise

    def close(self) -> None:
        """Close every connection and fold the write-ahead log into the file."""
        if self._connections and self.property(TRACES):
            with suppress(HomeError):  # the next close does it
                self.wipe()
        for connection in [*self._connections.values()]:
            connection.close()
        self._connections.clear()
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        self._local = threading.local()

    def _migrate(self) -> None:
        try:
            version = self.db.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.DatabaseError as error:
            raise HomeError("home.catalog_unreadable", path=self.path, why=error) from error
        if version > len(MIGRATIONS):
            raise HomeTooNew("home.too_new", home=self.path.parent, version=version, known=len(MIGRATIONS))
        for number in range(version + 1, len(MIGRATIONS) + 1):
            with self.transaction() as db:
                carry_out(db, number)

    def wipe(self) -> None:
        """Leave no byte of what was deleted in the file and its log. Takes seconds where the file is large.

        Four places hold such bytes: the word index, in which SQLite's FTS5 only marks words as gone; the write-ahead
        log; unused parts of pages (see `kb.store.sqlite_erase`); and rows and pages, which `secure_delete` has
        overwritten already.
        Raises StorageFull, and HomeError where something reads the file for too long; the next `wipe` or start does it.
        """
        with self._write_lock:
            with self.transaction() as db:
                db.execute("INSERT OR REPLACE INTO properties (name, value) VALUES (?, '1')", (TRACES,))
                db.execute("INSERT INTO words (words) VALUES ('optimize')")
            busy = self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            if busy:
                raise HomeError("home.not_overwritten", path=self.path)
            roots = [row[0] for row in self.db.execute("SELECT rootpage FROM sqlite_schema WHERE rootpage > 0")]
            if self._file < 0:  # kept open: closing it would let go of the locks that SQLite holds on the file
                self._file = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
            wipe_unused(self._file, roots)
            # A connection of its own: its commit tells all others that the pages they keep in memory are out of date.
            other = sqlite3.connect(self.path, isolation_level=None, timeout=30)
            try:
                other.execute("DELETE FROM properties WHERE name = ?", (TRACES,))
            finally:
                other.close()

    def property(self, name: str) -> str | None:
        """A stored property, such as the embedding's identity."""
        row = self.db.execute("SELECT value FROM properties WHERE name = ?", (name,)).fetchone()
        return row["value"] if row else None

    def access_changes(self) -> int:
        """How often it was changed who may read what: rules, groups, accounts. It only grows."""
        return int(self.property(_ACCESS_CHANGES) or 0)

    def access_changed(self, db: sqlite3.Connection) -> None:
        """Count a change of who may read what, in the transaction that makes it."""
        db.execute(
            "INSERT INTO properties (name, value) VALUES (?, '1') "
            "ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1",
            (_ACCESS_CHANGES,),
        )

    def set_property(self, name: str, value: str) -> None:
        """Store a property."""
        with self.transaction() as db:
            self.put_property(db, name, value)

    def put_property(self, db: sqlite3.Connection, name: str, value: str) -> None:
        """Store a property in a transaction."""
        db.execute("INSERT OR REPLACE INTO properties (name, value) VALUES (?, ?)", (name, value))

    def audit(self, asker: str, action: str, subject: str, detail: dict[str, Any]) -> int:
        """Write a record of the audit trail; returns its number. Raises StorageFull."""
        with self.transaction() as db:
            return self.record(db, asker, action, subject, detail)

    def record(self, db: sqlite3.Connection, asker: str, action: str, subject: str, detail: dict[str, Any]) -> int:
        """Write a record of the audit trail in a transaction; returns its number. See `kb.audit.chain`."""
        return chain.append(db, now(), asker, action, subject, detail)

    def audit_rows(
        self, limit: int = 100, *, since: str = "", until: str = "", asker: str = "", action: str = ""
    ) -> list[dict[str, Any]]:
        """The newest rows of the audit trail, newest first; see `kb.audit.chain.rows`."""
        return chain.rows(self.db, limit, since=since, until=until, asker=asker, action=action)
