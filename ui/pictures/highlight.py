"""Locating: where words of the stored text stand on a page: in the places of what was recognised on it, and among the
characters that are found on it when it is drawn."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

from ingest.ocr.bounding_boxes import box_of
from kb.schema import WordBox
from ui.pictures.ink import Ink, ink_of
from ui.pictures.page_picture import Box, PageRequest

# In widths of a Latin letter; a gap is looked for so far from where it should be.
_SPACE, _SLACK, _REACH = 0.6, 0.5, 0.5
_WIDTHS = {**dict.fromkeys("ilj.,:;'|!I", 0.5), **dict.fromkeys("frt()[]1-", 0.7), **dict.fromkeys("mwMW@%", 1.5)}
_LINE = re.compile(r"[^\n]+")
_CELL = re.compile(r"(?:(?! \| )[^\n])+")


def recognised(request: PageRequest, size: tuple[int, int], image: Any = None) -> list[Box]:
    """Where the words stand that are to be marked, of those that were recognised: the lines that hold them, cut to the
    words, as shares (0..1) of the turned page, whose picture has this size in pixels. On a PIL image of it the ink says
    where a line's signs and the gaps between them are; without it they are where they usually would be."""
    return [
        box
        for place in request.places
        if place.start < request.end and request.start < place.end
        if (box := _cut(place, request, size, image)) is not None
    ]


def _cut(place: WordBox, request: PageRequest, size: tuple[int, int], image: Any) -> Box | None:
    """The part of a line that the words take up, by the usual widths of characters; all of one that runs downwards."""
    words = request.text[place.start : place.end]
    seen = [at + place.start for at in visible(words)]
    first, last = bisect_left(seen, request.start), bisect_left(seen, request.end)
    if first >= last:
        return None
    ink = ink_of(image, box_of(place)) if image is not None else None
    left, top, right, bottom = ink.box if ink is not None else box_of(place)
    if len(seen) > 1 and (bottom - top) * size[1] > 2 * (right - left) * size[0]:
        return left, top, right, bottom
    if ink is not None:
        begin, end = _inked(request.text, seen, first, last, ink)
        return begin, top, end, bottom
    widths = [2 if _is_wide(request.text[at]) else 1 for at in seen]
    share = (right - left) / sum(widths)
    begin = left + (sum(widths[:first]) - 0.5) * share if first > 0 else left
    end = left + (sum(widths[:last]) + 0.5) * share if last < len(seen) else right
    return begin, top, min(right, end), bottom


def _inked(text: str, seen: Sequence[int], first: int, last: int, ink: Ink) -> tuple[float, float]:
    """Where the visible characters from `first` to `last` of a line begin and end on its ink.

    Where its words stand apart as they do in the text, each is where its ink is. Inside of a word, or of a line whose
    words run together, the gap nearest to the usual place is taken, rather too far out than too far in.
    """
    begins = [n for n, at in enumerate(seen) if n == 0 or at > seen[n - 1] + 1]
    parts = ink.parts(len(begins))
    slack = 0.0
    if parts is None:
        begins, parts, slack = [0], [(ink.box[0], ink.box[2])], _SLACK

    def place(index: int, outwards: int) -> float:
        """The edge before the character at `index`, or with `outwards` = 1 behind the one before it."""
        word = bisect_right(begins, index - (outwards > 0)) - 1
        (left, right), start = parts[word], begins[word]
        stop = begins[word + 1] if word + 1 < len(begins) else len(seen)
        if index in (start, stop):
            return left if index == start else right
        widths = [_width(sign) for sign in text[seen[start] : seen[stop - 1] + 1]]
        share = (right - left) / sum(widths)
        edge = seen[index] if outwards < 0 else seen[index - 1] + 1
        at = left + (sum(widths[: edge - seen[start]]) + outwards * slack) * share
        return ink.gap_near(at, _REACH * share, (left, right))

    return place(first, -1), place(last, 1)


def _width(sign: str) -> float:
    """How wide a character usually is, in those of Latin letters."""
    if sign.isspace():
        return _SPACE
    return 2 if _is_wide(sign) else _WIDTHS.get(sign, 1)


def _is_wide(sign: str) -> bool:
    return unicodedata.east_asian_width(sign) in "WF"


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
