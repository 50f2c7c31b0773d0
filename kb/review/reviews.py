"""Reviews: judged answers as a queue for editors, who correct them, mark what they rest on, accept or dismiss them.

A source is a place in a version of a document, so that a quote is always `text[start:end]` of it; a correction whose
source changed, or is gone, is shown as that and used no more.
"""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np

from kb.answering.answer_builder import checked
from kb.editing.passages import is_left_out
from kb.errors import DocumentNotFound, RefusedByPolicy, ReviewChanged, ReviewNotFound, UsageError
from kb.models.embedding import Embedder
from kb.models.maxsim import Vectors
from kb.people.permissions import may_edit
from kb.schema import EVERYTHING, Citation, Passage, Principal, Scope, StoredText, page_number_at
from kb.store.catalog import Catalog
from kb.store.conversations import ConversationStore, JudgedAnswer, StoredTurn, clean, scope_of, sources_of
from kb.store.database import now

State = Literal["open", "corrected", "accepted", "dismissed"]
STATES: tuple[State, ...] = ("open", "corrected", "accepted", "dismissed")
# What is so with the sources of a correction: all stand in the versions that answer, or why not.
Standing = Literal["current", "changed", "deleted", "quarantined", "left_out"]
LONGEST_ANSWER = 20_000  # characters
LONGEST_SOURCE = 4_000
MOST_SOURCES = 20
MOST_QUESTIONS = 20  # ways to ask it
MARKER = re.compile(r"\[(\d{1,3})\]")

# Kinds of answers that may name documents beside those they rest on.
_ELSEWHERE = frozenset({"list", "documents", "clarify"})


@dataclass(frozen=True, slots=True)
class Mark:
    """A passage that an editor marked: `text[start:end]` of a document, as `version` has it; None: the newest."""

    collection: str
    document: str
    start: int  # characters, into the stored text
    end: int
    version: int | None = None


@dataclass(frozen=True, slots=True)
class CorrectionSource:
    """What a correction rests on. `text[start:end]` of the document's version is `quote`."""

    marker: int  # from 1
    collection: str  # "" where the document was deleted; so are the others
    document: str
    version: int
    page: int | None
    start: int
    end: int
    quote: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class Correction:
    """What an editor would have answered. `also` are other ways to ask the question."""

    question: str
    also: tuple[str, ...]
    answer: str  # "" where a document it rests on was deleted; `[n]` names source n
    sources: tuple[CorrectionSource, ...]

    @property
    def standing(self) -> Standing:
        """The worst of its sources."""
        found = {source.standing for source in self.sources}
        order: tuple[Standing, ...] = ("deleted", "changed", "quarantined", "left_out")
        return next((each for each in order if each in found), "current")


@dataclass(frozen=True, slots=True)
class Review:
    """A judged answer, and what editors made of it. `version` is 0 until the first did something."""

    id: str
    version: int
    state: State
    judged: JudgedAnswer | None  # None where its conversation was deleted
    searched: str  # the self-contained question
    thinking: str
    passages: tuple[Passage, ...]
    citations: tuple[Citation, ...]
    scope: Scope  # the filter it was asked with
    correction: Correction | None = None
    curated: bool = False
    editor: str = ""
    at: str = ""  # ISO 8601, UTC: of the last change

    @property
    def question(self) -> str:
        """As it was asked, or else as the editor put it."""
        return self.judged.question if self.judged else self.correction.question if self.correction else ""

    @property
    def withdrawn(self) -> Standing | None:
        """Why a curated answer is not given any more; None where it is, or none was made."""
        standing = self.correction.standing if self.curated and self.correction else "current"
        return None if standing == "current" else standing


def may_review(asker: Principal) -> bool:
    """Whether somebody is an editor of answers."""
    return asker.unlimited or "review" in asker.permissions


class Reviews:
    """The reviews of a home. Each method is given who asks: an editor sees answers that rest on documents of which they
    may read all and edit one's collection; the home's owner and admins see all.

    Raises RefusedByPolicy, ReviewNotFound, ReviewChanged, UsageError, and what the catalog raises.
    """

    def __init__(self, catalog: Catalog, embedder: Embedder, identity: Callable[[], str]) -> None:
        self._catalog, self._embedder, self._identity = catalog, embedder, identity
        self._turns = ConversationStore(catalog)

    # ---- looking

    def listed(
        self,
        asker: Principal,
        *,
        state: State | None = None,
        verdict: str | None = None,
        curated: bool = False,
        limit: int = 100,
        offset: int = 0,
    ) -> list[Review]:
        """Reviews, the last judged first; with `curated` those that were made curated answers, given or withdrawn."""
        found: list[Review] = []
        for review in self._all(asker):
            judged_so = verdict is None or (review.judged is not None and review.judged.verdict == verdict)
            if judged_so and state in (None, review.state) and (review.curated or not curated):
                found.append(review)
                if len(found) == offset + limit:
                    break
        return found[offset:]

    def get(self, asker: Principal, id: str) -> Review:
        """One review."""
        found = next(self._all(asker, id), None)
        if found is None:
            raise ReviewNotFound("review.not_found", id=id[:40])
        return found

    def _all(self, asker: Principal, id: str | None = None) -> Iterator[Review]:
        self._check(asker)
        rows = self._catalog.db.execute("SELECT * FROM reviews WHERE ?1 IS NULL OR id = ?1 ORDER BY at DESC", (id,))
        kept = {row["id"]: row for row in rows}
        for judged, turn in self._turns.judged_turns(id):
            review = self._review(judged, turn, kept.pop(turn.id, None))
            if self._sees(asker, review, turn):
                yield review
        for row in kept.values():
            review = self._review(None, None, row)
            if self._sees(asker, review, None):
                yield review

    def _review(self, judged: JudgedAnswer | None, turn: StoredTurn | None, row: sqlite3.Row | None) -> Review:
        given = turn.answer if turn else None
        review = Review(
            id=turn.id if turn else row["id"] if row else "", version=0, state="open",
            judged=judged if judged and judged.verdict else None,
            searched=(turn.searched or turn.question) if turn else "", thinking=turn.thinking if turn else "",
            passages=(turn.passages or ()) if turn else (), citations=given.citations if given else (),
            scope=turn.scope if turn else EVERYTHING,
        )  # fmt: skip
        if row is None:
            return review
        question, *also = json.loads(row["questions"]) or [""]
        sources = tuple(self.sources(row["id"]))
        correction = Correction(question, tuple(also), row["answer"], sources) if sources else None
        return replace(
            review, version=row["version"], state=row["state"], correction=correction, curated=bool(row["curated"]),
            editor=row["editor"], at=row["at"], scope=scope_of(row["scope"]),
        )  # fmt: skip

    def sources(self, id: str) -> Iterator[CorrectionSource]:
        """What the correction of a review rests on, in the order of its markers."""
        rows = self._catalog.db.execute("SELECT * FROM review_sources WHERE review_id = ? ORDER BY position", (id,))
        for row in rows.fetchall():
            try:
                stored = self._catalog.stored_text(row["document_id"], row["version"])
                newest = self._catalog.stored_text(row["document_id"])
            except DocumentNotFound:
                yield CorrectionSource(
                    row["position"], "", "", row["version"], None, row["start"], row["end"], "", "deleted"
                )
                continue
            held = self._catalog.is_quarantined(row["document_id"])
            changed = newest.version != stored.version and newest.text != stored.text
            stored = stored if changed else newest  # `kb reindex` gives the same text another number
            start, end = row["start"], row["end"]
            standing: Standing = "changed" if changed else "quarantined" if held else "current"
            if standing == "current" and is_left_out(self._catalog.db, row["document_id"], start, end):
                standing = "left_out"
            yield CorrectionSource(
                row["position"], stored.collection, stored.path, stored.version, page_number_at(stored.pages, start),
                start, end, stored.text[start:end], standing,
            )  # fmt: skip

    def _sees(self, asker: Principal, review: Review, turn: StoredTurn | None) -> bool:
        if asker.unlimited:
            return True
        names = set(sources_of(turn)) if turn else set()
        if turn and turn.mode == "chat":  # no document says who may know of it
            return False
        if turn and turn.answer and turn.answer.kind in _ELSEWHERE:
            return False
        if review.correction:
            if review.correction.standing == "deleted" and not names:
                return review.editor == asker.name  # who made it is told that it is gone
            names |= {(s.collection, s.document) for s in review.correction.sources if s.document}
        edited = any(may_edit(asker, collection) for collection, _ in names)
        return edited and self._catalog.all_readable(asker, names)

    # ---- deciding

    def correct(
        self,
        asker: Principal,
        id: str,
        seen: int,
        *,
        question: str,
        answer: str,
        marks: Sequence[Mark],
        also: Sequence[str] = (),
    ) -> Review:
        """Keep what should have been answered, and where that stands. `seen` is the version that it was decided on.

        An accepted one is open to be accepted again, and a curated answer of it is given no more until then.
        """
        review = self.get(asker, id)
        questions = [checked(question), *(checked(each) for each in also if each.strip())]
        if len(questions) > MOST_QUESTIONS:
            raise UsageError("review.many_questions", most=MOST_QUESTIONS, n=len(questions))
        places = self._places(asker, marks)
        text = _checked_answer(answer, len(places))
        return self._correct(asker, review, seen, questions, text, places)

    def accept(self, asker: Principal, id: str, seen: int, *, curated: bool = False) -> Review:
        """Accept a correction, or an answer that was judged helpful as it is; `curated`: give it when the same is
        asked again."""
        review = self.get(asker, id)
        if review.correction is None:
            review = self._as_it_is(asker, review, seen)
            seen = review.version
        correction = review.correction
        if correction is None or correction.standing != "current":
            raise UsageError(_NOT_CURRENT[correction.standing if correction else "deleted"])
        vectors, identity = None, ""
        if curated:
            questions = (correction.question, *correction.also)
            vectors, identity = self.vectors(questions).tobytes(), self._identity()
        detail = {
            "decision": "accept", "curated": curated, "answer": correction.answer,
            "citations": _source_forms(correction),
        }  # fmt: skip
        return self._change(
            asker, review, seen, "accepted", detail, curated=int(curated), vectors=vectors, identity=identity
        )

    def dismiss(self, asker: Principal, id: str, seen: int) -> Review:
        """Leave a judged answer as it is: nothing comes of it."""
        review = self.get(asker, id)
        return self._change(asker, review, seen, "dismissed", {"decision": "dismiss"}, curated=0)

    def withdraw(self, asker: Principal, id: str, seen: int) -> Review:
        """Give a curated answer no more; what was accepted stays accepted."""
        review = self.get(asker, id)
        if not review.curated:
            raise UsageError("review.not_curated", id=id[:40])
        return self._change(asker, review, seen, "accepted", {"decision": "withdraw"}, curated=0)

    def vectors(self, questions: Sequence[str]) -> Vectors:
        """The vectors of questions, shape (questions, dimension)."""
        return np.stack([self._embedder.embed_question(each).vector for each in questions]).astype(np.float32)

    def vectors_kept(self, kept: bytes | None, identity: str, questions: Sequence[str]) -> Vectors | None:
        """The vectors of a curated answer's questions, as they were `kept` with the `identity` of the model of then;
        None with an embedding model whose cosines nobody has measured."""
        if not self._embedder.evidence_floors:
            return None
        if kept is None or identity != self._identity():  # the home was embedded anew with another model
            return self.vectors(questions)
        return np.frombuffer(kept, np.float32).reshape(len(questions), -1)

    def _as_it_is(self, asker: Principal, review: Review, seen: int) -> Review:
        """The review with the answer itself as its correction, where that was judged helpful and cites something."""
        if review.judged is None or review.judged.verdict != "up":
            raise UsageError("review.judged_unhelpful")
        numbers: dict[int, list[int]] = {}
        marks: list[Mark] = []
        for cited in review.citations:
            mark = Mark(cited.collection, cited.document, cited.start, cited.end, cited.version)
            if mark not in marks:
                marks.append(mark)
            at = marks.index(mark) + 1
            if at not in numbers.setdefault(cited.marker, []):
                numbers[cited.marker].append(at)
        places = self._places(asker, marks)
        text = MARKER.sub(lambda match: "".join(f"[{n}]" for n in numbers.get(int(match[1]), ())), review.judged.answer)
        questions = [review.searched or review.judged.question]
        return self._correct(asker, review, seen, questions, _checked_answer(text, len(places)), places)

    def _places(self, asker: Principal, marks: Sequence[Mark]) -> list[tuple[int, StoredText, Mark]]:
        """(document id, text, mark) of each marked passage."""
        if not marks:
            raise UsageError("review.no_source")
        if len(marks) > MOST_SOURCES:
            raise UsageError("review.many_sources", most=MOST_SOURCES, n=len(marks))
        found = []
        for mark in marks:
            document_id, _ = self._catalog.find_document(asker, mark.document, mark.collection or None)
            stored = self._catalog.stored_text(document_id)
            if mark.version is not None and not self._has_text(document_id, mark.version, stored):
                raise UsageError("review.source_changed", document=mark.document, then=mark.version, now=stored.version)
            if self._catalog.is_quarantined(document_id):
                raise UsageError("review.source_held", document=mark.document)
            if not 0 <= mark.start < mark.end <= len(stored.text) or not stored.text[mark.start : mark.end].strip():
                raise UsageError(
                    "review.no_passage", start=mark.start, end=mark.end, document=mark.document, n=len(stored.text)
                )
            if is_left_out(self._catalog.db, document_id, mark.start, mark.end):
                raise UsageError("review.source_left_out", document=mark.document)
            if mark.end - mark.start > LONGEST_SOURCE:
                raise UsageError(
                    "review.long_source", document=mark.document, n=mark.end - mark.start, most=LONGEST_SOURCE
                )
            found.append((document_id, stored, mark))
        return found

    def _has_text(self, document_id: int, version: int, stored: StoredText) -> bool:
        """Whether a version of a document is the stored one, or has the same text."""
        try:
            return version == stored.version or self._catalog.stored_text(document_id, version).text == stored.text
        except DocumentNotFound:
            return False

    def _correct(
        self, asker: Principal, review: Review, seen: int, questions: Sequence[str], answer: str,
        places: Sequence[tuple[int, StoredText, Mark]],
    ) -> Review:  # fmt: skip
        cited = [
            {"collection": s.collection, "document": s.path, "version": s.version, "start": m.start, "end": m.end}
            for _, s, m in places
        ]
        rows = [
            (review.id, at, document_id, stored.version, mark.start, mark.end)
            for at, (document_id, stored, mark) in enumerate(places, 1)
        ]
        return self._change(
            asker, review, seen, "corrected", {"decision": "correct", "answer": answer, "citations": cited}, rows,
            questions=clean(json.dumps([*questions], ensure_ascii=False)), answer=answer, curated=0,
        )  # fmt: skip

    def _change(
        self, asker: Principal, review: Review, seen: int, state: State, detail: dict[str, Any],
        sources: Sequence[tuple[Any, ...]] | None = None, **columns: Any,
    ) -> Review:  # fmt: skip
        """Write a decision and its record, where nobody decided something else meanwhile."""
        with self._catalog.transaction() as db:
            row = db.execute("SELECT version, editor FROM reviews WHERE id = ?", (review.id,)).fetchone()
            before = row["version"] if row else 0
            if seen != before:
                by = row["editor"] if row else "somebody"
                raise ReviewChanged("review.changed", by=by, now=before, seen=seen)
            if row is None:
                db.execute(
                    "INSERT INTO reviews (id, version, state, editor, at, questions, answer, scope, curated, identity) "
                    "VALUES (?, 0, 'open', '', '', '[]', '', ?, 0, '')",
                    (review.id, scope_text(review.scope)),
                )
            values = {"version": before + 1, "state": state, "editor": asker.name, "at": now(), **columns}
            assigned = ", ".join(f"{name} = ?" for name in values)
            db.execute(f"UPDATE reviews SET {assigned} WHERE id = ?", (*values.values(), review.id))
            if sources is not None:
                db.execute("DELETE FROM review_sources WHERE review_id = ?", (review.id,))
                db.executemany("INSERT INTO review_sources VALUES (?, ?, ?, ?, ?, ?)", sources)
            self._catalog.record(db, asker.name, "review", review.question, {"review": review.id, **detail})
        return self.get(asker, review.id)

    def _check(self, asker: Principal) -> None:
        if not may_review(asker):
            raise RefusedByPolicy("review.no_editor", name=asker.name)


def scope_text(scope: Scope) -> str:
    """A filter as it is stored: the same for the same one."""
    parts = asdict(scope)
    if not scope.tags:  # as it was stored before there were tags
        del parts["tags"]
    return clean(json.dumps(parts, ensure_ascii=False))


def _checked_answer(given: str, sources: int) -> str:
    text = clean(given.strip())
    if not text:
        raise UsageError("review.empty_answer")
    if len(text) > LONGEST_ANSWER:
        raise UsageError("review.long_answer", n=len(text), most=LONGEST_ANSWER)
    wrong = sorted({int(n) for n in MARKER.findall(text)} - set(range(1, sources + 1)))
    if wrong:
        raise UsageError("review.unmarked_number", number=wrong[0], n=sources)
    return text


def _source_forms(correction: Correction) -> list[dict[str, Any]]:
    return [
        {"collection": s.collection, "document": s.document, "version": s.version, "start": s.start, "end": s.end}
        for s in correction.sources
    ]


_NOT_CURRENT: dict[Standing, str] = {
    "changed": "review.rests_on_changed",
    "deleted": "review.rests_on_deleted",
    "quarantined": "review.rests_on_held",
    "left_out": "review.rests_on_left_out",
}
