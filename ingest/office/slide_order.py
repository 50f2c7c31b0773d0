"""The order in which shapes on a slide are read: row by row from the top, each from the left."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """Where a shape stands, in any unit; y downwards."""

    top: float
    left: float
    height: float


def in_rows(boxes: Sequence[Box]) -> list[int]:
    """The numbers of the boxes in reading order."""
    rows: list[list[int]] = []
    for at in sorted(range(len(boxes)), key=lambda at: (boxes[at].top, boxes[at].left)):
        if rows and _side_by_side(boxes[rows[-1][0]], boxes[at]):
            rows[-1].append(at)
        else:
            rows.append([at])
    return [at for row in rows for at in sorted(row, key=lambda at: boxes[at].left)]


def _side_by_side(first: Box, second: Box) -> bool:
    """Whether the vertical middles of two boxes are no further apart than half the height of the less tall one: a tall
    box makes no row of what stands beside it."""
    apart = abs(2 * first.top + first.height - 2 * second.top - second.height)
    return apart <= min(first.height, second.height)
