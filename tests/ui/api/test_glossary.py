"""The routes of the glossary, over a real service: read by all, written by editors, of documents by their readers."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from ingest.sync.pipeline import ingest
from tests.fakes import ScriptedModel
from tests.kb.people.conftest import quick_hashes
from tests.knowledge import write
from tests.ui.api.test_routes import fits, refused
from tests.ui.serving import Served, opened, serving

__all__ = ["quick_hashes"]

BOARD = "# Board\n\nThe Information Security Committee (ISC) meets on Monday in the blue room.\n"
ANSWER = "<think>Look.</think>\n\nThe Information Security Committee meets on Monday in the blue room [1]."


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with opened(tmp_path / "home", ScriptedModel([ANSWER])) as kb:
        ingest(kb, [write(tmp_path / "board", {"board.md": BOARD})])
        with serving(kb) as running:
            running.service.people.add("boss", by="test")  # the first one is an admin
            running.service.people.add("rita", by="test")
            running.service.people.add("ed", by="test", role="editor", edits=["board"])
            yield running


@pytest.fixture
def of(served: Served) -> Iterator[Callable[[str], httpx.Client]]:
    """Opens a program of somebody's."""
    with ExitStack() as opened:

        def open_(person: str) -> httpx.Client:
            _, secret = served.service.tokens.create("test", ["search", "ask", "ingest"], 9, by="test", person=person)
            headers = {"Authorization": f"Bearer {secret}"}
            client = httpx.Client(base_url=served.http.base_url, headers=headers, trust_env=False, timeout=60)
            return opened.enter_context(client)

        yield open_


def test_an_editor_writes_and_a_reader_looks(served: Served, of: Callable[[str], httpx.Client]) -> None:
    editor, reader = of("ed"), of("rita")
    body = {"term": "Paid Time Off", "forms": ["PTO", "带薪休假"], "definition": "Days off with pay."}
    made = fits(served, editor.post("glossary", json=body), "glossary")
    assert (made["languages"], made["person"], made["taken"]) == (["en", "zh"], "ed", False)
    seen = fits(served, reader.get("glossary", params={"search": "休假"}), "glossary")
    assert (seen["entries"], seen["total"], seen["editor"]) == ([made], 1, False)
    place = f"glossary/{made['id']}"
    for refusal in (
        reader.post("glossary", json=body), reader.put(place, json=body), reader.delete(place),
        reader.post(f"{place}/accept"), reader.post("glossary/candidates"), reader.get("glossary?state=proposed"),
        reader.post("glossary/import", json={"csv": "term\nElse\n"}),
    ):  # fmt: skip
        refused(refusal, 403, "RefusedByPolicy", "rita")
    changed = editor.put(place, json={**body, "forms": ["PTO"]}).json()
    assert changed["forms"] == ["PTO"]
    refused(editor.post("glossary", json=body), 400, "UsageError", "already")
    assert editor.delete(place).json() == {"done": True}
    refused(reader.get(place), 404, "EntryNotFound", str(made["id"]))


def test_a_table_goes_out_and_in(served: Served) -> None:
    csv = "term,forms,definition\nPaid Time Off,PTO | 带薪休假,Days off\n"
    done = fits(served, served.http.post("glossary/import", json={"csv": csv}), "glossary/import")
    assert done == {"added": 1, "changed": 0, "unchanged": 0, "removed": 0}
    exported = served.http.get("glossary/export")
    assert exported.headers["content-type"] == "text/csv; charset=utf-8"
    assert exported.content.startswith(b"\xef\xbb\xbfterm,")
    again = served.http.post("glossary/import", json={"csv": exported.text, "replace": True}).json()
    assert again == {"added": 0, "changed": 0, "unchanged": 1, "removed": 0}
    circle = served.http.post("glossary/import", json={"csv": "term,forms\nAlpha,Beta\nBeta,Alpha\n"})
    refused(circle, 400, "UsageError", "Alpha → Beta → Alpha")
    many = "term\n" + "".join(f"a term of the house {n}\n" for n in range(100_000))
    refused(served.http.post("glossary/import", json={"csv": many}), 400, "UsageError", "20,000")


def test_a_candidate_is_accepted_and_used_by_the_readers_of_its_document_alone(
    served: Served, of: Callable[[str], httpx.Client]
) -> None:
    editor, reader = of("ed"), of("rita")
    [proposed] = editor.get("glossary", params={"state": "proposed"}).json()["entries"]
    assert (proposed["term"], proposed["forms"]) == ("Information Security Committee", ["ISC"])
    assert proposed["sources"][0]["document"] == "board.md"
    assert fits(served, editor.post("glossary/candidates"), "glossary/candidates") == {"proposed": 0}
    accepted = editor.post(f"glossary/{proposed['id']}/accept").json()
    assert (accepted["state"], accepted["taken"]) == ("accepted", True)
    assert reader.get("glossary").json()["entries"] == []
    question = {"question": "When does the ISC meet?"}
    assert searched(reader, question)["terms"] == []
    assert [term["term"] for term in searched(editor, question)["terms"]] == ["Information Security Committee"]
    assert searched(editor, {**question, "glossary": False})["terms"] == []
    answered = editor.post("ask", json=question).json()
    assert answered["terms"][0]["documents"] == [{"collection": "board", "document": "board.md"}]
    served.http.put("access", json={"level": "collection", "collection": "board", "readers": ["*"]})
    assert [entry["term"] for entry in reader.get("glossary").json()["entries"]] == ["Information Security Committee"]
    assert editor.post(f"glossary/{proposed['id']}/dismiss").json() == {"done": True}
    assert reader.get("glossary").json()["entries"] == []


def searched(client: httpx.Client, body: dict[str, object]) -> dict[str, list[dict[str, object]]]:
    reply = client.post("search", json=body)
    assert reply.status_code == 200, reply.text
    found: dict[str, list[dict[str, object]]] = reply.json()
    return found
