"""Steps: what holds from one amount to the next, as leave by years of service, and approval by the value of an order;
or on some days of the week, as opening hours.

They do not hold what is asked for: who has worked for 6 years finds the row of 5 to 10, and who comes on a Tuesday that
of Monday to Friday. A number and the bounds of a step are compared where their unit is known, and the same.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from kb.checking.ranges import measured, range_of_unit
from kb.checking.sources import Source, Window, parts_of
from kb.checking.table_claims import gives
from kb.language.content_terms import content_of
from kb.language.number_forms import numbers_in
from kb.language.weekdays import by_weekday, weekdays_in

_CLOSED = re.compile(r"\b(?:closed|no|not|none|never)\b|休息|闭馆|关闭|不|无", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Step:
    """A range or days, and what holds in it: of a row the number of its cell, of prose the words."""

    holds: bool  # what was asked lies in it
    narrowness: tuple[Decimal, Decimal]  # of several that hold it the one with the greatest is meant
    bounds: frozenset[str]  # its ends, as numbers of a text are written
    at: int  # of the row among rows, or of the sentence
    cell: int | None
    text: str


# Of a text, and the head of its column, the steps in it: whether each holds what was asked, its narrowness and bounds,
# and the part of the text that it is told in.
_Find = Callable[[str, str], Iterable[tuple[bool, tuple[Decimal, Decimal], frozenset[str], str]]]


@dataclass(frozen=True, slots=True)
class StepTaken:
    """Which of a source's steps a claim gives. `right` tells whether what was asked lies in it, None where the source
    has no steps for it."""

    right: bool | None
    numbers: frozenset[str] = frozenset()  # of the question, that lie in a step which the claim gives alone
    places: frozenset[tuple[int, bool]] = frozenset()  # of these steps: a row's, or a sentence's

    def is_in(self, window: Window, source: Source) -> bool:
        """Whether a window has the steps that are right."""
        return bool(self.places) and all(
            source.rows[at] in window.rows if is_row else at in window.parts for at, is_row in self.places
        )


def step_taken(claim: str, question: str, source: Source) -> StepTaken:
    """What the claim gives of the steps of a source, its tables or else its prose."""
    numbers: set[str] = set()
    places: set[tuple[int, bool]] = set()
    right = None
    for number, units, find in _asked(claim, question):
        steps, given = _steps(claim, question, find, units, source)
        holding = [step for step in steps if step.holds]
        if not (holding and given):
            continue
        narrowest = max(step.narrowness for step in holding)
        meant, *same = [step for step in holding if step.narrowness == narrowest]
        if number is None and (same or not (numbers_in(meant.text) or _CLOSED.search(meant.text))):
            continue  # days of two things, or that only stand there: "ordered by Friday, delivered on Monday"
        if meant not in given:
            return StepTaken(False)
        right = len(steps) > 1 or right
        if given == [meant]:
            numbers |= numbers_in(f"{number}") if number is not None else set()
            places.add((meant.at, meant.cell is not None))
    return StepTaken(right, frozenset(numbers), frozenset(places))


def _asked(claim: str, question: str) -> Iterator[tuple[Decimal | None, frozenset[str], _Find]]:
    """What of the question may lie in a step: its numbers that have a unit, and the days that it names; or that the
    claim names, where the question names none. A claim that names other days says itself when what it gives holds."""
    for number, units in measured(question).items():
        yield number, units, _ranges(number, units)
    asked, said = weekdays_in(question), weekdays_in(claim)
    days = asked or said
    if len(days) == 1 and all(mention.days <= days[0].days for mention in said):
        yield None, frozenset(), _weekdays(days[0].days)


def _ranges(number: Decimal, units: frozenset[str]) -> _Find:
    def find(text: str, head: str) -> Iterable[tuple[bool, tuple[Decimal, Decimal], frozenset[str], str]]:
        for part in parts_of(text):
            if found := range_of_unit(units, part, head):
                yield found.holds(number), found.narrowness, found.bounds, part

    return find


def _weekdays(asked: frozenset[int]) -> _Find:
    def find(text: str, head: str) -> Iterable[tuple[bool, tuple[Decimal, Decimal], frozenset[str], str]]:
        for days, part in by_weekday(text):
            yield asked <= days, (Decimal(-len(days)), Decimal(0)), frozenset(), part

    return find


def _steps(
    claim: str, question: str, find: _Find, units: frozenset[str], source: Source
) -> tuple[list[_Step], list[_Step]]:
    """The steps of a source, of its tables or else of its prose, and those of which the claim gives what holds: by the
    numbers of another unit than the `units` of the steps, or where it has none by those that are no bounds."""
    steps = [
        _Step(holds, narrowness, bounds, at, cell, " ".join(row.cells))
        for at, row in enumerate(source.rows)
        for cell, text in enumerate(row.cells)
        for holds, narrowness, bounds, _ in find(text, row.heads[cell] if cell < len(row.heads) else "")
    ]
    if len(steps) > 1:
        return steps, [step for step in steps if gives(claim, question, source.rows[step.at], step.cell or 0)]
    steps = [
        _Step(holds, narrowness, bounds, at, None, part)
        for at, sentence in enumerate(source.sentences)
        for holds, narrowness, bounds, part in find(sentence, "")
    ]
    added, numbers = content_of(claim).keys() - content_of(question).keys(), numbers_in(claim) - numbers_in(question)
    said = [len(added & content_of(step.text).keys()) for step in steps]
    # What a claim repeats of a step holds in it.
    values, others = numbers.difference(*(step.bounds for step in steps)) or numbers, _of_another_unit(claim, units)
    giving = [
        (step, count)
        for step, count in zip(steps, said, strict=True)
        if count
        and (
            others <= _of_another_unit(step.text, units)
            if others
            else values <= numbers_in(step.text) - step.bounds or (numbers == step.bounds and len(numbers) > 1)
        )
    ]
    nearest = [step for step, count in giving if count == max(said)]
    return steps, nearest or ([step for step, _ in giving] if others or values != numbers else [])


def _of_another_unit(text: str, units: frozenset[str]) -> set[Decimal]:
    """The numbers of a text that have another unit than these."""
    return {number for number, own in measured(text).items() if units and own - units}
