"""Comparing: two runs of an evaluation, question by question: what became right, what became wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from kb.evaluation import ranking_metrics

if TYPE_CHECKING:
    from kb.evaluation.evaluation import Outcome

Verdict = Literal["right", "wrong", "refused", "failed", "unjudged"]
Change = Literal["better", "worse", "same", "only_before", "only_after"]


@dataclass(frozen=True, slots=True)
class Compared:
    """One question in both runs; a side is None where a run does not hold it."""

    id: str
    question: str
    before: "Outcome | None"
    after: "Outcome | None"
    verdict_before: Verdict | None
    verdict_after: Verdict | None
    change: Change


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs: all questions in the order of the later one, and how many changed which way."""

    rows: tuple[Compared, ...]
    better: int
    worse: int
    same: int
    only_before: int
    only_after: int


def verdict(outcome: "Outcome", by_search: bool = False) -> Verdict:
    """What one answer comes to. Without an answer, or `by_search`: whether the gold place was among the first ten."""
    scores, question = outcome.scores, outcome.question
    if outcome.error:
        return "failed"
    if outcome.answer is None or by_search:
        if not scores.gold_units:
            return "unjudged"
        return "right" if scores.first_hit is not None and scores.first_hit <= ranking_metrics.CUTOFF else "wrong"
    if question.refuse:
        return "right" if scores.refused else "wrong"
    if scores.refused:
        return "refused"
    return "unjudged" if scores.right is None else "right" if scores.right else "wrong"


def compare(before: "Sequence[Outcome]", after: "Sequence[Outcome]") -> Comparison:
    """Compare the first answers to each question. Better: right now and not before; worse: the other way round.

    Where one of the runs has searched only, the searches of both are compared.
    """
    old = {o.question.id: o for o in before if o.sample == 0}
    new = {o.question.id: o for o in after if o.sample == 0}
    by_search = not all(any(o.answer is not None for o in side.values()) for side in (old, new) if side)
    rows = []
    for id in [*new, *(id for id in old if id not in new)]:
        a, b = old.get(id), new.get(id)
        shown = b or a
        assert shown is not None
        first, second = (verdict(side, by_search) if side else None for side in (a, b))
        rows.append(Compared(id, shown.question.question, a, b, first, second, _change(first, second)))
    count = {change: sum(row.change == change for row in rows) for change in get_args(Change)}
    return Comparison(tuple(rows), **count)


def _change(before: Verdict | None, after: Verdict | None) -> Change:
    if before is None:
        return "only_after"
    if after is None:
        return "only_before"
    if (before == "right") == (after == "right") or "unjudged" in (before, after):
        return "same"
    return "better" if after == "right" else "worse"


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The parts of two runs' fingerprints that are not the same, by name."""
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
