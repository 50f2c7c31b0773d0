"""Hardware: how much memory this machine has, and which DeepSeek-R1 size fits into it."""

from dataclasses import dataclass

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
_WORKSPACE = int(0.5 * GB)  # compute buffers of the engine
_OTHERS = int(2.0 * GB)  # the operating system, and this product with its embedding model


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether one size of DeepSeek-R1 runs on this machine. `needs` are bytes of memory while it answers."""

    size: str
    needs: int
    fits: bool

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


def deepseek_fits(memory: int | None = None, context_tokens: int = 8192) -> list[Fit]:
    """All sizes of DeepSeek-R1, smallest first, against `memory` bytes (default: this machine's)."""
    available = (total_memory() if memory is None else memory) - _OTHERS
    fits = []
    for size, weights in DEEPSEEK_R1_SIZES.items():
        needs = weights + _WORKSPACE + _CACHE_BYTES_PER_TOKEN[size] * context_tokens
        fits.append(Fit(size, needs, needs <= available))
    return fits


def best_deepseek(memory: int | None = None, context_tokens: int = 8192) -> Fit | None:
    """The largest size that fits, or None."""
    return max(
        (fit for fit in deepseek_fits(memory, context_tokens) if fit.fits), key=lambda fit: fit.needs, default=None
    )
