"""Tables: whether a first row heads one, and what a piece of a row is embedded with: the part of a long header above
it, and the label of its row."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from ingest.document.parsed import Table

_CELL = " | "
_FIGURE = re.compile(
    r"[-+−–(（]?\s*(?:[$€£¥￥]\s*)?[-+−–]?\d[\d,，.\s]*(?:[%％‰万亿元$€£]+\s*)?[)）]?|[-–—]+|n/?a", re.IGNORECASE
)
_DATE = re.compile(
    r"(?:(?:19|20)\d\d(?:[-/年]\d{1,2}月?|[-./年]\d{1,2}[-./月]\d{1,2}日?)|\d{1,2}[-./]\d{1,2}[-./]\d{2,4})"
    r"(?:[T\s]+\d\S*)?|\d+:\d\S*"
)
_NUMBER = re.compile(r"[$€£¥]?(-?\d+(?:[.,]\d+)?)\s*[%‰€$£]?")
_MISSING = re.compile(r"n/?a|null|none|nan", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.\w+|(?:https?://|www\.)\S+")
_YEAR = re.compile(r"(?:19|20)\d\d\s*年?")
MOST_HEADS = 4  # rows of a header
_LONGEST_HEAD = 80  # characters of a cell
_LOOKED_AT = 50  # rows


def could_head(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row of a table that marks none looks like a header: two short cells or more, and where these
    hold digits, as `2024` and `Room 1` do, there are figures under them."""
    first = [(column, cell) for column, cell in enumerate(rows[0] if rows else ()) if cell.strip()]
    if len(first) < 2 or len(rows) < 2 or any(len(cell) > _LONGEST_HEAD for _, cell in first):
        return False
    with_digits = [column for column, cell in first if any(map(str.isdigit, cell))]
    if any(_FIGURE.fullmatch(rows[0][column]) and not _YEAR.fullmatch(rows[0][column]) for column in with_digits):
        return False
    return all(has_figures([row[column] for row in rows[1:] if column < len(row)]) for column in with_digits)


def head_votes(rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """How many columns speak for the first row as a header, words over figures, dates or addresses, and against it,
    one of these over others of its kind. Years, and numbers in an order that those below have not, head figures."""
    rows = [row for row in rows[: 2 * _LOOKED_AT] if row][:_LOOKED_AT]
    if len(rows) < 2:
        return 0, 0
    order = _order(rows[0])
    near = rows[1:6]
    is_ordered = order != 0 and 2 * sum(_order(row) == order for row in near) <= len(near)
    pro = contra = 0
    for column, cell in enumerate(map(str.strip, rows[0])):
        under = [row[column].strip() for row in rows[1:] if column < len(row) and row[column].strip()]
        kinds = Counter(map(_kind, under))
        usual = max(kinds, key=kinds.__getitem__, default="")
        if not usual or 2 * kinds[usual] <= len(under) or not any(map(str.isalnum, cell)) or _MISSING.fullmatch(cell):
            continue
        if _kind(cell) != usual:
            pro += 1
        elif usual != "figure" or not (is_ordered or heads_as_year(cell, under)):
            contra += 1
    return pro, contra


def _order(cells: Sequence[str]) -> int:
    """1 where the numbers among the cells rise, -1 where they fall: three or more, or two that rise by one; else 0."""
    found = [_NUMBER.fullmatch(cell.strip()) for cell in cells]
    numbers = [float(match[1].replace(",", ".")) for match in found if match]
    steps = [after - before for before, after in pairwise(numbers)]
    if len(numbers) < 3:
        return int(steps == [1])
    return int(min(steps) > 0) - int(max(steps) < 0)


def is_of_words(cells: Sequence[str]) -> bool:
    """Whether no cell is empty, a figure, a date or an address."""
    return all(cell.strip() and not _kind(cell.strip()) for cell in cells)


def _kind(cell: str) -> str:
    """What a cell holds, where it is no words: a figure, a date or an address."""
    if is_figure(cell):
        return "figure"
    return "date" if _DATE.fullmatch(cell) else "address" if _ADDRESS.fullmatch(cell) else ""


def is_figure(cell: str) -> bool:
    """Whether a cell is a number, also an amount or a share; no date."""
    return _FIGURE.fullmatch(cell) is not None and any(map(str.isdigit, cell)) and not _DATE.fullmatch(cell)


def is_year(cell: str) -> bool:
    """Whether a cell is a year from 1900 to 2099."""
    return _YEAR.fullmatch(cell) is not None


def heads_as_year(cell: str, under: Sequence[str]) -> bool:
    """Whether a cell is a year, and most of those under it are none."""
    return is_year(cell) and 2 * sum(map(is_year, under)) < len(under)


def has_figures(cells: Sequence[str]) -> bool:
    """Whether most of the cells are figures, and not all of them years."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    figures = [cell for cell in filled if _FIGURE.fullmatch(cell)]
    return 2 * len(figures) > len(filled) and not all(map(_YEAR.fullmatch, figures))


def header_rows(cells: Sequence[tuple[str, int, int]], count: int) -> int:
    """How many of `count` rows are the header of a table whose first row is one, of cells that have a text and span
    rows and columns: where some span columns, those that others span, or the row under an empty corner."""
    if not any(columns > 1 for _, _, columns in cells[1:]):
        return 1
    deepest = max(2 if not cells[0][0].strip() else 1, *(rows for _, rows, _ in cells))
    return deepest if deepest <= MOST_HEADS and deepest < count else 1


def header_part(text: str, table: Table, start: int, end: int) -> str:
    """The cells of the table's header over the cells that `text[start:end]` shows, where that is a part of one row
    which does not begin it, after the header of the row's label; else the whole header."""
    first = _cells_before(text, table, start)
    if not first or "\n" in text[start:end].strip():
        return table.header
    last = first + text.count(_CELL, _past_bar(text, start), end)
    *above, lowest = (line.split(_CELL) for line in table.header.split("\n"))
    if not lowest[first : last + 1]:
        return table.header
    parts = [_over(cells, first, last) for cells in above] + [lowest[first : last + 1]]
    return "\n".join(_CELL.join([cells[0], *shown]) for cells, shown in zip([*above, lowest], parts, strict=True))


def _over(cells: list[str], first: int, last: int) -> list[str]:
    """The cells of a row of a header, which may span columns, from that over column `first` on."""
    while first > 1 and not "".join(cells[first : first + 1]).strip():
        first -= 1
    return [cell for cell in cells[first : last + 1] if cell]


def row_label(text: str, table: Table, start: int) -> str:
    """The first cell of the row in the middle of which `start` is; "" where a row begins, or its first cell is cut."""
    if not _cells_before(text, table, start):
        return ""
    row = text.rfind("\n", table.start, start) + 1 or table.start
    return text[row:start].lstrip("| ").split(_CELL)[0].strip()


def _cells_before(text: str, table: Table, start: int) -> int:
    """How many cells of its row stand before `start`."""
    start = _past_bar(text, start)
    row = text.rfind("\n", table.start, start) + 1 or table.start
    return text.count(_CELL, row, start)


def _past_bar(text: str, start: int) -> int:
    return start + 2 if text.startswith("| ", start) else start
