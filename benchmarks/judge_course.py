"""The judge's course: what it learns from (`verdicts/`, `judgements/sections.jsonl`), and its training.

`passages.jsonl` was written for it: blocks of three passages, with questions that they answer and such as they do not.
Other blocks are put together of what was written for the verifier: texts that answer a question, and texts that look as
if they did, among those of other questions. The file that ships began as the mean of two adapters that had learned this
and more (docs/decisions/0075-judge.md); `train` trains one afresh.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import blocks, courses
from benchmarks.verifying import ELSEWHERE, GROUPS, RELATIONS, STEPS
from kb.answering import prompts
from kb.confidence.verdicts import INVOCATION, OTHERWISE, SILENT, STATES, asked_of_passages
from kb.language.language import language_of
from kb.models import shipped_adapters

PASSAGES = Path(__file__).parent / "verdicts" / "passages.jsonl"
SECTIONS = Path(__file__).parent / "judgements" / "sections.jsonl"
LAYERS, SEQUENCES, RATE = range(8, 28), 2000, 3e-4
SHARE_OF_BLOCKS = 0.75  # of the sequences; the others are put together
MOST_QUESTIONS = 12  # of a sequence
TURN = blocks.turn(INVOCATION)


@dataclass(frozen=True, slots=True)
class Block:
    """Texts, each with what heads it as its first line, and questions with whether they state the answer."""

    texts: Sequence[str]
    questions: Sequence[tuple[str, bool]]
    held_out: bool


def written() -> Iterator[Block]:
    """What was written for the judge."""
    for block in blocks.read(PASSAGES):
        questions = [(each["q"], each["yes"]) for each in block["questions"]]
        yield Block([blocks.text_of(each) for each in block["passages"]], questions, block["held_out"])


def asked(block: Block) -> list[courses.Asked]:
    """The questions of a block as the judge is asked them, and what is right to reply."""
    texts = prompts.quoted(blocks.passages_of(block.texts), language_of(block.questions[0][0]))
    return [(asked_of_passages(question, texts), (STATES if yes else SILENT,)) for question, yes in block.questions]


def train() -> None:
    """Train the judge, and write it (five hours on two cores; needs `make tune`)."""
    data = repr((SHARE_OF_BLOCKS, MOST_QUESTIONS, blocks.ONE_PASSAGE, blocks.ONE_MORE, [*written()], _questions()))
    courses.train(
        courses.Course("judge", shipped_adapters.JUDGE, LAYERS, SEQUENCES, RATE, data, _sequences, invocation=TURN)
    )


def _sequences() -> Iterator[list[courses.Asked]]:
    chance = random.Random(1)
    learned = [block for block in written() if not block.held_out]
    of_blocks, of_parts, texts = courses.again(learned, chance), _put_together(chance), [b.texts for b in learned]
    while True:
        yield asked(_varied(next(of_blocks), texts, chance) if chance.random() < SHARE_OF_BLOCKS else next(of_parts))


def _varied(block: Block, others: Sequence[Sequence[str]], chance: random.Random) -> Block:
    texts = blocks.varied(block.texts, others, chance)
    questions = chance.sample(block.questions, min(len(block.questions), MOST_QUESTIONS))
    return Block(texts, questions, block.held_out)


def _put_together(chance: random.Random) -> Iterator[Block]:
    """Two to four questions of what was written for the verifier, each with a text that answers it, or with such as do
    not, and one of which nothing speaks; the texts at random, some of them as one."""
    items = _questions()
    of_each = courses.again([*items], chance)
    while True:
        questions: list[tuple[str, bool]] = []
        texts: list[str] = []
        for question in dict.fromkeys(next(of_each) for _ in range(chance.choice((2, 3, 3, 4)))):
            right, wrong = items[question]
            beside = chance.sample(wrong, min(len(wrong), chance.choice((1, 1, 2))))
            is_answered = bool(right) and (not wrong or chance.random() < 0.5)
            if is_answered:
                texts.append(chance.choice(right))
            if not is_answered or chance.random() < 0.6:
                texts += beside
            questions.append((question, is_answered))
        other = next(of_each)
        if all(other != question for question, _ in questions):
            questions.append((other, False))
        chance.shuffle(texts)
        chance.shuffle(questions)
        passages = []
        while texts:
            many = 4 if len(passages) == 3 else chance.choice((1, 1, 2, 3))
            passages.append("\n".join(texts[:many]))
            del texts[:many]
        yield Block(passages, questions, held_out=False)


def _questions() -> dict[str, tuple[list[str], list[str]]]:
    """The questions of what was written for the verifier and is not held out, with the texts that answer each, and
    those that do not."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for group in blocks.learned(GROUPS):
        _put(found, group["q"], [group, group["conflict"], group["agree"]], group["apart"])
    for group in blocks.learned(RELATIONS):
        _put(found, group["q"], [*group["conflict"], *group["agree"]], group["apart"])
    for group in blocks.learned(STEPS):
        _put(found, group["q"], [group], group["apart"])
    for group in blocks.learned(ELSEWHERE):  # on a claim each: what is silent on one may state another
        told = [[text for text in group["texts"] if text["reply"] in of] for of in ((STATES, OTHERWISE), (SILENT,))]
        _put(found, group["q"], *told)
    for each in blocks.read(SECTIONS):
        right, wrong = found.setdefault(each["question"], ([], []))
        right += [each["yes"], each["no"]]
        wrong.append(each["beside"])
    for right, wrong in found.values():
        wrong[:] = [text for text in wrong if not any(text in other or other in text for other in right)]
    return {question: texts for question, texts in found.items() if any(texts)}


def _put(
    found: dict[str, tuple[list[str], list[str]]],
    question: str,
    right: Sequence[Mapping[str, Any]],
    wrong: Sequence[Mapping[str, Any]],
) -> None:
    kept = found.setdefault(question, ([], []))
    kept[0].extend(map(blocks.text_of, right))
    kept[1].extend(map(blocks.text_of, wrong))
