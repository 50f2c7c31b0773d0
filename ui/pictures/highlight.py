"""Locating: where words of the stored text stand on a page: in the places of what was recognised on it, and among the
characters that are found on it when it is drawn."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator

from ingest.ocr.bounding_boxes import box_of
from kb.schema import Place
from ui.pictures.page_picture import Box, PageRequest

_LINE = re.compile(r"[^\n]+")
_CELL = re.compile(r"(?:(?! \| )[^\n])+")


def recognised(request: PageRequest, size: tuple[int, int]) -> list[Box]:
    """Where the words stand that are to be marked, of those that were recognised: the lines that hold them, cut to
    about the words, as shares (0..1) of the turned page, whose picture has this size in pixels."""
    return [
        box
        for place in request.places
        if place.start < request.end and request.start < place.end
        if (box := _cut(place, request, size)) is not None
    ]


def _cut(place: Place, request: PageRequest, size: tuple[int, int]) -> Box | None:
    """The part of a line that the words take up, by the usual widths of characters; all of one that runs downwards."""
    words = request.text[place.start : place.end]
    seen = [at + place.start for at in visible(words)]
    first, last = bisect_left(seen, request.start), bisect_left(seen, request.end)
    if first >= last:
        return None
    left, top, right, bottom = box_of(place)
    if len(seen) > 1 and (bottom - top) * size[1] > 2 * (right - left) * size[0]:
        return left, top, right, bottom
    widths = [2 if unicodedata.east_asian_width(request.text[at]) in "WF" else 1 for at in seen]
    share = (right - left) / sum(widths)
    begin = left + (sum(widths[:first]) - 0.5) * share if first > 0 else left
    end = left + (sum(widths[:last]) + 0.5) * share if last < len(seen) else right
    return begin, top, min(right, end), bottom


def own_text(request: PageRequest) -> str:
    """The page's text with white space in the place of what was recognised: what a PDF's page says by itself."""
    text = request.text
    for place in request.places:
        text = text[: place.start] + " " * (place.end - place.start) + text[place.end :]
    return text


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
