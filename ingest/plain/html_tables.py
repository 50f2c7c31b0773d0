"""Tables of HTML: which are data and which only lay a page out, their cells by row and column, and their headers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from ingest.document.parsed import TextBuilder, one_line, repeated
from ingest.document.tables import MOST_HEADS, could_head, header_rows

HEADINGS = "h1", "h2", "h3", "h4", "h5", "h6"
INLINE = frozenset(
    "a|abbr|b|bdi|bdo|big|cite|code|del|em|font|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|sup|u|var".split("|")
)
PLACEHOLDER = re.compile("\ue000(\\d+)\ue001")  # stands for a table or list
BREAK = "\ue002"  # stands for <br>, which unstructured takes for a space
_PARAGRAPHS = re.compile(rf"{BREAK}\s*{BREAK}")
_MAX_SPAN = 100
_LONG_CELL = 400  # characters; cells with headings or paragraphs in them are no longer, or are no cells
_PARTS = {"thead": 0, "tfoot": 2}


@dataclass(frozen=True, slots=True)
class Cells:
    """The rows of a table, of which the first `heads` are its header, and the captions in the rows above them."""

    rows: list[list[str]]
    heads: int
    captions: list[str]


def take_tables(root: Any) -> list[Cells]:
    """Take tables out of the page and leave a mark in the place of each; those that only lay a page out are unfolded.

    unstructured glues the lines of a cell together without a space and forgets cells that span rows.
    """
    unfold_inner(root)
    tables: list[Cells] = []
    for table in reversed(list(root.iter("table"))):  # inner ones first
        cells = cells_of(table)
        if is_layout(table, cells.rows):
            _unfold(table)
            continue
        mark = table.makeelement("p")
        mark.text = f"\ue000{2 * len(tables)}\ue001"
        mark.tail = table.tail
        captions = [caption for caption in table.iter("caption") if one_line(caption.text_content())]
        parent = table.getparent()
        parent.replace(table, mark)
        for caption in captions[:1]:
            words = mark.makeelement("p")
            words.text = one_line(caption.text_content())
            parent.insert(parent.index(mark), words)
        tables.append(cells)
    return tables


def unfold_inner(root: Any) -> None:
    """Make the tables in the cells of a table that has a header, and no long cells, words of these cells."""
    for table in list(root.iter("table")):
        inner = list(table.iterdescendants("table"))
        rows = [list(row.iterchildren("td", "th")) for row in _own_rows(table)] if inner else []
        is_short = all(len(cell.text_content()) <= _LONG_CELL for row in rows for cell in row)
        if rows and is_short and len(rows[0]) > 1 and all(cell.tag == "th" for cell in rows[0]):
            for each in inner:
                _unfold(each)


def _unfold(table: Any) -> None:
    for element in [table, *table.iter("thead", "tbody", "tfoot", "tr", "td", "th", "caption", "colgroup")]:
        element.tag = "div"


def is_layout(table: Any, rows: list[list[str]]) -> bool:
    """Whether a table only lays out what stands in it."""
    used = {column for row in rows for column, cell in enumerate(row) if cell}
    if table.get("role") in ("presentation", "none") or len(used) <= 1:
        return True
    is_long = any(len(cell) > _LONG_CELL for row in rows for cell in row)
    if is_long and (next(table.iter("p", *HEADINGS), None) is not None or _PARAGRAPHS.search(table.text_content())):
        return True
    nested = PLACEHOLDER.search("".join(cell for row in rows for cell in row))
    return bool(nested) or any(len(cell) > 2_000 for row in rows for cell in row)


def cells_of(table: Any) -> Cells:
    """The cells by row. What spans rows is repeated in each; what spans columns leaves empty cells beside it."""
    found: list[tuple[list[str], list[Any]]] = []
    below: dict[int, tuple[int, str]] = {}  # column -> (rows still to fill, text)
    part = None
    for row in _own_rows(table):
        if row.getparent() is not part:
            below, part = {}, row.getparent()
        elements = list(row.iterchildren("td", "th"))
        line = _line(elements, below)
        if any(line):
            found.append((line, elements))
    captions: list[str] = []
    while len(found) > 1 and found[0][0][0] and sum(map(bool, found[0][0])) == 1 < sum(map(bool, found[1][0])):
        captions.append(found.pop(0)[0][0])
    rows = [line for line, _ in found]
    return Cells(rows, _heads([elements for _, elements in found], rows), captions)


def _heads(elements: Sequence[Sequence[Any]], rows: Sequence[list[str]]) -> int:
    """How many rows are the header: those that say so; else the first, where it looks like one, and those that its
    cells span where others span columns."""
    marked = sum(1 for _ in takewhile(_is_head, elements))
    if marked > MOST_HEADS or marked >= len(rows):
        marked = min(1, len(rows) - 1)
    if not marked and not any(cell.tag == "th" for row in elements for cell in row):
        bold = [_is_bold(row) for row in elements[:2]]
        marked = int(bold == [True, False] or (could_head(rows) and (bold[0] or not _is_labelled(elements))))
    if marked != 1:
        return marked
    return header_rows([(_cell_text(c), _span(c, "rowspan"), _span(c, "colspan")) for c in elements[0]], len(rows))


def _is_head(elements: Sequence[Any]) -> bool:
    if elements and elements[0].getparent().getparent().tag == "thead":
        return True
    filled = [cell for cell in elements if one_line(cell.text_content())]
    is_header = len(filled) > 1 or len(filled) == len(elements)
    return is_header and all(cell.tag == "th" for cell in filled)


def _is_bold(cells: Sequence[Any]) -> bool:
    """Whether the words of all cells, two or more, are set in bold."""
    filled = [cell for cell in cells if _squeezed(cell)]
    return len(filled) > 1 and all(map(_bold, filled))


def _is_labelled(elements: Sequence[Sequence[Any]]) -> bool:
    """Whether the first cell of each row is set in bold."""
    return all(row and _bold(row[0]) for row in elements)


def _bold(cell: Any) -> bool:
    parts = cell.xpath(".//*[self::b or self::strong][not(ancestor::b or ancestor::strong)]")
    return bool(parts) and _squeezed(cell) == "".join(map(_squeezed, parts))


def _squeezed(element: Any) -> str:
    return "".join(element.text_content().split())


def _own_rows(table: Any) -> list[Any]:
    """The rows of a table without those of tables inside it, in the order in which they are shown."""
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table"), None) is table]
    return sorted(rows, key=lambda row: _PARTS.get(row.getparent().tag, 1))


def _line(elements: Sequence[Any], below: dict[int, tuple[int, str]]) -> list[str]:
    """One row of texts; `below` holds the cells of rows above that reach into it, and is brought up to date."""
    line: list[str] = []

    def reach_down() -> None:
        while len(line) in below:
            left, text = below.pop(len(line))
            if left > 1:
                below[len(line)] = (left - 1, text)
            line.append(text)

    for cell in elements:
        reach_down()
        text = _cell_text(cell)
        if (rows := _span(cell, "rowspan")) > 1:
            below[len(line)] = (rows - 1, repeated(text))
        line += [text] + [""] * (_span(cell, "colspan") - 1)
    reach_down()
    return line


def _cell_text(element: Any) -> str:
    """The text of a cell, with a space wherever a line or block ends."""
    return one_line("".join(pieces(element)).replace(BREAK, " "))


def pieces(element: Any, *without: str) -> Iterator[str]:
    """The text of an element in pieces, without that of elements of these names; a space wherever a block ends."""
    yield element.text or ""
    for child in element:
        apart = "" if child.tag in INLINE else " "
        yield apart
        if child.tag not in without:
            yield from pieces(child, *without)
        yield apart
        yield child.tail or ""


def _span(cell: Any, attribute: str) -> int:
    value = (cell.get(attribute) or "").strip()
    if attribute == "rowspan" and value == "0":
        return _MAX_SPAN  # all that are left of its part of the table
    return max(1, min(int(value), _MAX_SPAN)) if value.isascii() and value.isdigit() else 1


def add_table(out: TextBuilder, cells: Cells) -> None:
    """Add a table under its captions, without columns that are empty."""
    width = max(map(len, cells.rows))
    used = [column for column in range(width) if any(row[column] for row in cells.rows if column < len(row))]
    for caption in cells.captions:
        out.block(caption)
    out.table([[row[at] if at < len(row) else "" for at in used] for row in cells.rows], header=cells.heads)
