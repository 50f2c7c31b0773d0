"""The switch by which somebody lets editors see the words of what they ask in vain."""

import streamlit as st

from ui.page import session
from ui.service import runtime
from ui.words.strings import Strings


def agreement(service: runtime.Service, t: Strings, key: str) -> None:
    """Draw the switch, where words may be kept at all. It shows what is so now, whichever page it was changed on."""
    if service.kb.settings.usage.texts == "never":
        return

    def changed() -> None:
        service.kb.usage.agree(session.asker(service), bool(st.session_state[key]))

    st.session_state[key] = service.kb.usage.agrees(session.asker(service))
    st.toggle(t("usage_agree"), key=key, on_change=changed, help=t("usage_agree_help"))
