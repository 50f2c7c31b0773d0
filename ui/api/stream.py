"""Streams of the API: answers and jobs that are followed as NDJSON, one event a line, and clients that go away."""

import json
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import anyio
from anyio import to_thread
from anyio.lowlevel import RunVar
from starlette.responses import Response

from kb.language.language import language_of
from kb.messages.coded_text import CodedText, text_in
from kb.schema import Done, Event, Failed, Progress, Retrieved, Revised, Thought, Token
from kb.serialization import event_form

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from ui.service.conversations import RunningAnswer, Snapshot

T = TypeVar("T")
Form = dict[str, Any]

STREAMS = 1000  # threads that may wait for news; they only sleep, and must never keep a search waiting
_NEWS_SECONDS = 0.5  # how long one waits for news, so how long a stream that was given up holds its thread
_CLOSING_SECONDS = 0.2  # how soon a stream sees that the service is being stopped
_LET_GO_SECONDS = 5.0  # for an engine to end after a stop
INTERNAL = CodedText("answer.internal_error")

_limiter: RunVar[anyio.CapacityLimiter] = RunVar("streams of the API")  # one for each event loop


async def in_thread(work: Callable[[], T]) -> T:
    """Wait in a thread of the streams' own, so that the routes keep theirs. Given up at once when cancelled."""
    try:
        limiter = _limiter.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(STREAMS)
        _limiter.set(limiter)
    return await to_thread.run_sync(work, limiter=limiter, abandon_on_cancel=True)


def line_of(form: Form) -> bytes:
    """One line. ASCII: names of files may hold what UTF-8 cannot."""
    return json.dumps(form).encode() + b"\n"


class Json(Response):
    """A JSON document. Written as it is; the declared model of the route describes it and does not copy it."""

    media_type = "application/json"

    def __init__(self, content: Any, status_code: int = 200, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(content, status_code, {"cache-control": "no-store", **(headers or {})})

    def render(self, content: Any) -> bytes:
        return json.dumps(content).encode()


class Ndjson(Response):
    """Events, one JSON object a line, until they end, the client goes away or the service is stopped.

    Then `on_leave` is called.
    """

    media_type = "application/x-ndjson"

    def __init__(self, events: AsyncGenerator[Any, None], on_leave: Callable[[], object] | None = None) -> None:
        super().__init__(headers={"cache-control": "no-store"})
        del self.headers["content-length"]
        self._events, self._on_leave = events, on_leave

    def encode(self, event: Any) -> bytes:
        """An event as it is sent."""
        return line_of(event)

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        closing: threading.Event = scope["app"].state.closing
        try:
            await until_gone(receive, partial(self._send, send, closing))
        finally:
            if self._on_leave is not None:
                self._on_leave()

    async def _send(self, send: "Send", closing: threading.Event) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        with anyio.CancelScope() as following:
            async with anyio.create_task_group() as group, aclosing(self._events) as events:
                group.start_soon(cancel_when, closing, following)
                async for event in events:
                    await send({"type": "http.response.body", "body": self.encode(event), "more_body": True})
                group.cancel_scope.cancel()
        await send({"type": "http.response.body", "body": b""})


class ServerSentEvents(Ndjson):
    """Events as a browser's EventSource and OpenAI's clients read them; a text stands as it is."""

    media_type = "text/event-stream"

    def encode(self, event: Any) -> bytes:
        return f"data: {event if isinstance(event, str) else json.dumps(event)}\n\n".encode()


async def cancel_when(closing: threading.Event, scope: anyio.CancelScope) -> None:
    """Cancel when the service is being stopped."""
    while not closing.is_set():
        await anyio.sleep(_CLOSING_SECONDS)
    scope.cancel()


class _Numbered(Protocol):
    """Something whose `revision` differs whenever anything else does."""

    @property
    def revision(self) -> int: ...


Followed = TypeVar("Followed", bound=_Numbered)


async def changes(
    first: Followed,
    wait: Callable[[Followed, float], Followed],
    under_way: Callable[[Followed], bool],
    form: Callable[[Followed], Form],
) -> AsyncGenerator[Form, None]:
    """A job or a run from its present state on, at each change, while it is under way.

    `wait(known, seconds)` gives its state as soon as that is newer than what is known.
    """
    yield form(first)
    while under_way(first):
        news = await in_thread(partial(wait, first, _NEWS_SECONDS))
        if news.revision != first.revision or not under_way(news):
            yield form(news)
        first = news


async def until_gone(receive: "Receive", work: Callable[[], Awaitable[None]]) -> None:
    """Do the work, and give it up when the client goes away."""
    async with anyio.create_task_group() as group:

        async def watch() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            group.cancel_scope.cancel()

        group.start_soon(watch)
        await work()
        group.cancel_scope.cancel()


async def events_of(running: "RunningAnswer", question: str) -> AsyncGenerator[Form, None]:
    """What becomes of an answer, from its present state to its end."""
    follower, revision = _Follower(), -1
    while True:
        snapshot = await in_thread(partial(running.wait, revision, _NEWS_SECONDS))
        if snapshot.revision == revision:
            continue
        revision = snapshot.revision
        for form in follower.news(snapshot):
            yield form
        if snapshot.finished:
            break
    yield await end_of(running, question)


async def end_of(running: "RunningAnswer", question: str) -> Form:
    """The last event of an answer that has ended. After a stop, the checked answer of what was written."""
    if running.snapshot.state == "stopped":
        await in_thread(partial(running.join, _LET_GO_SECONDS))
    snapshot = running.snapshot
    if snapshot.answer is not None:
        return event_form(Done(snapshot.answer))
    error = (
        text_in(language_of(question), "answer.stopped") if snapshot.state != "failed" else snapshot.error or INTERNAL
    )
    return {**event_form(Failed(error, snapshot.text, snapshot.thinking)), "kind": kind_of(snapshot)}


def kind_of(snapshot: "Snapshot") -> str:
    """The kind of the error an answer failed with, as `kb.errors` names it."""
    return snapshot.error_kind or "ModelError"


async def finished(running: "RunningAnswer") -> None:
    """Wait until nothing more will be written."""
    revision = -1
    while not (snapshot := await in_thread(partial(running.wait, revision, _NEWS_SECONDS))).finished:
        revision = snapshot.revision


class _Follower:
    """What a follower of an answer has been told."""

    def __init__(self) -> None:
        self._ahead: int | None = None
        self._passages = False
        self._thinking = self._text = ""
        self._notices = 0
        self._progress: Progress | None = None

    def news(self, snapshot: "Snapshot") -> Iterator[Form]:
        """What is new, as events. The end is not among them."""
        if snapshot.passages is not None and not self._passages:
            self._passages = True
            yield event_form(Retrieved(snapshot.passages, snapshot.searched, terms=snapshot.terms))
        if snapshot.state == "queued" and snapshot.ahead != self._ahead:
            self._ahead = snapshot.ahead
            yield {"event": "queued", "ahead": snapshot.ahead}
        if snapshot.progress is not None and snapshot.progress != self._progress:
            self._progress = snapshot.progress
            yield event_form(snapshot.progress)
        yield from (event_form(event) for event in self._new_events(snapshot))

    def _new_events(self, snapshot: "Snapshot") -> Iterator[Event]:
        if snapshot.thinking.startswith(self._thinking) and snapshot.thinking != self._thinking:
            yield Thought(snapshot.thinking[len(self._thinking) :])
            self._thinking = snapshot.thinking
        if snapshot.text != self._text:
            begun = snapshot.text.startswith(self._text)
            if begun:
                yield Token(snapshot.text[len(self._text) :])
            elif snapshot.answer is None:  # else what was streamed is replaced by it
                yield Revised(snapshot.text)
            self._text = snapshot.text
        yield from snapshot.notices[self._notices :]
        self._notices = len(snapshot.notices)
