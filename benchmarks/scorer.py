"""The scorer: how often `right` agrees with what people said of the same answers."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.places import evaldata
from benchmarks.result import Result
from kb.evaluation import scoring
from kb.evaluation.quantities import quantities

_SET = "judge_calibration_dev"


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer, what people said of it, and what the scorer says."""

    question: str
    kind: str
    half: int  # of the questions, by their hash: what is chosen on one is looked at on the other
    people: bool
    scorer: bool


def run() -> Result:
    """Precision and recall of `scoring.is_right` over all answers, by half and by kind of gold."""
    file = evaldata() / _SET / "queries.jsonl"
    columns = ("answers", "of", "precision", "recall")
    if not file.is_file():
        return Result("scorer", columns, (), (f"{_SET} is absent: {file} (set KB_EVALDATA)",))
    judged = [_judged(json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]
    groups = {"all": judged, "half 0": [j for j in judged if not j.half], "half 1": [j for j in judged if j.half]}
    groups |= {kind: [j for j in judged if j.kind == kind] for kind in ("number", "yes or no", "long", "short")}
    return Result("scorer", columns, tuple((name, len(found), *_agreement(found)) for name, found in groups.items()))


def _judged(record: dict[str, object]) -> Judged:
    question, answers, meta = record["question"], record["answers"], record["meta"]
    assert isinstance(question, str)
    assert isinstance(answers, list)
    assert isinstance(meta, dict)
    return Judged(
        question,
        kind_of(answers[0]),
        int(hashlib.md5(question.encode(), usedforsecurity=False).hexdigest(), 16) % 2,
        meta["human_label"] == "Correct Answer",
        scoring.is_right(str(meta["model_answer"] or ""), answers, question=question),
    )


def kind_of(gold: str) -> str:
    """What sort of gold it is: a number, a yes or no with its reasons, long or short."""
    tokens = scoring.tokens(gold)
    if len(tokens) <= 4 and any(True for _ in quantities(gold)):
        return "number"
    if tokens and tokens[0] in ("yes", "no"):
        return "yes or no"
    return "long" if scoring.length(tokens) > 0.5 else "short"


def _agreement(judged: Sequence[Judged]) -> tuple[float, float]:
    """Precision and recall of the scorer's "right" against people's."""
    both = sum(j.people and j.scorer for j in judged)
    return both / max(1, sum(j.scorer for j in judged)), both / max(1, sum(j.people for j in judged))
