"""The terminal: passages, reasoning and answers as people read them there."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kb.errors import KBError, ModelError, UsageError
from kb.schema import (
    Answer,
    Done,
    Event,
    Failed,
    Message,
    Notice,
    Passage,
    Retrieval,
    Retrieved,
    Revised,
    Thought,
    Token,
)
from ui import console

if TYPE_CHECKING:
    from kb.assistant import KnowledgeBase
    from ui.client import RemoteKnowledgeBase

_DIM, _BOLD, _PLAIN = "\033[2m", "\033[1m", "\033[0m"


def print_retrieval(found: Retrieval) -> None:
    """The passages of a search, best first."""
    for passage in found.passages:
        print(f"{_style(_BOLD)}[{passage.rank}] {_place(passage)}{_style(_PLAIN)}  {passage.score:.3f}")
        print("    " + " ".join(console.printable(passage.text).split())[:300])
    if not found.enough_evidence:
        print("The evidence is weak: `kb ask` would refuse this question.")


def print_events(events: Iterator[Event]) -> Answer:
    """An answer as it comes; at the end the checked answer with its sources. Raises ModelError where it failed."""
    state = ""
    for event in events:
        if isinstance(event, Retrieved):
            console.say(f"{len(event.passages)} passages found")
        elif isinstance(event, Thought | Token):
            state = _switch(state, type(event).__name__)
            _write(event.text)
        elif isinstance(event, Revised):
            state = _switch(state, "")
            _write(event.text)
        elif isinstance(event, Notice):
            state = _switch(state, "")
            console.say(f"note: {event.text}")
        elif isinstance(event, Failed):
            _switch(state, "")
            raise ModelError(event.error)
        elif isinstance(event, Done):
            _switch(state, "")
            _print_answer(event.answer)
            return event.answer
    raise ModelError("The answer ended without a result.")


def interactive_chat(kb: "KnowledgeBase | RemoteKnowledgeBase", think_budget: int | None) -> None:
    """A chat without documents, until an empty line at its end (Ctrl-D) or /bye."""
    model = kb.model
    console.say(f"{model.name} ({model.engine}). /bye or Ctrl-D ends the chat; Ctrl-C stops an answer.")
    history: list[Message] = []
    while True:
        try:
            message = input("> ")
        except EOFError:
            print()
            return
        if message.strip() in ("/bye", "/exit", "/quit"):
            return
        with console.interruptible() as stop:
            try:
                events = kb.chat(message, history=history, think_budget=think_budget, stop=stop)
                answer = print_events(events)
            except (UsageError, ModelError) as error:
                console.say(f"error: {error}")
                continue
            except KBError:
                raise
        history += [Message("user", message), Message("assistant", answer.text)]


def _print_answer(answer: Answer) -> None:
    print()
    print(console.printable(answer.text))
    unsupported = [answer.text[c.start : c.end] for c in answer.claims if not c.supported]
    for claim in unsupported:
        print(f"  (unverified) {console.printable(claim)}")
    for citation in answer.citations:
        page = f", p. {citation.page}" if citation.page else ""
        mark = "" if citation.supported else " (does not support the claim)"
        source = f"[{citation.marker}] {console.printable(citation.document)}{page}{mark}: {_one_line(citation.quote)}"
        print(f"{_style(_DIM)}{source}{_style(_PLAIN)}")
    for notice in answer.notices:
        console.say(f"note: {notice.text}")
    console.say(f"{answer.model or 'no model called'} {answer.engine} {answer.seconds:.1f} s")


def _switch(before: str, after: str) -> str:
    """Begin another kind of output: reasoning is dim, each kind starts on a line of its own."""
    if before != after:
        if before:
            _write(_style(_PLAIN) + "\n")
        if after == "Thought":
            _write(_style(_DIM))
    return after


def _write(text: str) -> None:
    sys.stdout.write(text if text.startswith("\033") else console.printable(text))
    sys.stdout.flush()


def _place(passage: Passage) -> str:
    page = f", p. {passage.page}" if passage.page else ""
    section = f" > {passage.section}" if passage.section else ""
    return console.printable(f"{passage.document}{page}{section}")


def _one_line(text: str) -> str:
    return console.printable(" ".join(text.split()))[:240]


def _style(code: str) -> str:
    return code if sys.stdout.isatty() else ""
