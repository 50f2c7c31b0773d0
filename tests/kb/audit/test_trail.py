"""The trail of a home: heads, exports, erasing after a time, a full disk, backups."""

import hashlib
import hmac
import json
import sqlite3
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kb.assistant import KnowledgeBase
from kb.audit.heads import KEY_FILE, Head, head_form, read_head
from kb.audit.trail import Trail, verify_export
from kb.backups.restore import restore
from kb.errors import HomeError, StorageFull, UsageError
from kb.schema import Done, Failed, Revised
from kb.store.database import Database
from tests.fakes import ScriptedModel
from tests.kb.audit.trails import tamper, trail_of
from tests.knowledge import OWNER, open_kb

HOURS = "When does the office in Utrecht open?"
REPLY = "<think>Hours.</think>\n\nThe office in Utrecht opens at 7:45 [1]."


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = trail_of(tmp_path, 12)
    yield made
    made.close()


@pytest.fixture
def trail(database: Database, tmp_path: Path) -> Trail:
    return Trail(database, tmp_path)


def write(file: Path, lines: list[dict[str, object]]) -> Path:
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="ascii")
    return file


def test_a_head_is_signed_and_its_key_is_named_in_the_trail_once(trail: Trail, tmp_path: Path) -> None:
    head = trail.head()
    assert (head.number, trail.rows(1)[0]["action"]) == (13, "audit_key")
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    signed = {name: value for name, value in head_form(head).items() if name != "signature"}
    content = json.dumps(signed, sort_keys=True, separators=(",", ":")).encode()
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(head.key)).verify(bytes.fromhex(head.signature), content)
    assert trail.head().number == 13
    assert trail.verify(head).whole
    assert trail.verify(head).head == 13


def test_a_cut_off_end_is_found_by_a_head_that_was_kept(trail: Trail, database: Database) -> None:
    head = trail.head()
    for n in range(13, 0, -1):
        tamper(
            database, f"DELETE FROM audit_entries WHERE number = {n}", f"DELETE FROM audit_records WHERE number = {n}"
        )
        assert trail.verify().whole
        [problem] = trail.verify(head).problems
        assert problem.number == n
        assert problem.what == f"The records after {n - 1} are missing: the head is that of record 13."


def test_a_trail_that_was_written_anew_does_not_lead_to_the_head(trail: Trail, tmp_path: Path) -> None:
    head = trail.head()
    (tmp_path / "other").mkdir()
    forger = trail_of(tmp_path / "other", 40)
    other = Trail(forger, tmp_path / "other")
    other.head()
    assert other.verify().whole
    [problem] = other.verify(head).problems
    assert problem.what == "Record 13 is not the one of the head: it, or one before, was changed."
    forger.close()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"hash": "0" * 64}, "its signature does not fit"),
        ({"number": 5}, "its signature does not fit"),
        ({"signature": "00"}, "its signature does not fit"),
        ({"key": "no key"}, "its signature does not fit"),
    ],
)
def test_a_changed_head_is_refused(trail: Trail, change: dict[str, object], what: str) -> None:
    [problem] = trail.verify(replace(trail.head(), **change)).problems  # type: ignore[arg-type]
    assert what in problem.what


def test_a_head_of_another_key_is_refused(trail: Trail, database: Database, tmp_path: Path) -> None:
    from kb.audit.heads import key_of, signed

    head = trail.head()
    (tmp_path / "forger").mkdir()
    forged = signed(head.number, head.hash, head.at, key_of(tmp_path / "forger"))
    assert "no record up to it names" in trail.verify(forged).problems[0].what


def test_a_key_that_is_none_is_named(trail: Trail, tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_text("nothing\n")
    with pytest.raises(HomeError, match=r"audit\.key holds no key of the audit trail"):
        trail.head()
    (tmp_path / KEY_FILE).unlink()
    first = trail.head()
    (tmp_path / KEY_FILE).unlink()
    second = trail.head()
    assert first.key != second.key
    assert trail.verify(first).whole
    assert trail.verify(second).whole


@pytest.mark.parametrize("texts", [True, False])
def test_an_export_is_verified_without_the_home(trail: Trail, database: Database, tmp_path: Path, texts: bool) -> None:
    lines = list(trail.export("ann", texts=texts))
    file = write(tmp_path / "audit.jsonl", lines)
    assert trail.rows(1)[0]["asker"] == "ann"
    assert (verify_export(file).whole, verify_export(file).records) == (True, 14)
    assert ("person 1" in file.read_text()) is texts
    assert trail.verify(read_head(file)).whole
    for i in range(14):
        assert not verify_export(write(file, [*lines[:i], *lines[i + 1 :]])).whole
        other = {**lines[i], "record": str(lines[i]["record"]).replace('"outcome":"', '"outcome":"x')}
        assert not verify_export(write(file, [*lines[:i], other, *lines[i + 1 :]])).whole
    longer = write(tmp_path / "longer.jsonl", list(trail.export("ann", texts=texts)))
    assert verify_export(longer, Head(**lines[-1]["head"])).whole
    assert not verify_export(write(file, lines), read_head(longer)).whole  # it ends before that head


def test_an_export_is_verified_by_a_program_of_twenty_lines(trail: Trail) -> None:
    """As docs/operators.md has it."""
    previous = bytes(32)
    *records, last = [json.loads(json.dumps(line)) for line in trail.export("ann")]
    for number, line in enumerate(records, 1):
        record = json.loads(line["record"])
        previous = hashlib.sha256(previous + line["record"].encode()).digest()
        assert previous.hex() == line["hash"]
        assert record["number"] == number
        for name, entry in line["entries"].items():
            salt, value = bytes.fromhex(entry["salt"]), entry["value"].encode()
            assert hmac.new(salt, value, "sha256").hexdigest() == record["sealed"][name]
    assert last["head"]["hash"] == previous.hex()


@pytest.mark.parametrize("text", ["", "no JSON\n", "[1]\n", '{"number": 1}\n', '{"head": 1}\n', '{"number": "1"}'])
def test_what_is_no_head_or_export_is_said(tmp_path: Path, text: str) -> None:
    file = tmp_path / "file"
    file.write_text(text)
    with pytest.raises(UsageError, match="holds no head"):
        read_head(file)
    with pytest.raises(UsageError, match="holds no head"):
        verify_export(file)
    with pytest.raises(UsageError, match="cannot be read"):
        read_head(tmp_path / "nothing")


def test_a_line_that_is_no_record_is_named(trail: Trail, tmp_path: Path) -> None:
    lines = list(trail.export("ann"))
    for wrong in ({"number": 2}, {"number": "2", "record": "", "hash": ""}, 7):
        file = write(tmp_path / "audit.jsonl", [lines[0], wrong, *lines[2:]])  # type: ignore[list-item]
        with pytest.raises(UsageError, match="line 2 is no record"):
            verify_export(file)


def test_names_and_texts_are_erased_after_a_time_and_the_trail_stays_whole(trail: Trail, database: Database) -> None:
    assert trail.erase("ann", "2000-01-01") == 0
    assert trail.erase("ann", "2999-01-01") == 12
    assert trail.verify().problems == ()
    newest, *rows = trail.rows()
    assert (newest["action"], newest["asker"]) == ("erase", "ann")
    assert {(row["asker"], row["subject"]) for row in rows} == {("", "")}
    assert [row["outcome"] for row in rows if row["action"] == "ask"] == ["answered"] * 2
    content = b"".join(path.read_bytes() for path in database.path.parent.glob("catalog.db*"))
    assert b"person 3" not in content
    assert b"question 7" not in content
    with pytest.raises(UsageError, match="Name the day"):
        trail.erase("ann", "")


Fill = Callable[[ScriptedModel], KnowledgeBase]


def fails(kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch, action: str) -> None:
    """From now on the disk is full whenever a record of this action is written."""
    original = Database.record

    def record(database: Database, db: sqlite3.Connection, asker: str, did: str, *rest: object) -> int:
        if did == action:
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        return original(database, db, asker, did, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Database, "record", record)


def test_nothing_is_answered_where_the_question_cannot_be_recorded(
    filled: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = ScriptedModel([REPLY])
    kb = filled(model)
    fails(kb, monkeypatch, "question")
    [failed] = kb.ask(HOURS, OWNER)
    assert isinstance(failed, Failed)
    assert "The disk that holds" in failed.error
    assert model.requests == []
    assert kb.trail.verify().whole


def test_an_answer_that_cannot_be_recorded_is_taken_back(filled: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    kb = filled(ScriptedModel([REPLY]))
    fails(kb, monkeypatch, "ask")
    [*_, revised, failed] = kb.ask(HOURS, OWNER)
    assert revised == Revised("")
    assert isinstance(failed, Failed)
    assert (failed.partial, "The disk that holds" in failed.error) == ("", True)
    assert kb.trail.rows(1)[0]["action"] == "question"


def fill(database: Database) -> None:
    for _ in range(10_000):
        database.audit("ann", "ask", "a" * 1000, {"answer": "b" * 1000})


def test_a_full_disk_is_said_and_the_trail_stays_whole(small_disk: Callable[[int], Path]) -> None:
    place = small_disk(2)
    database = trail_of(place, 3)
    trail = Trail(database, place)
    head = trail.head()
    with pytest.raises(StorageFull, match="is full"):
        fill(database)
    assert trail.verify(head).whole
    assert trail.rows(1)[0]["id"] > head.number
    database.close()


def test_a_backup_keeps_the_trail_and_the_restored_home_goes_on_with_it(filled: Fill, tmp_path: Path) -> None:
    kb = filled(ScriptedModel([REPLY]))
    assert isinstance(list(kb.ask(HOURS, OWNER))[-1], Done)
    head = kb.trail.head()
    assert list(kb.trail.export("ann"))
    report = kb.backup(tmp_path / "backup.tar")
    restore(report.file, tmp_path / "restored")
    assert not (tmp_path / "restored" / KEY_FILE).exists()
    with open_kb(tmp_path / "restored") as restored:
        assert restored.trail.rows(1)[0]["action"] == "restore"
        assert restored.trail.verify(head).whole
        own = restored.trail.head()
        assert own.key != head.key
        assert restored.trail.verify(own).whole


def test_a_record_that_cannot_be_read_keeps_no_deletion_from_its_work(filled: Fill) -> None:
    kb = filled(ScriptedModel([REPLY]))
    assert isinstance(list(kb.ask(HOURS, OWNER))[-1], Done)
    tamper(kb.catalog, "UPDATE audit_records SET record = 'no JSON'")
    kb.delete_document(OWNER, None, "handbook.md")
    entries = [tuple(row) for row in kb.catalog.db.execute("SELECT name, value FROM audit_entries")]
    assert [
        value for name, value in entries if name.startswith(("citations", "passages")) and "handbook" in value
    ] == []
    assert not kb.deletion.pending


def test_deletion_then_verifying(filled: Fill) -> None:
    kb = filled(ScriptedModel([REPLY]))
    assert isinstance(list(kb.ask(HOURS, OWNER))[-1], Done)
    head = kb.trail.head()
    kb.delete_document(OWNER, None, "handbook.md")
    assert (kb.trail.verify(head).whole, kb.trail.verify(head).erased > 3) == (True, True)
    [ask] = kb.trail.rows(action="ask")
    assert (ask["subject"], ask["detail"]["answer"], ask["detail"]["citations"]) == (HOURS, "", [])
    assert "opens at 7:45" not in json.dumps(kb.trail.rows())
    [ingested] = kb.trail.rows(action="ingest")
    assert [each["document"] for each in ingested["detail"]["ingested"]] == ["hr/休假.md"]
