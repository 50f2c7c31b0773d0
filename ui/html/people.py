"""Markup of the page People: accounts, groups, the tokens of programs, and what is told once."""

from collections.abc import Mapping, Sequence

from kb.language.local_days import local
from kb.people.accounts import Account
from kb.people.api_tokens import ApiToken
from ui.html.templates import Fact, ToolButton, draw
from ui.words.strings import Strings


def shown_once(title: str, secret: str, note: str, t: Strings) -> str:
    """A password or token that is shown this once, with a button that copies it."""
    return draw("people.shown_once", title, secret, note, t)


def accounts(listed: Sequence[Account], t: Strings) -> str:
    """The list of accounts. A click reports the name of one."""
    rows = [(account, _called(account), _facts(account, t), _items(account, t)) for account in listed]
    return draw("people.accounts", rows, t)


def _facts(account: Account, t: Strings) -> list[Fact]:
    facts = [Fact(t(f"role_{account.role}"), "mark")]
    if account.edits:
        facts.append(Fact(t("people_edits", names=", ".join(account.edits)), "wrap"))
    facts += [Fact(group, "mark") for group in account.groups]
    if not account.enabled:
        facts.append(Fact(t("people_disabled"), "mark weak"))
    if account.one_time_until:
        facts.append(Fact(t("people_one_time", day=local(account.one_time_until))))
    if account.issuer:
        facts.append(Fact(t("people_sso")))
    seen = t("people_seen", day=local(account.signed_in_at)) if account.signed_in_at else t("people_never")
    return [*facts, Fact(seen)]


def _items(account: Account, t: Strings) -> list[tuple[str, str]]:
    """What can be done with an account, as action and words."""
    turn = "disable" if account.enabled else "enable"
    password = [] if account.issuer else [("password", t("people_password"))]
    return [*password, (turn, t(f"people_{turn}")), ("delete", t("delete"))]


def _called(account: Account) -> str:
    return f"{account.full_name} ({account.name})" if account.full_name else account.name


def groups(listed: Mapping[str, Sequence[str]], t: Strings) -> str:
    """The list of groups. A click reports the name of one."""
    rows = [
        (len(people), name, [Fact(", ".join(people) or t("group_empty"), "wrap")],
         [ToolButton("delete", name, t("delete"), name)])
        for name, people in listed.items()
    ]  # fmt: skip
    return draw("people.listed", rows, t("groups_none"))


def tokens(listed: Sequence[ApiToken], t: Strings) -> str:
    """The list of tokens. A click reports the id of one."""
    rows = [
        ("API", token.name, _token(token, t), [ToolButton("revoke", token.id, t("token_revoke"), token.name)])
        for token in listed
    ]
    return draw("people.listed", rows, t("tokens_none"))


def _token(token: ApiToken, t: Strings) -> list[Fact]:
    used = t("token_used", day=local(token.used_at)) if token.used_at else t("token_unused")
    until = t("token_until", day=local(token.expires_at))
    return [
        *(Fact(t(f"scope_{scope}"), "mark") for scope in token.scopes),
        *map(Fact, (token.person or t("token_owner"), until, used)),
    ]
