"""The documents: what the knowledge base holds, adding and deleting."""

from typing import Any

import streamlit as st

from kb.errors import KBError
from kb.schema import Document
from ui import markup, runtime, session
from ui.panel import panel
from ui.sanitise import label, plain
from ui.session import Source
from ui.strings import Strings
from ui.style import uploader_words

_PAGE = 50
_DELETING, _SHOWN, _UPLOADS = "deleting", "documents-shown", "uploads-made"


def render() -> None:
    """Draw the list of documents, and follow an upload that is being read in."""
    service, t = runtime.current(), session.strings()
    st.html(markup.wrap(f'<div class="heading">{t("documents_title")}</div><div>{t("documents_intro")}</div>'))
    hint = t("upload_hint", mb=service.kb.settings.ingest.max_file_mb)
    st.html(f"<style>{uploader_words(t('upload_browse'), hint)}</style>")
    _upload(service, t)
    slot = _result(service, t)
    _list(service, t)
    doomed = st.session_state.get(_DELETING)
    if isinstance(doomed, Document):
        _confirm(service, doomed, t)
    if service.uploads.running:
        _follow(service, slot, t)


def _upload(service: runtime.Service, t: Strings) -> None:
    made = st.session_state.setdefault(_UPLOADS, 0)
    files = st.file_uploader(
        t("upload_label"),
        accept_multiple_files=True,
        key=f"files-{made}",  # a new key empties the widget
        disabled=service.uploads.running,
    )

    def add() -> None:
        if service.uploads.add((file.name, file) for file in files or ()):
            st.session_state[_UPLOADS] = made + 1

    if files:
        st.button(
            t.count("upload_button", len(files)),
            type="primary",
            key="add-files",
            on_click=add,
        )


def _follow(service: runtime.Service, slot: Any, t: Strings) -> None:
    """Show how far an upload is; draws the page anew when it has ended."""
    state = service.uploads.state
    while state is not None and not state.finished:
        words = t("upload_starting")
        if state.files_total and state.current:
            done = min(state.files_done + 1, state.files_total)
            words = t("upload_running", done=done, total=state.files_total, name="")
        share = state.files_done / state.files_total if state.files_total else 0.0
        with slot.container():
            st.progress(min(1.0, share))
            st.html(markup.wrap(f'<div class="state"><span class="pulse"></span><span>{plain(words)}'
                                f"{plain(state.current)}</span></div>"))  # fmt: skip
        state = service.uploads.wait(state, 0.3)
    st.rerun()


def _result(service: runtime.Service, t: Strings) -> Any:
    """What became of each file of the last upload. Returns the place for the progress of one that runs."""
    slot = st.empty()
    state = service.uploads.state
    if state is None or not state.finished:
        return slot
    if state.error is not None:
        st.html(markup.wrap(markup.problem(t("upload_title"), state.error or t("failed_unknown"))))
    if state.report is not None:
        report = state.report
        failed = report.failed + report.skipped
        words = t(
            "upload_done",
            added=report.added,
            changed=report.changed,
            unchanged=report.unchanged,
            failed=failed,
        )
        rows = "".join(markup.result(d.path, d.status, d.reason, t) for d in report.documents[:200])
        listed = f'<details data-key="result"{" open" if failed else ""}><summary><b>{words}</b></summary>'
        panel(f'{listed}<ul class="docs">{rows}</ul></details>', key="upload-result")
    st.button(
        t("upload_dismiss"),
        key="dismiss-upload",
        on_click=service.uploads.dismiss,
        type="tertiary",
    )
    return slot


def _list(service: runtime.Service, t: Strings) -> None:
    everything = service.kb.documents(service.asker)
    if not everything:
        st.html(markup.wrap(f'<div class="notice">{t("documents_none")}</div>'))
        return
    wanted = st.text_input(
        t("filter"), placeholder=t("filter_placeholder"), key="filter", label_visibility="collapsed",
        icon=":material/search:",
    )  # fmt: skip
    found = [d for d in everything if _matches(d, wanted or "", t)]
    if not found:
        st.html(markup.wrap(f'<div class="notice">{t("filter_none")}</div>'))
        return
    limit = st.session_state.setdefault(_SHOWN, _PAGE)
    shown = found[:limit]

    def on_action(name: str, value: str) -> None:
        document = shown[int(value)]
        if name == "delete":
            st.session_state[_DELETING] = document
        elif name == "preview":
            session.show_sources([Source(document.collection, document.path, None, None, 0, 0)])

    panel(markup.documents(shown, t), key="documents", on_action=on_action)
    st.html(
        markup.wrap(f'<div class="side">{t("documents_shown", shown=len(shown), total=f"{len(everything):,}")}</div>')
    )
    if len(found) > len(shown):
        more = limit + _PAGE
        st.button(
            t("show_more"),
            key="more",
            on_click=lambda: st.session_state.update({_SHOWN: more}),
        )


def _matches(document: Document, wanted: str, t: Strings) -> bool:
    status = t(f"status_{document.status}")
    text = f"{document.collection}/{document.path} {document.title} {document.status} {status} {document.reason}"
    return all(word in text.casefold() for word in wanted.casefold().split())


def _confirm(service: runtime.Service, document: Document, t: Strings) -> None:
    def close() -> None:
        st.session_state.pop(_DELETING, None)

    @st.dialog(t("delete_title"), icon=":material/delete:", on_dismiss=close)
    def dialog() -> None:
        st.html(
            markup.wrap(
                f'<div class="origin"><div class="name">{plain(document.path)}</div>'
                f'<div class="where">{plain(document.collection)}</div></div><p>{t("delete_text")}</p>'
            )
        )
        row = st.container(horizontal=True, horizontal_alignment="right", key="delete-row")
        if row.button(t("cancel"), key="delete-cancel"):
            close()
            st.rerun()
        if row.button(t("delete_confirm"), key="delete-confirm", type="primary"):
            try:
                service.kb.delete_document(service.asker, document.collection, document.path)
                service.uploads.forget(document.collection, document.path)
            except (KBError, OSError) as error:
                st.html(markup.wrap(markup.problem(t("delete"), t("delete_failed", reason=error))))
                return
            close()
            st.toast(t("deleted", name=label(document.path)), icon=":material/check:")
            st.rerun()

    dialog()
