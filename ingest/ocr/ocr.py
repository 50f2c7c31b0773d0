"""OCR: the text of an image, Chinese and English, by rapidocr with the models it carries. Offline.

One engine a process: it takes seconds to load. Written for rapidocr 3.10, which would fetch models that are missing
from the internet, and logs to the terminal: both are kept from it here.
"""

import logging
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

from ingest.document.parsed import stored
from ingest.ocr.bounding_boxes import place
from ingest.ocr.reading_order import Line, arranged
from kb.errors import DocumentError
from kb.schema import WordBox

_LONGEST_SIDE = 2000  # pixels; larger images are made smaller
_DETECTED_SIDE = 1280  # pixels of the image in which lines are looked for: as many are found, in half the time
_DOTS = 200  # an inch, of a page that is drawn for recognition
_LONG = 2.5  # times as long as wide: read in parts, not made smaller
_MAX_PARTS = 100
_MIN_SIDE = 8
_MIN_SCORE = 0.5  # of a line: the others are noise
_SURE = 0.8  # where the lines were read with less, the page may be upside down
_TRIED = 3  # lines, in other directions
_THREADS = 2
_LOCK = threading.Lock()
_ENGINES: list[Any] = []
_TOLD: list[Callable[[], None]] = []


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was read in an image: the text in reading order, and how sure the engine is of it (0..1).

    `places` are those of its lines, on the image as it was read: `turned` by so many degrees, counter-clockwise.
    """

    text: str = ""
    confidence: float = 0.0
    places: tuple[WordBox, ...] = ()
    turned: int = 0


@dataclass(frozen=True, slots=True)
class _PartLines:
    """The lines of a part of an image, in pixels of the whole, and how sure the engine is of each (0..1)."""

    lines: list[Line]
    scores: list[float]


def tell(progress: Callable[[], None]) -> None:
    """Call `progress` after each image from now on: one takes seconds, and a scan may have hundreds of pages."""
    _TOLD[:] = [progress]


def available() -> bool:
    """Whether the engine and its models are on this machine."""
    return bool(find_spec("onnxruntime")) and bool(find_spec("cv2")) and _models() is not None


def page_scale(width: float, height: float) -> float:
    """Pixels a point at which a page of this size, in points, is drawn for recognition."""
    short, long = sorted((max(1.0, width), max(1.0, height)))
    return min(_DOTS / 72, _LONGEST_SIDE / (short if long > _LONG * short else long))


def recognise(image: Any) -> Recognised:
    """The text of a PIL image. A long one is read in parts, and one that lies on its side or its head is turned.

    Raises DocumentError where the engine is not installed, or fails on the image.
    """
    if min(image.size) < _MIN_SIDE:
        return Recognised()
    image = _fitted(image.convert("RGB"))
    parts = [_lines(part, left, top) for left, top, part in _parts(image)]
    turned = _direction(image, parts)
    if turned:
        image = _turned(image, turned)
        parts = [_lines(part, left, top) for left, top, part in _parts(image)]
    return _recognised(parts, image.size, turned)


def _recognised(parts: list[_PartLines], size: tuple[int, int], turned: int) -> Recognised:
    text, places, sure, length = "", list[WordBox](), 0.0, 0
    across, down = size
    for part in parts:
        scores = {line: score for line, score in zip(part.lines, part.scores, strict=True) if score >= _MIN_SCORE}
        text += "\n" if text and scores else ""
        for apart, line in arranged(list(scores)):
            text += apart + line.text
            box = line.left / across, line.top / down, line.right / across, line.bottom / down
            places.append(place(len(text) - len(line.text), len(text), box))
        sure += sum(score * len(line.text) for line, score in scores.items())
        length += sum(len(line.text) for line in scores)
    return Recognised(text, round(sure / length, 4) if length else 0.0, tuple(places), turned)


def _fitted(image: Any) -> Any:
    """The image, made smaller if it is too large; a long one keeps what its shorter side allows."""
    short, long = sorted(image.size)
    if long <= _LONG * short:
        scale = _LONGEST_SIDE / long
    else:
        scale = min(_LONGEST_SIDE / short, _MAX_PARTS * _DETECTED_SIDE / long)
    if scale > 0.99:  # a page is drawn a pixel larger than asked for
        return image
    return image.resize((max(_MIN_SIDE, round(image.width * scale)), max(_MIN_SIDE, round(image.height * scale))))


def _parts(image: Any) -> Iterator[tuple[int, int, Any]]:
    """(left, top, part) of an image that is read in parts: whole unless it is long."""
    width, height = image.size
    if max(image.size) <= max(_LONGEST_SIDE, _LONG * min(image.size)):
        yield 0, 0, image
        return
    cuts = _cuts(image)
    for start, end in pairwise(cuts):
        if height >= width:
            yield 0, start, image.crop((0, start, width, end))
        else:
            yield start, 0, image.crop((start, 0, end, height))


def _cuts(image: Any) -> list[int]:
    """Where a long image is cut across: in the emptiest place near the end of each part, so that no line is halved."""
    import numpy

    width, height = image.size
    tall = height >= width
    length, part = max(image.size), max(_DETECTED_SIDE, min(image.size))
    cuts = [0]
    while length - cuts[-1] > 1.25 * part:
        first, last = cuts[-1] + 2 * part // 3, cuts[-1] + part
        box = (0, first, width, last) if tall else (first, 0, last, height)
        grey = numpy.asarray(image.crop(box).convert("L"), dtype=numpy.int16)
        grey = grey if tall else grey.T
        strokes = (abs(numpy.diff(grey, axis=1)) > 24).sum(axis=1)  # changes along each row; a table's rules count too
        near, wide = (numpy.convolve(strokes, numpy.ones(span), "same") for span in (5, 31))
        edge = 16  # rows at either end, of whose sums a part is missing
        cuts.append(last - edge - 1 - int((50 * near + wide)[edge:-edge][::-1].argmin()))
    return [*cuts, length]


def _turned(image: Any, degrees: int) -> Any:
    """The image turned counter-clockwise by 0, 90, 180 or 270 degrees."""
    from PIL.Image import Transpose

    turns = {90: Transpose.ROTATE_90, 180: Transpose.ROTATE_180, 270: Transpose.ROTATE_270}
    return image.transpose(turns[degrees]) if degrees else image


def _direction(image: Any, parts: list[_PartLines]) -> int:
    """By how many degrees the image must be turned, counter-clockwise, for its lines to be read. Tried on its longest
    lines alone, and only where most of them stand or were read badly."""
    lines = [line for part in parts for line in part.lines]
    scores = [score for part in parts for score in part.scores]
    standing = 2 * sum(line.stands for line in lines) > len(lines)
    length = sum(len(line.text) for line in lines) or 1
    sure = sum(score * len(line.text) for line, score in zip(lines, scores, strict=True)) / length
    if not lines or (sure >= _SURE and not standing):
        return 0
    longest = sorted(lines, key=lambda line: -max(line.width, line.height))[:_TRIED]
    crops = [image.crop((int(x.left), int(x.top), int(x.right) + 1, int(x.bottom) + 1)) for x in longest]
    tried = {
        turn: sum(_one_line(_turned(crop, turn))[1] for crop in crops) / len(crops)
        for turn in ((90, 270) if standing else (0, 180))
    }
    best = max(tried, key=lambda turn: tried[turn])
    if not standing:
        return best if tried[best] > tried[0] + 0.1 else 0
    return best if tried[best] >= _SURE and not _is_upright(crops[0], longest[0].text, best) else 0


def _is_upright(crop: Any, text: str, turn: int) -> bool:
    """Whether the characters of a line that runs from top to bottom are read one by one as well as turned: Chinese may
    be written so, and its characters are read turned too. `text` is what the line says."""
    right = {0: 0, turn: 0}
    pitch = crop.height / len(text)
    for at, character in [pair for pair in enumerate(text) if pair[1] > "\u2e7f"][: 2 * _TRIED]:
        cell = crop.crop((0, int((at - 0.1) * pitch), crop.width, int((at + 1.1) * pitch)))
        for each in right:
            right[each] += _one_line(_turned(cell, each))[0] == character
    return right[0] >= max(1, right[turn])


def _one_line(image: Any) -> tuple[str, float]:
    """What an image that holds one line says, and how sure the engine is of it (0..1)."""
    found = _run(image, detect=False)
    return (str(found.txts[0]), float(found.scores[0])) if getattr(found, "txts", None) else ("", 0.0)


def _lines(image: Any, left: int, top: int) -> _PartLines:
    """The lines of an image that stands at (left, top) of the whole one."""
    found = _run(image, detect=True)
    if getattr(found, "boxes", None) is None or not found.txts:
        return _PartLines([], [])
    read = _PartLines([], [])
    for box, text, score in zip(found.boxes, found.txts, found.scores, strict=True):
        words = stored(text).strip()
        if words:
            x, y = box[:, 0] + left, box[:, 1] + top
            read.lines.append(Line(float(x.min()), float(y.min()), float(x.max()), float(y.max()), words))
            read.scores.append(float(score))
    return read


def _run(image: Any, *, detect: bool) -> Any:
    """What the engine finds in an image; without `detect` it is taken for one line. Raises DocumentError."""
    import numpy

    pixels = numpy.ascontiguousarray(numpy.asarray(image)[:, :, ::-1])  # the engine expects blue first
    with _LOCK:
        try:
            found = _engine()(pixels, use_det=detect, use_cls=False, use_rec=True)
            for progress in _TOLD:
                progress()
        except DocumentError:
            raise
        except Exception as error:  # numeric code on a hostile image
            raise DocumentError("ocr.failed", why=type(error).__name__) from error
    return found


def _models() -> Path | None:
    spec = find_spec("rapidocr")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / "models"
    return folder if any(folder.glob("*det*.onnx")) and any(folder.glob("*rec*.onnx")) else None


def _engine() -> Any:
    if not _ENGINES:
        if not available():
            raise DocumentError("ocr.not_installed")
        from rapidocr import RapidOCR

        logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
        threads = max(1, min(_THREADS, os.cpu_count() or 1))
        parameters = {
            "Global.log_level": "critical",
            "Global.max_side_len": 2 * _LONGEST_SIDE,  # what is larger was made smaller already
            "Global.use_cls": False,
            "Global.text_score": 0.0,  # bad lines tell that a page is upside down
            "Det.limit_type": "max",
            "Det.limit_side_len": _DETECTED_SIDE,
            "Rec.rec_batch_num": 1,  # a batch pads each line to its longest: a third more work
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
        _ENGINES.append(RapidOCR(params=parameters))
        logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    return _ENGINES[0]
