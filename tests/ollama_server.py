"""A real Ollama server for tests, built from its Go module, with a small model whose template has `<think>`.

Fixtures: `ollama_server` (session; read-only use) and `own_ollama_server` (a server of the test's own, to kill).
"""

import hashlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from kb.config import cache_dir
from kb.models import weights

MODEL = "reasoner:135m"  # SmolLM2 under a template with <think>: the server says that it can think
PLAIN_MODEL = "plain:135m"  # the same without: it cannot

_THINKING_TEMPLATE = (
    "{{- range $i, $m := .Messages }}{{- $last := eq (len (slice $.Messages $i)) 1 }}<|im_start|>{{ .Role }}\n"
    "{{ if .Thinking }}<think>\n{{ .Thinking }}\n</think>\n\n{{ end }}{{ .Content }}"
    '{{ if not (and $last (eq .Role "assistant")) }}<|im_end|>\n{{ end }}'
    '{{ if and $last (ne .Role "assistant") }}<|im_start|>assistant\n'
    "{{ if and $.IsThinkSet $.Think }}<think>\n{{ end }}{{ end }}"
    "{{- end }}"
)
_PLAIN_TEMPLATE = (
    "{{- range $i, $m := .Messages }}{{- $last := eq (len (slice $.Messages $i)) 1 }}<|im_start|>{{ .Role }}\n"
    '{{ .Content }}{{ if not (and $last (eq .Role "assistant")) }}<|im_end|>\n{{ end }}'
    '{{ if and $last (ne .Role "assistant") }}<|im_start|>assistant\n{{ end }}'
    "{{- end }}"
)


@dataclass
class RunningOllama:
    """A server process that belongs to the tests."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def kill(self) -> None:
        """SIGKILL for the server and the runner processes it started: as when the machine runs out of memory."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.process.wait()


def binary() -> Path:
    """The server's binary. A test that needs it fails without: there is no skipping a real part."""
    path = Path(os.environ.get("KB_OLLAMA") or cache_dir() / "ollama" / "ollama")
    if not path.exists():
        pytest.fail("The Ollama server for tests is not built. Run `make setup-test`.", pytrace=False)
    return path


def start(home: Path, port: int = 0) -> RunningOllama:
    """Start a server on `port`, or a free one, and wait until it answers."""
    if not port:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
    env = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "OLLAMA_HOST": f"127.0.0.1:{port}",
        "OLLAMA_MODELS": str(home / "models"),
        "OLLAMA_NO_CLOUD": "1",
        "OLLAMA_NUM_PARALLEL": "1",
        "OLLAMA_CONTEXT_LENGTH": "1024",
        "GOMP_SPINCOUNT": "2000",
    }
    log = home / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen([binary(), "serve"], env=env, stdout=out, stderr=out, start_new_session=True)
    running = RunningOllama(process, f"http://127.0.0.1:{port}", log)
    with httpx.Client(base_url=running.url, trust_env=False) as client:
        deadline = time.monotonic() + 120
        while True:
            try:
                client.get("/api/version").raise_for_status()
                return running
            except httpx.HTTPError:
                if process.poll() is not None or time.monotonic() > deadline:
                    running.kill()
                    pytest.fail(f"The Ollama server did not start:\n{log.read_text()[-2000:]}", pytrace=False)
                time.sleep(0.05)


def import_models(url: str) -> None:
    """Bring the small model to the server over HTTP, once with and once without `<think>` in its template."""
    if not weights.present("smollm2-135m"):
        pytest.fail("The small model for tests is not here. Run `make setup-test`.", pytrace=False)
    path = weights.gguf_path("smollm2-135m")
    with path.open("rb") as file:
        digest = f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    with httpx.Client(base_url=url, trust_env=False, timeout=120) as client:
        if client.head(f"/api/blobs/{digest}").status_code != 200:
            with path.open("rb") as file:
                client.post(f"/api/blobs/{digest}", content=file).raise_for_status()
        for name, template in ((MODEL, _THINKING_TEMPLATE), (PLAIN_MODEL, _PLAIN_TEMPLATE)):
            body = {"model": name, "files": {path.name: digest}, "template": template, "stream": False}
            # One thread: two that wait for each other stand still when another process wants the cores.
            body["parameters"] = {"stop": ["<|im_end|>"], "num_thread": 1}
            reply = client.post("/api/create", json=body)
            assert reply.status_code == 200, reply.text
            assert "error" not in reply.json(), reply.text


@pytest.fixture(scope="session")
def ollama_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the two models, made once."""
    return tmp_path_factory.mktemp("ollama")


@pytest.fixture(scope="session")
def ollama_server(ollama_home: Path) -> Iterator[RunningOllama]:
    """A running server with MODEL and PLAIN_MODEL, for all tests."""
    running = start(ollama_home)
    try:
        import_models(running.url)
        yield running
    finally:
        running.kill()


@pytest.fixture
def own_ollama_server(ollama_server: RunningOllama, ollama_home: Path) -> Iterator[RunningOllama]:
    """A second server over the same models, which the test may kill."""
    running = start(ollama_home)
    try:
        yield running
    finally:
        running.kill()
