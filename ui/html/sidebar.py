"""Markup of the sidebar: the product's name, and the conversations to go back to."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from kb.store.conversations import LONGEST_TITLE, StoredConversation
from ui.html.templates import draw
from ui.words.strings import Strings

Doing = tuple[Literal["rename", "remove"], str]  # what is being done to the conversation of this id


def brand(t: Strings, *, elsewhere: bool = False) -> str:
    """The product's name, above everything."""
    return draw("sidebar.brand", t("tagline_elsewhere" if elsewhere else "tagline"), t)


def conversations(
    listed: Sequence[StoredConversation],
    current: str,
    doing: Doing | None,
    today: date,
    t: Strings,
    *,
    more: bool,
    shared: Sequence[StoredConversation] = (),
    sharing: bool = False,
) -> str:
    """The conversations, last used first, under days; each with a menu, by which it can be shared where `sharing`. Then
    those that are `shared` with whoever looks. The current one is marked."""
    rows, before = [], -1
    for conversation in listed:
        group = max(before, _age(conversation.updated_at, today))  # a clock set back must not repeat a heading
        heading = t(f"age_{group}") if group != before else ""
        before = group
        act = doing[0] if doing and doing[1] == conversation.id else ""
        rows.append((heading, conversation, conversation.title or t("untitled"), act))
    others = [(each, each.title or t("untitled")) for each in shared]
    return draw("sidebar.conversations", rows, others, current, LONGEST_TITLE, more, sharing, t)


def _age(at: str, today: date) -> int:
    """0 today, 1 yesterday, 2 within a week, 3 before."""
    try:
        days = (today - datetime.fromisoformat(at).astimezone().date()).days
    except ValueError:
        return 3
    return 0 if days <= 0 else 1 if days == 1 else 2 if days < 7 else 3
