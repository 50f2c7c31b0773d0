"""What is asked of a drawing process and what it gives: a page as a picture with marks, or how words are set."""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kb.schema import WordBox

PDF = "application/pdf"
WIDTH = 1400  # pixels; sharp on a dense display, some 200 KB
MAX_PIXELS = 8_000_000
_MARK = (255, 222, 96)
_LARGE = 600_000  # bytes
_EFFORT = 3  # of 9, of compression: in half the time as small as with 6, the usual one
_MOST_ROOM = 2  # times `MAX_PIXELS`, for what is enlarged
_AROUND = 2  # pixels between the words and the edge of their mark

Box = tuple[float, float, float, float]


def scale_of(request: "PageRequest", width: float, height: float) -> float:
    """By how much a page of this size is enlarged to be as wide as is asked for, as far as pixels allow."""
    zoom = request.zoom / 100
    most = MAX_PIXELS * min(zoom, _MOST_ROOM)
    return min(WIDTH * zoom / width, math.sqrt(most / (width * height)))


class PageError(Exception):
    """The page cannot be drawn."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A page to draw: number `number` (from 1) of the file, with `text[start:end]` of its stored text marked.

    `places` are those of words that were recognised on it, when it is `turned` counter-clockwise by so many degrees.
    """

    media_type: str
    number: int
    text: str  # of the page
    start: int
    end: int
    turned: int = 0
    places: tuple[WordBox, ...] = ()
    zoom: int = 100  # percent of `WIDTH`


@dataclass(frozen=True, slots=True)
class EmphasisRequest:
    """The bold and italic print of a Word document is asked for: the answer is `Printed` as JSON."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A paragraph of a document, and what is set apart in it: start, end and kind."""

    text: str
    emphasis: tuple[tuple[int, int, Literal["bold", "italic"]], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """`marks` are where the words stand on the picture: left, top, right, bottom as shares (0..1) of its width and
    height; empty where they were not found on it. `boxes` are the same in a PDF's own points, y upwards."""

    png: bytes
    boxes: tuple[Box, ...] = ()
    marks: tuple[Box, ...] = ()


def finished(image: Any, marks: Sequence[Box], boxes: tuple[Box, ...] = ()) -> Picture:
    """A picture of a PIL image, with marks as by a marker pen."""
    from PIL import Image, ImageChops, ImageDraw

    across, down = image.size
    places = [
        (x0 * across - _AROUND, y0 * down - _AROUND, x1 * across + _AROUND, y1 * down + _AROUND)
        for x0, y0, x1, y1 in marks
    ]
    if places:
        layer = Image.new("RGB", image.size, "white")
        pen = ImageDraw.Draw(layer)
        for place in places:
            pen.rounded_rectangle(place, radius=4, fill=_MARK)
        image = ImageChops.multiply(image, layer)  # the words stay readable
    shares = ((x0 / across, y0 / down, x1 / across, y1 / down) for x0, y0, x1, y1 in places)
    return Picture(_png(image), boxes, tuple((max(0, a), max(0, b), min(1, c), min(1, d)) for a, b, c, d in shares))


def _png(image: Any) -> bytes:
    """As a PNG; one of paper or a photograph, which would be large, in 256 colours."""
    from PIL import Image

    out = io.BytesIO()
    image.save(out, "PNG", compress_level=_EFFORT)
    if out.tell() > _LARGE:
        out = io.BytesIO()
        fewer = image.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        fewer.save(out, "PNG", compress_level=_EFFORT)
    return out.getvalue()
