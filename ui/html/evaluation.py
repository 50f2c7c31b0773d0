"""Markup of the evaluation page: a run under way, the runs, figures, and questions with what was answered."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kb.evaluation.comparison import Compared, Comparison, Difference, verdict
from kb.evaluation.metrics import better, flat, over, slice_rows
from kb.evaluation.question_view import Badge, QuestionView, Segment, Side, expected, side
from kb.language.local_days import local
from kb.messages.coded_text import CodedText, of_fields
from ui.html.chat import engine
from ui.html.documents import duration
from ui.html.templates import Fact, ToolButton, draw
from ui.service.runs import Run
from ui.words.strings import TEXTS, Strings

if TYPE_CHECKING:
    from kb.evaluation.evaluation import Outcome

_RUN_STYLE = {"running": "busy", "done": "good", "failed": "bad", "stopped": "mute", "interrupted": "mute"}
_ANSWER_SHOWN = 6_000
Cell = str | tuple[str, str]  # of a table: its text, or that and its style

FIGURES: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (  # group; (figure, its words)
    ("group_retrieval", (
        ("retrieval.hit@1", "fig_hit1"),
        ("retrieval.hit@5", "fig_hit5"),
        ("retrieval.hit@10", "fig_hit10"),
        ("retrieval.mrr@10", "fig_mrr"),
        ("retrieval.ndcg@10", "fig_ndcg"),
    )),
    ("group_answers", (
        ("answers.right", "fig_right"),
        ("answers.cons", "fig_cons"),
        ("answers.f1", "fig_f1"),
        ("answers.uncertain", "fig_uncertain"),
        ("answers.judged_auc", "fig_judged"),
        ("answers.aurc", "fig_aurc"),
        ("answers.refused_answerable", "fig_refused_answerable"),
        ("answers.refused_unanswerable", "fig_refused_unanswerable"),
        ("answers.language_right", "fig_language"),
        ("answers.empty", "fig_empty"),
        ("answers.think_leaks", "fig_leaks"),
    )),
    ("group_claims", (
        ("claims.supported", "fig_supported"),
        ("claims.contradicted", "fig_contradicted"),
        ("claims.unchecked", "fig_unchecked"),
        ("claims.cited", "fig_cited"),
        ("citations.on_gold", "fig_on_gold"),
    )),
    ("group_seconds", (
        ("seconds.retrieval.p50", "fig_search_50"),
        ("seconds.retrieval.p95", "fig_search_95"),
        ("seconds.first_word.p50", "fig_first_50"),
        ("seconds.first_word.p95", "fig_first_95"),
        ("seconds.total.p50", "fig_total_50"),
        ("seconds.total.p95", "fig_total_95"),
    )),
)  # fmt: skip
_MAIN = ("retrieval.hit@10", "answers.right", "answers.refused_unanswerable", "claims.supported", "citations.on_gold")


def running(run: Run, t: Strings) -> str:
    """A run under way: how far it is, how long it will take, and its figures so far."""
    facts = [t("run_answers", done=f"{run.done:,}", total=f"{run.total:,}")]
    if run.failed:
        facts.append(t("run_errors", n=f"{run.failed:,}"))
    facts.append(duration(run.seconds, t))
    if run.done and run.total > run.done:
        facts.append(t("time_left", time=duration(run.seconds / run.done * (run.total - run.done), t)))
    now = t("run_current", question=run.current) if run.current else t("run_waiting")
    stop = ToolButton("stop", run.id, t("run_stop"), run.name)
    return draw("evaluation.running", run, " · ".join(facts), now, stop, _main(run.figures or {}, t), t)


def tiles(figures: Mapping[str, Any], t: Strings) -> str:
    """The main figures, large."""
    return draw("evaluation.tiles", _main(figures, t))


def _main(figures: Mapping[str, Any], t: Strings) -> list[tuple[str, str]]:
    """The words and values of the main figures."""
    numbers, words = _numbers(figures), dict(each for _, group in FIGURES for each in group)
    return [(t(words[name]), _rate(numbers[name])) for name in _MAIN if numbers.get(name) is not None]


def _numbers(figures: Mapping[str, Any]) -> dict[str, float | None]:
    """The figures by dotted name; the vote over any number of samples as `cons`."""
    return {_voted(name): value for name, value in flat(figures).items()}


def _voted(name: str) -> str:
    return name.partition("@")[0] if "cons@" in name else name


def _rate(value: float | None) -> str:
    return "–" if value is None else f"{value * 100:.1f}%"


def _figure(name: str, value: float | None) -> str:
    if value is not None and name.startswith("seconds."):
        return f"{value:.2f}"
    return (
        f"{value:.3f}"
        if value is not None and name.endswith(("mrr@10", "ndcg@10", "f1", "aurc", "judged_auc"))
        else _rate(value)
    )


def settings(run: Run, t: Strings) -> str:
    """How a run was made, in words."""
    o = run.options
    parts = (
        [t("run_retrieval")] if o.retrieval_only else [f"{engine(run.engine, t)} · {run.model}" if run.model else ""]
    )
    parts += [t("run_limit", n=o.limit)] if o.limit else []
    parts += [t("run_sample", n=o.sample)] if o.sample else []
    parts += [t("run_samples", n=o.samples)] if o.samples > 1 else []
    parts += [t("run_budget", n=o.think_budget)] if o.think_budget is not None else []
    parts += [t("run_seed", n=o.seed)] if o.seed else []
    parts += [t("run_slack", n=o.page_slack)] if o.page_slack else []
    places = [*o.scope.collections, *o.scope.paths, *o.scope.tags]
    parts += [t("run_scope", names=", ".join(places))] if places else []
    parts += [] if o.glossary else [t("run_no_glossary")]
    return " · ".join(filter(None, parts))


def runs(listed: Sequence[Run], opened: str, t: Strings) -> str:
    """The runs, newest first."""
    rows = []
    for run in listed:
        facts = [Fact(t(f"run_{run.state}"), f"status {_RUN_STYLE[run.state]}")]
        facts.append(Fact(t("run_answers", done=f"{run.done:,}", total=f"{run.total:,}")))
        facts += [Fact(t("run_errors", n=run.failed))] if run.failed else []
        facts += [Fact(settings(run, t), "wrap"), Fact(local(run.created_at))]
        if run.gate:
            missed = run.missed
            words = t.count("run_gate_missed", missed) if missed else t.count("run_gate_kept", len(run.gate))
            facts.append(Fact(words, f"status {'bad' if missed else 'good'}"))
        if run.place:
            facts.append(Fact(t("run_place_gone" if run.place_gone else "run_place", folder=run.place), "wrap"))
        why = (t.message(run.error) or t("failed_unknown")) if run.error is not None else ""
        words = t("run_close" if run.id == opened else "run_open")
        acts = [ToolButton("open", run.id, words, run.name)] if run.figures else []
        acts += [ToolButton("resume", run.id, t("run_resume"), run.name, css="strong")] if run.resumable else []
        acts += [ToolButton("delete", run.id, t("run_delete"), run.name, css="risk")] if run.state != "running" else []
        rows.append((run, facts, acts, _main(run.figures or {}, t), why))
    return draw("evaluation.runs", rows)


def gate(run: Run, t: Strings) -> str:
    """Every limit of a run's gate, with why it is missed."""
    rows = [
        (each["limit"], t.message(of_fields(each["missed"], each, "missed_")) if each["missed"] else "")
        for each in run.gate
    ]
    return draw("evaluation.gate", rows, t)


def figures_table(figures: Mapping[str, Any], t: Strings) -> str:
    """All figures as a table, with their 95 % intervals and over how many they are."""
    values = _numbers(figures)
    own = {_voted(name): name for name in flat(figures)}
    bounds = {_voted(name): both for name, both in figures.get("intervals", {}).items()}

    def cells(name: str) -> list[Cell]:
        between = " – ".join(_figure(name, bound) for bound in bounds.get(name, ()))
        return [_figure(name, values[name]), _side(between), _over(over(figures, own[name]), t)]

    groups = [
        (t(group), [(t(words), cells(name)) for name, words in names if values.get(name) is not None])
        for group, names in FIGURES
    ]
    return draw("evaluation.table", [t("figures"), "", "95 %", ""], groups)


def slices_table(figures: Mapping[str, Any], t: Strings) -> str:
    """The figures of each kind, language, collection, type and tag; "" where there is one of each only."""
    shown, lines = slice_rows(figures)
    words = dict(each for _, group in FIGURES for each in group)
    groups = [
        (t(f"by_{dimension}"), [
            (name, [f"{part['questions']:,.0f}", *(_figure(figure, part.get(figure)) for figure in shown)])
            for of, name, part in lines
            if of == dimension
        ])
        for dimension in dict.fromkeys(line[0] for line in lines)
    ]  # fmt: skip
    columns = ["", t("slice_questions"), *(t(words[figure]) for figure in shown)]
    return draw("evaluation.table", columns, groups) if lines else ""


def differences_table(found: Mapping[str, Difference], t: Strings) -> str:
    """The figures of two runs over the questions of both, with the difference and whether it may be chance."""
    by_name = {_voted(name): difference for name, difference in found.items()}
    groups = [
        (t(group), [
            (t(words), [_figure(name, d.a), _figure(name, d.b), _delta(name, d), f"{d.p:.3f}", _over(d.questions, t)])
            for name, words in names
            if (d := by_name.get(name)) is not None
        ])
        for group, names in FIGURES
    ]  # fmt: skip
    columns = [t("figures"), t("compare_before"), t("compare_after"), "", "p", ""]
    return draw("evaluation.table", columns, groups)


def _side(words: str) -> Cell:
    return (words, "side") if words else ""


def _over(count: float | None, t: Strings) -> Cell:
    return _side(t("figure_of", n=f"{count:,.0f}") if count is not None else "")


def _delta(name: str, found: Difference) -> Cell:
    """The difference; coloured only where it is beyond chance."""
    change = found.difference
    if abs(change) < 0.0005:
        return "=", "delta"
    css = ("delta up" if better(name, change) else "delta down") if found.beyond_noise else "delta"
    words = f"{change:+.2f}" if name.startswith("seconds.") else f"{change * 100:+.1f}"
    return f"{'▲' if change > 0 else '▼'} {words}", css


def differences(names: Sequence[str], before: Mapping[str, Any], after: Mapping[str, Any], t: Strings) -> str:
    """In what the fingerprints of two runs differ, with both values where they say something to a reader."""
    parts = []
    for name in names:
        words = t(f"part_{name}") if f"part_{name}" in TEXTS else name
        if name.endswith(("_hash", "_digest")):
            parts.append(words)
        else:
            parts.append(f"{words} {_value(before.get(name), t)} → {_value(after.get(name), t)}")
    return t("compare_differs", names=("；" if t.language == "zh" else "; ").join(parts))


def _value(value: object, t: Strings) -> str:
    if isinstance(value, bool):
        return t("yes") if value else t("no")
    if isinstance(value, Mapping):
        return ", ".join(str(part) for parts in value.values() if parts for part in _list(parts)) or "–"
    text = "–" if value is None else str(value)
    return text if len(text) <= 40 else f"{text[:12]}…"


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else [value]


# ---- questions


def questions(outcomes: "Sequence[Outcome]", slack: int, t: Strings) -> str:
    """Outcomes to unfold, each with what was expected and what was answered."""
    views = []
    for outcome in outcomes:
        given = _one_side("", outcome, slack, t)
        key, question = f"{outcome.question.id}-{outcome.sample}", outcome.question
        marks = [_mark(verdict(outcome), t)]
        views.append(QuestionView(key, question, marks, expected(question, t), [replace(given, facts=())], given.facts))
    return draw("evaluation.questions", views, t)


def changes(rows: Sequence[Compared], slack: int, t: Strings) -> str:
    """Questions of two runs to unfold, with both answers side by side."""
    views = []
    for row in rows:
        known = row.after or row.before
        if known is None:
            continue
        marks = [_mark(v, t) for v in (row.verdict_before, row.verdict_after) if v is not None]
        both = (("compare_before", row.before), ("compare_after", row.after))
        sides = [_one_side(t(head), outcome, slack, t) for head, outcome in both]
        lines, change = expected(known.question, t), t(f"change_{row.change}")
        views.append(QuestionView(row.id, known.question, marks, lines, sides, change=change))
    return draw("evaluation.questions", views, t)


_MARKS = {
    "right": ("good", "✓"),
    "wrong": ("bad", "✗"),
    "refused": ("quiet", "○"),
    "failed": ("bad", "▲"),
    "unjudged": ("quiet", "–"),
}


def _mark(name: str, t: Strings) -> Badge:
    css, sign = _MARKS[name]
    return Badge(css, f"{sign} {t(f'verdict_{name}')}")


def _one_side(head: str, outcome: "Outcome | None", slack: int, t: Strings) -> Side:
    """What a run made of a question; of long texts the beginning, and of the search what no answer was made from."""
    if outcome is None:
        return Side(head, segments=[Segment([(t("answer_none"), "")])])
    made = side(outcome, t, t.message, slack=slack, longest=_ANSWER_SHOWN)
    error = made.error
    if isinstance(outcome.error, CodedText):
        error = t.message(outcome.error.values["why"])
    ranked = made.ranked if outcome.answer is None else ()
    segments = () if error else made.segments
    return replace(made, head=head, mark=_mark(verdict(outcome), t), error=error, ranked=ranked, segments=segments)


def outcome_tiles(found: Comparison, t: Strings) -> str:
    """How many questions changed which way."""
    shown = (("up", "▲", found.better, "compare_better"), ("down", "▼", found.worse, "compare_worse"),
             ("", "=", found.same, "compare_same"))  # fmt: skip
    return draw("evaluation.changed", shown, t)
