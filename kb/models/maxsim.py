"""MaxSim: late interaction between the token vectors of a question and of a chunk.

After ColBERT (Khattab & Zaharia, SIGIR 2020), with the token vectors of the embedding model itself: no weights
of their own are needed. Token vectors are kept as 8-bit integers, each with a scale.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


def pack(tokens: Vectors) -> bytes:
    """Token vectors of shape (tokens, dimension) as bytes: for each a float16 scale and int8 values."""
    tokens = unit(tokens)
    scale = np.abs(tokens).max(axis=1, keepdims=True) / 127
    packed = np.empty(len(tokens), _row(tokens.shape[1]))
    packed["scale"] = scale[:, 0]
    packed["values"] = np.round(tokens / np.maximum(scale, 1e-12))
    return packed.tobytes()


def unpack(packed: bytes, dimension: int) -> Vectors:
    """The vectors that `pack` packed, of about unit length."""
    rows = np.frombuffer(packed, _row(dimension))
    vectors: Vectors = rows["values"].astype(np.float32) * rows["scale"].astype(np.float32)[:, None]
    return vectors


def maxsim(question: Vectors, weights: Vectors, chunks: Sequence[bytes]) -> Vectors:
    """For each packed chunk, the weighted mean over the question's tokens of their best cosine in it.

    `question` has shape (tokens, dimension), `weights` shape (tokens,). A chunk without token vectors scores 0.
    """
    scores = np.zeros(len(chunks), np.float32)
    filled = [i for i, packed in enumerate(chunks) if packed]
    if not filled:
        return scores
    question = unit(question)
    rows = np.frombuffer(b"".join(chunks), _row(question.shape[1]))
    # The scale is multiplied into the few products instead of the many values.
    cosines = (question @ rows["values"].astype(np.float32).T) * rows["scale"].astype(np.float32)
    lengths = [len(chunks[i]) // rows.itemsize for i in filled]
    best = np.maximum.reduceat(cosines, np.cumsum([0, *lengths[:-1]]), axis=1)
    scores[filled] = weights @ best / (float(weights.sum()) or 1.0)
    return scores


def unit(vectors: Vectors) -> Vectors:
    """The vectors scaled to unit length, row by row."""
    scaled: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return scaled


def _row(dimension: int) -> np.dtype[np.void]:
    return np.dtype([("scale", "<f2"), ("values", "i1", (dimension,))])
