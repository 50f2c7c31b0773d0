"""Signing in: forms, sessions and their ends, one-time passwords, and whose request is taken."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from kb.people.accounts import People
from kb.people.api_tokens import ApiTokens
from kb.people.permissions import OF_ROLE
from kb.store.database import Database
from tests.kb.people.clocks import Clock
from tests.kb.people.conftest import quick_hashes
from ui.service.auth import VISITOR, Gatekeeper
from ui.service.replies import Reply
from ui.service.sessions import Sessions
from ui.service.sign_in import SignIn, safe_place
from ui.service.throttle import Throttle
from ui.service.visitors import Visitors

TOKEN = "t" * 43
OWN = "a lantern by the canal"
ORIGIN = (b"origin", b"http://127.0.0.1:8600")

__all__ = ["quick_hashes"]


class Desk:
    """Everything that decides about a request, and a browser that asks."""

    def __init__(self, home: Path, clock: Clock) -> None:
        self.database = Database(home / "catalog.db")
        self.people = People(self.database, clock)
        self.tokens = ApiTokens(self.database, self.people, clock)
        self.sessions = Sessions(self.database, clock)
        self.people.on_end.append(self.sessions.forget)
        self.visitors = Visitors(TOKEN, home, self.sessions, self.people, self.tokens)
        self.gate = Gatekeeper(
            self.visitors, self.sessions,
            SignIn(self.people, self.sessions, Throttle(self.database, clock), self.visitors),
        )  # fmt: skip
        self.scope: dict[str, Any] = {}

    def ask(
        self, path: str = "/", query: str = "", cookie: str = "", method: str = "GET", kind: str = "http",
        body: bytes = b"", **headers: str,
    ) -> Reply | None:  # fmt: skip
        made = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        made += [(b"cookie", cookie.encode())] if cookie else []
        self.scope = {
            "type": kind, "path": path, "query_string": query.encode(), "method": method, "headers": made,
            "client": ("192.0.2.7", 1),
        }  # fmt: skip

        async def receive() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        return asyncio.run(self.gate.reply(self.scope, receive))

    def post(self, path: str, cookie: str = "", **fields: str) -> Reply:
        reply = self.ask(
            path, "", cookie, "POST", body=urlencode(fields).encode(), origin="http://127.0.0.1:8600",
            content_type="application/x-www-form-urlencoded",
        )  # fmt: skip
        assert reply is not None
        return reply

    def sign_in(self, name: str, password: str, next: str = "/", cookie: str = "") -> str:
        """The cookie of a new session."""
        reply = self.post("/sign-in", cookie, name=name, password=password, next=next)
        assert reply.status == 303, reply.body
        return cookie_in(reply)

    @property
    def asker(self) -> Any:
        return self.scope[VISITOR].asker


def header(reply: Reply, name: bytes) -> bytes:
    return dict(reply.headers)[name]


def cookie_in(reply: Reply) -> str:
    return header(reply, b"set-cookie").decode().partition(";")[0]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    desk = Desk(tmp_path, clock)
    desk.people.add("li", by="root", password=OWN)
    desk.people.add("anna", by="li", password=OWN, full_name="Anna de Vries")
    yield desk
    desk.sessions.close()
    desk.database.close()


def test_without_accounts_there_is_no_form(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "other").mkdir()
    desk = Desk(tmp_path / "other", clock)
    for path in ("/", "/sign-in", "/sign-in/password"):
        reply = desk.ask(path)
        assert reply is not None
        assert reply.status == 401
        assert b"kb open" in reply.body
        assert b"<form" not in reply.body
    desk.database.close()


@pytest.mark.parametrize(
    ("headers", "query", "words"),
    [
        ({"accept_language": "en-GB,en"}, "", b"Sign in"),
        ({"accept_language": "zh-CN,zh;q=0.9"}, "", "登录".encode()),
        ({"accept_language": "zh-CN", "cookie": "kb_language=en"}, "", b"Sign in"),
        ({"accept_language": "en"}, "lang=zh", "登录".encode()),
        ({}, "lang=xx", b"Sign in"),
    ],
)
def test_a_stranger_sees_the_form_in_their_language_wherever_they_come(
    desk: Desk, headers: dict[str, str], query: str, words: bytes
) -> None:
    reply = desk.ask("/documents", query, **headers)
    assert reply is not None
    assert reply.status == 401
    assert b"<h1>" + words + b"</h1>" in reply.body
    assert b'name="next" value="/documents"' in reply.body
    assert b"form-action 'self'" in header(reply, b"content-security-policy")
    assert b"script" not in reply.body
    api = desk.ask("/api/status", query, **headers)
    assert api is not None
    assert (api.status, header(api, b"content-type")) == (401, b"application/json")
    socket = desk.ask("/_stcore/stream", kind="websocket", **headers)
    assert socket is not None
    assert socket.status == 401


def test_name_and_password_begin_a_session_that_is_the_persons(desk: Desk) -> None:
    reply = desk.post("/sign-in", name=" Anna ", password=OWN, next="/documents?c=x")
    assert (reply.status, header(reply, b"location")) == (303, b"/documents?c=x")
    cookie, *flags = header(reply, b"set-cookie").decode().split("; ")
    assert {"HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"} == set(flags)
    assert desk.ask("/", cookie=cookie) is None
    assert (desk.asker.name, desk.asker.unlimited, desk.asker.permissions) == ("anna", False, OF_ROLE["reader"])
    assert desk.ask("/_stcore/stream", kind="websocket", cookie=cookie) is None
    assert [session.person for session in desk.sessions.all()] == ["anna"]


def test_over_tls_the_cookie_is_of_this_host_alone(tmp_path: Path, clock: Clock) -> None:
    desk = Desk(tmp_path, clock)
    desk.people.add("li", by="root", password=OWN)
    visitors = Visitors(TOKEN, tmp_path, desk.sessions, desk.people, desk.tokens, secure=True)
    desk.gate = Gatekeeper(
        visitors, desk.sessions, SignIn(desk.people, desk.sessions, Throttle(desk.database), visitors)
    )
    reply = desk.post("/sign-in", name="li", password=OWN)
    cookie, *flags = header(reply, b"set-cookie").decode().split("; ")
    assert cookie.startswith("__Host-kb-")
    assert "Secure" in flags
    assert desk.ask("/", cookie=cookie) is None
    assert desk.ask("/", cookie=cookie.removeprefix("__Host-")) is not None
    desk.database.close()


@pytest.mark.parametrize(
    ("name", "password"), [("anna", "wrong"), ("nobody", OWN), ("", ""), ("anna", ""), ("a\0b", OWN)]
)
def test_a_wrong_password_lets_nobody_in_and_says_no_more(desk: Desk, name: str, password: str) -> None:
    reply = desk.post("/sign-in", name=name, password=password)
    assert reply.status == 401
    assert b"The name or the password is wrong." in reply.body
    assert b"set-cookie" not in dict(reply.headers)
    assert desk.sessions.all() == []


def test_guessing_is_slowed_down_also_for_the_right_password(desk: Desk, clock: Clock) -> None:
    for _ in range(5):
        assert desk.post("/sign-in", name="anna", password="wrong").status == 401
    reply = desk.post("/sign-in", name="anna", password=OWN)
    assert (reply.status, header(reply, b"retry-after")) == (429, b"2")
    assert b"Try again in 2 seconds" in reply.body
    clock.now += timedelta(seconds=1)
    desk.sign_in("anna", OWN)
    desk.sign_in("anna", OWN)


def test_a_disabled_account_is_told_so_and_its_sessions_end_at_once(desk: Desk) -> None:
    cookie = desk.sign_in("anna", OWN)
    assert desk.ask("/", cookie=cookie) is None
    session = desk.scope[VISITOR].session
    sent: list[Any] = []

    async def talk() -> Any:
        async def receive() -> Any:
            return {"type": "websocket.receive", "text": "a click"}

        async def send(message: Any) -> None:
            sent.append(message)

        hear, say = desk.gate.while_it_lasts(session, receive, send)
        before = await hear()
        await asyncio.to_thread(desk.people.change, "anna", by="li", enabled=False)
        await say({"type": "websocket.send", "text": "the rest of an answer"})
        return before, await hear()

    before, after = asyncio.run(talk())
    assert (before["type"], after["type"]) == ("websocket.receive", "websocket.disconnect")
    assert [message["type"] for message in sent] == ["websocket.close"]
    assert desk.ask("/", cookie=cookie) is not None
    reply = desk.post("/sign-in", name="anna", password=OWN)
    assert (reply.status, b"This account is disabled" in reply.body) == (401, True)
    desk.people.change("anna", by="li", enabled=True)
    assert desk.ask("/", cookie=cookie) is not None


def test_a_session_ends_when_it_is_idle_and_at_the_latest_after_its_hours(desk: Desk, clock: Clock) -> None:
    idle, busy = desk.sign_in("anna", OWN), desk.sign_in("li", OWN)
    for _ in range(11):
        clock.now += timedelta(minutes=59)
        assert desk.ask("/", cookie=busy) is None
    assert desk.ask("/", cookie=idle) is not None
    clock.now += timedelta(minutes=59)
    assert desk.ask("/", cookie=busy) is None
    clock.now += timedelta(minutes=13)
    assert desk.ask("/", cookie=busy) is not None
    clock.now -= timedelta(days=3)  # the machine's clock is set back
    assert desk.ask("/", cookie=busy) is not None


def test_looking_at_a_page_that_only_shows_keeps_no_session_alive(desk: Desk, clock: Clock) -> None:
    cookie = desk.sign_in("anna", OWN)
    assert desk.ask("/", cookie=cookie) is None
    session = desk.scope[VISITOR].session
    for _ in range(7):
        clock.now += timedelta(minutes=10)
        desk.visitors.goes_on(session)
    assert not desk.visitors.goes_on(session)


def test_the_owner_comes_in_by_address_and_token_as_before(desk: Desk) -> None:
    reply = desk.ask("/", f"code={desk.sessions.new_code()}")
    assert reply is not None
    assert desk.ask("/", cookie=cookie_in(reply)) is None
    assert (desk.asker.name, desk.asker.unlimited) == ("local", True)
    assert desk.ask("/api/status", authorization=f"Bearer {TOKEN}") is None
    assert desk.scope[VISITOR].has_home_token


def test_a_token_of_a_program_is_its_persons_with_its_scopes(desk: Desk) -> None:
    _, secret = desk.tokens.create("nightly", ["search"], 30, by="li", person="anna")
    assert desk.ask("/api/search", authorization=f"Bearer {secret}") is None
    assert (desk.asker.name, desk.asker.permissions) == ("anna", {"search"})
    assert not desk.scope[VISITOR].has_home_token
    desk.people.change("anna", by="li", enabled=False)
    assert desk.ask("/api/search", authorization=f"Bearer {secret}") is not None


# ---- one-time passwords


def test_a_one_time_password_leads_to_nothing_but_a_new_one(desk: Desk) -> None:
    _, told = desk.people.new_password("anna", by="li")
    reply = desk.post("/sign-in", name="anna", password=told, next="/documents")
    assert header(reply, b"location") == b"/sign-in/password?next=%2Fdocuments"
    cookie = cookie_in(reply)
    for path in ("/", "/documents", "/static/x.js"):
        sent = desk.ask(path, cookie=cookie)
        assert sent is not None
        assert (sent.status, header(sent, b"location").startswith(b"/sign-in/password")) == (303, True)
    for path, kind in (("/api/documents", "http"), ("/_stcore/stream", "websocket")):
        refused = desk.ask(path, kind=kind, cookie=cookie)
        assert refused is not None
        assert refused.status == 403
    form = desk.ask("/sign-in/password", "next=%2Fdocuments", cookie=cookie)
    assert form is not None
    assert b"one-time password" in form.body
    for old, new, again, words in (
        ("wrong", "another lantern", "another lantern", b"present password is wrong"),
        (told, "another lantern", "another", b"differ"),
        (told, "short", "short", b"at least 12"),
        (told, told, told, b"old one"),
    ):
        refused = desk.post("/sign-in/password", cookie, old=old, new=new, again=again)
        assert refused.status in (400, 401)
        assert words in refused.body
    done = desk.post(
        "/sign-in/password", cookie, old=told, new="another lantern", again="another lantern", next="/documents"
    )
    assert (done.status, header(done, b"location")) == (303, b"/documents")
    assert desk.ask("/", cookie=cookie) is not None  # another secret takes its place
    assert desk.ask("/", cookie=cookie_in(done)) is None
    assert desk.ask("/api/sessions/current", cookie=cookie_in(done)) is None


def test_who_must_change_the_password_may_sign_out(desk: Desk) -> None:
    _, told = desk.people.new_password("anna", by="li")
    cookie = desk.sign_in("anna", told)
    assert desk.ask("/api/sessions/current", method="DELETE", cookie=cookie, origin="http://127.0.0.1:8600") is None


def test_a_new_password_ends_the_persons_other_sessions(desk: Desk) -> None:
    other, here = desk.sign_in("anna", OWN), desk.sign_in("anna", OWN)
    done = desk.post("/sign-in/password", here, old=OWN, new="another lantern", again="another lantern")
    assert done.status == 303
    assert desk.ask("/", cookie=other) is not None
    assert desk.ask("/", cookie=cookie_in(done)) is None


@pytest.mark.parametrize("cookie", ["", "owner"])
def test_only_a_person_has_a_password_to_change(desk: Desk, cookie: str) -> None:
    if cookie:
        reply = desk.ask("/", f"code={desk.sessions.new_code()}")
        assert reply is not None
        cookie = cookie_in(reply)
    reply = desk.post("/sign-in/password", cookie, old=OWN, new="another lantern", again="another lantern")
    assert (reply.status, header(reply, b"location")) == (303, b"/sign-in")


# ---- attacks


def test_a_session_that_somebody_else_began_is_not_taken_over(desk: Desk) -> None:
    """Fixation: the attacker's own cookie is in the victim's browser when the victim signs in."""
    attackers = desk.sign_in("anna", OWN)
    victims = desk.sign_in("li", OWN, cookie=attackers)
    assert victims != attackers
    assert desk.ask("/", cookie=attackers) is not None
    made_up = f"{attackers.partition('=')[0]}={'x' * 43}"
    assert desk.sign_in("li", OWN, cookie=made_up) not in (made_up, victims)
    assert desk.ask("/", cookie=made_up) is not None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
        {"sec_fetch_site": "cross-site", "origin": "http://127.0.0.1:8600"},
    ],
)
def test_what_another_site_has_a_browser_send_is_refused(desk: Desk, headers: dict[str, str]) -> None:
    cookie = desk.sign_in("anna", OWN)
    form = {"content_type": "application/x-www-form-urlencoded", **headers}
    body = urlencode({"name": "anna", "password": OWN}).encode()
    for path in ("/sign-in", "/sign-in/password", "/api/conversations", "/api/ask"):
        reply = desk.ask(path, cookie=cookie, method="POST", body=body, **form)
        assert reply is not None
        assert reply.status == 403
    reply = desk.ask("/sign-in", method="POST", body=body, **form)  # signing somebody in as the attacker
    assert reply is not None
    assert reply.status == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_reads_no_api(desk: Desk, site: str) -> None:
    cookie = desk.sign_in("anna", OWN)
    reply = desk.ask("/api/documents", cookie=cookie, sec_fetch_site=site)
    assert reply is not None
    assert reply.status == 403
    assert desk.ask("/api/documents", cookie=cookie, sec_fetch_site="same-origin") is None
    assert desk.ask("/api/documents/original", cookie=cookie, sec_fetch_site="none") is None  # typed by a person


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ("/documents?x=1", "/documents?x=1"),
        ("", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/evil.example"),
        ("\\\\evil.example", "/evil.example"),
        ("https://evil.example/x", "/x"),
        ("javascript:alert(1)", "/alert%281%29"),
        ("/api/documents", "/"),
        ("/sign-in", "/"),
        ("/sign-in/password", "/"),
        ("/a\r\nset-cookie: x=y", "/aset-cookie%3A%20x%3Dy"),
        ("http://[", "/"),
        ("/?next=//evil", "/?next=%2F%2Fevil"),
    ],
)
def test_after_signing_in_one_stays_on_this_host(desk: Desk, given: str, place: str) -> None:
    assert safe_place(given) == place
    reply = desk.post("/sign-in", name="anna", password=OWN, next=given)
    assert header(reply, b"location").decode() == place


def test_what_is_typed_is_shown_as_text(desk: Desk) -> None:
    hostile = '"><script>alert(1)</script>'
    reply = desk.post("/sign-in", name=hostile, password="x", next=f"/{hostile}")
    assert b"<script" not in reply.body
    page = desk.ask(f"/{hostile}", f"q={hostile}&lang={hostile}")
    assert page is not None
    assert b"<script" not in page.body


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"x" * 20_000, "application/x-www-form-urlencoded", 413),
        (b"name=anna", "application/json", 415),
        (b"name=anna", "multipart/form-data; boundary=x", 415),
        (b"\xff=\xfe", "application/x-www-form-urlencoded", 400),
        (b"&".join([b"a=b"] * 30), "application/x-www-form-urlencoded", 400),
    ],
)
def test_a_form_that_is_none_is_refused(desk: Desk, body: bytes, content_type: str, status: int) -> None:
    reply = desk.ask(
        "/sign-in", method="POST", body=body, content_type=content_type, origin="http://127.0.0.1:8600"
    )  # fmt: skip
    assert reply is not None
    assert reply.status == status
    put = desk.ask("/sign-in", method="PUT", origin="http://127.0.0.1:8600")
    assert put is not None
    assert put.status == 405


def test_no_password_goes_into_the_audit_trail(desk: Desk) -> None:
    desk.sign_in("anna", OWN)
    desk.post("/sign-in", name="my secret password", password="another secret")
    trail = str(desk.database.audit_rows())
    assert "sign_in_failed" in trail
    assert "secret" not in trail
    assert OWN not in trail
