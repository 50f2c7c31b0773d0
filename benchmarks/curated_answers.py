"""Curated answers: how many are given for paraphrases and for near misses, by words and by the model's judgement.

The pairs of `curated/`, each for itself: an answer to the one question, and the other one is asked.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.places import ROOT
from benchmarks.result import Result
from kb.config import LLMSettings, Settings
from kb.models.embedders import open_embedder
from kb.models.llm import open_model
from kb.review import same_question
from kb.review.answer_judge import AnswerJudge

_FOLDER = ROOT / "benchmarks" / "curated"
SETS = ("", "_held_out", "_fresh", "_blind")
MODEL = "qwen2.5-coder-1.5b"


@dataclass(frozen=True, slots=True)
class Pair:
    """A question with a curated answer, and one that is asked."""

    curated: str
    asked: str


def pairs(path: Path) -> Iterator[Pair]:
    for line in path.read_text("utf-8").splitlines():
        entry = json.loads(line)
        yield Pair(entry["curated"], entry["asked"])


def run() -> Result:
    """Of each file: how many pairs are given by their words, by words or judgement, and how many calls that took."""
    embedder = open_embedder(Settings().embedding)
    model = open_model(LLMSettings(), "embedded", MODEL)
    judge = AnswerJudge(lambda: model)
    lines = (_FOLDER / "answers.jsonl").read_text("utf-8").splitlines()
    answers = {entry["question"]: entry["answer"] for entry in map(json.loads, lines)}
    rows: list[tuple[str | float, ...]] = []
    try:
        for part in SETS:
            for kind in ("paraphrases", "near_misses"):
                of = by_words = given = calls = 0
                for pair in pairs(_FOLDER / f"{kind}{part}.jsonl"):
                    one, other = (embedder.embed_question(each).vector for each in (pair.curated, pair.asked))
                    cosine = float(one @ other)
                    same = same_question.asks_the_same(pair.asked, pair.curated, cosine)
                    asks = not same and same_question.in_other_words(pair.asked, pair.curated, cosine)
                    of, by_words, calls = of + 1, by_words + same, calls + asks
                    given += same or (asks and judge.answers(answers[pair.curated], [pair.asked]))
                rows.append((f"{kind}{part}", of, by_words, given, calls))
    finally:
        model.close()
    return Result("curated", ("pairs", "of", "given by words", "given", "calls"), tuple(rows))
