"""Hidden text of slides: what is switched off, off the slide, too small, or in the colour of what it stands on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.document.contrast import SMALLEST, Colour, is_unseen, of_hex
from ingest.document.parsed import HiddenTexts
from ingest.office.drawingml import parsed_xml
from kb.schema import WhyHidden

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_FILLS = tuple(f"{_A}{name}" for name in ("solidFill", "gradFill", "blipFill", "pattFill", "grpFill", "noFill"))
_SOLID_GROUND = "1001"  # the first of a theme's grounds: one colour
_CLEAR = 5_000  # of 100,000: so little of a colour is not seen

_Box = tuple[int, int, int, int]  # left, top, right, bottom


@dataclass(frozen=True, slots=True)
class _Field:
    """What is painted before a shape. `colour` is None where it is a picture, or not known."""

    box: _Box
    colour: Colour | None


class HiddenShapes:
    """Takes hidden text out of slides of this width and height."""

    def __init__(self, presentation: Any, hidden: HiddenTexts) -> None:
        self._size = presentation.slide_width or 0, presentation.slide_height or 0
        self._hidden = hidden

    def take(self, slide: Any, number: int) -> None:
        """Take out of slide `number` what nobody sees on it, and put it into the list."""
        theme = _Theme(slide)
        ground = next((theme.ground(each) for each in _masters(slide) if _ground_of(each) is not None), None)
        behind: list[_Field] = []
        for each in reversed(_masters(slide)[1:]):  # the master's own shapes, then the layout's
            behind += [field for shape in each.shapes if not shape.is_placeholder for field in _fields(shape, theme)]
        for shape in _flat(slide.shapes):
            self._take_shape(shape, number, theme, ground, behind)
            behind += _fields(shape, theme)

    def _take_shape(
        self, shape: Any, number: int, theme: "_Theme", ground: Colour | None, behind: Sequence[_Field]
    ) -> None:
        box = _box(shape)
        named = next(shape._element.iter(f"{_P}cNvPr"), None)
        why: WhyHidden | None = None
        if named is not None and named.get("hidden") in ("1", "true"):
            why = "style"
        elif box and (box[2] <= 0 or box[3] <= 0 or box[0] >= self._size[0] or box[1] >= self._size[1]):
            why = "place"
        under = _under(shape, theme, ground, box, behind)
        for paragraph in shape._element.iter(f"{_A}p"):
            for run in paragraph.iter(f"{_A}r", f"{_A}fld"):
                words = run.find(f"{_A}t")
                reason = why or _why(run, theme, under)
                if words is not None and words.text and reason:
                    self._hidden.add(words.text, reason, number)
                    words.text = ""


class _Theme:
    """The colours that a slide's master gives names to."""

    def __init__(self, slide: Any) -> None:
        from pptx.opc.constants import RELATIONSHIP_TYPE

        master = slide.slide_layout.slide_master
        themes = [each for each in master.part.rels.values() if each.reltype == RELATIONSHIP_TYPE.THEME]
        scheme = [each for part in themes for each in parsed_xml(part.target_part.blob).iter(f"{_A}clrScheme")]
        named = {each.tag.removeprefix(_A): self._first(each) for each in scheme[0]} if scheme else {}
        mapping = master._element.find(f"{_P}clrMap")
        names = dict(mapping.attrib) if mapping is not None else {}
        is_other = slide._element.find(f"{_P}clrMapOvr/{_A}overrideClrMapping") is not None
        self._colours = {} if is_other else named | {name: named.get(value) for name, value in names.items()}

    def colour(self, fill: Any) -> tuple[Colour | None, int]:
        """The colour in an element and how opaque it is, of 100,000; None where it is changed in a way not known."""
        element = next((each for each in fill if isinstance(each.tag, str)), None)
        if element is None:
            return None, 100_000
        alpha = element.find(f"{_A}alpha")
        opaque = int(alpha.get("val") or 100_000) if alpha is not None else 100_000
        if any(child.tag != f"{_A}alpha" for child in element):
            return None, opaque
        if element.tag == f"{_A}schemeClr":
            return self._colours.get(element.get("val") or ""), opaque
        return of_hex(element.get("val") if element.tag == f"{_A}srgbClr" else element.get("lastClr")), opaque

    def ground(self, slide: Any) -> Colour | None:
        """The colour of a slide's own ground."""
        ground = _ground_of(slide)
        solid = ground.find(f"{_P}bgPr/{_A}solidFill")
        named = ground.find(f"{_P}bgRef")
        if solid is not None:
            return self.colour(solid)[0]
        return self.colour(named)[0] if named is not None and named.get("idx") == _SOLID_GROUND else None

    def _first(self, element: Any) -> Colour | None:
        inner = next(iter(element), None)
        return None if inner is None else of_hex(inner.get("lastClr") or inner.get("val"))


def _why(run: Any, theme: _Theme, under: Colour | None) -> WhyHidden | None:
    properties = run.find(f"{_A}rPr")
    if properties is None:
        return None
    size = properties.get("sz") or ""
    if size.isdigit() and int(size) <= 100 * SMALLEST:
        return "size"
    if properties.find(f"{_A}noFill") is not None and properties.find(f"{_A}ln") is None:
        return "transparent"
    solid = properties.find(f"{_A}solidFill")
    if solid is None:
        return None
    colour, opaque = theme.colour(solid)
    if opaque <= _CLEAR:
        return "transparent"
    highlight = properties.find(f"{_A}highlight")
    return "colour" if is_unseen(colour, under if highlight is None else theme.colour(highlight)[0]) else None


def _masters(slide: Any) -> list[Any]:
    return [slide, slide.slide_layout, slide.slide_layout.slide_master]


def _ground_of(slide: Any) -> Any:
    return slide._element.find(f"{_P}cSld/{_P}bg")


def _flat(shapes: Any) -> Iterator[Any]:
    """Shapes in the order of painting, groups unfolded."""
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _flat(shape.shapes)
        else:
            yield shape


def _fields(shape: Any, theme: _Theme) -> Iterator[_Field]:
    box = _box(shape)
    if box is None:
        return
    filled, colour = _fill(shape, theme)
    if filled:
        yield _Field(box, colour)


def _fill(shape: Any, theme: _Theme) -> tuple[bool, Colour | None]:
    """Whether a shape hides what is behind it, and its colour, if that is one."""
    properties = shape._element.find(f"{_P}spPr")
    if properties is None:  # a table, a chart, a group
        return True, None
    own = next((each for each in properties if each.tag in _FILLS), None)
    if shape._element.tag == f"{_P}pic":
        return True, None
    if own is None:
        styled = shape._element.find(f"{_P}style/{_A}fillRef")
        return (False, None) if styled is None or styled.get("idx") == "0" else (True, None)
    if own.tag == f"{_A}noFill":
        return False, None
    return True, theme.colour(own)[0] if own.tag == f"{_A}solidFill" else None


def _under(
    shape: Any, theme: _Theme, ground: Colour | None, box: _Box | None, behind: Sequence[_Field]
) -> Colour | None:
    """The colour that the text of a shape stands on; None where it is not known."""
    filled, colour = _fill(shape, theme)
    if filled or box is None or _in_group(shape):
        return colour
    if shape.is_placeholder and _inherits_fill(shape):
        return None
    over = [field for field in behind if _meet(field.box, box)]
    return over[-1].colour if over else ground


def _inherits_fill(shape: Any) -> bool:
    layout = shape.part.slide_layout if hasattr(shape.part, "slide_layout") else None
    index = shape.placeholder_format.idx
    above = [each for each in layout.placeholders if each.placeholder_format.idx == index] if layout is not None else []
    return any(each._element.find(f"{_P}spPr/{name}") is not None for each in above for name in _FILLS)


def _in_group(shape: Any) -> bool:
    return bool(shape._element.getparent().tag == f"{_P}grpSp")  # whose own measure its place is told in


def _box(shape: Any) -> _Box | None:
    left, top, width, height = shape.left, shape.top, shape.width, shape.height
    if left is None or top is None or width is None or height is None or _in_group(shape):
        return None
    return left, top, left + width, top + height


def _meet(box: _Box, other: _Box) -> bool:
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
