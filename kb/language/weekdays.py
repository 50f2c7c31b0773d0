"""Days of the week, as texts name them: "Mon–Fri", "on Tuesdays", 周一至周五, 工作日, "weekends"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from kb.language.number_forms import numbers_in

_ENGLISH = "mon tue wed thu fri sat sun".split()
_HAN = "一二三四五六日"
_DAY = (
    r"(?:\b(?:(?i:(mon|tues|wednes|thurs|fri|satur|sun)days?)|(Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)\b\.?)"
    r"|(?:周|星期|礼拜)([一二三四五六日天]))"
)
_TO = r" ?(?:\bto\b|\bthrough\b|\btill?\b|\buntil\b|[-–—~～至到]) ?"
_WORKING = r"(?<!\d )(?i:\bweekdays?\b)|(?<![\d个 ])(?<!\d )工作日(?!志)|平日"
_GROUP = rf"(?:(?P<working>{_WORKING})|(?P<off>(?i:\bweekends?\b)|周末|双休日))"
_MENTION = re.compile(rf"{_DAY}(?:{_TO}{_DAY}|{_TO}([一二三四五六日天]))?|{_GROUP}")
_AND = re.compile(r"[\s,，、/&和及与]{0,3}(?:\b(?:and|or)\b)?[\s]?")


_LONG_NAME = re.compile(r"(?:星期|礼拜)([一二三四五六日天])")


def with_short_days(text: str) -> str:
    """The text with the Chinese days of the week in their shortest form: 周四 for 星期四 and 礼拜四."""
    return _LONG_NAME.sub(r"周\1", text)


@dataclass(frozen=True, slots=True)
class DayMention:
    """Days that a text names together, 1 for Monday to 7, and where."""

    start: int
    end: int
    days: frozenset[int]


def weekdays_in(text: str) -> list[DayMention]:
    """The days of the week that a text names, those that are listed together as one."""
    found: list[DayMention] = []
    for match in _MENTION.finditer(text):
        days = _days(match)
        if found and _AND.fullmatch(text, found[-1].end, match.start()):
            found[-1] = DayMention(found[-1].start, match.end(), found[-1].days | days)
        else:
            found.append(DayMention(match.start(), match.end(), days))
    return found


def by_weekday(text: str) -> Iterator[tuple[frozenset[int], str]]:
    """Days that a text names and what it says of them: all of it, or where it names several, what stands behind their
    name, or before where the numbers do."""
    mentions = weekdays_in(text)
    if not mentions:
        return
    if numbers_in(text[: mentions[0].start]) and not numbers_in(text[mentions[-1].end :]):
        cuts = [0, *(mention.end for mention in mentions[:-1]), len(text)]
    else:
        cuts = [0, *(mention.start for mention in mentions[1:]), len(text)]
    for mention, (start, end) in zip(mentions, pairwise(cuts), strict=True):
        yield mention.days, text[start:end]


def _days(match: re.Match[str]) -> frozenset[int]:
    if match["working"]:
        return frozenset(range(1, 6))
    if match["off"]:
        return frozenset((6, 7))
    ends = [_number(name) for name in match.groups()[:7] if name]
    first, last = ends[0], ends[-1]
    return frozenset(range(first, last + 1)) if first <= last else frozenset((*range(first, 8), *range(1, last + 1)))


def _number(name: str) -> int:
    return 1 + (_ENGLISH.index(name[:3].lower()) if name.isascii() else _HAN.index(name.replace("天", "日")))
