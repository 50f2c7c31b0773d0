"""The adapters (LoRA) of the model that comes with the product: verifier, judge and answerer.

By the verifier it tells whether a text states an answer, and whether it gives another one; by the judge, before there
is an answer, whether passages state it; by the answerer it writes the answer. A request names one of them. Judge and
answerer act from their own words on, and sleep without them (Greenewald et al., "Activated LoRA", 2025), so that what
was read before serves both. They hold for the weights that they were trained over.
`python -m benchmarks verifying`, `judging` and `answering` train them.
"""

import functools
import hashlib
from pathlib import Path

from kb.models.weights import WEIGHTS

VERIFIER, JUDGE, ANSWERER = (Path(__file__).with_name(f"{name}.lora") for name in ("verifier", "judge", "answerer"))
MODEL = "qwen2.5-coder-1.5b"


def are_of(digest: str) -> bool:
    """Whether weights, by their SHA-256, are those that the adapters were trained over."""
    return digest == WEIGHTS[MODEL].sha256


@functools.cache
def judge_digest() -> str:
    """Eight digits that tell the judge from another one."""
    return hashlib.sha256(JUDGE.read_bytes()).hexdigest()[:8]
