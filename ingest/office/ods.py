"""OpenDocument sheets: the sheets of an .ods with what a person sees in each cell, comments, charts and pictures."""

from collections.abc import Iterator
from typing import Any

from ingest.document.parsed import Parsed
from ingest.office.odt import DRAW, OASIS, OFFICE, TABLE, Reader, opened
from ingest.plain.csv_rows import MAX_ROWS, SheetRow, add_sheet, mark_columns, sheet_row, spread
from kb.config import IngestSettings
from kb.errors import DocumentError

MEDIA_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_DEFAULTS = IngestSettings()
_STYLE = f"{{{OASIS}style:1.0}}"
_MAX_COLUMNS = 16_384
_CELLS = (f"{TABLE}table-cell", f"{TABLE}covered-table-cell")
_HIDDEN = ("collapse", "filter")
_NUMBERS = ("float", "percentage", "currency")


def read_ods(data: bytes, settings: IngestSettings = _DEFAULTS) -> Parsed:
    """Read an .ods: each sheet is a heading with its rows. Hidden sheets, rows and columns are read and marked;
    comments, charts, text boxes and what is recognised in pictures follow their sheet.

    Raises DocumentError for one that holds pictures and no text, and for a sheet of too many rows.
    """
    with opened(data, "spreadsheet", settings) as (reader, body, _):
        hidden = set(_hidden_styles(body.getroottree().getroot()))
        sheets = list(body.iterchildren(f"{TABLE}table"))
        for table in sheets:
            sheet = _Sheet(reader, table)
            name = table.get(f"{TABLE}name") or ""
            name = f"{name} (hidden)" if table.get(f"{TABLE}style-name") in hidden else name
            add_sheet(reader.out, name, spread(sheet.rows, sheet.tall), alone=len(sheets) == 1)
            reader.out.block("\n".join(filter(None, sheet.comments)))
            _add_drawn(reader, table)
        return reader.parsed(MEDIA_TYPE)


class _Sheet:
    """The rows of one sheet, the cells merged over rows, and the comments."""

    def __init__(self, reader: Reader, table: Any) -> None:
        self._reader = reader
        self.rows: list[SheetRow] = []
        self.tall: list[tuple[int, int, int]] = []
        self.comments: list[str] = []
        number, seen, filtered = 1, 0, any(row.get(f"{TABLE}visibility") == "filter" for row in _rows(table))
        for row in _rows(table):
            times = _times(row, "number-rows-repeated")
            values, raw = self._cells(row, number)
            if any(values):
                seen += times
                if seen > MAX_ROWS:
                    raise DocumentError("office.too_many_rows", rows=MAX_ROWS)
                hides = row.get(f"{TABLE}visibility") in _HIDDEN and not filtered  # what a filter hides is no secret
                made = [sheet_row(number + more, values, raw) for more in range(times)]
                self.rows += [each.marked() for each in made] if hides else made
            number += times
        self.rows = mark_columns(self.rows, set(_hidden_columns(table)))

    def _cells(self, row: Any, number: int) -> tuple[list[str], list[object]]:
        values: list[str] = []
        raw: list[object] = []
        column = 0
        for cell in row:
            if cell.tag not in _CELLS:
                continue
            times = _times(cell, "number-columns-repeated")
            text = "" if cell.tag == _CELLS[1] else self._reader.paragraphs(cell)
            if text and column < _MAX_COLUMNS:
                values += [""] * (column - len(values)) + [text] * min(times, _MAX_COLUMNS - column)
                raw += [_value(cell, text)] * min(times, _MAX_COLUMNS - column)
                if (tall := _times(cell, "number-rows-spanned")) > 1:
                    self.tall.append((number, number + tall - 1, column))
            for comment in cell.iterchildren(f"{OFFICE}annotation"):
                place, label = f"{_letters(column)}{number}", next(filter(None, values), "")
                self.comments.append(self._reader.noted(comment, f"{place} ({label})" if label else place))
            column += times
        return values, raw


def _rows(table: Any) -> Iterator[Any]:
    """The rows of a sheet, those in groups and headers too."""
    for child in table:
        if child.tag == f"{TABLE}table-row":
            yield child
        elif child.tag in (f"{TABLE}{tag}" for tag in ("table-rows", "table-row-group", "table-header-rows")):
            yield from _rows(child)


def _hidden_columns(table: Any) -> Iterator[int]:
    at = 0
    for column in table.iter(f"{TABLE}table-column"):
        times = min(_times(column, "number-columns-repeated"), _MAX_COLUMNS)
        if column.get(f"{TABLE}visibility") in _HIDDEN:
            yield from range(at, min(at + times, _MAX_COLUMNS))
        at += times


def _add_drawn(reader: Reader, table: Any) -> None:
    """The charts, text boxes and pictures on a sheet."""
    for shapes in table.iterchildren(f"{TABLE}shapes"):
        reader.blocks(shapes, 0)
    for row in _rows(table):
        for cell in row:
            shapes = [each for each in cell if isinstance(each.tag, str) and each.tag.startswith(DRAW)]
            reader.blocks(shapes, 0)


def _value(cell: Any, text: str) -> object:
    """A number where the cell holds one, else its text."""
    if cell.get(f"{OFFICE}value-type") in _NUMBERS:
        try:
            return float(cell.get(f"{OFFICE}value") or "")
        except ValueError:
            return text
    return text


def _times(element: Any, attribute: str) -> int:
    count = element.get(f"{TABLE}{attribute}") or "1"
    return int(count) if count.isdecimal() and len(count) < 9 else 1


def _letters(column: int) -> str:
    """The letters of a column, counted from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _hidden_styles(root: Any) -> Iterator[str]:
    for properties in root.iter(f"{_STYLE}table-properties"):
        if properties.get(f"{TABLE}display") == "false":
            yield properties.getparent().get(f"{_STYLE}name") or ""
