"""A picture among the documents, and a scanned page, with the words marked that are recognised on it once more."""

import unicodedata
from collections.abc import Callable
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from kb.errors import DocumentError
from ui.kept import Kept
from ui.locating import located, visible
from ui.picture import MAX_PIXELS, WIDTH, Box, PageError, PageRequest, Picture, finished

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.ocr import Recognised
    from ingest.reading_order import Line

_known: "Kept[tuple[Path, int], Recognised]" = Kept(32)  # pages of originals, which never change


def draw(request: PageRequest) -> Picture:
    """Draw an image, or a frame of one, with its words marked. Raises PageError."""
    from ingest.images import frame, opened

    try:
        with opened(request.path) as image:
            upright = frame(image, request.number)
    except DocumentError as error:
        raise PageError(str(error)) from error
    turned, marks = recognised_marks(lambda: upright, request)
    width, height = upright.size
    scale = min(1.0, WIDTH / width, (MAX_PIXELS / (width * height)) ** 0.5)
    if scale < 1:
        upright = upright.resize((max(1, round(width * scale)), max(1, round(height * scale))))
    return finished(upright, marks, turned=turned)


def recognised_marks(image: Callable[[], Any], request: PageRequest) -> tuple[int, list[Box]]:
    """By how many degrees, counter-clockwise, an image is to be turned, and where the words then stand on it, as shares
    of its size: the lines that hold them, cut to about the words. The image is made where it is not known yet."""
    from ingest.ocr import recognise

    if not request.is_recognised:
        return 0, []
    try:
        found = _known.get((request.path, request.number), lambda: recognise(image()))
    except DocumentError:  # the picture is shown all the same
        return 0, []
    words = ["".join(line.text[at] for at in visible(line.text)) for line in found.lines]
    ends = list(accumulate(map(len, words)))
    marks: list[Box] = []
    for first, last in located("".join(words), request.text, request.start, request.end):
        for line, word, end in zip(found.lines, words, ends, strict=True):
            begin = end - len(word)
            if first < end and begin < last:
                marks.append(_cut(line, word, max(0, first - begin), min(len(word), last - begin)))
    return found.turned, marks


def _cut(line: "Line", word: str, first: int, last: int) -> Box:
    """The part of a line that characters `first` to `last` of it take up, by the usual widths of characters."""
    widths = [2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in word]
    total = sum(widths) or 1
    before, after = (sum(widths[:first]) - 0.5) / total, (sum(widths[:last]) + 0.5) / total
    if first == 0 or line.stands:
        before = 0.0
    if last == len(word) or line.stands:
        after = 1.0
    return (line.left + before * line.width, line.top, line.left + min(1.0, after) * line.width, line.bottom)
