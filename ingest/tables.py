"""Tables: which part of a long header belongs to a piece of a row."""

from ingest.parsed import Table

_CELL = " | "


def header_part(text: str, table: Table, start: int, end: int) -> str:
    """The cells of the table's header over the cells that `text[start:end]` shows, where that is a part of one row
    which does not begin it; else the whole header."""
    if "\n" in text[start:end].strip():
        return table.header
    if text.startswith("| ", start):
        start += 2
    row = text.rfind("\n", table.start, start) + 1 or table.start
    first = text.count(_CELL, row, start)
    if not first:
        return table.header
    cells = table.header.split(_CELL)
    return _CELL.join(cells[first : first + text.count(_CELL, start, end) + 1]) or table.header
