"""Visitors: whom a request comes from, by the token or the cookie that came with it."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kb.people.accounts import People
from kb.people.api_tokens import ApiTokens
from kb.people.permissions import owner
from kb.people.sessions import Session
from kb.schema import Principal
from ui.service.replies import cookies_of
from ui.service.sessions import Sessions

Headers = Iterable[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is let in: the owner, with the home's token or an address of `kb open`; a person; a program."""

    asker: Principal
    session: Session | None = None  # of a browser
    must_change: bool = False  # the password, before anything else
    has_home_token: bool = False  # the owner's command line, which says who acts


class Visitors:
    """Who has what lets in. Looking reads no file: the event loop does it for each request.

    The cookie's name is the home's: browsers send the cookies of a host to all its ports. Over TLS (`secure`) it is one
    that only this very host can have set.
    """

    def __init__(
        self, token: str, home: Path, sessions: Sessions, people: People, tokens: ApiTokens, *, secure: bool = False
    ) -> None:
        self._token, self._sessions, self._people, self._tokens = token.encode(), sessions, people, tokens
        name = hashlib.sha256(str(home.absolute()).encode("utf-8", "surrogateescape")).hexdigest()[:8]
        self.secure = secure
        self.cookie = f"{'__Host-' if secure else ''}kb-{name}"

    def of(self, headers: Headers) -> Visitor | None:
        """Whom a request with these headers comes from; None for somebody who is not let in."""
        bearers, secrets = self._credentials(headers)
        for secret in secrets:
            session = self._sessions.holder(secret)
            visitor = self._of_session(session) if session is not None else None
            if visitor is not None:
                return visitor
        for bearer in bearers:
            if self._is_home_token(bearer):
                return Visitor(owner(), has_home_token=True)
            asker = self._tokens.holder(bearer)
            if asker is not None:
                return Visitor(asker)
        return None

    def goes_on(self, session: Session, *, seen: bool = False) -> bool:
        """Whether a session still lets in; `seen`: its browser does something in it now."""
        lasts = self._sessions.is_used(session.id) if seen else self._sessions.lasts(session.id)
        return lasts and self._of_session(session) is not None

    def _of_session(self, session: Session) -> Visitor | None:
        if not session.person:
            return Visitor(owner(), session)
        account = self._people.get(session.person)
        if account is None or not account.enabled:
            return None
        return Visitor(account.principal, session, must_change=bool(account.one_time_until))

    def _is_home_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode("utf-8", "replace"), self._token)

    def _credentials(self, headers: Headers) -> tuple[list[str], list[str]]:
        """The tokens and the secrets of sessions in a request's headers."""
        bearers, headers = [], list(headers)
        for name, raw in headers:
            if name == b"authorization":
                scheme, _, token = raw.decode("latin-1").partition(" ")
                if scheme.lower() == "bearer":
                    bearers.append(token.strip())
        return bearers, [secret for name, secret in cookies_of(headers) if name == self.cookie]
