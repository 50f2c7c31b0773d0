"""Comparing two runs: which questions became right, which became wrong."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from kb.errors import UsageError
from kb.evaluation.comparison import Change, compare, comparison_form, differences, verdict
from kb.evaluation.evaluation import EvalOptions, Outcome, Question, Report, Scores, evaluate, load_run, score
from kb.evaluation.metrics import better
from kb.evaluation.results_log import differing
from kb.schema import Answer
from tests.kb.evaluation.test_evaluation import ALL, base

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


# ---- figures


def report(right: str, **options: object) -> Report:
    """A run over as many questions as there are letters: r right, w wrong, f failed."""
    run = {"samples": 1, "retrieval_only": False, "page_slack": 0, **options}
    outcomes = []
    for n, letter in enumerate(right):
        question = Question(f"q{n}", f"Question {n}?", ("yes",))
        answer = None if letter == "f" else replace(ANSWER, text="yes" if letter == "r" else "no", seconds=1.0 + n)
        bare = Outcome(question, 0, answer=answer, error="ModelError: it died" if letter == "f" else "")
        outcomes.append(replace(bare, scores=score(bare, EvalOptions())))
    return Report(run, tuple(outcomes), len(outcomes))


def test_the_p_of_a_rate_is_that_of_mcnemars_exact_test() -> None:
    """Of ten that changed nine became right: p = 2 · (1 + 10) / 2^10. As many either way: p = 1."""
    found = differences(report("w" * 9 + "r" + "r" * 50), report("r" * 9 + "w" + "r" * 50))["answers.right"]
    assert (found.a, found.b, found.questions) == (51 / 60, 59 / 60, 60)
    assert found.difference == pytest.approx(8 / 60)
    assert found.p == pytest.approx(2 * 11 / 1024)
    assert found.beyond_noise
    level = differences(report("w" * 5 + "r" * 5), report("r" * 5 + "w" * 5))["answers.right"]
    assert (level.difference, level.p, level.beyond_noise) == (0.0, 1.0, False)


def test_the_p_of_other_figures_is_that_of_exchanging_the_answers() -> None:
    """Three seconds more on each of eight questions: 2 of the 2^8 exchanges differ as much, as the sign test says."""
    fast = report("r" * 8)
    late = [replace(o, answer=replace(o.answer, first_word_seconds=3.5)) for o in fast.outcomes if o.answer]
    slower = replace(fast, outcomes=tuple(late))
    found = differences(report("r" * 8), slower)
    assert found["seconds.first_word.p50"].difference == 3.0
    f1 = differences(report("w" * 8), slower)["answers.f1"]
    assert f1.p == pytest.approx(2 / 2**8, abs=0.005)
    same = differences(slower, slower)
    assert {found.p for found in same.values()} == {1.0}


def test_only_questions_that_both_runs_put_are_compared() -> None:
    """One id with another text is another question; one that failed is wrong in both figures and list."""
    first, second = report("rrwr"), report("rfr")
    other = replace(second.outcomes[0], question=replace(second.outcomes[0].question, question="Something else?"))
    second = replace(second, outcomes=(other, *second.outcomes[1:]))
    form = comparison_form(first, second)
    assert form["figures"]["answers.right"]["questions"] == 2
    assert (form["figures"]["answers.right"]["a"], form["figures"]["answers.right"]["b"]) == (0.5, 0.5)
    changed = [(row["id"], row["a"], row["b"]) for row in form["changed"]]
    assert changed == [("q1", "right", "failed"), ("q2", "wrong", "right")]
    with pytest.raises(UsageError, match="no question in common"):
        comparison_form(first, replace(second, outcomes=(other,)))


def test_chance_is_not_taken_for_a_difference() -> None:
    """Of 20 pairs of runs that are equally good about 5 % differ beyond noise, and not more."""
    random_ = random.Random(11)
    runs = [report("".join(random_.choices("rw", k=60))) for _ in range(40)]
    found = [differences(a, b)["answers.right"] for a, b in zip(runs[::2], runs[1::2], strict=True)]
    assert sum(one.beyond_noise for one in found) <= 3


def test_a_run_is_read_from_its_folder_or_its_file_and_scored_anew(tmp_path: Path) -> None:
    kept = evaluate(base(), ALL, EvalOptions(), tmp_path / "a")
    file = tmp_path / "a" / "results.jsonl"
    file.write_bytes(file.read_bytes().replace(b'"right":true', b'"right":false') + b'{"torn')
    assert load_run(tmp_path / "a").outcomes == load_run(file).outcomes == kept.outcomes
    with pytest.raises(UsageError, match=r"There are no results .*nothing"):
        load_run(tmp_path / "nothing")
    file.write_text("{}\n")
    with pytest.raises(UsageError, match="does not begin like the results"):
        load_run(file)


@pytest.mark.parametrize(
    ("name", "change", "is_"),
    [
        ("answers.right", 0.1, True),
        ("answers.right", -0.1, False),
        ("answers.aurc", -0.1, True),
        ("seconds.total.p95", 2.0, False),
        ("slices.kind.table.answers.refused_answerable", -0.1, True),
        ("answers.right", 0.0, False),
        ("claims.contradicted", 0.1, False),
        ("claims.unchecked", -0.1, True),
    ],
)
def test_less_is_better_of_some_figures(name: str, change: float, is_: bool) -> None:
    assert better(name, change) == is_
