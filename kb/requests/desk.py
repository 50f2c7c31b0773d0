"""The desk: what a request works with: who asks, what they may read, the search, the model, and the answer in the
making."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.answering.answer_builder import Draft
from kb.config import Settings
from kb.editing.passages import left_out
from kb.errors import DocumentNotFound, EmptyAnswer
from kb.language.language import language_of
from kb.models.embedding import Embedder
from kb.models.llm import Model
from kb.schema import (
    EVERYTHING,
    AskOptions,
    Document,
    Event,
    Language,
    Message,
    Passage,
    Principal,
    Retrieval,
    Scope,
    StoredText,
    Token,
    Usage,
    page_number_at,
)
from kb.store.catalog import Catalog
from kb.store.scopes import ScopeFilter

Search = Callable[[str, int | None, Scope], Retrieval]
Find = Callable[[str], Retrieval]


@dataclass(frozen=True, slots=True)
class Desk:
    """What one request works with. Nothing that it gives lies outside of what `asker` may read and `scope` names."""

    draft: Draft
    asker: Principal
    options: AskOptions
    settings: Settings
    catalog: Catalog
    embedder: Embedder
    search: Search  # of a question, how many passages, and a scope; for the same asker
    find: Find  # what is said, within the question's scope, as a question: in both languages where it takes both
    open_model: Callable[[], Model]
    identity: str  # of the embedding model in use; see `Embedder.identity`

    @property
    def scope(self) -> Scope:
        return self.options.scope

    @property
    def language(self) -> Language:
        return self.draft.language

    def documents(self) -> list[Document]:
        """The documents that can be answered from, each content once, by collection and path."""
        names = ScopeFilter(self.scope).names
        found: dict[str, Document] = {}
        for document in self.catalog.documents(self.asker):
            if document.chunks and names(document.collection, document.path, document.ingested_at, document.tags):
                found.setdefault(document.sha256 + document.path, document)
        return list(found.values())

    def text_of(self, document: Document) -> StoredText:
        """The text of a document. Raises DocumentNotFound where it was deleted meanwhile, or may not be read now."""
        self.check(document)
        return self.catalog.stored_text(document.id)

    def left_out(self, document: Document) -> list[tuple[int, int]]:
        """Where in the text of a document an editor left something out, of which nothing is told; see
        `kb.editing.passages.left_out`."""
        return left_out(self.catalog.db, document.id) if document.edits else []

    def check(self, document: Document) -> None:
        """Raises DocumentNotFound where the document was deleted, or the asker may not read it any more."""
        if not self.catalog.may_read(self.asker, document.id):
            raise DocumentNotFound("document.deleted_meanwhile", path=document.path)

    def chunk_ids(self) -> NDArray[np.int64] | None:
        """The chunks that the asker may read within the scope; None where neither limits."""
        if self.scope == EVERYTHING and self.asker.unlimited:
            return None
        rows = self.catalog.db.execute(
            "SELECT id FROM chunks WHERE live = 1 AND document_id IN (SELECT value FROM json_each(?))",
            (json.dumps([document.id for document in self.documents()]),),
        )
        return np.array([row["id"] for row in rows], np.int64)

    def within(self, document: Document) -> Scope:
        """The scope of one document alone."""
        return Scope(paths=(_literal(f"{document.collection}/{document.path}"),))

    def write(self, messages: Sequence[Message], tokens: int) -> Iterator[Event]:
        """Let the model write at most so many tokens, without reasoning. Its words are kept in the draft; a model that
        says nothing leaves it as it is."""
        self.options.take_turn()
        model = self.open_model()
        self.draft.engine, self.draft.model = model.engine, model.name
        try:
            for event in model.generate(
                messages, think_budget=0, answer_tokens=tokens, temperature=self.options.temperature,
                seed=self.options.seed, stop=self.options.stop,
            ):  # fmt: skip
                if isinstance(event, Token | Usage):
                    self.draft.take(event)
                if isinstance(event, Token):
                    yield event
        except EmptyAnswer:
            return

    def part_written(self) -> Iterator[Event]:
        """End a paragraph of the draft."""
        end = Token("\n\n")
        self.draft.take(end)
        yield end


def passage_of(stored: StoredText, rank: int, start: int, end: int, section: str) -> Passage:
    """A part of a stored text as a passage, though it is no chunk."""
    page = page_number_at(stored.pages, start)
    return Passage(
        rank=rank, chunk_id=0, collection=stored.collection, document=stored.path, version=stored.version, page=page,
        start=start, end=end, text=stored.text[start:end], section=section, header="", title=stored.title, score=1.0,
        language=language_of(stored.text[start:end]),
    )  # fmt: skip


def _literal(path: str) -> str:
    """A glob that matches this path alone."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in path)
