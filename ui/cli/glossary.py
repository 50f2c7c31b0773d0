"""`kb glossary`: the house's own terms with their other forms, and candidates from the documents."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli import console
from ui.cli.common import ConfigOption, HomeOption, JsonOption, ListByDefault, app, local_user, opened

if TYPE_CHECKING:
    from kb.glossary.entries import Entry

glossary = typer.Typer(
    cls=ListByDefault, help="The house's own terms, with short forms and synonyms.", add_help_option=True
)
app.add_typer(glossary, name="glossary")

SearchOption = Annotated[
    str, typer.Option("--search", help="Only what has these characters in a form or its definition.")
]


@glossary.command("list")
def list_entries(
    search: SearchOption = "", json: JsonOption = False, home: HomeOption = None, config: ConfigOption = None
) -> None:
    """The terms with their other forms, the definition, and the documents they were taken from."""
    with opened(home, config) as kb:
        _show(kb.glossary.entries(local_user(), search=search)[0], json)


@glossary.command("add")
def add(
    term: Annotated[str, typer.Argument(help="The term, as documents mostly write it.", show_default=False)],
    forms: Annotated[
        list[str] | None,
        typer.Argument(metavar="FORM...", help="Short forms, synonyms, the word in the other language."),
    ] = None,
    definition: Annotated[str, typer.Option("--definition", help="What it means, in a sentence.")] = "",
    source: Annotated[
        list[str] | None,
        typer.Option(
            "--source",
            metavar="COLLECTION/PATH",
            help="A document it is taken from: only who may read it sees the entry.",
        ),
    ] = None,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Write an entry."""
    with opened(home, config) as kb:
        from kb.glossary.entries import NewEntry

        new = NewEntry(term, tuple(forms or ()), definition, tuple(source or ()) or None)
        _show([kb.glossary.add(local_user(), new)], json)


@glossary.command("remove")
def remove(
    term: Annotated[str, typer.Argument(help="The term of the entry.", show_default=False)],
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Take an entry out."""
    with opened(home, config) as kb:
        kb.glossary.remove(local_user(), kb.glossary.entry_of_term(local_user(), term).id)
        console.say(console.t("cli_term_removed", term=console.printable_line(term)))


@glossary.command("import")
def bring_in(
    file: Annotated[Path, typer.Argument(help="A CSV file: term, forms (parted by |), definition, sources.")],
    replace: Annotated[bool, typer.Option("--replace", help="Entries that are not in the file go.")] = False,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Write all entries of a CSV file, or, where one of them cannot be, none."""
    with opened(home, config) as kb:
        from kb.errors import UsageError, why
        from kb.files import read_regular
        from kb.glossary.csv_form import MOST_MB, decoded, entries_of

        try:
            content = read_regular(file, MOST_MB)
        except OSError as error:
            raise UsageError("glossary.file_unreadable", file=file, why=why(error)) from None
        done = kb.glossary.bring_in(local_user(), entries_of(decoded(content)), replace)
        if json:
            from dataclasses import asdict

            console.print_json(asdict(done))
            return
        counts = {"added": done.added, "changed": done.changed, "unchanged": done.unchanged, "removed": done.removed}
        console.say(console.t("cli_terms_written", **counts))


@glossary.command("export")
def export(
    file: Annotated[Path | None, typer.Argument(help="Where it goes; stdout without it.", show_default=False)] = None,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Write the glossary as CSV (UTF-8, which spreadsheets open)."""
    with opened(home, config) as kb:
        from kb.errors import UsageError, why
        from kb.glossary.csv_form import text_of

        text = text_of(kb.glossary.entries(local_user())[0])
        if file is None:
            sys.stdout.buffer.write(text.encode())
            sys.stdout.buffer.flush()
            return
        try:
            file.write_bytes(text.encode())
        except OSError as error:
            raise UsageError("glossary.file_unwritable", file=file, why=why(error)) from None


@glossary.command("candidates")
def candidates(
    find: Annotated[bool, typer.Option("--find", help="Look through all documents again first.")] = False,
    accept: Annotated[list[int] | None, typer.Option("--accept", metavar="ID", help="Take it in.")] = None,
    dismiss: Annotated[
        list[int] | None, typer.Option("--dismiss", metavar="ID", help="Leave it out, and propose it no more.")
    ] = None,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Terms that documents introduce, such as `Long Name (LN)`; each is proposed until it is accepted or dismissed."""
    with opened(home, config) as kb:
        if find:
            found = kb.glossary.look_again(local_user())
            console.say(console.t("cli_terms_proposed", n=found))
        for id in accept or ():
            kb.glossary.accept(local_user(), id)
        for id in dismiss or ():
            kb.glossary.dismiss(local_user(), id)
        _show(kb.glossary.entries(local_user(), "proposed")[0], json)


def _show(entries: "Sequence[Entry]", json: bool) -> None:
    if json:
        from dataclasses import asdict

        console.print_json({"entries": [{**asdict(e), "languages": list(e.languages)} for e in entries]})
        return
    for entry in entries:
        sources = ", ".join(f"{source.collection}/{source.document}" for source in entry.sources)
        columns = (str(entry.id), entry.term, " | ".join(entry.forms), entry.definition, sources)
        print("\t".join(map(console.printable_line, columns)).rstrip())
