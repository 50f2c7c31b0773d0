"""`kb mcp`: an agent's client starts it and speaks to it over stdin and stdout."""

import os
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters

from ingest.sync.pipeline import ingest
from tests import tiny
from tests.knowledge import HANDBOOK, write
from tests.ui.serving import Served, opened

ROOT = Path(__file__).parents[3]
ENVIRONMENT = {
    **tiny.ENVIRONMENT,
    "KB_LLM__ENGINE": "embedded",
    "KB_LLM__EMBEDDED_MODEL": "smollm2-135m",
    "KB_LLM__ANSWER_TOKENS": "16",
    "PYTHONPATH": str(ROOT),
}
HOURS = "When does the office in Utrecht open?"


async def visited(home: Path) -> dict[str, Any]:
    """What a client finds that has `kb mcp` started over a home."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "KB_CACHE") if name in os.environ}
    command = StdioServerParameters(
        command=sys.executable, args=["-c", "from ui.cli.main import main; main()", "mcp", "--home", str(home)],
        env={**kept, **ENVIRONMENT},
    )  # fmt: skip
    async with Client(command) as client:
        return {
            "tools": [tool.name for tool in (await client.list_tools()).tools],
            "search": await client.call_tool("search", {"question": HOURS}),
            "ask": await client.call_tool("ask", {"question": HOURS}),
            "read": await client.call_tool("read_document", {"document": "handbook.md", "length": 30}),
            "absent": await client.call_tool("read_document", {"document": "../lock"}),
            "resources": [each.uri for each in (await client.list_resources()).resources],
        }


@pytest.mark.timeout(240)
def test_it_speaks_to_the_running_service(served: Served) -> None:
    found = anyio.run(visited, served.service.kb.home.path)
    assert found["tools"] == ["search", "ask", "read_document", "list_documents"]
    [source] = found["ask"].structured_content["citations"]
    assert found["ask"].structured_content["answer"] == "The office in Utrecht opens at 7:45 [1]."
    assert source["address"].startswith(f"{served.running.origin}/?source=handbook.md")
    assert found["read"].structured_content["text"] == HANDBOOK[:30]
    assert found["absent"].is_error
    assert len(found["resources"]) == 2
    [row] = served.http.get("audit", params={"action": "ask", "limit": 1}).json()["audit"]
    assert row["subject"] == HOURS


@pytest.mark.timeout(240)
def test_without_a_service_it_opens_the_home_itself(tmp_path: Path) -> None:
    with opened(tmp_path / "home") as kb:
        ingest(kb, [write(tmp_path / "docs", {"handbook.md": HANDBOOK})])
    found = anyio.run(visited, tmp_path / "home")
    [first, *_] = found["search"].structured_content["passages"]
    assert (first["document"], first["address"]) == ("handbook.md", None)
    assert not found["ask"].is_error
    assert found["ask"].structured_content["answer"]
    assert found["read"].structured_content["next_start"] == 30
    assert found["resources"] == ["kb://docs/handbook.md"]
