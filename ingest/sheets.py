"""Spreadsheets: each row of a sheet or of a .csv becomes a line `cell | cell`, under the header that it has."""

import csv
import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO

from ingest.decoding import decode
from ingest.parsed import Parsed, Table, TextBuilder, repeated, row_line
from kb.errors import DocumentError

_DEFAULT_SHEET = ("sheet", "工作表", "feuil", "tabelle")
MAX_ROWS = 2_000_000  # rows of a sheet that are looked at; sheets end at 1,048,576
_LONGEST_HEADER_CELL = 80
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of a sheet: its number, what is seen in its cells, and whether it could be a header."""

    number: int
    values: list[str]
    could_be_header: bool

    def marked(self, column: int | None = None) -> "SheetRow":
        """The row with its first cell, or that of a column, marked as hidden."""
        at = next((at for at, value in enumerate(self.values) if value), None) if column is None else column
        if at is None:
            return self
        values = [*self.values[:at], f"{self.values[at]} (hidden)", *self.values[at + 1 :]]
        return SheetRow(self.number, values, self.could_be_header)


def mark_columns(rows: Sequence[SheetRow], hidden: set[int]) -> list[SheetRow]:
    """The rows with the first cell of each hidden column marked, or the first that could be in a header."""
    marked = list(rows)
    for column in hidden:
        filled = [n for n, row in enumerate(marked) if column < len(row.values) and row.values[column]]
        heads = (n for n in filled if marked[n].could_be_header)
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
        kept.append(SheetRow(row.number, values, row.could_be_header))
    return kept


def add_sheet(out: TextBuilder, name: str, rows: Sequence[SheetRow], *, alone: bool) -> None:
    """Add a sheet: its name as a heading unless it is the only one and has a program's name, then its tables."""
    if not rows:
        return
    if not alone or not name.lower().startswith(_DEFAULT_SHEET):
        out.heading(name, 1)
    _add_tables(out, rows)


def is_header(values: Sequence[object]) -> bool:
    """Whether a row of cells could be a header: short texts, and years or dates."""
    filled = [value for value in values if value is not None and str(value).strip()]
    words = [value for value in filled if isinstance(value, str) and len(value) <= _LONGEST_HEADER_CELL]
    periods = [value for value in filled if _is_period(value)]
    return len(filled) >= 2 and len(words) + len(periods) == len(filled) and len(periods) != 1


def _is_period(value: object) -> bool:
    """Whether a value is a year or date, as columns of figures are headed by."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value == int(value) and 1900 <= value <= 2100
    return isinstance(value, datetime.date)


def _add_tables(out: TextBuilder, rows: Sequence[SheetRow]) -> None:
    """The rows of a sheet. An empty row ends a table; one that follows without a header keeps the header above."""
    used = sorted({column for row in rows for column, value in enumerate(row.values) if value})
    block: list[tuple[list[str], bool]] = []
    header = ""
    for row in [*rows, SheetRow(0, [], False)]:
        if row.values:
            values = [row.values[column] if column < len(row.values) else "" for column in used]
            block.append((values, row.could_be_header))
        elif block:
            header = _add_table(out, block, header)
            block = []


def _add_table(out: TextBuilder, block: list[tuple[list[str], bool]], above: str) -> str:
    """Add rows without gaps; gives the header that a continuation below would have."""
    filled = [sum(map(bool, values)) for values, _ in block]
    width = max(filled)
    at = 0
    while at < len(block) - 1 and width > 1 and filled[at] == 1:
        out.block(row_line(block[at][0]))  # a caption over the table
        at += 1
    rows = [values for values, _ in block[at:]]
    heads = 2 if _is_divided(block[at:]) else 1
    filled_head = sum(map(any, zip(*rows[:heads], strict=True)))
    own = block[at][1] and len(rows) > heads and 2 * filled_head >= width
    only_words = all(words for _, words in block)
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


def _is_divided(block: Sequence[tuple[list[str], bool]]) -> bool:
    """Whether the second row goes on heading the columns: words over figures, under a first row that leaves gaps."""
    if len(block) < 3 or [could_be for _, could_be in block[:3]] != [True, True, False]:
        return False
    (first, _), (second, _) = block[:2]
    return any(below and not above for above, below in zip(first, second, strict=True)) and all(
        below for above, below in zip(first, second, strict=True) if above
    )


def read_csv(data: bytes, delimiter: str = "") -> Parsed:
    """Read a .csv or .tsv. Values are verbatim, the first row is the header; the delimiter is found if not given."""
    text = decode(data)
    csv.field_size_limit(2**31 - 1)
    try:
        given = csv.reader(StringIO(text, newline=""), delimiter=delimiter or _delimiter(text))
        rows = [row for row in given if any(map(str.strip, row))]
    except csv.Error as error:
        raise DocumentError(f"The table cannot be read: {error}.") from None
    if rows and len(rows[0]) <= 2 and rows[0][0].lower().startswith("sep="):
        rows.pop(0)  # a hint to Excel, which does not show it
    out = TextBuilder()
    out.table(rows, header=True)
    return out.build("", "text/tab-separated-values" if delimiter == "\t" else "text/csv")


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
        if score > best_score:
            best, best_score = delimiter, score
    return best
