"""Signing in: a name and a password, or a provider's word, become a session; a one-time password one of their own."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, quote, urlencode, urlsplit

from anyio import CapacityLimiter, to_thread

from kb.errors import GuessingTooFast, KBError, ProviderUnavailable, SignInRefused, UsageError
from kb.messages.coded_text import fields
from kb.people.accounts import Account, People
from ui.service import sign_in_page
from ui.service.replies import NO_STORE, Headers, Reply, cookies_of, is_api, label_of
from ui.service.sessions import Sessions
from ui.service.sign_in_page import PASSWORD, SIGN_IN, SSO, SSO_BACK
from ui.service.throttle import Throttle
from ui.service.visitors import Visitor, Visitors
from ui.sso.flows import LASTS
from ui.words.strings import Strings, locale_language

if TYPE_CHECKING:
    from ui.sso.single_sign_on import SingleSignOn

_MOST_BYTES = 16 * 1024  # of a form
_AT_ONCE = 8  # sign-ins for which the provider of single sign-on is asked
_FORM = b"application/x-www-form-urlencoded"
# A form is sent to us alone, and says where it comes from, which it does not under the page's policy.
_OWN_HEADERS: Headers = [
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
     b"frame-ancestors 'none'"),
    (b"referrer-policy", b"same-origin"),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Form:
    """What was sent; "" for what was not."""

    fields: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")


class SignIn:
    """The pages of signing in and of changing the password, and what their forms do."""

    def __init__(
        self, people: People, sessions: Sessions, throttle: Throttle, visitors: Visitors,
        sso: "SingleSignOn | None" = None,
    ) -> None:  # fmt: skip
        self._people, self._sessions, self._throttle, self._visitors = people, sessions, throttle, visitors
        self._sso, self._asking = sso, CapacityLimiter(_AT_ONCE)

    @property
    def needed(self) -> bool:
        """Whether there is anybody who could sign in."""
        return self._people.exist

    def page(self, scope: Any) -> Reply:
        """The form in place of a page that is not shown to a stranger; it leads back to it."""
        place = place_of(scope["path"], scope.get("query_string", b""))
        return _html(401, self._form(scope, place, place))

    def _form(self, scope: Any, place: str, here: str, problem: str = "", name: str = "") -> str:
        provider = self._sso.label if self._sso else ""
        return sign_in_page.sign_in(_strings(scope), place, here, problem, name, provider)

    async def reply(self, scope: Any, receive: Any, visitor: Visitor | None) -> Reply | None:
        """What its own addresses answer; None for those of others. Raises StorageFull, HomeError."""
        path, method = scope["path"], scope["method"]
        if path not in (SIGN_IN, PASSWORD, SSO, SSO_BACK) or not self.needed:
            return None
        if path in (SSO, SSO_BACK):
            return await self._by_provider(scope, visitor)
        if method in ("GET", "HEAD"):
            return self._show(scope, visitor)
        if method != "POST":
            return Reply(405, [(b"allow", b"GET, HEAD, POST"), NO_STORE])
        form = await _read_form(scope, receive)
        if isinstance(form, Reply):
            return form
        if path == SIGN_IN:
            return await self._sign_in(scope, form, visitor)
        return await self._change_password(scope, form, visitor)

    def _show(self, scope: Any, visitor: Visitor | None) -> Reply:
        person = visitor.session.person if visitor is not None and visitor.session is not None else ""
        place = _asked_for(scope)
        if visitor is not None and person and scope["path"] == PASSWORD and self._has_password(person):
            first = visitor.must_change
            return _html(200, sign_in_page.change_password(_strings(scope), place, first=first, name=person))
        if visitor is not None:
            return _go(place)
        return _html(200, self._form(scope, place, _here(place)))

    def _has_password(self, person: str) -> bool:
        account = self._people.get(person)
        return account is not None and not account.issuer

    async def _by_provider(self, scope: Any, visitor: Visitor | None) -> Reply:
        """To the provider of single sign-on, and back from it."""
        if self._sso is None:
            return _go(SIGN_IN)
        if scope["method"] != "GET":
            return Reply(405, [(b"allow", b"GET"), NO_STORE])
        if scope["path"] == SSO_BACK:
            return await self._come_back(self._sso, scope, visitor)
        place = _asked_for(scope)
        if visitor is not None:
            return _go(place)
        try:
            flow, secret, address = await to_thread.run_sync(
                self._sso.begin, place, f"{_origin(scope)}{SSO_BACK}", limiter=self._asking
            )
        except ProviderUnavailable as error:
            return self._not_by_provider(scope, place, error)
        cookie = _flow_cookie(self._visitors, flow.state, secret, LASTS)
        return Reply(303, [(b"location", address.encode()), cookie, NO_STORE])

    async def _come_back(self, sso: "SingleSignOn", scope: Any, visitor: Visitor | None) -> Reply:
        pairs = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        answer = dict(pairs)
        state = answer.get("state", "")
        name = _flow_name(self._visitors, state)
        secret = next((value for known, value in cookies_of(scope["headers"]) if known == name), "")
        flow = sso.take(state, secret) if len(answer) == len(pairs) else None
        if flow is None or flow.redirect != f"{_origin(scope)}{SSO_BACK}":
            return self._not_by_provider(scope, "/", SignInRefused("sso.over"))
        over = _flow_cookie(self._visitors, state, "", 0)
        try:
            account = await to_thread.run_sync(sso.finish, flow, answer, limiter=self._asking)
        except (SignInRefused, ProviderUnavailable) as error:
            reply = self._not_by_provider(scope, flow.place, error)
            return Reply(reply.status, [*reply.headers, over], reply.body)
        begun = await self._begin(scope, account, flow.place, visitor)
        cookies = [header for header in begun.headers if header[0] == b"set-cookie"]
        return _html(200, sign_in_page.arrived(_strings(scope), flow.place), [*cookies, over])

    def _not_by_provider(self, scope: Any, place: str, error: KBError) -> Reply:
        accept = next((value for name, value in scope["headers"] if name == b"accept"), b"")
        status, kind = (
            (503, "ProviderUnavailable") if isinstance(error, ProviderUnavailable) else (401, "SignInRefused")
        )
        if b"json" in accept and b"html" not in accept:
            told = {"error": {"kind": kind, "message": str(error), **fields(error.message)}}
            return Reply(status, [(b"content-type", b"application/json"), NO_STORE], json.dumps(told).encode())
        return _html(status, self._form(scope, place, _here(place), _strings(scope).message(error)))

    async def _sign_in(self, scope: Any, form: _Form, visitor: Visitor | None) -> Reply:
        t, place = _strings(scope), safe_place(form["next"])
        try:
            account = await to_thread.run_sync(self._checked, form["name"], form["password"], _address(scope))
        except (SignInRefused, GuessingTooFast) as error:
            page = self._form(scope, place, _here(place), t.message(error), form["name"])
            return _html(_status(error), page, _wait(error))
        return await self._begin(scope, account, place, visitor)

    def _checked(self, name: str, password: str, address: str) -> Account:
        self._throttle.begin(name, address)
        account = self._people.sign_in(name, password)
        self._throttle.succeeded(name, address)
        return account

    async def _change_password(self, scope: Any, form: _Form, visitor: Visitor | None) -> Reply:
        t, place = _strings(scope), safe_place(form["next"])
        person = visitor.session.person if visitor is not None and visitor.session is not None else ""
        if visitor is None or not person:
            return _go(SIGN_IN)
        try:
            if form["new"] != form["again"]:
                raise UsageError("password.differs")
            account = await to_thread.run_sync(self._changed, person, form["old"], form["new"], _address(scope))
        except (SignInRefused, GuessingTooFast, UsageError) as error:
            problem = t.message(error)
            page = sign_in_page.change_password(t, place, first=visitor.must_change, name=person, problem=problem)
            return _html(_status(error), page, _wait(error))
        return await self._begin(scope, account, place, visitor)

    def _changed(self, person: str, old: str, new: str, address: str) -> Account:
        self._throttle.begin(person, address)
        account = self._people.change_password(person, old, new)
        self._throttle.succeeded(person, address)
        return account

    async def _begin(self, scope: Any, account: Account, place: str, before: Visitor | None) -> Reply:
        """A new session with a new secret, whatever cookie the browser had; the one before is ended."""
        if before is not None and before.session is not None and self._sessions.lasts(before.session.id):
            await to_thread.run_sync(self._sessions.revoke, before.session.id, account.name)
        secret = await to_thread.run_sync(self._sessions.begin, account.name, label_of(scope["headers"]))
        where = f"{PASSWORD}?{urlencode({'next': place})}" if account.one_time_until else place
        return Reply(303, [(b"location", where.encode()), (b"set-cookie", self.cookie(secret).encode()), NO_STORE])

    def cookie(self, secret: str) -> str:
        """The `Set-Cookie` of a person's session: it ends with the browser, and with the session at the latest."""
        lasts = int(self._sessions.lasts_at_most.total_seconds())
        return cookie_of(self._visitors, secret, lasts)


def cookie_of(visitors: Visitors, secret: str, lasts: int) -> str:
    """The `Set-Cookie` of a session that lasts so many seconds."""
    return (
        f"{visitors.cookie}={secret}; Path=/; Max-Age={lasts}; HttpOnly; SameSite=Strict"
        f"{'; Secure' if visitors.secure else ''}"
    )


def _flow_name(visitors: Visitors, state: str) -> str:
    return f"{visitors.cookie}-{state[:8]}"


def _flow_cookie(visitors: Visitors, state: str, secret: str, lasts: int) -> tuple[bytes, bytes]:
    """The cookie by which a browser is known that comes back: from another site, so it is not a strict one."""
    return b"set-cookie", (
        f"{_flow_name(visitors, state)}={secret}; Path=/; Max-Age={lasts}; HttpOnly; SameSite=Lax"
        f"{'; Secure' if visitors.secure else ''}"
    ).encode()


def _origin(scope: Any) -> str:
    """The origin by which a browser reaches this service; its `Host` was seen to be ours."""
    host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
    return f"{scope.get('scheme', 'http')}://{host}"


def safe_place(given: str) -> str:
    """An address within this origin that a page may be shown at: path and query, and never another host's."""
    try:
        parts = urlsplit(given)
    except ValueError:
        return "/"
    return place_of(parts.path, parts.query.encode("utf-8", "replace"))


def place_of(path: str, query: bytes, without: tuple[str, ...] = ("lang",)) -> str:
    """The address of a page, with one slash at its beginning: `//host` would lead to another host."""
    place = "/" + quote(path.lstrip("/\\"))
    if is_api(place) or place.startswith((SIGN_IN, "/_stcore")):
        return "/"
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    kept = urlencode([(name, value) for name, value in pairs if name not in without])
    return place + (f"?{kept}" if kept else "")


def _asked_for(scope: Any) -> str:
    found = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("next", ["/"])
    return safe_place(found[0])


def _here(place: str) -> str:
    return f"{SIGN_IN}?{urlencode({'next': place})}"


def _go(place: str) -> Reply:
    return Reply(303, [(b"location", place.encode()), NO_STORE])


def _html(status: int, page: str, more: Headers | None = None) -> Reply:
    headers = [(b"content-type", b"text/html; charset=utf-8"), NO_STORE, *_OWN_HEADERS, *(more or [])]
    return Reply(status, headers, page.encode("utf-8", "replace"))


def _status(error: KBError) -> int:
    return 429 if isinstance(error, GuessingTooFast) else 400 if isinstance(error, UsageError) else 401


def _wait(error: KBError) -> Headers:
    """How long to wait before the next attempt."""
    return [(b"retry-after", str(error.retry_after).encode())] if isinstance(error, GuessingTooFast) else []


async def _read_form(scope: Any, receive: Any) -> _Form | Reply:
    headers = dict(scope["headers"])
    if headers.get(b"content-type", b"").partition(b";")[0].strip().lower() != _FORM:
        return Reply(415, [NO_STORE])
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return Reply(400, [NO_STORE])
        body += message.get("body", b"")
        if len(body) > _MOST_BYTES:
            return Reply(413, [NO_STORE, (b"connection", b"close")])
        if not message.get("more_body", False):
            break
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError:
        return Reply(400, [NO_STORE])
    return _Form(dict(pairs))


def _address(scope: Any) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _strings(scope: Any) -> Strings:
    """The words in the language of the address, of the last visit, or of the browser."""
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    named = [
        *query.get("lang", [])[-1:],
        *(value for name, value in cookies_of(scope["headers"]) if name == "kb_language"),
    ]
    accepted = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"accept-language"), "")
    chosen = next((name for name in named if name in ("zh", "en")), locale_language(accepted))
    return Strings("zh" if chosen == "zh" else "en")
