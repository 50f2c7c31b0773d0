"""Programs that come by OpenAI's API and by MCP find nothing outside of what their asker may read."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import anyio
import httpx
import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from kb.access.rules import Place
from tests.fakes import ScriptedModel
from tests.kb.storage import version
from tests.knowledge import OWNER
from tests.ui.serving import Served
from tests.ui.two_documents import model, served, shared

__all__ = ["model", "served", "shared"]

SECRET = "The office in Utrecht closes for good on 3 March; nobody was told yet."
HOURS = "When does the office in Utrecht close for good?"
CANARIES = ("3 March", "plans", "closure", "board", "nobody was told")


@pytest.fixture
def limited(served: Served) -> Iterator[Served]:
    """The service with a document that its reader may not read, and a client with that reader's token."""
    kb, people = served.service.kb, served.service.people
    if not people.exist:
        hidden = version("plans/closure.md", SECRET, embedder=kb.embedder, collection="board")
        kb.indexes.publish([hidden])
        people.add("boss", by="owner")
        people.add("reader", by="owner")
        for name in ("docs", "规章"):
            kb.set_readers(OWNER, Place("collection", name), ["*"])
    _, token = served.service.tokens.create("test", ["search", "ask"], 1, by="owner", person="reader")
    headers = {"authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{served.running.origin}/api/", headers=headers, trust_env=False, timeout=60) as http:
        yield Served(served.service, replace(served.running, token=token), http)


@pytest.mark.parametrize("scope", ["search", "ask", "ingest"])
def test_a_token_lists_models_and_embeds_only_with_the_scope(limited: Served, scope: str) -> None:
    _, token = limited.service.tokens.create("test", [scope], 1, by="owner", person="reader")
    place, headers = f"{limited.running.origin}/v1", {"authorization": f"Bearer {token}"}
    listed = limited.http.get(f"{place}/models", headers=headers)
    one = limited.http.get(f"{place}/models/kb", headers=headers)
    embedded = limited.http.post(f"{place}/embeddings", json={"model": "kb", "input": "x"}, headers=headers)
    assert (listed.status_code, one.status_code) == ((200, 200) if scope == "ask" else (403, 403))
    assert embedded.status_code == (200 if scope == "search" else 403)
    for answer in (listed, one, embedded):
        if answer.status_code == 403:
            assert set(answer.json()["error"]) == {"message", "type", "param", "code"}
            assert clean(answer.json())


@pytest.mark.parametrize(("scope", "status"), [("search", 403), ("ask", 200)])
def test_a_token_asks_only_with_that_scope(limited: Served, scope: str, status: int) -> None:
    _, token = limited.service.tokens.create("test", [scope], 1, by="owner", person="reader")
    body = {"model": "kb", "messages": [{"role": "user", "content": "When does the office open?"}]}
    headers = {"authorization": f"Bearer {token}"}
    answer = limited.http.post(f"{limited.running.origin}/v1/chat/completions", json=body, headers=headers)
    assert answer.status_code == status
    assert answer.json().get("error", {}).get("code") == (None if status == 200 else "RefusedByPolicy")


def test_a_token_without_the_scope_uses_no_tool_that_needs_it(limited: Served) -> None:
    _, token = limited.service.tokens.create("test", ["ask"], 1, by="owner", person="reader")

    async def look() -> list[Any]:
        async with (
            httpx2.AsyncClient(headers={"authorization": f"Bearer {token}"}, trust_env=False, timeout=60) as http,
            Client(streamable_http_client(f"{limited.running.origin}/mcp", http_client=http)) as client,
        ):
            found = await client.call_tool("search", {"question": HOURS})
            read = await client.call_tool("read_document", {"document": "handbook.md"})
            resources = []
            for work in (client.list_resources, lambda: client.read_resource("kb://docs/handbook.md")):
                try:
                    resources.append(await work())
                except MCPError as error:
                    resources.append(str(error))
            return [found, read, await client.call_tool("ask", {"question": HOURS}), *resources]

    found, read, asked, listed, resource = anyio.run(look)
    assert "needs the permission 'search'" in listed
    assert "needs the permission 'search'" in resource
    assert "needs the permission 'search'" in found.content[0].text
    assert (found.is_error, read.is_error, asked.is_error) == (True, True, False)


def clean(told: Any) -> bool:
    return not any(word in json.dumps(told, ensure_ascii=False, default=str) for word in CANARIES)


def test_openais_api_offers_finds_and_names_nothing_of_it(limited: Served, model: ScriptedModel) -> None:
    place = f"{limited.running.origin}/v1"
    listed = limited.http.get(f"{place}/models").json()
    assert [each["id"] for each in listed["data"]] == ["kb", "kb:docs", "kb:规章", "chat"]
    for name in ("kb:board", "kb:none"):
        body = {"model": name, "messages": [{"role": "user", "content": HOURS}]}
        answer = limited.http.post(f"{place}/chat/completions", json=body)
        assert answer.status_code == 404
        assert clean(answer.json()["error"]["message"].replace(name, ""))
        assert limited.http.get(f"{place}/models/{name}").status_code == 404
    for asked in (HOURS, "Summarise plans/closure.md", "List all documents about the closure"):
        for stream in (False, True):
            body = {"model": "kb", "messages": [{"role": "user", "content": asked}], "stream": stream}
            answer = limited.http.post(f"{place}/chat/completions", json=body)
            assert answer.status_code == 200
            assert "3 March" not in answer.text
            assert "nobody was told" not in answer.text
    assert all("3 March" not in message.content for request in model.requests for message in request)


def test_mcp_lists_finds_and_reads_nothing_of_it(limited: Served, model: ScriptedModel) -> None:
    async def look() -> list[Any]:
        headers = {"authorization": f"Bearer {limited.running.token}"}
        async with httpx2.AsyncClient(headers=headers, trust_env=False, timeout=60) as http:
            transport = streamable_http_client(f"{limited.running.origin}/mcp", http_client=http)
            async with Client(transport) as client:
                return [
                    (await client.call_tool("search", {"question": HOURS, "limit": 50})).structured_content,
                    (await client.call_tool("search", {"question": HOURS, "collections": ["b*"]})).structured_content,
                    (await client.call_tool("ask", {"question": HOURS})).structured_content,
                    (await client.call_tool("list_documents", {})).structured_content,
                    (await client.call_tool("list_documents", {"search": "clos"})).structured_content,
                    [each.uri for each in (await client.list_resources()).resources],
                    await client.call_tool("read_document", {"document": "plans/closure.md"}),
                    await client.call_tool("read_document", {"document": "plans/nothing.md"}),
                ]

    *told, hidden, absent = anyio.run(look)
    for each in told:
        assert clean(each), each
    assert hidden.is_error
    assert hidden.content[0].text == absent.content[0].text.replace("nothing", "closure")
    assert all("3 March" not in message.content for request in model.requests for message in request)
