"""CSV: a glossary as a table that spreadsheets open: term, forms, definition, sources; in and out."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from kb.errors import UsageError
from kb.glossary.entries import MOST_ENTRIES, Entry, NewEntry

MOST_MB = 10  # of a file
_COLUMNS = ("term", "forms", "definition", "sources")
_HEADINGS = {
    "term": "term", "术语": "term", "词条": "term", "forms": "forms", "synonyms": "forms", "short forms": "forms",
    "其他写法": "forms", "别名": "forms", "简称": "forms", "definition": "definition", "定义": "definition",
    "释义": "definition", "sources": "sources", "来源": "sources", "languages": "", "语言": "",
}  # fmt: skip
_ENCODINGS = ("utf-8-sig", "gb18030")
_BOM = "\ufeff"  # by which spreadsheets know UTF-8
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # begins a cell that a spreadsheet would carry out


def decoded(content: bytes) -> str:
    """The text of a file: UTF-8, UTF-16 with its mark, else GB18030, which Chinese spreadsheets write.

    Raises UsageError for what is none of these, and for a file that is too large."""
    if len(content) > MOST_MB << 20:
        raise UsageError(f"The glossary file is larger than {MOST_MB} MB. Keep the terms of the house.")
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else _ENCODINGS
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UsageError("The glossary file is no text in UTF-8, UTF-16 or GB18030. Save it as CSV (UTF-8).")


def entries_of(text: str) -> list[NewEntry]:
    """The entries of a table. The first row names its columns; forms and sources stand in one cell, parted by `|`.

    Raises UsageError, with the line, for columns that are not known, a row of another length, an empty term, and too
    many rows.
    """
    if not text.strip().strip(_BOM):
        raise UsageError("The glossary file is empty. Its first row names the columns: term, forms, definition.")
    text = text.removeprefix(_BOM)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = _columns(next(rows))
        return list(_entries(rows, columns))
    except csv.Error as error:
        raise UsageError(f"The glossary file is no CSV in line {rows.line_num}: {error}.") from None


def text_of(entries: Iterable[Entry]) -> str:
    """Entries as a table, with the sources that the reader may read."""
    return text_of_new(
        NewEntry(e.term, e.forms, e.definition, tuple(dict.fromkeys(f"{s.collection}/{s.document}" for s in e.sources)))
        for e in entries
    )


def text_of_new(entries: Iterable[NewEntry]) -> str:
    """Entries as a table."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for entry in entries:
        cells = (entry.term, _joined(entry.forms), entry.definition, _joined(entry.sources or ()))
        writer.writerow([_plain(cell) for cell in cells])
    return _BOM + out.getvalue()


def _columns(header: Sequence[str]) -> list[str]:
    named = [_HEADINGS.get(cell.strip().casefold()) for cell in header]
    for cell, column in zip(header, named, strict=True):
        if column is None:
            raise UsageError(
                f"The glossary file has the column {cell.strip()[:80]!r}, which is not known. Its first row names the "
                f"columns: {', '.join(_COLUMNS)}."
            )
    columns = [column or "" for column in named]
    if columns.count("term") != 1:
        raise UsageError("The glossary file must have one column `term`. Its first row names the columns.")
    return columns


def _entries(rows: Any, columns: Sequence[str]) -> Iterator[NewEntry]:
    count = 0
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        count += 1
        if count > MOST_ENTRIES:
            raise UsageError(
                f"The glossary file has more than {MOST_ENTRIES:,} rows, which is all that a glossary holds. "
                "Keep the terms of the house."
            )
        place = f"line {rows.line_num}"
        if len(row) > len(columns):
            raise UsageError(
                f"The glossary file has {len(row)} cells in {place}, and {len(columns)} columns. "
                'A cell with a comma in it stands between " and ".'
            )
        cells: dict[str, str] = {}
        for column, cell in zip(columns, row, strict=False):
            cells[column] = f"{cells[column]}|{cell}" if cells.get(column) and column == "forms" else _unplain(cell)
        if not cells.get("term", "").strip():
            raise UsageError(f"The glossary file has no term in {place}. Write one, or take the line out.")
        yield NewEntry(
            cells["term"], _parted(cells.get("forms", "")), cells.get("definition", ""),
            _parted(cells.get("sources", "")) or None, place,
        )  # fmt: skip


def _parted(cell: str) -> tuple[str, ...]:
    """What stands in a cell, parted by `|`; `\\|` is the sign itself."""
    parts, part, at = list[str](), "", 0
    while at < len(cell):
        if cell[at] == "\\" and cell[at + 1 : at + 2] in ("|", "\\"):
            part += cell[at + 1]
            at += 2
            continue
        if cell[at] == "|":
            parts.append(part)
            part = ""
        else:
            part += cell[at]
        at += 1
    return tuple(stripped for each in (*parts, part) if (stripped := each.strip()))


def _joined(parts: Sequence[str]) -> str:
    return " | ".join(part.replace("\\", "\\\\").replace("|", "\\|") for part in parts)


def _plain(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _unplain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell
