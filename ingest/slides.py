"""Slides: each slide of a .pptx is a page; its title is a heading; tables, charts and speaker notes are read too."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from ingest.parsed import Parsed, TextBuilder, one_line

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def read_pptx(data: bytes) -> Parsed:
    """Read a .pptx: shapes from top to bottom, as a slide is looked at, then its notes."""
    import pptx

    presentation = pptx.Presentation(BytesIO(data))
    out = TextBuilder()
    first_title = ""
    for number, slide in enumerate(presentation.slides, 1):
        out.begin_page(number)
        title = slide.shapes.title
        words = one_line(title.text_frame.text) if title is not None and title.has_text_frame else ""
        if words:
            out.heading(words, 1)
            first_title = first_title or words
        for shape in _in_reading_order(slide.shapes):
            if title is None or shape.shape_id != title.shape_id:
                _add(out, shape)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            out.block(slide.notes_slide.notes_text_frame.text.replace("\v", "\n"))
    return out.build(one_line(presentation.core_properties.title or "") or first_title, MEDIA_TYPE)


def _in_reading_order(shapes: Any) -> Iterator[Any]:
    """Shapes by position, groups unfolded. Placeholders may inherit theirs; a shape without one comes first."""

    def position(shape: Any) -> tuple[int, int]:
        return (shape.top or 0, shape.left or 0)

    for shape in sorted(shapes, key=position):
        if hasattr(shape, "shapes"):
            yield from _in_reading_order(shape.shapes)
        else:
            yield shape


def _add(out: TextBuilder, shape: Any) -> None:
    if getattr(shape, "has_table", False):
        rows = [[_cell(cell) for cell in row.cells] for row in shape.table.rows]
        out.table(rows, header=bool(shape.table.first_row) or len(rows) > 1)
    elif getattr(shape, "has_chart", False):
        _add_chart(out, shape.chart)
    elif shape.has_text_frame:
        if not _is_field(shape):
            lines = (paragraph.text.replace("\v", "\n").strip() for paragraph in shape.text_frame.paragraphs)
            out.block("\n".join(line for line in lines if line))
    else:
        out.block("\n".join(_diagram_texts(shape)))


def _cell(cell: Any) -> str:
    return "" if cell.is_spanned else str(cell.text_frame.text)


def _is_field(shape: Any) -> bool:
    """Whether the shape is the slide's number or date, which a program fills in."""
    from pptx.enum.shapes import PP_PLACEHOLDER

    if not shape.is_placeholder:
        return False
    return shape.placeholder_format.type in (PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.DATE)


def _add_chart(out: TextBuilder, chart: Any) -> None:
    """A chart's title, and its numbers as a table of categories by series."""
    if chart.has_title and chart.chart_title.has_text_frame:
        out.block(chart.chart_title.text_frame.text)
    for plot in chart.plots:
        series = list(plot.series)
        rows = [["", *(str(one.name or "") for one in series)]]
        values = [list(one.values) for one in series]
        for at, category in enumerate(plot.categories):
            shown = [column[at] if at < len(column) else None for column in values]
            rows.append([str(category), *("" if value is None else f"{value:.12g}" for value in shown)])
        out.table(rows, header=True)


def _diagram_texts(shape: Any) -> Iterator[str]:
    """The words of a SmartArt diagram, which stand in a part of their own."""
    from lxml import etree

    for reference in shape._element.iter(f"{_DIAGRAM}relIds"):
        key = reference.get(f"{_RELATIONS}dm")
        if not key or key not in shape.part.rels:
            continue
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        root = etree.fromstring(shape.part.related_part(key).blob, parser)
        for paragraph in root.iter(f"{_DRAWING}p"):
            text = "".join(run.text or "" for run in paragraph.iter(f"{_DRAWING}t")).strip()
            if text:
                yield text
