"""Suggested questions as editors wrote them, and what the others are made of."""

import json
from collections.abc import Iterable, Mapping, Sequence

from kb.schema import Document, Heading
from kb.store.database import Database


def written_questions(database: Database, document_ids: Iterable[int]) -> Mapping[int, tuple[str, ...]]:
    """The questions of those of these documents for which an editor wrote some, or none at all."""
    query = "SELECT document_id, questions FROM suggestions WHERE document_id IN (SELECT value FROM json_each(?))"
    rows = database.db.execute(query, (json.dumps(list(document_ids)),))
    return {row["document_id"]: tuple(json.loads(row["questions"])) for row in rows}


def write(database: Database, document: Document, questions: Sequence[str] | None, by: str) -> None:
    """Keep an editor's questions of a document; None goes back to those that are made of its text."""
    with database.transaction() as db:
        db.execute("DELETE FROM suggestions WHERE document_id = ?", (document.id,))
        if questions is not None:
            kept = json.dumps(list(questions), ensure_ascii=False)
            db.execute("INSERT INTO suggestions (document_id, questions) VALUES (?, ?)", (document.id, kept))
        count = None if questions is None else len(questions)
        database.record(db, by, "suggestions", f"{document.collection}/{document.path}", {"questions": count})


def headings_of(database: Database, document_ids: Iterable[int]) -> Mapping[int, tuple[Heading, ...]]:
    """The headings of the version that answers, of each of these documents."""
    query = (
        "SELECT d.id, h.headings FROM documents d JOIN headings h ON h.version_id = d.version_id "
        "WHERE d.id IN (SELECT value FROM json_each(?))"
    )
    rows = database.db.execute(query, (json.dumps(list(document_ids)),))
    return {row["id"]: tuple(Heading(*heading) for heading in json.loads(row["headings"])) for row in rows}
