"""A page of a PDF as a picture, with the boxes of some of its words marked."""

import ctypes
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.schema import StoredText

_WIDTH = 1400  # pixels; sharp on a dense display, some 200 KB
_MAX_PIXELS = 8_000_000
_MARK = (255, 222, 96)

Box = tuple[float, float, float, float]  # left, bottom, right, top, in the page's points, y upwards


class PageError(Exception):
    """The page cannot be drawn."""


@dataclass(frozen=True, slots=True)
class Picture:
    """`boxes` are where the words stand on the page; empty where they could not be found again.

    `marks` are the same on the picture: left, top, right, bottom as shares (0..1) of its width and height.
    """

    png: bytes
    boxes: tuple[Box, ...]
    marks: tuple[Box, ...] = ()


def draw(path: Path, stored: StoredText, number: int, start: int, end: int) -> Picture:
    """Draw page `number` (from 1) with `stored.text[start:end]` marked. Raises PageError."""
    import pypdfium2

    from ingest.pdf import PDF_LOCK

    span = next((page for page in stored.pages if page.number == number), None)
    with PDF_LOCK:
        try:
            document = pypdfium2.PdfDocument(path)
            try:
                page = document[number - 1]
                text = stored.text[span.start : span.end] if span else ""
                boxes = _boxes(page, text, start - span.start, end - span.start) if span else ()
                return _draw(page, boxes)
            finally:
                document.close()
        except (pypdfium2.PdfiumError, IndexError, ValueError, MemoryError) as error:
            raise PageError(str(error)) from error


def _boxes(page: Any, text: str, start: int, end: int) -> tuple[Box, ...]:
    """The boxes of `text[start:end]`, one a line.

    The stored text and pdfium's differ in white space only: the n-th visible character of one is the n-th of the other.
    """
    text_page = page.get_textpage()
    try:
        count = text_page.count_chars()
        raw = text_page.get_text_range()
        if len(raw) != count:  # surrogates: pdfium counts UTF-16 units
            raw = "".join(c + "\0" * (ord(c) > 0xFFFF) for c in raw)
        theirs = [i for i, c in enumerate(raw) if _counts(c)]
        ours = [i for i, c in enumerate(text) if _counts(c)]
        if len(theirs) != len(ours) or len(raw) != count:
            return ()
        chosen = [theirs[n] for n, i in enumerate(ours) if max(start, 0) <= i < end]
        if not chosen:
            return ()
        first, length = chosen[0], chosen[-1] - chosen[0] + 1
        return _lines([text_page.get_rect(i) for i in range(text_page.count_rects(first, length))])
    finally:
        text_page.close()


def _lines(boxes: list[Box]) -> tuple[Box, ...]:
    """Boxes that stand beside each other on a line as one: pdfium gives one for each change of the font."""
    lines: list[Box] = []
    for box in boxes:
        left, bottom, right, top = lines[-1] if lines else box
        height, lower = max(top - bottom, box[3] - box[1]), min(top - bottom, box[3] - box[1])
        shared = min(top, box[3]) - max(bottom, box[1])
        if lines and shared > lower / 2 and left <= box[0] <= right + height:
            lines[-1] = (left, min(bottom, box[1]), max(right, box[2]), max(top, box[3]))
        else:
            lines.append(box)
    return tuple(lines)


def _counts(character: str) -> bool:
    return character > " " and not character.isspace()


def _draw(page: Any, boxes: tuple[Box, ...]) -> Picture:
    from PIL import Image, ImageChops, ImageDraw

    width, height = page.get_size()
    if width <= 0 or height <= 0:
        raise ValueError("the page has no size")
    scale = min(_WIDTH / width, (_MAX_PIXELS / (width * height)) ** 0.5)
    image = page.render(scale=scale).to_pil().convert("RGB")
    places = [_pixels(page, box, image.size) for box in boxes]
    if places:
        marks = Image.new("RGB", image.size, "white")
        pen = ImageDraw.Draw(marks)
        for place in places:
            pen.rounded_rectangle(place, radius=4, fill=_MARK)
        image = ImageChops.multiply(image, marks)  # as a marker pen: the words stay readable
    out = io.BytesIO()
    image.save(out, "PNG")
    across, down = image.size
    shares = tuple((x0 / across, y0 / down, x1 / across, y1 / down) for x0, y0, x1, y1 in places)
    return Picture(out.getvalue(), boxes, shares)


def _pixels(page: Any, box: Box, size: tuple[int, int]) -> Box:
    """A box in pixels of the drawn page, rotated and cropped as pdfium draws it."""
    from pypdfium2 import raw

    corners = []
    for x, y in ((box[0], box[1]), (box[2], box[3])):
        device_x, device_y = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, size[0], size[1], 0, x, y, device_x, device_y)
        corners.append((device_x.value, device_y.value))
    (x0, y0), (x1, y1) = corners
    return (min(x0, x1) - 2, min(y0, y1) - 2, max(x0, x1) + 2, max(y0, y1) + 2)
