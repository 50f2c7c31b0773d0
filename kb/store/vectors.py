"""Vectors: the nearest of all chunks by cosine, with Chroma. Askers with limits have `kb.answering.exact_search`.

It is a fast copy of the catalog. Only this module knows chromadb. Its ids are chunk ids.
"""

import contextlib
import os
import shutil
import sqlite3
import struct
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from kb.errors import HomeError, StorageFull
from kb.models.maxsim import Vectors
from kb.store.search_queries import VectorRow

_BATCH = 2_000  # Chroma takes at most 5,461 rows a call
_NAME = "chunks"
# With Chroma's default graph the recall of the top 10 on hard data was 0.57; this repairs it.
_GRAPH = {"space": "cosine", "max_neighbors": 32, "ef_construction": 200, "ef_search": 256}
_LOCKED_SECONDS = 10.0
_WRITTEN_EVERY = 1_000  # changes after which Chroma writes its graph to the disk: its own default
# The head of a graph's header.bin (Chroma 1.5.9): version, offset of the links, capacity, elements, bytes an element,
# offsets of the label and of the vector in it. The lowest bit of an element's third byte says that it is deleted.
_GRAPH_HEADER = struct.Struct("<iQQQQQQ")


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
            with self._damage_named():
                _blank_tails(folder)  # of one that was killed
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

    def _open(self, written_every: int = _WRITTEN_EVERY) -> None:
        import chromadb
        from chromadb.config import Settings

        settings = Settings(anonymized_telemetry=False)
        with self._damage_named():
            self._folder.mkdir(parents=True, exist_ok=True)
            self._client = chromadb.PersistentClient(path=str(self._folder), settings=settings)
            # embedding_function=None, or Chroma fetches a model of its own.
            self._collection = self._client.get_or_create_collection(
                _NAME, embedding_function=None, configuration={"hnsw": _GRAPH}
            )
            if self._collection.configuration_json["hnsw"]["sync_threshold"] != written_every:
                _once_unlocked(lambda: self._write_every(written_every))

    def _write_every(self, changes: int) -> None:
        with warnings.catch_warnings():  # no embedding function: it calls that legacy
            warnings.simplefilter("ignore", DeprecationWarning)
            self._collection.modify(configuration={"hnsw": {"sync_threshold": changes}})

    def add(self, rows: Iterable[VectorRow]) -> None:
        """Insert or replace chunks."""
        for part in _parts(rows):
            with self._damage_named():
                self._collection.upsert(
                    ids=[str(row.chunk_id) for row in part],
                    embeddings=np.stack([np.frombuffer(row.vector, "<f4") for row in part]),
                )

    def delete(self, chunk_ids: Iterable[int]) -> None:
        """Take chunks out; those that are not there are passed over."""
        for part in _parts(chunk_ids):
            with self._damage_named():
                self._collection.delete(ids=[str(chunk_id) for chunk_id in part])

    def nearest(self, vector: Vectors, k: int) -> list[tuple[int, float]]:
        """(chunk id, cosine), best first."""
        k = min(k, self.count())
        if k == 0:
            return []
        with self._damage_named():
            found = self._collection.query(query_embeddings=[vector], n_results=k, include=["distances"])
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
        """Throw the files away and fill new ones from the catalog."""
        rows = list(rows)
        self.close()
        fresh = VectorIndex.afresh(self._folder)
        self._client, self._collection = fresh._client, fresh._collection
        self.add(rows)

    def wipe(self) -> None:
        """Leave no vector of a deleted chunk in the files; what is found stays the same.

        Chroma marks a vector of its graph as deleted and keeps it, and its database keeps the changes it was told of.
        So the graph is brought to the disk, the deleted vectors in it are overwritten, and the database is packed.
        """
        if not self.count():
            self.rebuild([])
            return
        self.close()
        self._open(written_every=2)
        with self._damage_named():
            row = self._collection.get(limit=1, include=["embeddings"])
            for _ in range(3):  # changes that change nothing: with them all that waits is written
                self._collection.upsert(ids=row["ids"], embeddings=row["embeddings"])
        self.close()
        with self._damage_named():
            for graph in _graphs(self._folder):
                graph.wipe()
            database = sqlite3.connect(self._folder / "chroma.sqlite3", isolation_level=None)
            with contextlib.closing(database):
                database.execute("VACUUM")
        self._open()

    @contextmanager
    def _damage_named(self) -> Iterator[None]:
        """Whatever Chroma raises as an error of ours. A panic of its Rust half is not even an Exception."""
        try:
            yield
        except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError, HomeError):
            raise
        except BaseException as error:
            if any(sign in str(error) for sign in ("disk is full", "No space left", "os error 28")):
                raise StorageFull("home.disk_full_again", path=self._folder) from error
            raise VectorsDamaged(
                "home.vectors_damaged", folder=self._folder, kind=type(error).__name__, why=error
            ) from error

    def close(self) -> None:
        """Let Chroma go. It keeps one system for each path in the process; that one is stopped."""
        if self._client is not None:
            with contextlib.suppress(VectorsDamaged), self._damage_named():
                self._client.close()
                _blank_tails(self._folder)
            self._client = self._collection = None


def _once_unlocked(write: Callable[[], None]) -> None:
    """Write, as soon as the connections of the client before, which Chroma closes behind our back, are gone."""
    ends = time.monotonic() + _LOCKED_SECONDS
    while True:
        try:
            return write()
        except Exception as error:
            if "database is locked" not in str(error) or time.monotonic() > ends:
                raise
            time.sleep(0.05)


def _forget_client(folder: Path) -> None:
    """Chroma 1.5.9 keeps the client of a folder that could not be opened, and would hand it out again for a new one."""
    from chromadb.api.shared_system_client import SharedSystemClient

    SharedSystemClient._identifier_to_system.pop(str(folder), None)
    SharedSystemClient._identifier_to_refcount.pop(str(folder), None)


@dataclass(frozen=True, slots=True)
class _Graph:
    """A graph on the disk: so many elements of so many bytes, the vector at these bytes of each."""

    file: Path
    elements: int
    size: int
    vector: slice

    @property
    def end(self) -> int:
        return self.elements * self.size

    def wipe(self) -> None:
        """Overwrite with zeros the vectors that are marked as deleted."""
        content = np.memmap(self.file, np.uint8, "r+")
        elements = content[: self.end].reshape(self.elements, self.size)
        elements[elements[:, 2] & 1 == 1, self.vector] = 0
        content.flush()


def _graphs(folder: Path) -> Iterator[_Graph]:
    """The graphs in Chroma's folder. Raises ValueError for one of another form than is known here."""
    for header in folder.glob("*/header.bin"):
        file = header.with_name("data_level0.bin")
        head = header.read_bytes()
        known = len(head) >= _GRAPH_HEADER.size and file.is_file()
        version, links, _, elements, size, label, vector = _GRAPH_HEADER.unpack_from(head) if known else (0,) * 7
        if (version, links, label + 8) != (1, 0, size) or not 4 < vector < label:
            raise ValueError(f"the graph in {file} has another form")
        graph = _Graph(file, elements, size, slice(vector, label))
        if graph.end > file.stat().st_size:
            raise ValueError(f"the graph in {file} is cut off")
        yield graph


def _blank_tails(folder: Path) -> None:
    """Overwrite with zeros what stands behind the last element of a graph. No client may be open.

    It is memory of the process that wrote it, and may hold words of a document that was deleted meanwhile.
    """
    with contextlib.suppress(ValueError):  # Chroma finds that out by itself
        for graph in _graphs(folder):
            if graph.end < graph.file.stat().st_size:
                tail = np.memmap(graph.file, np.uint8, "r+", offset=graph.end)
                if tail.any():
                    tail[:] = 0
                    tail.flush()


def _parts(items: Iterable[Any]) -> Iterator[Sequence[Any]]:
    iterator = iter(items)
    while part := list(islice(iterator, _BATCH)):
        yield part
