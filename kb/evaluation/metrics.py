"""Figures: the outcomes of an evaluation summed up, held against a gate, and laid out as a table."""

import difflib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from kb.errors import UsageError, why
from kb.evaluation.measures import Measure, interval, measures, total
from kb.files import read_regular

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from kb.evaluation.outcome import Outcome, Report

NO_VALUE = "–"
_LIMIT = re.compile(r"\s*(>=|<=|==|>|<)\s*(-?\d+(?:\.\d+)?(?:e-?\d+)?)\s*")
DIMENSIONS = ("kind", "language", "collection", "type", "tag")
# Then come the kinds, languages and so on of the question set.
_OF_THE_SET = ("answers.refused_by_kind.", "answers.of.refused_by_kind.", *(f"slices.{name}." for name in DIMENSIONS))
_TESTS = {
    ">=": lambda value, limit: value >= limit,
    "<=": lambda value, limit: value <= limit,
    "==": lambda value, limit: value == limit,
    ">": lambda value, limit: value > limit,
    "<": lambda value, limit: value < limit,
}


def summarise(report: "Report") -> dict[str, Any]:
    """All figures of a run. Rates are 0..1, and None where nothing was counted; `of` says over how many.

    - retrieval: over questions with evidence; a failed search counts as nothing found. `below_floor_*`: the share of
      questions whose evidence is too weak to call the model.
    - answers: `right` and `f1` over the answers to answerable questions, failed ones being wrong; `refused_*` over
      those that were answered; `empty`, `think_leaks`, `language_right` over all answers; `aurc`, the area under the
      risk–coverage curve, over the answers that were given. With K samples `right` is the mean over all, `pass@1`
      (DeepSeek-R1, 2025: the mean of pass@1 over k samples), and `cons@K` is whether the answer of the majority is
      right.
    - claims: over all claims of all answers that are not refusals. citations.on_gold: over the citations of questions
      with evidence.
    - seconds: of the search, to the first word, and to the end of the answer.
    - intervals: 95 % intervals by the dotted names of figures. slices: the figures of the questions of each kind,
      language, collection, type of document and tag, by their dotted names.
    """
    outcomes, samples = report.outcomes, int(report.run["samples"])
    measured = measures(outcomes, samples)
    sections = {name: _section(name, measured) for name in LABELS}
    for name, counted in (("retrieval", _RETRIEVAL_OF), ("answers", _ANSWERS_OF)):
        sections[name]["of"] = {
            over: measured[f"{name}.{figure}"].count for over, figure in counted if f"{name}.{figure}" in measured
        }
    by_kind = sections["answers"].setdefault("refused_by_kind", {})
    sections["answers"]["of"]["refused_by_kind"] = {
        kind: measured[f"answers.refused_by_kind.{kind}"].count for kind in by_kind
    }
    if samples > 1:
        of = sections["answers"]["of"]
        of |= {name: measured[f"answers.{name}"].count for name in ("pass@1", f"cons@{samples}")}
    sections["claims"]["of"] = {"claims": measured["claims.supported"].count}
    sections["citations"]["of"] = {"citations": measured["citations.on_gold"].count}
    intervals = {name: interval(measure) for name, measure in measured.items()}
    return {
        "questions": len({o.question.id for o in outcomes}),
        "failed": sum(1 for o in outcomes if o.error),
        "complete": report.complete,
        **sections,
        "intervals": {name: list(found) for name, found in intervals.items() if found is not None},
        "slices": slices(outcomes, measured),
        "run": dict(report.run),
    }


_RETRIEVAL_OF = (
    ("questions", "hit@1"),
    ("below_floor_answerable", "below_floor_answerable"),
    ("below_floor_unanswerable", "below_floor_unanswerable"),
)
_ANSWERS_OF = (
    ("answers", "empty"),
    ("right", "right"),
    ("refused_answerable", "refused_answerable"),
    ("refused_unanswerable", "refused_unanswerable"),
    ("aurc", "aurc"),
)


def _section(section: str, measured: Mapping[str, Measure]) -> dict[str, Any]:
    """The figures of one section; `seconds.total.p50` is `p50` within `total`, a kind may hold dots."""
    result: dict[str, Any] = {}
    for name, measure in measured.items():
        own, _, rest = name.partition(".")
        if own != section:
            continue
        group, dot, inner = rest.partition(".")
        if dot:
            result.setdefault(group, {})[inner] = total(measure)
        else:
            result[group] = total(measure)
    return result


def slices(outcomes: Sequence["Outcome"], measured: Mapping[str, Measure]) -> dict[str, dict[str, dict[str, float]]]:
    """The figures of parts of the questions: {"kind": {"table": {"questions": 12, "retrieval.hit@10": 0.9}}}.

    The parts are kinds, languages, collections and types of the gold documents, and tags (`meta.tags`); a question
    may be in several, or in none.
    """
    parts: dict[str, dict[str, set[str]]] = {dimension: {} for dimension in DIMENSIONS}
    for outcome in outcomes:
        for dimension, names in _parts(outcome):
            for name in names:
                parts[dimension].setdefault(name, set()).add(outcome.question.id)
    return {
        dimension: {name: _figures_of(frozenset(part), measured) for name, part in sorted(named.items())}
        for dimension, named in parts.items()
        if named
    }


def _parts(outcome: "Outcome") -> Iterable[tuple[str, Iterable[str]]]:
    question = outcome.question
    tags = question.meta.get("tags")
    suffixes = {Path(e.doc).suffix.lstrip(".").lower() for e in question.evidence}
    yield "kind", [question.kind] if question.kind else []
    yield "language", [question.language]
    yield "collection", outcome.collections
    yield "type", sorted(suffixes - {""})
    yield "tag", sorted({str(tag) for tag in tags}) if isinstance(tags, list) else []


def _figures_of(questions: frozenset[str], measured: Mapping[str, Measure]) -> dict[str, float]:
    figures = {name: total(measure.only(questions)) for name, measure in measured.items()}
    return {"questions": len(questions), **{name: value for name, value in figures.items() if value is not None}}


def flat(figures: Mapping[str, Any], prefix: str = "") -> dict[str, float | None]:
    """Figures by dotted name, such as `retrieval.hit@10`; what is no number is left out, the run's identity too."""
    result: dict[str, float | None] = {}
    for name, value in figures.items():
        if isinstance(value, Mapping):
            result |= flat(value, f"{prefix}{name}.") if f"{prefix}{name}" != "run" else {}
        elif value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
            result[prefix + name] = value
    return result


def load_gate(path: Path, samples: int = 1) -> dict[str, str]:
    """Read a gate, a YAML or JSON mapping of figures to limits: `retrieval.hit@10: ">=0.95"`.

    Raises UsageError also for what will be no figure of a run with so many samples.
    """
    try:
        spec = yaml.safe_load(read_regular(path, 1).decode())
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"The gate {path} cannot be read: {why(error)}") from None
    if not isinstance(spec, dict) or not spec:
        raise UsageError(f'The gate {path} must hold a mapping such as {{"retrieval.hit@10": ">=0.95"}}.')
    gate_spec = {str(name): str(limits) for name, limits in spec.items()}
    figures = _figures(samples)
    for name, limits in gate_spec.items():
        _limits(name, limits)
        if name not in figures and not name.startswith(_OF_THE_SET):
            raise _unknown(name, figures, f"The gate {path} names {name!r}, which is no figure.")
    return gate_spec


def _figures(samples: int) -> list[str]:
    """The names of the figures of a run, but for those by kind of question."""
    from kb.evaluation.outcome import Report

    return list(flat(summarise(Report({"samples": samples}, (), 0))))


def _unknown(name: str, figures: Iterable[str], said: str) -> UsageError:
    known = [figure for figure in figures if ".of." not in figure]
    by_end = [figure for figure in known if figure.endswith(f".{name}")]  # its section was left out
    near = by_end or difflib.get_close_matches(name, known, cutoff=0.75)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(known)}."
    return UsageError(f"{said} {hint}")


def gate(report: "Report", spec: Mapping[str, str]) -> list[str]:
    """The limits that a run violates, one line each; a figure without a value violates any. Raises UsageError."""
    figures = flat(summarise(report))
    violated = []
    for name, limits in spec.items():
        if name not in figures:
            raise _unknown(name, figures, f"The gate names {name!r}, which this run has no figure for.")
        value = figures[name]
        for sign, limit in _limits(name, limits):
            if value is None:
                violated.append(f"{name} has no value, nothing was counted; {sign} {limit:g} is wanted")
            elif not _TESTS[sign](value, limit):
                violated.append(f"{name} is {value:.4g}; {sign} {limit:g} is wanted")
    return violated


def _limits(name: str, limits: str) -> list[tuple[str, float]]:
    found = []
    for part in str(limits).split(","):
        match = _LIMIT.fullmatch(part)
        if match is None:
            raise UsageError(f"The gate's limit {json.dumps(limits)} for {name!r} cannot be read: >=0.95 is expected.")
        found.append((match[1], float(match[2])))
    return found


LABELS = {
    "retrieval": "Retrieval",
    "answers": "Answers",
    "claims": "Claims",
    "citations": "Citations",
    "seconds": "Seconds",
}


class Row(NamedTuple):
    """A figure in words: its value, its 95 % interval, and over how many it is; "" where there is none."""

    section: str
    name: str
    value: str
    interval: str
    over: str


def rows(figures: Mapping[str, Any]) -> list[Row]:
    """The figures as rows for people."""
    result = []
    intervals = figures["intervals"]
    for section, label in LABELS.items():
        group = figures[section]
        of = group.get("of", {})
        whole = next((of[name] for name in ("questions", "answers", "claims", "citations") if name in of), None)
        for name, value in group.items():
            if name == "of":
                continue
            if isinstance(value, Mapping) and section == "seconds":
                texts = [f"{key} {number:.2f}" for key, number in value.items() if number is not None]
                result.append(Row(label, name.replace("_", " "), "  ".join(texts) or NO_VALUE, "", ""))
            elif isinstance(value, Mapping):
                for kind, rate in value.items():
                    found = _interval(intervals.get(f"{section}.{name}.{kind}"))
                    count = _count(of[name][kind])
                    result.append(Row(label, f"refused, {kind.replace('_', ' ')}", _rate(rate), found, count))
            else:
                over = of.get(name, of.get("right") if name == "f1" else whole)
                found = _interval(intervals.get(f"{section}.{name}"))
                result.append(Row(label, name.replace("_", " "), _rate(value), found, _count(over)))
    return result


def _rate(value: float | None) -> str:
    return NO_VALUE if value is None else f"{value:.3f}"


def _interval(bounds: Sequence[float] | None) -> str:
    return "" if bounds is None else f"{bounds[0]:.3f} – {bounds[1]:.3f}"


def _count(count: int | None) -> str:
    return "" if count is None else f"of {count}"


SLICED = {  # the figures that are shown of parts of the questions
    "retrieval.hit@10": "hit@10",
    "retrieval.ndcg@10": "ndcg@10",
    "answers.right": "right",
    "answers.refused_answerable": "refused answerable",
    "answers.refused_unanswerable": "refused unanswerable",
    "claims.supported": "supported",
    "citations.on_gold": "on gold",
}


def slice_rows(figures: Mapping[str, Any]) -> tuple[list[str], list[tuple[str, str, int, list[str]]]]:
    """The slices for people: the figures that have a value, and dimension, part, questions and values of each part.

    A dimension with one part only is left out: it is the whole.
    """
    parts = [
        (dimension, name, part)
        for dimension, named in figures["slices"].items()
        for name, part in named.items()
        if len(named) > 1
    ]
    shown = [name for name in SLICED if any(name in part for _, _, part in parts)]
    lines = [(d, name, int(part["questions"]), [_rate(part.get(f)) for f in shown]) for d, name, part in parts]
    return shown, lines


def as_table(report: "Report") -> "RenderableType":
    """The figures as a table for the terminal, and below it one of the slices."""
    from rich.console import Group
    from rich.table import Table

    figures = summarise(report)
    state = "" if figures["complete"] else f" (stopped at {len(report.outcomes)} of {report.planned})"
    table = Table(title=f"{figures['questions']} questions, {figures['failed']} failed{state}", title_justify="left")
    for column in ("", "figure"):
        table.add_column(column)
    for column in ("value", "95 %", "over"):
        table.add_column(column, justify="right")
    last = ""
    for row in rows(figures):
        if row.value == NO_VALUE:
            continue
        if last and row.section != last:
            table.add_section()
        table.add_row(row.section if row.section != last else "", *row[1:])
        last = row.section
    shown, lines = slice_rows(figures)
    return Group(table, _slices_table(shown, lines)) if lines else table


def _slices_table(shown: Sequence[str], lines: Sequence[tuple[str, str, int, list[str]]]) -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table(title="by kind, language, collection, type and tag", title_justify="left")
    for column in ("", "part"):
        table.add_column(column)
    for column in ("questions", *(SLICED[name] for name in shown)):
        table.add_column(column, justify="right")
    last = ""
    for dimension, name, count, values in lines:
        if last and dimension != last:
            table.add_section()
        table.add_row(dimension if dimension != last else "", Text(name), f"{count}", *values)
        last = dimension
    return table
