"""The answerer's course: what it learns from (`answers/`, `verdicts/`), and its training.

The answers were written for it to the questions of the judge's blocks that their passages answer, to those of blocks of
its own, to such as are asked in the other language (`other_language.jsonl` was written after the file that ships was
trained), and to questions on which two documents disagree. Other answers are the true claims of what was written for
the verifier. Where the passages do not state it, it learns to say so. The file that ships began as the judge
(docs/decisions/0076-answerer.md); `train` trains one afresh.
"""

import functools
import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import blocks, courses
from benchmarks.judge_course import PASSAGES
from benchmarks.verifying import GROUPS, STEPS
from kb.answering import prompts
from kb.language.language import language_of
from kb.models import shipped_adapters
from kb.schema import Language, Message

FOLDER = Path(__file__).parent / "answers"
OF_PASSAGES, BLOCKS, CONFLICTS, OTHERS = (
    FOLDER / f"{name}.jsonl" for name in ("of_passages", "blocks", "conflicts", "other_language")
)
LAYERS, SEQUENCES, RATE = range(8, 28), 1600, 3e-4
TURN = blocks.turn(prompts.ANSWERER_INVOCATION)
# In turn: a block of the judge's, of its own, one put together.
KINDS = ("judged", "own", "together", "judged", "judged", "own", "own", "judged")
MOST_ANSWERED = 6  # questions of a sequence
# Shares of the sequences that have a question which the texts do not answer, and of such among what is put together.
# With more of them it learns to say so of what they do answer, and the judge asks that before it.
SILENT, SILENT_TOGETHER = 0.3, 0.04
MOST_TEXTS = 6  # of what is put together
OTHER_LANGUAGE = 0.5  # share of the sequences that have a question in the other language
BOTH, BESIDE = 0.6, 0.6  # shares of what is put together with what disagrees, and with what lies near


@dataclass(frozen=True, slots=True)
class Block:
    """Texts, each with what heads it as its first line; questions, the answers that the texts give, by the number of
    the question, others with their questions in the other language, and the questions that they do not answer."""

    id: str
    texts: Sequence[str]
    questions: Sequence[str]
    answers: Mapping[int, str]
    in_other: Sequence[tuple[str, str]]
    silent: Sequence[str]
    held_out: bool

    @property
    def answered(self) -> list[tuple[str, str]]:
        """The questions that the texts answer, with the answers."""
        return [(self.questions[number], answer) for number, answer in self.answers.items()]


def judged() -> Iterator[Block]:
    """The judge's blocks, with answers."""
    of = {record["id"]: record for record in blocks.read(OF_PASSAGES)}
    for block in blocks.read(PASSAGES):
        answers = {each["n"]: each["a"] for each in of[block["id"]]["answers"]}
        yield _block(block, answers, of[block["id"]]["other"], block["held_out"])


def own(file: Path = BLOCKS) -> Iterator[Block]:
    """Blocks that were written with answers: those of its own, of which none is held out, or of another file."""
    for block in blocks.read(file):
        answers = {number: each["a"] for number, each in enumerate(block["questions"]) if each["yes"]}
        yield _block(block, answers, block["other"], block.get("held_out", False))


def _block(
    record: Mapping[str, Any], answers: Mapping[int, str], others: Sequence[Mapping[str, str]], held_out: bool
) -> Block:
    more = in_other_language().get(record["id"], {}).get("other", ())
    return Block(
        record["id"],
        [*map(blocks.text_of, record["passages"])],
        [each["q"] for each in record["questions"]],
        answers,
        [(each["q"], each["a"]) for each in (*others, *more)],
        [each["q"] for each in record["questions"] if not each["yes"]],
        held_out,
    )


@functools.cache
def in_other_language() -> Mapping[str, Mapping[str, Any]]:
    """Questions in another language than a passage that answers them, with right answers and wrong ones, by the id of
    the block."""
    return {record["id"]: record for record in blocks.read(OTHERS)}


def conversation(question: str, texts: Sequence[str]) -> list[Message]:
    """What the answerer is told of a question and texts."""
    return prompts.for_answerer(question, blocks.passages_of(texts), language_of(question))


def train() -> None:
    """Train the answerer, and write it (four hours on two cores; needs `make tune`)."""
    numbers = (
        KINDS, MOST_ANSWERED, SILENT, SILENT_TOGETHER, MOST_TEXTS, OTHER_LANGUAGE, blocks.ONE_PASSAGE, blocks.ONE_MORE,
        BOTH, BESIDE,
    )  # fmt: skip
    data = repr((numbers, [*judged()], [*own()], _statements()))
    courses.train(
        courses.Course(
            "answerer",
            shipped_adapters.ANSWERER,
            LAYERS,
            SEQUENCES,
            RATE,
            data,
            _sequences,
            invocation=TURN,
            written=True,
        )
    )


def _sequences() -> Iterator[list[courses.Asked]]:
    """Sequences whose questions are in one language: it heads the passages."""
    chance = random.Random(1)
    learned = [[block for block in of if not block.held_out] for of in ([*judged()], [*own()])]
    of_judged, of_own = (_varied(of, chance) for of in learned)
    kinds = {"judged": of_judged, "own": of_own, "together": _put_together(chance)}
    for kind in itertools.cycle(KINDS):
        texts, replies = next(kinds[kind])
        for language in ("en", "zh"):
            if of_it := [reply for reply in replies if language_of(reply[0]) == language]:
                yield [(conversation(question, texts), (reply,)) for question, reply in of_it]


def _varied(learned: Sequence[Block], chance: random.Random) -> Iterator[tuple[list[str], list[tuple[str, str]]]]:
    others = [block.texts for block in learned]
    for block in courses.again(learned, chance):
        texts = blocks.varied(block.texts, others, chance)
        replies = chance.sample(block.answered, min(len(block.answered), MOST_ANSWERED))
        if block.in_other and chance.random() < OTHER_LANGUAGE:
            replies.append(chance.choice(block.in_other))
        if block.silent and chance.random() < SILENT:
            replies.append(_not_found(chance.choice(block.silent)))
        chance.shuffle(replies)
        yield texts, replies


def _put_together(chance: random.Random) -> Iterator[tuple[list[str], list[tuple[str, str]]]]:
    """Two or three questions of what was written for the verifier, with the texts that answer them and such as do not,
    at random."""
    of_each = {language: courses.again(items, chance) for language, items in _statements().items()}
    while True:
        items = of_each[chance.choice(("en", "zh"))]
        texts: list[str] = []
        replies: list[tuple[str, str]] = []
        for _ in range(chance.choice((2, 2, 3))):
            item = next(items)
            if chance.random() < SILENT_TOGETHER:
                texts += item.beside[:2]
                replies.append(_not_found(item.question))
                continue
            texts.append(item.text)
            if item.both and chance.random() < BOTH:
                texts.append(item.rival)
                replies.append((item.question, item.both))
            else:
                replies.append((item.question, chance.choice(item.answers)))
            if item.beside and chance.random() < BESIDE:
                texts.append(chance.choice(item.beside))
        if len(texts) <= MOST_TEXTS:
            chance.shuffle(texts)
            yield texts, replies


@dataclass(frozen=True, slots=True)
class _Item:
    """A question, a text that answers it, its answers, texts that do not answer it; what another text says otherwise,
    and the answer that tells both, or ""."""

    question: str
    text: str
    answers: Sequence[str]
    beside: Sequence[str]
    rival: str = ""
    both: str = ""


def _statements() -> dict[Language, list[_Item]]:
    """The questions of what was written for the verifier and is not held out, by language."""
    both = {record["q"]: record["a"] for record in blocks.read(CONFLICTS)}
    found: dict[Language, list[_Item]] = {"en": [], "zh": []}
    for group in blocks.learned(GROUPS):
        question, beside = group["q"], [*map(blocks.text_of, group["apart"])]
        rival = blocks.text_of(group["conflict"])
        found[group["lang"]].append(
            _Item(question, blocks.text_of(group), group["true"][:2], beside, rival, both.get(question, ""))
        )
    for group in blocks.learned(STEPS):
        parts, gap = group["true"], " " if group["lang"] == "en" else ""
        answers = [gap.join(parts), "\n".join(f"{number}. {part}" for number, part in enumerate(parts, 1))]
        beside = [*map(blocks.text_of, group["apart"])]
        found[group["lang"]].append(_Item(group["q"], blocks.text_of(group), answers, beside))
    return found


def _not_found(question: str) -> tuple[str, str]:
    return question, prompts.NOT_FOUND[language_of(question)]
