"""A tiny embedding model for tests in which the words found do not matter: no weights, and ready in a millisecond.

It takes the place of the real one through the configuration, as a model of a user's own does:

    KB_EMBEDDING__LLAMAINDEX_CLASS=tests.tiny:TinyEmbedding

so that a process with the whole product in it starts in two seconds instead of twenty.
"""

import time
import zlib
from itertools import pairwise
from pathlib import Path

ENVIRONMENT = {"KB_EMBEDDING__LLAMAINDEX_CLASS": "tests.tiny:TinyEmbedding"}
DIMENSION = 64


class TinyEmbedding:
    """Hashed pairs of characters. With `gate` a text that holds "GATE" waits there until that file exists.

    Whoever waits for it finds the file `<gate>.reached`.
    """

    def __init__(self, gate: str = "") -> None:
        self._gate = Path(gate) if gate else None

    def get_query_embedding(self, text: str) -> list[float]:
        return self._vector(text)

    def get_text_embedding_batch(self, texts: list[str]) -> list[list[float]]:
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> list[float]:
        if self._gate is not None and "GATE" in text:
            self._gate.with_name(self._gate.name + ".reached").touch()
            while not self._gate.exists():
                time.sleep(0.01)
        counts = [1.0] + [0.0] * (DIMENSION - 1)
        for first, second in pairwise(text.lower()):
            counts[zlib.crc32(f"{first}{second}".encode("utf-8", "replace")) % DIMENSION] += 1.0
        return counts
