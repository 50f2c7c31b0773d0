"""`kb models` and `kb doctor`: which models there are, which fit this machine, and what is missing."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ui.cli import console
from ui.cli.common import ConfigOption, HomeOption, JsonOption, app, opened, running_at, settings_of

# Models are shared by all homes; the option is taken so that every command takes it.
AnyHomeOption = Annotated[Path | None, typer.Option("--home", hidden=True)]

models = typer.Typer(help="The language models.", no_args_is_help=True)
app.add_typer(models, name="models")

NameArgument = Annotated[str, typer.Argument(help="An Ollama tag, or weights the product ships.", show_default=False)]


@models.command("list")
def list_models(json: JsonOption = False, home: AnyHomeOption = None, config: ConfigOption = None) -> None:
    """Models that can be used now, and those the product can fetch."""
    with console.errors_for_people():
        from ui.service.model_list import models_form

        found = models_form(settings_of(config).llm)
        if json:
            console.print_json(found)
            return
        for m in found["installed"]:
            engine, detail = console.padded(m["engine"], 9), console.localized(m["detail"])
            print(f"{engine} {m['name']:28} {m['bytes'] / 1e9:6.2f} GB  {detail}{_pace(m)}")
        for w in found["offered"]:
            offered, size = console.padded(console.t("cli_offered"), 9), f"{w['bytes'] / 1e9:6.2f}"
            licence = console.t("cli_to_download", size=size, licence=w["licence"])
            print(f"{offered} {w['name']:28} {licence}{_pace(w)}")
        _print_sizes(found)
        if found["ollama_problem"]:
            console.say(console.t("cli_note", words=console.localized(found["ollama_problem"])))


def _print_sizes(machine: dict[str, Any]) -> None:
    """The sizes of DeepSeek-R1 on this machine, one a line."""
    print(console.t("cli_sizes", memory=machine["memory_gb"]))
    for fit in machine["deepseek_r1"]:
        size = console.t("cli_size", download=f"{fit['download_gb']:6.1f}", needs=fit["needs_gb"])
        held = "" if fit["fits"] else console.t("cli_too_big")
        mark = console.t("cli_best_size") if fit["recommended"] else ""
        print(f"  {fit['size']:5} {size}{held}{_pace(fit)}{mark}")
    if machine["deepseek_r1"][0]["answer_seconds"] is None:
        print(f"  {console.t('cli_pace_unknown')}")


def _pace(form: dict[str, Any]) -> str:
    if form["answer_seconds"] is None:
        return ""
    rate, seconds = f"{form['tokens_per_second']:.2g}", f"{form['answer_seconds']:.0f}"
    return console.t("cli_pace", rate=rate, seconds=seconds)


@models.command()
def pull(name: NameArgument, json: JsonOption = False, home: AnyHomeOption = None, config: ConfigOption = None) -> None:
    """Fetch a model, with progress; an interrupted fetch goes on where it stopped."""
    with console.errors_for_people():
        from kb.models import llm, weights
        from kb.models.onnx_embedding import complete

        if name in weights.WEIGHTS and complete(name):
            done = True
        else:
            with console.interruptible() as stop, console.byte_bar() as bar:
                task = bar.add_task(name, total=None)

                def show(label: str, done: int, total: int) -> None:
                    bar.update(task, description=console.localized(label) or name, completed=done, total=total or None)

                done = llm.pull_model(settings_of(config).llm, name, show, stop)
        if json:
            console.print_json({"name": name, "installed": done})
        elif not done:
            console.say(console.t("cli_pull_stopped", name=name))
        if not done:
            raise typer.Exit(1)


@models.command()
def use(name: NameArgument, json: JsonOption = False, home: HomeOption = None, config: ConfigOption = None) -> None:
    """Answer with this model from now on, in this home. `auto` goes back to the settings."""
    with opened(home, config) as kb:
        if name == "auto":
            kb.choose_model(None, None)
        else:
            from ui.cli.common import model_options

            chosen = model_options(None, name)
            kb.choose_model(chosen["engine"], name)
            console.say(console.t("cli_answers_now", name=kb.model.name, engine=kb.model.engine))
        if json:
            console.print_json({"name": name})


@models.command()
def rm(name: NameArgument, home: AnyHomeOption = None, config: ConfigOption = None) -> None:
    """Delete a model from this machine or its Ollama server."""
    with console.errors_for_people():
        from kb.models import llm

        settings = settings_of(config)
        before = llm.left_without(settings.llm, "")
        if (remote := running_at(home)) is not None:  # it may be answering with this very model
            with remote:
                remote.remove_model(name)
        else:
            llm.remove_model(settings.llm, name)
        console.say(console.t("cli_deleted", name=name))
        left = llm.left_without(settings.llm, name)
        if left is None:
            console.say(console.t("cli_no_model_left"))
        elif left != before:
            console.say(console.t("cli_answers_instead", name=left[1], engine=left[0]))


@app.command()
def doctor(
    deep: Annotated[
        bool, typer.Option("--deep", help="Hash all weights and compare them with what is pinned.")
    ] = False,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """What is installed, reachable and missing, and which DeepSeek-R1 fits this machine."""
    with console.errors_for_people():
        from ui.service.doctor import examine
        from ui.words.strings import Strings

        found = examine(settings_of(config), home, deep, Strings("en") if json else console.strings())
        if json:
            console.print_json(found)
        else:
            for check in found["checks"]:
                mark = console.padded(console.t(f"doctor_state_{check['state']}"), 7)
                print(f"{mark}  {check['name']}{console.t('cli_colon')}{check['detail']}")
            _print_sizes(found)
        if any(check["state"] == "missing" for check in found["checks"]):
            raise typer.Exit(1)
