"""Pulling a model: what a server reports on the way, from a server that is written down here."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kb.errors import EngineUnavailable, ModelError, ModelMissing
from kb.models.ollama_server import OllamaServer

Serve = Callable[[list[dict[str, object] | threading.Event]], OllamaServer]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server that answers every POST with these lines; an Event among them is waited for."""
    servers: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def start(lines: list[dict[str, object] | threading.Event]) -> OllamaServer:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                self.end_headers()
                for line in lines:
                    if isinstance(line, threading.Event):
                        line.wait(300)
                    else:
                        self.wfile.write(json.dumps(line).encode() + b"\n")
                        self.wfile.flush()

            def log_message(self, format: str, *args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        servers.append((server, thread))
        return OllamaServer(f"http://127.0.0.1:{server.server_address[1]}", timeout_seconds=60)

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


def test_progress_is_reported_until_the_model_is_there(serve: Serve) -> None:
    server = serve([{"status": "pulling", "completed": 5, "total": 10}, {"status": "success"}])
    seen: list[tuple[str, int, int]] = []
    assert server.pull("deepseek-r1:1.5b", lambda *step: seen.append(step)) is True
    assert seen == [("pulling", 5, 10), ("success", 0, 0)]


def test_an_unknown_tag_is_an_error_line_under_http_200(serve: Serve) -> None:
    server = serve([{"status": "pulling manifest"}, {"error": "pull model manifest: file does not exist"}])
    with pytest.raises(ModelMissing, match=r"no deepseek-rl:1\.5b\. Did you mean deepseek-r1:1\.5b\?"):
        server.pull("deepseek-rl:1.5b")


def test_a_failure_on_the_way_is_told_without_a_suggestion_for_a_known_tag(serve: Serve) -> None:
    server = serve([{"error": "no space left on device"}])
    with pytest.raises(ModelError, match="no space left on device") as raised:
        server.pull("deepseek-r1:1.5b")
    assert "Did you mean" not in str(raised.value)


def test_a_pull_that_ends_early_is_an_error(serve: Serve) -> None:
    with pytest.raises(ModelError, match="ended early"):
        serve([{"status": "pulling", "completed": 5, "total": 10}]).pull("deepseek-r1:1.5b")


def test_a_pull_can_be_stopped_while_the_server_is_silent(serve: Serve) -> None:
    stop, release = threading.Event(), threading.Event()
    server = serve([{"status": "pulling"}, release])
    assert server.pull("deepseek-r1:1.5b", lambda *step: stop.set(), stop) is False
    release.set()


def test_an_error_line_in_mid_answer_is_raised(serve: Serve) -> None:
    with pytest.raises(ModelError, match="failed with x: boom"):
        list(serve([{"error": "boom"}]).chat({"model": "x"}))


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:11434"),
        ("localhost:8000", "http://localhost:8000"),
        ("http://0.0.0.0:11434", "http://127.0.0.1:11434"),
        ("https://localhost", "https://localhost:443"),
    ],
)
def test_addresses_are_read_as_the_ollama_client_reads_them(host: str, url: str) -> None:
    assert OllamaServer(host).url == url


def test_a_port_where_something_else_listens_is_not_taken_for_ollama(serve: Serve) -> None:
    with pytest.raises((ModelError, EngineUnavailable)):
        serve([]).models()
