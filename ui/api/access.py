"""Routes of the API: who may read what: the rules, and what they say of a document."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from kb.access.rules import MOST_READERS, Level, Place, readers_form, rule_form
from kb.store.catalog import UNSEEN
from ui.api.common import Asker, Body, CollectionQuery, PathQuery, ServiceHere
from ui.api.permissions import needs
from ui.api.stream import Json

router = APIRouter(prefix="/access", tags=["access"])

Reader = Annotated[str, Field(max_length=1000, description="`*` for everyone, `group:NAME`, or `person:NAME`")]
ReaderList = Annotated[list[Reader], Field(max_length=2 * MOST_READERS)]


class PlaceForm(BaseModel):
    """What readers are set on: a document, the paths of a collection that a glob matches, a collection, or (`default`)
    all that no other rule names. The nearest rule holds alone: in this order, and of paths the longest."""

    level: Level
    collection: str
    path: str


class RuleForm(PlaceForm):
    """Who may read what lies at a place; nobody where there are no readers."""

    readers: list[str]


class RulesForm(BaseModel):
    """All rules of the collections that the asker may change."""

    rules: list[RuleForm]


class ReadersForm(BaseModel):
    """Who may read a document; `rule` says it, and is null where no rule does, so that nobody may."""

    collection: str
    document: str
    readers: list[str]
    rule: PlaceForm | None


class RuleBody(Body):
    """Readers of a place; null leaves it to the other rules. `seen` are those that were set there when this was decided
    on (null: none were set); where they are others by now, nothing is changed (409)."""

    level: Level
    collection: Annotated[str, Field(max_length=1000)] = ""
    path: Annotated[str, Field(max_length=4096)] = ""
    readers: ReaderList | None
    seen: ReaderList | None = None


class ChangedForm(BaseModel):
    """How many documents have other readers now."""

    documents: int


@router.get("", response_model=RulesForm)
@needs("ingest")
def rules(service: ServiceHere, asker: Asker) -> Response:
    """The rules who may read what."""
    return Json({"rules": [rule_form(rule) for rule in service.kb.access_rules(asker)]})


@router.get("/document", response_model=ReadersForm)
@needs("ingest")
def readers(service: ServiceHere, asker: Asker, path: PathQuery, collection: CollectionQuery = None) -> Response:
    """Who may read a document, and which rule says so."""
    _, name = service.kb.catalog.find_document(asker, path, collection)
    return Json(readers_form(name, path, service.kb.readers_of(asker, name, path)))


@router.put("", response_model=ChangedForm)
@needs("ingest")
def change(body: RuleBody, service: ServiceHere, asker: Asker) -> Any:
    """Set who may read something, or take that back. It holds from the next request on; nothing is embedded again."""
    place = Place(body.level, body.collection, body.path)
    seen = body.seen if "seen" in body.model_fields_set else UNSEEN
    return Json({"documents": service.kb.set_readers(asker, place, body.readers, seen)})
