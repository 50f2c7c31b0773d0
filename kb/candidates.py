"""Candidates: what can be found. Everything a search reads from the catalog, within what the asker may read."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kb.database import Database
from kb.schema import EVERYTHING, Language, Passage, Principal, Scope
from kb.words import tokenise

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class VectorRow:
    """A chunk as the vector index holds it."""

    chunk_id: int
    access_id: int
    language: Language
    vector: bytes


class Candidates(Database):
    """The live chunks with their words, vectors and readers."""

    def access_ids(self, asker: Principal) -> list[int] | None:
        """The access classes the asker is in; None for one who may read everything."""
        if asker.unlimited:
            return None
        own = {"*", asker.name, *asker.groups}
        rows = self.db.execute("SELECT id, readers FROM access_classes")
        return [r["id"] for r in rows if own & set(json.loads(r["readers"]))]

    def document_ids(self, scope: Scope) -> list[int] | None:
        """The documents of a scope; None where it does not limit."""
        if scope == EVERYTHING:
            return None
        rows = self.db.execute(
            "SELECT d.id, d.path, c.name, substr(v.ingested_at, 1, 10) AS day FROM documents d "
            "JOIN collections c ON c.id = d.collection_id JOIN versions v ON v.id = d.version_id"
        )
        return [r["id"] for r in rows if _within(scope, r["path"], r["name"], r["day"])]

    def allowed_chunks(self, access_ids: Sequence[int] | None, document_ids: Sequence[int] | None) -> NDArray[np.int64]:
        """Ids of the live chunks within access classes and documents (None: no limit), ascending."""
        where, values = _limits(access_ids, document_ids)
        rows = self.db.execute(f"SELECT c.id FROM chunks c WHERE c.live = 1 {where} ORDER BY c.id", values)
        return np.fromiter((r["id"] for r in rows), dtype=np.int64)

    def word_search(
        self,
        expression: str,
        limit: int,
        access_ids: Sequence[int] | None = None,
        document_ids: Sequence[int] | None = None,
    ) -> list[tuple[int, float]]:
        """Chunks by BM25 (k1 1.2, b 0.75: FTS5's), best first, as (chunk id, score > 0)."""
        if not expression:
            return []
        where, values = _limits(access_ids, document_ids)
        rows = self.db.execute(
            "SELECT c.id, -bm25(words) AS score FROM words JOIN chunks c ON c.id = words.rowid "
            f"WHERE words MATCH ? AND c.live = 1 {where} ORDER BY score DESC, c.id LIMIT ?",
            (expression, *values, limit),
        )
        return [(r["id"], r["score"]) for r in rows]

    def document_frequencies(self, words: Iterable[str]) -> dict[str, int]:
        """In how many chunks each word occurs."""
        query = "SELECT count(*) FROM words WHERE words MATCH ?"
        return {word: self.db.execute(query, (f'"{word}"',)).fetchone()[0] for word in words}

    def languages(self) -> dict[Language, int]:
        """How many live chunks there are in each language."""
        rows = self.db.execute("SELECT language, count(*) AS n FROM chunks WHERE live = 1 GROUP BY language")
        return {r["language"]: r["n"] for r in rows}

    def languages_of(self, chunk_ids: Sequence[int]) -> dict[int, Language]:
        """The language of each of these chunks."""
        query = "SELECT id, language FROM chunks WHERE id IN (SELECT value FROM json_each(?))"
        return {r["id"]: r["language"] for r in self.db.execute(query, (json.dumps(list(chunk_ids)),))}

    def token_vectors(self, chunk_ids: Sequence[int]) -> dict[int, bytes]:
        """The packed token vectors of these chunks."""
        query = (
            "SELECT c.id, e.tokens FROM chunks c JOIN embeddings e ON e.id = c.embedding_id "
            "WHERE c.id IN (SELECT value FROM json_each(?))"
        )
        return {r["id"]: r["tokens"] for r in self.db.execute(query, (json.dumps(list(chunk_ids)),))}

    def passages(self, scored: Sequence[tuple[int, float]], asker: Principal) -> list[Passage]:
        """The chunks as passages, in the given order. What the asker may not read is left out, whoever found it."""
        allowed = self.access_ids(asker)
        rows: dict[int, sqlite3.Row] = {}
        for part in batches([chunk_id for chunk_id, _ in scored]):
            marks = ",".join("?" * len(part))
            query = (
                f"SELECT k.*, c.name AS collection, d.path, v.number, v.title FROM chunks k "
                "JOIN documents d ON d.id = k.document_id JOIN collections c ON c.id = d.collection_id "
                f"JOIN versions v ON v.id = k.version_id WHERE k.live = 1 AND k.id IN ({marks})"
            )
            rows.update({r["id"]: r for r in self.db.execute(query, part)})
        found: list[Passage] = []
        for chunk_id, score in scored:
            row = rows.get(chunk_id)
            if row is None or (allowed is not None and row["access_id"] not in allowed):
                continue
            found.append(
                Passage(
                    rank=len(found) + 1, chunk_id=chunk_id, collection=row["collection"], document=row["path"],
                    version=row["number"], page=row["page"], start=row["start"], end=row["end"], text=row["text"],
                    section=row["section"], header=row["header"], title=row["title"], score=score,
                )
            )  # fmt: skip
        return found

    def vector_rows(self, version_ids: Sequence[int] | None = None) -> Iterator[VectorRow]:
        """Chunks with their vectors: of these versions, or all that are live."""
        query = (
            "SELECT c.id, c.access_id, c.language, e.vector FROM chunks c JOIN embeddings e ON e.id = c.embedding_id "
            "WHERE {} ORDER BY c.id"
        )
        if version_ids is None:
            cursor = self.db.execute(query.format("c.live = 1"))
            yield from (VectorRow(r["id"], r["access_id"], r["language"], r["vector"]) for r in cursor)
            return
        for version_id in version_ids:
            cursor = self.db.execute(query.format("c.version_id = ?"), (version_id,))
            yield from (VectorRow(r["id"], r["access_id"], r["language"], r["vector"]) for r in cursor)

    def live_ids(self) -> set[int]:
        """The chunks that can be found."""
        return {r["id"] for r in self.db.execute("SELECT id FROM chunks WHERE live = 1")}

    def sample_vectors(self, count: int) -> list[VectorRow]:
        """Some live chunks with their vectors, spread over all of them."""
        ids = [r["id"] for r in self.db.execute("SELECT id FROM chunks WHERE live = 1 ORDER BY id")]
        query = (
            "SELECT c.id, c.access_id, c.language, e.vector FROM chunks c JOIN embeddings e ON e.id = c.embedding_id "
            "WHERE c.id IN (SELECT value FROM json_each(?))"
        )
        chosen = json.dumps(ids[:: max(1, len(ids) // count)][:count])
        return [VectorRow(*row) for row in self.db.execute(query, (chosen,))]

    def is_empty(self) -> bool:
        """Whether there is no chunk at all, live or pending."""
        return self.db.execute("SELECT 1 FROM chunks LIMIT 1").fetchone() is None

    def count_live(self) -> int:
        """How many chunks can be found."""
        return int(self.db.execute("SELECT count(*) FROM chunks WHERE live = 1").fetchone()[0])

    def count_words(self) -> int:
        """How many chunks the word index holds."""
        return int(self.db.execute("SELECT count(*) FROM words").fetchone()[0])

    def rebuild_words(self) -> None:
        """Write the word index again from the live chunks. No version may be pending."""
        with self.transaction() as db:
            db.execute("DELETE FROM words")
            for row in db.execute("SELECT id, embedded_text FROM chunks WHERE live = 1").fetchall():
                db.execute(
                    "INSERT INTO words (rowid, body) VALUES (?, ?)", (row["id"], word_body(row["embedded_text"]))
                )


def word_body(embedded_text: str) -> str:
    """What the word index holds of a chunk."""
    return " ".join(tokenise(embedded_text))


def _limits(access_ids: Sequence[int] | None, document_ids: Sequence[int] | None) -> tuple[str, list[str]]:
    """A WHERE tail on chunks `c`. The ids travel as one JSON value: SQLite limits how many parameters there are."""
    where, values = "", []
    for column, ids in (("access_id", access_ids), ("document_id", document_ids)):
        if ids is not None:
            where += f" AND c.{column} IN (SELECT value FROM json_each(?))"
            values.append(json.dumps(list(ids)))
    return where, values


def batches(items: Sequence[T], size: int = 500) -> Iterator[Sequence[T]]:
    """Parts small enough for one SQL statement."""
    for at in range(0, len(items), size):
        yield items[at : at + size]


def _within(scope: Scope, path: str, collection: str, day: str) -> bool:
    return (
        (not scope.paths or any(fnmatchcase(path, glob) for glob in scope.paths))
        and (not scope.collections or collection in scope.collections)
        and (not scope.types or PurePosixPath(path).suffix.lower().lstrip(".") in scope.types)
        and (not scope.since or day >= scope.since)
        and (not scope.until or day <= scope.until)
    )
