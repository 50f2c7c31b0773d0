"""Routes of the API: files dropped into a conversation, until they are kept or let go of."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from kb.errors import ConversationNotFound, UsageError
from kb.messages.coded_text import fields
from kb.schema import Principal
from ui.api.common import Asker, Body, DoneForm, ServiceHere
from ui.api.permissions import needs
from ui.api.stream import Json
from ui.api.uploads import BODY, opened, received
from ui.service.runtime import Service
from ui.service.uploading import DroppedFile

router = APIRouter(prefix="/conversations/{id}/files", tags=["conversations"])

NameQuery = Annotated[str, Query(min_length=1, description="as `files` gives it")]


class FileForm(BaseModel):
    """A file of a conversation: its document is `collection`/`name`. `reason` says why questions do not find it."""

    collection: str
    name: str
    state: Literal["waiting", "reading", "ready", "failed"]
    reason: str
    reason_code: str
    reason_values: dict[str, Any]
    is_document: bool = Field(description="false: it holds documents, as an archive does")


class FilesForm(BaseModel):
    """The files of a conversation, in order."""

    files: list[FileForm]


class FileNameBody(Body):
    """A file of the conversation."""

    name: str


@router.get("", response_model=FilesForm)
@needs("ask")
def files(id: str, service: ServiceHere, asker: Asker) -> Response:
    """The files that were dropped into a conversation and not kept, and how they stand."""
    return Json(_form(service.files.of(_checked(service, asker, id))))


@router.post("", response_model=FilesForm, status_code=202, openapi_extra=BODY)
@needs("ingest")
async def drop(id: str, request: Request, service: ServiceHere, asker: Asker) -> Response:
    """Drop files into a conversation (multipart/form-data): they are read into one's own collection before all else.

    Answers with these. A question with `files` is asked of them, and waits until they are read.
    """
    await run_in_threadpool(_checked, service, asker, id)
    try:
        async with received(request, service) as sent:
            dropped = await run_in_threadpool(_drop, service, asker, id, sent)
    except ClientDisconnect:
        return Response(status_code=400)  # nobody reads it
    return Json(_form(dropped), 202)


@router.post("/keep", response_model=FilesForm)
@needs("ingest")
def keep(id: str, body: FileNameBody, service: ServiceHere, asker: Asker) -> Response:
    """Let a file stay in one's own collection when the conversation goes. Answers with the others."""
    service.files.keep(_checked(service, asker, id), body.name)
    return Json(_form(service.files.of(id)))


@router.delete("", response_model=DoneForm)
@needs("ingest")
def let_go(id: str, name: NameQuery, service: ServiceHere, asker: Asker) -> Response:
    """Delete a file with all that was read from it, for good."""
    service.files.let_go(asker, _checked(service, asker, id), name)
    return Json({"done": True})


def _drop(service: Service, asker: Principal, id: str, sent: list[tuple[str, Path]]) -> list[DroppedFile]:
    if not sent:
        raise UsageError("upload.no_file")
    return service.files.drop(asker, id, opened(sent))


def _checked(service: Service, asker: Principal, id: str) -> str:
    """The id of a conversation of the asker's, not of one that is shared with them. Raises ConversationNotFound."""
    own = service.own(asker)
    found = own.get(id)
    if found is None or not own.owns(found):
        raise ConversationNotFound("conversation.gone", id=id)
    return id


def _form(files: list[DroppedFile]) -> dict[str, Any]:
    return {"files": [{**asdict(file), **fields(file.reason, "reason_")} for file in files]}
