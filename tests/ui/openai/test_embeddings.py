"""Embeddings: the vectors that the documents are searched with, in OpenAI's form."""

import base64
from typing import Any

import httpx
import numpy as np
import openai
import pytest

from tests.tiny import DIMENSION
from tests.ui.serving import Served


def post(served: Served, **body: Any) -> httpx.Response:
    return served.http.post(f"{served.running.origin}/v1/embeddings", json={"model": "kb", **body})


def test_texts_become_vectors_of_unit_length_in_their_order(served: Served, client: openai.OpenAI) -> None:
    texts = ["The office opens at 7:45.", "休假", "The office opens at 7:45."]
    found = client.embeddings.create(model="kb", input=texts)
    vectors = np.array([each.embedding for each in found.data], np.float32)
    assert vectors.shape == (3, DIMENSION)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert (vectors[0] == vectors[2]).all()
    own = np.frombuffer(served.service.kb.embedder.embed_passages(texts[1:2])[0].vector, "<f4")
    assert np.allclose(vectors[1], own)
    assert found.usage.prompt_tokens == found.usage.total_tokens > 6
    assert found.model == "tests.tiny:TinyEmbedding"


def test_numbers_and_base64_are_the_same(served: Served) -> None:
    [plain] = post(served, input="When?", encoding_format="float").json()["data"]
    [coded] = post(served, input=["When?"], encoding_format="base64").json()["data"]
    assert np.allclose(np.frombuffer(base64.b64decode(coded["embedding"]), "<f4"), plain["embedding"])
    [asked] = post(served, input="When?", input_type="query").json()["data"]
    question = served.service.kb.embedder.embed_question("When?").vector
    assert np.allclose(asked["embedding"], question, atol=1e-6)


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        ({"input": []}, 400, "empty"),
        ({"input": ["a", " "]}, 400, "empty text"),
        ({"input": [[1, 2], [3]]}, 400, "check_embedding_ctx_length"),
        ({"input": [1, 2]}, 400, "tokens"),
        ({"input": ["x"] * 2049}, 400, "2,049"),
        ({"input": "x", "dimensions": 5}, 400, "dimensions"),
        ({"input": "x", "encoding_format": "int8"}, 400, "encoding_format"),
        ({"input": "x", "model": "text-embedding-3-small"}, 404, "TinyEmbedding"),
        ({"input": "x" * (2 << 20)}, 413, "1 MB"),
        ({}, 400, "input"),
    ],
)
def test_what_cannot_be_embedded_is_refused(served: Served, body: dict[str, Any], status: int, word: str) -> None:
    answer = post(served, **body)
    assert answer.status_code == status, answer.text
    assert word in answer.json()["error"]["message"]
