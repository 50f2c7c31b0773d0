"""Documents and an embedder for tests of storage: vectors are drawn by the text as the seed, no model is loaded."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from kb.models.embedding import EmbeddedQuestion, Embedder, Embedding
from kb.models.maxsim import Vectors, pack
from kb.schema import Chunk, DocumentText, Language, PageSpan, PlannedDeletion
from kb.store.catalog import NewVersion, SplitDocument, embedding_key


class SeededEmbedder:
    """Equal texts have equal vectors, different texts random ones; `name` is the model's identity."""

    def __init__(self, name: str = "seeded", dimension: int = 16) -> None:
        self.evidence_floors: Mapping[Language, float] = {}
        self._name = name
        self._dimension = dimension
        self.embedded = 0

    def identity(self) -> str:
        return json.dumps({"model": self._name})

    def tokenizer(self) -> Tokenizer:
        raise NotImplementedError

    def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        self.embedded += len(texts)
        return [Embedding(vector.astype("<f4").tobytes(), pack(vector[None, :])) for vector in map(self.vector, texts)]

    def embed_question(self, text: str) -> EmbeddedQuestion:
        vector = self.vector(text)
        return EmbeddedQuestion(vector, vector[None, :], (text,))

    def similarities(self, claim: str, texts: Sequence[str]) -> Vectors:
        cosines: Vectors = np.stack([self.vector(text) for text in texts]) @ self.vector(claim)
        return cosines

    def warm_up(self) -> None:
        pass

    def vector(self, text: str) -> Vectors:
        seed = int.from_bytes(hashlib.sha256(f"{self._name} {text}".encode()).digest()[:8], "big")
        drawn = np.random.default_rng(seed).standard_normal(self._dimension)
        scaled: Vectors = (drawn / np.linalg.norm(drawn)).astype(np.float32)
        return scaled


def version(
    path: str,
    *texts: str,
    collection: str = "docs",
    embedder: Embedder | None = None,
) -> NewVersion:
    """A document of one page, with one chunk for each text."""
    embedder = embedder or SeededEmbedder()
    text = "\n".join(texts)
    chunks, at = [], 0
    for part in texts:
        chunks.append(Chunk(at, at + len(part), part, part, 1, "", ""))
        at += len(part) + 1
    content = DocumentText(text, path, "text/plain", (PageSpan(1, 0, len(text)),))
    return NewVersion(
        collection, "/docs", path,
        SplitDocument(path, hashlib.sha256(text.encode()).hexdigest(), len(text), content, tuple(chunks)),
        tuple(embedder.embed_passages(texts)), embedder.identity(),
    )  # fmt: skip


def with_content(of: NewVersion, **changes: Any) -> NewVersion:
    """The version with another content."""
    return replace(of, document=replace(of.document, content=replace(of.document.content, **changes)))


def key(text: str, embedder: SeededEmbedder | None = None) -> bytes:
    return embedding_key(text, (embedder or SeededEmbedder()).identity())


def unnumbered(doomed: Iterable[PlannedDeletion]) -> list[PlannedDeletion]:
    """What a deletion takes, without its ids."""
    return [replace(each, id=0) for each in doomed]
