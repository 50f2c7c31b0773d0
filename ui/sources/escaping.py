"""Escaping: any text as HTML that shows exactly its characters."""

import html
import unicodedata

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def plain(text: str) -> str:
    """Any text as HTML that shows exactly its characters; those that act unseen are shown as signs."""
    return html.escape("".join(map(visible, text)), quote=True)


def body(text: str) -> str:
    """A document's text as HTML for an element with `white-space: pre-wrap`."""
    return html.escape("".join(c if c in "\n\t" else visible(c) for c in text), quote=True)


def visible(char: str) -> str:
    """A control or direction sign as a picture of itself: a name must not reorder or hide what is beside it."""
    code = ord(char)
    if char in _BIDI:
        return "\ufffd"
    if code < 0x20:
        return chr(0x2400 + code)
    return "\ufffd" if code == 0x7F or unicodedata.category(char) in ("Cc", "Cs") else char
