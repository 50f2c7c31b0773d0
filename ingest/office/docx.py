"""Word documents: paragraphs, headings, tables, drawings, notes and headers of a .docx in reading order.

Read from the document's XML through python-docx rather than by unstructured (0.27.35), which leaves out inserted
text and text boxes, does not tell a title from a first heading, and knows headings by length where Word's styles
and outline levels say what is one.
"""

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import islice, takewhile
from typing import Any

from ingest.document.list_numbering import BULLET, Numbering
from ingest.document.parsed import (
    Heading,
    Parsed,
    TextBuilder,
    comment_line,
    one_line,
    repeated,
    row_line,
    running_titles,
)
from ingest.document.tables import MOST_HEADS, header_rows
from ingest.ocr.embedded_images import Pictures
from ingest.office.docx_text import OFF, boxes_of, paragraphs_of, text_of, value_of, within
from ingest.office.drawingml import add_drawings, parts_of, related
from ingest.office.hidden_docx import HiddenRuns
from kb.config import IngestSettings
from kb.errors import DocumentError

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_HEADING_STYLE = re.compile(r"(?:heading|标题|標題)\s*([1-9])", re.IGNORECASE)
_CONTENTS_STYLE = re.compile(r"(?:toc|目录|目錄)\s*\d", re.IGNORECASE)
_CONTAINERS = {f"{_W}{tag}" for tag in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag", "hyperlink")}
# Chinese documents number their sections by custom; 1 is outermost. Bold print must confirm the weaker patterns.
_NUMBERED = (
    (
        1,
        re.compile(
            r"第[一二三四五六七八九十百\d]{1,8}[章编篇部]|[一二三四五六七八九十]{1,8}、|附录\s*[A-Z一二三四五六七八九十]"
        ),
        False,
    ),
    (2, re.compile(r"第[一二三四五六七八九十百\d]{1,8}节|[（(][一二三四五六七八九十]{1,8}[）)]"), True),
    (2, re.compile(r"\d{1,2}[、.．]\s*\D|\d{1,2}\.\d{1,2}\s"), True),
)
_LONGEST_GUESS = 40  # characters of a paragraph that may be taken for a heading
_MAX_SPAN = 100  # columns that a cell may span
_MAX_DEPTH = 3  # of documents inside documents
_DEFAULTS = IngestSettings()

Read = Callable[[bytes, IngestSettings, str], Parsed]  # what reads content of any kind, by its name


def cannot_read(data: bytes, settings: IngestSettings, name: str) -> Parsed:
    """Reads nothing: for who has no other reader at hand."""
    raise DocumentError("file.another_kind")


def read_docx(data: bytes, settings: IngestSettings = _DEFAULTS, read: Read = cannot_read, depth: int = 0) -> Parsed:
    """Read a .docx, `depth` documents inside another; `read` reads what is of another kind inside it.

    Deleted and hidden text and the table of contents are left out; inserted text and what is recognised in pictures
    are in; comments come last.

    Raises DocumentError for one that holds pictures and no text, neither its own nor in them.
    """
    document = opened_document(data)
    reader = _Reader(document, settings, read, depth)
    reader.hidden.take(document.element.body)
    reader.body(document.element.body)
    reader.notes()
    reader.headers_and_footers()
    reader.comments()
    if not reader.out.headings:
        reader.out.headings = reader.outlined
    title = one_line(document.core_properties.title or "")
    parsed = reader.out.build(reader.title or title, MEDIA_TYPE)
    reader.pictures.check(parsed.text)
    return parsed


def opened_document(data: bytes) -> Any:
    """The document. python-docx 1.2 would take a Word document inside another for XML, and fail: it is left alone."""
    import docx
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.part import Part, PartFactory
    from docx.parts.image import ImagePart

    classes: dict[str, Any] = {RELATIONSHIP_TYPE.IMAGE: ImagePart, RELATIONSHIP_TYPE.A_F_CHUNK: Part}
    PartFactory.part_class_selector = lambda form, relation: classes.get(relation)
    return docx.Document(BytesIO(data))


class _Reader:
    def __init__(self, document: Any, settings: IngestSettings, read: Read, depth: int) -> None:
        self.document = document
        self.settings = settings
        self.read = read
        self.depth = depth
        self.pictures = Pictures(settings)
        self.out = TextBuilder()
        self.hidden = HiddenRuns(document, self.out.hidden)
        self.title = ""
        self.numbering = Numbering(document)
        self.outlined: list[Heading] = []  # what reads like a heading, for documents that use no heading styles
        self.levels: dict[str, int | None] = {}
        self.names: dict[str, str] = {}
        self.bases: dict[str, str] = {}
        self.own_levels: dict[str, int] = {}
        for style in document.styles.element.findall(f"{_W}style"):
            key = style.get(f"{_W}styleId") or ""
            self.names[key] = value_of(style, "name") or key
            self.bases[key] = value_of(style, "basedOn")
            outline = value_of(style.find(f"{_W}pPr"), "outlineLvl")
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
            elif child.tag == f"{_W}altChunk":
                self.inner_document(child)
            elif child.tag in _CONTAINERS:
                self.body(child)

    def paragraph(self, paragraph: Any, in_list: bool) -> bool:
        """Add one paragraph, then its text boxes and drawings. Gives whether it is an item of a list."""
        style = value_of(paragraph.find(f"{_W}pPr"), "pStyle")
        name = self.names.get(style, style)
        label = self.numbering.label(paragraph, style, self.bases)
        text = text_of(paragraph).strip()
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
        for box in boxes_of(paragraph):
            self.body(box)
        add_drawings(self.out, paragraph, self.document.part, self.pictures, inside=f"{_W}txbxContent")
        return bool(label)

    def level(self, paragraph: Any, style: str) -> int | None:
        """The heading level by the paragraph's own outline level, or its style's; None for body text."""
        outline = value_of(paragraph.find(f"{_W}pPr"), "outlineLvl")
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
        """Add a table; one of a single cell or column, or of a single row with sections in it, is a frame around
        text."""
        rows = [list(_cells(row)) for row in _own_rows(table)]
        if all(len(cells) <= 1 for cells in rows) or (len(rows) == 1 and any(map(self.has_section, rows[0]))):
            for cells in rows:
                for cell in cells:
                    self.body(cell)
            return
        texts = self.texts(table)
        self.out.table(texts, header=_heads(table, len(texts)))
        add_drawings(self.out, table, self.document.part, self.pictures)

    def has_section(self, cell: Any) -> bool:
        """Whether a heading stands over further text in a cell."""
        filled = [paragraph for paragraph in cell.iterchildren(f"{_W}p") if text_of(paragraph).strip()]
        return any(self.level(each, value_of(each.find(f"{_W}pPr"), "pStyle")) is not None for each in filled[:-1])

    def texts(self, table: Any) -> list[list[str]]:
        """The cells' texts by row, each under its column. A short cell that spans rows is repeated, so that each row
        can stand alone; one that spans columns leaves empty cells beside it."""
        rows: list[list[str]] = []
        above: dict[int, str] = {}  # column -> text of the cell that is merged downwards
        for row in _own_rows(table):
            texts: list[str] = []
            for column, cell, merge in _placed(row):
                if merge in (None, "restart"):
                    text = " ".join(self.lines(cell))
                    above[column] = text if merge else ""
                else:
                    text = " ".join(paragraphs_of(cell)) or repeated(above.get(column, ""))
                texts += [""] * (column - len(texts)) + [text]
            if row_line(texts):
                rows.append(texts)
        return rows

    def lines(self, parent: Any) -> Iterator[str]:
        """The paragraphs of a cell with their labels; each table in it is one line, its rows parted by semicolons."""
        for child in parent:
            if child.tag == f"{_W}p":
                label = self.numbering.label(child, value_of(child.find(f"{_W}pPr"), "pStyle"), self.bases)
                text = text_of(child).strip()
                if text or label not in ("", BULLET):
                    yield f"{label} {text}".strip()
                for box in boxes_of(child):
                    yield from self.lines(box)
            elif child.tag == f"{_W}tbl":
                rows = (" ".join(line for cell in _cells(row) for line in self.lines(cell)) for row in _own_rows(child))
                yield "; ".join(filter(None, rows))
            elif child.tag in _CONTAINERS:
                yield from self.lines(child)

    def inner_document(self, reference: Any) -> None:
        """Add a whole document, often HTML, that some program has put inside this one for Word to unfold."""
        from ingest.document.file_type import kind_of

        key = reference.get(f"{_R}id")
        data = related(self.document.part, key)
        if not data:
            return
        name = str(self.document.part.rels[key].target_part.partname)
        name = re.sub(r"\.mht(ml)?$", ".eml", name)  # a page with its pictures is kept as a mail
        try:
            if kind_of(data, name) != "docx":
                self.out.include(self.read(data, self.settings, name))
            elif self.depth < _MAX_DEPTH:
                self.out.include(read_docx(data, self.settings, self.read, self.depth + 1))
        except DocumentError as error:
            self.out.block(f"(A document inside this one could not be read. {error})")

    def notes(self) -> None:
        """Footnotes and endnotes, after the text."""
        for kind in ("footnotes", "endnotes"):
            for note in self.beside(kind):
                self.hidden.take(note)
                if note.get(f"{_W}type") in (None, "normal"):
                    self.out.block(" ".join(paragraphs_of(note)))

    def comments(self) -> None:
        """What was noted beside the text, and by whom."""
        for comment in self.beside("comments"):
            self.out.block(
                comment_line(
                    comment.get(f"{_W}author") or "", " ".join(paragraphs_of(comment)), comment.get(f"{_W}date") or ""
                )
            )

    def beside(self, kind: str) -> Iterator[Any]:
        """The elements of the parts of a kind that stand beside the text."""
        for root in parts_of(self.document.part, kind):
            yield from root

    def headers_and_footers(self) -> None:
        """What the pages' headers and footers say, once each and at the end; numbers of pages are left out."""
        kinds = ["first_page_header", "header", "first_page_footer", "footer"]
        if self.document.settings.odd_and_even_pages_header_footer:
            kinds += ["even_page_header", "even_page_footer"]
        parts = (getattr(section, kind) for section in self.document.sections for kind in kinds)
        own = [part._element for part in parts if not part.is_linked_to_previous]
        for element in own:
            self.hidden.take(element)
        for text in running_titles(one_line(" ".join(paragraphs_of(element))) for element in own):
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
    runs = [run for run in paragraph.iter(f"{_W}r") if text_of(run).strip()]
    marks = [run.find(f"{_W}rPr/{_W}b") for run in runs]
    return bool(runs) and all(mark is not None and mark.get(f"{_W}val") not in OFF for mark in marks)


def _own_rows(table: Any) -> Iterator[Any]:
    """The rows of a table without those of tables inside it."""
    return (row for row in table.iter(f"{_W}tr") if not within(row, f"{_W}tc", until=table))


def _cells(row: Any) -> Iterator[Any]:
    return (cell for cell in row.iter(f"{_W}tc") if not within(cell, f"{_W}tc", until=row))


def _placed(row: Any) -> Iterator[tuple[int, Any, str | None]]:
    """The cells of a row, each with its column, and how it is merged with those above and below it: not at all (None),
    beginning ("restart") or going on."""
    column = _span(row.find(f"{_W}trPr"), "gridBefore", 0)
    for cell in _cells(row):
        properties = cell.find(f"{_W}tcPr")
        merge = properties.find(f"{_W}vMerge") if properties is not None else None
        yield column, cell, None if merge is None else merge.get(f"{_W}val") or "continue"
        column += _span(properties, "gridSpan", 1)


def _heads(table: Any, count: int) -> int:
    """How many of `count` rows are the header: those that Word repeats on each page, or that the first one spans."""
    rows = list(islice(_own_rows(table), MOST_HEADS + 1))
    marked = sum(1 for _ in takewhile(lambda row: row.find(f"{_W}trPr/{_W}tblHeader") is not None, rows))
    if 1 < marked <= MOST_HEADS and marked < count:
        return marked
    below = [{column: merge for column, _, merge in _placed(row)} for row in rows[1:]]
    cells = []
    for column, cell, merge in _placed(rows[0]) if rows else ():
        going_on = takewhile(lambda row: row.get(column) == "continue", below if merge == "restart" else ())  # noqa: B023
        span = _span(cell.find(f"{_W}tcPr"), "gridSpan", 1)
        cells.append((" ".join(paragraphs_of(cell)), 1 + len(list(going_on)), span))
    return header_rows(cells, count) if cells else 1


def _span(properties: Any, tag: str, usual: int) -> int:
    value = value_of(properties, tag)
    return max(usual, min(int(value), _MAX_SPAN)) if value.isascii() and value.isdigit() else usual
