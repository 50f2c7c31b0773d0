"""The commands over a running service: the same output, exit codes and messages as over the home itself."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import Result
from typer.testing import CliRunner

from ingest.sync.pipeline import ingest
from kb import serialization
from kb.errors import DocumentNotFound, ModelError, RefusedByPolicy
from kb.schema import Principal
from tests import tiny
from tests.fakes import ScriptedModel
from tests.knowledge import HANDBOOK, LEAVE, write
from tests.ui.serving import REPLY, Served, opened, serving, until
from ui.cli import audit, backup, console, docs, evaluation, main, models, sessions  # noqa: F401  (commands)
from ui.cli.client import OtherModel, RemoteKnowledgeBase
from ui.remote.http_connection import ServiceGone
from ui.service.auth import running_service
from ui.service.sessions import Sessions
from ui.words.translations import localised

ROOT = Path(__file__).parents[3]
HOURS = "When does the office in Utrecht open?"
OWNER = Principal("ann", unlimited=True)
ENVIRONMENT = {
    **tiny.ENVIRONMENT,
    "KB_LLM__ENGINE": "embedded",
    "KB_LLM__EMBEDDED_MODEL": "smollm2-135m",
    "KB_LLM__OLLAMA_HOST": "http://127.0.0.1:9",  # where nothing answers
    "KB_INGEST__MAX_FILE_MB": "1",
    "USER": "ann",
}
_VARIES = re.compile(
    r'"(seconds|first_word_seconds|at|ingested_at|retrieval|total)": ("[^"]*"|[\d.e-]+|null)'
    r"|\d{4}-\d\d-\d\dT[\d:.+]+|\b[\d.]+ s\b|\d+/s|\d:\d\d:\d\d|━+"
)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("KB_") and name != "KB_CACHE"]:
        monkeypatch.delenv(name)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def ready_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with documents, to be copied."""
    place = tmp_path_factory.mktemp("ready")
    files = {"handbook.md": HANDBOOK, "hr/休假.md": LEAVE, "empty.md": "", "x.unknown": "?"}
    folder = write(place / "docs", files)
    with opened(place / "home") as kb:
        ingest(kb, [folder])
    return place / "home"


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel([REPLY])


@pytest.fixture
def home(ready_home: Path, tmp_path: Path) -> Path:
    return shutil.copytree(ready_home, tmp_path / "served")


@pytest.fixture
def served(home: Path, model: ScriptedModel) -> Iterator[Served]:
    with opened(home, model) as kb, serving(kb) as running:
        yield running


def run(home: Path, *arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main.app, [*arguments, "--home", str(home)], input=stdin)


def without_times(text: str, home: Path) -> str:
    return _VARIES.sub("~", text.replace(str(home), "HOME"))


@pytest.fixture
def both(
    ready_home: Path, tmp_path: Path, served: Served, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> Any:
    """Runs a command on a home itself and over the service of its twin, and gives both results."""
    alone = shutil.copytree(ready_home, tmp_path / "alone")
    monkeypatch.setattr("kb.models.llm.open_model", lambda *_: model)

    def run_both(*arguments: str, stdin: str | None = None) -> tuple[Result, Result]:
        return run(alone, *arguments, stdin=stdin), run(served.service.kb.home.path, *arguments, stdin=stdin)

    run_both.homes = (alone, served.service.kb.home.path)  # type: ignore[attr-defined]
    return run_both


def test_more_names_than_an_address_holds_are_deleted_as_one_act(served: Served, tmp_path: Path) -> None:
    folder = write(tmp_path / "many", {f"{n:03}-{'休' * 60}.md": f"# Note {n}" for n in range(130)})
    ingest(served.service.kb, [folder])
    names: list[tuple[str | None, str]] = [("many", path.name) for path in sorted(folder.iterdir())]
    with RemoteKnowledgeBase(served.running, client="test") as remote:
        assert [each.path for each in remote.planned_deletions(OWNER, names)] == [name for _, name in names]
        assert [each.path for each in remote.delete_documents(OWNER, names)] == [name for _, name in names]
        assert [each for each in remote.documents(OWNER) if each.collection == "many"] == []


def test_names_that_are_no_text_are_refused_in_words(both: Any, served: Served, tmp_path: Path) -> None:
    for command in (("docs", "delete", "x\udcff.md", "--yes"), ("backup", str(tmp_path / "x\udcff.tar"))):
        refused = same(both, *command)
        assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
        assert "x\\udcff" in refused.stderr
    folder = tmp_path / "new"
    folder.mkdir()
    odd = Path(os.fsdecode(os.fsencode(folder) + b"/odd\xff.md"))
    odd.write_text("# Odd\n\nIts name is no text.")
    refused = run(served.service.kb.home.path, "ingest", str(odd))
    assert (refused.exit_code, "holds bytes that are no text" in refused.stderr) == (2, True)
    with RemoteKnowledgeBase(served.running, client="test") as remote:
        assert remote.ingest([folder], OWNER, leave=[odd]).added == 1


def same(both: Any, *arguments: str, stdin: str | None = None) -> Result:
    """The result of a command over the service, seen to be what it is without one."""
    alone, over = both(*arguments, stdin=stdin)
    assert alone.exit_code == over.exit_code, (alone.output, over.output, over.exception)
    place, other = both.homes
    assert without_times(over.stdout, other) == without_times(alone.stdout, place)
    assert without_times(over.stderr, other) == without_times(alone.stderr, place)
    return over


# ---- the same either way


@pytest.mark.parametrize(
    "arguments",
    [
        ("search", HOURS),
        ("search", HOURS, "-k", "1", "--json"),
        ("search", HOURS, "--in", "hr/*", "--json"),
        ("search", HOURS, "--in", "none/*", "--json"),
        ("ask", HOURS),
        ("ask", HOURS, "--json", "--think-budget", "16", "--seed", "3"),
        ("chat", "Hello"),
        ("chat", "Hello", "--json"),
        ("docs", "list"),
        ("docs", "list", "--json"),
        ("docs", "list", "--json", "--collection", "none"),
        ("docs", "list", "--json", "--tag", "none"),
        ("docs", "tag", "handbook.md", "rules", "年度", "--json"),
        ("docs", "show", "handbook.md"),
        ("docs", "show", "hr/休假.md", "--json"),
        ("docs", "show", "hr/休假.md", "--version", "1", "--collection", "docs"),
        ("repair",),
        ("repair", "--json"),
        ("models", "list", "--json"),
        ("check", "--json"),
        ("check", "--deep"),
    ],
)
def test_a_command_prints_the_same(both: Any, arguments: tuple[str, ...]) -> None:
    assert same(both, *arguments).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("search", ""), 2),
        (("search", "x" * 9000, "--json"), 2),
        (("ask", " \n", "--json"), 2),
        (("chat", ""), 2),
        (("ask", HOURS, "--engine", "cloud"), 2),
        (("docs", "show", "nothing.md"), 1),
        (("docs", "show", "empty.md"), 1),
        (("docs", "show", "handbook.md", "--version", "7"), 1),
        (("docs", "show", "handbook.md", "--collection", "none"), 1),
        (("docs", "delete", "nothing.md", "--yes"), 1),
        (("docs", "tag", "handbook.md", "a,b"), 2),
        (("docs", "move", "handbook.md", "x.md"), 2),
        (("ingest", "nowhere"), 2),
        (("search", HOURS, "-k", "0"), 2),
    ],
)
def test_what_is_wrong_is_said_the_same(both: Any, arguments: tuple[str, ...], code: int) -> None:
    assert same(both, *arguments).exit_code == code


def test_a_question_comes_from_stdin_the_same(both: Any) -> None:
    assert json.loads(same(both, "search", "-", "--json", stdin=f"{HOURS}\n").stdout)["question"] == HOURS


def test_ingestion_reports_the_same(both: Any, tmp_path: Path) -> None:
    new = write(tmp_path / "new", {"a.md": "# A\n\nThe pump leaks.", "b.md": "# B\n\nThe fan is loud.", "c.md": ""})
    first = same(both, "ingest", str(new), "--json")
    assert first.exit_code == 1  # c.md is empty
    assert json.loads(first.stdout)["added"] == 2
    assert "3/3 files" in first.stderr
    (new / "c.md").unlink()
    write(new, {"a.md": "# A\n\nThe pump was mended."})
    assert "1 changed, 1 unchanged, 1 deleted" in same(both, "ingest", str(new), "--prune").stdout
    other = write(tmp_path / "other" / "new", {"a.md": "# Other\n\nAnother pump."})
    assert "--collection" in same(both, "ingest", str(other)).stderr
    assert same(both, "ingest", str(other), "--collection", "second").exit_code == 0
    assert "new, second" in same(both, "docs", "show", "a.md").stderr


def test_deletion_and_the_audit_trail_are_the_same(both: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert same(both, "docs", "delete", "hr/休假.md", stdin="n\n").exit_code == 2  # nobody is asked
    with monkeypatch.context() as patch:
        patch.setattr(console, "has_a_person", lambda: True)
        assert same(both, "docs", "delete", "hr/休假.md", stdin="n\n").exit_code == 1
    assert same(both, "ask", HOURS).exit_code == 0
    assert same(both, "docs", "delete", "hr/休假.md", "--yes", "--json").exit_code == 0
    for told in both("audit", "list", "--json"):  # the service has a record of its settings, too
        rows = json.loads(told.stdout)["audit"]
        known = [(row["asker"], row["action"]) for row in rows if row["action"] in ("ask", "question", "delete")]
        assert known == [("ann", "delete"), ("ann", "ask"), ("ann", "question")]
    for told in both("audit", "verify"):
        assert (told.exit_code, told.stdout[:24]) == (0, "The audit trail is whole")
    assert same(both, "audit", "list", "-n", "1").stdout.count("\n") == 1
    chosen = ("--action", "ask", "--asker", "ann", "--since", "2026-01-01")
    assert "  ask  answered  " in same(both, "audit", "list", *chosen).stdout
    assert same(both, "audit", "list", "--since", "2999-01-01").stdout == ""
    assert same(both, "audit", "list", "--since", "today").exit_code == 2


def test_deleting_what_is_inside_another_file_says_the_same(
    both: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = EmailMessage()
    message.set_content("Please find them attached.")
    for name in ("offer.txt", "terms.txt"):
        message.add_attachment(f"This is {name}.", filename=name)
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails" / "mail.eml").write_bytes(message.as_bytes())
    assert same(both, "ingest", str(tmp_path / "mails")).exit_code == 0
    alone = same(both, "docs", "delete", "mail.eml/offer.txt", "--yes", "--json")
    assert "mail.eml/offer.txt is still inside mail.eml, which is kept" in alone.stderr
    assert [d["kept_in"] for d in json.loads(alone.stdout)["documents"]] == ["mail.eml"]
    monkeypatch.setattr(console, "has_a_person", lambda: True)
    whole = same(both, "docs", "delete", "mail.eml", stdin="mails\n")  # nothing else is in the collection
    assert whole.stderr.startswith("mails/mail.eml\nmails/mail.eml/terms.txt\nType mails to delete all of collection")
    assert "deleted mails/mail.eml/terms.txt" in whole.stderr
    assert "mails" not in same(both, "docs", "list").stdout


def test_a_backup_is_written_while_the_service_runs(both: Any, tmp_path: Path) -> None:
    reports = []
    for home, name in zip(both.homes, ("alone.tar", "over.tar"), strict=True):
        done = run(home, "backup", str(tmp_path / name), "--json")
        assert done.exit_code == 0, done.output
        reports.append(json.loads(done.stdout))
        assert (tmp_path / name).stat().st_size == reports[-1]["size"]
    counts = ("documents", "originals", "uploads", "runs")
    assert [reports[0][name] for name in counts] == [reports[1][name] for name in counts]
    again = run(both.homes[1], "backup", str(tmp_path / "over.tar"))
    assert (again.exit_code, again.stdout) == (2, "")
    for folder in ("backups", "v1.2/"):
        assert run(both.homes[1], "backup", f"{tmp_path}/{folder}").exit_code == 0
        assert [file.suffix for file in (tmp_path / folder).iterdir()] == [".tar"]


def test_the_model_is_chosen_the_same(both: Any) -> None:
    assert "answers from now on" in same(both, "models", "use", "smollm2-135m").stderr
    assert same(both, "models", "use", "auto", "--json").exit_code == 0


def test_an_interactive_chat_is_the_same(both: Any, model: ScriptedModel) -> None:
    assert same(both, "chat", stdin="I am Ann\n\nwho am I?\n/bye\n").exit_code == 0
    assert [message.role for message in model.requests[-1]] == ["user", "assistant", "user"]


def test_reindexing_reports_the_same(both: Any) -> None:
    report = json.loads(same(both, "reindex", "--json").stdout)
    assert report["documents"] == 2
    assert report["chunks"] > 0


@pytest.mark.parametrize("options", [("--retrieval-only",), ("--samples", "2")])
def test_an_evaluation_comes_to_the_same(both: Any, tmp_path: Path, options: tuple[str, ...]) -> None:
    asked = {"id": "hours", "question": HOURS, "answers": ["7:45"], "lang": "en", "meta": {},
             "evidence": [{"doc": "handbook.md", "text": "opens at 7:45"}]}  # fmt: skip
    questions = write(tmp_path / "set", {"questions.jsonl": json.dumps(asked)}) / "questions.jsonl"
    results = []
    for home, out in zip(both.homes, ("alone", "over"), strict=True):
        done = run(home, "eval", str(questions), "--json", "--out", str(tmp_path / out), *options)
        assert done.exit_code == 0, done.output
        found = json.loads(done.stdout)
        found.pop("seconds")
        found["run"].pop("documents_hash", None)
        found["run"].pop("settings_hash", None)
        for named in found["slices"].values():
            for figures in named.values():
                for name in [name for name in figures if "seconds" in name]:
                    del figures[name]
        results.append(found)
    assert results[0] == results[1]
    assert results[0]["retrieval"]["hit@10"] == 1.0


def test_a_calibration_comes_to_the_same(both: Any, model: ScriptedModel, tmp_path: Path) -> None:
    """The model says half of the questions are answered, whatever they are; both homes judge by that afterwards."""
    asked = [
        {"id": f"{n}", "question": f"{HOURS} {n}", "answers": ["7:45"], "lang": "en",
         "meta": {"expected": "REFUSE"} if n % 2 else {}}
        for n in range(20)
    ]  # fmt: skip
    lines = "\n".join(map(json.dumps, asked))
    questions = write(tmp_path / "set", {"questions.jsonl": lines}) / "questions.jsonl"
    results = []
    for home, out in zip(both.homes, ("alone", "over"), strict=True):
        model.expect([{"Yes": 0.2 if n % 2 else 0.9, "No": 0.8 if n % 2 else 0.1} for n in range(20)])
        done = run(home, "calibrate", str(questions), "--json", "--out", str(tmp_path / out))
        assert done.exit_code == 0, done.output
        model.expect([{"Yes": 0.3, "No": 0.7}])
        answer = json.loads(run(home, "ask", HOURS, "--json").stdout)
        results.append((json.loads(done.stdout), answer["outcome"], answer["answerable"]))
    assert results[0] == results[1]
    floors = {"floor_refuse": 0.55, "floor_answer": 0.55, "auc": 1.0, "n": 20}
    assert results[0] == ({"language": {"en": floors}}, "refused", 0.3)


def test_a_calibration_with_too_few_questions_says_what_is_needed(both: Any, tmp_path: Path) -> None:
    line = json.dumps({"id": "1", "question": HOURS, "answers": ["7:45"]})
    questions = write(tmp_path / "set", {"questions.jsonl": line}) / "questions.jsonl"
    for done in both("calibrate", str(questions), "--out", str(tmp_path / "out")):
        assert done.exit_code == 2
        assert "at least 10 questions that the documents answer and 10 that they do not" in done.stderr


# ---- what differs


def test_up_tells_the_address_of_the_one_that_runs(served: Served) -> None:
    done = run(served.service.kb.home.path, "up", "--port", "0")
    assert done.exit_code == 1
    assert done.stdout == ""
    assert f"{served.running.origin}. `kb open`" in done.stderr
    assert f"process {os.getpid()}" in done.stderr


def test_a_home_held_by_something_else_is_told_as_before(ready_home: Path, tmp_path: Path) -> None:
    home = shutil.copytree(ready_home, tmp_path / "held")
    with opened(home):
        done = run(home, "search", HOURS)
    assert done.exit_code == 1
    assert f"in use by process {os.getpid()}" in done.stderr


def test_another_model_than_the_service_uses_is_refused_with_what_to_do(served: Served) -> None:
    done = run(served.service.kb.home.path, "ask", HOURS, "--model", "smollm2-135m")
    assert done.exit_code == 1
    assert "answers with scripted (embedded)" in done.stderr
    assert "kb models use smollm2-135m" in done.stderr
    with RemoteKnowledgeBase(served.running, client="a") as remote:
        remote.use_model("embedded", "scripted")
        with pytest.raises(OtherModel):
            remote.use_model("ollama", None)


def test_errors_keep_their_class(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise RefusedByPolicy("198.51.100.7 is not in privacy.allow.")

    monkeypatch.setattr(served.service.kb._model, "generate", refuse)
    home = served.service.kb.home.path
    for arguments in (("ask", HOURS), ("ask", HOURS, "--json")):
        done = run(home, *arguments)
        assert done.exit_code == 3, done.output
        assert "error: 198.51.100.7 is not in privacy.allow." in done.stderr
    with RemoteKnowledgeBase(served.running, client="a") as remote, pytest.raises(RefusedByPolicy):
        remote.answer(HOURS, OWNER)


def test_errors_keep_their_code(served: Served) -> None:
    with RemoteKnowledgeBase(served.running, client="a") as remote, pytest.raises(DocumentNotFound) as raised:
        remote.stored_text(OWNER, None, "none.md")
    assert raised.value.code == "document.not_found"
    assert localised(raised.value, "zh") == "没有文档 'none.md'。`kb docs list` 会列出现有文档。"


def test_a_model_that_fails_is_a_model_error_whole_and_streamed(ready_home: Path, tmp_path: Path) -> None:
    home = shutil.copytree(ready_home, tmp_path / "failing")
    with opened(home, ScriptedModel([["Half ", ModelError("The server died.")]])) as kb, serving(kb) as served:
        with RemoteKnowledgeBase(served.running, client="a") as remote:
            with pytest.raises(ModelError, match="The server died"):
                remote.answer(HOURS, OWNER)
            *_, last = remote.ask(HOURS, OWNER)
            assert serialization.event_form(last)["error"] == "The server died."
        done = run(home, "ask", HOURS, "--json")
        assert (done.exit_code, done.stdout) == (1, "")
        assert "The server died." in done.stderr


def test_a_service_that_ends_in_mid_answer_is_said(ready_home: Path, tmp_path: Path) -> None:
    gate = threading.Event()
    home = shutil.copytree(ready_home, tmp_path / "ending")
    with opened(home, ScriptedModel([["One ", gate, "two"]])) as kb:
        with serving(kb) as served:
            remote = RemoteKnowledgeBase(served.running, client="a")
            told = remote.chat("a")
            next(told)
        with pytest.raises((ServiceGone, ModelError)):
            list(remote.chat("b"))
        remote.close()
        gate.set()


def test_waiting_behind_another_is_told(ready_home: Path, tmp_path: Path) -> None:
    gate = threading.Event()
    ahead: list[int] = []
    home = shutil.copytree(ready_home, tmp_path / "busy")
    model = ScriptedModel([[gate, "done"]])
    with opened(home, model) as kb, serving(kb) as served:
        first = RemoteKnowledgeBase(served.running, client="a")
        one = threading.Thread(target=lambda: list(first.chat("a")))
        one.start()
        until(lambda: len(model.requests) == 1)  # it is its turn

        def heard(count: int) -> None:
            ahead.append(count)
            gate.set()

        with RemoteKnowledgeBase(served.running, client="b", on_queued=heard) as second:
            list(second.chat("b"))
        one.join(20)
        first.close()
    assert ahead == [1]


# ---- in processes of their own


COMMAND = (sys.executable, "-c", "from ui.cli.main import main; main()")


def start(*arguments: str, **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, **environment},
    )  # fmt: skip


def test_ctrl_c_in_mid_answer_over_the_service_keeps_what_was_written(ready_home: Path, tmp_path: Path) -> None:
    home = shutil.copytree(ready_home, tmp_path / "stopping")
    gate = threading.Event()
    model = ScriptedModel([["<think>why</think>", "It opens at 7:45 [1].", gate, " Never."]])
    with opened(home, model) as kb, serving(kb) as served:
        process = start("ask", HOURS, "--json", "--home", str(home))
        running = served.service.conversations.running
        until(lambda: any(turn.running.snapshot.text for turn in running()), 180)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=180)  # the model would wait for ever
        gate.set()
    assert process.returncode == 1, err
    answer = json.loads(out)
    assert "7:45" in answer["answer"]
    assert "stopped" in [notice["kind"] for notice in answer["notices"]]
    assert "Traceback" not in err


def test_a_command_that_is_killed_stops_its_answer(ready_home: Path, tmp_path: Path) -> None:
    home = shutil.copytree(ready_home, tmp_path / "killed")
    gate = threading.Event()
    with opened(home, ScriptedModel([[gate, "never"]])) as kb, serving(kb) as served:
        process = start("ask", HOURS, "--home", str(home))
        until(lambda: bool(served.service.conversations.running()), 180)
        process.kill()
        process.communicate()
        until(lambda: not served.service.conversations.running())
        gate.set()


def test_ctrl_c_in_mid_ingest_cancels_the_job_after_the_file_and_keeps_what_it_reported(tmp_path: Path) -> None:
    files = {f"{n:03}.md": f"# Note {n}\n\nRoom {n} has code {n * 37}." for n in range(134)}
    files["070.md"] += " GATE"
    folder, gate = write(tmp_path / "many", files), tmp_path / "gate"
    options = {"KB_EMBEDDING__LLAMAINDEX_OPTIONS": json.dumps({"gate": str(gate)})}
    home = tmp_path / "home"
    service = start("up", "--no-ui", "--port", "0", "--home", str(home), **options)
    began: list[subprocess.Popen[str]] = []
    try:
        assert service.stdout is not None
        assert "The API is at http://127.0.0.1:" in service.stdout.readline()
        process = start("ingest", str(folder), "--json", "--home", str(home))
        began.append(process)
        until((tmp_path / "gate.reached").exists, 180)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        while "Ctrl-C again" not in (line := process.stderr.readline()):
            assert line
        running = running_service(home)
        assert running is not None
        with RemoteKnowledgeBase(running, client="test") as remote:
            until(lambda: remote._call("GET", "jobs")["jobs"][0]["stopping"], 60)  # the stop was passed on
        gate.touch()
        out, _ = process.communicate(timeout=180)
        report = json.loads(out)
        assert process.returncode == 1
        assert report["stopped"]
        assert 0 < report["added"] < 134
        listed = start("docs", "list", "--json", "--home", str(home)).communicate(timeout=180)[0]
        names = [document["document"] for document in json.loads(listed)["documents"]]
        assert names == sorted(document["path"] for document in report["documents"])
    finally:
        for process in began:
            process.kill()
            process.communicate()
        gate.touch()
        service.send_signal(signal.SIGTERM)
        _, error = service.communicate(timeout=180)
    assert service.returncode == 0, error
    assert not (home / "service.json").exists()


def test_after_a_kill_commands_open_the_home_and_the_service_starts_again(ready_home: Path, tmp_path: Path) -> None:
    home = shutil.copytree(ready_home, tmp_path / "crashed")
    service = start("up", "--no-ui", "--port", "0", "--home", str(home))
    assert service.stdout is not None
    service.stdout.readline()
    service.kill()
    service.communicate()
    assert (home / "service.json").exists()
    assert run(home, "search", HOURS).exit_code == 0
    again = start("up", "--no-ui", "--port", "0", "--home", str(home))
    assert again.stdout is not None
    assert "The API is at" in again.stdout.readline()
    assert run(home, "docs", "list").exit_code == 0
    again.terminate()
    again.communicate(timeout=180)
    assert again.returncode == 0


def test_a_browser_is_let_in_listed_and_put_out_by_commands(served: Served) -> None:
    home = served.service.kb.home.path
    addresses = [run(home, "open").stdout.strip(), json.loads(run(home, "open", "--json").stdout)["address"]]
    with httpx.Client(trust_env=False, headers={"user-agent": "Firefox/145.0"}) as browser:
        for address in addresses:
            assert address.startswith(f"{served.running.origin}/?code=")
            assert served.running.token not in address
            browser.cookies.clear()
            assert browser.get(address).status_code == 303
        first, second = json.loads(run(home, "sessions", "list", "--json").stdout)["sessions"]
        assert first["label"] == "Firefox"
        assert first["id"] in run(home, "sessions", "list").stdout
        assert run(home, "sessions", "revoke").exit_code == 2
        assert run(home, "sessions", "revoke", "nobody").exit_code == 2
        assert browser.get(f"{served.running.origin}/api/status").status_code == 200
        assert run(home, "sessions", "revoke", second["id"]).stdout == "1 session ended\n"
        assert browser.get(f"{served.running.origin}/api/status").status_code == 401
    assert run(home, "sessions", "revoke", "--all").stdout == "1 session ended\n"
    assert run(home, "sessions", "list").stdout == ""


def test_without_a_service_sessions_are_listed_but_no_browser_let_in(tmp_path: Path) -> None:
    done = run(tmp_path / "home", "open")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "kb up" in done.stderr
    with opened(tmp_path / "home") as kb:
        sessions = Sessions(kb.catalog)
        assert sessions.exchange(sessions.new_code(), "Firefox on Linux")
    assert "Firefox on Linux" in run(tmp_path / "home", "sessions", "list").stdout
    assert run(tmp_path / "home", "sessions", "revoke", "--all").stdout == "1 session ended\n"
