"""The verifier: a small adapter (LoRA) by which the model that comes with the product tells whether a text states an
answer, and whether it gives another one.

A request names it, or the model reads as if it were not there. It holds for the weights that it was trained over.
`python -m benchmarks verifying` trains it, on what stands in `benchmarks/verdicts/` and `benchmarks/claims/`.
"""

from pathlib import Path

from kb.models.weights import WEIGHTS

PATH = Path(__file__).with_name("verifier.lora")  # GGUF
MODEL = "qwen2.5-coder-1.5b"


def is_of(digest: str) -> bool:
    """Whether weights, by their SHA-256, are those that it was trained over."""
    return digest == WEIGHTS[MODEL].sha256
