"""The document list: quick at ten thousand documents, filtered, sorted and cut into pages."""

import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from kb.access import order_scores
from kb.language.local_days import instants
from kb.language.tag_keys import tag_keys
from kb.messages.coded_text import of_stored
from kb.schema import Document, HiddenText, PageSpan
from kb.store import beside_text

Sort = Literal["collection", "name", "date", "size", "status", "type", "quality", "pages", "chunks"]
POOR = 0.7  # pages of a quality under it can hardly be relied on
SEARCHABLE = ("added", "changed", "unchanged")


@dataclass(frozen=True, slots=True)
class DocumentQuery:
    """Which documents to list; an empty part does not limit."""

    search: str = ""  # each of its words stands in collection, path or one of the titles
    collections: tuple[str, ...] = ()
    types: tuple[str, ...] = ()  # suffixes without the dot: "pdf"
    statuses: tuple[str, ...] = ()  # "ready" stands for all that can be searched
    since: str = ""  # ISO date; ingested on that day of this machine or later
    until: str = ""  # ISO date; ingested on that day of this machine or earlier
    sort: Sort = "collection"  # and path; "name" is by path, whatever the collection
    descending: bool = False
    limit: int = 50
    offset: int = 0
    tags: tuple[str, ...] = ()  # of which a document has one, whatever its capitals


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """A page of the list. `total` counts all that match."""

    documents: tuple[Document, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many documents there are by collection, type and status (as `status_group` says it)."""

    collections: dict[str, int]
    types: dict[str, int]
    statuses: dict[str, int]


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """One version of a document."""

    number: int
    answers: bool  # whether it is the one that is searched
    sha256: str
    size: int  # bytes
    quality: float
    pages: tuple[PageSpan, ...]
    ingested_at: str  # ISO 8601, UTC
    hidden: tuple[HiddenText, ...] = ()
    editor: str = ""  # who corrected its text last; "" where it is as it was read


def suffix(path: str) -> str:
    """A document's type: its suffix in small letters, without the dot; "" where it has none."""
    return PurePosixPath(path).suffix.lower().lstrip(".")


def status_group(document: Document) -> str:
    """ "ready" where questions find it, "quarantined" where it is kept from them, else its status."""
    if document.quarantined:
        return "quarantined"
    return "ready" if document.status in SEARCHABLE else document.status


def count(documents: Iterable[Document]) -> Counts:
    """Count documents by collection, type and status, each sorted by name."""
    collections: Counter[str] = Counter()
    types: Counter[str] = Counter()
    statuses: Counter[str] = Counter()
    for document in documents:
        collections[document.collection] += 1
        types[suffix(document.path)] += 1
        statuses[status_group(document)] += 1
    return Counts(*(dict(sorted(counter.items())) for counter in (collections, types, statuses)))


def select(documents: Sequence[Document], wanted: DocumentQuery) -> DocumentPage:
    """The documents that match, sorted, and of these the page from `offset` on. Equal ones stay in their order.

    Raises UsageError where `since` or `until` is no date.
    """
    words = wanted.search.casefold().split()
    days, tags = instants(wanted.since, wanted.until), tag_keys(wanted.tags)
    found = [d for d in documents if _matches(d, wanted, words, *days)]
    if tags:
        found = [d for d in found if not tags.isdisjoint(tag_keys(d.tags))]
    if wanted.sort != "collection":
        found.sort(key=_KEYS[wanted.sort], reverse=wanted.descending)
    elif wanted.descending:
        found.reverse()
    return DocumentPage(tuple(found[wanted.offset : wanted.offset + wanted.limit]), len(found))


def _matches(document: Document, wanted: DocumentQuery, words: Sequence[str], begins: str, ended: str) -> bool:
    if wanted.collections and document.collection not in wanted.collections:
        return False
    if wanted.statuses and document.status not in wanted.statuses and status_group(document) not in wanted.statuses:
        return False
    if wanted.types and suffix(document.path) not in wanted.types:
        return False
    at = document.ingested_at
    if (begins and at < begins) or (ended and (not at or at >= ended)):
        return False
    if not words:
        return True
    text = f"{document.collection}/{document.path}\n{document.title}\n{document.shown_title}".casefold()
    return all(word in text for word in words)


_KEYS: dict[str, Callable[[Document], tuple[object, ...]]] = {
    "name": lambda d: (d.path.casefold(), d.path),
    "date": lambda d: (d.ingested_at,),
    "size": lambda d: (d.size,),
    "status": lambda d: (status_group(d),),
    "type": lambda d: (suffix(d.path),),
    "quality": lambda d: (d.quality,),
    "pages": lambda d: (d.pages or 0,),
    "chunks": lambda d: (d.chunks,),
}


class DocumentList:
    """The list, with its entries kept: what is said of a version stands behind its text, and so is dear to read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[int, tuple[tuple[object, ...], Document]] = {}  # by document id: what must agree, entry

    def documents(
        self, db: sqlite3.Connection, allowed: Collection[int] | None, collection: str | None
    ) -> list[Document]:
        """All documents of these access classes (None: of all), by collection and path."""
        rows = db.execute(
            "SELECT d.id, d.path, d.access_id, d.version_id, d.checked_at, c.name, d.shown_title, d.tags, d.edits "
            "FROM documents d JOIN collections c ON c.id = d.collection_id WHERE (?1 IS NULL OR c.name = ?1) "
            "ORDER BY c.name, d.path",
            (collection,),
        ).fetchall()
        found = []
        with self._lock:
            for document_id, path, access_id, version_id, checked_at, name, *given in rows:
                if allowed is not None and access_id not in allowed:
                    continue
                stamp = (version_id, checked_at, path, name, *given)  # an id may be given again after a deletion
                kept = self._entries.get(document_id)
                if kept is None or kept[0] != stamp:
                    read = _read(db, document_id)
                    if read is None:  # deleted in this moment
                        continue
                    kept = self._entries[document_id] = (stamp, read)
                found.append(kept[1])
        return found

    def forget(self) -> None:
        """Read all anew: the chunks of versions were replaced."""
        with self._lock:
            self._entries.clear()


def _read(db: sqlite3.Connection, document_id: int) -> Document | None:
    row = db.execute(
        "SELECT d.path, d.shown_title, d.tags, d.edits, d.status, d.reason, d.reason_message, c.name, v.title, "
        "v.media_type, "
        "v.number, v.sha256, v.size, v.pages, v.quality, v.ingested_at, s.score, s.reasons, s.held, "
        "(SELECT count(*) FROM chunks k WHERE k.version_id = v.id AND k.live = 1) AS chunks "
        "FROM documents d JOIN collections c ON c.id = d.collection_id LEFT JOIN versions v ON v.id = d.version_id "
        "LEFT JOIN order_scores s ON s.version_id = v.id "
        "WHERE d.id = ?",
        (document_id,),
    ).fetchone()
    if row is None:
        return None
    pages = pages_of(row["pages"] or "[]")
    return Document(
        collection=row["name"], path=row["path"], title=row["title"] or "", media_type=row["media_type"] or "",
        status=row["status"], reason=of_stored(row["reason"], row["reason_message"]), version=row["number"] or 0,
        sha256=row["sha256"] or "",
        size=row["size"] or 0, pages=len(pages) or None, chunks=row["chunks"], quality=row["quality"] or 0.0,
        ingested_at=row["ingested_at"] or "", ocr_pages=sum(page.ocr for page in pages),
        poor_pages=sum(page.quality < POOR for page in pages), id=document_id, quarantined=bool(row["held"]),
        orders=order_scores.of_row(row["score"], row["reasons"]), shown_title=row["shown_title"], edits=row["edits"],
        tags=tuple(json.loads(row["tags"])),
    )  # fmt: skip


def shown_titles(db: sqlite3.Connection, names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The titles that editors gave those of these documents, as (collection, path), that have one."""
    rows = db.execute(
        "SELECT c.name, d.path, d.shown_title FROM json_each(?) n "
        "JOIN collections c ON c.name = json_extract(n.value, '$[0]') "
        "JOIN documents d ON d.collection_id = c.id AND d.path = json_extract(n.value, '$[1]') "
        "WHERE d.shown_title <> ''",
        (json.dumps(sorted(set(names))),),
    )
    return {(row[0], row[1]): row[2] for row in rows}


def pages_of(text: str) -> tuple[PageSpan, ...]:
    """Pages as they are stored, as JSON."""
    return tuple(PageSpan(*page) for page in json.loads(text))


def versions(db: sqlite3.Connection, document_id: int) -> list[VersionFacts]:
    """The versions of a document, newest first. What a reindexing has prepared is not among them."""
    rows = db.execute(
        "SELECT v.number, v.id = d.version_id AS answers, v.sha256, v.size, v.quality, v.pages, v.ingested_at, "
        "h.found, v.editor FROM versions v JOIN documents d ON d.id = v.document_id "
        "LEFT JOIN hidden_texts h ON h.version_id = v.id WHERE d.id = ? AND v.number > 0 "
        "ORDER BY v.number DESC",
        (document_id,),
    )
    return [
        VersionFacts(
            r["number"], bool(r["answers"]), r["sha256"], r["size"], r["quality"],
            pages_of(r["pages"]), r["ingested_at"], beside_text.hidden_of_json(r["found"]), r["editor"],
        )
        for r in rows
    ]  # fmt: skip
