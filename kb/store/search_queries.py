"""Candidates: what can be found. Everything a search reads from the catalog, within what the asker may read."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kb.access import order_scores
from kb.access.rules import decoded, keys_of
from kb.language.tokenizer import tokenise
from kb.schema import EVERYTHING, Language, Passage, Principal, Scope
from kb.store.database import Database
from kb.store.scopes import ScopeFilter

T = TypeVar("T")

_SPARE = 50
_FEW = 20_000  # allowed chunks that are handed to SQLite; of more, what was found is looked up among them
_WORDS_KEPT = 50_000  # words whose frequencies are remembered


@dataclass(frozen=True, slots=True)
class VectorRow:
    """A chunk as the vector index holds it."""

    chunk_id: int
    vector: bytes


class Candidates(Database):
    """The live chunks with their words, vectors and readers."""

    def __init__(self, path: Path) -> None:
        self._frequencies: dict[str, tuple[int, int, int]] = {}  # word -> chunks with it, generation, chunks in all
        self._languages: tuple[int, Mapping[Language, int]] = (-1, {})  # for a generation
        super().__init__(path)

    def access_ids(self, asker: Principal) -> list[int] | None:
        """The access classes the asker is in; None for one who may read everything. One that cannot be read has no
        readers."""
        if asker.unlimited:
            return None
        own = keys_of(asker)
        rows = self.db.execute("SELECT id, readers FROM access_classes")
        return [r["id"] for r in rows if own.intersection(decoded(r["readers"]))]

    def may_read(self, asker: Principal, document_id: int) -> bool:
        """Whether there is such a document, and the asker may read it now."""
        row = self.db.execute("SELECT access_id FROM documents WHERE id = ?", (document_id,)).fetchone()
        allowed = self.access_ids(asker)
        return row is not None and (allowed is None or row["access_id"] in allowed)

    def all_readable(self, asker: Principal, names: Iterable[tuple[str, str]]) -> bool:
        """Whether all these documents, as (collection, path), are there, and the asker may read each of them now."""
        wanted = set(names)
        if not wanted:
            return True
        allowed = self.access_ids(asker)
        rows = self.db.execute(
            "SELECT c.name, d.path, d.access_id FROM json_each(?) n "
            "JOIN collections c ON c.name = json_extract(n.value, '$[0]') "
            "JOIN documents d ON d.collection_id = c.id AND d.path = json_extract(n.value, '$[1]')",
            (json.dumps([*wanted]),),
        )
        return wanted <= {(row[0], row[1]) for row in rows if allowed is None or row[2] in allowed}

    def document_ids(self, asker: Principal, scope: Scope = EVERYTHING) -> list[int] | None:
        """The documents of a scope that the asker may read; None where neither limits.

        Raises UsageError where a day of the scope is no date.
        """
        allowed = self.access_ids(asker)
        among = "" if allowed is None else "AND d.access_id IN (SELECT value FROM json_each(?))"
        values = () if allowed is None else (json.dumps(allowed),)
        if scope == EVERYTHING:
            if allowed is None:
                return None
            query = f"SELECT d.id FROM documents d WHERE d.version_id IS NOT NULL {among}"
            return [row[0] for row in self.db.execute(query, values)]
        wanted = ScopeFilter(scope)
        rows = self.db.execute(
            "SELECT d.id, d.path, d.tags, c.name, v.ingested_at FROM documents d "
            "JOIN collections c ON c.id = d.collection_id "
            f"JOIN versions v ON v.id = d.version_id WHERE 1 {among}",
            values,
        )
        return [r["id"] for r in rows if wanted.names(r["name"], r["path"], r["ingested_at"], json.loads(r["tags"]))]

    def word_search(
        self, expression: str, limit: int, allowed: NDArray[np.int64] | None = None
    ) -> list[tuple[int, float]]:
        """Chunks by BM25 (k1 1.2, b 0.75: FTS5's), best first, as (chunk id, score > 0), within the allowed ids."""
        if not expression or (allowed is not None and not len(allowed)):
            return []
        if allowed is None:
            # Few words belong to chunks that cannot be found yet; some more are asked for in their place.
            found = self._words(expression, limit + _SPARE)
            live = self._live_among([chunk_id for chunk_id, _ in found])
        elif len(allowed) <= _FEW:
            return self._words(expression, limit, json.dumps(allowed.tolist()))
        else:
            live = set(allowed.tolist())
            count = 2 * limit * max(1, self.count_live() // len(allowed)) + _SPARE
            found = self._words(expression, count)
            if len(found) == count and sum(chunk_id in live for chunk_id, _ in found) < limit:
                return self._words(expression, limit, json.dumps(allowed.tolist()))
        return [(chunk_id, score) for chunk_id, score in found if chunk_id in live][:limit]

    def _words(self, expression: str, limit: int, allowed: str | None = None) -> list[tuple[int, float]]:
        # The plus keeps SQLite from asking the word index once for each allowed chunk.
        among = "" if allowed is None else "AND +rowid IN (SELECT value FROM json_each(?3))"
        query = (
            f"SELECT rowid, -bm25(words) AS score FROM words WHERE words MATCH ?1 {among} "
            "ORDER BY score DESC, rowid LIMIT ?2"
        )
        values = (expression, limit) if allowed is None else (expression, limit, allowed)
        return [(r[0], r[1]) for r in self.db.execute(query, values)]

    def _live_among(self, chunk_ids: Sequence[int]) -> set[int]:
        query = "SELECT id FROM chunks WHERE live = 1 AND id IN (SELECT value FROM json_each(?))"
        return {r["id"] for r in self.db.execute(query, (json.dumps(list(chunk_ids)),))}

    def document_frequencies(self, words: Iterable[str]) -> dict[str, int]:
        """In how many chunks each word occurs; remembered until there are about 2 % more or fewer chunks."""
        total, generation = self.count_live(), self.generation
        found = {}
        for word in words:
            known = self._frequencies.get(word)
            if known is None or (known[1] != generation and abs(known[2] - total) > total // 50):
                query = "SELECT count(*) FROM words WHERE words MATCH ?"
                known = self.db.execute(query, (f'"{word}"',)).fetchone()[0], generation, total
                if len(self._frequencies) >= _WORDS_KEPT:
                    self._frequencies.clear()
                self._frequencies[word] = known
            found[word] = known[0]
        return found

    def languages(self) -> Mapping[Language, int]:
        """How many live chunks there are in each language."""
        generation, counts = self._languages
        if generation != self.generation:
            generation = self.generation
            rows = self.db.execute("SELECT language, count(*) AS n FROM chunks WHERE live = 1 GROUP BY language")
            counts = {r["language"]: r["n"] for r in rows}
            self._languages = generation, counts
        return counts

    def languages_of(self, chunk_ids: Iterable[int]) -> dict[int, Language]:
        """The language of each of these chunks, by id. Of chunks that are embedded alike, only the first is given.

        Alike are those with the same text under the same title and headings: copies of a document.
        """
        query = (
            "SELECT min(id) AS id, language FROM chunks WHERE id IN (SELECT value FROM json_each(?)) "
            "GROUP BY embedding_id ORDER BY id"
        )
        return {r["id"]: r["language"] for r in self.db.execute(query, (json.dumps(list(chunk_ids)),))}

    def places_of(self, chunk_ids: Iterable[int]) -> dict[int, tuple[int, int | None]]:
        """The document and the page that each of these chunks stands on; no page where the document has none."""
        query = "SELECT id, document_id, page FROM chunks WHERE id IN (SELECT value FROM json_each(?))"
        return {r["id"]: (r["document_id"], r["page"]) for r in self.db.execute(query, (json.dumps(list(chunk_ids)),))}

    def texts_of(self, chunk_ids: Iterable[int]) -> list[str]:
        """The texts of these chunks."""
        query = "SELECT text FROM chunks WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"
        return [r["text"] for r in self.db.execute(query, (json.dumps(list(chunk_ids)),))]

    def openings(self, document_ids: Iterable[int], length: int) -> dict[int, tuple[str, str, str]]:
        """Path, title and the first so many characters of each of these documents."""
        query = (
            "SELECT d.id, d.path, v.title, substr(v.text, 1, ?) AS opening FROM documents d "
            "JOIN versions v ON v.id = d.version_id WHERE d.id IN (SELECT value FROM json_each(?))"
        )
        rows = self.db.execute(query, (length, json.dumps(list(document_ids))))
        return {r["id"]: (r["path"], r["title"], r["opening"]) for r in rows}

    def holding(self, words: Iterable[str], chunk_ids: Sequence[int]) -> dict[str, list[int]]:
        """Which of these chunks hold each word, in whatever form."""
        query = "SELECT rowid FROM words WHERE words MATCH ? AND +rowid IN (SELECT value FROM json_each(?))"
        among = json.dumps(list(chunk_ids))
        return {word: [r["rowid"] for r in self.db.execute(query, (f'"{word}"', among))] for word in words}

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
                f"SELECT k.*, c.name AS collection, d.path, d.access_id AS class, v.number, v.title FROM chunks k "
                "JOIN documents d ON d.id = k.document_id JOIN collections c ON c.id = d.collection_id "
                f"JOIN versions v ON v.id = k.version_id WHERE k.live = 1 AND k.id IN ({marks})"
            )
            rows.update({r["id"]: r for r in self.db.execute(query, part)})
        found: list[Passage] = []
        for chunk_id, score in scored:
            row = rows.get(chunk_id)
            if row is None or (allowed is not None and row["class"] not in allowed):
                continue
            found.append(
                Passage(
                    rank=len(found) + 1, chunk_id=chunk_id, collection=row["collection"], document=row["path"],
                    version=row["number"], page=row["page"], start=row["start"], end=row["end"], text=row["text"],
                    section=row["section"], header=row["header"], title=row["title"], score=score,
                    language=row["language"],
                )
            )  # fmt: skip
        return found

    def vector_rows(self, version_ids: Sequence[int] | None = None) -> Iterator[VectorRow]:
        """Chunks with their vectors: of these versions those neither held nor left out, or all that are live."""
        query = "SELECT c.id, e.vector FROM chunks c JOIN embeddings e ON e.id = c.embedding_id WHERE {} ORDER BY c.id"
        if version_ids is None:
            cursor = self.db.execute(query.format("c.live = 1"))
            yield from (VectorRow(r["id"], r["vector"]) for r in cursor)
            return
        for version_id in version_ids:
            if order_scores.is_held(self.db, version_id):
                continue
            cursor = self.db.execute(query.format("c.version_id = ? AND c.left_out = 0"), (version_id,))
            yield from (VectorRow(r["id"], r["vector"]) for r in cursor)

    def live_rows(self, document_ids: Sequence[int] | None = None) -> Iterator[tuple[int, int, Language, bytes]]:
        """(chunk id, document, language, vector) of the live chunks, or those of some documents."""
        query = (
            "SELECT c.id, c.document_id, c.language, e.vector FROM chunks c "
            "JOIN embeddings e ON e.id = c.embedding_id WHERE c.live = 1 "
        )
        if document_ids is None:
            yield from map(tuple, self.db.execute(query))
            return
        query += "AND c.document_id IN (SELECT value FROM json_each(?))"
        yield from map(tuple, self.db.execute(query, (json.dumps(list(document_ids)),)))

    def live_ids(self) -> set[int]:
        """The chunks that can be found."""
        return {r["id"] for r in self.db.execute("SELECT id FROM chunks INDEXED BY chunks_live WHERE live = 1")}

    def sample_vectors(self, count: int) -> list[VectorRow]:
        """Some live chunks with their vectors, spread over all of them."""
        ids = sorted(r["id"] for r in self.db.execute("SELECT id FROM chunks INDEXED BY chunks_live WHERE live = 1"))
        query = (
            "SELECT c.id, e.vector FROM chunks c JOIN embeddings e ON e.id = c.embedding_id "
            "WHERE c.id IN (SELECT value FROM json_each(?))"
        )
        chosen = json.dumps(ids[:: max(1, len(ids) // count)][:count])
        return [VectorRow(*row) for row in self.db.execute(query, (chosen,))]

    def is_empty(self) -> bool:
        """Whether there is no chunk at all, live or pending."""
        return self.db.execute("SELECT 1 FROM chunks LIMIT 1").fetchone() is None

    def count_live(self) -> int:
        """How many chunks can be found."""
        return sum(self.languages().values())

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


def batches(items: Sequence[T], size: int = 500) -> Iterator[Sequence[T]]:
    """Parts small enough for one SQL statement."""
    for at in range(0, len(items), size):
        yield items[at : at + size]
