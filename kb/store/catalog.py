"""The catalog: the truth about documents, versions, chunks, vectors, words, access and audit, in one SQLite file.

Chroma and the word index are derived from it. A version is written in two steps: `add_versions` stores it
as pending, and once Chroma holds its vectors `publish` makes it searchable and retires the one before.
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final

from kb.access import order_scores, rule_table
from kb.access.rules import Place, Readers, Rule, RuleBook, checked_place, checked_readers, place_text
from kb.errors import AccessChanged, DocumentNotFound, HomeError, UsageError
from kb.language.language import languages_within
from kb.messages.coded_text import CodedText, of_stored, stored, together
from kb.models.embedding import Embedding
from kb.schema import (
    Chunk,
    Document,
    DocumentText,
    OrderScore,
    Passage,
    Principal,
    StoredText,
)
from kb.store import beside_text, heading_paths
from kb.store.database import TRACES, now
from kb.store.document_queries import DocumentList, pages_of
from kb.store.search_queries import Candidates, word_body

FORGET = "forget:"  # begins the names of properties: what of a deleted document is still to be forgotten
_USED = "document_ids_used"  # the property that is the highest id of a document when one was last deleted
_CARRIED_OUT = "access_rules"  # the property that says in which way the rules were carried out on all documents
_NO_CLASS = 1  # of chunks, whose access is that of their document
_NEXT_ID = (
    "(SELECT 1 + max(coalesce((SELECT max(id) FROM documents), 0), "
    f"coalesce((SELECT CAST(value AS INTEGER) FROM properties WHERE name = '{_USED}'), 0)))"
)


@dataclass(frozen=True, slots=True)
class SplitDocument:
    """A document as read and split."""

    path: str
    sha256: str
    size: int  # bytes
    content: DocumentText
    chunks: tuple[Chunk, ...]
    words: tuple[str, ...] = ()  # `word_body` of each chunk, where that was made already


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A document on its way into a collection: an embedding for each chunk, or the keys of those that are stored."""

    collection: str
    root: str
    source: str
    document: SplitDocument
    embeddings: tuple[Embedding, ...] = ()
    identity: str = ""  # of the model the embeddings come from
    keys: tuple[bytes, ...] = ()  # where they are stored already; then `embeddings` is empty
    orders: OrderScore | None = None  # None: it is scored when the home is next opened
    held: bool = False  # for that score: no question finds it, unless this very text was released
    left_out: frozenset[int] = frozenset()  # the chunks, by position, that an editor left out: no question finds them
    edits: int = 0  # of its passages, that were carried out or looked at
    editor: str = ""  # who corrected its text last; "" where it is as it was read


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """What ingestion must know about a document to see whether it changed."""

    document_id: int
    path: str
    root: str
    source: str
    sha256: str | None  # of the version that answers; None where none does
    status: str
    pages: int | None
    chunks: int
    reason: str = ""  # why it failed or was skipped


def embedding_key(embedded_text: str, identity: str = "") -> bytes:
    """What names an embedding: the same text is embedded once by the model of that identity."""
    return hashlib.sha256(f"{identity}\0{embedded_text}".encode("utf-8", "surrogatepass")).digest()


def name_hash(collection: str, path: str) -> str:
    """What the audit trail names a deleted document by: the SHA-256 of `collection/path`."""
    return "sha256:" + hashlib.sha256(f"{collection}/{path}".encode("utf-8", "surrogatepass")).hexdigest()


def _never_again(db: sqlite3.Connection) -> None:
    """Keep which ids were used, before documents are deleted: who still holds one of theirs names no other document."""
    db.execute(f"INSERT OR REPLACE INTO properties (name, value) VALUES (?, {_NEXT_ID} - 1)", (_USED,))


class Unseen(Enum):
    """Stands for who may read something, where nobody looked at that."""

    UNSEEN = "unseen"


UNSEEN: Final = Unseen.UNSEEN


class EmbeddingsGone(HomeError):
    """An embedding that was stored ahead of its version is not there any more: a deletion came between."""


class EditsChanged(HomeError):
    """An editor changed passages of a document after it was read: what was read is to be edited anew."""


def insert_embedding(db: sqlite3.Connection, key: bytes, embedding: Embedding) -> None:
    """Store an embedding, unless one is there under its key."""
    db.execute(
        "INSERT OR IGNORE INTO embeddings (key, vector, tokens) VALUES (?, ?, ?)",
        (key, embedding.vector, embedding.tokens),
    )


class Catalog(Candidates):
    """All SQL about documents. Raises what Database raises."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.listing = DocumentList()

    def known_documents(self, collection: str) -> dict[str, KnownDocument]:
        """The documents of a collection by path, for finding out what changed."""
        rows = self.db.execute(
            "SELECT d.id, d.path, d.root, d.source, v.sha256, d.status, json_array_length(v.pages), "
            "(SELECT count(*) FROM chunks k WHERE k.document_id = d.id AND k.live = 1), d.reason, d.reason_message "
            "FROM documents d "
            "JOIN collections c ON c.id = d.collection_id LEFT JOIN versions v ON v.id = d.version_id "
            "WHERE c.name = ?",
            (collection,),
        )
        return {
            path: KnownDocument(
                document_id, path, root, source, sha256, status, pages or None, chunks, of_stored(reason, message)
            )
            for document_id, path, root, source, sha256, status, pages, chunks, reason, message in rows
        }

    def add_versions(
        self, versions: Iterable[NewVersion], change: Callable[[sqlite3.Connection], None] | None = None
    ) -> list[int]:
        """Store versions as pending, and what else `change` writes, in one transaction. Returns their ids; call
        `publish` with them."""
        with self.transaction() as db:
            added = [self._add_version(db, version) for version in versions]
            if change is not None:
                change(db)
            return added

    def _add_version(self, db: sqlite3.Connection, new: NewVersion) -> int:
        document_id = self._document_id(db, new.collection, new.document.path, new.root, new.source)
        number = db.execute(
            "SELECT coalesce(max(number), 0) + 1 FROM versions WHERE document_id = ?", (document_id,)
        ).fetchone()[0]
        if not self.has_edits(db, document_id, new.edits):
            raise EditsChanged("passage.edited_meanwhile", path=new.document.path)
        version_id = self.insert_version(db, new, document_id, number, "pending")
        self.index_words(db, version_id, new.document.words)
        return version_id

    def insert_version(self, db: sqlite3.Connection, new: NewVersion, document_id: int, number: int, state: str) -> int:
        """Write a version with its chunks and embeddings, none of which can be found yet. Returns its id."""
        document, content = new.document, new.document.content
        pages = json.dumps([[p.number, p.start, p.end, round(p.quality, 4), p.ocr] for p in content.pages])
        version_id = db.execute(
            "INSERT INTO versions (document_id, number, state, sha256, size, media_type, title, text, pages, quality, "
            "ingested_at, editor) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                document_id, number, state, document.sha256, document.size, content.media_type, content.title,
                content.text, pages, content.quality, now(), new.editor,
            ),
        ).lastrowid  # fmt: skip
        assert version_id is not None
        beside_text.keep_recognised(db, version_id, content.recognised)
        heading_paths.keep(db, version_id, content.headings)
        beside_text.keep_hidden(db, version_id, content.hidden)
        if new.orders is not None:
            held = new.held and not order_scores.is_released(db, document_id, content.title, content.text)
            order_scores.keep(db, version_id, new.orders, held)
        if not new.keys and len(new.embeddings) != len(document.chunks):
            raise ValueError(
                f"{document.path!r} has {len(document.chunks)} chunks and {len(new.embeddings)} embeddings"
            )
        keys = new.keys or tuple(embedding_key(chunk.embedded_text, new.identity) for chunk in document.chunks)
        languages = languages_within([chunk.text for chunk in document.chunks])
        for at, (chunk, key) in enumerate(zip(document.chunks, keys, strict=True)):
            if not new.keys:
                insert_embedding(db, key, new.embeddings[at])
            row = db.execute("SELECT id FROM embeddings WHERE key = ?", (key,)).fetchone()
            if row is None:
                raise EmbeddingsGone("document.embedding_gone", path=document.path)
            embedding_id = row["id"]
            db.execute(
                'INSERT INTO chunks (version_id, document_id, access_id, embedding_id, start, "end", page, language, '
                "section, header, text, embedded_text, left_out) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    version_id, document_id, _NO_CLASS, embedding_id, chunk.start, chunk.end, chunk.page,
                    languages[at], chunk.section, chunk.header, chunk.text, chunk.embedded_text, at in new.left_out,
                ),
            )  # fmt: skip
        return version_id

    def index_words(self, db: sqlite3.Connection, version_id: int, words: Sequence[str] = ()) -> None:
        """Put the chunks of a version into the word index; `words` are their word bodies, if they are known."""
        query = "SELECT id, embedded_text, left_out FROM chunks WHERE version_id = ? ORDER BY id"
        rows = db.execute(query, (version_id,)).fetchall()
        bodies = words or (word_body(row["embedded_text"]) for row in rows)
        found = ((row["id"], body) for row, body in zip(rows, bodies, strict=True) if not row["left_out"])
        db.executemany("INSERT INTO words (rowid, body) VALUES (?, ?)", found)

    def _document_id(self, db: sqlite3.Connection, collection: str, path: str, root: str, source: str) -> int:
        """The id of a document, made if it is new; then the rules say who may read it."""
        db.execute("INSERT OR IGNORE INTO collections (name, created_at) VALUES (?, ?)", (collection, now()))
        collection_id = db.execute("SELECT id FROM collections WHERE name = ?", (collection,)).fetchone()[0]
        known = db.execute("SELECT id FROM documents WHERE collection_id = ? AND path = ?", (collection_id, path))
        row = known.fetchone()
        if row is not None:
            db.execute(
                "UPDATE documents SET root = ?, source = ?, checked_at = ? WHERE id = ?",
                (root, source, now(), row["id"]),
            )
            return int(row["id"])
        readers = RuleBook(rule_table.load(db)).readers(collection, path)
        access_id = rule_table.class_of(db, rule_table.all_readers(collection, readers))
        row = db.execute(
            "INSERT INTO documents (id, collection_id, path, root, source, access_id, status, checked_at) "
            f"VALUES ({_NEXT_ID}, ?, ?, ?, ?, ?, 'added', ?) RETURNING id",
            (collection_id, path, root, source, access_id, now()),
        ).fetchone()
        return int(row["id"])

    # ---- who may read what

    def carry_out_rules(self) -> None:
        """Carry the rules out on all documents, where an earlier version did not, or did it in another way."""
        if self.property(_CARRIED_OUT) == rule_table.CARRIED_OUT:
            return
        with self.transaction() as db:
            rule_table.carry_out(db, rule_table.load(db))
            db.execute(
                "INSERT OR REPLACE INTO properties (name, value) VALUES (?, ?)", (_CARRIED_OUT, rule_table.CARRIED_OUT)
            )

    def access_rules(self) -> list[Rule]:
        """All rules who may read what, as `kb.access.rule_table.load` gives them."""
        return rule_table.load(self.db)

    def readers_of(self, document_id: int) -> Readers:
        """Who may read a document, and which rule says so. Raises DocumentNotFound."""
        return RuleBook(self.access_rules()).readers(*self.name_of(document_id))

    def set_readers(
        self, asker: str, place: Place, readers: Iterable[str] | None, seen: Sequence[str] | Unseen | None = UNSEEN
    ) -> int:
        """Set who may read what lies at a place, or (None) leave it to the other rules; in force with the next request.
        Returns how many documents have other readers now.

        `seen` is what was set there when the change was decided on. Raises UsageError, DocumentNotFound, and
        AccessChanged where `seen` holds no more; then nothing is changed.
        """
        place = checked_place(place)
        wanted = None if readers is None else checked_readers(readers)
        with self.transaction() as db:
            rules = rule_table.load(db)
            self.refuse_personal(place)
            before = next((rule.readers for rule in rules if rule.place == place), None)
            if not isinstance(seen, Unseen) and (None if seen is None else tuple(sorted(seen))) != before:
                raise AccessChanged("access.changed", place=place_text(place))
            if not rule_table.put(db, place, wanted):
                raise DocumentNotFound("document.not_in_collection", path=place.path, collection=place.collection)
            count = rule_table.carry_out(db, rule_table.load(db))
            detail = {"readers": wanted, "before": before, "level": place.level, "documents": count}
            self.record(db, asker, "access", place_text(place), detail)
            self.access_changed(db)
        return count

    def refuse_personal(self, place: Place) -> None:
        """Raises UsageError for a place in a personal collection: no rule is set there."""
        if self.person_of(place.collection) is not None:
            raise UsageError("access.personal", name=place.collection)

    def person_of(self, collection: str) -> str | None:
        """Whose personal collection it is; None where it is none."""
        row = self.db.execute("SELECT person FROM collections WHERE name = ?", (collection,)).fetchone()
        return None if row is None else row["person"]

    def own_collection(self, person: str) -> str:
        """The name of a person's own collection, which is made if it is not there."""
        with self.transaction() as db:
            return rule_table.personal_collection(db, person, now())

    # ---- publishing

    def pending(self) -> list[int]:
        """Versions that were stored and not yet published: a crash came between."""
        return [r["id"] for r in self.db.execute("SELECT id FROM versions WHERE state = 'pending' ORDER BY id")]

    def retired_by(self, version_ids: Sequence[int]) -> list[int]:
        """Chunks of the versions that publishing these would retire."""
        found: list[int] = []
        for version_id in version_ids:
            rows = self.db.execute(
                "SELECT id FROM chunks WHERE version_id <> ?1 AND document_id = "
                "(SELECT document_id FROM versions WHERE id = ?1)",
                (version_id,),
            )
            found += [r["id"] for r in rows]
        return found

    def publish(self, version_ids: Sequence[int], by: str = "ingest") -> None:
        """Make pending versions searchable, but for those that are held; older versions keep their text and lose their
        chunks."""
        documents, ingested = set(), list[dict[str, Any]]()
        with self.transaction() as db:
            for version_id in version_ids:
                document_id, number = db.execute(
                    "SELECT document_id, number FROM versions WHERE id = ?", (version_id,)
                ).fetchone()
                documents.add(document_id)
                ingested.append(_ingested(db, version_id))
                self.drop_chunks(db, "document_id = ? AND version_id <> ?", (document_id, version_id))
                db.execute(
                    "UPDATE versions SET state = 'superseded' WHERE document_id = ? AND id <> ?",
                    (document_id, version_id),
                )
                db.execute("UPDATE versions SET state = 'searchable' WHERE id = ?", (version_id,))
                was_held = self.is_quarantined(document_id)
                db.execute(
                    "UPDATE documents SET version_id = ?, status = ?, reason = '', reason_message = '', checked_at = ? "
                    "WHERE id = ?",
                    (version_id, "added" if number == 1 else "changed", now(), document_id),
                )
                self.show_or_hold(db, version_id)
                if was_held != order_scores.is_held(db, version_id):
                    self.quarantine_changed(db, [document_id])
            if ingested:
                self.record(db, by, "ingest", "", {"ingested": ingested})
        self.changed(documents)

    def is_quarantined(self, document_id: int) -> bool:
        """Whether a document is in quarantine."""
        query = f"SELECT {order_scores.IS_HELD} FROM documents d WHERE d.id = ?"
        row = self.db.execute(query, (document_id,)).fetchone()
        return row is not None and bool(row[0])

    def show_or_hold(self, db: sqlite3.Connection, version_id: int) -> None:
        """Let the chunks of a version that answers be found; take them out of the word index where it is held."""
        held = order_scores.is_held(db, version_id)
        if held:
            db.execute("DELETE FROM words WHERE rowid IN (SELECT id FROM chunks WHERE version_id = ?)", (version_id,))
        db.execute("UPDATE chunks SET live = ? AND NOT left_out WHERE version_id = ?", (int(not held), version_id))

    def set_held(self, db: sqlite3.Connection, version_id: int, held: bool) -> None:
        """Hold back a version that answers, or no longer; its readers change with `quarantine_changed`."""
        was_held = order_scores.is_held(db, version_id)
        db.execute("UPDATE order_scores SET held = ? WHERE version_id = ?", (int(held), version_id))
        if was_held and not held:
            self.index_words(db, version_id)
        self.show_or_hold(db, version_id)

    def release(self, document_id: int, asker: str, properties: Mapping[str, str]) -> int:
        """Let a document in quarantine be found again; it stays so while its title and text are these. Stores
        `properties` with it, and returns the version that answers now. Raises UsageError where it is not held."""
        stored = self.stored_text(document_id)
        with self.transaction() as db:
            if not self.is_quarantined(document_id):
                raise UsageError("document.not_in_quarantine", path=stored.path)
            version_id, score = db.execute(
                "SELECT d.version_id, s.score FROM documents d JOIN order_scores s ON s.version_id = d.version_id "
                "WHERE d.id = ?",
                (document_id,),
            ).fetchone()
            seen = order_scores.text_hash(stored.title, stored.text)
            db.execute("UPDATE documents SET released = ? WHERE id = ?", (seen, document_id))
            self.set_held(db, version_id, False)
            detail = {"by": "editor", "score": score, "text_sha256": seen}
            self.record(db, asker, "release", f"{stored.collection}/{stored.path}", detail)
            self.quarantine_changed(db, [document_id])
            for name, value in properties.items():
                self.put_property(db, name, value)
        self.listing.forget()
        self.changed([document_id])
        return int(version_id)

    def set_title(self, document_id: int, title: str, asker: str) -> None:
        """Give a document a title to be shown; "" takes it away. Text, chunks and vectors stay as they are."""
        with self.transaction() as db:
            name = "/".join(self.name_of(document_id))
            db.execute("UPDATE documents SET shown_title = ? WHERE id = ?", (title, document_id))
            self.record(db, asker, "title", name, {"given": bool(title)})

    def set_tags(self, document_id: int, tags: Sequence[str], asker: str) -> None:
        """Give a document these tags in place of those it has. Text, chunks and vectors stay as they are."""
        with self.transaction() as db:
            name = "/".join(self.name_of(document_id))
            given = json.dumps([*tags], ensure_ascii=False)
            db.execute("UPDATE documents SET tags = ? WHERE id = ?", (given, document_id))
            self.record(db, asker, "tags", name, {"count": len(tags)})

    def has_edits(self, db: sqlite3.Connection, document_id: int, count: int) -> bool:
        """Whether editors changed the passages of a document so often, and no further time."""
        return bool(db.execute("SELECT edits = ? FROM documents WHERE id = ?", (count, document_id)).fetchone()[0])

    def leave_out(self, db: sqlite3.Connection, chunk_id: int, left_out: bool) -> None:
        """Take a chunk out of the word index and of what is live, or bring it back where its document is not held."""
        query = "SELECT version_id, document_id, embedded_text FROM chunks WHERE id = ?"
        version_id, document_id, embedded_text = db.execute(query, (chunk_id,)).fetchone()
        db.execute("UPDATE chunks SET left_out = ? WHERE id = ?", (int(left_out), chunk_id))
        db.execute("DELETE FROM words WHERE rowid = ?", (chunk_id,))
        if not left_out:
            db.execute("INSERT INTO words (rowid, body) VALUES (?, ?)", (chunk_id, word_body(embedded_text)))
        self.show_or_hold(db, version_id)
        # What a reindexing has prepared of the document is made anew.
        db.execute(
            "DELETE FROM versions WHERE id IN (SELECT version_id FROM staged WHERE document_id = ?)", (document_id,)
        )

    def quarantine_changed(self, db: sqlite3.Connection, document_ids: Iterable[int]) -> None:
        """Give documents that came into quarantine, or out of it, their readers."""
        rule_table.carry_out(db, rule_table.load(db), document_ids)
        self.access_changed(db)

    def record_outcome(self, collection: str, path: str, root: str, source: str, status: str, reason: str) -> None:
        """Keep the status of a file that gave no new version: unchanged, failed or skipped. Its readers stay."""
        with self.transaction() as db:
            document_id = self._document_id(db, collection, path, root, source)
            db.execute(
                "UPDATE documents SET status = ?, reason = ?, reason_message = ?, checked_at = ? WHERE id = ?",
                (status, reason, stored(reason), now(), document_id),
            )

    def delete_documents(
        self, document_ids: Sequence[int], asker: str, properties: Mapping[str, str] | None = None
    ) -> list[int]:
        """Delete documents with all versions, and store `properties`: all of it is kept, or none. Those that are not
        there are passed over. Returns the ids of their chunks, for taking them out of the vector index.

        What else speaks of them is noted down for `kb.store.deletion`. The audit trail keeps who and when, and hashes.
        """
        chunk_ids = list[int]()
        with self.transaction() as db:
            _never_again(db)
            for document_id in document_ids:
                chunk_ids += self._delete_document(db, document_id, asker)
            kept = {TRACES: "1", **(properties or {})}
            db.executemany("INSERT OR REPLACE INTO properties (name, value) VALUES (?, ?)", kept.items())
        self.changed(document_ids)
        return chunk_ids

    def _delete_document(self, db: sqlite3.Connection, document_id: int, asker: str) -> list[int]:
        row = db.execute(
            "SELECT c.name, d.path, d.root, d.source FROM documents d JOIN collections c ON c.id = d.collection_id "
            "WHERE d.id = ?",
            (document_id,),
        ).fetchone()
        if row is None:  # deleted meanwhile
            return []
        contents = db.execute("SELECT DISTINCT sha256 FROM versions WHERE document_id = ?", (document_id,))
        hashes = [each["sha256"] for each in contents]
        chunks = db.execute("SELECT id FROM chunks WHERE document_id = ?", (document_id,)).fetchall()
        self.drop_chunks(db, "document_id = ?", (document_id,))
        db.execute("DELETE FROM documents WHERE id = ?", (document_id,))
        self.record(db, asker, "delete", name_hash(row["name"], row["path"]), {"sha256": hashes})
        note = json.dumps({**dict(row), "sha256": hashes}, ensure_ascii=False)
        db.execute("INSERT INTO properties (name, value) VALUES (?, ?)", (f"{FORGET}{document_id}:{now()}", note))
        return [each["id"] for each in chunks]

    def names_content(self, sha256: str) -> bool:
        """Whether a version of any document has this content."""
        return self.db.execute("SELECT 1 FROM versions WHERE sha256 = ?", (sha256,)).fetchone() is not None

    def drop_chunks(self, db: sqlite3.Connection, where: str, values: tuple[int, ...]) -> None:
        """Delete chunks with their words, and the embeddings that no other chunk uses."""
        db.execute(f"DELETE FROM words WHERE rowid IN (SELECT id FROM chunks WHERE {where})", values)
        dropped = db.execute(f"DELETE FROM chunks WHERE {where} RETURNING embedding_id", values).fetchall()
        db.executemany(
            "DELETE FROM embeddings WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM chunks WHERE embedding_id = ?1)",
            {(row["embedding_id"],) for row in dropped},
        )

    def documents(self, asker: Principal, collection: str | None = None) -> list[Document]:
        """The document list as far as the asker may read it, by collection and path."""
        return self.listing.documents(self.db, self.access_ids(asker), collection)

    def content_hashes(self) -> set[str]:
        """The hashes of all versions' contents."""
        return {r["sha256"] for r in self.db.execute("SELECT DISTINCT sha256 FROM versions")}

    def collections(self) -> list[str]:
        """Names of the collections."""
        return [r["name"] for r in self.db.execute("SELECT name FROM collections ORDER BY name")]

    def shared_collections(self) -> list[str]:
        """Names of the collections that are nobody's personal ones."""
        return [r["name"] for r in self.db.execute("SELECT name FROM collections WHERE person IS NULL ORDER BY name")]

    def find_document(self, asker: Principal, path: str, collection: str | None = None) -> tuple[int, str]:
        """(document id, collection). Raises DocumentNotFound, also where the asker may not read it."""
        allowed = self.access_ids(asker)
        rows = self.db.execute(
            "SELECT d.id, d.access_id, c.name FROM documents d JOIN collections c ON c.id = d.collection_id "
            "WHERE d.path = ? AND (?2 IS NULL OR c.name = ?2)",
            (path, collection),
        ).fetchall()
        rows = [r for r in rows if allowed is None or r["access_id"] in allowed]
        if not rows:
            if collection:
                raise DocumentNotFound("document.not_in_collection", path=path, collection=collection)
            raise DocumentNotFound("document.not_found", path=path)
        if len(rows) > 1:
            names = ", ".join(r["name"] for r in rows)
            raise DocumentNotFound("document.in_several", path=path, names=names)
        return rows[0]["id"], rows[0]["name"]

    def name_of(self, document_id: int, asker: Principal | None = None) -> tuple[str, str]:
        """(collection, path) of a document. Raises DocumentNotFound, also where an `asker` may not read it."""
        row = self.db.execute(
            "SELECT c.name, d.path FROM documents d JOIN collections c ON c.id = d.collection_id WHERE d.id = ?",
            (document_id,),
        ).fetchone()
        if row is None or (asker is not None and not self.may_read(asker, document_id)):
            raise DocumentNotFound("document.id_not_found", id=document_id)
        return row["name"], row["path"]

    def stored_text(self, document_id: int, version: int | None = None) -> StoredText:
        """The text of the version that answers, or of version number `version`."""
        row = self.db.execute(
            "SELECT v.*, d.path, c.name AS collection FROM versions v JOIN documents d ON d.id = v.document_id "
            "JOIN collections c ON c.id = d.collection_id WHERE d.id = ?1 AND "
            "((?2 IS NULL AND v.id = d.version_id) OR v.number = ?2)",
            (document_id, version),
        ).fetchone()
        if row is None:
            listed = self.db.execute(
                "SELECT path, reason, reason_message FROM documents WHERE id = ?", (document_id,)
            ).fetchone()
            name, reason = "The document", ""
            if listed:
                name, reason = listed["path"], of_stored(listed["reason"], listed["reason_message"])
            said = CodedText("document.no_text", path=name)
            if version:
                said = CodedText("document.no_text_in_version", path=name, version=version)
            raise DocumentNotFound(together(said, reason))
        return StoredText(
            collection=row["collection"], path=row["path"], version=row["number"], title=row["title"],
            media_type=row["media_type"], sha256=row["sha256"], text=row["text"], pages=pages_of(row["pages"]),
        )  # fmt: skip

    def text_around(self, passage: Passage) -> str:
        """The stored text that a passage was cut from; "" where it is gone."""
        row = self.db.execute(
            "SELECT v.text FROM chunks k JOIN versions v ON v.id = k.version_id WHERE k.id = ?", (passage.chunk_id,)
        ).fetchone()
        return row["text"] if row else ""

    def chunks(self, document_id: int) -> list[Chunk]:
        """The live chunks of a document, in reading order."""
        rows = self.db.execute(
            "SELECT * FROM chunks WHERE document_id = ? AND live = 1 ORDER BY start, id", (document_id,)
        )
        return [
            Chunk(r["start"], r["end"], r["text"], r["embedded_text"], r["page"], r["section"], r["header"])
            for r in rows
        ]


def _ingested(db: sqlite3.Connection, version_id: int) -> dict[str, Any]:
    """What the audit trail keeps of a version that was ingested."""
    row = db.execute(
        "SELECT c.name, d.path, v.number, v.sha256 FROM versions v JOIN documents d ON d.id = v.document_id "
        "JOIN collections c ON c.id = d.collection_id WHERE v.id = ?",
        (version_id,),
    ).fetchone()
    told = {"collection": row["name"], "document": row["path"], "version": row["number"], "sha256": row["sha256"]}
    return told | {"quarantined": True} if order_scores.is_held(db, version_id) else told
