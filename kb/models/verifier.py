"""The verifier and the judge: two small adapters (LoRA) of the model that comes with the product.

By the verifier it tells whether a text states an answer, and whether it gives another one; by the judge, before there
is an answer, whether passages state it. A request names one of them. The judge acts from its own words on, and sleeps
without them (Greenewald et al., "Activated LoRA", 2025), so that what was read before serves the answer, too. They hold
for the weights that they were trained over. `python -m benchmarks verifying` and `judging` train them.
"""

import functools
import hashlib
from pathlib import Path

from kb.models.weights import WEIGHTS

PATH, JUDGE_PATH = (Path(__file__).with_name(f"{name}.lora") for name in ("verifier", "judge"))  # GGUF
MODEL = "qwen2.5-coder-1.5b"


def is_of(digest: str) -> bool:
    """Whether weights, by their SHA-256, are those that the two were trained over."""
    return digest == WEIGHTS[MODEL].sha256


@functools.cache
def judge_digest() -> str:
    """Eight digits that tell the judge from another one."""
    return hashlib.sha256(JUDGE_PATH.read_bytes()).hexdigest()[:8]
