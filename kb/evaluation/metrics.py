"""Figures: the outcomes of an evaluation summed up, and laid out in rows."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kb.evaluation.measures import Measure, interval, measures, total

if TYPE_CHECKING:
    from kb.evaluation.outcome import Outcome, Report

NO_VALUE = "–"
DIMENSIONS = ("kind", "language", "collection", "type", "tag")


def summarise(report: "Report") -> dict[str, Any]:
    """All figures of a run. Rates are 0..1, and None where nothing was counted; `of` says over how many.

    - retrieval: over questions with evidence; a failed search counts as nothing found. `below_floor_*`: the share of
      questions whose evidence is too weak to call the model.
    - answers: `right` and `f1` over the answers to answerable questions, failed ones being wrong; `refused_*` over
      those that were answered; `uncertain` over the answers that were given; `judged_auc`, the area under the ROC curve
      of the model's judgement, tells questions with an answer from those without; `empty`, `think_leaks`,
      `language_right` over all answers; `aurc`, the area under the risk–coverage curve, over the answers that were
      given. With K samples `right` is the mean over all, `pass@1` (DeepSeek-R1, 2025: the mean of pass@1 over k
      samples), and `cons@K` is whether the answer of the majority is right.
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
        "cached": sum(1 for o in outcomes if o.cached),
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
    ("uncertain", "uncertain"),
    ("judged_auc", "judged_auc"),
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


LABELS = {
    "retrieval": "Retrieval",
    "answers": "Answers",
    "claims": "Claims",
    "citations": "Citations",
    "seconds": "Seconds",
}


LESS_IS_BETTER = (
    "failed", "seconds.", "answers.refused_answerable", "answers.empty", "answers.think_leaks", "answers.aurc",
    "answers.uncertain",
    "retrieval.below_floor_answerable", "claims.contradicted", "claims.unchecked",
)  # fmt: skip


def better(name: str, change: float) -> bool:
    """Whether a figure, of the whole or of a part of the questions, is better for having changed by so much."""
    parts = name.split(".", 3)
    name = parts[3] if parts[0] == "slices" else name
    return change != 0 and (change < 0) == name.startswith(LESS_IS_BETTER)


class FigureRow(NamedTuple):
    """A figure in words: its value, its 95 % interval, and over how many it is; "" and None where there is none.
    `figure` is its dotted name."""

    section: str
    name: str
    value: str
    interval: str
    over: int | None
    figure: str


def rows(figures: Mapping[str, Any]) -> list[FigureRow]:
    """The figures as rows for people."""
    result = []
    intervals = figures["intervals"]
    for section, label in LABELS.items():
        for name, value in figures[section].items():
            if name == "of":
                continue
            if isinstance(value, Mapping) and section == "seconds":
                texts = [f"{key} {number:.2f}" for key, number in value.items() if number is not None]
                told = "  ".join(texts) or NO_VALUE
                result.append(FigureRow(label, name.replace("_", " "), told, "", None, f"{section}.{name}"))
            elif isinstance(value, Mapping):
                for kind, rate in value.items():
                    figure = f"{section}.{name}.{kind}"
                    told = f"refused, {kind.replace('_', ' ')}"
                    result.append(FigureRow(label, told, as_rate(rate), _interval(intervals.get(figure)),
                                      over(figures, figure), figure))  # fmt: skip
            else:
                figure = f"{section}.{name}"
                found = _interval(intervals.get(figure))
                result.append(
                    FigureRow(label, name.replace("_", " "), as_rate(value), found, over(figures, figure), figure)
                )
    return result


def over(figures: Mapping[str, Any], figure: str) -> int | None:
    """Over how many a figure is, by its dotted name; None where that is not said."""
    section, name, *kind = figure.split(".", 2)
    of: dict[str, Any] = figures[section].get("of", {})
    if kind:
        return int(of[name][kind[0]]) if name in of else None
    whole = next((of[each] for each in ("questions", "answers", "claims", "citations") if each in of), None)
    found: int | None = of.get(name, of.get("right") if name == "f1" else whole)
    return found


def as_rate(value: float | None) -> str:
    return NO_VALUE if value is None else f"{value:.3f}"


def _interval(bounds: Sequence[float] | None) -> str:
    return "" if bounds is None else f"{bounds[0]:.3f} – {bounds[1]:.3f}"


SLICED = {  # the figures that are shown of parts of the questions
    "retrieval.hit@10": "hit@10",
    "retrieval.ndcg@10": "ndcg@10",
    "answers.right": "right",
    "answers.refused_answerable": "refused answerable",
    "answers.refused_unanswerable": "refused unanswerable",
    "claims.supported": "supported",
    "citations.on_gold": "on gold",
}


def slice_rows(figures: Mapping[str, Any]) -> tuple[list[str], list[tuple[str, str, Mapping[str, float]]]]:
    """The slices for people: the figures that have a value in one, and dimension, name and figures of each part.

    A dimension with one part only is left out: it is the whole.
    """
    parts = [
        (dimension, name, part)
        for dimension, named in figures.get("slices", {}).items()
        for name, part in named.items()
        if len(named) > 1
    ]
    return [name for name in SLICED if any(name in part for _, _, part in parts)], parts
