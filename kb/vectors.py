"""Vectors: nearest chunks by cosine. Chroma for askers without limits, an exact scan for all others.

Both are fast copies of the catalog. Only this module knows chromadb. Its ids are chunk ids.
"""

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.candidates import VectorRow
from kb.catalog import Catalog
from kb.errors import HomeError, StorageFull
from kb.maxsim import Vectors
from kb.schema import Language

_BATCH = 2_000  # Chroma takes at most 5,461 rows a call
_NAME = "chunks"
# With Chroma's default graph the recall of the top 10 on hard data was 0.57; this repairs it.
_GRAPH = {"space": "cosine", "max_neighbors": 32, "ef_construction": 200, "ef_search": 256}


class VectorsDamaged(HomeError):
    """Chroma failed on its files. They are a copy and can be built again."""


class VectorIndex:
    """A persistent Chroma collection of the live chunks. One process may hold it: the home's lock sees to that.

    All methods raise VectorsDamaged where Chroma's files cannot be used, and StorageFull.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._client: Any = None
        self._collection: Any = None
        try:
            self._open()
        except VectorsDamaged:
            self.close()
            _forget_client(self._folder)
            raise

    @classmethod
    def afresh(cls, folder: Path) -> "VectorIndex":
        """An empty index in the place of one that cannot be opened."""
        if folder.exists():
            aside = folder.with_name(f"{folder.name}.damaged")
            shutil.rmtree(aside, ignore_errors=True)
            os.replace(folder, aside)  # first out of the way, so that no crash leaves half of it in place
            shutil.rmtree(aside, ignore_errors=True)
        return cls(folder)

    def _open(self) -> None:
        import chromadb
        from chromadb.config import Settings

        settings = Settings(anonymized_telemetry=False)
        with self._damage_named():
            self._folder.mkdir(parents=True, exist_ok=True)
            self._client = chromadb.PersistentClient(path=str(self._folder), settings=settings)
            self._collection = self._make()

    def _make(self) -> Any:
        # embedding_function=None, or Chroma fetches a model of its own.
        return self._client.get_or_create_collection(_NAME, embedding_function=None, configuration={"hnsw": _GRAPH})

    def add(self, rows: Iterable[VectorRow]) -> None:
        """Insert or replace chunks."""
        for part in _parts(rows):
            with self._damage_named():
                self._collection.upsert(
                    ids=[str(row.chunk_id) for row in part],
                    embeddings=np.stack([np.frombuffer(row.vector, "<f4") for row in part]),
                    metadatas=[{"access": row.access_id, "language": row.language} for row in part],
                )

    def delete(self, chunk_ids: Iterable[int]) -> None:
        """Take chunks out; those that are not there are passed over."""
        for part in _parts(chunk_ids):
            with self._damage_named():
                self._collection.delete(ids=[str(chunk_id) for chunk_id in part])

    def nearest(self, vector: Vectors, k: int, language: Language | None = None) -> list[tuple[int, float]]:
        """(chunk id, cosine), best first; of one language, if given."""
        k = min(k, self.count())
        if k == 0:
            return []
        where = {"language": language} if language else None
        with self._damage_named():
            found = self._collection.query(query_embeddings=[vector], n_results=k, where=where, include=["distances"])
        return [(int(i), 1.0 - float(d)) for i, d in zip(found["ids"][0], found["distances"][0], strict=True)]

    def count(self) -> int:
        """How many chunks the index holds."""
        with self._damage_named():
            return int(self._collection.count())

    def holds(self, row: VectorRow) -> bool:
        """Whether a chunk, or one of the same vector, is what its own vector finds."""
        found = self.nearest(np.frombuffer(row.vector, "<f4"), 1)
        return bool(found) and found[0][1] > 0.999

    def rebuild(self, rows: Iterable[VectorRow]) -> None:
        """Throw the collection away and fill it again from the catalog."""
        rows = list(rows)
        with contextlib.suppress(VectorsDamaged), self._damage_named():
            self._client.delete_collection(_NAME)
            self._collection = self._make()
            self.add(rows)
            return
        self.close()
        fresh = VectorIndex.afresh(self._folder)
        self._client, self._collection = fresh._client, fresh._collection
        self.add(rows)

    @contextmanager
    def _damage_named(self) -> Iterator[None]:
        """Whatever Chroma raises as an error of ours. A panic of its Rust half is not even an Exception."""
        try:
            yield
        except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError, HomeError):
            raise
        except BaseException as error:
            if any(sign in str(error) for sign in ("disk is full", "No space left", "os error 28")):
                raise StorageFull(
                    f"The disk that holds {self._folder} is full. Free some space and run the command again."
                ) from error
            raise VectorsDamaged(
                f"The vector index in {self._folder} cannot be used ({type(error).__name__}: {error}). "
                "Run `kb repair` to build it again from the catalog."
            ) from error

    def close(self) -> None:
        """Let Chroma go. It keeps one system for each path in the process; that one is stopped."""
        if self._client is not None:
            with contextlib.suppress(VectorsDamaged), self._damage_named():
                self._client.close()
            self._client = self._collection = None


class ExactScan:
    """All live vectors in memory, for questions that may see only some of them. Reloaded when the catalog changed."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        # One value, replaced as a whole: questions come from several threads.
        self._loaded: tuple[int, NDArray[np.int64], Vectors] = (-1, np.empty(0, np.int64), np.empty((0, 0), np.float32))

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
        loaded = self._loaded
        generation = self._catalog.generation
        if generation != loaded[0]:
            rows = list(self._catalog.vector_rows())
            ids = np.array([row.chunk_id for row in rows], np.int64)
            vectors = np.stack([np.frombuffer(row.vector, "<f4") for row in rows]) if rows else loaded[2][:0]
            self._loaded = loaded = (generation, ids, vectors)
        return loaded[1], loaded[2]


def _forget_client(folder: Path) -> None:
    """Chroma 1.5.9 keeps the client of a folder that could not be opened, and would hand it out again for a new one."""
    from chromadb.api.shared_system_client import SharedSystemClient

    SharedSystemClient._identifier_to_system.pop(str(folder), None)
    SharedSystemClient._identifier_to_refcount.pop(str(folder), None)


def _parts(items: Iterable[Any]) -> Iterator[Sequence[Any]]:
    iterator = iter(items)
    while part := list(islice(iterator, _BATCH)):
        yield part
