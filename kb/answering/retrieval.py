"""Retrieval: from a question to the passages that may answer it, and whether they are evidence enough.

Dense and word search are fused, and the best of both are ranked again by late interaction. Word search cannot
see a passage in the other language; such a passage is judged by its vector alone, with the gap between languages
that the embedding model leaves made good.
"""

import glob
import itertools
import math
import time
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kb.answering import measures, routing
from kb.answering.editions import newest, with_newest, without_documents
from kb.answering.exact_search import ExactScan, Selection
from kb.answering.replacements import Place, Replaced, place_of, replaced, searched_in
from kb.answering.translation import Translation
from kb.config import RetrievalSettings
from kb.glossary.glossary import Glossary, Widened
from kb.language.language import language_of
from kb.language.prompt_text import estimate_tokens
from kb.language.tokenizer import MOST_WORDS, STOP_WORDS, any_of, content_words, tokenise
from kb.models.embedding import EmbeddedQuestion, Embedder
from kb.models.maxsim import Vectors, maxsim
from kb.schema import EVERYTHING, Document, Language, Passage, Principal, Retrieval, Scope
from kb.store.catalog import Catalog
from kb.store.index_sync import Indexes
from kb.store.scopes import nothing_found

RERANKED = 50  # candidates ranked again by MaxSim
MAXSIM_WEIGHT = 0.8  # against the fused score
LANGUAGE_GAP = 0.02  # cosine that multilingual-e5-small gives away between Chinese and English
FEW_CHUNKS, MANY_CHUNKS = (
    32,
    256,
)  # the gap in the evidence is twice as large up to the one, and as it is from the other
WORDS_UNSEEN = 0.8  # word score of a passage in the other language, as a share of its dense score
# Occurrences of a question's words that BM25 looks at. The commonest words go over it, and weigh the least.
POSTINGS = 15_000
FEW_DOCUMENTS = 8  # chosen by the reader: what they say is read, however far it is from the question
COVERAGE = 0.4  # weight of the share of the words of a question that a passage holds, by idf
ROUTED = 0.3  # weight of the share of a question's names and periods that a document is about
SECOND = 0.2  # share of the second best score among the passages of a page, which all of them gain
OTHER_SHARE = 0.05  # of the chunks, from which on what is in the other language is searched by a translation
PLAINLY = 0.07  # so much more evidence in the question's language than in the other needs no translation
OFF_TOPIC = 0.02  # so far under the floor nothing speaks of the question; nearer to it, the model judges
FAR_OFF_TOPIC = 0.06  # so far under it no translation brings anything either
WORTH_READING = 0.75  # score of a passage that the model is given, as a share of the best one's
MORE_OF_SHORT = 2  # times as many passages as else, at most, where together they are short
ROOM = 336  # tokens of those, half of what three long ones may have
COUNTED = 100  # passages that hold a name of what a measure is calculated from: more tell nothing
# Passages among which what disagrees with an answer is looked for; and of those in a language that was not read.
BESIDE, BESIDE_ACROSS = 8, 2
FURTHER, FURTHER_ACROSS = 3, 1
COMMON_PIECE = 0.1  # weight of a stop word in MaxSim, as a share of the rarest word's


LANGUAGES: tuple[Language, ...] = ("zh", "en")
Translate = Callable[[str, Language], Translation | None]  # a question, and the language to put it into


def other_than(language: Language) -> Language:
    return "en" if language == "zh" else "zh"


def further_ones(beside: Sequence[Passage], language: Language) -> tuple[Passage, ...]:
    """Of what was found besides, which `beside` gives in its order, as much as is read at first: in the question's
    language, and in the other one. Numbered from 1 on."""
    own = [passage for passage in beside if passage.language == language][:FURTHER]
    across = [passage for passage in beside if passage.language != language][:FURTHER_ACROSS]
    return tuple(replace(passage, rank=rank) for rank, passage in enumerate((*own, *across), 1))


def worth_reading(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """The passages whose score comes near the best one's in their language. Others lead a small model astray.

    Scores of two languages do not compare well: the best passage of each always stays.
    """
    best: dict[Language | None, float] = {}
    for passage in passages:
        best.setdefault(passage.language, passage.score)
    return tuple(p for p in passages if p.score >= WORTH_READING * best[p.language])


def with_short_ones(passages: Sequence[Passage], k: int) -> list[Passage]:
    """The first k passages, and those after them that find room within ROOM tokens with all before them."""
    lengths = itertools.accumulate(estimate_tokens(passage.text) for passage in passages)
    return [
        passage for at, (passage, length) in enumerate(zip(passages, lengths, strict=True)) if at < k or length <= ROOM
    ]


def evidence_gap(searched: int) -> float:
    """What the MaxSim of a passage in the other language is short of as evidence, where so many chunks are searched.

    The best of few unrelated chunks comes less near to a question than the best of many (decision 5).
    """
    few = math.log(MANY_CHUNKS / max(searched, 1)) / math.log(MANY_CHUNKS / FEW_CHUNKS)
    return LANGUAGE_GAP * (1 + min(1.0, max(0.0, few)))


@dataclass(frozen=True, slots=True)
class _Query:
    """A question as it is searched: by these words and what was embedded, which may hold other forms of its terms."""

    question: str
    words: str
    embedded: EmbeddedQuestion
    text: str  # what was embedded


@dataclass(frozen=True, slots=True)
class _Found:
    """(chunk id, score) best first, the evidence, and the parts of a measure that were searched for."""

    ranked: list[tuple[int, float]]
    evidence: float
    parts: tuple[str, ...] = ()


class Retriever:
    """Finds passages. Only what the asker may read is ever a candidate."""

    def __init__(
        self, catalog: Catalog, indexes: Indexes, embedder: Embedder, settings: RetrievalSettings, glossary: Glossary
    ) -> None:
        self._catalog = catalog
        self._glossary = glossary
        self._indexes = indexes
        self._scan = ExactScan(catalog)
        self._embedder = embedder
        self._settings = settings

    def retrieve(
        self,
        question: str,
        asker: Principal,
        k: int | None = None,
        scope: Scope = EVERYTHING,
        translate: Translate | None = None,
        embedded: EmbeddedQuestion | None = None,
        glossary: bool = True,
    ) -> Retrieval:
        """The k best passages for a question, best first, within the documents of `scope`; without k as many as a model
        is given, more of short ones. Where there are none a notice says why. By the `glossary` the question is searched
        with the other forms of its terms, too.

        With `translate`, a question that the documents of its language do not plainly answer is searched in their other
        language too, where there is much of that; either language then has half of the places, rounded up. `embedded`
        is the question as the embedding model gave it, where that was asked already.
        """
        began = time.perf_counter()
        self._indexes.ready()
        most = k or MORE_OF_SHORT * self._settings.passages
        k = k or self._settings.passages
        document_ids = self._catalog.document_ids(asker, scope)
        allowed = self._within(document_ids)
        language, translation = language_of(question), None
        widened = self._widened(question, asker, glossary)
        asked = self._search_question(question, widened, embedded)
        found = self._search(asked, allowed, k)
        other = other_than(language)
        if translate is not None and self._settings.both_languages and other in self._catalog.languages():
            parts = self._by_language(document_ids)
            if len(parts[other].chunk_ids) >= OTHER_SHARE * sum(len(part.chunk_ids) for part in parts.values()):
                both = self._search_both(asked, parts, k, translate, widened)
                if both is not None:
                    found, translation = both
        if translation is None:
            passages = with_short_ones(self._catalog.passages(found.ranked[:most], asker), k)
        else:
            passages = self._catalog.passages(found.ranked, asker)
        chosen = scope != EVERYTHING and document_ids is not None and len(document_ids) <= FEW_DOCUMENTS
        notices = () if passages else (nothing_found(scope, self._catalog.documents(asker), language),)
        return Retrieval(
            question=question,
            passages=tuple(passages),
            enough_evidence=bool(passages) and (chosen or found.evidence >= self._least(language)),
            evidence=found.evidence,
            seconds=time.perf_counter() - began,
            notices=notices,
            translated=translation.question if translation else "",
            terms=widened.terms if widened else (),
            widened=widened.text if widened else "",
            parts=found.parts,
        )

    def replaced(self, passages: Sequence[Passage], asker: Principal) -> Replaced:
        """Which documents of these passages others replace that the asker may read."""
        return replaced(passages, searched_in(self._catalog, asker))

    def with_newest(
        self, found: Retrieval, asker: Principal, scope: Scope, glossary: bool, replaced: Replaced
    ) -> Retrieval:
        """What was found, with the newest editions within `scope` of documents of which older ones were found, and with
        what replaces them."""

        def documents() -> list[Document]:
            within = self._catalog.document_ids(asker, scope)
            return [each for each in self._catalog.documents(asker) if within is None or each.id in within]

        def search(latest: Place, older: Passage) -> list[Passage]:
            of_other = found.translated and older.language != language_of(found.question)
            question = found.translated if of_other else found.question
            collection, path = latest
            only = Scope((glob.escape(f"{collection}/{path}"),), (collection,))
            passages = self.retrieve(question, asker, len(found.passages), only, glossary=glossary).passages
            return [passage for passage in passages if place_of(passage) == latest]

        if not found.enough_evidence:
            return found
        return replace(found, passages=with_newest(found.question, found.passages, documents, search, replaced))

    def beside(
        self,
        question: str,
        asker: Principal,
        scope: Scope,
        read: Sequence[Passage],
        embedded: EmbeddedQuestion | None,
        glossary: bool,
    ) -> list[Passage]:
        """What is found besides the passages that the model read, a little further down, and what comes nearest in a
        language that it did not read: it may say something else. Numbered after them; nothing of documents that others
        replace."""
        asked = self._search_question(question, self._widened(question, asker, glossary), embedded)
        found: list[Passage] = []
        for allowed, k in self._parts_beside(self._catalog.document_ids(asker, scope), read):
            ranked = self._search(asked, allowed, k).ranked
            found += with_short_ones(self._catalog.passages(ranked[: MORE_OF_SHORT * k], asker), k)
        replaced = self.replaced(found, asker)
        known = {passage.chunk_id for passage in read}
        others = (
            passage
            for passage in without_documents(replaced.keys(), newest(question, found, replaced))
            if passage.chunk_id not in known
        )
        last = max((passage.rank for passage in read), default=0)
        return [replace(passage, rank=rank) for rank, passage in enumerate(others, last + 1)]

    def _parts_beside(
        self, document_ids: Sequence[int] | None, read: Sequence[Passage]
    ) -> Iterator[tuple[Selection | None, int]]:
        """What is searched for passages beside those `read`, and for how many: each language by itself, if there are
        both."""
        if len(self._catalog.languages()) < len(LANGUAGES) or not self._settings.both_languages:
            yield self._within(document_ids), BESIDE
            return
        for language, part in self._by_language(document_ids).items():
            yield part, BESIDE if any(passage.language == language for passage in read) else BESIDE_ACROSS

    def _widened(self, question: str, asker: Principal, glossary: bool) -> Widened | None:
        """The question with the other forms of its terms; None where it is searched without them."""
        return self._glossary.widened(question, asker) if glossary and self._settings.glossary else None

    def _within(self, document_ids: Sequence[int] | None) -> Selection | None:
        """What is searched of these documents; None for everything."""
        return None if document_ids is None else self._scan.select(document_ids)

    def _search_question(
        self, question: str, widened: Widened | None = None, embedded: EmbeddedQuestion | None = None
    ) -> "_Query":
        if widened is None:
            return _Query(question, question, embedded or self._embedder.embed_question(question), question)
        return _Query(question, widened.words, self._embedder.embed_question(widened.text), widened.text)

    def _floor(self, language: Language) -> float:
        floor = self._settings.evidence_floor
        return self._embedder.evidence_floors.get(language, 0.0) if floor is None else floor

    def _least(self, language: Language) -> float:
        """The evidence under which no model is asked: what was set, or what is plainly off topic."""
        return self._floor(language) - (OFF_TOPIC if self._settings.evidence_floor is None else 0.0)

    def _by_language(self, document_ids: Sequence[int] | None) -> dict[Language, Selection]:
        return {of: self._scan.select(document_ids, of) for of in LANGUAGES}

    def _search_both(
        self,
        asked: "_Query",
        parts: Mapping[Language, Selection],
        k: int,
        translate: Translate,
        widened: Widened | None,
    ) -> tuple[_Found, Translation] | None:
        """What is found in the question's language and, by its translation, in the other; and the translation. None
        where the documents in its own language plainly answer, where none in either language comes near it, and where
        there is no translation."""
        own = language_of(asked.question)
        other = other_than(own)
        in_own, in_other = self._search(asked, parts[own], k), self._search(asked, parts[other], k)
        best = max(in_own.evidence, in_other.evidence)
        if in_own.evidence - in_other.evidence >= PLAINLY or best < self._floor(own) - FAR_OFF_TOPIC:
            return None
        translation = translate(asked.question, other)
        if translation is None:
            return None
        also = " ".join(widened.other) if widened else ""
        above_here, above_there = in_own.evidence - self._floor(own), in_other.evidence - self._floor(own)
        searches = [in_other]
        for text in translation.texts:
            found = self._search(self._search_question(f"{text} {also}".rstrip()), parts[other], k)
            searches.append(found)
            if text == translation.question:
                above_there = max(above_there, found.evidence - self._floor(other))
        here, there = in_own.ranked, averaged([found.ranked for found in searches])
        if above_here < 0 <= above_there:
            here = []
        elif above_there < 0 <= above_here:
            there = []
        if here and there:
            half = (k + 1) // 2
            first, second = (here, there) if above_here >= above_there else (there, here)
            ranked = [found for pair in itertools.zip_longest(first[:half], second[:half]) for found in pair if found]
        else:
            ranked = (here or there)[:k]
        named = tuple(dict.fromkeys(part for found in (in_own, *searches) for part in found.parts))
        return _Found(ranked, self._floor(own) + max(above_here, above_there), named), translation

    def _search(self, asked: "_Query", allowed: Selection | None, k: int) -> _Found:
        """What is found; where the passages that a model would be given do not state the measure that is asked for, by
        what it is calculated from, too."""
        if allowed is not None and not len(allowed.chunk_ids):
            return _Found([], 0.0)
        limit = max(self._settings.candidates, k)
        ranked, evidence = self._rank(asked, limit, allowed)
        names = self._names_of_parts(asked.question, allowed) if self._settings.measures else []
        if not names or self._is_stated(ranked, asked.question):
            return _Found(ranked, evidence)
        text = f"{asked.text} ({', '.join(names)})"
        words = f"{asked.words} {' '.join(names)}"
        more = _Query(asked.question, words, self._embedder.embed_question(text), text)
        ranked, evidence_of_parts = self._rank(more, limit, allowed)
        return _Found(ranked, max(evidence, evidence_of_parts), tuple(names))

    def _names_of_parts(self, question: str, allowed: Selection | None) -> list[str]:
        """The names that the documents in reach use for what the measures of a question are calculated from."""
        parts = measures.parts_of(question)
        among = None if allowed is None else allowed.chunk_ids
        occurrences = {
            name: len(self._catalog.word_search(f'"{" ".join(tokenise(name))}"', COUNTED, among))
            for names in parts
            for name in names
        }
        return measures.commonest(parts, occurrences)

    def _is_stated(self, ranked: Sequence[tuple[int, float]], question: str) -> bool:
        texts = self._catalog.texts_of(chunk_id for chunk_id, _ in ranked[: self._settings.passages])
        return measures.states(texts, question)

    def _rank(self, asked: "_Query", limit: int, allowed: Selection | None) -> tuple[list[tuple[int, float]], float]:
        """(chunk id, score) best first, and the evidence: the highest MaxSim, or cosine where there are no tokens."""
        question, embedded = asked.question, asked.embedded
        language = language_of(question)
        dense = self._dense(embedded.vector, language, limit, allowed)
        telling = self._telling(content_words(asked.words)[:MOST_WORDS])
        among = None if allowed is None else allowed.chunk_ids
        words = dict(self._catalog.word_search(any_of(telling), limit, among))
        spoken = self._catalog.languages_of(dense.keys() | words.keys())  # a copy takes no second place
        dense = {i: cosine for i, cosine in dense.items() if i in spoken}
        words = {i: score for i, score in words.items() if i in spoken}
        foreign = {chunk_id for chunk_id, chunk_language in spoken.items() if chunk_language != language}
        adjusted = {i: cosine + (LANGUAGE_GAP if i in foreign else 0.0) for i, cosine in dense.items()}
        fused = fuse(adjusted, words, self._settings.dense_weight, foreign)
        about = self._about(question, [chunk_id for chunk_id, _ in fused]) if self._settings.routing else {}
        if about:
            fused = sorted(((i, score + ROUTED * about[i]) for i, score in fused), key=lambda item: (-item[1], item[0]))
        if not len(embedded.tokens):
            return fused, max(adjusted.values(), default=0.0)
        searched = self._catalog.count_live() if allowed is None else len(allowed.chunk_ids)
        return self._rerank(embedded, fused, foreign, evidence_gap(searched), telling, about)

    def _about(self, question: str, chunk_ids: Sequence[int]) -> dict[int, float]:
        """How far each chunk's document is about what the question names, 0..1; nothing where it names no period."""
        words = routing.periods_and_names(question)
        if not words:
            return {}
        places = self._catalog.places_of(chunk_ids)
        openings = self._catalog.openings({document_id for document_id, _ in places.values()}, routing.OPENING)
        found = routing.shares(words, [routing.subject(*opening) for opening in openings.values()])
        by_document = dict(zip(openings, found, strict=True))
        return {i: by_document.get(places[i][0], 0.0) if i in places else 0.0 for i in chunk_ids}

    def _dense(self, vector: Vectors, language: Language, limit: int, allowed: Selection | None) -> dict[int, float]:
        """Chunk id -> cosine of the nearest chunks, among them some in the other language where there are any."""
        if allowed is not None:
            return dict(allowed.nearest(vector, limit))
        nearest = self._indexes.nearest(vector, limit)
        found = dict(self._scan.select().nearest(vector, limit) if nearest is None else nearest)
        other = other_than(language)
        if len(found) >= limit and other in self._catalog.languages():
            found.update(self._scan.select(language=other).nearest(vector, limit // 4))
        return found

    def _telling(self, words: Sequence[str]) -> list[str]:
        """The words of a question that are looked for: the rarest, as many as POSTINGS allows, but at least one."""
        frequencies = self._catalog.document_frequencies(words)
        postings = itertools.accumulate(sorted(frequencies.values()))
        most = max(1, sum(total <= POSTINGS for total in postings))
        return sorted(words, key=frequencies.__getitem__)[:most]

    def _rerank(
        self, embedded: EmbeddedQuestion, fused: Sequence[tuple[int, float]], foreign: set[int], gap: float,
        words: Sequence[str], about: Mapping[int, float],
    ) -> tuple[list[tuple[int, float]], float]:  # fmt: skip
        head = fused[:RERANKED]
        if not head:
            return [], 0.0
        ids = [chunk_id for chunk_id, _ in head]
        packed, places = self._catalog.token_vectors(ids), self._catalog.places_of(ids)
        weights = piece_weights(self._catalog, embedded.pieces)
        scores = maxsim(embedded.tokens, weights, [packed.get(chunk_id, b"") for chunk_id in ids])
        gaps = np.array([gap if chunk_id in foreign else 0.0 for chunk_id in ids], np.float32)
        before = scaled(np.array([score for _, score in head], np.float32))
        held = units = None
        if self._settings.coverage:
            unseen = np.array([WORDS_UNSEEN if chunk_id in foreign else 0.0 for chunk_id in ids], np.float32)
            held = np.maximum(self._coverage(words, ids), unseen * before)
        if self._settings.second_passage:
            units = [places[chunk_id] for chunk_id in ids]
        routed = np.array([about[i] for i in ids], np.float32) if about else None
        late = scaled(scores) if self._settings.late_interaction else before
        total = combined(before, late, held, units, routed)
        order = np.argsort(-total, kind="stable")
        ranked = [(ids[i], float(total[i])) for i in order]
        lowest = min(0.0, ranked[-1][1])
        tail = [(chunk_id, lowest - 1 + score) for chunk_id, score in fused[RERANKED:]]
        return ranked + tail, float((scores + gaps).max())

    def _coverage(self, words: Sequence[str], chunk_ids: Sequence[int]) -> Vectors:
        """For each chunk, the share of the words' idf that it holds."""
        frequencies, total = self._catalog.document_frequencies(words), self._catalog.count_live()
        held, whole = dict.fromkeys(chunk_ids, 0.0), 0.0
        for word, among in self._catalog.holding(words, chunk_ids).items():
            weight = idf(total, frequencies[word])
            whole += weight
            for chunk_id in among:
                held[chunk_id] += weight
        return np.array([held[chunk_id] / (whole or 1.0) for chunk_id in chunk_ids], np.float32)


def combined(
    before: Vectors,
    late: Vectors,
    held: Vectors | None = None,
    units: Sequence[Hashable] | None = None,
    routed: Vectors | None = None,
) -> Vectors:
    """The scores by which the best passages are ranked in the end.

    `before` is the fused score and `late` MaxSim, both 0..1, `held` the share of the question's words in each passage,
    `units` the page each stands on, `routed` how far its document is about what the question names, 0..1; None counts
    nothing. A page with two good passages goes before one with a
    single one.
    """
    total: Vectors = MAXSIM_WEIGHT * late + (1 - MAXSIM_WEIGHT) * before
    if held is not None:
        total = total + COVERAGE * held
    if routed is not None:
        total = total + ROUTED * routed
    if units is not None:
        total = total + SECOND * second_best(total, units)
    return total


def averaged(rankings: Sequence[Sequence[tuple[int, float]]]) -> list[tuple[int, float]]:
    """One ranking out of several: the mean of the scores, those of the best RERANKED of each scaled to 0..1."""
    total: dict[int, float] = {}
    for ranking in rankings:
        head = ranking[:RERANKED]
        for (chunk_id, _), score in zip(head, scaled(np.array([s for _, s in head], np.float32)).tolist(), strict=True):
            total[chunk_id] = total.get(chunk_id, 0.0) + score / len(rankings)
    return sorted(total.items(), key=lambda item: (-item[1], item[0]))


def second_best(scores: Vectors, units: Sequence[Hashable]) -> Vectors:
    """For each passage, the second highest score among those of its unit; 0 where it is the only one."""
    among: dict[Hashable, list[float]] = {}
    for score, unit in zip(scores.tolist(), units, strict=True):
        among.setdefault(unit, []).append(score)
    second = {unit: sorted(found)[-2] if len(found) > 1 else 0.0 for unit, found in among.items()}
    return np.array([second[unit] for unit in units], np.float32)


def idf(total: int, holding: int) -> float:
    """How much a word tells that so many of all chunks hold (Robertson & Sparck Jones 1976, never negative)."""
    return math.log(1 + (total - holding + 0.5) / (holding + 0.5))


def piece_weights(catalog: Catalog, pieces: Sequence[str]) -> Vectors:
    """How much each piece of a question counts: the idf of its word; little for stop words, 0 for punctuation."""
    words = [[token for token in tokenise(piece) if token not in STOP_WORDS] for piece in pieces]
    total = catalog.count_live()
    frequencies = catalog.document_frequencies({word for group in words for word in group})
    rarest = idf(total, 0)
    weights = []
    for piece, group in zip(pieces, words, strict=True):
        told = [idf(total, frequencies[word]) for word in group]
        has_letters = any(character.isalnum() for character in piece)
        weights.append(sum(told) / len(told) if told else COMMON_PIECE * rarest * has_letters)
    return np.array(weights if any(weights) else [1.0] * len(pieces), np.float32)


def fuse(
    dense: Mapping[int, float], words: Mapping[int, float], dense_weight: float, foreign: set[int] | None = None
) -> list[tuple[int, float]]:
    """Weighted sum of the two scores, each scaled to 0..1 by its own least and greatest; best first.

    A chunk that one side did not find counts 0 there (CombSUM with min-max scaling; Fox & Shaw, TREC-2, 1994).
    Chunks in another language than the question's take at least a share of their dense score for words.
    """
    by_vector = dict(zip(dense, scaled(np.array(list(dense.values()), np.float32)), strict=True))
    by_word = dict(zip(words, scaled(np.array(list(words.values()), np.float32)), strict=True))
    for chunk_id in foreign or ():
        by_word[chunk_id] = max(by_word.get(chunk_id, 0.0), WORDS_UNSEEN * by_vector.get(chunk_id, 0.0))
    total = {
        chunk_id: float(dense_weight * by_vector.get(chunk_id, 0.0) + (1 - dense_weight) * by_word.get(chunk_id, 0.0))
        for chunk_id in by_vector | by_word
    }
    return sorted(total.items(), key=lambda item: (-item[1], item[0]))


def scaled(values: Vectors) -> NDArray[np.float32]:
    """Values mapped to 0..1 by their least and greatest; all 1 where they are equal."""
    if not len(values):
        return values
    low, high = values.min(), values.max()
    return (values - low) / (high - low) if high > low else np.ones_like(values)
