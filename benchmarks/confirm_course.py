"""The confirmer's course: what it learns from (`answers/`, `verdicts/`), and its training.

The right answers are those of the answerer's course. `wrong.jsonl` tells which passages each of these needs, and has
wrong ones: another row's value, what is stated and answers another question, a condition turned, a "yes" for a "no",
half of each, and answers where the passages have none; `other_language.jsonl` has such in the other language.
`near.jsonl` has blocks whose texts lie near each other, and `given.jsonl` answers that the answerer gave to the blocks,
labelled by readers. Others are put together of the claims that were written for the verifier. The file that ships began
as the judge (docs/decisions/0077-confirmer.md), and was trained on with more of these two
(0078-answers-as-they-come.md); `train` trains one afresh.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks import blocks, courses
from benchmarks.answer_course import FOLDER, in_other_language, judged, own
from benchmarks.verifying import GROUPS, STEPS
from kb.answering import prompts
from kb.confidence.verdicts import INVOCATION_OF_CONFIRMER, SILENT, STATES, asked_of_answer
from kb.language.language import language_of, sentences
from kb.models import shipped_adapters

WRONG, NEAR, GIVEN = (FOLDER / f"{name}.jsonl" for name in ("wrong", "near", "given"))
LAYERS, SEQUENCES, RATE = range(8, 28), 1200, 3e-4
TURN = blocks.turn(INVOCATION_OF_CONFIRMER)
SHARE_OF_BLOCKS = 0.75  # of the sequences; the others are put together
MOST_RIGHT, EXCHANGED = 6, 2  # of a sequence: right answers, and those of another question
# Shares of the sequences that lack a passage, of right answers of several sentences of which one stands for all, and of
# the sequences with an answer in the other language.
LACKING, ONE_SENTENCE, OTHER_LANGUAGE = 0.3, 0.5, 0.6
# Of what is put together: shares that stand beside their text, and beside one that gives another answer.
OWN_TEXT, RIVAL = 0.7, 0.15
MOST_TOGETHER = 12  # claims
_SHORTEST = 8  # characters of a sentence that stands for an answer

Told = tuple[str, str, bool]  # a question, an answer, and whether the texts state it


@dataclass(frozen=True, slots=True)
class Right:
    """A question with its answer, and the numbers of the texts that this needs."""

    question: str
    answer: str
    places: Sequence[int]


@dataclass(frozen=True, slots=True)
class Block:
    """Texts, each with what heads it as its first line; right answers, wrong ones with their kinds, right ones in the
    other language, and the questions."""

    texts: Sequence[str]
    right: Sequence[Right]
    wrong: Sequence[tuple[str, str, str]]
    in_other: Sequence[tuple[str, str]]
    questions: Sequence[str]
    given: Sequence[Told]
    held_out: bool


def written() -> Iterator[Block]:
    """The blocks of judge and answerer, and those of what lies near, with right and wrong answers."""
    given: dict[str, list[Told]] = {}
    for record in blocks.read(GIVEN):
        given.setdefault(record["id"], []).append((record["q"], record["a"], record["stated"]))
    of_each = {record["id"]: record for record in (*blocks.read(WRONG), *blocks.read(NEAR))}
    more = in_other_language()
    for block in (*judged(), *own(), *own(NEAR)):
        of, questions = of_each[block.id], block.questions
        wrong = [(questions[each["n"]], each["a"], each["kind"]) for each in of["wrong"]]
        beside = more.get(block.id, {}).get("wrong", ())
        wrong += [(each["q"], each["a"], f"{each['kind']}, other language") for each in beside]
        right = [
            Right(questions[number], answer, of["places"][str(number)]) for number, answer in block.answers.items()
        ]
        yield Block(block.texts, right, wrong, block.in_other, questions, given.get(block.id, ()), of["held_out"])


def asked(told: Sequence[Told], texts: Sequence[str]) -> list[courses.Asked]:
    """The answers as the confirmer is asked about them, and what is right to reply."""
    passages = blocks.passages_of(texts)
    return [
        (
            asked_of_answer(question, prompts.quoted(passages, language_of(question)), answer),
            (STATES if stated else SILENT,),
        )
        for question, answer, stated in told
    ]


def train() -> None:
    """Train the confirmer, and write it (four hours on two cores; needs `make tune`)."""
    numbers = (
        SHARE_OF_BLOCKS, MOST_RIGHT, EXCHANGED, LACKING, ONE_SENTENCE, OTHER_LANGUAGE, OWN_TEXT, RIVAL, MOST_TOGETHER,
        blocks.ONE_PASSAGE, blocks.ONE_MORE,
    )  # fmt: skip
    data = repr((numbers, [*written()], [*_groups()]))
    courses.train(
        courses.Course(
            "confirmer", shipped_adapters.CONFIRMER, LAYERS, SEQUENCES, RATE, data, _sequences, invocation=TURN
        )
    )


def _sequences() -> Iterator[list[courses.Asked]]:
    """Sequences whose questions are in one language: it heads the passages."""
    chance = random.Random(1)
    learned = [block for block in written() if not block.held_out]
    of_blocks, others = courses.again(learned, chance), [block.texts for block in learned]
    of_groups = courses.again([*_groups()], chance)
    while True:
        if chance.random() < SHARE_OF_BLOCKS:
            texts, told = _of_block(next(of_blocks), others, chance)
        else:
            texts, told = _put_together([next(of_groups) for _ in range(chance.choice((2, 3)))], chance)
        chance.shuffle(told)
        for language in ("en", "zh"):
            if of_it := [each for each in told if language_of(each[0]) == language]:
                yield asked(of_it, texts)


def _of_block(block: Block, others: Sequence[Sequence[str]], chance: random.Random) -> tuple[Sequence[str], list[Told]]:
    lacks = chance.randrange(len(block.texts)) if chance.random() < LACKING else None
    own = [text for at, text in enumerate(block.texts) if at != lacks]
    texts = blocks.varied(own, [each for each in others if each != block.texts], chance)
    told: list[Told] = []
    for right in chance.sample(block.right, min(len(block.right), MOST_RIGHT)):
        if lacks is None or lacks not in right.places:
            told.append((right.question, _part(right.answer, chance), True))
        elif [*right.places] == [lacks]:
            told.append((right.question, right.answer, False))
    for _ in range(EXCHANGED):
        right, question = chance.choice(block.right), chance.choice(block.questions)
        if question != right.question:
            told.append((question, right.answer, False))
    told += [(question, answer, False) for question, answer, _ in block.wrong]
    told += [each for each in block.given if lacks is None or not each[2]]
    if block.in_other and lacks is None and chance.random() < OTHER_LANGUAGE:
        told.append((*chance.choice(block.in_other), True))
    return texts, told


def _part(answer: str, chance: random.Random) -> str:
    """An answer, or one of its sentences, as they are checked one by one."""
    parts = [answer[start:end] for start, end in sentences(answer) if end - start > _SHORTEST]
    return chance.choice(parts) if len(parts) > 1 and chance.random() < ONE_SENTENCE else answer


@dataclass(frozen=True, slots=True)
class _Group:
    """A question, a text that answers it, what it states and what not, texts that give another answer, that say the
    same, and that do not answer it; "" where there is none."""

    question: str
    text: str
    true: Sequence[str]
    false: Sequence[str]
    rival: str
    same: str
    apart: Sequence[str]


def _groups() -> Iterator[_Group]:
    """What was written for the verifier and is not held out."""
    for group in (*blocks.learned(GROUPS), *blocks.learned(STEPS)):
        yield _Group(
            group["q"], blocks.text_of(group), group["true"], [claim for claim, _ in group["false"]],
            _text(group.get("conflict")), _text(group.get("agree")), [*map(blocks.text_of, group["apart"])],
        )  # fmt: skip


def _text(record: Mapping[str, Any] | None) -> str:
    return blocks.text_of(record) if record else ""


def _put_together(groups: Sequence[_Group], chance: random.Random) -> tuple[list[str], list[Told]]:
    """Questions, each beside its text, or beside one that gives another answer, says the same or is silent."""
    texts: list[str] = []
    told: list[Told] = []
    for group in groups:
        drawn = chance.random()
        if drawn < OWN_TEXT:
            texts.append(group.text)
            told += [(group.question, claim, True) for claim in chance.sample(group.true, min(2, len(group.true)))]
            told += [(group.question, claim, False) for claim in chance.sample(group.false, min(3, len(group.false)))]
            if chance.random() < 0.5:
                texts.append(chance.choice(group.apart))
        elif drawn < OWN_TEXT + RIVAL and group.rival:
            texts += [group.rival, chance.choice(group.apart)]
            told += [(group.question, claim, False) for claim in group.true[:2]]
        elif group.same and chance.random() < 0.5:
            texts.append(group.same)
            told.append((group.question, group.true[0], True))
        else:
            texts += chance.sample(group.apart, min(2, len(group.apart)))
            told += [(group.question, claim, False) for claim in group.true[:2]]
    chance.shuffle(texts)
    return texts, chance.sample(told, min(len(told), MOST_TOGETHER))
