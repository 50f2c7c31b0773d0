"""Dates and times: every way of writing one, brought to one form.

A date is "2025-01-15", "--01-15" without its year, "2025-01" or "--01" without its day; a time is "18:00".
"""

import re
from collections.abc import Callable, Iterable, Iterator, Set

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sep sept", "october oct", "november nov", "december dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
MONTHS = frozenset(_MONTHS)  # names of months in English, lower case: parts of dates, not names

# The month "may" is told from the verb by its capital letter, or by a year.
_MONTH = (
    r"(?:May|may(?=,?\s+(?:\d{1,2}(?:st|nd|rd|th)?,?\s+)?(?:19|20)\d\d(?!\d))|(?i:"
    + "|".join(sorted(MONTHS - {"may"}, key=len, reverse=True))
    + "))"
)
_MONTH_ALONE_ZH = re.compile(r"(?<!\d)(1[0-2]|0?[1-9])\s*月(?!\s*\d{1,2}\s*[日号])")
_MONTH_ALONE_EN = re.compile(
    r"\b(?<!\d )((?<=\bin )may|(?<=\bof )may|may(?= (?:19|20)\d\d\b)|january|february|march|april|june|july|august"
    r"|september|october|november|december)\b(?! (?:[12]?\d|3[01])\b)",
    re.IGNORECASE,
)
_FULL_NAME = "January|February|April|June|July|August|September|October|November|December"
_SHORT_NAME = re.compile(r"\b(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|March|May)\b")
_NUMERIC_DATES = (
    re.compile(r"(?<![A-Za-z\d-])(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)"),
    re.compile(r"(?<![A-Za-z\d.-])(?P<d>\d{1,2})([.-])(?P<m>\d{1,2})\2(?P<y>(?:19|20)\d\d)(?![\d.-]*\d)"),
    re.compile(r"(?<![\d/])(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>(?:19|20)\d\d)(?![\d/])"),
)
_WRITTEN_DATES = (
    re.compile(r"(?:(?P<y>\d{4})\s*年\s*)?(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号]"),
    re.compile(rf"\b(?P<m>{_MONTH})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<y>\d{{4}}))?(?!\d|:\d)"),
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m>{_MONTH})\b\.?(?:,?\s+(?P<y>\d{{4}}))?(?!\d)"),
    re.compile(r"(?P<y>\d{4})\s*年\s*(?P<m>\d{1,2})\s*月(?P<d>)"),
    re.compile(r"(?<![\d-])(?P<y>(?:19|20)\d\d)[-/](?P<m>\d{1,2})(?![-/\d])(?P<d>)"),
    re.compile(rf"\b(?P<m>{_MONTH})\.?,?\s+(?P<y>\d{{4}})(?!\d)(?P<d>)"),
    re.compile(r"(?<![\d.])(?P<m>\d{1,2})\s*月(?P<y>)(?P<d>)"),
    re.compile(
        rf"\b(?P<m>{_FULL_NAME}|(?:(?<=in )|(?<=of )|(?<=by )|(?<=until )|(?<=since )|(?<=every ))(?:March|May))\b"
        r"(?!\s+[A-Z][a-z])(?P<y>)(?P<d>)"
    ),
)
_HAN = "零〇一二三四五六七八九十"
_HAN_DATE = re.compile(
    rf"(?<![{_HAN}])(?:([{_HAN}]{{4}})(\s*年\s*))?([{_HAN}]{{1,3}})(\s*月\s*)(?:([{_HAN}]{{1,3}})(?=\s*[日号]))?"
)
_HAN_CLOCK = re.compile(
    rf"(?<![第{_HAN}])([二两三四五六七八九]|十[一二]?|一(?=点[半钟整]))"
    rf"(点(?=[半钟整前后至到以之\d]|[{_HAN}]+分)|(?<=[午晚早上晨]..)点|(?<=[午晚早上晨].)点|时(?![间候段期长效]))"
    rf"(?:([{_HAN}]{{1,3}})(?=分))?"
)
_MINUTES_PAST = re.compile(r"(?<=点)([零〇])([一二三四五六七八九])(?![倍万亿个米元])")
_HALF_DAY = re.compile(r"(上午|早上|早晨|清晨|凌晨|中午|下午|傍晚|晚上|晚间|夜里|(?<![最不])晚)\s*$")
_HOUR, _MINUTE = r"(?<![\d:.])(?P<h>[01]?\d|2[0-4])", r"(?P<min>[0-5]\d)"
_ON_THE_CLOCK = re.compile(
    rf"{_HOUR}\s*(?:点(?!要求|建议|内容|说明|注意|意见|原因|规定)|时(?![间候段期长效]))"
    r"(?:(?P<min>半|[0-5]\d(?!\d)|\d(?=\s*分))(?:\s*分)?)?(?P<half>)"
)
_TIMES = (
    re.compile(rf"{_HOUR}(?:[:.]{_MINUTE})?\s*(?P<half>[ap])\.?m\b\.?", re.IGNORECASE),
    re.compile(rf"{_HOUR}:{_MINUTE}(?::[0-5]\d)?(?![\d:])(?P<half>)"),
    _ON_THE_CLOCK,
)
_AFTERNOON = frozenset("p 下午 傍晚 晚上 晚间 夜里 晚".split())
_FIRST_OF_TWO = re.compile(  # "2-4 pm": the first hour leaves out its half of the day
    r"(?<![\d:.])(\d{1,2})((?::[0-5]\d)?)(?=\s*(?:[-–—]|to|and|until)\s*(\d{1,2})(?::[0-5]\d)?\s*([ap])\.?m\b)",
    re.IGNORECASE,
)
_VALUE = re.compile(r"(\d{4}|-)-(\d\d)(?:-(\d\d))?")


def take(pattern: re.Pattern[str], values: Callable[[re.Match[str]], Iterable[str]], text: str, found: set[str]) -> str:
    """The text without the matches that have values, which are added to `found`."""

    def taken(match: re.Match[str]) -> str:
        new = set(values(match))
        found.update(new)
        return " " if new else match.group()

    return pattern.sub(taken, text)


def take_numeric(text: str, found: set[str]) -> str:
    """The text without dates in digits alone, such as 31.12.2025, which are added to `found`."""
    for pattern in _NUMERIC_DATES:
        text = take(pattern, _date, text, found)
    return text


def take_written(text: str, found: set[str]) -> str:
    """The text without other dates and times, which are added to `found`."""
    text = _MINUTES_PAST.sub(_in_digits, _HAN_DATE.sub(_in_digits, text))
    text = _HAN_CLOCK.sub(_in_digits, text)
    for pattern in _WRITTEN_DATES:
        text = take(pattern, _date, text, found)
    text = _FIRST_OF_TWO.sub(_with_half, text)
    for pattern in _TIMES:
        text = take(pattern, lambda match: [_time(match)], text, found)
    return text


def parts(value: str) -> Iterator[str]:
    """What is said with a date or time: its day without the year, its month, and its bare numbers."""
    if date := _VALUE.fullmatch(value):
        year, month, day = date.groups()
        yield from (f"--{month}", str(int(month)))
        if day:
            yield from (f"--{month}-{day}", str(int(day)))
        if year != "-":
            yield from (f"{year}-{month}", year)
    elif ":" in value:
        yield from (str(int(part)) for part in value.split(":"))


def less_exact(value: str) -> Iterator[str]:
    """The dates that are said with a date: its day and its month without the year, and its month with it."""
    return (part for part in parts(value) if "-" in part)


def is_told_in_parts(value: str, have: Set[str]) -> bool:
    """Whether a source that holds the values `have` gives a date or time in parts, or less exactly."""
    if date := _VALUE.fullmatch(value):
        year, month, day = date.groups()
        if not day:
            return str(int(month)) in have if year == "-" else {f"--{month}", year} <= have
        return year != "-" and (f"{year}-{month}" in have or {f"--{month}-{day}", year} <= have)
    return value.endswith(":00") and str(int(value[:-3])) in have


def later_readings(text: str) -> dict[str, str]:
    """Times that may be meant as of the afternoon, with what they are then: "6点" is 06:00, or 18:00."""
    times = (_time(match) for match in _ON_THE_CLOCK.finditer(text) if not _half(match))
    return {time: f"{int(time[:2]) + 12}{time[2:]}" for time in times if time < "12"}


def short_months(text: str) -> frozenset[str]:
    """Months whose English names may be names or words as well."""
    return frozenset(f"--{_MONTHS[name.lower()]:02}" for name in _SHORT_NAME.findall(text))


def months_in(text: str) -> frozenset[str]:
    """The months that a text names without a day, as "month 6"."""
    numbers = {int(match[1]) for match in _MONTH_ALONE_ZH.finditer(text)}
    numbers |= {_MONTHS[match[1].lower()] for match in _MONTH_ALONE_EN.finditer(text)}
    return frozenset(f"month {number}" for number in numbers)


def _date(match: re.Match[str]) -> Iterator[str]:
    """The date of a match, if it is one. Of 12/31 and 31/12, each is read as it can be."""
    month, day = _MONTHS.get(match["m"].lower()) or int(match["m"]), int(match["d"] or 0)
    if month > 12 >= day > 0 and match["m"].isdigit():
        month, day = day, month
    if 1 <= month <= 12 and day <= 31:
        yield f"{match['y'] or '-'}-{month:02}" + (f"-{day:02}" if match["d"] else "")


def _time(match: re.Match[str]) -> str:
    hour, half = int(match["h"]), _half(match)
    minute = 30 if match["min"] == "半" else int(match["min"] or 0)
    if hour < 12 and (half in _AFTERNOON or (half == "中午" and hour < 3)):
        hour += 12
    elif hour == 12 and half in ("a", "凌晨", "晚上", "晚", "夜里"):
        hour = 0
    return f"{hour % 24:02}:{minute:02}"


def _half(match: re.Match[str]) -> str:
    """The half of the day, which stands behind an hour in English and before it in Chinese; "" where it is not said."""
    before = _HALF_DAY.search(match.string[max(0, match.start() - 4) : match.start()])
    return str(match["half"]).lower() or (before[1] if before else "")


def _with_half(match: re.Match[str]) -> str:
    first, minutes, last, half = match.groups()
    other = "p" if half.lower() == "a" else "a"
    return f"{first}{minutes} {half if int(first) % 12 < int(last) % 12 else other}m"


def _in_digits(match: re.Match[str]) -> str:
    return "".join(part if part[0] not in _HAN else _digits(part) for part in match.groups("") if part)


def _digits(run: str) -> str:
    """A numeral below a hundred, or of digits alone, in digits."""
    tens, ten, ones = run.replace("两", "二").partition("十")
    digits = {c: str(i) for i, c in enumerate("零一二三四五六七八九")} | {"〇": "0"}
    if ten:
        return str(int(digits.get(tens, "1")) * 10 + int(digits.get(ones, "0")))
    return "".join(digits[c] for c in tens)
