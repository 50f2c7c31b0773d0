"""Words: how text becomes the tokens of word search. Chinese is segmented; Latin words are left to the stemmer."""

import functools
import logging
import re
import warnings
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from kb.config import cache_dir
from kb.language.language import nfkc

_CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002ffff]+")
_TOKEN = re.compile(r"\w+")
MOST_WORDS = 400  # in a query of the word index

STOP_WORDS = frozenset(
    (
        "a an and are as at be been but by can could did do does for from had has have how i if in into is it its may "
        "me my no not of on or our shall should so than that the their them then there these they this to was we were "
        "what when where which who whom whose why will with would you your about any each other such only also per "
        "的 了 和 是 在 有 我 我们 你 你们 他 她 它 他们 这 那 这个 那个 哪 哪些 哪个 什么 怎么 怎样 如何 "
        "吗 呢 吧 啊 与 及 或 以及 或者 并 并且 而 但 但是 就 都 也 还 很 被 把 将 会 能 可以 应 应该 需要 要 "
        "对 从 到 由 于 之 其 个 为 为了 为什么 因为 所以 如果 请 请问 多少 几 谁 时 中 上 下 里 是否 有关 关于 "
        "一个 哪里 何时 何"
    ).split()
)


def segmenter_cache() -> Path:
    """The folder of what the segmenter has made of its dictionary, which is made here where it is missing: processes
    that read files may not write there."""
    if not (_cache() / "jieba.cache").is_file():
        segmenter()
    return _cache()


def _cache() -> Path:
    return cache_dir() / "jieba"


@functools.cache
def segmenter() -> Any:
    """The Chinese word segmenter (jieba), loaded once."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba 0.42.1 writes regular expressions with invalid escapes
        import jieba

    jieba.setLogLevel(logging.ERROR)
    segmenter = jieba.Tokenizer()
    _cache().mkdir(parents=True, exist_ok=True)
    segmenter.tmp_dir = str(_cache())  # jieba's own default is the shared temporary folder
    segmenter.initialize()
    return segmenter


def tokenise(text: str) -> list[str]:
    """Tokens in reading order, lower case, NFKC. A Chinese run gives its words and their sub-words."""
    tokens: list[str] = []
    for run in _TOKEN.findall(nfkc(text).lower()):
        at = 0
        for cjk in _CJK.finditer(run):
            if cjk.start() > at:
                tokens.append(run[at : cjk.start()])
            tokens += segmenter().lcut_for_search(cjk.group())
            at = cjk.end()
        if at < len(run):
            tokens.append(run[at:])
    return tokens


def content_words(text: str) -> list[str]:
    """The distinct tokens that carry meaning, in order; all tokens where nothing else is left."""
    tokens = list(dict.fromkeys(tokenise(text)))
    return [token for token in tokens if token not in STOP_WORDS] or tokens


def any_of(words: Iterable[str]) -> str:
    """An FTS5 query that finds any of the words; "" where there are none. SQLite takes some hundreds of them."""
    return " OR ".join(f'"{word}"' for word in islice(words, MOST_WORDS))
