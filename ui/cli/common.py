"""What all commands share: the application, common options, settings, and the knowledge base they act on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from kb import privacy
from kb.schema import Language
from ui.cli import console
from ui.cli.language import OPTION, LocalisedGroup

if TYPE_CHECKING:
    from kb.assistant import KnowledgeBase
    from kb.config import Settings
    from kb.schema import Principal, Scope
    from ui.cli.client import RemoteKnowledgeBase

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        help="The knowledge base's directory (env KB_HOME).",
        show_default=False,
    ),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="A settings file (env KB_CONFIG).", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
CollectionOption = Annotated[str | None, typer.Option("--collection", "-c", help="Name of the collection.")]
ScopeOption = Annotated[
    list[str] | None,
    typer.Option("--in", metavar="GLOB", help="Look only into documents whose path, or COLLECTION/PATH, matches."),
]
CollectionsOption = Annotated[
    list[str] | None,
    typer.Option("--collection", "-c", help="Look only into this collection; may be given several times."),
]
TagsOption = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="TAG", help="Look only into documents with this tag; may be given several times."),
]
EngineOption = Annotated[str | None, typer.Option("--engine", help="auto, ollama, embedded or llamaindex.")]
ModelOption = Annotated[str | None, typer.Option("--model", help="An Ollama tag, or an embedded model.")]
BudgetOption = Annotated[int | None, typer.Option("--think-budget", min=0, help="Reasoning tokens at most.")]

app = typer.Typer(
    name="kb",
    cls=LocalisedGroup,
    help="Ask your documents, in Chinese or English. Nothing leaves this machine.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _of_all_commands(
    lang: Annotated[
        Language | None,
        typer.Option(
            OPTION,
            help="Language of help, output and errors (env KB_LANG; else the locale's).",
            expose_value=False,
            is_eager=True,
            show_default=False,
        ),
    ] = None,
) -> None:
    """What every command takes, before its name or after it; `ui.cli.language` looks for it."""


class ListByDefault(TyperGroup):
    """A group of commands of which `list` is meant where none is named, as in `kb audit --since DAY`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] != "--help"):
            args = ["list", *args]
        return super().parse_args(ctx, args)


def settings_of(config: Path | None, **llm: Any) -> "Settings":
    """The settings, with what the command's own options say of the model."""
    from kb.config import Settings, load_settings, problems_of

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
            raise UsageError("settings.options", problems=problems_of(error, prefix="--", names_from=1)) from None
    privacy.protect(settings.privacy.allow)
    return settings


def model_options(engine: str | None, model: str | None) -> dict[str, Any]:
    """--engine and --model as settings. The name of an embedded model goes where embedded models are named."""
    from kb.models.weights import WEIGHTS

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
            with opened_here(home, settings, llm) as kb:
                yield kb
            return
        with service as remote:
            if any(value not in (None, "auto") for value in llm.values()):
                from kb.models.llm import open_model

                chosen = open_model(settings.llm)  # one that is not there is said as it is without a service
                chosen.close()
                remote.use_model(chosen.engine, chosen.name)
            yield remote


@contextmanager
def opened_here(home: Path | None, settings: "Settings", llm: dict[str, Any]) -> "Iterator[KnowledgeBase]":
    from kb.assistant import KnowledgeBase

    with KnowledgeBase.open(home, settings) as kb:
        if any(value is not None for value in llm.values()):
            kb.ignore_choice()
            _ = kb.model  # a model named on the command line is missed now, not after the search
        yield kb


def running_at(home: Path | None) -> "RemoteKnowledgeBase | None":
    """The running service that owns a home; None where none runs."""
    from ui.service.auth import running_service

    service = running_service(home_place(home))
    if service is None:
        return None
    from ui.cli.client import RemoteKnowledgeBase

    return RemoteKnowledgeBase(service, client=f"cli {local_user().name}", on_queued=_say_queued)


def home_place(home: Path | None) -> Path:
    from kb.config import default_home

    return (home or default_home()).expanduser().absolute()


def _say_queued(ahead: int) -> None:
    console.say(console.count("cli_waiting", ahead))


def scope_of(globs: list[str] | None, collections: list[str] | None, tags: list[str] | None) -> "Scope":
    """What --in, --collection and --tag name."""
    from kb.schema import Scope

    return Scope(paths=tuple(globs or ()), collections=tuple(collections or ()), tags=tuple(tags or ()))


def local_user() -> "Principal":
    """Who works at this terminal: the owner of the home, who may read everything in it."""
    from kb.schema import Principal

    return Principal(os.environ.get("USER") or f"uid-{os.getuid()}", unlimited=True)
