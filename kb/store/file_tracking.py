"""What synchronisation keeps beside the documents: files as they were last seen, moves, and embeddings stored ahead."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kb.access import rule_table
from kb.models.embedding import Embedding
from kb.schema import Chunk
from kb.store.catalog import Catalog, insert_embedding
from kb.store.conversations import ConversationStore
from kb.store.database import now
from kb.store.reindex_staging import drop_unused
from kb.store.search_queries import batches

_AHEAD = "embeddings_ahead"  # the property that is not empty while there may be embeddings that no chunk uses yet


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A file whose content was hashed. While size and times are these, so is the hash."""

    source: str  # its path in its root
    size: int
    modified_ns: int
    changed_ns: int
    hashed_ns: int  # when that was
    sha256: str
    documents: int  # that it gave: 1, or those of a bundle or an archive


class Sync:
    """The SQL of ingestion that is not about one document."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def seen_files(self, collection: str, root: str) -> dict[str, SeenFile]:
        """The files of a root as they were last seen, by their path in it."""
        rows = self._catalog.db.execute(
            "SELECT source, size, modified_ns, changed_ns, hashed_ns, sha256, documents FROM seen_files "
            "WHERE collection = ? AND root = ?",
            (collection, root),
        )
        return {row["source"]: SeenFile(*row) for row in rows}

    def keep_seen(self, files: Iterable[tuple[str, str, SeenFile]]) -> None:
        """Keep files as they were seen, given with their collection and root."""
        with self._catalog.transaction() as db:
            db.executemany(
                "INSERT OR REPLACE INTO seen_files (collection, root, source, size, modified_ns, changed_ns, "
                "hashed_ns, sha256, documents) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (
                        collection,
                        root,
                        f.source,
                        f.size,
                        f.modified_ns,
                        f.changed_ns,
                        f.hashed_ns,
                        f.sha256,
                        f.documents,
                    )
                    for collection, root, f in files
                ),
            )

    def forget_seen(self, collection: str, root: str, sources: Iterable[str]) -> None:
        """Forget files that are gone."""
        with self._catalog.transaction() as db:
            db.executemany(
                "DELETE FROM seen_files WHERE collection = ? AND root = ? AND source = ?",
                ((collection, root, source) for source in sources),
            )

    def move(self, collection: str, root: str, old: str, new: str, paths: Mapping[int, str]) -> None:
        """Give the documents of a file that moved their new paths, by document id. All else about them stays."""
        with self._catalog.transaction() as db:
            for document_id, path in paths.items():
                before = db.execute("SELECT path FROM documents WHERE id = ?", (document_id,)).fetchone()["path"]
                if before != path:  # kept, for what was said of it under its earlier name
                    self._catalog.record(db, "ingest", "move", f"{collection}/{path}", {"from": before})
                db.execute(
                    "UPDATE documents SET path = ?, source = ?, status = 'unchanged', checked_at = ? WHERE id = ?",
                    (path, new, now(), document_id),
                )
                if before != path:
                    names = {(collection, before): (collection, path)}
                    ConversationStore(self._catalog).rename_documents(names, db)
            rule_table.carry_out(db, rule_table.load(db), paths)  # another path may be another rule's
            db.execute(
                "UPDATE OR REPLACE seen_files SET source = ? WHERE collection = ? AND root = ? AND source = ?",
                (new, collection, root, old),
            )
        self._catalog.generation += 1

    def keys_of_content(self, sha256: str, chunks: Sequence[Chunk]) -> tuple[bytes, ...] | None:
        """The embeddings of a document of this content that is split in the same way; None where there is none."""
        version = self._catalog.db.execute(
            "SELECT id FROM versions WHERE sha256 = ? AND state = 'searchable' ORDER BY id LIMIT 1", (sha256,)
        ).fetchone()
        if version is None:
            return None
        rows = self._catalog.db.execute(
            "SELECT k.text, e.key FROM chunks k JOIN embeddings e ON e.id = k.embedding_id WHERE k.version_id = ? "
            "ORDER BY k.id",
            (version["id"],),
        ).fetchall()
        same = len(rows) == len(chunks) and all(r["text"] == c.text for r, c in zip(rows, chunks, strict=True))
        return tuple(row["key"] for row in rows) if same else None

    def stored_keys(self, keys: Sequence[bytes]) -> set[bytes]:
        """Those of the keys under which an embedding is stored."""
        found: set[bytes] = set()
        for part in batches(keys):
            marks = ",".join("?" * len(part))
            found |= {
                r["key"] for r in self._catalog.db.execute(f"SELECT key FROM embeddings WHERE key IN ({marks})", part)
            }
        return found

    def store_ahead(self, embeddings: Mapping[bytes, Embedding]) -> None:
        """Store embeddings before the versions that use them, so that a large document need not be held in memory."""
        with self._catalog.transaction() as db:
            db.execute("INSERT OR REPLACE INTO properties (name, value) VALUES (?, '1')", (_AHEAD,))
            for key, embedding in embeddings.items():
                insert_embedding(db, key, embedding)

    def drop_ahead(self, up_to: int | None = None) -> None:
        """Drop what was stored ahead and is used by nothing: its version was never written.

        With `up_to` only embeddings up to that id, for what came later may be wanted still.
        """
        if not self._catalog.property(_AHEAD):
            return
        if up_to is not None:
            drop_unused(self._catalog, up_to)
            return
        self._catalog.set_property(_AHEAD, "dropping")
        drop_unused(self._catalog)
        with self._catalog.transaction() as db:  # unless more was stored meanwhile
            db.execute("UPDATE properties SET value = '' WHERE name = ? AND value = 'dropping'", (_AHEAD,))
