"""Markup of the page Review: the list of judged answers, and one of them with its evidence."""

from collections.abc import Sequence

from kb.language.local_days import local
from kb.review.reviews import CorrectionSource, Review
from ui.html.templates import Fact, ToolButton, draw
from ui.words.strings import Strings

_SHORT = 240  # characters of an answer in the list


def listed(found: Sequence[Review], t: Strings) -> str:
    """The list. A click reports the id of one."""
    return draw("reviews.listed", [_row(review, t) for review in found], t)


def _row(review: Review, t: Strings, *, opened: bool = False) -> tuple[object, ...]:
    judged = review.judged
    answer = (judged.answer if judged else "") or (review.correction.answer if review.correction else "")
    answer = "" if opened else answer
    short = answer if len(answer) <= _SHORT else f"{answer[:_SHORT]}…"
    reason = t("review_reason", who=judged.who, reason=judged.reason) if judged and judged.reason else ""
    notes = [" ".join(each.split()) for each in (reason, short) if each]
    acts = None if opened else [ToolButton("look", review.id, t("review_look"), review.question[:80])]
    sign = "?" if judged is None else "+" if judged.verdict == "up" else "−"
    return sign, review.question[:300], _facts(review, t), acts, notes


def _facts(review: Review, t: Strings) -> list[Fact]:
    judged = review.judged
    if judged is None:
        facts = [Fact(t("review_gone"), "mark")]
    else:
        verdict = ("review_up", "mark") if judged.verdict == "up" else ("review_down", "mark weak")
        facts = [Fact(t(verdict[0]), verdict[1]), Fact(judged.who), Fact(local(judged.at))]
    if review.editor:
        words = t("review_by", editor=review.editor, day=local(review.at))
        facts.append(Fact(f"{t(f'review_state_{review.state}')}: {words}"))
    if review.withdrawn:
        facts.append(Fact(t(f"review_withdrawn_{review.withdrawn}"), "status bad"))
    elif review.curated:
        facts.append(Fact(t("review_given"), "mark"))
    return facts


def one(review: Review, t: Strings) -> str:
    """A judged answer, what was found for it, and what its correction rests on. A click reports a place's number."""
    judged = review.judged
    answer = None if judged is None else judged.answer if judged.answer.strip() else t("review_no_answer")
    places: list[tuple[str, list[tuple[object, ...]]]] = []
    if review.passages:
        found = [("passage", p.rank, p.document, p.text, "") for p in review.passages]
        places.append((t("review_passages"), [*found]))
    if review.correction:
        places.append((t("review_sources"), [_source(source, t) for source in review.correction.sources]))
    return draw("reviews.one", _row(review, t, opened=True), answer, places, t)


def _source(source: CorrectionSource, t: Strings) -> tuple[object, ...]:
    state = "" if source.standing == "current" else t(f"review_withdrawn_{source.standing}")
    return "source", source.marker, source.document, source.quote, state
