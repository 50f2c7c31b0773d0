"""Routing: a question that names a period is about documents of that subject and period, and these weigh more.

What a document is about is told by its file name, its title and how it begins. It weighs and never filters, and a name
that stands in more than half of the documents weighs nothing.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import PurePosixPath

from kb.language.periods import periods, without_periods
from kb.language.proper_names import names_in
from kb.language.tokenizer import STOP_WORDS, tokenise

OPENING = 600  # characters of a document's beginning

_JOINT = re.compile(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])|(?<=[a-z])(?=[A-Z])|[_\-/.]")


def periods_and_names(question: str) -> frozenset[str]:
    """The periods that a question names, and the words of its names; nothing where it names no period."""
    found = periods(question)
    return found | _words(" ".join(names_in(without_periods(question)))) if found else found


@lru_cache(maxsize=4096)
def subject(path: str, title: str, opening: str) -> frozenset[str]:
    """The words and periods by which a document says what it is about."""
    text = f"{PurePosixPath(path).stem} {title} {opening}"
    return _words(text) | periods(text)


def shares(words: frozenset[str], subjects: Sequence[frozenset[str]]) -> list[float]:
    """For each document's subject, the share of the words that it holds, weighed by how few of them do; 0..1."""
    count = Counter(word for each in subjects for word in each & words)
    weights = {word: math.log(len(subjects) / n) for word, n in count.items() if 2 * n <= len(subjects)}
    whole = sum(weights.values())
    if not whole:
        return [0.0] * len(subjects)
    return [sum(weights[word] for word in each & weights.keys()) / whole for each in subjects]


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in tokenise(_JOINT.sub(" ", text)) if word not in STOP_WORDS)
