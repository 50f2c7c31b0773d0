"""HTML: headings, paragraphs, lists and tables of a page as unstructured finds them; nothing is ever fetched."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.decoding import decode
from ingest.parsed import Parsed, TextBuilder, one_line, stored

MEDIA_TYPE = "text/html"

_CHARSET = re.compile(rb"""<meta[^>]*?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_REMOVED = (
    "script",
    "style",
    "noscript",
    "nav",
    "template",
    "svg",
    "iframe",
    "object",
    "embed",
    "link",
    "meta",
    "button",
)
# Removed with all their text by unstructured, though questions and answers or captions may stand in them.
_UNWRAPPED = "details", "summary", "figure", "figcaption", "form", "fieldset"
_HIDDEN = re.compile(r"(display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_HEADINGS = "h1", "h2", "h3", "h4", "h5", "h6"
_INLINE = frozenset(
    "a|abbr|b|bdi|bdo|big|cite|code|del|em|font|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|sup|u|var".split("|")
)
_PLACEHOLDER = re.compile("\ue000(\\d+)\ue001")
_BREAK = "\ue002"  # stands for <br>, which unstructured takes for a space
_BREAKS = re.compile(f" *{_BREAK} *")
_PAD = "\ue003"  # makes two characters of one: unstructured drops texts of a single character
_LISTS = "ul", "ol", "dl"
_LONGEST_ITEM = 600  # characters; an item of a longer one is paragraphs
_MAX_SPAN = 100


def read_html(data: bytes) -> Parsed:
    """Read an HTML file; the charset it declares counts where it is not UTF-8."""
    declared = _CHARSET.search(data[:4096])
    return html(decode(data, declared[1].decode("ascii") if declared else ""))


def html(source: str) -> Parsed:
    """A page that is decoded already. Scripts, styles, navigation and hidden parts are left out."""
    import lxml.html
    from lxml import etree

    from ingest.unstructured_offline import partition_html

    source = _PLACEHOLDER.sub("", _DECLARATION.sub("", stored(source))).replace(_BREAK, "").replace(_PAD, "")
    if not source.strip():
        return Parsed("", "", MEDIA_TYPE)
    try:
        root = lxml.html.document_fromstring(source)
    except etree.ParserError:  # nothing but comments
        return Parsed("", "", MEDIA_TYPE)
    titles = root.xpath("//title[not(ancestor::svg)]")
    title = one_line(titles[0].text_content()) if titles else ""
    _clean(root)
    if not root.text_content().strip():
        return Parsed("", title, MEDIA_TYPE)
    tables = _take_tables(root)
    lists = _take_lists(root)
    headings = {one_line(element.text_content().replace(_BREAK, " ")) for element in root.iter(*_HEADINGS)}
    for element in root.iter(etree.Element):
        if not len(element) and len((element.text or "").strip()) == 1:
            element.text += _PAD
    out = TextBuilder()
    listed = False
    for element in partition_html(lxml.html.tostring(root, encoding="unicode")):
        kind, text = type(element).__name__, str(element.text or "").replace(_PAD, "")
        if kind == "Title" and one_line(text.replace(_BREAK, " ")) in headings:
            out.heading(text.replace(_BREAK, " "), int(element.metadata.category_depth or 0) + 1)
        elif kind == "ListItem" and not _PLACEHOLDER.search(text):
            words = _BREAKS.sub("\n", text).strip()
            out.block("- " + words if words else "", "\n" if listed else "\n\n")
        else:
            for at, part in enumerate(_PLACEHOLDER.split(text)):
                if at % 2 and int(part) % 2:
                    out.block("\n".join(lists[int(part) // 2]))
                elif at % 2:
                    _add_table(out, tables[int(part) // 2])
                else:
                    out.block(_BREAKS.sub("\n", part).strip(" "))
        listed = kind == "ListItem"
    return out.build(title or (out.headings[0].text if out.headings else ""), MEDIA_TYPE)


def _clean(root: Any) -> None:
    from lxml import etree

    etree.strip_elements(root, etree.Comment, *_REMOVED, with_tail=False)
    hidden = [
        element
        for element in root.iter(etree.Element)
        if element.get("hidden") is not None
        or element.get("role") == "navigation"
        or _HIDDEN.search(element.get("style") or "")
    ]
    for element in hidden:
        if element.getparent() is not None:
            element.drop_tree()
    for element in root.iter(*_UNWRAPPED):
        element.tag = "div"
    for element in list(root.iter("br")):
        element.tail = _BREAK + (element.tail or "")
        element.drop_tree()


@dataclass(frozen=True, slots=True)
class _Cells:
    rows: list[list[str]]
    header: bool


def _take_tables(root: Any) -> list[_Cells]:
    """Take tables out of the page and leave a mark in the place of each; those that only lay a page out are unfolded.

    unstructured glues the lines of a cell together without a space and forgets cells that span rows.
    """
    tables: list[_Cells] = []
    for table in reversed(list(root.iter("table"))):  # inner ones first
        cells = _cells(table)
        if _is_layout(table, cells.rows):
            for element in [table, *table.iter("thead", "tbody", "tfoot", "tr", "td", "th", "caption", "colgroup")]:
                element.tag = "div"
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


def _take_lists(root: Any) -> list[list[str]]:
    """Take lists of plain items out of the page and leave a mark in the place of each: unstructured knows neither
    their depth nor their numbers, and parts terms from their definitions."""
    lists: list[list[str]] = []
    for found in list(root.iter(*_LISTS)):
        if next(found.iterancestors(*_LISTS), None) is not None:
            continue
        is_plain = next(found.iter(*_HEADINGS, "pre"), None) is None and not _own_text(found)
        lines = list(_items(found, "")) if is_plain else []
        if not lines or any(_PLACEHOLDER.search(line) or len(line) > _LONGEST_ITEM for line in lines):
            continue
        mark = found.makeelement("p")
        mark.text, mark.tail = f"\ue000{2 * len(lists) + 1}\ue001", found.tail
        found.getparent().replace(found, mark)
        lists.append(lines)
    return lists


def _own_text(element: Any) -> str:
    """What stands directly in an element."""
    return "".join([element.text or "", *(child.tail or "" for child in element)]).strip()


def _items(parent: Any, indent: str) -> Iterator[str]:
    """The lines of a list: `- item`, `1. item`, or `term: definition`; those of lists within are indented."""
    number = 0
    terms: list[str] = []
    for item in parent.iterchildren("li", "dt", "dd", *_LISTS):
        if item.tag in _LISTS:
            yield from _items(item, indent + "  ")
            continue
        inner = [child for child in item.iter(*_LISTS) if next(child.iterancestors("li", "dd"), None) is item]
        words = one_line("".join(_pieces(item, *_LISTS)).replace(_BREAK, " "))
        if item.tag == "dt":
            terms.append(words)
            continue
        number += 1
        label = "- " if parent.tag == "ul" else f"{number}. " if parent.tag == "ol" else ""
        if item.tag == "dd":
            label, terms = f"{', '.join(terms)}: " if terms else "  ", []
        if words:
            yield f"{indent}{label}{words}"
        for child in inner:
            yield from _items(child, indent + "  ")
    yield from (indent + term for term in terms)


def _is_layout(table: Any, rows: list[list[str]]) -> bool:
    if table.get("role") in ("presentation", "none") or all(len(row) <= 1 for row in rows):
        return True
    if next(table.iter("p", *_HEADINGS), None) is not None and any(len(cell) > 400 for row in rows for cell in row):
        return True
    nested = _PLACEHOLDER.search("".join(cell for row in rows for cell in row))
    return bool(nested) or any(len(cell) > 2_000 for row in rows for cell in row)


def _cells(table: Any) -> _Cells:
    """The cells by row. What spans rows is repeated in each; what spans columns leaves empty cells beside it."""
    rows: list[list[str]] = []
    below: dict[int, tuple[int, str]] = {}  # column -> (rows still to fill, text)
    header = False
    for row in _own_rows(table):
        elements = list(row.iterchildren("td", "th"))
        line = _line(elements, below)
        if not any(line):
            continue
        if not rows:
            words = sum(map(bool, line)) > 1 and not any(map(str.isdigit, "".join(line)))
            marked = all(cell.tag == "th" for cell in elements) or row.getparent().tag == "thead"
            header = marked or (words and next(table.iter("th"), None) is None)
        rows.append(line)
    return _Cells(rows, header)


def _own_rows(table: Any) -> list[Any]:
    """The rows of a table without those of tables inside it."""
    return [row for row in table.iter("tr") if next(row.iterancestors("table"), None) is table]


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
            below[len(line)] = (rows - 1, text)
        line += [text] + [""] * (_span(cell, "colspan") - 1)
    reach_down()
    return line


def _cell_text(element: Any) -> str:
    """The text of a cell, with a space wherever a line or block ends."""
    return one_line("".join(_pieces(element)).replace(_BREAK, " "))


def _pieces(element: Any, *without: str) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        apart = "" if child.tag in _INLINE else " "
        yield apart
        if child.tag not in without:
            yield from _pieces(child, *without)
        yield apart
        yield child.tail or ""


def _span(cell: Any, attribute: str) -> int:
    value = (cell.get(attribute) or "").strip()
    return max(1, min(int(value), _MAX_SPAN)) if value.isascii() and value.isdigit() else 1


def _add_table(out: TextBuilder, cells: _Cells) -> None:
    width = max(map(len, cells.rows))
    used = [column for column in range(width) if any(row[column] for row in cells.rows if column < len(row))]
    rows = [[row[column] if column < len(row) else "" for column in used] for row in cells.rows]
    while len(rows) > 1 and sum(map(bool, rows[0])) == 1:
        out.block(next(filter(None, rows.pop(0))))  # a caption over the table
    out.table(rows, header=cells.header and len(rows) > 1)
