"""Moving documents over a real service: by editors alone, known by the new name at once, clear about what cannot be."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ingest.sync.pipeline import ingest
from kb.access.rules import DEFAULT
from kb.store.uploads import folder_of
from tests.fakes import ScriptedModel
from tests.kb.people.conftest import quick_hashes
from tests.knowledge import HANDBOOK, write
from tests.ui.serving import PATIENCE, REPLY, Served, client, opened, serving, until

__all__ = ["quick_hashes"]

HOURS = "When does the office in Utrecht open?"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with opened(tmp_path / "home", ScriptedModel([REPLY])) as kb:
        folder = write(folder_of(kb.home.uploads, "hr"), {"handbook.md": HANDBOOK})
        ingest(kb, [folder / "handbook.md"], collection="hr")
        ingest(kb, [write(tmp_path / "synced", {"menu.md": "# Menu\n\nSoup is served at noon.\n"})])
        kb.catalog.set_readers("owner", DEFAULT, ["*"])
        with serving(kb) as running:
            people = running.service.people
            for name, role, edits in (("admin", "admin", []), ("rita", "reader", []), ("edi", "editor", ["hr", "it"]),
                                      ("ned", "editor", ["it"])):  # fmt: skip
                people.add(name, by="test", role=role, edits=edits, password="a lantern by the canal")
            yield running


def move(client: httpx.Client, document: str = "handbook.md", **where: str) -> httpx.Response:
    return client.post("documents/move", json={"document": document, **where})


def test_it_is_known_by_its_new_name_at_once_and_by_the_old_one_no_more(served: Served) -> None:
    with client(served, "rita") as rita:
        conversation = rita.post("conversations", json={}).json()["id"]
        rita.post(f"conversations/{conversation}/turns", json={"question": HOURS}).raise_for_status()

        def turn() -> dict[str, Any]:
            [only] = rita.get(f"conversations/{conversation}").json()["turns"]
            return dict(only)

        until(lambda: turn()["state"] == "done", PATIENCE)
        assert {(c["collection"], c["document"]) for c in turn()["answer"]["citations"]} == {("hr", "handbook.md")}
        with client(served, "edi") as edi:
            moved = move(edi, to="rules/house.md", to_collection="it")
            assert moved.status_code == 200, moved.text
            assert (moved.json()["collection"], moved.json()["document"]) == ("it", "rules/house.md")
        assert {(c["collection"], c["document"]) for c in turn()["answer"]["citations"]} == {("it", "rules/house.md")}
        for named in ("@house.md", "@rules/house.md", "#it"):
            answer = rita.post("ask", json={"question": f"{named} {HOURS}", "addressed": True}).json()
            assert {passage["document"] for passage in answer["passages"]} == {"rules/house.md"}
        gone = rita.post("ask", json={"question": f"@handbook.md {HOURS}", "addressed": True})
        assert gone.json()["error"]["code"] == "document.not_called"
        assert rita.get("documents/text", params={"path": "handbook.md"}).status_code == 404
        assert rita.get("documents/original", params={"path": "rules/house.md"}).text == HANDBOOK


def test_only_who_edits_both_collections_moves_it(served: Served) -> None:
    for person, where in (("rita", {"to": "a.md"}), ("ned", {"to": "a.md"}), ("edi", {"to_collection": "finance"})):
        with client(served, person) as other:
            assert move(other, **where).status_code == 403
    served.service.kb.catalog.set_readers("owner", DEFAULT, [])
    with client(served, "ned") as ned:
        there, gone = move(ned, to="a.md"), move(ned, "missing.md", to="a.md")
        assert there.status_code == gone.status_code == 404
        assert there.text.replace("handbook.md", "?") == gone.text.replace("missing.md", "?")
    with client(served, "edi") as edi:
        assert move(edi, to_collection="~").json()["collection"] == "~edi"


@pytest.mark.parametrize(
    ("document", "where", "code"),
    [
        ("menu.md", {"to": "card.md"}, "move.synced"),
        ("handbook.md", {}, "move.same"),
        ("handbook.md", {"to": "menu.md", "to_collection": "synced"}, "move.taken"),
        ("handbook.md", {"to_collection": "a/b"}, "collection.no_name"),
    ],
)
def test_what_cannot_be_is_said(served: Served, document: str, where: dict[str, str], code: str) -> None:
    refused = move(served.http, document, **where)
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == code
