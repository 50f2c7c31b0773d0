"""Beside the text of a version: where words recognised on its pages stand, and what its file holds and nobody sees."""

import json
import sqlite3
from collections.abc import Iterable

from kb.schema import HiddenText, RecognisedPage, StoredText, WordBox

# The version that a stored text is of, by what `names_of` gives.
VERSION = (
    "(SELECT v.id FROM collections c JOIN documents d ON d.collection_id = c.id "
    "JOIN versions v ON v.document_id = d.id WHERE c.name = ? AND d.path = ? AND v.number = ? AND v.sha256 = ?)"
)


def names_of(stored: StoredText) -> tuple[str, str, int, str]:
    """What tells a stored text from all others, for `VERSION`."""
    return stored.collection, stored.path, stored.version, stored.sha256


def hand_over(db: sqlite3.Connection, of: int, to: int) -> None:
    """Give what is stored of one version to another of the same text, in the place of its own; what was recognised on
    other pages it keeps."""
    db.execute(
        "INSERT OR REPLACE INTO recognised (version_id, page, turned, places) "
        "SELECT ?, page, turned, places FROM recognised WHERE version_id = ?",
        (to, of),
    )
    db.execute(
        "INSERT OR REPLACE INTO hidden_texts (version_id, found) "
        "SELECT ?, found FROM hidden_texts WHERE version_id = ?",
        (to, of),
    )


def keep_recognised(db: sqlite3.Connection, version_id: int, pages: Iterable[RecognisedPage]) -> None:
    """Store them for a version that has none yet."""
    db.executemany(
        "INSERT INTO recognised (version_id, page, turned, places) VALUES (?, ?, ?, ?)",
        ((version_id, page.number, page.turned, _places_json(page.places)) for page in pages),
    )


def find_recognised(db: sqlite3.Connection, stored: StoredText, number: int) -> RecognisedPage | None:
    """What is stored of a page of a text; None where nothing was recognised on it, or it was read long ago."""
    query = f"SELECT turned, places FROM recognised WHERE version_id = {VERSION} AND page = ?"
    row = db.execute(query, (*names_of(stored), number)).fetchone()
    if row is None:
        return None
    return RecognisedPage(number, row["turned"], tuple(WordBox(*place) for place in json.loads(row["places"])))


def _places_json(places: Iterable[WordBox]) -> str:
    rows = [[p.start, p.end, p.left, p.top, p.right, p.bottom] for p in places]
    return json.dumps(rows, separators=(",", ":"))


def keep_hidden(db: sqlite3.Connection, version_id: int, hidden: Iterable[HiddenText]) -> None:
    """Store the hidden texts of a version that has none stored yet. That there are none is stored too."""
    db.execute("INSERT INTO hidden_texts (version_id, found) VALUES (?, ?)", (version_id, _hidden_json(hidden)))


def find_hidden(db: sqlite3.Connection, stored: StoredText) -> tuple[HiddenText, ...]:
    """The hidden texts of a stored text; none where it was read by a version that did not look for them."""
    query = f"SELECT found FROM hidden_texts WHERE version_id = {VERSION}"
    row = db.execute(query, names_of(stored)).fetchone()
    return hidden_of_json(row["found"] if row else None)


def hidden_of_json(found: str | None) -> tuple[HiddenText, ...]:
    """Hidden texts as the catalog holds them."""
    return tuple(HiddenText(*each) for each in json.loads(found or "[]"))


def _hidden_json(hidden: Iterable[HiddenText]) -> str:
    return json.dumps([[each.page, each.why, each.text] for each in hidden], ensure_ascii=False, separators=(",", ":"))
