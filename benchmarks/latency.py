"""Latency: a search as a multiple of embedding its question alone, both timed in turn so that load weighs on both."""

import os
import time

from benchmarks.places import ASKER, SAMPLE_DOCS, filled
from benchmarks.result import Result, median, percentile
from kb.access.rules import DEFAULT
from kb.evaluation.questions import load_questions
from kb.schema import Principal


def run(limit: int = 100) -> Result:
    """Milliseconds over the questions of sample_docs, for an asker without limits and one with them."""
    questions = [q.question for q in load_questions(SAMPLE_DOCS / "questions.jsonl")][:limit]
    rows: list[tuple[str | float, ...]] = []
    with filled("sample_docs", [SAMPLE_DOCS]) as kb:
        chunks = kb.catalog.count_live()
        kb.catalog.set_readers(ASKER.name, DEFAULT, ["*"])
        for label, asker in (("without limits", ASKER), ("with limits", Principal("guest"))):
            kb.search(questions[0], asker)
            embedding, searching = [], []
            for question in questions:
                began = time.perf_counter()
                kb.embedder.embed_question(question)
                embedding.append(1000 * (time.perf_counter() - began))
                searching.append(1000 * kb.search(question, asker).seconds)
            for name, at in (("p50", median), ("p95", lambda values: percentile(values, 0.95))):
                rows.append((label, name, at(embedding), at(searching), at(searching) / at(embedding)))
    notes = (f"{len(questions)} questions, {chunks} chunks, load average {os.getloadavg()[0]:.1f}",)
    return Result("latency", ("asker", "", "embedding ms", "search ms", "ratio"), tuple(rows), notes)
