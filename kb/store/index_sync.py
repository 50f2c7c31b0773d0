"""The derived indexes: keeps Chroma and the word index in step with the catalog, and repairs them after a crash."""

import functools
import json
import logging
import shutil
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.errors import EmbeddingChanged
from kb.models.embedding import Embedder
from kb.models.maxsim import Vectors
from kb.store.catalog import Catalog, NewVersion
from kb.store.reindex_staging import Staging, drop_unused
from kb.store.search_queries import VectorRow
from kb.store.vectors import VectorIndex, VectorsDamaged

_IDENTITY = "embedding"
_WRITING = "chroma_writing"  # "1" while Chroma may hold half of a change
STALE = {_WRITING: "1"}  # the property that has Chroma filled again when it is next opened
_PROBES = 8  # chunks that Chroma must find again by their own vectors when it is opened

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Repaired:
    """What was found amiss and mended."""

    published: int  # versions a crash had left pending
    rebuilt: bool  # Chroma was filled again from the catalog


def built_with(catalog: Catalog) -> str | None:
    """The identity of the embedding model that the home's vectors come from; None where it has none."""
    return None if catalog.is_empty() else catalog.property(_IDENTITY)


class Indexes:
    """The one writer of Chroma. Opened lazily: a command that only lists documents never loads it."""

    def __init__(self, catalog: Catalog, folder: Path, embedder: Embedder) -> None:
        self._catalog = catalog
        self._folder = folder
        self._embedder = embedder
        self._vectors: VectorIndex | None = None
        self._lock = threading.RLock()

    @property
    def vectors(self) -> VectorIndex:
        """The vector index, in step with the catalog. Raises EmbeddingChanged."""
        with self._lock:
            if self._vectors is None:
                self.check_identity()
                self._vectors = self._open()
                try:
                    self.repair()
                except BaseException:
                    self.close()
                    raise
            return self._vectors

    @functools.cached_property
    def identity(self) -> str:
        """The identity of the embedding model in use; see `Embedder.identity`."""
        return self._embedder.identity()

    def ready(self) -> None:
        """Open the indexes and mend what a crash left, if that was not done yet. Raises EmbeddingChanged."""
        if self._vectors is None:
            _ = self.vectors

    def nearest(self, vector: Vectors, k: int) -> list[tuple[int, float]] | None:
        """(chunk id, cosine), best first, over all live chunks; None while Chroma is being written."""
        if not self._lock.acquire(blocking=self._vectors is None):
            return None
        try:
            return self.vectors.nearest(vector, k)
        finally:
            self._lock.release()

    def publish(
        self, versions: Sequence[NewVersion], by: str = "ingest",
        change: Callable[[sqlite3.Connection], None] | None = None,
    ) -> None:  # fmt: skip
        """Store versions and make them searchable: catalog, then Chroma, then visible. `by` is who does it, `change`
        writes what else is to be kept with them."""
        with self._lock:
            self.ready()
            self._keep_identity()
            self._publish(self._catalog.add_versions(versions, change), by)

    def remove(self, document_ids: Sequence[int], asker: str) -> None:
        """Delete documents everywhere, as one act: a crash leaves all of them, or none.

        The catalog lets go of them at once; where Chroma then did not get to it, it is filled again when next opened.
        """
        if not document_ids:
            return
        with self._lock:
            vectors = self.vectors
            vectors.delete(self._catalog.delete_documents(document_ids, asker, {_WRITING: "1"}))
            self._catalog.set_property(_WRITING, "")

    def release(self, document_id: int, asker: str) -> None:
        """Make a document in quarantine searchable; see `Catalog.release`."""
        with self._lock:
            vectors = self.vectors
            version_id = self._catalog.release(document_id, asker, STALE)
            vectors.add(self._catalog.vector_rows([version_id]))
            self._catalog.set_property(_WRITING, "")

    def leave_out(self, document_id: int, left_out: bool, change: Callable[[sqlite3.Connection], int]) -> None:
        """Take a chunk out of what is found, or bring it back. `change` writes down why, in the same transaction, and
        gives the chunk's id."""
        with self._lock:
            vectors = self.vectors
            with self._catalog.transaction() as db:
                chunk_id = change(db)
                self._catalog.leave_out(db, chunk_id, left_out)
                self._catalog.put_property(db, _WRITING, "1")
            if left_out:
                vectors.delete([chunk_id])
            else:
                rows = self._catalog.live_rows([document_id])
                vectors.add(VectorRow(id, vector) for id, _, _, vector in rows if id == chunk_id)
            self._catalog.set_property(_WRITING, "")
            self._catalog.changed([document_id])

    def wipe(self) -> None:
        """Leave no vector and no word of a deleted document in any file. Raises what `Database.wipe` raises."""
        with self._lock:
            vectors = self.vectors
            try:
                vectors.wipe()
            except VectorsDamaged as error:
                log.warning("the vector index is built again from the catalog: %s", error)
                self._catalog.set_property(_WRITING, "1")
                vectors.rebuild(self._catalog.vector_rows())
                self._catalog.set_property(_WRITING, "")
            self._catalog.wipe()

    def repair(self, rebuild: bool = False) -> Repaired:
        """Finish what a crash left, and fill Chroma again from the catalog if it was being written or disagrees.

        With `rebuild`, both indexes are written again whatever they hold.
        """
        with self._lock:
            vectors = self._vectors or self.vectors
            pending = self._catalog.pending()
            if pending and self._catalog.property(_WRITING):
                self._catalog.publish(pending)  # Chroma may be damaged, and is filled again below
            elif pending:
                self._publish(pending)
            rebuild_vectors = rebuild or bool(self._catalog.property(_WRITING)) or not self._agree(vectors)
            if rebuild_vectors:
                vectors.rebuild(self._catalog.vector_rows())
                self._catalog.set_property(_WRITING, "")
            if rebuild or self._catalog.count_words() != self._catalog.count_live():
                self._catalog.rebuild_words()
            if rebuild:
                drop_unused(self._catalog)
                self._catalog.wipe()
            return Repaired(len(pending), rebuild_vectors)

    def _publish(self, version_ids: Sequence[int], by: str = "ingest") -> None:
        assert self._vectors is not None
        retired = self._catalog.retired_by(version_ids)
        was_writing = self._catalog.property(_WRITING)
        self._catalog.set_property(_WRITING, "1")
        self._vectors.add(self._catalog.vector_rows(version_ids))
        self._catalog.publish(version_ids, by)
        self._vectors.delete(retired)
        self._catalog.set_property(_WRITING, was_writing or "")

    def settle(self) -> None:
        """Publish what a crash left pending without Chroma, which is filled again when it is next opened."""
        with self._lock:
            pending = self._catalog.pending()
            if pending:
                self._catalog.set_property(_WRITING, "1")
                self._catalog.publish(pending)

    def replace(self, staging: Staging, properties: Mapping[str, str], asker: str, detail: dict[str, Any]) -> bool:
        """Let what was staged take the place of all that answers. False if it is not complete; see `Staging.swap`.

        A crash leaves either the old chunks, or the new ones with a Chroma that is filled again when next opened.
        """
        with self._lock:
            self.settle()
            changed = {**properties, _IDENTITY: self.identity, _WRITING: "1"}
            if not staging.swap(changed, asker, detail):
                return False
            self.close()
            self.ready()
            drop_unused(self._catalog)
            return True

    def check_identity(self) -> None:
        """Raise EmbeddingChanged where the home was embedded with another model than the one in use."""
        stored = self._catalog.property(_IDENTITY)
        if stored in (None, self.identity) or self._catalog.is_empty():
            return
        raise EmbeddingChanged(
            "home.embedded_with_other", before=json.loads(stored or ""), now=json.loads(self.identity)
        )

    def _keep_identity(self) -> None:
        stored = self._catalog.property(_IDENTITY)
        if stored != self.identity:
            if stored is not None:  # an empty home: Chroma keeps the dimension even so
                self.vectors.rebuild([])
            self._catalog.set_property(_IDENTITY, self.identity)

    def _open(self) -> VectorIndex:
        """Chroma; a folder that cannot be opened is put aside, and `repair` fills a new one."""
        shutil.rmtree(self._folder.with_name(f"{self._folder.name}.damaged"), ignore_errors=True)  # left by a crash
        try:
            return VectorIndex(self._folder)
        except VectorsDamaged as error:
            log.warning("the vector index is damaged and is built again from the catalog: %s", error)
            self._catalog.set_property(_WRITING, "1")
            return VectorIndex.afresh(self._folder)

    def _agree(self, vectors: VectorIndex) -> bool:
        """Whether Chroma holds as many chunks as the catalog, and finds some of them by their vectors."""
        try:
            if vectors.count() != self._catalog.count_live():
                return False
            found = [vectors.holds(row) for row in self._catalog.sample_vectors(_PROBES)]
        except VectorsDamaged as error:
            log.warning("the vector index is damaged and is built again from the catalog: %s", error)
            return False
        return 2 * sum(found) >= len(found)  # the graph is approximate: one may be missed

    def close(self) -> None:
        """Close Chroma."""
        with self._lock:
            if self._vectors is not None:
                self._vectors.close()
                self._vectors = None
