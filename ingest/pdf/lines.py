"""Lines of a PDF's page: where in the page's text each begins, how large it is set, and where its words stand."""

import ctypes
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

_MAX_WORDS = 20_000  # of a page; the lines after them have no words
Box = tuple[float, float, float, float]  # left, bottom, right, top

_LINE_END = re.compile(r"\r\n?|\n")
_HYPHENS = "\ufffe\x02"  # as pdfium marks them
_HYPHEN = re.compile(f"[{_HYPHENS}]")
_WORD = re.compile(r"\S+")
_FEWEST_BROKEN = 20  # lines, with on average so many letters at most: not text as people write it
_BROKEN = 3
_LETTER_GAP = 0.12  # of the size of the type
_SAMPLED = 8  # words that are asked for the direction of the text


@dataclass(frozen=True, slots=True)
class Word:
    """`text[start:end]` of the page, from `left` to `right` in points along the line."""

    start: int
    end: int
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class PageLine:
    """`text[start:end]` of the page. `up` is how far up its middle is, `size` its height, in points; the page is seen
    so that most of its words run from left to right. Without a place on the page there are no words."""

    start: int
    end: int
    size: float
    up: float = 0.0
    words: tuple[Word, ...] = ()
    goes_on: bool = False  # in the text it stands on the line of the one before it, with which it shares a word


def lines_of(text_page: Any, raw_text: str, text: str) -> tuple[list[PageLine], int]:
    """The lines of a page, and by how many quarters it is `turned` for them. `text` is `raw_text` as it is stored: the
    same lines, other line ends."""
    found: list[PageLine] = []
    boxes = _Boxes(text_page, raw_text)
    at_raw = at = count = 0
    for raw_line, line in zip(_LINE_END.split(raw_text), text.split("\n"), strict=False):
        placed = len(line) == len(raw_line) and count < _MAX_WORDS
        for begin, end in _parts(line):
            words = list(boxes.words(line, begin, end, at_raw, at)) if placed else []
            count += len(words)
            lead = next((n for n in range(begin, min(end, len(raw_line))) if raw_line[n].isalnum()), None)
            first = boxes.at(at_raw + (lead if lead is not None else words[0].start - at)) if words else None
            if first is not None:
                size = round(abs(first[3] - first[1]) * 2) / 2
                middle = (first[1] + first[3]) / 2
                found.append(PageLine(at + begin, at + end, size, middle, tuple(words), begin > 0))
        at_raw += len(raw_line) + (2 if raw_text.startswith("\r\n", at_raw + len(raw_line)) else 1)
        at += len(line) + 1
    return found, boxes.quarter


def rejoined(lines: Sequence[PageLine], text: str) -> tuple[list[PageLine], str]:
    """The lines of a page and its text, mended where pdfium ends the line after almost each letter, as it does with
    words whose letters are placed one by one in an odd order. Only white space changes."""
    letters = sum(word.end - word.start for line in lines for word in line.words)
    if len(lines) < _FEWEST_BROKEN or letters > _BROKEN * len(lines):
        return list(lines), text
    joined: list[PageLine] = []
    parts: list[str] = []
    at = 0
    for line in lines:
        apart = _apart(joined[-1], line) if joined and line.words else "\n"
        at += len(apart) if joined else 0
        parts += [apart if joined else "", text[line.start : line.end].strip()]
        words = [
            replace(w, start=w.start + at - line.words[0].start, end=w.end + at - line.words[0].start)
            for w in line.words
        ]
        at += len(parts[-1])
        if apart == "\n" or not joined:
            joined.append(replace(line, start=at - len(parts[-1]), end=at, words=tuple(words)))
            continue
        before = list(joined[-1].words)
        if not apart and before:
            last, first = before.pop(), words.pop(0)
            words.insert(0, replace(last, end=first.end, right=max(last.right, first.right)))
        joined[-1] = replace(joined[-1], end=at, words=(*before, *words))
    return joined, "".join(parts)


def _apart(before: PageLine, line: PageLine) -> str:
    """What stands between two pieces of text: nothing inside a word, a space in a line, else a line's end."""
    if not before.words or abs(before.up - line.up) > 0.4 * line.size:
        return "\n"
    gap = (line.words[0].left - before.words[-1].right) / max(1.0, line.size)
    return "\n" if gap < -0.6 else "" if gap < _LETTER_GAP else " "


def _parts(line: str) -> list[tuple[int, int]]:
    """The line in parts: pdfium puts what follows a hyphen at the end of a line on that line."""
    cuts = [0, *(match.end() for match in _HYPHEN.finditer(line)), len(line)]
    return [(begin, end) for begin, end in pairwise(cuts) if line[begin:end].strip()]


def turned(box: Box, quarter: int) -> Box:
    """A box of a page that is turned clockwise by so many quarters of a circle."""
    left, bottom, right, top = box
    if quarter == 0:
        return box
    if quarter == 1:
        return bottom, -right, top, -left
    if quarter == 2:
        return -right, -top, -left, -bottom
    return -top, left, -bottom, right


class _Boxes:
    """Where the characters of a page stand: left, bottom, right, top, turned so that the text runs to the right."""

    def __init__(self, text_page: Any, raw_text: str) -> None:
        from pypdfium2 import raw

        self._raw = raw
        self._page = text_page.raw
        self._box = raw.FS_RECTF()
        self._pointer = ctypes.byref(self._box)
        self._units = _units(raw_text)
        length = len(raw_text) if self._units is None else len(raw_text) + sum(c > "\uffff" for c in raw_text)
        self._straight = length == text_page.count_chars()  # else some characters of the page are not in its text
        self._plain = self._straight and self._units is None
        self._get = raw.FPDFText_GetLooseCharBox
        self.quarter = self._direction(raw_text)

    def at(self, position: int) -> Box | None:
        """The box of `raw_text[position]`; None where pdfium has none."""
        index = position if self._plain else self._index(position)
        if index < 0 or not self._get(self._page, index, self._pointer):
            return None
        box = self._box
        if self.quarter == 0:
            return box.left, box.bottom, box.right, box.top
        return turned((box.left, box.bottom, box.right, box.top), self.quarter)

    def words(self, line: str, begin: int, end: int, at_raw: int, at: int) -> Iterator[Word]:
        """The words of a part of a line which begins at `at_raw` of pdfium's text, and at `at` of the stored one."""
        for match in _WORD.finditer(line, begin, end):
            first, last = match.start(), match.end() - 1
            while last > first and line[last] in _HYPHENS:
                last -= 1
            left = self.at(at_raw + first)
            right = self.at(at_raw + last) if last > first else left
            if left is not None and right is not None:
                yield Word(at + first, at + match.end(), min(left[0], right[0]), max(left[2], right[2]))

    def _index(self, position: int) -> int:
        if self._units is not None:
            position = self._units[position]
        return position if self._straight else int(self._raw.FPDFText_GetCharIndexFromTextIndex(self._page, position))

    def _direction(self, raw_text: str) -> int:
        """Into which direction most words run, in quarters of a circle from the right, against the clock."""
        words = [match.start() for match in _WORD.finditer(raw_text, 0, 2_000)]
        quarters: Counter[int] = Counter()
        for position in words[:: max(1, len(words) // _SAMPLED)]:
            index = self._index(position)
            angle = self._raw.FPDFText_GetCharAngle(self._page, index) if index >= 0 else -1
            if angle >= 0:
                quarters[-round(angle / (math.pi / 2)) % 4] += 1  # pdfium's angles go with the clock
        return quarters.most_common(1)[0][0] if quarters else 0


def _units(raw_text: str) -> list[int] | None:
    """For each character its place in UTF-16, in which pdfium counts; None where that is its own."""
    if raw_text.isascii() or max(raw_text, default="") <= "\uffff":
        return None
    units, at = [], 0
    for character in raw_text:
        units.append(at)
        at += 1 + (character > "\uffff")
    return units
