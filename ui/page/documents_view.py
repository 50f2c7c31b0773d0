"""The documents page: adding documents, the list of what the knowledge base holds, and what can be done with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from kb.access.rules import Place
from kb.errors import KBError
from kb.filing.tags import tag_counts
from kb.people.permissions import check_editing
from kb.schema import Document, PlannedDeletion
from kb.store.deletion_plan import to_be_typed
from kb.store.document_queries import Counts, DocumentPage, DocumentQuery, Sort, count, select
from ui.html import chat as html_chat
from ui.html import documents as html_documents
from ui.html.blocks import block, heading, paragraph, subject_line
from ui.html.sanitise import label
from ui.html.templates import draw
from ui.page import access_view, document_dialogs, jobs_view, question_bar, session
from ui.page.confirm_dialog import confirm
from ui.page.panel import cancel_button, day_of, panel, show_html, show_problem, words_of
from ui.page.session import ShownPlace
from ui.service import runtime
from ui.words.strings import Strings

_PAGE = 50
_DELETING, _VERSIONS, _CHOSEN, _OFFSET, _PROBLEM = "deleting", "versions-of", "chosen", "offset", "documents-problem"
_ACCESS, _RELEASING, _SUGGESTING, _TITLE, _MOVING = "access-of", "releasing", "suggesting", "title-of", "moving"
_TAGS = "tags-of"
_PASSAGES = "passages-of"
_DRAWN, _GONE = "filter-collection-drawn", "filter-collection-gone"
_FIELDS = (
    "filter", "filter-collection", "filter-types", "filter-status", "filter-tags", "filter-from", "filter-to",
    "filter-sort",
)  # fmt: skip
_NAMED = 1_000  # documents that are named before they are deleted together
_NOTED = 8  # of those that stay inside something else, how many are told
_SORTS: dict[str, tuple[Sort, bool]] = {
    "name": ("name", False),
    "newest": ("date", True),
    "oldest": ("date", False),
    "largest": ("size", True),
    "type": ("type", False),
    "status": ("status", False),
    "quality": ("quality", False),
}
_STATUSES = ("ready", "quarantined", "failed", "skipped")


def render() -> None:
    """Draw the page."""
    service, t = runtime.current(), session.strings()
    show_html(heading(t("documents_title"), t("documents_intro")))
    everything = service.kb.documents(session.asker(service))
    nothing_read = not any(d.version for d in everything)
    may_add = session.may(service, "ingest")
    reading = may_add and jobs_view.render(service, t, nothing_read=nothing_read) and nothing_read
    show_problem(_PROBLEM, "documents_title", t)
    if aside := service.kb.set_aside(session.asker(service)) if may_add else []:
        names = ", ".join(document.path for document, _ in aside[:_NOTED])
        names += t("and_more", n=len(aside) - _NOTED) if len(aside) > _NOTED else ""
        show_html(block("notice warn", t("passages_aside_of", names=names), "status"))
    _list(service, everything, reading, t)
    doomed, shown = st.session_state.get(_DELETING), st.session_state.get(_VERSIONS)
    if doomed:
        _confirm(service, doomed, to_be_typed(doomed, everything), t)
    elif shown:
        _versions(service, shown, t)
    elif isinstance(held := st.session_state.get(_RELEASING), Document):
        _release(service, held, t)
    elif isinstance(suggesting := st.session_state.get(_SUGGESTING), Document):
        document_dialogs.suggestions(service, suggesting, t, lambda: st.session_state.pop(_SUGGESTING, None))
    elif isinstance(named := st.session_state.get(_TITLE), Document):
        document_dialogs.title(service, named, t, lambda: st.session_state.pop(_TITLE, None))
    elif isinstance(tagged := st.session_state.get(_TAGS), Document):
        document_dialogs.tags(service, tagged, t, lambda: st.session_state.pop(_TAGS, None))
    elif isinstance(moving := st.session_state.get(_MOVING), Document):
        document_dialogs.move(service, moving, t, lambda: st.session_state.pop(_MOVING, None))
    elif isinstance(cut := st.session_state.get(_PASSAGES), Document):
        document_dialogs.passages(service, (cut.collection, cut.path), t, lambda: st.session_state.pop(_PASSAGES, None))
    elif isinstance(place := st.session_state.get(_ACCESS), Place):
        access_view.render(service, place, t, lambda: st.session_state.pop(_ACCESS, None))


# ---- the list


def _list(service: runtime.Service, everything: Sequence[Document], reading: bool, t: Strings) -> None:
    """Draw the list; `reading`: the first files are being read."""
    if reading or not everything:
        none = "documents_none" if session.may(service, "ingest") else "documents_none_for_you"
        words = t("documents_reading" if reading else none)
        show_html(block("notice", words))
    if not everything:
        return
    wanted = _filters(service, count(everything), tag_counts(everything), t)
    in_sight = select(everything, replace(wanted, offset=0, limit=len(everything))).documents
    if wanted.offset and wanted.offset >= len(in_sight):  # what stood on this page was deleted
        wanted = _turn(0, wanted)
    listed = DocumentPage(in_sight[wanted.offset : wanted.offset + wanted.limit], len(in_sight))
    chosen = _ticked_ids(in_sight)
    _bulk(service, everything, wanted, in_sight, chosen, t)
    if not listed.documents:
        show_html(block("notice", t("filter_none")))
        st.button(t("filter_clear"), key="documents-filter-clear", type="tertiary", on_click=_clear)
        return

    def on_action(name: str, value: str) -> None:
        _act(service, name, value, everything, t)

    def may_edit(collection: str) -> bool:
        return session.may_edit(service, collection)

    readers = access_view.is_of_use(service)
    may_ask = session.may(service, "ask")
    html = html_documents.documents(
        listed, wanted.offset, wanted.limit, chosen, t, may_edit, readers=readers, may_ask=may_ask
    )
    panel(html_documents.fit(html), key="documents", on_action=on_action)


def _filters(service: runtime.Service, counts: Counts, tags: Mapping[str, int], t: Strings) -> DocumentQuery:
    """The row of filters, and what they amount to."""
    state = st.session_state
    row = st.container(horizontal=True, vertical_alignment="bottom", key="filter-row")
    search = row.text_input(
        t("filter"), placeholder=t("documents_search"), key="filter", label_visibility="collapsed",
        icon=":material/search:", on_change=_first_page,
    )  # fmt: skip
    total = sum(counts.collections.values())
    names = {"": t("all_collections", n=f"{total:,}")} | {
        name: f"{session.collection_name(service, name, t)} ({n:,})" for name, n in counts.collections.items()
    }
    chosen_name = state.get("filter-collection") or ""
    if chosen_name not in names:
        state[_GONE], chosen_name = chosen_name, ""
    if state.get(_DRAWN) != names[chosen_name]:  # the browser goes on showing the words it knows, until it is told
        state["filter-collection"], state[_DRAWN] = chosen_name, names[chosen_name]
    collection = row.selectbox(
        t("filter_collections"), list(names), format_func=names.__getitem__, key="filter-collection",
        label_visibility="collapsed", on_change=_first_page, width=210, persist_state="session",
    )  # fmt: skip
    sort = row.selectbox(
        t("sort"), list(_SORTS), format_func=lambda name: t(f"sort_{name}"), key="filter-sort",
        label_visibility="collapsed", on_change=_first_page, width=165, persist_state="session",
    )  # fmt: skip
    chosen = [state.get(name) for name in _FIELDS[2:7]]
    more = row.popover(t("filters"), icon=":material/tune:", key="filter-more", on_change="rerun")
    if more.open:
        with more:
            _more_filters(counts, tags, t)
    if _GONE in state:
        words = t("collection_gone", name=state[_GONE])
        show_html(block("notice warn", words, "status"))
    types, statuses, tagged, since, until = chosen
    if any(chosen):
        named = [name.upper() or t("type_none") for name in words_of(types)]
        named += [t(f"filter_{name}") for name in words_of(statuses)]
        named += [t("limit_tag", name=name) for name in words_of(tagged)]
        named += [t("limit_since", date=day_of(since))] if day_of(since) else []
        named += [t("limit_until", date=day_of(until))] if day_of(until) else []
        line = st.container(horizontal=True, vertical_alignment="center", key="filtered-row")
        line.html(html_chat.wrap(block("side", t("filtered", names=" · ".join(named)))))
        line.button(t("filter_clear"), key="filter-drop", type="tertiary", on_click=_clear)
    by, descending = _SORTS[sort or "name"]
    return DocumentQuery(
        search=search or "", collections=(collection,) if collection else (), types=words_of(types),
        statuses=words_of(statuses), since=day_of(since), until=day_of(until), sort=by, descending=descending,
        limit=_PAGE, offset=state.setdefault(_OFFSET, 0), tags=words_of(tagged),
    )  # fmt: skip


def _more_filters(counts: Counts, tags: Mapping[str, int], t: Strings) -> None:
    st.pills(
        t("filter_types"), list(counts.types), selection_mode="multi", key="filter-types", on_change=_first_page,
        format_func=lambda name: f"{label(name.upper()) or t('type_none')} ({counts.types.get(name, 0):,})",
        persist_state="session",
    )  # fmt: skip
    st.pills(
        t("filter_status"), list(_STATUSES), selection_mode="multi", key="filter-status", on_change=_first_page,
        format_func=lambda name: f"{t(f'filter_{name}')} ({counts.statuses.get(name, 0):,})", persist_state="session",
    )  # fmt: skip
    if tags:
        st.pills(
            t("filter_tags"), list(tags), selection_mode="multi", key="filter-tags", on_change=_first_page,
            format_func=lambda name: f"{label(name)} ({tags.get(name, 0):,})", persist_state="session",
        )  # fmt: skip
    days = st.container(horizontal=True)
    for key, words in (("filter-from", t("filter_since")), ("filter-to", t("filter_until"))):
        days.date_input(words, value=None, key=key, format="YYYY-MM-DD", on_change=_first_page, width=150,
                        persist_state="session")  # fmt: skip
    if day_of(st.session_state.get("filter-to")) and (
        day_of(st.session_state.get("filter-to")) < day_of(st.session_state.get("filter-from"))
    ):
        show_html(block("notice warn", t("dates_turned")))
    st.button(t("filter_clear"), key="filter-none", type="tertiary", on_click=_clear)


def _clear() -> None:
    empty = {"filter": "", "filter-collection": "", "filter-types": [], "filter-status": [], "filter-tags": []}
    for name in _FIELDS[:7]:
        st.session_state[name] = empty.get(name)
    _first_page()


def _first_page() -> None:
    st.session_state[_OFFSET] = 0
    st.session_state.pop(_GONE, None)


def _turn(offset: int, wanted: DocumentQuery) -> DocumentQuery:
    st.session_state[_OFFSET] = offset
    return replace(wanted, offset=offset)


# ---- what is chosen


def _ticked_ids(in_sight: Sequence[Document]) -> set[int]:
    """The ids of the documents ticked in this session. What another filter hides is not ticked any more: what is done
    with all that are ticked is done with nothing that is not listed."""
    chosen: set[int] = st.session_state.setdefault(_CHOSEN, set())
    chosen.intersection_update(d.id for d in in_sight)
    return chosen


def _bulk(
    service: runtime.Service,
    everything: Sequence[Document],
    wanted: DocumentQuery,
    in_sight: Sequence[Document],
    chosen: set[int],
    t: Strings,
) -> None:
    """What can be done with all that are ticked, or with the collection that is in sight."""
    if not chosen:
        if wanted.collections and in_sight and session.may_edit(service, wanted.collections[0]):
            again = [d for d in everything if d.collection == wanted.collections[0]]
            row = st.container(horizontal=True, vertical_alignment="center", key="collection-row")
            _button("collection-again", t("collection_again", name=label(wanted.collections[0])), ":material/sync:",
                    lambda: _again(service, again, t), row)  # fmt: skip
            if access_view.is_of_use(service):
                place = Place("collection", wanted.collections[0])
                _button("collection-access", t("access_of", name=label(wanted.collections[0])), ":material/visibility:",
                        lambda: st.session_state.update({_ACCESS: place}), row)  # fmt: skip
        return
    row = st.container(horizontal=True, vertical_alignment="center", key="bulk-row")
    row.html(html_chat.wrap(draw("blocks.bold", t.count("chosen", len(chosen)))))
    if len(chosen) < len(in_sight):
        every = {d.id for d in in_sight if session.may_edit(service, d.collection)}
        _button("choose-all", t("choose_all", n=f"{len(every):,}"), "", lambda: chosen.update(every), row)
    ticked = [d for d in in_sight if d.id in chosen]
    _button("chosen-again", t("document_again"), ":material/sync:", lambda: _again(service, ticked, t), row)
    doomed = [d.id for d in ticked]
    _button("chosen-delete", t("delete"), ":material/delete:", lambda: _doom(service, doomed, t), row)
    _button("chosen-none", t("choose_none"), "", chosen.clear, row)


def _button(key: str, words: str, icon: str, act: Callable[[], object], row: Any = st) -> None:
    row.button(words, key=key, icon=icon or None, on_click=act, type="tertiary")


def _again(service: runtime.Service, documents: Sequence[Document], t: Strings) -> None:
    groups: dict[str, list[str]] = {}
    for document in documents:
        groups.setdefault(document.collection, []).append(document.path)
    try:
        for collection in groups:
            check_editing(session.asker(service), collection)
        jobs_view.read_again(service, groups, t)
    except (KBError, OSError) as error:
        st.session_state[_PROBLEM] = t.message(error)


def _doom(service: runtime.Service, document_ids: Sequence[int], t: Strings) -> None:
    """Ask about deleting these, and what goes with them. It is fixed here: what is asked about is what is deleted."""
    try:
        st.session_state[_DELETING] = service.kb.planned_deletions(session.asker(service), document_ids)
    except KBError as error:  # deleted meanwhile
        st.session_state[_PROBLEM] = t.message(error)


def _act(service: runtime.Service, name: str, value: str, everything: Sequence[Document], t: Strings) -> None:
    """Do what was clicked in the list."""
    if name == "offset":
        st.session_state[_OFFSET] = max(0, int(value))
        return
    chosen: set[int] = st.session_state.setdefault(_CHOSEN, set())
    if name in ("pick-page", "drop-page"):
        ids = map(int, value.split())
        chosen.update(ids) if name == "pick-page" else chosen.difference_update(ids)
        return
    document = next((d for d in everything if d.id == int(value)), None)
    if name == "delete" or document is None:
        _doom(service, [int(value)], t)  # says so where it is gone
    elif name == "pick":
        chosen.symmetric_difference_update({document.id})
    elif name == "suggestions":
        st.session_state[_SUGGESTING] = document
    elif name == "title":
        st.session_state[_TITLE] = document
    elif name == "tags":
        st.session_state[_TAGS] = document
    elif name == "move":
        st.session_state[_MOVING] = document
    elif name == "passages":
        st.session_state[_PASSAGES] = document
    elif name == "ask":
        question_bar.ask_document(service, document)
    elif name == "versions":
        st.session_state[_VERSIONS] = (document.collection, document.path)
    elif name == "access":
        st.session_state[_ACCESS] = Place("document", document.collection, document.path)
    elif name == "release":
        st.session_state[_RELEASING] = document
    elif name == "again":
        _again(service, [document], t)
    elif name == "preview":
        session.show_sources([ShownPlace(document.collection, document.path, None, None, 0, 0)])


# ---- dialogs


def _confirm(service: runtime.Service, doomed: Sequence[PlannedDeletion], typed: str, t: Strings) -> None:
    title = t("delete_title") if len(doomed) == 1 else t("delete_many_title", n=f"{len(doomed):,}")
    confirm(
        title, _about(doomed, t) + paragraph(t.count("delete_text", len(doomed))), t, key="delete", typed=typed,
        delete=lambda: _delete(service, doomed, t),
        close=lambda: st.session_state.pop(_DELETING, None),
    )  # fmt: skip


def _about(doomed: Sequence[PlannedDeletion], t: Strings) -> str:
    """What goes, each by its name, and what of it stays in a mail or archive that is kept."""
    kept = [d for d in doomed if d.kept_in]
    said = [t("delete_more", n=f"{len(doomed) - _NAMED:,}")] if len(doomed) > _NAMED else []
    said += [t("delete_kept_in", name=d.path, container=d.kept_in) for d in kept[:_NOTED]]
    said += [t("delete_more", n=f"{len(kept) - _NOTED:,}")] if len(kept) > _NOTED else []
    return draw("blocks.doomed", [(d.path, d.collection) for d in doomed[:_NAMED]], said)


def _delete(service: runtime.Service, doomed: Sequence[PlannedDeletion], t: Strings) -> None:
    chosen: set[int] = st.session_state.setdefault(_CHOSEN, set())
    ids = [each.id for each in doomed]
    service.kb.delete_documents(session.asker(service), ids)
    chosen.difference_update(ids)
    words = t("deleted", name=label(doomed[0].path)) if len(doomed) == 1 else t("deleted_many", n=f"{len(doomed):,}")
    st.toast(words, icon=":material/check:")


def _release(service: runtime.Service, document: Document, t: Strings) -> None:
    """Show what of a document speaks to a model, and ask whether it shall be found all the same."""

    def close() -> None:
        st.session_state.pop(_RELEASING, None)

    @st.dialog(t("release_title"), width="medium", icon=":material/gpp_maybe:", on_dismiss=close)
    def dialog() -> None:
        show_html(subject_line(document.path, document.collection))
        show_html(draw("blocks.rows", html_documents.quarantine(document, t)))
        show_html(paragraph(t("release_text")))
        row = st.container(horizontal=True, horizontal_alignment="right", key="release-row")
        cancel_button(row, "release-cancel", close, t)
        if row.button(t("release"), key="release-do", type="primary"):
            try:
                session.check(service, "ingest")
                service.kb.release(session.asker(service), document.collection, document.path)
            except KBError as error:
                show_html(html_chat.problem(t("release_failed"), t.message(error)))
                return
            close()
            st.toast(t("released", name=label(document.path)), icon=":material/check:")
            st.rerun()

    dialog()


def _versions(service: runtime.Service, key: tuple[str, str], t: Strings) -> None:
    def close() -> None:
        st.session_state.pop(_VERSIONS, None)

    @st.dialog(t("versions_title"), width="medium", icon=":material/history:", on_dismiss=close)
    def dialog() -> None:
        collection, path = key
        show_html(subject_line(path, collection))
        try:
            found = service.kb.versions(session.asker(service), collection, path)
        except KBError as error:
            show_html(html_chat.problem(path, t.message(error)))
            return

        def on_action(_name: str, value: str) -> None:
            close()
            session.show_sources([ShownPlace(collection, path, int(value), None, 0, 0)])
            st.session_state["versions-closed"] = True

        html = html_documents.versions(collection, path, found, t)
        panel(html_documents.fit(html), key="versions", on_action=on_action)
        if st.session_state.pop("versions-closed", False):
            st.rerun()  # a click in a dialog draws only the dialog

    dialog()
