"""Ranking: nDCG@10 and MRR@10 are the figures of trec_eval, by its own code (pytrec_eval)."""

import random

import pytest
import pytrec_eval

from kb.evaluation.questions import Evidence, Question
from kb.evaluation.ranking_metrics import CUTOFF, PageUnit, first_hit, gains, gold_units, ndcg

DOCUMENTS = [f"d{n:03}" for n in range(60)]


def places(names: list[str]) -> list[PageUnit]:
    return [PageUnit(name, None) for name in names]


def ours(ranked: list[str], judged: dict[str, int]) -> tuple[float, float]:
    """(nDCG@10, MRR@10)"""
    gold, grades = places([*judged]), [*judged.values()]
    gained = gains(places(ranked), gold, 0, grades)
    first = first_hit(gained)
    return ndcg(gained, gold_units(gold, grades).values()), 1 / first if first and first <= CUTOFF else 0.0


def theirs(ranked: list[str], judged: dict[str, int]) -> tuple[float, float]:
    """The same by trec_eval; what it calls recip_rank has no cut, and is given the first ten."""
    judge = pytrec_eval.RelevanceEvaluator({"q": judged}, {"ndcg_cut.10", "recip_rank"})
    whole, first = ({name: float(-rank) for rank, name in enumerate(part)} for part in (ranked, ranked[:CUTOFF]))
    return judge.evaluate({"q": whole})["q"]["ndcg_cut_10"], judge.evaluate({"q": first})["q"]["recip_rank"]


@pytest.mark.parametrize("grades", [(1,), (1, 2, 3), (2, 2, 5)], ids=["binary", "graded", "tied"])
@pytest.mark.parametrize("golds", [1, 4, 30])
def test_random_runs_have_the_figures_of_trec_eval(grades: tuple[int, ...], golds: int) -> None:
    drawn = random.Random(f"{grades} {golds}")
    seen = set()
    for _ in range(200):
        ranked = drawn.sample(DOCUMENTS, drawn.randint(1, 50))
        judged = {name: drawn.choice(grades) for name in drawn.sample(DOCUMENTS, golds)}
        found = ours(ranked, judged)
        assert found == pytest.approx(theirs(ranked, judged), abs=1e-6)
        seen.add(found)
    assert len(seen) > 5  # they are not all the same


def test_documents_judged_not_relevant_count_for_neither() -> None:
    judged = {"d001": 2, "d002": 0, "d003": 1}
    relevant = {name: grade for name, grade in judged.items() if grade}
    ranked = ["d002", "d003", "d009", "d001"]
    assert ours(ranked, relevant) == pytest.approx(theirs(ranked, judged), abs=1e-6)


def test_of_one_place_named_twice_the_highest_grade_counts() -> None:
    gold = places(["a", "b", "a"])
    assert gold_units(gold, [1, 2, 3]) == dict(zip(places(["a", "b"]), (3, 2), strict=True))
    assert gains(places(["b", "c", "a"]), gold, 0, [1, 2, 3]) == [2, 0, 3]
    assert Question("1", "?", evidence=(Evidence("a"),)).evidence[0].grade == 1
