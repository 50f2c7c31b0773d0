"""Sessions: a code that works once and for minutes is exchanged for a secret that a browser keeps in a cookie."""

import hashlib
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from kb.errors import KBError
from kb.store.database import Database
from kb.store.sessions import Session, SessionStore

CODE_LASTS = timedelta(minutes=10)
SESSION_LASTS = timedelta(days=30)
_CODES = 100  # that may wait to be used; the oldest is void where there are more
_SEEN_EVERY = timedelta(minutes=1)  # how exactly it is written down when a session was last seen
_LONGEST_LABEL = 120


class SessionNotFound(KBError):
    """No session of that id: it was ended, has expired, or never was."""


class Sessions:
    """The codes that wait to be used, and the browsers that were let in. May be used by several threads.

    Codes live in this process alone. Looking up a session reads no file: the event loop does it for each request.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._store, self._clock = SessionStore(database), clock
        self._lock = threading.Lock()
        self._codes: dict[str, datetime] = {}  # the hash of a code: until when it works
        self._sessions = self._store.all()
        self._unwritten: dict[str, str] = {}  # the id of a session: when it was last seen
        self._written_at = clock()
        self._writer: threading.Thread | None = None

    def new_code(self) -> str:
        """A code that lets one browser in, once, within `CODE_LASTS`."""
        code = secrets.token_urlsafe(24)
        with self._lock:
            while len(self._codes) >= _CODES:
                del self._codes[next(iter(self._codes))]
            self._codes[_hash(code)] = self._clock() + CODE_LASTS
        return code

    def exchange(self, code: str, label: str) -> str | None:
        """The secret of a new session; None where the code was used, is too old, or never was one.

        `label` is what the browser says it is. Raises StorageFull, HomeError.
        """
        now = self._clock()
        with self._lock:
            until = self._codes.pop(_hash(code), None)
        if until is None or until <= now:
            return None
        secret, at = secrets.token_urlsafe(32), _iso(now)
        label = "".join(c for c in label if c.isprintable())[:_LONGEST_LABEL]
        session = Session(secrets.token_hex(4), label, at, at, _iso(now + SESSION_LASTS))
        self._store.add(session, _hash(secret))
        with self._lock:
            self._sessions = {key: known for key, known in self._sessions.items() if known.expires_at > at}
            self._sessions[_hash(secret)] = session
        return secret

    def holder(self, secret: str) -> Session | None:
        """The session with this secret, which is thereby seen; None where there is none."""
        now = self._clock()
        with self._lock:
            session = self._sessions.get(_hash(secret))
            if session is None or session.expires_at <= _iso(now):
                return None
            self._sessions[_hash(secret)] = replace(session, seen_at=_iso(now))
            self._unwritten[session.id] = _iso(now)
            if now - self._written_at >= _SEEN_EVERY:
                self._written_at = now
                self._writer = threading.Thread(target=self._write_seen, name="sessions", daemon=True)
                self._writer.start()
        return session

    def all(self) -> list[Session]:
        """All that let a browser in, oldest first."""
        now = _iso(self._clock())
        with self._lock:
            return [session for session in self._sessions.values() if session.expires_at > now]

    def lasts(self, id: str) -> bool:
        """Whether a session was neither ended nor has expired."""
        return any(session.id == id for session in self.all())

    def revoke(self, id: str) -> None:
        """End a session: its browser is let in no more. Raises SessionNotFound."""
        if not self.lasts(id):
            raise SessionNotFound(f"There is no session {id!r}. `kb sessions list` names those there are.")
        self._store.remove(id)
        with self._lock:
            self._sessions = {key: known for key, known in self._sessions.items() if known.id != id}

    def close(self) -> None:
        """Write down when sessions were last seen."""
        if self._writer is not None:
            self._writer.join()
        self._write_seen()

    def _write_seen(self) -> None:
        with self._lock:
            times, self._unwritten = self._unwritten, {}
        if times:
            with suppress(KBError):  # a full disk ends nobody's session
                self._store.seen(times)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
