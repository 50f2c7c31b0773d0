"""Kinds: what a question asks for: a fact, or a request to summarise, compare, list, or find documents.

A multinomial logistic regression on the question's words (tf-idf of n-grams) and on its vector tells it. It is fitted
by `python -m benchmarks recognition --write` to questions that people wrote (`benchmarks/requests/spoken.jsonl`).
"""

import functools
import json
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np

from kb.language.language import nfkc
from kb.models.maxsim import Vectors

Kind = Literal["fact", "summary", "comparison", "list", "documents"]
KINDS: Final[tuple[Kind, ...]] = ("fact", "summary", "comparison", "list", "documents")
# The probability from which on a question is taken for a request of the kind. Where nothing of what is asked for is
# found, the others are answered as ordinary questions.
FLOORS: Final[Mapping[Kind, float]] = {"summary": 0.5, "comparison": 0.6, "list": 0.5, "documents": 0.6}
FLOOR_SUPPOSED = 0.25  # the same where its form says so, too
_LONGEST_TERM = 3  # words, or Chinese characters
_SHIPPED = Path(__file__).with_name("kinds.json")
_WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?|[\u4e00-\u9fff]|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Classifier:
    """`terms` have their inverse document frequency first, then a weight for each of `KINDS`; `vector` are weights,
    shape (dimension, kinds), of the vector of a question that `model` gives; `start` is added, shape (kinds,)."""

    model: str
    start: Vectors
    terms: Mapping[str, Sequence[float]]
    vector: Vectors

    def probabilities(self, question: str, vector: Vectors) -> dict[Kind, float]:
        """Of each kind, 0..1, for a question and its vector, shape (dimension,)."""
        counts = {term: count for term, count in Counter(terms_of(question)).items() if term in self.terms}
        values = {term: (1 + math.log(count)) * self.terms[term][0] for term, count in counts.items()}
        length = math.sqrt(sum(value * value for value in values.values())) or 1.0
        odds = self.start + vector @ self.vector
        for term, value in values.items():
            odds = odds + value / length * np.asarray(self.terms[term][1:])
        shares = np.exp(odds - odds.max())
        return dict(zip(KINDS, map(float, shares / shares.sum()), strict=True))


def terms_of(question: str) -> list[str]:
    """The runs of one to three words, Chinese characters and marks of a question, its ends among them. All digits are
    the same."""
    words = ["^", *_WORD.findall(re.sub(r"\d", "0", nfkc(question).lower())), "$"]
    return [" ".join(words[at : at + n]) for n in range(1, _LONGEST_TERM + 1) for at in range(len(words) - n + 1)]


@functools.cache
def shipped() -> Classifier:
    """The classifier that comes with the product."""
    kept = json.loads(_SHIPPED.read_text(encoding="utf-8"))
    return Classifier(kept["model"], np.array(kept["start"]), kept["terms"], np.array(kept["vector"]))


def kind_of(question: str, vector: Vectors, supposed: Kind = "fact") -> Kind:
    """What a question asks for; "fact" where it is surely nothing else, and not likely what its form says."""
    odds = shipped().probabilities(question, vector)
    kind = likeliest(odds)
    return kind if kind != "fact" or odds[supposed] < FLOOR_SUPPOSED else supposed


def likeliest(odds: Mapping[Kind, float]) -> Kind:
    """The most probable kind, if it is probable enough; else "fact"."""
    kind = max(odds, key=odds.__getitem__)
    return kind if odds[kind] >= FLOORS.get(kind, 0.0) else "fact"
