"""Routes of the API: the glossary: terms with their other forms, in and out as CSV, and candidates from documents."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from kb.glossary.csv_form import entries_of, text_of
from kb.glossary.entries import LONGEST_DEFINITION, LONGEST_FORM, MOST_FORMS, Entry, NewEntry, TermSource
from kb.glossary.glossary import ImportReport
from ui.api.common import Asker, Body, DoneForm, ServiceHere
from ui.api.permissions import needs
from ui.api.stream import Json

router = APIRouter(prefix="/glossary", tags=["glossary"])

State = Literal["accepted", "proposed", "dismissed"]
Form = Annotated[str, Field(max_length=10 * LONGEST_FORM)]
SourceName = Annotated[str, Field(max_length=5096, description="a document, as COLLECTION/PATH")]


class EntryForm(BaseModel):
    """A term with its other forms. `taken`: from documents, so that only who may read one of its sources sees it.
    `person` changed it last, `at` that time (ISO 8601, UTC)."""

    id: int
    term: str
    forms: list[str]
    definition: str
    languages: list[Literal["zh", "en"]]
    state: State
    taken: bool
    sources: list[TermSource]
    person: str
    at: str


class GlossaryForm(BaseModel):
    """Entries by term; `total` counts all that fit. `editor`: whether who asks may change them."""

    entries: list[EntryForm]
    total: int
    editor: bool


class EntryBody(Body):
    """An entry as it is to be. `sources` are added to those it has; with one, only who may read it sees the entry."""

    term: Form
    forms: list[Form] = Field([], max_length=10 * MOST_FORMS)
    definition: Annotated[str, Field(max_length=10 * LONGEST_DEFINITION)] = ""
    sources: list[SourceName] = Field([], max_length=100)

    def entry(self) -> NewEntry:
        return NewEntry(self.term, tuple(self.forms), self.definition, tuple(self.sources) or None)


class ImportBody(Body):
    """A table as CSV. `replace`: entries that are not in it go."""

    csv: str
    replace: bool = False


class ProposedForm(BaseModel):
    """How many terms are newly proposed."""

    proposed: int


def entry_form(entry: Entry) -> dict[str, Any]:
    """An entry as replies and commands give it."""
    return {**asdict(entry), "languages": list(entry.languages)}


@router.get("", response_model=GlossaryForm)
@needs("search")
def entries(
    service: ServiceHere,
    asker: Asker,
    state: State = "accepted",
    search: Annotated[str, Query(max_length=200, description="stands in a form or the definition")] = "",
    limit: Annotated[int, Query(ge=1, le=20_000)] = 1_000,
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
) -> Response:
    """The entries that the asker may see. What is proposed or dismissed is for editors."""
    found, total = service.kb.glossary.entries(asker, state, search, limit, offset)
    editor = service.kb.glossary.is_editor(asker)
    return Json({"entries": [entry_form(entry) for entry in found], "total": total, "editor": editor})


@router.post("", response_model=EntryForm)
@needs("ingest")
def add(body: EntryBody, service: ServiceHere, asker: Asker) -> Response:
    """Write an entry. For whoever edits a collection, as are all changes."""
    return Json(entry_form(service.kb.glossary.add(asker, body.entry())))


@router.get("/export", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
@needs("search")
def export(service: ServiceHere, asker: Asker) -> Response:
    """The entries that the asker may see, as CSV (UTF-8)."""
    text = text_of(service.kb.glossary.entries(asker)[0])
    headers = {"content-disposition": 'attachment; filename="glossary.csv"', "cache-control": "no-store"}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/import", response_model=ImportReport)
@needs("ingest")
def bring_in(body: ImportBody, service: ServiceHere, asker: Asker) -> Response:
    """Write all entries of a table, or, where one of them cannot be, none."""
    return Json(asdict(service.kb.glossary.bring_in(asker, entries_of(body.csv), body.replace)))


@router.post("/candidates", response_model=ProposedForm)
@needs("ingest")
def look_again(service: ServiceHere, asker: Asker) -> Response:
    """Look through all documents for terms that they introduce. What was dismissed stays so."""
    return Json({"proposed": service.kb.glossary.look_again(asker)})


@router.get("/{id}", response_model=EntryForm)
@needs("search")
def entry(id: int, service: ServiceHere, asker: Asker) -> Response:
    """One entry."""
    return Json(entry_form(service.kb.glossary.entry(asker, id)))


@router.put("/{id}", response_model=EntryForm)
@needs("ingest")
def change(id: int, body: EntryBody, service: ServiceHere, asker: Asker) -> Response:
    """Write an entry anew; one that was proposed is accepted so."""
    return Json(entry_form(service.kb.glossary.change(asker, id, body.entry())))


@router.delete("/{id}", response_model=DoneForm)
@needs("ingest")
def remove(id: int, service: ServiceHere, asker: Asker) -> Response:
    """Take an entry out of the glossary."""
    service.kb.glossary.remove(asker, id)
    return Json({"done": True})


@router.post("/{id}/accept", response_model=EntryForm)
@needs("ingest")
def accept(id: int, service: ServiceHere, asker: Asker) -> Response:
    """Take a proposed entry into the glossary."""
    return Json(entry_form(service.kb.glossary.accept(asker, id)))


@router.post("/{id}/dismiss", response_model=DoneForm)
@needs("ingest")
def dismiss(id: int, service: ServiceHere, asker: Asker) -> Response:
    """Leave an entry out; it is not proposed again."""
    service.kb.glossary.dismiss(asker, id)
    return Json({"done": True})
