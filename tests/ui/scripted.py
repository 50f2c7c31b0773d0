"""A knowledge base that answers from a script: for what cannot be provoked from a real model at a chosen moment."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from kb.access.rules import DEFAULT, EVERYONE, Place
from kb.config import Settings
from kb.errors import DocumentNotFound, UsageError
from kb.glossary.glossary import Glossary
from kb.schema import (
    DEFAULT_OPTIONS,
    Answer,
    AskOptions,
    Citation,
    Claim,
    Document,
    Done,
    Event,
    Heading,
    Message,
    Notice,
    PageSpan,
    Passage,
    PlannedDeletion,
    Principal,
    Retrieved,
    StoredText,
    Target,
    Thought,
    Token,
)
from kb.store.catalog import Catalog
from kb.store.conversations import ConversationStore
from kb.usage.counting import Counting
from tests.kb.storage import version

HANDBOOK = (
    "# Staff handbook\n\nWelcome to Lantern Works.\n\n## Leave\n\nEvery employee has 25 days of paid leave a year. "
    "Leave is requested in the portal two weeks ahead.\n\n## Travel\n\nHotels are paid up to 180 euros a night. "
    "Receipts are handed in within 30 days.\n"
)
LONG = 120  # seconds
QUOTE = "Every employee has 25 days of paid leave a year."
THOUGHTS = tuple(f"{word} " for word in "The question is about leave . Passage 1 names the number of days .".split())
ENDLESS = "| 25 days | [1] | <b>of leave</b> |\n"
HOSTILE = (
    'Look: ![x](http://outside.example/a.png) <img src="http://outside.example/b.png"> '
    "[here](http://outside.example/c) "
    "<iframe src='http://outside.example/d'></iframe> javascript:alert(1) http://outside.example/e :material/delete: "
    ":red[alarm] $\\int x$ :smile: &lt;script&gt;"
)


@dataclass
class ScriptedModel:
    engine: str = "embedded"
    name: str = "scripted-1b"
    context_tokens: int = 4096
    think_budget: int = 64

    def count_tokens(self, text: str) -> int:
        return len(text) // 3


@dataclass
class ScriptedKB:
    """Answers every question about leave, refuses "off topic", fails on "crash". `gate` holds it back when cleared."""

    folder: Path
    settings: Settings = field(default_factory=Settings)
    pause: float = 0.0
    texts: dict[str, str] = field(default_factory=lambda: {"handbook.md": HANDBOOK})
    histories: list[Sequence[Message]] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    thoughts: Sequence[str] = THOUGHTS
    warm: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.home = SimpleNamespace(path=self.folder)
        self.catalog = Catalog(self.folder / "catalog.db")
        for path, text in self.texts.items():
            self.catalog.publish(self.catalog.add_versions([version(path, text, collection="staff")]))
        self.catalog.set_readers("owner", DEFAULT, [EVERYONE])
        self.glossary = Glossary(self.catalog)
        self.deletion = SimpleNamespace(forgetting=[])
        self.usage = Counting(self.catalog, self.settings.usage)
        self.model = ScriptedModel()
        self.gate = threading.Event()
        self.gate.set()
        self.warm.set()

    def warm_up(self) -> None:
        self.warm.wait(30)

    def set_aside(self, asker: Principal) -> list[tuple[Document, int]]:
        return []  # no passage of it was ever edited

    def use_model(self, engine: str | None = None, model: str | None = None) -> None:
        self.model = ScriptedModel(engine or "embedded", model or "scripted-1b")

    def documents(self, asker: Principal, collection: str | None = None) -> list[Document]:
        assert asker.name
        made: dict[str, Any] = {"sha256": "0" * 64, "quality": 1.0, "ingested_at": "2026-11-25T10:00:00Z"}
        listed = [
            Document(
                "staff",
                path,
                "Staff handbook",
                "text/markdown",
                "added",
                "",
                1,
                size=len(text),
                pages=None,
                chunks=3,
                **made,
            )
            for path, text in self.texts.items()
        ]
        broken = Document(
            "staff",
            "scan.pdf",
            "",
            "application/pdf",
            "failed",
            "The PDF is a scan without text.",
            1,
            size=9,
            pages=None,
            chunks=0,
            **made,
        )
        return [*listed, broken]

    def stored_text(
        self,
        asker: Principal,
        collection: str | None,
        path: str,
        version: int | None = None,
    ) -> StoredText:
        if path not in self.texts:
            raise DocumentNotFound(f"There is no document {path!r}.")
        text = self.texts[path]
        return StoredText(
            "staff",
            path,
            version or 1,
            "Staff handbook",
            "text/markdown",
            "0" * 64,
            text,
            (PageSpan(1, 0, len(text)),),
        )

    def original_of(self, stored: StoredText) -> Path:
        raise DocumentNotFound("No original was kept.")

    def headings(self, stored: StoredText) -> tuple[Heading, ...]:
        return ()

    def section_at(self, stored: StoredText, offset: int) -> None:
        return None

    def planned_deletions(self, asker: Principal, targets: Sequence[Target]) -> list[PlannedDeletion]:
        names = [self.catalog.name_of(t) if isinstance(t, int) else (t[0] or "staff", t[1]) for t in targets]
        ids = [self.catalog.find_document(asker, path, collection)[0] for collection, path in names]
        return [PlannedDeletion(collection, path, id=id) for (collection, path), id in zip(names, ids, strict=True)]

    def delete_documents(self, asker: Principal, targets: Sequence[Target]) -> list[PlannedDeletion]:
        doomed = self.planned_deletions(asker, targets)
        self.catalog.delete_documents([each.id for each in doomed], asker.name)
        for each in doomed:
            self.texts.pop(each.path)
            self.deleted.append(each.path)
            ConversationStore(self.catalog).forget_document(each.collection, each.path)
        return doomed

    def set_readers(self, asker: Principal, place: Place, readers: Iterable[str] | None, _seen: object = None) -> int:
        return self.catalog.set_readers(asker.name, place, readers)

    def record_settings(self, by: str = "local") -> None:
        """Nothing is recorded: there is no trail."""

    def ask(
        self,
        question: str,
        asker: Principal,
        options: AskOptions = DEFAULT_OPTIONS,
        *,
        history: Sequence[Message] = (),
    ) -> Iterator[Event]:
        if len(question) > 8_000:
            raise UsageError(f"The question has {len(question):,} characters; the limit is 8,000. Shorten it.")
        self.histories.append(history)
        return self._events(question, options, self.passages(question), rewritten=bool(history))

    def chat(
        self,
        message: str,
        options: AskOptions = DEFAULT_OPTIONS,
        *,
        history: Sequence[Message] = (),
    ) -> Iterator[Event]:
        self.histories.append(history)
        return self._events(message, options, ())

    def passages(self, question: str) -> tuple[Passage, ...]:
        start = HANDBOOK.index(QUOTE)
        shape: dict[str, Any] = {
            "chunk_id": 1, "collection": "staff", "version": 1, "page": 1, "section": "Staff handbook > Leave",
            "header": "", "title": "Staff handbook",
        }  # fmt: skip
        end = start + len(QUOTE)
        return (
            Passage(
                1,
                document="handbook.md",
                start=start,
                end=end,
                text=QUOTE,
                score=0.91,
                **shape,
            ),
            Passage(
                2,
                document="handbook.md",
                start=end + 1,
                end=end + 54,
                text=HANDBOOK[end + 1 : end + 54],
                score=0.52,
                **shape,
            ),
        )

    def _events(
        self, question: str, options: AskOptions, passages: tuple[Passage, ...], rewritten: bool = False
    ) -> Iterator[Event]:
        stop = options.stop or threading.Event()
        if rewritten:
            options.take_turn()
        if passages:
            yield Retrieved(passages, question)
        if "off topic" in question:
            yield Done(
                self._answer(
                    question,
                    "Nothing in the documents is about this.",
                    passages,
                    refused=True,
                )
            )
            return
        options.take_turn()
        self._wait(stop)
        if "silent" in question and stop.wait(LONG):  # until the reader stops it: no word comes
            return
        if "crash" in question:
            raise RuntimeError("a secret detail")
        for thought in self.thoughts:
            if stop.wait(self.pause):
                return
            yield Thought(thought)
        self._wait(stop)
        if "endless" in question:
            yield from self._endless(stop)
            return
        text = self._text(question)
        for at in range(0, len(text), 8):
            if stop.wait(self.pause):
                return
            yield Token(text[at : at + 8])
            if "hesitant" in question and stop.wait(LONG):  # one piece, then nothing until it is stopped
                return
        yield Notice("think_budget", "The reasoning reached its budget and was closed.")
        yield Done(self._answer(question, text, passages))

    def _endless(self, stop: threading.Event) -> Iterator[Event]:
        yield Token("| a | b | c |\n|---|---|---|\n" + 2_000 * ENDLESS)
        while not stop.wait(0.02):
            yield Token(ENDLESS)

    def _wait(self, stop: threading.Event) -> None:
        while not self.gate.wait(0.02):
            if stop.is_set():
                return

    def _text(self, question: str) -> str:
        if "hostile" in question:
            return HOSTILE
        return "- Every employee has **25 days** of paid leave a year [1].\n- The office dog is called Bruno [2].\n"

    def _answer(
        self,
        question: str,
        text: str,
        passages: tuple[Passage, ...],
        refused: bool = False,
    ) -> Answer:
        claims: tuple[Claim, ...] = ()
        citations: tuple[Citation, ...] = ()
        if passages and not refused and "hostile" not in question:
            cut = text.index("\n") + 1
            claims = (Claim(0, cut, True, (1,)), Claim(cut, len(text), False, (2,)))
            citations = tuple(
                Citation(
                    p.rank,
                    p.collection,
                    p.document,
                    1,
                    p.page,
                    p.start,
                    p.end,
                    p.text,
                    p.rank == 1,
                    p.rank - 1,
                )
                for p in passages
            )
        thinking = "" if refused else "The question is about leave. Passage 1 names the number of days."
        return Answer(
            question, question, text, thinking, refused, "en", claims, citations, passages, (), self.model.engine,
            self.model.name, 1.5, 0.2,
        )  # fmt: skip
