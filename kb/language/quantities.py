"""Quantities: a number with its unit, as another text may give it in another one: 1.5 km are 1,500 m."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from kb.language.number_forms import AMOUNT, plain, scaled_as, value_of


@dataclass(frozen=True, slots=True)
class _Unit:
    """A unit of one dimension: how much of the smallest it is, and how it is written."""

    dimension: str
    size: Decimal
    names: str  # pattern of its English names, in any case
    symbols: str  # pattern of what is written for it in this case alone
    english: str  # behind a number
    chinese: str
    chinese_names: str = ""  # pattern of its Chinese names, where there are others


def _unit(dimension: str, size: str, names: str, symbols: str, english: str, chinese: str, other: str = "") -> _Unit:
    return _Unit(dimension, Decimal(size), names, symbols, english, chinese, other or chinese)


_METRE, _LITRE = r"met(?:re|er)s?", r"lit(?:re|er)s?"
_UNITS = (
    _unit("months", "1", r"months?", "", "months", "个月", "个月"),
    _unit("months", "12", r"years?|yrs?", "", "years", "年", "年(?![级度])"),
    _unit("time", "1", r"seconds?|secs?", "s", "seconds", "秒", "秒钟?"),
    _unit("time", "60", r"minutes?|mins?", "", "minutes", "分钟"),
    _unit("time", "3600", r"hours?|hrs?", "h", "hours", "小时", "个?(?:小时|钟头)"),
    _unit("time", "86400", r"days?", "", "days", "天"),
    _unit("time", "604800", r"weeks?", "", "weeks", "周", "周(?![岁年期末])|个?(?:星期|礼拜)(?![一二三四五六日天])"),
    _unit("length", "1", rf"milli{_METRE}", "mm", "mm", "毫米"),
    _unit("length", "10", rf"centi{_METRE}", "cm", "cm", "厘米"),
    _unit("length", "1000", _METRE, "m", "m", "米"),
    _unit("length", "1000000", rf"kilo{_METRE}", "km", "km", "公里", "公里|千米"),
    _unit("area", "1", rf"square {_METRE}|sqm", "m2|m²", "m²", "平方米"),
    _unit("area", "10000", r"hectares?", "ha", "ha", "公顷"),
    _unit("area", "1000000", rf"square kilo{_METRE}", "km2|km²", "km²", "平方公里"),
    _unit("weight", "1", r"milligrams?", "mg", "mg", "毫克"),
    _unit("weight", "1000", r"grams?", "g", "g", "克"),
    _unit("weight", "1000000", r"kilos?|kilograms?", "kg", "kg", "公斤", "公斤|千克"),
    _unit("weight", "1000000000", r"tonnes?", "t", "t", "吨"),
    _unit("volume", "1", rf"milli{_LITRE}", "m[lL]", "ml", "毫升"),
    _unit("volume", "1000", _LITRE, "[lL]", "l", "升"),
    _unit("volume", "1000000", rf"cubic {_METRE}", "m3|m³", "m³", "立方米"),
    _unit("storage", "1", r"kilobytes?", "[kK]B", "KB", "KB"),
    _unit("storage", "1000", r"megabytes?", "MB", "MB", "MB"),
    _unit("storage", "1000000", r"gigabytes?", "GB", "GB", "GB"),
    _unit("storage", "1000000000", r"terabytes?", "TB", "TB", "TB"),
    _unit("power", "1", r"watts?", "W", "W", "瓦"),
    _unit("power", "1000", r"kilowatts?", "kW", "kW", "千瓦"),
    _unit("power", "1000000", r"megawatts?", "MW", "MW", "兆瓦"),
    _unit("energy", "1", r"watt[ -]hours?", "Wh", "Wh", "瓦时"),
    _unit("energy", "1000", r"kilowatt[ -]hours?", "kWh", "kWh", "千瓦时"),
    _unit("energy", "1000000", r"megawatt[ -]hours?", "MWh", "MWh", "兆瓦时"),
)
_QUARTERS_OF_AN_HOUR = (
    (re.compile(r"\bthree[ -]quarters of an hour\b", re.IGNORECASE), "45 minutes"),
    (re.compile(r"(?<![Tt]hree )\b(?:an? |one )?quarter of an hour\b", re.IGNORECASE), "15 minutes"),
    (re.compile("三刻钟"), "45分钟"),
    (re.compile("一刻钟"), "15分钟"),
)
_BINARY = Decimal("1.024")  # a step of storage is 1000 or 1024
_STEPS = {Decimal(1000) ** n: n for n in range(4)}
_LETTERS = r"(?![A-Za-z²³\d])"


def _named(at: int, unit: _Unit) -> Iterator[str]:
    symbols = f"|(?:{unit.symbols}){_LETTERS}" if unit.symbols else ""
    yield rf"(?P<en{at}>(?i:{unit.names}){_LETTERS}{symbols})"
    yield rf"(?P<zh{at}>{unit.chinese_names})"


# The longest names first: 平方米 is no 米.
_BY_LENGTH = sorted(enumerate(_UNITS), key=lambda each: -len(each[1].chinese))
_QUANTITY = re.compile(
    rf"(?P<number>(?i:{AMOUNT}))(?P<gap>[\s-]*)(?:"
    + "|".join(pattern for at, unit in _BY_LENGTH for pattern in _named(at, unit))
    + ")"
)


@dataclass(frozen=True, slots=True)
class _Quantity:
    number: Decimal
    unit: _Unit
    written: str  # the unit
    is_english: bool

    @property
    def amounts(self) -> frozenset[tuple[str, Decimal]]:
        """How much it is, by dimension; of storage by either step."""
        plainly = self.unit.dimension, self.number * self.unit.size
        if self.unit.dimension != "storage":
            return frozenset((plainly,))
        return frozenset((plainly, ("binary storage", plainly[1] * _BINARY ** _STEPS[self.unit.size])))

    def written_as(self, other: "_Quantity") -> str:
        """Its unit in the language of another quantity."""
        if self.is_english == other.is_english:
            return self.written
        return self.unit.english if other.is_english else self.unit.chinese


def in_units_of(claim: str, source: str) -> str:
    """The claim as its source counts (`scaled_as`), and with each quantity that the source gives in another unit as the
    source gives it: two years as the 24 months that it has. The unit is written as there, or in the claim's language.
    """
    claim = scaled_as(claim, source)
    for quarters, minutes in _QUARTERS_OF_AN_HOUR:
        claim = claim if quarters.search(source) else quarters.sub(minutes, claim)
    if not _QUANTITY.search(claim):
        return claim
    told = [_quantity(match) for match in _QUANTITY.finditer(source)]

    def as_told(match: re.Match[str]) -> str:
        own = _quantity(match)
        if not own.number or any((own.number, own.unit) == (each.number, each.unit) for each in told):
            return match.group()
        same = next((each for each in told if own.amounts & each.amounts), None)
        return match.group() if same is None else f"{plain(same.number)}{match['gap']}{same.written_as(own)}"

    return _QUANTITY.sub(as_told, claim)


def _quantity(match: re.Match[str]) -> _Quantity:
    name = next(name for name, text in match.groupdict().items() if text and name not in ("number", "gap"))
    return _Quantity(value_of(match["number"]), _UNITS[int(name[2:])], match[name], name.startswith("en"))
