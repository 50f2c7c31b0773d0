"""The routes of usage, over a real service: what is asked by every way in is counted, and who may see what of it."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ingest.sync.pipeline import ingest
from kb.access.rules import DEFAULT
from kb.config import Settings
from tests.fakes import ScriptedModel
from tests.kb.people.conftest import quick_hashes
from tests.knowledge import HANDBOOK, write
from tests.ui.api.test_routes import fits
from tests.ui.serving import REPLY, SETTINGS, Served, opened, serving

__all__ = ["quick_hashes"]

OWN = "a lantern by the canal"
NO = "<think>It is not there.</think>\n\nThe documents do not say."


def serve(home: Path, docs: Path, settings: Settings = SETTINGS) -> Iterator[Served]:
    with opened(home, ScriptedModel([NO]), settings) as kb:
        ingest(kb, [docs])
        kb.catalog.set_readers("owner", DEFAULT, ["*"])
        with serving(kb) as running:
            people = running.service.people
            people.add("admin", by="test", password=OWN)
            people.add("rita", by="test", password=OWN)
            people.add("edi", by="test", role="editor", edits=["docs"], password=OWN)
            yield running


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    yield from serve(tmp_path / "home", write(tmp_path / "docs", {"handbook.md": HANDBOOK, "notes.md": "# Notes\n"}))


def client(served: Served, person: str, *scopes: str) -> httpx.Client:
    _, secret = served.service.tokens.create("test", scopes or ["admin"], 1, by="test", person=person)
    return httpx.Client(
        base_url=served.running.origin, headers={"authorization": f"Bearer {secret}"}, trust_env=False, timeout=60
    )  # fmt: skip


def usage(served: Served, **params: str) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = fits(served, served.http.get("usage", params=params), "usage")
    return found


def counted(served: Served) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for count in usage(served)["counts"]:
        key = str(count["kind"]), str(count["outcome"])
        found[key] = found.get(key, 0) + int(str(count["times"]))
    return found


def test_what_is_asked_by_every_way_in_is_counted_once(served: Served) -> None:
    question = {"question": "When does the office in Utrecht open?"}
    with client(served, "rita") as rita:
        assert rita.post("/api/ask", json=question).status_code == 200
        conversation = rita.post("/api/conversations").json()["id"]
        assert rita.post(f"/api/conversations/{conversation}/turns", json=question).status_code == 202
        assert list(rita.stream("GET", f"/api/conversations/{conversation}/turns/0/events").__enter__().iter_lines())
        chat = {"model": "kb", "messages": [{"role": "user", "content": question["question"]}]}
        assert rita.post("/v1/chat/completions", json=chat).status_code == 200
        assert rita.post("/api/chat", json={"question": "Hello?"}).status_code == 200  # of no documents
        nowhere = {"question": "x", "scope": {"paths": ["nowhere/*"]}}
        assert rita.post("/api/search", json=nowhere).json()["passages"] == []
        assert rita.post("/api/search", json=question).json()["passages"]
    served.service.conversations.stop_all()
    assert counted(served) == {("question", "refused"): 3, ("search", "refused"): 1}
    assert usage(served)["gaps"] == []
    served.service.kb._model = ScriptedModel([REPLY])
    assert served.http.post("ask", json=question).json()["outcome"] == "answered"
    served.service.conversations.stop_all()
    assert counted(served)[("question", "answered")] == 1
    assert [each["document"] for each in usage(served)["never_cited"]] == ["notes.md"]


def test_a_person_agrees_and_takes_it_back_by_a_program_of_theirs(served: Served) -> None:
    with client(served, "rita") as rita, client(served, "edi") as edi:
        assert rita.get("/api/usage/agreement").json() == {"agrees": False, "offered": True}
        assert rita.put("/api/usage/agreement", json={"agrees": True}).json() == {"done": True}
        assert rita.get("/api/usage/agreement").json()["agrees"] is True
        assert edi.get("/api/usage/agreement").json()["agrees"] is False
        assert rita.post("/api/ask", json={"question": "=cmd: is there a helicopter?"}).json()["outcome"] == "refused"
        served.service.conversations.stop_all()
        [gap] = edi.get("/api/usage").json()["gaps"]
        assert gap["wordings"] == ["=cmd: is there a helicopter?"]
        assert "rita" not in edi.get("/api/usage").text
        refused = rita.get("/api/usage")
        assert (refused.status_code, refused.json()["error"]["kind"]) == (403, "RefusedByPolicy")
        assert rita.get("/api/usage/csv", params={"part": "gaps"}).status_code == 403
        sent = edi.get("/api/usage/csv", params={"part": "gaps"})
        assert sent.headers["content-type"] == "text/csv; charset=utf-8"
        rows = list(csv.reader(io.StringIO(sent.content.decode("utf-8-sig"))))
        assert rows[1][4] == "'=cmd: is there a helicopter?"
        [row] = served.http.get("audit", params={"action": "export"}).json()["audit"]
        assert (row["asker"], row["detail"]) == ("edi", {"what": "usage", "part": "gaps"})
        rita.put("/api/usage/agreement", json={"agrees": False})
        assert edi.get("/api/usage").json()["gaps"] == []
        assert edi.get("/api/usage").json()["without_words"] == 1


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("usage?since=yesterday", 400), ("usage?since=2026-11-02&until=2026-11-01", 400),
        ("usage?since=" + "9" * 40, 422),
        ("usage/csv", 422), ("usage/csv?part=all", 422), ("usage/csv?part=gaps&until=x", 400),
    ],
)  # fmt: skip
def test_a_period_or_a_part_that_is_none_is_refused(served: Served, path: str, status: int) -> None:
    reply = served.http.get(path)
    assert reply.status_code == status
    assert reply.json()["error"]["message"]


def test_where_no_words_are_kept_nobody_is_asked_to_share_theirs(tmp_path: Path) -> None:
    settings = Settings.model_validate({**SETTINGS.model_dump(), "usage": {"texts": "never"}})
    for served in serve(tmp_path / "home", write(tmp_path / "docs", {"handbook.md": HANDBOOK}), settings):
        assert served.http.get("usage/agreement").json() == {"agrees": False, "offered": False}
        refused = served.http.put("usage/agreement", json={"agrees": True})
        assert (refused.status_code, "usage.texts" in refused.text) == (400, True)
        assert served.http.put("usage/agreement", json={"agrees": False}).status_code == 200
