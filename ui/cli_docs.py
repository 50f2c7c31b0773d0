"""`kb docs` and `kb audit`: the document list, one document's text, deletion, and the trail of who asked what."""

from typing import Annotated

import typer

from ui import console
from ui.cli import (
    CollectionOption,
    ConfigOption,
    HomeOption,
    JsonOption,
    app,
    local_user,
    opened,
)

docs = typer.Typer(help="The documents.", no_args_is_help=True)
app.add_typer(docs, name="docs")

PathArgument = Annotated[
    str,
    typer.Argument(help="The document's path within its collection.", show_default=False),
]


PathsArgument = Annotated[
    list[str],
    typer.Argument(metavar="PATH...", help="Paths of documents within their collection.", show_default=False),
]


@docs.command("list")
def list_documents(
    collection: CollectionOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """All documents, with status and reason."""
    with opened(home, config) as kb:
        documents = kb.documents(local_user(), collection)
        if json:
            from kb.forms import document_form

            console.print_json({"documents": [document_form(document) for document in documents]})
            return
        from rich.table import Table
        from rich.text import Text

        table = Table(
            "collection",
            "document",
            "status",
            "v",
            "pages",
            "chunks",
            "reason",
            box=None,
        )
        for d in documents:
            cells = (
                d.collection,
                d.path,
                d.status,
                str(d.version),
                str(d.pages or ""),
                str(d.chunks),
                d.reason,
            )
            table.add_row(*(Text(console.printable_line(cell)) for cell in cells))
        console.stdout().print(table)


@docs.command()
def show(
    path: PathArgument,
    collection: CollectionOption = None,
    version: Annotated[int | None, typer.Option("--version", min=1, help="An earlier version.")] = None,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """The stored text of a document."""
    with opened(home, config) as kb:
        asker = local_user()
        stored = kb.stored_text(asker, collection, path, version)
        if not json:
            print(console.printable(stored.text))
            return
        from kb.forms import stored_text_form

        listed = next(d for d in kb.documents(asker, stored.collection) if d.path == path)
        console.print_json(stored_text_form(stored, listed, len(kb.chunks(asker, stored.collection, path))))


@docs.command()
def delete(
    paths: PathsArgument,
    collection: CollectionOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Delete documents with every trace of them: all versions, vectors, words and originals."""
    with opened(home, config) as kb:
        asker = local_user()
        names = [(kb.catalog.find_document(asker, path, collection)[1], path) for path in paths]
        if not yes:
            shown = ", ".join(console.printable_line(f"{name}/{path}") for name, path in names)
            typer.confirm(f"Delete {shown} with all versions?", abort=True, err=True)
        deleted = kb.delete_documents(asker, names)
        for name, path in deleted:
            console.say(f"deleted {name}/{path}")
        if json:
            forms = [{"collection": name, "document": path, "status": "deleted"} for name, path in deleted]
            console.print_json({"documents": forms})


@app.command()
def audit(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1)] = 50,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Who asked or deleted what, when, and on which evidence; newest first."""
    with opened(home, config) as kb:
        rows = kb.catalog.audit_rows(limit)
        if json:
            console.print_json({"audit": rows})
            return
        for row in rows:
            evidence = ", ".join(sorted({c["document"] for c in row["detail"].get("citations", [])}))
            line = f"{row['at']}  {row['asker']}  {row['action']}  {row['subject']}  [{evidence}]"
            print(console.printable_line(line))
