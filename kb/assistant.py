"""The knowledge base: the one place where a question becomes an answer."""

import json
import logging
import re
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.answering import judgement, prompts
from kb.answering.answer_builder import Draft, checked, evidence_of, failure_of
from kb.answering.editions import newest, passed_over, without_documents
from kb.answering.events import drain
from kb.answering.follow_up import put_alone
from kb.answering.history import fitting
from kb.answering.product_help import ProductHelp
from kb.answering.quotation import quotation
from kb.answering.readability import while_readable
from kb.answering.retrieval import Retriever, further_ones, worth_reading
from kb.answering.translation import Translation, translated
from kb.audit.settings_record import record_settings
from kb.audit.trail import Trail
from kb.checking import alignment
from kb.checking.citations import CheckedAnswer, cite
from kb.config import Settings, default_home, load_settings
from kb.documents import Documents
from kb.errors import (
    AccessLost,
    ContextOverflow,
    EmptyAnswer,
    HomeError,
    KBError,
    ModelError,
    RefusedByPolicy,
    UsageError,
)
from kb.evaluation.voting import vote
from kb.filing import moving
from kb.glossary.glossary import Glossary
from kb.language.language import language_of
from kb.language.prompt_text import estimate_tokens
from kb.messages.coded_text import text_in
from kb.models.embedders import open_embedder
from kb.models.embedding import Embedder
from kb.quarantine.settling import settle
from kb.requests.desk import Desk
from kb.requests.handling import handled
from kb.review.curated import CuratedAnswers
from kb.review.reviews import Reviews
from kb.schema import (
    DEFAULT_OPTIONS,
    EVERYTHING,
    Answer,
    AnswerOutcome,
    AskOptions,
    Done,
    Event,
    Failed,
    Floors,
    Language,
    Message,
    Passage,
    Principal,
    Retrieval,
    Retrieved,
    Revised,
    Scope,
    Usage,
)
from kb.store import uploads
from kb.store.catalog import Catalog
from kb.store.catalog_names import check_names
from kb.store.deletion import Deletion
from kb.store.home import Home
from kb.store.index_sync import STALE, Indexes, built_with
from kb.usage.counting import Counting

if TYPE_CHECKING:
    from kb.models.llm import Model

log = logging.getLogger(__name__)

_HALF_MARKER = re.compile(r"(?<!\s)\s*\[\d{0,3}\Z")  # where the reader or the engine's limit stopped the model
_CHOICE = "model"  # the property that keeps what `choose_model` chose


class KnowledgeBase(Documents):
    """An open home. Safe to use from several threads of the process that owns it."""

    def __init__(self, home: Home, settings: Settings) -> None:
        self.home = home
        self.settings = settings
        self.catalog = Catalog(home.catalog)
        check_names(self.catalog.db, home.catalog)
        self.catalog.carry_out_rules()
        self.embedder: Embedder = open_embedder(settings.embedding, built_with(self.catalog))
        self.indexes = Indexes(self.catalog, home.chroma, self.embedder)
        settle(self.catalog, settings.ingest.quarantine_floor, STALE)
        self.glossary = Glossary(self.catalog)
        self._retriever = Retriever(self.catalog, self.indexes, self.embedder, settings.retrieval, self.glossary)
        self._help = ProductHelp(self.embedder)
        self._model: Model | None = None
        self._choice = _stored_choice(self.catalog)
        self._model_lock = threading.Lock()
        self.deletion = Deletion(home, self.catalog, self.indexes)
        self.trail = Trail(self.catalog, home.path)
        self.usage = Counting(self.catalog, settings.usage)
        self.reviews = Reviews(self.catalog, self.embedder, lambda: self.indexes.identity)
        judge = (lambda: self.model) if settings.llm.judge else None
        self._curated = CuratedAnswers(self.catalog, self.reviews, self.embedder, judge)
        self._clear_up()

    @classmethod
    def open(cls, home: Path | None = None, settings: Settings | None = None) -> "KnowledgeBase":
        """Open a home, creating it where there is none. Raises HomeInUse, HomeTooNew, WeightsMissing, ConfigError."""
        settings = settings or load_settings()
        place = Home(home or default_home())
        try:
            return cls(place, settings)
        except BaseException:
            place.close(in_order=not place.left_in_disorder)
            raise

    def close(self, in_order: bool = True) -> None:
        """Close everything and give the home up; `in_order` says that nothing was interrupted by an error."""
        if self._model is not None:
            self._model.close()
            self._model = None
        if self.deletion.pending:
            with suppress(KBError):  # the next start does it
                self.scrub()
        self.indexes.close()
        self.catalog.close()
        self.home.close(in_order)

    def _clear_up(self) -> None:
        """Remove what a killed process left behind and what is too old, and finish what it was deleting."""
        self.usage.tidy()
        uploads.settle(self.home.uploads, self.catalog)
        moving.settle(self.home.uploads, self.catalog)
        if self.home.left_in_disorder:
            self.deletion.sweep(at_start=True)
        if self.deletion.pending:
            try:
                self.scrub()
            except KBError as error:  # the home can be used, and the next start tries again
                log.warning("traces of deleted documents are still in the home: %s", error)

    def __enter__(self) -> "KnowledgeBase":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.close(in_order=kind is None)

    # ---- the model

    @property
    def model(self) -> "Model":
        """The language model in use, opened at first need."""
        with self._model_lock:
            if self._model is None:
                from kb.models.llm import open_model

                self._model = open_model(self.settings.llm, *self._choice)
            return self._model

    def use_model(self, engine: str | None = None, model: str | None = None) -> None:
        """Change engine and model for the questions to come. Changes nothing where ModelError is raised."""
        from kb.models.llm import open_model

        chosen = open_model(self.settings.llm, engine, model)
        with self._model_lock:
            before, self._model = self._model, chosen
            self._choice = (engine, model)
        if before is not None:
            before.close()

    def choose_model(self, engine: str | None, model: str | None, by: str = "local") -> None:
        """`use_model`, and remember it in this home; None and None go back to the settings."""
        self.use_model(engine, model)
        self._keep_choice(by)

    def drop_model(self, by: str = "local") -> None:
        """Let go of the model in use, for it was deleted: the one that the settings name is opened at the next need."""
        with self._model_lock:
            before, self._model = self._model, None
            self._choice = (None, None)
        self._keep_choice(by)
        if before is not None:
            before.close()

    def _keep_choice(self, by: str) -> None:
        with self.catalog.transaction() as db:
            self.catalog.put_property(db, _CHOICE, json.dumps(self._choice))
            self.catalog.record(db, by, "settings", "model", dict(zip(("engine", "model"), self._choice, strict=True)))

    def record_settings(self, by: str = "local") -> None:
        """Write into the audit trail which settings are others than when this was last called for this home."""
        record_settings(self.catalog, self.settings, by)

    def ignore_choice(self) -> None:
        """Take the model that the settings name, whatever was chosen for this home."""
        self._choice = (None, None)

    def warm_up(self) -> None:
        """Load all that an answer needs now: the embedding model, the word tools, the language model, the indexes."""
        self.embedder.warm_up()
        self._help.warm_up()
        alignment.warm_up()
        self.model.warm_up()
        self.indexes.ready()

    # ---- finding and answering

    def search(
        self, question: str, asker: Principal, k: int | None = None, scope: Scope = EVERYTHING, glossary: bool = True
    ) -> Retrieval:
        """Passages for a question; also by the other forms of its terms, unless `glossary` is off. Raises UsageError
        for an empty or an endless one."""
        return self._retriever.retrieve(checked(question), asker, k, scope, glossary=glossary)

    def ask(
        self,
        question: str,
        asker: Principal,
        options: AskOptions = DEFAULT_OPTIONS,
        *,
        history: Sequence[Message] = (),
    ) -> Generator[Event, None, None]:
        """Answer from the documents the asker may read; by a curated answer where there is one. Where the options name
        a model, it is opened for this answer alone, and no curated answer is given; where they want several samples,
        it is the answer that most of them agree with.

        Yields Retrieved, then Thought, Token, Notice and Revised, then Done or Failed. Raises UsageError at once
        for a question that cannot be asked.
        """
        question = checked(question)
        if options.model is not None:
            options = replace(options, curated=False)
        if options.samples > 1:
            each = replace(options, model=None)
            return self._by(options.model, lambda kb: vote(kb, question, asker, options.samples, each, history))
        return self._by(options.model, lambda kb: kb._ask(question, asker, history, options))

    def _by(
        self, model: tuple[str, str] | None, answer: Callable[["KnowledgeBase"], Iterator[Event]]
    ) -> Generator[Event, None, None]:
        """An answer of this knowledge base by another model, which is opened at first need and closed at the end."""
        with nullcontext(self) if model is None else self.by(model) as kb:
            yield from answer(kb)

    @contextmanager
    def by(self, model: tuple[str, str]) -> Iterator["KnowledgeBase"]:
        """This knowledge base with another model, by engine and name: opened at first need, closed at the end."""
        other = copy(self)
        other._model, other._choice, other._model_lock = None, model, threading.Lock()
        try:
            yield other
        finally:
            if other._model is not None:
                other._model.close()

    def _ask(self, question: str, asker: Principal, history: Sequence[Message], options: AskOptions) -> Iterator[Event]:
        draft = Draft(question, language_of(question))
        try:
            self.catalog.audit(asker.name, "question", question, {})
        except HomeError as error:  # nothing is answered of which there is no record
            yield Failed(error.message)
            return
        try:
            help_ = self._help.polite(question, draft.language) or self._help.find(question, draft.language)
            answer = draft.helped(help_) if help_ is not None else None
            if answer is None and not history:
                given = self._curated.give(draft, asker, options)
                answer = yield from while_readable(self.catalog, draft, asker, given)
            if answer is None:
                request = handled(self._desk(draft, asker, options), history)
                answer = yield from while_readable(self.catalog, draft, asker, request)
            if answer is None:
                found = self._from_documents(draft, asker, history, options)
                answer = yield from while_readable(self.catalog, draft, asker, found)
        except AccessLost as error:
            yield from self._recorded(asker, draft, failure_of(error, options), Failed(error.message))
            return
        except (RefusedByPolicy, UsageError):
            raise
        except KBError as error:
            failed = Failed(error.message, "".join(draft.text), "".join(draft.thinking))
            yield from self._recorded(asker, draft, failure_of(error, options), failed)
            return
        yield from self._recorded(asker, draft, evidence_of(answer), Done(answer))

    def _desk(self, draft: Draft, asker: Principal, options: AskOptions) -> Desk:
        return Desk(
            draft, asker, options, self.settings, self.catalog, self.embedder,
            lambda question, k, within: self.search(question, asker, k, within, options.glossary),
            lambda said: self._find(draft, said, asker, options), lambda: self.model, self.indexes.identity,
        )  # fmt: skip

    def _from_documents(
        self, draft: Draft, asker: Principal, history: Sequence[Message], options: AskOptions
    ) -> Generator[Event, None, Answer]:
        """Search, then answer from what was found, or refuse. Returns the answer."""
        if history:
            put_alone(draft, lambda: self.model, history, options)
            if (given := (yield from self._curated.give(draft, asker, options))) is not None:
                return given
        found = self._find(draft, draft.searched, asker, options)
        draft.keep(found)
        if found.enough_evidence:
            draft.passages = worth_reading(newest(draft.searched, found.passages, draft.replaced))
        yield Retrieved(draft.passages, draft.searched, found.enough_evidence, found.translated, found.terms)
        yield from draft.tell_searched(found)
        if not found.passages:
            return draft.found_nothing(found.notices)
        if not found.enough_evidence:
            return draft.refused("weak_evidence", text_in(draft.language, "answer.weak"))
        draft.fit(self.model, self._room(options))
        outcome, read = self._judged(draft, options), draft.passages
        if outcome == "refused" and (older := passed_over(draft.searched, found.passages, draft.replaced)):
            outcome = (yield from self._from_others(draft, worth_reading(older), found, options)) or outcome
        if outcome != "answered" and judgement.may_be_further(self.model, draft.answerable):
            further = further_ones(self._beside(draft, asker, options, *read), draft.language)
            outcome = (yield from self._from_others(draft, further, found, options, surely=True)) or outcome
        if options.stopped:
            raise ModelError(text_in(draft.language, "answer.stopped"))
        if outcome == "refused":
            return draft.refused("not_stated", text_in(draft.language, "answer.not_stated"))
        draft.uncertain = outcome == "uncertain"
        with suppress(EmptyAnswer):  # refused below
            yield from self._generate(draft, options)
        return (yield from self._checked_answer(draft, asker, options))

    def _from_others(
        self, draft: Draft, others: tuple[Passage, ...], found: Retrieval, options: AskOptions, *, surely: bool = False
    ) -> Generator[Event, None, AnswerOutcome | None]:
        """Judge other passages than were found first: older editions where the newest is silent, or what was found
        further down, which must `surely` state the answer. They are read where they may; else None is returned."""
        if not others:
            return None
        first_read = draft.passages, draft.prompt_passages, draft.prompt_terms, draft.answerable
        draft.passages, draft.answerable = others, None
        draft.fit(self.model, self._room(options))
        outcome = self._judged(draft, options, surely=surely)
        if outcome == "refused" or (surely and outcome != "answered"):
            draft.passages, draft.prompt_passages, draft.prompt_terms, draft.answerable = first_read
            return None
        yield Retrieved(others, draft.searched, found.enough_evidence, found.translated, found.terms)
        return outcome

    def _judged(self, draft: Draft, options: AskOptions, *, surely: bool = False) -> AnswerOutcome:
        """Whether the passages state the answer, as the model judges. Where it cannot tell they do, unless `surely`."""
        with suppress(ModelError) if surely else nullcontext():
            if self.settings.llm.judge:
                self._judge(draft, options)
        if draft.answerable is None:
            return "refused" if surely else "answered"
        return judgement.floors(self.catalog, self.model, draft.language).outcome(draft.answerable)

    def _judge(self, draft: Draft, options: AskOptions) -> None:
        options.take_turn()
        model = self.model
        draft.engine, draft.model = model.engine, model.name
        while True:
            try:
                draft.answerable = judgement.answerable(
                    model, draft.searched, draft.prompt_passages, draft.language, options.stop, draft.prompt_terms
                )
                return
            except ContextOverflow as overflow:
                draft.tell_less(overflow)

    def judge(self, question: str, asker: Principal, scope: Scope = EVERYTHING) -> float | None:
        """How probably the passages found for a question state its answer, as the model judges.

        None where the model is not asked, since no passage is near enough, or where it cannot tell.
        """
        draft, options = Draft(checked(question), language_of(question)), AskOptions(scope)
        found = self._find(draft, draft.searched, asker, options)
        if not found.enough_evidence:
            return None
        draft.keep(found)
        draft.passages = worth_reading(newest(draft.searched, found.passages, draft.replaced))
        draft.fit(self.model, self._room(options))
        self._judge(draft, options)
        return draft.answerable

    def keep_floors(self, floors: Mapping[Language, Floors], by: str = "local") -> None:
        """Judge by these floors from now on, in this home and with the model in use."""
        judgement.keep_floors(self.catalog, self.model, floors)
        told = {str(language): [found.refuse, found.answer] for language, found in floors.items()}
        self.catalog.audit(by, "settings", "floors", {"model": self.model.name, **told})

    def _find(self, draft: Draft, said: str, asker: Principal, options: AskOptions) -> Retrieval:
        """Search; where it takes both languages of the documents, the model translates the question."""

        def translate(question: str, to: Language) -> Translation | None:
            try:
                return translated(question, to, self.model, self.catalog, options)
            except ModelError as error:  # what is in the question's own language can still be answered
                log.warning("the question was not translated (%s)", type(error).__name__)
                return None

        question = checked(said)
        found = self._retriever.retrieve(
            question, asker, scope=options.scope, translate=translate, embedded=draft.embedded.get(question),
            glossary=options.glossary,
        )  # fmt: skip
        draft.replaced = self._retriever.replaced(found.passages, asker)
        return self._retriever.with_newest(found, asker, options.scope, options.glossary, draft.replaced)

    def answer(
        self, question: str, asker: Principal, options: AskOptions = DEFAULT_OPTIONS, *, history: Sequence[Message] = ()
    ) -> Answer:
        """`ask()`, drained. Raises ModelError with the message of a Failed."""
        return drain(self.ask(question, asker, options, history=history))

    def chat(
        self, message: str, options: AskOptions = DEFAULT_OPTIONS, *, history: Sequence[Message] = ()
    ) -> Generator[Event, None, None]:
        """The model without documents. The same events as `ask()`, without Retrieved and without claims.

        A model that does not reason by itself answers at once, whatever the budget.
        """
        draft = Draft(checked(message), language_of(message))
        return self._by(options.model, lambda kb: kb._chat(draft, history, options))

    def _chat(self, draft: Draft, history: Sequence[Message], options: AskOptions) -> Iterator[Event]:
        try:
            if not self.model.reasons:
                options = replace(options, think_budget=0)
            kept = fitting(history, self._room(options) - estimate_tokens(draft.question), estimate_tokens)
            yield from self._stream(draft, [*prompts.spoken(kept), Message("user", draft.question)], options)
            if not "".join(draft.text).strip():
                raise EmptyAnswer(text_in(draft.language, "answer.stopped" if options.stopped else "answer.none"))
            yield Done(draft.finished("".join(draft.text).strip()))
        except KBError as error:
            yield Failed(error.message, "".join(draft.text), "".join(draft.thinking))

    def _generate(self, draft: Draft, options: AskOptions, again: prompts.Again = "") -> Iterator[Event]:
        """Let the model answer from the passages that are shown to it, fewer where its context holds no more."""
        while True:
            shown, judged = draft.prompt_passages, draft.answerable is not None
            if judgement.has_adapters(self.model) and not again and not self._think_budget(options):
                messages = prompts.for_answerer(draft.searched, shown, draft.language, draft.prompt_terms)
            else:
                messages = prompts.answering(draft.searched, shown, draft.language, again, judged, draft.prompt_terms)
            try:
                yield from self._stream(draft, messages, options)
                break
            except ContextOverflow as overflow:
                draft.tell_less(overflow)
        if len(shown) + draft.set_aside < len(draft.passages):
            left_out = text_in(draft.language, "answer.left_out", fit=len(shown), count=len(draft.passages))
            yield from draft.tell_once("passages_left_out", left_out)
        if draft.lacks_orders():
            yield from draft.tell_once("orders", text_in(draft.language, "answer.orders"))

    def _room(self, options: AskOptions) -> int:
        """How many tokens the context has for all that the model is told."""
        return self.model.context_tokens - self.settings.llm.answer_tokens - self._think_budget(options) - 64

    def _stream(self, draft: Draft, messages: Sequence[Message], options: AskOptions) -> Iterator[Event]:
        options.take_turn()
        model = self.model
        draft.engine, draft.model = model.engine, model.name
        events = model.generate(
            messages, think_budget=self._think_budget(options), answer_tokens=self.settings.llm.answer_tokens,
            temperature=options.temperature, seed=options.seed, stop=options.stop,
        )  # fmt: skip
        for event in events:
            draft.take(event)
            if not isinstance(event, Usage):
                yield event

    def _think_budget(self, options: AskOptions) -> int:
        """Reasoning tokens; of a model that does not reason by itself none, unless they are asked for."""
        if options.think_budget is not None:
            return options.think_budget
        if self.settings.llm.think_budget is not None:
            return self.settings.llm.think_budget
        return self.model.think_budget if self.model.reasons else 0

    def _checked_answer(self, draft: Draft, asker: Principal, options: AskOptions) -> Generator[Event, None, Answer]:
        """What the model wrote, checked against the passages; a refusal where it found nothing. Returns the answer."""
        text = prompts.without_task(_HALF_MARKER.sub("", "".join(draft.text)), draft.language, draft.prompt_passages)
        if not text and options.stopped:
            raise ModelError(text_in(draft.language, "answer.stopped"))
        if not "".join(draft.text).strip():
            return draft.refused("empty_answer", text_in(draft.language, "answer.none"))
        if again := "" if options.stopped else draft.wants_again(text):
            yield draft.restart()
            with suppress(EmptyAnswer):
                yield from self._generate(draft, options, again)
            text = prompts.without_task("".join(draft.text), draft.language, draft.prompt_passages) or text
            draft.uncertain |= again == "reason"  # it was of two minds, or said nothing at first
        if prompts.says_only_not_found(text):
            return draft.refused("model_found_nothing", text_in(draft.language, "answer.found_nothing"), text)
        cited = self._cited(text, draft, asker, options)
        if cited.superseded and not options.stopped:
            text, cited = yield from self._from_later(text, cited, draft, asker, options)
        unsupported = cited.unstated and not options.stopped
        if not cited.grounded and not (options.stopped and cited.text):
            # Else the model was sure of the passages, and nothing in them speaks against its words.
            unsupported = unsupported or not draft.is_sure or cited.opposed or not cited.claims
            draft.uncertain |= not unsupported
        if unsupported:
            yield Revised("")  # what was told is not to be read
        if draft.is_sure and (unsupported or cited.is_doubtful):
            instead_in = None if unsupported else draft.language
            if quoted := self._quoted(draft, asker, options, instead_in):
                if not unsupported:
                    yield Revised("")
                return draft.quoted(quoted, text, lambda: self.catalog.documents(asker), options)
        if unsupported:
            draft.notices += [notice for notice in cited.notices if notice.kind == "address_withheld"]
            return draft.refused("unsupported_answer", text_in(draft.language, "answer.unsupported"), text)
        return draft.cited(cited, lambda: self.catalog.documents(asker), options)

    def _cited(self, text: str, draft: Draft, asker: Principal, options: AskOptions) -> CheckedAnswer:
        cited = cite(
            text, draft.prompt_passages, draft.language, draft.expanded_question, self.embedder.similarities,
            self.catalog.text_around, lambda: self._beside(draft, asker, options), **self._readers(draft, options),
        )  # fmt: skip
        draft.passages += cited.beside
        return cited

    def _readers(self, draft: Draft, options: AskOptions) -> judgement.Readers:
        """What reads, beside the rules, what the model wrote."""
        made = lambda: judgement.readers(  # noqa: E731
            self.model, draft.searched, draft.prompt_passages, draft.language, options.stop, draft.prompt_terms,
            draft.answerable,
        )  # fmt: skip
        return draft.readers(made) if self.settings.llm.judge else {}

    def _quoted(
        self, draft: Draft, asker: Principal, options: AskOptions, instead_in: Language | None
    ) -> CheckedAnswer | None:
        """What the documents say themselves, where the model's words were not that; None where none surely answers."""
        readers = self._readers(draft, options)
        quoted = quotation(draft.searched, draft.prompt_passages, self.embedder.similarities, readers, instead_in)
        cited = self._cited(quoted.text, draft, asker, options) if quoted.text else None
        stands = cited is not None and cited.stands and (cited.is_disputed or not quoted.one_of_several)
        return cited if stands and not options.stopped else None

    def _from_later(
        self, text: str, cited: CheckedAnswer, draft: Draft, asker: Principal, options: AskOptions
    ) -> Generator[Event, None, tuple[str, CheckedAnswer]]:
        """Answer again without what a later document of its series contradicts; where that brings none, as before."""
        first = draft.prompt_passages, draft.text, draft.thinking
        draft.read_instead(without_documents(cited.superseded, (*cited.beside, *draft.prompt_passages)))
        yield draft.restart()
        with suppress(EmptyAnswer):
            yield from self._generate(draft, options)
        later_text = prompts.without_task("".join(draft.text), draft.language, draft.prompt_passages)
        later = self._cited(later_text, draft, asker, options)
        if later.grounded and not prompts.says_only_not_found(later_text):
            return later_text, later
        draft.prompt_passages, draft.text, draft.thinking = first
        return text, cited

    def _beside(self, draft: Draft, asker: Principal, options: AskOptions, *read: Passage) -> Sequence[Passage]:
        """What is found besides the passages of a draft, and those that were `read` before."""
        question, known = checked(draft.searched), (*draft.passages, *read)
        embedded = draft.embedded.get(question)
        return self._retriever.beside(question, asker, options.scope, known, embedded, options.glossary)

    def _recorded(self, asker: Principal, draft: Draft, detail: dict[str, Any], end: Done | Failed) -> Iterator[Event]:
        """The end of an answer, once its record is written. Where none can be, what was told is taken back."""
        run: dict[str, Any] = {
            "engine": draft.engine, "model": draft.model, "model_digest": self._digest(draft),
            "searched": draft.searched, "withheld": draft.withheld,
            **({"curated": draft.curated} if draft.curated else {}),
        }  # fmt: skip
        if told_of := [list(document) for term in draft.terms for document in term.documents]:
            run["terms"] = told_of
        try:
            self.catalog.audit(asker.name, "ask", draft.question, {**run, **detail})
        except HomeError as error:
            yield Revised("")
            yield Failed(error.message)
            return
        yield end

    def _digest(self, draft: Draft) -> str:
        """What identifies the weights of the model that was used; "" where none was, or it is gone meanwhile."""
        with suppress(KBError):
            if draft.model and self._model is not None and self._model.name == draft.model:
                return self._model.digest()
        return ""


def _stored_choice(catalog: Catalog) -> tuple[str | None, str | None]:
    engine, model = json.loads(catalog.property(_CHOICE) or "[null, null]")
    return engine, model
