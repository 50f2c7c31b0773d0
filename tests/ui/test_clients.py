"""Clients that people have already, as docs/clients.md tells to set them up, against the running service."""

import re
from collections.abc import Iterator
from typing import Any

import anyio
import httpx
import httpx2
import pytest
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.base.llms.types import ChatMessage, MessageRole, TextBlock, ToolCallBlock
from llama_index.core.llms.mock import MockFunctionCallingLLM
from llama_index.llms.openai_like import OpenAILike
from llama_index.tools.mcp import BasicMCPClient, McpToolSpec
from pydantic import SecretStr

from tests.fakes import ScriptedModel
from tests.tiny import DIMENSION
from tests.ui.serving import Served
from tests.ui.two_documents import model, served, shared

__all__ = ["model", "served", "shared"]

HOURS = "When does the office in Utrecht open?"
ANSWER = "The office in Utrecht opens at 7:45 [1]."
THOUGHT = "The handbook says it."


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    """For clients that take one: closed in the end, and with no proxy."""
    with httpx.Client(trust_env=False, timeout=60) as client:
        yield client


def openai_like(served: Served, http: httpx.Client) -> OpenAILike:
    return OpenAILike(
        model="kb", api_base=f"{served.running.origin}/v1", api_key=served.running.token, is_chat_model=True,
        is_function_calling_model=False, context_window=4096, max_retries=0, http_client=http,
    )  # fmt: skip


def chat_openai(served: Served, http: httpx.Client, **options: Any) -> ChatOpenAI:
    return ChatOpenAI(
        model="kb", base_url=f"{served.running.origin}/v1", api_key=SecretStr(served.running.token), max_retries=0,
        http_client=http, **options,
    )  # fmt: skip


def test_llamaindex_shows_answer_and_sources(served: Served, http: httpx.Client) -> None:
    llm = openai_like(served, http)
    whole = llm.chat([ChatMessage(role="user", content=HOURS)])
    text = str(whole.message.content)
    assert text.startswith(f"{ANSWER}\n\n---\nSources:\n- [1] [docs/handbook.md](")
    raw: Any = whole.raw
    assert raw.choices[0].message.reasoning_content == THOUGHT
    assert raw.choices[0].message.annotations[0].url_citation.document == "handbook.md"
    pieces = list(llm.stream_chat([ChatMessage(role="user", content=HOURS)]))
    assert str(pieces[-1].message.content) == text


def test_llamaindex_asks_a_follow_up(served: Served, http: httpx.Client, model: ScriptedModel) -> None:
    model._completions.append("When does the office in Utrecht close?")
    turns = [("user", HOURS), ("assistant", ANSWER), ("user", "And when does it close?")]
    answer = openai_like(served, http).chat([ChatMessage(role=role, content=text) for role, text in turns])
    raw: Any = answer.raw
    assert raw.kb["searched"] == "When does the office in Utrecht close?"


def test_langchain_shows_answer_and_sources(served: Served, http: httpx.Client) -> None:
    llm = chat_openai(served, http, extra_body={"sources_in_text": True})
    whole = llm.invoke([("system", "Be brief."), ("human", HOURS)])
    assert str(whole.text).startswith(f"{ANSWER}\n\n---\nSources:\n- [1] [docs/handbook.md](")
    assert whole.response_metadata["finish_reason"] == "stop"
    assert whole.usage_metadata is not None
    assert whole.usage_metadata["total_tokens"] > 0
    streamed = "".join(str(piece.text) for piece in llm.stream(HOURS))
    assert streamed == str(whole.text)
    plain = chat_openai(served, http, extra_body={"sources_in_text": False}).invoke(HOURS)
    assert str(plain.text) == ANSWER


def test_langchain_embeds_texts_and_questions(served: Served, http: httpx.Client) -> None:
    embeddings = OpenAIEmbeddings(
        model="kb", base_url=f"{served.running.origin}/v1", api_key=SecretStr(served.running.token), max_retries=0,
        check_embedding_ctx_length=False, http_client=http,
    )  # fmt: skip
    found = embeddings.embed_documents(["The office opens.", "休假"])
    assert [len(vector) for vector in found] == [DIMENSION, DIMENSION]
    assert len(embeddings.embed_query("When?")) == DIMENSION


def script(messages: Any, **_: Any) -> ChatMessage:
    """A model that looks for two documents, reads both, and answers from what the tools gave it."""
    given = [str(message.content) for message in messages if message.role == MessageRole.TOOL]
    steps: list[tuple[str, dict[str, Any]]] = [
        ("search", {"question": HOURS, "collections": ["docs"]}),
        ("read_document", {"document": "handbook.md", "collection": "docs"}),
        ("list_documents", {"collections": ["规章"]}),
        ("read_document", {"document": "休假.md"}),
    ]
    if len(given) < len(steps):
        name, arguments = steps[len(given)]
        return ChatMessage(
            role="assistant",
            blocks=[ToolCallBlock(tool_call_id=f"call {len(given)}", tool_name=name, tool_kwargs=arguments)],
        )
    opens = re.search(r"opens at ([\d:]+)", given[1])
    days = re.search(r"每年有 (\d+) 天年休假", given[3])
    assert opens
    assert days
    text = f"The office opens at {opens[1]}, and after ten years there are {days[1]} days of leave."
    return ChatMessage(role="assistant", blocks=[TextBlock(text=text)])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of its own
def test_an_agent_of_llamaindex_answers_over_two_documents_with_the_tools_of_mcp(served: Served) -> None:
    async def run() -> tuple[list[str], str, list[str]]:
        headers = {"authorization": f"Bearer {served.running.token}"}
        async with httpx2.AsyncClient(headers=headers, trust_env=False, timeout=60) as http:
            client = BasicMCPClient(f"{served.running.origin}/mcp", http_client=http)
            tools = await McpToolSpec(client).to_tool_list_async()
            agent = FunctionAgent(
                tools=tools, llm=MockFunctionCallingLLM(response_generator=script, is_chat_model=True)
            )
            answer = await agent.run("When does the office open, and how many days of leave are there after ten years?")
            return [str(tool.metadata.name) for tool in tools], str(answer), [c.tool_name for c in answer.tool_calls]

    offered, answer, called = anyio.run(run)
    assert offered == ["search", "ask", "read_document", "list_documents"]
    assert called == ["search", "read_document", "list_documents", "read_document"]
    assert answer == "The office opens at 7:45, and after ten years there are 18 days of leave."
