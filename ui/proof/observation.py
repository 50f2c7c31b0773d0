"""The observation: runs commands so that whatever they send elsewhere is seen, by all means that this machine has."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from ui.proof import syscall_trace
from ui.proof.packet_capture import Capture, Packet
from ui.proof.syscall_trace import Trace, TracedConnection

KB = [sys.executable, "-c", "from ui.cli.main import main; main()"]
_STOPS_IN = 30.0  # seconds in which a service ends when it is asked to


class OutOfTime(Exception):
    """The time for the whole proof is over."""


@dataclass(slots=True)
class Observed:
    """What one command did: its exit code (-1: it did not end), output, and what was seen of it."""

    code: int = -1
    out: str = ""
    err: str = ""
    seconds: float = 0.0
    packets: list[Packet] = field(default_factory=list)
    trace: Trace | None = None

    @property
    def destinations(self) -> list[str]:
        """Addresses elsewhere, as `protocol or call address:port`, by packets and by system calls; each once."""
        sent = [f"{p.protocol} {_place(p.address, p.port)}{f' ({p.name})' if p.name else ''}" for p in self.packets]
        called = [f"{r.call} {_place(r.address, r.port)}" for r in self.trace.outside] if self.trace else []
        unread = [f"unknown: {line}" for line in self.trace.unread] if self.trace else []
        return list(dict.fromkeys([*sent, *called, *unread]))

    @property
    def look_ups(self) -> int:
        called = sum(r.is_look_up for r in self.trace.reached) if self.trace else 0
        return max(called, sum(p.is_look_up for p in self.packets))

    def reached(self, address: str) -> bool:
        """Whether something got as far as leaving for an address: a packet, or where none is captured, a call that the
        kernel did not refuse."""
        return any(p.address == address for p in self.packets) or any(
            r.address == address and not r.refused for r in self._called()
        )

    def _called(self) -> list[TracedConnection]:
        return list(self.trace.reached) if self.trace else []


def _place(address: str, port: int) -> str:
    host = f"[{address}]" if ":" in address else address
    return f"{host}:{port}" if port else host


class Observation:
    """Runs commands under observation until `deadline` (of `time.monotonic`). `capture` is None where there is none."""

    def __init__(self, folder: Path, environment: dict[str, str], capture: Capture | None, deadline: float) -> None:
        self.folder, self._environment = folder, environment
        self._capture, self._deadline = capture, deadline
        self._count = 0

    @property
    def home(self) -> Path:
        """Of the product that is observed."""
        return Path(self._environment["KB_HOME"])

    @property
    def python_path(self) -> str:
        return self._environment["PYTHONPATH"]

    @property
    def seconds_left(self) -> float:
        """Seconds that are left. Raises OutOfTime."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise OutOfTime
        return left

    def run(self, command: list[str], more: dict[str, str] | None = None, fail_with: str = "") -> Observed:
        """Run a command to its end. Raises OutOfTime where it does not come in time."""
        with self.started(command, more, fail_with) as (process, observed):
            try:
                observed.out, observed.err = process.communicate(timeout=self.seconds_left)
            except subprocess.TimeoutExpired:
                raise OutOfTime from None
            observed.code = process.returncode
        return observed

    @contextmanager
    def started(
        self, command: list[str], more: dict[str, str] | None = None, fail_with: str = ""
    ) -> Iterator[tuple["subprocess.Popen[str]", Observed]]:
        """A command that runs until the `with` ends. What was seen of it stands in `Observed` then."""
        self._count += 1
        trace = self.folder / f"trace-{self._count}"
        if syscall_trace.strace():
            command = syscall_trace.traced(trace, command, fail_with)
        observed, since, began = Observed(), self._packet_count(), time.monotonic()
        process = subprocess.Popen(
            command, cwd=self.folder, env={**self._environment, **(more or {})}, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, errors="replace",
        )  # fmt: skip
        try:
            yield process, observed
        finally:
            end_all()
            process.communicate()
            observed.seconds = time.monotonic() - began
            if self._capture is not None:
                observed.packets = self._capture.packets(since)
            if trace.exists():
                observed.trace = syscall_trace.read_trace(trace)
                trace.unlink()

    def _packet_count(self) -> int:
        return len(self._capture.packets()) if self._capture is not None else 0


def interrupt(process: "subprocess.Popen[str]") -> int:
    """End a service as Ctrl-C does, the program itself and not what traces it. Returns its exit code; -1 for none."""
    pid = process.pid
    if syscall_trace.strace():
        children = psutil.Process(pid).children()
        pid = children[0].pid if children else pid
    os.kill(pid, signal.SIGINT)
    try:
        return process.wait(_STOPS_IN)
    except subprocess.TimeoutExpired:
        return -1


def end_all() -> None:
    """End all that this process started, also what was left behind by what has ended."""
    for _ in range(50):
        children = psutil.Process().children(recursive=True)
        living = [each for each in children if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]
        if not living:
            return
        for each in living:
            try:
                each.kill()
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(living, timeout=0.2)
