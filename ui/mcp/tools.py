"""The tools: search, ask, read_document and list_documents. None of them changes anything."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from mcp import types
from pydantic import BaseModel

from kb.answering.answer_builder import checked
from kb.errors import ModelError, UsageError
from kb.language.language import language_of
from kb.schema import (
    Answer,
    AskOptions,
    Document,
    Done,
    Event,
    Failed,
    Language,
    Notice,
    Principal,
    Progress,
    Retrieved,
    Thought,
    Token,
)
from kb.store.document_queries import DocumentQuery, select
from ui.mcp import forms
from ui.mcp.addresses import uri_of
from ui.mcp.library import Library, text_for_agents
from ui.service.addresses import source_address
from ui.service.fair_queue import Queued
from ui.words.text import Text


@dataclass(frozen=True, slots=True)
class Call:
    """Where one call of a tool reads from, for whom, and whom it tells how far it is."""

    library: Library
    asker: Principal
    origin: str | None  # of the page; None where none is served
    report: Callable[[str], None]
    stop: threading.Event

    def address(self, place: Any) -> str | None:
        """Where a browser shows a passage or a citation."""
        if self.origin is None:
            return None
        return source_address(
            self.origin, place.collection, place.document, place.version, place.page, place.start, place.end
        )


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: `run` gives the data, and the same as text."""

    name: str
    title: str
    description: str
    given: type[BaseModel]
    gives: type[BaseModel]
    run: Callable[[Call, Any], tuple[BaseModel, str]]

    def described(self) -> types.Tool:
        """The tool as clients are told of it."""
        return types.Tool(
            name=self.name,
            title=self.title,
            description=self.description,
            input_schema=self.given.model_json_schema(),
            output_schema=self.gives.model_json_schema(mode="serialization"),
            annotations=types.ToolAnnotations(
                title=self.title, read_only_hint=True, destructive_hint=False, idempotent_hint=True,
                open_world_hint=False,
            ),
        )  # fmt: skip


def search(call: Call, given: forms.SearchGiven) -> tuple[BaseModel, str]:
    """The passages for a question."""
    found = call.library.search(checked(given.question), call.asker, given.limit, given.scope())
    passages = [
        forms.Passage(
            rank=each.rank, collection=each.collection, document=each.document, title=each.title, section=each.section,
            page=each.page, start=each.start, end=each.end, text=each.text,
            uri=uri_of(each.collection, each.document), address=call.address(each),
        )
        for each in found.passages
    ]  # fmt: skip
    result = forms.SearchResult(passages=passages, enough_evidence=found.enough_evidence, notices=_notes(found.notices))
    said = [f"[{each.rank}] {_place(each)}\n{each.text}" for each in found.passages]
    return result, "\n\n".join([*said, *(notice.text for notice in found.notices)]) or "No passage was found."


def ask(call: Call, given: forms.AskGiven) -> tuple[BaseModel, str]:
    """A checked answer from the documents."""
    question = checked(given.question)
    options = AskOptions(given.scope(), given.think_budget, stop=call.stop)
    events = call.library.ask(question, call.asker, options)
    answer = _followed(events, language_of(question), call.report)
    sources = [
        forms.Source(
            marker=each.marker, collection=each.collection, document=each.document, page=each.page, start=each.start,
            end=each.end, quote=each.quote, supported=each.supported, uri=uri_of(each.collection, each.document),
            address=call.address(each),
        )
        for each in answer.citations
    ]  # fmt: skip
    result = forms.Answered(
        answer=answer.text, outcome=answer.outcome, language=answer.language, citations=sources,
        notices=_notes(answer.notices),
    )  # fmt: skip
    said = dict.fromkeys(f'[{each.marker}] {_place(each)}: "{each.quote}"' for each in answer.citations)
    notes = [notice.text for notice in answer.notices]
    return result, "\n\n".join(filter(None, (answer.text, "\n".join(said), "\n".join(notes))))


def read_document(call: Call, given: forms.ReadGiven) -> tuple[BaseModel, str]:
    """A part of a document's text."""
    stored = text_for_agents(call.library, call.asker, given.collection, given.document)
    first, last = 0, len(stored.text)
    if given.page is not None:
        page = next((each for each in stored.pages if each.number == given.page), None)
        if page is None:
            raise UsageError("document.no_page", path=stored.path, page=given.page, pages=len(stored.pages))
        first, last = page.start, page.end
    start = first if given.start is None else given.start
    if not first <= start <= last:
        raise UsageError("document.start_outside", start=start, first=first, last=last)
    end = min(last, start + (given.length or forms.MOST_CHARACTERS))
    part = forms.Part(
        collection=stored.collection, document=stored.path, title=stored.title, version=stored.version,
        page=given.page, pages=len(stored.pages), start=start, end=end, total=len(stored.text),
        next_start=end if end < last else None, text=stored.text[start:end],
    )  # fmt: skip
    more = "" if part.next_start is None else f"\n\n(It goes on: start = {end}.)"
    return part, f"{part.text}{more}"


def list_documents(call: Call, given: forms.ListGiven) -> tuple[BaseModel, str]:
    """The documents that can be asked about."""
    offset, limit = given.offset or 0, given.limit or forms.MOST_LISTED
    wanted = DocumentQuery(
        given.search or "", tuple(given.collections or ()), statuses=("ready",), limit=limit, offset=offset,
        tags=tuple(given.tags or ()),
    )  # fmt: skip
    found = select(call.library.documents(call.asker), wanted)
    end = offset + len(found.documents)
    listing = forms.Listing(
        documents=[entry_of(each) for each in found.documents], total=found.total,
        next_offset=end if end < found.total else None,
    )  # fmt: skip
    said = [
        f"{each.collection}/{each.path}"
        + (f": {title}" if (title := each.shown_title or each.title) else "")
        + (f" [{', '.join(each.tags)}]" if each.tags else "")
        for each in found.documents
    ]
    more = [] if listing.next_offset is None else [f"({found.total} in all; the next have offset = {end}.)"]
    return listing, "\n".join([*said, *more]) or "No document was found."


def entry_of(document: Document) -> forms.Entry:
    """An entry of the list."""
    return forms.Entry(
        collection=document.collection, document=document.path, title=document.shown_title or document.title,
        media_type=document.media_type,
        pages=document.pages, size=document.size, ingested_at=document.ingested_at,
        tags=list(document.tags), uri=uri_of(document.collection, document.path),
    )  # fmt: skip


TOOLS = {
    tool.name: tool
    for tool in (
        Tool(
            "search", "Search the documents",
            "Find the passages of the user's own documents that fit a question best, with their exact places. Quick; "
            "no model is asked.",
            forms.SearchGiven, forms.SearchResult, search,
        ),
        Tool(
            "ask", "Ask the documents",
            "Ask a question that is answered from the user's own documents alone, by a model on this machine. Every "
            "sentence was checked against the words it cites. May take a minute; search is quicker.",
            forms.AskGiven, forms.Answered, ask,
        ),
        Tool(
            "read_document", "Read a document",
            "Read the text of one document, a part at a time: by page, or from character `start` on.",
            forms.ReadGiven, forms.Part, read_document,
        ),
        Tool(
            "list_documents", "List the documents",
            "List the documents that can be searched, a part at a time.",
            forms.ListGiven, forms.Listing, list_documents,
        ),
    )
}  # fmt: skip

_STAGES = {
    "queued": Text("排队中，前面还有 {n} 个回答", "waiting; {n} answers come first"),
    "reading": Text("正在阅读找到的段落", "reading the passages that were found"),
    "thinking": Text("正在思考", "thinking"),
    "answering": Text("正在回答", "answering"),
    "part": Text("正在阅读第 {n} 部分，共 {total} 部分", "reading part {n} of {total}"),
}


def _followed(events: Iterator[Event | Queued], language: Language, report: Callable[[str], None]) -> Answer:
    """The answer at the end of its events; each new stage is reported. Raises ModelError where it failed."""
    told = ""
    with closing(events) as following:  # type: ignore[type-var]
        for event in following:
            if isinstance(event, Done):
                return event.answer
            if isinstance(event, Failed):
                raise ModelError(event.error)
            stage = _event_text(event, language)
            if stage and stage != told:
                told = stage
                report(stage)
    raise ModelError("answer.without_result")


def _event_text(event: Event | Queued, language: Language) -> str:
    match event:
        case Queued(ahead) if ahead:
            key, values = "queued", {"n": ahead}
        case Retrieved():
            key, values = "reading", {}
        case Progress(number, total):
            key, values = "part", {"n": number, "total": total}
        case Thought():
            key, values = "thinking", {}
        case Token():
            key, values = "answering", {}
        case _:
            return ""
    text: str = getattr(_STAGES[key], language)
    return text.format(**values)


def _place(each: Any) -> str:
    page = "" if each.page is None else f", page {each.page}"
    return f"{each.collection}/{each.document}{page}"


def _notes(notices: tuple[Notice, ...]) -> list[forms.Note]:
    return [forms.Note(kind=notice.kind, text=notice.text) for notice in notices]
