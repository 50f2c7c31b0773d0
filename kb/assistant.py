"""The knowledge base: the one place where a question becomes an answer."""

import json
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb import prompts
from kb.catalog import Catalog
from kb.citations import cite
from kb.config import Settings, default_home, load_settings
from kb.embedding import Embedder, open_embedder
from kb.errors import ContextOverflow, DocumentNotFound, EmptyAnswer, KBError, ModelError, RefusedByPolicy, UsageError
from kb.home import Home
from kb.indexes import Indexes
from kb.retrieval import Retriever
from kb.schema import (
    Answer,
    Chunk,
    Document,
    Done,
    Event,
    Failed,
    Language,
    Message,
    Notice,
    Passage,
    Principal,
    Retrieval,
    Retrieved,
    Revised,
    StoredText,
    Thought,
    Token,
)
from kb.text import language_of

if TYPE_CHECKING:
    from kb.llm import Model

LONGEST_QUESTION = 8_000  # characters
_CHOICE = "model"  # the property that keeps what `choose_model` chose


class KnowledgeBase:
    """An open home. Safe to use from several threads of the process that owns it."""

    def __init__(self, home: Home, settings: Settings) -> None:
        self.home = home
        self.settings = settings
        self.catalog = Catalog(home.catalog)
        self.embedder: Embedder = open_embedder(settings.embedding)
        self.indexes = Indexes(self.catalog, home.chroma, self.embedder)
        self._retriever = Retriever(self.catalog, self.indexes, self.embedder, settings.retrieval)
        self._model: Model | None = None
        self._choice = _stored_choice(self.catalog)
        self._model_lock = threading.Lock()

    @classmethod
    def open(cls, home: Path | None = None, settings: Settings | None = None) -> "KnowledgeBase":
        """Open a home, creating it where there is none. Raises HomeInUse, HomeTooNew, WeightsMissing, ConfigError."""
        settings = settings or load_settings()
        place = Home(home or default_home())
        try:
            return cls(place, settings)
        except BaseException:
            place.close()
            raise

    def close(self) -> None:
        """Close everything and give the home up."""
        if self._model is not None:
            self._model.close()
            self._model = None
        self.indexes.close()
        self.catalog.close()
        self.home.close()

    def __enter__(self) -> "KnowledgeBase":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- the model

    @property
    def model(self) -> "Model":
        """The language model in use, opened at first need."""
        with self._model_lock:
            if self._model is None:
                from kb.llm import open_model

                self._model = open_model(self.settings.llm, *self._choice)
            return self._model

    def use_model(self, engine: str | None = None, model: str | None = None) -> None:
        """Change engine and model for the questions to come. Changes nothing where ModelError is raised."""
        from kb.llm import open_model

        chosen = open_model(self.settings.llm, engine, model)
        with self._model_lock:
            before, self._model = self._model, chosen
            self._choice = (engine, model)
        if before is not None:
            before.close()

    def choose_model(self, engine: str | None, model: str | None) -> None:
        """`use_model`, and remember it in this home; None and None go back to the settings."""
        self.use_model(engine, model)
        self.catalog.set_property(_CHOICE, json.dumps([engine, model]))

    def ignore_choice(self) -> None:
        """Take the model that the settings name, whatever was chosen for this home."""
        self._choice = (None, None)

    def warm_up(self) -> None:
        """Load the embedding model and the language model now."""
        self.embedder.warm_up()
        self.model.warm_up()

    # ---- finding and answering

    def search(self, question: str, asker: Principal, k: int | None = None, scope: Sequence[str] = ()) -> Retrieval:
        """Passages for a question. Raises UsageError for an empty or an endless one."""
        return self._retriever.retrieve(_checked(question), asker, k, scope)

    def ask(
        self,
        question: str,
        asker: Principal,
        *,
        history: Sequence[Message] = (),
        scope: Sequence[str] = (),
        think_budget: int | None = None,
        seed: int | None = None,
        temperature: float | None = None,
        stop: threading.Event | None = None,
    ) -> Iterator[Event]:
        """Answer from the documents the asker may read.

        Yields Retrieved, then Thought, Token, Notice and Revised, then Done or Failed. Raises UsageError at once
        for a question that cannot be asked.
        """
        question = _checked(question)
        options = _Options(think_budget, seed, temperature, stop)
        return self._ask(question, asker, history, scope, options)

    def _ask(
        self, question: str, asker: Principal, history: Sequence[Message], scope: Sequence[str], options: "_Options"
    ) -> Iterator[Event]:
        draft = _Draft(question, language_of(question))
        try:
            draft.searched = self._standalone(draft, history, options) if history else question
            found = self.search(draft.searched, asker, scope=scope)
            draft.passages = found.passages
            yield Retrieved(found.passages, draft.searched)
            if not found.enough_evidence:
                answer = draft.refused("weak_evidence", _WEAK[draft.language])
            else:
                yield from self._generate(draft, options)
                answer = yield from self._checked_answer(draft, options)
        except KBError as error:
            self._record(asker, "ask", draft, {"error": str(error)})
            yield Failed(str(error), "".join(draft.text), "".join(draft.thinking))
            return
        self._record(asker, "ask", draft, _evidence(answer))
        yield Done(answer)

    def answer(self, question: str, asker: Principal, **options: Any) -> Answer:
        """`ask()`, drained. Raises ModelError with the message of a Failed."""
        return drain(self.ask(question, asker, **options))

    def chat(
        self,
        message: str,
        *,
        history: Sequence[Message] = (),
        think_budget: int | None = None,
        seed: int | None = None,
        stop: threading.Event | None = None,
    ) -> Iterator[Event]:
        """The model without documents. The same events as `ask()`, without Retrieved and without claims."""
        draft = _Draft(_checked(message), language_of(message))
        options = _Options(think_budget, seed, None, stop)
        return self._chat(draft, history, options)

    def _chat(self, draft: "_Draft", history: Sequence[Message], options: "_Options") -> Iterator[Event]:
        try:
            yield from self._stream(draft, [*history, Message("user", draft.question)], options)
            if not "".join(draft.text).strip():
                raise EmptyAnswer("The model gave no answer. Ask again, or choose a larger model.")
            yield Done(draft.finished("".join(draft.text).strip()))
        except KBError as error:
            yield Failed(str(error), "".join(draft.text), "".join(draft.thinking))

    def _standalone(self, draft: "_Draft", history: Sequence[Message], options: "_Options") -> str:
        """The follow-up question made self-contained by the model; the question itself where that fails."""
        rewritten = self.model.complete(
            prompts.standalone(draft.question, history, draft.language), answer_tokens=96, stop=options.stop
        )
        line = next((line.strip() for line in rewritten.splitlines() if line.strip()), "")
        return line if line and len(line) <= 4 * len(draft.question) + 200 else draft.question

    def _generate(self, draft: "_Draft", options: "_Options", strict: bool = False) -> Iterator[Event]:
        """Let the model answer, with as many passages as its context holds."""
        shown = self._fitting(draft, options)
        while True:
            messages = prompts.answering(draft.searched, shown, draft.language, strict)
            try:
                yield from self._stream(draft, messages, options)
                break
            except ContextOverflow:
                if len(shown) <= 1:
                    raise
                shown = shown[:-1]
        if len(shown) < len(draft.passages) and not draft.has_notice("passages_left_out"):
            notice = Notice("passages_left_out", _LEFT_OUT[draft.language].format(len(shown), len(draft.passages)))
            draft.notices.append(notice)
            yield notice
        draft.shown = tuple(shown)

    def _fitting(self, draft: "_Draft", options: "_Options") -> Sequence[Passage]:
        """As many passages as the context holds."""
        model, llm = self.model, self.settings.llm
        thinking = model.think_budget if options.think_budget is None else options.think_budget
        room = model.context_tokens - llm.answer_tokens - thinking - 64
        shown: Sequence[Passage] = draft.passages
        while len(shown) > 1:
            messages = prompts.answering(draft.searched, shown, draft.language)
            if model.count_tokens("\n".join(m.thinking + m.content for m in messages)) <= room:
                break
            shown = shown[:-1]
        return shown

    def _stream(self, draft: "_Draft", messages: Sequence[Message], options: "_Options") -> Iterator[Event]:
        model = self.model
        draft.engine, draft.model = model.engine, model.name
        events = model.generate(
            messages,
            think_budget=options.think_budget,
            answer_tokens=self.settings.llm.answer_tokens,
            temperature=options.temperature,
            seed=options.seed,
            stop=options.stop,
        )
        for event in events:
            draft.take(event)
            yield event

    def _checked_answer(self, draft: "_Draft", options: "_Options") -> Generator[Event, None, Answer]:
        """What the model wrote, checked against the passages; a refusal where it found nothing. Returns the answer."""
        text = "".join(draft.text).strip()
        if not text:
            if options.stopped:
                raise ModelError(_STOPPED[draft.language])
            return draft.refused("empty_answer", _EMPTY[draft.language])
        if language_of(text) != draft.language and not prompts.says_only_not_found(text) and not options.stopped:
            yield draft.restart()
            yield from self._generate(draft, options, strict=True)
            text = "".join(draft.text).strip() or text
        cited = cite(
            text, draft.shown, draft.language, draft.searched, self.embedder.similarities, self.catalog.text_around
        )
        if prompts.says_only_not_found(text):
            return draft.refused("model_found_nothing", _FOUND_NOTHING[draft.language], text)
        if not cited.grounded and not options.stopped:
            return draft.refused("unsupported_answer", _UNSUPPORTED[draft.language], text)
        draft.notices += cited.notices
        if options.stopped:
            draft.notices.append(Notice("stopped", _STOPPED[draft.language]))
        return replace(draft.finished(cited.text), claims=cited.claims, citations=cited.citations)

    def _record(self, asker: Principal, action: str, draft: "_Draft", detail: dict[str, Any]) -> None:
        run = {"engine": draft.engine, "model": draft.model, "searched": draft.searched, "withheld": draft.withheld}
        self.catalog.audit(asker.name, action, draft.question, {**run, **detail})

    # ---- documents

    def documents(self, asker: Principal, collection: str | None = None) -> list[Document]:
        """The document list, as far as the asker may read it."""
        return self.catalog.documents(asker, collection)

    def stored_text(
        self, asker: Principal, collection: str | None, path: str, version: int | None = None
    ) -> StoredText:
        """The text of a document: the version that answers, or an earlier one. `collection` may be None."""
        document_id, _ = self.catalog.find_document(asker, path, collection)
        return self.catalog.stored_text(document_id, version)

    def chunks(self, asker: Principal, collection: str | None, path: str) -> list[Chunk]:
        """The chunks of a document, in reading order."""
        document_id, _ = self.catalog.find_document(asker, path, collection)
        return self.catalog.chunks(document_id)

    def original(self, asker: Principal, collection: str | None, path: str, version: int | None = None) -> Path:
        """The file as it was ingested. Raises DocumentNotFound where none was kept (a record of a bundle)."""
        stored = self.stored_text(asker, collection, path, version)
        file = self.home.original(stored.sha256)
        if not file.is_file():
            raise DocumentNotFound(f"No original file was kept for {path!r}: it is a record of a bundle.")
        return file

    def delete_document(self, asker: Principal, collection: str | None, path: str) -> None:
        """Delete a document with all its versions, vectors, words and originals. Only an unlimited asker may."""
        if not asker.unlimited:
            raise RefusedByPolicy(f"{asker.name} may not delete documents.")
        document_id, name = self.catalog.find_document(asker, path, collection)
        known = self.catalog.known(name)[path]
        self.remove(document_id, asker.name)
        if known.root == str(self.home.uploads):  # what was uploaded lives in the home, and goes with its document
            (self.home.uploads / known.source).unlink(missing_ok=True)

    def remove(self, document_id: int, asker: str) -> None:
        """Remove a document from the catalog and the indexes, and its originals where no other document needs them."""
        for sha256 in self.indexes.remove(document_id, asker):
            self.home.original(sha256).unlink(missing_ok=True)

    def repair(self) -> dict[str, int]:
        """Build the derived indexes again from the catalog, and drop originals that no version names."""
        repaired = self.indexes.repair(rebuild=True)
        named = self.catalog.content_hashes()
        unused = [file for file in self.home.originals.glob("*/*") if file.name not in named]
        for file in unused:
            file.unlink()
        return {
            "chunks": self.catalog.count_live(),
            "published": repaired.published,
            "originals_removed": len(unused),
        }


def _stored_choice(catalog: Catalog) -> tuple[str | None, str | None]:
    engine, model = json.loads(catalog.property(_CHOICE) or "[null, null]")
    return engine, model


def drain(events: Iterator[Event]) -> Answer:
    """The answer at the end of a stream of events. Raises ModelError with the message of a Failed."""
    for event in events:
        if isinstance(event, Done):
            return event.answer
        if isinstance(event, Failed):
            raise ModelError(event.error)
    raise ModelError("The answer ended without a result.")


@dataclass(frozen=True, slots=True)
class _Options:
    think_budget: int | None
    seed: int | None
    temperature: float | None
    stop: threading.Event | None

    @property
    def stopped(self) -> bool:
        return self.stop is not None and self.stop.is_set()


class _Draft:
    """An answer in the making."""

    def __init__(self, question: str, language: Language) -> None:
        self.question = self.searched = question
        self.language = language
        self.passages: tuple[Passage, ...] = ()
        self.shown: tuple[Passage, ...] = ()
        self.text: list[str] = []
        self.thinking: list[str] = []
        self.notices: list[Notice] = []
        self.engine = self.model = self.withheld = ""
        self._began = time.perf_counter()
        self._first_word: float | None = None

    def take(self, event: Event) -> None:
        """Keep what the model just gave."""
        if isinstance(event, Thought | Token) and self._first_word is None:
            self._first_word = time.perf_counter() - self._began
        if isinstance(event, Thought):
            self.thinking.append(event.text)
        elif isinstance(event, Token):
            self.text.append(event.text)
        elif isinstance(event, Revised):
            self.text = [event.text]
        elif isinstance(event, Notice):
            self.notices.append(event)

    def restart(self) -> Revised:
        """Forget what was written, for another try in the right language."""
        self.text, self.thinking = [], []
        return Revised("")

    def has_notice(self, kind: str) -> bool:
        return any(notice.kind == kind for notice in self.notices)

    def refused(self, kind: str, why: str, withheld: str = "") -> Answer:
        """A refusal that says why and names the nearest documents. The audit trail keeps what was withheld."""
        self.withheld = withheld
        self.notices.append(Notice(kind, why))
        return replace(self.finished(prompts.refusal(self.passages, self.language)), refused=True)

    def finished(self, text: str) -> Answer:
        return Answer(
            question=self.question, searched=self.searched, text=text, thinking="".join(self.thinking).strip(),
            refused=False, language=self.language, claims=(), citations=(), passages=self.passages,
            notices=tuple(self.notices), engine=self.engine, model=self.model,
            seconds=time.perf_counter() - self._began, first_word_seconds=self._first_word,
        )  # fmt: skip


def _checked(question: str) -> str:
    stripped = question.strip()
    if not stripped:
        raise UsageError("The question is empty. Write what you want to know.")
    if len(stripped) > LONGEST_QUESTION:
        raise UsageError(
            f"The question has {len(stripped):,} characters; at most {LONGEST_QUESTION:,} can be asked. "
            "Put a long text into a document and ask about it."
        )
    return stripped


def _evidence(answer: Answer) -> dict[str, Any]:
    """What the audit trail keeps of an answer."""
    return {
        "answer": answer.text,
        "refused": answer.refused,
        "citations": [asdict(citation) for citation in answer.citations],
        "passages": [[p.collection, p.document, p.version, p.page, p.start, p.end] for p in answer.passages],
        "notices": [notice.kind for notice in answer.notices],
    }


_WEAK = {
    "en": "No document is close enough to the question; the model was not asked.",
    "zh": "没有与问题足够接近的文档，未调用模型。",
}
_FOUND_NOTHING = {
    "en": "The model read the passages and found no answer in them.",
    "zh": "模型阅读了段落，没有找到答案。",
}
_UNSUPPORTED = {
    "en": "The model's answer was withheld: nothing in the documents supports it.",
    "zh": "模型的回答没有得到文档的任何支持，未予显示。",
}
_EMPTY = {"en": "The model gave no answer.", "zh": "模型没有给出答案。"}
_STOPPED = {"en": "Stopped.", "zh": "已停止。"}
_LEFT_OUT = {
    "en": "Only the first {} of {} passages fit into the model's context.",
    "zh": "模型的上下文只容得下 {1} 个段落中的前 {0} 个。",
}
