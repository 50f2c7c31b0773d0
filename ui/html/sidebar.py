"""Markup of the sidebar: the product's name, and the conversations to go back to."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal
from urllib.parse import quote

from kb.store.conversations import LONGEST_TITLE, StoredConversation
from ui.html.sanitise import plain
from ui.words.strings import Strings

Doing = tuple[Literal["rename", "remove"], str]  # what is being done to the conversation of this id


def brand(t: Strings, *, elsewhere: bool = False) -> str:
    """The product's name, above everything."""
    return (
        f'<div class="brand"><span class="logo" aria-hidden="true">知</span><span>{plain(t("product"))}'
        f'<div class="tag">{plain(t("tagline_elsewhere" if elsewhere else "tagline"))}</div></span></div>'
    )


def conversations(
    listed: Sequence[StoredConversation], current: str, doing: Doing | None, today: date, t: Strings, *, more: bool
) -> str:
    """The conversations, last used first, under days; each with a menu. The current one is marked."""
    items, before = [], -1
    for conversation in listed:
        group = max(before, _age(conversation.updated_at, today))  # a clock set back must not repeat a heading
        if group != before:
            items.append(f'<li class="side">{plain(t(f"age_{group}"))}</li>')
        before = group
        act = doing[0] if doing and doing[1] == conversation.id else None
        items.append(_conversation(conversation, conversation.id == current, act, t))
    if more:
        words = plain(t("conversations_more"))
        items.append(f'<li><button type="button" class="tool" data-action="more" data-value="">{words}</button></li>')
    return f'<ul class="chats">{"".join(items)}</ul>'


def _conversation(conversation: StoredConversation, here: bool, act: str | None, t: Strings) -> str:
    id, title = plain(conversation.id), plain(conversation.title or t("untitled"))
    if act == "rename":
        return (
            f'<li class="chat doing"><div class="field"><input type="text" value="{title}" maxlength="{LONGEST_TITLE}" '
            f'aria-label="{plain(t("rename_label"))}" title="{plain(t("rename_label"))}" data-focus="now">'
            f'<button type="button" class="tool" data-action="renamed" data-value="" data-from>{plain(t("save"))}'
            f"</button></div></li>"
        )
    if act == "remove":
        return (
            f'<li class="chat doing" role="alertdialog" aria-label="{plain(t("remove_title"))}">'
            f'<div class="name">{title}</div><div class="where">{plain(t("remove_text"))}</div><div class="acts">'
            f'<button type="button" class="tool danger" data-action="removed" data-value="{id}">'
            f"{plain(t('conversation_remove'))}</button>"
            f'<button type="button" class="tool" data-action="cancel" data-value="" data-focus="now">'
            f"{plain(t('cancel'))}</button></div></li>"
        )
    more = plain(t("conversation_menu", title=conversation.title or t("untitled")))
    return (
        f'<li class="chat"><button type="button" class="open" data-action="open" data-value="{id}" title="{title}"'
        f"{' aria-current=page' if here else ''}>{title}</button>"
        f'<button type="button" class="more" data-menu aria-haspopup="menu" aria-expanded="false" aria-label="{more}">'
        f'<span class="icon i-more"></span></button><div class="menu" role="menu" popover>'
        f"{_item('rename', id, 'i-edit', t)}{_export('md', conversation.id, t)}{_export('json', conversation.id, t)}"
        f"{_item('remove', id, 'i-bin', t)}</div></li>"
    )


def _item(name: str, id: str, icon: str, t: Strings) -> str:
    return (
        f'<button type="button" role="menuitem" data-action="{name}" data-value="{id}">'
        f'<span class="icon {icon}"></span>{plain(t(f"conversation_{name}"))}</button>'
    )


def _export(form: str, id: str, t: Strings) -> str:
    address = f"/api/conversations/{quote(id, safe='')}/export?format={form}&amp;language={t.language}"
    return (
        f'<a role="menuitem" href="{address}" download><span class="icon i-export"></span>{plain(t(f"export_{form}"))}'
        "</a>"
    )


def _age(at: str, today: date) -> int:
    """0 today, 1 yesterday, 2 within a week, 3 before."""
    try:
        days = (today - datetime.fromisoformat(at).astimezone().date()).days
    except ValueError:
        return 3
    return 0 if days <= 0 else 1 if days == 1 else 2 if days < 7 else 3
