"""Excerpts: the sentences of the passages that matter to a question, for a model that reads slowly.

A small model on a processor reads a hundred tokens a second, and is misled by what it need not have read. The
token vectors that ranked the passages also tell which of their sentences the question touches.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from kb.catalog import Catalog
from kb.embedding import EmbeddedQuestion, Embedder
from kb.maxsim import Vectors, unit, unpack
from kb.retrieval import piece_weights
from kb.schema import Passage
from kb.text import sentences

GAP = " … "  # stands for sentences left out
NEIGHBOUR = 0.25  # how much of its neighbours' score a sentence takes: what explains it stands beside it
CELL = " | "  # parts the cells of a table's row


@dataclass(frozen=True, slots=True)
class _Sentence:
    passage: int
    start: int
    end: int
    tokens: int
    score: float
    heads_table: bool = False  # the first row of a table in the passage


class Excerpter:
    """Shortens passages to what a question touches."""

    def __init__(self, catalog: Catalog, embedder: Embedder) -> None:
        self._catalog = catalog
        self._embedder = embedder

    def shorten(self, question: str, passages: Sequence[Passage], tokens: int) -> list[Passage]:
        """The passages with `text` cut to about `tokens` tokens in all, at least one sentence each.

        Offsets are those of the whole passage. Without token vectors the passages are returned as they are.
        """
        asked = self._embedder.embed_question(question)
        ids = [passage.chunk_id for passage in passages]
        packed, embedded = self._catalog.token_vectors(ids), self._catalog.embedded_texts(ids)
        if not len(asked.tokens) or not all(packed.get(chunk_id) for chunk_id in ids):
            return list(passages)
        weights = piece_weights(self._catalog, asked.pieces)
        scored = [
            sentence
            for number, passage in enumerate(passages)
            for sentence in self._scored(
                number, passage, asked, weights, packed[passage.chunk_id], embedded[passage.chunk_id]
            )
        ]
        chosen = _chosen(scored, tokens)
        return [
            replace(passage, text=_joined(passage.text, [s for s in chosen if s.passage == number]))
            for number, passage in enumerate(passages)
        ]

    def _scored(
        self,
        number: int,
        passage: Passage,
        asked: EmbeddedQuestion,
        weights: Vectors,
        packed: bytes,
        embedded_text: str,
    ) -> list[_Sentence]:
        """The sentences of a passage, each with the weighted sum of what every question token finds in it."""
        vectors = unpack(packed, asked.tokens.shape[1])
        similarity = unit(asked.tokens) @ vectors.T
        encoding = self._embedder.tokenizer().encode(embedded_text, add_special_tokens=False)
        # The passage is the end of the embedded text; soft hyphens may be gone from it, so places are proportional.
        tail = embedded_text.rfind("\n", 0, max(1, len(embedded_text) - int(len(passage.text) * 0.9))) + 1
        stretch = len(passage.text) / max(1, len(embedded_text) - tail)
        places = np.array([(end - tail) * stretch for _, end in encoding.offsets[: len(vectors)]])
        cuts = sentences(passage.text)
        scores, sizes = [], []
        for start, end in cuts:
            inside = np.flatnonzero((places > start) & (places <= end))
            sizes.append(max(1, len(inside)))
            scores.append(float(weights @ similarity[:, inside].max(axis=1)) if len(inside) else 0.0)
        smooth = [
            score
            + NEIGHBOUR * (scores[i - 1] if i else 0.0)
            + NEIGHBOUR * (scores[i + 1] if i + 1 < len(scores) else 0.0)
            for i, score in enumerate(scores)
        ]
        return [
            _Sentence(number, start, end, size, score, _heads_table(passage, cuts, i))
            for i, ((start, end), size, score) in enumerate(zip(cuts, sizes, smooth, strict=True))
        ]


def _heads_table(passage: Passage, cuts: Sequence[tuple[int, int]], i: int) -> bool:
    """Whether sentence i is a row and the one before is not; a passage with a header has its rows explained."""
    if passage.header:
        return False
    row, before = (CELL in passage.text[slice(*cuts[j])] if j >= 0 else False for j in (i, i - 1))
    return row and not before


def _chosen(scored: Sequence[_Sentence], tokens: int) -> list[_Sentence]:
    """The best sentence of each passage and the first lines of tables, then the best of all that fit."""
    best: dict[int, _Sentence] = {}
    for sentence in scored:
        if sentence.passage not in best or sentence.score > best[sentence.passage].score:
            best[sentence.passage] = sentence
    # The rows of a table mean nothing without its first line.
    heads = {s for s in scored if s.heads_table}
    chosen = set(best.values()) | heads
    used = sum(sentence.tokens for sentence in chosen)
    for sentence in sorted(scored, key=lambda s: -s.score):
        if sentence not in chosen and used + sentence.tokens <= tokens:
            chosen.add(sentence)
            used += sentence.tokens
    return sorted(chosen, key=lambda s: (s.passage, s.start))


def _joined(text: str, chosen: Sequence[_Sentence]) -> str:
    """The sentences with what stands between neighbours, and a gap where any was left out."""
    pieces = []
    last = 0
    for sentence in chosen:
        between = text[last : sentence.start]
        pieces.append(between if not between.strip() else GAP)
        pieces.append(text[sentence.start : sentence.end])
        last = sentence.end
    return "".join(pieces).strip() + (GAP.rstrip() if text[last:].strip() else "")
