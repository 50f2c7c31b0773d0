"""Tokens of programs: of a person or of the owner, with scopes and an end, kept as a hash."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from kb.errors import PersonNotFound, TokenNotFound, UsageError
from kb.people.accounts import People
from kb.people.api_tokens import ApiTokens
from kb.people.permissions import PERMISSIONS
from kb.store.database import Database
from tests.kb.people.clocks import Clock


@pytest.fixture
def people(database: Database, clock: Clock) -> People:
    people = People(database, clock)
    people.add("li", by="root")
    people.add("anna", by="li")
    return people


@pytest.fixture
def tokens(database: Database, people: People, clock: Clock) -> ApiTokens:
    return ApiTokens(database, people, clock)


def test_a_token_may_do_what_its_scopes_and_its_person_may(tokens: ApiTokens, people: People) -> None:
    made = {
        (person, scope): tokens.create(f"{person} {scope}", [scope], 30, by="li", person=person)[1]
        for person in ("", "li", "anna")
        for scope in ("search", "ask", "ingest", "admin")
    }
    found = {key: tokens.holder(secret) for key, secret in made.items()}
    told = {key: (asker.name, asker.unlimited, asker.permissions) for key, asker in found.items() if asker}
    assert told[("", "search")] == ("local", True, {"search"})
    assert told[("li", "ingest")] == ("li", True, {"ingest"})
    assert told[("li", "admin")] == ("li", True, frozenset(PERMISSIONS))
    assert told[("anna", "ask")] == ("anna", False, {"ask"})
    assert told[("anna", "ingest")] == ("anna", False, {"ingest"})
    assert told[("anna", "admin")] == ("anna", False, {"search", "ask", "ingest"})
    people.change("anna", by="li", role="editor", edits=["forms"])
    now = tokens.holder(made[("anna", "ingest")])
    assert now is not None
    assert (now.permissions, now.edits) == ({"ingest"}, {"forms", "~anna"})


def test_only_the_hash_of_a_token_is_kept(tokens: ApiTokens, database: Database, tmp_path: Path) -> None:
    token, secret = tokens.create("nightly", ["ask", "search"], 30, by="li", person="anna")
    assert secret.startswith("kb_")
    assert len(secret) > 40
    assert (token.scopes, token.person, token.name) == (("search", "ask"), "anna", "nightly")
    database.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert secret.encode() not in (tmp_path / "catalog.db").read_bytes()
    assert secret not in str(database.audit_rows())


def test_a_token_ends(tokens: ApiTokens, people: People, database: Database, clock: Clock) -> None:
    _, short_secret = tokens.create("short", ["search"], 1, by="li", person="anna")
    long, long_secret = tokens.create("long", ["search"], 30, by="li", person="anna")
    clock.now += timedelta(days=1)
    assert tokens.holder(short_secret) is None
    assert [token.id for token in tokens.all()] == [long.id]
    people.change("anna", by="li", enabled=False)
    assert tokens.holder(long_secret) is None
    people.change("anna", by="li", enabled=True)
    assert tokens.holder(long_secret) is not None
    clock.now -= timedelta(days=3)
    assert tokens.holder(long_secret) is None  # made later than now: the clock was set back
    clock.now += timedelta(days=3)
    tokens.revoke(long.id, by="li")
    assert tokens.holder(long_secret) is None
    with pytest.raises(TokenNotFound, match="kb tokens list"):
        tokens.revoke(long.id, by="li")
    _, last = tokens.create("last", ["search"], 30, by="li", person="anna")
    people.delete("anna", by="li")
    assert tokens.holder(last) is None
    people.add("anna", by="li")
    assert tokens.holder(last) is None
    assert ApiTokens(database, people, clock).holder(last) is None


def test_it_is_written_down_when_a_token_was_used(
    tokens: ApiTokens, people: People, database: Database, clock: Clock
) -> None:
    _, secret = tokens.create("nightly", ["search"], 30, by="li")
    assert tokens.holder(secret) is not None
    for thread in [t for t in threading.enumerate() if t.name == "token-use"]:
        thread.join(30)
    assert [token.used_at for token in ApiTokens(database, people, clock).all()] == ["2026-11-27T12:00:00.000+00:00"]


@pytest.mark.parametrize("secret", ["", "kb_", "kb_x", "\ud800", "x" * 10_000])
def test_what_is_no_token_opens_nothing(tokens: ApiTokens, secret: str) -> None:
    assert tokens.holder(secret) is None


def test_a_token_that_cannot_be_is_refused(tokens: ApiTokens) -> None:
    with pytest.raises(UsageError, match="'root' is no scope"):
        tokens.create("x", ["root"], 30, by="li")
    with pytest.raises(UsageError, match="needs a scope"):
        tokens.create("x", [], 30, by="li")
    for days in (0, -1, 3651):
        with pytest.raises(UsageError, match="1 to 3650 days"):
            tokens.create("x", ["search"], days, by="li")
    for name in ("", " ", "x" * 101, "a\x1bb"):
        with pytest.raises(UsageError, match="needs a name"):
            tokens.create(name, ["search"], 30, by="li")
    with pytest.raises(PersonNotFound):
        tokens.create("x", ["search"], 30, by="li", person="nobody")
    assert tokens.all() == []
