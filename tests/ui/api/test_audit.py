"""The routes of the audit trail, over a real service."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from kb.audit.trail import verify_export
from tests.fakes import ScriptedModel
from tests.kb.audit.trails import tamper
from tests.kb.people.conftest import quick_hashes
from tests.ui.api.test_routes import fits, refused
from tests.ui.serving import Served, opened, serving
from tests.ui.signing_in import sign_in

__all__ = ["quick_hashes"]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with opened(tmp_path / "home", ScriptedModel(["Nothing."])) as kb, serving(kb) as running:
        running.service.people.add("anna", by="test", password="a lantern by the canal")
        yield running


def test_the_trail_is_listed_signed_verified_and_exported(served: Served, tmp_path: Path) -> None:
    rows = fits(served, served.http.get("audit", params={"action": "person_added"}), "audit")["audit"]
    assert [(row["asker"], row["subject"], row["erased"]) for row in rows] == [("test", "anna", [])]
    head = fits(served, served.http.get("audit/head"), "audit/head")
    for body in ({}, {"head": None}, {"head": head}):
        verdict = fits(served, served.http.post("audit/verify", json=body), "audit/verify")
        assert (verdict["whole"], verdict["problems"]) == (True, [])
    exported = served.http.get("audit/export", headers={"X-KB-User": "wang"})
    assert exported.headers["content-type"] == "application/x-ndjson"
    file = tmp_path / "audit.jsonl"
    file.write_bytes(exported.content)
    assert verify_export(file).whole
    assert "anna" in exported.text
    assert "anna" not in served.http.get("audit/export", params={"texts": False}).text
    lines = [json.loads(line) for line in exported.text.splitlines()]
    assert json.loads(lines[-2]["entries"]["asker"]["value"]) == "wang"


def test_a_trail_that_was_changed_is_told_with_the_record(served: Served) -> None:
    tamper(served.service.kb.catalog, "UPDATE audit_entries SET value = '\"ben\"' WHERE value = '\"anna\"'")
    verdict = served.http.post("audit/verify", json={}).json()
    assert verdict["whole"] is False
    [problem] = verdict["problems"]
    assert problem["what"] == f"Record {problem['record']}: 'subject' was changed."


def test_names_and_texts_are_erased(served: Served) -> None:
    assert fits(served, served.http.post("audit/erase", json={"before": "2999-01-01"}), "audit/erase")["records"] > 0
    assert "anna" not in served.http.get("audit", params={"action": "person_added"}).text
    assert served.http.post("audit/verify", json={}).json()["whole"]
    refused(served.http.post("audit/erase", json={"before": "soon"}), 400, "UsageError", "is not a day")


def test_bad_heads_are_refused(served: Served) -> None:
    for head in (7, {}, {"number": 1}, {"number": -1, "hash": "", "at": "", "key": "", "signature": ""}):
        assert served.http.post("audit/verify", json={"head": head}).status_code == 422
    other = {"number": 1, "hash": "zz", "at": "", "key": "zz", "signature": "zz"}
    verdict = served.http.post("audit/verify", json={"head": other}).json()
    assert verdict["problems"][0]["what"] == "The head was changed: its signature does not fit."


def test_an_export_of_a_conversation_and_a_sign_in_by_address_are_recorded(served: Served) -> None:
    id = served.http.post("conversations").json()["id"]
    served.http.get(f"conversations/{id}/export")
    [row] = served.http.get("audit", params={"action": "export", "limit": 1}).json()["audit"]
    assert (row["detail"]["what"], row["detail"]["id"]) == ("conversation", id)


def test_signing_out_and_the_deletion_of_a_conversation_are_recorded(served: Served) -> None:
    id = served.http.post("conversations").json()["id"]
    assert served.http.delete(f"conversations/{id}", headers={"x-kb-user": "erna"}).status_code == 200
    origin = served.running.origin
    browsers = []
    for _ in range(3):
        browser = httpx.Client(base_url=origin, trust_env=False, headers={"origin": origin})
        sign_in(browser, served.service.kb.home.path)
        browsers.append(browser)
    ids = [session["id"] for session in served.http.get("sessions").json()["sessions"]]
    assert browsers[0].delete("/api/sessions/current").status_code == 200
    assert served.http.delete(f"sessions/{ids[1]}", headers={"x-kb-user": "erna"}).status_code == 200
    assert browsers[2].delete("/api/sessions").json() == {"ended": 1}
    for browser in browsers:
        browser.close()
    rows = served.http.get("audit", params={"action": "sign_out"}).json()["audit"]
    assert [(row["asker"], row["detail"]["session"]) for row in rows] == [
        ("local", ids[2]), ("erna", ids[1]), ("local", ids[0])
    ]  # fmt: skip
    (deleted,) = served.http.get("audit", params={"action": "conversation_deleted"}).json()["audit"]
    assert (deleted["asker"], deleted["detail"]["id"]) == ("erna", id)
    assert served.http.post("audit/verify", json={}).json()["whole"] is True
