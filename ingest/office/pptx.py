"""Slides: each slide of a .pptx is a page; its title is a heading. Tables, charts, pictures, notes and comments too."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from ingest.document.formulas import formula
from ingest.document.parsed import Parsed, TextBuilder, comment_line, one_line, repeated
from ingest.document.superscripts import mark_raised, with_raised
from ingest.document.tables import header_rows
from ingest.ocr.embedded_images import Pictures, page_of_pictures
from ingest.ocr.ocr import Recognised
from ingest.office.drawingml import add_drawings, parts_of
from ingest.office.hidden_pptx import HiddenShapes
from ingest.office.slide_order import Box, in_rows
from kb.config import IngestSettings

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_RAISED = re.compile(r"[1-9][\d.]*%?")  # per cent or thousandths of the size of the letters
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_FORMULA = "{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath"
_DEFAULTS = IngestSettings()


def read_pptx(data: bytes, settings: IngestSettings = _DEFAULTS) -> Parsed:
    """Read a .pptx: shapes from top to bottom, as a slide is looked at, then its notes and comments. Hidden slides are
    read and their titles marked.

    A slide that is nothing but pictures has the quality of what was recognised in them. Raises DocumentError where
    there is no text on any slide, but pictures.
    """
    import pptx

    presentation = pptx.Presentation(BytesIO(data))
    authors = _authors(presentation.part)
    out, pictures = TextBuilder(), Pictures(settings)
    shapes = HiddenShapes(presentation, out.hidden)
    first_title = ""
    for number, slide in enumerate(presentation.slides, 1):
        out.begin_page(number)
        _choose(slide._element)
        shapes.take(slide, number)
        title = slide.shapes.title
        words = one_line(_text(title.text_frame)) if title is not None and title.has_text_frame else ""
        if words:
            out.heading(f"{words} (hidden)" if slide._element.get("show") in ("0", "false") else words, 1)
            first_title = first_title or words
        written, recognised = bool(words), list[Recognised]()
        for shape in _in_reading_order(slide.shapes):
            if title is None or shape.shape_id != title.shape_id:
                written |= _add(out, shape)
            drawn = add_drawings(out, shape._element, slide.part, pictures)
            written |= drawn.words
            recognised += drawn.pictures
        background = slide._element.cSld.find("{*}bg")
        if background is not None:
            recognised += add_drawings(out, background, slide.part, pictures).pictures
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            written |= out.block(slide.notes_slide.notes_text_frame.text.replace("\v", "\n")) is not None
        for comment in _comments(slide.part, authors):
            out.block(comment)
        out.end_page(*page_of_pictures(written, recognised))
    parsed = out.build(one_line(presentation.core_properties.title or "") or first_title, MEDIA_TYPE)
    pictures.check(parsed.text)
    return parsed


def _in_reading_order(shapes: Any) -> Iterator[Any]:
    """Shapes row by row from the top, each from the left, groups unfolded. Placeholders may inherit their position; a
    shape without one comes first."""
    found = list(shapes)
    for at in in_rows([Box(each.top or 0, each.left or 0, each.height or 0) for each in found]):
        shape = found[at]
        if hasattr(shape, "shapes"):
            yield from _in_reading_order(shape.shapes)
        else:
            yield shape


def _add(out: TextBuilder, shape: Any) -> bool:
    """Add the words of a shape itself. Gives whether there are any."""
    if getattr(shape, "has_table", False):
        rows = _rows(shape.table)
        first = [
            (_text(c.text_frame), c.span_height, c.span_width) for c in shape.table.rows[0].cells if not c.is_spanned
        ]
        out.table(rows, header=header_rows(first, len(rows)) if first else 1)
        return any(map(any, rows))
    if not shape.has_text_frame or _is_field(shape):
        return False
    return out.block(_text(shape.text_frame)) is not None


def _text(frame: Any) -> str:
    """The paragraphs of a text frame that say something, a line each."""
    lines = (_words(paragraph._p).strip() for paragraph in frame.paragraphs)
    return "\n".join(line for line in lines if line)


def _words(paragraph: Any) -> str:
    """The text of a paragraph, with that of its formulas and without what is struck out."""
    return with_raised("".join(map(_piece, paragraph.iter(f"{_A}t", f"{_A}br", _FORMULA))))


def _piece(part: Any) -> str:
    if part.tag == f"{_A}br":
        return "\n"
    if part.tag == _FORMULA:
        return formula(part)
    properties = part.getparent().find(f"{_A}rPr")
    if properties is None:
        return part.text or ""
    if properties.get("strike") in ("sngStrike", "dblStrike"):
        return ""
    is_raised = _RAISED.fullmatch(properties.get("baseline") or "") is not None
    return mark_raised(part.text or "") if is_raised else part.text or ""


def _choose(slide: Any) -> None:
    """Put the shapes that a slide holds for newer programs, such as those with formulas, in the place of the choice."""
    for choice in list(slide.iter(f"{_MC}AlternateContent")):
        shapes = [shape for shape in choice.iterfind(f"{_MC}Choice/*") if shape.tag.startswith(_P)]
        if choice.getparent().tag in (f"{_P}spTree", f"{_P}grpSp"):
            for shape in shapes or choice.findall(f"{_MC}Fallback/*"):
                choice.addprevious(shape)
            choice.getparent().remove(choice)


def _rows(table: Any) -> list[list[str]]:
    """The cells' texts by row. A short cell that spans rows is repeated, so that each row can stand alone."""
    rows: list[list[str]] = []
    for row in table.rows:
        cells: list[str] = []
        for column, cell in enumerate(row.cells):
            text = _text(cell.text_frame)
            if cell.is_spanned:
                above = rows[-1][column] if cell._tc.vMerge and rows and column < len(rows[-1]) else ""
                text = repeated(above)
            cells.append(text)
        rows.append(cells)
    return rows


def _is_field(shape: Any) -> bool:
    """Whether the shape is the slide's number or date, which a program fills in."""
    from pptx.enum.shapes import PP_PLACEHOLDER

    if not shape.is_placeholder:
        return False
    return shape.placeholder_format.type in (PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.DATE)


def _authors(part: Any) -> dict[str, str]:
    """The names of those who comment, by number: of old comments, and of the ones that are answered."""
    authors: dict[str, str] = {}
    for root in parts_of(part, "commentAuthors", "authors"):
        for author in root.iter("{*}cmAuthor", "{*}author"):
            authors[author.get("id") or ""] = author.get("name") or ""
    return authors


def _comments(part: Any, authors: dict[str, str]) -> Iterator[str]:
    """The comments on a slide and the answers to them."""
    for root in parts_of(part, "comments"):
        for comment in root.iter("{*}cm", "{*}reply"):
            words = (text for child in comment.iterchildren("{*}text", "{*}txBody") for text in child.itertext())
            at = comment.get("dt") or comment.get("created") or ""
            yield comment_line(authors.get(comment.get("authorId") or "", ""), " ".join(words), at)
