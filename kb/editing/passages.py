"""Passages: the chunks of a document as its editors see them, and what they did to them, kept for the file's content.

While the SHA-256 of the file is the same, edits hold, however often it is read again.
"""

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kb.editing.shifts import Shift
from kb.errors import PassageNotFound, PassagesChanged, UsageError
from kb.store.catalog import Catalog
from kb.store.database import now

Kind = Literal["left_out", "corrected", "split"]
PassageRange = tuple[int, int]  # start and end, in characters


@dataclass(frozen=True, slots=True)
class Edit:
    """What was done to the passage `text[start:end]`, which reads `before`. Corrections count into the text as those
    before left it, the others into the text with all corrections."""

    id: int
    kind: Kind
    start: int  # characters
    end: int
    before: str
    after: str  # what it reads once corrected; the part behind the place where it was split
    person: str


@dataclass(frozen=True, slots=True)
class DocumentPassage:
    """A chunk as an editor sees it. `text` is `stored_text[start:end]`. `other_part`: where the other part stands of
    the passage that was split into both, as (start, end); None where it is no such part, or was split again."""

    start: int
    end: int
    page: int | None
    section: str
    text: str
    left_out: bool
    other_part: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class DocumentPassages:
    """The passages of the version that answers, in reading order. `edits` grows with each act of an editor."""

    collection: str
    document: str
    version: int
    edits: int
    set_aside: int  # edits that were made for another content of the file: they wait until it comes back
    passages: tuple[DocumentPassage, ...]


def edits_of(db: sqlite3.Connection, collection: str, path: str, sha256: str) -> tuple[int, list[Edit], int]:
    """How often editors changed a document's passages, what holds for this content of its file, in order, and how many
    edits were made for another one."""
    row = db.execute(
        "SELECT d.id, d.edits FROM documents d JOIN collections c ON c.id = d.collection_id "
        "WHERE c.name = ? AND d.path = ?",
        (collection, path),
    ).fetchone()
    if row is None:
        return 0, [], 0
    return row["edits"], _edits(db, row["id"], sha256), set_aside(db, row["id"], sha256)


def _edits(db: sqlite3.Connection, document_id: int, sha256: str) -> list[Edit]:
    rows = db.execute(
        'SELECT id, kind, start, "end", before, after, person FROM passage_edits WHERE document_id = ? AND sha256 = ? '
        "ORDER BY id",
        (document_id, sha256),
    )
    return [Edit(*each) for each in rows]


def set_aside(db: sqlite3.Connection, document_id: int, sha256: str) -> int:
    """How many edits of a document were made for another content of its file than this one."""
    query = "SELECT count(*) FROM passage_edits WHERE document_id = ? AND sha256 <> ?"
    return int(db.execute(query, (document_id, sha256)).fetchone()[0])


def documents_set_aside(db: sqlite3.Connection) -> list[tuple[int, int]]:
    """(document id, edits) of the documents whose file changed after their passages were edited."""
    rows = db.execute(
        "SELECT d.id, count(*) FROM documents d JOIN versions v ON v.id = d.version_id "
        "JOIN passage_edits e ON e.document_id = d.id AND e.sha256 <> v.sha256 GROUP BY d.id ORDER BY d.id"
    )
    return [(row[0], row[1]) for row in rows]


def passages_of(catalog: Catalog, document_id: int) -> DocumentPassages:
    """The passages of a document. Raises DocumentNotFound where it has no text."""
    stored = catalog.stored_text(document_id)
    document = _state(catalog.db, document_id)
    rows = catalog.db.execute(
        'SELECT start, "end", page, section, text, left_out FROM chunks WHERE version_id = ? ORDER BY start, id',
        (document["version_id"],),
    ).fetchall()
    parts = parts_of_splits(catalog.db, document_id, {(row["start"], row["end"]) for row in rows})
    other = {place: each for _, *pair in parts for place, each in (pair, pair[::-1])}
    found = tuple(
        DocumentPassage(
            row["start"], row["end"], row["page"], row["section"], row["text"], bool(row["left_out"]),
            other.get((row["start"], row["end"])),
        )
        for row in rows
    )  # fmt: skip
    aside = set_aside(catalog.db, document_id, stored.sha256)
    return DocumentPassages(stored.collection, stored.path, stored.version, document["edits"], aside, found)


def parts_of_splits(
    db: sqlite3.Connection, document_id: int, places: Collection[PassageRange]
) -> list[tuple[Edit, PassageRange, PassageRange]]:
    """The splits of a document of which both parts are among `places`, and where these stand."""
    found = []
    for edit in _edits(db, document_id, _state(db, document_id)["sha256"]):
        if edit.kind == "split":
            first = edit.start, edit.start + len(edit.before.removesuffix(edit.after).rstrip())
            second = edit.end - len(edit.after.lstrip()), edit.end
            if first in places and second in places:
                found.append((edit, first, second))
    return found


def chunk_at(db: sqlite3.Connection, document_id: int, seen: int, start: int, end: int) -> sqlite3.Row:
    """The chunk `text[start:end]` of a document, as long as its editors changed nothing since there were `seen` edits.
    Raises PassagesChanged and PassageNotFound."""
    document = _state(db, document_id)
    if document["edits"] != seen:
        raise PassagesChanged("passage.changed", path=document["path"])
    row: sqlite3.Row | None = db.execute(
        'SELECT id, text, left_out FROM chunks WHERE version_id = ? AND start = ? AND "end" = ?',
        (document["version_id"], start, end),
    ).fetchone()
    if row is None:
        raise PassageNotFound("passage.not_found", path=document["path"], start=start, end=end)
    return row


def leave_out(
    catalog: Catalog, db: sqlite3.Connection, document_id: int, seen: int, place: tuple[int, int], left_out: bool,
    asker: str,
) -> int:  # fmt: skip
    """Write down, in a transaction, that a passage is left out or brought back. Returns the id of its chunk. Raises as
    `chunk_at` does, and UsageError where it is so already."""
    chunk = chunk_at(db, document_id, seen, *place)
    if bool(chunk["left_out"]) == left_out:
        raise UsageError("passage.left_out_already" if left_out else "passage.not_left_out")
    if left_out:
        keep(db, document_id, "left_out", place, chunk["text"], "", asker)
    else:
        _bring_back(db, document_id, place)
    act = "left_out" if left_out else "brought_back"
    count(catalog, db, document_id, asker, {"act": act, "start": place[0], "end": place[1]})
    return int(chunk["id"])


def keep(
    db: sqlite3.Connection, document_id: int, kind: Kind, place: tuple[int, int], before: str, after: str, asker: str
) -> None:
    """Write an edit down, in a transaction."""
    db.execute(
        'INSERT INTO passage_edits (document_id, sha256, kind, start, "end", before, after, person, at) '
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (document_id, _state(db, document_id)["sha256"], kind, *place, before, after, asker, now()),
    )


def move(db: sqlite3.Connection, document_id: int, shift: Shift, text: str) -> None:
    """Let what was left out and split stand where it does after a correction; `text` is the text with it."""
    sha256 = _state(db, document_id)["sha256"]
    rows = db.execute(
        'SELECT id, kind, start, "end", after FROM passage_edits WHERE document_id = ? AND sha256 = ? '
        "AND kind <> 'corrected'",
        (document_id, sha256),
    ).fetchall()
    for row in rows:
        start, end = shift.begin(row["start"]), shift.finish(row["end"])
        cut = shift.begin(row["end"] - len(row["after"])) if row["kind"] == "split" else end
        db.execute(
            'UPDATE passage_edits SET start = ?, "end" = ?, before = ?, after = ? WHERE id = ?',
            (start, end, text[start:end], text[cut:end], row["id"]),
        )


def forget_split(db: sqlite3.Connection, edit: Edit) -> None:
    """Forget a split, in a transaction: its parts are one again."""
    db.execute("DELETE FROM passage_edits WHERE id = ?", (edit.id,))


def is_corrected_since(db: sqlite3.Connection, document_id: int, edit: Edit) -> bool:
    """Whether anything of a document was corrected after an edit, as long as its file had the content that it has."""
    later = _edits(db, document_id, _state(db, document_id)["sha256"])
    return any(each.kind == "corrected" and each.id > edit.id for each in later)


def _bring_back(db: sqlite3.Connection, document_id: int, place: tuple[int, int]) -> None:
    """Forget that a passage was left out. Where it is a part of what was, since documents were cut in other places
    then, the other parts stay so."""
    start, end = place
    document = _state(db, document_id)
    rows = db.execute(
        "DELETE FROM passage_edits WHERE document_id = ? AND sha256 = ? AND kind = 'left_out' AND start < ? "
        'AND "end" > ? RETURNING start, "end", person, at',
        (document_id, document["sha256"], end, start),
    ).fetchall()
    for row in rows:
        db.execute(
            'INSERT INTO passage_edits (document_id, sha256, kind, start, "end", before, after, person, at) '
            "SELECT ?1, ?2, 'left_out', k.start, k.\"end\", k.text, '', ?3, ?4 FROM chunks k WHERE k.version_id = ?5 "
            "AND k.left_out = 1 AND k.start >= ?6 AND k.\"end\" <= ?7 AND NOT (k.start = ?8 AND k.\"end\" = ?9)",
            (
                document_id, document["sha256"], row["person"], row["at"], document["version_id"], row["start"],
                row["end"], start, end,
            ),
        )  # fmt: skip


def forget_set_aside(catalog: Catalog, document_id: int, asker: str) -> int:
    """Forget the edits that were made for another content of a document's file. Returns how many there were."""
    with catalog.transaction() as db:
        sha256 = _state(db, document_id)["sha256"]
        query = "DELETE FROM passage_edits WHERE document_id = ? AND sha256 <> ?"
        forgotten = db.execute(query, (document_id, sha256)).rowcount
        if forgotten:
            count(catalog, db, document_id, asker, {"act": "forgotten", "count": forgotten})
    return forgotten


def count(catalog: Catalog, db: sqlite3.Connection, document_id: int, asker: str, detail: dict[str, Any]) -> None:
    """Count an act: who decided on what was before is told, and what was prepared without it is made anew."""
    db.execute("UPDATE documents SET edits = edits + 1 WHERE id = ?", (document_id,))
    catalog.record(db, asker, "passage", "/".join(catalog.name_of(document_id)), detail)


def _state(db: sqlite3.Connection, document_id: int) -> sqlite3.Row:
    row: sqlite3.Row = db.execute(
        "SELECT d.path, d.version_id, d.edits, v.sha256 FROM documents d LEFT JOIN versions v ON v.id = d.version_id "
        "WHERE d.id = ?",
        (document_id,),
    ).fetchone()
    return row


def left_out(db: sqlite3.Connection, document_id: int) -> list[tuple[int, int]]:
    """Where in the text of the version that answers nothing is found, since an editor left it out, as (start, end) in
    order. What another passage repeats is found there."""
    rows = db.execute(
        'SELECT k.start, k."end", k.left_out FROM chunks k JOIN documents d ON d.version_id = k.version_id '
        "WHERE d.id = ? ORDER BY k.start",
        (document_id,),
    ).fetchall()
    kept = [(row["start"], row["end"]) for row in rows if not row["left_out"]]
    found: list[tuple[int, int]] = []
    for start, end in ((row["start"], row["end"]) for row in rows if row["left_out"]):
        found += without(start, end, kept)
    return found


def is_left_out(db: sqlite3.Connection, document_id: int, start: int, end: int) -> bool:
    """Whether anything of `text[start:end]` of the version that answers was left out."""
    return any(first < end and start < last for first, last in left_out(db, document_id))


def without(start: int, end: int, places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """What is left of `start..end` when these places, which are in order, are taken out of it."""
    found, at = [], start
    for first, last in places:
        if last <= at or first >= end:
            continue
        if first > at:
            found.append((at, first))
        at = last
    return [*found, (at, end)] if at < end else found
