"""Tables of figures on a PDF's page: rows of a label and values under each other, and the lines that head them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ingest.pdf.cells import Extent, PageRow, is_unit, only_grows, with_leaders

_APART = 3.2  # sizes of the type: rows, or a header and its rows, do not stand further apart
_BETWEEN = 3  # lines without figures between two rows
_MOST_HEAD = 24  # lines of a header: there may be some for each column
_WIDER = 8.0  # sizes: as far as a column's head may begin before its figures
_LARGER = 1.25  # type in which a header is not set
_LONGEST_HEAD = 400  # characters
_PROSE = 60  # characters
_SENTENCE = 24  # characters; shorter ones may be abbreviated
_ABBREVIATED = ("Inc.", "Corp.", "Co.", "Ltd.", "No.", "etc.")


@dataclass(slots=True)
class FigureTable:
    """A table by the numbers of its lines. `head` is how many of them head the columns of figures."""

    first: int
    last: int
    head: int
    columns: list[Extent]
    figures: list[int]


@dataclass(slots=True)
class _Group:
    """Rows of figures under each other, by the numbers of their lines, and the columns that their figures stand in."""

    lines: list[int] = field(default_factory=list)
    columns: list[Extent] = field(default_factory=list)

    def add(self, number: int, row: PageRow) -> None:
        self.lines.append(number)
        for cell in row.figures:
            apart = [column for column in self.columns if column[1] < cell.left or column[0] > cell.right]
            shared = [column for column in self.columns if not (column[1] < cell.left or column[0] > cell.right)]
            whole = min([cell.left, *(c[0] for c in shared)]), max([cell.right, *(c[1] for c in shared)])
            self.columns = sorted([*apart, whole])


def figure_tables(rows: Sequence[PageRow | None], text: str) -> list[FigureTable]:
    """The tables of figures among the lines of a page, in order."""
    found: list[FigureTable] = []
    for group in _groups(rows, text):
        table = _table(rows, group, found[-1].last + 1 if found else 0, text)
        if table is not None:
            found.append(table)
    return found


def _groups(rows: Sequence[PageRow | None], text: str) -> Iterator[_Group]:
    group = _Group()
    for number, row in enumerate(rows):
        if row is None or not row.figures:
            continue
        if group.lines and not _goes_on(rows, group, number, row, text):
            yield group
            group = _Group()
        group.add(number, row)
    if group.lines:
        yield group


def _goes_on(rows: Sequence[PageRow | None], group: _Group, number: int, row: PageRow, text: str) -> bool:
    """Whether a row of figures belongs to the group above it."""
    between = rows[group.lines[-1] + 1 : number]
    if len(between) > _BETWEEN or not _below(rows, group.lines[-1], number):
        return False
    left = group.columns[0][0]
    if any(row is None or _heads(row, left) or _is_prose(row, left, text) for row in between):
        return False
    inside = sum(any(c[0] - 1 <= cell.right and cell.left <= c[1] + 1 for c in group.columns) for cell in row.figures)
    return 2 * inside >= len(row.figures)


def _below(rows: Sequence[PageRow | None], first: int, last: int) -> bool:
    """Whether each of the lines stands a little below the one before it, or beside it."""
    for upper, lower in pairwise(rows[first : last + 1]):
        if upper is None or lower is None:
            return False
        down = upper.line.up - lower.line.up
        if not -0.5 * upper.line.size < down < _APART * max(upper.line.size, lower.line.size):
            return False
    return True


def _heads(row: PageRow, border: float) -> bool:
    """Whether a line heads columns that begin at `border`: words or years over them, no figures, and nothing across."""
    if row.figures:
        return False
    begin = border - _WIDER * row.line.size
    return row.right > border and all(cell.left >= begin or cell.right <= border for cell in row.cells)


def _is_prose(row: PageRow, border: float, text: str) -> bool:
    words = text[row.line.start : row.line.end].strip()
    crossing = row.right > border + row.line.size
    return len(row.cells) == 1 and crossing and len(words) > _PROSE and not words.endswith((":", "："))


def _is_sentence(words: str) -> bool:
    return len(words) > _SENTENCE and words.endswith((".", "。")) and not words.endswith(_ABBREVIATED)


def _table(rows: Sequence[PageRow | None], group: _Group, floor: int, text: str) -> FigureTable | None:
    """The table of a group; None for a table of contents, or for too few rows. Lines above `floor` are taken."""
    members = [row for number in group.lines if (row := rows[number]) is not None]
    if len(members) < 2 or _is_contents(members, text):
        return None
    top, below = _header(rows, group, floor, text)
    if len(members) + (below - top) < 3:
        return None
    first = top if top < below else group.lines[0]
    return FigureTable(first, group.lines[-1], below - top, group.columns, group.lines)


def _header(rows: Sequence[PageRow | None], group: _Group, floor: int, text: str) -> tuple[int, int]:
    """(first line, line after the last) of what heads the rows; equal where nothing does."""
    first = group.lines[0]
    body, border = rows[first], group.columns[0][0]
    assert body is not None
    top = below = first
    low = high = 0.0  # how far up the page the lines of the header are
    labels = length = 0
    reached = body.line.up
    for number in range(first - 1, max(floor, first - _MOST_HEAD) - 1, -1):
        row = rows[number]
        if row is None:
            break
        up, size = row.line.up, max(row.line.size, body.line.size)
        words = text[row.line.start : row.line.end].strip()
        if len(row.cells) == 1 and row.left < border and _is_sentence(words):
            break
        if not body.line.up - 0.5 * size < up < reached + _APART * size or row.line.size > _LARGER * body.line.size:
            break
        if is_unit(words) or _heads(row, border):
            if top == below:
                below, low, high = number + 1, up, up
            top, low, high = number, min(low, up), max(high, up)
        elif top < below and row.right <= border + size and low - size < up < high + size:
            top = number  # over the column of labels
        elif top == below and labels < _BETWEEN and (row.right <= border or words.endswith((":", "："))):
            labels += 1  # the first rows have no figures
        else:
            break
        reached = max(reached, up)
        length += len(words)
        if length > _LONGEST_HEAD:
            return first, first
    return top, below


def _is_contents(members: Sequence[PageRow], text: str) -> bool:
    """Whether rows are those of a table of contents: with leaders, or with one number each that only grows."""
    if 2 * sum(with_leaders(text[row.line.start : row.line.end]) for row in members) >= len(members):
        return True
    pages = [text[row.figures[0].start : row.figures[0].end] for row in members if len(row.figures) == 1]
    return len(pages) == len(members) and only_grows(pages)
