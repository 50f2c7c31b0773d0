"""The command line: `kb`. Heavy libraries are imported by the commands that need them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kb import privacy
from ui import console

if TYPE_CHECKING:
    from kb.assistant import KnowledgeBase
    from kb.config import Settings
    from kb.schema import Event, Principal, Scope
    from ui.client import RemoteKnowledgeBase

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        help="The knowledge base's directory [env KB_HOME].",
        show_default=False,
    ),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="A settings file [env KB_CONFIG].", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
CollectionOption = Annotated[str | None, typer.Option("--collection", "-c", help="Name of the collection.")]
ScopeOption = Annotated[
    list[str] | None,
    typer.Option("--in", metavar="GLOB", help="Look only into documents whose path matches."),
]
EngineOption = Annotated[str | None, typer.Option("--engine", help="auto, ollama, embedded or llamaindex.")]
ModelOption = Annotated[str | None, typer.Option("--model", help="An Ollama tag, or an embedded model.")]
BudgetOption = Annotated[int | None, typer.Option("--think-budget", min=0, help="Reasoning tokens at most.")]

app = typer.Typer(
    name="kb",
    help="Ask your documents, in Chinese or English. Nothing leaves this machine.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Entry point of the console script."""
    from ui import (  # noqa: F401  (they add their commands)
        cli_backup,
        cli_docs,
        cli_eval,
        cli_feedback,
        cli_models,
        cli_reindex,
    )

    app()


def settings_of(config: Path | None, **llm: Any) -> "Settings":
    """The settings, with what the command's own options say of the model."""
    from kb.config import Settings, load_settings

    settings = load_settings(config)
    chosen = {name: value for name, value in llm.items() if value is not None}
    if chosen:
        values = settings.model_dump()
        values["llm"].update(chosen)
        from pydantic import ValidationError

        from kb.errors import UsageError

        try:
            settings = Settings.model_validate(values)
        except ValidationError as error:
            raise UsageError("; ".join(f"--{e['loc'][-1]}: {e['msg']}" for e in error.errors())) from None
    privacy.protect(settings.privacy.allow)
    return settings


def model_options(engine: str | None, model: str | None) -> dict[str, Any]:
    """--engine and --model as settings. The name of an embedded model goes where embedded models are named."""
    from kb.weights import WEIGHTS

    if model is None:
        return {"engine": engine}
    embedded = engine == "embedded" or model in WEIGHTS or model.endswith(".gguf")
    if embedded:
        return {"engine": engine or "embedded", "embedded_model": model}
    return {"engine": engine or "ollama", "model": model}


@contextmanager
def opened(
    home: Path | None, config: Path | None = None, **llm: Any
) -> "Iterator[KnowledgeBase | RemoteKnowledgeBase]":
    """The knowledge base of a command: the running service that owns the home, or else the home itself.

    Errors become a line and an exit code.
    """
    with console.errors_for_people():
        settings = settings_of(config, **llm)
        service = running_at(home)
        if service is None:
            with _opened_here(home, settings, llm) as kb:
                yield kb
            return
        with service as remote:
            if any(value not in (None, "auto") for value in llm.values()):
                from kb.llm import open_model

                chosen = open_model(settings.llm)  # one that is not there is said as it is without a service
                chosen.close()
                remote.use_model(chosen.engine, chosen.name)
            yield remote


@contextmanager
def _opened_here(home: Path | None, settings: "Settings", llm: dict[str, Any]) -> "Iterator[KnowledgeBase]":
    from kb.assistant import KnowledgeBase

    with KnowledgeBase.open(home, settings) as kb:
        if any(value is not None for value in llm.values()):
            kb.ignore_choice()
            _ = kb.model  # a model named on the command line is missed now, not after the search
        yield kb


def running_at(home: Path | None) -> "RemoteKnowledgeBase | None":
    """The running service that owns a home; None where none runs."""
    from ui.access import running_service

    service = running_service(_place(home))
    if service is None:
        return None
    from ui.client import RemoteKnowledgeBase

    return RemoteKnowledgeBase(service, client=f"cli {local_user().name}", on_queued=_say_queued)


def _place(home: Path | None) -> Path:
    from kb.config import default_home

    return (home or default_home()).expanduser().absolute()


def _say_queued(ahead: int) -> None:
    console.say(f"waiting: {ahead} come first" if ahead > 1 else "waiting: another answer comes first")


def scope_of(globs: list[str] | None) -> "Scope":
    """What --in names."""
    from kb.schema import Scope

    return Scope(paths=tuple(globs or ()))


def local_user() -> "Principal":
    """Who works at this terminal: the owner of the home, who may read everything in it."""
    from kb.schema import Principal

    return Principal(os.environ.get("USER") or f"uid-{os.getuid()}", unlimited=True)


@app.command()
def up(
    port: Annotated[int, typer.Option("--port", "-p", min=0, max=65535)] = 8600,
    no_ui: Annotated[bool, typer.Option("--no-ui", help="The API without the page.")] = False,
    home: HomeOption = None,
    config: ConfigOption = None,
    engine: EngineOption = None,
    model: ModelOption = None,
) -> None:
    """Serve page and API on 127.0.0.1 until Ctrl-C."""
    with console.errors_for_people():
        llm = model_options(engine, model)
        settings = settings_of(config, **llm)
        from ui.access import running_service

        place = _place(home)
        if (running := running_service(place)) is not None:
            from kb.errors import HomeInUse

            raise HomeInUse(
                f"The home {place} is in use by process {running.pid}, a running `kb up`. Its page is at "
                f"{running.address}"
            )
        with _opened_here(home, settings, llm) as kb:
            from ui.server import serve

            def ready(url: str) -> None:
                if no_ui:
                    origin, _, _ = url.partition("/?")
                    told = f"The API is at {origin}/api   (its token: {place / 'token'}; Ctrl-C stops it)"
                else:
                    told = f"The page is at {url}   (Ctrl-C stops it)"
                print(told, flush=True)

            serve(kb, port, page=not no_ui, on_ready=ready)
            console.say("stopped")


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
        from ui.ingesting import ingest_with_progress, print_report, report_form, watch_with_reports

        if watch:
            if json:
                from kb.errors import UsageError

                raise UsageError("--watch and --json do not go together: a watch has many reports.")
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
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """The passages for a question, without a model."""
    with opened(home, config) as kb:
        found = kb.search(console.read_question(question), local_user(), k, scope_of(scope))
        if json:
            from kb.forms import retrieval_form

            console.print_json(retrieval_form(found))
            return
        from ui.terminal import print_retrieval

        print_retrieval(found)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="`-` reads it from stdin.", show_default=False)],
    think_budget: BudgetOption = None,
    engine: EngineOption = None,
    model: ModelOption = None,
    scope: ScopeOption = None,
    seed: Annotated[int | None, typer.Option("--seed", help="For the same answer again.")] = None,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Ask a question; the answer cites the documents it rests on."""
    with (
        opened(home, config, **model_options(engine, model)) as kb,
        console.interruptible() as stop,
    ):
        events = kb.ask(
            console.read_question(question), local_user(), scope=scope_of(scope), think_budget=think_budget,
            seed=seed, stop=stop,
        )  # fmt: skip
        _print_answer(events, json)
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
            from ui.terminal import interactive_chat

            interactive_chat(kb, think_budget)
            return
        with console.interruptible() as stop:
            events = kb.chat(
                console.read_question(message),
                think_budget=think_budget,
                seed=seed,
                stop=stop,
            )
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
            print(
                f"{repaired['chunks']} chunks indexed again; {repaired['published']} unfinished versions published; "
                f"{repaired['originals_removed']} unused originals removed"
            )


def _print_answer(events: "Iterator[Event]", json: bool) -> None:
    """The answer, as JSON or as it comes. Raises ModelError where it failed."""
    if json:
        from kb.assistant import drain
        from kb.forms import answer_form

        console.print_json(answer_form(drain(events)))
    else:
        from ui.terminal import print_events

        print_events(events)
