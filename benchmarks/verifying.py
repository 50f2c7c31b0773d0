"""Verifying: how well the verifier tells what a text states as the answer to a question from what it does not, on
texts that it has not learned from; and its training (`--write`, three hours on two cores; needs `make tune`). The
file that ships was trained in three goes, each from the file before, as the data came; `--write` trains one afresh
on all of it.

`verdicts/` holds what was written for it: `groups.jsonl` texts with right and wrong claims, `relations.jsonl`
sentences of other documents that disagree with a claim, agree with it, or only seem to, and `elsewhere.jsonl` what
a search brings for a claim, mostly of something else: sentences of all of these and of sample_docs, and places that
a check has read. It learns from these and from the claims that were written blind (`claims/`). Those groups that
say so and the last of the blind passages are held out.
"""

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from benchmarks import blocks, courses, ticks
from benchmarks.result import Result
from kb.answering import prompts
from kb.checking.disagreements import DISPUTES, MAY_DISPUTE, SAME_ANSWER
from kb.confidence import verdicts
from kb.confidence.verdicts import OTHERWISE, SILENT, STATES
from kb.config import LLMSettings
from kb.language.language import language_of
from kb.models import shipped_adapters
from kb.models.llamacpp_engine import EmbeddedModel

_FOLDER = Path(__file__).parent / "verdicts"
GROUPS, RELATIONS, ELSEWHERE, STEPS = (
    _FOLDER / f"{name}.jsonl" for name in ("groups", "relations", "elsewhere", "steps")
)
NOT_STATED = f"{OTHERWISE} or {SILENT}"
_SILENT_KINDS = {"not_asked", "echo", "fragment"}
_OTHER_KINDS = {"conflict", "agree", "apart", "elsewhere"}
# Of the training.
LAYERS, SEQUENCES, RATE = range(12, 28), 3000, 3e-4
SHARE_OF_GROUPS = 0.8  # of the sequences; the others are of blind claims
MOST_CLAIMS = 10  # of a sequence

_Text = Mapping[str, str]  # "head" and "text"


@dataclass(frozen=True, slots=True)
class Example:
    """A claim beside a text, and what is right to reply: one of the verifier's words, or NOT_STATED."""

    question: str
    text: str
    claim: str
    reply: str
    kind: str
    held_out: bool


def groups() -> Iterator[list[Example]]:
    """What was written for the verifier: the claims on each text, and the other texts on a claim."""
    for group in blocks.read(GROUPS):
        question, out = group["q"], group["held_out"]
        yield _claims(group)
        yield _others(question, group["true"][0], [group["conflict"]], [group["agree"]], group["apart"], out)
    for group in blocks.read(RELATIONS):
        texts = group["conflict"], group["agree"], group["apart"]
        yield _others(group["q"], group["claim"], *texts, group["held_out"])
    for group in blocks.read(ELSEWHERE):
        yield [
            _beside(group["q"], group["claim"], text, text["reply"], "elsewhere", group["held_out"])
            for text in group["texts"]
        ]


def of_several() -> Iterator[list[Example]]:
    """What was written on questions that one sentence does not answer: the parts of an answer, and other texts."""
    for group in blocks.read(STEPS):
        yield _claims(group)
        yield _others(group["q"], group["true"][0], [], [], group["apart"], group["held_out"])


def _claims(group: Mapping[str, Any]) -> list[Example]:
    said = [
        *((claim, STATES, "true") for claim in group["true"]),
        *((claim, SILENT if kind in _SILENT_KINDS else NOT_STATED, kind) for claim, kind in group["false"]),
    ]
    return [_beside(group["q"], claim, group, reply, kind, group["held_out"]) for claim, reply, kind in said]


def _others(
    question: str, claim: str, conflict: Sequence[_Text], agree: Sequence[_Text], apart: Sequence[_Text], out: bool
) -> list[Example]:
    return [
        _beside(question, claim, text, reply, kind, out)
        for texts, reply, kind in (
            (conflict, OTHERWISE, "conflict"), (agree, STATES, "agree"), (apart, SILENT, "apart")
        )
        for text in texts
    ]  # fmt: skip


def _beside(question: str, claim: str, text: _Text, reply: str, kind: str, out: bool) -> Example:
    return Example(question, f"{text['head']}\n{text['text']}", claim, reply, kind, out)


def blind() -> Iterator[list[Example]]:
    """The claims that were written blind, by passage and question."""
    for (name, question), cases in itertools.groupby(ticks._blind(), lambda case: (_name(case), case.question)):
        yield [
            Example(
                question, case.passages[0].text, case.text, STATES if case.true else NOT_STATED, case.kind,
                name.startswith(ticks.LAST_BLIND),
            )
            for case in cases
        ]  # fmt: skip


def _name(case: ticks.Case) -> str:
    return case.passages[0].document


def run(write: bool = False) -> Result:
    """The area under the ROC curve, of claims and of other texts, by language; and what the floors let pass."""
    if write:
        train()
    model = EmbeddedModel(LLMSettings(embedded_model=shipped_adapters.MODEL))
    found: dict[tuple[str, str], list[tuple[Example, float]]] = {}
    claims = (("groups", groups()), ("several", of_several()), ("blind", blind()))
    for name, source in claims:
        for example in (each for group in source for each in group if each.held_out):
            verdict = verdicts.verdict_on(model, example.question, example.text, example.claim)
            if verdict is None:
                raise SystemExit(f"{shipped_adapters.MODEL} is not the model of the verifier")
            others = example.kind in _OTHER_KINDS
            key = "other texts" if others else f"claims of {name}", language_of(example.question)
            sure = _sure_of(model, example, verdict) if others else verdict.states
            found.setdefault(key, []).append((example, sure))
    model.close()
    rows: list[tuple[str | float, ...]] = []
    for (name, language), pairs in sorted(found.items()):
        others = name == "other texts"
        right = np.array([example.reply == (OTHERWISE if others else STATES) for example, _ in pairs])
        sure = np.array([each for _, each in pairs])
        passing = sure >= (DISPUTES if others else SAME_ANSWER)
        rows.append((
            name, language, int(right.sum()), int((~right).sum()), float(roc_auc_score(right, sure)),
            int((passing & right).sum()), int((passing & ~right).sum()),
        ))  # fmt: skip
    columns = ("of", "language", "right", "wrong", "AUC", "right that pass", "wrong that pass")
    return Result("verifying", columns, tuple(rows), ("other texts: right is what gives another answer",))


def _sure_of(model: EmbeddedModel, example: Example, verdict: verdicts.Verdict) -> float:
    """How surely another text gives another answer, as it is told beside a claim."""
    if verdict.otherwise < MAY_DISPUTE:
        return verdict.otherwise
    told = prompts.quoted(blocks.passages_of([example.text]), language_of(example.question))
    said = example.text.partition("\n")[2]
    return verdicts.with_answer(verdict.otherwise, verdicts.probability_confirmed(model, example.question, told, said))


def train() -> None:
    """Train the verifier, and write it."""
    texts = [example for source in (groups(), of_several(), blind()) for group in source for example in group]
    data = repr((SHARE_OF_GROUPS, MOST_CLAIMS, texts))
    courses.train(courses.Course("verifier", shipped_adapters.VERIFIER, LAYERS, SEQUENCES, RATE, data, _sequences))


def _sequences() -> Iterator[list[courses.Asked]]:
    """Sequences of examples that share a question, and in part a text, at random; of each kind all before one again."""
    chance = random.Random(1)
    written = courses.again([each for each in (*groups(), *of_several()) if not each[0].held_out], chance)
    others = courses.again([group for group in blind() if not group[0].held_out], chance)
    while True:
        group = next(written if chance.random() < SHARE_OF_GROUPS else others)
        yield [
            (
                verdicts.asked(each.question, each.text, each.claim),
                (OTHERWISE, SILENT) if each.reply == NOT_STATED else (each.reply,),
            )
            for each in chance.sample(group, len(group))[:MOST_CLAIMS]
        ]
