"""The audit page: who did what and when, for auditors; whether that is whole; and its export."""

import json

import streamlit as st

from kb.audit.heads import head_form
from kb.errors import KBError
from ui.html import audit as html_audit
from ui.html import chat as html_chat
from ui.html.blocks import block, heading
from ui.html.templates import draw
from ui.page import session
from ui.page.panel import day_of, show_html
from ui.service import runtime
from ui.words.strings import Strings
from ui.words.strings_audit import ACTIONS

EXPORT = "/api/audit/export"
_SHOWN, _VERDICT = "audit-shown", "audit-verdict"
_PAGE = 50


def render() -> None:
    """Draw the page."""
    service, t = runtime.current(), session.strings()
    session.check(service, "audit")
    show_html(heading(t("audit_title"), t("audit_intro")))
    try:
        _verifying(service, t)
        _listing(service, t)
    except KBError as error:
        show_html(html_chat.problem(t("audit_failed"), t.message(error)))


def _verifying(service: runtime.Service, t: Strings) -> None:
    row = st.container(horizontal=True, vertical_alignment="center", key="audit-row")
    if row.button(t("audit_verify"), key="audit-verify", icon=":material/verified_user:", type="primary"):
        session.check(service, "audit")
        with st.spinner(t("audit_verifying")):
            st.session_state[_VERDICT] = service.kb.trail.verify()
    row.download_button(
        t("audit_head"), lambda: _head(service), "audit-head.json", "application/json", key="audit-head",
        icon=":material/signature:", on_click="ignore", help=t("audit_head_hint"),
    )  # fmt: skip
    row.html(html_chat.wrap(draw("blocks.download", EXPORT, "audit.jsonl", t("audit_export"))))
    verdict = st.session_state.get(_VERDICT)
    if verdict is None:
        return
    if verdict.whole:
        show_html(block("notice", t.count("audit_whole", verdict.records), "status"))
        return
    told = "\n".join(t.message(problem.what) for problem in verdict.problems[:10])
    show_html(html_chat.problem(t("audit_broken"), told))


def _head(service: runtime.Service) -> str:
    session.check(service, "audit")
    return json.dumps(head_form(service.kb.trail.head()), indent=1) + "\n"


def _listing(service: runtime.Service, t: Strings) -> None:
    row = st.container(horizontal=True, vertical_alignment="bottom", key="audit-filters")
    who = row.text_input(t("audit_who"), key="audit-who", on_change=_from_the_top, width=170)
    actions = {"": t("audit_all"), **{name: t(f"audit_action_{name}") for name in ACTIONS}}
    action = row.selectbox(
        t("audit_action"), list(actions), format_func=actions.__getitem__, key="audit-action",
        on_change=_from_the_top, width=210,
    )  # fmt: skip
    since, until = (
        row.date_input(t(f"audit_{name}"), value=None, key=f"audit-{name}", format="YYYY-MM-DD",
                       on_change=_from_the_top, width=150)
        for name in ("since", "until")
    )  # fmt: skip
    limit = int(st.session_state.get(_SHOWN, _PAGE))
    rows = service.kb.trail.rows(
        limit + 1, since=day_of(since), until=day_of(until), asker=(who or "").strip(), action=action or ""
    )
    if not rows:
        show_html(block("side", t("audit_none")))
        return
    show_html(html_audit.rows(rows[:limit], t))
    if len(rows) > limit and st.button(t("audit_more"), key="audit-more"):
        st.session_state[_SHOWN] = limit + _PAGE
        st.rerun()


def _from_the_top() -> None:
    st.session_state.pop(_SHOWN, None)
