"""Years, months and numbers of editions: whether a document is an older edition of one that is shown, too, and whether
a value is that of another year, quarter or month."""

import functools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kb.checking.forms import WHEN_ASKED
from kb.language.date_forms import less_exact, months_in
from kb.language.number_forms import numbers_in, without_numbers
from kb.language.periods import periods

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
    r"(?<![a-z\d])(?:version|ver|v)[\s._-]{0,2}(\d{1,3}(?:\.\d{1,3}|[-_]\d{1,2}(?![\d-])){0,3})(?!\d|\.\d)"
    r"|版本(?:号)?[\s:：]?v?(\d{1,3}(?:\.\d{1,3}){0,3})|(?<![\d.])(\d{1,2}(?:\.\d{1,2}){1,2})\s?版(?!本|权|面)",
    re.IGNORECASE,
)
IN_FORCE = re.compile(
    r"polic|rules|manual|handbook|guideline|guidance|guide\b|procedure|regulation|standard|agreement|contract|terms"
    r"|plan\b|code of"
    r"|办法|细则|规[程定则范]|制度|手册|指引|指南|标准|预案|协议|合同|流程|章程|条例|守则|须知|方案",
    re.IGNORECASE,
)
_ENDING = re.compile(  # "Retention policy 2.1"
    r"(?:polic(?:y|ies)|rules|manual|handbook|guidelines?|procedures?|regulations?|terms|办法|细则|规[程定则范]|制度|手册|指引|预案|守则|须知)"
    r"\s?(\d{1,2}(?:\.\d{1,2}){1,2})\s*\Z",
    re.IGNORECASE,
)
_BESIDE_YEARS = re.compile(r"#\s*(?:年度?|版本?|修[订改](?:版|稿)?|edition|revised|revision)")
_EMPTY = re.compile(r"[\s()（）\[\]【】,，._–—-]+")

_DATE = re.compile(r"\d{4}-\d\d(?:-\d\d)?")  # as in `date_forms`
_SENTENCE = re.compile(r"(?:[^.。;；?？!！\n]|\.(?=\d))+")
_WORD = re.compile(r"[a-z]+|[一-鿿]", re.IGNORECASE)
_LONGEST_FRONT = 6  # words, or characters, of what stands before a sentence: "In the year 2021,"
_HALF = re.compile(r"[上下]半年|\b(?:first|second)[- ]half(?= of\b)", re.IGNORECASE)
_PART_OF_YEAR = re.compile(r"季|半年|月|\b(?:quarter|half|month|Q\d|H\d)", re.IGNORECASE)


class _Periods(NamedTuple):
    months: frozenset[str]
    years: frozenset[str]
    quarters: frozenset[str]


_NO_PERIODS = _Periods(frozenset(), frozenset(), frozenset())


Edition = tuple[int, tuple[int, ...]]  # year and number; 0 and () where a heading names none


def is_other_edition(question: str, heading: str, others: Sequence[str]) -> bool:
    """Whether another heading is the same but for the year or number that the question asks about, or for later ones.

    A heading is a title and, in the lines after it, where it stands.
    """
    own = edition(heading)
    if own == NONE:
        return False
    first = without_editions(heading)
    known = {edition(other) for other in others if without_editions(other) == first} | {own}
    clauses = _CLAUSE.findall(question)
    if asked := {year for year, _ in known} & {asked for clause in clauses for asked in _years_in(clause)}:
        return own[0] not in asked
    if named := {number for _, number in known if number} & set(_numbers(question, True)):
        return own[1] not in named
    return own < max(known)


def is_of_other_period(claim: str, question: str, quote: str) -> bool:
    """Whether each part of a sentence that has the numbers which a part of a claim adds names other months or years
    than that part, the claim, or the question: "81% in May" where June is meant. Of a whole year nothing is told by a
    quarter of it. Dates with a day do not count."""
    told, asked = list(_with_periods(quote)), _periods_of(question)
    of_part = bool(_PART_OF_YEAR.search(claim) or _PART_OF_YEAR.search(question))
    for part, said in _with_periods(claim):
        added = numbers_in(part) - numbers_in(question)
        meant = _Periods(*(own or of for own, of in zip(said, asked, strict=True)))
        named = [there for other, there in told if added & numbers_in(other)]
        if named and all(_is_apart(meant, there, of_part) for there in named):
            return True
    return False


def of_other_periods(question: str, text: str) -> frozenset[str]:
    """The numbers that stand only in parts of a text that name other months or years than a question."""
    meant, of_part = _periods_of(question), bool(_PART_OF_YEAR.search(question))
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for part, there in _with_periods(text) if any(meant) else ():
        found[_is_apart(meant, there, of_part)] |= numbers_in(part)
    return frozenset(found[True] - found[False])


def _is_apart(meant: _Periods, there: _Periods, of_part: bool) -> bool:
    """Whether what is told of some periods is told of none of those that are meant. `of_part`: of part of a year."""
    apart = (of and named and not of & named for of, named in zip(meant, there, strict=True))
    return any(apart) or bool(meant.years and there.quarters and not of_part)


def is_of_other_year(claim: str, question: str) -> bool:
    """Whether a claim says in which year it holds, and it is none of those that the question asks about."""
    asked = {year for clause in _CLAUSE.findall(question) for year in _years_in(clause)}
    said = {int(year) for year in _years_told(claim)}
    return bool(asked and said) and asked.isdisjoint(said) and not WHEN_ASKED.search(question)


def heading_of(title: str, path: str) -> str:
    """The heading by which a document is known as an edition, or as one of a series."""
    return f"{title or path}\n{path}"


def gives_way(heading: str, other: str, question: str) -> bool:
    """Whether of two headings that are the same but for a date the other is of the later one, or of that which the
    question names: what the minutes of May say holds, where those of February say something else."""
    own, later = (max(_dates(each), default="") for each in (heading, other))
    first, second = (without_numbers(_title(each)).casefold().split() for each in (heading, other))
    if not own or not later or own == later or first != second:
        return False
    asked, instead = _is_named(own, question), _is_named(later, question)
    return own < later if asked == instead else instead


def _title(heading: str) -> str:
    return next(iter(heading.splitlines()), "")


def _dates(heading: str) -> Iterator[str]:
    for line in heading.splitlines()[:2]:
        yield from filter(_DATE.fullmatch, numbers_in(line))


def _is_named(date: str, question: str) -> bool:
    """Whether a question names a date, its month, or its day without the year."""
    return not numbers_in(question).isdisjoint({date, *less_exact(date)})


@functools.lru_cache(maxsize=65_536)
def edition(heading: str) -> Edition:
    """The latest year that a heading names, and the latest number of an edition in its first two lines."""
    lines = heading.splitlines()[:2]
    numbers = [number for line in lines for number in _numbers(line, bool(IN_FORCE.search(" ".join(lines))))]
    numbers += [_number(number) for line in lines[:1] for number in _ENDING.findall(line)]
    return max(map(int, _EDITION.findall(heading)), default=0), max(numbers, default=())


NONE: Edition = (0, ())


def edition_number(said: str) -> tuple[int, ...]:
    """The number of the edition that somebody names, the latest of several; () for none."""
    return max(_numbers(said, True), default=())


def is_edition_named(text: str, heading: str) -> bool | None:
    """Whether a text names the year or the number of the edition of a heading; None where it names neither of any."""
    year, number = edition(heading)
    numbers, years = set(_numbers(text, True)), {int(named) for named in _EDITION.findall(text)}
    if numbers and number:
        return number in numbers
    return year in years if years and year else None


def names_editions(question: str) -> bool:
    """Whether a question names two editions by their numbers."""
    return len(set(_numbers(question, True))) > 1


def _numbers(text: str, with_versions: bool) -> Iterator[tuple[int, ...]]:
    for match in _NUMBERED.finditer(text):
        said = next(filter(None, match.groups())).lower()
        if said in _ORDINALS:
            yield (_ORDINALS.index(said) + 1,)
        else:
            yield from ((int(number),) for number in numbers_in(f"{said}版") if number.isdigit())
    for match in _VERSION.finditer(text) if with_versions else ():
        yield _number(next(filter(None, match.groups())))


def _number(said: str) -> tuple[int, ...]:
    """The number of a version, 2.0 as 2."""
    parts = [*map(int, re.split(r"[._-]", said))]
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return tuple(parts)


@functools.lru_cache(maxsize=65_536)
def without_editions(heading: str) -> str:
    """The title without years and numbers of editions, and what is said around them."""
    title = _BESIDE_YEARS.sub("#", _NUMBERED.sub("#", _EDITION.sub("#", _title(heading))))
    if IN_FORCE.search(title):
        title = _VERSION.sub("#", title)
    if ending := _ENDING.search(title):
        title = title[: ending.start(1)]
    return _EMPTY.sub(" ", title.replace("#", " ")).strip().casefold()


def _years_in(clause: str) -> Iterator[int]:
    yield from _in_spans(clause)
    for match in _ASKED.finditer(clause):
        if not _COUNTED.match(clause, match.end()):
            yield int(match[1] or match[2] or match[3])


def _with_periods(text: str) -> Iterator[tuple[str, _Periods]]:
    """The parts of sentences, each with what it names, or with what stands in front of its sentence: "In 2021, …"."""
    for sentence in _SENTENCE.findall(text):
        front = _NO_PERIODS
        for part in _CLAUSE.findall(sentence):
            own = _periods_of(part)
            yield part, _Periods(*(named or before for named, before in zip(own, front, strict=True)))
            if len(_WORD.findall(part)) <= _LONGEST_FRONT:
                front = own if any(own) else front


def _periods_of(text: str) -> _Periods:
    return _Periods(months_in(text), _years_told(text), _parts_of_year(text))


def _parts_of_year(text: str) -> frozenset[str]:
    """The quarters, as "q3", and halves that a text names."""
    return frozenset({each for each in periods(text) if each.startswith("q")} | {*map(str.lower, _HALF.findall(text))})


def _years_told(text: str) -> frozenset[str]:
    """The years that a text names without a day or month, those between two of them, too."""
    named = {year[0] for year in _EDITION.finditer(text) if not _COUNTED.match(text, year.end())}
    return frozenset(named | {str(year) for year in _in_spans(text)})


def _in_spans(text: str) -> Iterator[int]:
    """The years from one to another, as of "2023-2025" or "2024/25"."""
    for match in _SPAN.finditer(text):
        if not _COUNTED.match(text, match.end()):
            first, last = int(match[1]), int(match[1][: 4 - len(match[2])] + match[2])
            yield from range(first, last + 1)
