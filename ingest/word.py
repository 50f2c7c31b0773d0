"""Word documents: paragraphs, headings, tables, text boxes, notes and headers of a .docx in reading order.

Read from the document's XML through python-docx rather than by unstructured (0.27.35), which leaves out inserted
text and text boxes, does not tell a title from a first heading, and knows headings by length where Word's styles
and outline levels say what is one.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from ingest.numbering import Numbering
from ingest.parsed import Heading, Parsed, TextBuilder, one_line, row_line

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_HEADING_STYLE = re.compile(r"(?:heading|标题|標題)\s*([1-9])", re.IGNORECASE)
_CONTENTS_STYLE = re.compile(r"(?:toc|目录|目錄)\s*\d", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"[\W\d_]*(?:page|of|第|页|共|[\W\d_])*", re.IGNORECASE)
_CONTAINERS = {f"{_W}{tag}" for tag in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag", "hyperlink")}
_LEFT_OUT = {f"{_W}{tag}" for tag in ("del", "moveFrom", "instrText", "delText", "pPr", "rPr", "tblPr", "sectPr")} | {
    f"{_MC}Fallback"
}
_CHARACTERS = {
    f"{_W}tab": "\t",
    f"{_W}br": "\n",
    f"{_W}cr": "\n",
    f"{_W}noBreakHyphen": "-",
    f"{_W}softHyphen": "\u00ad",
}
# Chinese documents number their sections by custom; 1 is outermost. Bold print must confirm the weaker patterns.
_NUMBERED = (
    (
        1,
        re.compile(
            r"第[一二三四五六七八九十百\d]+[章编篇部]|[一二三四五六七八九十]+、|附录\s*[A-Z一二三四五六七八九十]"
        ),
        False,
    ),
    (2, re.compile(r"第[一二三四五六七八九十百\d]+节|[（(][一二三四五六七八九十]+[）)]"), True),
    (2, re.compile(r"\d{1,2}[、.．]\s*\D|\d{1,2}\.\d{1,2}\s"), True),
)
_LONGEST_GUESS = 40  # characters of a paragraph that may be taken for a heading
_REPEATED_CELL = 60  # characters: a cell merged over rows is repeated in each if it is short


def read_docx(data: bytes) -> Parsed:
    """Read a .docx. Deleted text, comments and the table of contents are left out; inserted text is in."""
    import docx

    document = docx.Document(BytesIO(data))
    reader = _Reader(document)
    reader.body(document.element.body)
    reader.notes()
    reader.headers_and_footers()
    if not reader.out.headings:
        reader.out.headings = reader.outlined
    title = one_line(document.core_properties.title or "")
    return reader.out.build(reader.title or title, MEDIA_TYPE)


class _Reader:
    def __init__(self, document: Any) -> None:
        self.document = document
        self.out = TextBuilder()
        self.title = ""
        self.numbering = Numbering(document)
        self.outlined: list[Heading] = []  # what reads like a heading, for documents that use no heading styles
        self.levels: dict[str, int | None] = {}
        self.names: dict[str, str] = {}
        self.bases: dict[str, str] = {}
        self.own_levels: dict[str, int] = {}
        for style in document.styles.element.findall(f"{_W}style"):
            key = style.get(f"{_W}styleId") or ""
            self.names[key] = _value(style, "name") or key
            self.bases[key] = _value(style, "basedOn")
            outline = _value(style.find(f"{_W}pPr"), "outlineLvl")
            if outline.isdigit() and int(outline) < 9:
                self.own_levels[key] = int(outline) + 1

    def body(self, parent: Any) -> None:
        """Paragraphs and tables under `parent`, in order, whatever wraps them."""
        in_list = False
        for child in parent:
            if child.tag == f"{_W}p":
                in_list = self.paragraph(child, in_list)
            elif child.tag == f"{_W}tbl":
                self.table(child)
                in_list = False
            elif child.tag in _CONTAINERS:
                self.body(child)

    def paragraph(self, paragraph: Any, in_list: bool) -> bool:
        """Add one paragraph, then its text boxes. Gives whether it is an item of a list."""
        style = _value(paragraph.find(f"{_W}pPr"), "pStyle")
        name = self.names.get(style, style)
        label = self.numbering.label(paragraph, style, self.bases)
        text = _text(paragraph).strip()
        boxes = [box for box in paragraph.iter(f"{_W}txbxContent") if not _within(box, f"{_MC}Fallback")]
        if text and not _CONTENTS_STYLE.match(name):
            level = self.level(paragraph, style)
            if name.lower() in ("title", "标题", "標題"):
                self.title = self.title or one_line(text)
                level = 1
            text = f"{label} {text}" if label else text
            if level is not None and len(text) <= 200:
                self.out.heading(text, level)
            else:
                start = self.out.block(text, "\n" if label and in_list else "\n\n")
                guessed = _guessed_level(text, paragraph)
                if start is not None and guessed is not None:
                    self.outlined.append(Heading(start, guessed, one_line(text)))
        for box in boxes:
            self.body(box)
        return bool(label)

    def level(self, paragraph: Any, style: str) -> int | None:
        """The heading level by the paragraph's own outline level, or its style's; None for body text."""
        outline = _value(paragraph.find(f"{_W}pPr"), "outlineLvl")
        if outline.isdigit():
            return int(outline) + 1 if int(outline) < 9 else None
        if style not in self.levels:
            self.levels[style] = self._style_level(style)
        return self.levels[style]

    def _style_level(self, style: str) -> int | None:
        seen: set[str] = set()
        while style and style not in seen:
            seen.add(style)
            match = _HEADING_STYLE.match(self.names.get(style, style))
            if match:
                return int(match[1])
            if style in self.own_levels:
                return self.own_levels[style]
            style = self.bases.get(style, "")
        return None

    def table(self, table: Any) -> None:
        """Add a table; one of a single cell or column is a frame around text."""
        rows = _rows(table)
        if all(len(row) <= 1 for row in rows):
            for cell in table.iter(f"{_W}tc"):
                if not _within(cell, f"{_W}tc", until=table):
                    self.body(cell)
            return
        self.out.table(rows, header=True)

    def notes(self) -> None:
        """Footnotes and endnotes, after the text."""
        from lxml import etree

        for relation in self.document.part.rels.values():
            kind = relation.reltype.rsplit("/", 1)[-1]
            if kind not in ("footnotes", "endnotes") or relation.is_external:
                continue
            parser = etree.XMLParser(resolve_entities=False, no_network=True)
            for note in etree.fromstring(relation.target_part.blob, parser):
                if note.get(f"{_W}type") in (None, "normal"):
                    self.out.block(" ".join(_paragraphs(note)))

    def headers_and_footers(self) -> None:
        """What the pages' headers and footers say, once each and at the end; numbers of pages are left out."""
        seen: set[str] = set()
        for section in self.document.sections:
            for part in (section.first_page_header, section.header, section.first_page_footer, section.footer):
                if part.is_linked_to_previous:
                    continue
                text = one_line(" ".join(_paragraphs(part._element)))
                if text and text not in seen and not _PAGE_NUMBER.fullmatch(text):
                    seen.add(text)
                    self.out.block(text)


def _guessed_level(text: str, paragraph: Any) -> int | None:
    """The level of a short numbered or wholly bold line that does not end like a sentence; None for others."""
    if len(text) > _LONGEST_GUESS or "\n" in text or text.endswith(tuple("。；，：！？.;,:!?、…")):
        return None
    bold = _is_bold(paragraph)
    for level, pattern, needs_bold in _NUMBERED:
        if pattern.match(text) and (bold or not needs_bold):
            return level
    return 3 if bold and any(map(str.isalpha, text)) else None


def _is_bold(paragraph: Any) -> bool:
    """Whether each run with text is set in bold."""
    runs = [run for run in paragraph.iter(f"{_W}r") if "".join(_pieces(run)).strip()]
    marks = [run.find(f"{_W}rPr/{_W}b") for run in runs]
    return bool(runs) and all(mark is not None and mark.get(f"{_W}val") not in ("0", "false", "off") for mark in marks)


def _value(parent: Any, tag: str) -> str:
    """The w:val of a child element, or ""."""
    child = parent.find(f"{_W}{tag}") if parent is not None else None
    return (child.get(f"{_W}val") or "") if child is not None else ""


def _text(parent: Any) -> str:
    """The visible text of a paragraph, without that of text boxes."""
    return "".join(_pieces(parent))


def _pieces(parent: Any) -> Iterator[str]:
    for child in parent:
        tag = child.tag
        if tag in (f"{_W}t", f"{_M}t"):
            yield child.text or ""
        elif tag in _CHARACTERS:
            yield _CHARACTERS[tag]
        elif tag == f"{_W}txbxContent" or tag in _LEFT_OUT or not isinstance(tag, str):
            continue
        else:
            yield from _pieces(child)


def _paragraphs(parent: Any) -> list[str]:
    """The texts of all paragraphs under `parent`, nested tables and boxes included."""
    found = (
        _text(paragraph).strip() for paragraph in parent.iter(f"{_W}p") if not _within(paragraph, f"{_MC}Fallback")
    )
    return [text for text in found if text]


def _within(element: Any, tag: str, until: Any = None) -> bool:
    parent = element.getparent()
    while parent is not None and parent is not until:
        if parent.tag == tag:
            return True
        parent = parent.getparent()
    return False


def _rows(table: Any) -> list[list[str]]:
    """The cells' texts by row. A short cell that spans rows is repeated, so that each row can stand alone."""
    rows: list[list[str]] = []
    above: dict[int, str] = {}  # column -> text of the cell that is merged downwards
    for row in table.iter(f"{_W}tr"):
        if _within(row, f"{_W}tc", until=table):
            continue
        cells: list[str] = []
        column = 0
        for cell in row.iter(f"{_W}tc"):
            if _within(cell, f"{_W}tc", until=row):
                continue
            properties = cell.find(f"{_W}tcPr")
            text = " ".join(_paragraphs(cell))
            merge = properties.find(f"{_W}vMerge") if properties is not None else None
            if merge is None:
                above.pop(column, None)
            elif merge.get(f"{_W}val") == "restart":
                above[column] = text
            else:
                repeated = above.get(column, "")
                text = text or (repeated if len(repeated) <= _REPEATED_CELL else "")
            cells.append(text)
            span = _value(properties, "gridSpan")
            column += int(span) if span.isdigit() else 1
        if row_line(cells):
            rows.append(cells)
    return rows
