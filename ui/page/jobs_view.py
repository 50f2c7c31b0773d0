"""The upper part of the documents page: adding files and folders, and the jobs that read them in."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from kb.errors import KBError, UsageError, why
from kb.people.permissions import check_editing
from ui.html import chat as html_chat
from ui.html import documents as html_documents
from ui.html.templates import draw
from ui.page import session
from ui.page.panel import panel, show_html, show_problem
from ui.page.style import uploader_hint
from ui.service import runtime
from ui.service.uploading import COLLECTION
from ui.words.strings import Strings

if TYPE_CHECKING:
    from ingest.sync.jobs import Job

_MADE, _LOST, _OPENED, _SEEN = "uploads-made", "uploads-lost", "job-opened", "jobs-seen"
_NOTHING_READ = "documents-none-read"  # whether the page was drawn while no document had been read
_PROBLEM = "adding-problem"
_LISTED = 12
_LIVE, _IDLE = 0.6, 5.0  # seconds between two looks at the jobs


def render(service: runtime.Service, t: Strings, *, nothing_read: bool) -> bool:
    """Draw the uploader, the field for a folder of this machine, and the jobs. Gives whether files are being read, or
    about to be. `nothing_read`: the page lists no document that was read; it is drawn anew when there is one."""
    hint = t("upload_hint", mb=service.kb.settings.ingest.max_file_mb)
    st.html(draw("blocks.style", uploader_hint(hint)))
    _upload(service, t)
    if session.may(service, "admin"):
        _folder(service, t)
    show_problem(_PROBLEM, "adding_failed", t)
    listed = _newest(service)
    st.session_state.update({_SEEN: _unfinished(listed), _NOTHING_READ: nothing_read})
    under_way = any(job.state in ("running", "queued") for job in listed)
    (_live if under_way else _idle)(service, t)
    return under_way


def begun() -> None:
    """A job was begun: the files of an earlier one are not in its way."""
    st.session_state.pop(_OPENED, None)


def _newest(service: runtime.Service) -> "list[Job]":
    """The newest jobs, and the running one, however many came after it: those that who looks at them may steer."""
    listed, running = service.jobs.list(_LISTED), service.jobs.running
    if running is not None and all(job.id != running.id for job in listed):
        listed.append(running)
    return [job for job in listed if session.may_edit(service, job.collection or "")]


def _upload(service: runtime.Service, t: Strings) -> None:
    made = st.session_state.setdefault(_MADE, 0)
    files = st.file_uploader(
        t("upload_label"), accept_multiple_files=True, key=f"files-{made}",  # a new key empties the widget
    )  # fmt: skip
    if len(st.session_state.get(f"files-{made}") or ()) > len(files):  # those of before a restart: they are gone
        st.session_state.update({_MADE: made + 1, _LOST: True})
        st.rerun()
    if not files:
        if _LOST in st.session_state:
            show_html(html_chat.problem(t("adding_failed"), t("upload_lost")))
        return
    st.session_state.pop(_LOST, None)

    def add() -> None:
        chosen = (st.session_state.get("upload-collection") or "").strip() or names[0]
        try:
            check_editing(session.asker(service), chosen)
            job = service.uploads.add(((f.name, f) for f in files), chosen, who=session.asker(service).name)
        except (KBError, OSError) as error:
            st.session_state[_PROBLEM] = t.message(error)
            return
        st.session_state[_MADE] = made + 1
        if job is not None:
            begun()

    row = st.container(horizontal=True, vertical_alignment="bottom", key="upload-row")
    asker = session.asker(service)
    everywhere = [*dict.fromkeys([COLLECTION, *service.kb.catalog.shared_collections()])]
    names = everywhere if asker.unlimited else sorted(asker.edits)
    if not names:
        row.html(html_chat.wrap(html_chat.problem(t("adding_failed"), t("upload_nowhere"))))
        return
    row.selectbox(
        t("upload_collection"), names, key="upload-collection", accept_new_options=asker.unlimited, width=240,
        placeholder=session.collection_name(service, names[0], t), help=t("upload_collection_help"),
        format_func=lambda name: session.collection_name(service, name, t),
    )  # fmt: skip
    row.button(t.count("upload_button", len(files)), type="primary", key="add-files", on_click=add)


def _folder(service: runtime.Service, t: Strings) -> None:
    with st.expander(t("folder_title"), icon=":material/drive_folder_upload:", key="folder", on_change="rerun") as form:
        if not form.open:
            return
        with st.form("folder-form", border=False):  # what is typed and the click arrive together
            st.text_input(t("folder_path"), key="folder-path", placeholder="/srv/documents", help=t("folder_path_help"))
            st.text_input(t("folder_collection"), key="folder-collection", placeholder=t("folder_collection_default"))
            st.checkbox(t("folder_prune"), key="folder-prune", help=t("folder_prune_help"))
            st.form_submit_button(
                t("folder_add"), type="primary", key="folder-add", on_click=lambda: _add_folder(service, t)
            )


def _add_folder(service: runtime.Service, t: Strings) -> None:
    state = st.session_state
    name = str(state.get("folder-collection") or "").strip() or None
    try:
        session.check(service, "admin")
        path = folder_of(str(state.get("folder-path") or ""), service.kb.home.path)
        service.check_path(path)
        service.jobs.ingest([path], collection=name, prune=bool(state.get("folder-prune")), title=name or path.name)
    except (KBError, OSError) as error:
        state[_PROBLEM] = t.message(error)
        return
    state["folder-path"] = state["folder-collection"] = ""
    state["folder-prune"] = False
    begun()


def folder_of(written: str, home: Path) -> Path:
    """The file or folder that was written down. Raises UsageError, saying what is wrong with it."""
    text = written.strip().strip("\"'").strip()
    if not text:
        raise UsageError("ingest.write_path")
    path = Path(text).expanduser()
    if not path.is_absolute():
        raise UsageError("ingest.path_not_whole", path=text)
    path = Path(os.path.normpath(path))
    try:
        there = path.exists()
    except OSError as error:
        raise UsageError("ingest.path_not_looked_at", path=text, why=why(error)) from None
    if not there:
        raise UsageError("file.not_found", path=text)
    if not os.access(path, os.R_OK | (os.X_OK if path.is_dir() else 0)):
        raise UsageError("ingest.path_no_permission", path=text)
    if path.resolve() == home.resolve() or home.resolve().is_relative_to(path.resolve()):
        raise UsageError("ingest.path_holds_home", path=text)
    return path


@st.fragment(run_every=_LIVE)
def _live(service: runtime.Service, t: Strings) -> None:
    _jobs(service, t)


@st.fragment(run_every=_IDLE)
def _idle(service: runtime.Service, t: Strings) -> None:
    _jobs(service, t)


def _jobs(service: runtime.Service, t: Strings) -> None:
    """Draw the jobs; draws the whole page anew when one has begun or ended, or the first documents are there: the list
    of documents is another then."""
    listed = _newest(service)
    first = st.session_state.get(_NOTHING_READ) and any(d.version for d in service.kb.documents(session.asker(service)))
    if first or _unfinished(listed) != st.session_state.get(_SEEN):
        st.rerun()
    opened = next((job for job in listed if job.id == st.session_state.get(_OPENED) and job.finished), None)
    if opened is not None:
        opened = service.jobs.get(opened.id)  # with its files

    def on_action(name: str, value: str) -> None:
        _act(service, name, int(value))

    html = html_documents.jobs(listed, opened, t)
    if html:
        panel(html_documents.fit(html), key="jobs", on_action=on_action)


def _act(service: runtime.Service, name: str, job_id: int) -> None:
    if name == "files":
        st.session_state[_OPENED] = None if st.session_state.get(_OPENED) == job_id else job_id
        return
    if all(job.id != job_id for job in _newest(service)):
        return
    act = {"pause": service.jobs.pause, "resume": service.jobs.resume, "cancel": service.jobs.cancel}.get(name)
    if act is None:
        return
    try:
        act(job_id)
    except UsageError:  # forgotten since it was drawn
        return


def _unfinished(listed: "list[Job]") -> tuple[tuple[int, str], ...]:
    """The jobs under way and how each stands; another value when the page must be drawn anew."""
    return tuple((job.id, job.state) for job in listed if not job.finished)


def read_again(service: runtime.Service, chosen: dict[str, list[str]], t: Strings) -> int:
    """Read documents (paths by collection) again from where they came; the number of jobs that were begun.

    A document in a folder below its root is found by walking the root. Raises UsageError where a root is gone.
    """
    count = 0
    for collection, paths in chosen.items():
        known = service.kb.catalog.known_documents(collection)
        files: dict[str, set[str]] = {}
        for path in paths:
            if path in known:
                files.setdefault(known[path].root, set()).add(known[path].source)
        for root, sources in files.items():
            if not Path(root).is_dir():
                raise UsageError("ingest.folder_gone", root=root)
            whole = any("/" in source for source in sources)
            places = [Path(root)] if whole else [Path(root, source) for source in sorted(sources)]
            missing = [place.name for place in places if not place.exists()]
            if missing:
                raise UsageError("file.not_found", path=missing[0])
            title = collection if whole else ""
            service.jobs.ingest(places, collection=collection, title=title)
            count += 1
    begun()
    return count
