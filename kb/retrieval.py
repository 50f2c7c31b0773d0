"""Retrieval: from a question to the passages that may answer it, and whether they are evidence enough."""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from kb.catalog import Catalog
from kb.config import RetrievalSettings
from kb.embedding import Embedder
from kb.indexes import Indexes
from kb.schema import Passage, Principal, Retrieval
from kb.vectors import ExactScan
from kb.words import content_words, match_expression

SECOND_CHUNK = 0.3  # how much the second-best chunk of a page adds to its best one
# On topic or not: a logistic fit over the highest cosine and the covered share, on pooled public question sets.
COSINE_WEIGHT, COVERED_WEIGHT, OFFSET = 60.0, 4.0, 53.0
EVIDENCE_FLOOR = 0.5


class Retriever:
    """Dense and word search, fused. Only what the asker may read is ever a candidate."""

    def __init__(self, catalog: Catalog, indexes: Indexes, embedder: Embedder, settings: RetrievalSettings) -> None:
        self._catalog = catalog
        self._indexes = indexes
        self._scan = ExactScan(catalog)
        self._embedder = embedder
        self._settings = settings

    def retrieve(self, question: str, asker: Principal, k: int | None = None, scope: Sequence[str] = ()) -> Retrieval:
        """The k best passages for a question, best first, within the documents whose paths match `scope`."""
        began = time.perf_counter()
        access_ids = self._catalog.access_ids(asker)
        document_ids = self._catalog.document_ids(scope) if scope else None
        limit = max(self._settings.candidates, k or 0)
        vector = self._embedder.embed_query(question)
        if access_ids is None and document_ids is None:
            dense = self._indexes.nearest(vector, limit)
        else:
            dense = self._scan.nearest(vector, limit, self._catalog.allowed_chunks(access_ids, document_ids))
        words = self._catalog.word_search(match_expression(question), limit, access_ids, document_ids)
        fused = fuse(dict(dense), dict(words), self._settings.dense_weight)
        candidates = lift_pages(self._catalog.passages(fused, asker))
        evidence = self._evidence(question, dense, candidates)
        floor = self._settings.evidence_floor
        return Retrieval(
            question=question,
            passages=tuple(candidates[: k or self._settings.passages]),
            enough_evidence=bool(candidates) and evidence >= (EVIDENCE_FLOOR if floor is None else floor),
            evidence=evidence,
            seconds=time.perf_counter() - began,
        )

    def _evidence(self, question: str, dense: Sequence[tuple[int, float]], candidates: Sequence[Passage]) -> float:
        cosine = max((score for _, score in dense), default=0.0)
        share = self._covered(question, candidates[:5])
        return 1 / (1 + math.exp(-(COSINE_WEIGHT * cosine + COVERED_WEIGHT * share - OFFSET)))

    def _covered(self, question: str, candidates: Sequence[Passage]) -> float:
        """The share of the question's idf mass that the best single candidate covers, 0..1."""
        asked = content_words(question)
        total = self._catalog.count_live()
        frequencies = self._catalog.document_frequencies(asked)
        idf = {word: math.log(1 + (total - n + 0.5) / (n + 0.5)) for word, n in frequencies.items()}
        holders = self._catalog.occurrences(asked, [passage.chunk_id for passage in candidates])
        mass = sum(idf.values())
        covered = (sum(idf[word] for word in asked if p.chunk_id in holders[word]) for p in candidates)
        return max(covered, default=0.0) / mass if mass else 0.0


def fuse(dense: Mapping[int, float], words: Mapping[int, float], dense_weight: float) -> list[tuple[int, float]]:
    """Weighted sum of the two scores, each scaled to 0..1 by its own least and greatest; best first.

    A chunk that one side did not find counts 0 there ("min-max" score fusion; Fox & Shaw, TREC-2, CombSUM).
    """
    total: dict[int, float] = {}
    for scores, weight in ((dense, dense_weight), (words, 1 - dense_weight)):
        if not scores:
            continue
        low, high = min(scores.values()), max(scores.values())
        width = (high - low) or 1.0
        for chunk_id, score in scores.items():
            scaled = (score - low) / width if high > low else 1.0
            total[chunk_id] = total.get(chunk_id, 0.0) + weight * scaled
    return sorted(total.items(), key=lambda item: (-item[1], item[0]))


def lift_pages(passages: Sequence[Passage]) -> list[Passage]:
    """Rank again: the best chunk of a page (or document without pages) gains a part of the second-best's score."""
    by_page: dict[tuple[str, str, int | None], list[float]] = {}
    for passage in passages:
        by_page.setdefault(_unit_of(passage), []).append(passage.score)
    first = {unit: scores[0] + SECOND_CHUNK * (scores[1] if len(scores) > 1 else 0) for unit, scores in by_page.items()}
    scored = [(first.pop(_unit_of(p), p.score), p) for p in passages]
    scored.sort(key=lambda item: -item[0])
    return [replace(passage, rank=rank, score=score) for rank, (score, passage) in enumerate(scored, 1)]


def _unit_of(passage: Passage) -> tuple[str, str, int | None]:
    return passage.collection, passage.document, passage.page
