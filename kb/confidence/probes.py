"""Probes: what a model's first token tells beyond the answer that it would write, read by a linear classifier.

A model that is asked for "yes" or "no" is surer of one for many reasons. How probable each of its likeliest first
tokens is tells more of what it has read than these two do: the log probabilities of all tokens are a linear image of
its last layer, and a logistic regression on them is a linear probe of that (Alain and Bengio, "Understanding
intermediate layers using linear classifier probes", 2016). It holds for one model, and for the words with which it was
asked.

They are fitted by `python -m benchmarks judging --write`; what they were fitted to stands in `benchmarks/judgements/`.
"""

import functools
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb.schema import Floors, Language

_SHIPPED = Path(__file__).with_name("probes.json")


@dataclass(frozen=True, slots=True)
class Probe:
    """`weights` of the log probabilities of `tokens`, by their numbers in the vocabulary, and `start`, to which they
    are added: together the log odds. `floors` are where its probabilities must lie."""

    start: float
    tokens: Sequence[int]
    weights: Sequence[float]
    floors: Floors

    @property
    def digest(self) -> str:
        """Eight digits that tell it from another probe."""
        return hashlib.sha256(repr((self.start, self.tokens, self.weights)).encode()).hexdigest()[:8]

    def probability(self, first: Mapping[int, float]) -> float:
        """The probability, 0..1, for the log probabilities of a model's likeliest first tokens.

        A token that is not among them counts as the least probable one that is. Raises ValueError without any.
        """
        if not first:
            raise ValueError("no log probabilities")
        least = min(first.values())
        odds = self.start + sum(
            weight * first.get(token, least) for token, weight in zip(self.tokens, self.weights, strict=True)
        )
        return 1 / (1 + math.exp(-odds)) if odds > -700 else 0.0


@functools.cache
def shipped() -> Mapping[str, Mapping[Language, Probe]]:
    """The probes that come with the product, by the digest of the model's weights and by language."""
    kept = json.loads(_SHIPPED.read_text(encoding="utf-8"))
    return {
        model: {name: Probe(**{**probe, "floors": Floors(**probe["floors"])}) for name, probe in each.items()}
        for model, each in kept.items()
    }
