"""Confirming: the dialog that asks before something is deleted for good."""

from collections.abc import Callable

import streamlit as st

from kb.errors import KBError
from ui.html import blocks
from ui.html import chat as html_chat
from ui.html.templates import draw
from ui.page.panel import show_html
from ui.words.strings import Strings


def confirm(
    title: str,
    html: str,
    t: Strings,
    *,
    key: str,
    delete: Callable[[], object],
    close: Callable[[], None],
    typed: str = "",
) -> None:
    """Ask, with `html` to say what goes; `delete` runs on a yes. What it raises is told, and the dialog stays.

    With `typed`, the yes counts only where that was typed. `close` runs whenever the dialog goes, so that it is not
    opened again.
    """

    @st.dialog(title, icon=":material/delete:", on_dismiss=close)
    def dialog() -> None:
        show_html(html)
        said = ""
        # What is typed and the click arrive together.
        with st.form(f"{key}-form", border=False, enter_to_submit=False):
            if typed:
                show_html(draw("blocks.typed", t("delete_type", words="\n").split("\n"), typed))
                said = st.text_input(
                    t("delete_typed"), key=f"{key}-typed", label_visibility="collapsed", autocomplete="off"
                )
            row = st.container(horizontal=True, horizontal_alignment="right", key=f"{key}-row")
            cancelled = row.form_submit_button(t("cancel"), key=f"{key}-cancel")
            confirmed = row.form_submit_button(t("delete_confirm"), key=f"{key}-confirm", type="primary")
        if cancelled:
            close()
            st.rerun()
        if confirmed:
            if said.strip() != typed:
                show_html(blocks.block("notice warn", t("delete_type_again", words=typed)))
                return
            try:
                with st.spinner(t("deleting")):
                    delete()
            except (KBError, OSError) as error:
                reason = t("delete_failed", reason=t.message(error))
                show_html(html_chat.problem(t("delete"), reason))
                return
            close()
            st.rerun()

    dialog()
