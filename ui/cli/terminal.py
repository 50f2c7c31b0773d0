"""The terminal: passages, reasoning and answers as people read them there."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kb.errors import KBError, ModelError, UsageError
from kb.schema import (
    Answer,
    AskOptions,
    Done,
    Event,
    Failed,
    Message,
    Notice,
    Passage,
    Progress,
    Retrieval,
    Retrieved,
    Revised,
    Thought,
    Token,
)
from ui.cli import console

if TYPE_CHECKING:
    from kb.assistant import KnowledgeBase
    from ui.cli.client import RemoteKnowledgeBase

_NOTHING_SEARCHED = ("nothing_matches", "nothing_to_search")
_DIM, _BOLD, _PLAIN = "\033[2m", "\033[1m", "\033[0m"


def print_retrieval(found: Retrieval) -> None:
    """The passages of a search, best first."""
    for passage in found.passages:
        print(f"{_style(_BOLD)}[{passage.rank}] {_place(passage)}{_style(_PLAIN)}  {passage.score:.3f}")
        print("    " + " ".join(console.printable(passage.text).split())[:300])
    for notice in found.notices:
        print(console.printable(console.localized(notice.text)))
    if found.passages and not found.enough_evidence:
        print(console.t("cli_weak_evidence"))


def print_events(events: Iterator[Event]) -> Answer:
    """An answer: on a terminal as it comes, and then what was checked; elsewhere that alone. Raises ModelError where it
    failed."""
    stream = _Stream() if sys.stdout.isatty() else None
    try:
        answer, told = _followed(events, stream)
    finally:
        if stream is not None:
            stream.end()
    text = _text(answer)
    if stream is None or not stream.holds(text):
        print(console.printable(text))
    _print_sources(answer)
    for notice in answer.notices:
        if notice.text not in told and notice.text not in answer.text:
            console.say(_note(notice))
    model = answer.model or console.t("cli_no_model_called")
    console.say(f"{model} {answer.engine} {console.t('cli_seconds', n=f'{answer.seconds:.1f}')}")
    return answer


def _text(answer: Answer) -> str:
    """The answer; a refusal, which is the product's own words, in the reader's language."""
    language = console.language()
    if not answer.refused or answer.language == language:
        return answer.text
    if any(notice.kind in _NOTHING_SEARCHED for notice in answer.notices):
        return "\n".join(console.localized(notice.text) for notice in answer.notices)
    from kb.answering.refusal import refusal

    return refusal(answer.searched, answer.passages, language)


def _followed(events: Iterator[Event], stream: "_Stream | None") -> tuple[Answer, set[str]]:
    """The answer at the end of the events, and the notices that were told on the way."""
    told: set[str] = set()
    for event in events:
        if stream is not None:
            stream.take(event)
        if isinstance(event, Retrieved):
            console.say(console.count("cli_passages_found", len(event.passages)))
        elif isinstance(event, Progress):
            left = console.t("cli_seconds_left", n=f"{event.seconds_left:.0f}") if event.seconds_left else ""
            part = _one_line(event.part)[:80]
            console.say(console.t("cli_reading", number=event.number, total=event.total, left=left, part=part))
        elif isinstance(event, Notice):
            console.say(_note(event))
            told.add(event.text)
        elif isinstance(event, Failed):
            raise ModelError(event.error)
        elif isinstance(event, Done):
            return event.answer, told
    raise ModelError("answer.without_result")


class _Stream:
    """What a terminal shows while an answer is written. Dim is what is no answer yet: reasoning, and what is still to
    be checked against documents."""

    def __init__(self) -> None:
        self._kind = ""
        self._checked_later = False
        self._written: list[str] = []  # of the answer

    def take(self, event: Event) -> None:
        """Show a piece; any other event begins a line of its own."""
        if isinstance(event, Thought):
            self._begin("reasoning", dim=True)
            _write(event.text)
        elif isinstance(event, Token):
            self._begin("answer", dim=self._checked_later)
            _write(event.text)
            self._written.append(event.text)
        else:
            self._checked_later |= isinstance(event, Retrieved)
            self._begin("")
            if isinstance(event, Revised):  # what stands there does not hold any more
                self._written.clear()

    def end(self) -> None:
        """Go back to the plain type, on a line of its own."""
        self._begin("")

    def holds(self, text: str) -> bool:
        """Whether the answer that stands there is this text."""
        return "".join(self._written).strip() == text.strip()

    def _begin(self, kind: str, dim: bool = False) -> None:
        if kind == self._kind:
            return
        if self._kind:
            sys.stdout.write(f"{_PLAIN}\n\n")
        if dim:
            sys.stdout.write(_DIM)
        self._kind = kind


def interactive_chat(kb: "KnowledgeBase | RemoteKnowledgeBase", think_budget: int | None) -> None:
    """A chat without documents, until an empty line at its end (Ctrl-D) or /bye."""
    model = kb.model
    console.say(console.t("cli_chat_begins", model=model.name, engine=model.engine))
    history: list[Message] = []
    while True:
        try:
            message = input(_prompt())
        except EOFError:
            console.say("")
            return
        if message.strip() in ("/bye", "/exit", "/quit"):
            return
        with console.interruptible() as stop:
            try:
                events = kb.chat(message, AskOptions(think_budget=think_budget, stop=stop), history=history)
                answer = print_events(events)
            except (UsageError, ModelError) as error:
                console.say(console.error_line(error))
                continue
            except KBError:
                raise
        history += [Message("user", message), Message("assistant", answer.text)]


def _print_sources(answer: Answer) -> None:
    """Which sentences are not verified, and the citations."""
    for claim in answer.claims:
        if not claim.supported:
            state = console.t(f"cli_claim_{claim.state or 'not_found'}")
            print(f"  ({state}) {console.printable(answer.text[claim.start : claim.end])}")
    for citation in answer.citations:
        page = console.t("cli_page", n=citation.page) if citation.page else ""
        mark = "" if citation.supported else console.t("cli_no_support")
        source = f"[{citation.marker}] {console.printable(citation.document)}{page}{mark}: {_one_line(citation.quote)}"
        print(f"{_style(_DIM)}{source}{_style(_PLAIN)}")
    sys.stdout.flush()


def _note(notice: Notice) -> str:
    return console.t("cli_note", words=console.localized(notice.text))


def _prompt() -> str:
    """What asks for the next message: nothing where nobody types, and never among answers that go elsewhere."""
    if sys.stdin.isatty() and not sys.stdout.isatty():
        print("> ", end="", file=sys.stderr, flush=True)
        return ""
    return "> " if sys.stdin.isatty() else ""


def _write(text: str) -> None:
    sys.stdout.write(console.printable(text))
    sys.stdout.flush()


def _place(passage: Passage) -> str:
    page = console.t("cli_page", n=passage.page) if passage.page else ""
    section = f" > {passage.section}" if passage.section else ""
    return console.printable(f"{passage.document}{page}{section}")


def _one_line(text: str) -> str:
    return console.printable(" ".join(text.split()))[:240]


def _style(code: str) -> str:
    return code if sys.stdout.isatty() else ""
