"""One measured run of a LlamaIndex pipeline as its guides build it: a model folder, a folder of texts. Prints JSON.

SimpleDirectoryReader, SentenceSplitter with chunks of the size of ours, HuggingFaceEmbedding, ChromaVectorStore.
"""

from kb import privacy

privacy.protect()

import importlib.util  # noqa: E402  (telemetry is switched off before anything else is imported)
import json  # noqa: E402
import os  # noqa: E402
import shutil  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

from kb.config import EmbeddingSettings, SplittingSettings  # noqa: E402


def main(model: str, folder: str) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        copy_of_nltk_data(Path(temporary))
        import chromadb
        from llama_index.core import SimpleDirectoryReader
        from llama_index.core.ingestion import IngestionPipeline
        from llama_index.core.node_parser import SentenceSplitter
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding
        from llama_index.vector_stores.chroma import ChromaVectorStore
        from tokenizers import Tokenizer

        settings, sizes = EmbeddingSettings(), SplittingSettings()
        tokenizer = Tokenizer.from_file(str(Path(model) / "tokenizer.json"))
        tokenizer.no_truncation()
        embedding = HuggingFaceEmbedding(
            model_name=model, device="cpu", embed_batch_size=settings.batch, text_instruction=settings.passage_prefix,
            query_instruction=settings.query_prefix,
        )  # fmt: skip
        embedding.get_text_embedding("warm up")
        collection = chromadb.PersistentClient(path=str(Path(temporary) / "chroma")).create_collection(
            "chunks", embedding_function=None
        )
        splitter = SentenceSplitter(
            chunk_size=sizes.chunk_tokens, chunk_overlap=sizes.overlap_tokens,
            tokenizer=lambda text: tokenizer.encode(text, add_special_tokens=False).ids,
        )  # fmt: skip
        store = ChromaVectorStore(chroma_collection=collection)
        began = time.perf_counter()
        documents = SimpleDirectoryReader(folder).load_data()
        nodes = IngestionPipeline(transformations=[splitter, embedding], vector_store=store).run(documents=documents)
        print(json.dumps({"seconds": time.perf_counter() - began, "chunks": len(nodes)}))


def copy_of_nltk_data(place: Path) -> None:
    """NLTK refuses data that is hard-linked, as uv installs it."""
    found = importlib.util.find_spec("llama_index.core")
    assert found is not None
    assert found.origin is not None
    shutil.copytree(Path(found.origin).parent / "_static" / "nltk_cache", place / "nltk")
    os.environ["NLTK_DATA"] = str(place / "nltk")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
