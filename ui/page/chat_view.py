"""The chat: questions, passages, reasoning and answers of one conversation."""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from kb.errors import ConversationNotFound, KBError
from kb.requests.suggestions import suggested
from kb.schema import AskOptions, Passage
from kb.store.document_queries import shown_titles
from ui.html import chat as html_chat
from ui.html.blocks import block
from ui.html.templates import draw
from ui.page import question_bar, session
from ui.page.panel import follow, panel, show_html
from ui.page.session import ShownPlace
from ui.service import runtime
from ui.service.conversations import Conversation, Snapshot, Turn
from ui.service.model_list import installed_model
from ui.service.own_conversations import WITHHELD
from ui.words.strings import Strings

_Begin = Callable[..., Turn | None]  # of a conversation, and how the question is put

_TICK = 0.1  # seconds between two drawings of an answer that is being written, and within which a click is heard
_DRAWN_SHARE = 10  # drawing takes at most one part in so many of the time,
_LONGEST_PAUSE = 1.0  # but an answer never stands still for longer than this
_SUGGESTED = 4  # questions on the empty chat
_SHOWN = 12  # turns drawn; earlier ones on demand
_LOOK = 2.0  # seconds between two looks at a conversation in which nothing is being answered
_JUDGING, _EARLIER, _TOLD, _ELSEWHERE = "judging", "turns-shown", question_bar.PROBLEM, "changed-elsewhere"


def render() -> None:
    """Draw the conversation, and follow the answer that is being written."""
    service, t = runtime.current(), session.strings()
    conversation = session.conversation(service)
    running, is_own = conversation.running, service.own(session.asker(service)).owns(conversation)
    asked = None
    with st.bottom:
        if is_own:
            asked = question_bar.bar(service, conversation, t)
        else:
            _shared_by(service, conversation, t)
    if asked is not None:
        _ask(service, conversation, asked)
        st.rerun()
    drawn = _state(service, conversation)
    turns = list(conversation.turns)
    if len(turns) <= 1 and session.replaces_a_deleted_one(conversation):
        show_html(block("notice warn", t("conversation_gone"), "status"))
    if not turns and is_own:
        documents = session.holdings(service).documents
        show_html(html_chat.hero(documents, t))
        if not documents:
            _to_documents(t)
        _suggestions(service, conversation, t)
    else:
        key = f"follow-{conversation.id}-{len(turns)}"
        if st.session_state.get(_ELSEWHERE) != key:
            st.session_state.pop(_ELSEWHERE, None)
        follow(key, live=conversation.running is not None, jump=_ELSEWHERE not in st.session_state)
    for turn in turns[_hidden(conversation, len(turns), t) :]:
        key = f"turn-{conversation.id}-{turn.position}"
        if turn.running.snapshot.finished:
            _finished(service, conversation, turn, key, t)
        else:
            _follow(service, turn, t)
    if running is not None and is_own:  # it ended while the page was being drawn: the button that stops it goes
        st.rerun()
    problem = st.session_state.pop(_TOLD, "")
    if problem:
        show_html(html_chat.problem(t("failed"), t.message(problem)))
    with st.container(key="looking"):
        _look(service, conversation, drawn)


def _shared_by(service: runtime.Service, conversation: Conversation, t: Strings) -> None:
    """In place of the bar: whose conversation it is, and that it can be read and no more."""
    account = service.people.get(conversation.owner)
    name = (account.full_name or account.name) if account else t("share_by_owner")
    show_html(draw("blocks.titled", "notice", t("shared_by", name=name), t("shared_hint")))


def _suggestions(service: runtime.Service, conversation: Conversation, t: Strings) -> None:
    """Questions to begin with, of what is looked into now; a click asks one."""
    scope, asker = session.scope(), session.asker(service)
    readable = [d for d in service.kb.documents(asker) if not scope.collections or d.collection in scope.collections]
    found = suggested(service.kb.catalog, readable, t.language, _SUGGESTED, conversation.id)
    if not found or question_bar.without_documents():
        return

    def on_action(_name: str, value: str) -> None:
        _ask(service, conversation, question_bar.SentQuestion(value, "documents", session.scope()))

    panel(html_chat.suggestions([each.question for each in found], t), key="suggestions", on_action=on_action)


def _to_documents(t: Strings) -> None:
    from ui.page import documents_view

    page = st.Page(documents_view.render, title=t("page_documents"), url_path="documents")
    with st.container(horizontal=True, horizontal_alignment="center", key="to-documents"):
        st.page_link(
            page, label=t("hero_documents"), icon=":material/folder_open:", query_params=question_bar.link_address()
        )


def _state(service: runtime.Service, conversation: Conversation) -> object:
    """What changes in what is drawn by another tab, a program, a deleted document or an answer that is checked after
    it was stopped; None where the conversation was deleted."""
    found = service.own(session.asker(service)).get(conversation.id)
    if found is None:
        return None
    known = [(turn.id, turn.running.snapshot, turn.feedback) for turn in found.turns]
    turns = [(id, s.state, s.revision, _is_withheld(s), feedback) for id, s, feedback in known]
    return found.cleared, found.name, turns, service.files.of(conversation.id)


def _is_withheld(snapshot: Snapshot) -> bool:
    """Whether the answer rests on documents that may not be read any more."""
    return any(notice.kind == WITHHELD for notice in snapshot.notices)


@st.fragment(run_every=_LOOK)
def _look(service: runtime.Service, conversation: Conversation, drawn: object) -> None:
    """Draw the page anew when the conversation is not any more what was drawn."""
    if _state(service, conversation) != drawn:
        # Whoever reads further up is left there.
        st.session_state[_ELSEWHERE] = f"follow-{conversation.id}-{len(conversation.turns)}"
        st.rerun()


def _hidden(conversation: Conversation, total: int, t: Strings) -> int:
    """How many turns are left out at the beginning; draws the button that brings some back."""
    name, shown = st.session_state.get(_EARLIER, ("", 0))
    shown = shown if name == conversation.id else _SHOWN
    hidden = max(0, total - shown)
    if hidden:
        wanted = (conversation.id, shown + 5 * _SHOWN)
        st.button(
            t.count("earlier", hidden),
            key="earlier",
            type="tertiary",
            width="stretch",
            on_click=lambda: st.session_state.update({_EARLIER: wanted}),
        )
    return hidden


def _ask(service: runtime.Service, conversation: Conversation, asked: question_bar.SentQuestion) -> None:
    """Begin a turn, or one in place of another; before that the files that were sent go into the conversation."""
    if asked.files:
        try:
            try:
                asked = question_bar.put_files(service, conversation, asked)
            except ConversationNotFound:
                conversation = session.new_conversation(service)
                asked = replace(question_bar.put_files(service, conversation, asked), in_place=None)
        except KBError as error:
            st.session_state[_TOLD] = error.message
            question_bar.give_back(asked.question)
            return
    if not asked.question:
        return
    own = service.own(session.asker(service))
    put: dict[str, Any] = {"question": asked.question, "mode": asked.mode}
    put["first"] = service.files.first(conversation.id, asked.scope)
    ask = partial(own.ask, **put)
    edit = ask if asked.in_place is None else partial(own.edit, position=asked.in_place, **put)
    if not _begin(service, conversation, edit, ask, AskOptions(asked.scope, question_bar.think_budget())):
        question_bar.give_back(asked.question)  # nothing of it is lost


def _again(service: runtime.Service, conversation: Conversation, turn: Turn, wanted: str) -> None:
    """Put the question of a turn once more; `wanted` is "", `think:TOKENS`, `vote:SAMPLES` or `model:NAME`."""
    own = service.own(session.asker(service))
    what, _, value = wanted.partition(":")
    budget = int(value) if what == "think" else question_bar.think_budget()
    samples = int(value) if what == "vote" else 1
    try:
        model = installed_model(service.kb.settings.llm, value) if what == "model" else None
    except KBError as error:
        st.session_state[_TOLD] = error.message
        return
    ask = partial(own.ask, question=turn.question, mode=turn.mode)
    again = partial(own.again, position=turn.position)
    _begin(service, conversation, again, ask, AskOptions(turn.scope, budget, model=model, samples=samples))


def _begin(
    service: runtime.Service, conversation: Conversation, begin: _Begin, anew: _Begin, options: AskOptions
) -> bool:
    """Begin a turn: `anew` in a new conversation when this one was deleted meanwhile. Whether one was begun.

    Where the options name no model, the one that the reader prefers answers.
    """
    st.session_state.pop(_JUDGING, None)
    asker = session.asker(service)
    client = f"person {asker.name}" if service.people.get(asker.name) else _tab()
    try:
        options = replace(options, model=options.model or session.preferred_model(service))
        try:
            turn = begin(conversation, options=options, client=client)
        except ConversationNotFound:
            turn = anew(session.new_conversation(service), options=options, client=client)
    except KBError as error:
        st.session_state[_TOLD] = error.message
        return False
    if turn is None:
        st.toast(session.strings()("busy"))
    return turn is not None


def _tab() -> str:
    """Whose turn in the queue an owner's question takes: that of this session. A person has one, in all tabs."""

    return f"page-{st.session_state.setdefault('client', secrets.token_hex(6))}"


def _follow(service: runtime.Service, turn: Turn, t: Strings) -> None:
    """Draw the answer as it grows; draws the page anew when it is finished."""
    # Each place is written in every run: while this one lasts, Streamlit keeps what an earlier run left in others.
    with st.container(key="growing", gap=None):
        slots = [st.empty() for _ in range(5)]
    drawn: list[str | None] = [None] * len(slots)
    warm_up = service.warm_up.state
    snapshot = turn.running.snapshot
    while not snapshot.finished and service.warm_up.state == warm_up:
        began = time.monotonic()
        parts = [html_chat.question(turn.question, t, turn.scope), *_growing(service, turn, snapshot, t)]
        if warm_up == "loading":
            parts[-1] += draw("blocks.titled", "notice", t("model_loading"), t("model_loading_hint"))
        for i, (slot, html) in enumerate(zip(slots, parts, strict=True)):
            if html != drawn[i]:  # what the browser draws, the model waits for
                slot.html(html_chat.wrap(html))
                drawn[i] = html
        now = time.monotonic()
        until = now + min(max(_TICK, _DRAWN_SHARE * (now - began)), _LONGEST_PAUSE)
        while not turn.running.finishes(min(_TICK, until - now)) and (now := time.monotonic()) < until:
            _allow_interrupt()
        _allow_interrupt()
        snapshot = turn.running.wait(snapshot.revision, _TICK)
    st.rerun()


def _allow_interrupt() -> None:
    """Let a click or a reload interrupt this run: Streamlit looks for them where its state is read."""
    st.session_state.get(_TOLD)


def _titles(service: runtime.Service, found: Sequence[Passage]) -> Mapping[tuple[str, str], str]:
    """The titles that editors gave the documents of these passages, as they are now."""
    return shown_titles(service.kb.catalog.db, {(passage.collection, passage.document) for passage in found})


def _growing(service: runtime.Service, turn: Turn, snapshot: Snapshot, t: Strings) -> list[str]:
    found = snapshot.passages
    passages = ""
    if found is not None:
        passages = html_chat.passages(
            found, turn.question, snapshot.searched, t, clickable=False, terms=snapshot.terms,
            titles=_titles(service, found),
        )  # fmt: skip
    live = snapshot.state == "thinking"
    return [
        passages,
        html_chat.reasoning(snapshot.thinking, snapshot.thought_tokens, turn.think_budget, t, live=live),
        html_chat.draft(snapshot.text, len(found or ())),
        html_chat.notices(snapshot.notices, t) + html_chat.state(snapshot, turn.running.seconds, t),
    ]


def _finished(service: runtime.Service, conversation: Conversation, turn: Turn, key: str, t: Strings) -> None:
    snapshot = turn.running.snapshot
    given, documents = snapshot.answer, turn.mode == "documents"
    found = given.passages if given else snapshot.passages
    titles = _titles(service, found or ())
    is_own = service.own(session.asker(service)).owns(conversation)
    at_rest = conversation.running is None and is_own
    parts = [html_chat.question(turn.question, t, turn.scope, editable=at_rest)]
    if documents and found is not None:
        searched = given.searched if given else snapshot.searched
        shown = html_chat.passages(
            found, turn.question, searched, t, clickable=True, terms=snapshot.terms, titles=titles
        )  # fmt: skip
        parts.append(shown)
    parts.append(html_chat.reasoning(snapshot.thinking, snapshot.thought_tokens, turn.think_budget, t, live=False))
    parts.append(html_chat.answer(given, t, titles) if given else html_chat.draft(snapshot.text, len(found or ())))
    told = given.notices if given else snapshot.notices
    if not (given and given.refused):  # a refusal says them itself
        parts.append(
            html_chat.notices([notice for notice in told if notice.kind != "stopped"], t)
        )  # that is said below
    whole = all(n.kind not in ("document_deleted", WITHHELD) for n in told)  # nothing of it went with a document
    if snapshot.state == "stopped" and whole:
        words = t("stopped") if snapshot.text.strip() or snapshot.thinking.strip() else t("stopped_before")
        parts.append(block("notice", words))
    if snapshot.state == "interrupted" and whole:
        parts.append(block("notice warn", t("interrupted")))
    if snapshot.state == "failed":
        parts.append(html_chat.problem(t("failed"), t.message(snapshot.error or "") or t("failed_unknown")))
    judging = st.session_state.get(_JUDGING) == turn.id
    used = given.model if given else ""
    models = [name for name in session.models(service) if name != used]
    parts.append(
        html_chat.foot(
            snapshot, turn.running.seconds, t, documents=documents, feedback=turn.feedback, judging=judging,
            models=models, read_only=not is_own,
        )
    )  # fmt: skip
    panel("".join(parts), key=key, on_action=lambda name, value: _act(service, conversation, turn, name, value))


def _act(service: runtime.Service, conversation: Conversation, turn: Turn, name: str, value: str) -> None:
    """What a click in a finished turn asks for."""
    if name in ("cite", "passage"):
        _open(turn.running.snapshot, name, int(value))
    elif name in ("again", "again-with"):
        _again(service, conversation, turn, value)
    elif name == "edit":
        question_bar.edit(conversation, turn)
    elif name in ("judge", "reason"):
        try:
            _judge(service, conversation, turn, name, value)
        except KBError as error:
            st.session_state[_TOLD] = error.message


def _judge(service: runtime.Service, conversation: Conversation, turn: Turn, name: str, value: str) -> None:
    before, own = turn.feedback, service.own(session.asker(service))
    st.session_state.pop(_JUDGING, None)
    if name == "reason":
        if before is not None:
            own.feedback(conversation, turn, before.verdict, value.strip())
    elif before is not None and before.verdict == value:  # pressed once more: taken back
        own.feedback(conversation, turn, None)
    else:
        own.feedback(conversation, turn, "up" if value == "up" else "down")
        st.session_state[_JUDGING] = turn.id


def _open(snapshot: Snapshot, name: str, number: int) -> None:
    """Open the source of a citation (by index) or a passage (by rank)."""
    given = snapshot.answer
    found = (given.passages if given else snapshot.passages) or ()
    if name == "cite" and given:
        sections = {p.rank: p.section for p in found}
        cited = [
            ShownPlace(
                c.collection, c.document, c.version, c.page, c.start, c.end, sections.get(c.marker, ""), c.marker
            )
            for c in given.citations
        ]
        session.show_sources(cited, number)
    elif name == "passage":
        listed = [
            ShownPlace(p.collection, p.document, p.version, p.page, p.start, p.end, p.section, p.rank) for p in found
        ]
        session.show_sources(listed, next((i for i, s in enumerate(listed) if s.marker == number), 0))
