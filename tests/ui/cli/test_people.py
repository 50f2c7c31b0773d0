"""`kb users`, `kb groups` and `kb tokens`: the same with a running service and without one."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from tests import tiny
from tests.kb.people.conftest import quick_hashes
from tests.ui.serving import opened, serving
from ui.cli import main, people, sessions  # noqa: F401  (they add their commands)

OWN = "a lantern by the canal"
Command = Callable[..., Result]
__all__ = ["quick_hashes"]


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("KB_") and name != "KB_CACHE"]:
        monkeypatch.delenv(name)
    for name, value in {**tiny.ENVIRONMENT, "USER": "owner"}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(params=["alone", "served"])
def kb(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Command]:
    """Runs a command over a home; a running service owns it, or none does."""
    home = tmp_path / "home"

    def run(*arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(main.app, [*arguments, "--home", str(home)], input=typed)

    if request.param == "alone":
        yield run
        return
    with opened(home) as base, serving(base):
        yield run


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_first_account_is_an_admins_and_says_so(kb: Command) -> None:
    assert told(kb("users", "list", "--json")) == {"users": []}
    assert "one owner" in kb("users", "list").stderr
    assert "no groups" in kb("groups", "list").stderr
    assert "no tokens" in kb("tokens", "list").stderr
    refused = kb("users", "add", "anna", "--role", "reader")
    assert (refused.exit_code, "first account" in refused.stderr) == (2, True)
    added = kb("users", "add", "Li", "--full-name", "Li Na")
    assert added.exit_code == 0, added.stderr
    assert added.stdout.splitlines()[0] == "li is an admin"
    assert added.stdout.splitlines()[1].startswith("one-time password: ")
    assert "first account" in added.stderr
    second = told(kb("users", "add", "anna", "--json"))
    assert (second["user"]["role"], len(second["password"])) == ("reader", 19)
    listed = kb("users", "list").stdout.splitlines()
    assert [line.split("  ")[0] for line in listed] == ["anna", "li"]
    assert "one-time password until" in listed[1]
    assert "Li Na" in listed[1]


def test_roles_groups_and_passwords_are_changed(kb: Command) -> None:
    told(kb("users", "add", "li", "--json"))
    assert kb("groups", "add", "HR").stdout == "hr added\n"
    made = told(kb("users", "add", "anna", "--role", "editor", "--of", "forms", "--of", "手册", "-g", "hr", "--json"))
    assert (made["user"]["edits"], made["user"]["groups"]) == (["forms", "手册"], ["hr"])
    assert told(kb("groups", "list", "--json")) == {"groups": [{"name": "hr", "people": ["anna"]}]}
    assert kb("groups", "join", "hr", "li").exit_code == 0
    assert kb("groups", "leave", "hr", "anna").exit_code == 0
    assert kb("groups", "list").stdout == "hr: li\n"
    assert kb("groups", "delete", "hr").exit_code == 0
    assert told(kb("groups", "list", "--json")) == {"groups": []}
    changed = told(kb("users", "role", "anna", "auditor", "--json"))["user"]
    assert (changed["role"], changed["edits"]) == ("auditor", [])
    assert not told(kb("users", "disable", "anna", "--json"))["user"]["enabled"]
    assert "disabled" in kb("users", "list").stdout
    assert told(kb("users", "enable", "anna", "--json"))["user"]["enabled"]
    own = told(kb("users", "password", "anna", "--stdin", "--json", typed=f"{OWN}\n"))
    assert (own["password"], own["user"]["one_time_until"]) == ("", "")
    assert told(kb("users", "password", "anna", "--json"))["user"]["one_time_until"]
    assert kb("users", "delete", "anna", typed="n\n").exit_code == 1
    assert kb("users", "delete", "anna", "--yes").exit_code == 0
    assert [user["name"] for user in told(kb("users", "list", "--json"))["users"]] == ["li"]


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        ("users add li", 2, "already"),
        ("users add a:b", 2, "cannot be the name"),
        ("users add anna --role boss", 2, "no role"),
        ("users add anna --group none", 2, "no group"),
        ("users role nobody admin", 2, "no account 'nobody'"),
        ("users role li reader", 3, "last admin"),
        ("users disable li", 3, "last admin"),
        ("users delete li --yes", 3, "last admin"),
        ("users delete nobody --yes", 2, "no account"),
        ("users password nobody", 2, "no account"),
        ("groups add a*b", 2, "cannot be the name"),
        ("groups delete none", 2, "no group 'none'"),
        ("groups join none li", 2, "no group"),
        ("tokens create --name x --scope root", 2, "scope"),
        ("tokens create --name x --scope ask --days 0", 2, "days"),
        ("tokens create --name x --scope ask --user nobody", 2, "no account"),
        ("tokens revoke none", 2, "no token 'none'"),
    ],
)
def test_what_cannot_be_is_refused_with_its_exit_code(kb: Command, command: str, code: int, words: str) -> None:
    told(kb("users", "add", "li", "--json"))
    refused = kb(*command.split())
    assert refused.exit_code == code, refused.output
    assert words in refused.stderr
    assert refused.stdout == ""


def test_a_password_that_is_not_taken_is_refused(kb: Command) -> None:
    refused = kb("users", "add", "li", "--stdin", typed="short\n")
    assert (refused.exit_code, "at least 12" in refused.stderr) == (2, True)
    assert told(kb("users", "list", "--json")) == {"users": []}


def test_tokens_are_shown_once(kb: Command) -> None:
    told(kb("users", "add", "li", "--json"))
    made = told(kb("tokens", "create", "--name", "nightly", "--scope", "search", "--scope", "ask", "--json"))
    assert set(made) == {"id", "token", "expires"}
    other = kb("tokens", "create", "--name", "x", "--scope", "ingest", "--user", "li", "--days", "3")
    assert other.stdout.startswith("kb_")
    assert "not shown again" in other.stderr
    listed = told(kb("tokens", "list", "--json"))["tokens"]
    assert [(token["name"], token["person"], token["scopes"]) for token in listed] == [
        ("nightly", "", ["search", "ask"]),
        ("x", "li", ["ingest"]),
    ]
    assert made["token"] not in kb("tokens", "list").stdout
    assert kb("tokens", "revoke", made["id"], listed[1]["id"]).stdout == "2 tokens revoked\n"
    assert told(kb("tokens", "list", "--json")) == {"tokens": []}


def test_whether_somebody_exists_is_looked_at_before_anything_is_asked(kb: Command) -> None:
    missing = kb("users", "delete", "nobody", typed="y\n")
    assert missing.exit_code == 2
    assert "There is no account 'nobody'" in missing.stderr
    assert "Delete" not in missing.output
    kb("users", "add", "li")
    kb("users", "add", "anna")
    asked = kb("users", "delete", "ANNA", typed="n\n")
    assert asked.exit_code == 1
    assert "Delete anna with all their conversations?" in asked.stderr
    assert kb("users", "delete", "anna", typed="y\n").exit_code == 0
