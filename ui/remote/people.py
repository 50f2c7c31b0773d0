"""People and tokens of a home that a running service owns; with the methods of `kb.people`, for the commands."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from kb.people.accounts import Account
from kb.people.api_tokens import ApiToken
from kb.schema import Principal

Form = dict[str, Any]


class RemotePeople:
    """The accounts and groups. `by` is who makes a change. Errors are those of `kb.people.accounts.People`."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call

    def all(self) -> list[Account]:
        """All accounts, by name."""
        return [_account(form) for form in self._call("GET", "users")["users"]]

    def find(self, given: str) -> Account:
        """An account by its name as somebody typed it. Raises PersonNotFound."""
        return _account(self._call("GET", _user(given)))

    def add(
        self,
        given: str,
        *,
        by: str,
        role: str | None = None,
        full_name: str = "",
        groups: Iterable[str] = (),
        edits: Iterable[str] = (),
        password: str | None = None,
    ) -> tuple[Account, str]:
        """Make an account; returns it and its one-time password, or ""."""
        body = {
            "name": given, "role": role, "full_name": full_name, "groups": list(groups), "edits": list(edits),
            "password": password,
        }  # fmt: skip
        return _account_and_password(self._call("POST", "users", Principal(by), body=body))

    def change(
        self,
        given: str,
        *,
        by: str,
        role: str | None = None,
        full_name: str | None = None,
        groups: Iterable[str] | None = None,
        edits: Iterable[str] | None = None,
        enabled: bool | None = None,
    ) -> Account:
        """Change what is not None."""
        body: Form = {"role": role, "full_name": full_name, "enabled": enabled}
        body |= {"groups": None if groups is None else list(groups), "edits": None if edits is None else list(edits)}
        return _account(self._call("PATCH", _user(given), Principal(by), body=body))

    def delete(self, given: str, *, by: str) -> None:
        """Delete an account."""
        self._call("DELETE", _user(given), Principal(by))

    def set_password(self, given: str, password: str, *, by: str) -> Account:
        """Give an account a password of its own."""
        return _account_and_password(
            self._call("POST", f"{_user(given)}/password", Principal(by), body={"password": password})
        )[0]

    def new_password(self, given: str, *, by: str) -> tuple[Account, str]:
        """Give an account a one-time password, which is returned."""
        return _account_and_password(self._call("POST", f"{_user(given)}/password", Principal(by), body={}))

    def groups(self) -> dict[str, tuple[str, ...]]:
        """The names of the people in each group."""
        return {form["name"]: tuple(form["people"]) for form in self._call("GET", "groups")["groups"]}

    def add_group(self, given: str, *, by: str) -> str:
        """Make a group; returns its name."""
        return str(self._call("POST", "groups", Principal(by), body={"name": given})["name"])

    def delete_group(self, given: str, *, by: str) -> None:
        """Delete a group."""
        self._call("DELETE", _group(given), Principal(by))

    def join(self, group: str, names: Iterable[str], *, by: str) -> None:
        """Put people into a group."""
        self._call("POST", f"{_group(group)}/join", Principal(by), body={"people": list(names)})

    def leave(self, group: str, names: Iterable[str], *, by: str) -> None:
        """Take people out of a group."""
        self._call("POST", f"{_group(group)}/leave", Principal(by), body={"people": list(names)})


class RemoteTokens:
    """The tokens of programs."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call

    def create(self, name: str, scopes: Iterable[str], days: int, *, by: str, person: str = "") -> tuple[ApiToken, str]:
        """Make a token; returns it with its secret."""
        body = {"name": name, "scopes": list(scopes), "days": days, "person": person}
        made = self._call("POST", "tokens", Principal(by), body=body)
        return next(token for token in self.all() if token.id == made["id"]), made["token"]

    def all(self) -> list[ApiToken]:
        """All that have not ended, oldest first."""
        forms = self._call("GET", "tokens")["tokens"]
        return [ApiToken(**{**form, "scopes": tuple(form["scopes"])}) for form in forms]

    def revoke(self, id: str, *, by: str) -> None:
        """End a token."""
        self._call("DELETE", f"tokens/{quote(id, safe='')}", Principal(by))


def _account(form: Form) -> Account:
    return Account(**{**form, "groups": tuple(form["groups"]), "edits": tuple(form["edits"])})


def _account_and_password(form: Form) -> tuple[Account, str]:
    return _account(form["user"]), form["password"]


def _user(given: str) -> str:
    return f"users/{quote(given, safe='')}"


def _group(given: str) -> str:
    return f"groups/{quote(given, safe='')}"
