"""Confirming: how well right answers are told from wrong ones, on blocks that the confirmer has not learned
from: by the check alone, by the check with verifier and confirmer, and by the confirmer; and its training (`--write`,
`benchmarks.confirm_course`).

The wrong answers were written to be taken for right ones; most of them say what the passages hold, of something else.
"""

import random
import sys
from collections.abc import Sequence
from contextlib import closing

import numpy as np
from sklearn.metrics import roc_auc_score

from benchmarks import confirm_course, ticks
from benchmarks.blocks import passages_of
from benchmarks.confirm_course import Block
from benchmarks.result import Result
from kb.answering import judgement, prompts
from kb.checking.citations import cite
from kb.config import LLMSettings
from kb.language.language import language_of
from kb.models import shipped_adapters
from kb.models.llamacpp_engine import EmbeddedModel

_RIGHT, _WRONG = 6, 8  # answers of a block


def run(write: bool = False) -> Result:
    """Right and wrong answers, those of which every sentence is confirmed, and the area under the ROC curve of the
    confirmer, by language; and of the wrong ones by kind."""
    if write:
        confirm_course.train()
    held_out = [block for block in confirm_course.written() if block.held_out]
    found: list[tuple[str, str, bool, bool, float]] = []  # language, kind, both checks, and the probability
    opened = EmbeddedModel(LLMSettings(embedded_model=shipped_adapters.MODEL))
    with ticks._remembered() as similarities, closing(opened) as model:
        for number, block in enumerate(held_out, 1):
            for question, answer, kind in _answers(block):
                language, passages = language_of(question), passages_of(block.texts)
                verify = judgement.verifying(model, question, None)
                confirm = judgement.confirming(model, question, prompts.quoted(passages, language), None)
                if verify is None or confirm is None:
                    raise SystemExit(f"{shipped_adapters.MODEL} is not the model of the adapters")
                alone, checked = (
                    cite(answer, passages, language, question, similarities, verify=v, confirm=c).claims
                    for v, c in ((None, None), (verify, confirm))
                )
                ticked = map(ticks.all_confirmed, (alone, checked))
                found.append((language, kind, *ticked, confirm(answer) or 0.0))
            print(f"\r{number} of {len(held_out)} blocks", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    rows: list[tuple[str | float, ...]] = []
    for language in ("en", "zh"):
        own = [each for each in found if each[0] == language]
        right, sure = np.array([each[1] == "right" for each in own]), np.array([each[4] for each in own])
        rows.append((language, "right", *_counts(own, "right"), float(roc_auc_score(right, sure))))
        rows += [(language, kind, *_counts(own, kind), "") for kind in sorted({each[1] for each in own} - {"right"})]
    columns = ("language", "answers", "of", "confirmed by rules", "confirmed", "AUC of the confirmer")
    return Result("confirming", columns, tuple(rows), ())


def _answers(block: Block) -> Sequence[tuple[str, str, str]]:
    """Questions with an answer each, and its kind."""
    right = random.Random(1).sample(block.right, min(len(block.right), _RIGHT))
    return [*((each.question, each.answer, "right") for each in right), *block.wrong[:_WRONG]]


def _counts(found: Sequence[tuple[str, str, bool, bool, float]], kind: str) -> tuple[int, int, int]:
    own = [each for each in found if each[1] == kind]
    return len(own), sum(each[2] for each in own), sum(each[3] for each in own)
