"""Routes of the API: search, and questions outside any conversation, answered whole or as a stream of events; and
what readers said of answers."""

import secrets
import threading
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from kb import errors
from kb.answering.answer_builder import checked
from kb.messages.coded_text import of_fields
from kb.requests.addressed import addressed
from kb.schema import AskOptions, Floors, Principal
from kb.serialization import retrieval_form
from kb.store.conversations import JudgedAnswer
from ui.api.common import (
    EVENTS,
    MOST_MESSAGES,
    Addressed,
    AnswerForm,
    Asker,
    Body,
    Client,
    DoneForm,
    MessageForm,
    NotFound,
    NoticeForm,
    PassageForm,
    ScopeForm,
    ServiceHere,
    TermForm,
)
from ui.api.permissions import needs
from ui.api.stream import Json, Ndjson, end_of, events_of, finished, until_gone

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from ui.service.conversations import RunningAnswer

router = APIRouter(tags=["answers"])


class SearchBody(Body):
    """`k` passages are wanted; the settings' number without it."""

    question: str
    k: int | None = Field(None, ge=1, le=1000)
    scope: ScopeForm = ScopeForm()
    glossary: bool = Field(True, description="search by the other forms of the question's terms, too")


class JudgeBody(Body):
    """A question whose passages are judged."""

    question: str
    scope: ScopeForm = ScopeForm()


class JudgementForm(BaseModel):
    """`answerable`: 0..1; null where no passage is near enough, or the engine tells no probabilities."""

    answerable: float | None


class FloorForm(Body):
    """Under `refuse` there is no answer, under `answer` one that is marked uncertain."""

    refuse: float = Field(ge=0, le=1)
    answer: float = Field(ge=0, le=1)


class FloorsBody(Body):
    """Floors by language; those of languages that are not named stay."""

    language: dict[Literal["en", "zh"], FloorForm]


class RetrievalForm(BaseModel):
    """Passages, best first. `enough_evidence`: whether the question would be put to the model at all. `notices` say
    why there are no passages: nothing can be searched yet, or the scope names no document."""

    question: str
    passages: list[PassageForm]
    enough_evidence: bool
    evidence: float
    seconds: float
    notices: list[NoticeForm]
    terms: list[TermForm] = []


class ChatBody(Body):
    """A message to the model, without documents. `stream`: events, one JSON object a line, instead of the answer."""

    question: str
    history: list[MessageForm] = Field(
        [], max_length=MOST_MESSAGES, description="the conversation so far, oldest first"
    )
    think_budget: int | None = Field(None, ge=0, description="reasoning tokens at most")
    seed: int | None = None
    temperature: float | None = Field(None, ge=0)
    stream: bool = False


class AskBody(ChatBody):
    """A question to the documents. `curated`: whether an editor's answer is given where the same was asked before."""

    scope: ScopeForm = ScopeForm()
    curated: bool = True
    glossary: bool = Field(
        True, description="search by the other forms of the question's terms, and tell the model them"
    )
    samples: int = Field(1, ge=1, le=64, description="answer so many times, and give what most of them agree with")
    addressed: Addressed = False


class JudgedListForm(BaseModel):
    """Judged answers, the last judged first."""

    feedback: list[JudgedAnswer]


class RunningAnswers:
    """The answers outside conversations that are being made, by the id their first event tells."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[str, tuple[str, RunningAnswer]] = {}  # with who asked

    def add(self, running: "RunningAnswer", asker: Principal) -> str:
        name = secrets.token_hex(8)
        with self._lock:
            self._running[name] = asker.name, running
        return name

    def get(self, name: str, asker: Principal) -> "RunningAnswer":
        """One that this asker, or whom the owner speaks for, waits for."""
        with self._lock:
            who, running = self._running.get(name, ("", None))
        if running is None or (who != asker.name and not asker.unlimited):
            raise NotFound("answer.not_being_made", name=name)
        return running

    def leave(self, name: str) -> None:
        """Whoever waited for it is gone: it ends, if it has not ended."""
        with self._lock:
            _, running = self._running.pop(name, ("", None))
        if running is not None:
            running.stop()


_running = RunningAnswers()


@router.post("/search", response_model=RetrievalForm)
@needs("search")
def search(body: SearchBody, service: ServiceHere, asker: Asker) -> Response:
    """The passages for a question, without a model."""
    service.rates.search(asker)
    found = service.kb.search(body.question, asker, body.k, body.scope.scope(), body.glossary)
    service.kb.usage.searched(asker, found)
    return Json(retrieval_form(found))


@router.post("/judge", response_model=JudgementForm)
@needs("admin")  # it waits in no queue and leaves no record: `kb calibrate` measures by it
def judge(body: JudgeBody, service: ServiceHere, asker: Asker) -> Response:
    """How probably the passages that are found state the answer, as the model judges."""
    return Json({"answerable": service.kb.judge(body.question, asker, body.scope.scope())})


@router.post("/judge/floors", response_model=DoneForm)
@needs("admin")
def keep_floors(body: FloorsBody, service: ServiceHere, asker: Asker) -> Response:
    """Judge by these floors from now on, in this home and with the model in use."""
    floors = {language: Floors(f.refuse, f.answer) for language, f in body.language.items()}
    service.kb.keep_floors(floors, asker.name)
    return Json({"done": True})


@router.post("/ask", response_model=AnswerForm, responses=EVENTS)
@needs("ask")
async def ask(body: AskBody, service: ServiceHere, asker: Asker, client: Client, request: Request) -> Response:
    """Answer from the documents. Leaving the connection stops it."""
    scope = body.scope.scope()
    if body.addressed:
        question = checked(body.question)
        question, scope = await run_in_threadpool(addressed, question, lambda: service.kb.documents(asker), scope)
        body = body.model_copy(update={"question": question})
    options = AskOptions(
        scope,
        body.think_budget,
        body.seed,
        body.temperature,
        curated=body.curated,
        glossary=body.glossary,
        samples=body.samples,
    )
    return await _answer("documents", body, options, service, asker, client, request)


@router.post("/chat", response_model=AnswerForm, responses=EVENTS)
@needs("ask")
async def chat(body: ChatBody, service: ServiceHere, asker: Asker, client: Client, request: Request) -> Response:
    """The model without documents. Leaving the connection stops it."""
    options = AskOptions(think_budget=body.think_budget, seed=body.seed, temperature=body.temperature)
    return await _answer("chat", body, options, service, asker, client, request)


@router.post("/answers/{name}/stop", response_model=DoneForm)
@needs("ask")
def stop(name: str, asker: Asker) -> Response:
    """Stop an answer that is streamed, keeping what was written: its stream ends with the checked answer of that."""
    _running.get(name, asker).stop()
    return Json({"done": True})


@router.get("/feedback", response_model=JudgedListForm)
@needs("admin")
def feedback(
    service: ServiceHere,
    verdict: Annotated[Literal["up", "down"] | None, Query(description="only those judged so")] = None,
    limit: Annotated[int, Query(ge=1)] = 100,
) -> Response:
    """The answers that readers judged, with their reasons, the last judged first."""
    return Json({"feedback": [asdict(judged) for judged in service.conversations.judged(verdict, limit)]})


async def _answer(
    mode: Any,
    body: ChatBody,
    options: AskOptions,
    service: ServiceHere,
    asker: Principal,
    client: str,
    request: Request,
) -> Response:
    question = checked(body.question)
    start = partial(
        service.conversations.run,
        mode,
        question,
        options,
        history=[turn.message() for turn in body.history],
        client=client,
        asker=asker,
    )
    running = await run_in_threadpool(start)
    name = _running.add(running, asker)
    if body.stream:
        return Ndjson(_named_stream(name, events_of(running, question)), partial(_running.leave, name))
    try:
        await until_gone(request.receive, partial(finished, running))
        end = await end_of(running, question)
    finally:
        _running.leave(name)
    if end["event"] == "failed":
        raise getattr(errors, end["kind"], errors.ModelError)(of_fields(end["error"], end))
    return Json(end["answer"])


async def _named_stream(
    name: str, events: "AsyncGenerator[dict[str, Any], None]"
) -> "AsyncGenerator[dict[str, Any], None]":
    yield {"event": "started", "id": name}
    async for event in events:
        yield event
