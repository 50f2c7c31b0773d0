"""Answering: how often the model that comes with the product answers rightly from passages, by its answerer and alone,
on blocks that the answerer has not learned from; and its training (`--write`, `benchmarks.answer_course`).

An answer is right by the scorer (`kb.evaluation.scoring`), against the one that was written for the question.
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks import answer_course
from benchmarks.answer_course import Block
from benchmarks.blocks import passages_of
from benchmarks.result import Result
from kb.answering import prompts
from kb.confidence.verdicts import probability_stated
from kb.config import LLMSettings
from kb.evaluation.scoring import is_right
from kb.language.language import language_of
from kb.models import shipped_adapters
from kb.models.llamacpp_engine import EmbeddedModel

_ANSWERED, _SILENT = 4, 1  # questions of a block
_LONGEST = 300  # tokens of an answer


@dataclass(slots=True)
class _Found:
    """What was answered rightly, in how many seconds each; and to how many questions without an answer it said so."""

    right: list[bool] = field(default_factory=list)
    said_so: list[bool] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def run(write: bool = False) -> Result:
    """Right answers, refusals of what passages do not state, and seconds, of both, by the language of the passages."""
    if write:
        answer_course.train()
    blocks = [block for block in answer_course.judged() if block.held_out]
    model = EmbeddedModel(LLMSettings(embedded_model=shipped_adapters.MODEL))
    found: dict[tuple[str, str], _Found] = {}
    for number, block in enumerate(blocks, 1):
        language = language_of(block.texts[0])
        for name in ("answerer", "model alone"):
            _answer(model, block, name, found.setdefault((language, name), _Found()))
        print(f"\r{number} of {len(blocks)} blocks", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    model.close()
    rows = [
        (
            language, name, _share(each.right), _share(each.said_so),
            sum(each.seconds) / sum(found[language, "model alone"].seconds),
        )
        for (language, name), each in sorted(found.items())
    ]  # fmt: skip
    columns = ("language", "by", "right", "silent ones told", "seconds against alone")
    return Result("answering", columns, tuple(rows), ("right by the scorer, against one answer that was written",))


def _answer(model: EmbeddedModel, block: Block, name: str, found: _Found) -> None:
    passages = passages_of(block.texts)
    asked = [*block.answered[:_ANSWERED], *((question, "") for question in block.silent[:_SILENT])]
    for question, gold in asked:
        language = language_of(question)
        if name == "answerer":
            messages = answer_course.conversation(question, block.texts)
        else:
            messages = prompts.answering(question, passages, language, judged=False)
        probability_stated(model, question, prompts.quoted(passages, language))  # the passages are read before both
        began = time.perf_counter()
        said = model.complete(messages, answer_tokens=_LONGEST)
        found.seconds.append(time.perf_counter() - began)
        if gold:
            found.right.append(is_right(said, [gold], question=question))
        else:
            found.said_so.append(prompts.says_only_not_found(said))


def _share(told: Sequence[bool]) -> str:
    return f"{sum(told)} of {len(told)}"
