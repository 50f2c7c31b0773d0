"""Suggested questions of one document: the dialog in which an editor sees and writes them."""

from collections.abc import Callable

import streamlit as st

from kb.errors import KBError
from kb.people.permissions import check_editing
from kb.requests.suggestions import MOST, questions_of, write
from kb.schema import Document
from ui.html import chat as html_chat
from ui.html.sanitise import plain
from ui.page import session
from ui.service import runtime
from ui.words.strings import Strings
from ui.words.translations import localised

_LINES = "suggestions-lines"


def render(service: runtime.Service, document: Document, t: Strings, close: Callable[[], None]) -> None:
    """Draw the dialog; `close` runs whenever it goes."""

    @st.dialog(t("suggestions_edit"), width="medium", icon=":material/forum:", on_dismiss=close)
    def dialog() -> None:
        where = f'<div class="where">{plain(document.collection)}</div>'
        st.html(html_chat.wrap(f'<div class="origin"><div class="name">{plain(document.path)}</div>{where}</div>'))
        questions, written = questions_of(service.kb.catalog, document)
        st.html(html_chat.wrap(f"<p>{plain(t('suggestions_text', n=MOST))}</p>"))
        lines = st.text_area(t("suggestions_edit"), "\n".join(questions), key=f"{_LINES}-{document.id}", height=220)
        st.html(
            html_chat.wrap(
                f'<div class="side">{plain(t("suggestions_written" if written else "suggestions_made"))}</div>'
            )
        )
        row = st.container(horizontal=True, horizontal_alignment="right", key="suggestions-row")
        again = written and row.button(t("suggestions_again"), key="suggestions-again", type="tertiary")
        if row.button(t("cancel"), key="suggestions-cancel"):
            close()
            st.rerun()
        if row.button(t("save"), key="suggestions-save", type="primary") or again:
            try:
                session.check(service, "ingest")
                check_editing(session.asker(service), document.collection)
                write(service.kb.catalog, document, None if again else lines.splitlines(), session.asker(service))
            except KBError as error:
                st.html(html_chat.wrap(html_chat.problem(t("suggestions_failed"), localised(str(error), t.language))))
                return
            close()
            st.toast(t("suggestions_saved"), icon=":material/check:")
            st.rerun()

    dialog()
