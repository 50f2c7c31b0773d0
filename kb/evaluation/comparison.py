"""Comparing: two runs of an evaluation, by their figures and question by question: what became right, what wrong."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from kb.errors import UsageError
from kb.evaluation import ranking_metrics
from kb.evaluation.measures import SEED, Measure, batches, measures, of_rows, total, weighted
from kb.evaluation.results_log import differing

if TYPE_CHECKING:
    from kb.evaluation.outcome import Outcome, Report

PERMUTATIONS = 2_000
NOISE = 0.05  # a difference whose p is not below this is not told from chance

Correctness = Literal["right", "wrong", "refused", "failed", "unjudged"]
Change = Literal["better", "worse", "same", "only_before", "only_after"]


@dataclass(frozen=True, slots=True)
class Compared:
    """One question in both runs; a side is None where a run does not hold it."""

    id: str
    question: str
    before: "Outcome | None"
    after: "Outcome | None"
    verdict_before: Correctness | None
    verdict_after: Correctness | None
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


def verdict(outcome: "Outcome", by_search: bool = False) -> Correctness:
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


def _change(before: Correctness | None, after: Correctness | None) -> Change:
    if before is None:
        return "only_after"
    if after is None:
        return "only_before"
    if (before == "right") == (after == "right") or "unjudged" in (before, after):
        return "same"
    return "better" if after == "right" else "worse"


# ---- figures


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of two runs, over the questions that count in both. `p`: how likely chance alone differs as much."""

    a: float
    b: float
    difference: float  # b - a
    p: float
    questions: int

    @property
    def beyond_noise(self) -> bool:
        return self.p < NOISE


def shared_questions(a: "Report", b: "Report") -> frozenset[str]:
    """The ids of the questions that both runs put. One id with two texts is not the same question."""
    first, second = ({(o.question.id, o.question.question) for o in run.outcomes} for run in (a, b))
    return frozenset(id for id, _ in first & second)


def differences(a: "Report", b: "Report") -> dict[str, Difference]:
    """Every figure that has a value in both runs, by its dotted name, over the questions that both put.

    p is that of McNemar's exact test (Psychometrika 1947) where each question counts once, as a hit or a miss, and
    of a permutation test otherwise, in which the two runs' answers to a question are exchanged (two-sided).
    """
    shared = shared_questions(a, b)
    first, second = (measures(run.outcomes, int(run.run["samples"])) for run in (a, b))
    found = {}
    for name in first:
        if name not in second:
            continue
        both = shared & {*first[name].questions} & {*second[name].questions}
        one, other = first[name].only(both), second[name].only(both)
        before, after = total(one), total(other)
        if before is not None and after is not None:
            p = _mcnemar(one, other) if one.yes_or_no and other.yes_or_no else _permutation(one, other)
            found[name] = Difference(before, after, after - before, p, len(both))
    return found


def _mcnemar(a: Measure, b: Measure) -> float:
    before, after = (dict(zip(side.questions, side.values, strict=True)) for side in (a, b))
    lost = sum(before[id] > after[id] for id in before)
    won = sum(before[id] < after[id] for id in before)
    changed = lost + won
    tail = sum(math.comb(changed, n) for n in range(min(lost, won) + 1))
    return min(1.0, 2 * tail / (1 << changed))


def _permutation(a: Measure, b: Measure) -> float:
    observed = abs((total(b) or 0.0) - (total(a) or 0.0)) - 1e-12
    place = {question: at for at, question in enumerate(dict.fromkeys(a.questions))}
    both = of_rows(a.kind, [*_rows(a), *_rows(b)])
    columns = np.array([place[question] for question in both.questions])
    later = np.arange(len(columns)) >= len(a.questions)
    random = np.random.default_rng(SEED)
    as_far = 0
    for batch in batches(PERMUTATIONS, len(columns)):
        second = later ^ random.integers(0, 2, (batch, len(place)), dtype=bool)[:, columns]
        change = weighted(both, second.astype(float)) - weighted(both, (~second).astype(float))
        as_far += int((~(np.abs(change) < observed)).sum())
    return (1 + as_far) / (1 + PERMUTATIONS)


def _rows(measure: Measure) -> Sequence[tuple[str, float, float]]:
    return list(zip(measure.questions, measure.values, measure.over, strict=True))


def comparison_form(a: "Report", b: "Report") -> dict[str, Any]:
    """Two runs as JSON: `figures` by dotted name, and `changed`, the questions whose verdict is another.

    Raises UsageError where the runs have no question in common.
    """
    rows = compare(a.outcomes, b.outcomes).rows
    shared = shared_questions(a, b)
    if not shared:
        raise UsageError("evaluation.nothing_in_common")
    return {
        "figures": {name: asdict(found) for name, found in differences(a, b).items()},
        "changed": [
            {"id": row.id, "question": row.question, "a": row.verdict_before, "b": row.verdict_after}
            for row in rows
            if row.id in shared and row.verdict_before != row.verdict_after
        ],
        "differs": differing(a.run, b.run),
    }
