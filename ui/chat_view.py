"""The chat: questions, passages, reasoning and answers of one conversation."""

import threading
from collections.abc import Iterator

import streamlit as st

from kb.schema import Event
from ui import markup, runtime, session, sidebar
from ui.panel import follow, panel
from ui.running import Conversation, Mode, Snapshot, Turn
from ui.session import Source
from ui.strings import Strings

_TICK = 0.1  # seconds between two drawings of an answer that is being written


def render() -> None:
    """Draw the conversation, and follow the answer that is being written."""
    service, t = runtime.current(), session.strings()
    conversation = session.conversation(service)
    with st.bottom:
        _input(service, conversation, t)
    if not conversation.turns:
        searchable = sum(map(markup.searchable, service.kb.documents(service.asker)))
        st.html(markup.wrap(markup.hero(searchable, t)))
    if conversation.turns:
        follow(f"follow-{conversation.id}-{len(conversation.turns)}", live=conversation.running is not None)
    for index, turn in enumerate(conversation.turns):
        st.html(markup.wrap(markup.question(turn.question, t)))
        if turn.running.snapshot.finished:
            _finished(turn, f"turn-{conversation.id}-{index}", t)
        else:
            _follow(service, turn, t)


def _input(service: runtime.Service, conversation: Conversation, t: Strings) -> None:
    running = conversation.running
    row = st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        key="ask-row",
    )
    without = row.toggle(
        t("without_documents"),
        key="without-documents",
        help=t("without_documents_help"),
        persist_state="session",
    )
    if running is not None:
        row.button(
            t("stop"),
            icon=":material/stop_circle:",
            key="stop",
            on_click=running.running.stop,
        )
    asked = st.chat_input(
        t("chat_placeholder") if without else t("ask_placeholder"),
        key="question",
        disabled=running is not None,
    )
    if asked and asked.strip():
        _ask(service, conversation, asked.strip(), "chat" if without else "documents")
        st.rerun()


def _ask(service: runtime.Service, conversation: Conversation, question: str, mode: Mode) -> None:
    history, budget = conversation.history(), sidebar.think_budget()

    def start(stop: threading.Event) -> Iterator[Event]:
        if mode == "chat":
            return service.kb.chat(question, history=history, think_budget=budget, stop=stop)
        return service.kb.ask(question, service.asker, history=history, think_budget=budget, stop=stop)

    service.conversations.ask(conversation, question, mode, start)


def _follow(service: runtime.Service, turn: Turn, t: Strings) -> None:
    """Draw the answer as it grows; draws the page anew when it is finished."""
    # Each place is written in every run: while this one lasts, Streamlit keeps what an earlier run left in others.
    slots = [st.empty() for _ in range(4)]
    drawn: list[str | None] = [None] * len(slots)
    warm_up = service.warm_up.state
    budget = sidebar.think_budget()
    budget = service.kb.settings.llm.think_budget if budget is None else budget
    snapshot = turn.running.snapshot
    while not snapshot.finished and service.warm_up.state == warm_up:
        parts = _growing(turn, snapshot, budget, t)
        if warm_up == "loading":
            parts[-1] += f'<div class="notice"><b>{t("model_loading")}</b>{t("model_loading_hint")}</div>'
        for i, (slot, html) in enumerate(zip(slots, parts, strict=True)):
            if html != drawn[i] or i == len(slots) - 1:  # the last at each tick: there a click or a reload interrupts
                slot.html(markup.wrap(html))
                drawn[i] = html
        newer = turn.running.wait(snapshot.revision, 0.25)
        snapshot = turn.running.wait(newer.revision, _TICK) if newer.revision > snapshot.revision else newer
    st.rerun()


def _growing(turn: Turn, snapshot: Snapshot, budget: int | None, t: Strings) -> list[str]:
    found = snapshot.passages
    passages = "" if found is None else markup.passages(found, turn.question, snapshot.searched, t, clickable=False)
    live = snapshot.state == "thinking"
    return [
        passages,
        markup.reasoning(snapshot.thinking, snapshot.thought_tokens, budget, t, live=live),
        markup.draft(snapshot.text, len(found or ())),
        markup.notices(snapshot.notices) + markup.state(snapshot, turn.running.seconds, t),
    ]


def _finished(turn: Turn, key: str, t: Strings) -> None:
    snapshot = turn.running.snapshot
    given, documents = snapshot.answer, turn.mode == "documents"
    found = given.passages if given else snapshot.passages
    parts = []
    if documents and found is not None:
        searched = given.searched if given else snapshot.searched
        parts.append(markup.passages(found, turn.question, searched, t, clickable=True))
    parts.append(markup.reasoning(snapshot.thinking, snapshot.thought_tokens, None, t, live=False))
    parts.append(markup.answer(given, t) if given else markup.draft(snapshot.text, len(found or ())))
    told = given.notices if given else snapshot.notices
    if not (given and given.refused):  # a refusal says them itself
        parts.append(markup.notices(notice for notice in told if notice.kind != "stopped"))  # that is said below
    if snapshot.state == "stopped":
        words = t("stopped") if snapshot.text.strip() or snapshot.thinking.strip() else t("stopped_before")
        parts.append(f'<div class="notice">{words}</div>')
    if snapshot.state == "failed":
        parts.append(markup.problem(t("failed"), snapshot.error or t("failed_unknown")))
    if snapshot.text.strip():
        parts.append(markup.foot(snapshot, turn.running.seconds, t, documents=documents))
    panel(
        "".join(parts),
        key=key,
        on_action=lambda name, value: _open(snapshot, name, int(value)),
    )


def _open(snapshot: Snapshot, name: str, number: int) -> None:
    """Open the source of a citation (by index) or a passage (by rank)."""
    given = snapshot.answer
    found = (given.passages if given else snapshot.passages) or ()
    if name == "cite" and given:
        sections = {p.rank: p.section for p in found}
        cited = [
            Source(
                c.collection,
                c.document,
                c.version,
                c.page,
                c.start,
                c.end,
                sections.get(c.marker, ""),
                c.marker,
            )
            for c in given.citations
        ]
        session.show_sources(cited, number)
    elif name == "passage":
        listed = [
            Source(
                p.collection,
                p.document,
                p.version,
                p.page,
                p.start,
                p.end,
                p.section,
                p.rank,
            )
            for p in found
        ]
        session.show_sources(listed, next((i for i, s in enumerate(listed) if s.marker == number), 0))
