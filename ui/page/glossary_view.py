"""The page Glossary: the house's own terms, for everybody to look at and for editors to write, accept and dismiss."""

from collections.abc import Callable

import streamlit as st

from kb.errors import KBError
from kb.glossary.csv_form import decoded, entries_of
from kb.glossary.entries import Entry, NewEntry
from kb.schema import Principal
from ui.html import chat as html_chat
from ui.html import glossary as html_glossary
from ui.html.blocks import block, heading, paragraph
from ui.html.sanitise import label
from ui.html.templates import draw
from ui.page import session
from ui.page.confirm_dialog import confirm
from ui.page.panel import empty_form, key_of, panel, show_html, show_problem, value_of
from ui.page.session import ShownPlace
from ui.service import runtime
from ui.words.strings import Strings

EXPORT = "/api/glossary/export"
_DOING, _PROBLEM, _SHOWN = "glossary-doing", "glossary-problem", "glossary-shown"
_PAGE = 50


def render() -> None:
    """Draw the page."""
    service, t = runtime.current(), session.strings()
    session.check(service, "search")
    show_html(heading(t("glossary_title"), t("glossary_intro")))
    show_problem(_PROBLEM, "glossary_failed", t)
    asker = session.asker(service)
    editor = session.may(service, "ingest") and service.kb.glossary.is_editor(asker)
    part = "terms"
    if editor:
        parts = ("terms", "proposed")
        part = st.segmented_control(
            t("glossary_title"), parts, format_func=lambda name: t(f"glossary_{name}"), default="terms", required=True,
            key="glossary-part", label_visibility="collapsed", on_change=_from_the_top,
        ) or "terms"  # fmt: skip
        if part == "terms":
            _adding(service, t)
            _bringing_in(service, t)
        else:
            _finding(service, t)
    else:
        show_html(_export_link(t))
    _listing(service, t, asker, editor, proposed=part == "proposed")
    _dialogs(service, t)


def _do(service: runtime.Service, t: Strings, act: Callable[[Principal], object]) -> bool:
    """Do what an editor asked for. What is refused is told."""
    try:
        session.check(service, "ingest")
        act(session.asker(service))
    except KBError as error:
        st.session_state[_PROBLEM] = t.message(error)
        return False
    return True


def _fields(form: str, t: Strings, entry: Entry | None = None) -> None:
    st.text_input(
        t("glossary_term"), value=entry.term if entry else "", key=key_of(form, "term"),
        placeholder=t("glossary_term_example"),
    )  # fmt: skip
    st.text_area(
        t("glossary_forms"), value="\n".join(entry.forms) if entry else "", key=key_of(form, "forms"),
        help=t("glossary_forms_help"), height=100,
    )  # fmt: skip
    st.text_area(
        t("glossary_definition"), value=entry.definition if entry else "", key=key_of(form, "definition"), height=68
    )


def _new_entry(form: str) -> NewEntry:
    forms = tuple(line.strip() for line in str(value_of(form, "forms") or "").splitlines() if line.strip())
    return NewEntry(str(value_of(form, "term") or ""), forms, str(value_of(form, "definition") or ""))


def _adding(service: runtime.Service, t: Strings) -> None:
    def add() -> None:
        new = _new_entry("glossary-add")
        if _do(service, t, lambda asker: service.kb.glossary.add(asker, new)):
            st.toast(t("glossary_added", name=label(new.term.strip())), icon=":material/check:")
            empty_form("glossary-add")

    with (
        st.expander(t("glossary_add_title"), icon=":material/add:", key="glossary-adding"),
        st.form("glossary-add-form", border=False, enter_to_submit=False),
    ):
        _fields("glossary-add", t)
        st.form_submit_button(t("glossary_add"), type="primary", key="glossary-add", on_click=add)


def _bringing_in(service: runtime.Service, t: Strings) -> None:
    def bring_in() -> None:
        file, replace = value_of("glossary-import", "file"), bool(value_of("glossary-import", "replace"))
        if file is None:
            return

        def act(asker: Principal) -> None:
            done = service.kb.glossary.bring_in(asker, entries_of(decoded(file.getvalue())), replace)
            told = t(
                "glossary_imported", added=done.added, changed=done.changed, unchanged=done.unchanged,
                removed=done.removed,
            )  # fmt: skip
            st.toast(told, icon=":material/check:")

        if _do(service, t, act):
            empty_form("glossary-import")

    with st.expander(t("glossary_import_title"), icon=":material/table:", key="glossary-importing"):
        show_html(block("side", t("glossary_import_hint")) + _export_link(t))
        with st.form("glossary-import-form", border=False):
            st.file_uploader(t("glossary_file"), type=["csv", "txt", "tsv"], key=key_of("glossary-import", "file"))
            st.checkbox(t("glossary_replace"), key=key_of("glossary-import", "replace"))
            st.form_submit_button(t("glossary_import"), type="primary", key="glossary-import", on_click=bring_in)


def _export_link(t: Strings) -> str:
    return draw("blocks.download", EXPORT, "glossary.csv", t("glossary_export"))


def _finding(service: runtime.Service, t: Strings) -> None:
    show_html(block("side", t("glossary_proposed_intro")))
    if st.button(t("glossary_find"), key="glossary-find", icon=":material/manage_search:"):
        with st.spinner(t("glossary_finding")):
            found: list[int] = []
            if _do(service, t, lambda asker: found.append(service.kb.glossary.look_again(asker))):
                st.toast(t.count("glossary_found", found[0]), icon=":material/check:")
        if _PROBLEM in st.session_state:
            st.rerun()


def _listing(service: runtime.Service, t: Strings, asker: Principal, editor: bool, *, proposed: bool) -> None:
    search = st.text_input(
        t("glossary_search"), placeholder=t("glossary_search"), key="glossary-search", icon=":material/search:",
        label_visibility="collapsed", on_change=_from_the_top,
    )  # fmt: skip
    limit = int(st.session_state.get(_SHOWN, _PAGE))
    state, wanted = ("proposed" if proposed else "accepted"), (search or "").strip()
    listed, total = service.kb.glossary.entries(asker, state, wanted, limit)  # type: ignore[arg-type]
    if not listed:
        words = t("glossary_none_proposed" if proposed else "glossary_none")
        show_html(block("side", words))
        return
    show_html(block("side", t.count("glossary_count", total)))

    def on_action(action: str, value: str) -> None:
        if action in ("change", "remove"):
            st.session_state[_DOING] = (action, int(value))
        elif action == "accept":
            _do(service, t, lambda who: service.kb.glossary.accept(who, int(value)))
        elif action == "dismiss":
            _do(service, t, lambda who: service.kb.glossary.dismiss(who, int(value)))
        elif action == "source":
            _open(listed, value)

    panel(html_glossary.entries(listed, t, editor=editor), key="glossary", on_action=on_action)
    if total > limit and st.button(t("glossary_more"), key="glossary-more"):
        st.session_state[_SHOWN] = limit + _PAGE
        st.rerun()


def _open(listed: list[Entry], value: str) -> None:
    """Open the document that gives a term, at its place."""
    id, _, number = value.partition(":")
    entry = next((entry for entry in listed if str(entry.id) == id), None)
    if entry is None or not number.isdigit() or int(number) >= len(entry.sources):
        return
    sources = [ShownPlace(s.collection, s.document, s.version, s.page, s.start, s.end) for s in entry.sources]
    session.show_sources(sources, int(number))


def _from_the_top() -> None:
    st.session_state.pop(_SHOWN, None)


# ---- dialogs


def _close() -> None:
    st.session_state.pop(_DOING, None)


def _dialogs(service: runtime.Service, t: Strings) -> None:
    doing, id = st.session_state.get(_DOING, ("", 0))
    if not doing:
        return
    try:
        entry = service.kb.glossary.entry(session.asker(service), id)
    except KBError:  # somebody removed it
        _close()
        return
    if doing == "change":
        _change(service, entry, t)
        return

    def remove() -> None:
        session.check(service, "ingest")
        service.kb.glossary.remove(session.asker(service), id)

    title = label(t("glossary_remove_title", name=entry.term))
    confirm(title, paragraph(t("glossary_remove_text")), t, key="glossary-remove", delete=remove, close=_close)


def _change(service: runtime.Service, entry: Entry, t: Strings) -> None:
    form = f"glossary-change-{entry.id}"

    def close() -> None:
        _close()
        empty_form(form)

    @st.dialog(label(t("glossary_change_title", name=entry.term)), icon=":material/edit:", on_dismiss=close)
    def dialog() -> None:
        with st.form("glossary-change-form", border=False, enter_to_submit=False):
            _fields(form, t, entry)
            row = st.container(horizontal=True, horizontal_alignment="right", key="glossary-change-row")
            cancelled = row.form_submit_button(t("cancel"), key="glossary-change-cancel")
            saved = row.form_submit_button(t("save"), type="primary", key="glossary-change-save")
        if saved:
            try:
                session.check(service, "ingest")
                service.kb.glossary.change(session.asker(service), entry.id, _new_entry(form))
            except KBError as error:
                show_html(html_chat.problem(t("glossary_failed"), t.message(error)))
                return
        if saved or cancelled:
            close()
            st.rerun()

    dialog()
