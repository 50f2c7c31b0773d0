"""Frequencies: how often something happens, whatever the words: "every two years" is not "twice a year"."""

import re
from collections.abc import Iterator
from fractions import Fraction

from kb.language.language import nfkc

_DAYS = {
    "day": Fraction(1), "week": Fraction(7), "fortnight": Fraction(14), "month": Fraction(365, 12),
    "quarter": Fraction(365, 4), "half": Fraction(365, 2), "year": Fraction(365),
}  # fmt: skip
_UNIT = r"(?:calendar\s+|working\s+)?(?P<unit>day|week|fortnight|month|quarter|half[- ]year|year)"
_COUNTS = {
    "once": 1, "one": 1, "twice": 2, "two": 2, "three": 3, "thrice": 3, "four": 4, "five": 5, "six": 6, "other": 2,
    "second": 2, "third": 3, "fourth": 4,
}  # fmt: skip
_WORDS = {
    "daily": "day", "weekly": "week", "fortnightly": "fortnight", "monthly": "month", "quarterly": "quarter",
    "half-yearly": "half", "yearly": "year", "annually": "year",
}  # fmt: skip
_CHINESE = {
    "一": Fraction(1), "两": Fraction(2), "二": Fraction(2), "三": Fraction(3), "四": Fraction(4), "五": Fraction(5),
    "六": Fraction(6), "半": Fraction(1, 2),
}  # fmt: skip
_CHINESE_UNITS = {"天": "day", "日": "day", "周": "week", "星期": "week", "月": "month", "季": "quarter", "年": "year"}
_EVERY = re.compile(rf"\b(?:every|each)\s+(?:(?P<n>\d{{1,2}}|{'|'.join(_COUNTS)})\s+)?{_UNIT}s?\b", re.IGNORECASE)
_TIMES = re.compile(
    rf"\b(?P<n>once|twice|thrice|(?:\d{{1,2}}|{'|'.join(_COUNTS)})\s+times)\s+(?:an?|per|every|each)\s+{_UNIT}\b",
    re.IGNORECASE,
)
_WORD = re.compile(rf"(?<![\w-])(?:{'|'.join(_WORDS)})\b", re.IGNORECASE)
_EVERY_ZH = re.compile(
    r"每(?P<apart>隔)?(?P<n>\d{1,2}|[一两二三四五六半])?个?(?P<unit>季|[天日周月年]|星期)度?"
    r"(?:[^，。；\d一两二三四五六]{0,6}\s?(?P<times>\d{1,2}|[一两二三四五六])\s?次)?"
)
_IN_ZH = re.compile(
    r"(?<!每)(?P<n>[一两二三半])个?(?P<unit>季|[天日周月年]|星期)度?内?(?P<times>\d{1,2}|[一两二三四五六])次"
)


def other_frequency(claim: str, source: str) -> bool:
    """Whether a claim tells how often, and its source does so, too, but otherwise."""
    said = set(_frequencies(nfkc(claim)))
    there = set(_frequencies(nfkc(source))) if said else set()
    return bool(there) and said.isdisjoint(there)


def _frequencies(text: str) -> Iterator[Fraction]:
    """How many times a day."""
    left = text
    for match in _TIMES.finditer(text):
        yield _count(match["n"].split()[0]) / _days(match["unit"])
        left = left.replace(match.group(), " ")
    for match in _EVERY.finditer(left):
        yield 1 / (_count(match["n"] or "one") * _days(match["unit"]))
    for match in _WORD.finditer(left):
        yield 1 / _days(_WORDS[match.group().lower()])
    for match in (*_EVERY_ZH.finditer(left), *_IN_ZH.finditer(left)):
        apart = 1 if match.groupdict().get("apart") else 0
        span = (_count(match["n"] or "一") + apart) * _DAYS[_CHINESE_UNITS[match["unit"]]]
        yield _count(match["times"] or "一") / span


def _days(unit: str) -> Fraction:
    return _DAYS[unit.lower().split("-")[0].split()[0]]


def _count(word: str) -> Fraction:
    if word.isdigit():
        return Fraction(int(word))
    return _CHINESE[word] if word in _CHINESE else Fraction(_COUNTS[word.lower()])
