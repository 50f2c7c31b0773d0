"""The trees that the product ships, and how trees are read."""

import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import kb.confidence.trees as of_trees
from benchmarks import confidence
from kb.checking.alignment import SURE_BY_WORDING
from kb.confidence.trees import Trees, shipped
from kb.confidence.wording import measures


def test_numbers_of_the_leaves_are_added_to_the_log_odds() -> None:
    trees = Trees(["size", "runs"], 0.5, [[1, 0.25, -1.0, [0, 3.0, 0.75, 2.0]], 0.1])
    for size, runs, total in ((1.0, 0.25, -0.4), (3.0, 0.5, 1.35), (3.1, 0.5, 2.6)):
        assert trees.probability({"size": size, "runs": runs}) == pytest.approx(1 / (1 + math.exp(-total)))


def test_a_measure_that_is_missing_is_an_error() -> None:
    with pytest.raises(KeyError):
        Trees(["size"], 0.0, []).probability({"runs": 1.0})


def test_the_shipped_trees_know_the_measures_by_name() -> None:
    found = measures("Who?", "She.", "She.", frozenset(), lambda _, texts: np.zeros(len(texts), np.float32))
    assert list(shipped().names) == list(found)
    assert 0 < shipped().probability(found) < 1


def test_trees_are_written_as_the_library_reads_them() -> None:
    """What is written of a run of boosting gives the same as scikit-learn does with it."""
    rows = [row for row in confidence.load() if row.part == "written"]
    grown = confidence.grow(rows)
    trees = Trees(**json.loads(json.dumps(grown)))
    chances = [trees.probability(row.measures) for row in rows]
    right = [chance for chance, row in zip(chances, rows, strict=True) if row.true]
    wrong = [chance for chance, row in zip(chances, rows, strict=True) if not row.true]
    assert min(right) > 0.3
    assert max(wrong) < np.mean(right)
    model = confidence.model_of(rows, seed=0)
    values = np.array([[*row.measures.values()] for row in rows])
    written = [confidence.plain(each.tree_, confidence.RATE) for each in model.estimators_[:, 0]]
    alone = Trees(grown["names"], grown["start"], written)
    expected = model.predict_proba(values)[:, 1]
    assert [alone.probability(row.measures) for row in rows] == pytest.approx(list(expected), abs=1e-4)


def test_the_shipped_trees_are_those_of_the_table() -> None:
    """Written by `python -m benchmarks confidence --write`; another release of the library may grow others."""
    names = {name for row in confidence.load() for name in row.measures}
    assert set(shipped().names) == names
    assert len(shipped().trees) == confidence.FORESTS * confidence.TREES
    assert Path(of_trees.__file__).with_name("trees.json") == confidence.SHIPPED


TIPS = (
    "Ask your doctor which of the services are in the network before you go. Keep the receipts of every visit. Look at "
    "the statement when it comes, and ask for help where it is wrong. The plan pays for most visits to a doctor, and "
    "for some of the medicine. Members may call the help line."
)


@pytest.mark.parametrize(
    ("claim", "is_confident"),
    [
        ("Keep the receipts of every visit.", True),
        ("Look at the statement when it comes, and ask for help where it is wrong.", True),
        ("The statement of every doctor in the network pays for visits and medicine, and the receipts that members "
         "call the help line for are important services of the plan to ask about and keep right.", False),
        ("Members should be aware that the network of services, the help line for every statement, medicine and the "
         "receipts of a doctor are important for members to ask about before visits, and pay attention to.", False),
    ],
)  # fmt: skip
def test_what_is_put_together_from_single_words_is_doubted(claim: str, is_confident: bool) -> None:
    def alike(_: str, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.full(len(texts), 0.85, np.float32)

    found = measures("What is important to know about the plan?", claim, TIPS, frozenset(), alike)
    assert (shipped().probability(found) >= SURE_BY_WORDING) is is_confident
