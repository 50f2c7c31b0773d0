"""Years, months and numbers of editions: whether a document is an older edition of one that is shown, too, and whether
a value is that of another month."""

import re
from collections.abc import Iterator, Sequence

from kb.checking.forms import WHEN_ASKED
from kb.language.date_forms import months_in
from kb.language.number_forms import numbers_in

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
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
# The number of an edition: 第四版, 5th edition, Rev. 3.
_NUMBERED = re.compile(
    r"第\s*([零一二三四五六七八九十百\d]{1,4})\s*(?:次修[订改]|版)|(?<![a-z\d])(\d{1,3})(?:st|nd|rd|th)\s+(?:edition|revision)\b"
    rf"|(?<![a-z\d])({'|'.join(_ORDINALS)})\s+(?:edition|revision)\b"
    r"|(?<![a-z\d])(?:ed|edn|edition|rev|revision)[\s._-]{0,2}(\d{1,3})(?!\d|\.\d)",
    re.IGNORECASE,
)
# A version of a text that is in force until the next one: of anything else (a program, its notes) several stand.
_VERSION = re.compile(
    r"(?<![a-z\d])(?:version|ver|v)[\s._-]{0,2}(\d{1,3}(?:\.\d{1,3}){0,3})(?!\d|\.\d)"
    r"|版本(?:号)?[\s:：]?v?(\d{1,3}(?:\.\d{1,3}){0,3})",
    re.IGNORECASE,
)
_IN_FORCE = re.compile(
    r"polic|rules|manual|handbook|guideline|procedure|regulation|standard|agreement|contract|terms|plan\b|code of"
    r"|办法|细则|规[程定则范]|制度|手册|指引|标准|预案|协议|合同|流程|章程|条例|守则|须知|方案",
    re.IGNORECASE,
)
_BESIDE_YEARS = re.compile(r"#\s*(?:年度?|版本?|修[订改](?:版|稿)?|edition|revised|revision)")
_EMPTY = re.compile(r"[\s()（）\[\]【】,，._–—-]+")

Edition = tuple[int, tuple[int, ...]]  # year and number; 0 and () where a heading names none


def is_other_edition(question: str, heading: str, others: Sequence[str]) -> bool:
    """Whether another heading is the same but for the year or number that the question asks about, or for later ones.

    A heading is a title and, in the lines after it, where it stands.
    """
    own = edition(heading)
    if own == NONE:
        return False
    first = _without_editions(heading)
    known = {edition(other) for other in others if _without_editions(other) == first} | {own}
    clauses = _CLAUSE.findall(question)
    if asked := {year for year, _ in known} & {asked for clause in clauses for asked in _years_in(clause)}:
        return own[0] not in asked
    if named := {number for _, number in known if number} & set(_numbers(question, True)):
        return own[1] not in named
    return own < max(known)


def is_of_other_month(claim: str, question: str, quote: str) -> bool:
    """Whether each part of a sentence that has the numbers which a claim adds names other months than those of the
    claim, or of the question: "81% in May" where June is meant. Dates with a day do not count."""
    months = months_in(claim) or months_in(question)
    added = numbers_in(claim) - numbers_in(question)
    if not months or not added:
        return False
    named = [months_in(clause) for clause in _CLAUSE.findall(quote) if added & numbers_in(clause)]
    return bool(named) and all(there and not there & months for there in named)


def is_of_other_year(claim: str, question: str) -> bool:
    """Whether a claim says in which year it holds, and it is none of those that the question asks about."""
    asked = {year for clause in _CLAUSE.findall(question) for year in _years_in(clause)}
    said = {int(year[0]) for year in _EDITION.finditer(claim) if not _COUNTED.match(claim, year.end())}
    return bool(asked and said) and asked.isdisjoint(said) and not WHEN_ASKED.search(question)


def is_edition_of(heading: str, other: str) -> bool:
    """Whether two headings are the same but for the years and numbers of editions that they name."""
    return NONE != edition(heading) != edition(other) and _without_editions(heading) == _without_editions(other)


def edition(heading: str) -> Edition:
    """The latest year that a heading names, and the latest number of an edition in its first two lines."""
    lines = heading.splitlines()[:2]
    numbers = [number for line in lines for number in _numbers(line, bool(_IN_FORCE.search(" ".join(lines))))]
    return max(map(int, _EDITION.findall(heading)), default=0), max(numbers, default=())


NONE: Edition = (0, ())


def _numbers(text: str, with_versions: bool) -> Iterator[tuple[int, ...]]:
    for match in _NUMBERED.finditer(text):
        said = next(filter(None, match.groups())).lower()
        if said in _ORDINALS:
            yield (_ORDINALS.index(said) + 1,)
        else:
            yield from ((int(number),) for number in numbers_in(f"{said}版") if number.isdigit())
    for match in _VERSION.finditer(text) if with_versions else ():
        yield tuple(map(int, (match[1] or match[2]).split(".")))


def _without_editions(heading: str) -> str:
    """The title without years and numbers of editions, and what is said around them."""
    if not heading.strip():
        return ""
    title = heading.splitlines()[0]
    title = _BESIDE_YEARS.sub("#", _NUMBERED.sub("#", _EDITION.sub("#", title)))
    if _IN_FORCE.search(title):
        title = _VERSION.sub("#", title)
    return _EMPTY.sub(" ", title.replace("#", " ")).strip().casefold()


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
