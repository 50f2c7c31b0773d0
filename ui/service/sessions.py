"""Sessions: a code that works once, or a password, is exchanged for a secret that a browser keeps in a cookie."""

import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from kb.errors import KBError
from kb.people.api_tokens import secret_hash
from kb.people.sessions import Session, SessionStore
from kb.people.steady_clock import SteadyClock, is_made_later, iso
from kb.store.database import Database

CODE_LASTS = timedelta(minutes=10)
SESSION_LASTS = timedelta(days=30)  # of the owner's
_CODES = 100  # that may wait to be used; the oldest is void where there are more
_SEEN_EVERY = timedelta(minutes=1)  # how exactly it is written down when a session was last seen
_LONGEST_LABEL = 120


class SessionNotFound(KBError):
    """No session of that id: it was ended, has expired, or never was."""


class Sessions:
    """The codes that wait to be used, and the browsers that were let in. May be used by several threads.

    Codes live in this process alone. Looking up a session reads no file: the event loop does it for each request.
    The session of a person ends after `idle` without a request, and after `lasts` whatever happens; that of the owner
    after `SESSION_LASTS`.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime] | None = None,
        *,
        idle: timedelta = timedelta(hours=1),
        lasts: timedelta = timedelta(hours=12),
    ) -> None:
        self._store, self._clock = SessionStore(database), clock or SteadyClock()
        self._idle, self.lasts_at_most = idle, lasts
        self._lock = threading.Lock()
        self._codes: dict[str, datetime] = {}  # the hash of a code: until when it works
        self._sessions = self._store.all()
        self._unwritten: dict[str, str] = {}  # the id of a session: when it was last seen
        self._written_at = self._clock()
        self._writer: threading.Thread | None = None

    def new_code(self) -> str:
        """A code that lets one browser in, once, within `CODE_LASTS`."""
        code = secrets.token_urlsafe(24)
        with self._lock:
            while len(self._codes) >= _CODES:
                del self._codes[next(iter(self._codes))]
            self._codes[secret_hash(code)] = self._clock() + CODE_LASTS
        return code

    def exchange(self, code: str, label: str) -> str | None:
        """The secret of a new session; None where the code was used, is too old, or never was one.

        `label` is what the browser says it is. Raises StorageFull, HomeError.
        """
        with self._lock:
            until = self._codes.pop(secret_hash(code), None)
        if until is None or until <= self._clock():
            return None
        return self._begin(label, SESSION_LASTS)

    def begin(self, person: str, label: str) -> str:
        """The secret of a new session of somebody who signed in. Raises StorageFull, HomeError."""
        return self._begin(label, self.lasts_at_most, person)

    def _begin(self, label: str, lasts: timedelta, person: str = "") -> str:
        now = self._clock()
        secret, at = secrets.token_urlsafe(32), iso(now)
        label = "".join(c for c in label if c.isprintable())[:_LONGEST_LABEL]
        session = Session(secrets.token_hex(4), label, at, at, iso(now + lasts), person)
        self._store.add(session, secret_hash(secret))
        with self._lock:
            self._sessions = {key: known for key, known in self._sessions.items() if known.expires_at > at}
            self._sessions[secret_hash(secret)] = session
        return secret

    def holder(self, secret: str) -> Session | None:
        """The session with this secret, which is thereby seen; None where there is none."""
        return self._touch(secret_hash(secret))

    def is_used(self, id: str) -> bool:
        """Whether the session of this id lasts; it is thereby seen."""
        with self._lock:
            key = next((key for key, session in self._sessions.items() if session.id == id), "")
        return self._touch(key) is not None

    def _touch(self, key: str) -> Session | None:
        now = self._clock()
        with self._lock:
            session = self._sessions.get(key)
            if session is None or not self._goes_on(session, now):
                return None
            self._sessions[key] = replace(session, seen_at=iso(now))
            self._unwritten[session.id] = iso(now)
            writes = self._writer is not None and self._writer.is_alive()
            if now - self._written_at >= _SEEN_EVERY and not writes:
                self._written_at = now
                self._writer = threading.Thread(target=self._write_seen, name="sessions", daemon=True)
                self._writer.start()
        return session

    def _goes_on(self, session: Session, now: datetime) -> bool:
        if session.expires_at <= iso(now) or is_made_later(session.seen_at, now):
            return False
        return not session.person or session.seen_at > iso(now - self._idle)

    def all(self, person: str | None = None) -> list[Session]:
        """All that let a browser in, oldest first; with a name those of one person, with "" the owner's."""
        now = self._clock()
        with self._lock:
            found = [session for session in self._sessions.values() if self._goes_on(session, now)]
        return [session for session in found if person in (None, session.person)]

    def lasts(self, id: str) -> bool:
        """Whether a session was neither ended nor has expired."""
        now = self._clock()
        with self._lock:
            return any(s.id == id and self._goes_on(s, now) for s in self._sessions.values())

    def revoke(self, id: str, by: str = "local") -> None:
        """End a session: its browser is let in no more. `by` is who ends it. Raises SessionNotFound, StorageFull."""
        session = next((session for session in self.all() if session.id == id), None)
        if session is None:
            raise SessionNotFound("session.not_found", id=id)
        self._store.remove(session, by)
        with self._lock:
            self._sessions = {key: known for key, known in self._sessions.items() if known.id != id}

    def forget(self, person: str, keep: str = "") -> None:
        """The sessions of a person were ended, but that of the id `keep`: let their browsers in no more."""
        with self._lock:
            self._sessions = {k: s for k, s in self._sessions.items() if s.person != person or s.id == keep}

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
                self._store.record_last_seen(times)
