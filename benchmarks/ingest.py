"""Ingestion: the whole of it against the bare model embedding the same chunks, and against a LlamaIndex pipeline.

All run over the same plain texts, each in a process of its own with the model loaded before the clock starts, in turn.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.places import ASKER, SAMPLE_DOCS, evaldata, filled
from benchmarks.result import Result, median
from kb.config import cache_dir
from kb.models.weights import embedding_folder

ROUNDS = 3
# What the pipeline needs beside the LlamaIndex that the product depends on. Put beside the cache, not into the project.
PEER_PACKAGES = ("llama-index-embeddings-huggingface>=0.6,<0.7", "llama-index-vector-stores-chroma>=0.5,<0.6")


def run(rounds: int = ROUNDS, documents: int | None = None) -> Result:
    """Seconds (median of the rounds), and the ratios that are wanted: at most 1.15, and at least 1.0."""
    peer = peer_folder()
    with tempfile.TemporaryDirectory() as temporary:
        docs = Path(temporary) / "docs"
        texts, whose = _plain_texts(docs, documents)
        seconds: dict[str, list[float]] = {}
        chunks: dict[str, int] = {}
        for _ in range(rounds):
            for backend in ("torch", "onnx"):
                for what in ("bare", "whole"):
                    took, count = _measure("benchmarks.ingest_once", what, backend, str(docs))
                    seconds.setdefault(f"{what} {backend}", []).append(took)
                    chunks[f"{what} {backend}"] = count
            if peer is not None:
                took, count = _measure("benchmarks.llamaindex_ingest", str(embedding_folder()), str(docs), path=peer)
                seconds.setdefault("llamaindex torch", []).append(took)
                chunks["llamaindex torch"] = count
    middle = {name: median(values) for name, values in seconds.items()}
    rows: list[tuple[str | float, ...]] = []
    for backend in ("torch", "onnx"):
        bare, whole = middle[f"bare {backend}"], middle[f"whole {backend}"]
        peers = middle.get("llamaindex torch")
        rows.append((backend, chunks[f"whole {backend}"], bare, whole, whole / bare, peers / whole if peers else "-"))
    notes = [
        f"{texts} plain texts of {whose}, median of {rounds} rounds in turn; load average {os.getloadavg()[0]:.1f}",
        "bare: the model alone over the chunks that the whole ingestion makes, all at once; LlamaIndex runs on torch",
    ]
    if peer is None:
        notes.append(f"LlamaIndex was not measured: {', '.join(PEER_PACKAGES)} could not be installed")
    else:
        notes.append(f"LlamaIndex: {middle['llamaindex torch']:.2f} s, {chunks['llamaindex torch']} chunks")
    columns = ("backend", "chunks", "bare s", "whole s", "whole / bare", "times LlamaIndex")
    return Result("ingest", columns, tuple(rows), tuple(notes))


def _plain_texts(folder: Path, limit: int | None) -> tuple[int, str]:
    """Texts as files that every pipeline reads alike: of a question set, else of sample_docs. (how many, whose)."""
    folder.mkdir(parents=True)
    handbook = evaldata() / "handbook_18f" / "docs"
    if handbook.is_dir():
        texts = [(path.stem, path.read_text(encoding="utf-8")) for path in sorted(handbook.rglob("*.md"))]
    else:
        with filled("sample_docs", [SAMPLE_DOCS]) as kb:
            readable = [d for d in kb.documents(ASKER) if d.version]
            texts = [(Path(d.path).stem, kb.stored_text(ASKER, d.collection, d.path).text) for d in readable]
    for number, (name, text) in enumerate(texts[:limit]):
        (folder / f"{number:03} {name}.txt").write_text(text, encoding="utf-8")
    return len(texts[:limit]), "handbook_18f" if handbook.is_dir() else "sample_docs"


def _measure(module: str, *arguments: str, path: Path | None = None) -> tuple[float, int]:
    """(seconds, chunks) that a process of its own reports."""
    env = {**os.environ, **({"PYTHONPATH": os.pathsep.join([str(path), *sys.path])} if path else {})}
    ran = subprocess.run([sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, env=env, check=True)
    said = json.loads(ran.stdout.splitlines()[-1])
    print(f"{module.rpartition('.')[2]} {' '.join(arguments[:2])}: {said}", file=sys.stderr)
    return float(said["seconds"]), int(said["chunks"])


def peer_folder(
    peer: str = "llamaindex", packages: Sequence[str] = PEER_PACKAGES, module: str = "llama_index"
) -> Path | None:
    """A folder with the packages of a peer, `module` among them, filled at the first run; None where that fails."""
    folder = cache_dir() / "bench" / peer
    if not (folder / module).is_dir():
        command = [str(Path(sys.executable).with_name("uv")), "pip", "install", "-q", "--no-deps", "--target"]
        if subprocess.run([*command, str(folder), *packages], check=False).returncode:
            return None
    return folder
