"""A server that stands still once a stream was hung up, as Ollama does at times: one that is written down here."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from kb.errors import ModelError
from kb.models.ollama_server import OllamaServer

WORD = {"message": {"content": "word "}, "done": False}
END = {"message": {"content": ""}, "done": True}
LONG, SHORT = {"model": "m", "long": True}, {"model": "m"}


class Standing(ThreadingHTTPServer):
    """Speaks to the end of a chat, and of a long one until its reader leaves; then it stands still till the model is
    unloaded, which helps if it is `curable`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.moves = threading.Event()
        self.moves.set()
        self.curable = True
        self.unloaded = 0
        self.asked = threading.Semaphore(0)  # once for each chat that came

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Standing

    def do_GET(self) -> None:
        self._say({"models": []})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/api/generate":
            assert body["keep_alive"] == 0
            self.server.unloaded += 1
            if self.server.curable:
                self.server.moves.set()
            self._say({"done": True})
            return
        self.server.asked.release()
        self.server.moves.wait(60)
        try:
            self.send_response(200)
            self.end_headers()
            while body.get("long"):
                self._line(WORD)
            self._line(WORD)
            self._line(END)
        except OSError:  # the reader has gone
            if body.get("long"):
                self.server.moves.clear()

    def _line(self, line: dict[str, Any]) -> None:
        self.wfile.write(json.dumps(line).encode() + b"\n")
        self.wfile.flush()

    def _say(self, reply: dict[str, Any]) -> None:
        content = json.dumps(reply).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def standing() -> Iterator[Standing]:
    server = Standing()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.moves.set()
    server.shutdown()
    thread.join()
    server.server_close()


def hang_up(standing: Standing) -> None:
    """A long chat is stopped, and the server stands still."""
    stop = threading.Event()
    for _ in OllamaServer(standing.url).chat(LONG, stop):
        stop.set()
    standing.asked.acquire()
    while standing.moves.is_set():  # until it has seen that its reader left
        threading.Event().wait(0.01)


def test_the_next_chat_sets_it_free(standing: Standing) -> None:
    hang_up(standing)
    assert list(OllamaServer(standing.url).chat(SHORT, patience=0.2)) == [WORD, END]
    assert standing.unloaded == 1
    assert list(OllamaServer(standing.url).chat(SHORT, patience=0.2)) == [WORD, END]
    assert standing.unloaded == 1


def test_so_does_one_that_waits_when_another_is_stopped(standing: Standing) -> None:
    standing.moves.clear()
    told: list[dict[str, Any]] = []
    waiting = threading.Thread(target=lambda: told.extend(OllamaServer(standing.url).chat(SHORT, patience=0.2)))
    waiting.start()
    standing.asked.acquire()
    assert not told
    stop = threading.Event()
    stopped = OllamaServer(standing.url).chat(SHORT, stop, patience=60)
    threading.Timer(0.1, stop.set).start()
    assert list(stopped) == []
    waiting.join(60)
    assert told == [WORD, END]


def test_without_a_stop_a_chat_waits_its_turn(standing: Standing) -> None:
    standing.moves.clear()
    threading.Timer(1.0, standing.moves.set).start()
    assert list(OllamaServer(standing.url).chat(SHORT, patience=0.1)) == [WORD, END]
    assert standing.unloaded == 0


def test_it_is_tried_twice_and_then_waited_for(standing: Standing) -> None:
    hang_up(standing)
    standing.curable = False
    with pytest.raises(ModelError, match="silent"):
        list(OllamaServer(standing.url, timeout_seconds=1).chat(SHORT, patience=0.1))
    assert standing.unloaded == 2


def test_another_model_is_left_alone(standing: Standing) -> None:
    hang_up(standing)
    threading.Timer(1.0, standing.moves.set).start()
    assert list(OllamaServer(standing.url).chat({"model": "other"}, patience=0.1)) == [WORD, END]
    assert standing.unloaded == 0
