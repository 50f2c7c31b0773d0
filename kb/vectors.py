"""Vectors: nearest chunks by cosine. Chroma for askers without limits, an exact scan for all others.

Both are fast copies of the catalog. Only this module knows chromadb. Its ids are chunk ids.
"""

import contextlib
import shutil
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.catalog import Catalog, VectorRow
from kb.maxsim import Vectors
from kb.schema import Language

_BATCH = 2_000  # Chroma takes at most 5,461 rows a call
_NAME = "chunks"
# With Chroma's default graph the recall of the top 10 on hard data was 0.57; this repairs it.
_GRAPH = {"space": "cosine", "max_neighbors": 32, "ef_construction": 200, "ef_search": 256}


class VectorIndex:
    """A persistent Chroma collection of the live chunks. One process may hold it: the home's lock sees to that."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._client: Any = None
        self._collection: Any = None
        self._open()

    def _open(self) -> None:
        import chromadb
        from chromadb.config import Settings

        self._folder.mkdir(parents=True, exist_ok=True)
        settings = Settings(anonymized_telemetry=False)
        self._client = chromadb.PersistentClient(path=str(self._folder), settings=settings)
        # embedding_function=None, or Chroma fetches a model of its own.
        self._collection = self._client.get_or_create_collection(
            _NAME, embedding_function=None, configuration={"hnsw": _GRAPH}
        )

    def add(self, rows: Iterable[VectorRow]) -> None:
        """Insert or replace chunks."""
        for part in _parts(rows):
            self._collection.upsert(
                ids=[str(row.chunk_id) for row in part],
                embeddings=np.stack([np.frombuffer(row.vector, "<f4") for row in part]),
                metadatas=[{"access": row.access_id, "language": row.language} for row in part],
            )

    def delete(self, chunk_ids: Iterable[int]) -> None:
        """Take chunks out; those that are not there are passed over."""
        for part in _parts(chunk_ids):
            self._collection.delete(ids=[str(chunk_id) for chunk_id in part])

    def nearest(self, vector: Vectors, k: int, language: Language | None = None) -> list[tuple[int, float]]:
        """(chunk id, cosine), best first; of one language, if given."""
        k = min(k, self.count())
        if k == 0:
            return []
        where = {"language": language} if language else None
        found = self._collection.query(query_embeddings=[vector], n_results=k, where=where, include=["distances"])
        return [(int(i), 1.0 - float(d)) for i, d in zip(found["ids"][0], found["distances"][0], strict=True)]

    def count(self) -> int:
        """How many chunks the index holds."""
        return int(self._collection.count())

    def rebuild(self, rows: Iterable[VectorRow]) -> None:
        """Throw the collection away and fill it again from the catalog."""
        with contextlib.suppress(Exception):  # a corrupt collection may refuse even its own deletion
            self._client.delete_collection(_NAME)
        try:
            self._collection = self._client.get_or_create_collection(
                _NAME, embedding_function=None, configuration={"hnsw": _GRAPH}
            )
            self.add(rows)
        except Exception:
            self.close()
            shutil.rmtree(self._folder)
            self._open()
            self.add(rows)

    def close(self) -> None:
        """Let Chroma go. It keeps one system for each path in the process; that one is stopped."""
        if self._client is not None:
            self._client.close()
            self._client = self._collection = None


class ExactScan:
    """All live vectors in memory, for questions that may see only some of them. Reloaded when the catalog changed."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._generation = -1
        self._ids: NDArray[np.int64] = np.empty(0, np.int64)
        self._vectors: Vectors = np.empty((0, 0), np.float32)

    def nearest(self, vector: Vectors, k: int, allowed: NDArray[np.int64]) -> list[tuple[int, float]]:
        """(chunk id, cosine) of the k best among the allowed chunk ids (ascending), best first."""
        ids, vectors = self._load()
        rows = np.flatnonzero(np.isin(ids, allowed, assume_unique=True))
        if not len(rows):
            return []
        scores = vectors[rows] @ vector
        best = np.argsort(-scores, kind="stable")[:k]
        return [(int(ids[rows[i]]), float(scores[i])) for i in best]

    def _load(self) -> tuple[NDArray[np.int64], Vectors]:
        generation = self._catalog.generation
        if generation != self._generation:
            rows = list(self._catalog.vector_rows())
            self._ids = np.array([row.chunk_id for row in rows], np.int64)
            self._vectors = np.stack([np.frombuffer(row.vector, "<f4") for row in rows]) if rows else self._vectors[:0]
            self._generation = generation
        return self._ids, self._vectors


def _parts(items: Iterable[Any]) -> Iterator[Sequence[Any]]:
    iterator = iter(items)
    while part := list(islice(iterator, _BATCH)):
        yield part
