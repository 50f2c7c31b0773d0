"""`kb docs passages`: the passages of a document, and what its editors make of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli import console
from ui.cli.common import CollectionOption, ConfigOption, HomeOption, JsonOption, local_user, opened
from ui.cli.docs import PathArgument, docs

if TYPE_CHECKING:
    from ingest.sync.editing import EditedPlace
    from kb.assistant import KnowledgeBase
    from kb.editing.passages import DocumentPassage, DocumentPassages
    from kb.schema import Principal
    from ui.cli.client import RemoteKnowledgeBase
    from ui.remote.passages import RemotePassages

passages = typer.Typer(help="The passages of a document, and what editors make of them.", no_args_is_help=True)
docs.add_typer(passages, name="passages")

NumberArgument = Annotated[
    int, typer.Argument(metavar="NUMBER", help="Of the passage, as `list` has it.", show_default=False, min=1)
]
SeenOption = Annotated[
    int | None,
    typer.Option("--seen", metavar="N", min=0, help="The `edits` it was decided on; without it, the present ones."),
]


@passages.command("list")
def list_passages(
    path: PathArgument, collection: CollectionOption = None, json: JsonOption = False, home: HomeOption = None,
    config: ConfigOption = None,
) -> None:  # fmt: skip
    """The passages in reading order, also those that were left out."""
    with opened(home, config) as kb:
        found = _of(kb).passages(local_user(), collection, path)
        if json:
            _print_json(found)
            return
        for number, passage in enumerate(found.passages, 1):
            print(console.printable_line(_head(number, passage, found)))
            for line in passage.text.splitlines():
                print(f"    {console.printable_line(line)}")
        _tell_set_aside(found)


@passages.command("leave-out")
def leave_out(
    path: PathArgument, number: NumberArgument, collection: CollectionOption = None, seen: SeenOption = None,
    json: JsonOption = False, home: HomeOption = None, config: ConfigOption = None,
) -> None:  # fmt: skip
    """Leave a passage out of all that is found and answered from. The document's text and its file stay as they are."""
    with opened(home, config) as kb:
        _leave_out(kb, _numbered_passage(kb, collection, path, number, seen), json, left_out=True)


@passages.command("bring-back")
def bring_back(
    path: PathArgument, number: NumberArgument, collection: CollectionOption = None, seen: SeenOption = None,
    json: JsonOption = False, home: HomeOption = None, config: ConfigOption = None,
) -> None:  # fmt: skip
    """Let a passage that was left out be found again."""
    with opened(home, config) as kb:
        _leave_out(kb, _numbered_passage(kb, collection, path, number, seen), json, left_out=False)


@passages.command()
def correct(
    path: PathArgument, number: NumberArgument,
    text: Annotated[str, typer.Argument(metavar="WORDS", help="What it says; `-` reads it from stdin.",
                                        show_default=False)],
    collection: CollectionOption = None, seen: SeenOption = None, json: JsonOption = False, home: HomeOption = None,
    config: ConfigOption = None,
) -> None:  # fmt: skip
    """Correct what a passage says: a new version of the document's text. The file stays as it is."""
    with opened(home, config) as kb:
        chosen = _numbered_passage(kb, collection, path, number, seen)
        _tell(_editing(kb).correct(local_user(), chosen.place, console.read_question(text)), chosen, "corrected", json)


@passages.command()
def split(
    path: PathArgument, number: NumberArgument,
    words: Annotated[str, typer.Argument(metavar="WORDS", help="What its second part begins with, as it stands there.",
                                         show_default=False)],
    collection: CollectionOption = None, seen: SeenOption = None, json: JsonOption = False, home: HomeOption = None,
    config: ConfigOption = None,
) -> None:  # fmt: skip
    """Split a passage in two, which are found apart."""
    with opened(home, config) as kb:
        from kb.errors import UsageError

        chosen = _numbered_passage(kb, collection, path, number, seen)
        times = chosen.passage.text.count(words) if words else 0
        if times != 1:
            raise UsageError("passage.split_words", words=words[:80], times=times)
        at = chosen.place.start + chosen.passage.text.index(words)
        _tell(_editing(kb).split(local_user(), chosen.place, at), chosen, "split", json)


@passages.command()
def join(
    path: PathArgument, number: NumberArgument, collection: CollectionOption = None, seen: SeenOption = None,
    json: JsonOption = False, home: HomeOption = None, config: ConfigOption = None,
) -> None:  # fmt: skip
    """Join the two parts of a passage that was split; either is named."""
    with opened(home, config) as kb:
        chosen = _numbered_passage(kb, collection, path, number, seen)
        _tell(_editing(kb).join(local_user(), chosen.place), chosen, "joined", json)


@passages.command()
def forget(
    path: PathArgument, collection: CollectionOption = None, json: JsonOption = False, home: HomeOption = None,
    config: ConfigOption = None,
) -> None:  # fmt: skip
    """Forget what was done to the passages of an earlier content of the file, and holds no more."""
    with opened(home, config) as kb:
        found = _of(kb).forget_edits(local_user(), collection, path)
        if json:
            _print_json(found)
            return
        console.say(console.printable_line(console.t("cli_passages_forgotten", name=_name(found))))


@dataclass(frozen=True, slots=True)
class _NumberedPassage:
    """A passage of a document, by its number."""

    number: int
    passage: "DocumentPassage"
    place: "EditedPlace"


def _numbered_passage(
    kb: "KnowledgeBase | RemoteKnowledgeBase", collection: str | None, path: str, number: int, seen: int | None
) -> _NumberedPassage:
    from ingest.sync.editing import EditedPlace
    from kb.errors import PassageNotFound

    found = _of(kb).passages(local_user(), collection, path)
    if number > len(found.passages):
        raise PassageNotFound("passage.no_number", path=path, count=len(found.passages), number=number)
    passage = found.passages[number - 1]
    seen = found.edits if seen is None else seen
    return _NumberedPassage(number, passage, EditedPlace(found.collection, path, seen, passage.start, passage.end))


def _leave_out(
    kb: "KnowledgeBase | RemoteKnowledgeBase", chosen: _NumberedPassage, json: bool, *, left_out: bool
) -> None:
    place = chosen.place
    found = _of(kb).leave_out(
        local_user(), place.collection, place.path, place.seen, place.start, place.end, left_out
    )  # fmt: skip
    _tell(found, chosen, "left_out" if left_out else "brought_back", json)


def _of(kb: "KnowledgeBase | RemoteKnowledgeBase") -> "KnowledgeBase | RemotePassages":
    from ui.cli.client import RemoteKnowledgeBase

    return kb.edits if isinstance(kb, RemoteKnowledgeBase) else kb


def _editing(kb: "KnowledgeBase | RemoteKnowledgeBase") -> "_Editing | RemotePassages":
    from ui.cli.client import RemoteKnowledgeBase

    return kb.edits if isinstance(kb, RemoteKnowledgeBase) else _Editing(kb)


@dataclass(frozen=True, slots=True)
class _Editing:
    """The functions of `ingest.sync.editing`, in an open home."""

    kb: "KnowledgeBase"

    def correct(self, asker: "Principal", place: "EditedPlace", text: str) -> "DocumentPassages":
        from ingest.sync.editing import correct

        return correct(self.kb, asker, place, text)

    def split(self, asker: "Principal", place: "EditedPlace", at: int) -> "DocumentPassages":
        from ingest.sync.editing import split

        return split(self.kb, asker, place, at)

    def join(self, asker: "Principal", place: "EditedPlace") -> "DocumentPassages":
        from ingest.sync.editing import join

        return join(self.kb, asker, place)


def _print_json(found: "DocumentPassages") -> None:
    from dataclasses import asdict

    console.print_json(asdict(found))


def _tell(found: "DocumentPassages", chosen: _NumberedPassage, act: str, json: bool) -> None:
    if json:
        _print_json(found)
        return
    name = console.t("cli_passage_of", name=_name(found), n=chosen.number)
    console.say(console.printable_line(console.t(f"cli_passage_{act}", name=name)))


def _head(number: int, passage: "DocumentPassage", found: "DocumentPassages") -> str:
    state = console.t("passage_left_out" if passage.left_out else "passage_found")
    page = [console.t("page", n=passage.page)] if passage.page else []
    places = [(each.start, each.end) for each in found.passages]
    other = [] if passage.other_part is None else [places.index(passage.other_part) + 1]
    part = [console.t("cli_passage_part", n=n) for n in other]
    return "  ".join([f"[{number}]", state, *page, *part, *filter(None, [passage.section])])


def _name(found: "DocumentPassages") -> str:
    return f"{found.collection}/{found.document}"


def _tell_set_aside(found: "DocumentPassages") -> None:
    if found.set_aside:
        console.say(console.count("passages_aside", found.set_aside))
