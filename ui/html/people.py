"""Markup of the page People: accounts, groups, the tokens of programs, and what is told once."""

from collections.abc import Mapping, Sequence

from kb.language.local_days import local
from kb.people.accounts import Account
from kb.people.api_tokens import ApiToken
from ui.html.documents import fit, tool
from ui.html.sanitise import plain
from ui.words.strings import Strings


def told(title: str, secret: str, note: str, t: Strings) -> str:
    """A password or token that is shown this once, with a button that copies it."""
    return fit(
        f'<div class="notice told" role="status"><b>{plain(title)}</b><div class="secret"><code>{plain(secret)}</code>'
        f'<button type="button" class="tool" data-copy="{plain(secret)}" data-copied="{plain(t("copied"))}">'
        f'<span class="words">{plain(t("copy"))}</span></button>'
        f"{tool('told', '', t('people_told_done'))}</div><div>{plain(note)}</div></div>"
    )


def accounts(listed: Sequence[Account], t: Strings) -> str:
    """The list of accounts. A click reports the name of one."""
    return fit(f'<ul class="docs people">{"".join(_account(account, t) for account in listed)}</ul>')


def _account(account: Account, t: Strings) -> str:
    facts = [f'<span class="mark">{plain(t(f"role_{account.role}"))}</span>']
    if account.edits:
        facts.append(f'<span class="wrap">{plain(t("people_edits", names=", ".join(account.edits)))}</span>')
    facts += [f'<span class="mark">{plain(group)}</span>' for group in account.groups]
    if not account.enabled:
        facts.append(f'<span class="mark weak">{plain(t("people_disabled"))}</span>')
    if account.one_time_until:
        facts.append(f"<span>{plain(t('people_one_time', day=local(account.one_time_until)))}</span>")
    if account.issuer:
        facts.append(f"<span>{plain(t('people_sso'))}</span>")
    seen = t("people_seen", day=local(account.signed_in_at)) if account.signed_in_at else t("people_never")
    facts.append(f"<span>{plain(seen)}</span>")
    turn = "disable" if account.enabled else "enable"
    items = [
        *([] if account.issuer else [_item("password", account.name, t("people_password"))]),
        _item(turn, account.name, t(f"people_{turn}")),
        _item("delete", account.name, t("delete")),
    ]
    more = plain(t("people_menu", name=account.name))
    return (
        f'<li class="doc"><span class="kind">{plain((account.full_name or account.name)[:1].upper())}</span>'
        f'<span class="name">{plain(_called(account))}</span><span class="facts">{"".join(facts)}</span>'
        f'<span class="acts">{tool("change", account.name, t("people_change"), account.name)}'
        '<button type="button" class="tool more" data-menu aria-haspopup="menu" aria-expanded="false" '
        f'aria-label="{more}" title="{more}">⋯</button><div class="menu" role="menu" popover>{"".join(items)}</div>'
        "</span></li>"
    )


def _called(account: Account) -> str:
    return f"{account.full_name} ({account.name})" if account.full_name else account.name


def groups(listed: Mapping[str, Sequence[str]], t: Strings) -> str:
    """The list of groups. A click reports the name of one."""
    if not listed:
        return f'<div class="notice">{plain(t("groups_none"))}</div>'
    rows = "".join(
        f'<li class="doc"><span class="kind">{len(people)}</span><span class="name">{plain(name)}</span>'
        f'<span class="facts"><span class="wrap">{plain(", ".join(people) or t("group_empty"))}</span></span>'
        f'<span class="acts">{tool("delete", name, t("delete"), name)}</span></li>'
        for name, people in listed.items()
    )
    return fit(f'<ul class="docs people">{rows}</ul>')


def tokens(listed: Sequence[ApiToken], t: Strings) -> str:
    """The list of tokens. A click reports the id of one."""
    if not listed:
        return f'<div class="notice">{plain(t("tokens_none"))}</div>'
    return fit(f'<ul class="docs people">{"".join(_token(token, t) for token in listed)}</ul>')


def _token(token: ApiToken, t: Strings) -> str:
    facts = [f'<span class="mark">{plain(t(f"scope_{scope}"))}</span>' for scope in token.scopes]
    facts += [f"<span>{plain(token.person or t('token_owner'))}</span>"]
    facts += [f"<span>{plain(t('token_until', day=local(token.expires_at)))}</span>"]
    used = t("token_used", day=local(token.used_at)) if token.used_at else t("token_unused")
    return (
        f'<li class="doc"><span class="kind">API</span><span class="name">{plain(token.name)}</span>'
        f'<span class="facts">{"".join(facts)}<span>{plain(used)}</span></span>'
        f'<span class="acts">{tool("revoke", token.id, t("token_revoke"), token.name)}</span></li>'
    )


def _item(action: str, value: str, words: str) -> str:
    about = f'data-action="{action}" data-value="{plain(value)}"'
    return f'<button type="button" role="menuitem" {about}>{plain(words)}</button>'
