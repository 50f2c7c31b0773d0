"""Steps: what holds from one amount to the next, as leave by years of service, and approval by the value of an order.

They do not hold the number that is asked for: who has worked for 6 years finds the row of 5 to 10. A number and the
bounds of a step are compared where their unit is known, and the same.
"""

from dataclasses import dataclass

from kb.checking.ranges import Range, measured, range_of_unit
from kb.checking.sources import Source, Window, parts_of
from kb.checking.table_claims import gives
from kb.language.content_terms import content_of
from kb.language.number_forms import numbers_in


@dataclass(frozen=True, slots=True)
class _Step:
    """A range, and what holds in it: of a row the number of its cell, of prose the words."""

    range: Range
    at: int  # of the row among rows, or of the sentence
    cell: int | None
    text: str


@dataclass(frozen=True, slots=True)
class StepTaken:
    """Which of a source's steps a claim gives. `right` tells whether numbers of the question lie in it, None where the
    source has no steps for any."""

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
    for number, units in measured(question).items():
        steps, given = _steps(claim, question, units, source)
        holding = [step for step in steps if step.range.holds(number)]
        if not (holding and given):
            continue
        meant = max(holding, key=lambda step: step.range.narrowness)
        if meant not in given:
            return StepTaken(False)
        right = len(steps) > 1 or None
        if given == [meant]:
            numbers |= numbers_in(f"{number}")
            places.add((meant.at, meant.cell is not None))
    return StepTaken(right, frozenset(numbers), frozenset(places))


def _steps(claim: str, question: str, units: frozenset[str], source: Source) -> tuple[list[_Step], list[_Step]]:
    """The steps of a source, of its tables or else of its prose, and those of which the claim gives what holds."""
    steps = [
        _Step(found, at, cell, text)
        for at, row in enumerate(source.rows)
        for cell, text in enumerate(row.cells)
        if (found := range_of_unit(units, text, row.heads[cell] if cell < len(row.heads) else ""))
    ]
    if len(steps) > 1:
        return steps, [step for step in steps if gives(claim, question, source.rows[step.at], step.cell or 0)]
    steps = [
        _Step(found, at, None, part)
        for at, sentence in enumerate(source.sentences)
        for part in parts_of(sentence)
        if (found := range_of_unit(units, part))
    ]
    added, numbers = content_of(claim).keys() - content_of(question).keys(), numbers_in(claim) - numbers_in(question)
    said = [len(added & content_of(step.text).keys()) for step in steps]
    return steps, [
        step
        for step, count in zip(steps, said, strict=True)
        if count and count == max(said) and numbers <= numbers_in(step.text) - step.range.bounds
    ]
