"""Routes of the API: evaluations, which put a set of questions and score the answers in the background."""

from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, Response

from kb.evaluation.comparison import compare, differences
from ui.api.common import EVENTS, Body, DoneForm, NotFound, ScopeForm, ServiceHere
from ui.api.permissions import needs
from ui.api.stream import Json, Ndjson, changes
from ui.service.runs import RunOptions

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


class StartBody(Body):
    """A question set: `path` of a file of this machine, or `questions`, the content of one (JSONL)."""

    path: str | None = None
    questions: str | None = None
    name: str = ""
    options: OptionsBody = OptionsBody()


class RunForm(BaseModel):
    """A run. `figures` are those of `kb eval --json`, so far; null before the first answer."""

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
    revision: int


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


class DifferenceForm(BaseModel):
    """A figure over the questions that count in both runs; `p` is how likely chance alone differs as much."""

    a: float
    b: float
    difference: float
    p: float
    questions: int


class ComparisonForm(BaseModel):
    """Two runs: figures by their dotted names, question by question, and how many changed which way.

    `figures` is empty where the runs have no question in common.
    """

    figures: dict[str, DifferenceForm]

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
    return Json({"evaluations": [asdict(run) for run in service.evaluations.list()]})


@router.post("", response_model=RunForm, status_code=202)
@needs("admin")
def start(body: StartBody, service: ServiceHere) -> Response:
    """Begin a run. One is under way at a time."""
    options = body.options
    values = options.model_dump(exclude={"scope"})
    if body.path is not None:
        service.check_path(body.path)
    questions = Path(body.path) if body.path is not None else (body.questions or "").encode("utf-8")
    run = service.evaluations.start(questions, RunOptions(**values, scope=options.scope.scope()), body.name)
    return Json(asdict(run), 202)


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
    return Json(asdict(service.evaluations.get(id)))


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
            asdict,
        )
    )


@router.get("/{id}/report", response_class=FileResponse)
@needs("admin")
def report(id: str, service: ServiceHere) -> Response:
    """The report as an HTML file, to be saved."""
    file = service.evaluations.report_file(id)
    if file is None:
        raise NotFound("There is no report yet: no question of the run was answered.")
    return FileResponse(file, media_type="application/octet-stream", filename=f"report-{id}.html")


@router.post("/{id}/stop", response_model=RunForm)
@needs("admin")
def stop(id: str, service: ServiceHere) -> Response:
    """End a run; what was answered is kept, and `resume` goes on with it."""
    service.evaluations.stop(id)
    return Json(asdict(service.evaluations.get(id)))


@router.post("/{id}/resume", response_model=RunForm)
@needs("admin")
def resume(id: str, service: ServiceHere) -> Response:
    """Go on with a run that was stopped."""
    return Json(asdict(service.evaluations.resume(id)))


@router.delete("/{id}", response_model=DoneForm)
@needs("admin")
def delete(id: str, service: ServiceHere) -> Response:
    """Remove a run with its results."""
    service.evaluations.delete(id)
    return Json({"done": True})
