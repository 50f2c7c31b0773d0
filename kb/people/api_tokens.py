"""API tokens: secrets of programs, each of a person or of the owner, with scopes and an end. Only hashes are kept."""

import hashlib
import json
import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from sqlite3 import Row

from kb.errors import TokenNotFound, UsageError
from kb.people.accounts import People
from kb.people.permissions import limited, owner, scopes_named
from kb.people.steady_clock import SteadyClock, is_made_later, iso
from kb.schema import Permission, Principal
from kb.store.database import Database

PREFIX = "kb_"  # by which a token is known as one, also to programs that look for leaked secrets
LONGEST_DAYS = 3650
_LONGEST_NAME = 100
_USED_EVERY = timedelta(minutes=1)  # how exactly it is written down when a token was last used


@dataclass(frozen=True, slots=True)
class ApiToken:
    """The token of a program. Times are ISO 8601, UTC; from `expires_at` on it opens nothing."""

    id: str  # what lists and commands name it by; it opens nothing
    name: str  # what it is for
    person: str  # whose it is; "" for the owner's
    scopes: tuple[Permission, ...]
    created_at: str
    expires_at: str
    used_at: str = ""  # "" for never


class ApiTokens:
    """The tokens of a home. May be used by several threads; looking one up reads no file."""

    def __init__(self, database: Database, people: People, clock: Callable[[], datetime] | None = None) -> None:
        self._database, self._people, self._clock = database, people, clock or SteadyClock()
        self._lock = threading.Lock()
        self._tokens: dict[str, ApiToken] = {}  # by the hash of their secret
        people.on_end.append(lambda *_: self._read())  # those of an account go with it
        self._read()

    def create(self, name: str, scopes: Iterable[str], days: int, *, by: str, person: str = "") -> tuple[ApiToken, str]:
        """Make a token; returns it with its secret, which nobody can be told again.

        `person` is whose it is: it may do what they may and its scopes allow. Raises UsageError, PersonNotFound.
        """
        name = " ".join(name.split())
        if not name or len(name) > _LONGEST_NAME or not name.isprintable():
            raise UsageError("token.needs_name", most=_LONGEST_NAME)
        if not 1 <= days <= LONGEST_DAYS:
            raise UsageError("token.days", most=LONGEST_DAYS)
        wanted, now = scopes_named(scopes), self._clock()
        whose = self._people.find(person).name if person else None
        secret = PREFIX + secrets.token_urlsafe(32)
        token = ApiToken(
            secrets.token_hex(4), name, whose or "", wanted, iso(now), iso(now + timedelta(days=days))
        )  # fmt: skip
        with self._database.transaction() as db:
            db.execute(
                "INSERT INTO api_tokens (id, name, person, scopes, created_at, expires_at, used_at, secret_hash) "
                "VALUES (?, ?, ?, ?, ?, ?, '', ?)",
                (token.id, name, whose, json.dumps(wanted), token.created_at, token.expires_at, secret_hash(secret)),
            )
            self._database.record(db, by, "token_created", token.id, {"person": token.person, "scopes": wanted})
        self._read()
        return token, secret

    def all(self) -> list[ApiToken]:
        """All that have not ended, oldest first."""
        now = self._clock()
        with self._lock:
            return [token for token in self._tokens.values() if self._lasts(token, now)]

    def revoke(self, id: str, *, by: str) -> None:
        """End a token. Raises TokenNotFound."""
        with self._database.transaction() as db:
            if not db.execute("DELETE FROM api_tokens WHERE id = ?", (id,)).rowcount:
                raise TokenNotFound("token.not_found", id=id[:80])
            self._database.record(db, by, "token_revoked", id, {})
        self._read()

    def holder(self, secret: str) -> Principal | None:
        """Who asks with this secret: its person, with what its scopes leave; None where it opens nothing."""
        now = self._clock()
        with self._lock:
            token = self._tokens.get(secret_hash(secret))
        if token is None or not self._lasts(token, now):
            return None
        self._note_use(token, now)
        if not token.person:
            return limited(owner(), token.scopes)
        account = self._people.get(token.person)
        return limited(account.principal, token.scopes) if account is not None else None

    def _lasts(self, token: ApiToken, now: datetime) -> bool:
        if token.expires_at <= iso(now) or is_made_later(token.created_at, now):
            return False
        account = self._people.get(token.person)
        return not token.person or (account is not None and account.enabled)

    def _note_use(self, token: ApiToken, now: datetime) -> None:
        if token.used_at and iso(now - _USED_EVERY) < token.used_at:
            return
        with self._lock:
            self._tokens = {k: replace(t, used_at=iso(now)) if t.id == token.id else t for k, t in self._tokens.items()}
        threading.Thread(target=self._write_use, args=(token.id, iso(now)), name="token-use", daemon=True).start()

    def _write_use(self, id: str, at: str) -> None:
        with self._database.transaction() as db:
            db.execute("UPDATE api_tokens SET used_at = ? WHERE id = ?", (at, id))

    def _read(self) -> None:
        rows = self._database.db.execute("SELECT * FROM api_tokens ORDER BY created_at, id").fetchall()
        with self._lock:
            self._tokens = {row["secret_hash"]: _token(row) for row in rows}


def _token(row: Row) -> ApiToken:
    scopes = tuple(json.loads(row["scopes"]))
    return ApiToken(
        row["id"], row["name"], row["person"] or "", scopes, row["created_at"], row["expires_at"], row["used_at"]
    )


def secret_hash(secret: str) -> str:
    """What is kept of a secret that nobody could guess."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
