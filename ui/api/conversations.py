"""Routes of the API: conversations, which the service keeps. An answer in one goes on whoever follows it."""

from dataclasses import asdict, replace
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from kb.access.rules import MOST_READERS
from kb.answering.answer_builder import checked
from kb.errors import ConversationNotFound
from kb.requests.addressed import addressed
from kb.schema import EVERYTHING, AskOptions, Principal
from kb.store.conversations import Feedback, StoredConversation
from ui.api.common import (
    EVENTS,
    Addressed,
    AnswerForm,
    Asker,
    Body,
    Client,
    DoneForm,
    NoticeForm,
    PassageForm,
    ScopeForm,
    ServiceHere,
)
from ui.api.permissions import needs
from ui.api.stream import Json, Ndjson, events_of
from ui.service.conversations import Conversation, Turn
from ui.service.export import as_json, as_markdown, file_name, turn_form
from ui.service.model_list import installed_model
from ui.service.runtime import Busy, Service

router = APIRouter(prefix="/conversations", tags=["conversations"])


class ConversationsForm(BaseModel):
    """Conversations, the last used first."""

    conversations: list[StoredConversation]


class TurnForm(BaseModel):
    """A question and what came of it. `answer` is the checked answer, where there is one; `text` what was written."""

    id: str
    position: int
    question: str
    mode: Literal["documents", "chat"]
    scope: ScopeForm
    state: Literal[
        "queued", "searching", "waiting", "reading", "thinking", "answering", "done", "failed", "stopped", "interrupted"
    ]
    ahead: int
    searched: str
    thinking: str
    thought_tokens: int
    think_budget: int | None = Field(description="null: the model's own, as long as it has not begun to reason")
    text: str
    passages: list[PassageForm] | None
    notices: list[NoticeForm]
    answer: AnswerForm | None
    error: str | None
    error_code: str
    error_values: dict[str, Any]
    asked_at: str
    seconds: float
    feedback: Feedback | None


class WholeForm(BaseModel):
    """A conversation with its turns."""

    id: str
    owner: str
    title: str
    turns: list[TurnForm]


class ReadersBody(Body):
    """With whom a conversation is shared; with nobody: it is taken back."""

    readers: list[Annotated[str, Field(max_length=1000)]] = Field(
        max_length=2 * MOST_READERS,
        description="`person:NAME`, `group:NAME` of one's own, or `*` for whoever is signed in and has its address",
    )


class SharedForm(BaseModel):
    """With whom a conversation is shared."""

    readers: list[str]


class TitleBody(Body):
    """A new title; "" goes back to the first question."""

    title: str


class TurnBody(Body):
    """A question in a conversation: a follow-up is understood from what came before. With `files` of the conversation
    these alone are looked into, once they are read."""

    question: str
    mode: Literal["documents", "chat"] = "documents"
    scope: ScopeForm = ScopeForm()
    addressed: Addressed = False
    files: list[str] = Field([], description="of the conversation, by their names")
    think_budget: int | None = Field(None, ge=0, description="reasoning tokens at most")
    model: str | None = Field(None, description="one that is installed, by its name; the one in use without it")


class AgainBody(Body):
    """How a question is put once more."""

    think_budget: int | None = Field(None, ge=0, description="reasoning tokens at most")
    model: str | None = Field(None, description="one that is installed, by its name; the one in use without it")
    seed: int | None = Field(None, description="drawn without it")
    temperature: float | None = Field(None, ge=0, le=2, description="0.6 without it")
    samples: int = Field(1, ge=1, le=64, description="answer so many times, and give what most of them agree with")


class FeedbackBody(Body):
    """A judgement; null takes it back."""

    verdict: Literal["up", "down"] | None
    reason: str = ""


@router.get("", response_model=ConversationsForm)
@needs("ask")
def conversations(
    service: ServiceHere,
    asker: Asker,
    owner: Annotated[str | None, Query(description="of the owner's: those by one name that programs gave")] = None,
    search: Annotated[str, Query(description="in titles, questions and answers")] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    offset: Annotated[int, Query(ge=0)] = 0,
    shared: Annotated[bool, Query(description="those that others share with one by name or group, alone")] = False,
) -> Response:
    """One's own conversations in which something was asked, the last used first."""
    own = service.own(asker)
    found = own.shared(limit) if shared else own.list(owner, search, limit, offset)
    return Json({"conversations": [asdict(conversation) for conversation in found]})


@router.post("", response_model=WholeForm, status_code=201)
@needs("ask")
def begin(service: ServiceHere, asker: Asker) -> Response:
    """Begin a conversation; it is listed once something is asked in it."""
    return Json(as_json(service.own(asker).new()), 201)


@router.get("/{id}", response_model=WholeForm)
@needs("ask")
def conversation(id: str, service: ServiceHere, asker: Asker) -> Response:
    """A conversation with its turns. Of one that another shares: its finished turns, as far as one may read their
    sources."""
    return Json(as_json(_get(service, asker, id)))


@router.get("/{id}/readers", response_model=SharedForm)
@needs("ask")
def readers(id: str, service: ServiceHere, asker: Asker) -> Response:
    """With whom a conversation of one's own is shared."""
    return Json({"readers": [*service.own(asker).readers(id)]})


@router.put("/{id}/readers", response_model=SharedForm)
@needs("ask")
def share(id: str, body: ReadersBody, service: ServiceHere, asker: Asker) -> Response:
    """Share a conversation of one's own with these, who may read it and no more; or take it back from others."""
    own = service.own(asker)
    own.share(id, body.readers)
    return Json({"readers": [*own.readers(id)]})


@router.patch("/{id}", response_model=WholeForm)
@needs("ask")
def rename(id: str, body: TitleBody, service: ServiceHere, asker: Asker) -> Response:
    """Give a conversation a title."""
    service.own(asker).rename(id, body.title)
    return Json(as_json(_get(service, asker, id)))


@router.delete("/{id}", response_model=DoneForm)
@needs("ask")
def delete(id: str, service: ServiceHere, asker: Asker) -> Response:
    """Delete a conversation for good, and stop what is being answered in it."""
    service.own(asker).delete(id)
    return Json({"done": True})


@router.get("/{id}/export", response_class=Response)
@needs("ask")
def export(
    id: str,
    service: ServiceHere,
    asker: Asker,
    format: Literal["md", "json"] = "md",
    language: Literal["zh", "en"] = "en",
) -> Response:
    """A conversation as a file: Markdown with its sources, or JSON."""
    found = _get(service, asker, id)
    service.kb.catalog.audit(asker.name, "export", "", {"what": "conversation", "id": id, "format": format})
    name = quote(file_name(found, language, format), safe="")
    headers = {"content-disposition": f"attachment; filename=\"conversation.{format}\"; filename*=UTF-8''{name}"}
    if format == "json":
        return Json(as_json(found), headers=headers)
    text = as_markdown(found, language).encode("utf-8", "replace")
    return Response(text, media_type="text/markdown; charset=utf-8", headers=headers)


@router.post("/{id}/turns", response_model=TurnForm, status_code=202)
@needs("ask")
def ask(id: str, body: TurnBody, service: ServiceHere, asker: Asker, client: Client) -> Response:
    """Ask in a conversation; `events` of the turn follows the answer. 409 while another is being answered."""
    found = _get(service, asker, id)
    question, options = _put(service, asker, body, id)
    first = service.files.first(id, options.scope)
    turn = service.own(asker).ask(found, question, body.mode, options, first=first, client=client)
    return Json(turn_form(_begun(turn)), 202)


def _put(service: Service, asker: Principal, body: TurnBody, id: str) -> tuple[str, AskOptions]:
    question, scope = checked(body.question), body.scope.scope()
    if body.files and body.mode == "documents":
        own = service.own(asker)
        if not own.owns(_get(service, asker, id)):  # it is shared with the asker, and its files are not
            raise ConversationNotFound("conversation.gone", id=id)
        scope = replace(scope, paths=service.files.scope(id, body.files).paths)
    if body.addressed and body.mode == "documents":
        question, scope = addressed(question, lambda: service.kb.documents(asker), scope)
    return question, AskOptions(scope, body.think_budget, model=_model(service, body.model))


@router.post("/{id}/turns/{position}/edit", response_model=TurnForm, status_code=202)
@needs("ask")
def edit(id: str, position: int, body: TurnBody, service: ServiceHere, asker: Asker, client: Client) -> Response:
    """Ask something else in place of a question: its turn and all after it are deleted. 409 as for asking."""
    found = _get(service, asker, id)
    question, options = _put(service, asker, body, id)
    first = service.files.first(id, options.scope)
    turn = service.own(asker).edit(found, position, question, body.mode, options, first=first, client=client)
    return Json(turn_form(_begun(turn)), 202)


@router.post("/{id}/turns/{position}/again", response_model=TurnForm, status_code=202)
@needs("ask")
def again(id: str, position: int, body: AgainBody, service: ServiceHere, asker: Asker, client: Client) -> Response:
    """Put the question of a turn once more, for another answer. What came after it is no context. 409 as for asking."""
    found, model = _get(service, asker, id), _model(service, body.model)
    options = AskOptions(EVERYTHING, body.think_budget, body.seed, body.temperature, model, samples=body.samples)
    turn = service.own(asker).again(found, position, options, client=client)
    return Json(turn_form(_begun(turn)), 202)


@router.get("/{id}/turns/{position}/events", response_class=Response, responses=EVENTS)
@needs("ask")
async def events(id: str, position: int, service: ServiceHere, asker: Asker) -> Response:
    """A turn from its present state to its end, one JSON object a line. Leaving the connection stops nothing."""
    turn = await run_in_threadpool(_find, service, asker, id, position)
    return Ndjson(events_of(turn.running, turn.question))


@router.post("/{id}/turns/{position}/stop", response_model=TurnForm)
@needs("ask")
def stop(id: str, position: int, service: ServiceHere, asker: Asker) -> Response:
    """Stop an answer, keeping what was written."""
    turn = _find(service, asker, id, position)
    turn.running.stop()
    return Json(turn_form(turn))


@router.put("/{id}/turns/{position}/feedback", response_model=TurnForm)
@needs("ask")
def feedback(id: str, position: int, body: FeedbackBody, service: ServiceHere, asker: Asker) -> Response:
    """Judge an answer."""
    found = _get(service, asker, id)
    service.own(asker).feedback(found, found.turn(position), body.verdict, body.reason)
    return Json(turn_form(_find(service, asker, id, position)))


def _model(service: Service, name: str | None) -> tuple[str, str] | None:
    return installed_model(service.kb.settings.llm, name) if name else None


def _begun(turn: Turn | None) -> Turn:
    if turn is None:
        raise Busy("conversation.busy")
    return turn


def _get(service: Service, asker: Principal, id: str) -> Conversation:
    found = service.own(asker).get(id)
    if found is None:
        raise ConversationNotFound("conversation.gone", id=id)
    return found


def _find(service: Service, asker: Principal, id: str, position: int) -> Turn:
    return _get(service, asker, id).turn(position)
