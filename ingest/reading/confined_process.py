"""Confined processes: started, confined before they see anything of others, and spoken to over a channel."""

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass

from ingest.reading.channel import Channel
from ingest.reading.confinement import Confinement, Sight, confine
from kb import privacy

READY = b"r"  # the kind of the first frame that a process sends

BOOTSTRAP = (
    "import sys; sys.path[:] = sys.argv[4:]; from ingest.reading.confined_process import run; run(*sys.argv[1:4])"
)
_ROOM = 1 << 16  # bytes of the first frame


class NotStarted(Exception):
    """The process did not start; its text says how it ended."""


@dataclass(frozen=True, slots=True)
class ConfinedProcess:
    """A process that runs, what holds of it, and our end of the channel to it."""

    popen: "subprocess.Popen[bytes]"
    channel: Channel
    confinement: Confinement

    def kill(self) -> None:
        """End it, and what it has started where that could not be refused."""
        end(self.popen)
        self.channel.close()


def start(
    module: str, sight: Sight, seconds: float, *, with_this_thread: bool = False, bootstrap: str = BOOTSTRAP
) -> ConfinedProcess:
    """Start a process that runs `main(channel)` of a module of the product when it is confined. Raises NotStarted.

    Linux ends it `with_this_thread`, the one that calls this, however that ends.
    """
    ours, theirs = Channel.pair()
    told = json.dumps({"sight": asdict(sight), "parent": os.getpid() if with_this_thread else 0})
    path = [os.path.abspath(place) for place in sys.path]
    try:
        popen = subprocess.Popen(
            [sys.executable, "-c", bootstrap, str(theirs.fileno()), module, told, *path],
            pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        ours.close()
        raise NotStarted(error.strerror or str(error)) from error
    finally:
        theirs.close()
    try:
        frame = ours.receive(_ROOM, seconds)
        if frame is not None and frame[0] == READY:
            return ConfinedProcess(popen, ours, Confinement(**json.loads(frame[1])))
        how = f"it said nothing for {seconds:.0f} s"
    except (EOFError, OSError):
        with contextlib.suppress(subprocess.TimeoutExpired):
            popen.wait(5)
        how = how_it_ended(popen)
    end(popen)
    ours.close()
    raise NotStarted(how)


def how_it_ended(popen: "subprocess.Popen[bytes]") -> str:
    """The signal or code with which a process ended."""
    code = popen.poll()
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-code).name
    return f"code {code}"


def end(popen: "subprocess.Popen[bytes]") -> None:
    """End a process and what it has started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(popen.pid, signal.SIGKILL)
    popen.wait()


# ---- in the process


def run(descriptor: str, module: str, told: str) -> None:
    """Confine this process, and run `main(channel)` of the module."""
    privacy.protect()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asked = json.loads(told)
    seen = asked["sight"]
    sight = Sight(tuple(seen["readable"]), seen["own"], tuple(seen["modules"]))
    importlib.import_module(module.partition(".")[0])  # its modules are found through it from now on
    confinement = confine(sight, asked["parent"])
    os.environ["TMPDIR"] = tempfile.tempdir = sight.own or os.devnull  # in which no file can be made
    main = importlib.import_module(module).main
    channel = Channel.inherited(int(descriptor))
    channel.send(READY, json.dumps(asdict(confinement)).encode())
    main(channel)
