"""Figures as sums over questions: percentiles, intervals, the risk–coverage curve, slices and drawn questions."""

import json
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from kb.errors import UsageError
from kb.evaluation.evaluation import EvalOptions, Question, evaluate, summarise
from kb.evaluation.gates import judge, load_gate
from kb.evaluation.measures import curve, interval, of_rows, total
from kb.evaluation.questions import sample, selection
from tests.kb.evaluation.test_evaluation import ABSENT, ALL, COLOUR, LEAVE, WEATHER, ScriptedBase, answer, base


def test_percentiles_are_interpolated() -> None:
    rows = [(str(n), float(n), 1.0) for n in (4, 2, 1, 3)]
    assert total(of_rows("p50", rows)) == 2.5
    assert total(of_rows("p95", rows)) == pytest.approx(3.85)
    assert total(of_rows("p95", rows[:1])) == 4.0
    assert total(of_rows("p50", [])) is None


def test_the_interval_of_a_rate_is_that_of_the_binomial() -> None:
    rate = of_rows("share", [(str(n), float(n % 4 == 0), 1.0) for n in range(400)])
    low, high = interval(rate) or (0, 0)
    wide = 1.96 * (0.25 * 0.75 / 400) ** 0.5
    assert low == pytest.approx(0.25 - wide, abs=0.008)
    assert high == pytest.approx(0.25 + wide, abs=0.008)
    assert interval(rate) == (low, high)


def test_questions_are_resampled_not_their_answers() -> None:
    """Sixteen answers to a question that agree are one observation: the interval stays as wide as with one each."""
    once = of_rows("share", [(str(n), float(n % 2), 1.0) for n in range(40)])
    often = of_rows("share", [(str(n), float(n % 2), 1.0) for n in range(40) for _ in range(16)])
    assert interval(once) == interval(often)


def test_the_interval_of_a_median_is_as_a_plain_bootstrap_says() -> None:
    random_ = random.Random(3)
    values = [random_.expovariate(0.2) for _ in range(101)]
    medians = sorted(sorted(random_.choices(values, k=101))[50] for _ in range(4000))
    low, high = interval(of_rows("p50", [(str(n), value, 1.0) for n, value in enumerate(values)])) or (0, 0)
    assert low == pytest.approx(medians[100], abs=0.35)
    assert high == pytest.approx(medians[3900], abs=0.35)


def test_one_question_has_no_interval() -> None:
    assert interval(of_rows("share", [("a", 1.0, 1.0), ("a", 0.0, 1.0)])) is None
    assert interval(of_rows("share", [])) is None


def test_the_area_under_the_curve_is_that_computed_by_hand() -> None:
    judged = of_rows("curve", [("a", 0.9, 0.0), ("b", 0.7, 1.0), ("c", 0.8, 0.0), ("d", 0.6, 1.0)])
    assert curve(judged) == [(0.25, 0.0), (0.5, 0.0), (0.75, pytest.approx(1 / 3)), (1.0, 0.5)]
    assert total(judged) == pytest.approx((0 + 0 + 1 / 3 + 1 / 2) / 4)
    best = of_rows("curve", [("a", 0.9, 0.0), ("b", 0.1, 0.0)])
    assert total(best) == 0.0
    level = of_rows("curve", [("a", 0.5, 0.0), ("b", 0.5, 1.0)])  # equal ones cannot be told apart
    assert curve(level) == [(1.0, 0.5)]
    assert total(level) == 0.5


def test_the_area_counts_the_answers_that_were_given(tmp_path: Path) -> None:
    """Right with evidence 1.0, wrong with .5, an answer that had to be refused with .2; a refusal is no answer."""
    kb = Measured(base().answers, base().found)
    kb.evidence = {LEAVE.question: 1.0, COLOUR.question: 0.5, ABSENT.question: 0.2, WEATHER.question: 0.9}
    figures = summarise(evaluate(kb, ALL, EvalOptions(), tmp_path))
    assert figures["answers"]["of"]["aurc"] == 3
    assert figures["answers"]["aurc"] == pytest.approx((0 + 1 / 2 + 2 / 3) / 3)


class Measured(ScriptedBase):
    """A knowledge base whose searches measure the evidence as they are told to."""

    evidence: dict[str, float]

    def search(self, question: str, *arguments: object, **options: object):  # type: ignore[no-untyped-def]
        found = super().search(question, *arguments, **options)  # type: ignore[arg-type]
        return replace(found, evidence=self.evidence[question])


def test_every_figure_with_several_questions_has_an_interval_around_it(tmp_path: Path) -> None:
    figures = summarise(evaluate(base(), ALL, EvalOptions(), tmp_path))
    intervals = figures["intervals"]
    for name in ("retrieval.ndcg@10", "answers.right", "claims.supported", "citations.on_gold", "seconds.total.p50"):
        section, _, rest = name.partition(".")
        group, dot, inner = rest.partition(".")
        value = figures[section][group][inner] if dot else figures[section][group]
        low, high = intervals[name]
        assert low <= value <= high, name
    assert "answers.refused_by_kind.near_miss" not in intervals  # a single question
    assert json.loads(json.dumps(intervals, allow_nan=False)) == intervals


def test_the_figures_of_parts_of_the_questions(tmp_path: Path) -> None:
    tagged = replace(LEAVE, kind="table", meta={"tags": ["hr", "leave"]})
    chinese = Question("zh", "几天？", ("15天",), COLOUR.evidence, "zh", kind="table", meta={"tags": ["hr"]})
    kb = base()
    kb.answers[chinese.question] = [answer("20天")]
    report = evaluate(kb, [tagged, COLOUR, ABSENT, chinese], EvalOptions(), tmp_path)
    slices = summarise(report)["slices"]
    assert slices["kind"]["table"]["questions"] == 2
    assert slices["kind"]["table"]["answers.right"] == 0.5
    assert slices["kind"]["near_miss"]["answers.refused_unanswerable"] == 0.0
    assert {name: part["answers.right"] for name, part in slices["language"].items()} == {"en": 0.5, "zh": 0.0}
    assert {name: part["questions"] for name, part in slices["type"].items()} == {"pdf": 1, "txt": 2}
    assert {name: part["answers.right"] for name, part in slices["tag"].items()} == {"hr": 0.5, "leave": 1.0}
    assert slices["collection"] == {"c": {**slices["tag"]["leave"]}}  # b.txt is no document of this home
    (tmp_path / "gate.yaml").write_text('slices.language.zh.answers.right: ">=0.5"\n', encoding="utf-8")
    missed = [one.missed for one in judge(report, load_gate(tmp_path / "gate.yaml"))]
    assert missed == ["slices.language.zh.answers.right is 0; >= 0.5 is wanted"]


# ---- drawing questions


def many() -> list[Question]:
    kinds = ["table"] * 60 + ["text"] * 30 + ["near_miss"] * 10
    return [Question(str(n), f"Question {n}?", language="zh" if n % 2 else "en", kind=k) for n, k in enumerate(kinds)]


def test_a_draw_holds_each_kind_and_language_in_its_proportion_and_is_the_seeds() -> None:
    drawn = sample(many(), 20, seed=1)
    assert Counter(q.kind for q in drawn) == {"table": 12, "text": 6, "near_miss": 2}
    assert Counter(q.language for q in drawn) == {"en": 10, "zh": 10}
    assert [int(q.id) for q in drawn] == sorted(int(q.id) for q in drawn)
    assert sample(many(), 20, seed=1) == drawn
    assert sample(many(), 20, seed=2) != drawn
    assert sample(many(), 1000, seed=1) == many()


def test_a_run_puts_what_is_drawn_and_says_so_in_its_fingerprint(tmp_path: Path) -> None:
    report = evaluate(base(), ALL, EvalOptions(sample=2, seed=3, retrieval_only=True), tmp_path)
    assert [o.question for o in report.outcomes] == sample(ALL, 2, 3)
    assert report.run["sample"] == 2
    with pytest.raises(UsageError, match="another run"):
        evaluate(base(), ALL, EvalOptions(sample=2, seed=4, retrieval_only=True), tmp_path)
    with pytest.raises(UsageError, match="give one of the two"):
        selection(ALL, 1, 1, 0)
    with pytest.raises(UsageError, match="--sample must be at least 1"):
        evaluate(base(), ALL, EvalOptions(sample=0), tmp_path)
