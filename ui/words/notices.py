"""Notices: what was said of an answer in the language of its question, in the language of the page."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from string import Formatter
from types import ModuleType

from kb.answering import answer_builder, editions
from kb.checking import citations
from kb.models import reasoning_stream
from kb.requests import notices as of_requests
from kb.review import curated
from kb.schema import Language
from kb.store import conversations, scopes

# What the filter is stands beside the question; the rest has words of both languages in it.
_NO_MATCH_BEGINS = {"en": "The filter matches no document: ", "zh": "没有文档符合筛选条件："}
_NO_MATCH = {
    "en": "The filter matches no document. Remove it, or choose another.",
    "zh": "没有文档符合筛选条件。请取消筛选，或更换条件。",
}


def in_language(notice: str, language: Language) -> str:
    """The notice in `language`. One that is not known, or is in it already, stays as it is."""
    other: Language = "en" if language == "zh" else "zh"
    if notice.startswith(_NO_MATCH_BEGINS[other]):
        return _NO_MATCH[language]
    for pattern, words in _table(other, language):
        if found := pattern.fullmatch(notice):
            return "".join(text + (found[f"h{hole}"] if hole is not None else "") for text, hole in _parts(words))
    return notice


def pairs() -> Iterator[Mapping[str, str]]:
    """All texts of notices in both languages, with holes as `str.format` has them."""
    for module in (answer_builder, editions, citations, conversations, of_requests, curated):
        yield from _texts_of(module)
    for kind, english in reasoning_stream._NOTICES_EN.items():
        yield {"en": english, "zh": reasoning_stream._NOTICES_ZH[kind]}
    yield scopes.NOTHING_THERE


def _texts_of(module: ModuleType) -> Iterator[Mapping[str, str]]:
    """Those of its public names: others are prompts, and parts of texts."""
    for name, value in vars(module).items():
        if name.startswith("_") or not isinstance(value, dict) or set(value) != {"en", "zh"}:
            continue
        if all(isinstance(words, str) for words in value.values()):
            yield value


@cache
def _table(known: Language, wanted: Language) -> list[tuple[re.Pattern[str], str]]:
    return [(_pattern(pair[known]), pair[wanted]) for pair in pairs()]


def _pattern(words: str) -> re.Pattern[str]:
    hole = "(?P<h{}>.{{1,200}}?)"
    return re.compile("".join(re.escape(text) + ("" if n is None else hole.format(n)) for text, n in _parts(words)))


def _parts(words: str) -> Iterator[tuple[str, str | None]]:
    """(text, the hole after it): a hole without a name is named by its number."""
    for number, (text, name, _, _) in enumerate(Formatter().parse(words)):
        yield text, name if name is None else name or str(number)
