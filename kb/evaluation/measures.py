"""Measures: each figure as what every answer adds to it, so that it can be summed, resampled and compared."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from kb.evaluation import ranking_metrics, scoring

if TYPE_CHECKING:
    from kb.evaluation.outcome import Outcome

Array = np.ndarray[Any, Any]
MeasureKind = Literal["share", "p50", "p95", "curve", "auc"]
Observation = tuple[str, float, float]  # id of the question, value, over

RESAMPLES = 1_000  # of the bootstrap; 95 % intervals move by less than a tenth of their width with more
_CELLS = 4_000_000  # of a matrix of weights; more are computed in turn
SEED = 20_260_901  # of all resampling: the same answers always have the same intervals


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure before it is summed: a row for each answer, search or vote that counts.

    - share: Σ value / Σ over, such as right answers over answers, or supported claims over claims.
    - p50, p95: the median and the 95th percentile of the values.
    - curve: the area under the risk–coverage curve (El-Yaniv and Wiener, JMLR 2010; Geifman and El-Yaniv, 2017):
      answers are taken from the most confident (value) to the least, and the share of wrong ones (over) among those
      taken so far is averaged. 0 is best.
    - auc: the area under the ROC curve: how probably a question of one kind (over 1) has a higher value than one of
      the other (over 0), ties counting half (Hanley and McNeil, 1982).
    """

    kind: MeasureKind
    questions: tuple[str, ...]
    values: tuple[float, ...]
    over: tuple[float, ...]

    @property
    def count(self) -> int:
        """Over how much the figure is: answers, claims, citations."""
        return int(sum(self.over)) if self.kind == "share" else len(self.values)

    @property
    def yes_or_no(self) -> bool:
        """Whether each question counts once, as a hit or a miss."""
        once = len(set(self.questions)) == len(self.questions)
        return self.kind == "share" and once and {*self.over} <= {1} and {*self.values} <= {0, 1}

    def only(self, questions: frozenset[str]) -> "Measure":
        """The rows of these questions."""
        kept = [row for row in zip(self.questions, self.values, self.over, strict=True) if row[0] in questions]
        return of_rows(self.kind, kept)


def of_rows(kind: MeasureKind, rows: Iterable[Observation]) -> Measure:
    listed = list(rows)
    return Measure(
        kind, tuple(row[0] for row in listed), tuple(float(row[1]) for row in listed),
        tuple(float(row[2]) for row in listed),
    )  # fmt: skip


def total(measure: Measure) -> float | None:
    """The figure; None where nothing was counted."""
    if not measure.count:
        return None
    return float(weighted(measure, np.ones((1, len(measure.values))))[0])


def interval(measure: Measure) -> tuple[float, float] | None:
    """The 95 % interval of the figure by the percentile bootstrap (Efron, 1979) over questions, not over answers.

    None with fewer than two questions. A figure that is the same for every question has an interval of no width,
    which says nothing of questions that were not put.
    """
    questions = list(dict.fromkeys(measure.questions))
    if len(questions) < 2 or not measure.count:
        return None
    place = {question: at for at, question in enumerate(questions)}
    columns = np.array([place[question] for question in measure.questions])
    random = np.random.default_rng(SEED)
    found = []
    for batch in batches(RESAMPLES, max(len(questions), len(columns))):
        drawn = random.integers(0, len(questions), (batch, len(questions)))
        shifted = drawn + np.arange(batch)[:, None] * len(questions)
        counts = np.bincount(shifted.ravel(), minlength=batch * len(questions)).reshape(batch, len(questions))
        found.append(weighted(measure, counts[:, columns].astype(float)))
    low, high = np.nanpercentile(np.concatenate(found), (2.5, 97.5))
    return float(low), float(high)


def batches(count: int, rows: int) -> Iterator[int]:
    """So many resamples of so many rows, in parts that fit into memory."""
    size = max(1, _CELLS // max(1, rows))
    while count > 0:
        yield min(size, count)
        count -= size


def weighted(measure: Measure, weights: Array) -> Array:
    """The figure with each row counted as often as `weights` (resamples, rows) say; NaN where nothing counts."""
    values, over = np.array(measure.values), np.array(measure.over)
    if measure.kind == "share":
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray((weights @ values) / (weights @ over))
    if measure.kind == "curve":
        return _curve_areas(values, over, weights)
    if measure.kind == "auc":
        return _roc_areas(values, over, weights)
    return _percentiles(values, weights, int(measure.kind[1:]) / 100)


def _percentiles(values: Array, weights: Array, share: float) -> Array:
    """The weighted percentile, interpolated linearly as between rows written out as often as they count."""
    order = np.argsort(values, kind="stable")
    ordered, cumulated = values[order], np.cumsum(weights[:, order], axis=1)
    size = cumulated[:, -1]
    at = share * (size - 1)
    low = np.floor(at)
    high = np.minimum(low + 1, size - 1)
    lower = ordered[(cumulated > low[:, None]).argmax(axis=1)]
    upper = ordered[(cumulated > high[:, None]).argmax(axis=1)]
    return np.where(size > 0, lower + (upper - lower) * (at - low), np.nan)


def _curve_areas(confidence: Array, wrong: Array, weights: Array) -> Array:
    order = np.argsort(-confidence, kind="stable")
    steps = weights[:, order]
    taken = np.cumsum(steps, axis=1)
    ends = np.searchsorted(-confidence[order], -confidence[order], side="right") - 1  # equal ones are taken together
    with np.errstate(divide="ignore", invalid="ignore"):
        risk = np.nan_to_num(np.cumsum(steps * wrong[order], axis=1) / taken)[:, ends]
        return np.asarray((steps * risk).sum(axis=1) / taken[:, -1])


def _roc_areas(values: Array, positive: Array, weights: Array) -> Array:
    above, below = values[positive == 1, None], values[None, positive == 0]
    wins = (above > below) + (above == below) / 2
    of_above, of_below = weights[:, positive == 1], weights[:, positive == 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        pairs = of_above.sum(axis=1) * of_below.sum(axis=1)
        return np.asarray(((of_above @ wins) * of_below).sum(axis=1) / pairs)


def curve(measure: Measure) -> list[tuple[float, float]]:
    """The points of a curve: the share of its answers that are taken, and how many of those are wrong, 0..1."""
    wrong = [pair[1] for pair in sorted(zip(measure.values, measure.over, strict=True), key=lambda pair: -pair[0])]
    confidence = sorted(measure.values, reverse=True)
    return [
        (taken / len(wrong), sum(wrong[:taken]) / taken)
        for taken in range(1, len(wrong) + 1)
        if taken == len(wrong) or confidence[taken] != confidence[taken - 1]
    ]


def measures(outcomes: Sequence["Outcome"], samples: int) -> dict[str, Measure]:
    """Every figure of these outcomes by its dotted name, such as `retrieval.hit@10`; `summarise` explains them."""
    searched = [o for o in outcomes if o.sample == 0 and o.question.evidence]
    answered = [o for o in outcomes if o.answer is not None]
    answerable = [o for o in outcomes if o.scores.right is not None]
    given = [o for o in answered if not o.scores.refused]
    could = [o for o in answered if o.question.answerable]
    could_not = [o for o in answered if o.question.refuse]
    kinds = sorted({o.question.kind for o in could_not if o.question.kind})
    found: dict[str, Measure] = {
        **{f"retrieval.hit@{k}": _each(searched, [_rank(o) <= k for o in searched]) for k in (1, 5, 10)},
        "retrieval.mrr@10": _each(
            searched, [1 / _rank(o) if _rank(o) <= ranking_metrics.CUTOFF else 0.0 for o in searched]
        ),
        "retrieval.ndcg@10": _each(searched, [o.scores.ndcg or 0.0 for o in searched]),
        "retrieval.below_floor_answerable": _below(outcomes, refuse=False),
        "retrieval.below_floor_unanswerable": _below(outcomes, refuse=True),
        "answers.right": _each(answerable, [bool(o.scores.right) for o in answerable]),
        "answers.f1": _each(answerable, [o.scores.f1 or 0.0 for o in answerable]),
        "answers.refused_answerable": _each(could, [bool(o.scores.refused) for o in could]),
        "answers.refused_unanswerable": _each(could_not, [bool(o.scores.refused) for o in could_not]),
    }
    for kind in kinds:
        of_kind = [o for o in could_not if o.question.kind == kind]
        found[f"answers.refused_by_kind.{kind}"] = _each(of_kind, [bool(o.scores.refused) for o in of_kind])
    found |= {
        "answers.empty": _each(answered, [bool(o.scores.empty) for o in answered]),
        "answers.think_leaks": _each(answered, [bool(o.scores.think_leak) for o in answered]),
        "answers.language_right": _each(answered, [bool(o.scores.language_right) for o in answered]),
        "answers.uncertain": _each(given, [bool(o.answer and o.answer.uncertain) for o in given]),
        "answers.judged_auc": _judged(answered),
        "answers.aurc": _risk(outcomes),
    }
    if samples > 1:
        found["answers.pass@1"] = found["answers.right"]
        found[f"answers.cons@{samples}"] = of_rows("share", _votes(answerable, samples))
    confirmed = _sums((o, o.scores.claims_supported, o.scores.claims) for o in answered)
    found |= {
        "claims.supported": confirmed,  # the name it had before there were states
        "claims.confirmed": confirmed,
        "claims.contradicted": _sums((o, o.scores.claims_contradicted, o.scores.claims) for o in answered),
        "claims.unchecked": _sums((o, o.scores.claims_unchecked, o.scores.claims) for o in answered),
        "claims.cited": _sums((o, o.scores.claims_cited, o.scores.claims) for o in answered),
        "citations.on_gold": _sums((o, o.scores.citations_on_gold, o.scores.citations) for o in answered),
    }
    seconds: dict[str, list[tuple[Outcome, float | None]]] = {
        "retrieval": [(o, o.retrieval_seconds) for o in outcomes],
        "first_word": [(o, o.answer.first_word_seconds) for o in answered if o.answer],
        "total": [(o, o.answer.seconds) for o in answered if o.answer],
    }
    for name, times in seconds.items():
        rows = [(o.question.id, value, 1.0) for o, value in times if value is not None]
        found[f"seconds.{name}.p50"] = of_rows("p50", rows)
        found[f"seconds.{name}.p95"] = of_rows("p95", rows)
    return found


def _each(outcomes: Sequence["Outcome"], values: Sequence[float]) -> Measure:
    return of_rows("share", ((o.question.id, v, 1.0) for o, v in zip(outcomes, values, strict=True)))


def _sums(parts: Iterable[tuple["Outcome", int | None, int | None]]) -> Measure:
    return of_rows("share", ((o.question.id, value or 0, over) for o, value, over in parts if over))


def _rank(outcome: "Outcome") -> float:
    return outcome.scores.first_hit or float("inf")


def _below(outcomes: Sequence["Outcome"], refuse: bool) -> Measure:
    known = [o for o in outcomes if o.enough_evidence is not None and o.question.refuse == refuse]
    return _each(known, [not o.enough_evidence for o in known])


def _judged(answered: Sequence["Outcome"]) -> Measure:
    """How probably the model held its passages to state the answer, for questions that have one and that have none."""
    both = [o for o in answered if o.question.answerable or o.question.refuse]
    rows = [(o.question.id, o.answer.answerable, float(o.question.answerable)) for o in both if o.answer]
    known = [(name, value, over) for name, value, over in rows if value is not None]
    return of_rows("auc", known if len({over for _, _, over in known}) == 2 else ())


def _risk(outcomes: Sequence["Outcome"]) -> Measure:
    """Of answers that are no refusals and can be judged: how sure they were, and whether they are wrong.

    Sure is what the model judged; where an answer was not judged, how near the evidence was, of all of them.
    """
    answered = [o for o in outcomes if o.answer is not None and not o.scores.refused]
    evidence = {o.question.id: o.evidence for o in outcomes if o.evidence is not None}
    judged = {o.question.id: o.answer.answerable for o in answered if o.answer and o.answer.answerable is not None}
    if all(o.question.id in judged for o in answered):
        evidence = judged
    given = [o for o in answered if o.question.id in evidence]
    return of_rows(
        "curve",
        (
            (o.question.id, evidence[o.question.id], float(not o.scores.right))
            for o in given
            if o.scores.right is not None or o.question.refuse
        ),
    )


def _votes(answerable: Sequence["Outcome"], samples: int) -> Iterator[Observation]:
    """For each question whose samples are all there, whether the answer of the majority is right."""
    by_question: dict[str, list[Outcome]] = {}
    for outcome in answerable:
        by_question.setdefault(outcome.question.id, []).append(outcome)
    for question, group in by_question.items():
        given = [o for o in group if o.answer is not None]
        if len(group) < samples:
            continue
        winner = scoring.majority([o.answer.text if o.answer and not o.answer.refused else None for o in given])
        yield question, float(winner is not None and bool(given[winner].scores.right)), 1.0
