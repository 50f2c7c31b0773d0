"""The bar in which questions are asked: the input, the filters, the budget for thinking, and stop."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from glob import escape
from typing import Any, Literal

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from kb.errors import KBError
from kb.requests.addressed import addressed
from kb.schema import EVERYTHING, Document, Scope
from ui.html import chat as html_chat
from ui.html import files as html_files
from ui.html.blocks import block, paragraph, subject_line
from ui.page import session
from ui.page.completion import completion
from ui.page.confirm_dialog import confirm
from ui.page.panel import day_of, panel, show_html, words_of
from ui.page.session import ShownPlace
from ui.service import runtime
from ui.service.conversations import Conversation, Mode, Turn
from ui.service.uploading import DroppedFile
from ui.words.strings import Strings

BUDGETS: tuple[int | None, ...] = (None, 0, 32, 64, 128, 256, 512, 1024, 2048, 4096)
_FIELDS = ("scope-collections", "scope-types", "scope-since", "scope-until", "scope-tags")
_MADE = "filters-made"
PROBLEM, _QUESTION, _GIVEN_BACK = "chat-problem", "question", "question-given-back"
_LETTING_GO = "file-letting-go"
_OF_FILES = "question-of-files"  # the documents are to be asked from now on
_EDITING, FOCUS = "question-edited", "question-focus"  # FOCUS: how often the input was to take the focus
BUDGET, _WITHOUT, _RECALLED = "think-budget", "without-documents", "asking-recalled"
_PREFERRED, _CHOSEN = "think-budget-preferred", "think-budget-chosen"  # in the settings
_LONGEST = 100  # values of one part of the filters that an address may bring


# Files that are let fall beside the input go where those go that are let fall on it.
_DROP = """
export default function () {
  const field = () => document.querySelector('[data-testid="stChatInput"] input[type="file"]');
  const beside = (event) => field() && event.dataTransfer && [...event.dataTransfer.types].includes("Files")
    && !event.target.closest('[data-testid="stChatInput"]');
  const over = (event) => {
    if (!beside(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  };
  const drop = (event) => {
    if (!beside(event)) return;
    event.preventDefault();
    field().files = event.dataTransfer.files;
    field().dispatchEvent(new Event("change", { bubbles: true }));
  };
  document.addEventListener("dragover", over);
  document.addEventListener("drop", drop);
  return () => {
    document.removeEventListener("dragover", over);
    document.removeEventListener("drop", drop);
  };
}
"""


@cache
def _dropping() -> Any:
    return st.components.v2.component("kb_dropping", html="<span></span>", js=_DROP)


@dataclass(frozen=True, slots=True)
class SentQuestion:
    """A question that was sent."""

    question: str  # "" where files alone were sent
    mode: Mode
    scope: Scope
    in_place: int | None = None  # the position of the turn that it takes the place of
    files: tuple[UploadedFile, ...] = ()  # dropped on the input, pasted or chosen


def bar(service: runtime.Service, conversation: Conversation, t: Strings) -> SentQuestion | None:
    """Draw the bar of a conversation; gives what was sent."""
    scope, running = session.scope(), conversation.running
    edited = _edited(conversation)
    if st.session_state.pop(_OF_FILES, False):
        with_documents()
    with st.container(horizontal=True, vertical_alignment="center", key="ask-row", gap="small"):
        count = len(html_chat.limits_of(scope, t))
        words = t("filters_on", n=count) if count else t("filters")
        with st.popover(words, icon=":material/tune:", key="filters", type="tertiary"):
            _filters(service, scope, t)
        _thinking(t)
        without = st.toggle(
            t("without_documents"),
            key=_WITHOUT,
            help=t("without_documents_help"),
            persist_state="session",
        )
    if scope != EVERYTHING and not without:
        panel(html_chat.limits(scope, t), key="limits", on_action=lambda _name, value: _drop(scope, value))
    if edited is not None:
        later = sum(turn.position > edited for turn in conversation.turns)
        panel(html_chat.editing(later, t), key="editing", on_action=lambda _name, _value: _leave_as_it_is())
    _files(service, conversation, t)
    with st.container(key="ask-box"):
        if _GIVEN_BACK in st.session_state:
            st.session_state[_QUESTION] = st.session_state.pop(_GIVEN_BACK)
        placeholder = t("chat_placeholder") if without else t("ask_placeholder")
        taken: Literal["multiple", False] = "multiple" if session.may(service, "ingest") else False
        limit = service.kb.settings.ingest.max_file_mb
        sent = st.chat_input(placeholder, key=_QUESTION, accept_file=taken, max_upload_size=limit)
        if running is not None:
            st.button(t("stop"), icon=":material/stop_circle:", key="stop", on_click=running.running.stop)
    if taken:
        _dropping()(key="dropping")
    if not without:
        completion(session.holdings(service).collections, t)
    asked, files = (sent, ()) if isinstance(sent, str) or sent is None else (sent.text, tuple(sent.files))
    if files:
        st.session_state.pop(_EDITING, None)
        return SentQuestion((asked or "").strip(), "documents", scope, edited, files)
    if not asked or not asked.strip():
        return None
    if without:
        st.session_state.pop(_EDITING, None)
        return SentQuestion(asked.strip(), "chat", EVERYTHING, edited)
    try:
        question, scope = addressed(asked.strip(), lambda: service.kb.documents(session.asker(service)), scope)
    except KBError as error:
        give_back(asked)
        st.session_state[PROBLEM] = error.message
        st.rerun()
    st.session_state.pop(_EDITING, None)
    return SentQuestion(question, "documents", scope, edited)


def look_into(scope: Scope) -> None:
    """Look only there from now on, in the documents; also after the bar is drawn."""
    _set(scope)
    st.session_state[_OF_FILES] = True


def edit(conversation: Conversation, turn: Turn) -> None:
    """Have the question of a turn changed in the input: what is sent next takes its place. Before the bar is drawn."""
    st.session_state[_EDITING] = (conversation.id, turn.position)
    st.session_state[_WITHOUT] = turn.mode == "chat"
    _set(turn.scope)
    give_back(turn.question)
    st.session_state[FOCUS] = st.session_state.get(FOCUS, 0) + 1


def put_files(service: runtime.Service, conversation: Conversation, asked: SentQuestion) -> SentQuestion:
    """Put the files that were sent into the conversation; gives the question as it is asked of them. Raises what
    `DroppedFiles.drop` raises."""
    session.check(service, "ingest")
    sent = [(file.name, file) for file in asked.files]
    dropped = service.files.drop(session.asker(service), conversation.id, sent)
    scope = service.files.scope(conversation.id, [file.name for file in dropped])
    look_into(scope)
    return replace(asked, scope=scope, files=())


def _files(service: runtime.Service, conversation: Conversation, t: Strings) -> None:
    """Draw the files of the conversation above the input."""
    dropped = service.files.of(conversation.id)
    if dropped:

        def on_action(name: str, value: str) -> None:
            file = next((each for each in service.files.of(conversation.id) if each.name == value), None)
            if file is not None:
                _act_on_file(service, conversation, file, name, t)

        panel(html_files.files(dropped, t), key="dropped", on_action=on_action)
    going = next((each for each in dropped if each.name == st.session_state.get(_LETTING_GO)), None)
    if going is not None:
        confirm(
            t("file_go_title"), subject_line(going.name) + paragraph(t("file_go_text")), t, key="file-go",
            delete=lambda: _let_go(service, conversation, going),
            close=lambda: st.session_state.pop(_LETTING_GO, None),
        )  # fmt: skip


def _act_on_file(
    service: runtime.Service, conversation: Conversation, file: DroppedFile, name: str, t: Strings
) -> None:
    if name == "file-open":
        session.show_sources([ShownPlace(file.collection, file.name, None, None, 0, 0)])
    elif name == "file-ask":
        look_into(service.files.scope(conversation.id, [file.name]))
    elif name == "file-keep":
        service.files.keep(conversation.id, file.name)
        st.toast(t("file_kept", name=file.name), icon=":material/bookmark:")
    elif name == "file-go":
        st.session_state[_LETTING_GO] = file.name


def _let_go(service: runtime.Service, conversation: Conversation, file: DroppedFile) -> None:
    service.files.let_go(session.asker(service), conversation.id, file.name)
    _set(service.files.without(session.scope(), file))


def _leave_as_it_is() -> None:
    st.session_state.pop(_EDITING, None)
    give_back("")


def _edited(conversation: Conversation) -> int | None:
    """The position of the turn whose question is being changed; None where none is, or it is gone meanwhile."""
    named, position = st.session_state.get(_EDITING, ("", None))
    there = named == conversation.id and any(turn.position == position for turn in conversation.turns)
    return position if there else None


def without_documents() -> bool:
    """Whether the model is asked without documents."""
    return bool(st.session_state.get(_WITHOUT))


def ask_document(service: runtime.Service, document: Document) -> None:
    """Go to a new conversation whose questions look into this document alone. Before the page is drawn."""
    _set(Scope(paths=(escape(f"{document.collection}/{document.path}"),)))
    with_documents()
    session.new_conversation(service)
    session.go_to_chat()


def give_back(question: str) -> None:
    """Put a question into the input, for its writer to change and send."""
    st.session_state[_GIVEN_BACK] = question


def think_budget() -> int | None:
    """The reader's choice of a reasoning budget; None for the model's own."""
    chosen = st.session_state.get(BUDGET)
    return chosen if isinstance(chosen, int) else None


def with_documents() -> None:
    """Ask the documents from now on, as every new conversation does. Only before the bar is drawn."""
    st.session_state[_WITHOUT] = False


def choose_budget(budget: int | None) -> None:
    """Take up a budget that was chosen in the settings, when the page is drawn anew."""
    st.session_state[_CHOSEN] = budget


def budget_words(budget: int | None, t: Strings) -> str:
    """A reasoning budget as it is shown."""
    return t("think_default") if budget is None else t("think_off") if budget == 0 else f"{budget:,}"


def recall(service: runtime.Service) -> None:
    """Take up how the reader wants to ask, before the bar is drawn: in the first run of a session from the address
    (after a reload) or else the settings, later what was chosen in those."""
    if _CHOSEN in st.session_state:
        st.session_state[_PREFERRED] = st.session_state[BUDGET] = st.session_state.pop(_CHOSEN)
    if st.session_state.get(_RECALLED):
        return
    st.session_state[_RECALLED] = True
    given = st.query_params
    paths, collections, types, tags = (
        tuple(dict.fromkeys(filter(None, given.get_all(name)[:_LONGEST])))
        for name in ("path", "collection", "type", "tag")
    )
    since, until = _day_of(given.get("since")), _day_of(given.get("until"))
    session.limit_to(Scope(paths, collections, types, since, until, tags))
    preferred = session.preferences(service).think_budget
    st.session_state[_PREFERRED] = preferred
    st.session_state[BUDGET] = next(
        (n for n in BUDGETS if ("default" if n is None else str(n)) == given.get("think")), preferred
    )
    if given.get("mode") == "chat":
        st.session_state[_WITHOUT] = True


def address() -> dict[str, list[str]]:
    """The same as parameters of the address; what is not chosen is empty."""
    scope, budget = session.scope(), think_budget()
    return {
        "path": [*scope.paths],
        "collection": [*scope.collections],
        "type": [*scope.types],
        "tag": [*scope.tags],
        "since": [scope.since] if scope.since else [],
        "until": [scope.until] if scope.until else [],
        "think": [] if budget == st.session_state.get(_PREFERRED) else ["default" if budget is None else str(budget)],
        "mode": ["chat"] if st.session_state.get(_WITHOUT) else [],
    }


def link_address(*, chat: bool = False) -> dict[str, list[str]]:
    """The parameters of a link to another page, or to the chat."""
    return {name: values for name, values in session.parameters(address(), chat=chat).items() if values}


def _thinking(t: Strings) -> None:
    budget = think_budget()
    budgets = sorted({*BUDGETS, budget}, key=lambda n: -1 if n is None else n)
    words_now = t("think_short", words=budget_words(budget, t))
    with st.popover(words_now, icon=":material/psychology:", key="thinking", type="tertiary"):
        st.selectbox(
            t("think_budget"), budgets, format_func=lambda n: budget_words(n, t), key=BUDGET,
            persist_state="session", help=t("think_help"),
        )  # fmt: skip


def _filters(service: runtime.Service, scope: Scope, t: Strings) -> None:
    """What limits the next questions. The choice itself is kept in the session, not in the fields."""
    held = session.holdings(service)
    collections, types = sorted({*held.collections, *scope.collections}), sorted({*held.types, *scope.types})

    # A closed popover has no fields that could be told a new value: fields of a new name take it (see `_set`).
    made = st.session_state.get(_MADE, 0)
    names = [f"{name}-{made}" for name in _FIELDS]

    def changed() -> None:
        chosen = [st.session_state.get(name) for name in names]
        session.limit_to(replace(scope, collections=words_of(chosen[0]), types=words_of(chosen[1]),
                                 since=day_of(chosen[2]), until=day_of(chosen[3]),
                                 tags=words_of(chosen[4])))  # fmt: skip

    st.multiselect(
        t("filter_collections"), collections, default=list(scope.collections), key=names[0], on_change=changed,
        placeholder=t("filter_all"), format_func=lambda name: session.collection_name(service, name, t),
    )  # fmt: skip
    st.multiselect(
        t("filter_types"), types, default=list(scope.types), format_func=str.upper, key=names[1],
        on_change=changed, placeholder=t("filter_all"),
    )  # fmt: skip
    if tags := list(dict.fromkeys([*held.tags, *scope.tags])):
        st.multiselect(
            t("filter_tags"), tags, default=list(scope.tags), key=names[4], on_change=changed,
            placeholder=t("filter_all"),
        )  # fmt: skip
    days = st.container(horizontal=True)
    for name, at, words in ((names[2], scope.since, t("filter_since")), (names[3], scope.until, t("filter_until"))):
        value = date.fromisoformat(at) if at else None
        days.date_input(words, value=value, key=name, on_change=changed, format="YYYY-MM-DD", width=150)
    if scope.since and scope.until and scope.until < scope.since:
        show_html(block("notice warn", t("dates_turned")))
    if scope != EVERYTHING:
        st.button(t("filter_clear"), key="filter-clear", type="tertiary", on_click=lambda: _set(EVERYTHING))


def _drop(scope: Scope, name: str) -> None:
    """Take one part out of the filters: `part:value`, as `markup.limits` names it."""
    part, _, value = name.partition(":")
    dropped = {
        "since": replace(scope, since=""),
        "until": replace(scope, until=""),
        "paths": replace(scope, paths=_without(scope.paths, value)),
        "collections": replace(scope, collections=_without(scope.collections, value)),
        "types": replace(scope, types=_without(scope.types, value)),
        "tags": replace(scope, tags=_without(scope.tags, value)),
    }
    _set(dropped.get(part, scope))


def _without(values: tuple[str, ...], value: str) -> tuple[str, ...]:
    return tuple(v for v in values if v != value)


def _set(scope: Scope) -> None:
    """Limit to `scope` from outside of the fields, which begin anew."""
    session.limit_to(scope)
    st.session_state[_MADE] = st.session_state.get(_MADE, 0) + 1


def _day_of(text: str | None) -> str:
    """The ISO date that the text is, or ""."""
    try:
        return date.fromisoformat(text or "").isoformat()
    except ValueError:
        return ""
