"""Number formats: what a spreadsheet cell shows for a value, as far as words and figures matter."""

import datetime
import math
import operator
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

_QUOTED = re.compile(r'"([^"]*)"|[\\!](.)|_.|\*.|\[\$([^\[\]-]*)(?:-[^\[\]]*)?\]|\[[^\[\]]*\]')
_DATE_LETTERS = re.compile(r"[ymdhsge]|aaa", re.IGNORECASE)
_DATE_TOKEN = re.compile(r"y+|m+|d+|h+|s+(?:\.0+)?|am/pm|a/p|上午/下午|aaaa?|g+|e+", re.IGNORECASE)
_PLACES = re.compile(r"[#0?][#0?,]*(?:[\x1a -]+[#0?][#0?,]*)+(?![#0?.])|[#0?][#0?,]*(?:\.[#0?]*,*)?|\.[#0?]+")
_LOCALE_DATES = {"mm-dd-yy": "yyyy-mm-dd", "m/d/yy h:mm": "yyyy-mm-dd hh:mm"}  # shown in the reader's own order
_MARK = "\x1a"  # stands for a literal while a format is taken apart
_WEEKDAYS = "一二三四五六日"
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?[\d.]+)\]")
_COLOUR = re.compile(r"\[(?![$<>=])[^\[\]]*\]")
_UNSEEN = re.compile(r"\[[^\[\]$]*\]|_.|\s")  # colours, conditions and room for a bracket
_Condition = tuple[Callable[[float, float], bool], float]
_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, "<>": operator.ne,
}  # fmt: skip
_ANY: _Condition = (operator.ge, -math.inf)
_NEGATIVE: _Condition = (operator.lt, 0)
_POSITIVE: tuple[_Condition, ...] = ((operator.ge, 0), (operator.gt, 0))
_IMPLIED = ((_ANY,), (_POSITIVE[0], _ANY), (_POSITIVE[1], _NEGATIVE, _ANY))  # by the number of sections

# What the date formats without a text mean in China (ECMA-376, part 1, 18.8.30), by their number.
CHINESE_DATES = {
    **dict.fromkeys((27, 36, 50, 52, 57), 'yyyy"年"m"月"'),
    **dict.fromkeys((28, 29, 51, 53, 54, 58), 'm"月"d"日"'),
    30: "mm-dd-yy",
    31: 'yyyy"年"m"月"d"日"',
    32: 'h"时"mm"分"',
    33: 'h"时"mm"分"ss"秒"',
    **dict.fromkeys((34, 55), '上午/下午h"时"mm"分"'),
    **dict.fromkeys((35, 56), '上午/下午h"时"mm"分"ss"秒"'),
}


def format_value(value: object, number_format: str) -> str:
    """`value` as `number_format` shows it. Falls back to the plain value for formats that are not known."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return _date(value, number_format)
    if isinstance(value, datetime.timedelta):
        return _duration(value)
    if isinstance(value, int | float):
        return _number(value, number_format)
    return str(value)


def _number(value: int | float, number_format: str) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    cases = ((section, signed) for section, (holds, limit), signed in _cases(number_format) if holds(value, limit))
    section, signed = next(cases, ("General", False))
    literals: list[str] = []

    def keep(match: re.Match[str]) -> str:
        literals.append(match[1] or match[2] or match[3] or "")
        return _MARK

    pattern = _QUOTED.sub(keep, section)
    places = _PLACES.search(pattern)
    if "general" in pattern.lower() or pattern.strip() in ("", "@") or "/" in pattern:
        return _general(value)
    if not places:
        figure, before, after = "", pattern, ""  # a format of words only
    else:
        before, after = pattern[: places.start()], pattern[places.end() :]
        if re.match(r"E[+-]0+", after, re.IGNORECASE):
            return f"{value:.{len(places[0].partition('.')[2])}E}"
        digits = re.sub("[^#0?,.]", "", places[0])
        figure = _figure(abs(value), digits, percent=pattern.count("%")) if re.search("[#0]", digits) else ""
        figure = figure if digits == places[0] else _with_literals(figure, places[0])
        signed = signed and any(digit in "123456789" for digit in figure)
    words = iter(literals)
    text = "".join(next(words, "") if character == _MARK else character for character in before + figure + after)
    return one_space(("-" if signed and value < 0 else "") + text)


@lru_cache(maxsize=512)
def _cases(number_format: str) -> tuple[tuple[str, _Condition, bool], ...]:
    """(section, condition, whether a minus is seen before a negative number) of the sections for numbers. A section
    for negative numbers alone says so by itself, unless its colour is all that it says."""
    sections = _sections(number_format)[:3]
    implied = _IMPLIED[len(sections) - 1]
    conditions = [_condition(section) or usual for section, usual in zip(sections, implied, strict=True)]
    seen = [_UNSEEN.sub("", section) for section in sections]
    cases: list[tuple[str, _Condition, bool]] = []
    for at, (section, condition) in enumerate(zip(sections, conditions, strict=True)):
        is_rest = at == 1 and conditions[0] in _POSITIVE and condition == _ANY
        only_coloured = _COLOUR.search(section) is not None and seen.count(seen[at]) > 1
        signed = only_coloured or not (is_rest or condition == _NEGATIVE)
        cases.append((section, condition, signed) if section.strip() else (sections[0], condition, True))
    return tuple(cases)


def _condition(section: str) -> _Condition | None:
    """The condition that a section begins with, as in `[>=10000]0.0,"万"`."""
    given = _CONDITION.search(section)
    try:
        return (_OPERATORS[given[1]], float(given[2])) if given else None
    except ValueError:
        return None


def _with_literals(figure: str, places: str) -> str:
    """The digits with what stands between their places, as in `000-0000` or `0!.0,"万"`; filled from the right."""
    digits = list(figure)
    shown: list[str] = []
    for character in reversed(places):
        if character in "#0?":
            shown.append(digits.pop() if digits else "")
        elif character != ",":
            shown.append(character)
    return "".join(digits) + "".join(reversed(shown))


def one_space(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _figure(value: int | float, places: str, percent: int) -> str:
    """The digits of a number: rounded half up as a spreadsheet does, grouped, padded with zeros."""
    whole, _, decimals = places.partition(".")
    scale = len(places) - len(places.rstrip(","))
    decimals = decimals.rstrip(",")
    number = Decimal(repr(value)) * (Decimal(100) ** percent) / (Decimal(1000) ** scale)
    digits = len(decimals)
    number = number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP) if number.adjusted() < 24 else number
    text = f"{number:,f}" if "," in whole.rstrip(",") else f"{number:f}"
    optional = len(decimals) - len(decimals.rstrip("#?"))
    for _ in range(optional):
        if "." in text and text.endswith("0"):
            text = text[:-1]
    text = text.rstrip(".") if "." in text and not decimals.startswith("0") else text
    integer, dot, rest = text.partition(".")
    zeros = whole.count("0")
    if len(integer) < zeros:
        integer = integer.zfill(zeros)
    return integer + dot + rest


def _general(value: int | float) -> str:
    """As a cell without a format shows it: whole numbers without `.0`, others to 12 significant digits."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return str(int(value))
    return f"{value:.12g}"


@lru_cache(maxsize=512)
def _sections(number_format: str) -> tuple[str, ...]:
    """The format's parts for positive, negative and zero; semicolons within quotes do not part them."""
    return tuple(part.replace(_MARK, ";") for part in _outside_quotes(number_format).split(";"))


def _outside_quotes(number_format: str) -> str:
    return re.sub(r'"[^"]*"|[\\!].', lambda match: match[0].replace(";", _MARK), number_format)


def _date(value: datetime.datetime | datetime.date | datetime.time, number_format: str) -> str:
    pattern = _sections(_LOCALE_DATES.get(number_format.lower(), number_format))[0]
    literals: list[str] = []

    def keep(match: re.Match[str]) -> str:
        literals.append(match[1] or match[2] or match[3] or "")
        return _MARK

    pattern = _QUOTED.sub(keep, pattern)
    if "general" in pattern.lower() or not _DATE_LETTERS.search(pattern):
        return value.isoformat(" ") if isinstance(value, datetime.datetime) else value.isoformat()
    half_day = re.search(r"am/pm|a/p|上午/下午", pattern, re.IGNORECASE) is not None
    text, at, last = "", 0, ""
    for match in _DATE_TOKEN.finditer(pattern):
        text += pattern[at : match.start()]
        token = match[0].lower()
        minutes = token in ("m", "mm") and (last == "h" or pattern[match.end() :].lstrip(": \x1a")[:1].lower() == "s")
        text += _date_part(value, "minute" if minutes else token, half_day)
        last, at = token[0], match.end()
    words = iter(literals)
    return one_space("".join(next(words, "") if c == _MARK else c for c in text + pattern[at:]))


def _date_part(value: datetime.datetime | datetime.date | datetime.time, token: str, half_day: bool) -> str:
    day = value if isinstance(value, datetime.date) else datetime.date(1900, 1, 1)
    time = value.time() if isinstance(value, datetime.datetime) else value
    clock = time if isinstance(time, datetime.time) else datetime.time()
    if token == "minute":
        return f"{clock.minute:02d}"
    if token.startswith("y"):
        return f"{day.year:04d}" if len(token) > 2 else f"{day.year % 100:02d}"
    if token[0] in "ge":  # the name of an era, and the year in it, which only some calendars count from one
        return str(day.year) if token[0] == "e" else ""
    if token.startswith("aaa"):
        return ("周" if len(token) == 3 else "星期") + _WEEKDAYS[day.weekday()]
    if token.startswith("m"):
        return (str(day.month), f"{day.month:02d}", f"{day:%b}", f"{day:%B}", f"{day:%B}"[0])[min(len(token), 5) - 1]
    if token.startswith("d"):
        return (str(day.day), f"{day.day:02d}", f"{day:%a}", f"{day:%A}")[min(len(token), 4) - 1]
    if token.startswith("h"):
        hour = (clock.hour - 1) % 12 + 1 if half_day else clock.hour
        return f"{hour:02d}" if len(token) > 1 else str(hour)
    if token.startswith("s"):
        return f"{clock.second:02d}"
    first, second = ("上午", "下午") if token.startswith("上") else ("AM", "PM")
    return first if clock.hour < 12 else second


def _duration(value: datetime.timedelta) -> str:
    seconds = round(value.total_seconds())
    sign = "-" if seconds < 0 else ""
    minutes, seconds = divmod(abs(seconds), 60)
    return f"{sign}{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
