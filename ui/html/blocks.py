"""Blocks: the small pieces that every page is made of."""

from ui.html.templates import draw


def heading(title: str, intro: str) -> str:
    """The name of a page, and what it is for."""
    return draw("blocks.heading", title, intro)


def block(css: str, words: str, role: str = "") -> str:
    """Words in a block of a style: `side`, `sub`, `notice`, `notice warn`."""
    return draw("blocks.block", css, words, role)


def paragraph(words: str, css: str = "") -> str:
    """Words of a dialog."""
    return draw("blocks.paragraph", words, css)


def subject_line(name: str, where: str = "") -> str:
    """What a dialog is about: its name, and where that is."""
    return draw("blocks.subject_line", name, where)
