"""Bounds: which rows of a table are within what a question says of a number or a day: "over 500", "before July"."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kb.language.content_terms import content_of, share_held
from kb.language.language import nfkc
from kb.language.number_forms import numbers_in
from kb.requests.blocks import Block, Item
from kb.requests.quoting import in_cell

FILLED = 0.6  # share of the cells of a column that must be one number each, or one day
_LONGEST = 40  # characters of a cell that is a number with its unit

_AMOUNT = r"[£$€¥￥]?\s?\d[\d,.]*\s?[万亿千百k%]?(?:illion)?"
_DAY = (
    r"(?:\d{1,2}(?:st|nd|rd|th)? )?(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? )?(?:19|20)\d\d"
    r"(?:[-/.]\d{1,2}(?:[-/.]\d{1,2})?)?|\d{1,2}/\d{1,2}/(?:19|20)\d\d"
    r"|(?:19|20)\d\d ?年(?: ?\d{1,2} ?月(?: ?\d{1,2} ?[日号])?)?"
)
_UNIT_ZH = "[元天个人台万日月年]{0,2}"
_SIGNS = (  # what stands before a number, and behind it, by the bound that it says
    (
        ">",
        r"(?:more|greater|higher|larger|longer|older|bigger|later) than|over|above|exceed(?:s|ing)?|after"
        "|超过|大于|高于|多于|晚于|长于",
        "",
    ),
    (
        ">=",
        r"at least|no(?:t)? (?:less|fewer|lower) than|a minimum of|from|since|至少|不低于|不少于|不小于|自从?",
        r"(?: [a-z]{1,12})? (?:or|and) (?:more|over|above|higher|longer|later)"
        rf"|\s?{_UNIT_ZH}(?:及|或)?以上|\s?[日月年]?[之以]?后",
    ),
    (
        "<",
        r"(?:less|fewer|lower|smaller|shorter|younger|cheaper|earlier) than|under|below|before"
        "|低于|小于|少于|不到|早于|短于",
        "",
    ),
    (
        "<=",
        r"at most|no(?:t)? (?:more|higher|longer) than|up to|a maximum of|until|不超过|不高于|不多于|最多|至多",
        r"(?: [a-z]{1,12})? (?:or|and) (?:less|fewer|under|below|shorter|earlier)"
        rf"|\s?{_UNIT_ZH}(?:及|或)?(?:以下|[以之]内)|\s?[日月年]?[之以]?前",
    ),
)
_NUMBER = rf"(?P<number>{_DAY}|{_AMOUNT})"
_BOUNDS = [
    (sign, re.compile(pattern, re.IGNORECASE))
    for sign, before, behind in _SIGNS
    for pattern in (
        rf"(?:\b|(?<=[\u4e00-\u9fff]))(?:{before})\s?{_NUMBER}",
        *([rf"(?<![\d.,]){_NUMBER}(?:{behind})"] if behind else []),
    )
]
_OF_DAYS = re.compile(r"年|after|before|since|until|later|earlier|[早晚]于|前|后", re.IGNORECASE)
_DATE = re.compile(r"(?:19|20)\d\d(?:-\d\d(?:-\d\d)?)?")

Likeliest = Callable[[str, str, Sequence[str]], int | None]  # of a question, a bound of it, and heads of columns


@dataclass(frozen=True, slots=True)
class Bound:
    """A bound as it is said, and what it says: `sign` is one of > >= < <=; a number, or a day in its ISO form."""

    said: str
    sign: str
    number: float | None
    day: str


def bounds_in(text: str) -> list[Bound]:
    """The bounds that a question says, in order."""
    found: list[tuple[int, Bound]] = []
    text = nfkc(text)
    taken: list[tuple[int, int]] = []
    for sign, pattern in _BOUNDS:
        for match in pattern.finditer(text):
            value = next(iter(numbers_in(match["number"])), "")
            bound = _bound(match.group().strip(), sign, value)
            if bound and not any(start < match.end() and match.start() < end for start, end in taken):
                taken.append(match.span())
                found.append((match.start(), bound))
    return [bound for _, bound in sorted(found, key=lambda each: each[0])]


def without_bounds(text: str) -> str:
    """A question without what it says of numbers and days."""
    text = nfkc(text)
    for bound in bounds_in(text):
        text = text.replace(bound.said, " ")
    return " ".join(text.split())


def bears(subject: str, block: Block) -> bool:
    """Whether a table has a column of the kind of one of a question's bounds."""
    return any(_is_of_kind(bound, block, at) for bound in bounds_in(subject) for at in range(1, len(block.heads)))


def rows_within(subject: str, block: Block, likeliest: Likeliest) -> tuple[list[Item], list[str]]:
    """The rows within the bounds that a question says, each held against the column that is likeliest meant, and what
    they are; all rows, and nothing, where it says none or no column is of its kind."""
    kept, told = list(block.items), list[str]()
    for bound in bounds_in(subject):
        columns = [at for at in range(1, len(block.heads)) if _is_of_kind(bound, block, at)]
        if not columns:
            continue
        column = _meant(subject, bound, [block.heads[at] for at in columns], likeliest)
        at = columns[column]
        kept = [item for item in kept if (value := _value(bound, item, at)) is not None and _holds(bound, value)]
        told.append(f"{in_cell(block.heads[at])} {bound.sign} {bound.day or in_cell(bound.said.split()[-1])}")
    return kept, told


def _bound(said: str, sign: str, value: str) -> Bound | None:
    if _DATE.fullmatch(value) and (
        len(value) > 4 or re.search(r"年|after|before|since|until|later|earlier|[早晚]于|前|后", said, re.I)
    ):
        return Bound(said, sign, None, value)
    try:
        return Bound(said, sign, float(value.rstrip("%")), "")
    except ValueError:
        return None


def _is_of_kind(bound: Bound, block: Block, column: int) -> bool:
    """Whether most cells of a column are numbers, or days, as the bound is."""
    values = [_value(bound, item, column) for item in block.items]
    return sum(value is not None for value in values) >= FILLED * len(values)


def _value(bound: Bound, item: Item, column: int) -> float | str | None:
    """The one number, or day, of a cell."""
    cell = nfkc(item.cells[column]) if column < len(item.cells) else ""
    found = numbers_in(cell)
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
    return -number if re.match(r"\s*[-−–]\s?[£$€¥￥]?\d", cell) else number


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


def _meant(subject: str, bound: Bound, heads: Sequence[str], likeliest: Likeliest) -> int:
    """Which of some columns a bound is likeliest said of: that whose head has the most words of the question; of
    equals that which is judged so, else the first."""
    wanted = content_of(subject)
    shares = [share_held(content_of(head), wanted) for head in heads]
    best = [at for at, share in enumerate(shares) if share == max(shares)]
    if len(best) == 1:
        return best[0]
    return best[likeliest(subject, bound.said, [heads[at] for at in best]) or 0]
