"""Spreadsheets: each row of a sheet or of a .csv becomes a line `cell | cell`, under the header that it has."""

import csv
import datetime
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from itertools import pairwise
from statistics import median

from ingest.document.decoding import decode
from ingest.document.parsed import Parsed, Table, TextBuilder, repeated, row_line
from ingest.document.tables import has_figures, head_votes, heads_as_year, is_figure, is_of_words, is_year
from kb.errors import DocumentError

_DEFAULT_SHEET = ("sheet", "工作表", "feuil", "tabelle")
MAX_ROWS = 2_000_000  # rows of a sheet that are looked at; sheets end at 1,048,576
_LONGEST_HEADER_CELL = 80
_LONGEST_QUESTION = 500  # characters of a cell that heads much shorter ones, as in a survey
_LABELLED = re.compile(r"：|(?<=[\u4e00-\u9fff]):|(?<!\d):(?=\s|\d|$)")  # as in `Date: May`, not `h:mm` or `1:2`
_OF_TIME = re.compile(r"year|date|since|founded|年|期", re.IGNORECASE)
_MOST_CAPTIONS = 30  # rows
_LOOKED_AT = 1000  # rows of a table
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of a sheet: its number, what is seen in its cells, and whether it could be a header, or only if the rows
    below bear that out."""

    number: int
    values: list[str]
    could_be_header: bool
    could_if_borne_out: bool = False

    @property
    def may_head(self) -> bool:
        """Whether it could be a header at all."""
        return self.could_be_header or self.could_if_borne_out

    def marked(self, column: int | None = None) -> "SheetRow":
        """The row with its first cell, or that of a column, marked as hidden."""
        at = next((at for at, value in enumerate(self.values) if value), None) if column is None else column
        if at is None:
            return self
        values = [*self.values[:at], f"{self.values[at]} (hidden)", *self.values[at + 1 :]]
        return replace(self, values=values)


def mark_columns(rows: Sequence[SheetRow], hidden: set[int]) -> list[SheetRow]:
    """The rows with the first cell of each hidden column marked, or the first that could be in a header."""
    marked = list(rows)
    for column in hidden:
        filled = [n for n, row in enumerate(marked) if column < len(row.values) and row.values[column]]
        heads = (n for n in filled if marked[n].may_head)
        at = next(heads, filled[0] if filled else None)
        if at is not None:
            marked[at] = marked[at].marked(column)
    return marked


def spread(rows: Iterable[SheetRow], tall: Iterable[tuple[int, int, int]]) -> list[SheetRow]:
    """The rows with the text of each cell merged over rows, (first row, last row, column), in each of them; and with
    one empty row for each run of those that are empty or not there."""
    beginning: dict[int, list[tuple[int, int]]] = {}
    for first, last, column in tall:
        beginning.setdefault(first, []).append((last, column))
    reaching: dict[int, tuple[int, str]] = {}  # column -> (last row, text)
    kept: list[SheetRow] = []
    for row in rows:
        if not any(row.values):
            continue
        values = row.values
        reaching = {column: cell for column, cell in reaching.items() if cell[0] >= row.number}
        for column, (_, text) in reaching.items():
            values = values + [""] * (column + 1 - len(values))
            values[column] = values[column] or text
        for last, column in beginning.get(row.number, ()):
            if column < len(values) and repeated(values[column]):
                reaching[column] = (last, values[column])
        if kept and row.number > kept[-1].number + 1:
            kept.append(SheetRow(row.number - 1, [], False))
        kept.append(replace(row, values=values))
    return kept


def add_sheet(out: TextBuilder, name: str, rows: Sequence[SheetRow], *, alone: bool) -> None:
    """Add a sheet: its name as a heading unless it is the only one and has a program's name, then its tables."""
    if not rows:
        return
    if not alone or not name.lower().startswith(_DEFAULT_SHEET):
        out.heading(name, 1)
    _add_tables(out, rows)


def sheet_row(number: int, values: list[str], raw: Sequence[object]) -> SheetRow:
    """A row of what is seen in its cells and what they hold, `raw`, where an empty one may be left out.

    A header is of short texts, and years or dates. If the rows below bear it out, it may also be of long texts, a lone
    year, and numbers in even steps.
    """
    filled = [value for value in raw if value is not None and str(value).strip()]
    words = [value for value in filled if isinstance(value, str)]
    others = [value for value in filled if not isinstance(value, str)]
    if len(filled) < 2:
        return SheetRow(number, values, False)
    longest = max(map(len, words), default=0)
    periods = all(map(_is_period, others))
    if periods and len(others) != 1 and longest <= _LONGEST_HEADER_CELL:
        return SheetRow(number, values, True)
    is_lone_date = len(others) == 1 and isinstance(others[0], datetime.date)
    could = bool(words) and longest <= _LONGEST_QUESTION and ((periods and not is_lone_date) or _is_even(others))
    return SheetRow(number, values, False, could)


def _is_even(values: Sequence[object]) -> bool:
    """Whether values are numbers in even steps, as days of a month or sizes are: three that rise by one, or four."""
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    steps = {round(after - before, 6) for before, after in pairwise(numbers)}
    return len(numbers) == len(values) > 2 and len(steps) == 1 and steps != {0} and (steps == {1} or len(numbers) > 3)


def _is_period(value: object) -> bool:
    """Whether a value is a year or date, as columns of figures are headed by."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value == int(value) and 1900 <= value <= 2100
    return isinstance(value, datetime.date)


def _add_tables(out: TextBuilder, rows: Sequence[SheetRow]) -> None:
    """The rows of a sheet. An empty row ends a table; one that follows without a header keeps the header above."""
    used = sorted({column for row in rows for column, value in enumerate(row.values) if value})
    block: list[SheetRow] = []
    header = ""
    for row in [*rows, SheetRow(0, [], False)]:
        if row.values:
            values = [row.values[column] if column < len(row.values) else "" for column in used]
            block.append(replace(row, values=values))
        elif block:
            header = _add_table(out, block, header)
            block = []


def _add_table(out: TextBuilder, block: list[SheetRow], above: str) -> str:
    """Add rows without gaps; gives the header that a continuation below would have."""
    at = _captions([row.values for row in block], lambda at: block[at].may_head)
    for row in block[:at]:
        out.block(row_line(row.values))
    filled = [sum(map(bool, row.values)) for row in block]
    width = max(filled)
    rows = [row.values for row in block[at:]]
    heads = 2 if _is_divided(block[at:]) else 1
    filled_head = sum(map(any, zip(*rows[:heads], strict=True)))
    own = _could_head(block[at:]) and len(rows) > heads and 2 * filled_head >= width
    only_words = all(row.could_be_header for row in block)
    before = len(out.tables)
    has_header = own and not (only_words and len(rows) == 2 and 2 * filled[at + 1] > 3 * filled[at])
    out.table(rows, header=heads if has_header else 0)
    if own and not only_words:
        return "\n".join(map(row_line, rows[:heads]))
    if above and not only_words and width > 1 and len(out.tables) > before:
        last = out.tables[-1]
        out.tables[-1] = Table(last.start, last.end, last.header or above)
    # A few rows of words over a gap are the header of the figures below it.
    return row_line(rows[-1]) if only_words and len(rows) <= 3 and width > 1 else above


def _captions(rows: Sequence[Sequence[str]], may_head: Callable[[int], bool]) -> int:
    """How many of the first rows say something of the table under them: those of one cell, and those with gaps that
    hold cells as `Date: May`, over a fuller one without, which may head the table."""
    filled = [sum(map(bool, row)) for row in rows]
    is_wide = max(filled, default=0) > 1
    labelled = [any(map(_LABELLED.search, row)) for row in rows[:_MOST_CAPTIONS]]
    plain = next((at for at, has in enumerate(labelled) if filled[at] > 1 and not has), 0)
    above = plain if plain and may_head(plain) and filled[plain] > max(filled[:plain]) else 0
    at = 0
    while at < len(rows) - 1 and is_wide and (at < above or filled[at] == 1):
        at += 1
    return at


def _could_head(block: Sequence[SheetRow]) -> bool:
    """Whether the first row could be a header of those below: those shorter than its long texts, figures under a lone
    year, and none in even steps under such numbers."""
    head, *below = block[:_LOOKED_AT]
    if not head.could_if_borne_out or not below:
        return head.could_be_header
    columns = [(cell, [row.values[at] for row in below if row.values[at]]) for at, cell in enumerate(head.values)]
    long = [(cell, under) for cell, under in columns if len(cell) > _LONGEST_HEADER_CELL]
    if any(not under or 2 * median(map(len, under)) > len(cell) for cell, under in long):
        return False
    figures = [(cell, under) for cell, under in columns if is_figure(cell) or is_year(cell)]
    if len(figures) == 1:
        (year, under), others = figures[0], [cell for cell, _ in columns if cell]
        is_value = len(others) == 2 and _OF_TIME.search(others[0])  # of a form, as in `Founded | 1998`
        return heads_as_year(year, under) and has_figures(under) and not is_value
    return len(figures) < 3 or not below[0].could_if_borne_out


def _is_divided(block: Sequence[SheetRow]) -> bool:
    """Whether the second row goes on heading the columns: words over figures, under a first row that leaves gaps, and
    under each cell of that, or where its own first cell is empty, under those that stand over others."""
    if len(block) < 3 or [row.could_be_header for row in block[:3]] != [True, True, False]:
        return False
    first, second = block[0].values, block[1].values
    gaps = [at for at, (above, below) in enumerate(zip(first, second, strict=True)) if below and not above]
    over = {max((at for at in range(gap) if first[at]), default=gap) for gap in gaps}
    filled = [at for at, above in enumerate(first) if above and (second[0] or at in over)]
    return bool(gaps) and all(second[at] for at in filled)


def read_csv(data: bytes, delimiter: str = "") -> Parsed:
    """Read a .csv or .tsv. Values are verbatim; the delimiter is found if not given. The first row is the header unless
    it has figures and dates as those below; narrower rows above it are no part of the table."""
    text = decode(data)
    csv.field_size_limit(2**31 - 1)
    try:
        rows = _csv_rows(text, delimiter or _delimiter(text))
    except csv.Error as error:
        raise DocumentError("table.unreadable", why=error) from None
    if rows and 0 < len(rows[0]) <= 2 and rows[0][0].lower().startswith("sep="):
        rows.pop(0)  # a hint to Excel, which does not show it
    out = TextBuilder()
    at = _table_start(rows)
    for row in rows[:at]:
        out.block(row_line(row))
    pro, contra = head_votes(rows[at:])
    out.table(rows[at:], header=1 if pro >= contra else 0)
    return out.build("", "text/tab-separated-values" if delimiter == "\t" else "text/csv")


def _csv_rows(text: str, delimiter: str) -> list[list[str]]:
    """The rows, blank ones as []. Cells may be quoted after spaces, where that gives more rows one width."""

    def read(spaces: bool) -> list[list[str]]:
        given = csv.reader(StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=spaces)
        return [row if any(map(str.strip, row)) else [] for row in given]

    def evenness(rows: list[list[str]]) -> tuple[float, int]:
        widths = Counter(map(len, filter(None, rows)))
        return max(widths.values(), default=0) / max(1, widths.total()), widths.total()

    rows = read(spaces=False)
    return max(read(spaces=True), rows, key=evenness) if f'{delimiter} "' in text else rows


def _table_start(rows: Sequence[Sequence[str]]) -> int:
    """How many rows stand above the table: those narrower than most, and what says something of it."""
    rows = rows[:_LOOKED_AT]
    widths = [max((at for at, cell in enumerate(row, 1) if cell.strip()), default=0) for row in rows]
    counts = Counter(filter(None, widths))
    common = max(counts, key=lambda width: (counts[width], width), default=0)
    at = next((at for at, width in enumerate(widths[:_MOST_CAPTIONS]) if width >= max(1, common)), 0)
    pro, contra = head_votes(rows[at:])
    if pro <= contra and at and widths[at - 1] > 1 and is_of_words(rows[at - 1][: widths[at - 1]]):
        return at - 1  # a header that leaves out a column, as that of the rows' names
    near = [[cell.strip() for cell in row] for row in rows[at : at + 2 * _MOST_CAPTIONS] if row]
    return at + _captions(near, lambda below: head_votes(near[below:])[1] == 0)


def read_tsv(data: bytes) -> Parsed:
    """Read a .tsv, whose cells are parted by tabs; otherwise as `read_csv`."""
    return read_csv(data, delimiter="\t")


def _delimiter(text: str) -> str:
    """The delimiter that gives the first rows one common width, of two columns or more; a comma if none does."""
    sample = text[: 64 * 1024]
    if sample.lower().startswith("sep=") and len(sample) > 4:
        return sample[4]
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        try:
            rows = [row for row in csv.reader(StringIO(sample, newline=""), delimiter=delimiter) if row][:50]
        except csv.Error:
            continue
        if len(rows) > 2 and len(text) > len(sample):
            rows.pop()  # cut off by the end of the sample
        widths = [len(row) for row in rows]
        if not widths or max(widths) < 2:
            continue
        common = max(set(widths), key=lambda width: (widths.count(width), width))
        score = widths.count(common) / len(widths) * (common > 1) + min(common, 50) / 1000
        score += (common > 1 and delimiter != ",") / 10_000  # words hold the others more seldom
        if score > best_score:
            best, best_score = delimiter, score
    return best
