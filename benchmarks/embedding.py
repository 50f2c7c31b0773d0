"""Embedding: texts a second and milliseconds a question with ONNX and with torch, and how near their vectors are."""

import os
import time

import numpy as np

from benchmarks.places import SAMPLE_DOCS, filled
from benchmarks.result import Result, median
from kb.config import EmbeddingSettings
from kb.evaluation.questions import load_questions
from kb.models.embedding import SentenceTransformerEmbedder
from kb.models.maxsim import unpack
from kb.models.onnx_embedding import OnnxEmbedder

TEXTS = 128  # a round
ROUNDS = 3
QUESTIONS = 50


def run(texts: int = TEXTS, rounds: int = ROUNDS, questions: int = QUESTIONS) -> Result:
    """Both backends embed the same chunks of sample_docs in turn, so that load weighs on both."""
    with filled("sample_docs", [SAMPLE_DOCS]) as kb:
        rows = kb.catalog.db.execute("SELECT embedded_text FROM chunks WHERE live = 1 ORDER BY id LIMIT ?", (texts,))
        chunks = [row["embedded_text"] for row in rows]
    asked = [q.question for q in load_questions(SAMPLE_DOCS / "questions.jsonl")][:questions]
    torch, onnx = SentenceTransformerEmbedder(EmbeddingSettings()), OnnxEmbedder(EmbeddingSettings())
    backends = {"torch": torch, "onnx": onnx}
    embedded = {name: backend.embed_passages(chunks) for name, backend in backends.items()}  # loads them as well
    speeds: dict[str, list[float]] = {name: [] for name in backends}
    delays: dict[str, list[float]] = {name: [] for name in backends}
    for _ in range(rounds):
        for name, backend in backends.items():
            began = time.perf_counter()
            backend.embed_passages(chunks)
            speeds[name].append(len(chunks) / (time.perf_counter() - began))
    for question in asked:
        for name, backend in backends.items():
            began = time.perf_counter()
            backend.embed_question(question)
            delays[name].append(1000 * (time.perf_counter() - began))
    speed, delay = ({name: median(values) for name, values in measured.items()} for measured in (speeds, delays))
    vectors = {name: np.stack([np.frombuffer(e.vector, "<f4") for e in some]) for name, some in embedded.items()}
    cosines = np.einsum("td,td->t", vectors["torch"], vectors["onnx"])
    tokens = sum(len(unpack(e.tokens, vectors["onnx"].shape[1])) for e in embedded["onnx"]) / len(chunks)
    table: tuple[tuple[str | float, ...], ...] = (
        ("texts a second", speed["torch"], speed["onnx"], speed["onnx"] / speed["torch"]),
        ("a question, ms", delay["torch"], delay["onnx"], delay["torch"] / delay["onnx"]),
    )
    notes = (
        f"cosine of the two: mean {cosines.mean():.4f}, lowest {cosines.min():.4f}",
        f"{len(chunks)} texts of {tokens:.0f} tokens, median of {rounds}; load average {os.getloadavg()[0]:.1f}",
    )
    return Result("embedding", ("", "torch", "onnx", "times faster"), table, notes)
