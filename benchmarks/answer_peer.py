"""One peer as its tutorial builds it, in a process of its own: `llamaindex` or `langchain`, over a folder of texts.

Reads a task from stdin, `{"embedding", "address", "key", "answer_tokens", "texts", "questions"}` (the folder of the
embedding model, OpenAI's API of the language model, the folder of texts, the questions), and prints a line of JSON a
question: `{"answer", "sources", "first", "whole"}`: the texts that the answer names by its numbers (else all that it
was given), and the seconds to its first word and to its last.
"""

from kb import privacy

privacy.protect()

import json  # noqa: E402  (telemetry is switched off before anything else is imported)
import re  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable, Iterable  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from benchmarks.llamaindex_ingest import copy_of_nltk_data  # noqa: E402
from kb.config import EmbeddingSettings  # noqa: E402

_NUMBER = re.compile(r"\[(\d{1,2})\]")
# As in LangChain's tutorial on retrieval.
_PROMPT = (
    "You are an assistant for question-answering tasks. Use the following pieces of retrieved context to answer the "
    "question. If you don't know the answer, just say that you don't know. Use three sentences maximum and keep the "
    "answer concise.\nQuestion: {question}\nContext: {context}\nAnswer:"
)
Task = dict[str, Any]
# The answer piece by piece, and the names of the texts that its passages are of, in the order of their numbers.
Ask = Callable[[str], tuple[Iterable[str], list[str]]]


def main(peer: str) -> None:
    task: Task = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as temporary:
        copy_of_nltk_data(Path(temporary))
        ask = (_llamaindex if peer == "llamaindex" else _langchain)(task)
        list(ask("What are these documents about?")[0])  # warms up
        for question in task["questions"]:
            print(json.dumps(_put(ask, question), ensure_ascii=False), flush=True)


def _put(ask: Ask, question: str) -> dict[str, Any]:
    began, first, written = time.perf_counter(), None, ""
    pieces, sources = ask(question)
    for piece in pieces:
        written += piece
        if first is None and written.strip():
            first = time.perf_counter() - began
    whole = time.perf_counter() - began
    named = [sources[int(n) - 1] for n in _NUMBER.findall(written) if 0 < int(n) <= len(sources)]
    return {"answer": written, "sources": named or sources, "first": first or whole, "whole": whole}


def _llamaindex(task: Task) -> Ask:
    """VectorStoreIndex and CitationQueryEngine with their defaults."""
    from llama_index.core import SimpleDirectoryReader, VectorStoreIndex
    from llama_index.core.query_engine import CitationQueryEngine
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.llms.openai_like import OpenAILike

    settings = EmbeddingSettings()
    embedding = HuggingFaceEmbedding(
        model_name=task["embedding"], device="cpu", text_instruction=settings.passage_prefix,
        query_instruction=settings.query_prefix,
    )  # fmt: skip
    model = OpenAILike(
        model="model", api_base=task["address"], api_key=task["key"], is_chat_model=True, temperature=0,
        max_tokens=task["answer_tokens"], timeout=600.0,
    )  # fmt: skip
    index = VectorStoreIndex.from_documents(SimpleDirectoryReader(task["texts"]).load_data(), embed_model=embedding)
    engine = CitationQueryEngine.from_args(index, llm=model, similarity_top_k=3, streaming=True)

    def ask(question: str) -> tuple[Iterable[str], list[str]]:
        answer: Any = engine.query(question)
        return answer.response_gen, [node.metadata["file_name"] for node in answer.source_nodes]

    return ask


def _langchain(task: Task) -> Ask:
    """RecursiveCharacterTextSplitter of 1,000 characters, Chroma, the four nearest, and the tutorial's prompt."""
    from langchain_chroma import Chroma
    from langchain_core.embeddings import Embeddings
    from langchain_openai import ChatOpenAI
    from langchain_text_splitters import RecursiveCharacterTextSplitter
    from sentence_transformers import SentenceTransformer

    settings, weights = EmbeddingSettings(), SentenceTransformer(task["embedding"], device="cpu")

    class E5(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return weights.encode([settings.passage_prefix + t for t in texts], normalize_embeddings=True).tolist()

        def embed_query(self, text: str) -> list[float]:
            return weights.encode(settings.query_prefix + text, normalize_embeddings=True).tolist()

    files = sorted(Path(task["texts"]).iterdir())
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    pieces = splitter.create_documents(
        [f.read_text(encoding="utf-8") for f in files], metadatas=[{"source": f.name} for f in files]
    )
    store = Chroma.from_documents(pieces, E5())
    model = ChatOpenAI(
        model="model", base_url=task["address"], api_key=task["key"], temperature=0, max_tokens=task["answer_tokens"]
    )

    def ask(question: str) -> tuple[Iterable[str], list[str]]:
        found = store.similarity_search(question, k=4)
        prompt = _PROMPT.format(question=question, context="\n\n".join(piece.page_content for piece in found))
        return (str(chunk.content) for chunk in model.stream(prompt)), [piece.metadata["source"] for piece in found]

    return ask


if __name__ == "__main__":
    main(sys.argv[1])
