"""Designations: letters and numbers that tell things of a kind apart, such as "Plant 2", "Tier B", 一厂 or B类."""

import re
from collections.abc import Mapping
from functools import lru_cache

_NUMERAL = "[一二三四五六七八九十]"
_ENGLISH_MARK = r"(?:[A-Z]|\d{1,2}|[IVX]{2,4})"
_ENGLISH = re.compile(
    r"\b(?P<kind>(?i:plant|building|site|zone|grade|tier|class|category|level|group|phase|stage|band|block|wing|type|unit"
    rf"|ward))(?i:e?s)?\s(?P<marks>(?:{_ENGLISH_MARK}(?:, | and | or |/| to |[-–]))*{_ENGLISH_MARK})(?![\w%]|[.,]\d)"
)
_CHINESE = re.compile(
    rf"(?<!{_NUMERAL})(?P<marks>(?:{_NUMERAL}[、/，,和及与或至到~-]?)*{_NUMERAL})"
    r"(?P<kind>厂|期(?![间限内末初])|类|级|档|车间|号楼|号线|校区|院区|区)"
)
_LETTERED = re.compile(
    r"(?<![A-Za-z\d])(?P<marks>(?:[A-Z][、/，,和及与或至到~-])*[A-Z])\s?"
    r"(?P<kind>厂|期|类|级|档|型|组|班|区|座|栋|楼|线|库|岗|车间|校区|院区)"
)
_RANGE = re.compile(r"[至到~–-]|\bto\b")
_MARK = re.compile(rf"{_NUMERAL}|\b[A-Z]+\b|[A-Z]|\d+")


@lru_cache(maxsize=4_096)
def designations(text: str) -> Mapping[str, frozenset[str]]:
    """The marks in a text by the kind of what they tell apart; of a kind with a range of marks, none are told."""
    found: dict[str, set[str]] = {}
    ranged = set[str]()
    for match in (each for pattern in (_ENGLISH, _CHINESE, _LETTERED) for each in pattern.finditer(text)):
        kind = match["kind"].lower()
        found.setdefault(kind, set()).update(_MARK.findall(match["marks"]))
        if _RANGE.search(match["marks"]):
            ranged.add(kind)
    return {kind: frozenset(marks) for kind, marks in found.items() if kind not in ranged}
