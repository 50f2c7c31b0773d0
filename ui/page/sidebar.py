"""The sidebar: where to go, which conversation, which model, which language."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Any

import streamlit as st

from kb.errors import KBError
from kb.models.ollama_server import host_elsewhere
from kb.schema import Language
from ui.html import chat as html_chat
from ui.html import sidebar as html_sidebar
from ui.html.blocks import block
from ui.html.sanitise import label
from ui.html.templates import draw
from ui.page import question_bar, session
from ui.page.access_view import share_dialog
from ui.page.panel import panel, show_html, sign_out
from ui.page.settings_dialog import agreement, settings_button
from ui.service import runtime
from ui.service.sign_in_page import PASSWORD
from ui.words.strings import Strings

_LISTED = 30
_DOING, _SHOWN, _SHARING = "conversation-doing", "conversations-shown", "conversation-sharing"
_CHOICES = ("filter-collection", "filter-sort")  # fields of the pages with words of ours in them
_ICONS = {
    "documents": ":material/folder_open:",
    "glossary": ":material/menu_book:",
    "models": ":material/memory:",
    "evaluation": ":material/checklist:",
    "review": ":material/rate_review:",
    "people": ":material/group:",
    "audit": ":material/policy:",
    "usage": ":material/bar_chart:",
}


def render(service: runtime.Service, t: Strings, pages: Mapping[str, Any], *, on_chat: bool) -> None:
    """Draw the sidebar. `pages` are the pages to link to, by name."""
    chat = pages["chat"]
    with st.sidebar:
        show_html(html_sidebar.brand(t, elsewhere=bool(_model_host(service))))
        if st.button(t("new_conversation"), icon=":material/edit_square:", width="stretch", key="new-conversation"):
            question_bar.with_documents()
            session.new_conversation(service)
            _go_to_chat(chat, t)
        with st.container(key="side-pages", gap=None):
            _link(chat, t("page_chat"), ":material/forum:", chat=True)
            for name, icon in _ICONS.items():
                if name in pages:
                    _link(pages[name], t(f"page_{name}"), icon)
        _conversations(service, t, chat, session.current_conversation_id() if on_chat else "")
        with st.container(key="side-foot", gap="small"):
            _model(service, t, pages.get("models"))
            _language(t)
            words = t.count("document_count", session.holdings(service).documents)
            show_html(block("side", words))
            settings_button(service, t)
            _account(service, t)


def _link(page: Any, words: str, icon: str | None = None, *, chat: bool = False, help: str | None = None) -> None:
    address = question_bar.link_address(chat=chat)
    st.page_link(page, label=words, icon=icon, help=help, width="stretch", query_params=address)


def _go_to_chat(chat: Any, t: Strings) -> None:
    st.switch_page(chat, query_params=question_bar.link_address(chat=True))


def _conversations(service: runtime.Service, t: Strings, chat: Any, current: str) -> None:
    search = st.text_input(
        t("conversations_search"),
        placeholder=t("conversations_search"),
        key="conversation-search",
        icon=":material/search:",
        label_visibility="collapsed",
        live="300ms",
        persist_state="session",
    )
    wanted = (search or "").strip()
    limit, asker = st.session_state.get(_SHOWN, _LISTED), session.asker(service)
    listed = service.own(asker).list(asker.name, wanted, limit + 1)
    shared = [] if wanted or not service.people.exist else service.own(asker).shared(_LISTED)
    doing = st.session_state.get(_DOING)

    def on_action(name: str, value: str) -> None:
        _act(service, name, value, doing)

    if listed or shared:
        html = html_sidebar.conversations(
            listed[:limit], current, doing, date.today(), t, more=len(listed) > limit, shared=shared,
            sharing=service.people.exist,
        )  # fmt: skip
        panel(html, key="conversations", on_action=on_action, escape="cancel" if doing else "")
    elif wanted:
        show_html(block("side", t("conversations_none")))
    if _SHARING in st.session_state:
        share_dialog(service, st.session_state[_SHARING], t, _end_sharing)
    problem = st.session_state.pop("conversation-problem", "")
    if problem:
        show_html(html_chat.problem(t("page_chat"), t.message(problem)))
    if st.session_state.pop(session.GO_TO_CHAT, False):
        _go_to_chat(chat, t)


def _end_sharing() -> None:
    st.session_state.pop(_SHARING, None)


def _act(service: runtime.Service, name: str, value: str, doing: html_sidebar.Doing | None) -> None:
    """What a click in the list asks for. A conversation that is gone meanwhile leaves the list, and that is all."""
    st.session_state.pop(_DOING, None)
    own = service.own(session.asker(service))
    try:
        if name == "open":
            found = own.get(value)
            if found is not None:
                session.close_sources()
                session.open_conversation(found)
                session.go_to_chat()
        elif name in ("rename", "remove"):
            st.session_state[_DOING] = (name, value)
        elif name == "share":
            st.session_state[_SHARING] = value
        elif name == "renamed" and doing is not None:
            own.rename(doing[1], value)
        elif name == "removed":
            if value == session.current_conversation_id():
                question_bar.with_documents()
                session.new_conversation(service)
            own.delete(value)
        elif name == "more":
            st.session_state[_SHOWN] = st.session_state.get(_SHOWN, _LISTED) + _LISTED
    except KBError as error:
        st.session_state["conversation-problem"] = error.message


def _language(t: Strings) -> None:
    names: dict[Language, str] = {"zh": "中文", "en": "English"}

    def changed() -> None:
        if st.session_state.get("language-switch"):
            session.choose_language(st.session_state["language-switch"])
        for key in _CHOICES:
            if key in st.session_state:  # a field shows its choice in the new language only where that is set anew
                st.session_state[key] = st.session_state[key]

    st.session_state["language-switch"] = t.language  # also where it was chosen elsewhere
    st.segmented_control(
        t("language"),
        list(names),
        format_func=lambda code: names[code],
        required=True,
        key="language-switch",
        on_change=changed,
        label_visibility="collapsed",
    )


def _model(service: runtime.Service, t: Strings, models: Any) -> None:
    """Which model answers, in a line that leads to the page of models."""
    state = service.warm_up.state
    if state == "loading":
        _while_loading(service, t)
    elif state == "failed":
        st.html(
            html_chat.wrap(
                html_chat.problem(t("model_failed"), t.message(service.warm_up.error) or t("failed_unknown"))
            )
        )
        st.button(t("retry"), on_click=service.warm_up.start, key="warm-up-again", width="stretch")
    words = t("model")
    if state != "failed":
        with suppress(KBError):  # one that is missing is told of once loading has failed
            words = f"{html_chat.engine(service.kb.model.engine, t)} · {service.kb.model.name}"
    with st.container(key="side-model"):
        if models is not None:
            _link(models, label(words), help=t("models_open"))
        else:
            show_html(block("side", words))
        if host := _model_host(service):
            show_html(block("side seen-by", t("seen_by", host=host)))


def _model_host(service: runtime.Service) -> str:
    """The machine that gets questions and passages because the model runs there; "" where it is this one."""
    llm = service.kb.settings.llm
    if llm.engine in ("embedded", "llamaindex"):
        return ""
    with suppress(KBError):  # a model that is missing is told of elsewhere
        if service.warm_up.state == "ready" and service.kb.model.engine != "ollama":
            return ""
    return host_elsewhere(llm.ollama_host)


def _account(service: runtime.Service, t: Strings) -> None:
    """Who is signed in, and the way out; for a person also that of all their browsers, and to another password."""
    here = session.visitor(service).session
    person = service.people.get(here.person) if here is not None else None
    if person is None:
        if st.button(t("sign_out"), icon=":material/logout:", type="tertiary", key="sign-out"):
            sign_out()
        return
    name = person.full_name or person.name
    with st.popover(label(name), icon=":material/account_circle:", width="stretch", key="account"):
        role = t("account_role", name=person.name, role=t(f"role_{person.role}"))
        show_html(block("side", role))
        agreement(service, t, "account-agree")
        if not person.issuer:
            st.link_button(t("password_change"), PASSWORD, icon=":material/key:", type="tertiary", width="stretch")
        if st.button(t("sign_out"), icon=":material/logout:", type="tertiary", key="sign-out"):
            sign_out()
        if st.button(t("sign_out_everywhere"), icon=":material/devices:", type="tertiary", key="sign-out-everywhere"):
            sign_out(everywhere=True)


@st.fragment(run_every=1.0)
def _while_loading(service: runtime.Service, t: Strings) -> None:
    if service.warm_up.state != "loading":
        st.rerun()
    show_html(draw("blocks.loading", t("model_loading")))
