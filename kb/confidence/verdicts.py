"""Verdicts: whether a text states a claim as the answer to a question, gives another answer, or is silent; whether
passages state an answer, before there is one, and that which was written.

They are given by verifier, judge and confirmer (`kb.models.shipped_adapters`), which were trained to reply to these
words and no others. The three outcomes are those of natural language inference (Bowman et al., 2015), of an answer to a
question.
"""

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from kb.schema import Message, Passage

STATES, OTHERWISE, SILENT = "yes", "no", "silent"  # what they reply
SYSTEM = "You check answers against texts."
OF_WORDING, OF_CONFIRMER = 0.6, 0.8  # weights of the log odds of either
# And of the judge's, beside those of TYPICAL, which most passages have that state what is asked.
OF_JUDGE, TYPICAL = 0.3, 0.95
OF_ANSWER = 0.3  # the same of what tells that a sentence answers, beside the verdict that it answers otherwise
LEAST = 0.001  # probability: nothing is surer
TASK = (
    "Does the text state this as the answer to the question? Reply yes, no (it gives another answer), or silent.\n\n"
    "Question: {question}\n\nText: {text}\n\nAnswer: {claim}"
)
INVOCATION = "Do the passages state the answer to exactly this question"  # from where on the judge acts
TASK_OF_PASSAGES = INVOCATION + "? Reply yes or silent.\n\nQuestion: {question}"
INVOCATION_OF_CONFIRMER = "Do the passages state this as the answer to the question"
TASK_OF_CONFIRMER = INVOCATION_OF_CONFIRMER + "? Reply yes or silent.\n\nQuestion: {question}\n\nAnswer: {claim}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How probable it is that a text states a claim as the answer, and that it gives another answer; 0..1, and at most
    1 together."""

    states: float
    otherwise: float


# Of a text, a claim, and the question that it would answer; "" for the one that was asked.
Verify = Callable[[str, str, str], Verdict | None]
# Of a claim: how probable it is, 0..1, that the passages which were shown state it as the answer to what was asked.
Confirm = Callable[[str], float | None]
# Of a passage and a claim: how probable it is, 0..1, that the passage alone states it as the answer.
ConfirmBy = Callable[[Passage, str], float | None]


class Telling(Protocol):
    """The part of a language model that gives verdicts; see `kb.models.llm.Model`."""

    def preference(
        self,
        messages: Sequence[Message],
        options: Sequence[str],
        stop: threading.Event | None = None,
        by: Literal["verifier", "judge", "confirmer"] | None = None,
    ) -> dict[str, float] | None: ...


def verdict_on(
    model: Telling, question: str, text: str, claim: str, stop: threading.Event | None = None
) -> Verdict | None:
    """The verdict on a claim, by a text with what heads it as its first line. None where the model has no verifier, or
    `stop` was set. Raises ModelError."""
    found = model.preference(asked(question, text, claim), (STATES, OTHERWISE, SILENT), stop, "verifier")
    return None if found is None else Verdict(found[STATES], found[OTHERWISE])


def asked(question: str, text: str, claim: str) -> list[Message]:
    """The words that the verifier knows."""
    return [Message("system", SYSTEM), Message("user", TASK.format(question=question, text=text, claim=claim))]


def probability_stated(
    model: Telling, question: str, passages: str, stop: threading.Event | None = None
) -> float | None:
    """How probable it is, 0..1, that passages state the answer. None where the model has no judge, neither of its words
    is among the likely ones, or `stop` was set. Raises ModelError."""
    return _probability_of_yes(model, asked_of_passages(question, passages), stop, "judge")


def probability_confirmed(
    model: Telling, question: str, passages: str, claim: str, stop: threading.Event | None = None
) -> float | None:
    """How probable it is, 0..1, that passages state a claim as the answer. None where the model has no confirmer,
    neither of its words is among the likely ones, or `stop` was set. Raises ModelError."""
    return _probability_of_yes(model, asked_of_answer(question, passages, claim), stop, "confirmer")


def _probability_of_yes(
    model: Telling, messages: Sequence[Message], stop: threading.Event | None, by: Literal["judge", "confirmer"]
) -> float | None:
    found = model.preference(messages, (STATES, SILENT), stop, by)
    return None if found is None else found[STATES]


def asked_of_passages(question: str, passages: str) -> list[Message]:
    """The words that the judge knows."""
    return behind(passages, TASK_OF_PASSAGES.format(question=question))


def asked_of_answer(question: str, passages: str, claim: str) -> list[Message]:
    """The words that the confirmer knows."""
    return behind(passages, TASK_OF_CONFIRMER.format(question=question, claim=claim))


def behind(passages: str, task: str) -> list[Message]:
    """What wakes an adapter that acts from its own words on: its task, in a turn of the system behind the passages. An
    engine reads these once for all such tasks; and for a conversation that goes on from them, but for the line break
    that ends them here."""
    return [Message("user", f"{passages}\n"), Message("system", task)]


def with_wording(wording: float | None, confirmed: float | None, stated: float | None = None) -> float:
    """How probable it is that the passages state a claim as the answer, by the trees of wording, by what the confirmer
    tells of it, and by what the judge told of the passages (0..1 each): by their log odds, weighted
    (docs/decisions/0079-confirmer-alone.md, 0084-judge-of-ticks.md). Where wording or confirmer does not tell (None),
    as the trees between languages, by the other; 1 where neither does. The judge counts beside the confirmer."""
    if confirmed is None:
        return 1.0 if wording is None else wording
    odds = _log_odds(confirmed)
    if wording is not None:
        odds = OF_WORDING * _log_odds(wording) + OF_CONFIRMER * odds
    if stated is not None:
        odds += OF_JUDGE * (_log_odds(stated) - _log_odds(TYPICAL))
    return _probability(odds)


def with_answer(otherwise: float, answers: float | None) -> float:
    """How probable it is that a sentence gives another answer than a claim, by the verdict on the claim, and by what
    the confirmer tells of the sentence as the answer (0..1 each): by their log odds, the second weighted
    (docs/decisions/0080-disagreements-confirmed.md). By the verdict alone where the confirmer does not tell (None)."""
    return otherwise if answers is None else _probability(_log_odds(otherwise) + OF_ANSWER * _log_odds(answers))


def _probability(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


def _log_odds(probability: float) -> float:
    within = min(max(probability, LEAST), 1 - LEAST)
    return math.log(within / (1 - within))
