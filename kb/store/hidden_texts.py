"""Hidden text: what a version's file holds and nobody sees, which is not searched, stored beside the text."""

import json
import sqlite3
from collections.abc import Iterable

from kb.schema import HiddenText, StoredText


def keep(db: sqlite3.Connection, version_id: int, hidden: Iterable[HiddenText]) -> None:
    """Store the hidden texts of a version that has none stored yet. That there are none is stored too."""
    db.execute("INSERT INTO hidden_texts (version_id, found) VALUES (?, ?)", (version_id, _json(hidden)))


def hand_over(db: sqlite3.Connection, of: int, to: int) -> None:
    """Give the hidden texts of one version to another of the same text, in the place of its own."""
    db.execute(
        "INSERT OR REPLACE INTO hidden_texts (version_id, found) "
        "SELECT ?, found FROM hidden_texts WHERE version_id = ?",
        (to, of),
    )


def find(db: sqlite3.Connection, stored: StoredText) -> tuple[HiddenText, ...]:
    """The hidden texts of a stored text; none where it was read by a version that did not look for them."""
    row = db.execute(
        "SELECT h.found FROM collections c JOIN documents d ON d.collection_id = c.id "
        "JOIN versions v ON v.document_id = d.id JOIN hidden_texts h ON h.version_id = v.id "
        "WHERE c.name = ? AND d.path = ? AND v.number = ? AND v.sha256 = ?",
        (stored.collection, stored.path, stored.version, stored.sha256),
    ).fetchone()
    return of_json(row["found"] if row else None)


def of_json(found: str | None) -> tuple[HiddenText, ...]:
    """Hidden texts as the catalog holds them."""
    return tuple(HiddenText(*each) for each in json.loads(found or "[]"))


def _json(hidden: Iterable[HiddenText]) -> str:
    return json.dumps([[each.page, each.why, each.text] for each in hidden], ensure_ascii=False, separators=(",", ":"))
