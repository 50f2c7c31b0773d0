"""One measured run of `benchmarks.ingest`: `bare` or `whole`, a backend, a folder of texts. Prints one line of JSON."""

from kb import privacy

privacy.protect()

import json  # noqa: E402  (telemetry is switched off before anything else is imported)
import sys  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

from ingest.document.files import find  # noqa: E402
from ingest.reading import process_pool  # noqa: E402
from ingest.reading.messages import ReadDocument, Task  # noqa: E402
from ingest.sync.pipeline import ingest  # noqa: E402
from kb.assistant import KnowledgeBase  # noqa: E402
from kb.config import EmbeddingSettings, Settings  # noqa: E402


def main(what: str, backend: str, folder: Path) -> None:
    settings = Settings(embedding=EmbeddingSettings(backend=backend))
    with tempfile.TemporaryDirectory() as home, KnowledgeBase.open(Path(home), settings) as kb:
        kb.embedder.warm_up()
        chunks = _chunks(folder, settings)  # also starts the reading process
        if what == "bare":
            began = time.perf_counter()
            embed_alone(kb, backend, chunks)
        else:
            kb.indexes.ready()
            began = time.perf_counter()
            report = ingest(kb, [folder])
            assert sum(document.chunks for document in report.documents) == len(chunks)
        print(json.dumps({"seconds": time.perf_counter() - began, "chunks": len(chunks)}))


def embed_alone(kb: KnowledgeBase, backend: str, texts: list[str]) -> None:
    """The model and nothing else. Sentence-transformers sorts the texts by length itself."""
    passages = ["passage: " + text for text in texts]
    if backend == "torch":
        kb.embedder._model.encode(passages, batch_size=kb.settings.embedding.batch, show_progress_bar=False)  # type: ignore[attr-defined]
    else:
        kb.embedder._rows(passages)  # type: ignore[attr-defined]


def _chunks(folder: Path, settings: Settings) -> list[str]:
    """What is embedded of each chunk of the folder's texts."""
    import hashlib
    import threading

    texts: list[str] = []
    for found in find([folder]):
        sha256 = hashlib.sha256(found.absolute_path.read_bytes()).hexdigest()
        task = Task(found.absolute_path, found.path_in_root, sha256, settings)
        for message in process_pool.pool.read(task).messages(threading.Event()):
            assert isinstance(message, ReadDocument)
            texts += [chunk.embedded_text for chunk in message.chunks]
    return list(dict.fromkeys(texts))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
