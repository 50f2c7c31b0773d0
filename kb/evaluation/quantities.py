"""Quantities: numbers with sign, unit and magnitude, and whether two of them are the same as people judge it.

Apart from `kb.language.number_forms` on purpose, as `kb.evaluation.answer_numbers` is: the judge of answers is no part
of what checks claims.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from kb.evaluation.answer_numbers import chinese_to_digits, dates_to_one_form
from kb.language.language import sentences

SLACK = Decimal("0.001")  # by so much, as a share, a calculated number may differ: people round on the way
REGION = 2  # sentences with digits, from the beginning and from the end, in which an answer gives its number
_MAGNITUDES = {
    "thousand": 3, "k": 3, "million": 6, "mn": 6, "mm": 6, "m": 6, "billion": 9, "bn": 9, "b": 9, "trillion": 12,
    "tn": 12, "千": 3, "万": 4, "百万": 6, "亿": 8,
}  # fmt: skip
_TABLES = frozenset({0, 3, -3, 6, -6, 9, -9})  # powers of ten that a table's heading states and an answer may repeat
_QUANTITY = re.compile(
    r"(?<![\w.:])(?<![a-z]-)(?P<currency>[$€£¥]\s*)?"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?![\d:]|\.\d)\s*\)?"
    r"(?:\s*(?P<percent>%|percent(?:age)?\b|per\s?cent\b|个百分点))?"
    r"(?:\s*(?P<magnitude>thousand|million|billion|trillion|mn|bn|mm|tn|百万|[万亿千])|(?P<letter>[kmb])\b)?",
    re.IGNORECASE,
)
_LIST_NUMBER = re.compile(r"(?m)^[ \t]*\(?\d{1,2}[.)][ \t]+")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as it is written: 1,234.5 million is `value` 1234.5, `decimals` 1, `magnitude` 6."""

    value: Decimal
    decimals: int
    magnitude: int  # a power of ten
    percent: bool
    currency: bool

    @property
    def is_measured(self) -> bool:
        """Whether people round such a number or tell it in another magnitude: not a count, such as 15."""
        return bool(self.decimals or self.magnitude or self.percent or self.currency) or self.value >= 1000

    @property
    def is_year(self) -> bool:
        """Whether it is written as a year is."""
        bare = not (self.decimals or self.magnitude or self.percent or self.currency)
        return bare and 1900 <= self.value <= 2100


def quantities(text: str) -> Iterator[Quantity]:
    """The quantities of a text in order, parts of dates left out. Signs are not kept: "fell by 2%" is "-2%"."""
    text = dates_to_one_form(chinese_to_digits(unicodedata.normalize("NFKC", text).lower()))
    text = re.sub(r"\d{4}年(?:\d{1,2}月(?:\d{1,2}日)?)?|\d{1,2}月\d{1,2}日", " ", text)
    for match in _QUANTITY.finditer(text):
        digits = match["digits"].replace(",", "")
        letter = match["letter"] if match["currency"] else None  # "7b" is the size of a model
        magnitude = _MAGNITUDES.get(match["magnitude"] or letter or "", 0)
        yield Quantity(
            Decimal(digits), len(digits.partition(".")[2]), magnitude, bool(match["percent"]), bool(match["currency"])
        )


def states(answer: str, gold: Quantity) -> bool:
    """Whether an answer gives this quantity where answers give it: in its first or last sentences with digits."""
    return any(same(found, gold) for sentence in _region(answer) for found in quantities(sentence))


def same(found: Quantity, gold: Quantity) -> bool:
    """Whether people would take one number for the other: rounded, as a fraction of one or in per cent, with the
    magnitude that only one of them names."""
    if found.is_year != gold.is_year:
        return False
    return any(_rounds(found, gold, scale) for scale in _scales(found, gold))


def _scales(found: Quantity, gold: Quantity) -> set[int]:
    """The powers of ten by which the found digits may differ from the gold's."""
    if found.percent != gold.percent:
        return {-2, 0} if found.percent else {2}
    between = found.magnitude - gold.magnitude
    scales = {between}
    if bool(found.magnitude) != bool(gold.magnitude) and (
        found.is_measured or found.value >= 100
    ):  # the other's stands in the question or in a table's heading
        scales |= {0} | ({between + step for step in (3, 6, 9, -3, -6, -9)} & _TABLES)
    elif not found.percent and min(_digits(found), _digits(gold)) >= 3:
        scales |= {3, -3, 6, -6}
    return scales


def _digits(quantity: Quantity) -> int:
    """How many digits it is written with, zeros at either end aside."""
    return len(str(quantity.value).replace(".", "").strip("0"))


def _rounds(found: Quantity, gold: Quantity, scale: int) -> bool:
    """Whether the found number, times ten to `scale`, is the gold to the digits that either is written with."""
    value, wanted = found.value.scaleb(scale), gold.value
    if value == wanted:
        return True
    if not value or not wanted:
        return False
    apart, share = abs(value - wanted), abs(value - wanted) / max(value, wanted)
    if gold.decimals and share <= SLACK:
        return True
    unit, found_unit = Decimal(1).scaleb(-gold.decimals), Decimal(1).scaleb(scale - found.decimals)
    return apart <= unit / 2 if gold.decimals else share <= Decimal("0.02") and apart <= max(unit, found_unit) / 2


def _region(answer: str) -> list[str]:
    text = _LIST_NUMBER.sub("", answer)
    told = [text[start:end] for start, end in sentences(text) if any(c.isdigit() for c in text[start:end])]
    return told if len(told) <= 2 * REGION else told[:REGION] + told[-REGION:]
