"""`kb eval`: a file of questions in, answers with scores out."""

import hashlib
from pathlib import Path
from typing import Annotated

import typer

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
    app,
    local_user,
    model_options,
    opened,
    scope_of,
)


@app.command("eval")
def evaluate(
    questions: Annotated[Path, typer.Argument(help="questions.jsonl", show_default=False)],
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
        typer.Option("--out", help="Where results.jsonl and report.html go."),
    ] = None,
    gate: Annotated[
        Path | None,
        typer.Option("--gate", help="Limits of figures; exit code 1 if one is missed."),
    ] = None,
    page_slack: Annotated[
        int,
        typer.Option("--page-slack", min=0, help="A hit may be so many pages late."),
    ] = 0,
    think_budget: BudgetOption = None,
    scope: ScopeOption = None,
    collections: CollectionsOption = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Replace another run's results in --out.")] = False,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Put a set of questions and score the answers. An interrupted run goes on where it stopped."""
    with console.errors_for_people():
        from kb.errors import EmbeddingChanged, KBError, UsageError
        from kb.evaluation import evaluation

        asked = evaluation.load_questions(questions)
        chosen = evaluation.chosen(asked, limit, sample, seed)
        limits = evaluation.load_gate(gate, samples) if gate else {}
        if docs is not None and not docs.exists():
            raise UsageError(f"There is no folder {docs}; --docs names the documents of the questions.")
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
            page_slack=page_slack, think_budget=think_budget, scope=scope_of(scope, collections),
            fresh=fresh,
        )  # fmt: skip
        folder = out or Path("runs") / f"{questions.resolve().parent.name}-{questions.stem}"
        with console.interruptible() as stop, console.progress_bar("answers") as bar:
            planned = len(chosen) * samples
            task = bar.add_task("evaluating", total=planned, note="")

            def show(at: evaluation.EvalProgress) -> None:
                bar.update(
                    task,
                    completed=at.done,
                    total=at.total,
                    note=f"{at.failed} failed" if at.failed else "",
                )

            try:
                report = evaluation.evaluate(kb, asked, options, folder, show, stop)
            except KBError:
                if not bar.tasks[0].completed:
                    bar.remove_task(task)  # nothing was begun
                raise
            bar.update(task, completed=len(report.outcomes))  # what earlier runs answered is not told
        if json:
            console.print_json(evaluation.summarise(report))
        else:
            console.stdout().print(evaluation.as_table(report))
        console.say(f"{folder / 'results.jsonl'}\n{folder / 'report.html'}")
        failed = [outcome for outcome in report.outcomes if outcome.error]
        for outcome in failed:
            console.say(f"failed: question {outcome.question.id}: {outcome.error}")
        missed = evaluation.gate(report, limits)
        for line in missed:
            console.say(f"gate missed: {line}")
        if limits and not missed and report.complete and not json:
            console.say(f"gate: all {len(limits)} limits met" if len(limits) > 1 else "gate: its limit is met")
        if failed or missed or not report.complete:
            raise typer.Exit(1)


def _cached_home(docs: Path) -> Path:
    from kb.config import cache_dir

    name = hashlib.sha256(str(docs.resolve()).encode()).hexdigest()[:16]
    return cache_dir() / "eval" / f"{docs.resolve().parent.name}-{name}"
