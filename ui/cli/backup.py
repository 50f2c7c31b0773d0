"""`kb backup`, `kb restore` and `kb check`: a home in one file, a home out of one, and whether a home is whole."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli import console
from ui.cli.common import ConfigOption, HomeOption, JsonOption, app, home_place, opened, settings_of

if TYPE_CHECKING:
    from kb.backups.restore import Doubt


@app.command()
def backup(
    target: Annotated[str, typer.Argument(help="A new file, or a folder for one: no suffix.", show_default=False)],
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Write all of the home that cannot be built again into one tar file. A running service goes on."""
    with opened(home, config) as kb:
        from kb.backups.backup import target_path

        report = kb.backup(target_path(target))
    if json:
        console.print_json(_form(report))
    else:
        told = console.t("cli_comma").join((_counts(report), _megabytes(report.size)))
        print(console.printable_line(f"{report.file}: {told}"))


@app.command("backup-key")
def backup_key(json: JsonOption = False, home: HomeOption = None) -> None:
    """Show the key that proves the backups of the home, for keeping it in another place."""
    with console.errors_for_people():
        from kb.backups.backup_key import NAME, key_of
        from kb.errors import UsageError

        place = home_place(home)
        if not (place / "catalog.db").exists():
            raise UsageError("home.no_home", path=place)
        key = key_of(place).hex()
        if json:
            console.print_json({"key": key, "file": str(place / NAME)})
        else:
            print(key)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `kb backup` wrote.", show_default=False)],
    key: Annotated[
        Path | None, typer.Option("--key", help="A file with the key that signed it, or its home.", show_default=False)
    ] = None,
    unproved: Annotated[bool, typer.Option("--unproved", help="Also where no key proves it.")] = False,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Make a new home out of a backup, and build its indexes. The home must not exist yet, or be empty."""
    with console.errors_for_people():
        settings = settings_of(config)
        from kb.assistant import KnowledgeBase
        from kb.backups.restore import restore as run
        from kb.config import default_home
        from kb.errors import EmbeddingChanged

        place = (home or default_home()).expanduser().absolute()
        report = run(file, place, None if key is None else _key(key), lambda doubt: _is_accepted(doubt, unproved))
        note = ""
        with KnowledgeBase.open(place, settings) as kb:
            try:
                kb.indexes.ready()
            except EmbeddingChanged as error:  # all is there; the index waits for the model
                note = error.message
        if json:
            console.print_json({**_form(report), "home": str(place), "note": note})
        else:
            proved = "" if report.proved else console.t("cli_unproved")
            as_of = console.t("cli_as_of", counts=_counts(report), at=report.created_at)
            print(console.printable_line(f"{place}: {as_of}{proved}"))
        if note:
            console.say(console.localized(note))


@app.command()
def check(
    deep: Annotated[bool, typer.Option("--deep", help="Read every original and compare it with its hash.")] = False,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Whether the catalog is whole, the indexes agree with it, and the originals are there."""
    with opened(home, config) as kb:
        report = kb.check(deep)
    if json:
        console.print_json({**asdict(report), "seconds": round(report.seconds, 3)})
    else:
        for problem in report.problems:
            print(console.printable_line(f"{console.t('cli_problem')}  {console.localized(problem)}"))
        held = (console.count("cli_documents", report.documents), console.count("cli_originals", report.originals))
        vectors = "?" if report.vectors is None else report.vectors
        indexed = {"chunks": report.chunks, "words": report.words, "vectors": vectors}
        print(console.t("cli_checked", held=console.t("cli_comma").join(held), **indexed))
    if report.problems:
        raise typer.Exit(1)


def _key(file: Path) -> bytes:
    from kb.backups.backup_key import read
    from kb.errors import UsageError, why

    try:
        return read(file)
    except OSError as error:
        raise UsageError("backup.key_unreadable", file=file, why=why(error)) from error


def _is_accepted(doubt: "Doubt", unproved: bool) -> bool:
    """Whether to restore what no key proves: who sits at a terminal is asked."""
    if unproved:
        return True
    if doubt.refused:
        return False
    console.say(console.localized(doubt.why))
    return not console.has_a_person() or console.confirm(console.t("cli_restore_ask"))


def _form(report: Any) -> dict[str, Any]:
    return {**asdict(report), "file": str(report.file), "seconds": round(report.seconds, 3)}


def _counts(report: Any) -> str:
    counts = {"documents": report.documents, "originals": report.originals, "uploads": report.uploads}
    counted = [console.count(f"cli_{things}", n) for things, n in counts.items()]
    return console.t("cli_comma").join(counted + ([console.count("cli_runs", report.runs)] if report.runs else []))


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"
