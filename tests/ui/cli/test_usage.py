"""`kb usage`: the report by command, over a service or not; what the commands ask is counted too."""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from ingest.sync.pipeline import ingest
from tests import tiny
from tests.fakes import ScriptedModel
from tests.knowledge import HANDBOOK, write
from tests.ui.serving import opened, serving
from ui.cli import main

NO = "<think>It is not there.</think>\n\nThe documents do not say."


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in tiny.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with opened(tmp_path / "home") as kb:
        ingest(kb, [write(tmp_path / "docs", {"handbook.md": HANDBOOK, "notes.md": "# Notes\n\nNone.\n"})])
    return tmp_path / "home"


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main.complete(), [*arguments, "--home", str(home)])


def form(home: Path) -> dict[str, list[dict[str, object]]]:
    done = run(home, "usage", "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, list[dict[str, object]]] = json.loads(done.stdout)
    return found


def test_what_commands_ask_is_counted_and_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.models.llm.open_model", lambda *_, **__: ScriptedModel([NO]))
    assert run(home, "usage", "--words", "on").exit_code == 0
    assert run(home, "ask", "When does the canteen open?").exit_code == 0
    assert run(home, "search", "canteen", "--in", "nowhere/*").exit_code == 0
    assert run(home, "search", "office").exit_code == 0
    told = run(home, "usage").stdout
    for line in ("questions: 1 (1 refused)", "searches in vain: 1", "When does the canteen open?",
                 "never cited: 2 of 2 documents", "docs/notes.md"):  # fmt: skip
        assert line in told
    rows = list(csv.reader(io.StringIO(run(home, "usage", "--csv", "gaps").stdout)))
    assert [row[4] for row in rows] == ["wordings", "When does the canteen open?\ncanteen"]
    assert run(home, "usage", "--words", "off").exit_code == 0
    assert form(home)["gaps"] == []
    assert "2 more, whose words" in run(home, "usage").stdout


def test_over_a_service_it_is_the_same_and_asked_once_is_counted_once(home: Path) -> None:
    with opened(home, ScriptedModel([NO])) as kb, serving(kb):
        assert run(home, "usage", "--words", "on").exit_code == 0
        assert run(home, "ask", "When does the canteen open?").exit_code == 0
        assert run(home, "search", "canteen", "--in", "nowhere/*").exit_code == 0
        over = form(home)
        assert [gap["wordings"] for gap in over["gaps"]] == [["When does the canteen open?", "canteen"]]
        assert "docs/notes.md" in run(home, "usage", "--csv", "never-cited").stdout.replace(",", "/")
    assert form(home) == over


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--csv", "all"), "--csv is one of questions, gaps, never-cited, feedback, not 'all'."),
        (("--words", "perhaps"), "--words is `on` or `off`, not 'perhaps'."),
        (("--since", "yesterday"), "yesterday is not a day."),
        (("--since", "2026-11-02", "--until", "2026-11-01"), "2026-11-02 comes after 2026-11-01."),
    ],
)
def test_what_cannot_be_asked_for_is_said(home: Path, arguments: tuple[str, ...], said: str) -> None:
    done = run(home, "usage", *arguments)
    assert done.exit_code == 2
    assert said in done.output
