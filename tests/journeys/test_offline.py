"""Nothing leaves the machine, shown from outside the process.

Without a network: ingestion, search, answers, evaluation and the page work in a network namespace that has loopback
and no route. With a network: the same under strace, which sees what native code does as well; there is no look-up of a
name and no connection to any address but loopback. The models and the product are the real ones.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from json import loads
from pathlib import Path
from typing import Any

import pytest

from kb.models import weights
from tests.journeys.conftest import Running, Visitor, chromium, start

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_docs"
KB = ("-c", "from ui.cli.main import main; main()")
QUESTION = "How long after it was noticed must a lost laptop be reported?"
SLOW = 240_000  # milliseconds
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("KB_") or name == "KB_CACHE"},
    "KB_LLM__EMBEDDED_MODEL": "smollm2-135m",
    "KB_LLM__ANSWER_TOKENS": "32",
}
_CALL = re.compile(r"\b(connect|sendto|sendmsg|sendmmsg)\((.*)")
_ADDRESS = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')
_PORT = re.compile(r"sin6?_port=htons\((\d+)\)")


def tool(name: str) -> str:
    """The path of a tool. A test that needs it fails without: what it shows is not to be skipped."""
    path = shutil.which(name)
    if path is None:
        pytest.fail(f"{name} is not installed. Run `make setup-test`.", pytrace=False)
    return path


@pytest.fixture(scope="module", autouse=True)
def _models() -> None:
    for name in ("smollm2-135m", "multilingual-e5-small"):
        if not weights.present(name):
            pytest.fail(f"The model {name} is not here. Run `make setup-test`.", pytrace=False)


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few of the sample documents, in both languages and in several formats."""
    folder = tmp_path_factory.mktemp("offline") / "samples"
    names = (
        "hr/benefits.md", "hr/onboarding_slides.pptx", "it/IT服务台指南.txt", "it/information_security_policy.pdf",
        "mail/garage_closed.eml", "products/frostnode_datasheet.html",
    )  # fmt: skip
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(SAMPLES / name, folder / name)
    return folder


@contextmanager
def followed(running: Running) -> Iterator[Running]:
    """Ends the product as Ctrl-C does, the traced process and not its tracer, and sees that it ended well."""
    try:
        yield running
    finally:
        pid = running.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        traced_pid = int(children[0]) if "strace" in Path(f"/proc/{pid}/comm").read_text(encoding="utf-8") else pid
        os.kill(traced_pid, signal.SIGINT)
        running.process.communicate(timeout=60)
    assert running.process.returncode == 0


# ---- what a trace says


@dataclass(frozen=True)
class Reached:
    """An internet address that a process connected or sent to."""

    call: str
    address: str
    port: int

    @property
    def outside(self) -> bool:
        return self.port == 53 or not (self.address.startswith("127.") or self.address in ("::1", "::ffff:127.0.0.1"))


def reached(trace: Path) -> list[Reached]:
    """All internet addresses in a trace. Unix sockets and netlink have none, nor has a socket that is connected."""
    found = []
    for line in trace.read_text(encoding="utf-8", errors="replace").splitlines():
        call = _CALL.search(line)
        if call is None:
            continue
        addresses, ports = _ADDRESS.findall(call[2]), _PORT.findall(call[2])
        found += [Reached(call[1], a or b, int(port)) for (a, b), port in zip(addresses, ports, strict=True)]
        assert addresses or "sa_family=AF_INET" not in call[2], f"an address that could not be read: {line}"
    return found


def traced(trace: Path, *command: str) -> tuple[str, ...]:
    """The command under strace, with its threads and children. The filter in the kernel keeps it fast."""
    calls = "trace=connect,sendto,sendmsg,sendmmsg"
    return (tool("strace"), "-f", "--seccomp-bpf", "-qq", "-s", "64", "-e", calls, "-o", str(trace), *command)


def run(*command: str, **options: Any) -> str:
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=ENVIRONMENT, timeout=500, **options)
    assert done.returncode == 0, f"{command}: {done.stderr[-3000:]}"
    return done.stdout


def test_a_trace_shows_look_ups_and_outside_connections(tmp_path: Path) -> None:
    """The measure itself: a process that does what is forbidden is seen. A datagram's connect sends nothing."""
    script = (
        "import socket\n"
        "for family, address in ((socket.AF_INET, ('192.0.2.1', 9)), (socket.AF_INET, ('127.0.0.1', 53)),\n"
        "                        (socket.AF_INET, ('127.0.0.1', 8080)), (socket.AF_INET6, ('2001:db8::1', 443))):\n"
        "    try:\n"
        "        socket.socket(family, socket.SOCK_DGRAM).connect(address)\n"
        "    except OSError:\n"
        "        pass\n"
    )
    run(*traced(tmp_path / "trace", sys.executable, "-c", script))
    found = reached(tmp_path / "trace")
    outside = [(r.address, r.port) for r in found if r.outside]
    assert outside == [("192.0.2.1", 9), ("127.0.0.1", 53), ("2001:db8::1", 443)]
    assert [(r.address, r.port) for r in found if not r.outside] == [("127.0.0.1", 8080)]


def test_under_a_trace_ingestion_and_answers_reach_nothing_outside(documents: Path, tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    out = run(*traced(tmp_path / "ingest", sys.executable, *KB, "ingest", str(documents), "--home", home, "--json"))
    assert loads(out)["added"] == 6
    out = run(*traced(tmp_path / "ask", sys.executable, *KB, "ask", QUESTION, "--home", home, "--json"))
    answer = loads(out)
    assert answer["passages"]
    assert answer["engine"] == "embedded"
    for name in ("ingest", "ask"):
        assert (tmp_path / name).exists()
        assert [r for r in reached(tmp_path / name) if r.outside] == []
    # The engine `auto` looked for an Ollama on this machine: the trace saw what there was to see.
    assert ("127.0.0.1", 11434) in {(r.address, r.port) for r in reached(tmp_path / "ask")}


def test_under_a_trace_the_page_reaches_nothing_outside(browser: Any, documents: Path, tmp_path: Path) -> None:
    trace = tmp_path / "page"
    home = tmp_path / "home"
    command = traced(trace, sys.executable, *KB, "up", "--port", "0", "--home", str(home))
    with followed(start("-c", _EXEC, *command, home=home, env=ENVIRONMENT)) as running:
        context = browser.new_context(locale="en-GB")
        visitor = Visitor(context.new_page(), running.address)
        use_the_page(visitor, documents)
        context.close()
    assert trace.stat().st_size > 0
    assert [r for r in reached(trace) if r.outside] == []


_EXEC = "import os, sys; os.execv(sys.argv[1], sys.argv[1:])"


def use_the_page(visitor: Visitor, documents: Path) -> None:
    """Upload a document, and ask about it until the answer is there."""
    page = visitor.page
    visitor.open("/documents")
    page.locator('[data-testid="stFileUploader"] input[type="file"]').set_input_files([documents / "hr/benefits.md"])
    page.locator(".st-key-add-files button").click()
    page.wait_for_selector("text=Done: 1 added", timeout=SLOW)
    page.locator('[data-testid="stSidebar"] a').first.click()
    page.get_by_text("What would you like to know?").wait_for()
    visitor.ask("What does the medical plan cover?")
    page.wait_for_selector("details.found", timeout=SLOW)
    page.wait_for_selector(".foot", timeout=SLOW)
    assert visitor.outside() == []
    assert visitor.problems == []


# ---- without a network


@pytest.fixture(scope="module")
def cut_off() -> Iterator[tuple[str, ...]]:
    """What to put before a command that is to run in a network namespace with loopback and no route."""
    for name in ("unshare", "nsenter", "ip"):
        tool(name)
    if os.geteuid() != 0:
        pytest.fail("A network namespace needs root, as CI has.", pytrace=False)
    holder = subprocess.Popen(
        ["unshare", "--net", "sh", "-c", "ip link set lo up && echo ready && exec cat"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdin is not None
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == "ready\n"
        yield ("nsenter", "--target", str(holder.pid), "--net", "--")
    finally:
        holder.stdin.close()
        holder.wait(timeout=10)
        holder.stdout.close()


@pytest.fixture(scope="module")
def kb(cut_off: tuple[str, ...], documents: Path) -> Iterator[Callable[..., Any]]:
    """Runs a command without a network, over one home; returns its JSON."""
    with tempfile.TemporaryDirectory() as place:

        def run_kb(*arguments: str) -> Any:
            return loads(run(*cut_off, sys.executable, *KB, *arguments, "--home", f"{place}/home", "--json"))

        assert run_kb("ingest", str(documents))["added"] == 6
        yield run_kb


def test_the_namespace_has_loopback_and_nothing_else(cut_off: tuple[str, ...]) -> None:
    assert run(*cut_off, "ip", "route", "show", "table", "all", "type", "unicast").strip() == ""
    assert re.findall(r"^\d+: ([^:@]+)", run(*cut_off, "ip", "link", "show", "up"), re.MULTILINE) == ["lo"]


def test_without_a_network_one_can_search_ask_and_evaluate(kb: Callable[..., Any], tmp_path: Path) -> None:
    found = kb("search", QUESTION)
    assert found["enough_evidence"]
    assert found["passages"]
    answer = kb("ask", QUESTION)
    assert (answer["engine"], answer["model"]) == ("embedded", "smollm2-135m")
    assert answer["answer"].strip()
    figures = kb("eval", str(SAMPLES / "questions.jsonl"), "--limit", "1", "--out", str(tmp_path / "out"))
    assert (figures["questions"], figures["failed"]) == (1, 0)
    assert (tmp_path / "out" / "report.html").stat().st_size > 0


def test_without_a_network_the_page_answers(
    cut_off: tuple[str, ...], browser: Any, documents: Path, tmp_path: Path
) -> None:
    """Server and browser both stand in the namespace; the browser is steered over a pipe."""
    cut_off_chromium = tmp_path / "chromium"
    cut_off_chromium.write_text(f'#!/bin/sh\nexec {" ".join(cut_off)} {chromium()} "$@"\n', encoding="utf-8")
    cut_off_chromium.chmod(0o755)
    place = ("--home", str(tmp_path / "home"))
    command = (tool("nsenter"), *cut_off[1:], sys.executable, *KB, "up", "--port", "0", *place)
    with followed(start("-c", _EXEC, *command, home=tmp_path / "home", env=ENVIRONMENT)):
        address = loads(run(*cut_off, sys.executable, *KB, "open", *place, "--json"))["address"]
        inside = browser.browser_type.launch(executable_path=cut_off_chromium, args=["--no-sandbox", "--disable-gpu"])
        visitor = Visitor(inside.new_page(locale="en-GB"), address)
        use_the_page(visitor, documents)
        inside.close()
