"""The MCP inspector: a client of others, from its package, calls what agents call, over HTTP as a reader and over stdio
as the owner.

The commands are those of docs/clients.md. The inspector and the Node it needs are put under the cache folder once.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks.places import SAMPLE_DOCS, filled, home
from benchmarks.result import Result
from benchmarks.service import HIDDEN, KB, OF_HIDDEN, TOLD_BY_HIDDEN, readers_token, started
from kb.config import cache_dir
from kb.errors import KBError

PACKAGE = "@modelcontextprotocol/inspector@2.12.0"
NODE = "22.23.3"  # the inspector wants 22.19 or newer
PINNED_ON = "2026-11-20"  # what it needs in turn is as it was on that day
TOOLS = ["search", "ask", "read_document", "list_documents"]
QUESTION = "What is the minimum length of a password?"
ANSWER = "14 characters"
DOCUMENT = "it/information_security_policy.pdf"
OUTSIDE = ("../../../etc/passwd", "/etc/passwd")
BY_HTTP = ("--transport", "http", "--server-url", "$KB_URL/mcp", "--header", "Authorization: Bearer $KB_TOKEN")
BY_FILE = (
    '{"mcpServers": {"kb": {"type": "streamable-http", "url": "$KB_URL/mcp", '
    '"headers": {"Authorization": "Bearer $KB_TOKEN"}, "requestTimeout": 600000}}}'
)
ABSENT = "There is no document "  # how the refusal of a document begins
_TOOL_FAILED = 5  # the inspector's exit code where a tool answers with an error
_CALL_SECONDS = 660  # longer than it waits with BY_FILE
_ARCHITECTURES = {"x86_64": "x64", "aarch64": "arm64"}
Rows = list[tuple[str | float, ...]]


def run() -> Result:
    """Make each call once. 1 is yes."""
    programs = _installed()
    with filled("sample_docs", [SAMPLE_DOCS]):
        pass
    with tempfile.TemporaryDirectory() as temporary:
        place, own = Path(temporary) / "home", Path(temporary) / "inspector"
        shutil.copytree(home("sample_docs"), place)
        own.mkdir()
        with started(place) as service:
            token = readers_token(place)
            reader = _Inspector(programs, own, [_filled(word, service.origin, token) for word in BY_HTTP])
            wrong = _Inspector(programs, own, [_filled(word, service.origin, "of-nobody") for word in BY_HTTP])
            (own / "inspector.json").write_text(_filled(BY_FILE, service.origin, token), encoding="utf-8")
            patient = _Inspector(programs, own, ("--config", str(own / "inspector.json"), "--server", "kb"))
            owner = _Inspector(programs, own, ("-e", f"KB_HOME={place}", str(KB), "mcp"))
            hidden = [path for path in _paths(owner.says("resources/list")) if path.startswith(HIDDEN)]
            rows: Rows = [
                *((f"HTTP, a reader: {what}", right, "", 1) for what, right in _by_http(reader, wrong)),
                *((f"HTTP, a reader: {what}", right, "", 1) for what, right in _outside(reader, hidden[0])),
                *((f"HTTP, a reader: {what}", right, "", 1) for what, right in _asked(patient)),
                ("HTTP, a reader: passages and documents outside of the access", _leaked(reader), "", 0),
                *((f"stdio, the owner: {what}", right, "", 1) for what, right in _by_stdio(owner, hidden[0])),
            ]
    notes = (f"{PACKAGE}, Node {NODE}", f"the reader may read all but {HIDDEN}: {', '.join(hidden)}")
    return Result("inspector", ("call", "figure", "unit", "limit"), tuple(rows), notes)


def _installed() -> Path:
    """The folder of the inspector's and Node's commands, made at the first run."""
    folder = cache_dir() / "bench" / f"inspector-{PACKAGE.rpartition('@')[2]}"
    programs = folder / "node_modules" / ".bin"
    if not (programs / "mcp-inspector").exists():
        npm = shutil.which("npm")
        architecture = _ARCHITECTURES.get(platform.machine())
        if npm is None:
            raise KBError(
                "npm is not installed; the inspector is a package of npm. Install Node with npm, any version."
            )
        if sys.platform != "linux" or architecture is None:
            raise KBError(f"npm has no package of Node for {sys.platform} on {platform.machine()} that is known here.")
        folder.mkdir(parents=True, exist_ok=True)
        quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        subprocess.run(
            [npm, "install", "--prefix", folder, *quiet, "--before", PINNED_ON, PACKAGE,
             f"node-linux-{architecture}@{NODE}"],
            cwd=folder, stdout=sys.stderr, check=True,
        )  # fmt: skip
    return programs


def _filled(text: str, origin: str, token: str) -> str:
    return text.replace("$KB_URL", origin).replace("$KB_TOKEN", token)


@dataclass(frozen=True, slots=True)
class _Said:
    """What the inspector says of a call: its exit code, and the result or the error of the other side."""

    code: int
    result: Mapping[str, Any]
    error: str

    @property
    def failed(self) -> str:
        """The text of a result that is an error of the tool; empty where it is none."""
        is_one = self.code == _TOOL_FAILED and self.result.get("isError") is True
        return str(self.result["content"][0]["text"]) if is_one else ""


@dataclass(frozen=True, slots=True)
class _Inspector:
    """The inspector's command line, with the folder for its own files and what it connects to."""

    programs: Path
    folder: Path
    target: Sequence[str]

    def says(self, method: str, *options: str) -> _Said:
        """Call a method. Raises KBError where the inspector says nothing that can be read."""
        done = subprocess.run(
            [self.programs / "node", self.programs / "mcp-inspector", "--cli", *self.target, "--format", "json",
             "--stored-auth-only", "--method", method, *options],
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder)}, cwd=self.folder, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=_CALL_SECONDS, check=False,
        )  # fmt: skip
        try:
            result = json.loads(done.stdout)["result"] if done.stdout.strip() else {}
            errors = [line for line in done.stderr.splitlines() if line.startswith('{"error"')]
            error = json.loads(errors[-1])["error"]["message"] if done.returncode else ""
        except (ValueError, LookupError, TypeError):
            raise KBError(
                f"The inspector cannot be read at {method}: {done.stdout[-500:]}{done.stderr[-500:]}"
            ) from None
        return _Said(done.returncode, result, error)

    def calls(self, tool: str, **arguments: Any) -> _Said:
        """Call a tool."""
        return self.says("tools/call", "--tool-name", tool, "--tool-args-json", json.dumps(arguments))


def _by_http(reader: _Inspector, wrong: _Inspector) -> Iterator[tuple[str, float]]:
    # --strict: it fails where the schema of a tool would trouble a client
    for era in ("legacy", "modern"):
        listed = reader.says("tools/list", "--strict", "--protocol-era", era)
        yield _told(f"tools/list, protocol {era}, nothing wrong with the schemas", _names(listed) == TOOLS, listed)
    found = reader.calls("search", question=QUESTION)
    yield _told(
        "tools/call search finds the words", ANSWER in _texts(found) and _documents(found)[0] == DOCUMENT, found
    )
    read = reader.calls("read_document", document=DOCUMENT, page=2)
    yield _told("tools/call read_document gives the page", ANSWER in _texts(read), read)
    given = reader.says("resources/list")
    yield _told("resources/list has the document", DOCUMENT in _paths(given), given)
    resource = reader.says("resources/read", "--uri", f"kb://sample_docs/{DOCUMENT}")
    text = "".join(each["text"] for each in resource.result.get("contents", []))
    yield _told("resources/read gives its text", ANSWER in text, resource)
    odd = reader.calls("search", question=QUESTION, limit=1000)
    yield _told("a limit of 1,000 is the tool's error", odd.failed.startswith("search cannot use"), odd)
    refused = wrong.says("tools/list")
    yield _told("a wrong token is refused", "TokenMissing" in refused.error and not refused.result, refused)


def _outside(reader: _Inspector, hidden: str) -> Iterator[tuple[str, float]]:
    """Documents that are not there, and one that is not for this reader: the errors begin the same."""
    for path in (*OUTSIDE, hidden):
        shown = "a document outside of the access" if path == hidden else path
        read = reader.calls("read_document", document=path, collection="sample_docs")
        yield _told(f"read_document of {shown} is the tool's error", read.failed.startswith(ABSENT), read)
        resource = reader.says("resources/read", "--uri", f"kb://sample_docs/{quote(path)}")
        right = resource.error.startswith(ABSENT) and not resource.result
        yield _told(f"resources/read of {shown} is an error", right, resource)


def _asked(patient: _Inspector) -> Iterator[tuple[str, float]]:
    """Answers of the model, for which the inspector must wait longer than it does by itself."""
    answer = patient.calls("ask", question=QUESTION)
    right = ANSWER in _texts(answer) and DOCUMENT in _documents(answer, "citations")
    yield _told("tools/call ask gives the answer with its source", right and not answer.code, answer)
    nothing = patient.calls("ask", question=OF_HIDDEN)
    cited = any(path.startswith(HIDDEN) for path in _documents(nothing, "citations"))
    told = any(words in _texts(nothing) for words in TOLD_BY_HIDDEN)
    yield _told("ask tells nothing of what is hidden", not (nothing.code or cited or told), nothing)


def _leaked(reader: _Inspector) -> int:
    """How many passages and resources of the hidden folder the reader is given. Raises KBError where a call fails."""
    listed = reader.says("resources/list")
    found = [reader.calls("search", question=question, limit=50) for question in (QUESTION, OF_HIDDEN)]
    for said in (listed, *found):
        if said.code:
            raise KBError(f"A call failed, so that nothing can be said of the reader's access: {said}")
    given = [*_paths(listed), *(path for said in found for path in _documents(said))]
    return sum(path.startswith(HIDDEN) for path in given)


def _by_stdio(owner: _Inspector, hidden: str) -> Iterator[tuple[str, float]]:
    """`kb mcp`, which speaks for the owner, who may read what is hidden from the reader."""
    listed = owner.says("tools/list", "--strict")
    yield _told("tools/list", _names(listed) == TOOLS, listed)
    found = owner.calls("search", question=OF_HIDDEN)
    yield _told("tools/call search finds what the reader may not", hidden in _documents(found), found)
    read = owner.calls("read_document", document=hidden)
    yield _told("tools/call read_document", bool(_texts(read)) and not read.code, read)
    resource = owner.says("resources/read", "--uri", f"kb://sample_docs/{quote(hidden)}")
    yield _told("resources/read", bool(resource.result.get("contents")), resource)
    absent = owner.calls("read_document", document=OUTSIDE[0])
    yield _told(f"read_document of {OUTSIDE[0]} is the tool's error", absent.failed.startswith(ABSENT), absent)


def _told(what: str, right: bool, said: _Said) -> tuple[str, float]:
    if not right:
        print(f"not right: {what}: {said}", file=sys.stderr)
    return what, float(right)


def _names(said: _Said) -> list[str]:
    return [tool["name"] for tool in said.result.get("tools", [])] if not said.code else []


def _texts(said: _Said) -> str:
    return "\n".join(part["text"] for part in said.result.get("content", []))


def _documents(said: _Said, of: str = "passages") -> list[str]:
    """The documents of passages, best first, or of citations."""
    return [each["document"] for each in said.result.get("structuredContent", {}).get(of, [])]


def _paths(said: _Said) -> list[str]:
    """The paths of listed resources."""
    return [each["name"].partition("/")[2] for each in said.result.get("resources", [])]
