"""Numerals: quantities in words, Chinese characters and dates, brought to one form so that answers can be scored.

Apart from `kb.language.number_forms` on purpose: what checks the claims must not be what judges how well they are
checked.
"""

import re
from decimal import Decimal

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10_000, "亿": 100_000_000}

# A lone numeral is a number only before a measure word or after an ordinal mark: 一般, 统一, 万一 are not numbers.
_MEASURES = (
    "天个月年日周次位名人元块页条项台份岁米克度号级层种家倍秒章节季届款只件套本张辆班步点时成折期类星门句字列行轮"
    "英公工小分美欧万亿百千吨升瓦支组批篇座栋架颗"
)
_ORDINAL_MARKS = "第周期拜负"
_NOT_NUMBERS = re.compile(r"十分(?!钟|之)|万一|千万(?=[别不要注])|一点(?!钟|半|\d)|一时|一行")
_LONGEST = 30  # characters of a numeral
_RUN = re.compile("[零〇一二三四五六七八九十百千万亿两]+")

_TO_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty"
)
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
ENGLISH = {word: number for number, word in enumerate(_TO_TWENTY.split())} | TENS
MULTIPLIERS = {
    "hundred": Decimal(100),
    "thousand": Decimal(1000),
    "million": Decimal(10) ** 6,
    "billion": Decimal(10) ** 9,
    "trillion": Decimal(10) ** 12,
    "mn": Decimal(10) ** 6,
    "bn": Decimal(10) ** 9,
    "百": Decimal(100),
    "千": Decimal(1000),
    "万": Decimal(10_000),
    "亿": Decimal(10) ** 8,
}
_MONTH_NAMES = "january february march april may june july august september october november december"
_MONTHS = _MONTH_NAMES.split()
MONTHS = {name: i for i, name in enumerate(_MONTHS, start=1)} | {name[:3]: i for i, name in enumerate(_MONTHS, start=1)}
MONTHS["sept"] = 9


def chinese_value(run: str) -> int | None:
    """The value of a run of Chinese numerals (十五 → 15, 一千二百 → 1200, 二〇二四 → 2024); None if it is not one."""
    if len(run) > _LONGEST:
        return None
    if all(c in _DIGITS for c in run):
        # Two digits side by side are "seven or eight", not seventy-eight; years and numbers have more, or a zero.
        if len(run) == 1 or len(run) > 2 or run[-1] in "零〇":
            return int("".join(str(_DIGITS[c]) for c in run))
        return None
    total = section = digit = 0
    smallest = 10**9
    pending = False
    for c in run:
        if c in _DIGITS:
            if pending and c not in "零〇":
                return None
            digit, pending = _DIGITS[c], c not in "零〇"
        elif c in _UNITS:
            if _UNITS[c] >= smallest or (not pending and c != "十"):
                return None
            smallest = _UNITS[c]
            section += (digit if pending else 1) * smallest
            digit, pending = 0, False
        else:
            section += digit
            if section == 0 and total == 0:
                return None
            total = (total + section) * _LARGE[c] if c == "亿" else total + section * _LARGE[c]
            section = digit = 0
            pending, smallest = False, 10**9
    return total + section + digit


def chinese_to_digits(text: str) -> str:
    """Chinese numerals written as digits where they stand for a number; other uses of the characters stay.

    百分之五 becomes 5%, 三点五 3.5, 负三 and 零下三 -3.
    """
    text = text.replace("百分之百", "100%")
    kept = [(m.start(), m.end()) for m in _NOT_NUMBERS.finditer(text)]

    def convert(match: re.Match[str]) -> str:
        run, start, end = match.group(), match.start(), match.end()
        if any(a < end and start < b for a, b in kept):
            return run
        before, after = text[start - 1 : start], text[end : end + 1]
        value = chinese_value(run)
        if value is None:
            return run
        alone = text.strip() == run
        counted = (after != "" and after in _MEASURES) or (before != "" and before in _ORDINAL_MARKS)
        fraction = text[max(0, start - 3) : start] == "百分之" or before == "点"
        return str(value) if len(run) > 1 or alone or counted or fraction else run

    text = _RUN.sub(convert, text)
    text = re.sub(r"(\d)点(\d+)(?!\d*[分:])", r"\1.\2", text)
    text = re.sub(r"百分之(\d[\d.,]*)", r"\1%", text)
    return re.sub(r"(?:负|零下)\s*(?=\d)", " -", text)


def dates_to_one_form(text: str) -> str:
    """Dates in lower-case text as `2024年1月15日`, whole or in part: ISO, Chinese, and English month names."""
    text = re.sub(r"(?<![\d.])(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?![\d.]*\d)", _date, text)
    text = re.sub(r"(?<!\d)(\d+月\s*\d++)\s*号", r"\1日", text)
    names = "|".join(sorted(MONTHS, key=len, reverse=True))
    day = r"(\d{1,2})(?:st|nd|rd|th)?(?![\d:%.]|,\d)"
    text = re.sub(rf"\b({names})\b\.?\s+{day}(?:\s*,\s*|\s+)(\d{{4}})\b", _month_day_year, text)
    text = re.sub(rf"\b{day}\s+(?:of\s+)?({names})\b\.?,?\s+(\d{{4}})\b", _day_month_year, text)
    text = re.sub(rf"\b({names})\b\.?,?\s+(\d{{4}})\b", lambda m: f" {m[2]}年{MONTHS[m[1]]}月 ", text)
    text = re.sub(rf"\b({names})\b\.?\s+{day}", lambda m: f" {MONTHS[m[1]]}月{m[2]}日 ", text)
    text = re.sub(rf"\b{day}\s+(?:of\s+)?({names})\b\.?", lambda m: f" {MONTHS[m[2]]}月{m[1]}日 ", text)
    if text.strip(" .") in MONTHS:
        return f"{MONTHS[text.strip(' .')]}月"
    # "may", "march" and the short forms are words of their own; only full names stand for a month when alone.
    alone = "|".join(name for name in _MONTHS if name not in ("may", "march"))
    return re.sub(rf"\b({alone})\b", lambda m: f" {MONTHS[m[1]]}月 ", text)


def _date(m: re.Match[str]) -> str:
    month, day = int(m[3]), int(m[4])
    return f" {m[1]}年{month}月{day}日 " if 1 <= month <= 12 and 1 <= day <= 31 else m[0]


def _month_day_year(m: re.Match[str]) -> str:
    return f" {m[3]}年{MONTHS[m[1]]}月{m[2]}日 "


def _day_month_year(m: re.Match[str]) -> str:
    return f" {m[3]}年{MONTHS[m[2]]}月{m[1]}日 "
