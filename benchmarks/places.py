"""Where benchmarks find their documents, and the homes they keep between runs."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ingest.sync.pipeline import IngestProgress, ingest
from ingest.sync.reindexing import check_same, reindex
from kb.assistant import KnowledgeBase
from kb.config import IngestSettings, Settings, cache_dir
from kb.errors import EmbeddingChanged
from kb.schema import Principal

ASKER = Principal("benchmark", unlimited=True)
ROOT = Path(__file__).resolve().parent.parent
SAMPLE_DOCS = ROOT / "sample_docs"


def evaldata() -> Path:
    """The folder of question sets: KB_EVALDATA, else `../shared/evaldata` beside the repository."""
    return Path(os.environ.get("KB_EVALDATA") or ROOT.parent / "shared" / "evaldata")


@contextmanager
def filled(name: str, folders: Sequence[Path]) -> Iterator[KnowledgeBase]:
    """The knowledge base over some folders, kept from run to run; a later folder's file replaces one of its path."""
    with ingested(home(name), [(name, folders)]) as kb:
        yield kb


@contextmanager
def ingested(home: Path, collections: Sequence[tuple[str, Sequence[Path]]]) -> Iterator[KnowledgeBase]:
    """The knowledge base of a home with these collections, each over some folders as `filled` has them."""
    every = Settings(ingest=IngestSettings(quarantine_floor=None))  # what is held back is `injection`'s question
    with KnowledgeBase.open(home, every) as kb:
        try:
            check_same(kb)
        except EmbeddingChanged:  # it was filled by an earlier version
            reindex(kb, ASKER.name)
        for name, folders in collections:
            with tempfile.TemporaryDirectory() as temporary:
                docs = Path(temporary) / "docs"
                for folder in folders:
                    shutil.copytree(folder, docs, dirs_exist_ok=True)
                report = ingest(kb, [docs], collection=name, prune=True, progress=_show)
            print(f"\r{name}: {len(report.documents)} documents{' ' * 40}", file=sys.stderr)
        yield kb


def chromium() -> str | None:
    """Where Debian's Chromium is, the one without windows first; None where there is none."""
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


def home(name: str) -> Path:
    return cache_dir() / "bench" / name


def _show(at: IngestProgress) -> None:
    print(f"\ringesting {at.files_done}/{at.files_total} files, {at.chunks} chunks", end="", file=sys.stderr)
