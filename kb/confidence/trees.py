"""Trees: boosted regression trees (Friedman, 2001) that give a probability, kept as plain numbers.

They are grown by `python -m benchmarks confidence --write`; what they were grown from stands in `benchmarks/claims/`.
"""

import functools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

_SHIPPED = Path(__file__).with_name("trees.json")


@dataclass(frozen=True, slots=True)
class Trees:
    """`names` are the measures in the order of `trees`, which are either a number, or [measure, threshold, the tree up
    to it, the tree above it]; `start` is the log odds to which their numbers are added."""

    names: Sequence[str]
    start: float
    trees: Sequence[Any]

    def probability(self, measures: Mapping[str, float]) -> float:
        """The probability, 0..1, for measures by name. Raises KeyError where one is missing."""
        values = [float(np.float32(measures[name])) for name in self.names]
        total = self.start + sum(_value(tree, values) for tree in self.trees)
        return 1 / (1 + math.exp(-total))


def _value(tree: Any, values: Sequence[float]) -> float:
    while isinstance(tree, list):
        measure, threshold, below, above = tree
        tree = below if values[measure] <= threshold else above
    return float(tree)


@functools.cache
def shipped() -> Trees:
    """The trees that come with the product."""
    return Trees(**json.loads(_SHIPPED.read_text(encoding="utf-8")))
