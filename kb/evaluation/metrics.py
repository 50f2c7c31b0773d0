"""Figures: the outcomes of an evaluation summed up, held against a gate, and laid out as a table."""

import difflib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from kb.errors import UsageError, why
from kb.evaluation import ranking_metrics, scoring

if TYPE_CHECKING:
    from rich.table import Table

    from kb.evaluation.outcome import Outcome, Report

NO_VALUE = "–"
_LIMIT = re.compile(r"\s*(>=|<=|==|>|<)\s*(-?\d+(?:\.\d+)?(?:e-?\d+)?)\s*")
_BY_KIND = ("answers.refused_by_kind.", "answers.of.refused_by_kind.")  # then the kinds of the question set
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
      those that were answered; `empty`, `think_leaks`, `language_right` over all answers. With K samples `right` is
      the mean over all, `pass@1` (DeepSeek-R1, 2025: the mean of pass@1 over k samples), and `cons@K` is whether
      the answer of the majority is right.
    - claims: over all claims of all answers that are not refusals. citations.on_gold: over the citations of questions
      with evidence.
    - seconds: of the search, to the first word, and to the end of the answer.
    """
    outcomes = report.outcomes
    samples = int(report.run["samples"])
    searched = [o for o in outcomes if o.sample == 0 and o.question.evidence]
    answered = [o for o in outcomes if o.answer is not None]
    answerable = [o for o in outcomes if o.scores.right is not None]
    hits = [o.scores.first_hit for o in searched]
    figures: dict[str, Any] = {
        "questions": len({o.question.id for o in outcomes}),
        "failed": sum(1 for o in outcomes if o.error),
        "complete": report.complete,
        "retrieval": {
            **{f"hit@{k}": _mean(hit is not None and hit <= k for hit in hits) for k in (1, 5, 10)},
            "mrr@10": _mean(1 / hit if hit is not None and hit <= ranking_metrics.CUTOFF else 0.0 for hit in hits),
            "ndcg@10": _mean(o.scores.ndcg or 0.0 for o in searched),
            "below_floor_answerable": _mean(_below(outcomes, refuse=False)),
            "below_floor_unanswerable": _mean(_below(outcomes, refuse=True)),
            "of": {
                "questions": len(searched),
                "below_floor_answerable": len(_below(outcomes, refuse=False)),
                "below_floor_unanswerable": len(_below(outcomes, refuse=True)),
            },
        },
        "answers": _answers(answered, answerable),
        "claims": _claims(answered),
        "citations": _citations(answered),
        "seconds": {
            "retrieval": _percentiles(o.retrieval_seconds for o in outcomes),
            "first_word": _percentiles(o.answer.first_word_seconds for o in answered if o.answer),
            "total": _percentiles(o.answer.seconds for o in answered if o.answer),
        },
        "run": dict(report.run),
    }
    if samples > 1:
        votes = _votes(answerable, samples)
        figures["answers"] |= {"pass@1": figures["answers"]["right"], f"cons@{samples}": _mean(votes)}
        figures["answers"]["of"] |= {"pass@1": len(answerable), f"cons@{samples}": len(votes)}
    return figures


def _answers(answered: Sequence["Outcome"], answerable: Sequence["Outcome"]) -> dict[str, Any]:
    could = [bool(o.scores.refused) for o in answered if o.question.answerable]
    could_not = [o for o in answered if o.question.refuse]
    kinds = sorted({o.question.kind for o in could_not if o.question.kind})
    by_kind = {kind: [bool(o.scores.refused) for o in could_not if o.question.kind == kind] for kind in kinds}
    return {
        "right": _mean(bool(o.scores.right) for o in answerable),
        "f1": _mean(o.scores.f1 or 0.0 for o in answerable),
        "refused_answerable": _mean(could),
        "refused_unanswerable": _mean(bool(o.scores.refused) for o in could_not),
        "refused_by_kind": {kind: _mean(refused) for kind, refused in by_kind.items()},
        "empty": _mean(bool(o.scores.empty) for o in answered),
        "think_leaks": _mean(bool(o.scores.think_leak) for o in answered),
        "language_right": _mean(bool(o.scores.language_right) for o in answered),
        "of": {
            "answers": len(answered),
            "right": len(answerable),
            "refused_answerable": len(could),
            "refused_unanswerable": len(could_not),
            "refused_by_kind": {kind: len(refused) for kind, refused in by_kind.items()},
        },
    }


def _claims(answered: Sequence["Outcome"]) -> dict[str, Any]:
    claims = sum(o.scores.claims for o in answered)
    return {
        "supported": sum(o.scores.claims_supported for o in answered) / claims if claims else None,
        "cited": sum(o.scores.claims_cited for o in answered) / claims if claims else None,
        "of": {"claims": claims},
    }


def _citations(answered: Sequence["Outcome"]) -> dict[str, Any]:
    citations = sum(o.scores.citations or 0 for o in answered)
    on_gold = sum(o.scores.citations_on_gold or 0 for o in answered)
    return {"on_gold": on_gold / citations if citations else None, "of": {"citations": citations}}


def _below(outcomes: Sequence["Outcome"], refuse: bool) -> list[bool]:
    return [not o.enough_evidence for o in outcomes if o.enough_evidence is not None and o.question.refuse == refuse]


def _votes(answerable: Sequence["Outcome"], samples: int) -> list[bool]:
    """For each question whose samples are all there, whether the answer of the majority is right."""
    by_question: dict[str, list[Outcome]] = {}
    for outcome in answerable:
        by_question.setdefault(outcome.question.id, []).append(outcome)
    votes = []
    for group in by_question.values():
        given = [o for o in group if o.answer is not None]
        if len(group) < samples:
            continue
        winner = scoring.majority([o.answer.text if o.answer and not o.answer.refused else None for o in given])
        votes.append(winner is not None and bool(given[winner].scores.right))
    return votes


def _mean(values: Iterable[float]) -> float | None:
    numbers = list(values)
    return sum(numbers) / len(numbers) if numbers else None


def _percentiles(values: Iterable[float | None]) -> dict[str, float | None]:
    numbers = sorted(value for value in values if value is not None)
    return {"p50": percentile(numbers, 0.5), "p95": percentile(numbers, 0.95)}


def percentile(numbers: Sequence[float], share: float) -> float | None:
    """The value that `share` of the sorted numbers do not exceed, interpolated linearly; None without numbers."""
    if not numbers:
        return None
    at = share * (len(numbers) - 1)
    low = int(at)
    high = min(low + 1, len(numbers) - 1)
    return numbers[low] + (numbers[high] - numbers[low]) * (at - low)


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
        spec = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"The gate {path} cannot be read: {why(error)}") from None
    if not isinstance(spec, dict) or not spec:
        raise UsageError(f'The gate {path} must hold a mapping such as {{"retrieval.hit@10": ">=0.95"}}.')
    gate_spec = {str(name): str(limits) for name, limits in spec.items()}
    figures = _figures(samples)
    for name, limits in gate_spec.items():
        _limits(name, limits)
        if name not in figures and not name.startswith(_BY_KIND):
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


def rows(figures: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """The figures as rows for people: section, name, value, and over how many it is."""
    result = []
    for section, label in LABELS.items():
        group = figures[section]
        of = group.get("of", {})
        whole = next((of[name] for name in ("questions", "answers", "claims", "citations") if name in of), None)
        for name, value in group.items():
            if name == "of":
                continue
            if isinstance(value, Mapping) and section == "seconds":
                texts = [f"{key} {number:.2f}" for key, number in value.items() if number is not None]
                result.append((label, name.replace("_", " "), "  ".join(texts) or NO_VALUE, ""))
            elif isinstance(value, Mapping):
                for kind, rate in value.items():
                    count = of[name][kind]
                    result.append((label, f"refused, {kind.replace('_', ' ')}", _rate(rate), _count(count)))
            else:
                count = of.get(name, of.get("right") if name == "f1" else whole)
                result.append((label, name.replace("_", " "), _rate(value), _count(count)))
    return result


def _rate(value: float | None) -> str:
    return NO_VALUE if value is None else f"{value:.3f}"


def _count(count: int | None) -> str:
    return "" if count is None else f"of {count}"


def as_table(report: "Report") -> "Table":
    """The figures as a table for the terminal."""
    from rich.table import Table

    figures = summarise(report)
    state = "" if figures["complete"] else f" (stopped at {len(report.outcomes)} of {report.planned})"
    table = Table(title=f"{figures['questions']} questions, {figures['failed']} failed{state}", title_justify="left")
    for column in ("", "figure"):
        table.add_column(column)
    for column in ("value", "over"):
        table.add_column(column, justify="right")
    last = ""
    for section, name, value, count in rows(figures):
        if value == NO_VALUE:
            continue
        if last and section != last:
            table.add_section()
        table.add_row(section if section != last else "", name, value, count)
        last = section
    return table
