"""Reading order: the lines recognised in a picture as they are read, columns and rows of tables told apart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.document.parsed import runs_on


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, or a part of one, and where it stands; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float
    text: str

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def stands(self) -> bool:
        """Whether it runs from top to bottom, or the picture lies on its side."""
        return self.height > 2 * self.width and len(self.text) > 1


def arranged(lines: Sequence[Line]) -> list[tuple[str, Line]]:
    """The lines in reading order, each with what parts it from the one before: columns of text one after the other,
    rows of a table each on one line. What goes on in the next line is joined to it."""
    if 2 * sum(line.stands for line in lines) > len(lines):  # written from top to bottom, in columns from the right
        return [("", line) for line in sorted(lines, key=lambda line: -line.right)]
    placed = [pair for column in _columns(lines, 0) for pair in _block(column)]
    return [("", placed[0][1]), *placed[1:]] if placed else []


def _columns(lines: Sequence[Line], depth: int) -> list[Sequence[Line]]:
    """The lines parted at white gutters between columns of running text, and above and below these."""
    if len(lines) < 8 or depth > 6:
        return [lines] if lines else []
    for above, inside, below in _bands(lines):
        gutter = _gutter(inside)
        if gutter is not None:
            left = [line for line in inside if line.right <= gutter]
            right = [line for line in inside if line.left >= gutter]
            return [part for group in (above, left, right, below) for part in _columns(group, depth + 1)]
    return [lines]


def _bands(lines: Sequence[Line]) -> list[tuple[list[Line], list[Line], list[Line]]]:
    """(above, band, below): the whole page, then the longest run of lines of which none spans the middle."""
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    middle, slack = (left + right) / 2, (right - left) * 0.02
    ordered = sorted(lines, key=lambda line: line.top)
    spanning = {line for line in ordered if line.left < middle - slack and line.right > middle + slack}
    if not spanning:
        return [([], ordered, [])]
    edges = [float("-inf"), *sorted({line.middle for line in spanning}), float("inf")]
    bands = []
    for top, bottom in pairwise(edges):
        inside = [line for line in ordered if top < line.middle < bottom and line not in spanning]
        if len(inside) >= 8:
            apart = set(ordered).difference(inside)
            above = [line for line in ordered if line in apart and line.middle <= top]
            below = [line for line in ordered if line in apart and line.middle > top]
            bands.append((above, inside, below))
    return sorted(bands, key=lambda band: -len(band[1]))[:3]


def _gutter(lines: Sequence[Line]) -> float | None:
    """Where a vertical strip of white parts two columns whose lines mostly fill them; None where there is none."""
    if len(lines) < 8:
        return None
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    edges = sorted((line.left, line.right) for line in lines)
    reach = edges[0][1]
    for start, end in edges[1:]:
        if start > reach + (right - left) * 0.01 and 0.25 < (start - left) / (right - left) < 0.75:
            at = (start + reach) / 2
            sides = [line for line in lines if line.right <= at], [line for line in lines if line.left >= at]
            if all(len(side) >= 4 and _is_filled(side) for side in sides):
                return at
        reach = max(reach, end)
    return None


def _is_filled(lines: Sequence[Line]) -> bool:
    width = max(line.right for line in lines) - min(line.left for line in lines)
    return sum(line.width for line in lines) > 0.6 * width * len(lines)


def _block(lines: Sequence[Line]) -> Iterator[tuple[str, Line]]:
    """The lines of one column, row by row."""
    rows = _rows(lines)
    right = max((row[-1].right for row in rows), default=0.0)
    for at, row in enumerate(rows):
        apart = _between(rows[at - 1], row, right) if at else "\n\n"
        for line in row:
            yield apart, line
            apart = " "


def _between(before: list[Line], row: list[Line], right: float) -> str:
    """What parts a row from the one before. `right` is where the column ends."""
    height = max(line.height for line in (*before, *row))
    gap = min(line.top for line in row) - max(line.bottom for line in before)
    if gap > 1.2 * height:
        return "\n\n"
    goes_on = before[-1].right > right - 2 * height and len(before) == len(row) == 1
    return "" if goes_on and runs_on(before[-1].text, row[0].text) else "\n"


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines by rows, from top to bottom, each from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.middle):
        for row in rows[-3:][::-1]:
            last = row[-1]
            if last.top < line.middle < last.bottom and line.top < last.middle < line.bottom:
                row.append(line)
                break
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.left) for row in rows]
