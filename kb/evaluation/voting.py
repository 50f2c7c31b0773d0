"""Voting: a question is answered several times, and the answer that most of them agree with is given."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Protocol

from kb.evaluation.scoring import majority, same_answer
from kb.schema import EVERYTHING, Answer, Done, Event, Notice, Principal, Retrieved, Scope

TEMPERATURE = 0.6  # of samples; DeepSeek-R1's report draws its samples with it
_TOLD = {"en": "{agree} of {samples} answers agree with this one.", "zh": "{samples} 次回答中有 {agree} 次与此一致。"}


class Answers(Protocol):
    """The part of a knowledge base that is asked."""

    def answer(self, question: str, asker: Principal, **options: Any) -> Answer: ...


def vote(
    kb: Answers,
    question: str,
    asker: Principal,
    samples: int,
    *,
    scope: Scope = EVERYTHING,
    think_budget: int | None = None,
    seed: int | None = None,
    stop: threading.Event | None = None,
) -> Iterator[Event]:
    """Answer `samples` times, with the seeds `seed`, `seed + 1`, ..., and give the answer of the majority.

    This is self-consistency (Wang et al., ICLR 2023); refusals agree with each other, and the earliest of the largest
    group is given, with a notice of kind `vote` that says how many agree. Yields such a notice after each sample, then
    Retrieved and Done. When `stop` is set, those that were given until then vote. Raises ModelError where one fails.
    """
    given: list[Answer] = []
    for sample in range(samples):
        options = {"scope": scope, "think_budget": think_budget, "seed": (seed or 0) + sample, "stop": stop}
        given.append(kb.answer(question, asker, temperature=TEMPERATURE, **options))
        if stop is not None and stop.is_set():
            break
        if sample + 1 < samples:
            yield Notice("vote", f"{sample + 1} / {samples}")
    winner = given[majority([None if answer.refused else answer.text for answer in given]) or 0]
    agree = sum(_agree(winner, answer) for answer in given)
    told = Notice("vote", _TOLD[winner.language].format(agree=agree, samples=len(given)))
    yield Retrieved(winner.passages, winner.searched, terms=winner.terms)
    yield Done(replace(winner, notices=(*winner.notices, told), seconds=sum(answer.seconds for answer in given)))


def _agree(winner: Answer, answer: Answer) -> bool:
    if winner.refused or answer.refused:
        return winner.refused and answer.refused
    return answer is winner or same_answer(winner.text, answer.text)
