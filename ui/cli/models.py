"""`kb models` and `kb doctor`: which models there are, which fit this machine, and what is missing."""

from pathlib import Path
from typing import Annotated

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
        from kb.models import llm, weights

        installed, problem = llm.installed_models(settings_of(config).llm)
        offered = [w for w in weights.WEIGHTS.values() if not weights.present(w.name)]
        if json:
            console.print_json(
                {
                    "installed": [
                        {"engine": m.engine, "name": m.name, "bytes": m.size, "detail": m.detail, "digest": m.digest}
                        for m in installed
                    ],
                    "offered": [
                        {"name": w.name, "kind": w.kind, "bytes": w.size, "licence": w.licence} for w in offered
                    ],
                    "ollama_problem": problem or None,
                }
            )
            return
        for m in installed:
            print(f"{m.engine:9} {m.name:28} {m.size / 1e9:6.2f} GB  {m.detail}")
        for w in offered:
            print(f"{'offered':9} {w.name:28} {w.size / 1e9:6.2f} GB  {w.title}; licence: {w.licence}")
        if problem:
            console.say(f"note: {problem}")


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
                    bar.update(task, description=label or name, completed=done, total=total or None)

                done = llm.pull_model(settings_of(config).llm, name, show, stop)
        if json:
            console.print_json({"name": name, "installed": done})
        elif not done:
            console.say(f"stopped; `kb models pull {name}` goes on where it stopped")
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
            console.say(f"{kb.model.name} ({kb.model.engine}) answers from now on")
        if json:
            console.print_json({"name": name})


@models.command()
def rm(name: NameArgument, home: AnyHomeOption = None, config: ConfigOption = None) -> None:
    """Delete a model from this machine or its Ollama server."""
    with console.errors_for_people():
        settings = settings_of(config)
        if (remote := running_at(home)) is not None:  # it may be answering with this very model
            with remote:
                remote.remove_model(name)
        else:
            from kb.models import llm

            llm.remove_model(settings.llm, name)
        console.say(f"deleted {name}")


@app.command()
def doctor(json: JsonOption = False, home: HomeOption = None, config: ConfigOption = None) -> None:
    """What is installed, reachable and missing, and which DeepSeek-R1 fits this machine."""
    with console.errors_for_people():
        from ui.service.doctor import examine

        found = examine(settings_of(config), home)
        if json:
            console.print_json(found)
        else:
            for check in found["checks"]:
                mark = {"ok": "ok     ", "missing": "MISSING", "note": "note   "}[check["state"]]
                print(f"{mark}  {check['name']}: {check['detail']}")
            sizes = ", ".join(f"{fit['size']}{'' if fit['fits'] else ' (too big)'}" for fit in found["deepseek_r1"])
            print(f"DeepSeek-R1 on {found['memory_gb']} GB of memory: {sizes}")
        if any(check["state"] == "missing" for check in found["checks"]):
            raise typer.Exit(1)
