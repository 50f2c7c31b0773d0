"""Locating: where words of the stored text stand among the characters that are found on a page when it is drawn."""

import re
from bisect import bisect_left
from collections.abc import Iterator

_LINE = re.compile(r"[^\n]+")
_CELL = re.compile(r"(?:(?! \| )[^\n])+")


def visible(text: str) -> list[int]:
    """Where the characters of a text stand that are seen: all but white space and control codes."""
    return [at for at, character in enumerate(text) if character > " " and not character.isspace()]


def located(theirs: str, ours: str, start: int, end: int) -> list[tuple[int, int]]:
    """The ranges of `theirs`, the visible characters found on a page, in which `ours[start:end]` of its stored text
    stands; none for what is not found again.

    Where the two differ in white space only, the n-th visible character of one is the n-th of the other. Otherwise
    each line, or each cell of a table, is looked for near the place where it should be.
    """
    places = visible(ours)
    first, last = bisect_left(places, start), bisect_left(places, end)
    if first >= last:
        return []
    if len(theirs) == len(places):
        return [(first, last)]
    share = len(theirs) / len(places)
    found: list[tuple[int, int]] = []
    for line in _LINE.finditer(ours):
        if line.start() < end and start < line.end():
            whole = _ranges(theirs, ours, line.span(), (start, end), share * bisect_left(places, line.start()))
            cells = (cell.span() for cell in _CELL.finditer(ours, *line.span()))
            found += whole or (
                hit
                for cell in cells
                for hit in _ranges(theirs, ours, cell, (start, end), share * bisect_left(places, cell[0]))
            )
    return found


def _ranges(
    theirs: str, ours: str, piece: tuple[int, int], span: tuple[int, int], near: float
) -> list[tuple[int, int]]:
    """Where what of `span` stands in a piece of `ours` is found, with and without the bars between cells."""
    for without in ("", "|"):
        places = [at + piece[0] for at in visible(ours[slice(*piece)]) if ours[at + piece[0]] not in without]
        at = min(_all(theirs, "".join(ours[place] for place in places)), key=lambda hit: abs(hit - near), default=None)
        if at is not None:
            first, last = bisect_left(places, span[0]), bisect_left(places, span[1])
            return [(at + first, at + last)] if first < last else []
    return []


def _all(text: str, words: str) -> Iterator[int]:
    at = text.find(words) if words else -1
    while at >= 0:
        yield at
        at = text.find(words, at + 1)
