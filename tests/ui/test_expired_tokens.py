"""A token that has ended opens none of the APIs, in the form of each."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from tests.kb.people.clocks import Clock
from tests.kb.people.conftest import quick_hashes
from tests.ui.serving import Served, opened, serving

__all__ = ["quick_hashes"]


@pytest.fixture
def expired(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Served, str]]:
    """A service, and the token of a person that has worked until just now."""
    with opened(tmp_path / "home") as kb, serving(kb) as served:
        served.service.people.add("ann", by="test")
        monkeypatch.setattr(served.service.tokens, "_clock", clock)
        _, secret = served.service.tokens.create("test", ["search", "ask"], 1, by="test", person="ann")
        assert ask(served, secret, "/v1/models").status_code == 200
        clock.now += timedelta(days=1, seconds=1)
        yield served, secret


def ask(served: Served, secret: str, path: str, body: Any = None) -> httpx.Response:
    method = "GET" if body is None else "POST"
    headers = {"authorization": f"Bearer {secret}", "accept": "application/json, text/event-stream"}
    return httpx.request(method, f"{served.running.origin}{path}", json=body, headers=headers, trust_env=False)


def test_of_openais_api(expired: tuple[Served, str]) -> None:
    served, secret = expired
    for path, body in (("/v1/models", None), ("/v1/chat/completions", {}), ("/v1/embeddings", {})):
        refused = ask(served, secret, path, body)
        assert refused.status_code == 401
        assert refused.json()["error"]["code"] == "invalid_api_key"
    with httpx.Client(trust_env=False) as http:
        client = openai.OpenAI(base_url=f"{served.running.origin}/v1", api_key=secret, http_client=http, max_retries=0)
        with pytest.raises(openai.AuthenticationError, match="out of date"):
            client.models.list()


def test_of_mcp(expired: tuple[Served, str]) -> None:
    served, secret = expired
    refused = ask(served, secret, "/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Bearer")
    assert "out of date" in refused.json()["error"]["message"]


def test_of_ours(expired: tuple[Served, str]) -> None:
    served, secret = expired
    refused = ask(served, secret, "/api/search", {"question": "x"})
    assert (refused.status_code, refused.json()["error"]["kind"]) == (401, "TokenMissing")
