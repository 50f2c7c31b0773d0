"""Blocks: the small pieces that every page is made of. Their words are escaped."""

from collections.abc import Sequence

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


def named(name: str, where: str = "") -> str:
    """What a dialog is about: its name, and where that is."""
    return draw("blocks.named", name, where)


def titled(css: str, title: str, words: str) -> str:
    """Words in a block under a title."""
    return draw("blocks.titled", css, title, words)


def download(address: str, file: str, words: str) -> str:
    """A link that saves what is at an address as a file."""
    return draw("blocks.download", address, file, words)


def bold(words: str) -> str:
    """How many are chosen, for example."""
    return draw("blocks.bold", words)


def typed(asked: str, words: str) -> str:
    """What is to be typed; `asked` says so, with a line break where the words stand."""
    return draw("blocks.typed", asked.split("\n"), words)


def doomed(listed: Sequence[tuple[str, str]], notes: Sequence[str]) -> str:
    """Things that go, each by name and place, and what is to be known of that."""
    return draw("blocks.doomed", listed, notes)


def loading(words: str) -> str:
    """Something that is being made ready."""
    return draw("blocks.loading", words)


def run_name(number: int, name: str) -> str:
    """Which run of an evaluation is looked at."""
    return draw("blocks.run_name", number, name)


def readers(names: str, why: str) -> str:
    """Who may read something, and which rule says so."""
    return draw("blocks.readers", names, why)


def items(title: str, lines: Sequence[str]) -> str:
    """Lines under a title."""
    return draw("blocks.items", title, lines)


def sheet(html: str) -> str:
    """`html` in the place of a document's text."""
    return draw("blocks.sheet", html)


def rows(html: str) -> str:
    """`html` as the one row of a list."""
    return draw("blocks.rows", html)


def style(css: str) -> str:
    """Rules of our own for the page."""
    return draw("blocks.style", css)
