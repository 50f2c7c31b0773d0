"""Comparing two runs: which questions became right, which became wrong."""

import pytest

from kb.evaluation.evaluation import Outcome, Scores
from kb.evaluation.questions import Question
from kb.schema import Answer
from ui.service.run_comparison import Change, compare, differing, verdict

ANSWER = Answer("q", "q", "It is so.", "", False, "en", (), (), (), (), "embedded", "m", 1.0, 0.5)


def outcome(id: str, *, answered: bool = True, refuse: bool = False, error: str = "", **scores: object) -> Outcome:
    question = Question(id, f"Question {id}?", refuse=refuse)
    return Outcome(
        question, 0, answer=ANSWER if answered else None, error=error, scores=Scores(**scores)  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "is_"),
    [
        (outcome("a", right=True, refused=False), "right"),
        (outcome("a", right=False, refused=False), "wrong"),
        (outcome("a", right=False, refused=True), "refused"),
        (outcome("a", refused=False), "unjudged"),
        (outcome("a", refuse=True, refused=True), "right"),
        (outcome("a", refuse=True, refused=False), "wrong"),
        (outcome("a", answered=False, error="ModelError: it died"), "failed"),
        (outcome("a", answered=False, gold_units=1, first_hit=10), "right"),
        (outcome("a", answered=False, gold_units=1, first_hit=11), "wrong"),
        (outcome("a", answered=False, gold_units=1), "wrong"),
        (outcome("a", answered=False), "unjudged"),
    ],
)
def test_what_an_answer_comes_to(given: Outcome, is_: str) -> None:
    assert verdict(given) == is_


def test_questions_are_compared_one_by_one() -> None:
    before = [outcome("1", right=True), outcome("2", right=False), outcome("3", right=True), outcome("old", right=True)]
    after = [outcome("new", right=True), outcome("1", right=False), outcome("2", right=True), outcome("3", right=True)]
    found = compare(before, after)
    changes: list[tuple[str, Change]] = [
        ("new", "only_after"), ("1", "worse"), ("2", "better"), ("3", "same"), ("old", "only_before"),
    ]  # fmt: skip
    assert [(row.id, row.change) for row in found.rows] == changes
    assert (found.better, found.worse, found.same, found.only_before, found.only_after) == (1, 1, 1, 1, 1)


def test_a_refusal_that_becomes_right_is_better_and_one_that_becomes_wrong_is_the_same() -> None:
    refused = outcome("1", right=False, refused=True)
    assert compare([refused], [outcome("1", right=True, refused=False)]).better == 1
    assert compare([refused], [outcome("1", right=False, refused=False)]).same == 1


def test_what_differs_between_two_runs_is_named() -> None:
    assert differing({"model": "a", "seed": 0}, {"model": "b", "seed": 0, "k": 10}) == ["k", "model"]


def test_a_run_that_only_searched_is_compared_by_what_was_found() -> None:
    answered = outcome("1", right=False, refused=True, gold_units=1, first_hit=2)
    searched = outcome("1", answered=False, gold_units=1, first_hit=2)
    assert compare([answered], [searched]).same == 1
    assert compare([answered], [outcome("1", answered=False, gold_units=1)]).worse == 1
