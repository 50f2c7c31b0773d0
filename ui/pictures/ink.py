"""Ink: where on a picture the signs of a line stand, within the wider box in which the line was recognised."""

from dataclasses import dataclass
from typing import Any

from ui.pictures.page_picture import Box

_DARK = 0.4  # of the way from the paper to the farthest tone: ink
_MOST = 0.5  # of a box: more is no writing
_LEAST_CONTRAST = 48  # of 255
_CLEARLY = 1.3  # times the gap between letters: one between words
_EDGE = 0.25  # of a box's height: what stands there, apart, is of the line beside it


@dataclass(frozen=True, slots=True)
class Ink:
    """The signs of a line fill `box`, in shares (0..1) of the picture; `gaps` are the stretches between them, from left
    to right."""

    box: Box
    gaps: tuple[tuple[float, float], ...]

    def gap_near(self, at: float, reach: float, word: tuple[float, float]) -> float:
        """The middle of the gap in a word that is nearest to a place; the place itself where none is within `reach`."""
        inside = (gap for gap in self.gaps if word[0] < gap[0] and gap[1] < word[1])
        near = (sum(gap) / 2 for gap in inside if gap[0] - reach <= at <= gap[1] + reach)
        return min(near, key=lambda middle: abs(middle - at), default=at)

    def parts(self, count: int) -> list[tuple[float, float]] | None:
        """Where so many words begin and end, when the gaps between them are clearly wider than all others."""
        by_width = sorted(self.gaps, key=lambda gap: gap[0] - gap[1])
        between, others = by_width[: count - 1], by_width[count - 1 : count]
        if len(between) < count - 1:
            return None
        if between and others and _width(between[-1]) < _CLEARLY * _width(others[0]):
            return None
        cuts = sorted(between)
        begins = [self.box[0], *(end for _, end in cuts)]
        return list(zip(begins, [*(start for start, _ in cuts), self.box[2]], strict=True))


def _width(gap: tuple[float, float]) -> float:
    return gap[1] - gap[0]


def ink_of(image: Any, box: Box) -> Ink | None:
    """The ink in a box on a PIL image; None where nothing stands out from its paper."""
    import numpy as np

    across, down = image.size
    left, top = int(box[0] * across), int(box[1] * down)
    right, bottom = round(box[2] * across), round(box[3] * down)
    if right - left < 3 or bottom - top < 3:
        return None
    tones = np.asarray(image.crop((left, top, right, bottom)).convert("L"), dtype=np.int16)
    far = np.abs(tones - np.median(tones))
    if far.max() < _LEAST_CONTRAST:
        return None
    ink = far > _DARK * far.max()
    if ink.mean() > _MOST:
        return None
    rows = _inner(ink.any(axis=1))
    columns = np.flatnonzero(ink[rows].any(axis=0))
    if not len(columns):
        return None
    after = np.flatnonzero(np.diff(columns) > 1)
    gaps = tuple(((left + int(columns[at]) + 1) / across, (left + int(columns[at + 1])) / across) for at in after)
    tight = (
        (left + int(columns[0])) / across, (top + rows.start) / down,
        (left + int(columns[-1]) + 1) / across, (top + rows.stop) / down,
    )  # fmt: skip
    return Ink(tight, gaps)


def _inner(rows: Any) -> slice:
    """From the first to the last row with ink, without what reaches in over an edge from the lines above and below."""
    import numpy as np

    height = len(rows)
    filled = np.flatnonzero(rows)
    first, last = int(filled[0]), int(filled[-1]) + 1
    blank = np.flatnonzero(~rows)
    if first == 0 and len(blank) and blank[0] < _EDGE * height:
        first = int(filled[filled > blank[0]][0]) if (filled > blank[0]).any() else first
    if last == height and len(blank) and height - 1 - blank[-1] < _EDGE * height:
        last = int(filled[filled < blank[-1]][-1]) + 1 if (filled < blank[-1]).any() else last
    return slice(first, last)
