"""Hidden text of HTML: what stands in a page and nobody sees on it, each element against its actual background."""

import re
from dataclasses import dataclass, replace
from typing import Any

from ingest.document.contrast import BLACK, SMALLEST, WHITE, Colour, is_unseen
from ingest.document.parsed import HiddenTexts
from ingest.plain.css import Style, Styles
from kb.schema import WhyHidden

_PASSED = frozenset("script|style|noscript|template|svg|math|title|head|iframe|object".split("|"))
_WORDS = ".//text()[not(ancestor::script or ancestor::style or ancestor::template or ancestor::noscript)]"
_PICTURES = "img", "picture", "video", "canvas", "svg"
_LENGTH = re.compile(r"(-?\d{1,9}(?:\.\d{1,9})?|-?\.\d{1,9})(px|pt|em|rem|%|vw|vh|cm|mm|in|)")
_PIXELS = {
    "px": 1.0,
    "": 1.0,
    "pt": 4 / 3,
    "em": 16.0,
    "rem": 16.0,
    "cm": 37.8,
    "mm": 3.78,
    "in": 96.0,
    "vw": 12.8,
    "vh": 7.2,
}
_SIZES = {"xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0}
_NUMBERS = re.compile(r"\d{1,4}(?:\.\d{1,9})?%?")
# Of values without white space.
_SHIFTED = re.compile(r"translate[xy]?\(-(?:\d{4,9}px|[1-9]\d{2,9}%)|scale[xy]?\(0(?:\.0{1,9})?[,)]")
_CLIPPED = re.compile(r"rect\((?:[01](?:px)?,?){4}\)|inset\((?:[5-9]\d|100)%|circle\(0")
_FAR = -300.0  # pixels: left of or above the screen, with all of a short line
_LINK: Colour = (0, 0, 238)
_ROOM = 1.0  # pixels: less holds no letter


@dataclass(frozen=True, slots=True)
class _Look:
    """How the text of an element looks. A background of None is not known: a picture, or another file's style."""

    colour: Colour | None = BLACK
    background: Colour | None = WHITE
    size: float = 16.0  # pixels
    is_visible: bool = True
    is_clear: bool = False  # its colour is transparent

    @property
    def unseen(self) -> WhyHidden | None:
        if not self.is_visible:
            return "style"
        if self.size < SMALLEST * _PIXELS["pt"]:
            return "size"
        if self.is_clear:
            return "transparent"
        return "colour" if is_unseen(self.colour, self.background) else None


def take_unseen(root: Any, hidden: HiddenTexts) -> None:
    """Take out of the page what nobody sees on it, and put it into `hidden`."""
    _Page(root, hidden).take(root, _Look())


class _Page:
    def __init__(self, root: Any, hidden: HiddenTexts) -> None:
        self._styles = Styles(root)
        self._is_styled_elsewhere = any("stylesheet" in (link.get("rel") or "") for link in root.iter("link"))
        self._hidden = hidden

    def take(self, root: Any, look: _Look) -> None:
        waiting: list[tuple[Any, _Look]] = [(root, look)]
        while waiting:  # a page may be nested deeper than Python's stack
            element, around = waiting.pop()
            style = self._styles.of(element)
            why = None if element.tag in ("html", "body") else _why_hidden(element, style)  # a script shows these
            if why is not None:
                self._hidden.add(" ".join(element.xpath(_WORDS)), why)
                if element.getparent() is not None:
                    element.drop_tree()
                continue
            own = self._look(element, style, around)
            if own.unseen:
                element.text = self._hide(element.text, own.unseen)
            for child in list(element):
                if own.unseen:
                    child.tail = self._hide(child.tail, own.unseen)
                if isinstance(child.tag, str) and child.tag not in _PASSED:
                    waiting.append((child, own))

    def _hide(self, text: str | None, why: WhyHidden) -> str | None:
        if text and text.strip():
            self._hidden.add(text, why)
            return " "
        return text

    def _look(self, element: Any, style: Style, around: _Look) -> _Look:
        look = around
        shown = style.get("-webkit-text-fill-color") or style.get("color") or _attribute(element, "font", "color")
        if element.tag == "body":
            shown = shown or element.get("text") or ""
        if shown and shown != "inherit":
            colour, alpha = _colour(shown)
            look = replace(look, colour=colour, is_clear=alpha <= 0.05)
        elif element.tag == "a" and element.get("href") is not None:
            look = replace(look, colour=_LINK, is_clear=False)
        size = _size(style.get("font-size", ""), around.size)
        visibility = style.get("visibility", "") if element.tag not in ("html", "body") else ""
        return replace(
            look,
            size=around.size if size is None else size,
            is_visible=visibility != "hidden" if visibility in ("hidden", "visible") else around.is_visible,
            background=self._background(element, style, around.background),
        )

    def _background(self, element: Any, style: Style, behind: Colour | None) -> Colour | None:
        said = style.get("background-color") or style.get("background") or element.get("bgcolor") or ""
        if (
            "(" in style.get("background-image", "")
            or "url(" in said
            or "gradient(" in said
            or element.get("background")
        ):
            return None
        if element.tag == "mark" and not said:
            return 255, 255, 0
        for part in dict.fromkeys([said, *(said.split() if "(" not in said else ())]):
            colour, alpha = _colour(part)
            if colour is not None and alpha >= 0.95:
                return colour
            if colour is not None and alpha > 0 and behind is not None:
                return tuple(alpha * own + (1 - alpha) * under for own, under in zip(colour, behind, strict=True))  # type: ignore[return-value]
        if said and said not in ("none", "transparent", "inherit", "initial") and _colour(said) == (None, 1.0):
            return None
        if style.get("position") in ("absolute", "fixed") and _over_picture(element):
            return None
        named = element.get("class") or element.get("id")
        return None if self._is_styled_elsewhere and named and element.tag not in ("html", "body") else behind


def _why_hidden(element: Any, style: Style) -> WhyHidden | None:
    """Why nothing of an element is seen, whatever stands in it."""
    if element.get("hidden") is not None or style.get("display") == "none":
        return "style"
    opacity = style.get("opacity", "1")
    if re.fullmatch(r"0?\.0[0-5]\d*|0(?:\.0+)?%?", opacity) or "opacity(0" in style.get("filter", ""):
        return "transparent"
    positioned = style.get("position") in ("absolute", "fixed")
    sides = ["left", "top", "right", "bottom"] if positioned else ["left", "top"] if style.get("position") else []
    shifts = [style.get(name, "") for name in (*sides, "margin-left", "margin-top", "text-indent")]
    if any(_pixels(value, 0.0) <= _FAR for value in shifts) or _SHIFTED.search(_squeezed(style.get("transform", ""))):
        return "place"
    clip = f"{style.get('clip', '')};{style.get('clip-path', '')}"
    if positioned and _CLIPPED.search(_squeezed(clip)):
        return "place"
    clips = any(style.get(name) in ("hidden", "clip") for name in ("overflow", "overflow-x", "overflow-y"))
    lengths = [style.get(name, "") for name in ("width", "height", "max-width", "max-height", "line-height")]
    return "place" if clips and any(_pixels(value, 99.0) <= _ROOM for value in lengths) else None


def _squeezed(value: str) -> str:
    return "".join(value.split())


def _over_picture(element: Any) -> bool:
    parent = element.getparent()
    return parent is not None and next(parent.iter(*_PICTURES), None) is not None


def _attribute(element: Any, tag: str, name: str) -> str:
    return (element.get(name) or "") if element.tag == tag else ""


def _pixels(value: str, otherwise: float) -> float:
    match = _LENGTH.fullmatch(value)
    return otherwise if not match or match[2] == "%" else float(match[1]) * _PIXELS[match[2]]


def _size(value: str, around: float) -> float | None:
    match = _LENGTH.fullmatch(value)
    if not match:
        return _SIZES.get(value)
    number = float(match[1])
    return (
        number * around / 100
        if match[2] == "%"
        else number * around
        if match[2] == "em"
        else number * _PIXELS[match[2]]
    )


def _colour(value: str) -> tuple[Colour | None, float]:
    """A colour of CSS and how opaque it is; None and 1 where it is not known."""
    value = value.strip()
    if not value:
        return None, 1.0
    from PIL import ImageColor

    if value == "transparent":
        return None, 0.0
    if value.startswith(("rgb", "hsl")) and "/" in value:  # `rgb(0 0 0 / 50%)`
        value = re.sub(r"[\s,/]+", ",", value)
    if value.startswith(("rgba", "hsla", "rgb(", "hsl(")):
        numbers = _NUMBERS.findall(value)
        alpha = 1.0
        if len(numbers) == 4:
            alpha = float(numbers[3].rstrip("%")) / (100 if numbers[3].endswith("%") else 1)
        value = f"{value[:3]}({','.join(numbers[:3])})"
    else:
        alpha = 1.0
    try:
        parts = ImageColor.getrgb(value)
    except ValueError:
        return None, 1.0
    return (parts[0], parts[1], parts[2]), parts[3] / 255 if len(parts) == 4 else alpha
