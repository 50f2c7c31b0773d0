"""OpenDocument slides: each slide of an .odp is a page; its title is a heading. Tables, charts, pictures, notes and
comments too."""

from collections.abc import Iterator
from typing import Any

from ingest.document.parsed import Parsed
from ingest.office.odt import DRAW, OASIS, OFFICE, Reader, opened
from ingest.office.slide_order import Box, in_rows
from kb.config import IngestSettings

MEDIA_TYPE = "application/vnd.oasis.opendocument.presentation"
_DEFAULTS = IngestSettings()
_PRESENTATION = f"{{{OASIS}presentation:1.0}}"
_STYLE = f"{{{OASIS}style:1.0}}"
_SVG = f"{{{OASIS}svg-compatible:1.0}}"
_FIELDS = ("page-number", "date-time", "footer", "header")  # which a program fills in
_LENGTHS = {"cm": 1.0, "mm": 0.1, "in": 2.54, "pt": 2.54 / 72, "pc": 2.54 / 6, "px": 2.54 / 96}


def read_odp(data: bytes, settings: IngestSettings = _DEFAULTS) -> Parsed:
    """Read an .odp: shapes from top to bottom, as a slide is looked at, then its notes and comments. Hidden slides are
    read and their titles marked.

    Raises DocumentError for one that holds pictures and no text, neither its own nor in them.
    """
    with opened(data, "presentation", settings) as (reader, body, styles):
        hidden = set(_hidden_styles(body.getroottree().getroot(), styles))
        first_title = ""
        for number, slide in enumerate(body.iterchildren(f"{DRAW}page"), 1):
            reader.out.begin_page(number)
            title = next((s for s in slide if s.get(f"{_PRESENTATION}class") == "title" and reader.paragraphs(s)), None)
            if title is not None:
                words = reader.paragraphs(title)
                is_hidden = slide.get(f"{DRAW}style-name") in hidden
                reader.out.heading(f"{words} (hidden)" if is_hidden else words, 1)
                first_title = first_title or words
            for shape in _in_reading_order(slide):
                if shape is not title:
                    reader.blocks([shape], 0)
            _asides(reader, slide)
        return reader.parsed(MEDIA_TYPE, first_title)


def _asides(reader: Reader, slide: Any) -> None:
    """The notes and comments of a slide."""
    for notes in slide.iterchildren(f"{_PRESENTATION}notes"):
        for shape in notes.iterchildren(f"{DRAW}frame"):
            if shape.get(f"{_PRESENTATION}class") == "notes":
                reader.blocks([shape], 0)
    for each in (*reader.notes, *reader.comments):
        reader.out.block(each)
    reader.notes.clear()
    reader.comments.clear()


def _in_reading_order(slide: Any) -> Iterator[Any]:
    shapes = [
        shape
        for shape in slide
        if isinstance(shape.tag, str)
        and shape.tag.startswith((DRAW, OFFICE))
        and shape.get(f"{_PRESENTATION}class") not in _FIELDS
    ]
    for at in in_rows([Box(*(_length(shape, name) for name in ("y", "x", "height"))) for shape in shapes]):
        yield shapes[at]


def _length(shape: Any, name: str) -> float:
    """In centimetres; 0 where none is told."""
    text = (shape.get(f"{_SVG}{name}") or "").strip()
    try:
        return float(text[:-2]) * _LENGTHS.get(text[-2:], 0.0)
    except ValueError:
        return 0.0


def _hidden_styles(*parts: Any) -> Iterator[str]:
    """The styles of slides that are not shown."""
    for part in parts:
        for properties in part.iter(f"{_STYLE}drawing-page-properties") if part is not None else ():
            if properties.get(f"{_PRESENTATION}visibility") == "hidden":
                yield properties.getparent().get(f"{_STYLE}name") or ""
