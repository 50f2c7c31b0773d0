"""OpenDocument: headings, paragraphs, lists, tables, drawings, notes and headers of an .odt in reading order."""

import posixpath
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import unquote

from ingest.document.list_numbering import numeral
from ingest.document.parsed import Parsed, TextBuilder, comment_line, one_line, repeated, running_titles
from ingest.document.superscripts import mark_raised, with_raised
from ingest.document.tables import MOST_HEADS, header_rows
from ingest.ocr.embedded_images import Pictures
from ingest.ocr.vector_graphics import words
from ingest.office.drawingml import parsed_xml
from ingest.office.hidden_odt import HiddenSpans
from kb.config import IngestSettings
from kb.errors import DocumentError

MEDIA_TYPE = "application/vnd.oasis.opendocument.text"
SUFFIXES = {"text": "odt", "presentation": "odp", "spreadsheet": "ods"}
_DEFAULTS = IngestSettings()
OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
_TEXT = f"{{{OASIS}text:1.0}}"
TABLE = f"{{{OASIS}table:1.0}}"
DRAW = f"{{{OASIS}drawing:1.0}}"
OFFICE = f"{{{OASIS}office:1.0}}"
_CHART = f"{{{OASIS}chart:1.0}}"
_STYLE = f"{{{OASIS}style:1.0}}"
DC = "{http://purl.org/dc/elements/1.1/}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_BLOCKS = {f"{_TEXT}{tag}" for tag in ("p", "h", "list")} | {f"{TABLE}table"}
_SHAPES = {f"{DRAW}{tag}" for tag in (
    "frame", "g", "a", "custom-shape", "rect", "ellipse", "circle", "line", "polyline", "polygon", "regular-polygon",
    "path", "connector", "caption", "measure",
)}  # fmt: skip
_ANNOTATION = f"{OFFICE}annotation"
_LEFT_OUT = {f"{_TEXT}{tag}" for tag in ("tracked-changes", "table-of-content", "note-citation", "sequence-decls")} | {
    f"{OFFICE}forms"
}
_FORMS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"} | {
    "一, 二, 三, ...": "chineseCounting",
    "①, ②, ③, ...": "decimalEnclosedCircle",
}
_MAX_REPEATED = 50
_MAX_DEPTH = 150


@dataclass(frozen=True, slots=True)
class _Level:
    """How the items on one level of a list are numbered."""

    form: str = "decimal"
    before: str = ""
    after: str = ""
    start: int = 1
    shown: int = 1  # numbers, of this level and those above it


def read_odt(data: bytes, settings: IngestSettings = _DEFAULTS) -> Parsed:
    """Read an .odt. Deleted and struck out text and the table of contents are left out; what is recognised in pictures
    is in; notes, headers and footers and comments come last.

    Raises DocumentError for one that holds pictures and no text, neither its own nor in them.
    """
    with opened(data, "text", settings) as (reader, body, styles):
        reader.blocks(body, 0)
        for note in reader.notes:
            reader.out.block(note)
        if styles is not None:
            reader.headers_and_footers(styles)
        for comment in reader.comments:
            reader.out.block(comment)
        return reader.parsed(MEDIA_TYPE)


@contextmanager
def opened(data: bytes, kind: str, settings: IngestSettings) -> Iterator[tuple["Reader", Any, Any]]:
    """A reader of a document of a kind (text, presentation, spreadsheet), its body and its styles, without what nobody
    sees. Raises DocumentError for one that is encrypted or damaged."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = set(archive.namelist())
        if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise DocumentError("office.encrypted")
        content = parsed_xml(archive.read("content.xml"))
        meta, styles = (
            parsed_xml(archive.read(name)) if name in names else None for name in ("meta.xml", "styles.xml")
        )
        body = content.find(f"{OFFICE}body/{OFFICE}{kind}")
        if body is None:
            raise DocumentError("office.no_text_part", kind=SUFFIXES[kind])
        title = next((one_line(each.text or "") for each in meta.iter(f"{DC}title")), "") if meta is not None else ""
        reader = Reader(archive, names, Pictures(settings), title)
        parts = tuple(part for part in (styles, content) if part is not None)
        reader.define(*parts)
        hidden = HiddenSpans(parts, reader.out.hidden)
        for part in (body, *parts[:-1]):  # the styles hold the headers and footers
            hidden.take(part)
        yield reader, body, styles


class Reader:
    """Reads the blocks of an OpenDocument into its `out`, notes and comments apart."""

    def __init__(self, archive: zipfile.ZipFile, names: set[str], pictures: Pictures, title: str) -> None:
        self.title = title
        self.archive = archive
        self.names = names
        self.pictures = pictures
        self.out = TextBuilder()
        self.notes: list[str] = []
        self.comments: list[str] = []
        self.lists: dict[str, dict[int, _Level]] = {}  # style -> level, from 1
        self.counted: dict[tuple[str, int], int] = {}  # style, level -> number of the last item
        self.raised: set[str] = set()  # styles of text above the line
        self.struck: set[str] = set()

    def parsed(self, media_type: str, title: str = "") -> Parsed:
        """The document, under its own title or the one given. Raises DocumentError for pictures without text."""
        parsed = self.out.build(self.title or title, media_type)
        self.pictures.check(parsed.text)
        return parsed

    def define(self, *parts: Any) -> None:
        """Take in the styles that these parts define: of lists, and of text above the line or struck out."""
        for part in parts:
            for style in part.iter(f"{_TEXT}list-style"):
                levels = style.iterchildren(f"{_TEXT}list-level-style-number")
                self.lists[style.get(f"{_STYLE}name") or ""] = {
                    _whole(level.get(f"{_TEXT}level"), 1): _level(level)
                    for level in levels
                    if level.get(f"{_STYLE}num-format")
                }
            for properties in part.iterfind(f".//{_STYLE}style[@{_STYLE}family='text']/{_STYLE}text-properties"):
                name = properties.getparent().get(f"{_STYLE}name") or ""
                self.raised |= {name} if _is_raised(properties) else set()
                self.struck |= {name} if _is_struck(properties) else set()

    def blocks(self, parent: Any, depth: int) -> None:
        """Add what stands in an element: headings, paragraphs, lists, tables, drawings."""
        if depth > _MAX_DEPTH:
            raise DocumentError("office.too_deep")
        for child in parent:
            if child.tag == f"{_TEXT}h":
                self.heading(child, depth)
            elif child.tag == f"{_TEXT}p":
                self.out.block(self.text(child).strip())
                self.shapes(child, depth)
            elif child.tag == f"{_TEXT}list":
                self.items(child, "", depth)
            elif child.tag == f"{TABLE}table":
                self.table(child)
                self.pictures_of(child)
            elif child.tag == f"{DRAW}frame" and self.chart(child):
                pass  # beside it stands a picture of the same chart
            elif child.tag == f"{DRAW}image" and not self.is_copy(child):
                self.picture(child)
            elif child.tag == _ANNOTATION:
                self.comment(child)
            elif child.tag not in _LEFT_OUT and isinstance(child.tag, str):
                self.blocks(child, depth + 1)

    def heading(self, element: Any, depth: int) -> None:
        level = element.get(f"{_TEXT}outline-level") or "1"
        self.out.heading(self.text(element), min(int(level), 9) if level.isdigit() else 1)
        self.shapes(element, depth)

    def shapes(self, parent: Any, depth: int) -> None:
        """What stands in the drawings that are anchored to a paragraph: their paragraphs, tables and pictures."""
        for child in parent if depth < _MAX_DEPTH else ():
            if child.tag in _SHAPES:
                self.blocks([child], depth + 1)
            elif child.tag not in _LEFT_OUT and child.tag not in _BLOCKS and isinstance(child.tag, str):
                self.shapes(child, depth + 1)

    def items(self, parent: Any, indent: str, depth: int, style: str = "", above: tuple[int, ...] = ()) -> None:
        """Add the items of a list in a style, which stands in items with the numbers `above`."""
        if depth > _MAX_DEPTH:
            raise DocumentError("office.too_deep")
        style = parent.get(f"{_TEXT}style-name") or style
        key = style, len(above) + 1
        level = self.lists.get(style, {}).get(key[1])
        goes_on = parent.get(f"{_TEXT}continue-numbering") == "true" or parent.get(f"{_TEXT}continue-list")
        first_number = level.start if level else 1
        number = self.counted.get(key, first_number - 1) if goes_on else first_number - 1
        for item in parent:
            first = item.tag == f"{_TEXT}list-item"
            if first and item.find(f"{_TEXT}p") is not None:
                number = _whole(item.get(f"{_TEXT}start-value"), number + 1)
                self.counted[key] = number
            for child in item:
                if child.tag == f"{_TEXT}list":
                    self.items(child, indent + "  ", depth + 1, style, (*above, number))
                elif child.tag == f"{_TEXT}h":
                    self.heading(child, depth)
                elif child.tag == f"{_TEXT}p":
                    if text := self.text(child).strip():
                        label = (self.label(style, (*above, number)) if level else "- ") if first else "  "
                        self.out.block(f"{indent}{label}{text}", "\n")
                        first = False
                    self.shapes(child, depth)

    def label(self, style: str, numbers: tuple[int, ...]) -> str:
        """What stands before an item of a numbered list, of which these are the numbers from the outermost level on."""
        levels = [self.lists[style].get(depth, _Level()) for depth in range(1, len(numbers) + 1)]
        last = levels[-1]
        told = [numeral(number, level.form) for number, level in zip(numbers, levels, strict=True)][-last.shown :]
        return f"{last.before}{'.'.join(told)}{last.after} "

    def table(self, table: Any) -> None:
        """Add a table. A short cell that spans rows is repeated in each, so that each row can stand alone."""
        rows: list[list[str]] = []
        below: dict[int, tuple[int, str]] = {}  # column -> (rows still to fill, text)
        for row in _own_rows(table):
            cells: list[str] = []
            for cell in row:
                if cell.tag == f"{TABLE}covered-table-cell":
                    left, text = below.pop(len(cells), (0, ""))
                    if left > 1:
                        below[len(cells)] = (left - 1, text)
                elif cell.tag == f"{TABLE}table-cell":
                    text = self.paragraphs(cell)
                    spanned = cell.get(f"{TABLE}number-rows-spanned") or "1"
                    if spanned.isdigit() and int(spanned) > 1 and repeated(text):
                        below[len(cells)] = (int(spanned) - 1, text)
                else:
                    continue
                cells += [text] * _repeated(cell, "number-columns-repeated")
            rows += [cells] * (_repeated(row, "number-rows-repeated") if any(cells) else 1)
        self.out.table(rows, header=_heads(table, len(rows)))

    def pictures_of(self, table: Any) -> None:
        """The charts and pictures in a table, after it; the words of other drawings stand in the cells."""
        for frame in table.iter(f"{DRAW}frame"):
            if not self.chart(frame):
                for image in frame.iterchildren(f"{DRAW}image"):
                    if not self.is_copy(image):
                        self.picture(image)

    def chart(self, frame: Any) -> bool:
        """Add a chart's titles and numbers, which stand in a document of their own. Gives whether it is one."""
        for reference in frame.iterchildren(f"{DRAW}object"):
            name = posixpath.normpath(unquote(reference.get(_HREF) or "")) + "/content.xml"
            for chart in parsed_xml(self.archive.read(name)).iter(f"{_CHART}chart") if name in self.names else ():
                titles = chart.iter(f"{_CHART}title", f"{_CHART}subtitle")
                self.out.block("\n".join(filter(None, (self.paragraphs(title) for title in titles))))
                for table in chart.iterchildren(f"{TABLE}table"):
                    self.table(table)
                return True
        return False

    def picture(self, image: Any) -> None:
        """What is recognised in a picture that the document holds; one that is only linked to is never fetched."""
        name = posixpath.normpath(unquote(image.get(_HREF) or ""))
        if name in self.names:
            try:
                self.pictures.add(self.out, self.archive.read(name))
            except (zipfile.BadZipFile, OSError, EOFError, ValueError):  # a picture that is torn costs itself alone
                return

    def is_copy(self, image: Any) -> bool:
        """Whether a picture stands in for the drawing before it, in the same frame, whose words are read."""
        before = image.getprevious()
        name = posixpath.normpath(unquote(before.get(_HREF) or "")) if before is not None else ""
        if name not in self.names:
            return False
        try:
            return bool(words(self.archive.read(name)))
        except (zipfile.BadZipFile, OSError, EOFError, ValueError):
            return False

    def comment(self, annotation: Any) -> None:
        self.comments.append(self.noted(annotation))

    def noted(self, annotation: Any, place: str = "") -> str:
        """A comment as a block of its own, with who wrote it and when; `place` names a cell."""
        author, at = (
            next((each.text or "" for each in annotation.iter(f"{DC}{tag}")), "") for tag in ("creator", "date")
        )
        return comment_line(author, self.paragraphs(annotation), at, place)

    def headers_and_footers(self, styles: Any) -> None:
        """What the pages' headers and footers say, once each; numbers of pages are left out."""
        pages = styles.iterfind(f"{OFFICE}master-styles/{_STYLE}master-page")
        for text in running_titles(self.paragraphs(part) for page in pages for part in page):
            self.out.block(text)

    def paragraphs(self, parent: Any) -> str:
        """The texts of all paragraphs under `parent` on one line, without notes and comments."""
        return one_line(" ".join(map(self.text, _paragraphs(parent))))

    def text(self, parent: Any) -> str:
        return with_raised("".join(self._pieces(parent, 0)))

    def _pieces(self, parent: Any, depth: int) -> Iterator[str]:
        yield parent.text or ""
        for child in parent if depth < _MAX_DEPTH else ():
            tag = child.tag
            if tag == f"{_TEXT}s":
                count = child.get(f"{_TEXT}c") or "1"
                yield " " * (min(int(count), 100) if count.isdigit() else 1)
            elif tag == f"{_TEXT}tab":
                yield "\t"
            elif tag == f"{_TEXT}line-break":
                yield "\n"
            elif tag == f"{_TEXT}note":
                self.notes.append(self.paragraphs(child))
            elif tag == _ANNOTATION:
                self.comment(child)
            elif tag in _SHAPES or tag in _LEFT_OUT or not isinstance(tag, str) or tag in _BLOCKS:
                pass
            else:
                style = child.get(f"{_TEXT}style-name")
                text = "".join(self._pieces(child, depth + 1))
                yield "" if style in self.struck else mark_raised(text) if style in self.raised else text
            yield child.tail or ""


def _own_rows(table: Any) -> Iterator[Any]:
    """The rows of a table without those of tables inside it."""
    for child in table:
        if child.tag == f"{TABLE}table-row":
            yield child
        elif isinstance(child.tag, str) and child.tag.startswith(f"{TABLE}table-") and "column" not in child.tag:
            yield from _own_rows(child)


def _heads(table: Any, count: int) -> int:
    """How many of `count` rows are the header: those that the table repeats on each page, or its first spans."""
    marked = sum(len(list(_own_rows(part))) for part in table.iterchildren(f"{TABLE}table-header-rows"))
    if 1 < marked <= MOST_HEADS and marked < count:
        return marked
    first = next(_own_rows(table), ())
    own = [cell for cell in first if cell.tag == f"{TABLE}table-cell"]
    cells = [
        ("".join(cell.itertext()), _repeated(cell, "number-rows-spanned"), _repeated(cell, "number-columns-spanned"))
        for cell in own
    ]
    return header_rows(cells, count) if cells else 1


def _paragraphs(parent: Any) -> Iterator[Any]:
    """The paragraphs under `parent`, those of nested tables and drawings too, without those of notes and comments."""
    for child in parent:
        if child.tag in (f"{_TEXT}p", f"{_TEXT}h"):
            yield child
        if child.tag not in (_ANNOTATION, f"{_TEXT}note") and isinstance(child.tag, str):
            yield from _paragraphs(child)


def _level(element: Any) -> _Level:
    return _Level(
        _FORMS.get(element.get(f"{_STYLE}num-format") or "", "decimal"),
        element.get(f"{_STYLE}num-prefix") or "",
        element.get(f"{_STYLE}num-suffix") or "",
        _whole(element.get(f"{_TEXT}start-value"), 1),
        max(1, _whole(element.get(f"{_TEXT}display-levels"), 1)),
    )


def _is_raised(properties: Any) -> bool:
    position = properties.get(f"{_STYLE}text-position") or ""  # `super 58%`, or how far above the line: `33% 58%`
    return position.startswith("super") or position[:1] in tuple("123456789")


def _is_struck(properties: Any) -> bool:
    kinds = (properties.get(f"{_STYLE}text-line-through-{kind}") for kind in ("style", "type"))
    return any(kind not in (None, "", "none") for kind in kinds)


def _whole(value: str | None, otherwise: int) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 5 else otherwise


def _repeated(element: Any, attribute: str) -> int:
    count = element.get(f"{TABLE}{attribute}") or "1"
    return min(int(count), _MAX_REPEATED) if count.isdigit() else 1
