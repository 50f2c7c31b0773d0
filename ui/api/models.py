"""Routes of the API: language models: which there are, which is in use, and how others are brought and removed."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from functools import partial
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from kb.messages.coded_text import fields
from ui.api.common import EVENTS, Asker, Body, DoneForm, ServiceHere
from ui.api.permissions import needs
from ui.api.stream import INTERNAL, Json, Ndjson, in_thread
from ui.service.model_downloads import Pull, Pulls
from ui.service.model_list import models_form
from ui.service.runtime import Service

router = APIRouter(prefix="/models", tags=["models"])

_NEWS_SECONDS = 0.5


class UsedForm(BaseModel):
    """The model that answers."""

    engine: str
    name: str
    digest: str
    context_tokens: int
    think_budget: int


class SpeedForm(BaseModel):
    """The speed to expect: tokens that are written a second, and seconds for a typical answer; null where that of this
    machine was not measured yet."""

    tokens_per_second: float | None
    answer_seconds: float | None


class InstalledForm(SpeedForm):
    """A language model that can be used now."""

    engine: str
    name: str
    bytes: int
    detail: str
    digest: str


class OfferedForm(SpeedForm):
    """Weights the product can fetch."""

    name: str
    kind: str
    bytes: int
    licence: str


class FitForm(SpeedForm):
    """A size of DeepSeek-R1, and whether this machine's memory holds it. The largest one that it holds and that answers
    in time is recommended."""

    size: str
    download_gb: float
    needs_gb: float
    fits: bool
    recommended: bool


class ModelsForm(BaseModel):
    """The models, and which of DeepSeek-R1 fits this machine."""

    installed: list[InstalledForm]
    offered: list[OfferedForm]
    ollama_problem: str | None
    memory_gb: float
    deepseek_r1: list[FitForm]


class UseBody(Body):
    """`engine` and `name` of a model; neither goes back to the settings."""

    engine: str | None = None
    name: str | None = None


class NameBody(Body):
    """A model by its name: an Ollama tag, or weights the product ships."""

    name: str


@router.get("", response_model=ModelsForm)
@needs("admin")
def models(service: ServiceHere) -> Response:
    """Models that can be used now, and those the product can fetch."""
    return Json(models_form(service.kb.settings.llm))


@router.get("/used", response_model=UsedForm)
@needs("ask")
def used(service: ServiceHere) -> Response:
    """The model that answers."""
    return Json(_used(service))


@router.post("/use", response_model=UsedForm)
@needs("admin")
def use(body: UseBody, service: ServiceHere, asker: Asker) -> Response:
    """Answer with this model from now on, in this home; it is loaded at once. Not while an answer is being written."""
    service.use_model(body.engine, body.name, asker.name)
    return Json(_used(service))


@router.post("/warm-up", response_model=DoneForm)
@needs("admin")
def warm_up(service: ServiceHere) -> Response:
    """Load what the first question would have to wait for."""
    service.warm_up.load()
    return Json({"done": True})


@router.post("/pull", response_class=Response, responses=EVENTS)
@needs("admin")
def pull(body: NameBody, service: ServiceHere) -> Response:
    """Fetch a model: its progress, one JSON object a line. A fetch that is under way already is followed.

    Leaving the connection stops what it has begun; the next one goes on with what arrived.
    """
    before = service.pulls.get(body.name.strip())
    joined = before is not None and not before.finished
    begun = service.pulls.start(body.name)
    return Ndjson(_followed(service.pulls, begun), None if joined else lambda: service.pulls.stop(begun.name))


@router.delete("/{name:path}", response_model=DoneForm)
@needs("admin")
def remove(name: str, service: ServiceHere) -> Response:
    """Delete a model from this machine or its Ollama server. Not while it is at work, or being fetched."""
    service.remove_model(name)
    return Json({"done": True})


def _used(service: Service) -> dict[str, Any]:
    model = service.kb.model
    return {
        "engine": model.engine,
        "name": model.name,
        "digest": model.digest(),
        "context_tokens": model.context_tokens,
        "think_budget": model.think_budget,
    }


async def _followed(pulls: Pulls, pull: Pull) -> AsyncGenerator[dict[str, Any], None]:
    """The newest progress; what came in between is left out."""
    revision = -1
    shown: Pull | None = None
    while not pull.finished:
        revision = await in_thread(partial(pulls.wait, revision, _NEWS_SECONDS))
        # It is gone where somebody has dismissed it, which can be done once it has ended.
        pull = pulls.get(pull.name) or replace(pull, state="stopped")
        if pull.step and not pull.finished and pull != shown:
            shown = pull
            yield {"event": "progress", "label": pull.step, "done": pull.done, "total": pull.total}
    if pull.state == "failed":
        error = pull.error or INTERNAL
        yield {
            "event": "failed",
            "kind": pull.error_kind or "InternalError",
            "error": error,
            **fields(error),
        }
    else:
        yield {"event": "done", "name": pull.name, "installed": pull.state == "done"}
