"""The adapters (LoRA) of the model that comes with the product: verifier, judge, answerer and confirmer.

By the verifier it tells whether a text states an answer, and whether it gives another one; by the judge, before there
is an answer, whether passages state it; by the answerer it writes the answer; by the confirmer it tells whether the
passages state that. A request names one of them. All but the verifier act from their own words on, and sleep without
them (Greenewald et al., "Activated LoRA", 2025), so that what was read before serves them all. They hold for the
weights that they were trained over. `python -m benchmarks verifying`, `judging`, `answering` and `confirming` train
them.
"""

import functools
import hashlib
from pathlib import Path
from typing import Literal, get_args

from kb.models.weights import WEIGHTS

Name = Literal["verifier", "judge", "answerer", "confirmer"]
NAMES: tuple[Name, ...] = get_args(Name)
FILES: dict[Name, Path] = {name: Path(__file__).with_name(f"{name}.lora") for name in NAMES}
VERIFIER, JUDGE, ANSWERER, CONFIRMER = (FILES[name] for name in ("verifier", "judge", "answerer", "confirmer"))
MODEL = "qwen2.5-coder-1.5b"


def are_of(digest: str) -> bool:
    """Whether weights, by their SHA-256, are those that the adapters were trained over."""
    return digest == WEIGHTS[MODEL].sha256


@functools.cache
def judge_digest() -> str:
    """Eight digits that tell the judge from another one."""
    return hashlib.sha256(JUDGE.read_bytes()).hexdigest()[:8]
