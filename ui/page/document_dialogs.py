"""Dialogs in which an editor writes something of one document: its suggested questions, a title to be shown, its
tags, and where it stands."""

from collections.abc import Callable

import streamlit as st

from kb.documents import LONGEST_TITLE
from kb.errors import KBError
from kb.filing.moving import LONGEST_PATH
from kb.language.tag_keys import tag_key, tag_keys
from kb.people.permissions import check_editing
from kb.requests.suggestions import MOST, questions_of, write
from kb.schema import Document
from ui.html import chat as html_chat
from ui.html.blocks import block, named, paragraph
from ui.html.sanitise import label
from ui.page import session
from ui.service import runtime
from ui.words.strings import Strings

_LINES = "suggestions-lines"


def suggestions(service: runtime.Service, document: Document, t: Strings, close: Callable[[], None]) -> None:
    """Draw the dialog; `close` runs whenever it goes."""

    @st.dialog(t("suggestions_edit"), width="medium", icon=":material/forum:", on_dismiss=close)
    def dialog() -> None:
        st.html(html_chat.wrap(named(document.path, document.collection)))
        questions, written = questions_of(service.kb.catalog, document)
        st.html(html_chat.wrap(paragraph(t("suggestions_text", n=MOST))))
        lines = st.text_area(t("suggestions_edit"), "\n".join(questions), key=f"{_LINES}-{document.id}", height=220)
        st.html(html_chat.wrap(block("side", t("suggestions_written" if written else "suggestions_made"))))
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
                st.html(html_chat.wrap(html_chat.problem(t("suggestions_failed"), t.message(error))))
                return
            close()
            st.toast(t("suggestions_saved"), icon=":material/check:")
            st.rerun()

    dialog()


def title(service: runtime.Service, document: Document, t: Strings, close: Callable[[], None]) -> None:
    """Draw the dialog that gives a document a title; `close` runs whenever it goes."""

    @st.dialog(t("title_edit"), icon=":material/title:", on_dismiss=close)
    def dialog() -> None:
        st.html(html_chat.wrap(named(document.path, document.collection)))
        with st.form("title-form", border=False):
            written = st.text_input(
                t("title_label"), document.shown_title, max_chars=LONGEST_TITLE, key=f"title-{document.id}",
                placeholder=document.path, autocomplete="off",
            )  # fmt: skip
            st.html(html_chat.wrap(block("side", t("title_hint"))))
            row = st.container(horizontal=True, horizontal_alignment="right", key="title-row")
            saved = row.form_submit_button(t("save"), key="title-save", type="primary")
            cancelled = row.form_submit_button(t("cancel"), key="title-cancel")
        if cancelled:
            close()
            st.rerun()
        if saved:
            try:
                session.check(service, "ingest")
                service.kb.set_title(session.asker(service), document.collection, document.path, written)
            except KBError as error:
                st.html(html_chat.wrap(html_chat.problem(t("title_failed"), t.message(error))))
                return
            close()
            st.toast(t("title_saved"), icon=":material/check:")
            st.rerun()

    dialog()


def move(service: runtime.Service, document: Document, t: Strings, close: Callable[[], None]) -> None:
    """Draw the dialog that gives a document another path or collection; `close` runs whenever it goes."""

    @st.dialog(t("move"), icon=":material/drive_file_move:", on_dismiss=close)
    def dialog() -> None:
        st.html(html_chat.wrap(named(document.path, document.collection)))
        asker = session.asker(service)
        try:
            session.check(service, "ingest")
            service.kb.check_movable(asker, document.collection, document.path)
        except KBError as error:
            st.html(html_chat.wrap(html_chat.problem(t("move_failed"), t.message(error))))
            return
        shared = service.kb.catalog.shared_collections() if asker.unlimited else ()
        there = sorted({*shared, *asker.edits, document.collection})
        with st.form("move-form", border=False):
            path = st.text_input(
                t("move_path"), document.path, max_chars=LONGEST_PATH, key=f"move-{document.id}", autocomplete="off"
            )
            collection = st.selectbox(
                t("move_collection"), there, there.index(document.collection), key=f"move-to-{document.id}",
                accept_new_options=asker.unlimited, format_func=lambda name: session.collection_name(service, name, t),
            )  # fmt: skip
            st.html(html_chat.wrap(block("side", t("move_hint"))))
            row = st.container(horizontal=True, horizontal_alignment="right", key="move-row")
            saved = row.form_submit_button(t("save"), key="move-save", type="primary")
            cancelled = row.form_submit_button(t("cancel"), key="move-cancel")
        if cancelled:
            close()
            st.rerun()
        if saved:
            try:
                to = None if path == document.path else path
                _, moved = service.kb.move_document(asker, document.collection, document.path, to, collection)
            except KBError as error:
                st.html(html_chat.wrap(html_chat.problem(t("move_failed"), t.message(error))))
                return
            close()
            st.toast(t("moved", name=label(moved)), icon=":material/check:")
            st.rerun()

    dialog()


def tags(service: runtime.Service, document: Document, t: Strings, close: Callable[[], None]) -> None:
    """Draw the dialog that gives a document its tags; `close` runs whenever it goes."""

    @st.dialog(t("tags_edit"), icon=":material/sell:", on_dismiss=close)
    def dialog() -> None:
        st.html(html_chat.wrap(named(document.path, document.collection)))
        asker = session.asker(service)
        others = [tag for tag in service.kb.tags(asker) if tag_key(tag) not in tag_keys(document.tags)]
        chosen = st.multiselect(
            t("tags_edit"), [*document.tags, *others], default=[*document.tags], key=f"tags-{document.id}",
            accept_new_options=True, placeholder="",
        )  # fmt: skip
        st.html(html_chat.wrap(block("side", t("tags_hint"))))
        row = st.container(horizontal=True, horizontal_alignment="right", key="tags-row")
        if row.button(t("cancel"), key="tags-cancel"):
            close()
            st.rerun()
        if row.button(t("save"), key="tags-save", type="primary"):
            try:
                session.check(service, "ingest")
                service.kb.set_tags(asker, document.collection, document.path, chosen)
            except KBError as error:
                st.html(html_chat.wrap(html_chat.problem(t("tags_failed"), t.message(error))))
                return
            session.look_anew()
            close()
            st.toast(t("tags_saved"), icon=":material/check:")
            st.rerun()

    dialog()
