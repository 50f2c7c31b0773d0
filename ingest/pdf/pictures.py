"""Pictures on a PDF's page: how much of it they cover, and which of them may hold words that its text does not."""

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.document.quality import PER_PAGE
from ingest.pdf.lines import Box, PageLine, turned

_MAX_OBJECTS = 20_000  # of a page that are looked at
_MAX_DEPTH = 3  # of groups of objects within each other
_MAX_PICTURES = 1_000  # of a page
_SMALL = 0.02  # of the page: a logo, an icon
_ENOUGH = 0.04  # of the page, all together, that is worth the seconds of recognition
_ON_EACH_PAGE = 3  # pages; what stands in its place on more is a background

_TOGETHER = 1.3  # times the area of the pictures that the box around them has at most
_MOST_REGIONS = 6  # of a page

Matrix = tuple[float, float, float, float, float, float]
SAME: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class PdfPicture:
    """Where a picture stands on its page (left, bottom, right, top in points), its share (0..1) of the page, and
    the number of its bytes, by which it is known again."""

    box: Box
    share: float
    size: int


@dataclass(frozen=True, slots=True)
class PageObjects:
    """What is on a page beside text: pictures, the share (0..1) that they cover, and the number of other objects."""

    pictures: tuple[PdfPicture, ...]
    covered: float
    others: int


def objects_of(page: Any) -> PageObjects:
    """What is on a page."""
    from pypdfium2 import raw

    left, bottom, right, top = page.get_bbox()
    area = max(1.0, (right - left) * (top - bottom))
    pictures: list[PdfPicture] = []
    others = 0
    for item, box in _objects(page):
        if box is None:
            others += 1
            continue
        across = min(box[2], right) - max(box[0], left)
        up = min(box[3], top) - max(box[1], bottom)
        if across > 0 and up > 0 and len(pictures) < _MAX_PICTURES:
            seen = max(box[0], left), max(box[1], bottom), min(box[2], right), min(box[3], top)
            pictures.append(PdfPicture(seen, across * up / area, raw.FPDFImageObj_GetImageDataRaw(item, None, 0)))
    return PageObjects(tuple(pictures), min(1.0, sum(picture.share for picture in pictures)), others)


def _objects(page: Any) -> Iterator[tuple[Any, Box | None]]:
    """The objects of a page, those of groups among them, each with its place if it is a picture."""
    from pypdfium2 import raw

    count = 0
    waiting: list[tuple[Any, int, Matrix]] = [(None, 0, SAME)]
    while waiting:
        group, depth, matrix = waiting.pop()
        length = raw.FPDFFormObj_CountObjects(group) if group else raw.FPDFPage_CountObjects(page)
        for index in range(length):
            count += 1
            if count > _MAX_OBJECTS:
                return
            item = raw.FPDFFormObj_GetObject(group, index) if group else raw.FPDFPage_GetObject(page, index)
            kind = raw.FPDFPageObj_GetType(item)
            if kind == raw.FPDF_PAGEOBJ_FORM:
                if depth + 1 < _MAX_DEPTH:
                    waiting.append((item, depth + 1, product(matrix_of(item), matrix)))
            else:
                yield item, place_of(item, matrix) if kind == raw.FPDF_PAGEOBJ_IMAGE else None


def matrix_of(item: Any) -> Matrix:
    """How an object is placed within the page or the group that it is part of."""
    from pypdfium2 import raw

    found = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(item, found):
        return SAME
    return found.a, found.b, found.c, found.d, found.e, found.f


def product(first: Matrix, then: Matrix) -> Matrix:
    """One placing after another."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def place_of(item: Any, matrix: Matrix) -> Box:
    """Where an object stands on the page; `matrix` is that of its group."""
    from pypdfium2 import raw

    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(item, left, bottom, right, top):
        return 0.0, 0.0, 0.0, 0.0
    a, b, c, d, e, f = matrix
    corners = [(x.value, y.value) for x in (left, right) for y in (bottom, top)]
    across = [a * x + c * y + e for x, y in corners]
    up = [b * x + d * y + f for x, y in corners]
    return min(across), min(up), max(across), max(up)


def with_hidden_words(marks: PageObjects, lines: Sequence[PageLine], quarter: int) -> tuple[PdfPicture, ...]:
    """The pictures of a page over which there is less text than they could hold; none where they are small. `lines`
    are those of the page, which is turned by so many quarters for its text to run to the right."""
    large = [picture for picture in marks.pictures if picture.share >= _SMALL]
    if sum(picture.share for picture in large) < _ENOUGH:
        return ()
    hiding = tuple(p for p in large if _characters_over(turned(p.box, quarter), lines) < PER_PAGE * p.share)
    return hiding if sum(picture.share for picture in hiding) >= _ENOUGH else ()


def _characters_over(box: Box, lines: Sequence[PageLine]) -> int:
    left, bottom, right, top = box
    return sum(
        word.end - word.start
        for line in lines
        if bottom < line.up < top
        for word in line.words
        if left < (word.left + word.right) / 2 < right
    )


def without_backgrounds(pages: Sequence[tuple[PdfPicture, ...]]) -> list[tuple[PdfPicture, ...]]:
    """The pictures of each page, without those that stand in one place on many: these stay on the first of them."""
    seen: dict[tuple[int, ...], list[int]] = {}
    for number, pictures in enumerate(pages):
        for picture in pictures:
            seen.setdefault(_key(picture), []).append(number)
    return [
        tuple(p for p in pictures if len(seen[_key(p)]) <= _ON_EACH_PAGE or seen[_key(p)][0] == number)
        for number, pictures in enumerate(pages)
    ]


def _key(picture: PdfPicture) -> tuple[int, ...]:
    return (*map(round, picture.box), picture.size)


def regions(pictures: Sequence[PdfPicture]) -> list[Box]:
    """The parts of a page that show the pictures, from above: one where they lie together, as the stripes of a scan do,
    else one for each of the largest."""
    boxes = [picture.box for picture in pictures]
    whole = min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)
    if area_of(whole) <= _TOGETHER * sum(map(area_of, boxes)):
        return [whole]
    return sorted(sorted(boxes, key=area_of)[-_MOST_REGIONS:], key=lambda box: -box[3])


def area_of(box: Box) -> float:
    """Its size, in square points."""
    return (box[2] - box[0]) * (box[3] - box[1])
