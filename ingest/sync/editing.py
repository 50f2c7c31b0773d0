"""Editing: a passage of a document is corrected, split in two, or joined again; the document becomes searchable so at
once.

A new version is made of the stored one: the file is not read, and only what changed is embedded.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from sqlite3 import Connection
from typing import Any, Literal

from ingest.document.parsed import stored as stored_form
from ingest.reading.editing import cut, joined, with_correction
from ingest.reading.messages import ReadDocument
from ingest.sync.edits import Prepared, score_of
from ingest.sync.indexing import embed, new_version
from kb.assistant import KnowledgeBase
from kb.editing import passages
from kb.editing.passages import DocumentPassages, PassageRange
from kb.editing.shifts import shift_between
from kb.editing.stored import StoredDocument, stored_document
from kb.errors import PassageNotFound, PassagesChanged, UsageError
from kb.schema import Chunk, Principal
from kb.store.catalog import EditsChanged, EmbeddingsGone, SplitDocument, embedding_key
from kb.store.file_tracking import Sync

_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class EditedPlace:
    """The passage `text[start:end]` of a document. `seen` is the count of edits that a change was decided on."""

    collection: str | None
    path: str
    seen: int
    start: int
    end: int


def correct(kb: KnowledgeBase, asker: Principal, place: EditedPlace, text: str) -> DocumentPassages:
    """Let a passage read `text` from now on. What was read from the file stays as the version before, and the file as
    it is; the correction is kept while the file's content is the same.

    Raises RefusedByPolicy where the asker does not edit the collection, DocumentNotFound, PassagesChanged,
    PassageNotFound, and UsageError for a text that is empty, no other one, or longer than a passage can be.
    """
    before, at = _document_and_position(kb, asker, place)
    chunk = before.document.chunks[at]
    text = stored_form(text).strip()
    if not text:
        raise UsageError("passage.empty")
    if text == chunk.text:
        raise UsageError("passage.same")
    _check_length(kb, chunk, text, "passage.too_long")
    document = with_correction(_read(before.document), chunk.start, chunk.text, text)
    shift = shift_between(chunk.start, chunk.text, text)
    now = document.content.text
    out = {
        (shift.begin(each.start), shift.finish(each.end))
        for number, each in enumerate(before.document.chunks)
        if number in before.left_out
    }
    left_out = frozenset(
        number
        for number, each in enumerate(document.chunks)
        if any(start <= each.start and each.text == now[start:end].strip() for start, end in out)
    )

    def write(db: Connection) -> None:
        passages.move(db, before.id, shift, now)
        passages.keep(db, before.id, "corrected", (chunk.start, chunk.end), chunk.text, text, asker.name)

    return _commit(kb, asker, before, document, left_out, "corrected", (chunk.start, chunk.end), write)


def split(kb: KnowledgeBase, asker: Principal, place: EditedPlace, at: int) -> DocumentPassages:
    """Let a passage be two from now on, the second from the character `at` of the document's text on; kept while the
    file's content is the same. Raises what `correct` does; UsageError for a place at its edge, and for a passage that
    is left out."""
    before, number = _document_and_position(kb, asker, place)
    chunk = before.document.chunks[number]
    if number in before.left_out:
        raise UsageError("passage.split_left_out")
    pieces = cut(chunk, [at], before.document.content.media_type)
    if len(pieces) < 2:
        raise UsageError("passage.split_edge", at=at, start=chunk.start, end=chunk.end)
    chunks = before.document.chunks[:number] + tuple(pieces) + before.document.chunks[number + 1 :]
    left_out = frozenset(each + (each > number) for each in before.left_out)
    after = chunk.text[at - chunk.start :]

    def write(db: Connection) -> None:
        passages.keep(db, before.id, "split", (chunk.start, chunk.end), chunk.text, after, asker.name)

    document = _read(before.document, chunks)
    return _commit(kb, asker, before, document, left_out, "split", (chunk.start, chunk.end), write)


def join(kb: KnowledgeBase, asker: Principal, place: EditedPlace) -> DocumentPassages:
    """Let a passage and the other part that it was split from be one again. Raises what `correct` does; UsageError for
    a passage that is no such part, or was split again, where one of both is left out, and where they were made longer
    than a passage can be."""
    before, number = _document_and_position(kb, asker, place)
    chunks = before.document.chunks
    at = {(each.start, each.end): n for n, each in enumerate(chunks)}
    parts = passages.parts_of_splits(kb.catalog.db, before.id, at)
    found = next((each for each in parts if number in (at[each[1]], at[each[2]])), None)
    if found is None:
        raise UsageError("passage.not_split")
    edit, *places = found
    first, second = (at[each] for each in places)
    if before.left_out & {first, second}:
        raise UsageError("passage.join_left_out")
    content = before.document.content
    whole = joined(chunks[first], chunks[second], content.text, content.media_type)
    if passages.is_corrected_since(kb.catalog.db, before.id, edit):
        _check_length(kb, chunks[first], whole.text, "passage.too_long_joined")
    left_out = frozenset(each - (each > second) for each in before.left_out)
    now = tuple(whole if each == first else chunk for each, chunk in enumerate(chunks) if each != second)
    document = _read(before.document, now)

    def write(db: Connection) -> None:
        passages.forget_split(db, edit)

    return _commit(kb, asker, before, document, left_out, "joined", (whole.start, whole.end), write)


def _document_and_position(kb: KnowledgeBase, asker: Principal, place: EditedPlace) -> tuple[StoredDocument, int]:
    """The document as it is stored, and the position of a passage among its chunks."""
    document_id = kb.document_to_edit(asker, place.collection, place.path)
    kb.indexes.ready()
    before = stored_document(kb.catalog, document_id)
    if before.edits != place.seen:
        raise PassagesChanged("passage.changed", path=place.path)
    for number, chunk in enumerate(before.document.chunks):
        if (chunk.start, chunk.end) == (place.start, place.end):
            return before, number
    raise PassageNotFound("passage.not_found", path=place.path, start=place.start, end=place.end)


def _check_length(kb: KnowledgeBase, chunk: Chunk, text: str, code: str) -> None:
    tokenizer = kb.embedder.tokenizer()

    def tokens(words: str) -> int:
        return len(tokenizer.encode(words, add_special_tokens=False).ids)

    most = max(kb.settings.splitting.chunk_tokens, tokens(chunk.text))
    if (count := tokens(text)) > most:
        raise UsageError(code, count=count, most=most)


def _read(document: SplitDocument, chunks: tuple[Chunk, ...] | None = None) -> ReadDocument:
    """A document as if it had been read just now."""
    values: dict[str, Any] = {field.name: getattr(document, field.name) for field in fields(document)}
    return ReadDocument(**values | ({} if chunks is None else {"chunks": chunks}))


def _commit(
    kb: KnowledgeBase, asker: Principal, before: StoredDocument, document: ReadDocument, left_out: frozenset[int],
    act: Literal["corrected", "split", "joined"], place: PassageRange, write: Callable[[Connection], None],
) -> DocumentPassages:  # fmt: skip
    """Embed what changed, and let the document answer as it is now; `write` keeps the edit with it, or neither is."""
    path = document.path

    def change(db: Connection) -> None:
        row = db.execute("SELECT version_id FROM documents WHERE id = ?", (before.id,)).fetchone()
        if row is None or row["version_id"] != before.version_id:  # its file was read meanwhile, or it was deleted
            raise PassagesChanged("passage.changed", path=path)
        write(db)
        detail = {"act": act, "start": place[0], "end": place[1]}
        passages.count(kb.catalog, db, before.id, asker.name, detail)

    identity, sync = kb.indexes.identity, Sync(kb.catalog)
    texts = {embedding_key(each.embedded_text, identity): each.embedded_text for each in document.chunks}
    keys = tuple(embedding_key(each.embedded_text, identity) for each in document.chunks)
    editor = asker.name if act == "corrected" else before.editor
    ready = Prepared(document, document, left_out, before.edits, 0, editor, score_of(document))
    new = new_version(kb, ready, before.collection, before.root, before.source, identity=identity, keys=keys)
    with kb.deletion.ingesting():
        for attempt in range(_ATTEMPTS):
            stored = sync.stored_keys(list(texts))
            missing = {key: text for key, text in texts.items() if key not in stored}
            embed(kb, sync, missing, until=lambda: False, show=lambda count: None)
            try:
                kb.indexes.publish([new], asker.name, change)
                break
            except EditsChanged as error:
                raise PassagesChanged("passage.changed", path=path) from error
            except EmbeddingsGone:  # a document that shared them was deleted: they are made again
                if attempt + 1 == _ATTEMPTS:
                    raise
    kb.scrub()
    return passages.passages_of(kb.catalog, before.id)
