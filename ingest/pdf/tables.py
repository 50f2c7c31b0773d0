"""Tables of a PDF's page: runs of lines whose cells stand in columns, with the lines that head the columns.

The words stay as they are. Only the white space between them changes: a tab parts two cells, another stands for each
empty cell between them, and what was wrapped inside a row is on the row's line.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from ingest.document.parsed import Table, runs_on
from ingest.pdf.cells import Cell, PageRow, row_of
from ingest.pdf.figures import FigureTable, figure_tables
from ingest.pdf.grid import Grid, grids, header_row
from ingest.pdf.lines import PageLine

_SHIFT = 12.0  # points between the right edges of what is one column, here and further above
_NEAR = 8  # lines between a table and the one that it goes on from, or the end of the page
_MOST_HEAD = 5  # rows of words that head a table
_WRAPPED = 1.6  # sizes of the type between two lines of a cell

Edit = tuple[int, int, str]  # from, to, what comes there instead


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table of a page: `text[start:end]`, and `text[start:head_end]` of it heads the columns. `columns` are their
    left and right edges; `before` and `after` are how many lines of the page are above and below it."""

    start: int
    end: int
    head_end: int
    columns: tuple[tuple[float, float], ...]
    before: int
    after: int
    lines: int


class Laid:
    """A page whose tables are laid out: its text, and the tables in it."""

    def __init__(self, text: str, edits: Sequence[Edit], tables: Sequence[PageTable]) -> None:
        self._ends = [end for _, end, _ in edits]
        self._shifts = [0, *accumulate(len(new) - (end - start) for start, end, new in edits)]
        parts, at = [], 0
        for start, end, new in edits:
            parts += [text[at:start], new]
            at = end
        self.text = "".join([*parts, text[at:]])
        self.tables = [
            replace(each, start=self.moved(each.start), head_end=self.moved(each.head_end), end=self.moved(each.end))
            for each in tables
        ]

    def moved(self, at: int) -> int:
        """Where that is now which was at `at` of the text as it was."""
        return at + self._shifts[bisect_right(self._ends, at)]


def laid_out(lines: Sequence[PageLine], text: str) -> Laid:
    """The page of these lines with its tables laid out."""
    rows = [row_of(line, text) for line in lines]
    found = list(_tables(rows, text))
    return Laid(text, [edit for _, edits in found for edit in edits], [table for table, _ in found])


def with_headers(text: str, tables: Sequence[tuple[int, PageTable]]) -> list[Table]:
    """The tables of a document, whose pages begin at (start) in its text: each with its own header, or with that of
    the table above it that it goes on from."""
    result: list[Table] = []
    above: tuple[int, PageTable, str] | None = None
    for start, table in tables:
        header = text[start + table.start : start + table.head_end].strip()
        if not header and above is not None and _continues(table, above[1], start == above[0]):
            header = above[2]
        result.append(Table(start + table.start, start + table.end, header))
        above = start, table, header
    return result


def _continues(table: PageTable, above: PageTable, same_page: bool) -> bool:
    """Whether a table without a header goes on from the one above it: close to it, in the same columns."""
    between = table.before - above.before - above.lines if same_page else above.after + table.before
    if between > _NEAR:
        return False
    return all(any(abs(ours[1] - theirs[1]) < _SHIFT for theirs in above.columns) for ours in table.columns)


def _tables(rows: Sequence[PageRow | None], text: str) -> Iterator[tuple[PageTable, list[Edit]]]:
    """The tables of a page in order, with what is changed in each: those of words, where they have more to say."""
    figures = figure_tables(rows, text)
    words: list[Grid] = []
    for grid in grids(rows, text):
        shared = [t for t in figures if t.first <= grid.last and grid.first <= t.last]
        whole = all(grid.first <= t.first and t.last <= grid.last for t in shared)
        if whole and (not shared or _is_of_words(grid)):
            words.append(grid)
            figures = [t for t in figures if t not in shared]
    both: list[FigureTable | Grid] = [*figures, *(grid for grid in words if not _heads(grid, figures, rows))]
    for table in sorted(both, key=lambda table: table.first):
        lines = [row.line for row in rows[table.first : table.last + 1] if row is not None]
        start, end = lines[0].start, lines[-1].words[-1].end
        if isinstance(table, Grid):
            head = table.rows[0][-1].cell.end if header_row(table, text) else start
            edits = _grid_edits(table, text)
        else:
            head = lines[table.head - 1].words[-1].end if table.head else start
            edits = _figure_edits(rows, table, text)
        yield (
            PageTable(start, end, head, tuple(table.columns), table.first, len(rows) - 1 - table.last, len(lines)),
            edits,
        )


def _heads(grid: Grid, figures: Sequence[FigureTable], rows: Sequence[PageRow | None]) -> bool:
    """Whether some rows of words are the header of the table of figures under them, which takes them."""
    if _has_figures(grid) or len(grid.rows) > _MOST_HEAD:
        return False
    for table in figures:
        lower, upper = rows[table.first], rows[grid.last]
        if table.head or not 0 < table.first - grid.last <= 2 or lower is None or upper is None:
            continue
        near = 0 < upper.line.up - lower.line.up < 3 * lower.line.size
        over = [any(a[0] <= b[1] and b[0] <= a[1] for b in grid.columns) for a in table.columns]
        if near and all(over):
            table.first, table.head = grid.first, grid.last + 1 - grid.first
            return True
    return False


def _has_figures(grid: Grid) -> bool:
    return any(piece.cell.kind == "figure" for row in grid.rows for piece in row)


def _is_of_words(grid: Grid) -> bool:
    """Whether fewer than half of the cells beside the labels and under the first row are figures."""
    pieces = [piece for row in grid.rows[1:] for piece in row if piece.column]
    cells = sum(len({piece.column for piece in row if piece.column}) for row in grid.rows[1:])
    return 2 * sum(piece.cell.kind != "words" for piece in pieces) < cells


# -- white space


def _figure_edits(rows: Sequence[PageRow | None], table: FigureTable, text: str) -> list[Edit]:
    """A tab between the cells of a row, and one for each empty one; labels and heads that were wrapped on one line."""
    edits: list[Edit] = []
    before: PageRow | None = None
    body = table.first + table.head
    labelled = [row.cells[0].kind != "figure" for n in table.figures if (row := rows[n]) is not None]
    has_labels = 2 * sum(labelled) >= len(labelled)
    for number in range(table.first, table.last + 1):
        row = rows[number]
        if row is None:
            before = None
            continue
        if number == body:
            before = None
        joint = (
            None if before is None else _head_joint(before, row, text) if number < body else _joint(before, row, text)
        )
        if before is not None and joint is not None:
            edits.append((before.cells[-1].end, row.cells[0].start, joint))
        elif number >= body and has_labels and row.cells[0].kind == "figure":
            start = row.cells[0].start
            edits.append((start, start, "\t" * (1 + (_column(row.cells[0], table) or 0))))
        edits += _gaps(row, table, number < body)
        before = row
    return _only_spaces(edits, text)


def _only_spaces(edits: Sequence[Edit], text: str) -> list[Edit]:
    """The edits that change white space, or add tabs before an empty label: no word is parted or lost."""
    return [
        (start, end, new)
        for start, end, new in edits
        if (text[start:end].isspace() if start < end else bool(new) and not new.strip("\t"))
    ]


def _gaps(row: PageRow, table: FigureTable, head: bool) -> Iterator[Edit]:
    at = -1 if row.cells[0].kind != "figure" else _column(row.cells[0], table)  # a label stands before all columns
    for cell, following in pairwise(row.cells):
        column = None if head else _column(following, table)
        tabs = max(1, column - at) if column is not None and at is not None else 1
        yield cell.end, following.start, "\t" * tabs
        at = column if column is not None else at


def _column(cell: Cell, table: FigureTable) -> int | None:
    over = [n for n, (left, right) in enumerate(table.columns) if cell.left <= right and cell.right >= left]
    return over[0] if len(over) == 1 else None


def _head_joint(before: PageRow, row: PageRow, text: str) -> str | None:
    """What parts two lines of a header where one goes on in the other, or stands beside it; None where it ends."""
    down, size = before.line.up - row.line.up, row.line.size
    last, first = before.cells[-1], row.cells[0]
    if len(row.cells) == 1 and first.left <= last.right and first.right >= last.left and 0 < down < _WRAPPED * size:
        return None if len(before.cells) > 1 and first.left <= before.cells[-2].right else _space(text, last, first)
    return "\t" if first.left > last.right and down < 0.9 * size else None


def _joint(before: PageRow, row: PageRow, text: str) -> str | None:
    """What parts two lines of rows where one goes on in the other, or stands beside it; None where the row ends."""
    down, size = before.line.up - row.line.up, row.line.size
    last, first = before.cells[-1], row.cells[0]
    if first.left > last.right and abs(down) < 0.4 * size:
        return "\t"
    wraps = text[first.start].islower() and not (before.figures and row.figures)
    return _space(text, last, first) if wraps and 0 < down < _WRAPPED * size else None


def _space(text: str, last: Cell, first: Cell) -> str:
    """What stands between two parts of what was wrapped: nothing between Chinese characters, else a space."""
    return "" if runs_on(text[last.end - 1], text[first.start]) else " "


def _grid_edits(grid: Grid, text: str) -> list[Edit]:
    """The cells of a row on one line, parted by tabs, with one for each empty one."""
    edits: list[Edit] = []
    for row in grid.rows:
        if row[0].column:
            edits.append((row[0].cell.start, row[0].cell.start, "\t" * row[0].column))
        for piece, following in pairwise(row):
            tabs = "\t" * (following.column - piece.column)
            edits.append((piece.cell.end, following.cell.start, tabs or _space(text, piece.cell, following.cell)))
    return _only_spaces(edits, text)
