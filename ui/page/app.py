"""The page: Streamlit runs this file for each session. `ui/server.py` starts it."""

import base64
import logging
from collections.abc import Callable

import streamlit as st

from kb.errors import KBError
from kb.people.permissions import edits_for_others
from kb.schema import Permission
from ui.html import chat as html_chat
from ui.html.templates import draw
from ui.page import (
    audit_view,
    chat_view,
    documents_view,
    evaluation_view,
    glossary_view,
    models_view,
    people_view,
    question_bar,
    review_view,
    session,
    sidebar,
    source_view,
    usage_view,
)
from ui.page.panel import arrive, keyboard, show_html
from ui.page.streamlit_labels import speak
from ui.page.style import ICON, PAGE, SHEET, scheme
from ui.service import runtime
from ui.words.strings import Strings

_PAGES: dict[str, tuple[Callable[[], None], Permission]] = {  # and what must be permitted to whoever sees it
    "chat": (chat_view.render, "ask"),
    "documents": (documents_view.render, "search"),
    "glossary": (glossary_view.render, "search"),
    "models": (models_view.render, "admin"),
    "evaluation": (evaluation_view.render, "admin"),
    "review": (review_view.render, "review"),
    "people": (people_view.render, "admin"),
    "audit": (audit_view.render, "audit"),
    "usage": (usage_view.render, "search"),  # and editing something
}

log = logging.getLogger("ui.page.app")


def main() -> None:
    """Draw the page for one session."""
    t = session.strings()
    # Streamlit fetches an icon given by name (":material/…:", on st.Page too) from a foreign server: give the picture.
    icon = f"data:image/svg+xml;base64,{base64.b64encode(ICON.encode()).decode()}"
    st.set_page_config(page_title=t("product"), page_icon=icon, layout="centered")
    st.html(draw("blocks.style", SHEET + PAGE + scheme(st.context.theme.type)))
    try:
        _draw(runtime.current(), t)
    except KBError as error:
        show_html(html_chat.problem(t("page_failed"), t.message(error)))
    except Exception:
        log.exception("the page could not be drawn")
        show_html(html_chat.problem(t("page_failed"), t("failed_unknown")))


def _draw(service: runtime.Service, t: Strings) -> None:
    pages = {
        name: st.Page(render, title=t(f"page_{name}"), url_path=name, default=name == "chat")
        for name, (render, permission) in _PAGES.items()
        if session.may(service, permission)
        and (name != "people" or service.people.exist)
        and (name != "usage" or edits_for_others(session.asker(service)))
    }
    page = st.navigation(list(pages.values()), position="hidden")
    here = next(name for name, known in pages.items() if known is page)
    question_bar.recall(service)
    name = session.conversation(service).title if here == "chat" else t(f"page_{here}")
    if name:
        st.set_page_config(page_title=f"{name} · {t('product')}")
    sidebar.render(service, t, pages, on_chat=here == "chat")
    session.remember_in_address(session.parameters(question_bar.address(), chat=here == "chat"))
    if st.session_state.get("here") != here:  # a source opened on one page is not in the way on the next
        st.session_state["here"] = here
        session.close_sources()
    session.open_addressed_source()
    place = f"at-{session.current_conversation_id() if here == 'chat' else here}"
    theme = session.preferences(service).theme
    arrive(place, top=here != "chat", language=t.language, beside=session.open_sources() is not None, theme=theme,
           shown=st.context.theme.type or "", paths=["/", *(f"/{name}" for name in _PAGES)])  # fmt: skip
    keyboard(st.session_state.get(question_bar.FOCUS, 0))
    speak(t)
    source_view.render(service, t)
    page.run()


if __name__ == "__main__":
    main()
