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
    chinese_names: str  # pattern


def _unit(dimension: str, size: str, names: str, symbols: str, english: str, chinese: str, other: str = "") -> _Unit:
    return _Unit(dimension, Decimal(size), names, symbols, english, chinese, other or chinese)


_METRE, _LITRE = r"met(?:re|er)s?", r"lit(?:re|er)s?"
_UNITS = (
    _unit("months", "1", r"months?", "", "months", "个月"),
    _unit("months", "12", r"years?|yrs?", "", "years", "年", "年(?![级度代])"),
    _unit("time", "1", r"seconds?|secs?", "", "seconds", "秒", "秒钟?"),
    _unit("time", "60", r"minutes?|mins?", "", "minutes", "分钟"),
    _unit("time", "3600", r"hours?|hrs?", "h", "hours", "小时", "个?(?:小时|钟头)"),
    _unit("time", "86400", r"days?", "", "days", "天", "天(?![津然气空线文才])"),
    _unit("time", "604800", r"weeks?", "", "weeks", "周", "周(?![岁年期末])|个?(?:星期|礼拜)(?![一二三四五六日天])"),
    _unit("length", "1", rf"milli{_METRE}", "mm", "mm", "毫米"),
    _unit("length", "10", rf"centi{_METRE}", "cm", "cm", "厘米"),
    _unit("length", "1000", _METRE, "m", "m", "米", "米(?![饭粉线酒面老兰])"),
    _unit("length", "1000000", rf"kilo{_METRE}", "km", "km", "公里", "公里|千米"),
    _unit("area", "1", rf"square {_METRE}|sqm", "m2|m²", "m²", "平方米"),
    _unit("area", "10000", r"hectares?", "ha", "ha", "公顷"),
    _unit("area", "1000000", rf"square kilo{_METRE}", "km2|km²", "km²", "平方公里"),
    _unit("weight", "1", r"milligrams?", "mg", "mg", "毫克"),
    _unit("weight", "1000", r"grams?", "g", "g", "克", "克(?![拉服隆制])"),
    _unit("weight", "1000000", r"kilos?|kilograms?", "kg", "kg", "公斤", "公斤|千克"),
    _unit("weight", "1000000000", r"tonnes?", "t", "t", "吨", "吨(?!公里)"),
    _unit("volume", "1", rf"milli{_LITRE}", "m[lL]", "ml", "毫升"),
    _unit("volume", "1000", _LITRE, "[lL]", "l", "升", "升(?![级旗降至到职迁])"),
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
# What makes something else of a number ("17:30 h", "1 500 m", 第二周), or of a unit ("kW·h", "MB/s", "1 day a week").
_NOT_BEFORE = r"(?<![\d.,:/^])(?<!\d[\s\u00a0])(?<![第上下本这每首])"
_NOT_BEHIND = r"(?!\s?(?:[/·^*×-]|per\b|an?\b|each\b|every\b|\(?(?:working|business)\b)|[(（]?工作日|每|小时|·?时)"
# Before the last end of a range, an amount of money, a rate.
_NOT_AFTER = re.compile(
    r"(?:\b(?:to|and|EUR|USD|CNY|RMB|SGD|GBP|JPY|HKD|CHF)|[-–—~～x×至到和$€£¥]|时速|每\S{0,4})\s*\Z", re.IGNORECASE
)
_MORE = re.compile(  # of the same, or the other end: 1 kg 500 g, "2 weeks to 4 weeks"
    r"\s*(?:and\s+|to\s+|零|又|[-–—~～至到]\s*)?(?:\d|半|一刻|[一二三四五六七八九十]+(?:分|秒|厘))"
)


def _named(at: int, unit: _Unit) -> Iterator[str]:
    symbols = f"|(?:{unit.symbols}){_LETTERS}" if unit.symbols else ""
    yield rf"(?P<en{at}>(?i:{unit.names}){_LETTERS}{symbols})"
    yield rf"(?P<zh{at}>{unit.chinese_names})"


# The longest names first: 平方米 is no 米.
_BY_LENGTH = sorted(enumerate(_UNITS), key=lambda each: -len(each[1].chinese))
_QUANTITY = re.compile(
    rf"{_NOT_BEFORE}(?P<number>(?i:{AMOUNT}))(?P<gap>[\s-]*)(?i:(?:full|whole)\s+)?(?:"
    + "|".join(pattern for at, unit in _BY_LENGTH for pattern in _named(at, unit))
    + f"){_NOT_BEHIND}"
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
    own = list(_quantities(claim))
    told = [quantity for _, quantity in _quantities(source)] if own else []
    for match, quantity in reversed(own):
        if any((quantity.number, quantity.unit) == (each.number, each.unit) for each in told):
            continue
        if same := next((each for each in told if quantity.amounts & each.amounts), None):
            there = f"{plain(same.number)}{match['gap']}{same.written_as(quantity)}"
            claim = f"{claim[: match.start()]}{there}{claim[match.end() :]}"
    return claim


def _quantities(text: str) -> Iterator[tuple[re.Match[str], _Quantity]]:
    """The quantities of a text that stand alone: ends of ranges, and parts of others ("1 kg 500 g"), do not."""
    before = -1  # where one ended of which more follows
    for match in _QUANTITY.finditer(text):
        is_part = match.start() <= before or bool(_NOT_AFTER.search(text, max(0, match.start() - 8), match.start()))
        more = _MORE.match(text, match.end())
        if more:
            before = more.end()
        quantity = _quantity(match)
        if quantity.number and not more and not is_part:
            yield match, quantity


def _quantity(match: re.Match[str]) -> _Quantity:
    name = match.lastgroup or ""  # of the unit
    return _Quantity(value_of(match["number"]), _UNITS[int(name[2:])], match[name], name.startswith("en"))
