"""Titles that editors give documents, over a real service: shown in place of paths, and nothing else changes."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ingest.sync.pipeline import ingest
from kb.access.rules import DEFAULT
from kb.requests.document_names import documents_named
from kb.schema import Principal
from kb.store.document_queries import shown_titles
from tests.fakes import ScriptedModel
from tests.kb.people.conftest import quick_hashes
from tests.knowledge import HANDBOOK, write
from tests.ui.serving import REPLY, Served, client, opened, serving

__all__ = ["quick_hashes"]

OWNER = Principal("local", unlimited=True)
TITLE = "House rules 2026"
HOURS = "When does the office in Utrecht open?"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    return write(tmp_path / "docs", {"handbook.md": HANDBOOK, "menu.md": "# Menu\n\nSoup is served at noon.\n"})


@pytest.fixture
def served(docs: Path, tmp_path: Path) -> Iterator[Served]:
    with opened(tmp_path / "home", ScriptedModel([REPLY])) as kb:
        ingest(kb, [docs])
        kb.catalog.set_readers("owner", DEFAULT, ["*"])
        with serving(kb) as running:
            people = running.service.people
            for name, role, edits in (("admin", "admin", []), ("rita", "reader", []), ("edi", "editor", ["docs"]),
                                      ("ned", "editor", ["other"])):  # fmt: skip
                people.add(name, by="test", role=role, edits=edits, password="a lantern by the canal")
            yield running


def give(client: httpx.Client, title: str, document: str = "handbook.md") -> httpx.Response:
    return client.put("documents/title", json={"document": document, "title": title})


def test_it_is_shown_found_by_and_kept_while_nothing_else_changes(served: Served, docs: Path) -> None:
    kb = served.service.kb
    before = served.http.post("search", json={"question": HOURS}).json()["passages"]
    with client(served, "edi") as edi:
        given = give(edi, "  House \n rules 2026 ")
        assert given.json()["shown_title"] == TITLE
        assert given.json()["title"] != TITLE
    with client(served, "rita") as rita:
        [listed] = rita.get("documents", params={"search": "rules 2026"}).json()["documents"]
        assert (listed["document"], listed["shown_title"]) == ("handbook.md", TITLE)
        asked = {"question": f"@{TITLE} {HOURS}", "addressed": True}
        answer = rita.post("ask", json=asked).json()
        assert {passage["document"] for passage in answer["passages"]} == {"handbook.md"}
    after = served.http.post("search", json={"question": HOURS}).json()["passages"]
    assert after == before  # neither scores nor titles: what is found and checked is the document's own
    assert [d.path for d in documents_named("house rules 2026", kb.documents(OWNER))] == ["handbook.md"]
    ingest(kb, [write(docs, {"handbook.md": HANDBOOK + "\nMore.\n"})])
    names = [("docs", "handbook.md"), ("docs", "menu.md"), ("docs", "none.md")]
    assert shown_titles(kb.catalog.db, names) == {("docs", "handbook.md"): TITLE}
    assert kb.repair()["chunks"] > 0
    assert give(served.http, "").json()["shown_title"] == ""
    assert shown_titles(kb.catalog.db, names) == {}
    told = [row["detail"] for row in kb.catalog.audit_rows(action="title")]
    assert told == [{"given": False}, {"given": True}]


def test_it_goes_with_the_document_and_is_none_of_another_of_that_name(served: Served, docs: Path) -> None:
    kb = served.service.kb
    give(served.http, TITLE)
    kb.delete_document(OWNER, "docs", "handbook.md")
    assert TITLE.encode() not in b"".join(path.read_bytes() for path in kb.home.path.rglob("*") if path.is_file())
    ingest(kb, [docs])
    assert {d.shown_title for d in kb.documents(OWNER)} == {""}


def test_only_who_edits_the_collection_gives_one(served: Served) -> None:
    for person in ("rita", "ned"):
        with client(served, person) as other:
            refused = give(other, TITLE)
            assert refused.status_code == 403
    served.service.kb.catalog.set_readers("owner", DEFAULT, [])
    with client(served, "ned") as ned:
        there, gone = give(ned, TITLE), give(ned, TITLE, "missing.md")
        assert there.status_code == gone.status_code == 404
        assert there.text.replace("handbook.md", "?") == gone.text.replace("missing.md", "?")
    assert {d.shown_title for d in served.service.kb.documents(OWNER)} == {""}


@pytest.mark.parametrize("wrong", ["x" * 201, "a\u202eb", "\x07"])
def test_what_is_no_line_is_refused(served: Served, wrong: str) -> None:
    refused = give(served.http, wrong)
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "document.title"
