"""Confidence: how well wording alone tells right ticks from wrong ones, and the trees that the product ships for it.

`claims/wording.csv` holds the measures of each labelled claim that no rule of the check speaks against; of claims about
sets of others these are all that is kept. `--measure` takes those anew whose words are in `claims/`, `--write` grows
the trees of `kb/confidence/trees.json`.
"""

import csv
import hashlib
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from benchmarks import ticks
from benchmarks.result import Result
from kb.checking import alignment
from kb.checking.objections import Similarities
from kb.confidence.trees import Trees

TABLE = Path(__file__).parent / "claims" / "wording.csv"
SHIPPED = Path(__file__).parents[1] / "kb" / "confidence" / "trees.json"
FORESTS, TREES, RATE = 4, 150, 0.06  # the mean of so many runs of so many trees, each scaled by the rate
ANSWERS = "answers"  # the part of the claims of answers as they came
WEIGHTS = {ANSWERS: 2.0, "blind": 0.5, "blind later": 0.5, "whether": 1.0, "written": 1.0}
_FOLDS, _SEEDS = 5, 3
_COLUMNS = ("id", "part", "group", "true")  # before the measures


@dataclass(frozen=True, slots=True)
class Row:
    """A claim that is confirmed but for its wording: `group` is what may not be learned from for it."""

    id: str
    part: str
    group: str  # the set and the question, or the passage
    true: bool
    measures: Mapping[str, float]


def run(write: bool = False, measure: bool = False) -> Result:
    """Ticks kept by the trees, each claim judged by trees that had seen neither its question nor its passage; and of
    answers by trees that had seen none of their set."""
    if measure:
        save([*(row for row in load() if row.part == ANSWERS), *measured()])
    rows = load()
    if write:
        trees = grow(rows)
        SHIPPED.write_text(json.dumps(trees, separators=(",", ":")) + "\n", encoding="utf-8")
    crossed = _cross_validated(rows)
    found = [(part, part, crossed) for part in WEIGHTS] + [("answers, by other sets", ANSWERS, _by_other_sets(rows))]
    true = np.array([row.true for row in rows])
    table = []
    for name, part, chances in found:
        inside = np.array([row.part == part for row in rows])
        kept = inside & (chances >= alignment.SURE_BY_WORDING)
        before, after = true[inside], true[kept]
        table.append(
            (name, len(before), int(before.sum()), int(after.sum()), int((~before).sum()), int((~after).sum()),
             float(before.mean()), float(after.mean()), float(roc_auc_score(before, chances[inside])))
        )  # fmt: skip
    columns = ("claims", "ticked", "true", "kept", "false", "kept", "right", "right of those kept", "AUC")
    return Result("confidence", columns, tuple(table))


def grow(rows: Sequence[Row]) -> dict[str, Any]:
    """Trees for rows, as `Trees` takes them: the mean of some runs of boosting, since one alone hangs on its seed."""
    prior = float(np.average([row.true for row in rows], weights=[WEIGHTS[row.part] for row in rows]))
    models = [model_of(rows, seed) for seed in range(FORESTS)]
    trees = [plain(each.tree_, RATE / FORESTS) for model in models for each in model.estimators_[:, 0]]
    return {"names": list(rows[0].measures), "start": round(float(np.log(prior / (1 - prior))), 6), "trees": trees}


def model_of(rows: Sequence[Row], seed: int) -> GradientBoostingClassifier:
    """One run of boosting."""
    values = np.array([[*row.measures.values()] for row in rows])
    return GradientBoostingClassifier(
        n_estimators=TREES, max_depth=3, learning_rate=RATE, subsample=0.5, min_samples_leaf=8, max_features=0.3,
        random_state=seed,
    ).fit(values, [row.true for row in rows], sample_weight=[WEIGHTS[row.part] for row in rows])  # fmt: skip


def plain(tree: Any, rate: float, node: int = 0) -> Any:
    """A tree of scikit-learn from a node on, as `Trees` reads it, its numbers scaled by `rate`."""
    below, above = int(tree.children_left[node]), int(tree.children_right[node])
    if below == above:
        return round(float(tree.value[node][0][0]) * rate, 6)
    threshold = round(float(tree.threshold[node]), 6)
    return [int(tree.feature[node]), threshold, plain(tree, rate, below), plain(tree, rate, above)]


def _chances(trees: Mapping[str, Any], rows: Sequence[Row]) -> list[float]:
    grown = Trees(**trees)
    return [grown.probability(row.measures) for row in rows]


def _cross_validated(rows: Sequence[Row]) -> np.ndarray[Any, np.dtype[np.float64]]:
    chances = np.zeros(len(rows))
    groups = sorted({row.group for row in rows})
    for seed in range(_SEEDS):
        fold = {group: random.Random(f"{seed} {group}").randrange(_FOLDS) for group in groups}
        for number in range(_FOLDS):
            trees = grow([row for row in rows if fold[row.group] != number])
            out = [at for at, row in enumerate(rows) if fold[row.group] == number]
            chances[out] += np.array(_chances(trees, [rows[at] for at in out])) / _SEEDS
    return chances


def _by_other_sets(rows: Sequence[Row]) -> np.ndarray[Any, np.dtype[np.float64]]:
    chances = np.zeros(len(rows))
    sets = {row.group.partition("/")[0] for row in rows if row.part == ANSWERS}
    for name in sorted(sets):
        is_out = [row.part == ANSWERS and row.group.partition("/")[0] == name for row in rows]
        out = [at for at, of_it in enumerate(is_out) if of_it]
        trees = grow([row for row, of_it in zip(rows, is_out, strict=True) if not of_it])
        chances[out] = _chances(trees, [rows[at] for at in out])
    return chances


def measured() -> Iterator[Row]:
    """The rows of the claims whose words stand in `claims/`."""
    with ticks._remembered() as similarities:
        for case in ticks.cases():
            if case.part != "of answers" and (found := measures_of(case, similarities)):
                place = case.question if case.part == "written" else case.passages[0].document
                yield Row(_hash(f"{case.question}\n{case.text}"), case.part, f"{_hash(place)}/", case.true, found)


def measures_of(case: ticks.Case, similarities: Similarities) -> Mapping[str, float]:
    """Those of a claim that is confirmed but for its wording; none where it is not, or is not told by words."""
    found: list[dict[str, float]] = []
    measures = alignment.measures

    def recorded(*arguments: Any) -> dict[str, float]:
        found.append(measures(*arguments))
        return found[-1]

    with patch.object(alignment, "measures", recorded), patch.object(alignment, "SURE_BY_WORDING", 0.0):
        is_ticked = ticks.is_confirmed(case, similarities)
    return found[0] if is_ticked and found else {}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def load() -> list[Row]:
    """The table."""
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return [
            Row(line["id"], line["part"], line["group"], line["true"] == "1",
                {name: float(value) for name, value in line.items() if name not in _COLUMNS})
            for line in csv.DictReader(lines)
        ]  # fmt: skip


def save(rows: Sequence[Row]) -> None:
    """Write the table."""
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*_COLUMNS, *rows[0].measures])
        for row in rows:
            values = (f"{value:.5g}" for value in row.measures.values())
            writer.writerow([row.id, row.part, row.group, int(row.true), *values])
