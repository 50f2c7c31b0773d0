"""Gates: limits of figures, and of what they may lose beside an earlier run."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kb.errors import UsageError
from kb.evaluation.evaluation import EvalOptions, Report, evaluate
from kb.evaluation.gates import Gate, Limit, check_base, judge, load_gate
from kb.schema import Answer
from tests.kb.evaluation.test_comparison import report as run_of
from tests.kb.evaluation.test_evaluation import ALL, ScriptedBase, base


def gate_of(folder: Path, spec: Mapping[str, Any]) -> Gate:
    (folder / "gate.json").write_text(json.dumps(spec), encoding="utf-8")
    return load_gate(folder / "gate.json")


def missed(report: Report, folder: Path, spec: Mapping[str, Any], before: Report | None = None) -> list[str]:
    return [one.missed for one in judge(report, gate_of(folder, spec), before) if one.missed]


def test_a_gate_names_what_is_violated(tmp_path: Path) -> None:
    report = evaluate(base(), ALL, EvalOptions(), tmp_path)
    spec = {"retrieval.hit@10": ">=0.95", "answers.empty": "<=0", "answers.refused_by_kind.near_miss": ">=0.6"}
    assert missed(report, tmp_path, spec) == ["answers.refused_by_kind.near_miss is 0; >= 0.6 is wanted"]
    assert missed(report, tmp_path, {"answers.right": ">=0.4, <=0.6"}) == []
    assert missed(report, tmp_path, {"retrieval.hit@1": "==0.5", "failed": "<1"}) == []
    assert len(missed(report, tmp_path, {"answers.right": ">0.5,<0.5"})) == 2


def test_a_figure_without_a_value_violates_its_gate(tmp_path: Path) -> None:
    report = evaluate(base(), ALL, EvalOptions(retrieval_only=True), tmp_path)
    told = ["answers.right has no value, nothing was counted; >= 0 is wanted"]
    assert missed(report, tmp_path, {"answers.right": ">=0"}) == told


def test_a_gate_is_read_from_yaml_and_json(tmp_path: Path) -> None:
    path = tmp_path / "gate.yaml"
    path.write_text('base: main\nretrieval.hit@10: ">=0.95, drop <= 0.02"\nanswers.empty: <=0\n', encoding="utf-8")
    hits = "retrieval.hit@10"
    limits = (Limit(hits, ">=", 0.95), Limit(hits, "<=", 0.02, drop=True), Limit("answers.empty", "<=", 0))
    assert load_gate(path) == Gate(limits, tmp_path / "main")
    path.write_text('{"claims.supported": ">= 0.85"}', encoding="utf-8")
    assert load_gate(path) == Gate((Limit("claims.supported", ">=", 0.85),))
    for bad in (
        "[1]",
        "",
        "a: [",
        "a: 0.9",
        "answers.right: high",
        "base: main",
        "answers.right: drop>=0.1",
        "failed: drop<=1",
    ):
        path.write_text(bad, encoding="utf-8")
        with pytest.raises(UsageError):
            load_gate(path)
    with pytest.raises(UsageError, match="absent"):
        load_gate(tmp_path / "absent.yaml")
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        load_gate(tmp_path)


def test_a_figure_that_no_run_has_is_found_when_the_gate_is_read(tmp_path: Path) -> None:
    def load(name: str, samples: int = 1) -> list[str]:
        (tmp_path / "gate.json").write_text(json.dumps({name: "<1"}), encoding="utf-8")
        return [limit.figure for limit in load_gate(tmp_path / "gate.json", samples).limits]

    for known in ("failed", "seconds.total.p95", "answers.refused_by_kind.near_miss", "answers.of.right"):
        assert load(known) == [known]
    assert load("answers.cons@4", 4)
    for unknown, hint in (
        ("answers.rightt", r"Did you mean answers\.right\?"),
        ("hit@5", r"Did you mean retrieval\.hit@5\?"),
        ("answers.cons@4", "Did you mean|There are: "),
        ("run.seed", r"There are: questions, failed, retrieval\.hit@1"),
    ):
        with pytest.raises(UsageError, match=f"gate.json names '{unknown}', which is no figure. ({hint})"):
            load(unknown)
    with pytest.raises(UsageError, match=r"refused_by_kind\.unasked"):
        judge(run_of("r"), gate_of(tmp_path, {"answers.refused_by_kind.unasked": ">=0"}))


def test_a_drop_beyond_what_is_allowed_is_missed_and_a_rise_is_not(tmp_path: Path) -> None:
    before, after = run_of("r" * 8 + "w" * 2), run_of("r" * 7 + "w" * 3)
    spec = {"answers.right": "drop<=0.1"}
    assert missed(after, tmp_path, spec, before) == []
    told = "answers.right went from 0.8 to 0.7 over 10 questions (p 1); a drop <= 0.05 is allowed"
    assert missed(after, tmp_path, {"answers.right": "drop<=0.05"}, before) == [told]
    assert missed(before, tmp_path, {"answers.right": "drop<0.01"}, after) == []


def test_of_figures_where_less_is_better_a_rise_is_the_drop(tmp_path: Path) -> None:
    fast, slow = run_of("rr"), run_of("rrrr")  # the first two questions take as long in both
    assert missed(slow, tmp_path, {"seconds.total.p95": "drop<=0"}, fast) == []
    wordless = run_of("ww")
    assert missed(run_of("rr"), tmp_path, {"answers.f1": "drop<=0.5"}, wordless) == []
    assert len(missed(wordless, tmp_path, {"answers.f1": "drop<=0.5"}, run_of("rr"))) == 1


def test_a_drop_is_measured_over_the_questions_of_both_runs(tmp_path: Path) -> None:
    """The new run puts two questions more, and has them wrong: over the ten of both nothing was lost."""
    before, after = run_of("r" * 10), run_of("r" * 10 + "w" * 10)
    assert missed(after, tmp_path, {"answers.right": "drop<=0"}, before) == []
    assert missed(after, tmp_path, {"claims.cited": "drop<=0"}, before) == [
        "claims.cited has no value in both runs over the same questions; a drop <= 0 is allowed"
    ]


def test_a_gate_of_drops_needs_a_run_to_measure_from(tmp_path: Path) -> None:
    gate = gate_of(tmp_path, {"answers.right": "drop<=0.1"})
    with pytest.raises(UsageError, match="Give --base RUN"):
        check_base(gate, None)
    assert check_base(gate, tmp_path) == tmp_path
    assert check_base(Gate((), tmp_path / "b"), None) == tmp_path / "b"
    assert check_base(Gate(), None) is None


# ---- planted regressions


def withhold(kb: ScriptedBase) -> None:
    kb.found = {}


def shuffle(kb: ScriptedBase) -> None:
    for question, (reply,) in kb.answers.items():
        assert isinstance(reply, Answer)
        moved = tuple(replace(citation, document="elsewhere.pdf") for citation in reply.citations)
        kb.answers[question] = [replace(reply, citations=moved)]


def never_refuse(kb: ScriptedBase) -> None:
    for question, (reply,) in kb.answers.items():
        assert isinstance(reply, Answer)
        kb.answers[question] = [replace(reply, refused=False)]


def refuse_always(kb: ScriptedBase) -> None:
    for question, (reply,) in kb.answers.items():
        assert isinstance(reply, Answer)
        kb.answers[question] = [replace(reply, refused=True, claims=(), citations=())]


@pytest.mark.parametrize(
    ("plant", "figure"),
    [
        (withhold, "retrieval.hit@10"),
        (shuffle, "citations.on_gold"),
        (never_refuse, "answers.refused_unanswerable"),
        (refuse_always, "answers.right"),
    ],
)
def test_a_planted_regression_fails_the_gate(
    tmp_path: Path, plant: Callable[[ScriptedBase], None], figure: str
) -> None:
    names = ("retrieval.hit@10", "citations.on_gold", "answers.refused_unanswerable", "answers.right")
    spec = dict.fromkeys(names, "drop<=0")
    before = evaluate(base(), ALL, EvalOptions(), tmp_path / "before")
    kb = base()
    plant(kb)
    told = missed(evaluate(kb, ALL, EvalOptions(), tmp_path / "after"), tmp_path, spec, before)
    assert figure in [line.partition(" ")[0] for line in told]
    assert missed(evaluate(base(), ALL, EvalOptions(), tmp_path / "same"), tmp_path, spec, before) == []
