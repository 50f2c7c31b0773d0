"""Translations of questions, kept in the catalog: the newest ones."""

from kb.store.database import Database, now

MOST = 2_000  # kept


def stored_translation(database: Database, key: bytes) -> str | None:
    """What a model wrote, if it is kept."""
    row = database.db.execute("SELECT written FROM translations WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row["written"])


def keep(database: Database, key: bytes, written: str) -> None:
    """Keep what a model wrote; the oldest go where there are too many."""
    with database.transaction() as db:
        db.execute("INSERT OR REPLACE INTO translations (key, written, at) VALUES (?, ?, ?)", (key, written, now()))
        db.execute(
            "DELETE FROM translations WHERE key IN (SELECT key FROM translations ORDER BY at DESC LIMIT -1 OFFSET ?)",
            (MOST,),
        )
