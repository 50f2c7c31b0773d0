"""Drawings in Word and PowerPoint documents: the words of their charts and diagrams, and of their pictures."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from ingest.document.number_formats import format_value
from ingest.document.parsed import TextBuilder, one_line
from ingest.ocr.embedded_images import Pictures
from ingest.ocr.ocr import Recognised
from ingest.ocr.vector_graphics import words

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_V = "{urn:schemas-microsoft-com:vml}"
_SVG = "{http://schemas.microsoft.com/office/drawing/2016/SVG/main}svgBlip"
_REFERENCES = {f"{_C}chart": "id", f"{_DIAGRAM}relIds": "dm", f"{_A}blip": "embed", f"{_V}imagedata": "id"}
_NUMBERS = (f"{_C}numCache", f"{_C}numLit")  # whose points have a format
_MAX_POINTS = 10_000  # of a chart that are read


@dataclass(slots=True)
class DrawingText:
    """What drawings gave: whether there are words of charts or diagrams, and what was recognised in pictures."""

    words: bool = False
    pictures: list[Recognised] = field(default_factory=list)


def add_drawings(out: TextBuilder, element: Any, part: Any, pictures: Pictures, inside: str = "") -> DrawingText:
    """Add what the charts, diagrams and pictures under `element` say, which refers to them by the relations of `part`.
    Those within an element `inside` are passed over."""
    drawn = DrawingText()
    for reference in element.iter(*_REFERENCES):
        above = takewhile(lambda ancestor: ancestor is not element, reference.iterancestors())
        if inside and any(ancestor.tag == inside for ancestor in above):
            continue
        data = related(part, reference.get(_R + _REFERENCES[reference.tag]))
        for drawing in reference.iter(_SVG):  # of which the picture is an image, for older programs
            lines = related(part, drawing.get(f"{_R}embed"))
            data = lines if words(lines) else data
        if not data:
            continue
        if reference.tag == f"{_C}chart":
            _add_chart(out, parsed_xml(data))
            drawn.words = True
        elif reference.tag == f"{_DIAGRAM}relIds":
            drawn.words |= out.block("\n".join(paragraph_lines(parsed_xml(data)))) is not None
        elif (found := pictures.add(out, data)) is not None:
            drawn.pictures.append(found)
    return drawn


def related(part: Any, key: str | None) -> bytes:
    """The content of the part that a relation leads to; b"" where there is none. Nothing outside is ever fetched."""
    relation = part.rels.get(key) if key else None
    return b"" if relation is None or relation.is_external else bytes(relation.target_part.blob)


def parts_of(part: Any, *kinds: str) -> Iterator[Any]:
    """The roots of the XML parts of these kinds that a part refers to. Nothing outside is ever fetched."""
    for relation in part.rels.values():
        if not relation.is_external and relation.reltype.rsplit("/", 1)[-1] in kinds:
            yield parsed_xml(relation.target_part.blob)


def parsed_xml(data: bytes) -> Any:
    """The root of an XML part, no entity of which is resolved."""
    from lxml import etree

    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))


def chart_titles(root: Any) -> str:
    """What a chart's titles say, a line each."""
    return "\n".join(filter(None, (_words(title) for title in root.iter(f"{_C}title"))))


def _add_chart(out: TextBuilder, root: Any) -> None:
    """A chart's titles, and its numbers as a table of categories by series."""
    mark = root.find(f"{_C}date1904")
    since_1904 = mark is not None and mark.get("val") not in ("0", "false")
    out.block(chart_titles(root))
    for plot in root.iterfind(f"{_C}chart/{_C}plotArea/*"):
        series = plot.findall(f"{_C}ser")
        if not series:
            continue
        categories = next(filter(None, (_points(one, since_1904, "cat", "xVal") for one in series)), {})
        values = [_points(one, since_1904, "val", "yVal") for one in series]
        names = [_words(name) if (name := one.find(f"{_C}tx")) is not None else "" for one in series]
        places = sorted(set(categories).union(*values))[:_MAX_POINTS]
        rows = [[categories.get(at, ""), *(column.get(at, "") for column in values)] for at in places]
        out.table([["", *names], *rows], header=True)


def _points(series: Any, since_1904: bool, *names: str) -> dict[int, str]:
    """The points of a series that are kept under one of `names`, by their number, as the chart shows them."""
    found: dict[int, str] = {}
    for name in names:
        for point in series.iterfind(f"{_C}{name}//{_C}pt"):
            value, number, kept = point.findtext(f"{_C}v") or "", point.get("idx") or "", point.getparent()
            if value and number.isdigit():
                if kept.tag in _NUMBERS or name in ("val", "yVal"):
                    code = point.get("formatCode") or kept.findtext(f"{_C}formatCode") or "General"
                    value = _formatted_value(value, code, since_1904)
                found.setdefault(int(number), value)  # of labels on several levels the innermost comes first
    return found


def _formatted_value(value: str, code: str, since_1904: bool) -> str:
    """A number as its format shows it; dates are days since 1900, or since 1904."""
    from openpyxl.styles.numbers import is_date_format
    from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

    try:
        number = float(value)
        if is_date_format(code):
            return format_value(from_excel(number, MAC_EPOCH if since_1904 else WINDOWS_EPOCH), code)
    except (ValueError, OverflowError):
        return value
    return format_value(number, code)


def _words(element: Any) -> str:
    """What a title or name says, whether it stands there or was taken from a cell."""
    return one_line("".join(part.text or "" for part in element.iter(f"{_A}t", f"{_C}v")))


def paragraph_lines(root: Any) -> Iterator[str]:
    """What the paragraphs of a drawing say, a line each."""
    for paragraph in root.iter(f"{_A}p"):
        text = "".join(run.text or "" for run in paragraph.iter(f"{_A}t")).strip()
        if text:
            yield text
