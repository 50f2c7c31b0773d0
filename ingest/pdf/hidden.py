"""Hidden text of PDFs: what a page writes and nobody sees on it, judged by the page as it is drawn.

Text that is off the page or too small is hidden as it stands. Text that may be hidden, being drawn by no pen, in a
light or transparent colour, on a field of its own colour or under something, is hidden where the page looks the same
without it. A scan's own recognised text is drawn by no pen either: it stays where a picture shows something.
"""

import ctypes
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.document.contrast import SMALLEST, WHITE, Colour, is_unseen
from ingest.document.parsed import HiddenTexts
from ingest.pdf.lines import Box
from ingest.pdf.pictures import SAME, Matrix, area_of, matrix_of, place_of, product
from kb.schema import WhyHidden

_MAX_OBJECTS = 20_000  # of a page that are looked at
_MAX_DEPTH = 3  # of groups of objects within each other
_MAX_FIELDS = 300  # filled shapes and pictures of a page: the largest
_LOW = 1.5  # points: no line of letters is lower
_EDGE = 2.0  # points that a text may stand out of what hides it
_SCALE = 1.0  # pixels a point
# What pdfium writes its answers into; whoever calls it holds its lock.
_NUMBERS = tuple(ctypes.c_float() for _ in range(4))
_WHOLE = tuple(ctypes.c_uint() for _ in range(4))
_MODES = ctypes.c_int(), ctypes.c_int()
_OPAQUE, _FAINT = 250, 13  # of 255
_MAX_PIXELS = 4_000_000
_CHANGED = 12  # of 255 a pixel changes where text is drawn
_INK = 48  # of 255 between the pixels of a picture where words stand


@dataclass(frozen=True, slots=True)
class _Field:
    """A filled shape or a picture: what is painted after it, or before it, may be over or under it."""

    number: int  # in the order of painting
    box: Box
    colour: Colour | None  # None for a picture


@dataclass(frozen=True, slots=True)
class _TextPiece:
    """A piece of text: `number` is its place in the order of painting, `group` what it is part of (None: the page)."""

    number: int
    item: Any
    group: Any
    box: Box
    size: float  # of the type, in points
    colour: Colour | None
    is_clear: bool


def take_hidden(document: Any, index: int, page: Any, hidden: HiddenTexts) -> None:
    """Take out of the `page` of that index what nobody sees on it, and put it into `hidden`."""
    written, fields = _painted(page)
    unseen: dict[int, WhyHidden] = {}
    doubtful: list[_TextPiece] = []
    edges = page.get_bbox()
    on_or_under = _on_or_under(written, fields)
    for each in written:
        if not _meets(each.box, edges):
            unseen[each.number] = "place"
        elif each.size < SMALLEST and min(each.box[2] - each.box[0], each.box[3] - each.box[1]) < _LOW:
            unseen[each.number] = "size"
        elif each.is_clear or each.number in on_or_under or is_unseen(each.colour, WHITE):
            doubtful.append(each)
    if doubtful:
        unseen |= _unseen_as_drawn(document, index, doubtful, fields)
    if not unseen:
        return
    text_page = page.get_textpage()
    try:
        taken = [(each, _object_text(text_page, each.item)) for each in written if each.number in unseen]
    finally:
        text_page.close()
    for each, words in taken:
        if any(map(str.isalnum, words)):
            hidden.add(words, unseen[each.number], index + 1)
            _remove(page, each)


def _unseen_as_drawn(
    document: Any, index: int, doubtful: Sequence[_TextPiece], fields: Sequence[_Field]
) -> dict[int, WhyHidden]:
    """Those without which the page looks the same, and that are not what was recognised in a picture."""
    page = document[index]  # another view of it, which is drawn
    try:
        numbers = {each.number for each in doubtful}
        drawn = [each for each in _painted(page)[0] if each.number in numbers and not each.is_clear]
        before = _pixels(page)
        for each in drawn:
            _remove(page, each)
        after = _pixels(page) if drawn else before
        found: dict[int, WhyHidden] = {}
        for each in doubtful:
            part = _part(page, each.box, before.shape)
            now, then = before[part].astype(int), after[part].astype(int)
            if not now.size or abs(now - then).max() > _CHANGED:
                continue
            over = any(field.colour is None and _meets(each.box, field.box) for field in fields)
            if over and now.max() - now.min() >= _INK:
                continue
            covered = any(field.number > each.number and _holds(field.box, each.box) for field in fields)
            found[each.number] = "transparent" if each.is_clear else "place" if covered else "colour"
        return found
    finally:
        page.close()


def _painted(page: Any) -> tuple[list[_TextPiece], list[_Field]]:
    """The texts of a page, and the fields that may hide them, in the order of painting."""
    from pypdfium2 import raw

    written: list[_TextPiece] = []
    fields: list[_Field] = []
    for number, (item, group, matrix) in enumerate(_objects(page, None, SAME, 0)):
        if number >= _MAX_OBJECTS:
            break
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            box = _bounds(raw, item, matrix)
            if box[2] > box[0] and box[3] > box[1]:
                written.append(_text(raw, number, item, group, matrix, box))
        elif kind == raw.FPDF_PAGEOBJ_IMAGE:
            fields.append(_Field(number, _bounds(raw, item, matrix), None))
        elif kind == raw.FPDF_PAGEOBJ_PATH:
            mode, stroke = _MODES
            if not (raw.FPDFPath_GetDrawMode(item, mode, stroke) and mode.value):
                continue
            colour, alpha = _colour(raw, item)
            if colour and alpha >= _OPAQUE:
                fields.append(_Field(number, _bounds(raw, item, matrix), colour))
    return written, sorted(fields, key=lambda field: -area_of(field.box))[:_MAX_FIELDS]


def _objects(page: Any, group: Any, matrix: Matrix, depth: int) -> Iterator[tuple[Any, Any, Matrix]]:
    """The objects of a page in the order of painting, each with the group it is part of and how that is placed."""
    from pypdfium2 import raw

    length = raw.FPDFFormObj_CountObjects(group) if group else raw.FPDFPage_CountObjects(page)
    for index in range(length):
        item = raw.FPDFFormObj_GetObject(group, index) if group else raw.FPDFPage_GetObject(page, index)
        if raw.FPDFPageObj_GetType(item) != raw.FPDF_PAGEOBJ_FORM:
            yield item, group, matrix
        elif depth + 1 < _MAX_DEPTH:
            yield from _objects(page, item, product(matrix_of(item), matrix), depth + 1)


def _text(raw: Any, number: int, item: Any, group: Any, matrix: Matrix, box: Box) -> _TextPiece:
    size = math.inf
    if min(box[2] - box[0], box[3] - box[1]) < _LOW:
        raw.FPDFTextObj_GetFontSize(item, _NUMBERS[0])
        placed = product(matrix_of(item), matrix)
        size = abs(_NUMBERS[0].value) * math.hypot(placed[2], placed[3])
    mode = raw.FPDFTextObj_GetTextRenderMode(item)
    colour, alpha = _colour(raw, item) if mode == raw.FPDF_TEXTRENDERMODE_FILL else (None, 255)
    no_pen = mode in (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)
    return _TextPiece(number, item, group, box, size, colour, no_pen or (colour is not None and alpha <= _FAINT))


def _colour(raw: Any, item: Any) -> tuple[Colour | None, int]:
    red, green, blue, alpha = _WHOLE
    if not raw.FPDFPageObj_GetFillColor(item, red, green, blue, alpha):
        return None, 255
    return (red.value, green.value, blue.value), alpha.value


def _bounds(raw: Any, item: Any, matrix: Matrix) -> Box:
    if matrix is not SAME:
        return place_of(item, matrix)
    left, bottom, right, top = _NUMBERS
    if not raw.FPDFPageObj_GetBounds(item, left, bottom, right, top):
        return 0.0, 0.0, 0.0, 0.0
    return left.value, bottom.value, right.value, top.value


def _on_or_under(written: Sequence[_TextPiece], fields: Sequence[_Field]) -> set[int]:
    """The numbers of the texts over which something is painted, or that stand on a field of their own colour."""
    import numpy

    if not written or not fields:
        return set()
    texts = numpy.array([each.box for each in written])[:, None, :]
    around = numpy.array([field.box for field in fields])[None, :, :]
    holds = (around[..., :2] <= texts[..., :2] + _EDGE).all(-1) & (around[..., 2:] >= texts[..., 2:] - _EDGE).all(-1)
    later = numpy.array([field.number for field in fields]) > numpy.array([each.number for each in written])[:, None]
    found = {written[at].number for at in numpy.flatnonzero((holds & later).any(1)).tolist()}
    for at, over in numpy.argwhere(holds & ~later).tolist():
        if is_unseen(written[at].colour, fields[over].colour):
            found.add(written[at].number)
    return found


def _object_text(text_page: Any, item: Any) -> str:
    from pypdfium2 import raw

    length = raw.FPDFTextObj_GetText(item, text_page, None, 0)
    if length <= 2:
        return ""
    buffer = ctypes.create_string_buffer(length)
    raw.FPDFTextObj_GetText(item, text_page, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), length)
    return buffer.raw[: length - 2].decode("utf-16-le", "replace")


def _remove(page: Any, text: _TextPiece) -> None:
    from pypdfium2 import raw

    if text.group is None:
        raw.FPDFPage_RemoveObject(page, text.item)
    else:
        raw.FPDFFormObj_RemoveObject(text.group, text.item)
    raw.FPDFPageObj_Destroy(text.item)


def _pixels(page: Any) -> Any:
    """The page as an array of pixels: rows, columns, colours."""
    wide, high = page.get_size()
    return page.render(scale=min(_SCALE, (_MAX_PIXELS / max(1.0, wide * high)) ** 0.5)).to_numpy().copy()


def _part(page: Any, box: Box, shape: Sequence[int]) -> tuple[slice, slice]:
    """Where a box of the page is in its pixels."""
    from pypdfium2 import raw

    across, down = [], []
    for x, y in ((box[0], box[1]), (box[2], box[3])):
        column, row = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, shape[1], shape[0], 0, x, y, column, row)
        across.append(min(max(column.value, 0), shape[1]))
        down.append(min(max(row.value, 0), shape[0]))
    return slice(min(down), max(down) + 1), slice(min(across), max(across) + 1)


def _meets(box: Box, other: Box) -> bool:
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]


def _holds(field: Box, box: Box) -> bool:
    return (
        field[0] <= box[0] + _EDGE
        and field[1] <= box[1] + _EDGE
        and field[2] >= box[2] - _EDGE
        and field[3] >= box[3] - _EDGE
    )
