"""`kb tune`: adapters that are trained on what editors accepted, and which of them answers."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli import console
from ui.cli.common import (
    ConfigOption,
    HomeOption,
    JsonOption,
    ListByDefault,
    app,
    home_place,
    local_user,
    opened,
    settings_of,
)

if TYPE_CHECKING:
    from kb.assistant import KnowledgeBase
    from kb.tuning.adapters import Adapters, Provenance
    from kb.tuning.training_data import Pair
    from ui.cli.client import RemoteKnowledgeBase

tune = typer.Typer(cls=ListByDefault, help="Adapters: a model is tuned on answers that editors accepted.")
app.add_typer(tune, name="tune")

_ALL = 10_000  # the most that a service lists at once

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Of the adapter.", show_default=False)]


@tune.command()
def run(
    name: NameArgument,
    base: Annotated[
        str | None,
        typer.Option(
            "--base", metavar="MODEL", help="An embedded model, a GGUF, or a folder that `transformers` reads."
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="FILE", help="An export (`sft`) in place of what is accepted in this home."),
    ] = None,
    accepted_by: Annotated[
        list[str] | None, typer.Option("--accepted-by", metavar="NAME", help="The editor who accepted what is in FILE.")
    ] = None,
    held_out: Annotated[
        float, typer.Option("--held-out", min=0.01, max=0.5, help="The share that is only measured.")
    ] = 0.1,
    epochs: Annotated[int, typer.Option("--epochs", min=1, max=100, help="How often each pair is seen.")] = 3,
    rank: Annotated[int, typer.Option("--rank", min=1, max=256, help="Of the adapter's matrices.")] = 16,
    learning_rate: Annotated[float, typer.Option("--learning-rate", min=1e-7, max=1.0)] = 2e-4,
    max_tokens: Annotated[int, typer.Option("--max-tokens", min=32, help="Longer pairs are left out.")] = 1024,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Train an adapter; what was interrupted goes on from its last checkpoint."""
    with console.errors_for_people(), console.interruptible() as stop:
        settings = settings_of(config)
        adapters = _adapters(home)
        if adapters.unfinished(name):
            adapters.check_same(name, _read(data) if data else None, base)
            console.say(console.t("cli_tune_goes_on", name=name))
        else:
            from kb.tuning.lora import Options

            with opened(home, config) as kb:  # which also makes it a home where there is none
                pairs, word = _read_export(data, accepted_by) if data else _accepted(kb)
            options = Options(epochs=epochs, rank=rank, learning_rate=learning_rate, max_tokens=max_tokens)
            adapters.begin(name, pairs, base or settings.llm.embedded_model, word, options, held_out)
        with console.progress_bar(console.t("cli_tune_steps")) as bar:
            task = bar.add_task(name, total=None, note="")

            def show(done: int, total: int, loss: float | None) -> None:
                note = "" if loss is None else console.t("cli_tune_loss", loss=f"{loss:.3f}")
                bar.update(task, completed=done, total=total, note=note)

            card = adapters.train(name, show, stop)
        if card is None:
            console.say(console.t("cli_tune_stopped", name=name))
            raise typer.Exit(1)
        _tell(card, json)


@tune.command("list")
def list_adapters(json: JsonOption = False, home: HomeOption = None, config: ConfigOption = None) -> None:
    """The adapters of this home."""
    with console.errors_for_people():
        found = _adapters(home).listed()
        if json:
            console.print_json({"adapters": [{"name": each.name, "card": each.card} for each in found]})
            return
        for each in found:
            if each.card is None:
                print(console.t("cli_tune_unfinished", name=each.name))
            else:
                print(_line(each.card))


@tune.command()
def show(name: NameArgument, json: JsonOption = False, home: HomeOption = None, config: ConfigOption = None) -> None:
    """The card of an adapter: what it was trained on, over which model, on whose word, and what came of it."""
    with console.errors_for_people():
        _tell(_adapters(home).card(name), json)


@tune.command()
def use(
    name: NameArgument,
    on: Annotated[
        str | None,
        typer.Option("--on", metavar="GGUF", help="The base as GGUF, where it was trained over a folder."),
    ] = None,
    ollama: Annotated[bool, typer.Option("--ollama", help="Make a model of it on the Ollama server.")] = False,
    ollama_base: Annotated[
        str | None, typer.Option("--ollama-base", metavar="TAG", help="The base, where the Ollama server has it.")
    ] = None,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Answer with an adapter from now on, in the embedded engine or on the Ollama server. `off` goes back."""
    with opened(home, config) as kb:
        from kb.errors import ModelError, WeightsMissing

        adapters = _adapters(home)
        if on is not None:
            adapters.lay_over(name, on)
        engine, model = "embedded", str(adapters.path(name))
        if ollama or ollama_base is not None:
            from kb.models.ollama_server import OllamaServer

            llm = settings_of(config).llm
            server = OllamaServer(llm.ollama_host, llm.timeout_seconds)
            engine, model = "ollama", adapters.give_to_ollama(name, server, ollama_base)
        try:
            before = (kb.model.engine, kb.model.name)
        except (ModelError, WeightsMissing):  # none that answers: back is to the settings
            before = ("", "")
        kb.choose_model(engine, model)
        adapters.remember(*before)
        console.say(console.t("cli_answers_now", name=name, engine=engine))


@tune.command()
def off(home: HomeOption = None, config: ConfigOption = None) -> None:
    """Answer with the model again that answered before an adapter was used."""
    with opened(home, config) as kb:
        from kb.errors import ModelError, UsageError, WeightsMissing
        from kb.models.llm import open_model

        adapters = _adapters(home)
        before = adapters.before()
        if before is None:
            raise UsageError("tuning.not_in_use")
        try:
            default = open_model(settings_of(config).llm)
            default.close()
            is_default = before == ("", "") or before == (default.engine, default.name)
        except (ModelError, WeightsMissing):
            is_default = before == ("", "")
        kb.choose_model(*((None, None) if is_default else before))
        adapters.forget()
        console.say(console.t("cli_answers_now", name=kb.model.name, engine=kb.model.engine))


@tune.command()
def rm(name: NameArgument, home: HomeOption = None, config: ConfigOption = None) -> None:
    """Delete an adapter, or a training that has not ended. A model made of it on an Ollama server stays there."""
    with opened(home, config) as kb:
        from kb.errors import ModelError, UsageError, WeightsMissing

        adapters = _adapters(home)
        adapters.check_there(name)
        try:
            used = kb.model.name
        except (ModelError, WeightsMissing):
            used = ""
        if not adapters.unfinished(name) and used == str(adapters.path(name)):
            raise UsageError("tuning.in_use", name=name)
        adapters.remove(name)
        console.say(console.t("cli_deleted", name=name))


def _adapters(home: Path | None) -> "Adapters":
    from kb.tuning.adapters import Adapters

    return Adapters(home_place(home) / "adapters")


def _accepted(kb: "KnowledgeBase | RemoteKnowledgeBase") -> "tuple[list[Pair], Provenance]":
    """What editors of this home accepted."""
    from kb.tuning.adapters import Provenance
    from kb.tuning.training_data import pairs_of
    from ui.cli.feedback import reviews_of

    reviews, asker = reviews_of(kb), local_user()
    pairs = pairs_of(reviews.export(asker, "sft"))
    editors = {each["editor"] for each in reviews.listed(asker, state="accepted", limit=_ALL)}
    return pairs, Provenance(tuple(sorted(filter(None, editors))), "reviews", asker.name)


def _read_export(file: Path, accepted_by: list[str] | None) -> "tuple[list[Pair], Provenance]":
    """What an export holds, on an editor's word."""
    from kb.errors import UsageError
    from kb.tuning.adapters import Provenance

    who = tuple(filter(None, (name.strip() for name in accepted_by or ())))
    if not who:
        raise UsageError("tuning.no_word", file=file)
    return _read(file), Provenance(who, file.name, local_user().name)


def _read(file: Path) -> "list[Pair]":
    from kb.tuning.training_data import read_pairs

    return read_pairs(file)


def _tell(card: dict[str, Any], json: bool) -> None:
    if json:
        console.print_json(card)
        return
    data, training = card["data"], card["training"]
    print(_line(card))
    told = {
        "cli_tune_data": {
            "pairs": data["pairs"], "trained": data["trained"], "held": data["held_out"], "long": data["too_long"],
            "source": data["source"], "sha256": data["sha256"],
        },
        "cli_tune_word": {"editors": ", ".join(data["accepted_by"]), "by": training["by"], "at": training["ended"]},
        "cli_tune_base": {"base": card["base"]["name"], "sha256": card["base"]["sha256"]},
        "cli_tune_how": {"epochs": training["epochs"], "steps": training["steps"], "rank": training["rank"]},
    }  # fmt: skip
    for key, values in told.items():
        print(console.printable_line(f"    {console.t(key, **values)}"))


def _line(card: dict[str, Any]) -> str:
    loss = card["held_out_loss"]
    before, after = f"{loss['before']:.3f}", f"{loss['after']:.3f}"
    return console.printable_line(
        console.t("cli_tune_line", name=card["name"], base=card["base"]["name"], before=before, after=after)
    )
