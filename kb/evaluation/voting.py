"""Voting: a question is answered several times, and the answer that most of them agree with is given."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from kb.answering.events import drain
from kb.errors import ModelError
from kb.evaluation.scoring import majority, same_answer
from kb.messages.coded_text import text_in
from kb.schema import DEFAULT_OPTIONS, Answer, AskOptions, Done, Event, Failed, Message, Notice, Principal, Retrieved

TEMPERATURE = 0.6  # of samples; DeepSeek-R1's report draws its samples with it


class Askable(Protocol):
    """The part of a knowledge base that is asked."""

    def ask(
        self, question: str, asker: Principal, options: AskOptions, *, history: Sequence[Message] = ()
    ) -> Iterator[Event]: ...


def vote(
    kb: Askable,
    question: str,
    asker: Principal,
    samples: int,
    options: AskOptions = DEFAULT_OPTIONS,
    history: Sequence[Message] = (),
) -> Iterator[Event]:
    """Answer `samples` times, with the seed of the options and those after it, and give the answer of the majority.

    This is self-consistency (Wang et al., ICLR 2023); refusals agree with each other, and the earliest of the largest
    group is given, with a notice of kind `vote` that says how many agree. Yields the first sample's Retrieved, a notice
    of that kind after each sample, then the winner's Retrieved and Done. When the options' `stop` is set, those given
    until then vote, without one that it cuts off, unless that is the first. Raises ModelError where one fails.
    """
    given: list[Answer] = []
    for sample in range(samples):
        drawn = replace(options, samples=1, seed=(options.seed or 0) + sample, temperature=TEMPERATURE)
        events = kb.ask(question, asker, drawn, history=history)
        try:
            answer = yield from _sample(events, shown=sample == 0)
        except ModelError:
            if given and options.stopped:
                break
            raise
        if not (given and options.stopped):
            given.append(answer)
        if options.stopped:
            break
        if sample + 1 < samples:
            yield Notice("vote", f"{sample + 1} / {samples}")
    winner = given[majority([None if answer.refused else answer.text for answer in given]) or 0]
    agree = sum(_agree(winner, answer) for answer in given)
    told = Notice("vote", text_in(winner.language, "answer.votes", agree=agree, samples=len(given)))
    yield Retrieved(winner.passages, winner.searched, terms=winner.terms)
    yield Done(replace(winner, notices=(*winner.notices, told), seconds=sum(answer.seconds for answer in given)))


def _sample(events: Iterator[Event], shown: bool) -> Generator[Event, None, Answer]:
    """One answer, of whose events only the passages are `shown`. Raises what `drain` raises."""
    for event in events:
        if isinstance(event, Done | Failed):
            return drain(iter([event]))
        if shown and isinstance(event, Retrieved):
            yield event
    return drain(events)


def _agree(winner: Answer, answer: Answer) -> bool:
    if winner.refused or answer.refused:
        return winner.refused and answer.refused
    return answer is winner or same_answer(winner.text, answer.text)
