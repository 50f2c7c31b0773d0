"""Tables: what a piece of a row is embedded with: the part of a long header above it, and the label of its row."""

from ingest.parsed import Table

_CELL = " | "


def header_part(text: str, table: Table, start: int, end: int) -> str:
    """The cells of the table's header over the cells that `text[start:end]` shows, where that is a part of one row
    which does not begin it, after the header of the row's label; else the whole header."""
    first = _cells_before(text, table, start)
    if not first or "\n" in text[start:end].strip():
        return table.header
    cells = table.header.split(_CELL)
    shown = cells[first : first + text.count(_CELL, _past_bar(text, start), end) + 1]
    return _CELL.join([cells[0], *shown]) if shown else table.header


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
