"""`kb glossary`: terms are added, listed, brought in and out, proposed and accepted, over a service or not."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from ingest.sync.pipeline import ingest
from tests.knowledge import write
from tests.ui.cli.homes import home, tiny_environment
from tests.ui.serving import opened, serving
from ui.cli import evaluation, glossary, main  # noqa: F401  (they add their commands)

__all__ = ["home", "tiny_environment"]

BOARD = "# Board\n\nThe Information Security Committee (ISC) meets on Monday in the blue room.\n"


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("ready")
    with opened(place / "home") as kb:
        ingest(kb, [write(place / "board", {"board.md": BOARD})])
    return place / "home"


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main.app, [*arguments, "--home", str(home)])


def done(home: Path, *arguments: str) -> Any:
    result = run(home, "glossary", *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def lead_through(home: Path, folder: Path) -> None:
    """The same, whether a service owns the home or not."""
    added = done(home, "add", "Paid Time Off", "PTO", "带薪休假", "--definition", "Days off.")["entries"]
    assert (added[0]["forms"], added[0]["languages"]) == (["PTO", "带薪休假"], ["en", "zh"])
    assert "Paid Time Off\tPTO | 带薪休假\tDays off." in run(home, "glossary", "--search", "休假").stdout
    [proposed] = done(home, "candidates", "--find")["entries"]
    assert (proposed["term"], proposed["sources"][0]["document"]) == ("Information Security Committee", "board.md")
    assert done(home, "candidates", "--accept", str(proposed["id"]))["entries"] == []
    file = folder / "glossary.csv"
    assert run(home, "glossary", "export", str(file)).exit_code == 0
    assert file.read_text(encoding="utf-8-sig").splitlines()[1].endswith(",board/board.md")
    file.write_text("术语,简称\n仓储系统,WMS\nPaid Time Off,PTO\n", encoding="gb18030")
    assert done(home, "import", str(file)) == {"added": 1, "changed": 1, "unchanged": 0, "removed": 0}
    assert run(home, "glossary", "remove", "paid time off").exit_code == 0
    assert [entry["term"] for entry in done(home, "list")["entries"]] == ["Information Security Committee", "仓储系统"]
    assert run(home, "search", "When does the ISC meet?", "--json").stdout.count('"ISC"') == 1


def test_the_glossary_is_kept_by_the_commands(home: Path, tmp_path: Path) -> None:
    lead_through(home, tmp_path)


def test_the_glossary_of_a_running_service_is_kept_by_the_commands(home: Path, tmp_path: Path) -> None:
    with opened(home) as kb, serving(kb):
        lead_through(home, tmp_path)


@pytest.mark.parametrize(("content", "said"), [
    (b"term,forms\nAlpha,Beta\nBeta,Alpha\n", "Alpha → Beta → Alpha"), (b"term\n\xff\xff\n", "UTF-8"), (b"", "empty"),
    (b"term\nOne\n\nTwo,2,3\n", "line 4"), (b"term\nOne\none\n", "line 3"), (b"word\nOne\n", "'word'"),
    (b"term\n" + b"".join(b"house term %d\n" % n for n in range(100_000)), "20,000"),
])  # fmt: skip
def test_a_bad_file_is_refused_and_nothing_is_written(home: Path, tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "bad.csv"
    file.write_bytes(content)
    result = run(home, "glossary", "import", str(file))
    assert result.exit_code == 2
    assert said in result.stderr
    assert done(home, "list") == {"entries": []}


def test_what_is_no_file_is_refused(home: Path, tmp_path: Path) -> None:
    assert "cannot be read" in run(home, "glossary", "import", str(tmp_path)).stderr
    assert "cannot be written" in run(home, "glossary", "export", str(tmp_path)).stderr


def test_an_evaluation_shows_what_the_glossary_does(home: Path, tmp_path: Path) -> None:
    done(home, "add", "Information Security Committee", "Blue Circle")
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"id": "1", "question": "When does the blue circle meet?", "answers": ["Monday"], '
                         '"evidence": [{"doc": "board.md"}], "lang": "en"}\n', encoding="utf-8")  # fmt: skip
    runs = {}
    for name, options in (("on", ()), ("off", ("--no-glossary",))):
        result = run(
            home, "eval", str(questions), "--retrieval-only", "--json", "--out", str(tmp_path / name), *options
        )
        assert result.exit_code == 0, result.output
        runs[name] = json.loads(result.stdout)["run"]["glossary"]
    assert runs["on"]
    assert runs["off"] is None
