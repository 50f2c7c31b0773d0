"""The source viewer beside the page: the words a citation rests on, marked in their document."""

import streamlit as st

from kb.errors import KBError
from kb.schema import StoredText, page_number_at
from kb.store.document_queries import shown_titles
from ui.html import chat as html_chat
from ui.html import documents as html_documents
from ui.html.blocks import block
from ui.html.templates import draw
from ui.page import document_dialogs, html_source, session
from ui.page.panel import panel
from ui.page.session import ZOOMS, OpenSources, ShownPlace
from ui.pictures.page_picture import PageError, Picture
from ui.pictures.render_pool import WORD, drawings, is_drawn
from ui.service import runtime
from ui.sources.emphasis import Emphasis, located
from ui.sources.finding import find
from ui.sources.form import Form
from ui.sources.marking import Marks, Span
from ui.words.strings import Strings

_EDITED = "source-edited"


def render(service: runtime.Service, t: Strings) -> None:
    """Draw the viewer on the session's open sources, if there are any. Its place is kept in every run."""
    place = st.empty()
    opened = session.open_sources()
    if opened is not None and not _may_be_read(service, opened):
        session.close_sources()
        opened = None
    if opened is None:
        place.empty()
        return
    with place.container(key="source-pane"):
        with st.spinner(t("page_drawn")):  # the first page has to wait for a process
            html = _pane(service, opened, t)
        panel(html, key="source", on_action=lambda name, value: _act(opened, name, value), escape="close")
    if isinstance(edited := st.session_state.get(_EDITED), ShownPlace):
        name = edited.collection, edited.document
        document_dialogs.passages(service, name, t, lambda: st.session_state.pop(_EDITED, None), edited)


def _may_be_read(service: runtime.Service, opened: OpenSources) -> bool:
    """Whether who looks may read all that was opened. To one who reads everything it is told what is gone."""
    asker = session.asker(service)
    names = {(source.collection, source.document) for source in opened.sources}
    return asker.unlimited or service.kb.catalog.all_readable(asker, names)


def _act(opened: OpenSources, name: str, value: str) -> None:
    if name == "close":
        session.close_sources()
    elif name == "edit":
        st.session_state[_EDITED] = opened.source
    elif name == "source":
        opened.turn(int(value))
    elif name == "page":
        opened.page = int(value)
    elif name == "find":
        opened.find(value)
    elif name == "hit":
        opened.hit, opened.page = opened.hit + int(value), None
    elif name == "zoom":
        opened.enlarge(int(value))
    elif name == "view":
        opened.raw = value == "text"


def _pane(service: runtime.Service, opened: OpenSources, t: Strings) -> str:
    source = opened.source
    try:
        stored = service.kb.stored_text(session.asker(service), source.collection, source.document, source.version)
    except KBError as error:
        gone = html_chat.problem(source.document, t("source_gone", reason=t.message(error)))
        return html_source.pane(opened, "", "", draw("blocks.sheet", gone), t)
    found = find(stored.text, opened.words)
    current = opened.hit % len(found) if found else None
    page = opened.page or (_page_of(stored, found[current]) if current is not None else None)
    page = page or source.page or (stored.pages[0].number if stored.pages else None)
    shown = html_source.page_span(stored, page)
    start, end = html_source.on_page((source.start, source.end), shown)
    marks = Marks((start, end), found, current)
    views, notice = "", ""
    enlarged: int | None = None
    content: str | None = None
    if is_drawn(stored.media_type) and page is not None:
        views = t("view_page")
        drawn = None if opened.raw else _picture(service, opened, stored, page, marks)
        if drawn is not None:
            enlarged = opened.zoom
            alt = t("page_alt", document=source.document, n=page)
            content = html_source.picture(drawn, alt, ZOOMS[enlarged])
            if marks.is_on(shown) and not drawn.marks:
                notice = block("notice", t("words_not_marked"))
        elif not opened.raw:
            notice = block("notice", t("page_unavailable"))
    else:
        form = Form(stored.media_type, service.kb.headings(stored), _emphasis(service, stored))
        laid = html_source.formed(stored, marks, shown, form, t)
        views = t("view_form") if laid is not None else ""
        content = None if opened.raw else laid
    if content is None:
        content = html_source.sheet(stored.text, marks, shown, t)
    choices = [("whole", views, not opened.raw), ("text", t("view_text"), opened.raw)] if views else []
    section: str | None = ""
    if start < end:  # the words are in sight
        section = service.kb.section_at(stored, start)
    place = (stored.collection, stored.path)
    shown_title = shown_titles(service.kb.catalog.db, [place]).get(place, "")
    head = html_source.origin(stored, source.section if section is None else section, t, shown_title)
    notice = html_documents.page_note(stored.pages, page, t) + notice
    editable = source.start < source.end and session.may_edit(service, stored.collection)
    bar = html_source.bar(stored, page, choices, t, enlarged, editable) + html_source.find_bar(opened.words, marks, t)
    return html_source.pane(opened, head, bar, notice + content, t)


def _page_of(stored: StoredText, words: Span) -> int | None:
    """The page on which words begin."""
    return page_number_at(stored.pages, words[0])


def _picture(
    service: runtime.Service, opened: OpenSources, stored: StoredText, page: int, marks: Marks
) -> Picture | None:
    """The page with the cited words boxed, or those found that are in sight; None where it cannot be drawn."""
    start, end = marks.focus
    try:
        path = service.kb.original_of(stored)
        recognised = service.kb.recognised(stored, page)
        return drawings.draw(path, stored, page, start, end, recognised, ZOOMS[opened.zoom])
    except (KBError, OSError, PageError):
        return None


def _emphasis(service: runtime.Service, stored: StoredText) -> tuple[Emphasis, ...]:
    """The bold and italic words of a Word document; none where its original cannot be read any more."""
    if stored.media_type != WORD:
        return ()
    try:
        return located(stored.text, drawings.emphasis(service.kb.original_of(stored), stored))
    except (KBError, OSError, PageError):
        return ()
