"""Embedding by ONNX Runtime with 8-bit weights: the shipped model, without torch and at about three times its speed."""

import functools
import json
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kb.config import EmbeddingSettings
from kb.errors import EmbeddingError
from kb.messages.coded_text import CodedText
from kb.models import verified, weights
from kb.models.embedding import FolderEmbedder
from kb.models.maxsim import Vectors

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_FILE = f"{weights.DERIVED}/model.onnx"  # in the folder of the weights
_USUAL = "98de295efb294e38079ef7c03c90de3a6cbe2ae6f86cac36136f072c9b68f736"  # its SHA-256; raise `backend` with it
_loading = threading.Lock()


class OnnxEmbedder(FolderEmbedder):
    """The shipped model as a quantised ONNX graph. Thread-safe: a question does not wait for documents being embedded.

    Each text runs alone. For texts of a chunk's length a batch is hardly faster on a processor, and in one a text's
    vector would depend on the others, for the inputs of a layer are quantised together.
    """

    backend = "onnx-int8-2"  # part of the identity: raise the number when the graph's arithmetic changes

    def __init__(self, settings: EmbeddingSettings) -> None:
        super().__init__(settings)
        self._name = settings.model

    @functools.cached_property
    def _longest(self) -> int:
        """The most tokens that the model takes."""
        config = json.loads((self._folder / "sentence_bert_config.json").read_text(encoding="utf-8"))
        return int(config["max_seq_length"])

    def _rows(self, texts: Sequence[str]) -> list[tuple[Vectors, Vectors]]:
        session, tokenizer = _session(self._name), self.tokenizer()
        return [self._row(session, tokenizer, text) for text in texts]

    def _row(self, session: Any, tokenizer: "Tokenizer", text: str) -> tuple[Vectors, Vectors]:
        ids = tokenizer.encode(text).ids
        if len(ids) > self._longest:
            ids = [*ids[: self._longest - 1], ids[-1]]
        inputs = {"ids": np.array([ids], np.int64), "mask": np.ones((1, len(ids)), np.int32)}
        [tokens] = session.run(None, inputs)[0]
        return tokens.mean(axis=0), tokens


def _session(name: str) -> Any:
    """The session of the weights `name`; loaded once in a process, however many homes and threads ask for it."""
    with _loading:
        return _load(onnx_file(name))


@functools.cache
def _load(file: Path) -> Any:
    import onnxruntime  # type: ignore[import-untyped]

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = _cores()
    options.enable_mem_pattern = False  # it keeps a plan for each length of text it ever saw
    options.log_severity_level = 3
    # Threads that spin while they wait take the cores from the language model.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise EmbeddingError("embedding.graph_not_loaded", file=file, why=error) from error


def _cores() -> int:
    """Physical cores that this process may use."""
    import psutil

    return max(1, min(psutil.cpu_count(logical=False) or 1, len(os.sched_getaffinity(0))))


def onnx_file(name: str, progress: weights.Progress | None = None) -> Path:
    """The ONNX file of the embedding weights `name`, made of their folder if it is not there yet (some seconds).

    Raises WeightsMissing or StorageFull.
    """
    folder = weights.embedding_folder(name)
    report = progress or (lambda label, done, total: None)
    if not is_made(folder):
        with weights.lock(name, report):
            if not is_made(folder):  # another process was quicker
                try:
                    _make(folder, report)
                except OSError as error:
                    raise weights.unstorable(name, error) from error
    return _place(folder)[0]


def complete(name: str) -> bool:
    """Whether the weights `name` are on this machine, and what is made of them too."""
    if not weights.present(name) or weights.WEIGHTS[name].kind != "embedding":
        return weights.present(name)
    return is_made(weights.models_dir() / name)


def fetch(name: str, progress: weights.Progress | None = None) -> Path:
    """`weights.fetch`, and what is made of the weights."""
    folder = weights.fetch(name, progress)
    if weights.WEIGHTS[name].kind == "embedding":
        onnx_file(name, progress)
    return folder


def is_made(folder: Path) -> bool:
    """Whether the ONNX file of a folder is there, of the present form, and was made here or is what is made everywhere.

    Any other may hold another model: it is made again.
    """
    _, manifest = _place(folder)
    try:
        entry = json.loads(manifest.read_text(encoding="utf-8"))
        if entry["backend"] != OnnxEmbedder.backend:
            return False
    except (OSError, ValueError, KeyError, TypeError):
        return False
    found = verified.file_hash(folder, _FILE)
    return found is not None and (found.made or found.sha256 == _USUAL)


def _make(folder: Path, report: weights.Progress) -> None:
    """Write the ONNX file and its manifest, each put in place whole."""
    from kb.models.onnx_model import write_model

    file, manifest = _place(folder)
    file.parent.mkdir(exist_ok=True)
    draft, entry = (path.with_name(f"{path.name}.part") for path in (file, manifest))
    try:
        label = CodedText("weights.quantising", name=folder.name)
        write_model(folder, draft, lambda done, total: report(label, done, total))
        noted = {"backend": OnnxEmbedder.backend}
        entry.write_text(json.dumps(noted, indent=2) + "\n", encoding="utf-8")
        os.replace(draft, file)
        os.replace(entry, manifest)
        verified.remember_made(folder, _FILE)
    finally:
        draft.unlink(missing_ok=True)
        entry.unlink(missing_ok=True)


def _place(folder: Path) -> tuple[Path, Path]:
    """The ONNX file of a folder, and its manifest."""
    return folder / _FILE, folder / weights.DERIVED / "manifest.json"
