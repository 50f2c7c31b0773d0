"""Staging: a second set of chunks, prepared beside the one that answers and put in its place in one transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kb.store import beside_text, heading_paths
from kb.store.catalog import Catalog, NewVersion

_UNUSED_AT_ONCE = 500  # embeddings dropped in one transaction, so that the write-ahead log stays small


@dataclass(frozen=True, slots=True)
class LiveDocument:
    """A document as it answers now."""

    document_id: int
    version_id: int
    collection: str
    path: str
    root: str
    source: str
    sha256: str
    size: int


class Staging:
    """What was prepared for one build: an identity of embedding and splitting. Nothing of it can be found yet."""

    def __init__(self, catalog: Catalog, build: str) -> None:
        self._catalog = catalog
        self._build = build

    def missing(self) -> list[LiveDocument]:
        """The documents that answer and are not prepared yet, or changed since."""
        rows = self._catalog.db.execute(
            "SELECT d.id, d.version_id, c.name, d.path, d.root, d.source, v.sha256, v.size FROM documents d "
            "JOIN collections c ON c.id = d.collection_id JOIN versions v ON v.id = d.version_id "
            "LEFT JOIN staged s ON s.document_id = d.id AND s.replaces = d.version_id AND s.build = ? "
            "WHERE s.document_id IS NULL ORDER BY c.name, d.path",
            (self._build,),
        )
        return [LiveDocument(*row) for row in rows]

    def counts(self) -> tuple[int, int]:
        """(documents, chunks) prepared so far."""
        row = self._catalog.db.execute(
            "SELECT count(DISTINCT s.document_id), count(k.id) FROM staged s "
            "LEFT JOIN chunks k ON k.version_id = s.version_id WHERE s.build = ?",
            (self._build,),
        ).fetchone()
        return int(row[0]), int(row[1])

    def add(self, prepared: Iterable[tuple[LiveDocument, NewVersion]]) -> None:
        """Keep prepared documents, in one transaction. One that was deleted meanwhile is passed over, and one of which
        an editor changed passages."""
        with self._catalog.transaction() as db:
            for document, new in prepared:
                if db.execute("SELECT 1 FROM documents WHERE id = ?", (document.document_id,)).fetchone() is None:
                    continue
                if not self._catalog.has_edits(db, document.document_id, new.edits):
                    continue
                before = "SELECT version_id FROM staged WHERE document_id = ?"
                self._catalog.drop_chunks(db, f"version_id IN ({before})", (document.document_id,))
                db.execute(f"DELETE FROM versions WHERE id IN ({before})", (document.document_id,))
                version_id = self._catalog.insert_version(db, new, document.document_id, number=0, state="superseded")
                db.execute(
                    "INSERT INTO staged (document_id, version_id, replaces, build) VALUES (?, ?, ?, ?)",
                    (document.document_id, version_id, document.version_id, self._build),
                )

    def swap(self, properties: Mapping[str, str], asker: str, detail: dict[str, Any]) -> bool:
        """Let what was prepared answer, and set properties of the home, all or nothing. False if some is missing.

        A document whose text came out the same keeps its version; any other gets a new one. Embeddings that are
        no longer used stay until `drop_unused`.
        """
        with self._catalog.transaction() as db:
            if self.missing():
                return False
            rows = db.execute(
                "SELECT s.document_id, s.version_id AS new, s.replaces AS old, "
                "n.text = o.text AND n.pages = o.pages AND n.title = o.title AS same, "
                "(SELECT max(number) FROM versions WHERE document_id = d.id) AS newest FROM staged s "
                "JOIN documents d ON d.id = s.document_id JOIN versions n ON n.id = s.version_id "
                "JOIN versions o ON o.id = s.replaces WHERE s.build = ?",
                (self._build,),
            ).fetchall()
            db.execute("DELETE FROM words")
            db.execute("DELETE FROM chunks WHERE version_id NOT IN (SELECT version_id FROM staged)")
            for row in rows:
                answering = row["old"] if row["same"] else row["new"]
                if row["same"]:
                    db.execute("UPDATE chunks SET version_id = ? WHERE version_id = ?", (row["old"], row["new"]))
                    beside_text.hand_over(db, of=row["new"], to=row["old"])
                    heading_paths.hand_over(db, of=row["new"], to=row["old"])
                else:
                    db.execute("UPDATE versions SET state = 'superseded' WHERE id = ?", (row["old"],))
                    db.execute(
                        "UPDATE versions SET state = 'searchable', number = ? WHERE id = ?",
                        (row["newest"] + 1, row["new"]),
                    )
                    db.execute("UPDATE documents SET version_id = ? WHERE id = ?", (row["new"], row["document_id"]))
                    db.execute("DELETE FROM staged WHERE document_id = ?", (row["document_id"],))
                self._catalog.index_words(db, answering)
                self._catalog.show_or_hold(db, answering)
            db.execute("DELETE FROM versions WHERE id IN (SELECT version_id FROM staged)")
            if other := [row["document_id"] for row in rows if not row["same"]]:
                self._catalog.quarantine_changed(db, other)
            for name, value in properties.items():
                db.execute("INSERT OR REPLACE INTO properties (name, value) VALUES (?, ?)", (name, value))
            self._catalog.record(db, asker, "reindex", "", detail)
        self._catalog.listing.forget()
        self._catalog.generation += 1
        return True

    def discard_others(self) -> None:
        """Forget what was prepared for another build."""
        with self._catalog.transaction() as db:
            db.execute(
                "DELETE FROM versions WHERE id IN (SELECT version_id FROM staged WHERE build <> ?)", (self._build,)
            )
        drop_unused(self._catalog)


def drop_unused(catalog: Catalog, up_to: int | None = None) -> int:
    """Delete the embeddings that no chunk uses (up to that id), a few at a time. Returns how many there were."""
    dropped = 0
    while True:
        with catalog.transaction() as db:
            count = db.execute(
                "DELETE FROM embeddings WHERE id IN (SELECT e.id FROM embeddings e WHERE (?1 IS NULL OR e.id <= ?1) "
                "AND NOT EXISTS (SELECT 1 FROM chunks k WHERE k.embedding_id = e.id) LIMIT ?2)",
                (up_to, _UNUSED_AT_ONCE),
            ).rowcount
        dropped += count
        if count < _UNUSED_AT_ONCE:
            return dropped
