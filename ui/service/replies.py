"""Replies: what the gate answers in place of the application, and what it reads of a request."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Headers = list[tuple[bytes, bytes]]

NO_STORE = (b"cache-control", b"no-store")


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered in place of the application."""

    status: int
    headers: Headers
    body: bytes = b""


def is_api(path: str) -> bool:
    """Whether a path is for programs rather than the page's."""
    return any(is_under(place, path) for place in ("/api", OPENAI, MCP))


def is_under(place: str, path: str) -> bool:
    """Whether a path is that of a place, or below it."""
    return path == place or path.startswith(f"{place}/")


OPENAI, MCP = "/v1", "/mcp"


def rpc_error(kind: str, message: str) -> dict[str, Any]:
    """A refusal in the form that MCP's clients read: JSON-RPC's, of a message that was not looked into."""
    return {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": message, "data": {"kind": kind}}}


def cookies_of(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    """The cookies that a request brings, (name, value)."""
    sent = (value.decode("latin-1") for name, value in headers if name == b"cookie")
    pairs = (part.strip().partition("=") for value in sent for part in value.split(";"))
    return [(name, value) for name, _, value in pairs]


def label_of(headers: Headers) -> str:
    """What a browser says it is, in short: `Firefox on Linux`."""
    agent = next((value.decode("latin-1") for name, value in headers if name == b"user-agent"), "")
    browser = next((shown for word, shown in _BROWSERS if word in agent), agent.partition("/")[0][:40])
    system = next((f" on {shown}" for word, shown in _SYSTEMS if word in agent), "")
    return browser + system


_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iOS"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip
