"""The server: answers only to itself, tells the browser what it may not do, and stops cleanly."""

import asyncio
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from kb.errors import KBError
from tests.ui.scripted import ScriptedKB
from ui import runtime
from ui.server import Hardened, security_headers, serve

RUNNER = Path(__file__).with_name("scripted_page.py")


def call(headers: list[tuple[bytes, bytes]], kind: str = "http") -> list[dict[str, Any]]:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-frame-options", b"SAMEORIGIN")]})
        await send({"type": "http.response.body", "body": b"ok"})

    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(Hardened(app, 8600)({"type": kind, "headers": headers}, None, send))
    return sent


@pytest.mark.parametrize("host", [b"127.0.0.1:8600", b"localhost:8600", b"LOCALHOST:8600"])
def test_its_own_names_are_served_with_strict_headers(host: bytes) -> None:
    start = call([(b"host", host), (b"origin", b"http://127.0.0.1:8600")])[0]
    assert start["status"] == 200
    headers = dict(start["headers"])
    assert headers[b"x-frame-options"] == b"DENY"
    assert len(start["headers"]) == len(headers)


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
    assert call(headers)[0]["status"] == 403
    assert call(headers, "websocket") == [{"type": "websocket.close", "code": 1008}]


def test_the_policy_names_no_outside_origin() -> None:
    policy = security_headers(8600)["content-security-policy"]
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


@pytest.fixture
def process(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    running = subprocess.Popen(
        [sys.executable, str(RUNNER), str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert running.stdout is not None
    yield running, running.stdout.readline().strip()
    running.kill()
    running.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_and_stops_cleanly(process: tuple[subprocess.Popen[str], str], number: int) -> None:
    running, address = process
    response = httpx.get(address, trust_env=False)
    assert response.status_code == 200
    assert response.headers["x-content-type-options"] == "nosniff"
    assert httpx.get(address, headers={"Host": "evil.example"}, trust_env=False).status_code == 403
    running.send_signal(number)
    out, error = running.communicate(timeout=20)
    assert running.returncode == 0
    assert out.strip() == "stopped"
    assert error == ""
