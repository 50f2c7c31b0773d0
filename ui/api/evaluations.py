"""Routes of the API: evaluations, which put a set of questions and score the answers in the background."""

import base64
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, Response

from kb.errors import QuestionSetError
from kb.evaluation.comparison import Difference, compare, differences
from kb.messages.coded_text import fields
from ui.api.common import EVENTS, Asker, Body, DoneForm, NotFound, ScopeForm, ServiceHere
from ui.api.jobs import JobForm, job_form
from ui.api.permissions import needs
from ui.api.stream import Json, Ndjson, changes
from ui.service.evaluation_runs import ExportForm
from ui.service.runs import Run, RunOptions
from ui.service.runtime import Service

router = APIRouter(prefix="/evaluations", tags=["evaluations"])


class OptionsBody(Body):
    """How a set is put."""

    retrieval_only: bool = Field(False, description="no model is called")
    limit: int | None = Field(None, ge=1, description="only the first so many questions")
    sample: int | None = Field(
        None, ge=1, description="only so many, drawn by the seed in proportion to kind and language"
    )
    samples: int = Field(1, ge=1, description="answers a question")
    seed: int = 0
    think_budget: int | None = Field(None, ge=0)
    page_slack: int = Field(0, ge=0, description="a hit may be so many pages late")
    scope: ScopeForm = ScopeForm()
    cache: bool = Field(True, description="what was answered before under the same conditions is taken from then")
    glossary: bool = Field(True, description="search by the forms of terms, and tell the model what they mean")
    model: str | None = Field(None, description="an installed model that answers instead of the one in use")
    parallel: int = Field(1, ge=1, le=64, description="questions at once; answers take turns at the model")
    gate: str = Field("", max_length=100_000, description="limits of figures, as a gate file has them (YAML or JSON)")
    base: str | None = Field(None, description="id of the run that the gate measures drops from")


class SetBody(Body):
    """A question set: the `path` of a file or BEIR folder of this machine, or the content of a file: `questions`, a
    text (JSON Lines, or JSON of SQuAD or CMRC), or `archive`, the base64 of a zip of a BEIR folder."""

    path: str | None = None
    questions: str | None = None
    archive: str | None = None
    name: str = ""

    def source(self, service: Service) -> Path | bytes:
        """The set as the service takes it. Raises UsageError for a path that may not be named, and for no base64."""
        if self.path is not None:
            service.check_set(Path(self.path))
            return Path(self.path)
        if self.archive is None:
            return (self.questions or "").encode("utf-8")
        try:
            return base64.b64decode(self.archive, validate=True)
        except ValueError as error:  # binascii.Error is one; so is what is no ASCII
            name = self.name or "archive"
            raise QuestionSetError("question_set.zip_unreadable", path=name, why=str(error)) from None


class StartBody(SetBody):
    """A question set, and how it is put."""

    options: OptionsBody = OptionsBody()


class DocumentsBody(SetBody):
    """A question set of others, and where its documents go."""

    collection: str = Field(min_length=1, max_length=1000)


class LimitForm(BaseModel):
    """A limit of a gate; `missed` says why it is missed, and is "" where it is kept."""

    limit: str
    missed: str
    missed_code: str
    missed_values: dict[str, Any]


class RunForm(BaseModel):
    """A run. `figures` are those of `kb eval --json`, so far; null before the first answer.

    `place` is the folder that the command wrote it into ("" for a run of the service), `place_gone` whether that is not
    there any more. `gate` has each limit, once the run has ended.
    """

    id: str
    name: str
    state: Literal["running", "done", "stopped", "interrupted", "failed"]
    options: OptionsBody
    questions: int
    created_at: str
    number: int
    engine: str
    model: str
    done: int
    total: int
    failed: int
    current: str
    seconds: float
    figures: dict[str, Any] | None
    error: str | None
    error_code: str
    error_values: dict[str, Any]
    revision: int
    place: str
    place_gone: bool
    gate: list[LimitForm]


class RunsForm(BaseModel):
    """Runs, newest first."""

    evaluations: list[RunForm]


class ComparedForm(BaseModel):
    """One question in both runs; a verdict is null where a run does not hold it."""

    id: str
    question: str
    before: str | None
    after: str | None
    change: str


class ComparisonForm(BaseModel):
    """Two runs: figures by their dotted names, question by question, and how many changed which way.

    `figures` is empty where the runs have no question in common.
    """

    figures: dict[str, Difference]

    questions: list[ComparedForm]
    better: int
    worse: int
    same: int
    only_before: int
    only_after: int


@router.get("", response_model=RunsForm)
@needs("admin")
def evaluations(service: ServiceHere) -> Response:
    """The runs, newest first."""
    return Json({"evaluations": [_form(run) for run in service.evaluations.list()]})


@router.post("", response_model=RunForm, status_code=202)
@needs("admin")
def start(body: StartBody, service: ServiceHere) -> Response:
    """Begin a run. One is under way at a time."""
    options = body.options
    values = options.model_dump(exclude={"scope"})
    options_of_run = RunOptions(**values, scope=options.scope.scope())
    run = service.evaluations.start(body.source(service), options_of_run, body.name)
    return Json(_form(run), 202)


@router.post("/documents", response_model=JobForm, status_code=202)
@needs("admin")
def documents(body: DocumentsBody, service: ServiceHere, asker: Asker) -> Response:
    """Read in the documents that a set of BEIR, SQuAD or CMRC asks about."""
    source = body.source(service)
    name = body.name or (source.name if isinstance(source, Path) else "documents")
    job = service.read_set(source, name, body.collection, asker.name)
    assert job is not None  # a file was sent
    return Json(job_form(job), 202)


@router.get("/compare", response_model=ComparisonForm)
@needs("admin")
def comparison(before: str, after: str, service: ServiceHere) -> Response:
    """Two runs, by their figures and question by question."""
    a, b = service.evaluations.report(before), service.evaluations.report(after)
    found = compare(a.outcomes if a else (), b.outcomes if b else ())
    figures = differences(a, b) if a and b else {}
    rows = [
        {
            "id": row.id,
            "question": row.question,
            "before": row.verdict_before,
            "after": row.verdict_after,
            "change": row.change,
        }
        for row in found.rows
    ]
    counts = {name: getattr(found, name) for name in ("better", "worse", "same", "only_before", "only_after")}
    return Json({"figures": {name: asdict(f) for name, f in figures.items()}, "questions": rows, **counts})


@router.get("/{id}", response_model=RunForm)
@needs("admin")
def evaluation(id: str, service: ServiceHere) -> Response:
    """A run as it stands."""
    return Json(_form(service.evaluations.get(id)))


@router.get("/{id}/events", response_class=Response, responses=EVENTS)
@needs("admin")
async def events(id: str, service: ServiceHere) -> Response:
    """A run from its present state on, one JSON object a line, until it has ended."""
    run = await run_in_threadpool(service.evaluations.get, id)
    return Ndjson(
        changes(
            run,
            lambda known, seconds: service.evaluations.wait(id, known.revision, seconds),
            lambda run: run.state == "running",
            _form,
        )
    )


@router.get("/{id}/report", response_class=FileResponse)
@needs("admin")
def report(id: str, service: ServiceHere) -> Response:
    """The report as an HTML file, to be saved."""
    file = service.evaluations.report_file(id)
    if file is None:
        raise NotFound("evaluation.no_report_yet")
    return FileResponse(file, media_type="application/octet-stream", filename=f"report-{id}.html")


@router.get("/{id}/results", response_class=Response)
@needs("admin")
def results(id: str, service: ServiceHere, format: ExportForm = "jsonl") -> Response:
    """The results as a file: `jsonl`, `csv`, `junit` (XML), or the report (`html`)."""
    content = service.evaluations.exported(id, format)
    if content is None:
        raise NotFound("evaluation.no_report_yet")
    suffix = "xml" if format == "junit" else format
    disposition = f'attachment; filename="evaluation-{id}.{suffix}"'
    return Response(
        content, media_type="application/octet-stream", headers={"Content-Disposition": disposition}
    )  # fmt: skip


@router.post("/{id}/stop", response_model=RunForm)
@needs("admin")
def stop(id: str, service: ServiceHere) -> Response:
    """End a run; what was answered is kept, and `resume` goes on with it."""
    service.evaluations.stop(id)
    return Json(_form(service.evaluations.get(id)))


@router.post("/{id}/resume", response_model=RunForm)
@needs("admin")
def resume(id: str, service: ServiceHere) -> Response:
    """Go on with a run that was stopped."""
    return Json(_form(service.evaluations.resume(id)))


@router.delete("/{id}", response_model=DoneForm)
@needs("admin")
def delete(id: str, service: ServiceHere) -> Response:
    """Remove a run with its results."""
    service.evaluations.delete(id)
    return Json({"done": True})


def _form(run: Run) -> dict[str, Any]:
    return asdict(run) | fields(run.error, "error_") | {"place_gone": run.place_gone}
