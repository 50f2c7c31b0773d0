"""The library: what the tools read from. An open home, a running service seen from outside, or the service itself."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from kb.errors import DocumentNotFound
from kb.language.language import language_of
from kb.messages.coded_text import text_in
from kb.people.permissions import check_permission
from kb.schema import (
    EVERYTHING,
    AskOptions,
    Document,
    Done,
    Event,
    Failed,
    Principal,
    Retrieval,
    Retrieved,
    Scope,
    StoredText,
    Thought,
    Token,
)
from ui.api.stream import INTERNAL
from ui.service.fair_queue import Queued

if TYPE_CHECKING:
    from ui.service.answer_task import Snapshot
    from ui.service.runtime import Service

_NEWS_SECONDS = 0.1  # how soon a stop is seen


class Library(Protocol):
    """The part of a knowledge base that agents use. Each call is limited to what `asker` may read."""

    def search(self, question: str, asker: Principal, k: int | None = None, scope: Scope = EVERYTHING) -> Retrieval:
        """Passages for a question."""

    def ask(self, question: str, asker: Principal, options: AskOptions) -> Iterator[Event | Queued]:
        """The events of an answer."""

    def documents(self, asker: Principal, collection: str | None = None) -> list[Document]:
        """The document list."""

    def stored_text(
        self, asker: Principal, collection: str | None, path: str, version: int | None = None
    ) -> StoredText:
        """The text of a document."""


def text_for_agents(library: Library, asker: Principal, collection: str | None, path: str) -> StoredText:
    """The text of a document, as an agent may be given it. Raises DocumentNotFound also for one in quarantine, which
    nobody's agent reads, though its editors do."""
    stored = library.stored_text(asker, collection, path)
    listed = library.documents(asker, stored.collection)
    if any(document.path == path and document.quarantined for document in listed):
        raise DocumentNotFound("document.quarantined", path=path)
    return stored


class ServiceLibrary:
    """The library of the service itself: answers wait in its queue, and end when it is stopped."""

    def __init__(self, service: "Service", client: str) -> None:
        self._service, self._client = service, client

    def search(self, question: str, asker: Principal, k: int | None = None, scope: Scope = EVERYTHING) -> Retrieval:
        """Passages for a question. Raises RefusedByPolicy, as all others here."""
        check_permission(asker, "search")
        self._service.rates.search(asker)
        found = self._service.kb.search(question, asker, k, scope)
        self._service.kb.usage.searched(asker, found)
        return found

    def documents(self, asker: Principal, collection: str | None = None) -> list[Document]:
        """The document list."""
        check_permission(asker, "search")
        return self._service.kb.documents(asker, collection)

    def stored_text(
        self, asker: Principal, collection: str | None, path: str, version: int | None = None
    ) -> StoredText:
        """The text of a document."""
        check_permission(asker, "search")
        return self._service.kb.stored_text(asker, collection, path, version)

    def ask(self, question: str, asker: Principal, options: AskOptions) -> Iterator[Event | Queued]:
        """What becomes of an answer, a stage at a time, then Done or Failed."""
        check_permission(asker, "ask")
        running = self._service.conversations.run("documents", question, options, client=self._client, asker=asker)
        revision = -1
        try:
            while not options.stopped:
                snapshot = running.wait(revision, _NEWS_SECONDS)
                if snapshot.revision == revision:
                    continue
                revision = snapshot.revision
                if snapshot.finished:
                    yield _end(snapshot, question)
                    return
                if (stage := _stage(snapshot)) is not None:
                    yield stage
        finally:
            running.stop()


def _stage(snapshot: "Snapshot") -> Event | Queued | None:
    """How far an answer is, as the event that led there."""
    match snapshot.state:
        case "queued":
            return Queued(snapshot.ahead)
        case "reading":
            return snapshot.progress or Retrieved(snapshot.passages or (), snapshot.searched)
        case "thinking":
            return Thought("")
        case "answering":
            return snapshot.progress or Token("")
    return None


def _end(snapshot: "Snapshot", question: str) -> Event:
    if snapshot.answer is not None:
        return Done(snapshot.answer)
    return Failed(
        (snapshot.error or INTERNAL) if snapshot.state == "failed" else text_in(language_of(question), "answer.stopped")
    )
