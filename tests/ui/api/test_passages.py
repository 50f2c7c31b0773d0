"""Passages over a real service: editors see them, leave them out and bring them back; others learn nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.sync.pipeline import ingest
from kb.access.rules import DEFAULT
from tests.fakes import ScriptedModel
from tests.kb.people.conftest import quick_hashes
from tests.knowledge import HANDBOOK, LEAVE, write
from tests.ui.api.test_titles import client
from tests.ui.serving import REPLY, Served, opened, serving

__all__ = ["quick_hashes"]

PLACE = {"document": "handbook.md", "collection": "docs"}
PATH = {"path": "handbook.md", "collection": "docs"}
HOURS = "When does the office in Utrecht open?"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    return write(tmp_path / "docs", {"handbook.md": HANDBOOK, "leave.md": LEAVE})


@pytest.fixture
def served(docs: Path, tmp_path: Path) -> Iterator[Served]:
    with opened(tmp_path / "home", ScriptedModel([REPLY])) as kb:
        ingest(kb, [docs])
        kb.catalog.set_readers("owner", DEFAULT, ["*"])
        with serving(kb) as running:
            people = running.service.people
            for name, role, edits in (
                ("boss", "admin", []),
                ("rita", "reader", []),
                ("edi", "editor", ["docs"]),
                ("ned", "editor", ["other"]),
            ):
                people.add(name, by="test", role=role, edits=edits, password="a lantern by the canal")
            yield running


def test_an_editor_leaves_a_passage_out_and_brings_it_back(served: Served, docs: Path) -> None:
    with client(served, "edi") as edi, client(served, "rita") as rita:

        def documents() -> set[str]:
            return {p["document"] for p in rita.post("search", json={"question": HOURS}).json()["passages"]}

        seen = edi.get("documents/passages", params=PATH).json()
        [passage] = seen["passages"]
        text = edi.get("documents/text", params=PATH).json()["text"]
        assert text[passage["start"] : passage["end"]] == passage["text"]
        assert "handbook.md" in documents()
        body = {**PLACE, "seen": seen["edits"], "start": passage["start"], "end": passage["end"], "left_out": True}
        given = edi.put("documents/passages/left-out", json=body)
        assert given.status_code == 200
        assert given.json() == seen | {"edits": 1, "passages": [passage | {"left_out": True}]}
        assert "handbook.md" not in documents()
        again = edi.put("documents/passages/left-out", json=body)
        assert (again.status_code, again.json()["error"]["code"]) == (409, "passage.changed")
        elsewhere = edi.put("documents/passages/left-out", json={**body, "seen": 1, "end": 5})
        assert (elsewhere.status_code, elsewhere.json()["error"]["code"]) == (404, "passage.not_found")
        back = edi.put("documents/passages/left-out", json={**body, "seen": 1, "left_out": False})
        assert back.json() == seen | {"edits": 2}
        assert "handbook.md" in documents()
        edi.put("documents/passages/left-out", json={**body, "seen": 2})
        ingest(served.service.kb, [write(docs, {"handbook.md": HANDBOOK + "\nMore.\n"})])
        assert edi.get("documents/passages", params=PATH).json()["set_aside"] == 1
        assert edi.delete("documents/passages/set-aside", params=PATH).json()["set_aside"] == 0


def test_an_editor_corrects_and_splits_a_passage(served: Served) -> None:
    with client(served, "edi") as edi:
        seen = edi.get("documents/passages", params=PATH).json()
        [passage] = seen["passages"]
        body = {**PLACE, "seen": 0, "start": passage["start"], "end": passage["end"]}
        text = passage["text"].replace("7:45", "8:15")
        given = edi.put("documents/passages/text", json={**body, "text": text})
        assert (given.status_code, given.json()["version"], given.json()["passages"][0]["text"]) == (200, 2, text)
        assert edi.get("documents/text", params=PATH).json()["text"].count("8:15") == 1
        assert edi.get("documents/text", params=PATH | {"version": "1"}).json()["text"].count("8:15") == 0
        again = edi.put("documents/passages/text", json={**body, "text": "Other"})
        assert (again.status_code, again.json()["error"]["code"]) == (409, "passage.changed")
        empty = edi.put("documents/passages/text", json={**body, "seen": 1, "text": " "})
        assert (empty.status_code, empty.json()["error"]["code"]) == (400, "passage.empty")
        at = text.index("## Laptops")
        parts = edi.post("documents/passages/split", json={**body, "seen": 1, "at": at}).json()["passages"]
        assert [each["text"] for each in parts] == [text[:at].strip(), text[at:]]
        places = [[each["start"], each["end"]] for each in parts]
        assert [each["other_part"] for each in parts] == places[::-1]
        edge = edi.post("documents/passages/split", json={**body, "seen": 2, "end": parts[0]["end"], "at": 0})
        assert (edge.status_code, edge.json()["error"]["code"]) == (400, "passage.split_edge")
        found = served.http.post("search", json={"question": HOURS}).json()["passages"]
        assert any("8:15" in each["text"] and "Laptops" not in each["text"] for each in found)
        second = {**PLACE, "seen": 2, "start": parts[1]["start"], "end": parts[1]["end"]}
        [whole] = edi.post("documents/passages/join", json=second).json()["passages"]
        assert (whole["text"], whole["other_part"]) == (text, None)
        again = edi.post("documents/passages/join", json={**body, "seen": 3, "end": whole["end"]})
        assert (again.status_code, again.json()["error"]["code"]) == (400, "passage.not_split")


def test_others_change_nothing_and_who_may_not_read_learns_nothing(served: Served) -> None:
    [passage] = served.http.get("documents/passages", params=PATH).json()["passages"]
    place = {**PLACE, "seen": 0, "start": passage["start"], "end": passage["end"]}
    body = {**place, "left_out": True}
    for name in ("rita", "ned"):
        with client(served, name) as other:
            assert other.get("documents/passages", params=PATH).status_code == 403
            assert other.put("documents/passages/left-out", json=body).status_code == 403
            assert other.delete("documents/passages/set-aside", params=PATH).status_code == 403
            assert other.put("documents/passages/text", json={**place, "text": "x"}).status_code == 403
            assert other.post("documents/passages/split", json={**place, "at": 9}).status_code == 403
            assert other.post("documents/passages/join", json=place).status_code == 403
    served.service.kb.catalog.set_readers("owner", DEFAULT, [])
    with client(served, "ned") as ned:
        there = ned.put("documents/passages/left-out", json=body)
        gone = ned.put("documents/passages/left-out", json={**body, "document": "gone.md"})
        assert there.status_code == gone.status_code == 404
        assert there.text.replace("handbook.md", "?") == gone.text.replace("gone.md", "?")
    assert served.http.get("documents/passages", params=PATH).json()["edits"] == 0
