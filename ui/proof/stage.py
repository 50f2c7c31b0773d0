"""The stage: the process in which the proof is led. It and all it starts are cut off from the network, where possible.

    python -m ui.proof.stage FOLDER SECONDS PARENT STEP...

works in FOLDER, which holds nothing yet, and writes what it found into `FOLDER/found.json`.
"""

import ctypes
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from ui.proof import syscall_trace
from ui.proof.findings import FOUND, Findings
from ui.proof.packet_capture import Capture, leave_for_loopback

_PR_SET_CHILD_SUBREAPER, _PR_SET_PDEATHSIG = 36, 1


def main(folder: Path, seconds: float, parent: int, chosen: Sequence[str]) -> None:
    """Lead the proof. Raises OSError where the result cannot be written."""
    ended = time.monotonic() + seconds
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    found = Findings()
    found.means["packets"] = leave_for_loopback()
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)  # after the namespace: a change of rights undoes it
    if os.getppid() != parent:
        return

    def on_end(number: int, frame: object) -> None:
        from ui.proof.observation import end_all

        end_all()
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(1)

    signal.signal(signal.SIGTERM, on_end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it ends it
    capture = None
    if not found.means["packets"]:
        try:
            capture = Capture()
        except OSError as error:
            found.means["packets"] = f"no packets can be captured: {error.strerror}"
    found.means["calls"] = "" if syscall_trace.strace() else "strace is not installed"
    from ui.proof.journeys import lead  # after the namespace, which is for a process of one thread

    save: Callable[[], None] = lambda: _write(folder / FOUND, found)  # noqa: E731
    lead(found, folder, capture, ended, chosen, save)
    if capture is not None:
        found.lost_packets = capture.lost_packets()
        capture.close()
    save()


def _write(file: Path, found: Findings) -> None:
    part = file.with_suffix(".part")
    part.write_text(json.dumps(asdict(found)), encoding="utf-8")
    os.replace(part, file)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
