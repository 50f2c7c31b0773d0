"""Tags over a real service: given by editors, filtered by, and told of documents that the asker may read alone."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ingest.sync.pipeline import ingest
from kb.access.rules import DEFAULT, Place
from kb.assistant import KnowledgeBase
from kb.backups.restore import restore
from kb.schema import Principal, Scope
from tests.fakes import ScriptedModel
from tests.kb.people.conftest import quick_hashes
from tests.knowledge import HANDBOOK, write
from tests.ui.serving import REPLY, SETTINGS, Served, client, opened, serving

__all__ = ["quick_hashes"]

OWNER = Principal("local", unlimited=True)
HOURS = "When does the office in Utrecht open?"
FILES = {"handbook.md": HANDBOOK, "old.md": f"{HANDBOOK}\nThis was so in 2019.\n", "menu.md": "# Menu\n\nSoup.\n"}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with opened(tmp_path / "home", ScriptedModel([REPLY])) as kb:
        ingest(kb, [write(tmp_path / "docs", FILES)])
        kb.catalog.set_readers("owner", DEFAULT, ["*"])
        with serving(kb) as running:
            people = running.service.people
            for name, role, edits in (("admin", "admin", []), ("rita", "reader", []), ("edi", "editor", ["docs"]),
                                      ("ned", "editor", ["other"])):  # fmt: skip
                people.add(name, by="test", role=role, edits=edits, password="a lantern by the canal")
            yield running


def give(client: httpx.Client, *tags: str, document: str = "handbook.md") -> httpx.Response:
    return client.put("documents/tags", json={"document": document, "tags": tags})


def documents(client: httpx.Client, *tags: str) -> set[str]:
    return {each["document"] for each in client.get("documents", params={"tag": tags}).json()["documents"]}


def found(client: httpx.Client, *tags: str) -> set[str]:
    body = {"question": HOURS, "scope": {"tags": tags}}
    return {passage["document"] for passage in client.post("search", json=body).json()["passages"]}


def test_lists_searches_and_questions_are_limited_to_them(served: Served) -> None:
    with client(served, "edi") as edi, client(served, "rita") as rita:
        assert give(edi, " Year  end", "人事").json()["tags"] == ["Year end", "人事"]
        assert give(edi, "old", document="old.md").json()["tags"] == ["old"]
        assert found(rita, "YEAR END") == {"handbook.md"}
        assert found(rita, "人事", "Old") == {"handbook.md", "old.md"}
        assert documents(rita, "ｏｌｄ", "year end") == {"handbook.md", "old.md"}
        assert documents(rita) == set(FILES)
        asked = rita.post("ask", json={"question": HOURS, "scope": {"tags": ["old"]}}).json()
        assert {passage["document"] for passage in asked["passages"]} == {"old.md"}
        whole = rita.post(
            "ask", json={"question": "Which documents mention Utrecht?", "scope": {"tags": ["old"]}}
        ).json()
        assert whole["kind"] == "documents"
        assert "old.md" in whole["answer"]
        assert "handbook.md" not in whole["answer"]
        none = rita.post("search", json={"question": HOURS, "scope": {"tags": ["none"]}}).json()
        assert none["passages"] == []
        assert none["notices"][0]["kind"] == "nothing_matches"
        assert rita.get("documents/tags").json()["tags"] == [
            {"tag": "old", "documents": 1}, {"tag": "Year end", "documents": 1}, {"tag": "人事", "documents": 1},
        ]  # fmt: skip
        conversation = rita.post("conversations").json()["id"]
        body = {"question": HOURS, "scope": {"tags": ["old"]}}
        turn = rita.post(f"conversations/{conversation}/turns", json=body).json()
        assert turn["scope"]["tags"] == ["old"]
        assert give(edi).json()["tags"] == []
        assert found(rita, "year end") == set()
    told = [row["detail"] for row in served.service.kb.catalog.audit_rows(action="tags")]
    assert told == [{"count": 0}, {"count": 1}, {"count": 2}]


def test_they_are_told_of_documents_alone_that_the_asker_may_read(served: Served) -> None:
    kb = served.service.kb
    give(served.http, "law", "tagcanary")
    give(served.http, "Law", document="old.md")
    give(served.http, "law", document="menu.md")
    kb.set_readers(OWNER, Place("document", "docs", "handbook.md"), [])
    with client(served, "rita") as rita:
        assert rita.get("documents/tags").json()["tags"] == [{"tag": "Law", "documents": 2}]
        assert "tagcanary" not in rita.get("documents").text
        unread = rita.post("search", json={"question": HOURS, "scope": {"tags": ["tagcanary"]}}).json()
        never = rita.post("search", json={"question": HOURS, "scope": {"tags": ["tagcanarx"]}}).json()
        assert [n["text"].replace("tagcanary", "tagcanarx") for n in unread["notices"]] == [
            n["text"] for n in never["notices"]
        ]
        assert unread["passages"] == never["passages"] == []


def test_they_are_kept_over_a_new_version_and_in_a_backup_and_go_with_the_document(
    served: Served, tmp_path: Path
) -> None:
    kb = served.service.kb
    give(served.http, "Zephyrlumic", "人事")
    ingest(kb, [write(tmp_path / "docs", {"handbook.md": f"{HANDBOOK}\nMore.\n"})])
    assert documents(served.http, "zephyrlumic") == {"handbook.md"}
    assert kb.repair()["chunks"] > 0
    assert found(served.http, "人事") == {"handbook.md"}
    kb.backup(tmp_path / "backup.tar")
    restore(tmp_path / "backup.tar", tmp_path / "restored")
    with KnowledgeBase.open(tmp_path / "restored", SETTINGS) as restored:
        assert restored.tags(OWNER) == {"Zephyrlumic": 1, "人事": 1}
        ids = restored.catalog.document_ids(OWNER, Scope(tags=("zephyrlumic",)))
        assert ids is not None
        assert len(ids) == 1
    kb.delete_document(OWNER, "docs", "handbook.md")
    assert b"Zephyrlumic" not in b"".join(path.read_bytes() for path in kb.home.path.rglob("*") if path.is_file())
    assert kb.tags(OWNER) == {}


def test_only_who_edits_the_collection_gives_them(served: Served) -> None:
    for person in ("rita", "ned"):
        with client(served, person) as other:
            assert give(other, "law").status_code == 403
    served.service.kb.catalog.set_readers("owner", DEFAULT, [])
    with client(served, "ned") as ned:
        there, gone = give(ned, "law"), give(ned, "law", document="missing.md")
        assert there.status_code == gone.status_code == 404
        assert there.text.replace("handbook.md", "?") == gone.text.replace("missing.md", "?")
    assert served.service.kb.tags(OWNER) == {}


@pytest.mark.parametrize(
    ("tags", "code"), [(["a,b"], "document.no_tag"), ([str(n) for n in range(21)], "document.many_tags")]
)
def test_what_cannot_be_is_said_and_nothing_changes(served: Served, tags: list[str], code: str) -> None:
    give(served.http, "law")
    refused = give(served.http, *tags)
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == code
    assert served.service.kb.tags(OWNER) == {"law": 1}
