"""`kb docs`: the document list, one document's text, and deletion."""

import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli import console
from ui.cli.common import (
    CollectionOption,
    ConfigOption,
    HomeOption,
    JsonOption,
    app,
    local_user,
    opened,
)

if TYPE_CHECKING:
    from kb.assistant import KnowledgeBase
    from kb.schema import Document, HiddenText, PageSpan, PlannedDeletion
    from ui.cli.client import RemoteKnowledgeBase

docs = typer.Typer(help="The documents.", no_args_is_help=True)
app.add_typer(docs, name="docs")

_REASON_WIDTH = 48  # columns of a terminal

PathArgument = Annotated[
    str,
    typer.Argument(help="The document's path within its collection.", show_default=False),
]

PathsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="PATH...", help="Paths of documents within their collection.", show_default=False),
]


@docs.command("list")
def list_documents(
    collection: CollectionOption = None,
    tags: Annotated[
        list[str] | None,
        typer.Option("--tag", metavar="TAG", help="Only documents with this tag; may be given several times."),
    ] = None,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """All documents, with status and reason."""
    with opened(home, config) as kb:
        documents: Sequence[Document] = kb.documents(local_user(), collection)
        if tags:
            from kb.store.document_queries import DocumentQuery, select

            documents = select(documents, DocumentQuery(tags=tuple(tags), limit=len(documents))).documents
        if json:
            from kb.serialization import document_form

            console.print_json({"documents": [document_form(document) for document in documents]})
            return
        _print_list(documents)


def _document(kb: "KnowledgeBase | RemoteKnowledgeBase", collection: str, path: str) -> "Document":
    """One that was just changed."""
    return next(d for d in kb.documents(local_user(), collection) if d.path == path)


def _print_json(document: "Document") -> None:
    from kb.serialization import document_form

    console.print_json(document_form(document))


def _print_list(documents: "Sequence[Document]") -> None:
    """A table on a terminal; elsewhere lines of columns with tabs between them, of which nothing is cut."""
    whole = {"collection", "document", "reason"}  # columns that are wrapped, not cut
    columns = ("collection", "document", "status", "version", "pages", "chunks", "quality", "reason")
    heads = [console.t(f"cli_column_{name}") for name in columns]
    rows = [
        [
            console.printable_line(cell)
            for cell in (
                d.collection, d.path, _status(d), str(d.version), str(d.pages or ""), str(d.chunks), _quality(d),
                console.localized(d.reason) or _orders(d),
            )
        ]
        for d in documents
    ]  # fmt: skip
    if not sys.stdout.isatty():
        for row in [heads, *rows]:
            print("\t".join(row))
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None)
    for name, head in zip(columns, heads, strict=True):
        table.add_column(
            head, overflow="fold", no_wrap=name not in whole, max_width=_REASON_WIDTH if name == "reason" else None
        )
    for row in rows:
        table.add_row(*map(Text, row))
    console.stdout().print(table)


def _status(document: "Document") -> str:
    return console.t(f"cli_status_{'quarantined' if document.quarantined else document.status}")


def _orders(document: "Document") -> str:
    """Why a document is in quarantine; "" where it is not."""
    if not document.quarantined:
        return ""
    said = document.orders.reasons[0].text if document.orders.reasons else ""
    return console.t("cli_speaks", score=f"{document.orders.score:.0%}", words=said)


@docs.command()
def release(
    path: PathArgument,
    collection: CollectionOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Let a document out of quarantine, where it is kept since it speaks to a model. Questions find it from now on,
    while its title and text are the same."""
    with opened(home, config) as kb:
        asker = local_user()
        name = kb.release(asker, collection, path)
        if json:
            _print_json(_document(kb, name, path))
            return
        console.say(console.t("cli_released", name=f"{name}/{path}"))


@docs.command("title")
def set_title(
    path: PathArgument,
    title: Annotated[str, typer.Argument(help="What is shown in place of the path; empty: the path.")],
    collection: CollectionOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Give a document a title, which is shown in place of its path. What is searched stays as it is."""
    with opened(home, config) as kb:
        asker = local_user()
        name = kb.set_title(asker, collection, path, title)
        document = _document(kb, name, path)
        if json:
            _print_json(document)
            return
        said = console.t("cli_titled", name=f"{name}/{path}", title=document.shown_title or path)
        console.say(console.printable_line(said))


@docs.command("tag")
def set_tags(
    path: PathArgument,
    tags: Annotated[list[str] | None, typer.Argument(metavar="TAG...", help="Its tags.", show_default=False)] = None,
    none: Annotated[bool, typer.Option("--none", help="Take all its tags away.")] = False,
    collection: CollectionOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Give a document these tags in place of those it has. Lists are filtered by them, and searches limited."""
    with opened(home, config) as kb:
        if bool(tags) == none:
            from kb.errors import UsageError

            raise UsageError("document.name_tags")
        name = kb.set_tags(local_user(), collection, path, tags or ())
        document = _document(kb, name, path)
        if json:
            _print_json(document)
            return
        given = console.t("cli_comma").join(document.tags) or console.t("cli_no_tags")
        console.say(console.printable_line(console.t("cli_tagged", name=f"{name}/{path}", tags=given)))


@docs.command()
def move(
    path: PathArgument,
    to: Annotated[
        str | None, typer.Argument(metavar="[NEW_PATH]", help="Its path from then on.", show_default=False)
    ] = None,
    collection: CollectionOption = None,
    to_collection: Annotated[
        str | None, typer.Option("--to", metavar="COLLECTION", help="The collection it moves to.", show_default=False)
    ] = None,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Give an uploaded document another path, another collection, or both. Nothing is read anew; who may read it is
    what the rules say of its new place."""
    with opened(home, config) as kb:
        name, there = kb.move_document(local_user(), collection, path, to, to_collection)
        if json:
            _print_json(_document(kb, name, there))
            return
        console.say(console.printable_line(console.t("cli_moved", path=path, name=f"{name}/{there}")))


@docs.command()
def show(
    path: PathArgument,
    collection: CollectionOption = None,
    version: Annotated[int | None, typer.Option("--version", min=1, help="An earlier version.")] = None,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """The stored text of a document. Which pages are poor, or were recognised in an image, and what of the file nobody
    sees, which is not searched, is said on stderr."""
    with opened(home, config) as kb:
        asker = local_user()
        stored = kb.stored_text(asker, collection, path, version)
        hidden = kb.hidden(stored)
        listed = next(d for d in kb.documents(asker, stored.collection) if d.path == path)
        if not json:
            print(console.printable(stored.text))
            notes = [*_page_notes(stored.pages), *map(_hidden_note, hidden), *_order_notes(listed)]
            for line in notes:
                console.say(line)
            return
        from kb.serialization import stored_text_form

        chunks = len(kb.chunks(asker, stored.collection, path))
        console.print_json(stored_text_form(stored, listed, chunks, hidden))


def _quality(document: "Document") -> str:
    """How far the text can be relied on, and how many pages it does not hold for; "" where there is no text."""
    if not document.version:
        return ""
    poor = [console.t("cli_poor_pages", n=document.poor_pages)] if document.poor_pages else []
    recognised = [console.t("cli_ocr_pages", n=document.ocr_pages)] if document.ocr_pages else []
    return console.t("cli_comma").join([f"{document.quality:.0%}", *poor, *recognised])


def _hidden_note(hidden: "HiddenText") -> str:
    why = console.t(f"hidden_{hidden.why}")
    said = console.t("cli_hidden", page=_on_page(hidden.page), why=why, words=hidden.text)
    return console.printable_line(said)


def _on_page(page: int | None) -> str:
    return console.t("cli_on_page", n=page) if page else ""


def _order_notes(document: "Document") -> Iterator[str]:
    """What of a document speaks to a model, and that it is in quarantine for it."""
    if document.quarantined:
        yield console.t("cli_in_quarantine", path=document.path)
    for reason in document.orders.reasons:
        why = f"{console.t(f'orders_{reason.why}')}{console.t('cli_comma')}{reason.score:.0%}"
        said = console.t("cli_speaks", score=why, words=reason.text)
        yield console.printable_line(f"{_on_page(reason.page)}{said}")


def _page_notes(pages: "Sequence[PageSpan]") -> Iterator[str]:
    """What a reader of the text should know of its pages, in order; those of which the same is said stand together."""
    from kb.store.document_queries import POOR

    def note(page: "PageSpan") -> str:
        poor = console.t("cli_poor", n=f"{page.quality:.1f}") if page.quality < POOR else ""
        return console.t("cli_comma").join(filter(None, (poor, console.t("cli_ocr") if page.ocr else "")))

    for said, group in groupby(pages, note):
        numbers = [page.number for page in group]
        if said and len(numbers) == 1:
            yield f"{_on_page(numbers[0])}{said}"
        elif said:
            yield f"{console.t('cli_on_pages', first=numbers[0], last=numbers[-1])}{said}"


@docs.command()
def delete(
    paths: PathsArgument = None,
    ids: Annotated[
        list[int] | None,
        typer.Option("--id", metavar="ID", min=1, help="A document by its id in `docs list --json`; may be repeated."),
    ] = None,
    collection: CollectionOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    count: Annotated[
        int | None, typer.Option("--count", min=1, help="Delete nothing unless it is exactly so many documents.")
    ] = None,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Delete documents with every trace of them: all versions, vectors, words and originals.

    What is inside a mail or an archive goes with it; an archive is named by its path. All go, or none. More than 20,
    or a whole collection, are confirmed by typing their number or its name.
    """
    with opened(home, config) as kb:
        from kb.errors import UsageError

        asker = local_user()
        targets = [*(ids or ()), *((collection, path) for path in paths or ())]
        if not targets:
            raise UsageError("document.name_some")
        doomed = kb.planned_deletions(asker, targets)
        for each in doomed:
            if each.kept_in:
                console.say(console.t("cli_kept_in", name=each.path, container=each.kept_in))
        if count not in (None, len(doomed)):
            found = f"{len(doomed):,} document{'s' * (len(doomed) != 1)}"
            raise UsageError("document.count_differs", documents=found, count=count)
        if not yes:
            if json or not console.has_a_person():
                raise UsageError("document.say_yes")
            _confirm(doomed, kb.documents(asker))
        deleted = kb.delete_documents(asker, [each.id for each in doomed])
        for each in deleted:
            console.say(console.t("cli_deleted", name=f"{each.collection}/{each.path}"))
        if json:
            from kb.serialization import planned_deletion_form

            console.print_json(
                {"documents": [{**planned_deletion_form(each), "status": "deleted"} for each in deleted]}
            )


def _confirm(doomed: "Sequence[PlannedDeletion]", documents: "Sequence[Document]") -> None:
    """Say what goes, by number and name, and have it confirmed. Raises typer.Abort where it is not."""
    from kb.store.deletion_plan import to_be_typed

    for each in doomed:
        console.say(console.printable_line(f"{each.collection}/{each.path}"))
    what = console.count("cli_these_documents", len(doomed))
    typed = to_be_typed(doomed, documents)
    if not typed:
        if not console.confirm(console.t("cli_delete_ask", what=what)):
            raise typer.Abort
        return
    why = console.t("cli_whole_collection", name=typed) if typed != str(len(doomed)) else what
    asked = console.printable_line(console.t("cli_delete_type", words=typed, what=why))
    said = typer.prompt(asked, prompt_suffix=console.t("cli_colon"), err=True)
    if str(said).strip() != typed:
        console.say(console.t("cli_typed_otherwise"))
        raise typer.Abort
