"""One browser session: its language, conversation and open source. What must outlive a reload is in the address."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from kb.schema import Language
from ui import runtime
from ui.running import Conversation
from ui.strings import Strings, language_of

_LANGUAGE, _CONVERSATION, _SOURCES = "language", "conversation", "sources"


@dataclass(frozen=True, slots=True)
class Source:
    """A place in a document to be shown. `marker` is the number by which the answer cites it."""

    collection: str
    document: str
    version: int | None
    page: int | None
    start: int
    end: int
    section: str = ""
    marker: int | None = None


@dataclass(slots=True)
class OpenSources:
    """The sources the reader leafs through, and the one in sight."""

    sources: Sequence[Source]
    index: int = 0

    def turn(self, step: int) -> None:
        self.index = max(0, min(len(self.sources) - 1, self.index + step))


def strings() -> Strings:
    """The page's words: the language chosen, else the one in the address, else the browser's."""
    chosen = st.session_state.get(_LANGUAGE)
    if chosen not in ("zh", "en"):
        named = st.query_params.get("lang")
        chosen = named if named in ("zh", "en") else language_of(st.context.locale)
        st.session_state[_LANGUAGE] = chosen
    return Strings("zh" if chosen == "zh" else "en")


def choose_language(language: Language) -> None:
    st.session_state[_LANGUAGE] = language


def conversation(service: runtime.Service) -> Conversation:
    """The conversation of the address or of this session; a new one where there is none (or it is gone)."""
    for name in (st.query_params.get("c"), st.session_state.get(_CONVERSATION)):
        found = service.conversations.get(name) if name else None
        if found is not None:
            st.session_state[_CONVERSATION] = found.id
            return found
    return new_conversation(service)


def new_conversation(service: runtime.Service) -> Conversation:
    return open_conversation(service.conversations.new())


def open_conversation(conversation: Conversation) -> Conversation:
    st.session_state[_CONVERSATION] = conversation.id
    st.query_params["c"] = conversation.id
    return conversation


def current_conversation_id() -> str:
    return str(st.session_state.get(_CONVERSATION, ""))


def remember_in_address(*, chat: bool) -> None:
    """Write language and, on the chat page, the conversation into the address, so that a reload finds them."""
    wanted = {"lang": str(st.session_state[_LANGUAGE])}
    if chat and current_conversation_id():
        wanted["c"] = current_conversation_id()
    for name, value in wanted.items():
        if st.query_params.get(name) != value:
            st.query_params[name] = value


def open_sources() -> OpenSources | None:
    found = st.session_state.get(_SOURCES)
    return found if isinstance(found, OpenSources) else None


def show_sources(sources: Sequence[Source], index: int = 0) -> None:
    """Open the source viewer at `sources[index]`."""
    if sources:
        st.session_state[_SOURCES] = OpenSources(tuple(sources), max(0, min(index, len(sources) - 1)))


def close_sources() -> None:
    st.session_state.pop(_SOURCES, None)
