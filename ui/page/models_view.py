"""The models page: which model answers, which are here, bringing others and deleting them."""

from typing import TYPE_CHECKING

import streamlit as st

from kb.errors import KBError
from ui.html import chat as html_chat
from ui.html import models as html_models
from ui.html.blocks import block, heading, paragraph, subject_line
from ui.html.documents import fit
from ui.html.sanitise import label
from ui.html.templates import draw
from ui.page import session
from ui.page.confirm_dialog import confirm
from ui.page.panel import panel, show_html, show_problem
from ui.page.question_bar import BUDGET, BUDGETS
from ui.service import runtime
from ui.words.strings import Strings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.models.llm import InstalledModel, Model

_REMOVING, _PROBLEM, _TOAST, _SEEN = "removing-model", "models-problem", "models-toast", "pulls-seen"
_EVERY = 0.7  # seconds between two looks at a pull


def render() -> None:
    """Draw the page."""
    service, t = runtime.current(), session.strings()
    session.check(service, "admin")
    show_html(heading(t("models_title"), t("models_intro")))
    if toast := st.session_state.pop(_TOAST, ""):
        st.toast(toast, icon=":material/check:")
    show_problem(_PROBLEM, "model", t)
    model = _in_use(service, t)
    _settings(service, t)
    found, problem = _look(service)
    _installed(service, model, found, t)
    _bring(service, found, problem, t)
    doomed = st.session_state.get(_REMOVING)
    if doomed is not None:
        _confirm(service, doomed, t)


# ---- in use


def _in_use(service: runtime.Service, t: Strings) -> "Model | None":
    model, problem, state = None, "", service.warm_up.state
    try:
        model = service.kb.model
    except KBError as error:
        problem, state = error.message, "failed"
    if service.warm_up.state == "failed" and not problem:
        problem = service.warm_up.error or t("failed_unknown")
    show_html(block("sub", t("model_now")))
    show_html(html_models.in_use(model, state, problem, service.kb.settings.llm.context_tokens, t))
    row = st.container(horizontal=True, key="model-row")
    if state == "failed":
        row.button(t("retry"), key="model-again", icon=":material/refresh:", on_click=service.warm_up.start)
    if row.button(t("plain_chat"), key="plain-chat", icon=":material/forum:", help=t("without_documents_help")):
        from ui.page import chat_view

        st.session_state["without-documents"] = True
        st.switch_page(st.Page(chat_view.render, title=t("page_chat"), url_path="chat", default=True))
    row.button(
        t("model_auto"), key="model-auto", icon=":material/auto_awesome:", help=t("model_auto_help"),
        on_click=lambda: _use(service, None, None, t),
    )  # fmt: skip
    if state == "loading":
        _while_loading(service)
    return model


@st.fragment(run_every=1.0)
def _while_loading(service: runtime.Service) -> None:
    if service.warm_up.state != "loading":
        st.rerun()
    st.html("<span></span>")


def _settings(service: runtime.Service, t: Strings) -> None:
    """The budget for thinking, which can be changed now, and where the other sizes are set."""
    words = {None: t("think_default"), 0: t("think_off")}
    chosen = st.session_state.get(BUDGET)

    key = f"think-budget-{t.language}"  # a field of its own: one that is kept shows its choice in the old language

    def changed() -> None:
        st.session_state[BUDGET] = st.session_state.get(key)

    with st.container(key="models-think-budget"):
        st.selectbox(
            t("think_budget"), BUDGETS, index=BUDGETS.index(chosen) if chosen in BUDGETS else 0,
            format_func=lambda n: words.get(n) or f"{n:,}", key=key, on_change=changed, help=t("think_help"), width=320,
        )  # fmt: skip
    show_html(block("side", t("context_where")))


# ---- what is here


def _look(service: runtime.Service) -> "tuple[list[InstalledModel], str]":
    """The models that are here, and why Ollama's are not among them ("" if they are)."""
    from kb.models import llm

    try:
        return llm.installed_models(service.kb.settings.llm)
    except KBError as error:
        return [], error.message


def _installed(service: runtime.Service, model: "Model | None", found: "Sequence[InstalledModel]", t: Strings) -> None:
    show_html(block("sub", t("models_installed")))
    if not found:
        show_html(block("notice", t("models_none")))
        return

    def on_action(name: str, value: str) -> None:
        chosen = found[int(value)]
        if name == "use":
            _use(service, chosen.engine, chosen.name, t)
        elif name == "remove":
            st.session_state[_REMOVING] = chosen

    used = (model.engine, model.name) if model is not None else ("", "")
    panel(fit(html_models.installed(found, used, t)), key="installed", on_action=on_action)


def _use(service: runtime.Service, engine: str | None, name: str | None, t: Strings) -> None:
    """Answer with another model from now on; not while one is at work."""
    try:
        session.check(service, "admin")
        with st.spinner(t("model_switching")):
            service.use_model(engine, name, session.asker(service).name)
    except KBError as error:
        st.session_state[_PROBLEM] = t.message(error)
        return
    st.session_state[_TOAST] = t("model_switched", name=label(service.kb.model.name))


def _confirm(service: runtime.Service, doomed: "InstalledModel", t: Strings) -> None:
    from kb.models import llm

    def delete() -> None:
        session.check(service, "admin")
        service.remove_model(doomed.name)
        st.session_state[_TOAST] = t("deleted", name=label(doomed.name))

    words = t("model_delete_text", size=html_models.gigabytes(doomed.size, t))
    html = subject_line(doomed.name) + paragraph(words)
    if service.answers_with(doomed.name):
        left = llm.left_without(service.kb.settings.llm, doomed.name)
        after = (
            t("model_left_none") if left is None else t("model_left", engine=html_chat.engine(left[0], t), name=left[1])
        )
        html += draw("blocks.titled", "notice warn", t("model_delete_used"), after)
    confirm(
        t("model_delete_title"), html, t, key="remove", delete=delete,
        close=lambda: st.session_state.pop(_REMOVING, None),
    )  # fmt: skip


# ---- bringing others


def _bring(service: runtime.Service, found: "Sequence[InstalledModel]", problem: str, t: Strings) -> None:
    show_html(block("sub", t("models_bring")))
    st.session_state[_SEEN] = _finished(service)
    (_live if service.pulls.running else _pulls)(service, t)
    panel(fit(html_models.ollama(service.kb.settings.llm.ollama_host, problem, t)), key="ollama")
    if problem:  # what is written there only an Ollama server could fetch
        st.button(t("ollama_again"), key="ollama-again", icon=":material/refresh:")
    else:
        with st.form("pull-form", border=False):  # what is typed and the click arrive together
            row = st.container(horizontal=True, vertical_alignment="bottom", key="pull-row")
            row.text_input(t("pull_name"), key="pull-name", placeholder="deepseek-r1:7b", help=t("pull_help"))
            row.form_submit_button(
                t("pull"), key="pull", icon=":material/download:", on_click=lambda: _pull_written(service, t)
            )
    _suggest(service, [model.name for model in found], not problem, t)


def _suggest(service: runtime.Service, here: "Sequence[str]", ollama: bool, t: Strings) -> None:
    from kb.models import hardware, weights

    settings = service.kb.settings.llm
    offered = [w for w in weights.WEIGHTS.values() if w.kind == "gguf" and not weights.present(w.name)]
    busy = [pull.name for pull in service.pulls.list() if not pull.finished]
    html = html_models.suggestions(
        hardware.deepseek_fits(context_tokens=settings.context_tokens), offered, here, busy,
        hardware.total_memory(), t, ollama=ollama,
    )  # fmt: skip

    def on_action(_name: str, value: str) -> None:
        _pull(service, value, t)

    panel(fit(html), key="suggestions", on_action=on_action)


def _pull_written(service: runtime.Service, t: Strings) -> None:
    if _pull(service, str(st.session_state.get("pull-name") or ""), t):
        st.session_state["pull-name"] = ""


def _pull(service: runtime.Service, name: str, t: Strings) -> bool:
    try:
        session.check(service, "admin")
        service.pulls.start(name)
    except KBError as error:
        st.session_state[_PROBLEM] = t.message(error)
        return False
    return True


@st.fragment(run_every=_EVERY)
def _live(service: runtime.Service, t: Strings) -> None:
    _pulls(service, t)


def _pulls(service: runtime.Service, t: Strings) -> None:
    if _finished(service) != st.session_state.get(_SEEN) or not session.may(service, "admin"):
        st.rerun()  # a pull has ended: what is installed is another

    def on_action(name: str, value: str) -> None:
        session.check(service, "admin")
        if name == "stop-pull":
            service.pulls.stop(value)
        elif name == "dismiss":
            service.pulls.dismiss(value)
        elif name == "pull":
            _pull(service, value, t)

    html = html_models.pulls(service.pulls.list(), t)
    if html:
        panel(fit(html), key="pulls", on_action=on_action)


def _finished(service: runtime.Service) -> tuple[tuple[str, bool], ...]:
    return tuple((pull.name, pull.finished) for pull in service.pulls.list())
