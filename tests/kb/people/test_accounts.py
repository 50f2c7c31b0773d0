"""Accounts: who may sign in, as what, in which groups; and that somebody is always left who may say so."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from kb.errors import GroupNotFound, PersonNotFound, RefusedByPolicy, SignInRefused, UsageError
from kb.people.accounts import People
from kb.people.permissions import PERMISSIONS
from kb.store.conversations import ConversationStore
from kb.store.database import Database
from kb.store.migrations import MIGRATIONS, carry_out
from tests.kb.people.clocks import Clock
from ui.service.sessions import Sessions

OWN = "a lantern by the canal"


@pytest.fixture
def people(database: Database, clock: Clock) -> People:
    return People(database, clock)


def actions(database: Database) -> list[tuple[str, str, str]]:
    return [(row["asker"], row["action"], row["subject"]) for row in reversed(database.audit_rows())]


def test_a_home_begins_without_accounts(people: People) -> None:
    assert not people.exist
    assert people.all() == []
    assert people.groups() == {}


def test_the_first_account_is_an_admin_and_those_after_it_are_readers(people: People) -> None:
    with pytest.raises(UsageError, match="first account must be an admin"):
        people.add("li", by="root", role="reader")
    assert not people.exist
    first, password = people.add("Li", by="root")
    assert (first.name, first.role, first.enabled, first.signed_in_at) == ("li", "admin", True, "")
    assert first.one_time_until == "2026-12-04T12:00:00.000+00:00"
    assert len(password) == 19
    assert people.exist
    second, other = people.add("anna", by="li", full_name="Anna  de Vries")
    assert (second.role, second.full_name) == ("reader", "Anna de Vries")
    assert other != password
    assert [account.name for account in people.all()] == ["anna", "li"]


def test_what_is_written_is_there_after_a_restart_and_no_password_is_in_the_file(
    people: People, database: Database, clock: Clock, tmp_path: Path
) -> None:
    people.add("li", by="root", password=OWN)
    people.add_group("HR", by="li")
    _, told = people.add("wang", by="li", role="editor", groups=["hr"], edits=["手册", "forms"])
    again = People(database, clock)
    assert again.all() == people.all()
    assert again.groups() == {"hr": ("wang",)}
    wang = again.get("wang")
    assert wang is not None
    assert (wang.role, wang.groups, wang.edits) == ("editor", ("hr",), ("forms", "手册"))
    database.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    held = (tmp_path / "catalog.db").read_bytes()
    assert OWN.encode() not in held
    assert told.encode() not in held
    assert held.count(b"$argon2id$") == 2


def test_each_role_gives_a_principal_with_its_permissions(people: People) -> None:
    people.add("li", by="root")
    people.add_group("hr", by="li")
    people.add("ed", by="li", role="editor", groups=["hr"], edits=["forms"])
    people.add("au", by="li", role="auditor")
    people.add("re", by="li")
    found = {account.name: account.principal for account in people.all()}
    assert found["li"].unlimited
    assert found["li"].permissions == frozenset(PERMISSIONS)
    assert [found[name].unlimited for name in ("ed", "au", "re")] == [False] * 3
    assert (found["ed"].groups, found["ed"].edits) == ({"hr"}, {"forms", "~ed"})
    assert found["ed"].permissions == {"search", "ask", "ingest", "review"}
    assert found["au"].permissions == {"search", "ask", "ingest", "audit"}
    assert found["re"].permissions == {"search", "ask", "ingest"}


def test_who_knows_the_password_is_let_in_and_nobody_else(people: People, database: Database) -> None:
    people.add("li", by="root", password=OWN)
    assert people.sign_in(" LI ", OWN).signed_in_at == "2026-11-27T12:00:00.000+00:00"
    wrong = [("li", OWN + "x"), ("li", OWN[:-1]), ("li", ""), ("nobody", OWN), ("", ""), ("li", "x" * 5000)]
    for name, password in [*wrong, ("x" * 5000, OWN), ("li\0", OWN), ("li", "\ud800")]:
        with pytest.raises(SignInRefused, match=r"^The name or the password is wrong\.$"):
            people.sign_in(name, password)
    told = actions(database)
    assert told[:2] == [("root", "person_added", "li"), ("li", "sign_in", "li")]
    assert told.count(("li", "sign_in_failed", "")) == 5
    assert told.count(("", "sign_in_failed", "")) == 4
    assert "nobody" not in str(database.audit_rows())


def test_a_disabled_account_and_an_old_one_time_password_are_told_to_who_knows_the_password(
    people: People, clock: Clock
) -> None:
    people.add("li", by="root", password=OWN)
    _, told = people.add("anna", by="li")
    people.add("wang", by="li", password=OWN)
    people.change("wang", by="li", enabled=False)
    with pytest.raises(SignInRefused, match="disabled"):
        people.sign_in("wang", OWN)
    with pytest.raises(SignInRefused, match="name or the password"):
        people.sign_in("wang", "wrong")
    people.change("wang", by="li", enabled=True)
    assert people.sign_in("wang", OWN).enabled
    clock.now += timedelta(days=7) - timedelta(seconds=1)
    assert people.sign_in("anna", told).one_time_until
    clock.now += timedelta(seconds=1)
    with pytest.raises(SignInRefused, match="run out"):
        people.sign_in("anna", told)
    clock.now -= timedelta(days=2)
    assert people.sign_in("anna", told)
    clock.now -= timedelta(days=30)  # a clock that was set back makes nothing last longer than it was made for
    with pytest.raises(SignInRefused, match="run out"):
        people.sign_in("anna", told)


def test_a_password_is_changed_by_who_knows_the_old_one_or_by_an_admin(people: People) -> None:
    _, told = people.add("li", by="root")
    with pytest.raises(SignInRefused, match="present password"):
        people.change_password("li", "wrong", OWN)
    with pytest.raises(UsageError, match="at least 12"):
        people.change_password("li", told, "short")
    with pytest.raises(UsageError, match="old one"):
        people.change_password("li", told, told)
    assert people.change_password("li", told, OWN).one_time_until == ""
    assert people.sign_in("li", OWN)
    with pytest.raises(SignInRefused):
        people.sign_in("li", told)
    _, other = people.new_password("li", by="li")
    with pytest.raises(SignInRefused):
        people.sign_in("li", OWN)
    assert people.sign_in("li", other).one_time_until


@pytest.mark.parametrize("change", [{"role": "reader"}, {"enabled": False}])
def test_the_last_enabled_admin_stays(people: People, change: dict[str, object]) -> None:
    people.add("li", by="root")
    with pytest.raises(RefusedByPolicy, match="li is the last admin"):
        people.change("li", by="li", **change)  # type: ignore[arg-type]
    with pytest.raises(RefusedByPolicy, match="li is the last admin"):
        people.delete("li", by="li")
    people.add("anna", by="li", role="admin")
    people.change("anna", by="li", enabled=False)
    with pytest.raises(RefusedByPolicy, match="last admin"):
        people.change("li", by="li", **change)  # type: ignore[arg-type]
    people.delete("anna", by="li")
    people.add("wang", by="li", role="admin")
    people.change("li", by="wang", **change)  # type: ignore[arg-type]
    assert people.get("wang") is not None


def test_sessions_end_with_the_account_its_password_and_when_it_is_disabled(people: People, database: Database) -> None:
    sessions = Sessions(database)
    people.on_end.append(sessions.forget)
    people.add("li", by="root")
    people.add("anna", by="li")
    owner = sessions.exchange(sessions.new_code(), "")
    assert owner is not None

    def both() -> list[str]:
        return [sessions.begin("anna", "one"), sessions.begin("anna", "two")]

    def let_in(secrets: list[str]) -> list[bool]:
        return [sessions.holder(secret) is not None for secret in secrets]

    one = both()
    kept = sessions.holder(one[1])
    assert kept is not None
    people.set_password("anna", OWN, by="anna", keep=kept.id)
    assert let_in(one) == [False, True]
    two = both()
    people.change("anna", by="li", enabled=False)
    assert let_in([*one, *two]) == [False] * 4
    people.change("anna", by="li", enabled=True)
    three = both()
    people.new_password("anna", by="li")
    assert let_in(three) == [False, False]
    four = both()
    people.delete("anna", by="li")
    assert let_in(four) == [False, False]
    assert let_in([owner]) == [True]
    assert [session.person for session in Sessions(database).all()] == [""]
    sessions.close()


def test_with_an_account_go_its_conversations_and_tokens_so_that_the_next_of_its_name_has_nothing(
    people: People, database: Database
) -> None:
    people.add("li", by="root")
    people.add_group("hr", by="li")
    people.add("anna", by="li", role="editor", groups=["hr"], edits=["forms"])
    store = ConversationStore(database)
    of_anna, of_li = store.create("anna").id, store.create("li").id
    people.delete("anna", by="li")
    with pytest.raises(PersonNotFound, match="kb users list"):
        people.find("anna")
    assert [store.clearings(id) is None for id in (of_anna, of_li)] == [True, False]
    again, _ = people.add("anna", by="li")
    assert (again.groups, again.edits, again.role) == ((), (), "reader")


def test_groups_are_joined_left_and_deleted(people: People) -> None:
    people.add("li", by="root")
    people.add("anna", by="li")
    assert people.add_group(" Human  Resources ", by="li") == "human resources"
    people.join("Human Resources", ["li", "ANNA", "li"], by="li")
    assert people.groups() == {"human resources": ("anna", "li")}
    with pytest.raises(PersonNotFound):
        people.leave("human resources", ["anna", "nobody"], by="li")
    assert people.groups() == {"human resources": ("anna", "li")}
    people.leave("human resources", ["anna"], by="li")
    assert people.find("anna").groups == ()
    with pytest.raises(GroupNotFound, match="kb groups list"):
        people.join("legal", ["li"], by="li")
    with pytest.raises(GroupNotFound):
        people.add("wang", by="li", groups=["legal"])
    assert people.get("wang") is None
    with pytest.raises(UsageError, match="already"):
        people.add_group("HUMAN RESOURCES", by="li")
    people.delete_group("human resources", by="li")
    assert people.find("li").groups == ()


def test_what_cannot_be_is_refused_and_changes_nothing(people: People) -> None:
    people.add("li", by="root")
    before = people.all()
    with pytest.raises(UsageError, match="already"):
        people.add("LI", by="li")
    with pytest.raises(UsageError, match="'boss' is no role"):
        people.add("anna", by="li", role="boss")
    with pytest.raises(UsageError, match="editor"):
        people.add("anna", by="li", role="reader", edits=["forms"])
    with pytest.raises(UsageError, match="full name"):
        people.add("anna", by="li", full_name="x" * 201)
    with pytest.raises(UsageError, match="printed"):
        people.add("anna", by="li", full_name="a\x1b[2J")
    with pytest.raises(PersonNotFound):
        people.change("anna", by="li", role="admin")
    assert people.all() == before


def test_an_editor_who_becomes_a_reader_edits_nothing_any_more(people: People) -> None:
    people.add("li", by="root")
    people.add("anna", by="li", role="editor", edits=["forms"])
    assert people.change("anna", by="li", full_name="Anna").edits == ("forms",)
    assert people.change("anna", by="li", role="reader").edits == ()
    assert people.change("anna", by="li", role="editor").edits == ()


def test_a_home_of_before_has_no_accounts_and_keeps_its_sessions(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    db = sqlite3.connect(path, isolation_level=None)
    for number in range(1, 13):
        carry_out(db, number)
    db.execute("INSERT INTO sessions VALUES ('0a', 'Firefox', '2026', '2026', '2027', 'hash')")
    db.close()
    database = Database(path)
    assert database.db.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS)
    assert not People(database).exist
    assert [tuple(row) for row in database.db.execute("SELECT id, person FROM sessions")] == [("0a", None)]
    database.close()
