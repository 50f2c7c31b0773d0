"""The sidebar: where to go, which conversation, which model, which language."""

from typing import Any

import streamlit as st

from kb.errors import KBError
from kb.schema import Language
from ui import markup, runtime, session
from ui.panel import panel
from ui.sanitise import label, plain
from ui.strings import Strings


def render(service: runtime.Service, t: Strings, chat: Any, documents: Any, *, on_chat: bool) -> None:
    """Draw the sidebar. `chat` and `documents` are the pages to link to."""
    with st.sidebar:
        st.html(markup.wrap(markup.brand(t)))
        if st.button(
            t("new_conversation"),
            icon=":material/edit_square:",
            width="stretch",
            key="new-conversation",
        ):
            session.new_conversation(service)
            st.switch_page(
                chat,
                query_params={
                    "c": session.current_conversation_id(),
                    "lang": t.language,
                },
            )
        st.page_link(chat, label=t("page_chat"), icon=":material/forum:", width="stretch")
        st.page_link(
            documents,
            label=t("page_documents"),
            icon=":material/folder_open:",
            width="stretch",
        )
        _conversations(service, t, chat, session.current_conversation_id() if on_chat else "")
        st.space("small")
        _model(service, t)
        _language(t)
        count = sum(map(markup.searchable, service.kb.documents(service.asker)))
        st.html(markup.wrap(f'<div class="side">{t.count("document_count", count)}</div>'))


def think_budget() -> int | None:
    """The reader's choice of a reasoning budget; None for the model's own."""
    chosen = st.session_state.get("think-budget")
    return chosen if isinstance(chosen, int) else None


def _conversations(service: runtime.Service, t: Strings, chat: Any, current: str) -> None:
    recent = service.conversations.recent()
    if not recent:
        return

    def on_action(_name: str, value: str) -> None:
        found = service.conversations.get(value)
        if found is not None:
            session.open_conversation(found)
            st.session_state["go-to-chat"] = True

    panel(
        markup.conversations(recent, current, t),
        key="conversations",
        on_action=on_action,
    )
    if st.session_state.pop("go-to-chat", False):
        st.switch_page(
            chat,
            query_params={"c": session.current_conversation_id(), "lang": t.language},
        )


def _language(t: Strings) -> None:
    names: dict[Language, str] = {"zh": "中文", "en": "English"}

    def changed() -> None:
        if st.session_state.get("language-switch"):
            session.choose_language(st.session_state["language-switch"])

    st.segmented_control(
        t("language"),
        list(names),
        format_func=lambda code: names[code],
        default=t.language,
        required=True,
        key="language-switch",
        on_change=changed,
        label_visibility="collapsed",
    )


def _model(service: runtime.Service, t: Strings) -> None:
    state = service.warm_up.state
    if state == "loading":
        _while_loading(service, t)
        return
    if state == "failed":
        st.html(markup.wrap(markup.problem(t("model_failed"), service.warm_up.error or t("failed_unknown"))))
        st.button(t("retry"), on_click=service.warm_up.start, key="warm-up-again", width="stretch")
        words = t("model")
    else:
        words = f"{markup.engine(service.kb.model.engine, t)} · {service.kb.model.name}"
    # Drawn only when open: listing the models asks the Ollama server.
    form = st.popover(label(words), icon=":material/memory:", width="stretch", key="model-popover", on_change="rerun")
    if form.open:
        with form:
            _model_form(service, t)


@st.fragment(run_every=1.0)
def _while_loading(service: runtime.Service, t: Strings) -> None:
    if service.warm_up.state != "loading":
        st.rerun()
    st.html(markup.wrap(f'<div class="state"><span class="pulse"></span>{t("model_loading")}…</div>'))


def _model_form(service: runtime.Service, t: Strings) -> None:
    from kb.llm import installed_models

    installed, problem = installed_models(service.kb.settings.llm)
    choices = [("auto", ""), *((model.engine, model.name) for model in installed)]
    chosen = st.selectbox(
        t("model"),
        choices,
        format_func=lambda c: f"{markup.engine(c[0], t)} · {c[1]}" if c[1] else t("engine_auto"),
        key="model-choice",
    )
    if problem:
        st.html(markup.wrap(f'<div class="side">{plain(problem)}</div>'))
    if st.button(t("model_switch"), key="use-model", type="primary", width="stretch"):
        _switch(service, t, *chosen)
    st.divider()
    budgets: list[int | None] = [None, 0, 32, 64, 128, 256, 512, 1024, 2048, 4096]
    words = {None: t("think_default"), 0: t("think_off")}
    st.selectbox(
        t("think_budget"),
        budgets,
        format_func=lambda n: words.get(n) or f"{n:,}",
        key="think-budget",
        persist_state="session",
    )


def _switch(service: runtime.Service, t: Strings, engine: str, model: str) -> None:
    if service.conversations.running():
        st.html(markup.wrap(markup.problem(t("model"), t("model_busy"))))
        return
    try:
        with st.spinner(t("model_switching")):
            service.kb.use_model(engine, model or None)
    except KBError as error:
        st.html(markup.wrap(markup.problem(t("model_failed"), str(error))))
    else:
        service.warm_up.start()
        st.rerun()
