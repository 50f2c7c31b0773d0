"""Report: an evaluation as one HTML page that needs nothing else and runs nothing of what it shows."""

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.errors import KBError, why
from kb.evaluation import ranking_metrics
from kb.evaluation.measures import curve, measures
from kb.evaluation.metrics import NO_VALUE, SLICED, FigureRow, as_rate, rows, slice_rows, summarise
from kb.evaluation.question_view import Badge, QuestionView, expected, side
from kb.evaluation.results_log import write_whole
from kb.templates import environment

if TYPE_CHECKING:
    from jinja2 import Environment

    from kb.evaluation.outcome import Outcome, Report

FILTERS = {
    "all": "All",
    "right": "Right",
    "wrong": "Wrong",
    "refused": "Refused",
    "unsupported": "Unsupported claims",
    "missed": "Gold not in first 10",
    "failed": "Failed",
}
_WORDS = {  # of a question's block
    "page": "p. {n}",
    "expected": "Gold: {words}",
    "expected_refusal": "The documents hold no answer: it must be refused.",
    "expected_where": "Gold in: {words}",
    "found_where": "Found: {words}",
    "fact_sample": "sample {n}",
    "fact_gold": "gold at {rank}",
    "fact_no_gold": "gold not found",
    "fact_supported": "{n}/{all} supported",
    "fact_seconds": "{n} s",
    "gold": "gold",
    "is_supported": "supported",
    "not_supported": "not supported",
    "reasoning": "Reasoning",
    "passages_given": "Passages given to the model ({n})",
    "search_first": "Search, first {n} of {all} chunks",
}
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LEFT, _TOP, _WIDTH, _HEIGHT = 40, 10, 510, 200  # of the plot within its picture, in its units


def write(report: "Report", path: Path) -> None:
    """Write the page; an older one stays until the new one is whole. Raises KBError if it cannot be written."""
    try:
        write_whole(path, render(report).encode("utf-8"))
    except OSError as error:
        raise KBError("evaluation.report_not_written", path=path, why=why(error)) from None


def render(report: "Report") -> str:
    """The page. Every text of questions, documents and models is escaped; only the page's own script may run."""
    from markupsafe import Markup

    figures, run = summarise(report), report.run
    states = [_states(outcome) for outcome in report.outcomes]
    style, script = (_asset(name) for name in ("report.css", "report.js"))
    shown, parts = slice_rows(figures)
    slices: dict[str, list[tuple[str, list[str]]]] = {}
    for dimension, name, part in parts:
        cells = [str(part["questions"]), *(as_rate(part.get(figure)) for figure in shown)]
        slices.setdefault(dimension, []).append((name, cells))
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            style=Markup(style),
            script=Markup(script),
            script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
            figures=figures,
            engine="retrieval only" if run["retrieval_only"] else f"{run['engine']} · {run['model']}",
            progress="complete" if report.complete else f"stopped at {len(report.outcomes)} of {report.planned}",
            groups=_groups(figures),
            curve=_plot(report),
            columns=["", "questions", *(SLICED[name] for name in shown)],
            slices=slices,
            run={name.replace("_", " "): json.dumps(value, ensure_ascii=False) for name, value in run.items()},
            chips=[
                {"name": name, "label": label, "count": sum(name == "all" or name in found for found in states)}
                for name, label in FILTERS.items()
                if name == "all" or any(name in found for found in states)
            ],
            words=_words,
            views=[
                _view(number, outcome, found, int(run["page_slack"]), run["samples"])
                for number, (outcome, found) in enumerate(zip(report.outcomes, states, strict=True))
            ],
        )
    )


@cache
def _environment() -> "Environment":
    made = environment(Path(__file__).parent, shown=_without_controls)
    made.filters |= {"body": str, "message": str}  # here they are escaped like all other texts
    return made


@cache
def _asset(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def _without_controls(text: str) -> str:
    """A text as it is put into the page: without characters that steer instead of being shown."""
    return _CONTROLS.sub("\ufffd", text.replace("\r\n", "\n"))


def _groups(figures: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The rows of figures by their section, those of rates with the width of their bar."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows(figures):
        if row.value != NO_VALUE:
            groups.setdefault(row.section, []).append(row._asdict() | _bar(row))
    return groups


def _bar(row: FigureRow) -> dict[str, Any]:
    if row.section == "Seconds":
        return {"width": None}
    low, _, high = row.interval.partition(" – ")
    whisker = (f"{float(low):.1%}", f"{float(high) - float(low):.1%}") if low else None
    return {"width": f"{min(1.0, float(row.value)):.1%}", "whisker": whisker}


def _plot(report: "Report") -> dict[str, str] | None:
    """The risk–coverage curve in the coordinates of its picture; None with fewer than two answers."""
    judged = measures(report.outcomes, int(report.run["samples"]))["answers.aurc"]
    asked = sum(1 for o in report.outcomes if o.scores.right is not None or o.question.refuse)
    points = [
        (_LEFT + _WIDTH * taken * judged.count / asked, _TOP + _HEIGHT * (1 - wrong)) for taken, wrong in curve(judged)
    ]
    if len(points) < 2:
        return None
    return {"points": " ".join(f"{x:.1f},{y:.1f}" for x, y in points), "last": f"{points[-1][0]:.1f}"}


def _states(outcome: "Outcome") -> list[str]:
    """The filters under which an outcome is shown."""
    scores, question = outcome.scores, outcome.question
    states = []
    if outcome.error:
        states.append("failed")
    if scores.refused:
        states.append("refused")
    if question.refuse and scores.refused is not None:
        states.append("right" if scores.refused else "wrong")
    elif scores.right is not None and not scores.refused:
        states.append("right" if scores.right else "wrong")
    if scores.claims > scores.claims_supported:
        states.append("unsupported")
    if scores.gold_units and (scores.first_hit is None or scores.first_hit > ranking_metrics.CUTOFF):
        states.append("missed")
    return states


def _badge(outcome: "Outcome", states: Sequence[str]) -> Badge:
    """The colour and the word of what became of a question."""
    scores = outcome.scores
    if "failed" in states:
        kind, label = "bad", "failed"
    elif outcome.answer is None:
        found = "missed" not in states
        label = (f"rank {scores.first_hit}" if found else "not found") if scores.gold_units else "no gold"
        kind = ("good" if found else "bad") if scores.gold_units else "quiet"
    elif scores.refused:
        kind = "good" if outcome.question.refuse else "warn"
        label = "refused" if outcome.question.refuse else "refused, answerable"
    elif outcome.question.refuse:
        kind, label = "bad", "should refuse"
    elif scores.right is None:
        kind, label = "quiet", "not scored"
    else:
        kind, label = ("good", "right") if scores.right else ("bad", "wrong")
    return Badge(kind, label)


def _words(key: str, **values: object) -> str:
    return _WORDS[key].format(**values)


def _view(number: int, outcome: "Outcome", states: Sequence[str], slack: int, samples: int) -> QuestionView:
    """What the page shows of one question put once."""
    question, answer = outcome.question, outcome.answer
    shown = side(outcome, _words, str, slack=slack, links=f"o{number}")
    return QuestionView(
        str(number),
        question,
        [_badge(outcome, states)],
        expected(question, _words),
        [replace(shown, found="")],  # what was found is listed whole
        [_words("fact_sample", n=outcome.sample + 1), *shown.facts] if samples > 1 else shown.facts,
        states=states,
        find=" ".join([question.id, question.question, answer.text if answer else ""]).lower(),
    )
