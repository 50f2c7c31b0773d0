"""Hidden text of spreadsheets: cells too small to read, or in the colour of their own fill.

Hidden rows, columns and sheets are read and marked instead: whoever works with the sheet unfolds them.
"""

from typing import Any

from ingest.document.contrast import BLACK, SMALLEST, WHITE, Colour, is_unseen, of_hex
from kb.schema import WhyHidden

_THEME: dict[int, Colour] = {0: WHITE, 1: BLACK}  # the numbers of paper and ink; others differ from theme to theme


class CellLooks:
    """Why a cell is not seen, by its style, of which a workbook has few."""

    def __init__(self) -> None:
        self._known: dict[int, WhyHidden | None] = {}

    def why(self, cell: Any) -> WhyHidden | None:
        """Why nobody sees what is in a cell; None where it is seen, or that is not known."""
        style = cell._style_id
        if style not in self._known:
            self._known[style] = _why(cell)
        return self._known[style]


def _why(cell: Any) -> WhyHidden | None:
    font, fill = cell.font, cell.fill
    if font.sz is not None and float(font.sz) <= SMALLEST:
        return "size"
    pattern = getattr(fill, "patternType", "gradient")
    ground = WHITE if pattern in (None, "none") else _colour(fill.fgColor) if pattern == "solid" else None
    return "colour" if font.color is not None and is_unseen(_colour(font.color), ground) else None


def _colour(colour: Any) -> Colour | None:
    from openpyxl.styles.colors import COLOR_INDEX

    if colour.tint:
        return None
    if colour.type == "rgb":
        return of_hex(str(colour.rgb)[-6:])
    if colour.type == "indexed" and colour.indexed < len(COLOR_INDEX):
        return of_hex(COLOR_INDEX[colour.indexed][-6:])
    return _THEME.get(colour.theme) if colour.type == "theme" else None
