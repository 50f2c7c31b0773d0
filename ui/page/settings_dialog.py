"""The dialog Settings: how somebody wants the page, kept on the service for whichever browser they sign in with.

With it the switch by which they let editors see the words of what they ask in vain.
"""

from typing import get_args

import streamlit as st

from kb.errors import KBError
from kb.people.preferences import Preferences, Theme, prefer
from ui.html import chat as html_chat
from ui.html.blocks import block
from ui.page import question_bar, session
from ui.page.panel import show_html
from ui.service import runtime
from ui.words.strings import Strings

_OPEN = "settings-open"
_LANGUAGES = {"zh": "中文", "en": "English"}


def settings_button(service: runtime.Service, t: Strings) -> None:
    """Draw the button, and the dialog while it is open."""
    if st.button(t("settings"), icon=":material/settings:", type="tertiary", key="settings"):
        st.session_state[_OPEN] = True
    if st.session_state.get(_OPEN):
        _dialog(service, t)


def _close() -> None:
    st.session_state.pop(_OPEN, None)


def _dialog(service: runtime.Service, t: Strings) -> None:
    known = session.preferences(service)

    @st.dialog(t("settings"), icon=":material/settings:", on_dismiss=_close)
    def dialog() -> None:
        with st.form("settings-form", border=False, enter_to_submit=False):
            show_html(block("side", t("settings_hint")))
            languages = ["", *_LANGUAGES]
            language = st.selectbox(
                t("language"), languages, index=languages.index(known.language), key="settings-language",
                format_func=lambda code: _LANGUAGES.get(code) or t("settings_as_browser"),
            )  # fmt: skip
            themes: list[Theme] = list(get_args(Theme))
            theme = st.selectbox(
                t("theme"), themes, index=themes.index(known.theme), key="settings-theme",
                format_func=lambda name: t(f"theme_{name}"),
            )  # fmt: skip
            budget, model = _asking(service, known, t)
            row = st.container(horizontal=True, horizontal_alignment="right", key="settings-row")
            cancelled = row.form_submit_button(t("cancel"), key="settings-cancel")
            saved = row.form_submit_button(t("save"), key="settings-save", type="primary")
        if cancelled:
            _close()
            st.rerun()
        if saved:
            chosen = Preferences("zh" if language == "zh" else "en" if language else "", theme, budget, model)
            try:
                prefer(service.kb.catalog, session.asker(service), chosen)
            except KBError as error:
                show_html(html_chat.problem(t("settings_failed"), t.message(error)))
                return
            _apply(chosen)
            _close()
            st.rerun()

    dialog()


def _asking(service: runtime.Service, known: Preferences, t: Strings) -> tuple[int | None, str]:
    """The fields of budget and model, for who may ask."""
    if not session.may(service, "ask"):
        return known.think_budget, known.model
    budgets = sorted({*question_bar.BUDGETS, known.think_budget}, key=lambda n: -1 if n is None else n)
    budget = st.selectbox(
        t("think_budget"), budgets, index=budgets.index(known.think_budget), key="settings-budget",
        format_func=lambda n: question_bar.budget_words(n, t),
    )  # fmt: skip
    there = session.models(service)
    names = list(dict.fromkeys(["", *there, known.model]))
    model = st.selectbox(
        t("model"), names, index=names.index(known.model), key="settings-model", help=t("settings_model_help"),
        format_func=lambda name: (
            t("settings_model_used") if not name else name if name in there else t("settings_model_gone", name=name)
        ),
    )  # fmt: skip
    return budget, model


def _apply(chosen: Preferences) -> None:
    """Have this browser follow at once."""
    if chosen.language:
        session.choose_language(chosen.language)
    question_bar.choose_budget(chosen.think_budget)


def agreement(service: runtime.Service, t: Strings, key: str) -> None:
    """Draw the switch, where words may be kept at all. It shows what is so now, whichever page it was changed on."""
    if service.kb.settings.usage.texts == "never":
        return

    def changed() -> None:
        service.kb.usage.agree(session.asker(service), bool(st.session_state[key]))

    st.session_state[key] = service.kb.usage.agrees(session.asker(service))
    st.toggle(t("usage_agree"), key=key, on_change=changed, help=t("usage_agree_help"))
