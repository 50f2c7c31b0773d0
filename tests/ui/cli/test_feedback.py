"""What readers said of answers: listed, reviewed and exported by command, over a service or not, and by the API."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from ingest.sync.pipeline import ingest
from kb.evaluation.questions import load_questions
from kb.schema import Principal
from tests.fakes import ScriptedModel
from tests.knowledge import write
from tests.ui.cli.homes import tiny_environment
from tests.ui.serving import opened, serving
from ui.cli import feedback, main  # noqa: F401  (it adds its command)
from ui.service.conversations import Conversations

__all__ = ["tiny_environment"]

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


def run(home: Path, *arguments: str, language: str = "en") -> Result:
    return CliRunner().invoke(main.app, ["feedback", *arguments, "--home", str(home)], env={"KB_LANG": language})


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


LEAVE = "# Leave\n\nFull-time employees get 25 days of annual leave.\n"
QUESTION = "How many days of annual leave are there?"


@pytest.fixture(scope="module")
def unhelpful(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a document and an answer about it that was judged not helpful."""
    place = tmp_path_factory.mktemp("unhelpful")
    with opened(place / "home", ScriptedModel(["There are 25 days of annual leave [1]."])) as kb:
        ingest(kb, [write(place / "docs", {"leave.md": LEAVE})])
        conversations = Conversations(kb)
        made = conversations.new()
        turn = conversations.ask(made, QUESTION, "documents")
        assert turn is not None
        assert turn.running.join(60)
        conversations.feedback(turn.id, "down", "too short", "bob")
        conversations.close()
    return place / "home"


def reviewed(home: Path) -> None:
    """An answer is corrected, accepted, exported and withdrawn by commands."""

    def json_of(*arguments: str) -> Any:
        done = run(home, *arguments, "--json")
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    [judged] = json_of("list", "--state", "open")["feedback"]
    id = judged["id"]
    assert (judged["version"], judged["state"], judged["correction"]) == (0, "open", None)
    assert "[1] docs/leave.md@" in run(home, "show", id).stdout
    refused = run(home, "correct", id, "--answer", "25 days [1].")
    assert refused.exit_code == 2
    assert "A correction needs its source" in refused.stderr
    for wrong, why in (
        (["--passage", "9"], "has no passage 9"), (["--source", "leave.md"], "--source is COLLECTION/PATH@START-END"),
        (["--quote", "docs/leave.md"], "--quote is COLLECTION/PATH=WORDS"),
        (["--quote", "docs/leave.md=30 days"], "stand 0 times"),
    ):  # fmt: skip
        refused = run(home, "correct", id, "--answer", "25 days [1].", *wrong)
        assert (refused.exit_code, why in refused.stderr) == (2, True), refused.stderr
    assert run(home, "accept", id).exit_code == 2
    quote = "25 days of annual leave"
    made = json_of(
        "correct", id, "--answer", "25 days [1].", "--quote", f"docs/leave.md={quote}", "--also", "年假几天？"
    )
    assert (made["version"], made["state"]) == (1, "corrected")
    assert made["correction"]["sources"][0]["quote"] == quote
    assert made["correction"]["also"] == ["年假几天？"]
    conflict = run(home, "accept", id, "--seen", "0")
    assert conflict.exit_code == 1
    assert "meanwhile (version 1, not 0)" in conflict.stderr
    assert json_of("accept", id, "--curated")["curated"] is True
    told = run(home, "show", id, language="zh").stdout
    start = LEAVE.index(quote)
    source = f"出处 1（现行）：docs/leave.md@{start}-{start + len(quote)}  {quote}"
    for words in (
        "bob  没有帮助",
        "理由：too short",
        "更正：25 days [1].",
        "已采纳",
        "为精选回答",
        "（第 2 版）",
        source,
    ):
        assert words in told
    assert "  有效  " in run(home, "curated", language="zh").stdout
    assert (
        "这个回答没有第 9 段，它共有 1 个段落。"
        in run(home, "correct", id, "--answer", "x", "--passage", "9", language="zh").stderr
    )
    assert "given" in run(home, "curated").stdout
    for form, keys in (("sft", {"messages"}), ("dpo", {"prompt", "chosen", "rejected"})):
        lines = run(home, "export", "--format", form).stdout.splitlines()
        assert [json.loads(line).keys() for line in lines] == [keys]
    out = home.parent / f"{home.name}.jsonl"
    exported = run(home, "export", "--format", "questions", "--out", str(out), language="zh")
    assert (exported.exit_code, exported.stderr) == (0, "已导出 1 条记录\n")
    assert [question.answers for question in load_questions(out)] == [("25 days.",)]
    assert run(home, "export", "--format", "questions", "--out", str(out)).exit_code == 1  # nothing is written over
    assert run(home, "export", "--format", "xml").exit_code == 2
    assert json_of("withdraw", id)["curated"] is False
    assert json_of("curated")["feedback"] == []
    assert json_of("dismiss", id)["state"] == "dismissed"
    assert run(home, "show", "nothing").exit_code == 1
    assert run(home, "list", "--state", "odd").exit_code in (1, 2)


def test_editors_do_their_work_by_commands(unhelpful: Path, tmp_path: Path) -> None:
    reviewed(shutil.copytree(unhelpful, tmp_path / "alone"))


def test_they_do_so_over_a_running_service(unhelpful: Path, tmp_path: Path) -> None:
    home = shutil.copytree(unhelpful, tmp_path / "served")
    with opened(home) as kb, serving(kb):
        reviewed(home)
