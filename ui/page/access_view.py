"""Who may read: the dialogs in which the readers of a document or a collection, and of a conversation, are shown and
set."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from kb.access.rules import EVERYONE, GROUP, PERSON, Place, Readers, RuleBook, place_text
from kb.errors import KBError
from ui.html import chat as html_chat
from ui.html.blocks import paragraph, subject_line
from ui.html.sanitise import label
from ui.html.templates import draw
from ui.page import session
from ui.page.panel import cancel_button, panel, show_html
from ui.service import runtime
from ui.words.strings import Strings

_SEEN = "access-seen"  # what was set when the dialog was opened
_LISTED = 20  # rules of paths and documents that are told


def is_of_use(service: runtime.Service) -> bool:
    """Whether there is anybody beside the owner, who could read something."""
    return service.people.exist


def render(service: runtime.Service, place: Place, t: Strings, close: Callable[[], None]) -> None:
    """Draw the dialog; `close` runs whenever it goes."""

    def dismiss() -> None:
        st.session_state.pop(_SEEN, None)
        close()

    @st.dialog(t("access"), width="medium", icon=":material/visibility:", on_dismiss=dismiss)
    def dialog() -> None:
        try:
            _draw(service, place, t, dismiss)
        except KBError as error:
            show_html(html_chat.problem(t("access_failed"), t.message(error)))

    dialog()


def _draw(service: runtime.Service, place: Place, t: Strings, close: Callable[[], None]) -> None:
    asker = session.asker(service)
    rules = service.kb.access_rules(asker)
    if service.kb.catalog.person_of(place.collection) is not None:
        show_html(paragraph(t("access_personal")))
        return
    own = next((rule.readers for rule in rules if rule.place == place), None)
    seen = st.session_state.setdefault(_SEEN, (place, own))[1]
    if place.level == "document":
        found = service.kb.readers_of(asker, place.collection, place.path)
    else:
        found = RuleBook(service.kb.catalog.access_rules()).readers(place.collection, "")
    show_html(subject_line(place.path, place.collection) if place.path else subject_line(place.collection))
    show_html(_readers_text(found, place, t))
    chosen = st.multiselect(
        t("access_readers"), _choices(service, found.readers), default=list(found.readers), key="access-readers",
        format_func=lambda reader: reader_name(reader, t), placeholder=t("access_choose"),
    )  # fmt: skip
    show_html(paragraph(t("access_editors"), "side") + _others(rules, place, t))
    row = st.container(horizontal=True, horizontal_alignment="right", key="access-row")
    cancel_button(row, "access-cancel", close, t)
    if own is not None and row.button(t("access_remove"), key="access-remove"):
        _set(service, place, None, seen, t, close)
    if row.button(t("access_save"), key="access-save", type="primary"):
        _set(service, place, chosen, seen, t, close)


def _set(
    service: runtime.Service, place: Place, readers: Iterable[str] | None, seen: Any, t: Strings,
    close: Callable[[], None],
) -> None:  # fmt: skip
    session.check(service, "ingest")
    service.kb.set_readers(session.asker(service), place, readers, seen)
    close()
    st.toast(t("access_saved", name=label(place_text(place))), icon=":material/check:")
    st.rerun()


def share_dialog(service: runtime.Service, id: str, t: Strings, close: Callable[[], None]) -> None:
    """Draw the dialog that shares a conversation of one's own; `close` runs whenever it goes."""

    @st.dialog(t("share"), icon=":material/share:", on_dismiss=close)
    def dialog() -> None:
        try:
            _share(service, id, t, close)
        except KBError as error:
            show_html(html_chat.problem(t("share_failed"), t.message(error)))

    dialog()


def _share(service: runtime.Service, id: str, t: Strings, close: Callable[[], None]) -> None:
    asker = session.asker(service)
    own = service.own(asker)
    present, found = own.readers(id), own.get(id)
    name = (found.title if found else "") or t("untitled")
    show_html(subject_line(name) + paragraph(t("share_hint")))
    groups = service.people.groups() if asker.unlimited else asker.groups
    people = [f"{PERSON}{account.name}" for account in service.people.all() if account.name != asker.name]
    choices = [*dict.fromkeys([EVERYONE, *(f"{GROUP}{group}" for group in sorted(groups)), *people, *present])]
    chosen = st.multiselect(
        t("share_with"), choices, default=list(present), key=f"share-readers-{id}", placeholder=t("share_choose"),
        format_func=lambda reader: t("share_everyone") if reader == EVERYONE else _full_name(service, reader, t),
    )  # fmt: skip
    address = urlsplit(st.context.url or "")
    link = f"{address.scheme}://{address.netloc}/?c={id}"
    panel(html_chat.link_to_copy(link, t), key="share-link")
    row = st.container(horizontal=True, horizontal_alignment="right", key="share-row")
    cancel_button(row, "share-cancel", close, t)
    if row.button(t("save"), key="share-save", type="primary"):
        own.share(id, chosen)
        close()
        st.toast(t("share_saved") if chosen else t("share_ended"), icon=":material/check:")
        st.rerun()


def _full_name(service: runtime.Service, reader: str, t: Strings) -> str:
    """A reader in words, a person with their full name."""
    account = service.people.get(reader.removeprefix(PERSON)) if reader.startswith(PERSON) else None
    if account is None or not account.full_name:
        return reader_name(reader, t)
    return f"{account.full_name} ({account.name})"


def _choices(service: runtime.Service, present: Sequence[str]) -> list[str]:
    """Everyone, the groups, the people."""
    groups = [f"{GROUP}{name}" for name in service.people.groups()]
    people = [f"{PERSON}{account.name}" for account in service.people.all()]
    return [*dict.fromkeys([EVERYONE, *groups, *people, *present])]


def reader_name(reader: str, t: Strings) -> str:
    """A reader in words."""
    if reader == EVERYONE:
        return t("access_everyone")
    if reader.startswith(GROUP):
        return t("access_group", name=label(reader.removeprefix(GROUP)))
    return label(reader.removeprefix(PERSON))


def _readers_text(found: Readers, place: Place, t: Strings) -> str:
    """Who may read it now, and which rule says so."""
    readers = ", ".join(reader_name(reader, t) for reader in found.readers) or t("access_nobody")
    by = found.place
    if by is None:
        why = t("access_by_none")
    elif by.level == "document" and by != place:
        why = t("access_by_mail", name=by.path)
    else:
        why = t(f"access_by_{by.level}", name=by.path or by.collection)
    return draw("blocks.readers", readers, why)


def _others(rules: Iterable[Any], place: Place, t: Strings) -> str:
    """The rules within a collection that hold in place of its own."""
    within = [rule for rule in rules if rule.place.collection == place.collection and rule.place.path]
    if place.level != "collection" or not within:
        return ""
    lines = [
        f"{rule.place.path}: {', '.join(reader_name(each, t) for each in rule.readers) or t('access_nobody')}"
        for rule in within[:_LISTED]
    ]
    lines += [t("delete_more", n=f"{len(within) - _LISTED:,}")] if len(within) > _LISTED else []
    return draw("blocks.items", t("access_paths"), lines)
