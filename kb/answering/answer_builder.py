"""An answer in the making: what was asked, found, thought and written, and what is said when it ends otherwise."""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from kb.answering import prompts
from kb.answering.editions import older_editions
from kb.answering.judgement import Readers
from kb.answering.product_help import Help
from kb.answering.refusal import refusal
from kb.answering.replacements import NOTHING_REPLACED, Replaced
from kb.checking.citations import CheckedAnswer, states_nothing, without_ticks, without_unconfirmed
from kb.checking.prompt_injection import without_orders
from kb.errors import ContextOverflow, KBError, UsageError
from kb.language.language import listed
from kb.language.script import is_written_in
from kb.messages.coded_text import text_in
from kb.schema import (
    Answer,
    AskOptions,
    Document,
    Event,
    Language,
    Notice,
    Passage,
    Retrieval,
    Revised,
    Term,
    Thought,
    Token,
    Usage,
)

if TYPE_CHECKING:
    from kb.models.embedding import EmbeddedQuestion
    from kb.models.llm import Model

LONGEST_QUESTION = 8_000  # characters


class Draft:
    """An answer in the making."""

    def __init__(self, question: str, language: Language) -> None:
        self.question = self.searched = question
        self.language = language
        self.stands_alone = False  # `searched` is the question made self-contained
        self.passages: tuple[Passage, ...] = ()
        self.replaced: Replaced = NOTHING_REPLACED  # documents found, that others replace
        self.prompt_passages: tuple[Passage, ...] = ()
        self.set_aside = 0  # passages that the model is not shown on purpose
        self.text: list[str] = []
        self.thinking: list[str] = []
        self.notices: list[Notice] = []
        self.engine = self.model = self.withheld = ""
        self.answerable: float | None = None
        self.uncertain = False
        self.usage: Usage | None = None
        self.curated = ""  # the id of the curated answer that is given
        self.embedded: dict[str, EmbeddedQuestion] = {}  # questions that were embedded for it
        self.terms: tuple[Term, ...] = ()  # of the glossary, that the question holds
        self.expanded_question = question  # what was searched, with the other forms of its terms
        self.prompt_terms: tuple[Term, ...] = ()  # those that the model is told: all, or none where there is no room
        self._began = time.perf_counter()
        self._first_word: float | None = None
        self._readers: tuple[Sequence[Passage], Readers] | None = None

    @property
    def is_sure(self) -> bool:
        """Whether the model is sure that what it was shown states the answer."""
        return self.answerable is not None and not self.uncertain

    def keep(self, found: Retrieval) -> None:
        """Keep what was found."""
        self.passages, self.terms = found.passages, found.terms
        self.prompt_terms, self.expanded_question = found.terms, found.widened or self.searched

    def readers(self, made: Callable[[], Readers]) -> Readers:
        """What reads answers from the passages that the model is shown, made once for these."""
        if self._readers is None or self._readers[0] != self.prompt_passages:
            self._readers = self.prompt_passages, made()
        return self._readers[1]

    def take(self, event: Event | Usage) -> None:
        """Keep what the model just gave."""
        if isinstance(event, Usage):
            before = self.usage or Usage(0, 0, 0)
            self.usage = Usage(
                before.prompt_tokens + event.prompt_tokens,
                before.completion_tokens + event.completion_tokens,
                before.reasoning_tokens + event.reasoning_tokens,
            )
            return
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

    def tell_less(self, overflow: ContextOverflow) -> None:
        """Tell the model less, since its context overflowed: first no terms, then fewer passages. Raises `overflow`
        where only one passage is left."""
        if self.prompt_terms:
            self.prompt_terms = ()
        elif len(self.prompt_passages) > 1:
            self.prompt_passages = self.prompt_passages[:-1]
        else:
            raise overflow

    def fit(self, model: "Model", room: int) -> None:
        """Show the model as many of the passages as `room` tokens hold. The terms of the glossary are told only beside
        all of them."""
        shown: Sequence[Passage] = [without_orders(passage) for passage in self.passages]
        while len(shown) > 1 or self.prompt_terms:
            messages = prompts.answering(self.searched, shown, self.language, terms=self.prompt_terms)
            if model.count_tokens("\n".join(m.thinking + m.content for m in messages)) <= room:
                break
            if self.prompt_terms:
                self.prompt_terms = ()
            else:
                shown = shown[:-1]
        self.prompt_passages = tuple(shown)

    def read_instead(self, passages: tuple[Passage, ...]) -> None:
        """Show the model these of the passages, and no others."""
        self.prompt_passages = passages
        self.set_aside = len(self.passages) - len(passages)

    def lacks_orders(self) -> bool:
        """Whether something was taken out of the passages that the model is shown."""
        found = {passage.rank: passage for passage in self.passages}
        return any(passage != found[passage.rank] for passage in self.prompt_passages)

    def wants_again(self, text: str) -> prompts.Again:
        """Why a model is asked once more: it answered in another language, with yes or no alone or the question again,
        or found nothing in passages that it was sure of when it judged them."""
        if prompts.says_only_not_found(text):
            return "reason" if self.is_sure else ""
        if text and not is_written_in(text, self.language):
            return "language"
        return "reason" if states_nothing(text) else ""

    def restart(self) -> Revised:
        """Forget what was written, for another try."""
        self.text, self.thinking = [], []
        return Revised("")

    def tell_once(self, kind: str, text: str) -> Iterator[Notice]:
        """Keep and give a notice, unless the reader was told already."""
        if all(notice.kind != kind for notice in self.notices):
            self.notices.append(Notice(kind, text))
            yield self.notices[-1]

    def tell_searched(self, found: Retrieval) -> Iterator[Notice]:
        """Say by what else than the question was searched: its translation, and the parts of a measure."""
        if found.translated:
            also = "answer.also_english" if self.language == "zh" else "answer.also_chinese"
            yield from self.tell_once("translated", text_in(self.language, also, question=found.translated))
        if found.parts:
            names = listed(found.parts, self.language)
            yield from self.tell_once("parts", text_in(self.language, "answer.also_parts", names=names))

    def refused(self, kind: str, why: str, withheld: str = "") -> Answer:
        """A refusal that says why and names the nearest documents. The audit trail keeps what was withheld."""
        self.withheld = withheld
        self.notices.append(Notice(kind, why))
        return replace(self.finished(refusal(self.searched, self.passages, self.language)), refused=True)

    def found_nothing(self, why: Sequence[Notice]) -> Answer:
        """A refusal where nothing was searched: why is all that there is to say."""
        self.notices += why
        return replace(self.finished("\n".join(notice.text for notice in why)), refused=True)

    def helped(self, given: Help) -> Answer:
        """A greeting, or the product's own help, which is said to be that."""
        if given.kind == "help":
            self.notices.append(Notice("help", text_in(self.language, "answer.own_help")))
        return replace(self.finished(given.text), kind=given.kind)

    def cited(self, found: CheckedAnswer, documents: Callable[[], Sequence[Document]], options: AskOptions) -> Answer:
        """The answer with what the check found, without what it leaves out. `documents` are those of the asker."""
        if not options.stopped:
            found, self.withheld = without_unconfirmed(found, self.language)
        self.notices += found.notices
        ranks = {citation.marker for citation in found.citations}
        sources = [passage for passage in self.prompt_passages if passage.rank in ranks]
        self.notices += older_editions(sources, documents, self.language, self.replaced)
        claims = found.claims
        if self.uncertain:
            claims = without_ticks(claims)
            self.notices.append(Notice("uncertain", text_in(self.language, "answer.uncertain")))
        if options.stopped:
            self.notices.append(Notice("stopped", text_in(self.language, "answer.stopped")))
        return replace(self.finished(found.text), claims=claims, citations=found.citations)

    def quoted(
        self, found: CheckedAnswer, withheld: str, documents: Callable[[], Sequence[Document]], options: AskOptions
    ) -> Answer:
        """An answer in the documents' own words, and no longer in the model's. The audit trail keeps these."""
        self.notices.append(Notice("quoted", text_in(self.language, "answer.quoted")))
        answer = self.cited(found, documents, options)
        self.withheld = withheld
        return answer

    def finished(self, text: str) -> Answer:
        """The answer with this text, not cited yet."""
        return Answer(
            question=self.question, searched=self.searched, text=text, thinking="".join(self.thinking).strip(),
            refused=False, language=self.language, claims=(), citations=(), passages=self.passages,
            notices=tuple(self.notices), engine=self.engine, model=self.model,
            seconds=time.perf_counter() - self._began, first_word_seconds=self._first_word,
            answerable=self.answerable, uncertain=self.uncertain, usage=self.usage,
            terms=self.terms,
        )  # fmt: skip


def checked(question: str) -> str:
    """The question without white space around it. Raises UsageError for an empty or an endless one."""
    stripped = question.strip()
    if not stripped:
        raise UsageError("question.empty")
    if len(stripped) > LONGEST_QUESTION:
        raise UsageError("question.too_long", count=len(stripped), most=LONGEST_QUESTION)
    return stripped


def evidence_of(answer: Answer) -> dict[str, Any]:
    """What the audit trail keeps of an answer: hashes are SHA-256; a passage is collection, document, version, page,
    start, end, the chunk's id, and the hash of its text."""
    return {
        "answer": answer.text,
        "answer_sha256": _sha256(answer.text),
        "refused": answer.refused,
        "outcome": answer.outcome,
        "answerable": answer.answerable,
        "citations": [asdict(citation) for citation in answer.citations],
        "passages": [
            [p.collection, p.document, p.version, p.page, p.start, p.end, p.chunk_id, _sha256(p.text)]
            for p in answer.passages
        ],
        "notices": [notice.kind for notice in answer.notices],
    }


def failure_of(error: KBError, options: AskOptions) -> dict[str, Any]:
    """What the audit trail keeps of a question without an answer."""
    return {"error": error.message, "stopped": options.stopped}


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
