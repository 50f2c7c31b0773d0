"""Access: the token of programs, the codes and sessions of browsers, and what the gate says to all others."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kb.backups.restore import restore
from kb.errors import HomeError
from kb.people.accounts import People
from kb.people.api_tokens import ApiTokens
from kb.store.database import Database
from kb.store.home import Home
from tests.kb.people.clocks import Clock
from tests.knowledge import open_kb
from ui.service.auth import VISITOR, Gatekeeper, announced, running_service, token_of
from ui.service.listening import ListeningAddress
from ui.service.replies import Reply
from ui.service.sessions import SessionNotFound, Sessions
from ui.service.sign_in import SignIn
from ui.service.throttle import Throttle
from ui.service.visitors import Visitors

TOKEN = "t" * 43
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
PORT = 8600


def scope(path: str = "/", query: str = "", method: str = "GET", kind: str = "http", **headers: str) -> dict[str, Any]:
    made = [(name.encode(), value.encode()) for name, value in headers.items()]
    return {"type": kind, "path": path, "query_string": query.encode(), "method": method, "headers": made}


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


# ---- the files of the home


def test_the_token_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    token = token_of(tmp_path)
    assert len(token) >= 43
    assert mode(tmp_path / "token") == 0o600
    assert token_of(tmp_path) == token
    (tmp_path / "other").mkdir()
    assert token_of(tmp_path / "other") != token


def test_a_token_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    token = token_of(tmp_path)
    (tmp_path / "token").chmod(0o644)
    assert token_of(tmp_path) == token
    assert mode(tmp_path / "token") == 0o600


@pytest.mark.parametrize("text", ["", "short\n", "x" * 40 + "\n\ny", "中" * 40])
def test_a_damaged_token_is_made_anew(tmp_path: Path, text: str) -> None:
    (tmp_path / "token").write_text(text, encoding="utf-8")
    token = token_of(tmp_path)
    assert token != text.strip()
    assert token_of(tmp_path) == token


def test_a_token_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "token").mkdir()
    with pytest.raises(HomeError, match=r"token.*cannot be read or written"):
        token_of(tmp_path)


def test_a_running_service_is_found_only_while_it_holds_the_home(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    token = token_of(home.path)
    assert running_service(home.path) is None
    with announced(home.path, ListeningAddress(port=PORT)):
        assert mode(home.path / "service.json") == 0o600
        running = running_service(home.path)
        assert running is not None
        assert (running.port, running.pid, running.token) == (PORT, os.getpid(), token)
        assert running.origin == f"http://127.0.0.1:{PORT}"
    assert running_service(home.path) is None
    assert not (home.path / "service.json").exists()
    home.close()


def test_what_a_crash_left_is_not_believed(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    token_of(home.path)
    note = home.path / "service.json"
    alive = json.dumps({"port": PORT, "pid": os.getpid()})

    note.write_text(json.dumps({"port": PORT, "pid": os.getppid()}), encoding="utf-8")
    assert running_service(home.path) is None  # another process holds the home now

    home.close()
    note.write_text(alive, encoding="utf-8")
    assert running_service(home.path) is None  # the process lives, and the home is not locked: its number was reused

    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (home.path / "lock").write_text(f"{ended.pid}\n", encoding="ascii")
    note.write_text(json.dumps({"port": PORT, "pid": ended.pid}), encoding="utf-8")
    assert running_service(home.path) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"port": "x", "pid": 1}', '{"port": 0, "pid": %d}', "null"])
def test_a_damaged_note_is_not_believed(tmp_path: Path, text: str) -> None:
    home = Home(tmp_path / "home")
    token_of(home.path)
    (home.path / "service.json").write_text(text.replace("%d", str(os.getpid())), encoding="utf-8")
    assert running_service(home.path) is None
    home.close()


def test_the_note_and_the_token_are_written_whole_over_what_was_there(tmp_path: Path) -> None:
    (tmp_path / ".service.json.part").write_text("left by a crash", encoding="utf-8")
    (tmp_path / "service.json").write_text("x" * 1000, encoding="utf-8")
    with announced(tmp_path, ListeningAddress(port=PORT)):
        assert json.loads((tmp_path / "service.json").read_text(encoding="utf-8")) == {"port": PORT, "pid": os.getpid()}
    assert list(tmp_path.iterdir()) == []


# ---- the gate


@pytest.fixture
def sessions(database: Database, clock: Clock) -> Iterator[Sessions]:
    sessions = Sessions(database, clock)
    yield sessions
    sessions.close()


def gate_of(home: Path, database: Database, sessions: Sessions) -> Gatekeeper:
    people = People(database)
    visitors = Visitors(TOKEN, home, sessions, people, ApiTokens(database, people))
    return Gatekeeper(visitors, sessions, SignIn(people, sessions, Throttle(database), visitors))


@pytest.fixture
def gate(tmp_path: Path, database: Database, sessions: Sessions) -> Gatekeeper:
    return gate_of(tmp_path, database, sessions)


def judged(gate: Gatekeeper, scope: dict[str, Any]) -> Reply | None:
    return asyncio.run(gate.reply(scope))


def let_in(gate: Gatekeeper, sessions: Sessions, **headers: str) -> str:
    """The cookie of a browser that used a new code."""
    reply = judged(gate, scope("/", f"code={sessions.new_code()}", **headers))
    assert reply is not None
    return dict(reply.headers)[b"set-cookie"].decode().partition(";")[0]


@pytest.mark.parametrize("authorization", [f"Bearer {TOKEN}", f"bearer  {TOKEN}"])
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_who_has_the_token_passes(gate: Gatekeeper, authorization: str, kind: str) -> None:
    assert judged(gate, scope("/api/status", kind=kind, authorization=authorization)) is None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": TOKEN},
        {"authorization": f"Basic {TOKEN}"},
        {"authorization": "Bearer "},
        {"authorization": f"Bearer {TOKEN}x"},
        {"authorization": f"Bearer {TOKEN[:-1]}"},
        {"cookie": "COOKIE={token}"},
        {"cookie": "COOKIE="},
        {"cookie": "COOKIE={secret}x"},
        {"cookie": "xCOOKIE={secret}"},
        {"cookie": "kb-8600={secret}"},
        {"authorization": "Bearer {secret}"},
        {"x-token": TOKEN},
    ],
)
def test_anybody_else_gets_401(gate: Gatekeeper, sessions: Sessions, headers: dict[str, str]) -> None:
    name, _, secret = let_in(gate, sessions).partition("=")
    headers = {
        key: value.replace("COOKIE", name).replace("{token}", TOKEN).replace("{secret}", secret)
        for key, value in headers.items()
    }
    for path in ("/", "/static/js/index.js", "/_stcore/stream", "/apix"):
        reply = judged(gate, scope(path, **headers))
        assert reply is not None
        assert reply.status == 401
        body = reply.body.decode()
        assert "kb open" in body
        assert "地址" in body
        assert TOKEN not in body
    reply = judged(gate, scope("/api/status", **headers))
    assert reply is not None
    assert (reply.status, json.loads(reply.body)["error"]["kind"]) == (401, "TokenMissing")
    assert (b"www-authenticate", b'Bearer realm="kb"') in reply.headers


def test_a_code_works_once_and_begins_a_session_whose_secret_is_no_token(
    gate: Gatekeeper, sessions: Sessions, tmp_path: Path
) -> None:
    code = sessions.new_code()
    reply = judged(gate, scope("/documents", f"lang=zh&code={code}&c=a%26b", **{"user-agent": FIREFOX}))
    assert reply is not None
    headers = dict(reply.headers)
    assert (reply.status, headers[b"location"]) == (303, b"/documents?lang=zh&c=a%26b")
    assert headers[b"cache-control"] == b"no-store"
    cookie, *flags = headers[b"set-cookie"].decode().split("; ")
    assert {"HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=2592000"} == set(flags)
    assert TOKEN not in cookie
    assert code not in cookie
    secret = cookie.partition("=")[2].encode()
    assert len(secret) >= 43
    assert not any(secret in file.read_bytes() for file in tmp_path.iterdir() if file.is_file())

    made = scope(cookie=f"a=b; kb-9999=other; {cookie}; c")
    assert judged(gate, made) is None
    assert made[VISITOR].session.label == "Firefox on Linux"
    assert judged(gate, scope("/_stcore/stream", kind="websocket", cookie=cookie)) is None

    again = judged(gate, scope("/", f"code={code}"))
    assert again is not None
    assert (again.status, b"set-cookie" in dict(again.headers)) == (401, False)
    assert b"used already" in again.body
    who_is_in = judged(gate, scope("/", f"code={code}&c=x", cookie=cookie))
    assert who_is_in is not None
    assert (who_is_in.status, dict(who_is_in.headers)[b"location"]) == (303, b"/?c=x")
    assert len(sessions.all()) == 1


def test_a_code_is_void_after_ten_minutes_and_a_session_after_thirty_days(
    gate: Gatekeeper, sessions: Sessions, clock: Clock
) -> None:
    late, code = sessions.new_code(), sessions.new_code()
    clock.now += timedelta(minutes=9, seconds=59)
    reply = judged(gate, scope("/", f"code={code}"))
    assert reply is not None
    cookie = dict(reply.headers)[b"set-cookie"].decode().partition(";")[0]
    clock.now += timedelta(seconds=1)
    reply = judged(gate, scope("/", f"code={late}"))
    assert reply is not None
    assert reply.status == 401
    clock.now += timedelta(days=29)
    assert judged(gate, scope(cookie=cookie)) is None
    clock.now += timedelta(days=1)
    assert judged(gate, scope(cookie=cookie)) is not None
    assert sessions.all() == []


def test_codes_that_nobody_uses_do_not_pile_up(sessions: Sessions) -> None:
    first, *_, last = [sessions.new_code() for _ in range(101)]
    assert sessions.exchange(first, "") is None
    assert sessions.exchange(last, "") is not None


def test_sessions_outlive_a_restart_and_end_when_they_are_revoked(tmp_path: Path, clock: Clock) -> None:
    database = Database(tmp_path / "catalog.db")
    before = Sessions(database, clock)
    gate = gate_of(tmp_path, database, before)
    kept, ended = (let_in(gate, before, **{"user-agent": name}) for name in (FIREFOX, "curl/8.1"))
    assert [session.label for session in before.all()] == ["Firefox on Linux", "curl"]
    clock.now += timedelta(hours=1)
    assert judged(gate, scope(cookie=kept)) is None
    before.close()

    after = Sessions(database, clock)
    gate = gate_of(tmp_path, database, after)
    seen = {session.label: session.seen_at for session in after.all()}
    assert seen == {"Firefox on Linux": "2026-11-27T13:00:00.000+00:00", "curl": "2026-11-27T12:00:00.000+00:00"}
    after.revoke(next(session.id for session in after.all() if session.label == "curl"))
    assert judged(gate, scope(cookie=kept)) is None
    assert judged(gate, scope(cookie=ended)) is not None
    with pytest.raises(SessionNotFound, match="kb sessions list"):
        after.revoke("nobody")
    after.close()
    assert [session.label for session in Sessions(database, clock).all()] == ["Firefox on Linux"]
    database.close()


@pytest.mark.parametrize("path", ["//evil.example", "///evil.example/x", "/\\evil.example", "//"])
def test_the_redirect_leads_to_no_other_host(gate: Gatekeeper, sessions: Sessions, path: str) -> None:
    reply = judged(gate, scope(path, f"code={sessions.new_code()}"))
    assert reply is not None
    location = dict(reply.headers)[b"location"].decode()
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))


@pytest.mark.parametrize("query", ["code=wrong", "code=", "code=%ff%00", "code=中", f"code={TOKEN}", f"token={TOKEN}"])
def test_nothing_else_in_an_address_lets_in(gate: Gatekeeper, query: str) -> None:
    reply = judged(gate, scope("/", query))
    assert reply is not None
    assert (reply.status, b"set-cookie" in dict(reply.headers)) == (401, False)


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("POST", "/", "http"),
        ("HEAD", "/", "http"),  # a look-ahead uses no code up
        ("GET", "/api/status", "http"),
        ("DELETE", "/api/documents", "http"),
        ("GET", "/_stcore/stream", "websocket"),
    ],
)
def test_a_code_opens_pages_only(gate: Gatekeeper, sessions: Sessions, method: str, path: str, kind: str) -> None:
    code = sessions.new_code()
    reply = judged(gate, scope(path, f"code={code}", method, kind))
    assert reply is not None
    assert reply.status == 401
    assert sessions.exchange(code, "") is not None


def test_over_a_websocket_nothing_goes_once_its_session_has_ended(gate: Gatekeeper, sessions: Sessions) -> None:
    cookie, sent = let_in(gate, sessions), list[Any]()
    made = scope("/_stcore/stream", kind="websocket", cookie=cookie)

    async def receive() -> Any:
        return {"type": "websocket.receive", "text": "a click"}

    async def send(message: Any) -> None:
        sent.append(message)

    async def talk() -> list[Any]:
        assert await gate.reply(made) is None
        hear, say = gate.while_it_lasts(made[VISITOR].session, receive, send)
        heard = [await hear()]
        await say({"type": "websocket.send", "text": "an answer"})
        sessions.revoke(made[VISITOR].session.id)
        for _ in range(2):
            heard.append(await hear())
            await say({"type": "websocket.send", "text": "more of it"})
        return heard

    heard = asyncio.run(talk())
    assert [message["type"] for message in heard] == ["websocket.receive", *["websocket.disconnect"] * 2]
    assert [message["type"] for message in sent] == ["websocket.send", "websocket.close"]


def test_nobody_is_signed_in_to_a_home_that_was_restored(tmp_path: Path) -> None:
    """A session that was ended since the backup must not live again."""
    with open_kb(tmp_path / "home") as kb:
        sessions = Sessions(kb.catalog)
        assert sessions.exchange(sessions.new_code(), "Firefox on Linux")
        kb.backup(tmp_path / "backup.tar")
    restore(tmp_path / "backup.tar", tmp_path / "new")
    with open_kb(tmp_path / "new") as kb:
        assert Sessions(kb.catalog).all() == []
