"""The page: Streamlit runs this file for each session. `ui/server.py` starts it."""

import base64
import logging

import streamlit as st

from kb.errors import KBError
from ui import chat_view, documents_view, markup, runtime, session, sidebar, source_view
from ui.panel import arrive
from ui.strings import Strings
from ui.style import ICON, PAGE, SHEET, scheme

log = logging.getLogger("ui.app")


def main() -> None:
    """Draw the page for one session."""
    t = session.strings()
    # Streamlit fetches an icon given by name (":material/…:", on st.Page too) from a foreign server: give the picture.
    icon = f"data:image/svg+xml;base64,{base64.b64encode(ICON.encode()).decode()}"
    st.set_page_config(page_title=t("product"), page_icon=icon, layout="centered")
    st.html(f"<style>{SHEET}{PAGE}{scheme(st.context.theme.type)}</style>")
    try:
        _draw(runtime.current(), t)
    except KBError as error:
        st.html(markup.wrap(markup.problem(t("page_failed"), str(error))))
    except Exception:
        log.exception("the page could not be drawn")
        st.html(markup.wrap(markup.problem(t("page_failed"), t("failed_unknown"))))


def _draw(service: runtime.Service, t: Strings) -> None:
    chat = st.Page(chat_view.render, title=t("page_chat"), url_path="chat", default=True)
    documents = st.Page(documents_view.render, title=t("page_documents"), url_path="documents")
    page = st.navigation([chat, documents], position="hidden")
    on_chat = page is chat
    if on_chat:
        session.conversation(service)
    sidebar.render(service, t, chat, documents, on_chat=on_chat)
    session.remember_in_address(chat=on_chat)
    arrive(f"at-{session.current_conversation_id() if on_chat else 'documents'}", top=not on_chat)
    if session.open_sources() is not None:
        source_view.show(service, t)
    page.run()


if __name__ == "__main__":
    main()
