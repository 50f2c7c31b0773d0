"""What is said to a person is kept with its code: in the catalog, in conversations and jobs; old rows stay readable."""

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from kb.errors import DocumentNotFound
from kb.messages.coded_text import CodedText, together
from kb.schema import Notice, Principal, Scope
from kb.store.catalog import Catalog
from kb.store.conversations import ConversationStore, StoredTurn
from kb.store.job_store import JobStore
from kb.store.migrations import MIGRATIONS, carry_out

OWNER = Principal("o", unlimited=True)
REASON = together(CodedText("file.unreadable", why=CodedText("system.no_permission")), "of old")
CHINESE = "文件无法读取：没有权限。of old"


def _chinese(text: str | None) -> str:
    assert isinstance(text, CodedText)
    return str(text.to("zh"))


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(tmp_path / "catalog.db")


def test_the_reason_of_a_document_is_kept_with_its_code(catalog: Catalog) -> None:
    catalog.record_outcome("c", "a.md", "/r", "a.md", "failed", REASON)
    [document] = catalog.documents(OWNER)
    assert document.reason == REASON
    assert _chinese(document.reason) == CHINESE
    assert _chinese(catalog.known_documents("c")["a.md"].reason) == CHINESE
    with pytest.raises(DocumentNotFound) as raised:
        catalog.stored_text(document.id)
    assert str(raised.value) == f"'a.md' has no readable text. {REASON}"
    assert _chinese(raised.value.message) == f"'a.md' 没有可读的文字。{CHINESE}"
    catalog.record_outcome("c", "a.md", "/r", "a.md", "unchanged", "")
    assert catalog.db.execute("SELECT reason_message FROM documents").fetchall()[0][0] == ""


def test_the_error_of_a_job_is_kept_with_its_code(catalog: Catalog) -> None:
    store = JobStore(catalog)
    job = store.add({"kind": "ingest", "title": "t", "paths": [], "prune": False, "who": "o", "state": "queued"})
    store.update(job, {"state": "failed", "error": REASON})
    row = store.get(job)
    assert row is not None
    assert _chinese(row["error"]) == _chinese(store.newest(1)[0]["error"]) == CHINESE
    assert "error_message" not in row
    store.update(job, {"error": "An old one."})
    assert (store.get(job) or {})["error"] == "An old one."
    store.update(job, {"error": None})
    assert (store.get(job) or {})["error"] is None


def _turn() -> StoredTurn:
    notices = (Notice("stopped", CodedText("answer.stopped").to("zh")), Notice("old", "An old one."))
    return StoredTurn(
        id="t", position=0, question="?", mode="documents", scope=Scope(), state="failed", searched="", thinking="",
        thought_tokens=0, text="", passages=None, notices=notices, answer=None, error=REASON,
        asked_at="2026-11-27T10:00:00+00:00", seconds=1.0, feedback=None,
    )  # fmt: skip


def test_what_was_said_of_an_answer_is_kept_with_its_code(catalog: Catalog) -> None:
    store = ConversationStore(catalog)
    conversation = store.create(OWNER.name)
    store.save_turn(conversation.id, _turn())
    [turn] = store.turns(conversation.id)
    assert _chinese(turn.error) == CHINESE
    assert [notice.text for notice in turn.notices] == ["已停止。", "An old one."]
    assert isinstance(turn.notices[0].text, CodedText)
    assert turn.notices[0].text.to("en") == "Stopped."
    store.save_turn(conversation.id, replace(turn, error="An old one."))
    assert store.turns(conversation.id)[0].error == "An old one."


def test_rows_of_before_are_shown_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with sqlite3.connect(path) as db:
        for number in range(1, 18):
            carry_out(db, number)
        db.execute(
            "INSERT INTO jobs (kind, title, paths, prune, who, state, created_at, error) "
            "VALUES ('ingest', 't', '[]', 0, 'o', 'failed', '2026-01-01', 'The disk was full.')"
        )
    db.close()
    catalog = Catalog(path)
    assert catalog.db.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS)
    [row] = JobStore(catalog).newest(1)
    assert row["error"] == "The disk was full."
    assert type(row["error"]) is str
    assert json.dumps(row["counts"]) == "null"
