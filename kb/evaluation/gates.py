"""Gates: limits that the figures of a run must keep, by themselves and beside those of an earlier run."""

import difflib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from kb.errors import UsageError, why
from kb.evaluation.comparison import Difference, differences
from kb.evaluation.metrics import DIMENSIONS, better, flat, summarise
from kb.files import read_regular
from kb.messages.coded_text import CodedText, fields, together

if TYPE_CHECKING:
    from kb.evaluation.outcome import Report

_LIMIT = re.compile(r"\s*(drop\s*)?(>=|<=|==|>|<)\s*(-?\d+(?:\.\d+)?(?:e-?\d+)?)\s*")
_TESTS = {
    ">=": lambda value, limit: value >= limit,
    "<=": lambda value, limit: value <= limit,
    "==": lambda value, limit: value == limit,
    ">": lambda value, limit: value > limit,
    "<": lambda value, limit: value < limit,
}
# Then come the kinds, languages and so on of the question set.
_OF_THE_SET = ("answers.refused_by_kind.", "answers.of.refused_by_kind.", *(f"slices.{name}." for name in DIMENSIONS))
_ROUNDING = 1e-12  # so that .8 - .75 is a drop of .05


@dataclass(frozen=True, slots=True)
class Limit:
    """`figure` must be `sign` `number`; with `drop`, what it lost beside the base run must be."""

    figure: str
    sign: str
    number: float
    drop: bool = False

    def __str__(self) -> str:
        return f"{self.figure} {'drop ' if self.drop else ''}{self.sign} {self.number:g}"


@dataclass(frozen=True, slots=True)
class Gate:
    """Limits, and the run that drops are measured from."""

    limits: tuple[Limit, ...] = ()
    base: Path | None = None

    @property
    def drops(self) -> bool:
        """Whether any limit is measured from another run."""
        return any(limit.drop for limit in self.limits)


@dataclass(frozen=True, slots=True)
class LimitResult:
    """A limit, and why it is missed; "" where it is kept."""

    limit: Limit
    missed: str


def load_gate(path: Path, samples: int = 1) -> Gate:
    """Read a gate, a YAML or JSON mapping of figures to limits: `retrieval.hit@10: ">=0.95, drop<=0.02"`.

    `base` names the run that drops are measured from, relative to the gate's folder. Raises UsageError also for what
    will be no figure of a run with so many samples.
    """
    try:
        text = read_regular(path, 1).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("gate.unreadable", gate=CodedText("gate.file", path=path), why=why(error)) from None
    limits, base = parse_gate(text, path, samples)
    return Gate(limits, path.parent / base if base is not None else None)


def parse_gate(text: str, path: Path | None = None, samples: int = 1) -> tuple[tuple[Limit, ...], str | None]:
    """The limits of a gate's text, and the run it names as `base`; `path` is the file it stands in.

    Raises what `load_gate` raises.
    """
    gate = CodedText("gate.file", path=path) if path is not None else CodedText("gate.text")
    try:
        spec = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise UsageError("gate.unreadable", gate=gate, why=why(error)) from None
    base = spec.pop("base", None) if isinstance(spec, dict) else None
    if not isinstance(spec, dict) or not spec:
        raise UsageError("gate.no_mapping", gate=gate)
    limits = tuple(limit for name, limits in spec.items() for limit in _limits(str(name), str(limits)))
    figures = _figures(samples)
    for limit in limits:
        if limit.figure not in figures and not limit.figure.startswith(_OF_THE_SET):
            raise _unknown(limit.figure, figures, CodedText("gate.no_figure", gate=gate, name=limit.figure))
    return limits, str(base) if base is not None else None


def _limits(name: str, limits: str) -> list[Limit]:
    found = []
    for part in limits.split(","):
        match = _LIMIT.fullmatch(part)
        if match is None or (match[1] and match[2] not in ("<=", "<")):
            raise UsageError("gate.limit_unreadable", limits=json.dumps(limits), name=name)
        if match[1] and name.startswith(("slices.", "failed", "questions")):
            raise UsageError("gate.no_drop", name=name)
        found.append(Limit(name, match[2], float(match[3]), bool(match[1])))
    return found


def _figures(samples: int) -> list[str]:
    """The names of the figures of a run, but for those by kind of question."""
    from kb.evaluation.outcome import Report

    return list(flat(summarise(Report({"samples": samples}, (), 0))))


def _unknown(name: str, figures: Iterable[str], said: CodedText) -> UsageError:
    known = [figure for figure in figures if ".of." not in figure]
    by_end = [figure for figure in known if figure.endswith(f".{name}")]  # its section was left out
    near = by_end or difflib.get_close_matches(name, known, cutoff=0.75)
    if near:
        return UsageError(together(said, CodedText("gate.did_you_mean", names=" or ".join(near))))
    return UsageError(together(said, CodedText("gate.there_are", names=", ".join(known))))


def check_base(gate: Gate, base: Path | None) -> Path | None:
    """The run to measure drops from: the one named, or the gate's own. Raises UsageError where one is needed."""
    base = base or gate.base
    if base is None and gate.drops:
        raise UsageError("gate.no_base")
    return base


def judge(report: "Report", gate: Gate, base: "Report | None" = None) -> list[LimitResult]:
    """Every limit with why it is missed; a figure without a value misses any. Raises UsageError for no figure."""
    if not gate.limits:
        return []
    figures = flat(summarise(report))
    beside = differences(base, report) if base is not None and gate.drops else {}
    judged = []
    for limit in gate.limits:
        if limit.figure not in figures:
            raise _unknown(limit.figure, figures, CodedText("gate.figure_not_measured", name=limit.figure))
        missed = _drop_missed(limit, beside) if limit.drop else _missed(limit, figures)
        judged.append(LimitResult(limit, missed))
    return judged


def _missed(limit: Limit, figures: Mapping[str, float | None]) -> str:
    value = figures[limit.figure]
    told = {"figure": limit.figure, "limit": f"{limit.sign} {limit.number:g}"}
    if value is None:
        return CodedText("gate.no_value", **told)
    return "" if _TESTS[limit.sign](value, limit.number) else CodedText("gate.missed", **told, value=f"{value:.4g}")


def _drop_missed(limit: Limit, beside: Mapping[str, Difference]) -> str:
    found = beside.get(limit.figure)
    told = {"figure": limit.figure, "limit": f"{limit.sign} {limit.number:g}"}
    if found is None:
        return CodedText("gate.no_value_in_both", **told)
    drop = -abs(found.difference) if better(limit.figure, found.difference) else abs(found.difference)
    if _TESTS[limit.sign](drop - _ROUNDING, limit.number):
        return ""
    return CodedText(
        "gate.dropped", **told, before=f"{found.a:.4g}", after=f"{found.b:.4g}", questions=found.questions,
        p=f"{found.p:.2g}",
    )  # fmt: skip


def judged_form(judged: Sequence[LimitResult]) -> list[dict[str, Any]]:
    """Every limit as JSON: `limit`, and why it is missed, in words and by code; `missed` is "" where it is kept."""
    return [{"limit": str(one.limit), "missed": one.missed, **fields(one.missed, "missed_")} for one in judged]
