"""Search at scale: a home of 100,000 chunks, a search in it as a multiple of embedding its question alone with torch.

The home is made up, and kept from run to run: texts of words drawn from sample_docs in their own frequencies, vectors
between those of its chunks, token vectors of its chunks (7 GB at 100,000). The group `few` may read one document in
twenty, `half` every other one, `most` all but one in twenty.
"""

import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.places import ASKER, SAMPLE_DOCS, filled, home
from benchmarks.result import Result, percentile
from kb.access.rules import Place
from kb.assistant import KnowledgeBase
from kb.config import EmbeddingSettings, Settings
from kb.evaluation.questions import load_questions
from kb.language.tokenizer import tokenise
from kb.models.embedding import Embedder, Embedding, SentenceTransformerEmbedder
from kb.models.maxsim import Vectors, unit
from kb.schema import Chunk, DocumentText, Language, PageSpan, Principal
from kb.store.catalog import NewVersion, SplitDocument

CHUNKS = 100_000
CHUNKS_A_DOCUMENT = 25
DOCUMENTS_AT_ONCE = 20
TOKENS = {"zh": 130, "en": 140}  # words a chunk
ASKERS = (
    ("without limits", ASKER),
    ("limited to 5 %", Principal("few", frozenset({"few"}))),
    ("limited to 50 %", Principal("half", frozenset({"half"}))),
    ("limited to 95 %", Principal("most", frozenset({"most"}))),
)
# Of 40 documents, those in each folder, and who may read it.
BANDS = {"few": ((7, 14), ("few", "half", "most")), "nobody": ((21, 28), ()),
         "half": (tuple(n for n in range(22) if n not in (7, 14, 20, 21)), ("half", "most"))}  # fmt: skip
_REST = "most"
_OPENING = (
    "from kb import privacy; privacy.protect()\nimport sys\nfrom pathlib import Path\n"
    "from kb.assistant import KnowledgeBase\nfrom kb.config import Settings\n"
    "kb = KnowledgeBase.open(Path(sys.argv[1]), Settings()); kb.indexes.ready(); kb.close()"
)


def run(chunks: int = CHUNKS, questions: int = 60) -> Result:
    """Milliseconds of embedding and searching, in turn so that load weighs on both, and seconds of the start."""
    every = [q.question for q in load_questions(SAMPLE_DOCS / "questions.jsonl")][: 2 * questions]
    others, asked = every[::2], every[1::2]
    torch = SentenceTransformerEmbedder(EmbeddingSettings())
    torch.warm_up()
    rows: list[tuple[str | float, ...]] = []
    unlimited: dict[str, float] = {}
    _fill(chunks)
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", _OPENING, str(_home(chunks))], check=True)
    rows.append(("start of a process until it can search, seconds", "", "", time.perf_counter() - began, "", ""))
    with KnowledgeBase.open(_home(chunks), Settings()) as kb:
        began = time.perf_counter()
        kb.search(asked[0], ASKERS[1][1])
        rows.append(("its first limited search, seconds", "", "", time.perf_counter() - began, "", ""))
        for label, asker in ASKERS:
            for question in others:  # as in a service that has answered other questions before
                kb.search(question, asker)
            embedding, searching = [], []
            for question in asked:
                began = time.perf_counter()
                torch.embed_question(question)
                embedding.append(1000 * (time.perf_counter() - began))
                began = time.perf_counter()
                kb.search(question, asker)
                searching.append(1000 * (time.perf_counter() - began))
            alone = statistics.median(embedding)
            for name, share in (("p50", 0.5), ("p95", 0.95)):
                took = percentile(searching, share)
                against = took / unlimited.setdefault(name, took)  # the first asker has no limits
                rows.append((label, name, alone, took, took / alone, against))
        count = kb.catalog.count_live()
    notes = (
        f"{len(asked)} questions, {count} chunks, load average {os.getloadavg()[0]:.1f}",
        "embedding is the median; the ratio is against it",
    )
    columns = ("asker", "", "embedding (torch) ms", "search ms", "ratio", "times without limits")
    return Result("search", columns, tuple(rows), notes)


def _home(chunks: int) -> Path:
    return home(f"search-in-bands-{chunks}")


@dataclass(frozen=True, slots=True)
class _Material:
    """What the made-up chunks are made of: those of sample_docs."""

    words: dict[Language, list[str]]
    vectors: dict[Language, Vectors]
    tokens: dict[Language, list[bytes]]


def _fill(chunks: int) -> None:
    """Make the home, or go on with one that is not full."""
    with KnowledgeBase.open(_home(chunks), Settings()) as kb:
        for band, groups in [*((name, groups) for name, (_, groups) in BANDS.items()), (_REST, ("most",))]:
            place = Place("path", "made-up", f"{band}/*")
            kb.catalog.set_readers(ASKER.name, place, [f"group:{group}" for group in groups])
        there = kb.catalog.count_live()
        if there >= chunks:
            return
        material, identity = _material(kb.embedder), kb.indexes.identity
        waiting: list[NewVersion] = []
        for number in range(there // CHUNKS_A_DOCUMENT, chunks // CHUNKS_A_DOCUMENT):
            waiting.append(_document(number, material, identity))
            if len(waiting) == DOCUMENTS_AT_ONCE:
                kb.indexes.publish(waiting)
                waiting = []
                print(f"\r{(number + 1) * CHUNKS_A_DOCUMENT}/{chunks} chunks", end="", file=sys.stderr)
        kb.indexes.publish(waiting)
        print(file=sys.stderr)


def _material(embedder: Embedder) -> _Material:
    with filled("sample_docs", [SAMPLE_DOCS]) as kb:
        rows = kb.catalog.db.execute("SELECT language, embedded_text FROM chunks WHERE live = 1").fetchall()
    texts: dict[Language, list[str]] = {
        language: [r["embedded_text"] for r in rows if r["language"] == language] for language in ("zh", "en")
    }
    embedded = {language: embedder.embed_passages(some) for language, some in texts.items()}
    return _Material(
        {language: [word for text in some for word in tokenise(text)] for language, some in texts.items()},
        {language: np.stack([np.frombuffer(e.vector, "<f4") for e in some]) for language, some in embedded.items()},
        {language: [e.tokens for e in some] for language, some in embedded.items()},
    )


def _document(number: int, material: _Material, identity: str) -> NewVersion:
    """Document `number`, the same in every run."""
    rng, drawn = random.Random(number), np.random.default_rng(number)
    language: Language = "zh" if number % 2 else "en"
    texts = [" ".join(rng.choices(material.words[language], k=TOKENS[language])) for _ in range(CHUNKS_A_DOCUMENT)]
    chunks, at = [], 0
    for text in texts:
        chunks.append(Chunk(at, at + len(text), text, text, None, "", ""))
        at += len(text) + 1
    band = next((name for name, (numbers, _) in BANDS.items() if number % 40 in numbers), _REST)
    whole, path = "\n".join(texts), f"{band}/{number:05}.txt"
    content = DocumentText(whole, f"Document {number}", "text/plain", (PageSpan(1, 0, len(whole)),))
    document = SplitDocument(path, f"{number:064}", len(whole), content, tuple(chunks))
    embeddings = tuple(_embeddings(material, language, drawn))
    return NewVersion("made-up", "/made-up", path, document, embeddings, identity)


def _embeddings(material: _Material, language: Language, drawn: np.random.Generator) -> Iterator[Embedding]:
    """Vectors between two chunks of sample_docs, with noise: about as near to each other as those of real chunks."""
    vectors, tokens = material.vectors[language], material.tokens[language]
    for _ in range(CHUNKS_A_DOCUMENT):
        first, second = drawn.integers(len(vectors), size=2)
        noise = drawn.standard_normal(vectors.shape[1]).astype(np.float32) * 0.01
        vector = unit((vectors[first] + vectors[second] * drawn.random() + noise)[None, :])[0]
        yield Embedding(vector.astype("<f4").tobytes(), tokens[int(first)])
