"""`kb access`: who may read what."""

from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli import console
from ui.cli.common import ConfigOption, HomeOption, JsonOption, app, local_user, opened

if TYPE_CHECKING:
    from kb.access.rules import Place
    from kb.assistant import KnowledgeBase
    from ui.cli.client import RemoteKnowledgeBase

access = typer.Typer(help="Who may read what.", no_args_is_help=True)
app.add_typer(access, name="access")

PlaceArgument = Annotated[
    str,
    typer.Argument(
        metavar="PLACE",
        help="COLLECTION; COLLECTION/PATH of a document; COLLECTION/GLOB, or COLLECTION/FOLDER/ for all below a "
        "folder; '*' for all that no other rule names.",
        show_default=False,
    ),
]


@access.command("list")
def list_rules(json: JsonOption = False, home: HomeOption = None, config: ConfigOption = None) -> None:
    """The rules. The nearest one holds alone: that of the document, the longest path, the collection, then '*'; what no
    rule names is read by nobody but the owner and admins."""
    with opened(home, config) as kb:
        from kb.access.rules import place_text, rule_form

        rules = kb.access_rules(local_user())
        if json:
            console.print_json({"rules": [rule_form(rule) for rule in rules]})
            return
        for rule in rules:
            level = console.t(f"cli_level_{rule.place.level}")
            _print(place_text(rule.place), level, ", ".join(rule.readers) or console.t("cli_nobody"))
        if not rules:
            console.say(console.t("cli_no_rules"))


@access.command("set")
def set_rule(
    place: PlaceArgument,
    readers: Annotated[
        list[str] | None,
        typer.Argument(metavar="READER...", help="group:NAME, person:NAME, or '*' for everyone.", show_default=False),
    ] = None,
    nobody: Annotated[bool, typer.Option("--nobody", help="Nobody but the owner and admins.")] = False,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Say who may read something, in place of what its rule said before. It holds from the next request on."""
    with opened(home, config) as kb:
        if bool(readers) == nobody:
            from kb.errors import UsageError

            raise UsageError("access.name_readers")
        _change(kb, place, readers or [], json)


@access.command("remove")
def remove_rule(
    place: PlaceArgument, json: JsonOption = False, home: HomeOption = None, config: ConfigOption = None
) -> None:
    """Take a rule away: the next nearest one holds then."""
    with opened(home, config) as kb:
        from kb.access.rules import checked_place, place_text
        from kb.errors import RuleNotFound

        named = checked_place(_place(kb, place))
        if all(rule.place != named for rule in kb.access_rules(local_user())):
            raise RuleNotFound("access.no_rule", place=place_text(named))
        _change(kb, place, None, json)


@access.command("show")
def show(
    place: Annotated[
        str, typer.Argument(metavar="COLLECTION/PATH", help="A document, as lists name it.", show_default=False)
    ],
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Who may read a document, and which rule says so."""
    with opened(home, config) as kb:
        from kb.access.rules import place_text, readers_form

        collection, _, path = place.partition("/")
        found = kb.readers_of(local_user(), collection, path)
        if json:
            console.print_json(readers_form(collection, path, found))
            return
        why = console.t("cli_rule_of", place=place_text(found.place)) if found.place else console.t("cli_no_rule")
        _print(", ".join(found.readers) or console.t("cli_nobody"), console.t("cli_brackets", words=why))


def _print(*columns: str) -> None:
    print("\t".join(map(console.printable_line, columns)))


def _change(kb: "KnowledgeBase | RemoteKnowledgeBase", given: str, readers: list[str] | None, json: bool) -> None:
    from kb.access.rules import place_text

    place = _place(kb, given)
    count = kb.set_readers(local_user(), place, readers)
    if json:
        from dataclasses import asdict

        console.print_json({**asdict(place), "readers": readers, "documents": count})
        return
    console.say(f"{place_text(place)}: {console.count('cli_other_readers', count)}")


def _place(kb: "KnowledgeBase | RemoteKnowledgeBase", given: str) -> "Place":
    """What was named: a document where there is one of that path, else a path where it has wildcards in it.

    Raises DocumentNotFound, and UsageError for a folder without its slash.
    """
    from kb.access.rules import DEFAULT, Place
    from kb.errors import DocumentNotFound, UsageError

    if given == "*":
        return DEFAULT
    collection, slash, path = given.partition("/")
    if not slash:
        return Place("collection", collection)
    try:
        kb.readers_of(local_user(), collection, path)
    except DocumentNotFound:
        if path.endswith("/") or any(sign in path for sign in "*?["):
            return Place("path", collection, path)
        if any(each.path.startswith(f"{path}/") for each in kb.documents(local_user(), collection)):
            raise UsageError("access.is_folder", path=given) from None
        raise
    return Place("document", collection, path)
