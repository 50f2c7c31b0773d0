"""The token: made once, kept for its owner alone, and asked for by page, websocket and API."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kb.errors import HomeError
from kb.store.home import Home
from ui.service.auth import Gate, announced, page_address, running_service, token_of

TOKEN = "t" * 43
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
    with announced(home.path, PORT):
        assert mode(home.path / "service.json") == 0o600
        running = running_service(home.path)
        assert running is not None
        assert (running.port, running.pid, running.token) == (PORT, os.getpid(), token)
        assert running.address == page_address(PORT, token) == f"http://127.0.0.1:{PORT}/?token={token}"
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
    with announced(tmp_path, PORT):
        assert json.loads((tmp_path / "service.json").read_text(encoding="utf-8")) == {"port": PORT, "pid": os.getpid()}
    assert list(tmp_path.iterdir()) == []


# ---- the gate


@pytest.fixture
def gate() -> Gate:
    return Gate(TOKEN, PORT)


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": f"Bearer {TOKEN}"},
        {"authorization": f"bearer  {TOKEN}"},
        {"cookie": f"kb-{PORT}={TOKEN}"},
        {"cookie": f"a=b; kb-9999=other; kb-{PORT}={TOKEN}; c"},
    ],
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_who_has_the_token_passes(gate: Gate, headers: dict[str, str], kind: str) -> None:
    assert gate.reply(scope("/api/status", kind=kind, **headers)) is None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": TOKEN},
        {"authorization": f"Basic {TOKEN}"},
        {"authorization": "Bearer "},
        {"authorization": f"Bearer {TOKEN}x"},
        {"authorization": f"Bearer {TOKEN[:-1]}"},
        {"cookie": f"kb-8601={TOKEN}"},
        {"cookie": f"xkb-{PORT}={TOKEN}"},
        {"cookie": f"kb-{PORT}="},
        {"x-token": TOKEN},
    ],
)
def test_anybody_else_gets_401(gate: Gate, headers: dict[str, str]) -> None:
    for path in ("/", "/static/js/index.js", "/_stcore/stream", "/apix"):
        reply = gate.reply(scope(path, **headers))
        assert reply is not None
        assert reply.status == 401
        body = reply.body.decode()
        assert "kb up" in body
        assert "令牌" in body
        assert TOKEN not in body
    reply = gate.reply(scope("/api/status", **headers))
    assert reply is not None
    assert (reply.status, json.loads(reply.body)["error"]["kind"]) == (401, "TokenMissing")
    assert (b"www-authenticate", b'Bearer realm="kb"') in reply.headers


def test_the_address_with_the_token_sets_the_cookie_and_loses_the_token(gate: Gate) -> None:
    reply = gate.reply(scope("/documents", f"lang=zh&token={TOKEN}&c=a%26b"))
    assert reply is not None
    headers = dict(reply.headers)
    assert (reply.status, headers[b"location"]) == (303, b"/documents?lang=zh&c=a%26b")
    cookie = headers[b"set-cookie"].decode()
    assert cookie.startswith(f"kb-{PORT}={TOKEN}; ")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert headers[b"cache-control"] == b"no-store"
    assert gate.reply(scope(cookie=cookie.partition(";")[0])) is None


@pytest.mark.parametrize("path", ["//evil.example", "///evil.example/x", "/\\evil.example", "//"])
def test_the_redirect_leads_to_no_other_host(gate: Gate, path: str) -> None:
    reply = gate.reply(scope(path, f"token={TOKEN}"))
    assert reply is not None
    location = dict(reply.headers)[b"location"].decode()
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))


@pytest.mark.parametrize("query", ["token=wrong", "token=", f"token={TOKEN}&token=wrong", "token=%ff%00", "token=中"])
def test_a_wrong_token_in_the_address_is_401_and_says_so(gate: Gate, query: str) -> None:
    for cookies in ({}, {"cookie": f"kb-{PORT}={TOKEN}"}):
        reply = gate.reply(scope("/", query, **cookies))
        assert reply is not None
        assert reply.status == 401
        assert b"token in the address is wrong" in reply.body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_token_in_the_address_opens_nothing_that_changes_something(gate: Gate, method: str) -> None:
    reply = gate.reply(scope("/api/repair", f"token={TOKEN}", method))
    assert reply is not None
    assert reply.status == 401


def test_a_websocket_is_not_opened_by_the_address(gate: Gate) -> None:
    made = scope("/_stcore/stream", f"token={TOKEN}", kind="websocket")
    del made["method"]
    reply = gate.reply(made)
    assert reply is not None
    assert reply.status == 401
