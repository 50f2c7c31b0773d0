"""Recognition: where the words recognised on the pages of a version stand, stored page by page beside its text."""

import json
import sqlite3
from collections.abc import Iterable

from kb.schema import Place, RecognisedPage, StoredText


def keep(db: sqlite3.Connection, version_id: int, pages: Iterable[RecognisedPage]) -> None:
    """Store them for a version that has none yet."""
    db.executemany(
        "INSERT INTO recognised (version_id, page, turned, places) VALUES (?, ?, ?, ?)",
        ((version_id, page.number, page.turned, _json(page.places)) for page in pages),
    )


def hand_over(db: sqlite3.Connection, of: int, to: int) -> None:
    """Give what is stored of one version to another of the same text, which keeps its own of all other pages."""
    db.execute(
        "INSERT OR REPLACE INTO recognised (version_id, page, turned, places) "
        "SELECT ?, page, turned, places FROM recognised WHERE version_id = ?",
        (to, of),
    )


def find(db: sqlite3.Connection, stored: StoredText, number: int) -> RecognisedPage | None:
    """What is stored of a page of a text; None where nothing was recognised on it, or it was read long ago."""
    row = db.execute(
        "SELECT r.turned, r.places FROM collections c JOIN documents d ON d.collection_id = c.id "
        "JOIN versions v ON v.document_id = d.id JOIN recognised r ON r.version_id = v.id "
        "WHERE c.name = ? AND d.path = ? AND v.number = ? AND v.sha256 = ? AND r.page = ?",
        (stored.collection, stored.path, stored.version, stored.sha256, number),
    ).fetchone()
    if row is None:
        return None
    return RecognisedPage(number, row["turned"], tuple(Place(*place) for place in json.loads(row["places"])))


def _json(places: Iterable[Place]) -> str:
    rows = [[p.start, p.end, p.left, p.top, p.right, p.bottom] for p in places]
    return json.dumps(rows, separators=(",", ":"))
