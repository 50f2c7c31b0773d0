"""Places: where recognised words stand on the picture of their page, of which a part was looked at, perhaps turned."""

from collections.abc import Iterable
from dataclasses import replace

from kb.schema import WHOLE, WordBox

Share = tuple[float, float, float, float]  # left, top, right, bottom as shares (0..1) of width and height, y downwards


def place(start: int, end: int, box: Share) -> WordBox:
    """The place of `text[start:end]`; what of the box is beyond the picture is cut off."""
    left, top, right, bottom = (round(WHOLE * min(1.0, max(0.0, side))) for side in box)
    return WordBox(start, end, left, top, right, bottom)


def box_of(place: WordBox) -> Share:
    """The box of a place."""
    return place.left / WHOLE, place.top / WHOLE, place.right / WHOLE, place.bottom / WHOLE


def turned(box: Share, degrees: int) -> Share:
    """A box on a picture that is turned counter-clockwise by so many degrees, a multiple of 90."""
    for _ in range(degrees // 90 % 4):
        left, top, right, bottom = box
        box = top, 1 - right, bottom, 1 - left
    return box


def moved(places: Iterable[WordBox], by: int) -> tuple[WordBox, ...]:
    """The places of a text before which so many characters were put."""
    return tuple(replace(each, start=each.start + by, end=each.end + by) for each in places)


def on_whole(places: Iterable[WordBox], degrees: int, part: Share) -> tuple[WordBox, ...]:
    """Places on a part of a picture that was turned by so many degrees to be read, on the whole as it is."""
    left, top, right, bottom = part
    across, down = right - left, bottom - top
    found = []
    for each in places:
        box = turned(box_of(each), 360 - degrees)
        there = left + box[0] * across, top + box[1] * down, left + box[2] * across, top + box[3] * down
        found.append(place(each.start, each.end, there))
    return tuple(found)
