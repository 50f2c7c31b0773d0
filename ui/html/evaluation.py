"""Markup of the evaluation page: a run under way, the runs, figures, and questions with what was answered."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kb.evaluation.comparison import Compared, Comparison, Difference, verdict
from kb.evaluation.metrics import better, flat, slice_rows
from kb.language.local_days import local
from kb.messages.coded_text import CodedText
from ui.html.chat import engine
from ui.html.documents import duration, meter, tool
from ui.html.sanitise import body, message, plain
from ui.service.runs import Run
from ui.words.strings import TEXTS, Strings

if TYPE_CHECKING:
    from kb.evaluation.evaluation import Outcome
    from kb.evaluation.questions import Question

_RUN_STYLE = {"running": "busy", "done": "good", "failed": "bad", "stopped": "mute", "interrupted": "mute"}
_ANSWER_SHOWN = 6_000

FIGURES: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (  # group; (figure, its words, over how many)
    ("group_retrieval", (
        ("retrieval.hit@1", "fig_hit1", "retrieval.of.questions"),
        ("retrieval.hit@5", "fig_hit5", "retrieval.of.questions"),
        ("retrieval.hit@10", "fig_hit10", "retrieval.of.questions"),
        ("retrieval.mrr@10", "fig_mrr", "retrieval.of.questions"),
        ("retrieval.ndcg@10", "fig_ndcg", "retrieval.of.questions"),
    )),
    ("group_answers", (
        ("answers.right", "fig_right", "answers.of.right"),
        ("answers.cons", "fig_cons", "answers.of.cons"),
        ("answers.f1", "fig_f1", "answers.of.right"),
        ("answers.uncertain", "fig_uncertain", "answers.of.uncertain"),
        ("answers.judged_auc", "fig_judged", "answers.of.judged_auc"),
        ("answers.aurc", "fig_aurc", "answers.of.aurc"),
        ("answers.refused_answerable", "fig_refused_answerable", "answers.of.refused_answerable"),
        ("answers.refused_unanswerable", "fig_refused_unanswerable", "answers.of.refused_unanswerable"),
        ("answers.language_right", "fig_language", "answers.of.answers"),
        ("answers.empty", "fig_empty", "answers.of.answers"),
        ("answers.think_leaks", "fig_leaks", "answers.of.answers"),
    )),
    ("group_claims", (
        ("claims.supported", "fig_supported", "claims.of.claims"),
        ("claims.contradicted", "fig_contradicted", "claims.of.claims"),
        ("claims.unchecked", "fig_unchecked", "claims.of.claims"),
        ("claims.cited", "fig_cited", "claims.of.claims"),
        ("citations.on_gold", "fig_on_gold", "citations.of.citations"),
    )),
    ("group_seconds", (
        ("seconds.retrieval.p50", "fig_search_50", ""),
        ("seconds.retrieval.p95", "fig_search_95", ""),
        ("seconds.first_word.p50", "fig_first_50", ""),
        ("seconds.first_word.p95", "fig_first_95", ""),
        ("seconds.total.p50", "fig_total_50", ""),
        ("seconds.total.p95", "fig_total_95", ""),
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
    return (
        f'<div class="card run"><div class="cardhead"><span class="pulse"></span><b>{plain(run.name)}</b>'
        f'<span class="status busy">{plain(t("run_running"))}</span><span class="acts">'
        f"{tool('stop', run.id, t('run_stop'), run.name)}</span></div>{meter(run.done, run.total, run.name)}"
        f'<div class="side">{plain(" · ".join(facts))}</div><div class="now">{plain(now)}</div>'
        f"{tiles(run.figures, t) if run.figures else ''}</div>"
    )


def tiles(figures: Mapping[str, Any], t: Strings) -> str:
    """The main figures, large."""
    numbers, words = _numbers(figures), _words()
    shown = "".join(
        f'<div class="tile"><div class="big">{_rate(numbers[name])}</div>'
        f'<div class="side">{plain(t(words[name]))}</div></div>'
        for name in _MAIN
        if numbers.get(name) is not None
    )
    return f'<div class="grid">{shown}</div>' if shown else ""


def _words() -> dict[str, str]:
    return {name: words for _, group in FIGURES for name, words, _ in group}


def _numbers(figures: Mapping[str, Any]) -> dict[str, float | None]:
    """The figures by dotted name; the vote over any number of samples as `cons`."""
    return {_voted(name): value for name, value in flat(figures).items()}


def _voted(name: str) -> str:
    return name.partition("@")[0] if "cons@" in name else name


def _rate(value: float | None) -> str:
    return "–" if value is None else f"{value * 100:.1f}%"


def _shown(name: str, value: float | None) -> str:
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
    parts += [t("run_scope", names=", ".join(o.scope.collections))] if o.scope.collections else []
    return " · ".join(filter(None, parts))


def runs(listed: Sequence[Run], opened: str, t: Strings) -> str:
    """The runs, newest first."""
    return f'<ul class="docs">{"".join(_run(run, run.id == opened, t) for run in listed)}</ul>'


def _run(run: Run, opened: bool, t: Strings) -> str:
    numbers, words = _numbers(run.figures or {}), _words()
    main = "".join(
        f"<span>{plain(t(words[name]))} <b>{_rate(numbers[name])}</b></span>"
        for name in _MAIN
        if numbers.get(name) is not None
    )
    failed = f"<span>{plain(t('run_errors', n=run.failed))}</span>" if run.failed else ""
    why = ""
    if run.error is not None:
        why = f'<span class="reason">{message(t.message(run.error) or t("failed_unknown"))}</span>'
    acts = tool("open", run.id, t("run_close") if opened else t("run_open"), run.name) if run.figures else ""
    acts += tool("resume", run.id, t("run_resume"), run.name, css="strong") if run.resumable else ""
    acts += tool("delete", run.id, t("run_delete"), run.name, css="risk") if run.state != "running" else ""
    return (
        f'<li class="doc"><span class="kind">#{run.number}</span><span class="name">{plain(run.name)}</span>'
        f'<span class="facts"><span class="status {_RUN_STYLE[run.state]}">{plain(t(f"run_{run.state}"))}</span>'
        f"<span>{plain(t('run_answers', done=f'{run.done:,}', total=f'{run.total:,}'))}</span>{failed}"
        f'<span class="wrap">{plain(settings(run, t))}</span>'
        f"<span>{plain(local(run.created_at))}</span></span>"
        f'<span class="acts">{acts}</span><span class="facts figures">{main}</span>{why}</li>'
    )


def figures_table(figures: Mapping[str, Any], t: Strings) -> str:
    """All figures as a table, with their 95 % intervals and over how many they are."""
    values = _numbers(figures)
    bounds = {_voted(name): both for name, both in figures.get("intervals", {}).items()}
    return _table(
        [t("figures"), "", "95 %", ""],
        [
            (t(group), [
                (t(words), [_shown(name, values[name]), _between(name, bounds.get(name)), _over(values.get(over), t)])
                for name, words, over in names
                if values.get(name) is not None
            ])
            for group, names in FIGURES
        ],
    )  # fmt: skip


def slices_table(figures: Mapping[str, Any], t: Strings) -> str:
    """The figures of each kind, language, collection, type and tag; "" where there is one of each only."""
    shown, lines = slice_rows(figures)
    words = _words()
    groups = [
        (t(f"by_{dimension}"), [
            (name, [f"{part['questions']:,.0f}", *(_shown(figure, part.get(figure)) for figure in shown)])
            for of, name, part in lines
            if of == dimension
        ])
        for dimension in dict.fromkeys(line[0] for line in lines)
    ]  # fmt: skip
    return _table(["", t("slice_questions"), *(t(words[figure]) for figure in shown)], groups) if lines else ""


def differences_table(found: Mapping[str, Difference], t: Strings) -> str:
    """The figures of two runs over the questions of both, with the difference and whether it may be chance."""
    by_name = {_voted(name): difference for name, difference in found.items()}
    return _table(
        [t("figures"), t("compare_before"), t("compare_after"), "", "p", ""],
        [
            (t(group), [
                (t(words), [_shown(name, d.a), _shown(name, d.b), _delta(name, d), f"{d.p:.3f}", _over(d.questions, t)])
                for name, words, _ in names
                if (d := by_name.get(name)) is not None
            ])
            for group, names in FIGURES
        ],
    )  # fmt: skip


def _table(columns: Sequence[str], groups: Sequence[tuple[str, Sequence[tuple[str, Sequence[str]]]]]) -> str:
    """Rows of a name and cells, which are markup, under the name of their group."""
    head = "".join(f'<th scope="col">{plain(column)}</th>' for column in columns)
    body = "".join(
        f'<tr><th class="group" colspan="{len(columns)}">{plain(group)}</th></tr>'
        + "".join(
            f'<tr><th scope="row">{plain(name)}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
            for name, cells in rows
        )
        for group, rows in groups
        if rows
    )
    return (
        f'<div class="scroll"><table class="figures"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _between(name: str, bounds: Sequence[float] | None) -> str:
    return "" if bounds is None else f'<span class="side">{" – ".join(_shown(name, bound) for bound in bounds)}</span>'


def _over(count: float | None, t: Strings) -> str:
    return f'<span class="side">{plain(t("figure_of", n=f"{count:,.0f}"))}</span>' if count is not None else ""


def _delta(name: str, found: Difference) -> str:
    """The difference; coloured only where it is beyond chance."""
    change = found.difference
    if abs(change) < 0.0005:
        return '<span class="delta">=</span>'
    css = ("up" if better(name, change) else "down") if found.beyond_noise else ""
    words = f"{change:+.2f}" if name.startswith("seconds.") else f"{change * 100:+.1f}"
    return f'<span class="delta {css}">{"▲" if change > 0 else "▼"} {words}</span>'


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


def questions(outcomes: "Sequence[Outcome]", t: Strings) -> str:
    """Outcomes to unfold, each with what was expected and what was answered."""
    return "".join(
        f'<details class="question" data-key="{plain(o.question.id)}-{o.sample}">'
        f"{_summary(o.question, [verdict(o)], '', t)}{_expected(o.question, t)}"
        f'<div class="sides one">{_side("", o, t)}</div></details>'
        for o in outcomes
    )


def changes(rows: Sequence[Compared], t: Strings) -> str:
    """Questions of two runs to unfold, with both answers side by side."""
    parts = []
    for row in rows:
        known = row.after or row.before
        if known is None:
            continue
        verdicts = [v for v in (row.verdict_before, row.verdict_after) if v is not None]
        parts.append(
            f'<details class="question" data-key="{plain(row.id)}">'
            f"{_summary(known.question, verdicts, t(f'change_{row.change}'), t)}{_expected(known.question, t)}"
            f'<div class="sides">{_side(t("compare_before"), row.before, t)}{_side(t("compare_after"), row.after, t)}'
            "</div></details>"
        )
    return "".join(parts)


def _summary(question: "Question", verdicts: Sequence[str], change: str, t: Strings) -> str:
    marks = '<span aria-hidden="true">→</span>'.join(
        f'<span class="verdict v-{v}">{_SIGNS[v]} {plain(t(f"verdict_{v}"))}</span>' for v in verdicts
    )
    words = plain(question.question)
    return f'<summary><span class="what">{words}</span><span title="{plain(change)}">{marks}</span></summary>'


_SIGNS = {"right": "✓", "wrong": "✗", "refused": "○", "failed": "▲", "unjudged": "–"}


def _expected(question: "Question", t: Strings) -> str:
    forms = question.answers or tuple(" / ".join(group) for group in question.answer_groups)
    lines = [t("expected_refusal")] if question.refuse else []
    lines += [t("expected", words="; ".join(forms))] if forms else []
    places = dict.fromkeys(e.doc + (f" · {t('page', n=e.page)}" if e.page else "") for e in question.evidence)
    lines += [t("expected_where", words=", ".join(places))] if places else []
    return "".join(f'<div class="expected">{plain(line)}</div>' for line in lines)


def _side(head: str, outcome: "Outcome | None", t: Strings) -> str:
    title = f"<b>{plain(head)}</b> " if head else ""
    if outcome is None:
        return f'<div><div class="head">{title}</div><div class="said">{plain(t("answer_none"))}</div></div>'
    mark = verdict(outcome)
    head = f'{title}<span class="verdict v-{mark}">{_SIGNS[mark]} {plain(t(f"verdict_{mark}"))}</span>'
    if outcome.error:
        why = outcome.error.values["why"] if isinstance(outcome.error, CodedText) else outcome.error
        said = f'<div class="reason">{message(t.message(why))}</div>'
    elif outcome.answer is None:
        said = ""
    else:
        said = f'<div class="said">{body(outcome.answer.text[:_ANSWER_SHOWN])}</div>'
    found = dict.fromkeys(r.document + (f" · {t('page', n=r.page)}" if r.page else "") for r in outcome.ranked or ())
    where = t("found_where", words=", ".join([*found][:3])) if found else ""
    return f'<div><div class="head">{head}</div>{said}<div class="side">{plain(where)}</div></div>'


def outcome_tiles(found: Comparison, t: Strings) -> str:
    """How many questions changed which way."""
    shown = (("up", "▲", found.better, "compare_better"), ("down", "▼", found.worse, "compare_worse"),
             ("", "=", found.same, "compare_same"))  # fmt: skip
    return '<div class="grid">' + "".join(
        f'<div class="tile"><div class="big">{count}</div><div class="side"><span class="delta {css}">{sign}</span> '
        f"{plain(t(words))}</div></div>"
        for css, sign, count, words in shown
    ) + "</div>"  # fmt: skip
