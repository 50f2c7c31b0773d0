"""Exports: a run for other programs: a CSV file for spreadsheets, and JUnit XML for build servers."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from kb.errors import KBError, why
from kb.evaluation.comparison import verdict
from kb.evaluation.results_log import write_whole

if TYPE_CHECKING:
    from kb.evaluation.gates import LimitResult
    from kb.evaluation.outcome import Outcome, Report

COLUMNS = (
    "id", "sample", "question", "language", "kind", "verdict", "answer", "refused", "right", "f1", "first_hit", "ndcg",
    "claims", "claims_supported", "citations", "citations_on_gold", "evidence", "seconds", "first_word_seconds",
    "error",
)  # fmt: skip
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(report: "Report", path: Path) -> None:
    """`csv_of` into a file. Raises KBError if it cannot be written."""
    _write(path, csv_of(report))


def csv_of(report: "Report") -> bytes:
    """One line for each answer."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([_cell(value) for value in _line(outcome)] for outcome in report.outcomes)
    return text.getvalue().encode("utf-8-sig")  # with a mark, as spreadsheets want it for Chinese


def _line(outcome: "Outcome") -> Iterator[Any]:
    question, scores, answer = outcome.question, outcome.scores, outcome.answer
    yield from (question.id, outcome.sample, question.question, question.language, question.kind, verdict(outcome))
    yield from (answer.text if answer else "", scores.refused, scores.right, scores.f1, scores.first_hit, scores.ndcg)
    yield from (scores.claims, scores.claims_supported, scores.citations, scores.citations_on_gold, outcome.evidence)
    yield from (answer.seconds if answer else None, answer.first_word_seconds if answer else None, outcome.error)


def _cell(value: object) -> object:
    """A value that no spreadsheet takes for a formula, though a document or a model has written it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def write_junit(report: "Report", judged: "Sequence[LimitResult]", path: Path) -> None:
    """`junit_of` into a file. Raises KBError if it cannot be written."""
    _write(path, junit_of(report, [(str(one.limit), one.missed) for one in judged]))


def junit_of(report: "Report", judged: Sequence[tuple[str, str]]) -> bytes:
    """Two suites: the limits of the gate, each with why it is missed, and the questions, of which one that is not
    right is a failure."""
    root = ElementTree.Element("testsuites", name="kb eval")
    limits = [(limit, "failure" if missed else "", missed, "", 0.0) for limit, missed in judged]
    _suite(root, "gate", limits)
    _suite(root, "questions", [_case(outcome) for outcome in report.outcomes])
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _case(outcome: "Outcome") -> tuple[str, str, str, str, float]:
    """Name, kind of failure ("" for none), message, details and seconds of one question."""
    question, answer, mark = outcome.question, outcome.answer, verdict(outcome)
    name = question.id + (f" #{outcome.sample + 1}" if outcome.sample else "")
    kinds = {"right": "", "wrong": "failure", "refused": "failure", "failed": "error", "unjudged": "skipped"}
    expected = "a refusal" if question.refuse else "; ".join(question.answers)
    details = f"question: {question.question}\nexpected: {expected}\nanswer: {answer.text if answer else ''}"
    return name, kinds[mark], outcome.error or mark, details, answer.seconds if answer else 0.0


def _suite(root: ElementTree.Element, name: str, cases: Sequence[tuple[str, str, str, str, float]]) -> None:
    count = {
        plural: str(sum(kind == one for _, kind, _, _, _ in cases))
        for plural, one in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
    }
    seconds = sum(case[4] for case in cases)
    attributes = {"name": name, "tests": str(len(cases)), **count, "time": f"{seconds:.3f}"}
    suite = ElementTree.SubElement(root, "testsuite", attributes)
    for named, kind, message, details, took in cases:
        case = ElementTree.SubElement(suite, "testcase", classname=name, name=_xml(named), time=f"{took:.3f}")
        if kind:
            ElementTree.SubElement(case, kind, message=_xml(message)).text = _xml(details)


def _xml(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)


def _write(path: Path, content: bytes) -> None:
    try:
        write_whole(path, content)
    except OSError as error:
        raise KBError("evaluation.export_not_written", path=path, why=why(error)) from None
