"""Deletion: takes documents out of everything the home keeps, so that no byte of them is left in its files.

First documents are deleted, as one act, so that nothing finds or shows them, and noted down. `scrub` then takes
the words of all documents noted down out of what else speaks of them (conversations, the audit trail, jobs,
evaluations, files), and overwrites what the stores only mark as deleted. A note stays until that is done: a crash
in between is made good by the next start.
"""

import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.audit import chain
from kb.store import unfinished_backups
from kb.store.catalog import FORGET, Catalog, name_hash
from kb.store.catalog_names import is_hash
from kb.store.conversations import ConversationStore
from kb.store.database import TRACES, now
from kb.store.file_tracking import Sync
from kb.store.home import Home
from kb.store.index_sync import Indexes
from kb.store.uploads import are_uploads, drop_empty, folder_of

GONE = "(deleted)"
_LEFT = "embeddings_left"  # the property that is "1" while a deletion left embeddings to an ingestion under way

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Note:
    """A deleted document of which there may be more to forget. `names` are its own, as (collection, path), newest
    first: a moved document had others."""

    names: tuple[tuple[str, str], ...]
    root: str
    source: str
    sha256: tuple[str, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(path for _, path in self.names)


class Deletion:
    """The one who deletes documents of a home. Safe from several threads."""

    def __init__(self, home: Home, catalog: Catalog, indexes: Indexes) -> None:
        self._home = home
        self._catalog = catalog
        self._indexes = indexes
        self._conversations = ConversationStore(catalog)
        self._sync = Sync(catalog)
        self._under_way: list[int] = []  # for each ingestion, the newest embedding there was when it began
        self.lock = threading.Lock()  # held while traces are overwritten
        self.forgetting: list[Callable[[], object]] = []  # called then: who keeps words of documents in memory

    def remove(self, document_ids: Sequence[int], asker: str) -> None:
        """Delete documents so that nothing finds them any more. Call `scrub` when all that shall go is removed."""
        self._indexes.remove(document_ids, asker)

    @contextmanager
    def ingesting(self) -> Iterator[None]:
        """Meanwhile a deletion leaves alone what an ingestion embeds ahead of its documents. Call `scrub` after it."""
        newest = int(self._catalog.db.execute("SELECT coalesce(max(id), 0) FROM embeddings").fetchone()[0])
        self._under_way.append(newest)
        try:
            yield
        finally:
            self._under_way.remove(newest)

    @property
    def pending(self) -> bool:
        """Whether something was removed and not scrubbed yet."""
        if self._catalog.property(TRACES) or self._notes():
            return True
        return bool(self._catalog.property(_LEFT)) and not self._under_way

    def scrub(self) -> None:
        """Overwrite every trace of the removed documents. Takes seconds in a large home, and nothing where none is.

        Raises StorageFull, and HomeError where something else reads the catalog for too long. What was removed stays
        removed, and the next call or start goes on.
        """
        with self.lock:
            notes = self._notes()
            if not notes and not self.pending:
                return
            self._drop_embeddings()
            files = self._delete_files(notes.values())
            with self._catalog.transaction() as db:
                _forget_in_audit(db, notes.values())
                _forget_in_jobs(db, notes.values(), files)
                self._conversations.forget_scopes({name for note in notes.values() for name in note.names}, db)
                for name, note in notes.items():
                    for collection, path in note.names:
                        self._conversations.forget_document(collection, path, db)
                    _forget_seen(db, note)
                    db.execute("DELETE FROM properties WHERE name = ?", (name,))
            for forget in self.forgetting:
                forget()
            self._indexes.wipe()

    def sweep(self, at_start: bool = False) -> int:
        """Delete what a killed ingestion, upload or backup left. Returns how many originals no version names.

        Unless it is `at_start`, before anything is done with the home, what came since then is left alone: it may be in
        use, or its version about to be written.
        """
        home = self._home
        before = float("inf") if at_start else home.opened_at
        named = self._catalog.content_hashes()
        unused = [file for file in _old(home.originals.glob("*/*"), before) if file.name not in named]
        for file in [*unused, *_old(home.uploads.rglob(".*.part"), before)]:
            file.unlink(missing_ok=True)
        if at_start:
            unfinished_backups.sweep(self._catalog)
        return len(unused)

    def _drop_embeddings(self) -> None:
        """Drop embeddings without a document: they were stored ahead of a version that was never written."""
        if self._under_way:
            self._sync.drop_ahead(up_to=min(self._under_way))
            self._catalog.set_property(_LEFT, "1")
            return
        self._sync.drop_ahead()
        if self._catalog.property(_LEFT):
            self._catalog.set_property(TRACES, "1")  # until all is wiped
            self._catalog.set_property(_LEFT, "")

    def _notes(self) -> dict[str, _Note]:
        """By the name of the property, oldest first."""
        rows = self._catalog.db.execute(
            "SELECT name, value FROM properties WHERE substr(name, 1, ?) = ?", (len(FORGET), FORGET)
        ).fetchall()
        if not rows:
            return {}
        links = chain.links(lambda: self._catalog.db)
        moves = [link.values() for link in links if chain.action_of(link) == "move"]
        notes = {}
        for row in rows:
            value = json.loads(row["value"])
            names = [(value["name"], value["path"])]
            for move in reversed(moves):  # newest first
                collection, path = names[-1]
                if move.get("subject") == f"{collection}/{path}" and move.get("from"):
                    names.append((move.get("from_collection", collection), move["from"]))
            notes[row["name"]] = _Note(tuple(names), value["root"], value["source"], tuple(value["sha256"]))
        return notes

    def _delete_files(self, notes: Collection[_Note]) -> set[str]:
        """Originals that no document needs, uploaded files, and what evaluations wrote about the documents.

        Returns the files outside the originals, as whole paths, from which no document comes any more.
        """
        gone = set()
        query = "SELECT DISTINCT root, source FROM documents"
        held = {(row["root"], row["source"]) for row in self._catalog.db.execute(query)} if notes else set()
        for note in notes:
            for sha256 in note.sha256:
                if is_hash(sha256) and not self._catalog.names_content(sha256):
                    self._home.original(sha256).unlink(missing_ok=True)
            for collection, path in note.names[1:]:  # where it was uploaded to, before it was moved
                file = folder_of(self._home.uploads, collection) / path
                if not file.exists():
                    gone.add(str(file))
            if (note.root, note.source) in held:
                continue  # it holds other documents, too
            gone.add(f"{note.root}/{note.source}")
            file = Path(note.root, note.source)
            if are_uploads(self._home.uploads, str(file)) and ".." not in file.parts:  # it goes with its documents
                file.unlink(missing_ok=True)
                drop_empty(self._home.uploads, file.parent)
        spellings = {
            json.dumps(path, ensure_ascii=ascii).encode("utf-8", "surrogatepass")
            for note in notes
            for path in note.paths
            for ascii in (True, False)
        }
        for run in self._home.runs.glob("*/") if spellings else ():
            files = [file for file in run.iterdir() if file.is_file() and file.name != "run.json"]
            texts = [file.read_bytes() for file in files if ".jsonl" in file.suffixes]  # or their drafts
            if any(spelling in text for text in texts for spelling in spellings):
                log.info("the evaluation %s rests on a deleted document and keeps its figures only", run.name)
                for file in files:
                    file.unlink()
        return gone


def _old(files: Iterable[Path], before: float) -> Iterator[Path]:
    """Those that are files and were written before that time."""
    for file in list(files):
        with suppress(FileNotFoundError):
            if file.is_file() and file.stat().st_mtime < before:
                yield file


def _forget_in_audit(db: sqlite3.Connection, notes: Collection[_Note]) -> None:
    """Erase answers and quotes that rest on these documents, and their names, from beside the records of the audit
    trail. A record that says so is appended.

    Time, asker, question, model and the evidence from other documents stay. A question that was rewritten from a
    conversation may hold words of an answer before it: such a one goes too, from the asker's first answer on.
    """
    names = {name for note in notes for name in note.names}
    if not names:
        return
    subjects = {f"{collection}/{path}" for collection, path in names}
    spoken: set[str] = set()  # the askers who were told of them
    gone: dict[int, set[str]] = {}
    for link in chain.links(lambda: db):
        action, values = chain.action_of(link), link.values()
        subject, asker = values.get("subject", ""), values.get("asker", "")
        erased = {name for name, value in values.items() if _document_of(name, value) in names}
        if action == "ask" or (
            not action and "searched" in values
        ):  # of a record that cannot be read, what lies beside
            if erased:
                spoken.add(asker)
                erased |= values.keys() & {"answer", "answer_sha256", "withheld"}
            if asker in spoken and values.get("searched", subject) != subject:
                erased.add("searched")
        elif action == "review":
            erased |= values.keys() & {"answer"} if erased else set()
        elif subject in subjects:
            erased |= values.keys() & {"subject", "from", "from_collection"}
        if erased:
            gone[link.number] = erased
    if gone:
        hashes = sorted(name_hash(*name) for name in names)
        chain.erase(db, now(), "deletion", gone, {"documents": hashes})


def _document_of(name: str, value: Any) -> tuple[str, str] | None:
    """The document that an entry of the audit trail speaks of: a citation, passage or ingested document."""
    kind = name.partition(".")[0]
    if kind in ("passages", "terms") and isinstance(value, list) and len(value) > 1:
        return value[0], value[1]
    if kind in ("citations", "ingested") and isinstance(value, dict):
        return value.get("collection", ""), value.get("document", "")
    return None


def _forget_in_jobs(db: sqlite3.Connection, notes: Collection[_Note], files: Collection[str]) -> None:
    """Take the names of documents out of the jobs that reported them, and of `files` that are gone with them."""
    if not notes:
        return
    for row in db.execute("SELECT id, collection, title, paths, current, documents, refused FROM jobs").fetchall():
        names = {path for note in notes for collection, path in note.names if row["collection"] in (None, collection)}
        reports = {name: json.loads(row[name]) if row[name] else None for name in ("documents", "refused")}
        for report in [entry for entries in reports.values() for entry in entries or []]:
            if report.get("path") in names:
                report |= {"path": GONE, "reason": "", "reason_code": "", "reason_values": {}}
        paths = json.loads(row["paths"])
        current = any(row["current"].startswith(name) for name in names)  # there may be a page behind it
        values = {
            "title": GONE if any(Path(f).name in row["title"] for f in paths if f in files) else row["title"],
            "paths": json.dumps([GONE if path in files else path for path in paths], ensure_ascii=False),
            "current": "" if current else row["current"],
            **{k: None if v is None else json.dumps(v, ensure_ascii=False) for k, v in reports.items()},
        }
        if any(values[name] != row[name] for name in values):
            assignments = ", ".join(f"{name} = ?" for name in values)
            db.execute(f"UPDATE jobs SET {assignments} WHERE id = ?", (*values.values(), row["id"]))


def _forget_seen(db: sqlite3.Connection, note: _Note) -> None:
    """Forget the file it came from: where it is still there, it is read again by the next ingestion."""
    db.execute(
        "DELETE FROM seen_files WHERE collection = ? AND root = ? AND source = ?",
        (note.names[0][0], note.root, note.source),
    )
