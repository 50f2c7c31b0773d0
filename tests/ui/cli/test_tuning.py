"""`kb tune`: from accepted answers to an adapter that answers, and back, over a service or not."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from kb.assistant import KnowledgeBase
from kb.config import load_settings
from kb.models import weights
from tests import tiny
from tests.ui.serving import SETTINGS, opened, serving
from ui.cli import main

BASE = "smollm2-135m"

pytestmark = pytest.mark.timeout(1800)  # it trains, on whatever the machine has left
LLM = {"KB_LLM__ENGINE": "embedded", "KB_LLM__EMBEDDED_MODEL": BASE}


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (tiny.ENVIRONMENT | LLM).items():
        monkeypatch.setenv(name, value)


def run(home: Path, *arguments: str, language: str = "en") -> Result:
    main.complete()
    return CliRunner().invoke(main.app, ["tune", *arguments, "--home", str(home)], env={"KB_LANG": language})


def form(done: Result) -> dict[str, Any]:
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def exported(file: Path, n: int = 12) -> Path:
    """An export of so many pairs."""
    lines = (
        json.dumps({"messages": [{"role": "user", "content": f"Room {i}?"}, {"role": "assistant", "content": "Yes."}]})
        for i in range(n)
    )
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A home with an adapter that a command trained, and what the command said."""
    home = tmp_path_factory.mktemp("tuned") / "home"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (tiny.ENVIRONMENT | LLM).items():
            patch.setenv(name, value)
        data = exported(home.parent / "pairs.jsonl")
        told = form(run(
            home, "run", "house", "--data", str(data), "--accepted-by", "ed", "--epochs", "1", "--rank", "1", "--json",
        ))  # fmt: skip
    return home, told


@pytest.fixture
def home(tuned: tuple[Path, dict[str, Any]], tmp_path: Path) -> Path:
    shutil.copytree(tuned[0], tmp_path / "home")
    return tmp_path / "home"


def test_an_export_is_trained_on_by_an_editors_word(tuned: tuple[Path, dict[str, Any]]) -> None:
    home, told = tuned
    assert told["data"] == told["data"] | {"accepted_by": ["ed"], "source": "pairs.jsonl", "pairs": 12, "held_out": 1}
    assert form(run(home, "--json"))["adapters"] == [{"name": "house", "card": told}]
    assert form(run(home, "show", "house", "--json")) == told
    for language, words in (("en", "accepted by: ed"), ("zh", "采纳者：ed")):
        assert words in run(home, "show", "house", language=language).stdout
    assert "house: over smollm2-135m, loss on held-out answers" in run(home, "list").stdout


def test_nothing_is_trained_on_without_an_editors_word(tmp_path: Path) -> None:
    data = exported(tmp_path / "pairs.jsonl")
    for accepted_by in ((), ("--accepted-by", " ")):
        done = run(tmp_path / "home", "run", "house", "--data", str(data), *accepted_by)
        assert done.exit_code == 2
        assert "Nothing is trained on without an editor's word" in done.stderr
    done = run(tmp_path / "home", "run", "house")  # nothing was accepted here
    assert done.exit_code == 2
    assert "There are 0 different questions with an accepted answer" in done.stderr
    assert form(run(tmp_path / "home", "--json"))["adapters"] == []


def used(home: Path) -> tuple[str, str]:
    """Engine and name of the model that answers in a home."""
    with KnowledgeBase.open(home, load_settings()) as kb:
        return kb.model.engine, kb.model.name


def test_an_adapter_answers_until_it_is_left(home: Path) -> None:
    adapter = ("embedded", str(home / "adapters/house/adapter.gguf"))
    assert "No adapter is used." in run(home, "off").stderr
    assert run(home, "use", "house").exit_code == 0
    assert used(home) == adapter
    done = run(home, "rm", "house")
    assert done.exit_code == 2
    assert "kb tune off" in done.stderr
    assert run(home, "use", "house").exit_code == 0  # again: what answered before is still known
    assert run(home, "off").exit_code == 0
    assert used(home) == ("embedded", BASE)
    assert run(home, "rm", "house").exit_code == 0
    assert form(run(home, "--json"))["adapters"] == []


def test_off_goes_back_to_the_model_that_was_chosen(home: Path, tmp_path: Path) -> None:
    chosen = tmp_path / "chosen.gguf"
    shutil.copy(weights.gguf_path(BASE), chosen)
    with KnowledgeBase.open(home, load_settings()) as kb:
        kb.choose_model("embedded", str(chosen))
    assert run(home, "use", "house").exit_code == 0
    assert run(home, "off").exit_code == 0
    assert used(home) == ("embedded", str(chosen))


def test_a_running_service_takes_the_adapter_and_leaves_it(home: Path) -> None:
    settings = SETTINGS.model_copy(update={"llm": load_settings().llm})
    with opened(home, settings=settings) as kb, serving(kb) as served:
        kb._model = None  # a real one
        assert run(home, "use", "house").exit_code == 0
        assert kb.model.name == str(home / "adapters/house/adapter.gguf")
        served.service.warm_up.load()
        done = run(home, "off")
        assert done.exit_code == 0, done.output
        assert "off" not in kb.model.name
        refused = served.http.post("models/use", json={"engine": "embedded", "name": str(home / "catalog.db")})
        assert refused.status_code == 403  # nothing else of the home


def test_another_base_is_refused_and_nothing_changes(home: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.gguf"
    content = bytearray(weights.gguf_path(BASE).read_bytes())
    content[-1] ^= 1
    other.write_bytes(content)
    done = run(home, "use", "house", "--on", str(other))
    assert done.exit_code == 2
    assert "is another model" in done.stderr
    assert used(home) == ("embedded", BASE)
