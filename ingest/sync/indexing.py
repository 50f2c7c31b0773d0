"""Committing: what was read is embedded, a few texts at a time, and becomes searchable, some documents together.

Embeddings are stored as they are made. So memory does not grow with a document, and a large one whose ingestion was
interrupted is not embedded again.
"""

import errno
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.reading.messages import ReadDocument
from ingest.sync.edits import Prepared, prepare
from kb.access.order_scores import reaches
from kb.assistant import KnowledgeBase
from kb.errors import StorageFull
from kb.models.embedding import Embedding
from kb.store.catalog import EditsChanged, EmbeddingsGone, NewVersion, embedding_key
from kb.store.file_tracking import SeenFile, Sync
from kb.store.uploads import link_or_copy

_FLUSH_CHUNKS = 256  # chunks committed together, and documents
_FLUSH_DOCUMENTS = 64
_CALL_BYTES = 16_384  # of text in one call of the model (some 3,500 tokens): a question waits no longer than that
_STORED_TOGETHER = 128  # embeddings
_GRACE_SECONDS = 5.0  # in which a stopped run may still finish what it has read
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class PendingDocument:
    """A document that was read and is to become searchable. `number` is its place in the report."""

    number: int
    collection: str
    root: str
    source: str
    prepared: Prepared
    keys: tuple[bytes, ...] = ()  # of the embeddings of its chunks

    @property
    def document(self) -> ReadDocument:
        """As it is stored: with what editors made of its passages."""
        return self.prepared.document


class Committer:
    """Collects documents and commits them. `dropped` are the numbers of those that a stopped run did not commit."""

    def __init__(
        self, kb: KnowledgeBase, sync: Sync, folder: Path, stop: threading.Event, show: Callable[[str], None],
        by: str = "ingest",
    ) -> None:  # fmt: skip
        self._kb = kb
        self._sync = sync
        self._folder = folder  # in which the contents of what was read wait
        self._stop = stop
        self._show = show
        self._by = by  # who ingests
        self._identity = kb.indexes.identity
        self._waiting: list[PendingDocument] = []
        self._seen: list[tuple[str, str, SeenFile]] = []
        self.embedded = 0
        self.dropped: set[int] = set()

    def add(self, waiting: PendingDocument) -> None:
        """Take a document; commits when there are enough."""
        self._waiting.append(replace(waiting, keys=self._keys(waiting.document)))
        if (
            len(self._waiting) >= _FLUSH_DOCUMENTS
            or sum(len(each.document.chunks) for each in self._waiting) >= _FLUSH_CHUNKS
        ):
            self.flush()

    def file_done(self, collection: str, root: str, file: SeenFile) -> None:
        """All documents of a file were given: it is remembered once they are committed."""
        self._seen.append((collection, root, file))
        if len(self._seen) >= 1000 and not self._waiting:
            self.flush()

    def flush(self) -> None:
        """Embed what waits, and make it searchable. Each text is embedded once, however many documents hold it."""
        for attempt in range(_ATTEMPTS):
            ready = self._ready()
            try:
                if ready:
                    self._publish(ready)
                break
            except EmbeddingsGone:  # a document that shared them was deleted: they are made again
                if attempt + 1 == _ATTEMPTS:
                    raise
            except EditsChanged:
                if attempt + 1 == _ATTEMPTS:
                    raise
                self._waiting = [self._edited_anew(each) for each in self._waiting]
        self.dropped |= {each.number for each in self._waiting} - {each.number for each in ready}
        self._waiting.clear()
        if self._seen and not self.dropped:
            self._sync.keep_seen(self._seen)
        self._seen.clear()

    def _publish(self, ready: Sequence[PendingDocument]) -> None:
        """Put the originals in their places, then let the catalog speak of them."""
        kept = [(each.document.sha256, self._folder / each.document.original)
                for each in ready if each.document.original]  # fmt: skip
        try:
            for sha256, file in kept:
                self._keep(sha256, file)
            self._kb.indexes.publish([self._version(each) for each in ready], self._by)
        except BaseException:
            with suppress(Exception):  # what failed first is what is told
                for sha256, _ in kept:
                    if not self._kb.catalog.names_content(sha256):
                        self._kb.home.original(sha256).unlink(missing_ok=True)
            raise
        for sha256, file in kept:
            if not self._kb.home.original(sha256).is_file():  # a document of this content was deleted meanwhile
                with self._kb.catalog.transaction():  # and this one is not
                    if self._kb.catalog.names_content(sha256):
                        self._keep(sha256, file)
            file.unlink(missing_ok=True)

    def _keep(self, sha256: str, file: Path) -> None:
        place = self._kb.home.original(sha256)
        try:
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            link_or_copy(file, place)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise StorageFull("home.disk_full_run_again") from error

    def _ready(self) -> list[PendingDocument]:
        """The waiting documents with all their embeddings stored: all of them, unless the run was stopped."""
        self._waiting = self._with_own_keys_where_needed(self._waiting)
        if self._embed(self._missing(self._waiting), until=lambda: self._stop.is_set()):
            return self._waiting
        ends = time.monotonic() + _GRACE_SECONDS
        return [
            each for each in self._waiting
            if self._embed(self._missing([each]), until=lambda: time.monotonic() > ends)
        ]  # fmt: skip

    def _keys(self, document: ReadDocument) -> tuple[bytes, ...]:
        """The keys of a document's embeddings: those of another one with the same content, if there is one."""
        for each in self._waiting:
            if each.document.sha256 == document.sha256 and _same_cuts(each.document, document):
                return each.keys
        return self._sync.keys_of_content(document.sha256, document.chunks) or self._own_keys(document)

    def _edited_anew(self, waiting: PendingDocument) -> PendingDocument:
        """A document with what its editors did to it meanwhile."""
        anew = prepare(self._kb.catalog, waiting.collection, waiting.prepared.read)
        return replace(waiting, prepared=anew, keys=self._keys(anew.document))

    def _own_keys(self, document: ReadDocument) -> tuple[bytes, ...]:
        return tuple(embedding_key(chunk.embedded_text, self._identity) for chunk in document.chunks)

    def _with_own_keys_where_needed(self, waiting: Sequence[PendingDocument]) -> list[PendingDocument]:
        """The documents, with keys of their own for those whose namesake is not there any more."""
        texts = self._texts(waiting)
        borrowed = {key for each in waiting for key in each.keys if key not in texts}
        gone = borrowed - self._sync.stored_keys(list(borrowed)) if borrowed else set()
        return [
            replace(each, keys=self._own_keys(each.document)) if gone.intersection(each.keys) else each
            for each in waiting
        ]

    def _texts(self, waiting: Iterable[PendingDocument]) -> dict[bytes, str]:
        """What is embedded under each key."""
        return {
            key: chunk.embedded_text
            for each in waiting
            for key, chunk in zip(self._own_keys(each.document), each.document.chunks, strict=True)
        }

    def _missing(self, waiting: Sequence[PendingDocument]) -> dict[bytes, str]:
        """The texts of these documents that are not embedded yet."""
        texts = self._texts(self._waiting)
        keys = list(dict.fromkeys(key for each in waiting for key in each.keys))
        stored = self._sync.stored_keys(keys)
        return {key: texts[key] for key in keys if key not in stored}

    def _embed(self, texts: dict[bytes, str], until: Callable[[], bool]) -> bool:
        def show(count: int) -> None:
            self.embedded += count
            self._show(self._waiting[-1].document.path)

        return embed(self._kb, self._sync, texts, until, show)

    def _version(self, each: PendingDocument) -> NewVersion:
        return new_version(
            self._kb, each.prepared, each.collection, each.root, each.source, identity=self._identity, keys=each.keys
        )


def new_version(
    kb: KnowledgeBase, prepared: Prepared, collection: str, root: str, source: str, *, identity: str,
    keys: tuple[bytes, ...],
) -> NewVersion:  # fmt: skip
    """A document as it goes into the catalog, with the keys of its embeddings."""
    held = reaches(prepared.orders.score, kb.settings.ingest.quarantine_floor)
    return NewVersion(
        collection, root, source, prepared.document, identity=identity, keys=keys, orders=prepared.orders, held=held,
        left_out=prepared.left_out, edits=prepared.edits, editor=prepared.editor,
    )  # fmt: skip


def embed(
    kb: KnowledgeBase, sync: Sync, texts: dict[bytes, str], until: Callable[[], bool], show: Callable[[int], None]
) -> bool:
    """Embed and store texts by their keys, those of like length together. False if `until` came before the end.

    `show` is told how many were embedded since it was told last.
    """
    made: dict[bytes, Embedding] = {}
    whole = True
    for part in _parts(texts):
        if until():
            whole = False
            break
        made.update(zip(part, kb.embedder.embed_passages([texts[key] for key in part]), strict=True))
        show(len(part))
        if len(made) >= _STORED_TOGETHER:
            sync.store_ahead(made)
            made = {}
    if made:
        sync.store_ahead(made)
    return whole


def _same_cuts(first: ReadDocument, second: ReadDocument) -> bool:
    return [chunk.text for chunk in first.chunks] == [chunk.text for chunk in second.chunks]


def _parts(texts: dict[bytes, str]) -> Iterator[list[bytes]]:
    """The keys in parts for one call each, the longest texts first: padding is what a mixed batch costs."""
    sizes = {key: len(text.encode("utf-8", "replace")) for key, text in texts.items()}
    part: list[bytes] = []
    size = 0
    for key in sorted(texts, key=lambda key: -sizes[key]):
        if part and size + sizes[key] > _CALL_BYTES:
            yield part
            part, size = [], 0
        part.append(key)
        size += sizes[key]
    if part:
        yield part
