"""Beside the text of a version: how far it speaks to a model, and whether it is held back for that.

A document is in quarantine while the version that would answer is held: its chunks are not live, no index holds them,
and only who edits its collection reads it.
"""

import hashlib
import json
import sqlite3

from kb.schema import OrderReason, OrderScore

# Whether the document `d` is in quarantine.
IS_HELD = "EXISTS (SELECT 1 FROM order_scores o WHERE o.version_id = d.version_id AND o.held = 1)"


def text_hash(title: str, text: str) -> str:
    """What an editor who releases a document has seen of it, as a SHA-256; empty lines around it do not count."""
    return hashlib.sha256(f"{title}\0{text.strip()}".encode("utf-8", "surrogatepass")).hexdigest()


def reaches(score: float, floor: float | None) -> bool:
    """Whether what has this score is held back under a floor; None holds back nothing."""
    return floor is not None and score >= floor


def keep(db: sqlite3.Connection, version_id: int, orders: OrderScore, held: bool) -> None:
    """Store a version's score, in the place of one before."""
    db.execute(
        "INSERT OR REPLACE INTO order_scores (version_id, score, reasons, held) VALUES (?, ?, ?, ?)",
        (version_id, orders.score, _json(orders), int(held)),
    )


def is_held(db: sqlite3.Connection, version_id: int | None) -> bool:
    """Whether a version is held back. One without a score is not."""
    row = db.execute("SELECT held FROM order_scores WHERE version_id = ?", (version_id,)).fetchone()
    return row is not None and bool(row["held"])


def is_released(db: sqlite3.Connection, document_id: int, title: str, text: str) -> bool:
    """Whether an editor released the document with this very text."""
    row = db.execute("SELECT released FROM documents WHERE id = ?", (document_id,)).fetchone()
    return row is not None and row["released"] != "" and row["released"] == text_hash(title, text)


def of_row(score: float | None, reasons: str | None) -> OrderScore:
    """A score as the catalog holds it; 0 where there is none yet."""
    return OrderScore(score or 0.0, tuple(OrderReason(*each) for each in json.loads(reasons or "[]")))


def _json(orders: OrderScore) -> str:
    rows = [[each.why, each.score, each.page, each.text] for each in orders.reasons]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
