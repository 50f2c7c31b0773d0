"""The examples of docs/clients.md are run as they stand."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ui.serving import Served
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


def test_the_settings_of_agents_are_json_and_name_what_there_is() -> None:
    started, reached = (json.loads(text)["mcpServers"]["kb"] for _, text in examples("json"))
    assert [started["command"], *started["args"]] == ["kb", "mcp"]
    assert reached["url"].endswith(":8600/mcp")
    assert reached["headers"]["Authorization"].startswith("Bearer ")


def test_what_is_refused_is_what_the_guide_says() -> None:
    from ui.openai.chat import _NOT_TAKEN

    told = GUIDE.partition("What is refused")[2].partition("All else")[0]
    names = set(_NOT_TAKEN) - {"function_call", "tool_choice", "top_logprobs", "audio"}  # said by their like
    assert all(f"`{name}`" in told for name in names)
