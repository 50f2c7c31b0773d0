"""Tables of old Word documents: where the cells of a row begin, and their texts under their columns ([MS-DOC])."""

import struct
from dataclasses import dataclass

from ingest.document.parsed import repeated

_CONTINUED, _BEGUN = 1, 3  # of a cell that spans rows


@dataclass(frozen=True, slots=True)
class RowLayout:
    """Where the cells of a row begin, in twips, and how each is merged with what is above and below it."""

    lefts: tuple[int, ...] = ()
    merges: tuple[int, ...] = ()


NO_ROW = RowLayout()  # where none is described


def row_of(operand: bytes) -> RowLayout:
    """The row that the operand of a table definition describes; one without cells where it is cut off."""
    count = operand[2] if len(operand) > 2 else 0
    cells = 3 + 2 * (count + 1)
    if len(operand) < cells + 20 * count:
        return NO_ROW
    merges = (struct.unpack_from("<H", operand, cells + 20 * number)[0] >> 5 & 3 for number in range(count))
    return RowLayout(struct.unpack_from(f"<{count}h", operand, 3), tuple(merges))


def under_columns(rows: list[tuple[list[str], RowLayout]]) -> list[list[str]]:
    """The cells' texts by row, each under its column of the row of most cells. A short cell that spans rows is repeated
    in each."""
    columns = max((row.lefts for _, row in rows), key=len)
    above: dict[int, str] = {}  # column -> text of the cell that is merged downwards
    placed: list[list[str]] = []
    for cells, row in rows:
        texts: list[str] = []
        for text, left, merge in zip(cells, row.lefts, row.merges, strict=False):
            column = len(texts)
            if len(row.lefts) < len(columns):
                column = max(column, min(range(len(columns)), key=lambda at: abs(columns[at] - left)))
            held = above.pop(column, "")
            if merge == _CONTINUED:
                text = text or repeated(held)
            if merge in (_BEGUN, _CONTINUED):
                above[column] = text
            texts += [""] * (column - len(texts)) + [text]
        placed.append(texts if len(row.lefts) == len(cells) else cells)
    return placed
