"""Programs that come by OpenAI's API and by MCP find nothing outside of what their asker may read."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import anyio
import httpx
import httpx2
import openai
import pytest
from langchain_openai import ChatOpenAI
from llama_index.core.base.llms.types import ChatMessage
from llama_index.llms.openai_like import OpenAILike
from llama_index.tools.mcp import BasicMCPClient, McpToolSpec
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from pydantic import SecretStr

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


def clients(limited: Served, http: httpx.Client) -> dict[str, Callable[[str], Any]]:
    """Each client of OpenAI's API by its name: all that it is given for a question."""
    reached: dict[str, Any] = {"max_retries": 0, "http_client": http}
    place, token = f"{limited.running.origin}/v1", limited.running.token
    api = openai.OpenAI(base_url=place, api_key=token, **reached)
    like = OpenAILike(
        model="kb", api_base=place, api_key=token, is_chat_model=True, is_function_calling_model=False,
        context_window=4096, **reached,
    )  # fmt: skip
    chain = ChatOpenAI(model="kb", base_url=place, api_key=SecretStr(token), **reached)

    def asked(question: str, **more: Any) -> Any:
        messages: Any = [{"role": "user", "content": question}]
        return api.chat.completions.create(model="kb", messages=messages, **more)

    return {
        "openai": lambda question: asked(question).model_dump(),
        "openai, streamed": lambda question: [piece.model_dump() for piece in asked(question, stream=True)],
        "LlamaIndex": lambda question: like.chat([ChatMessage(role="user", content=question)]).model_dump(),
        "LlamaIndex, streamed": lambda question: [
            piece.model_dump() for piece in like.stream_chat([ChatMessage(role="user", content=question)])
        ],
        "LangChain": lambda question: chain.invoke(question).model_dump(),
        "LangChain, streamed": lambda question: [piece.model_dump() for piece in chain.stream(question)],
    }


CLIENTS = ("openai", "openai, streamed", "LlamaIndex", "LlamaIndex, streamed", "LangChain", "LangChain, streamed")


@pytest.mark.parametrize("name", CLIENTS)
def test_each_client_is_given_what_its_reader_may_read_and_nothing_else(
    limited: Served, model: ScriptedModel, name: str
) -> None:
    with httpx.Client(trust_env=False, timeout=60) as http:
        ask = clients(limited, http)[name]
        given = [ask(question) for question in (HOURS, "What was decided on 3 March?", "When does the office open?")]
    told = json.dumps(given, ensure_ascii=False, default=str)
    assert "handbook.md" in told
    assert "nobody was told" not in told
    assert "closure.md" not in told
    assert model.requests
    read = " ".join(message.content for request in model.requests for message in request)
    assert "7:45" in read
    assert "nobody was told" not in read


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of its own
def test_an_agents_tools_give_what_its_reader_may_read_and_nothing_else(limited: Served) -> None:
    async def look() -> list[str]:
        headers = {"authorization": f"Bearer {limited.running.token}"}
        async with httpx2.AsyncClient(headers=headers, trust_env=False, timeout=60) as http:
            agent = BasicMCPClient(f"{limited.running.origin}/mcp", http_client=http)
            tools = {str(tool.metadata.name): tool for tool in await McpToolSpec(agent).to_tool_list_async()}
            return [
                str(await tools[name].acall(**arguments))
                for name, arguments in (
                    ("search", {"question": HOURS, "limit": 50}),
                    ("ask", {"question": HOURS}),
                    ("list_documents", {}),
                )
            ]

    for given in anyio.run(look):
        assert "handbook.md" in given
        assert "nobody was told" not in given
        assert "closure.md" not in given


@pytest.fixture
def past(limited: Served, monkeypatch: pytest.MonkeyPatch) -> Served:
    """The reader's token after its last day."""
    tokens = limited.service.tokens
    later = tokens._clock() + timedelta(days=1, seconds=1)
    monkeypatch.setattr(tokens, "_clock", lambda: later)
    return limited


@pytest.mark.parametrize("name", CLIENTS)
def test_a_token_past_its_end_is_told_to_each_client_in_its_form(past: Served, name: str) -> None:
    with httpx.Client(trust_env=False, timeout=60) as http:
        ask = clients(past, http)[name]
        with pytest.raises(openai.AuthenticationError) as raised:
            ask(HOURS)
    assert (raised.value.status_code, raised.value.code) == (401, "invalid_api_key")


def test_a_token_past_its_end_opens_nothing_of_openais_api_nor_of_mcp(past: Served) -> None:
    for path in ("v1/models", "v1/models/kb", "v1/embeddings", "v1/chat/completions", "mcp"):
        for method in ("GET", "POST"):
            answer = past.http.request(method, f"{past.running.origin}/{path}", json={"model": "kb"})
            assert answer.status_code == 401, path
            assert clean(answer.text)
    assert "error" in past.http.get(f"{past.running.origin}/v1/models").json()


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_mcps_client_is_told_that_the_token_is_past_its_end(past: Served, mode: Any) -> None:
    async def look() -> None:
        headers = {"authorization": f"Bearer {past.running.token}"}
        async with (
            httpx2.AsyncClient(headers=headers, trust_env=False, timeout=60) as http,
            Client(streamable_http_client(f"{past.running.origin}/mcp", http_client=http), mode=mode) as client,
        ):
            await client.list_tools()

    with pytest.raises(BaseExceptionGroup) as raised:
        anyio.run(look)
    assert raised.group_contains(MCPError, match="The token is missing, wrong or out of date")
