"""Proving: starts the stage in a folder that is gone afterwards, and makes a report of what was found there."""

import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from kb.audit.chain import canonical
from kb.audit.heads import is_signature, signature_of
from kb.config import Settings
from kb.errors import KBError, UsageError, why
from kb.files import read_regular
from kb.models import weights
from kb.models.ollama_server import host_elsewhere
from kb.privacy import SWITCHES
from ui.api.common import VERSION
from ui.proof.findings import FOUND
from ui.proof.journeys import STEPS

MOST_SECONDS = 450.0  # for all of it; what was not come to by then is told
_ENDS_IN = 20.0  # seconds for the stage to end what it started
_LIBRARIES = ("chromadb", "llama-index-core", "onnxruntime", "streamlit", "xllamacpp")
STAGE = (sys.executable, "-m", "ui.proof.stage")
_MOST_MB = 8  # of a report
_PASSED = "passed"
_ANSWER_TOKENS = 48  # of an answer, whose words do not matter here


def prove(
    settings: Settings,
    home: Path,
    config: Path | None = None,
    seconds: float = MOST_SECONDS,
    steps: Sequence[str] = STEPS,
) -> dict[str, Any]:
    """Run it all, and return the report: see `proof_report`. Signed with the key of `home`, where there is a home.

    With fewer `steps` the others are told as not come to.

    Raises KBError where nothing could be run. Interrupted, it leaves nothing.
    """
    began = datetime.now(UTC).replace(microsecond=0)
    with tempfile.TemporaryDirectory(prefix="kb-proof-") as folder, _ended_by_signals():
        found, problem = _staged(Path(folder), _environment(settings, config), seconds, steps)
    if not found:
        raise KBError("privacy.nothing_observed", problem=problem)
    report = _report(found, settings, began, problem)
    if (home / "catalog.db").exists():
        key, signature = signature_of(canonical(report).encode(), home)
        report["signature"] = {"key": key, "signature": signature}
    return report


def read_report(file: Path) -> dict[str, Any]:
    """A report that was kept. Raises UsageError for what is none."""
    try:
        report = json.loads(read_regular(file, _MOST_MB))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError("privacy.report_unreadable", file=file, why=why(error)) from None
    if not isinstance(report, dict) or not isinstance(report.get(_PASSED), bool) or "observation" not in report:
        raise UsageError("privacy.no_report", file=file)
    return report


def signed_by(report: dict[str, Any]) -> str:
    """The public key whose signature the report carries, and which fits its content; "" where none does."""
    content = {name: value for name, value in report.items() if name != "signature"}
    told = report.get("signature")
    if not isinstance(told, dict) or not all(isinstance(told.get(name), str) for name in ("key", "signature")):
        return ""
    return told["key"] if is_signature(told["signature"], canonical(content).encode(), told["key"]) else ""


def readers_of_text(settings: Settings) -> list[str]:
    """The machines besides this one that get questions and passages as things are set: that of the Ollama server, and
    with a model of one's own whatever is listed in `privacy.allow`."""
    hosts: set[str] = set()
    if settings.llm.engine in ("auto", "ollama"):
        hosts.add(host_elsewhere(settings.llm.ollama_host))
    if settings.llm.engine == "llamaindex" or settings.embedding.llamaindex_class:
        hosts.update(settings.privacy.allow)
    return sorted(hosts - {""})


# ---- the stage


def _environment(settings: Settings, config: Path | None) -> dict[str, str]:
    """That of the product under observation: the settings as they are, but for an Ollama server, which is another
    program, and other machines, which are out of reach: that of single sign-on too, whose secret it does not get."""
    left_out = ("KB_HOME", "KB_SSO_CLIENT_SECRET")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(left_out)} | SWITCHES
    if config is not None:
        environment["KB_CONFIG"] = str(config.absolute())
    if settings.llm.engine in ("auto", "ollama"):
        environment["KB_LLM__ENGINE"] = "embedded"
    environment["KB_PRIVACY__ALLOW"] = "[]"
    environment["KB_PEOPLE__SSO"] = "{}"
    environment["KB_LLM__ANSWER_TOKENS"] = str(min(settings.llm.answer_tokens, _ANSWER_TOKENS))
    environment["PYTHONPATH"] = os.pathsep.join(each for each in sys.path if each)
    return environment


def _staged(
    folder: Path, environment: dict[str, str], seconds: float, steps: Sequence[str]
) -> tuple[dict[str, Any], str]:
    """What the stage found, and what went wrong with it; nothing of it is left running."""
    command = [*STAGE, str(folder), str(seconds), str(os.getpid()), *steps]
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
            start_new_session=True,  # Ctrl-C is for this process, which then ends that one
        )  # fmt: skip
        try:
            process.wait(seconds + _ENDS_IN)
        except subprocess.TimeoutExpired:
            pass
        finally:
            _end(process)
        errors.seek(0)
        problem = errors.read().strip()[-2000:]
    found: dict[str, Any] = {}
    with suppress(OSError, ValueError):
        found = json.loads((folder / FOUND).read_text(encoding="utf-8"))
    return found, problem if process.returncode else ""


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the stage. It ends what it started when it is asked to."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(_ENDS_IN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end this as Ctrl-C does, so that nothing is left; Ctrl-C also in the background."""

    def on_signal(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, on_signal) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


# ---- the report


def _report(found: dict[str, Any], settings: Settings, began: datetime, problem: str) -> dict[str, Any]:
    observing = [name for name, why_not in found["means"].items() if not why_not and found["controls"].get(name)]
    blind = {
        name: why_not or "what nobody stops was not seen"
        for name, why_not in found["means"].items()
        if name not in observing
    }
    journeys, leaks = found["journeys"], found["leaks"]
    unfinished = found["unfinished"] or problem
    destinations = list(dict.fromkeys(each for journey in journeys for each in journey["destinations"]))
    passed = bool(
        observing
        and not unfinished
        and not destinations
        and not found["lost_packets"]
        and all(journey["done"] and not journey["look_ups"] for journey in journeys)
        and all(leak["state"] in ("stopped", "not tried") for leak in leaks if leak["expected"])
    )
    return {
        _PASSED: passed,
        "at": began.isoformat().replace("+00:00", "Z"),
        "seconds": round((datetime.now(UTC) - began).total_seconds(), 1),
        "observation": {"by": observing, "not": blind, "lost_packets": found["lost_packets"]},
        "journeys": journeys,
        "destinations": destinations,
        "leaks": leaks,
        "confinement": found["confinement"],
        "unfinished": unfinished,
        "text_seen_by": readers_of_text(settings),
        "run": found["run"] | _run(),
    }


def _run() -> dict[str, Any]:
    """What was run, on what."""
    versions = {name: metadata.version(name) for name in _LIBRARIES}
    return {
        "version": VERSION,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "user": "root" if os.geteuid() == 0 else "an ordinary user",
        "libraries": versions,
        "weights": {name: weight.sha256 for name, weight in weights.WEIGHTS.items() if weights.present(name)},
    }
