"""Content: what a text says, as weighted tokens that a claim shares with its source."""

import functools
import re
from collections.abc import Container, Mapping
from typing import Any

from kb.language.language import CJK
from kb.language.number_forms import numbers_in, without_numbers
from kb.language.tokenizer import STOP_WORDS, tokenise
from kb.language.weekdays import with_short_days

_NUMERIC = re.compile(r"[\d.,]+")
_CHINESE = re.compile(rf"{CJK.pattern}+")


def content_of(text: str) -> dict[str, float]:
    """Tokens with weights: stems of Latin words and numbers ("#15") weigh 1, pairs of Chinese characters a half."""
    return dict(_content(text))


@functools.lru_cache(maxsize=4_096)
def _content(text: str) -> Mapping[str, float]:
    weights: dict[str, float] = {}
    words = with_short_days(without_numbers(text))
    for token in tokenise(words):
        if not CJK.search(token) and token not in STOP_WORDS and not _NUMERIC.fullmatch(token):
            weights[stem(token)] = 1.0
    for number in numbers_in(text):
        weights[f"#{number}"] = 1.0
    for run in _CHINESE.findall(words):
        for pair in (run[i : i + 2] for i in range(max(1, len(run) - 1))):
            if pair not in STOP_WORDS:
                weights[pair] = 0.5
    return weights


def words_of(text: str) -> dict[str, float]:
    """The tokens of `content_of` that stand for no numbers."""
    return {token: weight for token, weight in content_of(text).items() if not is_number(token)}


def share_held(wanted: Mapping[str, float], held: Container[str]) -> float:
    """The share, 0..1, of the weight of some tokens that is held; 0 where there are none."""
    return sum(weight for token, weight in wanted.items() if token in held) / (sum(wanted.values()) or 1.0)


def is_number(token: str) -> bool:
    """Whether a token of `content_of` stands for a number."""
    return token.startswith("#")


@functools.lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The stem of an English word in lower case; others mostly stay as they are."""
    return str(_stemmer().stemWord(word))


@functools.cache
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")
