"""Markup of the source viewer: a document's words in their place, as a picture, with their form or as plain text."""

import base64
from collections.abc import Sequence
from urllib.parse import urlencode

from kb.schema import StoredText
from kb.store.heading_paths import MARK
from ui.html.chat import where
from ui.page.session import ZOOMS, OpenSources
from ui.pictures.cache import Kept
from ui.pictures.page_picture import Picture
from ui.sources import markdown_form
from ui.sources.content_types import shown_as
from ui.sources.escaping import plain
from ui.sources.finding import MOST
from ui.sources.form import Form, write
from ui.sources.markdown_form import Blocks
from ui.sources.marking import Marks, Span, Writer
from ui.words.strings import Strings

_CONTEXT_SHOWN = 6_000
_LONGEST_LINE = 20_000
_MOST_LINES = 40_000  # a Markdown parser needs up to a second for ten thousand
_blocks: Kept[str, Blocks] = Kept(4)
_LONGEST_SECTION = 56  # characters: three lines of Chinese on a narrow phone


def pane(opened: OpenSources, head: str, bar: str, content: str, t: Strings) -> str:
    """The viewer as a whole: which source, how to leaf through them, and its content."""
    total = len(opened.sources)
    leaf = ""
    if total > 1:
        marker = opened.source.marker
        number = f'<span class="cite">{marker}</span>' if marker else ""
        leaf = (
            f'<div class="leaf">{_step("source", -1, "‹", t("previous"), off=opened.index == 0)}'
            f"<span>{number} {plain(t('source_position', n=opened.index + 1, total=total))}</span>"
            f"{_step('source', 1, '›', t('next'), off=opened.index == total - 1)}</div>"
        )
    return (
        f'<section class="pane" aria-label="{plain(t("source"))}"><div class="panehead">'
        f'<button type="button" class="tool back" data-action="close" data-value="" data-focus>← {plain(t("back"))}'
        f'</button>{leaf}<button type="button" class="tool shut" data-action="close" data-value="" data-focus '
        f'aria-label="{plain(t("close_source"))}" title="{plain(t("close_source"))}">✕</button></div>'
        f"{head}{bar}{content}</section>"
    )


def origin(stored: StoredText, section: str, t: Strings) -> str:
    """Which document, version and section a source is of. Of a long path of headings the innermost are shown."""
    shown = _innermost(section)
    whole = f' title="{plain(section)}"' if shown != section else ""
    facts = " · ".join(p for p in (shown, stored.collection, t("version", n=stored.version)) if p)
    title = f'<div class="title">{plain(stored.title)}</div>' if stored.title and stored.title != stored.path else ""
    return (
        f'<div class="origin"><div class="name">{plain(stored.path)}</div>{title}'
        f'<div class="where"{whole}>{plain(facts)}</div></div>'
    )


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
    count, steps = "", ""
    if words:
        total = f"{len(marks.found):,}{'+' if len(marks.found) == MOST else ''}"
        number = t("find_position", n=(marks.current or 0) + 1, total=total) if marks.found else t("find_none")
        count = f'<span class="count{"" if marks.found else " none"}">{plain(number)}</span>'
        few = len(marks.found) < 2
        steps = (
            f'<div class="leaf">{_step("hit", -1, "‹", t("find_previous"), off=few)}'
            f"{_step('hit', 1, '›', t('find_next'), off=few)}</div>"
        )
    return (
        f'<div class="find" role="search"><input type="search" name="find" value="{plain(words)}" maxlength="200" '
        f'placeholder="{plain(t("find"))}" aria-label="{plain(t("find"))}" title="{plain(t("find_keys"))}">'
        f'<button type="button" class="tool" data-action="find" data-from>{plain(t("find_go"))}</button>'
        f'{steps}<span class="said" aria-live="polite">{count}</span></div>'
    )


def bar(
    stored: StoredText, page: int | None, views: Sequence[tuple[str, str, bool]], t: Strings, zoom: int | None = None
) -> str:
    """Page by page, the ways to look at it (`(name, words, chosen)`), how far its picture is enlarged (an index of
    `ZOOMS`; None for none), and the file itself."""
    parts = []
    numbers = [span.number for span in stored.pages]
    if page is not None and len(numbers) > 1:
        at = numbers.index(page) if page in numbers else 0
        before, after = (numbers[i] if 0 <= i < len(numbers) else 0 for i in (at - 1, at + 1))
        parts.append(
            f'<div class="leaf">{_step("page", before, "‹", t("page_before"), off=not before)}'
            f"<span>{plain(t('page_of', n=page, total=numbers[-1]))}</span>"
            f"{_step('page', after, '›', t('page_after'), off=not after)}</div>"
        )
    elif page is not None:
        parts.append(f"<span>{plain(where(page, '', t))}</span>")
    if len(views) > 1:
        buttons = "".join(
            f'<button type="button" data-action="view" data-value="{name}" aria-pressed="{str(chosen).lower()}">'
            f"{plain(words)}</button>"
            for name, words, chosen in views
        )
        parts.append(f'<div class="views" role="group" aria-label="{plain(t("view"))}">{buttons}</div>')
    if zoom is not None:
        parts.append(
            f'<div class="leaf">{_step("zoom", -1, "−", t("zoom_out"), off=zoom == 0)}<span>{ZOOMS[zoom]} %</span>'
            f"{_step('zoom', 1, '+', t('zoom_in'), off=zoom == len(ZOOMS) - 1)}</div>"
        )
    query = urlencode({"collection": stored.collection, "path": stored.path, "version": stored.version})
    way, words, sign = 'target="_blank" rel="noopener"', "open_original", "↗"
    if shown_as(stored.media_type) is None:
        way, words, sign = "download", "document_original", "↓"
    parts.append(
        f'<a class="tool original" href="/api/documents/original?{plain(query)}" {way}>'
        f'{plain(t(words))} <span aria-hidden="true">{sign}</span></a>'
    )
    return f'<div class="panebar">{"".join(parts)}</div>'


def _step(action: str, value: int, sign: str, words: str, *, off: bool) -> str:
    return (
        f'<button type="button" class="step" data-action="{action}" data-value="{value}" aria-label="{plain(words)}" '
        f'title="{plain(words)}"{" disabled" if off else ""}>{sign}</button>'
    )


def picture(drawn: Picture, alt: str, zoom: int = 100) -> str:
    """A page as a picture in the width of the pane, or `zoom` percent of it; the first of the marked words is scrolled
    to."""
    width = f' style="width:{zoom}%"' if zoom != 100 else ""
    marks = "".join(
        f'<span class="box" style="left:{x0:.2%};top:{y0:.2%};width:{x1 - x0:.2%};height:{y1 - y0:.2%}"'
        f"{' data-show' if i == 0 else ''}></span>"
        for i, (x0, y0, x1, y1) in enumerate(drawn.marks)
    )
    source = base64.b64encode(drawn.png).decode()
    return (
        f'<div class="sheet paper" tabindex="0"><div class="page"{width}><img class="picture" alt="{plain(alt)}" '
        f'src="data:image/png;base64,{source}">{marks}</div></div>'
    )


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
    cut = f'<span class="cut">{plain(t("text_shortened"))}</span>'
    before = cut + "\n" if part[0] > shown[0] else ""
    after = "\n" + cut if part[1] < shown[1] else ""
    now = '<span class="found now">'
    target = now if now in drawn else "<mark>"  # ours: the document's own signs are escaped
    drawn = drawn.replace(target, f"{target[:-1]} data-show>", 1)
    return f'<div class="{css}" tabindex="0">{before}{drawn}{after}</div>'
