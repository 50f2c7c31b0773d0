"""Peers: libraries that are measured beside our modules, each installed into a folder of its own under the cache."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.config import cache_dir


@dataclass(frozen=True, slots=True)
class Peer:
    """A library of `benchmarks.peer`. `package` is what is installed for it, by spaces; "": the product has it."""

    name: str
    package: str = ""


def answers(peer: Peer, asked: Sequence[str], notes: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What a peer makes of each path or text. Notes say where it could not be installed, ended, or raised."""
    environment = dict(os.environ)
    if peer.package:
        folder = cache_dir() / "bench" / peer.package.partition("[")[0].partition("=")[0]
        if not folder.is_dir():
            uv = str(Path(sys.executable).with_name("uv"))
            command = [uv, "pip", "install", "-q", "--python", sys.executable, "--target", str(folder)]
            command += peer.package.split()
            if subprocess.run(command, check=False).returncode:
                notes.append(f"{peer.name} could not be installed")
                return
        environment["PYTHONPATH"] = str(folder)
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.peer", peer.name], env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        for given in asked:
            process.stdin.write(f"{json.dumps(given)}\n")
            process.stdin.flush()
            answer = process.stdout.readline()
            if not answer:
                notes.append(f"{peer.name} ended at {given}")
                return
            told = json.loads(answer)
            if error := told.get("error"):
                notes.append(f"{peer.name}: {given}: {error}")
            yield given, told
        process.stdin.close()
