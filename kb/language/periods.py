"""Periods: the years and quarters that a text names."""

import re

_PERIOD = re.compile(
    r"(?i)(?<![a-z])(?:Q(?P<quarter>[1-4])(?:(?=(?:19|20)\d\d(?!\d))|(?!\d))|FY\s?'?(?P<short>\d\d)(?!\d))"
    r"|(?:(?<!\d)|(?<=Q[1-4]))(?P<year>(?:19|20)\d\d)(?!\d)"
)
_QUARTERS = (
    ("first quarter", "一季度"),
    ("second quarter", "二季度"),
    ("third quarter", "三季度"),
    ("fourth quarter", "四季度"),
)


def periods(text: str) -> frozenset[str]:
    """The years and quarters that a text names, such as 2023 and q2."""
    found = set()
    for match in _PERIOD.finditer(text):
        quarter, short, year = match.group("quarter", "short", "year")
        found.add(f"q{quarter}" if quarter else f"20{short}" if short else year)
    lower = text.lower()
    for number, names in enumerate(_QUARTERS, 1):
        if any(name in lower for name in names):
            found.add(f"q{number}")
    return frozenset(found)


def without_periods(text: str) -> str:
    """The text with the years, and the quarters that are written short, left out."""
    return _PERIOD.sub(" ", text)
