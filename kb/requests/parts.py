"""Parts: a document cut at its headings into pieces that a model can read at once, in reading order."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.editing.passages import without
from kb.language.content_terms import content_of
from kb.language.language import sentences
from kb.language.number_forms import chinese_number
from kb.language.prompt_text import estimate_tokens
from kb.schema import Heading, StoredText
from kb.store.heading_paths import sections_of

PART_TOKENS = 500  # of a part at most, by an estimate on the safe side
_NAMES = 3  # headings that name a part
_HAN = "一二三四五六七八九十"
_UNITS = {
    "chapter": "章",
    "section": "节",
    "article": "条",
    "clause": "条",
    "part": "部",
    "annex": "附",
    "appendix": "附",
}
_UNIT = rf"(?:{'|'.join(_UNITS)})"
_DOTTED = r"\d{1,2}(?:\.\d{1,2}){0,3}"
_NUMBERING = re.compile(  # how a heading is numbered
    rf"\s*(?:(?P<unit>{_UNIT}) (?P<number>\d{{1,2}}(?:\.\d{{1,2}}){{0,3}})(?![\d%])[.:)]?"
    rf"|(?P<dotted>\d{{1,2}}(?:\.\d{{1,2}}){{0,3}})(?:[.)、]\s?|\s)(?=[A-Z一-鿿])"
    rf"|第\s?(?P<han>[{_HAN}\d]{{1,3}})\s?(?P<unit_zh>[章节条部])分?|(?P<listed>[{_HAN}]{{1,3}})、)\s*",
    re.IGNORECASE,
)
_NAMED = re.compile(
    rf"\b(?P<unit>{_UNIT})s? (?P<numbers>{_DOTTED}(?:(?:, | and |, and | to |-){_DOTTED}){{0,5}})(?!\d)"
    rf"|第\s?(?P<han>[{_HAN}\d]{{1,3}})\s?(?P<unit_zh>[章节条部])",
    re.IGNORECASE,
)
_ASKS_FOR_PART = re.compile(rf"\b{_UNIT}s?\b|[章节]|部分", re.IGNORECASE)
_GENERAL = re.compile(  # headings that a summary is asked for with, and not of
    r"summar|overview|outline|introduction|conclusion|contents?|abstract|key points"
    r"|摘要|总结|概述|概要|小结|简介|前言|引言|目录|要点",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Part:
    """`text[start:end]`, named by the headings it stands under; "" where there are none."""

    start: int
    end: int
    name: str


def parts_of(
    stored: StoredText, headings: Sequence[Heading], left_out: Sequence[tuple[int, int]] = (),
    most_tokens: int = PART_TOKENS,
) -> list[Part]:  # fmt: skip
    """The text in parts of at most so many tokens: sections, several short ones together, a long one in pieces; pages
    where there are no headings. What has no letters or digits is no part, nor is anything of `left_out`."""
    packed: list[Part] = []
    size = 0
    for start, end, name in _pieces(stored, headings, left_out, most_tokens):
        tokens = estimate_tokens(stored.text[start:end])
        joined = packed and not any(packed[-1].start < last and first < end for first, last in left_out)
        if joined and size + tokens <= most_tokens and len(_names(packed[-1].name, name)) <= _NAMES:
            packed[-1] = Part(packed[-1].start, end, "; ".join(_names(packed[-1].name, name)))
            size += tokens
        else:
            packed.append(Part(start, end, name))
            size = tokens
    return packed


def sections_named(question: str, title: str, headings: Sequence[Heading], length: int) -> list[tuple[int, int]]:
    """Where the sections stand, of a text so long, whose number a question names, or all words of whose headings,
    beside those of the title; none of a section within another one that is named."""
    said, known = content_of(question).keys(), content_of(title).keys()
    named = _named(question, headings)
    numbered = {at for at, heading in enumerate(headings) if _numbers(heading.text) & named}
    asks_for_part = bool(_ASKS_FOR_PART.search(question))
    found: list[tuple[int, int]] = []
    for at, heading in enumerate(headings):
        number = _NUMBERING.match(heading.text)
        text = heading.text[number.end() :] if number else heading.text
        words = content_of(text).keys()
        is_meant = words and words <= said and not words <= known and (asks_for_part or not _GENERAL.search(text))
        if at in numbered or (is_meant and not numbered):
            later = (each.start for each in headings[at + 1 :] if each.level <= heading.level)
            end = next(later, length)
            if not any(start <= heading.start < last for start, last in found):
                found.append((heading.start, end))
    return found


def _numbers(heading: str) -> set[tuple[str, str]]:
    """The unit, "" for none, and the number of a heading."""
    found = _NUMBERING.match(heading)
    if found is None:
        return set()
    unit = _UNITS.get((found["unit"] or "").lower(), found["unit_zh"] or "")
    return {(unit, _plain(found["number"] or found["dotted"] or found["han"] or found["listed"]))}


def _named(question: str, headings: Sequence[Heading]) -> set[tuple[str, str]]:
    """The units and numbers of the sections that a question names; where no heading names the unit, numbers alone."""
    units = {unit for heading in headings for unit, _ in _numbers(heading.text)}
    found: set[tuple[str, str]] = set()
    for match in _NAMED.finditer(question):
        unit = _UNITS.get((match["unit"] or "").lower(), match["unit_zh"] or "")
        for number in re.findall(r"[\d.]+", match["numbers"]) if match["numbers"] else [match["han"]]:
            found.add((unit if unit in units else "", _plain(number)))
    return found


def _plain(number: str) -> str:
    """A number in digits: 十二 as 12."""
    return str(chinese_number(number)) if number[:1] in _HAN else number.strip(".")


def outside(sections: Sequence[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """What of a text so long is in none of some sections, which stand in order."""
    ends = [0, *(end for _, end in sections)]
    starts = [*(start for start, _ in sections), length]
    return [(end, start) for end, start in zip(ends, starts, strict=True) if end < start]


def spread(parts: Sequence[Part], most: int) -> list[Part]:
    """At most so many of the parts, evenly spread, the first and the last among them."""
    if len(parts) <= most:
        return list(parts)
    step = (len(parts) - 1) / max(1, most - 1)
    return [parts[round(number * step)] for number in range(most)]


def _names(packed: str, name: str) -> list[str]:
    return list(dict.fromkeys(filter(None, [*packed.split("; "), name])))


def _pieces(
    stored: StoredText, headings: Sequence[Heading], left_out: Sequence[tuple[int, int]], most_tokens: int
) -> Iterator[tuple[int, int, str]]:
    text = stored.text
    if headings:
        found = [(s.start, s.end, s.path[-1] if s.path else "") for s in sections_of(text, headings, 0, len(text))]
    else:
        found = [(page.start, page.end, "") for page in stored.pages] or [(0, len(text), "")]
    for start, end, name in found:
        for begin, finish in without(start, end, left_out):
            for first, last in _cut(text, begin, finish, most_tokens):
                if any(map(str.isalnum, text[first:last])):
                    yield first, last, name.replace(";", ",")


def _cut(text: str, start: int, end: int, most_tokens: int) -> Iterator[tuple[int, int]]:
    """A stretch in pieces of at most so many tokens, cut between sentences or lines; one that is longer stays whole."""
    if estimate_tokens(text[start:end]) <= most_tokens:
        yield start, end
        return
    begun = start
    size = 0
    for first, last in sentences(text[start:end]):
        tokens = estimate_tokens(text[start + first : start + last])
        if size and size + tokens > most_tokens:
            yield begun, start + first
            begun, size = start + first, 0
        size += tokens
    yield begun, end
