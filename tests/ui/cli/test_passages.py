"""`kb docs passages`: passages are listed, left out, corrected, split and joined, over a service or not."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from ingest.sync.pipeline import ingest
from tests.knowledge import HANDBOOK, LEAVE, write
from tests.ui.cli.homes import home, tiny_environment
from tests.ui.serving import opened, serving
from ui.cli import main

__all__ = ["home", "tiny_environment"]

NAME = "handbook.md"


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("ready")
    with opened(place / "home") as kb:
        ingest(kb, [write(place / "docs", {NAME: HANDBOOK, "leave.md": LEAVE})])
    return place / "home"


def run(home: Path, command: str, *arguments: str, given: str | None = None) -> Result:
    words = ["docs", "passages", command, NAME, *arguments, "--home", str(home)]
    return CliRunner().invoke(main.complete(), words, input=given)


def done(home: Path, command: str, *arguments: str, given: str | None = None) -> Any:
    result = run(home, command, *arguments, "--json", given=given)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def refused(home: Path, command: str, *arguments: str) -> str:
    result = run(home, command, *arguments)
    assert result.exit_code == 2, result.output
    return result.stderr


def lead_through(home: Path) -> None:
    """The same, whether a service owns the home or not."""
    [passage] = done(home, "list")["passages"]
    assert "[1]  Searched" in run(home, "list").stdout
    split = done(home, "split", "1", "## Laptops")
    assert [each["text"] for each in split["passages"]] == [
        passage["text"].partition("## Laptops")[0].strip(), "## Laptops" + passage["text"].partition("## Laptops")[2],
    ]  # fmt: skip
    assert split["passages"][0]["other_part"] == [split["passages"][1]["start"], split["passages"][1]["end"]]
    assert "[2]  Searched  split from one passage with [1]" in run(home, "list").stdout
    text = split["passages"][0]["text"].replace("7:45", "8:15")
    corrected = done(home, "correct", "1", "-", given=text)
    assert (corrected["version"], corrected["passages"][0]["text"]) == (3, text)
    assert "passage 2 of docs/handbook.md: left out" in run(home, "leave-out", "2").stderr
    assert [each["left_out"] for each in done(home, "list")["passages"]] == [False, True]
    assert "Bring it back" in refused(home, "join", "1")
    assert "left out already" in refused(home, "leave-out", "2")
    assert not any(each["left_out"] for each in done(home, "bring-back", "2")["passages"])
    assert "changed meanwhile" in run(home, "join", "1", "--seen", "1").stderr
    [joined] = done(home, "join", "2")["passages"]
    assert joined["text"] == passage["text"].replace("7:45", "8:15")
    assert "no part of one that was split" in refused(home, "join", "1")
    assert "stand 0 times" in refused(home, "split", "1", "not in it")
    assert "stand 0 times" in refused(home, "split", "1", "")
    assert "between two of its words" in refused(home, "split", "1", joined["text"])
    assert "is empty" in refused(home, "correct", "1", " ")
    assert "1 passages, and none of the number 7" in refused(home, "leave-out", "7")
    assert done(home, "forget")["set_aside"] == 0


def test_passages_are_edited_by_the_commands(home: Path) -> None:
    lead_through(home)


def test_they_do_the_same_over_a_service(home: Path) -> None:
    with opened(home) as kb, serving(kb):
        lead_through(home)


def test_a_document_that_is_not_there_and_what_is_set_aside_are_told(home: Path, ready: Path) -> None:
    result = CliRunner().invoke(main.complete(), ["docs", "passages", "list", "gone.md", "--home", str(home)])
    assert (result.exit_code, "gone.md" in result.stderr) == (1, True)
    assert done(home, "leave-out", "1")["edits"] == 1
    with opened(home) as kb:
        report = ingest(kb, [write(ready.parent / "docs", {NAME: HANDBOOK + "\nMore.\n"})])
        assert [each.status for each in report.documents if each.path == NAME] == ["changed"]
    assert "1 change to its passages holds no more" in run(home, "list").stderr
    assert run(home, "forget", "--lang", "zh").stderr == "docs/handbook.md：不再保留已失效的更改\n"
    assert run(home, "list").stderr == ""
