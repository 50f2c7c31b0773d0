"""Ranges: "5 to 10 years", 满 5 年不满 10 年, "up to EUR 4,000"."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest

from kb.checking.unit_mismatch import units_named, units_of
from kb.language.language import nfkc
from kb.language.number_forms import AMOUNT, CODE, numbers_in, value_of

_NUMBER = re.compile(AMOUNT, re.IGNORECASE)
_LEAD = r"[ $€£¥]{0,3}(?:[A-Za-z]{3} ?)?$"  # between the word for a bound and its number: at most a currency
_OVER = re.compile(
    r"(?:(?<!不)(?:超过|超出|高于|大于|多于)|\b(?:over|above|exceeding|beyond)\b"
    rf"|(?<!no )(?<!not )\b(?:more|greater|longer|higher) than\b|>){_LEAD}",
    re.IGNORECASE,
)
_FROM = re.compile(
    rf"(?:(?<![不未])满|至少|达到?|不[少低]于|[自从]|\b(?:from|at least|between|(?:not|no) less than)\b|≥|>=){_LEAD}",
    re.IGNORECASE,
)
_BELOW = re.compile(
    r"(?:[不未]满|不足|(?<!不)(?:少于|低于|小于)|\b(?:under|below)\b"
    rf"|(?<!no )(?<!not )\b(?:less|fewer|shorter|lower) than\b|<){_LEAD}",
    re.IGNORECASE,
)
_UP_TO = re.compile(
    rf"(?:不超过|不[高多大]于|至多|最多|\b(?:up to|at most|until|(?:not|no) more than)\b|≤|<=){_LEAD}", re.IGNORECASE
)
_THING = r"%? ?(?:个?(?:小时|分钟|[欧美日港]?元|[年月日天周岁时分件次人])|[A-Za-z]{1,12}\b)? ?"  # what is counted
_OR_MORE = re.compile(
    rf"{_THING}(?:[(（]含[)）])?(?:[及或]?以上|\+|\b(?:or|and) (?:more|above|over|longer)\b)", re.IGNORECASE
)
_OR_LESS = re.compile(rf"{_THING}(?:[及或]?以[下内]|之内|\b(?:or|and) (?:less|fewer|below|under)\b)", re.IGNORECASE)
_TO = re.compile(
    rf"{_THING}(?:[-–—~至到]|\bto\b|\band\b) ?(?P<below>[不未]满|\b(?:under|below)\b)?"
    r"[ $€£¥]{0,3}(?:[A-Za-z]{3} ?)?",
    re.IGNORECASE,
)
_JOINT = re.compile(
    rf"(?:{_THING}(?:[及或]?以上)?)(?:\b(?:and|but)\b|[,，、但])? ?(?:[A-Za-z]{{2,6}} ?)?", re.IGNORECASE
)
_OR = re.compile(
    rf"{_THING}(?:\bor\b|或|/)[ $€£¥]{{0,3}}(?:[A-Za-z]{{3}} ?)?", re.IGNORECASE
)  # the same in another unit
_WHOLE = re.compile(  # a range of which neither end is a bound alone
    rf"({AMOUNT}){_THING}(?:[-–—~～至到]|\bto\b) ?[$€£¥]?({AMOUNT})(?!\s?[月日点时号年:])"
    rf"|\b(?:no fewer|no less|not less) than ({AMOUNT}){_THING}(?:and|but|,)+ ?(?:no|not) more than ({AMOUNT})"
    rf"|不[少低]于({AMOUNT}){_THING}[，,且]?不(?:超过|[多高]于)({AMOUNT})"
    rf"|\bbetween [$€£¥]?({AMOUNT}){_THING}and [$€£¥]?({AMOUNT})",
    re.IGNORECASE,
)
_FROM_TO = re.compile(r"(?:\bfrom\s?|[由从自])[ $€£¥]{0,3}(?:[A-Za-z]{3} ?)?$", re.IGNORECASE)  # a change, or a way
_TIME_OF_DAY = re.compile(r"\d:\d|[点时号日月]|\b(?:[ap]m|[ap]\.m|o'clock)\b|(?:19|20)\d\d", re.IGNORECASE)
_BOUND = re.compile(
    r"\b(?:at (?:least|most|the (?:latest|earliest))|up to|min(?:imum)?|max(?:imum)?"
    r"|(?:no|not) (?:more|less|fewer|later) than|from|until|within|(?:more|less) than|starts?|ends?)\b"
    r"|最|至[少多]|不[超低高少多]|起|[上下]限|以[上下内]|之[内前]",
    re.IGNORECASE,
)
_AT_LEAST = re.compile(r"\bat least\b|至少|不少于|起", re.IGNORECASE)
_AT_MOST = re.compile(r"\b(?:at most|up to|no more than)\b|至多|最多|不超过", re.IGNORECASE)
_END_ASKED = re.compile(
    rf"{_BOUND.pattern}|\b(?:can|may|most|least|longest|shortest|highest|lowest|largest|smallest|earliest|latest|limit|more"
    r"|less|over|under|above|below|first|last|start\w*|end\w*|begin\w*)\b|[前后]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` to `high`, None where it is open, of one of the units. Not `over` `low` itself, nor `below` `high`."""

    low: Decimal | None
    high: Decimal | None
    over: bool
    below: bool
    units: frozenset[str]

    @property
    def bounds(self) -> frozenset[str]:
        """Its ends, as numbers of a text are written."""
        return frozenset(number for end in (self.low, self.high) for number in numbers_in(f"{end}"))

    def holds(self, number: Decimal) -> bool:
        if self.low is not None and (number < self.low or (self.over and number == self.low)):
            return False
        return self.high is None or number < self.high or (number == self.high and not self.below)

    @property
    def narrowness(self) -> tuple[Decimal, Decimal]:
        """Of "up to 4,000" and "up to 10,000", which both hold 3,000, the first is meant: the greatest of these."""
        lowest, highest = Decimal("-Infinity"), Decimal("Infinity")
        return (lowest if self.low is None else self.low, -(highest if self.high is None else self.high))


@dataclass(frozen=True, slots=True)
class _Bound:
    """A number of a text, and what the words before and behind it make of it."""

    value: Decimal
    low: bool
    high: bool
    open: bool  # the number itself is left out
    between: str  # what stands behind it, up to the next number
    lead: int  # where in the text between the number before and this one its word begins


def ranges_in(text: str) -> list[Range]:
    """The ranges of a text in their order, those whose unit is not told with none."""
    text = " ".join(CODE.sub(" ", nfkc(text)).split())
    return list(_joined(_bounds(text), measured(text)))


def measured(text: str) -> dict[Decimal, frozenset[str]]:
    """The numbers of a text that have units, and these; without calendar years."""
    found = {Decimal(number): frozenset(units) for number, units in units_of(text).items() if _is_decimal(number)}
    return {number: units for number, units in found.items() if not ("year" in units and 1900 <= number < 2100)}


def _bounds(text: str) -> list[_Bound]:
    numbers = list(_NUMBER.finditer(text))
    found: list[_Bound] = []
    before = 0
    for match, following in zip_longest(numbers, numbers[1:]):
        lead, behind = text[before : match.start()], text[match.end() : following.start() if following else None]
        before = match.end()
        over, below = _OVER.search(lead), _BELOW.search(lead)
        low, high = over or _FROM.search(lead), below or _UP_TO.search(lead)
        word = low or high
        found.append(
            _Bound(
                value_of(match.group()),
                bool(low or _OR_MORE.match(behind)),
                bool(high or (not low and _OR_LESS.match(behind))),
                bool(over or below),
                behind,
                word.start() if word else len(lead),
            )
        )
    return found


def _joined(bounds: Sequence[_Bound], units: Mapping[Decimal, frozenset[str]]) -> Iterator[Range]:
    at = 0
    while at < len(bounds):
        first = bounds[at]
        second = bounds[at + 1] if at + 1 < len(bounds) else None
        at += 1
        named = units.get(first.value, frozenset())
        if second is not None and first.value < second.value and not first.high:
            to = _TO.fullmatch(first.between)
            steps = first.low and second.high and _JOINT.fullmatch(first.between[: second.lead])
            if to or steps:
                at += 1
                below = second.open or bool(to and to["below"])
                named |= units.get(second.value, frozenset())
                yield Range(first.value, second.value, first.open, below, named)
                continue
        if first.low or first.high:
            yield _half_open(first, first.value, named)
            while _OR.fullmatch(bounds[at - 1].between) and at < len(bounds):
                yield _half_open(first, bounds[at].value, units.get(bounds[at].value, frozenset()))
                at += 1


def _half_open(bound: _Bound, value: Decimal, units: frozenset[str]) -> Range:
    """The range of a bound, with this value in its place."""
    low, high = (value, None) if bound.low else (None, value)
    return Range(low, high, bound.low and bound.open, bound.high and bound.open, units)


def range_of_unit(units: frozenset[str], text: str, names: str = "") -> Range | None:
    """The range of one of these units; None where the text has several, or none. `names` may name the unit of numbers
    that have none of their own: the head of a column."""
    named = units_named(names) if names else frozenset()
    found = [each for each in ranges_in(text) if units & (each.units or named)]
    return found[0] if len(found) == 1 else None


def gives_one_end(claim: str, question: str, source: str) -> bool:
    """Whether a claim gives one end alone of a range that a source gives, as if it were the whole: 15 minutes for "10
    to 15 minutes". Where a bound is asked for, or said, one end is one."""
    least, most = _AT_LEAST.search(claim), _AT_MOST.search(claim)
    added = numbers_in(claim) - numbers_in(question)
    if _END_ASKED.search(question) or (_BOUND.search(claim) and not ((least or most) and len(added) == 1)):
        return False
    text = " ".join(CODE.sub(" ", nfkc(source)).split())
    found = [
        tuple(numbers_in(f"{end} 个") | numbers_in(f"{end}%") for end in match.groups() if end)
        for match in _WHOLE.finditer(text)
        if not (_TIME_OF_DAY.search(match.group()) or _FROM_TO.search(text[: match.start()]))
    ]
    outside = numbers_in(_WHOLE.sub(" ; ", text))
    return any(
        bool(first & added) != bool(last & added)
        and not (first | last) & added & outside
        and not (least and first & added)
        and not (most and last & added)
        for first, last in found
        if first and last
    )


def _is_decimal(number: str) -> bool:
    return number.replace(".", "", 1).isdigit()
