"""The exact scan: what can be found, in memory, for questions that may see only a part of it.

A copy of the catalog's live chunks with their vectors: about 1.6 KB for each of 384 dimensions. It is loaded at first
need, and follows the catalog by reading again only the documents that changed.
"""

import threading
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.models.maxsim import Vectors
from kb.schema import Language
from kb.store.catalog import Catalog

_LANGUAGES: dict[Language, int] = {"zh": 0, "en": 1}
_AT_ONCE = 2_000  # rows read before they are put into the arrays
_GROWTH = 1.2  # room for new rows, so that not every change copies all vectors


@dataclass(frozen=True, slots=True)
class _Table:
    """The chunks at one generation of the catalog: the first `count` places of arrays that may be longer."""

    generation: int
    count: int
    live: NDArray[np.bool_]  # False where the row of a document was taken out or replaced
    chunks: NDArray[np.int64]
    documents: NDArray[np.int64]
    languages: NDArray[np.int8]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class Selection:
    """Some of the chunks, as they were when they were selected."""

    _table: _Table
    _rows: NDArray[np.int64]

    @property
    def chunk_ids(self) -> NDArray[np.int64]:
        return self._table.chunks[self._rows]

    def nearest(self, vector: Vectors, k: int) -> list[tuple[int, float]]:
        """(chunk id, cosine) of the k best, best first."""
        rows, table = self._rows, self._table
        if not len(rows):
            return []
        # Picking rows copies them: unless they are few it is quicker to compare with all.
        few = 8 * len(rows) < table.count
        scores = table.vectors[rows] @ vector if few else (table.vectors[: table.count] @ vector)[rows]
        best = np.argpartition(-scores, k - 1)[:k] if len(rows) > k else np.arange(len(rows))
        ids, scores = table.chunks[rows[best]], scores[best]
        return [(int(ids[i]), float(scores[i])) for i in np.lexsort((ids, -scores))]


class ExactScan:
    """The live chunks of a catalog. Questions may come from several threads."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._table: _Table | None = None
        self._lock = threading.Lock()

    def select(
        self,
        document_ids: Sequence[int] | None = None,
        language: Language | None = None,
    ) -> Selection:
        """The chunks within documents and a language; None does not limit."""
        table = self._current()
        chosen = table.live[: table.count].copy()
        if document_ids is not None:
            chosen &= np.isin(table.documents[: table.count], np.array(document_ids, np.int64))
        if language is not None:
            chosen &= table.languages[: table.count] == _LANGUAGES[language]
        return Selection(table, np.flatnonzero(chosen))

    def _current(self) -> _Table:
        """The table at the catalog's present generation. What a question holds meanwhile is never written to."""
        table = self._table
        if table is not None and table.generation == self._catalog.generation:
            return table
        with self._lock:
            table, generation = self._table, self._catalog.generation
            changed = None if table is None else self._catalog.changed_since(table.generation)
            if table is not None and changed is not None:
                table = self._without(table, changed)
            if table is None or changed is None or 2 * np.count_nonzero(table.live[: table.count]) <= table.count:
                table = self._appended(_empty(self._catalog.count_live()), self._catalog.live_rows())
            elif changed:
                table = self._appended(table, self._catalog.live_rows(sorted(changed)))
            self._table = table = replace(table, generation=generation)
            return table

    def _without(self, table: _Table, documents: Collection[int]) -> _Table:
        """The table with the rows of some documents taken out."""
        live = table.live.copy()
        live[: table.count] &= ~np.isin(table.documents[: table.count], np.array(sorted(documents), np.int64))
        return replace(table, live=live)

    def _appended(self, table: _Table, rows: Iterable[Sequence[Any]]) -> _Table:
        """The table with rows of (chunk, document, language, vector) after its last."""
        part: list[Sequence[Any]] = []
        for row in rows:
            part.append(row)
            if len(part) == _AT_ONCE:
                table = _with(table, part)
                part = []
        return _with(table, part) if part else table


def _empty(room: int) -> _Table:
    return _Table(
        generation=-1, count=0, live=np.empty(room, np.bool_), chunks=np.empty(room, np.int64),
        documents=np.empty(room, np.int64), languages=np.empty(room, np.int8),
        vectors=np.empty((room, 0), np.float32),
    )  # fmt: skip


def _with(table: _Table, rows: Sequence[Sequence[Any]]) -> _Table:
    """The table with these rows; its arrays are written behind `count`, or copied where they are full."""
    chunks, documents, languages, vectors = zip(*rows, strict=True)
    new = np.frombuffer(b"".join(vectors), "<f4").reshape(len(rows), -1)
    first, last = table.count, table.count + len(rows)
    if table.vectors.shape[1] != new.shape[1] or last > len(table.chunks):
        table = _roomier(table, max(last, len(table.chunks)) if first == 0 else int(_GROWTH * last), new.shape[1])
    table.live[first:last] = True
    table.chunks[first:last] = chunks
    table.documents[first:last] = documents
    table.languages[first:last] = [_LANGUAGES[language] for language in languages]
    table.vectors[first:last] = new
    return replace(table, count=last)


def _roomier(table: _Table, room: int, dimension: int) -> _Table:
    """A copy of the table with room for so many rows."""
    fresh, n = _empty(room), table.count
    vectors = np.empty((room, dimension), np.float32)
    if n:
        vectors[:n] = table.vectors[:n]
    for old, copy in (
        (table.live, fresh.live),
        (table.chunks, fresh.chunks),
        (table.documents, fresh.documents),
        (table.languages, fresh.languages),
    ):
        copy[:n] = old[:n]
    return replace(fresh, generation=table.generation, count=n, vectors=vectors)
