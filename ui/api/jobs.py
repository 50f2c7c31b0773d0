"""Routes of the API: jobs, which ingest and reindex in the background. They can be followed, paused and cancelled."""

import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from ingest.sync.pipeline import document_report_form
from kb.errors import UsageError
from kb.messages.coded_text import fields
from ui.api.common import EVENTS, Asker, Body, ServiceHere
from ui.api.permissions import needs
from ui.api.stream import Json, Ndjson, changes

if TYPE_CHECKING:
    from ingest.sync.jobs import Job

router = APIRouter(tags=["jobs"])


class ReportedForm(BaseModel):
    """What became of one document."""

    path: str
    status: Literal["added", "changed", "unchanged", "deleted", "failed", "skipped"]
    pages: int | None
    chunks: int
    reason: str
    reason_code: str
    reason_values: dict[str, Any]


class ReportForm(BaseModel):
    """What became of all documents. In a list of jobs `documents` is empty."""

    documents: list[ReportedForm]
    added: int
    changed: int
    unchanged: int
    deleted: int
    failed: int
    skipped: int
    seconds: float
    stopped: bool


class JobForm(BaseModel):
    """An ingestion or a reindexing. `revision` differs whenever anything else does.

    `stopping`: it runs, was told to pause or to end, and does so when the file it is at allows.
    """

    id: int
    kind: Literal["ingest", "reindex"]
    title: str
    paths: list[str]
    collection: str | None
    prune: bool
    state: Literal["queued", "running", "paused", "done", "failed", "cancelled"]
    files_done: int
    files_total: int
    chunks: int
    current: str
    seconds: float
    report: ReportForm | None
    error: str | None
    error_kind: str
    error_code: str
    error_values: dict[str, Any]
    created_at: str
    revision: int
    stopping: bool


class JobsForm(BaseModel):
    """Jobs, newest first."""

    jobs: list[JobForm]


class IngestBody(Body):
    """Files and folders of this machine; absolute paths."""

    paths: list[str] = Field(min_length=1)
    collection: str | None = Field(None, min_length=1, max_length=1000)
    prune: bool = Field(False, description="remove documents whose file is gone")
    leave: list[str] = Field([], description="files that are left for another time, as they are still being written")


def job_form(job: "Job") -> dict[str, Any]:
    """A job as JSON."""
    form: dict[str, Any] = asdict(job) | fields(job.error, "error_")
    if job.report is not None:
        form["report"]["documents"] = [document_report_form(each) for each in job.report.documents]
    return form


@router.post("/ingest", response_model=JobForm, status_code=202)
@needs("admin")
def ingest(body: IngestBody, service: ServiceHere, asker: Asker) -> Response:
    """Ingest files and folders in the background. What is unchanged is left alone."""
    for path in body.paths:
        if not os.path.isabs(path):
            raise UsageError("request.path_not_absolute", path=path)
    service.check_path(*body.paths)
    job = service.jobs.ingest(
        body.paths, collection=body.collection, prune=body.prune, who=asker.name, leave=body.leave
    )
    return Json(job_form(job), 202)


@router.post("/reindex", response_model=JobForm, status_code=202)
@needs("admin")
def reindex(service: ServiceHere, asker: Asker) -> Response:
    """Read, split and embed every document again, in the background. The old index answers until all is ready."""
    return Json(job_form(service.jobs.reindex(who=asker.name)), 202)


@router.get("/jobs", response_model=JobsForm)
@needs("ingest")
def jobs(service: ServiceHere, asker: Asker, limit: Annotated[int, Query(ge=1, le=1000)] = 50) -> Response:
    """The jobs of collections that who asks may edit, newest first."""
    return Json({"jobs": [job_form(job) for job in service.jobs_of(asker).list(limit)]})


@router.get("/jobs/{job_id}", response_model=JobForm)
@needs("ingest")
def job(job_id: int, service: ServiceHere, asker: Asker) -> Response:
    """A job as it stands."""
    return Json(job_form(service.jobs_of(asker).get(job_id)))


@router.post("/jobs/{job_id}/pause", response_model=JobForm)
@needs("ingest")
def pause(job_id: int, service: ServiceHere, asker: Asker) -> Response:
    """Let a job rest after the file it is reading."""
    return Json(job_form(service.jobs_of(asker).pause(job_id)))


@router.post("/jobs/{job_id}/resume", response_model=JobForm)
@needs("ingest")
def resume(job_id: int, service: ServiceHere, asker: Asker) -> Response:
    """Go on with a job."""
    return Json(job_form(service.jobs_of(asker).resume(job_id)))


@router.post("/jobs/{job_id}/cancel", response_model=JobForm)
@needs("ingest")
def cancel(job_id: int, service: ServiceHere, asker: Asker) -> Response:
    """End a job after the file it is reading; what it has committed stays."""
    return Json(job_form(service.jobs_of(asker).cancel(job_id)))


@router.get("/jobs/{job_id}/events", response_class=Response, responses=EVENTS)
@needs("ingest")
async def events(job_id: int, service: ServiceHere, asker: Asker) -> Response:
    """A job from its present state on, one JSON object a line, until it has ended or is paused."""
    own = service.jobs_of(asker)
    first = await run_in_threadpool(own.get, job_id)
    return Ndjson(
        changes(
            first,
            lambda known, seconds: own.wait(job_id, known.revision, seconds),
            lambda job: not job.finished and job.state != "paused",
            job_form,
        )
    )
