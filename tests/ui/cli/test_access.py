"""`kb access`: rules are listed, set, removed and explained, by the command over a service or not, and by the API."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from ingest.sync.pipeline import ingest
from kb.access.rules import Place
from kb.assistant import KnowledgeBase
from kb.people.accounts import People
from kb.schema import Principal
from tests.knowledge import HANDBOOK, LEAVE, OWNER, write
from tests.ui.api.test_routes import fits
from tests.ui.cli.homes import home, tiny_environment
from tests.ui.serving import Served, opened, serving
from ui.cli import access, main  # noqa: F401  (it adds its commands)

__all__ = ["home", "tiny_environment"]

GUEST, BERTA = Principal("guest"), Principal("berta", frozenset({"hr"}))


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two documents, a person and a group."""
    place = tmp_path_factory.mktemp("ready")
    with opened(place / "home") as kb:
        ingest(kb, [write(place / "docs", {"handbook.md": HANDBOOK, "hr/休假.md": LEAVE})])
        people = People(kb.catalog)
        people.add_group("hr", by="owner")
        people.add("berta", by="owner", groups=["hr"])
    return place / "home"


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main.app, ["access", *arguments, "--home", str(home)])


def done(home: Path, *arguments: str) -> Any:
    result = run(home, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def read_by(kb: KnowledgeBase, asker: Principal) -> set[str]:
    return {document.path for document in kb.documents(asker)}


def set_and_explain(home: Path) -> None:
    """The same, whether a service owns the home or not."""
    assert done(home, "list") == {"rules": []}
    assert "no rules" in run(home, "list").stderr
    set_ = done(home, "set", "docs", "*")
    assert set_ == {"level": "collection", "collection": "docs", "path": "", "readers": ["*"], "documents": 2}
    assert done(home, "set", "docs/hr/", "group:hr", "person:berta")["documents"] == 1
    assert done(home, "set", "docs/handbook.md", "--nobody")["level"] == "document"
    assert done(home, "set", "*", "group:hr")["documents"] == 0
    listed = {(r["level"], r["collection"], r["path"]): r["readers"] for r in done(home, "list")["rules"]}
    assert listed == {
        ("default", "", ""): ["group:hr"],
        ("collection", "docs", ""): ["*"],
        ("path", "docs", "hr/*"): ["group:hr", "person:berta"],
        ("document", "docs", "handbook.md"): [],
    }
    assert done(home, "show", "docs/hr/休假.md") == {
        "collection": "docs", "document": "hr/休假.md", "readers": ["group:hr", "person:berta"],
        "rule": {"level": "path", "collection": "docs", "path": "hr/*"},
    }  # fmt: skip
    assert "docs/hr/*\tpath\tgroup:hr, person:berta" in run(home, "list").stdout
    assert run(home, "show", "docs/handbook.md").stdout == "nobody\t(the rule of docs/handbook.md)\n"
    assert done(home, "remove", "docs/handbook.md")["documents"] == 1
    assert done(home, "remove", "docs/hr/*")["readers"] is None


def test_rules_are_set_listed_explained_and_removed(home: Path) -> None:
    set_and_explain(home)
    with opened(home) as kb:
        assert read_by(kb, GUEST) == {"handbook.md", "hr/休假.md"}


def test_a_running_service_carries_them_out_from_the_next_request_on(home: Path) -> None:
    with opened(home) as kb, serving(kb):
        set_and_explain(home)
        assert read_by(kb, GUEST) == {"handbook.md", "hr/休假.md"}
        done(home, "set", "docs", "--nobody")
        assert read_by(kb, GUEST) == read_by(kb, BERTA) == set()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["set", "docs", "hr"], 2, "'hr' names no reader. Write group:NAME, person:NAME, or * for everyone."),
        (["set", "docs", "group:board"], 1, "There is no group 'board'"),
        (["set", "docs", "person:li"], 1, "There is no account 'li'"),
        (["set", "docs"], 2, "Name readers, such as group:NAME, or give --nobody."),
        (["set", "docs", "*", "--nobody"], 2, "Name readers"),
        (["set", "docs/gone.md", "*"], 1, "There is no document 'gone.md'"),
        (["set", "~li", "*"], 2, "~ begins the names of personal collections"),
        (["show", "docs/gone.md"], 1, "There is no document 'gone.md'"),
        (["remove", "docs/gone.md"], 1, "There is no document 'gone.md'"),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(home: Path, arguments: list[str], code: int, said: str) -> None:
    result = run(home, *arguments)
    assert said in result.stderr
    assert result.exit_code in (code, 2)
    assert result.stdout == ""
    assert done(home, "list") == {"rules": []}


# ---- the API


@pytest.fixture
def served(home: Path) -> Iterator[Served]:
    with opened(home) as kb, serving(kb) as running:
        yield running


def test_the_api_sets_and_explains_rules(served: Served) -> None:
    body = {"level": "path", "collection": "docs", "path": "hr/", "readers": ["group:HR"]}
    assert fits(served, served.http.put("access", json=body), "access") == {"documents": 1}
    rules = fits(served, served.http.get("access"), "access")["rules"]
    assert rules == [{"level": "path", "collection": "docs", "path": "hr/*", "readers": ["group:hr"]}]
    found = fits(served, served.http.get("access/document", params={"path": "hr/休假.md"}), "access/document")
    assert (found["collection"], found["readers"], found["rule"]["path"]) == ("docs", ["group:hr"], "hr/*")
    found = served.http.get("access/document", params={"path": "handbook.md"}).json()
    assert (found["readers"], found["rule"]) == ([], None)
    assert read_by(served.service.kb, BERTA) == {"hr/休假.md"}


def test_the_second_of_two_who_change_a_rule_at_once_gets_409(served: Served) -> None:
    body = {"level": "collection", "collection": "docs", "seen": None}
    assert served.http.put("access", json={**body, "readers": ["group:hr"]}).status_code == 200
    second = served.http.put("access", json={**body, "readers": ["*"]})
    assert (second.status_code, second.json()["error"]["kind"]) == (409, "AccessChanged")
    assert read_by(served.service.kb, GUEST) == set()
    assert served.http.put("access", json={**body, "readers": ["*"], "seen": ["group:hr"]}).status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"level": "collection", "collection": "docs"}, 422),
        ({"level": "everything", "readers": []}, 422),
        ({"level": "collection", "collection": "docs", "readers": ["x"]}, 400),
        ({"level": "collection", "collection": "docs", "readers": ["*"] * 3000}, 422),
        ({"level": "collection", "collection": "", "readers": ["*"]}, 400),
        ({"level": "document", "collection": "docs", "path": "gone.md", "readers": ["*"]}, 404),
        ({"level": "path", "collection": "docs", "path": "a\ud800*", "readers": ["*"]}, 422),
    ],
)
def test_bad_requests_change_nothing(served: Served, body: dict[str, Any], status: int) -> None:
    headers = {"content-type": "application/json"}
    response = served.http.put("access", content=json.dumps(body), headers=headers)
    assert (response.status_code, set(response.json())) == (status, {"error"})
    assert served.service.kb.access_rules(OWNER) == []


def test_what_is_set_goes_into_the_audit_trail_without_a_name_once_the_document_is_deleted(home: Path) -> None:
    with opened(home) as kb:
        kb.set_readers(OWNER, Place("document", "docs", "handbook.md"), ["*"])
        assert kb.catalog.audit_rows(action="access")[0]["subject"] == "docs/handbook.md"
        kb.delete_document(OWNER, "docs", "handbook.md")
        [row] = kb.catalog.audit_rows(action="access")
        assert (row["subject"], row["erased"]) == ("", ["subject"])
        assert kb.trail.verify().whole
        assert "handbook" not in json.dumps(row)


def removed_and_hinted(home: Path) -> None:
    """The same, whether a service owns the home or not."""
    for place, told in (("docs", "'docs'"), ("*", "*"), ("docs/hr/", "docs/hr/*"), ("docs/handbook.md", "handbook.md")):
        missing = run(home, "remove", place)
        assert missing.exit_code == 1, place
        assert "There is no rule of" in missing.stderr
        assert told.strip("'") in missing.stderr
    assert done(home, "set", "docs/hr/", "group:hr")["documents"] == 1
    assert done(home, "remove", "docs/hr/")["readers"] is None
    assert run(home, "remove", "docs/hr/").exit_code == 1
    folder = run(home, "set", "docs/hr", "group:hr")
    assert folder.exit_code == 2
    assert "docs/hr is a folder. Write docs/hr/ for all that lies below it." in folder.stderr
    assert done(home, "list") == {"rules": []}
    nothing = run(home, "set", "docs/none", "group:hr")
    assert "There is no document" in nothing.stderr


def test_a_rule_that_is_not_there_and_a_folder_without_its_slash_are_told(home: Path) -> None:
    removed_and_hinted(home)


def test_so_they_are_by_a_service(home: Path) -> None:
    with opened(home) as kb, serving(kb):
        removed_and_hinted(home)
