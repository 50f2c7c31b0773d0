"""The source viewer: the words a citation rests on, marked in their document."""

import streamlit as st

from kb.errors import KBError
from kb.schema import StoredText
from ui import markup, pdf_page, runtime, session
from ui.panel import panel
from ui.session import Source
from ui.strings import Strings


def show(service: runtime.Service, t: Strings) -> None:
    """Open the dialog on the session's sources."""

    @st.dialog(
        t("source"),
        width="large",
        icon=":material/find_in_page:",
        on_dismiss=session.close_sources,
    )
    def dialog() -> None:
        opened = session.open_sources()
        if opened is not None:
            _leaf(opened, t)
            _source(service, opened.sources[opened.index], t)

    dialog()


def _leaf(opened: session.OpenSources, t: Strings) -> None:
    total = len(opened.sources)
    if total < 2:
        return
    row = st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        key="leaf",
    )
    row.button(
        t("previous"), icon=":material/chevron_left:", key="previous", disabled=opened.index == 0,
        on_click=opened.turn, args=(-1,),
    )  # fmt: skip
    row.html(markup.wrap(f'<div class="side">{t("source_position", n=opened.index + 1, total=total)}</div>'))
    row.button(
        t("next"), icon=":material/chevron_right:", icon_position="right", key="next",
        disabled=opened.index == total - 1, on_click=opened.turn, args=(1,),
    )  # fmt: skip


def _source(service: runtime.Service, source: Source, t: Strings) -> None:
    try:
        stored = service.kb.stored_text(service.asker, source.collection, source.document, source.version)
    except KBError as error:
        st.html(markup.wrap(markup.problem(t("source"), t("source_gone", reason=error))))
        return
    st.html(markup.wrap(markup.origin(stored, source.page, source.section, t)))
    if stored.media_type == "application/pdf" and source.page:
        views = {"page": t("view_page"), "text": t("view_text")}
        view = st.segmented_control(
            t("source"), list(views), format_func=lambda name: views[name], default="page", required=True,
            key="source-view", label_visibility="collapsed",
        )  # fmt: skip
        if view != "text" and _page(service, stored, source, t):
            return
    shown = _page_span(stored, source.page)
    panel(markup.sheet(stored.text, source.start, source.end, shown, t), key="source-text")


def _page(service: runtime.Service, stored: StoredText, source: Source, t: Strings) -> bool:
    """Draw the PDF page with the words boxed; False where that cannot be done."""
    try:
        path = service.kb.original(service.asker, source.collection, source.document, stored.version)
        picture = pdf_page.draw(path, stored, source.page or 1, source.start, source.end)
    except (KBError, OSError, pdf_page.PageError):
        st.html(markup.wrap(f'<div class="notice">{t("page_unavailable")}</div>'))
        return False
    alt = t("page_alt", document=source.document, n=source.page)
    panel(markup.picture(picture.png, alt), key="source-page")
    return True


def _page_span(stored: StoredText, page: int | None) -> tuple[int, int]:
    found = next((span for span in stored.pages if span.number == page), None) if page else None
    return (found.start, found.end) if found else (0, len(stored.text))
