"""Verdicts: whether a text states a claim as the answer to a question, gives another answer, or is silent; and, before
there is an answer, whether passages state it.

They are given by the verifier and the judge (`kb.models.shipped_adapters`), which were trained to reply to these words
and no others. The three outcomes are those of natural language inference (Bowman et al., 2015), of an answer to a
question.
"""

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from kb.schema import Message

STATES, OTHERWISE, SILENT = "yes", "no", "silent"  # what verifier and judge reply
SYSTEM = "You check answers against texts."
OF_NEITHER, OF_WORDING, OF_VERDICT = -0.1, 0.8, 0.6  # log odds, and weights of those of the two
LEAST = 0.001  # probability: nothing is surer
TASK = (
    "Does the text state this as the answer to the question? Reply yes, no (it gives another answer), or silent.\n\n"
    "Question: {question}\n\nText: {text}\n\nAnswer: {claim}"
)
INVOCATION = "Do the passages state the answer to exactly this question"  # from where on the judge acts
TASK_OF_PASSAGES = INVOCATION + "? Reply yes or silent.\n\nQuestion: {question}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How probable it is that a text states a claim as the answer, and that it gives another answer; 0..1, and at most
    1 together."""

    states: float
    otherwise: float


# Of a text, a claim, and the question that it would answer; "" for the one that was asked.
Verify = Callable[[str, str, str], Verdict | None]


class _Verifying(Protocol):
    """The part of a language model that gives verdicts; see `kb.models.llm.Model`."""

    def preference(
        self, messages: Sequence[Message], options: Sequence[str], stop: threading.Event | None = None
    ) -> dict[str, float] | None: ...

    def verdict(
        self, messages: Sequence[Message], options: Sequence[str], stop: threading.Event | None = None
    ) -> dict[str, float] | None: ...


def verdict_on(
    model: _Verifying, question: str, text: str, claim: str, stop: threading.Event | None = None
) -> Verdict | None:
    """The verdict on a claim, by a text with what heads it as its first line. None where the model has no verifier, or
    `stop` was set. Raises ModelError."""
    found = model.verdict(asked(question, text, claim), (STATES, OTHERWISE, SILENT), stop)
    return None if found is None else Verdict(found[STATES], found[OTHERWISE])


def asked(question: str, text: str, claim: str) -> list[Message]:
    """The words that the verifier knows."""
    return [Message("system", SYSTEM), Message("user", TASK.format(question=question, text=text, claim=claim))]


def probability_stated(
    model: _Verifying, question: str, passages: str, stop: threading.Event | None = None
) -> float | None:
    """How probable it is, 0..1, that passages state the answer, by a model that has a judge. None where neither of its
    words is among the likely ones, or `stop` was set. Raises ModelError."""
    found = model.preference(asked_of_passages(question, passages), (STATES, SILENT), stop)
    return None if found is None else found[STATES]


def asked_of_passages(question: str, passages: str) -> list[Message]:
    """The words that the judge knows."""
    return behind(passages, TASK_OF_PASSAGES.format(question=question))


def behind(passages: str, task: str) -> list[Message]:
    """What wakes an adapter that acts from its own words on: its task, in a turn of the system behind the passages. An
    engine reads these once for all such tasks; and for a conversation that goes on from them, but for the line break
    that ends them here."""
    return [Message("user", f"{passages}\n"), Message("system", task)]


def with_wording(verdict: Verdict | None, wording: float | None) -> float:
    """How probable it is that a place states a claim, by the verdict and by the trees of wording (0..1): by their
    log odds, weighted (docs/decisions/0072-third-course.md). 1 where these do not tell (None), as between languages, of
    which the verifier has learned too little to doubt what else is confirmed."""
    if wording is None:
        return 1.0
    if verdict is None:
        return wording
    odds = OF_NEITHER + OF_WORDING * _log_odds(wording) + OF_VERDICT * _log_odds(verdict.states)
    return 1 / (1 + math.exp(-odds))


def _log_odds(probability: float) -> float:
    within = min(max(probability, LEAST), 1 - LEAST)
    return math.log(within / (1 - within))
