"""Tables of words on a PDF's page: cells that stand in columns, row by row, each cell of one line or more.

A page tells its cells in order: those of a row from left to right, the lines of a cell from top to bottom. So what
stands further left than the cell before it begins a row, and what stands under a line of its own column goes on in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

from ingest.pdf.cells import Cell, Extent, PageRow, is_item, only_grows, with_leaders
from ingest.pdf.lines import PageLine

_APART = 7.0  # sizes of the type between a line and those above it: cells may be set at the foot of a row
_WRAPPED = 1.45  # sizes between the lines of a cell
_FEWEST_ROWS = 3
_MOST_LINES = 5.0  # of a cell, on average; where there are more, they are columns of running text
_LONG_LINE = 22.0  # characters, on average in each column, of cells of one line: columns of running text
_FEW_WRAPPED = 1.15  # lines of a cell, on average
_FEWEST_LETTERS = 2.0  # of a cell, on average; where there are fewer, they are the letters of upright words
_LONGEST_HEAD = 40  # characters of a cell that heads a column
_MOST_COLUMNS = 40


@dataclass(frozen=True, slots=True)
class Piece:
    """A cell, or one line of a cell, in a column that is counted from 0. `number` is that of its line."""

    number: int
    column: int
    line: PageLine
    cell: Cell


@dataclass(slots=True)
class Grid:
    """The rows of a table, each of its pieces in order, and its columns."""

    rows: list[list[Piece]] = field(default_factory=list)
    columns: list[Extent] = field(default_factory=list)

    @property
    def first(self) -> int:
        """The number of its first line."""
        return self.rows[0][0].number

    @property
    def last(self) -> int:
        """The number of its last line."""
        return self.rows[-1][-1].number


def grids(rows: Sequence[PageRow | None], text: str) -> Iterator[Grid]:
    """The tables among the lines of a page, in order."""
    at = 0
    while at < len(rows):
        if not _begins(rows, at):
            at += 1
            continue
        columns, last = _reach(rows, at)
        grid = _trimmed(_grid(rows, at, last, columns, text)) if len(columns) > 1 else None
        if grid is not None and _is_table(grid, text):
            yield grid
        at = max(at, last) + 1


def _begins(rows: Sequence[PageRow | None], at: int) -> bool:
    """Whether a line has two cells, or one that the next line stands beside."""
    row = rows[at]
    if row is None or len(row.cells) > 1:
        return row is not None
    for following in rows[at + 1 : at + 5]:  # the first cell may have some lines
        if following is None or following.line.up < row.line.up - 5 * row.line.size:
            return False
        if following.left > row.right:
            return True
        if abs(following.left - row.left) > row.line.size or len(following.cells) > 1:
            return False
        row = following
    return False


def _reach(rows: Sequence[PageRow | None], first: int) -> tuple[list[Extent], int]:
    """The columns that lines stand in from `first` on, and the last line that does."""
    columns: list[Extent] = []
    bottom, last = 0.0, first - 1
    for number in range(first, len(rows)):
        row = rows[number]
        if row is None:
            break
        down = bottom - row.line.up
        if number > first and not -12 * row.line.size < down < _APART * row.line.size:
            break
        wider = _widened(columns, row, number - first < 12)
        if wider is None or _begins_beside(rows, first, number, columns):
            break
        columns, last = wider, number
        bottom = row.line.up if number == first else min(bottom, row.line.up)
    return columns, last


def _begins_beside(rows: Sequence[PageRow | None], first: int, number: int, columns: list[Extent]) -> bool:
    """Whether a line begins another table at the right of that which begins on line `first` and has rows already."""
    row, top = rows[number], rows[first]
    if row is None or top is None or len(columns) < 2 or row.left <= columns[-1][1]:
        return False
    if row.line.up < top.line.up - 0.5 * top.line.size or not _begins(rows, number):
        return False
    border = columns[0][1]
    lines = [each for each in rows[first:number] if each is not None]
    return sum(b.left <= border < a.right for a, b in pairwise([*lines[:1], *lines])) >= _FEWEST_ROWS


def _widened(columns: list[Extent], row: PageRow, new: bool) -> list[Extent] | None:
    """The columns with the cells of one more line in them; None where a cell does not fit into any."""
    wider = list(columns)
    for cell in row.cells:
        over = [n for n, (left, right) in enumerate(wider) if cell.left <= right and cell.right >= left]
        if len(over) > 1 or (not over and (not new or len(wider) >= _MOST_COLUMNS)):
            return None
        if over:
            left, right = wider[over[0]]
            wider[over[0]] = min(left, cell.left), max(right, cell.right)
        else:
            wider = sorted([*wider, (cell.left, cell.right)])
    if any(a[1] >= b[0] for a, b in pairwise(wider)):
        return None
    return wider


def _grid(rows: Sequence[PageRow | None], first: int, last: int, columns: list[Extent], text: str) -> Grid:
    pieces: list[Piece] = []
    for number in range(first, last + 1):
        row = rows[number]
        for cell in row.cells if row else ():
            column = next(n for n, (left, right) in enumerate(columns) if left <= cell.left <= right)
            pieces.append(Piece(number, column, row.line, cell))  # type: ignore[union-attr]
    apart = _row_distance(pieces)
    grid = Grid(columns=columns)
    for at, piece in enumerate(pieces):
        before = pieces[at - 1] if at else None
        if before is None or piece.column < before.column or not _goes_on(before, piece, apart, text):
            grid.rows.append([])
        grid.rows[-1].append(piece)
    return grid


def _trimmed(grid: Grid) -> Grid | None:
    """The table without rows of one cell below it, which are text, and their columns; None where nothing is left."""
    while grid.rows and len({piece.column for piece in grid.rows[-1]}) < 2:
        grid.rows.pop()
    used = sorted({piece.column for row in grid.rows for piece in row})
    rows = [[replace(piece, column=used.index(piece.column)) for piece in row] for row in grid.rows]
    return Grid(rows, [grid.columns[column] for column in used]) if rows else None


def _row_distance(pieces: Sequence[Piece]) -> float:
    """How far apart rows of one line are; 0 where there are none."""
    steps = [
        a.line.up - b.line.up
        for x, a, b in zip(pieces, pieces[1:], pieces[2:], strict=False)
        if b.column < a.column and x.column < a.column and x.number == a.number
    ]
    return median(steps) if steps else 0.0


def _goes_on(before: Piece, piece: Piece, apart: float, text: str) -> bool:
    """Whether a piece belongs to the row of the one before it, which does not stand further right."""
    if piece.column > before.column:
        return True
    down = before.line.up - piece.line.up
    if not 0 < down < _WRAPPED * piece.line.size:
        return False
    return text[piece.cell.start].islower() or not apart or down < 0.93 * apart


def _is_table(grid: Grid, text: str) -> bool:
    """Whether rows and columns look like a table rather than a list, a table of contents or columns of text."""
    full = [row for row in grid.rows if len({piece.column for piece in row}) > 1]
    if len(full) < _FEWEST_ROWS or 2 * len(full) < len(grid.rows):
        return False
    pieces = sum(map(len, grid.rows))
    cells = sum(len({piece.column for piece in row}) for row in grid.rows)
    letters = sum(piece.cell.end - piece.cell.start for row in grid.rows for piece in row)
    if pieces > _MOST_LINES * cells or letters < _FEWEST_LETTERS * pieces:
        return False
    if pieces < _FEW_WRAPPED * cells and all(length >= _LONG_LINE for length in _mean_lengths(grid)):
        return False
    pages = [text[row[-1].cell.start : row[-1].cell.end] for row in full if row[-1].column == len(grid.columns) - 1]
    if 2 * len(pages) > len(full) and only_grows(pages):
        return False
    if 2 * sum(is_item(text[row[0].cell.start : row[0].cell.end]) for row in full) >= len(full):
        return False
    return 3 * sum(with_leaders(text[row[0].line.start : row[0].line.end]) for row in full) < len(full)


def _mean_lengths(grid: Grid) -> list[float]:
    """How many characters the pieces of each column have on average."""
    lengths: list[list[int]] = [[] for _ in grid.columns]
    for row in grid.rows:
        for piece in row:
            lengths[piece.column].append(piece.cell.end - piece.cell.start)
    return [sum(each) / max(1, len(each)) for each in lengths]


def header_row(grid: Grid, text: str) -> bool:
    """Whether the first row heads the columns: a few words over each, no two alike, no figures. Two columns have a
    header only where the rows under it say far more than it, so that a list of names and values has none."""
    head = grid.rows[0]
    lengths = [sum(piece.cell.end - piece.cell.start for piece in row) for row in grid.rows]
    shown = {text[piece.cell.start : piece.cell.end] for piece in head}
    if any(len(words) < 2 and (words.isascii() or not words.isalpha()) for words in shown):
        return False
    columns = {piece.column for piece in head}
    if any(piece.cell.kind == "figure" for piece in head) or len(shown) < len(head):
        return False
    if len(columns) < max(2, len(grid.columns) - 1) or lengths[0] > _LONGEST_HEAD * len(columns):
        return False
    return len(grid.columns) > 2 or 3 * lengths[0] < median(lengths[1:])
