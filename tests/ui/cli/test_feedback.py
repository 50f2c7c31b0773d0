"""What readers said of answers: listed for the operator by command, over a service or not, and by the API."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from kb.schema import Principal
from tests import tiny
from tests.fakes import ScriptedModel
from tests.ui.serving import opened, serving
from ui.cli import feedback, main  # noqa: F401  (it adds its command)
from ui.service.conversations import Conversations

ANN = Principal("ann", unlimited=True)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which three questions were asked, and two of the answers judged."""
    home = tmp_path_factory.mktemp("judged") / "home"
    with opened(home, ScriptedModel(["One.", "Two\nlines.", "Three."])) as kb:
        conversations = Conversations(kb)
        made = conversations.new()
        for question in ("first?", "second?", "third?"):
            turn = conversations.ask(made, question, "chat")
            assert turn is not None
            assert turn.running.join(10)
        conversations.feedback(made.turns[0].id, "up", who="ann")
        conversations.feedback(made.turns[1].id, "down", "wrong\x1b[2J floor", "bob")
        conversations.close()
    return home


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in tiny.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main.app, ["feedback", *arguments, "--home", str(home)])


def test_the_command_lists_what_was_judged_the_last_first(judged: Path) -> None:
    done = run(judged, "--json")
    assert done.exit_code == 0, done.output
    rows = json.loads(done.stdout)["feedback"]
    assert [(r["question"], r["answer"], r["verdict"], r["who"]) for r in rows] == [
        ("second?", "Two\nlines.", "down", "bob"), ("first?", "One.", "up", "ann"),
    ]  # fmt: skip
    assert rows[0]["at"] >= rows[1]["at"] > "2"
    assert (rows[0]["position"], rows[0]["mode"]) == (1, "chat")
    helpful = json.loads(run(judged, "--json", "--verdict", "up").stdout)["feedback"]
    assert [row["question"] for row in helpful] == ["first?"]
    assert len(json.loads(run(judged, "--json", "-n", "1").stdout)["feedback"]) == 1
    told = run(judged).stdout
    assert "bob  down  second?\n    reason: wrong\N{REPLACEMENT CHARACTER}[2J floor\n    answer: Two lines.\n" in told


def test_a_verdict_there_is_not_is_refused(judged: Path) -> None:
    done = run(judged, "--verdict", "maybe")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "--verdict is `up` or `down`, not 'maybe'." in done.stderr


def test_the_service_lists_the_same(judged: Path, tmp_path: Path) -> None:
    alone = run(judged, "--json").stdout
    home = shutil.copytree(judged, tmp_path / "served")
    with opened(home) as kb, serving(kb) as served:
        assert run(home, "--json").stdout == alone
        assert run(home).stdout == run(judged).stdout
        reply = served.http.get("feedback", params={"verdict": "down", "limit": 5})
        assert [row["reason"] for row in reply.json()["feedback"]] == ["wrong\x1b[2J floor"]
        assert served.http.get("feedback", params={"verdict": "maybe"}).status_code == 422
