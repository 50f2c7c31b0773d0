"""Markup of the source viewer: a document's words in their place, as a picture, with their form or as plain text."""

import base64
from collections.abc import Sequence
from urllib.parse import urlencode

from kb.schema import StoredText
from kb.store.heading_paths import MARK
from ui.html.chat import where
from ui.html.templates import draw
from ui.page.session import ZOOMS, OpenSources
from ui.pictures.cache import RecentValues
from ui.pictures.page_picture import Picture
from ui.sources import markdown_form
from ui.sources.content_types import shown_as
from ui.sources.finding import MOST
from ui.sources.form import Form, write
from ui.sources.markdown_form import Blocks
from ui.sources.marking import Marks, Span, Writer
from ui.words.strings import Strings

_CONTEXT_SHOWN = 6_000
_LONGEST_LINE = 20_000
_MOST_LINES = 40_000  # a Markdown parser needs up to a second for ten thousand
_blocks: RecentValues[str, Blocks] = RecentValues(4)
_LONGEST_SECTION = 56  # characters: three lines of Chinese on a narrow phone


def pane(opened: OpenSources, head: str, bar: str, content: str, t: Strings) -> str:
    """The viewer as a whole: which source, how to leaf through them, and its content."""
    at = (opened.index, len(opened.sources)) if len(opened.sources) > 1 else None
    return draw("source.pane", head + bar + content, opened.source.marker, at, t)


def origin(stored: StoredText, section: str, t: Strings, shown_title: str = "") -> str:
    """Which document, version and section a source is of. Of a long path of headings the innermost are shown. With the
    title that an editor gave it, its path stands below."""
    shown = _innermost(section)
    facts = " · ".join(p for p in (shown, stored.collection, t("version", n=stored.version)) if p)
    name, below = shown_title or stored.path, stored.path if shown_title else stored.title
    title = below if below != name else ""
    return draw("source.origin", name, title, facts, section if shown != section else "")


def _innermost(section: str) -> str:
    """The last headings of a path that `_LONGEST_SECTION` characters hold; at least the beginning of the very last."""
    above, _, shown = section.rpartition(MARK)
    if len(shown) > _LONGEST_SECTION:
        shown = f"{shown[:_LONGEST_SECTION].rstrip()}…"
    while above:
        above, _, name = above.rpartition(MARK)
        if len(name) + len(MARK) + len(shown) > _LONGEST_SECTION:
            return f"…{MARK}{shown}"
        shown = f"{name}{MARK}{shown}"
    return shown


def find_bar(words: str, marks: Marks, t: Strings) -> str:
    """A field for words to look for, how many places they have, and the way from one to the next."""
    total = f"{len(marks.found):,}{'+' if len(marks.found) == MOST else ''}"
    place = t("find_position", n=(marks.current or 0) + 1, total=total) if marks.found else t("find_none")
    return draw("source.find_bar", words, place, not marks.found, len(marks.found) < 2, t)


def bar(
    stored: StoredText, page: int | None, views: Sequence[tuple[str, str, bool]], t: Strings, zoom: int | None = None,
    editable: bool = False,
) -> str:  # fmt: skip
    """Page by page, the ways to look at it (`(name, words, chosen)`), how far its picture is enlarged (an index of
    `ZOOMS`; None for none), the way to edit its passage where that is `editable`, and the file itself."""
    numbers = [span.number for span in stored.pages]
    leaf, place = None, ""
    if page is not None and len(numbers) > 1:
        at = numbers.index(page) if page in numbers else 0
        leaf = [numbers[i] if 0 <= i < len(numbers) else 0 for i in (at - 1, at + 1)]
        place = t("page_of", n=page, total=numbers[-1])
    elif page is not None:
        place = where(page, "", t)
    zoomed = None if zoom is None else (zoom == 0, ZOOMS[zoom], zoom == len(ZOOMS) - 1)
    query = urlencode({"collection": stored.collection, "path": stored.path, "version": stored.version})
    shown = shown_as(stored.media_type) is not None
    return draw("source.bar", leaf, place, views, zoomed, editable, f"/api/documents/original?{query}", shown, t)


def picture(drawn: Picture, alt: str, zoom: int = 100) -> str:
    """A page as a picture in the width of the pane, or `zoom` percent of it; the first of the marked words is scrolled
    to."""
    return draw("source.picture", base64.b64encode(drawn.png).decode(), alt, zoom, drawn.marks)


def sheet(text: str, marks: Marks, shown: Span, t: Strings) -> str:
    """The stored text from `shown[0]` to `shown[1]` as it is, with what is to be marked, and that scrolled to."""
    first, last = _window(marks, shown)
    writer = Writer(text, first, last, marks)
    writer.show(first, last)
    return _sheet(writer.html(), (first, last), shown, t)


def formed(stored: StoredText, marks: Marks, shown: Span, form: Form, t: Strings) -> str | None:
    """The same with its headings, lists and tables drawn as such; None where it has none."""
    text = stored.text
    cut = _window(marks, shown)
    first = text.rfind("\n", shown[0], cut[0]) + 1 if cut[0] > shown[0] else cut[0]
    below = text.find("\n", cut[1], shown[1]) if cut[1] < shown[1] else cut[1]
    first, last = max(first, shown[0]), below if below >= 0 else shown[1]
    if cut[0] - first > _LONGEST_LINE or last - cut[1] > _LONGEST_LINE:
        return None
    writer, css = Writer(text, first, last, marks), "sheet laid"
    if stored.media_type == markdown_form.MEDIA_TYPE:
        if text.count("\n") > _MOST_LINES:
            return None
        markdown_form.write(_blocks.get(text, lambda: markdown_form.blocks(text)), writer)
        css += " flowing"
    elif not write(form, writer):
        return None
    return _sheet(writer.html(), (first, last), shown, t, css)


def page_span(stored: StoredText, page: int | None) -> tuple[int, int]:
    """Where a page stands in the text; the whole text where there is no such page."""
    found = next((span for span in stored.pages if span.number == page), None) if page else None
    return (found.start, found.end) if found else (0, len(stored.text))


def on_page(span: Span, shown: Span) -> Span:
    """The part of some words that stands in `shown`; empty where none does."""
    start, end = max(span[0], shown[0]), min(span[1], shown[1])
    return (start, end) if start < end else (shown[0], shown[0])


def _window(marks: Marks, shown: Span) -> Span:
    start, end = on_page(marks.focus, shown)
    return max(shown[0], start - _CONTEXT_SHOWN), min(shown[1], end + _CONTEXT_SHOWN)


def _sheet(drawn: str, part: Span, shown: Span, t: Strings, css: str = "sheet") -> str:
    now = '<span class="found now">'
    target = now if now in drawn else "<mark>"  # ours: the document's own signs are escaped
    drawn = drawn.replace(target, f"{target[:-1]} data-show>", 1)
    return draw("source.sheet", drawn, css, part[0] > shown[0], part[1] < shown[1], t)
