"""Contrast: whether anybody can tell a text from what lies behind it."""

import re
from functools import lru_cache

Colour = tuple[float, float, float]  # red, green and blue, each 0..255

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)
LEAST = 1.15  # contrast; #eee on white has 1.16, and 1 is none at all
SMALLEST = 1.0  # points of type; what is set in less is a line or a dot
_HEX = re.compile(r"#?([0-9A-Fa-f]{6})")


@lru_cache(maxsize=4096)
def is_unseen(colour: Colour | None, background: Colour | None) -> bool:
    """Whether text of this colour disappears on this background; what is not known is taken to be seen."""
    return colour is not None and background is not None and contrast(colour, background) < LEAST


def contrast(first: Colour, second: Colour) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def of_hex(value: str | None) -> Colour | None:
    """A colour written as six hexadecimal digits; None for anything else ("auto", a name of a theme)."""
    match = _HEX.fullmatch(value or "")
    return tuple(bytes.fromhex(match[1])) if match else None  # type: ignore[return-value]


def _luminance(colour: Colour) -> float:
    parts = [part / 255 for part in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
