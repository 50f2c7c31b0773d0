"""Routes of the API: usage, for editors; and whether somebody lets them see the words of what they ask in vain."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from kb.schema import Principal
from kb.usage.report import Judgements, report
from kb.usage.tables import Part, as_csv, report_form
from ui.api.common import Asker, Body, DoneForm, ServiceHere
from ui.api.permissions import needs
from ui.api.stream import Json
from ui.service.runtime import Service

router = APIRouter(prefix="/usage", tags=["usage"])

Since = Annotated[str, Query(max_length=32, description="A day of this machine; without it 30 days are told.")]
Until = Annotated[str, Query(max_length=32, description="A day of this machine, today without it; it is part of it.")]


class CountForm(BaseModel):
    """How often a question ended so, or a search found nothing, on a day; `reason` says why it was refused."""

    day: str
    kind: Literal["question", "search"]
    outcome: Literal["answered", "uncertain", "refused", "stopped", "failed"]
    reason: str
    times: int


class GapForm(BaseModel):
    """What was asked or searched in vain, grouped by the words that wordings share; at most five of these are told."""

    wordings: list[str]
    questions: int
    searches: int
    last: str
    times: int


class NeverCitedForm(BaseModel):
    """A document that no answer of the period cites."""

    collection: str
    document: str
    title: str
    ingested_at: str


class UsageForm(BaseModel):
    """Usage of a period. Counts are those of the home; documents and words are those that the asker may read."""

    since: str
    until: str
    counted_since: str = Field(description="the day on which counting began")
    counts: list[CountForm]
    gaps: list[GapForm]
    without_words: int = Field(description="asked in vain, and in none of the gaps: not agreed to, or not readable")
    never_cited: list[NeverCitedForm]
    searchable: int = Field(description="documents that questions find")
    feedback: list[Judgements]


class AgreementBody(Body):
    """Whether editors are shown the words of what one asks in vain."""

    agrees: bool


class AgreementForm(BaseModel):
    """Whether one agreed, and whether there is anything to agree to (`usage.texts`)."""

    agrees: bool
    offered: bool


@router.get("", response_model=UsageForm)
@needs("search")
def usage(service: ServiceHere, asker: Asker, since: Since = "", until: Until = "") -> Response:
    """Questions a day, what was asked in vain, documents never cited, feedback by document. 403 for who edits none."""
    return Json(_form(service, asker, since, until))


@router.get(
    "/csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
@needs("search")
def usage_csv(service: ServiceHere, asker: Asker, part: Part, since: Since = "", until: Until = "") -> Response:
    """One part of it as CSV (UTF-8 with a mark, for spreadsheets). That it was exported stands in the audit trail."""
    text = as_csv(_form(service, asker, since, until), part)
    service.kb.catalog.audit(asker.name, "export", "", {"what": "usage", "part": part})
    headers = {"content-disposition": f'attachment; filename="usage-{part}.csv"', "cache-control": "no-store"}
    return Response(text.encode("utf-8-sig", "replace"), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/agreement", response_model=AgreementForm)
@needs("ask")
def agreement(service: ServiceHere, asker: Asker) -> Response:
    """Whether one agreed that editors are shown the words of what one asks in vain."""
    return Json(_agreement(service, asker))


@router.put("/agreement", response_model=DoneForm)
@needs("ask")
def agree(body: AgreementBody, service: ServiceHere, asker: Asker) -> Response:
    """Agree from now on; or take it back, and with it all words that were kept."""
    service.kb.usage.agree(asker, body.agrees)
    return Json({"done": True})


def _form(service: Service, asker: Principal, since: str, until: str) -> dict[str, Any]:
    return report_form(report(service.kb.catalog, service.kb.settings.usage, asker, since, until))


def _agreement(service: Service, asker: Principal) -> dict[str, bool]:
    return {"agrees": service.kb.usage.agrees(asker), "offered": service.kb.settings.usage.texts == "agreed"}
