"""Designations: letters and numbers that tell things of a kind apart, such as "Plant 2", "Tier B", 一厂 or B类."""

import itertools
import re
from collections.abc import Mapping
from functools import lru_cache

_ENGLISH_MARK = r"(?:[A-Z]|\d{1,2}|[IVX]{2,4})"
_ENGLISH = re.compile(
    r"\b(?P<kind>(?i:plant|building|site|zone|grade|tier|class|categor(?:y|ies)|level|group|phase|stage|band|block|wing|type"
    rf"|unit|ward))(?i:e?s)?\s(?P<marks>{_ENGLISH_MARK}(?:(?:,? (?:and|or|to|&) |, |/|[-–]){_ENGLISH_MARK}){{0,20}})"
    r"(?![\w%]|[.,]\d)"
)
_CHINESE_MARK = "(?:[一二三四五六七八九十]|[A-Z]|[1-9])"
_CHINESE = re.compile(
    rf"(?<![A-Za-z\d.一二三四五六七八九十这那同每某上下统任哪唯单])(?P<marks>{_CHINESE_MARK}(?:[、/，,和及与或至到~-]{_CHINESE_MARK}){{0,20}})"
    r"\s?[两三四五]?(?P<kind>厂|期(?![间限内末初])|类|级|档|型|组|班|区|座|栋|楼|线|库|岗|车间|号楼|号线|校区|院区)"
)
_COUNTING = frozenset("型组班座栋楼线库岗")  # after a numeral, these count
_RANGE = re.compile(r"[至到~–-]|\bto\b")
_MARK = re.compile(r"[一二三四五六七八九十]|\d+|[A-Z]+")
_NUMERALS = {numeral: str(number) for number, numeral in enumerate("一二三四五六七八九十", 1)}
# What is named for contrast, or as an exception.
_APART = re.compile(
    r"除(?:了)?[^，,。；;\n]{0,16}?(?:以?外|之外)|[与和同跟][^，,。；;\n]{0,12}?(?:不同|不一样|有别)|(?:不同于|区别于)[^，,。；;\n]{0,12}"
    r"|\b(?:unlike|except(?: for)?|other than|apart from|compared (?:to|with))(?: in| for)? [^,.;\n]{0,40}",
    re.IGNORECASE,
)


@lru_cache(maxsize=4_096)
def designations(text: str) -> Mapping[str, frozenset[str]]:
    """The marks in a text by the kind of what they tell apart, 二 as "2"; none of a kind with a range of marks,
    nor those of an exception."""
    found: dict[str, set[str]] = {}
    ranged = set[str]()
    text = _APART.sub(" ", text)
    for match in itertools.chain(_ENGLISH.finditer(text), _CHINESE.finditer(text)):
        kind = match["kind"].lower().replace("categories", "category")
        marks = {_NUMERALS.get(mark, mark) for mark in _MARK.findall(match["marks"])}
        if kind in _COUNTING and all(map(str.isdigit, marks)):
            continue
        found.setdefault(kind, set()).update(marks)
        if _RANGE.search(match["marks"]):
            ranged.add(kind)
    return {kind: frozenset(marks) for kind, marks in found.items() if kind not in ranged}
