"""Connections: slow clients are cut, long answers are not, and a flood leaves the service well."""

import asyncio
import contextlib
import json
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from tests.ui.test_server import RUNNER
from ui import connections
from ui.connections import PatientProtocol
from ui.service.auth import token_of

SOON = 30.0  # seconds that nothing here takes
SLOWLY = 0.2


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Says how long the body was; `/long` answers bit by bit, `/large` with more than anybody's buffers hold."""
    assert scope["type"] == "http"
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size, more = size + len(message["body"]), message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(10 if scope["path"] == "/long" else 0):
        await send({"type": "http.response.body", "body": b".", "more_body": True})
        await asyncio.sleep(SLOWLY)
    if scope["path"] == "/large":
        for _ in range(500):
            await send({"type": "http.response.body", "body": bytes(100_000), "more_body": True})
    await send({"type": "http.response.body", "body": str(size).encode()})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """A server that is patient for a second, and has room for eight."""
    for name in ("HEAD_SECONDS", "BODY_SECONDS", "STALLED_SECONDS"):
        monkeypatch.setattr(connections, name, 1.0)
    monkeypatch.setattr(connections, "most_connections", lambda: 8)
    config = uvicorn.Config(app, http=PatientProtocol, lifespan="off", ws="none", log_level="warning")
    running = uvicorn.Server(config)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
        thread.start()
        yield listener.getsockname()
        running.should_exit = True
        thread.join(SOON)
    assert not thread.is_alive()


def opened(server: tuple[str, int], text: bytes = b"") -> socket.socket:
    connection = socket.create_connection(server, timeout=SOON)
    connection.sendall(text)
    return connection


def rest(connection: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    heard = b""
    with connection, contextlib.suppress(ConnectionResetError):
        while block := connection.recv(65536):
            heard += block
    return heard


GET = b"GET / HTTP/1.1\r\nhost: x\r\n"
POST = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n"


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        (b"", b""),
        (b"GET", b""),
        (GET, b""),
        (GET + b"\r\n\r\n", b"200 OK"),
        (GET + b"\r\n" + GET, b"200 OK"),
        (POST, b""),
    ],
)
def test_what_is_half_sent_is_given_up(server: tuple[str, int], text: bytes, heard: bytes) -> None:
    assert heard in rest(opened(server, text))


def test_a_body_that_trickles_is_given_up_and_one_that_comes_is_awaited(server: tuple[str, int]) -> None:
    connection = opened(server, POST)
    with pytest.raises(OSError), connection:  # noqa: PT012
        for _ in range(100):
            connection.sendall(b"x")
            time.sleep(SLOWLY)

    def pieces() -> Iterator[bytes]:
        for _ in range(10):
            time.sleep(SLOWLY)
            yield bytes(10_000)

    answer = httpx.post(f"http://127.0.0.1:{server[1]}/", content=pieces(), trust_env=False, timeout=SOON)
    assert answer.text == "100000"


def test_a_long_answer_is_not_cut_but_who_takes_nothing_of_it_is(server: tuple[str, int]) -> None:
    address = f"http://127.0.0.1:{server[1]}"
    assert httpx.get(f"{address}/long", trust_env=False, timeout=SOON).text == "..........0"
    assert len(httpx.get(f"{address}/large", trust_env=False, timeout=SOON).content) == 50_000_001
    connection = opened(server, b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n")
    time.sleep(3)
    assert len(rest(connection)) < 50_000_000


def test_where_there_is_no_room_who_waits_longest_gives_way(server: tuple[str, int]) -> None:
    waiting = [opened(server, b"GET") for _ in range(8)]
    assert httpx.get(f"http://127.0.0.1:{server[1]}/", trust_env=False, timeout=SOON).text == "0"
    assert b"503" in rest(waiting[0])
    for connection in waiting[1:]:
        connection.close()


def test_who_is_idle_after_an_answer_gives_way_without_a_word(server: tuple[str, int]) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{server[1]}", trust_env=False, timeout=SOON) as idle:
        assert idle.get("/").text == "0"
        waiting = [opened(server, b"GET") for _ in range(7)]
        assert httpx.get(f"http://127.0.0.1:{server[1]}/", trust_env=False, timeout=SOON).text == "0"
        assert idle.get("/").text == "0"  # on a new connection: on the old one there was nothing to be read
    for connection in waiting:
        connection.close()


def test_a_flood_of_half_open_connections_and_of_requests_leaves_the_service_well(tmp_path: Path) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    command = f"ulimit -n 1024 && exec {sys.executable} {RUNNER} {tmp_path}"
    process = subprocess.Popen(["bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        origin = process.stdout.readline().strip()
        place = ("127.0.0.1", int(origin.rpartition(":")[2]))
        headers = {"authorization": f"Bearer {token_of(tmp_path)}"}
        half = []
        for _ in range(1000):
            half.append(opened(place, b"GET /api/status HTTP/1.1\r\n"))
        codes = asyncio.run(_many(f"{origin}/api/status", headers))
        assert codes.count(200) > 0
        assert set(codes) <= {200, 503, 0}
        for connection in half:
            connection.close()
        began = time.monotonic()
        status: dict[str, Any] = {}
        while not status and time.monotonic() - began < SOON:
            with contextlib.suppress(httpx.TransportError):
                answer = httpx.get(f"{origin}/api/status", headers=headers, trust_env=False, timeout=SOON)
                status = answer.json() if answer.status_code == 200 else {}
        assert status["pid"] == process.pid
        assert time.monotonic() - began < 5
        process.send_signal(signal.SIGTERM)
        out, error = process.communicate(timeout=60)
        assert process.returncode == 0
        assert "Traceback" not in error
        assert json.dumps(out)
    finally:
        process.kill()
        process.communicate()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def _many(address: str, headers: dict[str, str]) -> list[int]:
    """A thousand requests at once; 0 for one that was turned away without an answer."""
    limits = httpx.Limits(max_connections=1000, max_keepalive_connections=0)
    async with httpx.AsyncClient(headers=headers, trust_env=False, timeout=SOON, limits=limits) as client:

        async def one() -> int:
            try:
                return (await client.get(address)).status_code
            except httpx.TransportError:
                return 0

        return await asyncio.gather(*(one() for _ in range(1000)))
