"""The server: answers only to itself and to who has the token, tells the browser what it may not do, stops cleanly."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from starlette.requests import ClientDisconnect

from kb.errors import KBError
from tests.ui.scripted import ScriptedKB
from tests.ui.signing_in import new_address, sign_in
from ui.server import Hardened, security_headers, serve
from ui.service import runtime
from ui.service.auth import Gatekeeper
from ui.service.listening import ListeningAddress
from ui.service.sign_in import SignIn
from ui.service.visitors import Visitors

RUNNER = Path(__file__).with_name("scripted_page.py")
TOKEN = "t" * 43
SOON = 60  # seconds that nothing here may need
HERE = ListeningAddress(port=8600)
NOBODY: Any = SimpleNamespace(holder=lambda secret: None, exist=False)
VISITORS = Visitors(TOKEN, Path("home"), NOBODY, NOBODY, NOBODY)
GATE = Gatekeeper(VISITORS, NOBODY, SignIn(NOBODY, NOBODY, NOBODY, VISITORS))
BEARER = (b"authorization", f"Bearer {TOKEN}".encode())


def call(
    headers: list[tuple[bytes, bytes]], kind: str = "http", said: tuple[bytes, bytes] = (b"a", b"b"), **more: Any
) -> list[dict[str, Any]]:
    """What is sent where the application says `said` in its headers, and that it may be framed."""
    own = [(b"x-frame-options", b"SAMEORIGIN"), said]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": own})
        await send({"type": "http.response.body", "body": b"ok"})

    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": kind, "path": "/", "method": "GET", "headers": headers, **more}
    asyncio.run(Hardened(app, HERE, GATE)(scope, None, send))
    return sent


@pytest.mark.parametrize("host", [b"127.0.0.1:8600", b"localhost:8600", b"LOCALHOST:8600"])
def test_its_own_names_are_served_with_strict_headers(host: bytes) -> None:
    start = call([(b"host", host), (b"origin", b"http://127.0.0.1:8600"), BEARER])[0]
    assert start["status"] == 200
    headers = dict(start["headers"])
    assert headers[b"x-frame-options"] == b"DENY"
    assert len(start["headers"]) == len(headers)


def test_a_policy_of_the_application_holds_beside_the_servers() -> None:
    sandbox = (b"content-security-policy", b"sandbox")
    start = call([(b"host", b"127.0.0.1:8600"), BEARER], said=sandbox)[0]
    policies = [value for name, value in start["headers"] if name == sandbox[0]]
    assert policies == [b"sandbox", security_headers(HERE)["content-security-policy"].encode()]


def test_a_reader_who_goes_in_the_middle_of_an_upload_is_no_error() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise ClientDisconnect

    scope = {"type": "http", "path": "/", "method": "PUT", "headers": [(b"host", b"127.0.0.1:8600"), BEARER]}
    asyncio.run(Hardened(app, HERE, GATE)(scope, None, None))


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"host", b"evil.example")],
        [(b"host", b"127.0.0.1:9999")],
        [(b"host", b"127.0.0.1.evil.example:8600")],
        [(b"host", b"127.0.0.1:8600"), (b"host", b"evil.example")],
        [(b"host", b"127.0.0.1:8600"), (b"origin", b"http://evil.example")],
        [(b"host", b"127.0.0.1:8600"), (b"origin", b"null")],
    ],
)
def test_any_other_host_or_origin_is_refused(headers: list[tuple[bytes, bytes]]) -> None:
    headers = [*headers, BEARER]
    assert call(headers)[0]["status"] == 403
    assert call(headers, "websocket") == [{"type": "websocket.close", "code": 1008}]


def test_without_the_token_neither_page_nor_websocket_nor_api_answers() -> None:
    host = [(b"host", b"127.0.0.1:8600")]
    places = [("/", b"text/html; charset=utf-8")]
    places += [(path, b"application/json") for path in ("/api/status", "/v1/models", "/mcp")]
    for path, kind in places:
        start, body = call(host, path=path)
        assert start["status"] == 401
        headers = dict(start["headers"])
        assert headers[b"content-type"] == kind
        assert headers[b"x-frame-options"] == b"DENY"
        assert int(headers[b"content-length"]) == len(body["body"]) > 0
    assert call(host, "websocket") == [{"type": "websocket.close", "code": 1008}]
    start = call(host, "websocket", extensions={"websocket.http.response": {}})[0]
    assert (start["type"], start["status"]) == ("websocket.http.response.start", 401)
    start, body = call(host, method="HEAD")
    assert (start["status"], body["body"]) == (401, b"")


def test_the_policy_names_no_outside_origin() -> None:
    policy = security_headers(HERE)["content-security-policy"]
    sources = {word for rule in policy.split("; ") for word in rule.split()[1:]}
    addresses = {word for word in sources if "//" in word or "*" in word or word in ("http:", "https:")}
    assert addresses == {"ws://127.0.0.1:8600", "ws://localhost:8600"}
    assert "'unsafe-eval'" not in policy
    assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]
    assert "frame-ancestors 'none'" in policy


def test_a_port_in_use_is_named_with_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(KBError, match=rf"Port {port} .*--port"):
            serve(ScriptedKB(tmp_path), port)  # type: ignore[arg-type]


def test_the_page_without_a_service_says_how_to_start_it() -> None:
    with pytest.raises(KBError, match="kb up"):
        runtime.current()


Process = tuple["subprocess.Popen[str]", str]


def begin(folder: Path) -> Process:
    running = subprocess.Popen(
        [sys.executable, str(RUNNER), str(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert running.stdout is not None
    return running, running.stdout.readline().strip()


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    running, address = begin(tmp_path)
    yield running, address
    running.kill()
    running.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_and_stops_cleanly(process: Process, tmp_path: Path, number: int) -> None:
    running, origin = process
    note = tmp_path / "service.json"
    assert json.loads(note.read_text(encoding="utf-8")) == {
        "port": int(origin.rpartition(":")[2]), "pid": running.pid,
    }  # fmt: skip

    with httpx.Client(trust_env=False, base_url=origin, timeout=SOON) as browser:
        assert browser.get("/").status_code == 401
        assert browser.get("/api/status").status_code == 401
        assert browser.get("/?code=wrong").status_code == 401
        token = (tmp_path / "token").read_text(encoding="ascii").strip()
        assert browser.get(f"/?token={token}").status_code == 401
        address = new_address(tmp_path)
        assert token not in address
        let_in = browser.get(f"{address}&c=x")
        assert (let_in.status_code, let_in.headers["location"]) == (303, "/?c=x")
        assert token not in str(let_in.headers)
        assert httpx.get(address, trust_env=False, timeout=SOON).status_code == 401
        response = browser.get("/")
        assert response.status_code == 200
        assert "streamlit" in response.text.lower()
        assert response.headers["x-content-type-options"] == "nosniff"
        assert browser.get("/", headers={"Host": "evil.example"}).status_code == 403
        status = browser.get("/api/status")
        assert status.status_code == 200
        assert status.json()["pid"] == running.pid
        assert [each["id"] for each in browser.get("/v1/models").json()["data"]] == ["kb", "kb:staff", "chat"]
        assert browser.get("/mcp").status_code == 405
        assert status.headers["content-security-policy"] == response.headers["content-security-policy"]

    running.send_signal(number)
    out, error = running.communicate(timeout=SOON)
    assert running.returncode == 0
    assert out.strip() == "stopped"
    assert error == ""
    assert not note.exists()


def test_after_a_kill_it_starts_again_and_browsers_are_still_signed_in(process: Process, tmp_path: Path) -> None:
    running, origin = process
    with httpx.Client(trust_env=False, timeout=SOON) as browser:
        cookie = {"Cookie": sign_in(browser, tmp_path)}
    unused = new_address(tmp_path)
    running.kill()
    running.communicate()
    assert (tmp_path / "service.json").exists()
    again, other = begin(tmp_path)
    try:
        with httpx.Client(trust_env=False, timeout=SOON, base_url=other) as browser:
            assert browser.get(unused.removeprefix(origin)).status_code == 401  # codes do not outlive the process
            assert browser.get("/api/status", headers=cookie).json()["pid"] == again.pid
            own = browser.get("/api/sessions", headers=cookie).json()["sessions"]
            assert [session["current"] for session in own] == [True]
            assert (
                browser.delete("/api/sessions/current", headers=cookie).status_code == 403
            )  # it does not say where from
            cookie["Origin"] = other
            refused = browser.post("/api/sessions/address", headers=cookie)
            assert (refused.status_code, refused.json()["error"]["kind"]) == (403, "RefusedByPolicy")
            assert browser.delete("/api/sessions/current", headers=cookie).status_code == 200
            assert browser.get("/api/status", headers=cookie).status_code == 401
    finally:
        again.terminate()
        again.communicate(timeout=SOON)
    assert not (tmp_path / "service.json").exists()


def test_a_websocket_is_opened_with_a_session_alone_and_cut_when_it_ends(process: Process, tmp_path: Path) -> None:
    from websockets.exceptions import ConnectionClosed, InvalidStatus
    from websockets.sync.client import connect

    origin = process[1]
    place = f"{origin.replace('http:', 'ws:')}/_stcore/stream"
    code = new_address(tmp_path).partition("?")[2]
    for address in (place, f"{place}?{code}"):
        with pytest.raises(InvalidStatus) as refused, connect(address, proxy=None, open_timeout=SOON):
            pass
        assert refused.value.response.status_code == 401
    with httpx.Client(trust_env=False, base_url=origin, timeout=SOON) as browser:
        cookie = {"Cookie": sign_in(browser, tmp_path)}
        for other in ("http://evil.example", "null", origin.replace("http:", "https:"), f"{origin[:-1]}0{origin[-1]}"):
            with (
                pytest.raises(InvalidStatus) as refused,
                connect(place, proxy=None, open_timeout=SOON, additional_headers={**cookie, "Origin": other}),
            ):
                pass
            assert refused.value.response.status_code == 403
        with connect(place, proxy=None, open_timeout=SOON, additional_headers=cookie) as socket:
            assert socket.protocol.state.name == "OPEN"
            assert browser.delete("/api/sessions/current", headers={"Origin": origin}).status_code == 200
            socket.send(b"")
            with pytest.raises(ConnectionClosed):
                socket.recv(timeout=SOON)
