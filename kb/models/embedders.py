"""Embedders: which embedding model the settings choose."""

import json

from kb.config import EmbeddingSettings
from kb.errors import ConfigError
from kb.models.embedding import Embedder, LlamaIndexEmbedder, SentenceTransformerEmbedder
from kb.models.onnx_embedding import OnnxEmbedder
from kb.models.weights import names


def open_embedder(settings: EmbeddingSettings, built_with: str | None = None) -> Embedder:
    """The configured embedder. Loads no model yet. Raises ConfigError, EmbeddingError or WeightsMissing.

    `built_with` is the identity that a home's vectors have, None where it has none yet. The backend `auto` keeps to it.
    """
    if settings.llamaindex_class:
        return LlamaIndexEmbedder(settings)
    if settings.backend == "torch" or (settings.backend == "auto" and _needs_torch(settings, built_with)):
        return SentenceTransformerEmbedder(settings)
    if settings.model not in names("embedding"):
        raise ConfigError("settings.onnx_only", names=", ".join(names("embedding")), model=settings.model)
    return OnnxEmbedder(settings)


def _needs_torch(settings: EmbeddingSettings, built_with: str | None) -> bool:
    """Whether the model is a folder of one's own, or the home was built by torch with the same model."""
    if settings.model not in names("embedding"):
        return True
    built = json.loads(built_with) if built_with else {}
    return built.get("model") == settings.model and "backend" not in built
