"""Numbers: every way of writing a number or date, in one form, so that a claim can be held against its source."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_SCALES = {"万": 10**4, "亿": 10**8}
_WORDS = {
    word: value
    for value, word in enumerate(
        (
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
            "sixteen seventeen eighteen nineteen twenty"
        ).split()
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_MULTIPLES = {"hundred": 100, "thousand": 1000, "k": 1000, "million": 10**6, "billion": 10**9, **_SCALES, "千": 1000}
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
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))

# A code such as BC-17 or T5 is a name, whatever digits it holds; EUR148 is an amount.
CODE = re.compile(
    r"(?<![A-Za-z0-9])(?!(?:EUR|USD|CNY|RMB|SGD|GBP|JPY|HKD|CHF)\d)(?=[A-Za-z-]*\d)[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*"
    r"(?![A-Za-z0-9])"
)
_DATE_ZH = re.compile(r"(?:(\d{4})\s*年\s*)?(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]")
_DATE_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_DATE_EN = re.compile(rf"\b({_MONTH})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(\d{{4}}))?(?!\d)")
_DATE_EN_DAY = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({_MONTH})\.?(?:,?\s+(\d{{4}}))?(?!\d)")
_MONTH_OF_YEAR = (
    (re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月"), (0, 1)),
    (re.compile(r"(?<![\d-])(\d{4})[-/](\d{1,2})(?![-/\d])"), (0, 1)),
    (re.compile(rf"\b({_MONTH})\.?,?\s+(\d{{4}})(?!\d)"), (1, 0)),
)
_NUMBER = re.compile(
    r"(?<![\d.])(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*(%|个?百分点|percent\b|per cent\b|"
    r"hundred\b|thousand\b|million\b|billion\b|[万亿千]|k\b)?"
)
_SCALED = re.compile(
    r"(?<![\d.])(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*([万亿千]|million\b|billion\b|thousand\b)", re.IGNORECASE
)
_NUMBER_ZH = re.compile(
    r"百分之([零〇一二两三四五六七八九十百千万亿点]+)|([零〇一二两三四五六七八九十百千万亿]*[十百千万亿][零〇一二两三四五六七八九十百千万亿]*|[零〇一二两三四五六七八九]+)"
)
_NUMBER_EN = re.compile(
    rf"\b({'|'.join(sorted(_WORDS, key=len, reverse=True))})(?:[- ]({'|'.join(list(_WORDS)[1:10])}))?"
    r"(?:\s+(hundred|thousand|million|billion))?\b"
)
# Chinese numerals that are words, not amounts; only runs that are followed by a measure or hold a unit count.
_MEASURE = re.compile(r"\s*[天日个年月周小元人次名位倍条项级种类份章台套件米岁分页步层万亿号楼版轮款家度国]")


def numbers_in(text: str) -> frozenset[str]:
    """The numbers and dates of a text in one form: "15", "15%", "1200000", "2025-01-15", "--01-15", "2025-01"."""
    text = CODE.sub(" ", unicodedata.normalize("NFKC", text)).lower()
    found: set[str] = set()
    for pattern, order in (
        (_DATE_ZH, (0, 1, 2)),
        (_DATE_ISO, (0, 1, 2)),
        (_DATE_EN, (2, 0, 1)),
        (_DATE_EN_DAY, (2, 1, 0)),
    ):
        for match in pattern.finditer(text):
            year, month, day = (match.groups()[i] for i in order)
            found.add(_date(year, str(_MONTHS.get(month, month)), day))
        text = pattern.sub(" ", text)
    for pattern, (year_at, month_at) in _MONTH_OF_YEAR:
        for match in pattern.finditer(text):
            year, month = match.groups()[year_at], match.groups()[month_at]
            found.add(f"{year}-{int(_MONTHS.get(month, month)):02}")
        text = pattern.sub(" ", text)
    for match in _NUMBER.finditer(text):
        found.add(_number(match.group(1).replace(",", ""), match.group(2)))
    for match in _NUMBER_ZH.finditer(text):
        percent, plain = match.groups()
        if percent is not None:
            value = _chinese_decimal(percent)
            found.add(f"{value}%")
        elif plain[0] not in _SCALES and (
            _MEASURE.match(text, match.end()) or (len(plain) > 1 and set(plain) & set(_UNITS))
        ):
            found.add(str(_chinese(plain)))
    for match in _NUMBER_EN.finditer(text):
        value_en = _WORDS[match.group(1)] + (_WORDS[match.group(2)] if match.group(2) else 0)
        found.add(str(value_en * (_MULTIPLES[match.group(3)] if match.group(3) else 1)))
    return frozenset(found)


def missing_numbers(claim: str, source: str) -> frozenset[str]:
    """Numbers and dates of the claim that the source does not hold. A date may be there in part: year, month or day."""
    have = numbers_in(source)
    parts = {part.lstrip("0") for value in have if "-" in value for part in value.split("-") if part}
    have_tails = {value[4:] for value in have if len(value) == 10 and value[4] == "-"}
    missing = set()
    for value in numbers_in(claim):
        if value in have or value in parts:
            continue
        if value.startswith("--") and value[1:] in have_tails:
            continue
        if any(date.startswith(f"{value}-") for date in have) or (len(value) == 10 and value[:7] in have):
            continue
        if "-" in value and f"-{value[4:]}" in have and value[:4] in have:
            continue
        missing.add(value)
    return frozenset(missing)


def in_units_of(claim: str, source: str) -> str:
    """The claim with "811万" as "811" where the source has the bare number, and the unit elsewhere: above a column."""
    have, elsewhere = numbers_in(source), _SCALED.sub(" ", source).lower()

    def bare(match: re.Match[str]) -> str:
        amount, number, scale = match.group(), match.group(1), match.group(2).lower()
        is_bare = not numbers_in(amount) <= have and numbers_in(number) <= have and scale in elsewhere
        return number if is_bare else amount

    return _SCALED.sub(bare, claim)


MONTHS = frozenset(_MONTHS)  # names of months in English, lower case: parts of dates, not names


def _date(year: str | None, month: str, day: str) -> str:
    return f"{year or '-'}-{int(month):02}-{int(day):02}"


def _number(digits: str, unit: str | None) -> str:
    if unit and (unit == "%" or unit.startswith("per") or unit.endswith("百分点")):
        return f"{_plain(Decimal(digits))}%"
    try:
        return _plain(Decimal(digits) * (_MULTIPLES[unit] if unit else 1))
    except InvalidOperation:
        return digits


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _chinese(run: str) -> int:
    if not set(run) & (set(_UNITS) | set(_SCALES)):
        return int("".join(str(_DIGITS[c]) for c in run))
    total = section = digit = 0
    for character in run:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _UNITS:
            section += (digit or 1) * _UNITS[character]
            digit = 0
        else:
            total = (total + section + digit) * _SCALES[character]
            section = digit = 0
    return total + section + digit


def _chinese_decimal(run: str) -> str:
    whole, _, fraction = run.partition("点")
    digits = "".join(str(_DIGITS[c]) for c in fraction if c in _DIGITS)
    return str(_chinese(whole)) + (f".{digits}" if digits else "")
