"""Calibration: how sure a model must be that its passages state the answer, measured on labelled questions."""

import hashlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from kb.answering import judgement
from kb.errors import ModelError, UsageError
from kb.evaluation.measures import of_rows, total
from kb.evaluation.questions import Question
from kb.evaluation.results_log import ResultsLog
from kb.language.language import language_of
from kb.schema import EVERYTHING, Floors, Language, Principal, Scope

FILE = "calibration.jsonl"
MOST_LOST = 0.03  # share of the answerable questions that calibration may have refused
MOST_UNCERTAIN = 0.10  # share of the answerable questions that it may have answered with a doubt
FEWEST = 10  # questions of either kind without which nothing can be calibrated


class Judges(Protocol):
    """A knowledge base, here or behind its service."""

    @property
    def model(self) -> Any: ...

    def judge(self, question: str, asker: Principal, scope: Scope = EVERYTHING) -> float | None: ...

    def keep_floors(self, floors: Mapping[Language, Floors]) -> None: ...


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The floors of one language: `auc` tells questions with an answer from those without, `n` counts both."""

    floor_refuse: float
    floor_answer: float
    auc: float
    n: int


def calibrate(
    kb: Judges,
    questions: Sequence[Question],
    asker: Principal,
    folder: Path,
    *,
    keeper: Judges | None = None,
    fresh: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
    stop: threading.Event | None = None,
) -> dict[Language, Calibrated] | None:
    """Let the model judge labelled questions, and keep the floors that follow with the home, or with `keeper`'s.

    Each judgement is written to `folder` as it comes; the same call goes on where one was stopped. None if `stop`
    ended it: the home stays as it was. A language with fewer than FEWEST questions of either kind is left as it is.
    Raises UsageError where no language has enough, ModelError where the model tells no probabilities.
    """
    labelled = [question for question in questions if question.answerable or question.refuse]
    _check_enough(labelled)
    digest = hashlib.sha256(json.dumps([[q.question, q.scope, q.refuse] for q in labelled]).encode()).hexdigest()
    measured = {"model": judgement.measured_by(kb.model.digest()), "questions": digest}
    log = ResultsLog(folder / FILE, measured, fresh)
    try:
        judged = [json.loads(line) for line in log.lines]
        for at in range(len(judged), len(labelled)):
            if stop is not None and stop.is_set():
                return None
            progress(at, len(labelled))
            question = labelled[at]
            scope = Scope(paths=question.scope) if question.scope else EVERYTHING
            answerable = kb.judge(question.question, asker, scope)
            line = {"language": language_of(question.question), "held": question.answerable, "answerable": answerable}
            log.append(json.dumps(line).encode())
            judged.append(line)
        progress(len(labelled), len(labelled))
    finally:
        log.close()
    if all(line["answerable"] is None for line in judged):
        raise ModelError("evaluation.no_probabilities", name=kb.model.name)
    found = _by_language(judged)
    if not found:
        raise UsageError("evaluation.too_few", fewest=FEWEST)
    (keeper or kb).keep_floors(
        {language: Floors(each.floor_refuse, each.floor_answer) for language, each in found.items()}
    )
    return found


def _check_enough(questions: Sequence[Question]) -> None:
    counts: dict[tuple[str, bool], int] = {}
    for question in questions:
        kind = language_of(question.question), question.answerable
        counts[kind] = counts.get(kind, 0) + 1
    if not any(min(counts.get((name, True), 0), counts.get((name, False), 0)) >= FEWEST for name in ("en", "zh")):
        raise UsageError("evaluation.too_few", fewest=FEWEST)


def _by_language(judged: Sequence[Mapping[str, Any]]) -> dict[Language, Calibrated]:
    """Questions that never reach the model, since no document is near enough, say nothing of it."""
    result: dict[Language, Calibrated] = {}
    languages: tuple[Language, ...] = ("en", "zh")
    for language in languages:
        own = [j for j in judged if j["language"] == language and j["answerable"] is not None]
        held = [j["answerable"] for j in own if j["held"]]
        not_held = [j["answerable"] for j in own if not j["held"]]
        if min(len(held), len(not_held)) >= FEWEST:
            floors = calibrated(held, not_held)
            auc = round(auroc(held, not_held), 4)
            result[language] = Calibrated(floors.refuse, floors.answer, auc, len(own))
    return result


def form(found: Mapping[Language, Calibrated]) -> dict[str, Any]:
    """As JSON: {"language": {"en": {"floor_refuse", "floor_answer", "auc", "n"}}}."""
    return {"language": {language: asdict(each) for language, each in found.items()}}


def calibrated(held: Sequence[float], not_held: Sequence[float]) -> Floors:
    """The floors for these probabilities of questions whose answer the passages hold, and of those whose they do not.

    `refuse` tells the two kinds apart best (Youden's J; Youden, 1950) among the floors that lose at most MOST_LOST of
    the answerable; `answer` leaves at most MOST_UNCERTAIN of them between the two. Midway between neighbouring
    probabilities, so that no question lies on a floor.
    """
    yes, no = np.sort(np.array(held, float)), np.sort(np.array(not_held, float))
    values = np.unique(np.concatenate((yes, no)))
    between = np.concatenate(([0.0], (values[1:] + values[:-1]) / 2))
    lost = np.searchsorted(yes, between) / len(yes)
    caught = np.searchsorted(no, between) / len(no)
    allowed = lost <= MOST_LOST
    refuse = between[allowed][np.argmax((caught - lost)[allowed])]
    doubted = (lost <= lost[between == refuse][0] + MOST_UNCERTAIN) & (between >= refuse)
    answer = between[doubted][np.argmax((caught - lost)[doubted])]
    return Floors(round(float(refuse), 4), round(float(answer), 4))


def auroc(held: Sequence[float], not_held: Sequence[float]) -> float:
    """The probability that a question which is held is judged above one which is not (area under the ROC curve; Hanley
    and McNeil, 1982)."""
    rows = [*(("", value, 1.0) for value in held), *(("", value, 0.0) for value in not_held)]
    return total(of_rows("auc", rows)) or 0.0
