"""Speed: how many tokens a second this machine reads and writes, measured once, and what other models would do here."""

import json
import os
import platform
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from kb.config import cache_dir

LEAST_READ, LEAST_WRITTEN = 64, 8  # tokens without which a speed is chance
# A typical answer: three passages and the question are read (the rest of the prompt is kept), some reasoning and a few
# sentences are written.
TYPICAL_READ, TYPICAL_WRITTEN = 800, 250
LONGEST_WAIT = 120  # seconds for a typical answer with which a model is still recommended


@dataclass(frozen=True, slots=True)
class Speed:
    """Tokens a second of a prompt that are read, and of an answer that are written."""

    read: float
    written: float

    @property
    def answer_seconds(self) -> float:
        """How long a typical answer takes."""
        return TYPICAL_READ / self.read + TYPICAL_WRITTEN / self.written


@dataclass(frozen=True, slots=True)
class Measured:
    """What a model of `weights` bytes did on this machine."""

    machine: str
    engine: str
    weights: int
    read: float
    written: float

    def of(self, weights: int) -> Speed:
        """What is expected of a model with so many bytes at work for each token: both are bound by them."""
        return Speed(self.read * self.weights / weights, self.written * self.weights / weights)


def measured(engine: str) -> Measured | None:
    """What is known of an engine on this machine; of the embedded one for Ollama too, until that has answered."""
    known = _measurements()
    return known.get(engine) or (known.get("embedded") if engine == "ollama" else None)


def expected(engine: str, weights: int) -> Speed | None:
    """The speed of a model with so many bytes of weights at work for each token; None where nothing was measured."""
    known = measured(engine)
    return known.of(weights) if known is not None and weights > 0 else None


def record(engine: str, weights: int, read: tuple[int, float], written: tuple[int, float]) -> None:
    """Keep what an answer took, as (tokens, seconds) of prompt and answer.

    The largest model tells most, and of the same the best time: a machine that is busy with other things is slower.
    """
    if read[0] < LEAST_READ or written[0] < LEAST_WRITTEN or read[1] <= 0 or written[1] <= 0:
        return
    speeds, known = (read[0] / read[1], written[0] / written[1]), _measurements()
    before = known.get(engine)
    if before is not None:
        if weights < before.weights:
            return
        if weights == before.weights:
            speeds = max(speeds[0], before.read), max(speeds[1], before.written)
            if speeds[0] < 1.05 * before.read and speeds[1] < 1.05 * before.written:
                return
    _keep({**known, engine: Measured(machine(), engine, weights, *speeds)})


@cache
def machine() -> str:
    """This machine, so that what was measured on another one is measured anew."""
    import psutil

    name = platform.processor()
    with suppress(OSError), open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        name = next((line.partition(":")[2].strip() for line in file if line.startswith("model name")), name)
    return f"{name or platform.machine()}, {psutil.cpu_count()} processors"


def _file() -> Path:
    return cache_dir() / "speed.json"


def _measurements() -> dict[str, Measured]:
    """What was measured on this machine, by engine."""
    try:
        found = [Measured(**each) for each in json.loads(_file().read_text(encoding="utf-8"))]
        return {each.engine: each for each in found if each.machine == machine() and each.weights > 0}
    except (OSError, ValueError, TypeError):  # not measured yet, or by another version
        return {}


def _keep(known: dict[str, Measured]) -> None:
    with suppress(OSError):  # it is measured again
        file = _file()
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=".speed-")
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            json.dump([asdict(each) for each in known.values()], out)
        os.replace(name, file)
