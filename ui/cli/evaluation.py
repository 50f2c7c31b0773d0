"""`kb eval`: a file of questions in, answers with scores out; `kb eval compare`: two of its runs; `kb calibrate`."""

import hashlib
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from ui.cli import console
from ui.cli.common import (
    BudgetOption,
    CollectionsOption,
    ConfigOption,
    EngineOption,
    HomeOption,
    JsonOption,
    ModelOption,
    ScopeOption,
    TagsOption,
    app,
    home_place,
    local_user,
    model_options,
    opened,
    scope_of,
)

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from kb.assistant import KnowledgeBase
    from kb.evaluation.calibration import Calibrated
    from kb.evaluation.outcome import Report
    from kb.evaluation.questions import Question
    from kb.schema import Language
    from ui.cli.client import RemoteKnowledgeBase
    from ui.service.runs import RunOptions


class _RunUnlessNamed(TyperGroup):
    """`kb eval QUESTIONS` runs, though it names no command of the group."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, args if args and args[0] in self.commands else ["run", *args])


group = typer.Typer(cls=_RunUnlessNamed, help="Put a set of questions and score the answers.", add_help_option=False)
app.add_typer(group, name="eval")


@group.command("run")
def evaluate(
    questions: Annotated[
        Path,
        typer.Argument(help="questions.jsonl, a BEIR folder, or a JSON file of SQuAD or CMRC.", show_default=False),
    ],
    docs: Annotated[
        Path | None,
        typer.Option("--docs", help="Ingest this folder into a cached home of its own."),
    ] = None,
    retrieval_only: Annotated[bool, typer.Option("--retrieval-only", help="No model is called.")] = False,
    samples: Annotated[
        int,
        typer.Option("--samples", min=1, help="Answers a question, for pass@1 and cons@K."),
    ] = 1,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, help="Only the first so many questions."),
    ] = None,
    sample: Annotated[
        int | None,
        typer.Option("--sample", min=1, help="Only so many, drawn by --seed in proportion to kind and language."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the draw, and of the first answer.")] = 0,
    engine: EngineOption = None,
    model: ModelOption = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Where the results go."),
    ] = None,
    gate: Annotated[
        Path | None,
        typer.Option("--gate", help="Limits of figures; exit code 1 if one is missed."),
    ] = None,
    base: Annotated[
        Path | None,
        typer.Option("--base", metavar="RUN", help="The run that the gate measures drops from, as compare names it."),
    ] = None,
    page_slack: Annotated[
        int,
        typer.Option("--page-slack", min=0, help="A hit may be so many pages late."),
    ] = 0,
    think_budget: BudgetOption = None,
    scope: ScopeOption = None,
    collections: CollectionsOption = None,
    tags: TagsOption = None,
    parallel: Annotated[
        int, typer.Option("--parallel", min=1, help="Questions at once; the embedded engine answers one at a time.")
    ] = 1,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Ask again what was answered before under the same conditions.")
    ] = False,
    no_glossary: Annotated[
        bool, typer.Option("--no-glossary", help="Search and answer without the glossary, to see what it does.")
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Replace another run's results in --out.")] = False,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Put a set of questions and score the answers. An interrupted run goes on where it stopped.

    `kb eval compare A B` holds two runs against each other.
    """
    with console.errors_for_people():
        from kb.errors import EmbeddingChanged, KBError, UsageError
        from kb.evaluation import evaluation, exports, gates
        from kb.evaluation.imports import imported
        from ui.service.runs import RunOptions

        others = imported(questions)
        asked = others.questions if others else evaluation.load_questions(questions)
        chosen = evaluation.selection(asked, limit, sample, seed)
        limits = gates.load_gate(gate, samples) if gate else gates.Gate()
        base_run = gates.check_base(limits, base)
        base_run = _run_at(base_run, home) if base_run else None
        before = evaluation.load_run(base_run) if base_run else None
        if others and docs is None and home is None:
            kept = _cached_home(questions)
            docs = others.documents(kept.with_name(f"{kept.name}.documents"))
        if docs is not None and not docs.exists():
            raise UsageError("evaluation.no_folder", folder=docs)
    place = home if docs is None or home is not None else _cached_home(docs)
    with opened(place, config, **model_options(engine, model)) as kb:
        if docs is not None:
            from ui.cli.ingesting import ingest_with_progress, reindex_with_progress

            try:
                report_in = ingest_with_progress(kb, [docs], local_user(), prune=True)
            except EmbeddingChanged:
                if home is not None:
                    raise
                if reindex_with_progress(kb, local_user()).stopped:  # the home is ours, and of earlier settings
                    raise typer.Exit(1) from None
                report_in = ingest_with_progress(kb, [docs], local_user(), prune=True)
            if report_in.stopped:
                raise typer.Exit(1)
        options = evaluation.EvalOptions(
            retrieval_only=retrieval_only, samples=samples, limit=limit, sample=sample, seed=seed,
            page_slack=page_slack, think_budget=think_budget, scope=scope_of(scope, collections, tags),
            parallel=parallel, fresh=fresh, glossary=not no_glossary,
        )  # fmt: skip
        folder = out or Path("runs") / f"{questions.resolve().parent.name}-{questions.stem}"
        with console.interruptible() as stop, console.progress_bar(console.t("cli_unit_answers")) as bar:
            planned = len(chosen) * samples
            task = bar.add_task(console.t("cli_evaluating"), total=planned, note="")

            def show(at: evaluation.EvalProgress) -> None:
                bar.update(
                    task,
                    completed=at.done,
                    total=at.total,
                    note=console.t("cli_failed", n=at.failed) if at.failed else "",
                )

            try:
                report = evaluation.evaluate(kb, asked, options, folder, show, stop, _answers_of(kb, no_cache))
            except KBError:
                if not bar.tasks[0].completed:
                    bar.remove_task(task)  # nothing was begun
                raise
            bar.update(task, completed=len(report.outcomes))  # what earlier runs answered is not told
        if json:
            console.print_json(evaluation.summarise(report))
        else:
            console.stdout().print(as_table(report))
        judged = gates.judge(report, limits, before)
        limited = gate.read_text(encoding="utf-8-sig") if gate else ""
        exports.write_junit(report, judged, folder / "junit.xml")
        for name in ("results.jsonl", "results.csv", "junit.xml", "report.html"):
            console.say(str(folder / name))
        if report.outcomes and place is home:
            how = RunOptions(
                retrieval_only, limit, sample, samples, seed, think_budget, page_slack, options.scope, not no_cache,
                not no_glossary, parallel=parallel, gate=limited,
            )  # fmt: skip
            told = gates.judged_form(judged)
            _list_on_the_page(home_place(home) / "runs", questions, folder, report, how, told)
        failed = [outcome for outcome in report.outcomes if outcome.error]
        for outcome in failed:
            console.say(console.t("cli_question_failed", id=outcome.question.id, why=console.localized(outcome.error)))
        missed = [one.missed for one in judged if one.missed]
        for line in missed:
            console.say(console.t("cli_gate_missed", what=console.localized(line)))
        if judged and not missed and report.complete and not json:
            console.say(console.count("cli_gate_met", len(judged)))
        if failed or missed or not report.complete:
            raise typer.Exit(1)


def _list_on_the_page(
    runs: Path,
    questions: Path,
    out: Path,
    report: "Report",
    options: "RunOptions",
    gate: Sequence[dict[str, Any]],
) -> None:
    from kb.errors import why
    from ui.service.evaluation_runs import keep_run

    try:
        keep_run(runs, questions, out, report, options, gate)
    except OSError as error:
        said = console.t("cli_run_not_listed", why=console.localized(why(error)))
        console.say(console.t("cli_note", words=said))


def _answers_of(kb: "KnowledgeBase | RemoteKnowledgeBase", no_cache: bool) -> Path | None:
    """Where answers are kept: in the home, which is at hand where no service has it open."""
    from kb.assistant import KnowledgeBase

    return kb.home.answers if isinstance(kb, KnowledgeBase) and not no_cache else None


RunArgument = Annotated[
    Path,
    typer.Argument(
        help="The --out folder of a run, or one that the page lists: its number, name or id.", show_default=False
    ),
]


def _run_at(run: Path, home: Path | None) -> Path:
    """The folder of a run: as it is named, or among those of the home. Raises UsageError where there is none."""
    from kb.errors import UsageError
    from kb.evaluation.results_log import FILE
    from ui.service.evaluation_runs import run_named

    if (run / FILE).is_file() or run.is_file():
        return run
    try:
        return run_named(home_place(home) / "runs", str(run))
    except UsageError:
        if run.exists():
            return run  # whoever reads it says what it lacks
        raise


@group.command("compare")
def compare(a: RunArgument, b: RunArgument, json: JsonOption = False, home: HomeOption = None) -> None:
    """Two runs over the questions that both put: what differs by more than chance, and which answers changed."""
    with console.errors_for_people():
        from kb.evaluation.comparison import comparison_form
        from kb.evaluation.evaluation import load_run

        form = comparison_form(*(load_run(_run_at(run, home)) for run in (a, b)))
        if json:
            console.print_json(form)
            return
        console.stdout().print(_differences(form))
        for row in form["changed"]:
            print(console.printable(f"{row['id']}: {row['a']} -> {row['b']}  {row['question']}"))
        if form["differs"]:
            names = console.t("cli_comma").join(map(_part_of_run, form["differs"]))
            console.say(console.t("cli_runs_differ", names=names))


def _differences(form: dict[str, Any]) -> "Table":
    from rich.table import Table
    from rich.text import Text

    from kb.evaluation.comparison import NOISE
    from kb.evaluation.metrics import better

    title = console.t("cli_compared", n=len(form["changed"]), noise=f"{NOISE:g}")
    table = Table(title=title, title_justify="left")
    table.add_column(console.t("cli_column_figure"))
    for column in ("a", "b", console.t("cli_column_difference"), "p", console.t("cli_column_questions")):
        table.add_column(column, justify="right")
    table.add_column("")
    last = ""
    for name, found in form["figures"].items():
        section = name.partition(".")[0]
        if last and section != last:
            table.add_section()
        last = section
        mark = ""
        if found["p"] < NOISE:
            mark = console.t("cli_better" if better(name, found["difference"]) else "cli_worse")
        numbers = (f"{found['a']:.3f}", f"{found['b']:.3f}", f"{found['difference']:+.3f}", f"{found['p']:.3f}")
        table.add_row(Text(name), *numbers, f"{found['questions']}", mark)
    return table


def _part_of_run(name: str) -> str:
    """What two runs differ in: in English by the name it has in JSON, else as the page calls it."""
    from ui.words.strings import TEXTS

    named = TEXTS.get(f"part_{name}")
    return name if named is None or console.language() == "en" else named.zh


def as_table(report: "Report") -> "RenderableType":
    """The figures of a run as a table for the terminal, and below it one of the slices."""
    from rich.console import Group
    from rich.table import Table

    from kb.evaluation.metrics import NO_VALUE, rows, slice_rows, summarise

    figures = summarise(report)
    t = console.t
    state = "" if figures["complete"] else t("cli_stopped_at", done=len(report.outcomes), total=report.planned)
    state += t("cli_as_before", n=figures["cached"]) if figures["cached"] else ""
    title = t("cli_run_title", questions=figures["questions"], failed=figures["failed"])
    table = Table(title=f"{title}{state}", title_justify="left")
    for column in ("", t("cli_column_figure")):
        table.add_column(column)
    for column in (t("cli_column_value"), "95 %", t("cli_column_over")):
        table.add_column(column, justify="right")
    last = ""
    for row in rows(figures):
        if row.value == NO_VALUE:
            continue
        if last and row.section != last:
            table.add_section()
        section = t(f"cli_section_{row.figure.partition('.')[0]}") if row.section != last else ""
        over = "" if row.over is None else t("cli_over", n=row.over)
        table.add_row(section, _figure(row.figure, row.name), row.value, row.interval, over)
        last = row.section
    shown, lines = slice_rows(figures)
    return Group(table, _slices_table(shown, lines)) if lines else table


def _figure(dotted: str, english: str) -> str:
    """A figure's name: in Chinese as the page calls it, where it does."""
    if console.language() == "en":
        return english
    from ui.html.evaluation import FIGURES
    from ui.words.strings import TEXTS

    words = dict(each for _, group in FIGURES for each in group)
    section, _, name = dotted.partition(".")
    if name.startswith("refused_by_kind."):
        return console.t("cli_refused_kind", kind=name.partition(".")[2].replace("_", " "))
    key = words.get(f"{section}.{name.partition('@')[0] if name.startswith('cons@') else name}")
    own = f"cli_figure_{section}_{name}"
    return console.t(key) if key else console.t(own) if own in TEXTS else english


def _slices_table(shown: Sequence[str], lines: Sequence[tuple[str, str, Mapping[str, float]]]) -> "Table":
    from rich.table import Table
    from rich.text import Text

    from kb.evaluation.metrics import SLICED, as_rate

    table = Table(title=console.t("cli_slices_title"), title_justify="left")
    for column in ("", console.t("cli_column_part")):
        table.add_column(column)
    for column in (console.t("cli_column_questions"), *(_figure(name, SLICED[name]) for name in shown)):
        table.add_column(column, justify="right")
    last = ""
    for dimension, name, part in lines:
        if last and dimension != last:
            table.add_section()
        values = [as_rate(part.get(figure)) for figure in shown]
        head = console.t(f"cli_by_{dimension}") if dimension != last else ""
        table.add_row(head, Text(name), f"{part['questions']}", *values)
        last = dimension
    return table


def _cached_home(docs: Path) -> Path:
    from kb.config import cache_dir

    name = hashlib.sha256(str(docs.resolve()).encode()).hexdigest()[:16]
    return cache_dir() / "eval" / f"{docs.resolve().parent.name}-{name}"


@app.command("calibrate")
def calibrate(
    questions: Annotated[
        list[Path],
        typer.Argument(help="Labelled question sets: questions with answers, and such as must be refused."),
    ],
    docs: Annotated[
        Path | None, typer.Option("--docs", help="Judge over this folder, in a cached home of its own.")
    ] = None,
    engine: EngineOption = None,
    model: ModelOption = None,
    out: Annotated[
        Path, typer.Option("--out", help="Where the judgements go; an interrupted run goes on from there.")
    ] = Path("runs/calibration"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Replace the judgements of another run in --out.")] = False,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Measure how sure the model must be that passages state an answer, and judge by that in this home from now on."""
    with console.errors_for_people():
        from kb.evaluation import calibration
        from kb.evaluation.questions import load_questions

        asked = [question for path in questions for question in load_questions(path)]
    chosen = model_options(engine, model)
    with opened(home, config, **chosen) as kb, console.interruptible() as stop:
        if docs is None:
            found = _calibrated(kb, kb, asked, out, fresh, stop)
        else:
            from ui.cli.ingesting import ingest_with_progress

            with opened(_cached_home(docs), config, **chosen) as other:
                if ingest_with_progress(other, [docs], local_user(), prune=True).stopped:
                    raise typer.Exit(1)
                found = _calibrated(other, kb, asked, out, fresh, stop)
    if found is None:
        raise typer.Exit(1)
    form = calibration.form(found)
    if json:
        console.print_json(form)
        return
    for language, floors in form["language"].items():
        told = {name: f"{floors[name]:.3f}" for name in ("floor_refuse", "floor_answer", "auc")}
        print(console.t("cli_calibrated", language=language, **told, n=floors["n"]))


def _calibrated(
    kb: "KnowledgeBase | RemoteKnowledgeBase",
    keeper: "KnowledgeBase | RemoteKnowledgeBase",
    questions: "list[Question]",
    out: Path,
    fresh: bool,
    stop: threading.Event,
) -> "dict[Language, Calibrated] | None":
    from kb.evaluation import calibration

    with console.progress_bar(console.t("cli_unit_questions")) as bar:
        task = bar.add_task(console.t("cli_judging"), total=len(questions), note="")

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        return calibration.calibrate(
            kb, questions, local_user(), out, keeper=keeper, fresh=fresh, progress=show, stop=stop
        )
