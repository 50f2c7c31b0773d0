"""Old spreadsheets: the sheets of an .xls (Excel 5 to 2003) with what a person sees in each cell."""

import io
from collections.abc import Iterator, Sequence
from typing import Any

from ingest.document.number_formats import CHINESE_DATES, format_value
from ingest.document.parsed import Parsed, TextBuilder, comment_line, one_line, stored
from ingest.plain.csv_rows import SheetRow, add_sheet, mark_columns, sheet_row, spread
from kb.errors import DocumentError

MEDIA_TYPE = "application/vnd.ms-excel"


def read_xls(data: bytes) -> Parsed:
    """Read an .xls: each sheet is a heading with its rows. Hidden sheets, rows and columns are read and marked, and
    comments stand under their sheet. Raises DocumentError for an encrypted one."""
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO(), on_demand=True)
    except (xlrd.XLRDError, xlrd.compdoc.CompDocError) as error:
        if "encrypted" in str(error).lower():
            raise DocumentError("office.xls_encrypted") from None
        raise DocumentError("office.xls_damaged", why=str(error)[:100]) from None
    out = TextBuilder()
    with book:
        names = book.sheet_names()
        for number, name in enumerate(names):
            sheet = book.sheet_by_index(number)
            hidden = {row for row, info in sheet.rowinfo_map.items() if info.hidden}
            if any(each.name == "_FilterDatabase" and each.scope == number for each in book.name_obj_list):
                hidden = set()  # what a filter hides is no secret
            unseen = {column for column, info in sheet.colinfo_map.items() if info.hidden}
            rows = [_row(book, sheet, row) for row in range(sheet.nrows)]
            rows = mark_columns([row.marked() if row.number in hidden else row for row in rows], unseen)
            tall = [(first, end - 1, left) for first, end, left, _ in sheet.merged_cells if end - first > 1]
            add_sheet(out, f"{name} (hidden)" if sheet.visibility else name, spread(rows, tall), alone=len(names) == 1)
            out.block("\n".join(filter(None, _comments(sheet, rows))))
            book.unload_sheet(number)
    return out.build("", MEDIA_TYPE)


def _row(book: Any, sheet: Any, number: int) -> SheetRow:
    values: list[str] = []
    raw: list[object] = []
    for cell in sheet.row(number):
        value, number_format = _value(book, cell)
        raw.append(value)
        values.append("" if value is None else one_line(stored(format_value(value, number_format))))
    return sheet_row(number, values, raw)


def _comments(sheet: Any, rows: Sequence[SheetRow]) -> Iterator[str]:
    """A line for each comment on a cell, with what its row begins with."""
    from xlrd import cellname

    for (row, column), note in sorted(sheet.cell_note_map.items()):
        label = next(filter(None, rows[row].values), "") if row < len(rows) else ""
        place = cellname(row, column)
        yield comment_line(note.author or "", stored(note.text), "", f"{place} ({label})" if label else place)


def _value(book: Any, cell: Any) -> tuple[object, str]:
    """(value as Python has it, number format). Errors read as Excel shows them."""
    import xlrd

    style = book.xf_list[cell.xf_index] if cell.xf_index is not None else None
    key = style.format_key if style else 0
    known = book.format_map.get(key)
    number_format = (known.format_str if known else "") or CHINESE_DATES.get(key, "General")
    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return None, number_format
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value), number_format
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(cell.value, "#ERROR"), number_format
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return xlrd.xldate_as_datetime(cell.value, book.datemode), number_format
        except (ValueError, OverflowError):
            return cell.value, "General"
    return cell.value, number_format
