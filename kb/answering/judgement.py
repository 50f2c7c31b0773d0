"""Judgement: whether the passages state what was asked, told by the model before it answers, and what follows.

The probability is the model's own: of "yes" against "no" as the first word of its reply (as in Kadavath et al.,
"Language Models (Mostly) Know What They Know", 2022). Where it must lie for an answer differs by model and language:
`kb calibrate` measures it on labelled questions.
"""

import json
import logging
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Protocol

from kb.answering import prompts
from kb.checking.forms import HOW_MANY
from kb.errors import ModelError
from kb.schema import Floors, Language, Message, Passage, Term
from kb.store.catalog import Catalog

log = logging.getLogger(__name__)
_FLOORS = "judgement"  # the property that keeps what was calibrated for this home

# Of a model that nobody calibrated: it refuses where the model is sure that the passages are silent.
CAUTIOUS = Floors(0.1, 0.5)
SHIPPED: Mapping[str, Mapping[Language, Floors]] = {
    "qwen2.5-coder-1.5b": {"en": Floors(0.62, 0.72), "zh": Floors(0.85, 0.88)},
}
# The same of questions that no name or number alone answers: there a model is less sure of passages that do.
SHIPPED_OF_EXPLAINING: Mapping[str, Mapping[Language, Floors]] = {"qwen2.5-coder-1.5b": {"zh": Floors(0.60, 0.80)}}
# From which probability on one sentence states the answer; of a model that is not named here from CAUTIOUS.answer on.
OF_A_SENTENCE: Mapping[str, Mapping[Language, float]] = {"qwen2.5-coder-1.5b": {"en": 0.575, "zh": 0.88}}
_EXPLAINING = re.compile(
    r"怎[么样]|如何|为[什何]|什么(?!时[候间]|名|日期|地|城市|型号|颜色|职|部门|人)(?<!是什么)(?<!叫什么)"
    r"|(?:流程|步骤|原因|方法|办法|条件|区别|作用|目的)(?:是|有)(?:什么|哪些)|是否|能否|可否|吗[?？。]?\s*$"
    r"|([会能有是要该可需])不\1|有没有"
)
_OF_A_VALUE = re.compile(f"{HOW_MANY}|谁|何时|什么时[候间]")


class _Judge(Protocol):
    """The part of a language model that judges; see `kb.models.llm.Model`."""

    name: str

    def digest(self) -> str: ...

    def preference(
        self, messages: Sequence[Message], options: Sequence[str], stop: threading.Event | None = None
    ) -> dict[str, float] | None: ...


def answerable(
    model: _Judge,
    question: str,
    passages: Sequence[Passage],
    language: Language,
    stop: threading.Event | None = None,
    terms: Sequence[Term] = (),
) -> float | None:
    """The probability, 0..1, that the passages state the answer. None where the engine tells no probabilities, or the
    model would write neither "yes" nor "no"."""
    return _probability_of_yes(model, prompts.judging(question, passages, language, terms), language, stop)


def _probability_of_yes(
    model: _Judge, messages: Sequence[Message], language: Language, stop: threading.Event | None
) -> float | None:
    yes, no = prompts.YES_NO[language]
    found = model.preference(messages, (yes, no), stop)
    return None if found is None else found[yes]


def states_answer(model: _Judge, question: str, language: Language, stop: threading.Event | None, text: str) -> float:
    """How much surer the model is than it must be that one sentence, with what heads it, states the answer to exactly
    this question: a difference of probabilities, under 0 where it is not. -1 where it cannot tell."""
    try:
        found = _probability_of_yes(model, prompts.judging_text(question, text, language), language, stop)
    except ModelError as error:  # the answer stands without it
        log.warning("a sentence was not judged (%s)", type(error).__name__)
        return -1.0
    return -1.0 if found is None else found - OF_A_SENTENCE.get(model.name, {}).get(language, CAUTIOUS.answer)


def floors(catalog: Catalog, model: _Judge, language: Language, question: str) -> Floors:
    """What was calibrated in this home for the model; else what the product ships for it and for such a question."""
    if kept := _calibrated(catalog).get(model.digest(), {}).get(language):
        return Floors(**kept)
    shipped = SHIPPED.get(model.name, {}).get(language, CAUTIOUS)
    if _EXPLAINING.search(question) and not _OF_A_VALUE.search(question):
        return SHIPPED_OF_EXPLAINING.get(model.name, {}).get(language, shipped)
    return shipped


def keep_floors(catalog: Catalog, model: _Judge, found: Mapping[Language, Floors]) -> None:
    """Use these floors for the model in this home from now on; those of other languages stay."""
    kept = _calibrated(catalog)
    kept[model.digest()] = kept.get(model.digest(), {}) | {name: asdict(each) for name, each in found.items()}
    catalog.set_property(_FLOORS, json.dumps(kept))


def _calibrated(catalog: Catalog) -> dict[str, dict[Language, dict[str, float]]]:
    """What was calibrated, by the digest of the model and by language."""
    kept: dict[str, dict[Language, dict[str, float]]] = json.loads(catalog.property(_FLOORS) or "{}")
    return kept
