"""Routes of the API: suggested questions, to all that one may read or to one document, and an editor's word on them."""

from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from kb.people.permissions import check_editing
from kb.requests import suggestions
from kb.requests.suggestions import Suggestion
from kb.schema import Document, Principal
from ui.api.common import Asker, Body, CollectionQuery, PathQuery, ServiceHere
from ui.api.permissions import needs
from ui.api.stream import Json
from ui.service.runtime import Service

router = APIRouter(prefix="/suggestions", tags=["suggestions"])


class SuggestionsForm(BaseModel):
    """Questions to documents that the asker may read, at most one to each."""

    suggestions: list[Suggestion]


class QuestionsForm(BaseModel):
    """The suggested questions of one document; `written` by an editor, or made of its text."""

    questions: list[str]
    written: bool


class QuestionsBody(Body):
    """An editor's questions in place of those that are made of the text; null goes back to these."""

    questions: list[Annotated[str, Field(max_length=1000)]] | None = Field(max_length=100)


@router.get("", response_model=SuggestionsForm)
@needs("ask")
def suggested(
    service: ServiceHere,
    asker: Asker,
    collection: Annotated[list[str] | None, Query()] = None,
    language: Annotated[Literal["zh", "en"], Query(description="of questions that come first")] = "en",
    limit: Annotated[int, Query(ge=1, le=20)] = 4,
    seed: Annotated[str, Query(description="others are drawn with another")] = "",
) -> Response:
    """Questions that one may begin with."""
    readable = [d for d in service.kb.documents(asker) if not collection or d.collection in collection]
    found = suggestions.suggested(service.kb.catalog, readable, language, limit, seed)
    return Json({"suggestions": [asdict(each) for each in found]})


@router.get("/document", response_model=QuestionsForm)
@needs("search")
def of_document(service: ServiceHere, asker: Asker, path: PathQuery, collection: CollectionQuery = None) -> Response:
    """The suggested questions of a document."""
    return Json(_form(service, _find_document(service, asker, path, collection)))


@router.put("/document", response_model=QuestionsForm)
@needs("ingest")
def write(
    body: QuestionsBody, service: ServiceHere, asker: Asker, path: PathQuery, collection: CollectionQuery = None
) -> Response:
    """Write the suggested questions of a document whose collection one edits: none, where the list is empty."""
    document = _find_document(service, asker, path, collection)
    check_editing(asker, document.collection)
    suggestions.write(service.kb.catalog, document, body.questions, asker)
    return Json(_form(service, document))


def _find_document(service: Service, asker: Principal, path: str, collection: str | None) -> Document:
    id, name = service.kb.catalog.find_document(asker, path, collection)
    return next(d for d in service.kb.documents(asker, name) if d.id == id)


def _form(service: Service, document: Document) -> dict[str, object]:
    questions, written = suggestions.questions_of(service.kb.catalog, document)
    return {"questions": questions, "written": written}
