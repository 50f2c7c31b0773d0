"""`kb audit` on a home of its own, without a service."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ui.cli import audit, main, people  # noqa: F401  (they add their commands)

Run = Callable[..., Any]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    home = tmp_path / "home"

    def kb(*arguments: str) -> Any:
        return CliRunner().invoke(main.app, [*arguments, "--home", str(home)])

    assert kb("groups", "add", "hr").exit_code == 0
    assert kb("groups", "add", "law").exit_code == 0
    return kb


def test_a_trail_is_whole_until_it_is_changed(run: Run, tmp_path: Path) -> None:
    told = run("audit", "verify")
    assert (told.exit_code, told.stdout) == (0, "The audit trail is whole: 2 records.\n")
    assert run("audit", "head", "--out", str(tmp_path / "head.json")).exit_code == 0
    form = json.loads(run("audit", "verify", "--head", str(tmp_path / "head.json"), "--json").stdout)
    assert (form["whole"], form["records"], form["head"], form["problems"]) == (True, 3, 3, [])
    with closing(sqlite3.connect(tmp_path / "home" / "catalog.db", isolation_level=None)) as db:
        db.execute("DELETE FROM audit_entries WHERE number = 3")
        db.execute("DELETE FROM audit_records WHERE number = 3")
    assert run("audit", "verify").exit_code == 0
    told = run("audit", "verify", "--head", str(tmp_path / "head.json"))
    assert told.exit_code == 1
    assert told.stdout == "The records after 2 are missing: the head is that of record 3.\n"
    with closing(sqlite3.connect(tmp_path / "home" / "catalog.db", isolation_level=None)) as db:
        db.execute("UPDATE audit_entries SET value = '\"it\"' WHERE number = 1 AND name = 'subject'")
    told = run("audit", "verify", "--json")
    assert told.exit_code == 1
    assert json.loads(told.stdout)["problems"] == [
        {
            "record": 1, "what": "Record 1: 'subject' was changed.",
            "code": "audit.value_changed", "values": {"n": 1, "name": "subject"},
        }
    ]  # fmt: skip


def test_an_export_is_verified_by_itself(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "audit.jsonl"
    assert json.loads(run("audit", "export", "--out", str(out), "--json").stdout)["records"] == 4
    assert out.stat().st_mode & 0o777 == 0o600
    assert run("audit", "verify", "--file", str(out)).stdout.startswith("The audit trail is whole: 4 records")
    assert run("audit", "verify", "--head", str(out)).exit_code == 0
    again = run("audit", "export", "--out", str(out))
    assert (again.exit_code, "exists already" in again.stderr) == (2, True)
    assert run("audit", "export", "--out", str(tmp_path / "no" / "folder")).exit_code == 2
    out.write_text(out.read_text().replace("group_added", "group_addad", 1))
    assert run("audit", "verify", "--file", str(out)).exit_code == 1
    missing = run("audit", "verify", "--head", str(tmp_path / "none"))
    assert (missing.exit_code, "cannot be read" in missing.stderr) == (2, True)


def test_names_are_erased_before_a_day(run: Run) -> None:
    assert json.loads(run("audit", "erase", "--before", "2999-01-01", "--yes", "--json").stdout) == {"records": 2}
    rows = json.loads(run("audit", "list", "--action", "group_added", "--json").stdout)["audit"]
    assert [(row["asker"], row["subject"]) for row in rows] == [("", ""), ("", "")]
    assert run("audit", "verify").exit_code == 0
    assert run("audit", "erase", "--before", "yesterday", "--yes").exit_code == 2
