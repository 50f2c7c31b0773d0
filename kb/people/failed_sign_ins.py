"""Failed sign-ins in the catalog: how often a password was wrong, so that guessing is no faster after a restart."""

from collections.abc import Iterable
from dataclasses import dataclass

from kb.store.database import Database


@dataclass(frozen=True, slots=True)
class Failures:
    """How often in a row, and when for the last time (ISO 8601, UTC)."""

    count: int
    last_at: str


class FailedSignIns:
    """All SQL about them. A key is a hash: of a name, an address, or both."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[bytes, Failures]:
        """All that are kept, those of long ago first."""
        rows = self._database.db.execute("SELECT key, failures, last_at FROM failed_sign_ins ORDER BY last_at, key")
        return {row["key"]: Failures(row["failures"], row["last_at"]) for row in rows}

    def write(self, changed: dict[bytes, Failures], gone: Iterable[bytes]) -> None:
        """Keep these, and forget those. Raises StorageFull."""
        with self._database.transaction() as db:
            db.executemany("DELETE FROM failed_sign_ins WHERE key = ?", [(key,) for key in gone])
            db.executemany(
                "INSERT OR REPLACE INTO failed_sign_ins (key, failures, last_at) VALUES (?, ?, ?)",
                [(key, failures.count, failures.last_at) for key, failures in changed.items()],
            )
