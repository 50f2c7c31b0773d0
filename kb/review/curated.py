"""Curated answers: an editor's answer, given at once when the same is asked again, with its sources and its editor.

It is given only to who may read all of its sources, while all of them stand in the versions that answer, and only with
the filter that the question was asked with. No model is called, but for what was asked in quite other words.
"""

import json
import sqlite3
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kb.answering.answer_builder import Draft
from kb.language.language import sentences
from kb.language.local_days import day
from kb.messages.coded_text import text_in
from kb.models.embedding import Embedder
from kb.models.llm import Model
from kb.models.maxsim import Vectors
from kb.review import same_question
from kb.review.answer_judge import AnswerJudge
from kb.review.reviews import MARKER, Correction, CorrectionSource, Reviews, scope_text
from kb.schema import Answer, AskOptions, Citation, Claim, Event, Language, Notice, Passage, Principal, Retrieved
from kb.store.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Curated:
    """A curated answer that may be given to who asked."""

    id: str
    correction: Correction
    editor: str
    at: str  # ISO 8601, UTC
    passages: tuple[Passage, ...]  # its sources, by their markers
    judged: bool = False  # whether the model had to tell that it answers

    def notice(self, language: Language) -> Notice:
        """Says what it is, of whom, and of which day; where the model judged, also what it was written for."""
        values = {"editor": self.editor, "day": day(self.at)}
        if self.judged:
            question = self.correction.question
            return Notice("curated", text_in(language, "review.curated_judged", **values, question=question))
        return Notice("curated", text_in(language, "review.curated", **values))

    def answer(self, draft: Draft) -> Answer:
        """The answer to the question of a draft."""
        text, claims, citations = cited_answer(self.correction.answer, self.correction.sources)
        finished = draft.finished(text)
        return Answer(
            question=finished.question, searched=finished.searched, text=text, thinking="", refused=False,
            language=draft.language, claims=claims, citations=citations, passages=self.passages,
            notices=finished.notices, engine="", model="", seconds=finished.seconds, first_word_seconds=None,
        )  # fmt: skip


class CuratedAnswers:
    """Looks for a curated answer to a question. Safe from several threads."""

    def __init__(
        self, catalog: Catalog, reviews: Reviews, embedder: Embedder, model: Callable[[], Model] | None
    ) -> None:
        self._catalog, self._reviews, self._embedder = catalog, reviews, embedder
        self._judge = AnswerJudge(model)

    def give(self, draft: Draft, asker: Principal, options: AskOptions) -> Generator[Event, None, Answer | None]:
        """The curated answer to what is asked; None where there is none, or it is not wanted. In a conversation the
        question must ask for it as it was typed, and as it was put to stand alone."""
        if not options.curated:
            return None

        def embed(question: str) -> Vectors:
            if question not in draft.embedded:  # the search that follows needs it too
                draft.embedded[question] = self._embedder.embed_question(question)
            return draft.embedded[question].vector

        found = self.find([*dict.fromkeys((draft.question, draft.searched))], asker, embed, options)
        if found is None:
            return None
        draft.passages, draft.curated = found.passages, found.id
        yield Retrieved(draft.passages, draft.searched, enough_evidence=False)  # it needs no model
        told = found.notice(draft.language)
        yield from draft.tell_once(told.kind, told.text)
        return found.answer(draft)

    def find(
        self,
        questions: Sequence[str],
        asker: Principal,
        embed: Callable[[str], Vectors],
        options: AskOptions,
    ) -> Curated | None:
        """The answer to what was asked, where all of these `questions` (as it was typed, and self-contained) ask for
        the same one. `embed` gives the vector of a question, and is called only where there are curated answers."""
        rows = self._catalog.db.execute(
            "SELECT id, questions, answer, vectors, identity, editor, at FROM reviews "
            "WHERE curated = 1 AND state = 'accepted' AND scope = ? ORDER BY at DESC",
            (scope_text(options.scope),),
        ).fetchall()
        if not rows:
            return None
        same, other_words = dict.fromkeys(range(len(rows)), 2.0), dict.fromkeys(range(len(rows)), 1.0)
        asked = [json.loads(row["questions"]) for row in rows]
        vectors = [
            self._reviews.vectors_kept(row["vectors"], row["identity"], each)
            for row, each in zip(rows, asked, strict=True)
        ]
        for question in questions:
            mine = embed(question) if self._embedder.evidence_floors else None
            for at, (known, kept) in enumerate(zip(asked, vectors, strict=True)):
                cosines = [0.0] * len(known) if mine is None or kept is None else (kept @ mine).tolist()
                pairs = list(zip(known, cosines, strict=True))
                near = (cosine for each, cosine in pairs if same_question.in_other_words(question, each, cosine))
                same[at] = min(same[at], max(_likeness(question, each, cosine) for each, cosine in pairs))
                other_words[at] = min(other_words[at], max(near, default=0.0))
        for at in _likeliest(same):
            if curated := self._answer_for(rows[at], asker):
                return curated
        for at in _likeliest(other_words):
            if curated := self._answer_for(rows[at], asker):  # the nearest alone: each costs a call
                answer = MARKER.sub("", curated.correction.answer)
                return replace(curated, judged=True) if self._judge.answers(answer, questions, options) else None
        return None

    def _answer_for(self, row: sqlite3.Row, asker: Principal) -> Curated | None:
        """The answer as it is given; None where a source does not stand any more, or the asker may not read one."""
        first, *others = json.loads(row["questions"])
        correction = Correction(first, tuple(others), row["answer"], tuple(self._reviews.sources(row["id"])))
        if correction.standing != "current" or not row["answer"] or not correction.sources:
            return None
        if not self._catalog.all_readable(asker, {(s.collection, s.document) for s in correction.sources}):
            return None
        passages = tuple(self._passage(s, asker) for s in correction.sources)
        return Curated(row["id"], correction, row["editor"], row["at"], passages)

    def _passage(self, source: CorrectionSource, asker: Principal) -> Passage:
        document_id, _ = self._catalog.find_document(asker, source.document, source.collection)
        row = self._catalog.db.execute(
            "SELECT k.id, k.section, k.header, k.language, v.title FROM versions v LEFT JOIN chunks k "
            'ON k.version_id = v.id AND k.live = 1 AND k.start <= ?3 AND k."end" > ?3 '
            "WHERE v.document_id = ?1 AND v.number = ?2 ORDER BY k.start DESC LIMIT 1",
            (document_id, source.version, source.start),
        ).fetchone()
        return Passage(
            rank=source.marker, chunk_id=row["id"] or 0, collection=source.collection, document=source.document,
            version=source.version, page=source.page, start=source.start, end=source.end, text=source.quote,
            section=row["section"] or "", header=row["header"] or "", title=row["title"], score=1.0,
            language=row["language"],
        )  # fmt: skip


def _likeness(question: str, known: str, cosine: float) -> float:
    """How surely two questions ask the same: 2 for the same words, the cosine where they do, 0 where they do not."""
    if same_question.identical(question, known):
        return 2.0
    return cosine if same_question.asks_the_same(question, known, cosine) else 0.0


def _likeliest(scores: Mapping[int, float]) -> list[int]:
    """The keys whose score is not 0, the highest first."""
    return sorted((at for at, score in scores.items() if score > 0), key=scores.__getitem__, reverse=True)


def cited_answer(
    answer: str, sources: Sequence[CorrectionSource]
) -> tuple[str, tuple[Claim, ...], tuple[Citation, ...]]:
    """An editor's answer with its claims and citations. A sentence that names no source rests on those that the next
    one names which does; where none is named anywhere, all rest on all sources."""
    text = answer if MARKER.search(answer) else f"{answer} " + "".join(f"[{source.marker}]" for source in sources)
    spans = list(_sentences(text))
    named = [tuple(dict.fromkeys(int(n) for n in MARKER.findall(text[start:end]))) for start, end in spans]
    everything = tuple(source.marker for source in sources)
    claims: list[Claim] = []
    citations: list[Citation] = []
    for at, (start, end) in enumerate(spans):
        markers = next((each for each in (*named[at:], *reversed(named[:at])) if each), everything)
        for source in (source for source in sources if source.marker in markers):
            citations.append(
                Citation(
                    source.marker,
                    source.collection,
                    source.document,
                    source.version,
                    source.page,
                    source.start,
                    source.end,
                    source.quote,
                    True,
                    len(claims),
                )
            )
        claims.append(Claim(start, end, True, markers, "confirmed"))
    return text, tuple(claims), tuple(citations)


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """The sentences; markers behind a full stop belong to the one before."""
    pending: tuple[int, int] | None = None
    for start, end in sentences(text):
        if pending and not MARKER.sub("", text[start:end]).strip(" 。.!！?？"):
            pending = pending[0], end
            continue
        if pending:
            yield pending
        pending = start, end
    if pending:
        yield pending
