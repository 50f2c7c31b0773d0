"""`kb users`, `kb groups` and `kb tokens`: who may use the service, as what, and with which programs."""

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli import console
from ui.cli.common import ConfigOption, HomeOption, JsonOption, app, local_user, opened

if TYPE_CHECKING:
    from kb.assistant import KnowledgeBase
    from kb.people.accounts import Account, People
    from kb.people.api_tokens import ApiTokens
    from ui.cli.client import RemoteKnowledgeBase
    from ui.remote.people import RemotePeople, RemoteTokens

users = typer.Typer(help="The people who may sign in.", no_args_is_help=True)
groups = typer.Typer(help="Groups of people, for saying who may read what.", no_args_is_help=True)
tokens = typer.Typer(help="Tokens of programs that use the API.", no_args_is_help=True)
for name, commands in (("users", users), ("groups", groups), ("tokens", tokens)):
    app.add_typer(commands, name=name)

NameArgument = Annotated[str, typer.Argument(help="As `kb users list` names them.", show_default=False)]
GroupArgument = Annotated[str, typer.Argument(help="As `kb groups list` names them.", show_default=False)]
PeopleArgument = Annotated[list[str], typer.Argument(help="As `kb users list` names them.", show_default=False)]
EditsOption = Annotated[
    list[str] | None, typer.Option("--of", metavar="COLLECTION", help="An editor's; may be given several times.")
]
StdinOption = Annotated[
    bool, typer.Option("--stdin", help="Read a password of their own from stdin, instead of making one for one time.")
]
_ROLES = "reader, editor (of collections), auditor or admin"


@users.command("list")
def list_users(json: JsonOption = False, home: HomeOption = None, config: ConfigOption = None) -> None:
    """The accounts."""
    with opened(home, config) as kb:
        found = _people(kb).all()
        if json:
            console.print_json({"users": [asdict(account) for account in found]})
            return
        for account in found:
            print(console.printable_line("  ".join(_facts(account))))
        if not found:
            console.say(console.t("cli_no_accounts"))


@users.command("add")
def add_user(
    name: Annotated[str, typer.Argument(help="To sign in with.", show_default=False)],
    full_name: Annotated[str, typer.Option("--full-name", help="As people call them.")] = "",
    role: Annotated[str | None, typer.Option("--role", help=f"{_ROLES}; the first is an admin.")] = None,
    group: Annotated[list[str] | None, typer.Option("--group", "-g", help="May be given several times.")] = None,
    of: EditsOption = None,
    stdin: StdinOption = False,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Make an account. Its one-time password is shown this once; it is changed at the first sign-in."""
    with opened(home, config) as kb:
        people = _people(kb)
        first = not people.all()
        account, told = people.add(
            name, by=local_user().name, role=role, full_name=full_name, groups=group or (), edits=of or (),
            password=_password() if stdin else None,
        )  # fmt: skip
        if json:
            console.print_json({"user": asdict(account), "password": told})
            return
        role = console.t(f"cli_is_{account.role}")
        print(console.printable_line(console.t("cli_account_is", name=account.name, role=role)))
        if first:
            console.say(console.t("cli_first_account"))
        _print_password(account, told)


@users.command("role")
def set_role(
    name: NameArgument,
    role: Annotated[str, typer.Argument(help=f"{_ROLES}.", show_default=False)],
    of: EditsOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Give somebody another role; for an editor, name all their collections."""
    _change(json, home, config, name, role=role, edits=of)


@users.command("disable")
def disable(name: NameArgument, json: JsonOption = False, home: HomeOption = None, config: ConfigOption = None) -> None:
    """Let somebody in no more; who is signed in is signed out at once."""
    _change(json, home, config, name, enabled=False)


@users.command("enable")
def enable(name: NameArgument, json: JsonOption = False, home: HomeOption = None, config: ConfigOption = None) -> None:
    """Let somebody in again."""
    _change(json, home, config, name, enabled=True)


@users.command("password")
def set_password(
    name: NameArgument,
    stdin: StdinOption = False,
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Give somebody another password; all their browsers are signed out."""
    with opened(home, config) as kb:
        people, by, told = _people(kb), local_user().name, ""
        if stdin:
            account = people.set_password(name, _password(), by=by)
        else:
            account, told = people.new_password(name, by=by)
        if json:
            console.print_json({"user": asdict(account), "password": told})
            return
        print(console.printable_line(console.t("cli_password_set", name=account.name)))
        _print_password(account, told)


@users.command("delete")
def delete_user(
    name: NameArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")] = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Delete an account with its sessions, tokens and conversations."""
    with opened(home, config) as kb:
        found = _people(kb).find(name)  # before anything is asked
        if not yes and not console.confirm(console.t("cli_delete_account_ask", name=found.name)):
            raise typer.Abort
        _people(kb).delete(name, by=local_user().name)
        print(console.printable_line(console.t("cli_name_deleted", name=name)))


@groups.command("list")
def list_groups(json: JsonOption = False, home: HomeOption = None, config: ConfigOption = None) -> None:
    """The groups, and who is in them."""
    with opened(home, config) as kb:
        found = _people(kb).groups()
        if json:
            console.print_json({"groups": [{"name": name, "people": list(people)} for name, people in found.items()]})
            return
        for name, people in found.items():
            print(console.printable_line(f"{name}: {', '.join(people) or '-'}"))
        if not found:
            console.say(console.t("cli_no_groups"))


@groups.command("add")
def add_group(name: GroupArgument, home: HomeOption = None, config: ConfigOption = None) -> None:
    """Make a group."""
    with opened(home, config) as kb:
        added = _people(kb).add_group(name, by=local_user().name)
        print(console.printable_line(console.t("cli_name_added", name=added)))


@groups.command("delete")
def delete_group(name: GroupArgument, home: HomeOption = None, config: ConfigOption = None) -> None:
    """Delete a group; nobody is in it any more."""
    with opened(home, config) as kb:
        _people(kb).delete_group(name, by=local_user().name)
        print(console.printable_line(console.t("cli_name_deleted", name=name)))


@groups.command("join")
def join(group: GroupArgument, people: PeopleArgument, home: HomeOption = None, config: ConfigOption = None) -> None:
    """Put people into a group."""
    with opened(home, config) as kb:
        _people(kb).join(group, people, by=local_user().name)
        print(console.printable_line(console.t("cli_joined", names=", ".join(people), group=group)))


@groups.command("leave")
def leave(group: GroupArgument, people: PeopleArgument, home: HomeOption = None, config: ConfigOption = None) -> None:
    """Take people out of a group."""
    with opened(home, config) as kb:
        _people(kb).leave(group, people, by=local_user().name)
        print(console.printable_line(console.t("cli_left", names=", ".join(people), group=group)))


@tokens.command("create")
def create_token(
    name: Annotated[str, typer.Option("--name", help="What it is for.", show_default=False)],
    scope: Annotated[
        list[str], typer.Option("--scope", help="search, ask, ingest or admin; may be given several times.")
    ],
    days: Annotated[int, typer.Option("--days", help="After so many it opens nothing.")] = 90,
    user: Annotated[str, typer.Option("--user", help="Whose it is; without it the owner's.")] = "",
    json: JsonOption = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Make a token. It is shown this once: `Authorization: Bearer TOKEN`."""
    with opened(home, config) as kb:
        token, secret = _tokens(kb).create(name, scope, days, by=local_user().name, person=user)
        if json:
            console.print_json({"id": token.id, "token": secret, "expires": token.expires_at})
            return
        print(secret)
        console.say(console.t("cli_token_made", id=token.id, day=_day(token.expires_at)))


@tokens.command("list")
def list_tokens(json: JsonOption = False, home: HomeOption = None, config: ConfigOption = None) -> None:
    """The tokens that have not ended, oldest first."""
    with opened(home, config) as kb:
        found = _tokens(kb).all()
        if json:
            console.print_json({"tokens": [asdict(token) for token in found]})
            return
        for token in found:
            facts = [token.id, token.person or console.t("cli_owner"), ",".join(token.scopes)]
            facts += [console.t("cli_until", day=_day(token.expires_at))]
            facts += [console.t("cli_used", day=_day(token.used_at)) if token.used_at else console.t("cli_never_used")]
            facts += [token.name]
            print(console.printable_line("  ".join(facts)))
        if not found:
            console.say(console.t("cli_no_tokens"))


@tokens.command("revoke")
def revoke_token(
    ids: Annotated[list[str], typer.Argument(help="As `kb tokens list` names them.", show_default=False)],
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """End tokens: they open nothing any more."""
    with opened(home, config) as kb:
        for id in ids:
            _tokens(kb).revoke(id, by=local_user().name)
        print(console.count("cli_revoked", len(ids)))


def _change(json: bool, home: Any, config: Any, name: str, **changes: Any) -> None:
    with opened(home, config) as kb:
        account = _people(kb).change(name, by=local_user().name, **changes)
        if json:
            console.print_json({"user": asdict(account)})
            return
        print(console.printable_line("  ".join(_facts(account))))


def _people(kb: "KnowledgeBase | RemoteKnowledgeBase") -> "People | RemotePeople":
    from ui.cli.client import RemoteKnowledgeBase

    if isinstance(kb, RemoteKnowledgeBase):
        return kb.people
    from kb.people.accounts import People

    return People(kb.catalog)


def _tokens(kb: "KnowledgeBase | RemoteKnowledgeBase") -> "ApiTokens | RemoteTokens":
    from ui.cli.client import RemoteKnowledgeBase

    if isinstance(kb, RemoteKnowledgeBase):
        return kb.tokens
    from kb.people.accounts import People
    from kb.people.api_tokens import ApiTokens

    return ApiTokens(kb.catalog, People(kb.catalog))


def _facts(account: "Account") -> list[str]:
    t = console.t
    role = t(f"role_{account.role}") + (t("cli_edits", names=", ".join(account.edits)) if account.edits else "")
    facts = [account.name, role, *([t("cli_in_groups", names=", ".join(account.groups))] if account.groups else [])]
    facts += [] if account.enabled else [t("people_disabled")]
    facts += [t("cli_by_issuer", issuer=account.issuer)] if account.issuer else []
    facts += [t("people_one_time", day=_day(account.one_time_until))] if account.one_time_until else []
    facts += [t("people_seen", day=_day(account.signed_in_at)) if account.signed_in_at else t("people_never")]
    return [*facts, account.full_name] if account.full_name else facts


def _print_password(account: "Account", told: str) -> None:
    if told:
        print(console.t("cli_one_time_password", password=told))
        console.say(console.t("cli_shown_once", day=_day(account.one_time_until)))


def _password() -> str:
    return sys.stdin.readline().rstrip("\r\n")


def _day(at: str) -> str:
    from kb.language.local_days import local

    return local(at)
