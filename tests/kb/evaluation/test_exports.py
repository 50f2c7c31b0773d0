"""A run for other programs: CSV and JUnit XML."""

import csv
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from kb.errors import KBError, ModelError
from kb.evaluation.evaluation import EvalOptions, Question, evaluate
from kb.evaluation.exports import COLUMNS, write_csv, write_junit
from kb.evaluation.gates import Limit, LimitResult
from tests.kb.evaluation.test_evaluation import ABSENT, ALL, COLOUR, LEAVE, WEATHER, answer, base


def test_a_run_leaves_a_table_with_a_line_for_each_answer(tmp_path: Path) -> None:
    kb = base()
    kb.answers[LEAVE.question] = [answer("You get fifteen days,\n“两行” [1].")]
    kb.answers[COLOUR.question] = [answer('=HYPERLINK("http://evil.example")')]
    evaluate(kb, ALL, EvalOptions(), tmp_path)
    file = tmp_path / "results.csv"
    assert file.stat().st_mode & 0o077 == 0
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert list(rows[0]) == list(COLUMNS)
    assert [(row["id"], row["verdict"]) for row in rows] == [
        ("leave", "right"), ("colour", "wrong"), ("absent", "wrong"), ("weather", "right"),
    ]  # fmt: skip
    assert rows[0]["answer"] == "You get fifteen days,\n“两行” [1]."
    assert rows[1]["answer"].startswith("'=HYPERLINK")  # no spreadsheet runs it
    assert (rows[0]["first_hit"], rows[0]["seconds"], rows[2]["right"]) == ("2", "2.0", "")


def test_build_servers_read_limits_and_questions_as_two_suites(tmp_path: Path) -> None:
    kb = base()
    kb.answers[WEATHER.question] = [ModelError("it died \x00\x1b <&>")]
    unjudged = Question("open", "What do you think?")
    kb.answers[unjudged.question] = [answer("Nothing.")]
    hostile = replace(ABSENT, id='"><evil')
    report = evaluate(kb, [LEAVE, COLOUR, hostile, WEATHER, unjudged], EvalOptions(), tmp_path)
    judged = [
        LimitResult(Limit("answers.right", ">=", 0.9), "answers.right is 0.5"),
        LimitResult(Limit("failed", "<", 2), ""),
    ]
    write_junit(report, judged, tmp_path / "junit.xml")
    suites = {suite.get("name"): suite for suite in ElementTree.parse(tmp_path / "junit.xml").getroot()}
    gate, questions = suites["gate"], suites["questions"]
    assert [gate.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["2", "1", "0", "0"]
    assert [case.get("name") for case in gate] == ["answers.right >= 0.9", "failed < 2"]
    assert [questions.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["5", "2", "1", "1"]
    assert {case.get("name"): [child.tag for child in case] for case in questions} == {
        "leave": [], "colour": ["failure"], '"><evil': ["failure"], "weather": ["error"], "open": ["skipped"],
    }  # fmt: skip
    failure = questions[1][0]
    assert failure.text is not None
    assert "expected: blue\nanswer: It is red." in failure.text


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    report = evaluate(base(), ALL, EvalOptions(retrieval_only=True), tmp_path / "out")
    with pytest.raises(KBError, match=r"results\.csv cannot be written"):
        write_csv(report, tmp_path / "absent" / "results.csv")
