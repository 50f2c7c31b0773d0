"""Dialogs for the editor of one document: its suggested questions, a title to be shown, its tags, where it stands, and
its passages."""

from collections.abc import Callable

import streamlit as st

from ingest.document.parsed import one_line
from ingest.reading.editing import places_to_cut
from ingest.sync.editing import EditedPlace, correct, join, split
from kb.documents import LONGEST_TITLE
from kb.editing.passages import DocumentPassage, DocumentPassages
from kb.errors import KBError
from kb.filing.moving import LONGEST_PATH
from kb.language.tag_keys import tag_key, tag_keys
from kb.people.permissions import check_editing
from kb.requests.suggestions import MOST, questions_of, write
from kb.schema import Document, Principal
from ui.html import chat as html_chat
from ui.html import passages as html_passages
from ui.html.blocks import block, paragraph, subject_line
from ui.html.documents import fit
from ui.html.sanitise import label
from ui.page import session
from ui.page.panel import cancel_button, panel, show_html
from ui.service import runtime
from ui.words.strings import Strings

_LINES = "suggestions-lines"
_PASSAGES = 20  # on a page
_FROM, _EDITED, _WRONG, _SHOWN = "passages-from", "passages-edited", "passages-problem", "passages-shown"
_BEFORE = 80  # characters that name a place to split at


def _save(
    service: runtime.Service, act: Callable[[Principal], str], failed: str, t: Strings, close: Callable[[], None]
) -> None:
    """Do what was written in a dialog, close it and say what `act` returns; or say in it why not, under the words
    `failed`."""
    try:
        session.check(service, "ingest")
        said = act(session.asker(service))
    except KBError as error:
        show_html(html_chat.problem(t(failed), t.message(error)))
        return
    close()
    st.toast(said, icon=":material/check:")
    st.rerun()


def suggestions(service: runtime.Service, document: Document, t: Strings, close: Callable[[], None]) -> None:
    """Draw the dialog; `close` runs whenever it goes."""

    @st.dialog(t("suggestions_edit"), width="medium", icon=":material/forum:", on_dismiss=close)
    def dialog() -> None:
        show_html(subject_line(document.path, document.collection))
        questions, written = questions_of(service.kb.catalog, document)
        show_html(paragraph(t("suggestions_text", n=MOST)))
        lines = st.text_area(t("suggestions_edit"), "\n".join(questions), key=f"{_LINES}-{document.id}", height=220)
        show_html(block("side", t("suggestions_written" if written else "suggestions_made")))
        row = st.container(horizontal=True, horizontal_alignment="right", key="suggestions-row")
        again = written and row.button(t("suggestions_again"), key="suggestions-again", type="tertiary")
        cancel_button(row, "suggestions-cancel", close, t)
        if row.button(t("save"), key="suggestions-save", type="primary") or again:

            def keep(asker: Principal) -> str:
                check_editing(asker, document.collection)
                write(service.kb.catalog, document, None if again else lines.splitlines(), asker)
                return t("suggestions_saved")

            _save(service, keep, "suggestions_failed", t, close)

    dialog()


def title(service: runtime.Service, document: Document, t: Strings, close: Callable[[], None]) -> None:
    """Draw the dialog that gives a document a title; `close` runs whenever it goes."""

    @st.dialog(t("title_edit"), icon=":material/title:", on_dismiss=close)
    def dialog() -> None:
        show_html(subject_line(document.path, document.collection))
        with st.form("title-form", border=False):
            written = st.text_input(
                t("title_label"), document.shown_title, max_chars=LONGEST_TITLE, key=f"title-{document.id}",
                placeholder=document.path, autocomplete="off",
            )  # fmt: skip
            show_html(block("side", t("title_hint")))
            row = st.container(horizontal=True, horizontal_alignment="right", key="title-row")
            saved = row.form_submit_button(t("save"), key="title-save", type="primary")
            cancelled = row.form_submit_button(t("cancel"), key="title-cancel")
        if cancelled:
            close()
            st.rerun()
        if saved:

            def give(asker: Principal) -> str:
                service.kb.set_title(asker, document.collection, document.path, written)
                return t("title_saved")

            _save(service, give, "title_failed", t, close)

    dialog()


def move(service: runtime.Service, document: Document, t: Strings, close: Callable[[], None]) -> None:
    """Draw the dialog that gives a document another path or collection; `close` runs whenever it goes."""

    @st.dialog(t("move"), icon=":material/drive_file_move:", on_dismiss=close)
    def dialog() -> None:
        show_html(subject_line(document.path, document.collection))
        asker = session.asker(service)
        try:
            session.check(service, "ingest")
            service.kb.check_movable(asker, document.collection, document.path)
        except KBError as error:
            show_html(html_chat.problem(t("move_failed"), t.message(error)))
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
            show_html(block("side", t("move_hint")))
            row = st.container(horizontal=True, horizontal_alignment="right", key="move-row")
            saved = row.form_submit_button(t("save"), key="move-save", type="primary")
            cancelled = row.form_submit_button(t("cancel"), key="move-cancel")
        if cancelled:
            close()
            st.rerun()
        if saved:

            def carry_out(asker: Principal) -> str:
                to = None if path == document.path else path
                _, moved = service.kb.move_document(asker, document.collection, document.path, to, collection)
                return t("moved", name=label(moved))

            _save(service, carry_out, "move_failed", t, close)

    dialog()


def tags(service: runtime.Service, document: Document, t: Strings, close: Callable[[], None]) -> None:
    """Draw the dialog that gives a document its tags; `close` runs whenever it goes."""

    @st.dialog(t("tags_edit"), icon=":material/sell:", on_dismiss=close)
    def dialog() -> None:
        show_html(subject_line(document.path, document.collection))
        asker = session.asker(service)
        others = [tag for tag in service.kb.tags(asker) if tag_key(tag) not in tag_keys(document.tags)]
        chosen = st.multiselect(
            t("tags_edit"), [*document.tags, *others], default=[*document.tags], key=f"tags-{document.id}",
            accept_new_options=True, placeholder="",
        )  # fmt: skip
        show_html(block("side", t("tags_hint")))
        row = st.container(horizontal=True, horizontal_alignment="right", key="tags-row")
        cancel_button(row, "tags-cancel", close, t)
        if row.button(t("save"), key="tags-save", type="primary"):

            def give(asker: Principal) -> str:
                service.kb.set_tags(asker, document.collection, document.path, chosen)
                session.look_anew()
                return t("tags_saved")

            _save(service, give, "tags_failed", t, close)

    dialog()


def _near(service: runtime.Service, source: session.ShownPlace, found: DocumentPassages) -> int:
    """The position of the passage that holds the words of a source, or most of their place."""
    stored = service.kb.stored_text(session.asker(service), source.collection, source.document, source.version)
    words = stored.text[source.start : source.end]
    held = [(words in each.text, min(each.end, source.end) - max(each.start, source.start)) for each in found.passages]
    return held.index(max(held)) if held else 0


def passages(
    service: runtime.Service, name: tuple[str, str], t: Strings, close: Callable[[], None],
    near: session.ShownPlace | None = None,
) -> None:  # fmt: skip
    """Draw the dialog in which passages of a document, which is named by collection and path, are left out, corrected,
    split and joined; `close` runs whenever it goes. The passage that a source stands in comes first."""
    state = st.session_state

    def closed() -> None:
        state.pop(_FROM, None)
        state.pop(_EDITED, None)
        close()

    @st.dialog(t("passages"), width="large", icon=":material/segment:", on_dismiss=closed)
    def dialog() -> None:
        show_html(subject_line(name[1], name[0]))
        try:
            found = service.kb.passages(session.asker(service), *name)
        except KBError as error:  # deleted meanwhile
            show_html(html_chat.problem(name[1], t.message(error)))
            return
        edited = next((each for each in found.passages if (each.start, each.end) == state.get(_EDITED)), None)
        if edited is None:
            show_html(paragraph(t("passages_text")))
        if found.set_aside:
            line = st.container(horizontal=True, vertical_alignment="center", key="passages-aside")
            line.html(html_chat.wrap(block("notice warn", t.count("passages_aside", found.set_aside), "status")))
            line.button(t("passages_forget"), key="passages-forget", type="tertiary", on_click=forget)
        if problem := state.pop(_WRONG, None):
            show_html(html_chat.problem(t("passages_failed"), str(problem)))
        if edited is not None:
            edit(found, edited)
            return

        def on_action(act: str, value: str) -> None:
            if act == "offset":
                state[_FROM] = max(0, int(value))
                return
            start, end = map(int, value.split())
            if act == "edit":
                state[_EDITED] = (start, end)
                return
            if act == "show":
                page = next((each.page for each in found.passages if (each.start, each.end) == (start, end)), None)
                closed()
                session.show_sources([session.ShownPlace(*name, found.version, page, start, end)])
                state[_SHOWN] = True
                return
            if act == "join":
                place = EditedPlace(*name, found.edits, start, end)
                change(lambda asker: join(service.kb, asker, place))
                return
            left_out = any((each.start, each.end) == (start, end) and each.left_out for each in found.passages)
            change(lambda asker: service.kb.leave_out(asker, *name, found.edits, start, end, not left_out))

        if _FROM not in state and near is not None:
            state[_FROM] = _near(service, near, found)
        offset = state.get(_FROM, 0)
        offset = offset if offset < len(found.passages) else 0
        html = html_passages.passages(found, offset, _PASSAGES, t)
        panel(fit(html), key="passages", on_action=on_action)
        if state.pop(_SHOWN, False):
            st.rerun()  # a click in a dialog draws only the dialog

    def edit(found: DocumentPassages, passage: DocumentPassage) -> None:
        place = EditedPlace(*name, found.edits, passage.start, passage.end)
        own = f"{found.version}-{passage.start}"
        with st.form("passage-form", border=False):
            text = st.text_area(t("passage_text"), passage.text, key=f"passage-text-{own}", height=260)
            show_html(block("side", t("passage_edit_hint")))
            row = st.container(horizontal=True, horizontal_alignment="right", key="passage-row")
            cancelled = row.form_submit_button(t("cancel"), key="passage-cancel")
            saved = row.form_submit_button(t("save"), key="passage-save", type="primary")
        places = [] if passage.left_out else places_to_cut(passage.text)
        at, cut = 0, False
        if places:
            with st.form("split-form", border=False):
                at = st.selectbox(
                    t("passage_split_at"), places, format_func=lambda at: one_line(passage.text[at : at + _BEFORE]),
                    key=f"passage-at-{own}",
                )  # fmt: skip
                row = st.container(horizontal=True, horizontal_alignment="right", key="split-row")
                cut = row.form_submit_button(t("passage_split"), key="passage-split")
        done = False
        if saved:
            done = change(lambda asker: correct(service.kb, asker, place, text), t("passage_saved"))
        elif cut:
            done = change(lambda asker: split(service.kb, asker, place, passage.start + at), t("passage_is_split"))
        if done or cancelled:
            state.pop(_EDITED, None)
        if saved or cut or cancelled:
            st.rerun()

    def forget() -> None:
        change(lambda asker: service.kb.forget_edits(asker, *name))

    def change(act: Callable[[Principal], object], said: str = "") -> bool:
        """Whether it was done; else it is told why not when the dialog is drawn next."""
        try:
            session.check(service, "ingest")
            act(session.asker(service))
        except KBError as error:
            state[_WRONG] = t.message(error)
            return False
        if said:
            st.toast(said, icon=":material/check:")
        return True

    dialog()
