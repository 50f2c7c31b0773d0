"""Chat completions: a question in OpenAI's form, answered by the same queue, engine and checks as `POST /api/ask`.

The text of an answer from documents goes out when it has been checked, so that what is streamed is never taken back;
until then its reader sees the reasoning or, where the model does not reason, its draft, as reasoning. Plain chat is not
checked, and goes out word by word.
"""

import secrets
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from kb import errors
from kb.answering.answer_builder import checked
from kb.language.language import language_of
from kb.messages.coded_text import CodedText
from kb.schema import Answer, AskOptions, Usage
from ui.api.common import MOST_MESSAGES, Asker, Client, ServiceHere
from ui.api.permissions import needs
from ui.api.stream import INTERNAL, Form, Json, ServerSentEvents, end_of, events_of, finished, until_gone
from ui.openai import answer_text
from ui.openai.error_form import NotTaken, error_form
from ui.openai.inert import InertStream, inert
from ui.openai.messages import MessageForm, conversation
from ui.openai.models import model_choice
from ui.openai.numbering import numbered

if TYPE_CHECKING:
    from kb.store.conversations import Mode
    from ui.service.answer_task import RunningAnswer
    from ui.service.runtime import Service

MOST_SEED = 2**31  # engines take no larger ones
_WITHOUT_REASONING = ("none", "minimal")

router = APIRouter(tags=["chat"])


class StreamOptions(BaseModel):
    """`include_usage`: a last chunk tells the tokens."""

    model_config = ConfigDict(extra="allow")

    include_usage: bool | None = None


class ChatBody(BaseModel):
    """A request. Fields of OpenAI's that change nothing here are ignored; those that would be missed are refused."""

    model_config = ConfigDict(extra="allow")

    model: str = Field(max_length=1000)
    messages: list[MessageForm] = Field(min_length=1, max_length=MOST_MESSAGES)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    seed: Annotated[int, Field(ge=-(2**63), lt=2**63)] | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    reasoning_effort: str | None = Field(None, description="none or minimal: no reasoning; all others: the model's own")
    think_budget: Annotated[int, Field(ge=0)] | None = Field(None, description="our own: reasoning tokens at most")
    sources_in_text: bool | None = Field(None, description="our own: clients.sources_in_text, for this request")
    tags: list[Annotated[str, Field(max_length=1000)]] | None = Field(
        None, max_length=64, description="our own: only documents that have one of these tags"
    )
    user: str | None = Field(None, description="whose turn it takes in the queue, where X-KB-Client names nobody")


class MessageReply(BaseModel):
    """The answer. `annotations` are its citations."""

    role: Literal["assistant"]
    content: str
    refusal: None
    reasoning_content: str | None
    annotations: list[dict[str, Any]]


class ChoiceForm(BaseModel):
    """The one choice."""

    index: int
    message: MessageReply
    logprobs: None
    finish_reason: Literal["stop", "length"]


class CompletionForm(BaseModel):
    """A whole answer. `kb` is our own: outcome, claims with their states, notices."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[ChoiceForm]
    usage: dict[str, Any]
    kb: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Reply:
    """One answer being made for one request."""

    id: str
    created: int
    model: str
    mode: "Mode"
    question: str
    origin: str
    sources: bool
    asked: str  # all that was sent

    def chunk(self, delta: Form, finish: str | None = None, **more: Any) -> Form:
        """A chunk of the stream."""
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return {**self._head("chat.completion.chunk"), "choices": [choice], **more}

    def usage_chunk(self, usage: Form) -> Form:
        """The chunk that tells the tokens."""
        return {**self._head("chat.completion.chunk"), "choices": [], "usage": usage}

    def whole(self, answer: Answer, usage: Form) -> Form:
        """The answer as one document."""
        message = {
            "role": "assistant",
            "content": self.content(answer),
            "refusal": None,
            "reasoning_content": inert(answer.thinking) or None,
            "annotations": answer_text.annotations(answer, self.origin),
        }
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(answer)}
        head = self._head("chat.completion")
        return {**head, "choices": [choice], "usage": usage, "kb": answer_text.about(answer)}

    def content(self, answer: Answer) -> str:
        """The text of the answer. Without documents it is as the model wrote it."""
        return answer.text if self.mode == "chat" else answer_text.content(answer, self.origin, sources=self.sources)

    def _head(self, kind: str) -> Form:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model}


@router.post(
    "/chat/completions",
    response_model=CompletionForm,
    responses={200: {"description": "With `stream`: events", "content": {"text/event-stream": {}}}},
)
@needs("ask")
async def completions(body: ChatBody, service: ServiceHere, asker: Asker, client: Client, request: Request) -> Response:
    """Answer the last message: from the documents (`kb`, `kb:COLLECTION`) or without them (`chat`).

    Leaving the connection stops it.
    """
    _refuse(body)
    meant = await run_in_threadpool(model_choice, body.model, service, asker)
    if body.tags and meant.mode == "chat":
        raise NotTaken("openai.not_taken", "tags", name="tags", why=_NO_DOCUMENTS)
    question, history = conversation(body.messages, system=meant.mode == "chat")
    question = checked(question)
    start = partial(
        service.conversations.run,
        meant.mode,
        question,
        AskOptions(
            replace(meant.scope, tags=tuple(body.tags or ())),
            0 if body.reasoning_effort in _WITHOUT_REASONING else body.think_budget,
            None if body.seed is None else body.seed % MOST_SEED,
            body.temperature,
        ),
        history=history,
        client=(body.user or client)[:100] if client == "api" else client,
        asker=asker,
    )
    in_text = service.kb.settings.clients.sources_in_text if body.sources_in_text is None else body.sources_in_text
    reply = _Reply(
        f"chatcmpl-{secrets.token_hex(12)}", int(time.time()), body.model, meant.mode, question,
        str(request.base_url).rstrip("/"), in_text, "\n".join([*(each.content for each in history), question]),
    )  # fmt: skip
    running = await run_in_threadpool(start)
    if body.stream:
        with_usage = bool(body.stream_options and body.stream_options.include_usage)
        return ServerSentEvents(_chunks(reply, running, service, with_usage), running.stop)
    try:
        await until_gone(request.receive, partial(finished, running))
        end = await end_of(running, question)
    finally:
        running.stop()
    answer = running.snapshot.answer
    if answer is None:
        raise getattr(errors, end["kind"], errors.ModelError)(end["error"])
    answer = numbered(answer)
    return Json(reply.whole(answer, await run_in_threadpool(_usage, reply, answer, service)))


async def _chunks(
    reply: _Reply, running: "RunningAnswer", service: "Service", with_usage: bool
) -> AsyncGenerator[Form | str, None]:
    """The chunks of a streamed answer."""
    yield reply.chunk({"role": "assistant", "content": ""})
    written = _Words() if reply.mode == "chat" else _Draft(reply.question)
    async with aclosing(events_of(running, reply.question)) as events:
        async for event in events:
            if not running.snapshot.finished or event["event"] == "thought":
                for delta in written.deltas(event):
                    yield reply.chunk(delta)
            end = event
    for delta in written.rest():
        yield reply.chunk(delta)
    answer = running.snapshot.answer
    if answer is None:
        internal = end.get("code") == INTERNAL.code
        yield error_form(500 if internal else 503, end["error"], end.get("kind"))
        return
    answer = numbered(answer)
    yield reply.chunk({"content": written.behind(reply.content(answer))})
    if found := answer_text.annotations(answer, reply.origin):
        yield reply.chunk({"annotations": found})
    yield reply.chunk({}, _finish(answer), kb=answer_text.about(answer))
    if with_usage:
        yield reply.usage_chunk(await run_in_threadpool(_usage, reply, answer, service))
    yield "[DONE]"


class _Draft:
    """What is seen of an answer from documents before it is checked: all of it is reasoning."""

    def __init__(self, question: str) -> None:
        self._title = answer_text.fixed_text("draft", language_of(question))
        self._stream = InertStream()
        self._reasoned = self._drafted = False

    def deltas(self, event: Form) -> list[Form]:
        """What becomes of an event."""
        text = event.get("text", "")
        if event["event"] == "thought":
            self._reasoned = True
            return self._reasoning(text)
        if event["event"] in ("token", "revised") and not self._reasoned:
            lead = "\n\n" if self._drafted else f"{self._title}\n"
            begins = not self._drafted or event["event"] == "revised"
            self._drafted = True
            return self._reasoning(f"{lead}{text}" if begins else text)
        return []

    def rest(self) -> list[Form]:
        """What was held back."""
        held = self._stream.finish()
        return [{"reasoning_content": held}] if held else []

    def behind(self, text: str) -> str:
        """What of the whole text has not gone out."""
        return text

    def _reasoning(self, text: str) -> list[Form]:
        text = self._stream.feed(text)
        return [{"reasoning_content": text}] if text else []


class _Words:
    """Plain chat: words go out as they come."""

    def __init__(self) -> None:
        self._text = self._out = ""

    def deltas(self, event: Form) -> list[Form]:
        """What becomes of an event."""
        if event["event"] == "thought":
            return [{"reasoning_content": event["text"]}]
        if event["event"] not in ("token", "revised"):
            return []
        self._text = event["text"] if event["event"] == "revised" else self._text + event["text"]
        if not self._text.startswith(self._out):
            return []  # what was written is taken back: nothing more goes out before the end
        fresh, self._out = self._text[len(self._out) :], self._text
        return [{"content": fresh}] if fresh else []

    def rest(self) -> list[Form]:
        """Nothing is held back."""
        return []

    def behind(self, text: str) -> str:
        """What of the whole text has not gone out; all of it, apart, where what went out was taken back."""
        if text.startswith(self._out):
            return text[len(self._out) :]
        return "" if self._out.startswith(text) else f"\n\n{text}"


def _finish(answer: Answer) -> Literal["stop", "length"]:
    return "length" if any(notice.kind == "answer_cut" for notice in answer.notices) else "stop"


def _usage(reply: _Reply, answer: Answer, service: "Service") -> Form:
    """The tokens: as the engine counted them, or else estimated from the request and the answer."""
    used = answer.usage
    if used is None and answer.model:
        model = service.kb.model
        thought = model.count_tokens(answer.thinking) if answer.thinking else 0
        used = Usage(model.count_tokens(reply.asked), thought + model.count_tokens(answer.text), thought)
    used = used or Usage(0, 0, 0)
    return {
        "prompt_tokens": used.prompt_tokens,
        "completion_tokens": used.completion_tokens,
        "total_tokens": used.prompt_tokens + used.completion_tokens,
        "completion_tokens_details": {"reasoning_tokens": used.reasoning_tokens},
    }


def _refuse(body: ChatBody) -> None:
    """Raise NotTaken for a field that is not taken and would be missed."""
    given = {name: value for name, value in (body.model_extra or {}).items() if value}
    if given.get("n", 1) != 1:
        raise NotTaken("openai.one_answer", "n", n=given["n"])
    for name, why in _NOT_TAKEN.items():
        if name in given and given[name] != _HARMLESS.get(name):
            raise NotTaken("openai.not_taken", name, name=name, why=why)


_TOOLS = CodedText("openai.no_functions")
_PROBABILITIES = CodedText("openai.no_probabilities")
_TEXT = CodedText("openai.text_alone")
_NO_DOCUMENTS = CodedText("openai.no_documents")
_NOT_TAKEN = {
    "tools": _TOOLS,
    "functions": _TOOLS,
    "tool_choice": _TOOLS,
    "function_call": _TOOLS,
    "logprobs": _PROBABILITIES,
    "top_logprobs": _PROBABILITIES,
    "logit_bias": CodedText("openai.no_bias"),
    "stop": CodedText("openai.no_stop"),
    "audio": _TEXT,
    "modalities": _TEXT,
    "web_search_options": "nothing is looked up outside of this machine. Leave it out.",
    "response_format": "answers are text with citations, which annotations hold as data. Leave it out.",
}
_HARMLESS: dict[str, Any] = {
    "tool_choice": "none",
    "function_call": "none",
    "modalities": ["text"],
    "response_format": {"type": "text"},
}
