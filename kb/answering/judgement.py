"""Judgement: whether the passages state what was asked, told by the model before it answers, and what follows.

The probability is the model's own: of "yes" against "no" as the first word of its reply (as in Kadavath et al.,
"Language Models (Mostly) Know What They Know", 2022); that of the model that comes with the product is its judge's
(`kb.confidence.verdicts`), which was trained to tell it. Where it must lie for an answer differs by model and language:
`kb calibrate` measures it on labelled questions.
"""

import functools
import json
import logging
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Protocol, TypedDict, TypeVar

from kb.answering import prompts
from kb.confidence.verdicts import (
    Confirm,
    ConfirmBy,
    Telling,
    Verdict,
    Verify,
    probability_confirmed,
    probability_stated,
    verdict_on,
)
from kb.errors import ModelError
from kb.language.invisible import without_invisible
from kb.models import shipped_adapters
from kb.schema import Floors, Language, Message, Passage, Term
from kb.store.catalog import Catalog

_BREAKS = re.compile(r"\n\s*\n")
log = logging.getLogger(__name__)
Told = TypeVar("Told")
_FLOORS = "judgement"  # the property that keeps what was calibrated for this home

# Of a model that nobody calibrated: it refuses where the model is sure that the passages are silent.
CAUTIOUS = Floors(0.1, 0.5)
BY_JUDGE = Floors(0.1, 0.5)
# From which probability on of the first passages it may be that those found further down state the answer.
MAY_BE_FURTHER = 0.03
# From which probability on one sentence states the answer; of a model that is not named here from CAUTIOUS.answer on.
OF_A_SENTENCE: Mapping[str, Mapping[Language, float]] = {"qwen2.5-coder-1.5b": {"en": 0.575, "zh": 0.88}}


class _Judge(Telling, Protocol):
    """The part of a language model that judges; see `kb.models.llm.Model`."""

    name: str

    def digest(self) -> str: ...


def answerable(
    model: _Judge,
    question: str,
    passages: Sequence[Passage],
    language: Language,
    stop: threading.Event | None = None,
    terms: Sequence[Term] = (),
) -> float | None:
    """The probability, 0..1, that the passages state the answer. None where the engine tells no probabilities, neither
    reply is among the likely ones, or `stop` was set. Raises ModelError."""
    if has_adapters(model):
        return probability_stated(model, question, prompts.quoted(passages, language, terms), stop)
    return probability_of_yes(model, prompts.judging(question, passages, language, terms), language, stop)


def probability_of_yes(
    model: _Judge, messages: Sequence[Message], language: Language, stop: threading.Event | None
) -> float | None:
    """The probability of "yes" against "no" as the first word of a reply, in a language's words; None as above."""
    yes, no = prompts.YES_NO[language]
    found = model.preference(messages, (yes, no), stop)
    return None if found is None else found[yes]


def states_answer(model: _Judge, question: str, language: Language, stop: threading.Event | None, text: str) -> float:
    """How much surer the model is than it must be that one sentence, with what heads it, states the answer to exactly
    this question: a difference of probabilities, under 0 where it is not. -1 where it cannot tell."""
    messages = prompts.judging_text(question, text, language)
    found = _read(
        "a sentence was not judged", functools.partial(probability_of_yes, model, messages, language, stop), stop
    )
    return -1.0 if found is None else found - OF_A_SENTENCE.get(model.name, {}).get(language, CAUTIOUS.answer)


def verifying(model: _Judge, question: str, stop: threading.Event | None) -> Verify | None:
    """What gives verdicts on answers to a question; None for a model without a verifier."""
    if not has_adapters(model):
        return None

    @functools.cache
    def verify(text: str, claim: str, asked: str) -> Verdict | None:
        told, said, instead = map(_in_one_block, (text, claim, asked))
        read = functools.partial(verdict_on, model, instead or question, told, said, stop)
        return _read("a claim was not verified", read, stop)

    return verify


def confirming(model: _Judge, question: str, passages: str, stop: threading.Event | None) -> Confirm | None:
    """What tells how probable it is that passages, as a model reads them, state an answer; None for a model without a
    confirmer."""
    return functools.partial(_confirming(model, question, stop), passages) if has_adapters(model) else None


def confirming_by(model: _Judge, question: str, language: Language, stop: threading.Event | None) -> ConfirmBy | None:
    """What tells how probable it is that one passage states an answer; None for a model without a confirmer."""
    if not has_adapters(model):
        return None
    confirm = _confirming(model, question, stop)
    return lambda passage, claim: confirm(prompts.quoted([replace(passage, rank=1)], language), claim)


class Readers(TypedDict, total=False):
    """What reads an answer and the passages, beside the rules; see `kb.checking.alignment.Aligner`."""

    answers: Callable[[str], float]
    verify: Verify | None
    confirm: Confirm | None
    confirm_by: ConfirmBy | None
    stated: float | None


def readers(
    model: _Judge,
    question: str,
    passages: Sequence[Passage],
    language: Language,
    stop: threading.Event | None,
    terms: Sequence[Term],
    judged: float | None,
) -> Readers:
    """What a model has to read answers from passages with; `judged` is what it told of these."""
    return Readers(
        answers=functools.partial(states_answer, model, question, language, stop),
        verify=verifying(model, question, stop),
        confirm=confirming(model, question, prompts.quoted(passages, language, terms), stop),
        confirm_by=confirming_by(model, question, language, stop),
        stated=judged if has_adapters(model) else None,
    )


def _confirming(model: _Judge, question: str, stop: threading.Event | None) -> Callable[[str, str], float | None]:
    """What puts passages and a claim to the confirmer, each pair once."""

    @functools.cache
    def confirm(passages: str, claim: str) -> float | None:
        read = functools.partial(probability_confirmed, model, question, passages, _in_one_block(claim), stop)
        return _read("a claim was not confirmed", read, stop)

    return confirm


def _in_one_block(text: str) -> str:
    """A text without the empty lines by which it would end and go on as a question does."""
    return _BREAKS.sub("\n", without_invisible(text))


def _read(failure: str, read: Callable[[], Told | None], stop: threading.Event | None) -> Told | None:
    """What a model tells of a claim or sentence; None where `stop` is set or it fails: the answer stands without it."""
    if stop is not None and stop.is_set():
        return None
    try:
        return read()
    except ModelError as error:
        log.warning("%s (%s)", failure, type(error).__name__)
        return None


def has_adapters(model: _Judge) -> bool:
    """Whether a model is the one that verifier, judge, answerer and confirmer were trained over."""
    return shipped_adapters.are_of(model.digest())


def may_be_further(model: _Judge, answerable: float | None) -> bool:
    """Whether passages further down may state the answer, where the first ones are `answerable` with this probability:
    of a model whose judge is seldom sure without reason, and here not sure of the contrary."""
    return has_adapters(model) and answerable is not None and answerable >= MAY_BE_FURTHER


def floors(catalog: Catalog, model: _Judge, language: Language) -> Floors:
    """What was calibrated in this home for the model; else what the product ships for it."""
    if kept := _calibrated(catalog).get(measured_by(model.digest()), {}).get(language):
        return Floors(**kept)
    return BY_JUDGE if has_adapters(model) else CAUTIOUS


def keep_floors(catalog: Catalog, model: _Judge, found: Mapping[Language, Floors]) -> None:
    """Use these floors for the model in this home from now on; those of other languages stay."""
    kept = _calibrated(catalog)
    kept.setdefault(measured_by(model.digest()), {}).update({name: asdict(each) for name, each in found.items()})
    catalog.set_property(_FLOORS, json.dumps(kept))


def measured_by(digest: str) -> str:
    """What gives the probabilities of a model: its weights, by their digest, and its judge where it has one."""
    return f"{digest} {shipped_adapters.judge_digest()}" if shipped_adapters.are_of(digest) else digest


def _calibrated(catalog: Catalog) -> dict[str, dict[Language, dict[str, float]]]:
    """What was calibrated, by what gives the probabilities and by language."""
    kept: dict[str, dict[Language, dict[str, float]]] = json.loads(catalog.property(_FLOORS) or "{}")
    return kept
