"""Names that lead out of their folder lead nowhere, wherever one is taken: /api, /v1 and /mcp."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from ingest.sync.pipeline import ingest
from kb.access.rules import DEFAULT
from tests.fakes import ScriptedModel
from tests.knowledge import HANDBOOK, write
from tests.ui.serving import REPLY, Served, opened, serving

CANARY = "a text that stands beside the documents and in none of them"
CLIMBS = (
    "../beside.txt", "docs/../../beside.txt", "..\\beside.txt", "%2e%2e/beside.txt", "....//beside.txt",
    "../beside.txt\0.md", "/{folder}/beside.txt", "file://{folder}/beside.txt", "../../home/token",
)  # fmt: skip
READING = ("entry", "text", "chunks", "original", "page.png", "doomed")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("service")
    (folder / "beside.txt").write_text(CANARY, encoding="utf-8")
    with opened(folder / "home", ScriptedModel([REPLY])) as kb:
        ingest(kb, [write(folder / "docs", {"handbook.md": HANDBOOK})])
        kb.catalog.set_readers("owner", DEFAULT, ["*"])
        with serving(kb) as running:
            running.service.people.add("boss", by="owner")
            running.service.people.add("ed", by="owner", role="editor", edits=["docs"])
            yield running


@pytest.mark.parametrize("person", ["ed", "boss"])
@pytest.mark.parametrize("climb", CLIMBS)
def test_a_name_that_climbs_leads_nowhere(served: Served, climb: str, person: str) -> None:
    home = served.service.kb.home.path
    secrets = (CANARY, Path(home, "token").read_text(encoding="ascii").strip())
    path, origin = climb.format(folder=str(home.parent).lstrip("/")), served.running.origin
    _, token = served.service.tokens.create("test", ["admin"], 1, by="owner", person=person)
    headers = {"authorization": f"Bearer {token}"}
    with httpx.Client(headers=headers, trust_env=False, timeout=60) as client:
        came = [
            client.get(f"{origin}/api/documents/{route}", params={"path": path, "page": 1, "collection": collection})
            for route in READING
            for collection in ("docs", "..", path)
        ]
        for kind in ("conversations", "evaluations", "jobs", "answers", "users", "sessions", "models"):
            came.append(client.get(f"{origin}/api/{kind}/{quote(path, safe='')}"))
        came += [
            client.get(f"{origin}/api/evaluations/{quote(path, safe='')}/report"),
            client.get(f"{origin}/api/evaluations/compare", params={"before": path, "after": path}),
            client.delete(f"{origin}/api/documents", params={"path": path, "collection": "docs"}),
            client.get(f"{origin}/v1/models/kb:{quote(path, safe='')}"),
            client.post(
                f"{origin}/v1/chat/completions",
                json={"model": f"kb:{path}", "messages": [{"role": "user", "content": "What is beside?"}]},
            ),
        ]
        for method, given in (
            ("tools/call", {"name": "read_document", "arguments": {"document": path, "collection": "docs"}}),
            ("resources/read", {"uri": f"kb://docs/{quote(path)}"}),
            ("resources/read", {"uri": f"file:///{path}"}),
        ):
            told = client.post(
                f"{origin}/mcp", json={"jsonrpc": "2.0", "id": 1, "method": method, "params": given},
                headers={"accept": "application/json, text/event-stream"},
            )  # fmt: skip
            assert '"result"' not in told.text or '"isError":true' in told.text.replace(" ", ""), told.text
            assert not [secret for secret in secrets if secret in told.text]
    for answer in came:
        assert answer.status_code in (400, 403, 404, 405, 422), (answer.request.url, answer.text)
        assert not [secret for secret in secrets if secret in answer.text]
    assert (home.parent / "beside.txt").read_text(encoding="utf-8") == CANARY
