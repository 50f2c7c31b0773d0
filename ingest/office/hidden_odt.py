"""Hidden text of OpenDocument texts: what is set as hidden, too small, or in the colour of what it stands on."""

from collections.abc import Iterator
from typing import Any

from ingest.document.contrast import BLACK, SMALLEST, WHITE, Colour, is_unseen, of_hex
from ingest.document.parsed import HiddenTexts
from kb.schema import WhyHidden

_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
_TEXT = f"{{{_OASIS}text:1.0}}"
_TABLE = f"{{{_OASIS}table:1.0}}"
_DRAW = f"{{{_OASIS}drawing:1.0}}"
_STYLE = f"{{{_OASIS}style:1.0}}"
_FO = f"{{{_OASIS}xsl-fo-compatible:1.0}}"
_PARAGRAPHS = f"{_TEXT}p", f"{_TEXT}h"
_SPANS = f"{_TEXT}span", f"{_TEXT}a"
_GROUND = f"{_FO}background-color"
_FAMILIES = {  # element -> family of its style, and where that says what is behind
    f"{_TABLE}table-cell": ("table-cell", "table-cell-properties"),
    f"{_TABLE}table-row": ("table-row", "table-row-properties"),
    f"{_TABLE}table": ("table", "table-properties"),
}
_DEEPEST = 20  # styles that rest on one another


class HiddenSpans:
    """Takes hidden text out of parts of a document whose styles are defined in `parts`."""

    def __init__(self, parts: tuple[Any, ...], hidden: HiddenTexts) -> None:
        self._hidden = hidden
        self._styles: dict[tuple[str, str], Any] = {}
        self._defaults: dict[str, Any] = {}
        grounds = set[str]()
        for part in parts:
            for style in part.iter(f"{_STYLE}style"):
                self._styles[style.get(f"{_STYLE}family") or "", style.get(f"{_STYLE}name") or ""] = style
            for style in part.iter(f"{_STYLE}default-style"):
                self._defaults[style.get(f"{_STYLE}family") or ""] = style
            grounds |= {each.get(_GROUND) or "transparent" for each in part.iter(f"{_STYLE}page-layout-properties")}
        self._paper = WHITE if grounds <= {"transparent", "#ffffff"} else None

    def take(self, root: Any) -> None:
        """Take out of a part what nobody sees, and put it into the list."""
        for element in root.iter(*_PARAGRAPHS, *_SPANS):
            why = self._why(element)
            if why is None:
                continue
            words = [element.text or ""]
            element.text = ""
            for child in element:
                words.append(child.tail or "")
                child.tail = ""
            self._hidden.add("".join(words), why)

    def _why(self, element: Any) -> WhyHidden | None:
        if self._style_value(element, f"{_TEXT}display") == "none":
            return "style"
        size = self._style_value(element, f"{_FO}font-size").removesuffix("pt")
        if size.replace(".", "", 1).isdigit() and float(size) <= SMALLEST:
            return "size"
        colour = of_hex(self._style_value(element, f"{_FO}color")) or BLACK
        return "colour" if is_unseen(colour, self._ground(element)) else None

    def _style_value(self, element: Any, name: str) -> str:
        """What the styles of an element say of its letters, the nearest first."""
        for each in self._around(element):
            family = "paragraph" if each.tag in _PARAGRAPHS else "text"
            for style in self._rests_on(family, each.get(f"{_TEXT}style-name") or ""):
                properties = style.find(f"{_STYLE}text-properties")
                if properties is not None and properties.get(name):
                    return str(properties.get(name))
        return ""

    def _ground(self, element: Any) -> Colour | None:
        """The colour that letters stand on; None where it is not known, as in a frame."""
        for each in self._around(element):
            is_paragraph = each.tag in _PARAGRAPHS
            part = "paragraph-properties" if is_paragraph else "text-properties"
            said = self._behind("paragraph" if is_paragraph else "text", each.get(f"{_TEXT}style-name"), part)
            if said:
                return of_hex(said)
        for each in element.iterancestors():
            if each.tag.startswith(_DRAW):
                return None
            if each.tag in _FAMILIES:
                family, part = _FAMILIES[each.tag]
                said = self._behind(family, each.get(f"{_TABLE}style-name"), part)
                if said:
                    return of_hex(said)
        return self._paper

    def _behind(self, family: str, name: str | None, part: str) -> str:
        for style in self._rests_on(family, name or ""):
            properties = style.find(f"{_STYLE}{part}")
            if properties is not None and (properties.get(_GROUND) or "transparent") != "transparent":
                return str(properties.get(_GROUND))
        return ""

    def _rests_on(self, family: str, name: str) -> Iterator[Any]:
        for _ in range(_DEEPEST):
            style = self._styles.get((family, name))
            if style is None:
                break
            yield style
            name = style.get(f"{_STYLE}parent-style-name") or ""
        if family in self._defaults:
            yield self._defaults[family]

    def _around(self, element: Any) -> Iterator[Any]:
        """An element of text and those around it, to its paragraph."""
        while element is not None and element.tag in _SPANS:
            yield element
            element = element.getparent()
        if element is not None and element.tag in _PARAGRAPHS:
            yield element
