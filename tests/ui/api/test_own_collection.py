"""A collection of one's own: each person has one, adds to it and deletes from it, and nobody else finds it."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.access.rules import DEFAULT
from kb.errors import UsageError
from kb.people.accounts import People
from kb.schema import Principal
from tests.fakes import ScriptedModel
from tests.kb.people.conftest import quick_hashes
from tests.ui.api.test_nothing_seen import as_person
from tests.ui.serving import REPLY, Served, opened, serving

NOTE = ("diary.md", b"# Diary\n\nThe lantern hangs by the canal.\n")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with opened(tmp_path / "home", ScriptedModel([REPLY])) as kb:
        people = People(kb.catalog)
        for name in ("boss", "li", "anna"):
            people.add(name, by="owner")
        people.add("ed", by="owner", role="editor", edits=["forms"])
        kb.catalog.set_readers("owner", DEFAULT, ["*"])  # which does not open it
        with serving(kb) as running:
            yield running


def test_what_is_put_there_is_found_by_its_person_alone(served: Served) -> None:
    with as_person(served, "li") as li, as_person(served, "anna") as anna, as_person(served, "ed") as editor:
        sent = li.post("documents/upload", params={"collection": "~"}, files={"f": NOTE})
        assert sent.status_code == 202, sent.text
        job = sent.json()["id"]
        assert list(li.get(f"jobs/{job}/events").iter_lines())
        [listed] = li.get("documents").json()["documents"]
        assert (listed["collection"], listed["document"]) == ("~li", "diary.md")
        assert li.post("search", json={"question": "Where does the lantern hang?"}).json()["passages"]
        for other in (anna, editor):
            assert other.get("documents").json() == {"documents": [], "total": 0}
            assert other.get(f"jobs/{job}").status_code == 404
            assert other.get("jobs").json() == {"jobs": []}
            assert other.get("documents/text", params={"path": "diary.md", "collection": "~li"}).status_code == 404
            refused = other.post("documents/upload", params={"collection": "~li"}, files={"f": NOTE})
            assert refused.status_code == 403
            assert other.post("documents/delete", json={"ids": [listed["id"]]}).status_code == 404
            assert other.request("DELETE", "documents", params={"path": "diary.md"}).status_code == 404
        deleted = li.post("documents/delete", json={"ids": [listed["id"]]})
        assert [each["document"] for each in deleted.json()["documents"]] == ["diary.md"]


@pytest.mark.parametrize("collection", ["forms", "uploads", "~anna", "~new"])
def test_a_reader_adds_to_no_other_collection(served: Served, collection: str) -> None:
    with as_person(served, "li") as li:
        refused = li.post("documents/upload", params={"collection": collection}, files={"f": NOTE})
        assert refused.status_code in (400, 403)
    assert served.service.jobs.list() == []


def test_no_rule_opens_it_and_no_editor_is_given_it(served: Served) -> None:
    with as_person(served, "li") as li, as_person(served, "boss") as boss:
        for client in (li, boss, served.http):
            body = {"level": "collection", "collection": "~li", "readers": ["*"]}
            refused = client.put("access", json=body)
            assert (refused.status_code, "is personal" in refused.text) == (400, True)
    with pytest.raises(UsageError, match="personal collections are edited by their person alone"):
        served.service.people.change("ed", by="boss", edits=["~li"])
    kb = served.service.kb
    job = served.service.uploads.add([(NOTE[0], io.BytesIO(NOTE[1]))], collection="~li", who="li")
    assert job is not None
    while not served.service.jobs.get(job.id).finished:
        served.service.jobs.wait(job.id, served.service.jobs.get(job.id).revision, 30)
    assert kb.documents(Principal("ed", edits=frozenset({"~li"}))) == []
    assert [d.collection for d in kb.documents(Principal("li"))] == ["~li"]


def test_who_may_set_no_rule_learns_nothing_of_who_there_is(served: Served) -> None:
    served.service.people.add_group("layoffs", by="boss")
    with as_person(served, "li") as li:
        told = set()
        for reader in ("person:anna", "person:nobody", "group:layoffs", "group:none"):
            for place in ({"level": "collection"}, {"level": "path", "path": "*"}):
                refused = li.put("access", json={**place, "collection": "~li", "readers": [reader]})
                told.add((refused.status_code, refused.text))
        assert len(told) == 1
        assert "is personal" in told.pop()[1]


def test_the_owner_of_a_home_has_none(served: Served) -> None:
    refused = served.http.post("documents/upload", params={"collection": "~"}, files={"f": NOTE})
    assert refused.status_code == 400
    assert "begins the names of personal collections" in refused.text


__all__ = ["quick_hashes"]
