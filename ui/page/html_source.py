"""Markup of the source viewer: a document's words in their place, as a picture, as tables or as plain text."""

import base64
from collections.abc import Sequence
from urllib.parse import urlencode

from kb.schema import StoredText
from kb.store.heading_paths import MARK
from ui.page import source_tables
from ui.page.html_chat import where
from ui.page.sanitise import body, plain
from ui.page.session import OpenSources, Source
from ui.pictures.page_picture import Picture
from ui.service.content_types import shown_as
from ui.words.strings import Strings

_CONTEXT_SHOWN = 6_000
_LONGEST_LINE = 20_000
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


def bar(stored: StoredText, page: int | None, views: Sequence[tuple[str, str, bool]], t: Strings) -> str:
    """Page by page, the ways to look at it (`(name, words, chosen)`), and the file itself."""
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


def picture(drawn: Picture, alt: str) -> str:
    """A page as a picture in the width of the pane; the first of the marked words is scrolled to."""
    marks = "".join(
        f'<span class="box" style="left:{x0:.2%};top:{y0:.2%};width:{x1 - x0:.2%};height:{y1 - y0:.2%}"'
        f"{' data-show' if i == 0 else ''}></span>"
        for i, (x0, y0, x1, y1) in enumerate(drawn.marks)
    )
    source = base64.b64encode(drawn.png).decode()
    return (
        f'<div class="sheet paper" tabindex="0"><div class="page"><img class="picture" alt="{plain(alt)}" '
        f'src="data:image/png;base64,{source}">{marks}</div></div>'
    )


def sheet(text: str, start: int, end: int, shown: tuple[int, int], t: Strings) -> str:
    """The stored text from `shown[0]` to `shown[1]` as it is, with `[start:end]` marked and scrolled to."""
    first, last = _window(start, end, shown)
    return _sheet(_marked(text, first, last, start, end), (first, last), shown, t)


def tabular(stored: StoredText, start: int, end: int, shown: tuple[int, int], t: Strings) -> str | None:
    """The same with its tables drawn as tables; None where there are none."""
    text = stored.text
    first, last = _window(start, end, shown)
    cut = first, last
    first = text.rfind("\n", shown[0], first) + 1 if first > shown[0] else first
    below = text.find("\n", last, shown[1]) if last < shown[1] else last
    last = below if below >= 0 else shown[1]
    first = max(first, shown[0])
    if cut[0] - first > _LONGEST_LINE or last - cut[1] > _LONGEST_LINE:
        return None
    found = source_tables.find(text, first, last, stored.media_type)
    if not found:
        return None
    out, at = [], first
    for table in found:
        out += [_marked(text, at, table.start, start, end), _table(text, table, start, end)]
        at = min(table.end + 1, last)
    out.append(_marked(text, at, last, start, end))
    return _sheet("".join(out), (first, last), shown, t, css="sheet laid")


def page_span(stored: StoredText, page: int | None) -> tuple[int, int]:
    """Where a page stands in the text; the whole text where there is no such page."""
    found = next((span for span in stored.pages if span.number == page), None) if page else None
    return (found.start, found.end) if found else (0, len(stored.text))


def on_page(source: Source, shown: tuple[int, int]) -> tuple[int, int]:
    """The part of the source's words that stands in `shown`; empty where none does."""
    start, end = max(source.start, shown[0]), min(source.end, shown[1])
    return (start, end) if start < end else (shown[0], shown[0])


def _window(start: int, end: int, shown: tuple[int, int]) -> tuple[int, int]:
    return max(shown[0], start - _CONTEXT_SHOWN), min(shown[1], end + _CONTEXT_SHOWN)


def _sheet(drawn: str, part: tuple[int, int], shown: tuple[int, int], t: Strings, css: str = "sheet") -> str:
    cut = f'<span class="cut">{plain(t("text_shortened"))}</span>'
    before = cut + "\n" if part[0] > shown[0] else ""
    after = "\n" + cut if part[1] < shown[1] else ""
    drawn = drawn.replace("<mark>", "<mark data-show>", 1)  # ours: the document's own signs are escaped
    return f'<div class="{css}" tabindex="0">{before}{drawn}{after}</div>'


def _marked(text: str, first: int, last: int, start: int, end: int) -> str:
    """`text[first:last]` with what of `[start:end]` stands in it marked."""
    begin, finish = max(first, start), min(last, end)
    if begin >= finish:
        return body(text[first:last])
    return f"{body(text[first:begin])}<mark>{body(text[begin:finish])}</mark>{body(text[finish:last])}"


def _table(text: str, table: source_tables.Table, start: int, end: int) -> str:
    head = ""
    if table.header is not None:
        cells = "".join(f'<th scope="col">{_marked(text, a, b, start, end)}</th>' for a, b in table.header)
        head = f"<thead><tr>{cells}{'<th></th>' * (table.width - len(table.header))}</tr></thead>"
    rows = []
    for row in table.rows:
        hit = bool(row) and max(row[0][0], start) < min(row[-1][1], end)
        cells = "".join(f"<td>{_marked(text, a, b, start, end)}</td>" for a, b in row)
        rows.append(f"<tr{' class=hit' if hit else ''}>{cells}{'<td></td>' * (table.width - len(row))}</tr>")
    return f'<div class="scroll"><table>{head}<tbody>{"".join(rows)}</tbody></table></div>'
