"""Embedding: texts and questions to unit vectors.

With ONNX Runtime (`kb.models.onnx_embedding`), sentence-transformers, or a LlamaIndex embedding of one's own.
"""

import functools
import hashlib
import importlib
import json
import threading
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np

from kb.config import EmbeddingSettings
from kb.errors import ConfigError, EmbeddingError
from kb.models.maxsim import Vectors, pack, unit
from kb.schema import Language

if TYPE_CHECKING:
    from tokenizers import Tokenizer

KEPT = 4096  # vectors of sentences that an embedder keeps: checking an answer compares the same ones many times
_WORD_MARK = "▁"
# The MaxSim under which a question of a language is off topic (decision 0005). Raw values are a property of the model.
EVIDENCE_FLOORS: dict[str, Mapping[Language, float]] = {"multilingual-e5-small": {"en": 0.79, "zh": 0.82}}


@dataclass(frozen=True, slots=True)
class Embedding:
    """The vector of a text (float32 bytes, unit length) and its packed token vectors (see kb.models.maxsim)."""

    vector: bytes
    tokens: bytes


@dataclass(frozen=True, slots=True)
class EmbeddedQuestion:
    """A question's vector, shape (dimension,), and its token vectors with the piece of text each stands for."""

    vector: Vectors
    tokens: Vectors  # shape (tokens, dimension); no rows where the model gives no token vectors
    pieces: tuple[str, ...]


class Embedder(Protocol):
    """What turns text into vectors, all of unit length."""

    evidence_floors: Mapping[Language, float]  # of the evidence, by the question's language; empty: not known

    def identity(self) -> str:
        """Names model, weights, dimension and prefixes; vectors of two identities do not mix."""

    def tokenizer(self) -> "Tokenizer":
        """The tokenizer chunks are measured with."""

    def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        """An embedding for each text."""

    def embed_question(self, text: str) -> EmbeddedQuestion:
        """A question, to be compared with passages."""

    def similarities(self, claim: str, texts: Sequence[str]) -> Vectors:
        """Cosine between a sentence and each of the texts, all embedded as passages."""

    def warm_up(self) -> None:
        """Load the model now instead of at the first text."""


def load_class(name: str, setting: str) -> Any:
    """The class `module:Class` that a setting names. Raises ConfigError."""
    module, _, attribute = name.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigError("settings.class_not_loaded", setting=setting, name=name, why=error) from error


class FolderEmbedder:
    """A model in a sentence-transformers folder on this machine, whatever runs it."""

    backend: ClassVar[str] = ""  # named in the identity where vectors do not mix with torch's

    def __init__(self, settings: EmbeddingSettings) -> None:
        self._settings = settings
        self._folder = model_folder(settings.model)
        self._tokenizer: Tokenizer | None = None
        self._kept: dict[str, Vectors] = {}  # those of the sentences compared last
        self._keeping = threading.Lock()
        self.evidence_floors = EVIDENCE_FLOORS.get(settings.model, {})

    def identity(self) -> str:
        config = json.loads((self._folder / "config.json").read_text(encoding="utf-8"))
        named = {
            "model": self._folder.name,
            "revision": _fingerprint(self._folder),
            "dimension": config.get("hidden_size"),
            "prefixes": [self._settings.query_prefix, self._settings.passage_prefix],
        }
        return json.dumps(named | ({"backend": self.backend} if self.backend else {}))

    def tokenizer(self) -> "Tokenizer":
        if self._tokenizer is None:
            self._tokenizer = _load_tokenizer(self._folder)
        return self._tokenizer

    def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        encoded = self._encode(self._settings.passage_prefix, texts)
        return [Embedding(vector.astype("<f4").tobytes(), pack(tokens)) for vector, tokens in encoded]

    def embed_question(self, text: str) -> EmbeddedQuestion:
        [(vector, tokens)] = self._encode(self._settings.query_prefix, [text])
        ids = self.tokenizer().encode(text, add_special_tokens=False)
        # A lone word mark (sentencepiece's "▁") stands for no text, although its offsets name the next character.
        pieces = tuple(
            "" if token == _WORD_MARK else text[start:end]
            for token, (start, end) in zip(ids.tokens, ids.offsets, strict=True)
        )[: len(tokens)]
        return EmbeddedQuestion(vector, tokens[: len(pieces)], pieces)

    def similarities(self, claim: str, texts: Sequence[str]) -> Vectors:
        known = self._vectors_of({claim, *texts})
        cosines: Vectors = (
            np.stack([known[text] for text in texts]) @ known[claim] if texts else np.empty(0, np.float32)
        )
        return cosines

    def _vectors_of(self, texts: Set[str]) -> dict[str, Vectors]:
        """The vectors of texts, as passages; those that are kept are not made again."""
        with self._keeping:
            known = {text: self._kept[text] for text in texts & self._kept.keys()}
        new = sorted(texts - known.keys())
        if new:
            made = self._encode(self._settings.passage_prefix, new)
            known |= {text: vector for text, (vector, _) in zip(new, made, strict=True)}
        with self._keeping:
            for text, vector in known.items():
                self._kept.pop(text, None)  # the latest at the end
                self._kept[text] = vector
            for text in [*self._kept][:-KEPT]:
                del self._kept[text]
        return known

    def warm_up(self) -> None:
        self.embed_question("warm up")

    def _encode(self, prefix: str, texts: Sequence[str]) -> list[tuple[Vectors, Vectors]]:
        """(vector, token vectors) of each text. Token vectors leave out the prefix and the special tokens."""
        leading = len(self.tokenizer().encode(prefix.strip()).ids) - 1
        return [
            (unit(vector[None, :])[0], tokens[leading : max(len(tokens) - 1, leading + 1)])
            for vector, tokens in self._rows([prefix + text for text in texts])
        ]

    def _rows(self, texts: Sequence[str]) -> list[tuple[Vectors, Vectors]]:
        """For each text its vector, of any length, and the vectors of all its tokens, shape (tokens, dimension)."""
        raise NotImplementedError


class SentenceTransformerEmbedder(FolderEmbedder):
    """A folder run by sentence-transformers, that is by torch. Thread-safe."""

    def __init__(self, settings: EmbeddingSettings) -> None:
        super().__init__(settings)
        self._lock = threading.Lock()
        self._model: Any = None

    def _rows(self, texts: Sequence[str]) -> list[tuple[Vectors, Vectors]]:
        with self._lock:
            if self._model is None:
                self._model = _load_model(self._folder)
            rows = self._model.encode(
                list(texts), batch_size=self._settings.batch, output_value=None, show_progress_bar=False
            )
        return [
            (
                row["sentence_embedding"].float().cpu().numpy(),
                row["token_embeddings"][: int(row["attention_mask"].sum())].float().cpu().numpy(),
            )
            for row in rows
        ]


class LlamaIndexEmbedder:
    """A LlamaIndex BaseEmbedding of one's own. Chunks are still measured in the shipped model's tokens."""

    def __init__(self, settings: EmbeddingSettings) -> None:
        self._settings = settings
        self.evidence_floors: Mapping[Language, float] = {}
        self._model: Any = load_class(settings.llamaindex_class, "embedding.llamaindex_class")(
            **settings.llamaindex_options
        )

    def identity(self) -> str:
        return json.dumps({"class": self._settings.llamaindex_class, "options": self._settings.llamaindex_options})

    def tokenizer(self) -> "Tokenizer":
        from kb.models.weights import embedding_folder

        return _load_tokenizer(embedding_folder())

    def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        return [Embedding(vector.astype("<f4").tobytes(), b"") for vector in self._vectors(texts)]

    def embed_question(self, text: str) -> EmbeddedQuestion:
        vector = unit(np.asarray([self._model.get_query_embedding(text)], dtype=np.float32))[0]
        return EmbeddedQuestion(vector, np.empty((0, len(vector)), np.float32), ())

    def similarities(self, claim: str, texts: Sequence[str]) -> Vectors:
        vectors = self._vectors([claim, *texts])
        cosines: Vectors = vectors[1:] @ vectors[0]
        return cosines

    def warm_up(self) -> None:
        self.embed_question("warm up")

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        return unit(np.asarray(self._model.get_text_embedding_batch(list(texts)), dtype=np.float32))


def model_folder(model: str) -> Path:
    """The sentence-transformers folder of a model. Raises EmbeddingError or WeightsMissing."""
    folder = Path(model).expanduser()
    if folder.is_dir():
        if not (folder / "modules.json").is_file() or not (folder / "tokenizer.json").is_file():
            raise EmbeddingError("embedding.no_folder", folder=folder)
        return folder
    from kb.models.weights import embedding_folder

    return embedding_folder(model)


@functools.cache
def _load_model(folder: Path) -> Any:
    """The model of a folder; loaded once in a process, however many homes are opened."""
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    except Exception as error:
        raise EmbeddingError("embedding.not_loaded", folder=folder, why=error) from error


@functools.cache
def _load_tokenizer(folder: Path) -> "Tokenizer":
    """The tokenizer of a folder; read once in a process, for it takes a second."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _fingerprint(folder: Path) -> str:
    """SHA-256 over the small files and, of each large one, its size and 64 samples: enough to tell weights apart.

    What was made of the weights (`kb.models.weights.onnx_file`) does not count, nor what is remembered of them.
    """
    from kb.models.verified import RECORD
    from kb.models.weights import DERIVED

    digest = hashlib.sha256()
    files = (path for path in folder.rglob("*") if path.is_file() and path.relative_to(folder).parts[0] != DERIVED)
    for path in sorted(path for path in files if RECORD not in path.name):
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder)}:{size}".encode())
        with path.open("rb") as file:
            for at in range(0, size, max(size // 64, 1 << 16)):
                file.seek(at)
                digest.update(file.read(1 << 14))
    return digest.hexdigest()
