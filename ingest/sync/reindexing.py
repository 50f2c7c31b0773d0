"""Reindexing: every document is read, split and embedded again, beside the index that answers until all is ready.

It is how a new embedding model or other chunk sizes come into use. What is ready is kept on disk, so that a run
that was killed or stopped goes on where it was; then all of it takes the place of the old index at once.
"""

import hashlib
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest.document.parsed import Parsed
from ingest.reading import process_pool, splitting
from ingest.reading.messages import ReadDocument, Task
from ingest.reading.process_pool import Reading
from ingest.sync.edits import Prepared, prepare
from ingest.sync.indexing import embed, new_version
from kb.assistant import KnowledgeBase
from kb.errors import DocumentNotFound, EmbeddingChanged
from kb.schema import Chunk
from kb.store import heading_paths
from kb.store.catalog import NewVersion, embedding_key
from kb.store.file_tracking import Sync
from kb.store.reindex_staging import LiveDocument, Staging

_SPLITTING = "splitting"  # the property that keeps how the home's documents were split
_FLUSH_CHUNKS = 256  # chunks embedded and kept together
_AHEAD = 8  # documents that are being read, or wait to be


@dataclass(frozen=True, slots=True)
class ReindexReport:
    """What the index holds when it is done. `embedded` counts the texts embedded in this run."""

    documents: int
    chunks: int
    embedded: int
    seconds: float
    stopped: bool = False  # not done: the old index still answers


@dataclass(frozen=True, slots=True)
class ReindexProgress:
    """How far a reindexing is."""

    documents_done: int
    documents_total: int
    embedded: int
    current: str
    seconds: float


def splitting_identity(kb: KnowledgeBase) -> str:
    """Names the splitter and its settings; chunks of two identities do not mix."""
    settings = kb.settings.splitting.model_dump()
    return json.dumps({"splitter": splitting.SPLITTER_VERSION, **settings}, sort_keys=True)


def check_same(kb: KnowledgeBase) -> None:
    """Raise EmbeddingChanged where the home was built with another embedding model or splitting than is set now."""
    kb.indexes.check_identity()
    stored, now = kb.catalog.property(_SPLITTING), splitting_identity(kb)
    if stored == now:
        return
    if stored is not None and not kb.catalog.is_empty():
        raise EmbeddingChanged("home.split_with_other", before=json.loads(stored), now=json.loads(now))
    kb.catalog.set_property(_SPLITTING, now)


def reindex(
    kb: KnowledgeBase,
    asker: str,
    *,
    progress: Callable[[ReindexProgress], None] | None = None,
    stop: threading.Event | None = None,
) -> ReindexReport:
    """Build the whole index again with the settings of `kb`, and let it take the place of the old one.

    Originals are read again; a record of a bundle, and an original that can no longer be read, goes by its stored
    text. `stop`, set from another thread, ends after the current batch; the next run goes on from there.
    """
    with kb.deletion.ingesting():
        report = _Run(kb, progress or (lambda _: None), stop or threading.Event()).run(asker)
    kb.scrub()  # what a deletion had to leave to this run
    return report


class _Run:
    def __init__(self, kb: KnowledgeBase, progress: Callable[[ReindexProgress], None], stop: threading.Event) -> None:
        self._kb = kb
        self._progress = progress
        self._stop = stop
        self._began = time.perf_counter()
        self._splitting = splitting_identity(kb)
        build = hashlib.sha256(f"{kb.indexes.identity}\0{self._splitting}".encode()).hexdigest()
        self._staging = Staging(kb.catalog, build)
        self._sync = Sync(kb.catalog)
        self._waiting: list[tuple[LiveDocument, Prepared]] = []
        self._embedded = self._total = 0

    def run(self, asker: str) -> ReindexReport:
        self._kb.indexes.settle()
        self._staging.discard_others()
        while True:
            self._stage(self._staging.missing())
            documents, chunks = self._staging.counts()
            if self._stop.is_set():
                return self._report(documents, chunks, stopped=True)
            detail = {"documents": documents, "chunks": chunks}
            # What was ingested meanwhile is missing still; then it is prepared too.
            if self._kb.indexes.replace(self._staging, {_SPLITTING: self._splitting}, asker, detail):
                return self._report(documents, chunks)

    def _stage(self, documents: Sequence[LiveDocument]) -> None:
        done = self._staging.counts()[0]
        self._total = done + len(documents)
        ahead: deque[tuple[LiveDocument, Reading | None]] = deque()
        coming = iter(documents)
        try:
            while not self._stop.is_set():
                while len(ahead) < _AHEAD and (document := next(coming, None)) is not None:
                    ahead.append((document, self._begin(document)))
                if not ahead:
                    break
                self._show(done, ahead[0][0].path)
                ready = self._read(*ahead[0])
                document = ahead.popleft()[0]
                if ready is not None:
                    self._waiting.append((document, ready))
                    done += 1
                if sum(len(each.document.chunks) for _, each in self._waiting) >= _FLUSH_CHUNKS:
                    self._flush(done)
        finally:
            for _, reading in ahead:
                if reading is not None:
                    reading.cancel()
        self._flush(done)  # what a stopped run leaves is prepared by the next one
        self._show(done, "")

    def _begin(self, document: LiveDocument) -> Reading | None:
        """Begin to read an original; None where none was kept."""
        original = self._kb.home.original(document.sha256)
        if not original.is_file():
            return None
        scratch = self._kb.home.reading
        return process_pool.pool.read(
            Task(original, document.path, document.sha256, self._kb.settings, scratch=scratch, members=False)
        )

    def _read(self, document: LiveDocument, reading: Reading | None) -> Prepared | None:
        """The document read and split again, or its stored text split again; None where it was deleted meanwhile."""
        for message in reading.messages(self._stop) if reading is not None else ():
            if isinstance(message, ReadDocument) and message.path == document.path:
                return prepare(self._kb.catalog, document.collection, message)
        if self._stop.is_set():
            return None
        try:
            stored = self._kb.catalog.stored_text(document.document_id)
        except DocumentNotFound:
            return None
        headings = heading_paths.find(self._kb.catalog.db, stored) or ()
        hidden = self._kb.hidden(stored)
        parsed = Parsed(stored.text, stored.title, stored.media_type, stored.pages, headings, hidden=hidden)
        tokenizer, settings = self._kb.embedder.tokenizer(), self._kb.settings.splitting
        chunks = splitting.split(parsed, document.path, tokenizer, settings)
        read = ReadDocument(document.path, document.sha256, document.size, parsed, tuple(chunks))
        return prepare(self._kb.catalog, document.collection, read, has_corrections=True)

    def _flush(self, done: int) -> None:
        """Embed what waits, each text once, and keep it."""
        texts = {self._key(chunk): chunk.embedded_text for _, each in self._waiting for chunk in each.document.chunks}
        stored = self._sync.stored_keys(list(texts))
        missing = {key: text for key, text in texts.items() if key not in stored}

        def show(count: int) -> None:
            self._embedded += count
            self._show(done, self._waiting[-1][0].path)

        if embed(self._kb, self._sync, missing, self._stop.is_set, show):
            self._staging.add((document, self._version(document, each)) for document, each in self._waiting)
        self._waiting.clear()

    def _key(self, chunk: Chunk) -> bytes:
        return embedding_key(chunk.embedded_text, self._kb.indexes.identity)

    def _version(self, document: LiveDocument, prepared: Prepared) -> NewVersion:
        return new_version(
            self._kb, prepared, document.collection, document.root, document.source, identity=self._kb.indexes.identity,
            keys=tuple(map(self._key, prepared.document.chunks)),
        )  # fmt: skip

    def _report(self, documents: int, chunks: int, stopped: bool = False) -> ReindexReport:
        return ReindexReport(documents, chunks, self._embedded, time.perf_counter() - self._began, stopped)

    def _show(self, done: int, current: str) -> None:
        seconds = time.perf_counter() - self._began
        self._progress(ReindexProgress(done, self._total, self._embedded, current, seconds))
