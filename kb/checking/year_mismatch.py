"""Years: whether a document is an older edition of one that is shown, too."""

import re
from collections.abc import Iterator, Sequence

_YEAR = r"(?<![\d.,])(?:19|20)\d\d(?![\d%]|[.,]\d)"
# What follows an amount that looks like a year.
_COUNTED = re.compile(
    r"\s*(?:[元块人名位个件台份次条字小米页€$£¥]|[美欧日港]元|(?:euros?|dollars?|yuan|people|persons?|employees|staff|users"
    r"|customers|guests|visitors|participants|units|pieces|items|words|characters|pages|hours|days|points|per\s?cent"
    r"|eur|usd|cny|rmb|sgd|gbp|jpy|hkd|chf|km|kg|[kmg]b|[mgwv]|rpm)\b)",
    re.IGNORECASE,
)
_MONTH = r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?\s+(?:\d{1,2}(?:st|nd|rd|th)?,?\s+)?"
_ASKED = re.compile(
    rf"({_YEAR})(?=\s*(?:版|财年|年(?!\s*[以之算]?(?:前|后|起|来))))"
    rf"|(?:\b(?:in|for|of|during|year|the|our|your|this)\s+|\bfy\s?|{_MONTH})(?!1900|2000)({_YEAR})"
    rf"|(?!1900|2000)({_YEAR})(?=[/-]\d{{1,2}}(?!\d)|\s+(?:version|edition|polic|report|budget|result|plan|strategy|handbook"
    r"|figure|account|price|rate))",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"(?:[^,，.。;；?？!！:：]|,(?=\s*\d))+")
_SPAN = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*+年?\s*+(?:[-–—~～/至到]|\bto\b)\s*((?:19|20)?\d\d)(?![\d-])")
_EDITION = re.compile(r"(?<!\d)(?:19|20)\d\d(?![\d-]|\s*年\s*\d)")  # a year that is no part of a date


def is_other_edition(question: str, heading: str, others: Sequence[str]) -> bool:
    """Whether another heading is the same but for the year that the question asks about, or else for a later one."""
    year = edition(heading)
    if not year:
        return False
    first = _without_years(heading)
    years = {edition(other) for other in others if _without_years(other) == first} | {year}
    asked = years & {asked for clause in _CLAUSE.findall(question) for asked in _years_in(clause)}
    return year not in asked if asked else year < max(years)


def edition(heading: str) -> int:
    """The latest year that a heading names; 0 where it names none."""
    return max(map(int, _EDITION.findall(heading)), default=0)


def _without_years(heading: str) -> str:
    return " ".join(_EDITION.sub("#", heading.splitlines()[0]).split()) if heading.strip() else ""


def _years_in(clause: str) -> Iterator[int]:
    yield from _in_spans(clause)
    for match in _ASKED.finditer(clause):
        if not _COUNTED.match(clause, match.end()):
            yield int(match[1] or match[2] or match[3])


def _in_spans(text: str) -> Iterator[int]:
    """The years from one to another, as of "2023-2025" or "2024/25"."""
    for match in _SPAN.finditer(text):
        if not _COUNTED.match(text, match.end()):
            first, last = int(match[1]), int(match[1][: 4 - len(match[2])] + match[2])
            yield from range(first, last + 1)
