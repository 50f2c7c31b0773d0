"""Hidden text of Word documents: what is set as hidden, too small, or in the colour of what it stands on."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from ingest.document.contrast import SMALLEST, WHITE, Colour, is_unseen, of_hex
from ingest.document.parsed import HiddenTexts
from ingest.office.docx_text import is_on_nearest, styled, styles_of, value_of, within
from kb.schema import WhyHidden

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_HIGHLIGHTS: dict[str, Colour] = {
    "black": (0, 0, 0), "blue": (0, 0, 255), "cyan": (0, 255, 255), "green": (0, 255, 0), "magenta": (255, 0, 255),
    "red": (255, 0, 0), "yellow": (255, 255, 0), "white": WHITE, "darkBlue": (0, 0, 128), "darkCyan": (0, 128, 128),
    "darkGreen": (0, 128, 0), "darkMagenta": (128, 0, 128), "darkRed": (128, 0, 0), "darkYellow": (128, 128, 0),
    "darkGray": (128, 128, 128), "lightGray": (192, 192, 192),
}  # fmt: skip
_LARGE = 2_500_000  # EMU (7 cm): a picture behind the text that is wider and higher is the ground of a page
_OF_A_PAGE = 40  # paragraphs after such a picture that may stand on it


class HiddenRuns:
    """Takes hidden text out of the parts of a document, whose `styles` and `settings` these are."""

    def __init__(self, document: Any, hidden: HiddenTexts) -> None:
        self._hidden = hidden
        self._styles = styles_of(document)
        defaults = document.styles.element.find(f"{_W}docDefaults/{_W}rPrDefault/{_W}rPr")
        self._defaults = [] if defaults is None else [defaults]
        ground = document.element.find(f"{_W}background")
        is_shown = document.settings.element.find(f"{_W}displayBackgroundShape") is not None
        self._paper = of_hex(ground.get(f"{_W}color")) if ground is not None and is_shown else WHITE

    def take(self, root: Any) -> None:
        """Take out of a part what nobody sees, and put it into the list."""
        on_picture = 0
        for paragraph in root.iter(f"{_W}p"):
            on_picture = _OF_A_PAGE if any(map(_is_ground, paragraph.iter(f"{_WP}anchor"))) else max(0, on_picture - 1)
            runs = [(run, self._why(run, paragraph, bool(on_picture))) for run in _runs(paragraph)]
            for why, part in groupby(runs, lambda pair: pair[1]):
                if why is not None:
                    self._hidden.add("".join(map(_take_text, (run for run, _ in part))), why)

    def _why(self, run: Any, paragraph: Any, on_picture: bool) -> WhyHidden | None:
        properties = list(self._properties(run, paragraph))
        if is_on_nearest(properties, "vanish"):
            return "style"
        size = _first(properties, "sz")
        if size.isdigit() and int(size) <= 2 * SMALLEST:
            return "size"
        colour = of_hex(_first(properties, "color"))
        return "colour" if colour and is_unseen(colour, self._ground(properties, paragraph, on_picture)) else None

    def _properties(self, run: Any, paragraph: Any) -> Iterator[Any]:
        """What is said of a run's letters, the nearest first."""
        own = run.find(f"{_W}rPr")
        if own is not None:
            yield own
            yield from styled(self._styles, value_of(own, "rStyle"), "rPr")
        yield from styled(self._styles, value_of(paragraph.find(f"{_W}pPr"), "pStyle"), "rPr")
        yield from self._defaults

    def _ground(self, properties: Iterable[Any], paragraph: Any, on_picture: bool) -> Colour | None:
        """The colour that a run stands on; None where it is not known: in a box, over a picture, in a styled table."""
        for own in properties:
            if (highlight := value_of(own, "highlight")) in _HIGHLIGHTS:
                return _HIGHLIGHTS[highlight]
            if (shade := own.find(f"{_W}shd")) is not None and not _is_plain(shade):
                return _shade(shade)
        ppr = paragraph.find(f"{_W}pPr")
        around = [*([] if ppr is None else [ppr]), *styled(self._styles, value_of(ppr, "pStyle"), "pPr")]
        for element in paragraph.iterancestors():
            if element.tag == f"{_W}txbxContent":
                around.append(None)
            elif element.tag in (f"{_W}tc", f"{_W}tr", f"{_W}tbl"):
                around += element.findall(f"{element.tag}Pr")
        for part in around:
            if part is None:
                return None
            shade = part.find(f"{_W}shd")
            if shade is not None and not _is_plain(shade):
                return _shade(shade)
            style = self._styles.get(value_of(part, "tblStyle"))
            if style is not None and next(style.iter(f"{_W}shd"), None) is not None:
                return None
        return None if on_picture else self._paper


def _runs(paragraph: Any) -> Iterator[Any]:
    """The runs of a paragraph that hold text; those of boxes within it belong to paragraphs of their own."""
    return (
        run
        for run in paragraph.iter(f"{_W}r")
        if run.find(f"{_W}t") is not None and not within(run, f"{_W}p", until=paragraph)
    )


def _take_text(run: Any) -> str:
    words = "".join(text.text or "" for text in run.iterchildren(f"{_W}t"))
    for text in run.findall(f"{_W}t"):
        run.remove(text)
    return words


def _first(properties: Iterable[Any], tag: str) -> str:
    return next((value for each in properties if (value := value_of(each, tag))), "")


def _is_plain(shade: Any) -> bool:
    return shade.get(f"{_W}val") in (None, "clear", "nil") and shade.get(f"{_W}fill") in (None, "auto")


def _shade(shade: Any) -> Colour | None:
    """The colour of a shading; None for a pattern of two."""
    pattern = shade.get(f"{_W}val")
    if pattern == "solid":
        return of_hex(shade.get(f"{_W}color"))
    return of_hex(shade.get(f"{_W}fill")) if pattern in (None, "clear") else None


def _is_ground(anchor: Any) -> bool:
    extent = anchor.find(f"{_WP}extent")
    if anchor.get("behindDoc") not in ("1", "true") or extent is None:
        return False
    return all((extent.get(name) or "").isdigit() and int(extent.get(name)) >= _LARGE for name in ("cx", "cy"))
