"""Accounts: the people who may sign in, their roles and groups. Every change stands in the audit trail."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from sqlite3 import Connection
from typing import Any

from kb.access import rule_table
from kb.access.rules import GROUP, PERSON, PERSONAL
from kb.errors import (
    GroupNotFound,
    PersonNotFound,
    RefusedByPolicy,
    SignInRefused,
    UsageError,
)
from kb.people import passwords
from kb.people.names import folded, folded_group, group_name, person_name
from kb.people.permissions import OF_ROLE, Role, role_named
from kb.people.provided import Admission, Identity
from kb.people.steady_clock import SteadyClock, is_made_later, iso
from kb.schema import Principal
from kb.store.database import Database

BY_PROVIDER = "sso"  # who acts where an account follows what its provider says


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in. Times are ISO 8601, UTC.

    `one_time_until`: the password was made by another, must be changed at the first sign-in, and is void from then on;
    "" for a password of their own. `issuer` is the provider that signs them in; "" where their password does.
    """

    name: str
    full_name: str
    role: Role
    enabled: bool
    groups: tuple[str, ...]
    edits: tuple[str, ...]  # collections, of an editor
    created_at: str
    signed_in_at: str = ""  # "" for never
    one_time_until: str = ""
    issuer: str = ""
    own_collection: str = ""  # which nobody else reads

    @property
    def principal(self) -> Principal:
        """Who asks when this person does. An admin, who may give themself access to anything, reads everything."""
        return Principal(
            self.name, frozenset(self.groups), self.role == "admin", OF_ROLE[self.role],
            frozenset(self.edits if self.role == "editor" else ()) | {self.own_collection},
        )  # fmt: skip


class People:
    """The accounts and groups of a home. May be used by several threads; looking one up reads no file.

    `by` is who makes a change. `on_end` are called with the name of a person whose sessions all end, and with the id of
    a session that is kept, or "". Raises StorageFull, HomeError.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime] | None = None) -> None:
        self._database, self._clock = database, clock or SteadyClock()
        self._writing = threading.RLock()
        self.on_end: list[Callable[[str, str], None]] = []
        self._read()

    # ---- who there is

    @property
    def exist(self) -> bool:
        """Whether there are accounts; without any the home has one owner and nobody signs in."""
        return bool(self._accounts)

    def all(self) -> list[Account]:
        """All accounts, by name."""
        return list(self._accounts.values())

    def get(self, name: str) -> Account | None:
        """An account by its name as it is stored; None where there is none."""
        return self._accounts.get(name)

    def find(self, given: str) -> Account:
        """An account by its name as somebody typed it. Raises PersonNotFound."""
        found = self._accounts.get(folded(given))
        if found is None:
            raise PersonNotFound("people.person_not_found", name=given[:80])
        return found

    def groups(self) -> dict[str, tuple[str, ...]]:
        """The names of the people in each group, by its name."""
        return {name: tuple(a.name for a in self.all() if name in a.groups) for name in self._groups}

    def find_group(self, given: str) -> str:
        """The name of a group that is there. Raises GroupNotFound."""
        name = folded_group(given)
        if name not in self._groups:
            raise GroupNotFound("people.group_not_found", name=given[:80])
        return name

    # ---- accounts

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
        """Make an account; returns it, and its one-time password, or "" where the `password` is one of their own.

        Without a role the first is an admin, and others are readers. Raises UsageError, GroupNotFound.
        """
        name = person_name(given)
        if password is not None:
            passwords.check_new(password, name)
        with self._changing() as db:
            if name in self._accounts:
                raise UsageError("people.name_taken", name=name)
            if not self._accounts and role not in (None, "admin"):
                raise UsageError("people.first_is_admin")
            chosen = role_named(role or ("reader" if self._accounts else "admin"))
            told = passwords.one_time() if password is None else ""
            now = self._clock()
            db.execute(
                "INSERT INTO accounts (name, full_name, role, enabled, password_hash, one_time_until, created_at) "
                "VALUES (?, ?, ?, 1, ?, ?, ?)",
                (name, _full_name(full_name), chosen, passwords.hashed(password or told),
                 iso(now + passwords.ONE_TIME_LASTS) if told else "", iso(now)),
            )  # fmt: skip
            db.execute("UPDATE conversations SET owner = 'local' WHERE owner = ?", (name,))  # a program's, by that name
            rule_table.personal_collection(db, name, iso(now))
            self._set_groups(db, name, groups)
            self._set_edits(db, name, chosen, edits)
            self._record(db, by, "person_added", name, {"role": chosen})
        return self._accounts[name], told

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
        """Change what is not None of an account. Who is disabled has no sessions any more.

        Raises PersonNotFound, GroupNotFound, UsageError, and RefusedByPolicy for the last enabled admin.
        """
        groups = None if groups is None else sorted(set(groups))
        edits = None if edits is None else sorted(set(edits))
        with self._changing() as db:
            before = self.find(given)
            name, chosen = before.name, before.role if role is None else role_named(role)
            is_enabled = before.enabled if enabled is None else enabled
            if chosen != "admin" or not is_enabled:
                self._check_not_last_admin(before)
            db.execute("UPDATE accounts SET role = ?, enabled = ? WHERE name = ?", (chosen, is_enabled, name))
            if full_name is not None:
                db.execute("UPDATE accounts SET full_name = ? WHERE name = ?", (_full_name(full_name), name))
            if groups is not None:
                self._set_groups(db, name, groups)
            if edits is not None or chosen != before.role:
                self._set_edits(db, name, chosen, before.edits if edits is None and chosen == "editor" else edits or ())
            if not is_enabled:
                self._end_sessions(db, name)
            told = {"role": role, "enabled": enabled, "groups": groups, "edits": edits}
            self._record(db, by, "person_changed", name, {k: v for k, v in told.items() if v is not None})
        if not is_enabled:
            self._tell_ended(name)
        return self._accounts[name]

    def delete(self, given: str, *, by: str) -> None:
        """Delete an account with its sessions, tokens and conversations.

        Raises PersonNotFound, and RefusedByPolicy for the last enabled admin.
        """
        with self._changing() as db:
            account = self.find(given)
            self._check_not_last_admin(account)
            self._end_sessions(db, account.name)
            db.execute("DELETE FROM conversations WHERE owner = ?", (account.name,))
            db.execute("DELETE FROM accounts WHERE name = ?", (account.name,))
            self._forget_reader(db, f"{PERSON}{account.name}")
            self._record(db, by, "person_deleted", account.name, {})
        self._tell_ended(account.name)

    # ---- passwords

    def sign_in(self, given: str, password: str) -> Account:
        """The account that this name and password open.

        Raises SignInRefused, in the same words and after the same time where the name or the password is wrong; what
        is wrong with an account is told only to who knows its password.
        """
        account = self._accounts.get(folded(given)) if len(given) <= passwords.LONGEST else None
        row = (
            account
            and self._database.db.execute(
                "SELECT password_hash FROM accounts WHERE name = ?", (account.name,)
            ).fetchone()
        )
        known: str | None = row["password_hash"] if row else None
        right = passwords.matches(password[: passwords.LONGEST + 1], known)
        reason = "password" if not right or account is None else self._why_not(account)
        if reason or account is None or known is None:
            self._database.audit(account.name if account else "", "sign_in_failed", "", {"reason": reason})
            raise SignInRefused(_WHY_NOT[reason])
        with self._changing() as db:
            now = iso(self._clock())
            db.execute("UPDATE accounts SET signed_in_at = ? WHERE name = ?", (now, account.name))
            if passwords.is_weak_hash(known):
                db.execute(
                    "UPDATE accounts SET password_hash = ? WHERE name = ?", (passwords.hashed(password), account.name)
                )
            self._record(db, account.name, "sign_in", account.name, {})
        return self._accounts[account.name]

    def sign_in_provided(self, who: Identity, admission: Admission) -> Account:
        """The account of somebody for whom a provider vouches, made at the first time; groups are taken anew each time,
        and the role where groups give roles.

        Raises SignInRefused: who may not enter, is disabled, or would take the name of another's account.
        """
        with self._writing:
            found = self._database.db.execute(
                "SELECT name FROM accounts WHERE issuer = ? AND subject = ?", (who.issuer, who.subject)
            ).fetchone()
            account = self._accounts[found["name"]] if found else None
            reason = self._why_not_provided(account, who, admission)
            if reason:
                self._database.audit(
                    account.name if account else "", "sign_in_failed", "", {"reason": reason, "issuer": who.issuer}
                )
                raise SignInRefused(_WHY_NOT[reason])
            role = admission.role_of(who.groups)
            try:
                name = account.name if account else self._add_provided(who, role or admission.role)
                self._follow(name, who, role)
            except RefusedByPolicy as error:  # the last admin, who is none for the provider any more
                self._database.audit(name, "sign_in_failed", "", {"reason": "last_admin", "issuer": who.issuer})
                raise SignInRefused(error.message) from None
            with self._changing() as db:
                db.execute("UPDATE accounts SET signed_in_at = ? WHERE name = ?", (iso(self._clock()), name))
                self._record(db, name, "sign_in", name, {"issuer": who.issuer})
            return self._accounts[name]

    def _why_not_provided(self, account: Account | None, who: Identity, admission: Admission) -> str:
        """Why somebody for whom a provider vouches is not let in; "" where they are."""
        if account is not None and not account.enabled:
            return "disabled"
        if not admission.lets_in(who.groups):
            return "not_allowed"
        if account is None:
            try:
                return "name_taken" if person_name(who.name) in self._accounts else ""
            except UsageError:
                return "name"
        return ""

    def _add_provided(self, who: Identity, role: Role) -> str:
        name, now = person_name(who.name), iso(self._clock())
        with self._changing() as db:
            db.execute(
                "INSERT INTO accounts (name, full_name, role, enabled, issuer, subject, created_at) "
                "VALUES (?, '', ?, 1, ?, ?, ?)",
                (name, role, who.issuer, who.subject, now),
            )
            db.execute("UPDATE conversations SET owner = 'local' WHERE owner = ?", (name,))
            rule_table.personal_collection(db, name, now)
            self._record(db, BY_PROVIDER, "person_added", name, {"role": role, "issuer": who.issuer})
        return name

    def _follow(self, name: str, who: Identity, role: Role | None) -> None:
        """Change what the provider says otherwise of an account."""
        before = self._accounts[name]
        groups = sorted({folded_group(group) for group in who.groups} & set(self._groups))
        changes: dict[str, Any] = {"groups": groups} if groups != sorted(before.groups) else {}
        if role is not None and role != before.role:
            changes["role"] = role
        if who.full_name and who.full_name != before.full_name:
            changes["full_name"] = who.full_name
        if changes:
            self.change(name, by=BY_PROVIDER, **changes)

    def set_password(self, given: str, password: str, *, by: str, keep: str = "") -> Account:
        """Give an account a password of its own. All its sessions end but `keep`, the id of one.

        Raises PersonNotFound, and UsageError for a password that is not taken.
        """
        self._check_has_password(given)
        passwords.check_new(password, self.find(given).name)
        return self._set_password(given, passwords.hashed(password), "", by, keep)

    def change_password(self, name: str, old: str, new: str, *, keep: str = "") -> Account:
        """As `set_password`, by who knows the old one. Raises SignInRefused, UsageError."""
        self._check_has_password(name)
        row = self._database.db.execute("SELECT password_hash FROM accounts WHERE name = ?", (name,)).fetchone()
        if not passwords.matches(old[: passwords.LONGEST + 1], row["password_hash"] if row else None):
            self._database.audit(name, "sign_in_failed", "", {"reason": "password"})
            raise SignInRefused("password.present_wrong")
        if old == new:
            raise UsageError("password.same")
        return self.set_password(name, new, by=name, keep=keep)

    def new_password(self, given: str, *, by: str) -> tuple[Account, str]:
        """Give an account a one-time password, which is returned; all its sessions end. Raises PersonNotFound."""
        self._check_has_password(given)
        told = passwords.one_time()
        until = iso(self._clock() + passwords.ONE_TIME_LASTS)
        return self._set_password(given, passwords.hashed(told), until, by, ""), told

    def _set_password(self, given: str, password_hash: str, until: str, by: str, keep: str) -> Account:
        with self._changing() as db:
            name = self.find(given).name
            db.execute(
                "UPDATE accounts SET password_hash = ?, one_time_until = ? WHERE name = ?",
                (password_hash, until, name),
            )
            self._end_sessions(db, name, keep)
            self._record(db, by, "password_changed", name, {})
        self._tell_ended(name, keep)
        return self._accounts[name]

    def _check_has_password(self, given: str) -> None:
        account = self.find(given)
        if account.issuer:
            raise UsageError("people.no_password_here", name=account.name, issuer=account.issuer)

    def _why_not(self, account: Account) -> str:
        """Why the right password does not let somebody in; "" where it does."""
        now = self._clock()
        if not account.enabled:
            return "disabled"
        until = account.one_time_until
        if until and (until <= iso(now) or is_made_later(until, now + passwords.ONE_TIME_LASTS)):
            return "one_time"
        return ""

    # ---- groups

    def add_group(self, given: str, *, by: str) -> str:
        """Make a group; returns its name. Raises UsageError."""
        name = group_name(given)
        with self._changing() as db:
            if name in self._groups:
                raise UsageError("people.group_taken", name=name)
            db.execute("INSERT INTO account_groups (name, created_at) VALUES (?, ?)", (name, iso(self._clock())))
            self._record(db, by, "group_added", name, {})
        return name

    def delete_group(self, given: str, *, by: str) -> None:
        """Delete a group; nobody is in it any more. Raises GroupNotFound."""
        with self._changing() as db:
            name = self.find_group(given)
            db.execute("DELETE FROM account_groups WHERE name = ?", (name,))
            self._forget_reader(db, f"{GROUP}{name}")
            self._record(db, by, "group_deleted", name, {})

    def join(self, group: str, names: Iterable[str], *, by: str) -> None:
        """Put people into a group. Raises GroupNotFound, PersonNotFound; then nobody was."""
        self._move(group, names, by, "INSERT OR IGNORE INTO memberships (person, group_name) VALUES (?, ?)", "joined")

    def leave(self, group: str, names: Iterable[str], *, by: str) -> None:
        """Take people out of a group. Raises GroupNotFound, PersonNotFound; then nobody was."""
        self._move(group, names, by, "DELETE FROM memberships WHERE person = ? AND group_name = ?", "left")

    def _move(self, group: str, names: Iterable[str], by: str, statement: str, what: str) -> None:
        with self._changing() as db:
            name, people = self.find_group(group), [self.find(each).name for each in names]
            db.executemany(statement, [(person, name) for person in people])
            self._record(db, by, f"group_{what}", name, {"people": people})

    # ---- the parts of a change

    def _check_not_last_admin(self, account: Account) -> None:
        others = any(a.role == "admin" and a.enabled and a.name != account.name for a in self.all())
        if account.role == "admin" and account.enabled and not others:
            raise RefusedByPolicy("people.last_admin", name=account.name)

    def _set_groups(self, db: Connection, name: str, groups: Iterable[str]) -> None:
        found = {self.find_group(group) for group in groups}
        db.execute("DELETE FROM memberships WHERE person = ?", (name,))
        db.executemany("INSERT INTO memberships (person, group_name) VALUES (?, ?)", [(name, g) for g in sorted(found)])

    def _set_edits(self, db: Connection, name: str, role: Role, collections: Iterable[str]) -> None:
        named = sorted(set(collections))
        if named and role != "editor":
            raise UsageError("people.collections_of_editor")
        if own := [collection for collection in named if collection.startswith(PERSONAL)]:
            raise UsageError("people.personal_given", name=own[0])
        db.execute("DELETE FROM edited_collections WHERE person = ?", (name,))
        db.executemany("INSERT INTO edited_collections (person, collection) VALUES (?, ?)", [(name, c) for c in named])

    def _forget_reader(self, db: Connection, reader: str) -> None:
        """Take who is no more out of the rules who may read what: a later one of the name inherits nothing."""
        rule_table.drop_reader(db, reader)
        rule_table.carry_out(db, rule_table.load(db))

    def _end_sessions(self, db: Connection, name: str, keep: str = "") -> None:
        db.execute("DELETE FROM sessions WHERE person = ? AND id <> ?", (name, keep))

    def _tell_ended(self, name: str, keep: str = "") -> None:
        for told in self.on_end:
            told(name, keep)

    def _record(self, db: Connection, by: str, action: str, subject: str, detail: dict[str, Any]) -> None:
        self._database.record(db, by, action, subject, detail)

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        """A transaction; what is looked up after it is what was written. One change at a time."""
        with self._writing:
            with self._database.transaction() as db:
                yield db
                self._database.access_changed(db)  # whoever it is about may read more or less
            self._read()

    def _read(self) -> None:
        db = self._database.db
        groups, edits = _lists(db, "memberships", "group_name"), _lists(db, "edited_collections", "collection")
        rows = db.execute(
            "SELECT a.name, a.full_name, a.role, a.enabled, a.created_at, a.signed_in_at, a.one_time_until, a.issuer, "
            "coalesce(c.name, '') AS own_collection FROM accounts a LEFT JOIN collections c ON c.person = a.name "
            "ORDER BY a.name"
        )
        made = [Account(groups=groups.get(r["name"], ()), edits=edits.get(r["name"], ()), **dict(r)) for r in rows]
        self._groups = tuple(row[0] for row in db.execute("SELECT name FROM account_groups ORDER BY name"))
        self._accounts = {account.name: replace(account, enabled=bool(account.enabled)) for account in made}


def is_account(database: Database, name: str) -> bool:
    """Whether somebody has an account of this name; else it is the home's owner who goes by it."""
    return database.db.execute("SELECT 1 FROM accounts WHERE name = ?", (name,)).fetchone() is not None


_WHY_NOT = {
    "password": "password.wrong",
    "disabled": "people.disabled",
    "one_time": "password.run_out",
    "not_allowed": "sso.no_group",
    "name_taken": "sso.name_taken",
    "name": "sso.no_name",
}


def _lists(db: Connection, table: str, column: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for person, value in db.execute(f"SELECT person, {column} FROM {table} ORDER BY person, {column}"):
        found[person] = (*found.get(person, ()), value)
    return found


def _full_name(given: str) -> str:
    name = " ".join(given.split())
    if len(name) > 200 or not name.isprintable():
        raise UsageError("people.full_name")
    return name
