"""Bounds: which rows of a table are within what a question says of a number or a day: "over 500", "before July"."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kb.language.content_terms import content_of, share_held
from kb.language.language import nfkc
from kb.language.number_forms import numbers_in
from kb.requests.blocks import Block, Item
from kb.requests.quoting import in_cell

FILLED = 0.6  # share of the cells of a column that must be one number each, or one day
_LONGEST = 40  # characters of a cell that is a number with its unit

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_YEAR = r"(?:19|20)\d\d"
_HAN = "一二两三四五六七八九十百千万亿零"
_AMOUNT = (
    r"(?:[-−]\s?)?[£$€¥]?\s?(?:\d[\d,]{0,15}(?:\.\d{1,6})?(?![\d:]|[.,]\d)"
    rf"(?:\s?(?:million|billion|thousand|mn|bn|[mk])\b|\s?[万亿千百]{{1,2}}|\s?%)?(?!\s?(?:st|nd|rd|th)?\s?{_MONTH}\b|\s?月)"
    rf"|[{_HAN}]{{1,8}}(?=[元天个人台以]))"
)
_DAY = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)? )?{_MONTH} (?:\d{{1,2}}(?:st|nd|rd|th)?,? )?{_YEAR}"
    rf"|\d{{1,2}}[/.]\d{{1,2}}[/.]{_YEAR}|{_YEAR}[-/.]\d{{1,2}}(?:[-/.]\d{{1,2}})?"
    rf"|{_YEAR}(?:\s?年(?: ?\d{{1,2}} ?月(?: ?\d{{1,2}} ?[日号])?)?)?(?!\d)"
)
# What stands before a number, or a day, and behind it, by the bound that it says: "no more than" before "more than".
_OF_NUMBERS = (
    (
        ">=",
        r"at least|(?:no|not) (?:less|fewer|lower|smaller) than|not (?:under|below)|a minimum of|from"
        r"|(?:greater|more|higher|larger) than or equal to|>=|≥|至少|不低于|不少于|不小于|大于(?:或)?等于",
        r"(?: [a-z]{1,12})? (?:or|and) (?:more|over|above|higher|longer)|\s?[元天个人台万]{0,2}(?:及|或)?以上",
    ),
    (
        "<=",
        r"at most|(?:no|not) (?:more|higher|longer|greater) than|not (?:over|above|exceed(?:s|ing)?)|up to"
        r"|a maximum of|(?:less|fewer|lower|smaller) than or equal to|<=|≤|(?:不|未|没有?)(?:超过|高于|多于|大于)"
        r"|最多|至多|小于(?:或)?等于",
        r"(?: [a-z]{1,12})? (?:or|and) (?:less|fewer|under|below|shorter)"
        r"|\s?[元天个人台万]{0,2}(?:及|或)?(?:以下|[以之]内)",
    ),
    (
        ">",
        r"(?:more|greater|higher|larger|longer|older|bigger) than|over|above|exceed(?:s|ing)?|>"
        r"|超过|大于|高于|多于|长于",
        "",
    ),
    (
        "<",
        r"(?:less|fewer|lower|smaller|shorter|younger|cheaper) than|under|below|<|低于|小于|少于|不到|短于|不足",
        "",
    ),
)
_OF_DAYS = (
    (">=", r"(?:no|not) (?:earlier|before)(?: than)?|from|since|不早于|自从?|从", r" (?:or|and) later|\s?起|\s?以来"),
    ("<=", r"(?:no|not) (?:later|after)(?: than)?|until|up to|by|不晚于|不迟于|截至", ""),
    (">", r"after|later than|晚于", r"\s?[之以]?后"),
    ("<", r"before|earlier than|prior to|早于", r"\s?[之以]?前"),
)
_TO = r"\s?(?:and|to|until|up to|[-–—~至到])\s?"
_CLAUSE_END = re.compile(r",(?!\d)|，|;|；|\b(?:and|or|but|with)\b|并且?|而且|且")
_DATE = re.compile(r"(?:19|20)\d\d(?:-\d\d(?:-\d\d)?)?")
_MONTHS = 12
_FULL_DATE = 10  # characters of a day in its ISO form
_MILLIONS = re.compile(r"(?<=\d)\s?mn?\b", re.IGNORECASE)
_BELOW_ZERO = re.compile(  # -40, £-40, EUR -40, (250), 40-
    r"(?:[A-Za-z]{3}\s?)?(?:[-−–]\s?[£$€¥]?\s?\d|[£$€¥]\s?[-−–]\s?\d|\([^()]{1,20}\)\Z)|[^-−–]{0,20}\d\s?[-−–]\Z"
)
_SHORT_DATE = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.]((?:19|20)\d\d)")
_NAMES_ROWS = re.compile(r"\W*(?:no|nr|id|number|code|序号|编号|号)?\W*", re.IGNORECASE)  # heads of a first column

Likeliest = Callable[[str, str, Sequence[str]], int | None]  # of a question, a bound of it, and heads of columns


def _patterns() -> Iterator[tuple[str, bool, re.Pattern[str]]]:
    """(sign, whether of days, pattern); those of ranges first, which have two signs and two numbers."""
    for of_days, number, signs in ((True, _DAY, _OF_DAYS), (False, _AMOUNT, _OF_NUMBERS)):
        both = rf"(?P<number>{number}){_TO}(?P<other>{number})"
        yield ">=<=", of_days, re.compile(rf"\b(?:between|from) {both}", re.IGNORECASE)
        yield ">=<=", of_days, re.compile(rf"(?<![\d.,/-]){both}\s?[元天个人台]?之间", re.IGNORECASE)
        for sign, before, behind in signs:
            begin = rf"(?:\b|(?<=[\u4e00-\u9fff])|(?=[<>≤≥]))(?:{before})"
            yield sign, of_days, re.compile(rf"{begin}\s?(?P<number>{number})", re.IGNORECASE)
            if behind:
                yield sign, of_days, re.compile(rf"(?<![\d.,/-])(?P<number>{number})(?:{behind})", re.IGNORECASE)


_BOUNDS = tuple(_patterns())


@dataclass(frozen=True, slots=True)
class Bound:
    """A bound as it is said, and what it says: `sign` is one of > >= < <=; a number, or a day in its ISO form."""

    said: str
    sign: str
    number: float | None
    day: str

    def __str__(self) -> str:
        return f"{self.sign} {self.day or f'{self.number:,.10g}'}"


def bounds_in(text: str) -> list[Bound]:
    """The bounds that a question says, in order; a range says two."""
    text = nfkc(text)
    found: list[tuple[int, Bound]] = []
    taken: list[tuple[int, int]] = []
    for sign, of_days, pattern in _BOUNDS:
        for match in pattern.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            groups = match.groupdict()
            signs = (sign[:2], sign[2:]) if "other" in groups else (sign,)
            said = (groups["number"], groups.get("other"))
            bounds = [
                bound
                for each, number in zip(signs, said, strict=False)
                if number and (bound := _bound(match.group().strip(), each, number, of_days))
            ]
            if len(bounds) == len(signs):
                taken.append(match.span())
                found += [(match.start(), bound) for bound in bounds]
    return [bound for _, bound in sorted(found, key=lambda each: each[0])]


def without_bounds(text: str) -> str:
    """A question without what it says of numbers and days."""
    text = nfkc(text)
    for bound in bounds_in(text):
        text = text.replace(bound.said, " ")
    return " ".join(text.split())


def bears(subject: str, block: Block) -> bool:
    """Whether a table has a column of the kind of one of a question's bounds."""
    return any(_columns(bound, block) for bound in bounds_in(subject))


def rows_within(subject: str, block: Block, likeliest: Likeliest) -> tuple[list[Item], list[str]]:
    """The rows within the bounds that a question says, each held against the columns that are likeliest meant, and
    what these are; all rows, and nothing, where it says none or no column is of its kind."""
    kept, told = list(block.items), list[str]()
    for bound in bounds_in(subject):
        columns = _columns(bound, block)
        if not columns:
            continue
        meant = [columns[at] for at in _meant(subject, bound, [block.heads[column] for column in columns], likeliest)]
        values = [dict(zip(block.items, _values(bound, block.items, at), strict=True)) for at in meant]
        kept = [item for item in kept if any((value := of[item]) is not None and _holds(bound, value) for of in values)]
        told.append(f"{' / '.join(in_cell(block.heads[at]) for at in meant)} {bound}")
    return kept, told


def _bound(said: str, sign: str, number: str, of_days: bool) -> Bound | None:
    counted = f"{number}元" if number.strip()[:1] in _HAN else _MILLIONS.sub(" million", number)
    value = next(iter(numbers_in(counted)), "")
    if of_days:
        if not _DATE.fullmatch(value):
            return None
        until = sign == "<" and len(value) == _FULL_DATE and not said.isascii()  # 12 月 31 日前: on that day, too
        return Bound(said, "<=" if until else sign, None, value)
    try:
        amount = float(value.rstrip("%"))
    except ValueError:
        return None
    return Bound(said, sign, -amount if number.lstrip()[:1] in "-−" else amount, "")


def _columns(bound: Bound, block: Block) -> list[int]:
    """The columns most cells of which are numbers, or days, as the bound is."""
    of_rows = (
        not block.heads
        or _NAMES_ROWS.fullmatch(block.heads[0])
        or any(not bound.day and any(map(str.isalpha, item.cells[0])) for item in block.items)
    )
    return [at for at in range(1 if of_rows else 0, len(block.heads)) if _is_of_kind(bound, block, at)]


def _is_of_kind(bound: Bound, block: Block, column: int) -> bool:
    values = _values(bound, block.items, column)
    return sum(value is not None for value in values) >= FILLED * len(values)


def _values(bound: Bound, items: Sequence[Item], column: int) -> list[float | str | None]:
    """The one number, or day, of each cell of a column; of 03/04/2025 the day comes first, where another cell of the
    column says so, or none says otherwise."""
    cells = [nfkc(item.cells[column]).strip() if column < len(item.cells) else "" for item in items]
    dates = [match for cell in cells if bound.day and (match := _SHORT_DATE.fullmatch(cell))]
    if dates and not any(int(date[2]) > _MONTHS for date in dates):
        cells = [_SHORT_DATE.sub(r"\3-\2-\1", cell) for cell in cells]
    return [_value(bound, cell) for cell in cells]


def _value(bound: Bound, cell: str) -> float | str | None:
    found = numbers_in(_MILLIONS.sub(" million", cell))
    if len(cell) > _LONGEST or len(found) != 1:
        return None
    [value] = found
    is_day = bool(_DATE.fullmatch(value)) and (len(value) > 4 or bool(bound.day))
    if bound.day:
        return value if is_day else None
    if is_day:
        return None
    try:
        number = float(value.rstrip("%"))
    except ValueError:
        return None
    return -number if _BELOW_ZERO.match(cell) else number


def _holds(bound: Bound, value: float | str) -> bool:
    """Whether a value is within a bound; of days no more is compared than the coarser of both says."""
    other: float | str = bound.day if bound.number is None else bound.number
    if isinstance(value, str) and isinstance(other, str):
        length = min(len(value), len(other))
        value, other = value[:length], other[:length]
    if value == other:
        return "=" in bound.sign
    above = value > other if isinstance(value, str) and isinstance(other, str) else float(value) > float(other)
    return above == bound.sign.startswith(">")


def _meant(subject: str, bound: Bound, heads: Sequence[str], likeliest: Likeliest) -> list[int]:
    """Which of some columns a bound is said of: those whose heads have the most words of the clause, as "Price list"
    and "Price dealer" have of a price; where none has any, that which is judged so, else the first."""
    clause = next((part for part in _CLAUSE_END.split(nfkc(subject)) if bound.said in part), subject)
    for said in (clause, subject):
        shares = [share_held(content_of(head), content_of(said)) for head in heads]
        if any(shares):
            return [at for at, share in enumerate(shares) if share == max(shares)]
    return [likeliest(subject, bound.said, heads) or 0]
