"""LlamaIndex: the knowledge base as a retriever of that framework, and its embedding model as an embedding of it.

engine = RetrieverQueryEngine.from_args(KnowledgeBaseRetriever(kb, asker, k=6), llm=...)
"""

import asyncio
from typing import Any

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.schema import (
    NodeRelationship,
    NodeWithScore,
    ObjectType,
    QueryBundle,
    RelatedNodeInfo,
    TextNode,
)
from pydantic import PrivateAttr

from kb.assistant import KnowledgeBase
from kb.models.embedding import Embedder
from kb.models.maxsim import Vectors
from kb.schema import EVERYTHING, Passage, Principal, Scope

_NOT_FOR_MODELS = ["collection", "version", "start", "end"]


class KnowledgeBaseRetriever(BaseRetriever):
    """Finds passages as `KnowledgeBase.search` does, within what `asker` may read. Best first; at most `k`."""

    def __init__(
        self, kb: KnowledgeBase, asker: Principal, k: int | None = None, scope: Scope = EVERYTHING, **options: Any
    ) -> None:
        """`options` are BaseRetriever's own, such as `callback_manager`."""
        self._kb = kb
        self._asker = asker
        self._k = k
        self._scope = scope
        super().__init__(**options)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found = self._kb.search(query_bundle.query_str, self._asker, self._k, self._scope)
        return [NodeWithScore(node=node_of(passage), score=passage.score) for passage in found.passages]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


def node_of(passage: Passage) -> TextNode:
    """A passage as a node. Its id names document, version and span, so that it stays the same from run to run."""
    document = f"{passage.collection}/{passage.document}"
    metadata = {
        "document": passage.document,
        "collection": passage.collection,
        "version": passage.version,
        "page": passage.page,
        "start": passage.start,
        "end": passage.end,
        "section": passage.section,
    }
    return TextNode(
        id_=f"{document}@{passage.version}:{passage.start}-{passage.end}",
        text=passage.text,
        metadata=metadata,
        excluded_llm_metadata_keys=_NOT_FOR_MODELS,
        excluded_embed_metadata_keys=_NOT_FOR_MODELS,
        start_char_idx=passage.start,
        end_char_idx=passage.end,
        relationships={
            NodeRelationship.SOURCE: RelatedNodeInfo(node_id=document, node_type=ObjectType.DOCUMENT),
        },
    )


class KnowledgeBaseEmbedding(BaseEmbedding):
    """The embedding model of the knowledge base, with its prefixes, for an index of LlamaIndex's own."""

    _embedder: Embedder = PrivateAttr()

    def __init__(self, embedder: Embedder, **options: Any) -> None:
        super().__init__(**{"model_name": "kb", **options})
        self._embedder = embedder

    def _get_query_embedding(self, query: str) -> list[float]:
        return _numbers(self._embedder.embed_question(query).vector)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_query_embedding, query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        import numpy as np

        return [_numbers(np.frombuffer(e.vector, "<f4")) for e in self._embedder.embed_passages(texts)]

    async def _aget_text_embedding(self, text: str) -> list[float]:
        return await asyncio.to_thread(self._get_text_embedding, text)

    async def _aget_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return await asyncio.to_thread(self._get_text_embeddings, texts)


def _numbers(vector: Vectors) -> list[float]:
    return [float(value) for value in vector]
