"""What is logged: neither secrets nor words of documents, questions and answers, whatever goes wrong."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import tiny
from ui.logs import error_text
from ui.service.auth import token_of

ROOT = Path(__file__).parents[2]
MARKERS = [f"marker-of-the-{what}" for what in ("document", "question", "password", "name", "answer")]
DOCUMENT, QUESTION, PASSWORD, NAME, ANSWER = MARKERS
BROKEN = """
from tests.tiny import TinyEmbedding
class Embedding(TinyEmbedding):
    def get_query_embedding(self, text):
        if "explodes" in text:
            raise ValueError("it exploded at: " + text)
        return super().get_query_embedding(text)
    def get_text_embedding_batch(self, texts):
        if any("explodes" in text for text in texts):
            raise ValueError("it exploded at: " + " ".join(texts))
        return super().get_text_embedding_batch(texts)

from typing import Any
from llama_index.core.llms import CompletionResponse, CustomLLM, LLMMetadata
class Model(CustomLLM):
    fails: bool = False
    @property
    def metadata(self):
        return LLMMetadata(model_name="scripted")
    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any):
        return CompletionResponse(text="marker-of-the-answer", delta="marker-of-the-answer")
    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any):
        yield self.complete(prompt)
        if "breaks" in prompt:
            raise RuntimeError("it broke at: " + prompt)
"""


@pytest.fixture
def process(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The whole product with page and accounts; and the file that its output goes into."""
    (tmp_path / "scripted_llm.py").write_text(BROKEN, encoding="utf-8")
    env = os.environ | tiny.ENVIRONMENT | {
        "PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT))),
        "KB_EMBEDDING__LLAMAINDEX_CLASS": "scripted_llm:Embedding",
        "KB_LLM__ENGINE": "llamaindex",
        "KB_LLM__LLAMAINDEX_CLASS": "scripted_llm:Model",
        "KB_RETRIEVAL__EVIDENCE_FLOOR": "0",
        "KB_HOME": str(tmp_path / "home"),
    }  # fmt: skip
    command = [sys.executable, "-c", "from ui.cli.main import main; main()"]
    added = subprocess.run(
        [*command, "users", "add", "boss", "--stdin"], env=env, input=f"{PASSWORD}\n", text=True, capture_output=True
    )
    assert added.returncode == 0, added.stderr
    log = tmp_path / "log"
    with log.open("wb") as out:
        running = subprocess.Popen(
            [*command, "up", "--port", "0"], env=env, stdout=subprocess.PIPE, stderr=out, text=True
        )
        try:
            assert running.stdout is not None
            line = running.stdout.readline()
            yield next(word for word in line.split() if word.startswith("http://")), log
        finally:
            running.terminate()
            running.communicate(timeout=60)


def test_a_journey_leaves_no_secret_and_no_words_in_the_logs(process: tuple[str, Path], tmp_path: Path) -> None:
    origin, log = process
    home_token = token_of(tmp_path / "home")
    once = httpx.Limits(max_keepalive_connections=0)  # a connection ends with an error of the server
    with httpx.Client(base_url=origin, trust_env=False, timeout=60, limits=once) as http:
        owner = {"authorization": f"Bearer {home_token}"}

        def post(path: str, body: Any, headers: dict[str, str] = owner, expected: int | None = None) -> httpx.Response:
            got = http.post(path, json=body, headers=headers)
            assert expected is None or got.status_code == expected, got.text
            return got

        file = {"file": (f"{NAME}.md", f"# Notes\\n\\nThe {DOCUMENT} is kept for 90 days.".encode())}
        job = http.post("/api/documents/upload", files=file, headers=owner).json()
        http.get(f"/api/jobs/{job['id']}/events", headers=owner)
        broken = {"file": (f"{NAME}.pdf", f"%PDF-1.7 {DOCUMENT} not a pdf".encode())}
        job = http.post("/api/documents/upload", files=broken, headers=owner).json()
        http.get(f"/api/jobs/{job['id']}/events", headers=owner)
        made = post("/api/tokens", {"name": "t", "scopes": ["admin"], "days": 1}, expected=201).json()
        secret = made["token"]
        program = {"authorization": f"Bearer {secret}"}
        question = {"question": f"How long is {QUESTION} kept?"}
        post("/api/search", question, program, 200)
        post("/api/search", {"question": f"{QUESTION} explodes"}, program, 500)
        post("/api/ask", {"question": f"{QUESTION} explodes"}, program)
        explosive = {"file": ("explodes.md", f"{DOCUMENT} explodes".encode())}
        job = http.post("/api/documents/upload", files=explosive, headers=owner).json()
        http.get(f"/api/jobs/{job['id']}/events", headers=owner)
        post("/api/ask", question, program, 200)
        post("/api/ask", {"question": f"{QUESTION} breaks?"}, program)
        post("/api/chat", {"question": f"{QUESTION} breaks"}, program)
        post("/api/ask", {"question": QUESTION, "unknown": DOCUMENT}, program, 422)
        http.post("/api/ask", content=f'{{"question": "{QUESTION}'.encode(), headers=program)
        id = post("/api/conversations", {}, program).json()["id"]
        turn = post(f"/api/conversations/{id}/turns", {"question": f"{QUESTION} breaks"}, program, 202).json()
        http.get(f"/api/conversations/{id}/turns/{turn['position']}/events", headers=program)
        chat = {"model": "kb", "messages": [{"role": "user", "content": f"{QUESTION} breaks"}]}
        post("/v1/chat/completions", chat, program)
        call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "ask", "arguments": question}}
        accept = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-06-18"}
        post("/mcp", call, program | accept)
        http.get("/api/documents/text", params={"path": f"{NAME}.md"}, headers=program)
        http.get("/api/documents/text", params={"path": f"{QUESTION}.md"}, headers=program)
        form = {"name": "boss", "password": PASSWORD, "next": "/"}
        signed = http.post("/sign-in", data=form, headers={"origin": origin})
        assert signed.status_code == 303, signed.text
        cookie = signed.headers["set-cookie"].partition(";")[0].partition("=")[2]
        http.post("/sign-in", data={**form, "password": f"{PASSWORD} wrong"}, headers={"origin": origin})
        http.get("/api/me", headers={"authorization": f"Bearer {secret}wrong"})
        http.get(f"/?code={QUESTION}")
        http.delete("/api/documents", params={"path": f"{NAME}.md"}, headers=owner)
    text = log.read_text(encoding="utf-8", errors="replace")
    assert "builtins.ValueError" in text  # what is not an error of the product is logged, by kind and place
    assert "scripted_llm.py" in text
    for marker in (DOCUMENT, QUESTION, PASSWORD, NAME, ANSWER, home_token, secret, cookie):
        assert marker not in text, text[max(0, text.find(marker) - 1500) : text.find(marker) + 200]


def test_an_error_is_told_by_kind_and_place_with_those_it_came_from() -> None:
    try:
        try:
            Path(f"/nowhere/{NAME}").read_bytes()
        except OSError as error:
            raise ValueError(f"not {DOCUMENT}") from error
    except ValueError as error:
        text = error_text((ValueError, error, error.__traceback__))
    assert "builtins.FileNotFoundError: [Errno 2] No such file or directory" in text
    assert text.endswith("builtins.ValueError")
    assert "test_logs.py" in text
    assert "marker" not in text
    assert error_text((None, None, None)) == ""
    group = ExceptionGroup(f"not {DOCUMENT}", [ValueError(DOCUMENT), KeyError(QUESTION)])
    text = error_text((ExceptionGroup, group, None))
    assert ("builtins.KeyError" in text, "marker" in text) == (True, False)
