"""Spreadsheets: each row of an .xlsx or .csv is a line `cell | cell`, and says what a person sees in the cell."""

import csv
import datetime
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO
from typing import Any

from ingest.decoding import decode
from ingest.numbers import shown
from ingest.parsed import Parsed, Table, TextBuilder, one_line, row_line, stored
from kb.errors import DocumentError

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DEFAULT_SHEET = ("sheet", "工作表", "feuil", "tabelle")
_MAX_ROWS = 2_000_000  # rows of a sheet that are looked at; sheets end at 1,048,576
_LONGEST_HEADER_CELL = 80
_DELIMITERS = ",;\t|"


def read_xlsx(data: bytes) -> Parsed:
    """Read an .xlsx: each sheet is a heading with its rows; formulas give the values that were last computed."""
    import openpyxl

    workbook = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True)
    try:
        out = TextBuilder()
        sheets = workbook.worksheets
        for sheet in sheets:
            # The stored dimensions may claim a million empty rows: without them only the cells that exist are read.
            sheet.reset_dimensions()
            rows = _without_gaps(_row(cells) for cells in _limited(sheet.iter_rows()))
            add_sheet(out, sheet.title, rows, alone=len(sheets) == 1)
        title = one_line(workbook.properties.title or "")
    finally:
        workbook.close()
    return out.build(title, MEDIA_TYPE)


def add_sheet(out: TextBuilder, name: str, rows: list[tuple[list[str], bool]], *, alone: bool) -> None:
    """Add a sheet: its name as a heading unless it is the only one and has a program's name, then its tables.

    A row is what is seen in its cells, and whether it could be a header.
    """
    if not any(values for values, _ in rows):
        return
    if not alone or not name.lower().startswith(_DEFAULT_SHEET):
        out.heading(name, 1)
    _add_tables(out, rows)


def _without_gaps(rows: Iterable[tuple[list[str], bool]]) -> list[tuple[list[str], bool]]:
    """The rows, with one for each run of empty ones: a sheet may claim a million of them."""
    kept: list[tuple[list[str], bool]] = []
    for row in rows:
        if row[0] or (kept and kept[-1][0]):
            kept.append(row)
    return kept


def _limited(rows: Iterable[Any]) -> Iterable[Any]:
    for number, row in enumerate(rows):
        if number >= _MAX_ROWS:
            raise DocumentError(f"A sheet has more than {_MAX_ROWS:,} rows; split it.")
        yield row


def _row(cells: Sequence[Any]) -> tuple[list[str], bool]:
    """(what is seen in the cells, whether it could be a header: short texts, and years or dates)."""
    values: list[str] = []
    for cell in cells:
        value = cell.value
        values.append("" if value is None else one_line(stored(shown(value, cell.number_format or "General"))))
    while values and not values[-1]:
        values.pop()
    return values, is_header([cell.value for cell in cells])


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


def _add_tables(out: TextBuilder, rows: list[tuple[list[str], bool]]) -> None:
    """The rows of a sheet. An empty row ends a table; one that follows without a header keeps the header above."""
    used = sorted({column for values, _ in rows for column, value in enumerate(values) if value})
    block: list[tuple[list[str], bool]] = []
    header = ""
    for values, could_be_header in [*rows, ([], False)]:
        if values:
            block.append(([values[column] if column < len(values) else "" for column in used], could_be_header))
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
    own = block[at][1] and len(rows) > 1 and 2 * filled[at] >= width
    only_words = all(words for _, words in block)
    before = len(out.tables)
    out.table(rows, header=own and not (only_words and len(rows) == 2 and 2 * filled[at + 1] > 3 * filled[at]))
    if own and not only_words:
        return row_line(rows[0])
    if above and not only_words and width > 1 and len(out.tables) > before:
        last = out.tables[-1]
        out.tables[-1] = Table(last.start, last.end, last.header or above)
    # A few rows of words over a gap are the header of the figures below it.
    return row_line(rows[-1]) if only_words and len(rows) <= 3 and width > 1 else above


def read_csv(data: bytes, delimiter: str = "") -> Parsed:
    """Read a .csv or .tsv. Values are verbatim, the first row is the header; the delimiter is found if not given."""
    text = decode(data)
    csv.field_size_limit(2**31 - 1)
    try:
        rows = list(csv.reader(StringIO(text, newline=""), delimiter=delimiter or _delimiter(text)))
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
