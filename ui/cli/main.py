"""The command line: `kb`. Heavy libraries are imported by the commands that need them."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli import console, usage
from ui.cli.common import (
    BudgetOption,
    CollectionOption,
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
    opened_here,
    scope_of,
    settings_of,
)

if TYPE_CHECKING:
    from kb.schema import Event


def complete() -> typer.Typer:
    """The app with all of its commands."""
    from ui.cli import (  # noqa: F401  (they add their commands)
        access,
        audit,
        backup,
        docs,
        evaluation,
        feedback,
        glossary,
        mcp,
        models,
        passages,
        people,
        privacy,
        service,
        sessions,
        tuning,
    )

    return app


def main() -> None:
    """Entry point of the console script."""
    complete()()


@app.command()
def up(
    port: Annotated[int, typer.Option("--port", "-p", min=0, max=65535, help="Of this machine alone.")] = 8600,
    listen: Annotated[
        str | None,
        typer.Option("--listen", metavar="HOST:PORT", help="For other machines; needs accounts, and TLS or a proxy."),
    ] = None,
    tls_cert: Annotated[Path | None, typer.Option("--tls-cert", help="A certificate with its chain (PEM).")] = None,
    tls_key: Annotated[Path | None, typer.Option("--tls-key", help="Its key (PEM).")] = None,
    no_ui: Annotated[bool, typer.Option("--no-ui", help="The API without the page.")] = False,
    home: HomeOption = None,
    config: ConfigOption = None,
    engine: EngineOption = None,
    model: ModelOption = None,
) -> None:
    """Serve page and API until Ctrl-C; on 127.0.0.1, unless --listen says otherwise."""
    with console.errors_for_people():
        llm = model_options(engine, model)
        settings = settings_of(config, **llm)
        from ui.service.auth import page_address, running_service
        from ui.service.listening import place_of

        reached = settings.service
        where = place_of(listen, port, tls_cert, tls_key, reached.names, reached.trusted_proxies)
        place = home_place(home)
        if (running := running_service(place)) is not None:
            from kb.errors import HomeInUse

            raise HomeInUse("home.in_use_by_service", path=place, pid=running.pid, origin=running.origin)
        with opened_here(home, settings, llm) as kb:
            from ui.server import serve
            from ui.service import runtime

            def ready(origin: str) -> None:
                if no_ui:
                    told = console.t("cli_up_api", origin=origin, token=place / "token")
                elif runtime.current().people.exist:
                    told = console.t("cli_up_people", origin=origin)
                elif sys.stdout.isatty():
                    address = page_address(origin, runtime.current().sessions.new_code())
                    told = console.t("cli_up_page", address=address)
                else:  # a log keeps what is printed: no address that lets anybody in
                    told = console.t("cli_up_log", origin=origin)
                print(told, flush=True)

            serve(kb, where, page=not no_ui, on_ready=ready)
            console.say(console.t("cli_stopped"))


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.", show_default=False)],
    collection: CollectionOption = None,
    prune: Annotated[bool, typer.Option("--prune", help="Remove documents whose file is gone.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on following the folders until Ctrl-C.")] = False,
    poll: Annotated[
        bool, typer.Option("--poll", help="With --watch: look at the files again and again, as network drives need.")
    ] = False,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Bring files and folders into the knowledge base. What is unchanged is left alone."""
    with opened(home, config) as kb:
        from ui.cli.ingesting import ingest_with_progress, print_report, report_form, watch_with_reports

        if watch:
            if json:
                from kb.errors import UsageError

                raise UsageError("ingest.watch_json")
            for report in watch_with_reports(kb, paths, local_user(), collection, prune, poll):
                print_report(report)
            return
        report = ingest_with_progress(kb, paths, local_user(), collection, prune)
        if json:
            console.print_json(report_form(report))
        else:
            print_report(report)
        if report.failed or report.stopped:
            raise typer.Exit(1)


@app.command()
def search(
    question: Annotated[str, typer.Argument(help="`-` reads it from stdin.", show_default=False)],
    k: Annotated[int | None, typer.Option("-k", min=1, max=1000, help="How many passages.")] = None,
    scope: ScopeOption = None,
    collections: CollectionsOption = None,
    tags: TagsOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """The passages for a question, without a model."""
    with opened(home, config) as kb:
        found = kb.search(console.read_question(question), local_user(), k, scope_of(scope, collections, tags))
        usage.count_search(kb, found)
        if json:
            from kb.serialization import retrieval_form

            console.print_json(retrieval_form(found))
            return
        from ui.cli.terminal import print_retrieval

        print_retrieval(found)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="`-` reads it from stdin.", show_default=False)],
    think_budget: BudgetOption = None,
    engine: EngineOption = None,
    model: ModelOption = None,
    scope: ScopeOption = None,
    collections: CollectionsOption = None,
    tags: TagsOption = None,
    seed: Annotated[int | None, typer.Option("--seed", help="For the same answer again.")] = None,
    samples: Annotated[
        int, typer.Option("--samples", min=1, help="Answer so many times, and give what most of them agree with.")
    ] = 1,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Ask a question; the answer cites the documents it rests on."""
    with (
        opened(home, config, **model_options(engine, model)) as kb,
        console.interruptible() as stop,
    ):
        from kb.schema import AskOptions

        asked = console.read_question(question)
        options = AskOptions(scope_of(scope, collections, tags), think_budget, seed, stop=stop)
        if samples > 1:
            from kb.evaluation.voting import vote

            events = vote(kb, asked, local_user(), samples, options)
        else:
            events = kb.ask(asked, local_user(), options)
        _print_answer(usage.counted_events(kb, asked, events), json)
        if stop.is_set():
            raise typer.Exit(1)


@app.command()
def chat(
    message: Annotated[
        str | None,
        typer.Argument(help="Without it, an interactive chat.", show_default=False),
    ] = None,
    think_budget: BudgetOption = None,
    engine: EngineOption = None,
    model: ModelOption = None,
    seed: Annotated[int | None, typer.Option("--seed")] = None,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Talk to the model without documents."""
    with opened(home, config, **model_options(engine, model)) as kb:
        if message is None:
            from ui.cli.terminal import interactive_chat

            interactive_chat(kb, think_budget)
            return
        from kb.schema import AskOptions

        with console.interruptible() as stop:
            options = AskOptions(think_budget=think_budget, seed=seed, stop=stop)
            events = kb.chat(console.read_question(message), options)
            _print_answer(events, json)
            if stop.is_set():
                raise typer.Exit(1)


@app.command()
def repair(
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Build the vector and word indexes again from the catalog. No document is read."""
    with opened(home, config) as kb:
        repaired = kb.repair()
        if json:
            console.print_json(repaired)
        else:
            counted = {
                "chunks": console.count("cli_chunks", repaired["chunks"]),
                "versions": console.count("cli_unfinished", repaired["published"]),
                "originals": console.count("cli_unused", repaired["originals_removed"]),
            }
            print(console.t("cli_repaired", **counted))


@app.command()
def reindex(
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Read, split and embed every document again. The old index answers until all is ready."""
    with opened(home, config) as kb:
        from ui.cli.ingesting import reindex_with_progress

        report = reindex_with_progress(kb, local_user())
        if report.stopped:
            console.say(console.t("cli_reindex_stopped"))
            raise typer.Exit(1)
        if json:
            from dataclasses import asdict

            form = asdict(report)
            del form["stopped"]
            console.print_json({**form, "seconds": round(report.seconds, 3)})
        else:
            counted = {
                "documents": console.count("cli_documents", report.documents),
                "chunks": console.count("cli_chunks", report.chunks),
            }
            print(console.t("cli_reindexed", **counted, embedded=report.embedded, seconds=f"{report.seconds:.1f}"))


def _print_answer(events: "Iterator[Event]", json: bool) -> None:
    """The answer, as JSON or as it comes. Raises ModelError where it failed."""
    if json:
        from kb.answering.events import drain
        from kb.serialization import answer_form

        console.print_json(answer_form(drain(events)))
    else:
        from ui.cli.terminal import print_events

        print_events(events)
