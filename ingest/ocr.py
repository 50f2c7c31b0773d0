"""OCR: the text of an image, Chinese and English, by rapidocr with the models it carries. Offline.

One engine a process: it takes seconds to load. Written for rapidocr 3.10, which would fetch models that are missing
from the internet, and logs to the terminal: both are kept from it here.
"""

import logging
import os
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

from kb.errors import DocumentError

LONGEST_SIDE = 2000  # pixels; the engine makes larger images smaller
_THREADS = 2
_MIN_SIDE = 8
_CJK = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")
_LOCK = threading.Lock()
_ENGINES: list[Any] = []
_TOLD: list[Callable[[], None]] = []


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was read in an image: the text in reading order, and how sure the engine is of it (0..1)."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float
    text: str

    @property
    def height(self) -> float:
        return self.bottom - self.top


def tell(progress: Callable[[], None]) -> None:
    """Call `progress` after each image from now on: one takes seconds, and a scan may have hundreds of pages."""
    _TOLD[:] = [progress]


def available() -> bool:
    """Whether the engine and its models are on this machine."""
    return bool(find_spec("onnxruntime")) and bool(find_spec("cv2")) and _models() is not None


def recognise(image: Any) -> Recognised:
    """The text of a PIL image. Raises DocumentError where the engine is not installed, or fails on the image."""
    import numpy

    if min(image.size) < _MIN_SIDE:
        return Recognised("", 0.0)
    pixels = numpy.asarray(image.convert("RGB"))[:, :, ::-1]  # the engine expects blue first
    with _LOCK:
        try:
            found = _engine()(numpy.ascontiguousarray(pixels))
            for progress in _TOLD:
                progress()
        except DocumentError:
            raise
        except Exception as error:  # numeric code on a hostile image
            raise DocumentError(f"The text of the image cannot be recognised ({type(error).__name__}).") from error
    if found is None or found.boxes is None or not found.txts:
        return Recognised("", 0.0)
    boxes = [
        _Box(
            float(box[:, 0].min()), float(box[:, 1].min()), float(box[:, 0].max()), float(box[:, 1].max()), text.strip()
        )
        for box, text in zip(found.boxes, found.txts, strict=True)
        if text.strip()
    ]
    length = sum(map(len, found.txts)) or 1
    sure = sum(score * len(text) for score, text in zip(found.scores, found.txts, strict=True)) / length
    return Recognised(arranged(boxes), round(float(sure), 4))


def _models() -> Path | None:
    spec = find_spec("rapidocr")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / "models"
    return folder if any(folder.glob("*det*.onnx")) and any(folder.glob("*rec*.onnx")) else None


def _engine() -> Any:
    if not _ENGINES:
        if not available():
            raise DocumentError(
                "It holds images of text, and text recognition is not installed: install the Python package rapidocr "
                "with its models, or switch it off (ingest.ocr)."
            )
        from rapidocr import RapidOCR

        logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
        threads = max(1, min(_THREADS, os.cpu_count() or 1))
        parameters = {
            "Global.log_level": "critical",
            "Global.max_side_len": LONGEST_SIDE,
            "Global.use_cls": False,
            "Det.limit_type": "max",  # lines are found as well in a smaller image, in half the time
            "Det.limit_side_len": 1280,
            "Rec.rec_batch_num": 1,  # a batch pads each line to its longest: a third more work
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
        _ENGINES.append(RapidOCR(params=parameters))
        logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    return _ENGINES[0]


# -- reading order


def arranged(boxes: list[_Box]) -> str:
    """The lines' texts in reading order: columns of text one after the other, rows of a table each on one line."""
    tall = [box for box in boxes if box.height > 2 * (box.right - box.left) and len(box.text) > 1]
    if 2 * len(tall) > len(boxes):  # written from top to bottom, in columns from the right
        return "".join(box.text for box in sorted(boxes, key=lambda box: -box.right))
    return "\n\n".join(filter(None, (_block(column) for column in _columns(boxes, 0))))


def _columns(boxes: list[_Box], depth: int) -> list[list[_Box]]:
    """The boxes parted at white gutters between columns of running text, and above and below these."""
    if len(boxes) < 8 or depth > 6:
        return [boxes] if boxes else []
    for above, inside, below in _bands(boxes):
        gutter = _gutter(inside)
        if gutter is not None:
            left = [box for box in inside if box.right <= gutter]
            right = [box for box in inside if box.left >= gutter]
            return [part for group in (above, left, right, below) for part in _columns(group, depth + 1)]
    return [boxes]


def _bands(boxes: list[_Box]) -> list[tuple[list[_Box], list[_Box], list[_Box]]]:
    """(above, band, below): the whole page, then the longest run of lines of which none spans the middle."""
    left, right = min(box.left for box in boxes), max(box.right for box in boxes)
    middle, slack = (left + right) / 2, (right - left) * 0.02
    ordered = sorted(boxes, key=lambda box: box.top)
    spanning = [box for box in ordered if box.left < middle - slack and box.right > middle + slack]
    if not spanning:
        return [([], ordered, [])]
    edges = [float("-inf"), *sorted((box.top + box.bottom) / 2 for box in spanning), float("inf")]
    bands = []
    for top, bottom in pairwise(edges):
        inside = [b for b in ordered if top < (b.top + b.bottom) / 2 < bottom and b not in spanning]
        if len(inside) >= 8:
            above = [b for b in ordered if b not in inside and (b.top + b.bottom) / 2 <= top]
            below = [b for b in ordered if b not in inside and b not in above]
            bands.append((above, inside, below))
    return sorted(bands, key=lambda band: -len(band[1]))[:3]


def _gutter(boxes: list[_Box]) -> float | None:
    """Where a vertical strip of white parts two columns whose lines mostly fill them; None where there is none."""
    if len(boxes) < 8:
        return None
    left, right = min(box.left for box in boxes), max(box.right for box in boxes)
    edges = sorted((box.left, box.right) for box in boxes)
    reach = edges[0][1]
    for start, end in edges[1:]:
        if start > reach + (right - left) * 0.01 and 0.25 < (start - left) / (right - left) < 0.75:
            at = (start + reach) / 2
            sides = [box for box in boxes if box.right <= at], [box for box in boxes if box.left >= at]
            if all(len(side) >= 4 and _is_filled(side) for side in sides):
                return at
        reach = max(reach, end)
    return None


def _is_filled(boxes: list[_Box]) -> bool:
    width = max(box.right for box in boxes) - min(box.left for box in boxes)
    return sum(box.right - box.left for box in boxes) > 0.6 * width * len(boxes)


def _block(boxes: list[_Box]) -> str:
    """The lines of one column; what goes on in the next line is joined to it."""
    rows = _rows(boxes)
    right = max((row[-1].right for row in rows), default=0.0)
    text = ""
    for at, row in enumerate(rows):
        line = " ".join(box.text for box in row)
        if at == 0:
            text = line
            continue
        before = rows[at - 1]
        height = max(box.height for box in (*before, *row))
        gap = min(box.top for box in row) - max(box.bottom for box in before)
        full = before[-1].right > right - 2 * height and len(before) == 1
        if gap > 1.2 * height:
            text += "\n\n" + line
        elif full and len(row) == 1:
            text += _joint(text, line) + line
        else:
            text += "\n" + line
    return text


def _joint(before: str, after: str) -> str:
    """What stands between two parts of a sentence: nothing between Chinese characters, else a newline."""
    return "" if before and after and _CJK.match(before[-1]) and _CJK.match(after[0]) else "\n"


def _rows(boxes: list[_Box]) -> list[list[_Box]]:
    """The boxes by lines, from top to bottom, each from left to right."""
    rows: list[list[_Box]] = []
    for box in sorted(boxes, key=lambda box: (box.top + box.bottom) / 2):
        middle = (box.top + box.bottom) / 2
        for row in rows[-3:][::-1]:
            last = row[-1]
            if last.top < middle < last.bottom and box.top < (last.top + last.bottom) / 2 < box.bottom:
                row.append(box)
                break
        else:
            rows.append([box])
    return [sorted(row, key=lambda box: box.left) for row in rows]
