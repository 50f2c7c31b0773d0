"""Embeddings: the vectors of the model that the documents are searched with."""

import base64
import json
from functools import partial
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from kb.models.embedding import Embedder
from kb.models.maxsim import Vectors
from ui.api.common import Asker, ServiceHere
from ui.api.permissions import needs
from ui.api.stream import Json, in_thread, until_gone
from ui.openai.error_form import ModelNotFound, NotTaken
from ui.openai.models import ALL
from ui.service.runtime import Service

MOST_INPUTS = 2048  # as OpenAI takes
_AT_ONCE = 16  # texts; between two groups it sees that a client is gone

router = APIRouter(tags=["embeddings"])


class EmbeddingsBody(BaseModel):
    """Texts. `input_type` is our own: a `query` and a `passage` are embedded differently, to find one by the other."""

    model_config = ConfigDict(extra="allow")

    model: str = Field(max_length=1000)
    input: str | list[str] | list[int] | list[list[int]]
    input_type: Literal["query", "passage"] = "passage"
    encoding_format: Literal["float", "base64"] | None = "float"
    dimensions: Annotated[int, Field(ge=1)] | None = None


class EmbeddingForm(BaseModel):
    """One vector, of unit length: numbers, or little-endian float32 in base64."""

    object: Literal["embedding"]
    index: int
    embedding: list[float] | str


class EmbeddingsForm(BaseModel):
    """The vectors, in the order of the texts."""

    object: Literal["list"]
    data: list[EmbeddingForm]
    model: str
    usage: dict[str, int]


@router.post("/embeddings", response_model=EmbeddingsForm)
@needs("search")
async def embeddings(body: EmbeddingsBody, service: ServiceHere, asker: Asker, request: Request) -> Response:
    """Embed texts with the model of the home: `kb`, or its own name. What is longer than it reads does not count."""
    own = name_of(service)
    if body.model not in (ALL, own):
        raise ModelNotFound("openai.no_embedding_model", model=body.model, own=own)
    texts = _texts(body.input)
    service.rates.search(asker)
    embedder = service.kb.embedder
    rows: list[Vectors] = []

    async def work() -> None:
        for at in range(0, len(texts), _AT_ONCE):
            group = texts[at : at + _AT_ONCE]
            rows.extend(await in_thread(partial(_embedded, embedder, group, body.input_type)))

    await until_gone(request.receive, work)
    if len(rows) < len(texts):  # nobody is left to be answered
        return Response(status_code=499)
    if body.dimensions not in (None, len(rows[0])):
        raise NotTaken("openai.dimensions", "dimensions", dimensions=body.dimensions, own=own, count=len(rows[0]))
    tokens = await in_thread(lambda: sum(len(embedder.tokenizer().encode(text).ids) for text in texts))
    data = [
        {"object": "embedding", "index": index, "embedding": _encode(row, body.encoding_format)}
        for index, row in enumerate(rows)
    ]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return Json({"object": "list", "data": data, "model": own, "usage": usage})


def name_of(service: Service) -> str:
    """The name of the home's embedding model."""
    known = json.loads(service.kb.embedder.identity())
    return str(known.get("model") or known.get("class") or ALL)


def _texts(given: str | list[str] | list[int] | list[list[int]]) -> list[str]:
    texts = [given] if isinstance(given, str) else given
    if not texts:
        raise NotTaken("openai.input_empty", "input", "invalid_value")
    if len(texts) > MOST_INPUTS:
        raise NotTaken(
            "openai.too_many_inputs",
            "input", "invalid_value", count=len(texts), most=MOST_INPUTS)  # fmt: skip
    found = [text for text in texts if isinstance(text, str)]
    if len(found) < len(texts):
        raise NotTaken("openai.input_tokens", "input")
    if any(not text.strip() for text in found):
        raise NotTaken("openai.input_empty_text", "input", "invalid_value")
    return [text.encode("utf-8", "replace").decode() for text in found]


def _embedded(embedder: Embedder, texts: list[str], kind: str) -> list[Vectors]:
    if kind == "query":
        return [embedder.embed_question(text).vector.astype("<f4") for text in texts]
    return [np.frombuffer(each.vector, "<f4") for each in embedder.embed_passages(texts)]


def _encode(row: Vectors, form: str | None) -> Any:
    return base64.b64encode(row.tobytes()).decode() if form == "base64" else [float(value) for value in row]
