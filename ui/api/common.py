"""What the routes of the API share: the service, who asks, and the forms of requests and replies that recur."""

from dataclasses import replace
from importlib import metadata
from typing import Annotated, Any, Literal
from urllib.parse import unquote

from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from kb.errors import KBError, UsageError
from kb.people.names import folded
from kb.schema import AnswerKind, AnswerOutcome, Citation, Claim, Message, Principal, Scope, Usage
from ui.api.permissions import visitor_of
from ui.service.runtime import Service

try:
    VERSION = metadata.version("private-kb")
except metadata.PackageNotFoundError:  # run from a folder that was not installed
    VERSION = "0"

_LONGEST_NAME = 64
_NAME_LENGTH = 100
_MOST_NAMES = 64
MOST_MESSAGES = 1000  # of a history

Glob = Annotated[str, Field(max_length=512)]
Name = Annotated[str, Field(max_length=4096)]


class NotFound(KBError):
    """Something of that name is not there."""


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def asker_of(request: Request) -> Principal:
    """Who asks. With the home's token that is the owner, who may say by which name; it is for the audit trail."""
    visitor = visitor_of(request)
    if not visitor.has_home_token:
        return visitor.asker
    name = unquote(request.headers.get("x-kb-user", ""), errors="replace") or visitor.asker.name
    if not name.isprintable() or len(name) > _LONGEST_NAME:
        raise UsageError("request.user_header", most=_LONGEST_NAME)
    return replace(visitor.asker, name=_told_apart(_service(request), name))


def _told_apart(service: Service, name: str) -> str:
    """The owner's own name where there is an account of that name: its colon is in no account's."""
    return f"local:{name}" if service.people.get(folded(name)) else name


def client_of(request: Request) -> str:
    """Whose turn it is in the queue: answers are shared out fairly between people, and between the owner's clients."""
    visitor = visitor_of(request)
    person = visitor.session.person if visitor.session else "" if visitor.has_home_token else visitor.asker.name
    return f"person {person}" if person else _header(request, "x-kb-client") or "api"


def _header(request: Request, name: str) -> str:
    """A header's text; percent-encoded where it is not ASCII."""
    text = unquote(request.headers.get(name, ""), errors="replace")
    return "".join(c for c in text if c.isprintable()).strip()[:_NAME_LENGTH]


ServiceHere = Annotated[Service, Depends(_service)]
Asker = Annotated[Principal, Depends(asker_of)]
Client = Annotated[str, Depends(client_of)]
CollectionQuery = Annotated[str | None, Query(description="Needed where the path stands in several collections.")]
PathQuery = Annotated[str, Query(description="The document's path within its collection.")]


class Body(BaseModel):
    """A request. A field that does not exist is an error, not ignored."""

    model_config = ConfigDict(extra="forbid")


class ScopeForm(Body):
    """Which documents to look into; an empty part does not limit."""

    paths: list[Glob] = Field(
        [], max_length=_MOST_NAMES, description="globs over the path, or over COLLECTION/PATH; `*` crosses folders"
    )
    collections: list[Name] = Field([], max_length=1000)
    types: list[Glob] = Field([], max_length=_MOST_NAMES, description="suffixes without the dot: pdf")
    since: str = Field("", description="ISO date; ingested on that day of the service's machine or later")
    until: str = Field("", description="ISO date; ingested on that day of the service's machine or earlier")
    tags: list[Glob] = Field([], max_length=_MOST_NAMES, description="of which a document has one")

    def scope(self) -> Scope:
        return Scope(
            tuple(self.paths), tuple(self.collections), tuple(self.types), self.since, self.until, tuple(self.tags)
        )


Addressed = Annotated[bool, Field(description="whether `@document` and `#collection` in the question are its scope")]


class MessageForm(Body):
    """One turn of the conversation so far."""

    role: Literal["user", "assistant"]
    content: str

    def message(self) -> Message:
        return Message(self.role, self.content)


class ErrorDetail(BaseModel):
    """`kind` is a stable word; `message` says in English what failed, on what, and what to do. `code` is that message,
    whatever it names, and `values` are what it names; a value may be such an object itself."""

    kind: str
    message: str
    code: str
    values: dict[str, Any]


class ErrorForm(BaseModel):
    """What comes with every status of 400 and more."""

    error: ErrorDetail


class NoticeForm(BaseModel):
    """Something the reader must know about how an answer came about: `kind` and `code` are stable words."""

    kind: str
    text: str
    code: str
    values: dict[str, Any]


class PassageForm(BaseModel):
    """A passage; `start` and `end` count code points into the document's stored text."""

    rank: int
    collection: str
    document: str
    version: int
    page: int | None
    start: int
    end: int
    text: str
    section: str
    header: str
    title: str
    score: float
    language: Literal["zh", "en"] | None = None


class TermDocument(BaseModel):
    """A document that a term was taken from."""

    collection: str
    document: str


class TermForm(BaseModel):
    """An entry of the glossary that the question holds: by its other forms the documents were searched, too."""

    term: str
    forms: list[str]
    definition: str
    documents: list[TermDocument]


class AnswerForm(BaseModel):
    """A checked answer."""

    question: str
    searched: str
    answer: str
    thinking: str
    refused: bool
    outcome: AnswerOutcome = "answered"
    answerable: float | None = None
    kind: AnswerKind = "fact"
    language: Literal["zh", "en"]
    claims: list[Claim]
    citations: list[Citation]
    passages: list[PassageForm]
    notices: list[NoticeForm]
    engine: str
    model: str
    seconds: float
    first_word_seconds: float | None
    usage: Usage | None = None
    terms: list[TermForm] = []


class DoneForm(BaseModel):
    """It was done."""

    done: bool = True


EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "With `stream`: events, one JSON object a line",
        "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
    }
}
