"""Sessions in the catalog: the browsers that were let in, each by a secret of which only the hash is kept."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from kb.store.database import Database


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that was let in. Times are ISO 8601, UTC; from `expires_at` on it is let in no more.

    `person` is the name of the account that signed in; "" for who came by an address of the owner.
    """

    id: str  # what lists and commands name it by; it opens nothing
    label: str  # what the browser said it is
    created_at: str
    seen_at: str
    expires_at: str
    person: str = ""


class SessionStore:
    """All SQL about sessions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, session: Session, secret_hash: str) -> None:
        """Write a new one, and forget those that have expired when it begins."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM sessions WHERE expires_at <= ?", (session.created_at,))
            db.execute(
                "INSERT INTO sessions (id, label, created_at, seen_at, expires_at, person, secret_hash) "
                "VALUES (:id, :label, :created_at, :seen_at, :expires_at, :person, :secret_hash)",
                {**asdict(session), "person": session.person or None, "secret_hash": secret_hash},
            )
            if not session.person:  # by a one-time address; of who has an account, `People` says it
                self._database.record(db, "local", "sign_in", "", {"session": session.id, "by": "address"})

    def all(self) -> dict[str, Session]:
        """All of them by the hash of their secret, oldest first."""
        rows = self._database.db.execute("SELECT * FROM sessions ORDER BY created_at, id")
        return {
            row["secret_hash"]: Session(
                row["id"], row["label"], row["created_at"], row["seen_at"], row["expires_at"], row["person"] or ""
            )
            for row in rows
        }  # fmt: skip

    def record_last_seen(self, times: Mapping[str, str]) -> None:
        """When they were last seen, by id."""
        with self._database.transaction() as db:
            db.executemany("UPDATE sessions SET seen_at = ? WHERE id = ?", [(at, id) for id, at in times.items()])

    def remove(self, session: Session, by: str) -> None:
        """Delete one, if it is there, and record who ended it."""
        with self._database.transaction() as db:
            if db.execute("DELETE FROM sessions WHERE id = ?", (session.id,)).rowcount:
                self._database.record(db, by, "sign_out", session.person, {"session": session.id})
