"""Signing in: a name and a password become a session, and a one-time password becomes one of their own."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, urlencode, urlsplit

from anyio import to_thread

from kb.errors import GuessingTooFast, KBError, SignInRefused, UsageError
from kb.people.accounts import Account, People
from ui.service import sign_in_page
from ui.service.replies import NO_STORE, Headers, Reply, is_api, label_of
from ui.service.sessions import Sessions
from ui.service.sign_in_page import PASSWORD, SIGN_IN
from ui.service.throttle import Throttle
from ui.service.visitors import Visitor, Visitors
from ui.words.strings import Strings, locale_language

_MOST_BYTES = 16 * 1024  # of a form
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

    def __init__(self, people: People, sessions: Sessions, throttle: Throttle, visitors: Visitors) -> None:
        self._people, self._sessions, self._throttle, self._visitors = people, sessions, throttle, visitors

    @property
    def needed(self) -> bool:
        """Whether there is anybody who could sign in."""
        return self._people.exist

    def page(self, scope: Any) -> Reply:
        """The form in place of a page that is not shown to a stranger; it leads back to it."""
        place = place_of(scope["path"], scope.get("query_string", b""))
        return _html(401, sign_in_page.sign_in(_strings(scope), place, place))

    async def reply(self, scope: Any, receive: Any, visitor: Visitor | None) -> Reply | None:
        """What its own addresses answer; None for those of others. Raises StorageFull, HomeError."""
        path, method = scope["path"], scope["method"]
        if path not in (SIGN_IN, PASSWORD) or not self.needed:
            return None
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
        if visitor is not None and person and scope["path"] == PASSWORD:
            first = visitor.must_change
            return _html(200, sign_in_page.change_password(_strings(scope), place, first=first, name=person))
        if visitor is not None:
            return _go(place)
        return _html(200, sign_in_page.sign_in(_strings(scope), place, _here(scope, place)))

    async def _sign_in(self, scope: Any, form: _Form, visitor: Visitor | None) -> Reply:
        t, place = _strings(scope), safe_place(form["next"])
        try:
            account = await to_thread.run_sync(self._checked, form["name"], form["password"], _address(scope))
        except (SignInRefused, GuessingTooFast) as error:
            page = sign_in_page.sign_in(t, place, _here(scope, place), t.message(str(error)), form["name"])
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
                raise UsageError(t("password_differs"))
            account = await to_thread.run_sync(self._changed, person, form["old"], form["new"], _address(scope))
        except (SignInRefused, GuessingTooFast, UsageError) as error:
            problem = t.message(str(error))
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


def _here(scope: Any, place: str) -> str:
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
    return [(b"retry-after", str(int(error.seconds) + 1).encode())] if isinstance(error, GuessingTooFast) else []


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
    headers = [(name, value.decode("latin-1")) for name, value in scope["headers"]]
    cookies = [value for name, value in headers if name == b"cookie"]
    pairs = [part.strip().partition("=") for value in cookies for part in value.split(";")]
    named = [*query.get("lang", [])[-1:], *(value for name, _, value in pairs if name == "kb_language")]
    accepted = next((value for name, value in headers if name == b"accept-language"), "")
    chosen = next((name for name in named if name in ("zh", "en")), locale_language(accepted))
    return Strings("zh" if chosen == "zh" else "en")
