"""Rates as each API tells of them, and as the page does."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import httpx2
import openai
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from ingest.sync.pipeline import ingest
from kb.config import ServiceSettings
from kb.errors import TooManyRequests
from tests.fakes import ScriptedModel
from tests.kb.people.conftest import quick_hashes
from tests.knowledge import HANDBOOK, write
from tests.ui.serving import REPLY, SETTINGS, Served, opened, serving
from ui.words.strings import Strings

__all__ = ["quick_hashes"]

HOURS = "When does the office in Utrecht open?"
OWN = "a lantern by the canal"


@contextmanager
def limited(folder: Path, **most: int) -> Iterator[tuple[Served, str]]:
    """A service with these rates, and the token of a person."""
    docs = write(folder / "docs", {"handbook.md": HANDBOOK})
    rates = {"questions_a_minute": 0, "searches_a_minute": 0, "requests_a_minute": 0} | most
    settings = SETTINGS.model_copy(update={"service": ServiceSettings.model_validate(rates)})
    with opened(folder / "home", ScriptedModel([REPLY]), settings) as kb:
        ingest(kb, [docs])
        with serving(kb) as served:
            served.service.people.add("ann", by="test", role="admin", password=OWN)
            yield served, served.service.tokens.create("test", ["admin"], 1, by="test", person="ann")[1]


def ask(served: Served, token: str, path: str, body: dict[str, Any]) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}"}
    return httpx.post(f"{served.running.origin}{path}", json=body, headers=headers, timeout=60, trust_env=False)


CHAT = {"model": "kb", "messages": [{"role": "user", "content": HOURS}]}


@pytest.mark.parametrize("path", ["/api/ask", "/api/chat", "/v1/chat/completions", "conversation"])
def test_questions_over_the_rate_are_429_and_say_when_to_come_again(tmp_path: Path, path: str) -> None:
    with limited(tmp_path, questions_a_minute=1) as (served, token):
        body = CHAT if path.startswith("/v1") else {"question": HOURS}
        place = path
        if path == "conversation":
            place = f"/api/conversations/{ask(served, token, '/api/conversations', {}).json()['id']}/turns"
        assert ask(served, token, "/api/ask", {"question": HOURS}).status_code == 200
        refused = ask(served, token, place, body)
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 61
        error = refused.json()["error"]
        assert "Too many questions: at most 1 a minute. Try again in" in error["message"]
        if path.startswith("/v1"):
            assert (error["type"], error["code"], error["param"]) == ("requests", "rate_limit_exceeded", None)
        else:
            assert error["kind"] == "TooManyRequests"
        assert served.http.post("ask", json={"question": HOURS}).status_code == 200  # the owner


def test_searches_over_the_rate_are_429(tmp_path: Path) -> None:
    with limited(tmp_path, searches_a_minute=1) as (served, token):
        assert ask(served, token, "/api/search", {"question": HOURS}).status_code == 200
        refused = ask(served, token, "/api/search", {"question": HOURS})
        assert (refused.status_code, "Too many searches" in refused.text) == (429, True)
        embedding = ask(served, token, "/v1/embeddings", {"model": "kb", "input": "x"})
        assert (embedding.status_code, embedding.json()["error"]["code"]) == (429, "rate_limit_exceeded")
        assert ask(served, token, "/api/ask", {"question": HOURS}).status_code == 200


def test_requests_of_tokens_are_429_in_the_form_of_each_api(tmp_path: Path) -> None:
    with limited(tmp_path, requests_a_minute=1) as (served, token):
        assert ask(served, token, "/api/search", {"question": HOURS}).status_code == 200
        forms = {}
        for path in ("/api/search", "/v1/chat/completions", "/mcp"):
            refused = ask(served, token, path, {"question": HOURS})
            assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (429, True)
            forms[path] = refused.json()
        assert forms["/api/search"]["error"]["kind"] == "TooManyRequests"
        assert forms["/v1/chat/completions"]["error"]["code"] == "rate_limit_exceeded"
        assert forms["/mcp"]["jsonrpc"] == "2.0"
        assert "Too many requests" in forms["/mcp"]["error"]["message"]
        other = served.service.tokens.create("other", ["admin"], 1, by="test", person="ann")[1]
        assert ask(served, other, "/api/search", {"question": HOURS}).status_code == 429  # the same person
        for _ in range(3):
            assert served.http.get("me").status_code == 200  # the home's own token


def test_openais_client_knows_it_for_what_it_is(tmp_path: Path) -> None:
    with limited(tmp_path, questions_a_minute=1) as (served, token), httpx.Client(trust_env=False, timeout=60) as http:
        client = openai.OpenAI(base_url=f"{served.running.origin}/v1", api_key=token, http_client=http, max_retries=0)
        client.chat.completions.create(model="kb", messages=[{"role": "user", "content": HOURS}])
        with pytest.raises(openai.RateLimitError):
            client.chat.completions.create(model="kb", messages=[{"role": "user", "content": HOURS}])


def test_a_tool_of_mcp_says_it_in_its_result(tmp_path: Path) -> None:
    with limited(tmp_path, searches_a_minute=1) as (served, token):

        async def twice() -> Any:
            headers = {"authorization": f"Bearer {token}"}
            async with httpx2.AsyncClient(headers=headers, trust_env=False, timeout=60) as http:
                transport = streamable_http_client(f"{served.running.origin}/mcp", http_client=http)
                async with Client(transport) as client:
                    await client.call_tool("search", {"question": HOURS})
                    return await client.call_tool("search", {"question": HOURS})

        result = anyio.run(twice)
        assert result.is_error
        assert "Too many searches: at most 1 a minute. Try again in" in result.content[0].text


def test_a_question_that_is_refused_leaves_no_turn(tmp_path: Path) -> None:
    with limited(tmp_path, questions_a_minute=1) as (served, _):
        own = served.service.own(served.service.people.get("ann").principal)  # type: ignore[union-attr]
        conversation = own.new()
        first = own.ask(conversation, HOURS, "chat")
        assert first is not None
        first.running.join(60)
        with pytest.raises(TooManyRequests) as refused:
            own.ask(conversation, HOURS, "chat")
        found = own.get(conversation.id)
        assert found is not None
        assert len(found.turns) == 1
        # What the page tells is this message, in the reader's language.
        assert "每分钟最多 1 次" in Strings("zh").message(refused.value)
        assert Strings("en").message(str(refused.value)).startswith("Too many questions")
