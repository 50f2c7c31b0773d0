"""Embedding: texts and questions to unit vectors, with sentence-transformers or a LlamaIndex embedding of one's own."""

import hashlib
import importlib
import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from kb.catalog import Vectors
from kb.config import EmbeddingSettings
from kb.errors import ConfigError, EmbeddingError

if TYPE_CHECKING:
    from tokenizers import Tokenizer


class Embedder(Protocol):
    """What turns text into vectors. All vectors have unit length and shape (texts, dimension), float32."""

    def identity(self) -> str:
        """Names model, weights, dimension and prefixes; vectors of two identities do not mix."""

    def tokenizer(self) -> "Tokenizer":
        """The tokenizer chunks are measured with."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors: ...

    def embed_query(self, text: str) -> Vectors:
        """A vector of shape (dimension,)."""

    def warm_up(self) -> None:
        """Load the model now instead of at the first text."""


def open_embedder(settings: EmbeddingSettings) -> Embedder:
    """The configured embedder. Loads no model yet. Raises EmbeddingError or WeightsMissing."""
    if settings.llamaindex_class:
        return LlamaIndexEmbedder(settings)
    return SentenceTransformerEmbedder(settings)


def load_class(name: str, setting: str) -> Any:
    """The class `module:Class` that a setting names. Raises ConfigError."""
    module, _, attribute = name.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigError(f"{setting} = {name!r} cannot be loaded ({error}). Write it as `module:Class`.") from error


class SentenceTransformerEmbedder:
    """A sentence-transformers folder on this machine. Thread-safe."""

    def __init__(self, settings: EmbeddingSettings) -> None:
        self._settings = settings
        self._folder = _folder(settings.model)
        self._lock = threading.Lock()
        self._model: Any = None
        self._tokenizer: Tokenizer | None = None

    def identity(self) -> str:
        prefixes = [self._settings.query_prefix, self._settings.passage_prefix]
        config = json.loads((self._folder / "config.json").read_text(encoding="utf-8"))
        return json.dumps(
            {
                "model": self._folder.name,
                "revision": _fingerprint(self._folder),
                "dimension": config.get("hidden_size"),
                "prefixes": prefixes,
            }
        )

    def tokenizer(self) -> "Tokenizer":
        if self._tokenizer is None:
            self._tokenizer = _load_tokenizer(self._folder)
        return self._tokenizer

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._encode([self._settings.passage_prefix + text for text in texts])

    def embed_query(self, text: str) -> Vectors:
        vector: Vectors = self._encode([self._settings.query_prefix + text])[0]
        return vector

    def warm_up(self) -> None:
        self.embed_query("warm up")

    def _encode(self, texts: list[str]) -> Vectors:
        with self._lock:
            if self._model is None:
                self._model = self._load()
            vectors = self._model.encode(
                texts, batch_size=self._settings.batch, normalize_embeddings=True, show_progress_bar=False
            )
        return np.asarray(vectors, dtype=np.float32)

    def _load(self) -> Any:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            return SentenceTransformer(str(self._folder), device="cpu", local_files_only=True)
        except Exception as error:
            raise EmbeddingError(
                f"The embedding model in {self._folder} cannot be loaded ({error}). Delete the folder and run "
                "`kb models pull multilingual-e5-small`, or set embedding.model to another local folder."
            ) from error


class LlamaIndexEmbedder:
    """A LlamaIndex BaseEmbedding of one's own. Chunks are still measured in the shipped model's tokens."""

    def __init__(self, settings: EmbeddingSettings) -> None:
        self._settings = settings
        self._model: Any = load_class(settings.llamaindex_class, "embedding.llamaindex_class")(
            **settings.llamaindex_options
        )

    def identity(self) -> str:
        return json.dumps({"class": self._settings.llamaindex_class, "options": self._settings.llamaindex_options})

    def tokenizer(self) -> "Tokenizer":
        from kb.weights import embedding_folder

        return _load_tokenizer(embedding_folder())

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return _unit(np.asarray(self._model.get_text_embedding_batch(list(texts)), dtype=np.float32))

    def embed_query(self, text: str) -> Vectors:
        vector: Vectors = _unit(np.asarray([self._model.get_query_embedding(text)], dtype=np.float32))[0]
        return vector

    def warm_up(self) -> None:
        self.embed_query("warm up")


def _folder(model: str) -> Path:
    folder = Path(model).expanduser()
    if folder.is_dir():
        if not (folder / "modules.json").is_file() or not (folder / "tokenizer.json").is_file():
            raise EmbeddingError(
                f"embedding.model = {folder} is not a sentence-transformers folder: it needs modules.json and "
                "tokenizer.json."
            )
        return folder
    from kb.weights import embedding_folder

    return embedding_folder(model)


def _load_tokenizer(folder: Path) -> "Tokenizer":
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _fingerprint(folder: Path) -> str:
    """SHA-256 over the small files and, of each large one, its size and 64 samples: enough to tell weights apart."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder)}:{size}".encode())
        with path.open("rb") as file:
            for at in range(0, size, max(size // 64, 1 << 16)):
                file.seek(at)
                digest.update(file.read(1 << 14))
    return digest.hexdigest()


def _unit(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = vectors / np.maximum(norms, 1e-12)
    return unit
