"""Hardware: which DeepSeek-R1 size fits this machine's memory, and how fast it would answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kb.models import speed
from kb.models.speed import LONGEST_WAIT, Measured, Speed

GB = 1_000_000_000

DEEPSEEK_R1_SIZES: dict[str, int] = {  # bytes of the Q4 weights as the Ollama library has them
    "1.5b": int(1.1 * GB),
    "7b": int(4.7 * GB),
    "8b": int(5.2 * GB),
    "14b": int(9.0 * GB),
    "32b": 20 * GB,
    "70b": 43 * GB,
    "671b": 404 * GB,
}
# Bytes of key-value cache a token: 2 x layers x key-value heads x head size x 2 (f16), from the models' configurations.
# The largest one keeps a compressed latent (576 x 61 layers x 2).
_CACHE_BYTES_PER_TOKEN: dict[str, int] = {
    "1.5b": 28_672,
    "7b": 57_344,
    "8b": 147_456,
    "14b": 196_608,
    "32b": 262_144,
    "70b": 327_680,
    "671b": 70_272,
}
_AT_WORK = {"671b": int(404 * GB * 37 / 671)}  # bytes for each token, of a mixture of experts; all where it is none
_WORKSPACE = int(0.5 * GB)  # compute buffers of the engine
_OTHERS = int(2.0 * GB)  # the operating system, and this product with its embedding model


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether one size of DeepSeek-R1 runs on this machine, and how fast."""

    size: str
    needs: int  # bytes of memory while it answers
    fits: bool  # into the memory
    pace: Speed | None  # None where this machine's was not measured

    @property
    def download(self) -> int:
        """Bytes to be fetched."""
        return DEEPSEEK_R1_SIZES[self.size]

    @property
    def quick(self) -> bool:
        """Whether a typical answer is known to take no longer than anybody waits."""
        return self.pace is not None and self.pace.answer_seconds <= LONGEST_WAIT

    @property
    def tag(self) -> str:
        return f"deepseek-r1:{self.size}"


def total_memory() -> int:
    """Bytes of memory this process may use: the machine's, or the container's limit where it is lower."""
    import psutil

    total: int = psutil.virtual_memory().total
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            with open(path, encoding="ascii") as file:
                total = min(total, int(file.read()))
        except (OSError, ValueError):  # no control groups here, or "max"
            continue
    return total


def deepseek_fits(memory: int | None = None, context_tokens: int = 8192, known: Measured | None = None) -> list[Fit]:
    """All sizes of DeepSeek-R1, smallest first, for `memory` bytes and a measured speed (default: this machine's)."""
    available = (total_memory() if memory is None else memory) - _OTHERS
    known = known or speed.measured("ollama")
    fits = []
    for size, weights in DEEPSEEK_R1_SIZES.items():
        needs = weights + _WORKSPACE + _CACHE_BYTES_PER_TOKEN[size] * context_tokens
        pace = None if known is None else known.of(_AT_WORK.get(size, weights))
        fits.append(Fit(size, needs, needs <= available, pace))
    return fits


def best_deepseek(fits: Sequence[Fit]) -> Fit | None:
    """The largest size that the memory holds and that answers in time; None where there is none, or nobody knows."""
    return max((fit for fit in fits if fit.fits and fit.quick), key=lambda fit: fit.needs, default=None)


def fits_form(fits: Sequence[Fit]) -> list[dict[str, Any]]:
    """What the command line and the API tell of the sizes."""
    best = best_deepseek(fits)
    return [
        {
            "size": fit.size,
            "download_gb": round(fit.download / GB, 1),
            "needs_gb": round(fit.needs / GB, 1),
            "fits": fit.fits,
            **speed_form(fit.pace),
            "recommended": fit is best,
        }
        for fit in fits
    ]


def speed_form(expected: Speed | None) -> dict[str, float | None]:
    """The speed to expect; None where this machine's was not measured."""
    if expected is None:
        return {"tokens_per_second": None, "answer_seconds": None}
    return {"tokens_per_second": round(expected.written, 2), "answer_seconds": round(expected.answer_seconds, 1)}
