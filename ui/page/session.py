"""One browser session: its language, conversation and open source. What must outlive a reload is in the address."""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath

import streamlit as st

from kb.access.rules import OWNER
from kb.errors import KBError, RefusedByPolicy, SignInRefused
from kb.filing.tags import tag_counts
from kb.models import llm
from kb.people import permissions
from kb.people.preferences import Preferences
from kb.people.preferences import preferences as preferred
from kb.schema import EVERYTHING, Language, Permission, Principal, Scope
from ui.html import chat as html_chat
from ui.service import addresses, runtime
from ui.service.conversations import Conversation
from ui.service.model_list import installed_model
from ui.service.visitors import Visitor
from ui.words.strings import Strings, locale_language

_LANGUAGE, _CONVERSATION, _SOURCES, _SCOPE, _GONE = "language", "conversation", "sources", "scope", "gone"
GO_TO_CHAT = "go-to-chat"
ZOOMS = (100, 150, 200, 300)  # percent of the width of the source viewer
_HELD, _HELD_FOR = "held", 5.0  # seconds
_MODELS, _MODELS_FOR = "models-there", 60.0


@dataclass(frozen=True, slots=True)
class ShownPlace:
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
    """The sources the reader leafs through, and what of the one at `index` is in sight."""

    sources: Sequence[ShownPlace]
    index: int = 0
    page: int | None = None  # leafed to; None for the page of the source
    raw: bool = False  # its bare text, not the picture of the page and without its form
    words: str = ""  # looked for in it
    hit: int = 0  # which of the places where they stand is in sight
    zoom: int = 0  # how far its picture is enlarged: an index of `ZOOMS`

    @property
    def source(self) -> ShownPlace:
        return self.sources[self.index]

    def turn(self, step: int) -> None:
        """Go to another source."""
        self.index = max(0, min(len(self.sources) - 1, self.index + step))
        self.page = None
        self.words, self.hit = "", 0

    def find(self, words: str) -> None:
        """Look for words; for the same again: go to the next place."""
        words = words.strip()
        self.hit = self.hit + 1 if words == self.words else 0
        self.words, self.page = words, None

    def enlarge(self, step: int) -> None:
        """Enlarge the picture of the page, or make it smaller."""
        self.zoom = max(0, min(len(ZOOMS) - 1, self.zoom + step))


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the knowledge base holds, in short: how many documents questions find, of which collections and types."""

    documents: int
    collections: tuple[str, ...]
    types: tuple[str, ...]  # suffixes without the dot
    tags: tuple[str, ...]
    at: float
    asker: Principal
    access_changes: int


def strings() -> Strings:
    """The page's words: the language chosen, else that of the address, of the settings, of the last visit, or the
    browser's."""
    chosen = st.session_state.get(_LANGUAGE)
    if chosen not in ("zh", "en"):
        named = (st.query_params.get("lang"), _preferred_language(), st.context.cookies.get("kb_language"))
        chosen = next((name for name in named if name in ("zh", "en")), locale_language(st.context.locale))
        st.session_state[_LANGUAGE] = chosen
    return Strings("zh" if chosen == "zh" else "en")


def _preferred_language() -> str:
    with suppress(KBError):  # who is not signed in any more is told so below
        return preferences(runtime.current()).language
    return ""


def preferences(service: runtime.Service) -> Preferences:
    """How whoever looks at this page wants it."""
    return preferred(service.kb.catalog, asker(service))


def choose_language(language: Language) -> None:
    st.session_state[_LANGUAGE] = language


def conversation(service: runtime.Service) -> Conversation:
    """The conversation of the address, or else of this session; a new one where there is none or it was deleted."""
    name = st.query_params.get("c") or st.session_state.get(_CONVERSATION)
    found = service.own(asker(service)).get(name) if name else None
    if found is None:
        fresh = new_conversation(service)
        if name:
            st.session_state[_GONE] = fresh.id
        return fresh
    st.session_state[_CONVERSATION] = found.id
    return found


def replaces_a_deleted_one(conversation: Conversation) -> bool:
    """Whether this conversation was begun because the one that was looked for is gone."""
    return bool(st.session_state.get(_GONE) == conversation.id)


def new_conversation(service: runtime.Service) -> Conversation:
    """Begin a conversation and go to it."""
    close_sources()
    return open_conversation(service.own(asker(service)).new())


def open_conversation(conversation: Conversation) -> Conversation:
    """Go to a conversation."""
    st.session_state[_CONVERSATION] = conversation.id
    st.query_params["c"] = conversation.id
    return conversation


def go_to_chat() -> None:
    """Have the next run of the page lead to the chat."""
    st.session_state[GO_TO_CHAT] = True


def scope() -> Scope:
    """Where alone the reader wants to look; kept for the session."""
    found = st.session_state.get(_SCOPE)
    return found if isinstance(found, Scope) else EVERYTHING


def limit_to(chosen: Scope) -> None:
    """Look only there from now on."""
    st.session_state[_SCOPE] = chosen


def current_conversation_id() -> str:
    return str(st.session_state.get(_CONVERSATION, ""))


def parameters(also: Mapping[str, list[str]], *, chat: bool) -> dict[str, list[str]]:
    """What an address holds: language, conversation (on the chat page) and what else there is."""
    wanted = {"lang": [str(st.session_state[_LANGUAGE])], **also}
    if chat and current_conversation_id():
        wanted["c"] = [current_conversation_id()]
    return wanted


def remember_in_address(wanted: Mapping[str, list[str]]) -> None:
    """Write these parameters into the address, so that a reload finds them. Each write is a step of the browser's Back,
    so links between the pages hold them already."""
    for name, values in wanted.items():
        if values and st.query_params.get_all(name) != values:
            st.query_params[name] = values
        elif not values and name in st.query_params:
            del st.query_params[name]


def visitor(service: runtime.Service) -> Visitor:
    """Who looks at this page, looked up anew each time. Raises SignInRefused once that session has ended."""
    headers = [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in _headers()]
    found = service.visitors.of(headers)
    if found is None:
        raise SignInRefused("session.signed_out")
    return found


def _headers() -> list[tuple[str, str]]:
    """The headers of the request that opened this session's connection."""
    return list(st.context.headers.items())


def asker(service: runtime.Service) -> Principal:
    """Who looks at this page. Raises SignInRefused once that session has ended."""
    return visitor(service).asker


def may(service: runtime.Service, permission: Permission) -> bool:
    """Whether who looks at this page may have something done."""
    return permission in asker(service).permissions


def check(service: runtime.Service, permission: Permission) -> None:
    """Raises RefusedByPolicy where who looks at this page may not have it done."""
    if not may(service, permission):
        raise RefusedByPolicy("access.needs_permission", name=asker(service).name, permission=permission)


def may_edit(service: runtime.Service, collection: str) -> bool:
    """Whether who looks at this page may add documents to a collection and delete them."""
    return may(service, "ingest") and permissions.may_edit(asker(service), collection)


def collection_name(service: runtime.Service, name: str, t: Strings) -> str:
    """A collection as whoever looks at the page knows it: their own is theirs alone."""
    who = asker(service).name
    person = service.people.get(who)
    return t("only_me") if service.kb.catalog.person_of(name) == (person.name if person else OWNER) else name


def holdings(service: runtime.Service) -> Holdings:
    """What the knowledge base holds; looked at anew every few seconds, for there may be very many documents."""
    known = st.session_state.get(_HELD)
    who, changes = asker(service), service.kb.catalog.access_changes()
    is_known = isinstance(known, Holdings) and (known.asker, known.access_changes) == (who, changes)
    if (
        not isinstance(known, Holdings)
        or not is_known
        or not known.documents
        or time.monotonic() - known.at > _HELD_FOR
    ):
        found = [d for d in service.kb.documents(who) if html_chat.searchable(d)]
        types = {PurePosixPath(d.path).suffix.lstrip(".").lower() for d in found} - {""}
        collections = tuple(sorted({d.collection for d in found}))
        known = Holdings(
            len(found), collections, tuple(sorted(types)), tuple(tag_counts(found)), time.monotonic(), who, changes
        )
        st.session_state[_HELD] = known
    return known


def look_anew() -> None:
    """Let `holdings` look anew at once: something of it was changed here."""
    st.session_state.pop(_HELD, None)


def models(service: runtime.Service) -> tuple[str, ...]:
    """The names of the language models that can answer; looked at anew every minute, for a server may be asked."""
    known = st.session_state.get(_MODELS)
    if not isinstance(known, tuple) or time.monotonic() - known[0] > _MODELS_FOR:
        named = dict.fromkeys(model.name for model in llm.installed_models(service.kb.settings.llm)[0])
        known = st.session_state[_MODELS] = (time.monotonic(), tuple(named))
    found: tuple[str, ...] = known[1]
    return found


def preferred_model(service: runtime.Service) -> tuple[str, str] | None:
    """Engine and name of the model that whoever looks at this page wants to be answered by; None for the one in use,
    which also answers where that is not here any more."""
    name = preferences(service).model
    if not name or service.answers_with(name):
        return None
    with suppress(KBError):
        return installed_model(service.kb.settings.llm, name)
    return None


def open_sources() -> OpenSources | None:
    found = st.session_state.get(_SOURCES)
    return found if isinstance(found, OpenSources) else None


def show_sources(sources: Sequence[ShownPlace], index: int = 0) -> None:
    """Open the source viewer at `sources[index]`."""
    if sources:
        st.session_state[_SOURCES] = OpenSources(tuple(sources), max(0, min(index, len(sources) - 1)))


def open_addressed_source() -> None:
    """Open the source that the address names (`ui.service.addresses`), once: the address does not keep it."""
    params = st.query_params
    if addresses.SOURCE not in params:
        return
    start, _, end = params.get(addresses.SOURCE_SPAN, "").partition("-")
    version, page = (_number(params.get(name, "")) for name in (addresses.SOURCE_VERSION, addresses.SOURCE_PAGE))
    collection, document = params.get(addresses.SOURCE_IN, ""), params[addresses.SOURCE]
    show_sources([ShownPlace(collection, document, version, page, _number(start) or 0, _number(end) or 0)])
    for name in addresses.KEYS:
        if name in params:
            del params[name]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def close_sources() -> None:
    st.session_state.pop(_SOURCES, None)
