"""Routes of the API: the audit trail: listed, signed, verified, exported, and emptied of what is older than a day."""

import json
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response, StreamingResponse

from kb.audit.heads import Head, head_form
from kb.audit.verification import verdict_form
from ui.api.common import Asker, Body, ServiceHere
from ui.api.permissions import needs
from ui.api.stream import Json

router = APIRouter(prefix="/audit", tags=["audit"])

Hex = Annotated[str, Field(max_length=128)]


class AuditRow(BaseModel):
    """Who did what, when, how it ended, and on which evidence. `id` counts from 1; `erased` names what was erased."""

    id: int
    at: str
    asker: str
    action: str
    outcome: Literal["answered", "uncertain", "refused", "withheld", "stopped", "failed", "done"]
    subject: str
    detail: dict[str, Any]
    erased: list[str]


class AuditForm(BaseModel):
    """Rows of the audit trail, newest first."""

    audit: list[AuditRow]


class HeadForm(Body):
    """The trail up to a record, signed (Ed25519) by the home's key."""

    number: Annotated[int, Field(ge=0, le=2**63 - 1)]
    hash: Hex
    at: Annotated[str, Field(max_length=64)]
    key: Hex
    signature: Hex


class VerifyBody(Body):
    """A head that was kept outside, to which the trail must lead; null for none."""

    head: HeadForm | None = None


class ProblemForm(BaseModel):
    """What is wrong with a record."""

    record: int
    what: str
    code: str
    values: dict[str, Any]


class VerdictForm(BaseModel):
    """Whether the trail is whole. `head` is the record up to which a head was compared; `erased` counts what was
    erased and a record says so; the first 100 problems are told."""

    whole: bool
    records: int
    erased: int
    hash: str
    head: int | None
    problems: list[ProblemForm]


class EraseBody(Body):
    """The day of this machine before which names and texts are erased, such as 2025-11-25."""

    before: Annotated[str, Field(max_length=32)]


class ErasedForm(BaseModel):
    """Of how many records names and texts were erased."""

    records: int


@router.get("", response_model=AuditForm)
@needs("audit")
def audit(
    service: ServiceHere,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 50,
    since: Annotated[str, Query(description="A day of this machine, such as 2026-11-25.")] = "",
    until: Annotated[str, Query(description="A day of this machine; it is part of what is listed.")] = "",
    asker: str = "",
    action: str = "",
) -> Response:
    """Who did what, when, how it ended, and on which evidence; newest first."""
    rows = service.kb.trail.rows(limit, since=since, until=until, asker=asker, action=action)
    return Json({"audit": rows})


@router.get("/head", response_model=HeadForm)
@needs("audit")
def head(service: ServiceHere) -> Response:
    """The signed head: keep it where nobody of this machine writes. It shows later whether the trail was cut."""
    return Json(head_form(service.kb.trail.head()))


@router.post("/verify", response_model=VerdictForm)
@needs("audit")
def verify(body: VerifyBody, service: ServiceHere) -> Response:
    """Whether the trail is whole and, where a head is given, leads to it."""
    given = None if body.head is None else Head(**body.head.model_dump())
    return Json(verdict_form(service.kb.trail.verify(given)))


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}},
)
@needs("audit")
def export(
    service: ServiceHere,
    asker: Asker,
    texts: Annotated[
        bool, Query(description="with names and texts, which deletion does not reach in an export")
    ] = True,
) -> Response:
    """The whole trail, a record a line, and last its signed head. It can be verified without this product."""
    lines = service.kb.trail.export(asker.name, texts=texts)
    headers = {"content-disposition": 'attachment; filename="audit.jsonl"', "cache-control": "no-store"}
    return StreamingResponse(_ndjson(lines), media_type="application/x-ndjson", headers=headers)


@router.post("/erase", response_model=ErasedForm)
@needs("admin")
def erase(body: EraseBody, service: ServiceHere, asker: Asker) -> Response:
    """Erase names and texts of the records that were written before a day. The records stay, and one more says so."""
    return Json({"records": service.kb.trail.erase(asker.name, body.before)})


def _ndjson(lines: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    for line in lines:
        yield json.dumps(line).encode() + b"\n"
