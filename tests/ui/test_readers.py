"""Programs that come by OpenAI's API and by MCP find nothing outside of what their asker may read."""

import json
from typing import Any

import anyio
import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from kb.schema import Principal
from tests.fakes import ScriptedModel
from tests.kb.storage import version
from tests.ui.serving import Served
from tests.ui.two_documents import model, served, shared
from ui.api import common

__all__ = ["model", "served", "shared"]

SECRET = "The office in Utrecht closes for good on 3 March; nobody was told yet."
HOURS = "When does the office in Utrecht close for good?"
CANARIES = ("3 March", "plans", "closure", "board", "nobody was told")


@pytest.fixture
def limited(served: Served, monkeypatch: pytest.MonkeyPatch) -> Served:
    """The service with a document that this asker may not read."""
    kb = served.service.kb
    if not any(each.collection == "board" for each in kb.documents(served.service.asker)):
        hidden = version("plans/closure.md", SECRET, readers=("board",), embedder=kb.embedder, collection="board")
        kb.indexes.publish([hidden])
    monkeypatch.setattr(common, "Principal", lambda name, unlimited: Principal(name, frozenset({"staff"})))
    return served


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
