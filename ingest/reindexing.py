"""Reindexing: every document is read, split and embedded again, beside the index that answers until all is ready.

It is how a new embedding model or other chunk sizes come into use. What is ready is kept on disk, so that a run
that was killed or stopped goes on where it was; then all of it takes the place of the old index at once.
"""

import hashlib
import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest import reading, splitting
from ingest.parsed import Parsed
from kb.assistant import KnowledgeBase
from kb.catalog import Embedding, NewVersion, embedding_key
from kb.errors import DocumentError, DocumentNotFound, EmbeddingChanged
from kb.schema import Chunk
from kb.staging import Answering, Staging

_SPLITTING = "splitting"  # the property that keeps how the home's documents were split
_FLUSH_CHUNKS = 256  # chunks embedded and kept together


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
        raise EmbeddingChanged(
            f"The documents of this home were split with {json.loads(stored)}, the configuration says "
            f"{json.loads(now)}. Chunks of two kinds are not mixed: set the old values again, or run `kb reindex` to "
            "split and embed everything anew."
        )
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
    return _Run(kb, progress or (lambda _: None), stop or threading.Event()).run(asker)


class _Run:
    def __init__(self, kb: KnowledgeBase, progress: Callable[[ReindexProgress], None], stop: threading.Event) -> None:
        self._kb = kb
        self._progress = progress
        self._stop = stop
        self._began = time.perf_counter()
        self._splitting = splitting_identity(kb)
        build = hashlib.sha256(f"{kb.indexes.identity}\0{self._splitting}".encode()).hexdigest()
        self._staging = Staging(kb.catalog, build)
        self._waiting: list[tuple[Answering, Parsed, list[Chunk]]] = []
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

    def _stage(self, documents: Sequence[Answering]) -> None:
        done = self._staging.counts()[0]
        self._total = done + len(documents)
        for document in documents:
            if self._stop.is_set():
                return  # what waits is prepared again by the next run
            self._show(done, document.path)
            try:
                parsed = self._read(document)
                chunks = self._split(document, parsed) or self._split(document, parsed := self._stored(document))
            except DocumentNotFound:  # deleted meanwhile
                continue
            self._waiting.append((document, parsed, chunks))
            done += 1
            if sum(len(chunks) for _, _, chunks in self._waiting) >= _FLUSH_CHUNKS:
                self._flush(done)
        self._flush(done)
        self._show(done, "")

    def _read(self, document: Answering) -> Parsed:
        original = self._kb.home.original(document.sha256)
        if not original.is_file():
            return self._stored(document)
        try:
            return reading.read(original, self._kb.settings.ingest, name=document.path.rpartition("/")[2])
        except DocumentError:
            return self._stored(document)

    def _stored(self, document: Answering) -> Parsed:
        stored = self._kb.catalog.stored_text(document.document_id)
        return Parsed(stored.text, stored.title, stored.media_type, stored.pages)

    def _split(self, document: Answering, parsed: Parsed) -> list[Chunk]:
        return splitting.split(parsed, document.path, self._kb.embedder.tokenizer(), self._kb.settings.splitting)

    def _flush(self, done: int) -> None:
        """Embed what waits, each text once, and keep it."""
        texts = {self._key(chunk): chunk.embedded_text for _, _, chunks in self._waiting for chunk in chunks}
        embeddings = self._kb.catalog.stored_embeddings(list(texts))
        missing = [key for key in texts if key not in embeddings]
        size = self._kb.settings.embedding.batch * 4
        for at in range(0, len(missing), size):
            if self._stop.is_set():
                return
            part = missing[at : at + size]
            embeddings.update(zip(part, self._kb.embedder.embed_passages([texts[key] for key in part]), strict=True))
            self._embedded += len(part)
            self._show(done, self._waiting[-1][0].path)
        self._staging.add((document, self._version(document, p, c, embeddings)) for document, p, c in self._waiting)
        self._waiting.clear()

    def _key(self, chunk: Chunk) -> bytes:
        return embedding_key(chunk.embedded_text, self._kb.indexes.identity)

    def _version(
        self, document: Answering, parsed: Parsed, chunks: Sequence[Chunk], embeddings: dict[bytes, Embedding]
    ) -> NewVersion:
        qualities = [page.quality for page in parsed.pages if page.end > page.start]
        return NewVersion(
            collection=document.collection, path=document.path, root=document.root, source=document.source,
            sha256=document.sha256, size=document.size, media_type=parsed.media_type, title=parsed.title,
            text=parsed.text, pages=parsed.pages, quality=sum(qualities) / len(qualities) if qualities else 1.0,
            chunks=tuple(chunks), embeddings=tuple(embeddings[self._key(chunk)] for chunk in chunks),
            identity=self._kb.indexes.identity,
        )  # fmt: skip

    def _report(self, documents: int, chunks: int, stopped: bool = False) -> ReindexReport:
        return ReindexReport(documents, chunks, self._embedded, time.perf_counter() - self._began, stopped)

    def _show(self, done: int, current: str) -> None:
        seconds = time.perf_counter() - self._began
        self._progress(ReindexProgress(done, self._total, self._embedded, current, seconds))
