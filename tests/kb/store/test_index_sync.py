"""The indexes agree with the catalog whatever happened before they were opened."""

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kb.errors import EmbeddingChanged
from kb.language.tokenizer import any_of, content_words
from kb.store.catalog import Catalog
from kb.store.index_sync import Indexes
from kb.store.vectors import VectorIndex
from tests.kb.storage import SeededEmbedder, version

MANY = 1_300  # rows from which on Chroma keeps its graph in files of its own


class Place:
    """A catalog and a Chroma folder that can be closed and opened again, as after a crash."""

    def __init__(self, folder: Path) -> None:
        self.chroma = folder / "chroma"
        self.catalog = Catalog(folder / "catalog.db")
        self.embedder = SeededEmbedder()
        self.indexes = self._indexes()

    def _indexes(self) -> Indexes:
        return Indexes(self.catalog, self.chroma, self.embedder)

    def reopen(self) -> Indexes:
        self.indexes.close()
        self.indexes = self._indexes()
        return self.indexes

    def close(self) -> None:
        self.indexes.close()
        self.catalog.close()

    def found(self, text: str) -> int:
        [(chunk_id, cosine)] = self.indexes.nearest(self.embedder.vector(text), 1)
        assert cosine == pytest.approx(1.0, abs=1e-4)
        return chunk_id

    def agrees(self) -> None:
        _ = self.indexes.vectors  # opening mends
        live = self.catalog.live_ids()
        assert self.indexes.vectors.count() == self.catalog.count_words() == len(live)
        asked = self.embedder.vector("anything")
        assert {i for i, _ in self.indexes.nearest(asked, len(live))} == live


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    opened = Place(tmp_path)
    yield opened
    opened.close()


class Crash(Exception):
    """The process ends here."""


def crash(*_: object, **__: object) -> None:
    raise Crash


def crash_after(function: Callable[..., object]) -> Callable[..., None]:
    def run(*arguments: object, **options: object) -> None:
        function(*arguments, **options)
        raise Crash

    return run


STEPS = {
    "before Chroma": (VectorIndex, "add", lambda original: crash),
    "Chroma written, not published": (Catalog, "publish", lambda original: crash),
    "published, old chunks still in Chroma": (Catalog, "publish", crash_after),
    "old chunks deleted": (VectorIndex, "delete", crash_after),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_while_publishing_is_finished_by_the_next_start(
    place: Place, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.indexes.publish([version("a.md", "old one", "old two"), version("b.md", "kept")])
    owner, name, change = STEPS[step]
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, change(getattr(owner, name)))
        with pytest.raises(Crash):
            place.indexes.publish([version("a.md", "new one"), version("c.md", "another")])
    place.reopen()
    place.agrees()
    assert place.catalog.pending() == []
    assert place.catalog.count_live() == 3
    place.found("new one")
    place.found("another")
    assert place.catalog.word_search(any_of(content_words("two")), 5) == []


@pytest.mark.parametrize("step", ["before the catalog", "before Chroma"])
def test_a_crash_while_deleting_leaves_a_document_whole_or_gone(
    place: Place, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.indexes.publish([version("a.md", "one", "two"), version("b.md", "kept")])
    owner, name = (Catalog, "delete_documents") if step == "before the catalog" else (VectorIndex, "delete")
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, crash)
        with pytest.raises(Crash):
            place.indexes.remove([1], "owner")
    place.reopen()
    place.agrees()
    assert place.catalog.count_live() == (3 if step == "before the catalog" else 1)


def test_chunks_that_chroma_lost_are_filled_in(place: Place) -> None:
    place.indexes.publish([version("a.md", "one", "two", "three")])
    place.indexes.vectors.delete([2])
    place.reopen()
    place.agrees()


def test_a_chroma_of_the_right_size_with_other_vectors_is_noticed(place: Place) -> None:
    place.indexes.publish([version("a.md", *(f"text {n}" for n in range(20)))])
    wrong = SeededEmbedder("wrong")
    rows = [replace(row, vector=wrong.vector(str(row.chunk_id)).tobytes()) for row in place.catalog.vector_rows()]
    place.indexes.vectors.rebuild(rows)
    place.reopen()
    place.found("text 7")


def test_a_word_index_that_lost_rows_is_filled_in(place: Place) -> None:
    place.indexes.publish([version("a.md", "The pump leaks.")])
    with place.catalog.transaction() as db:
        db.execute("DELETE FROM words")
    place.reopen()
    place.agrees()
    assert place.catalog.word_search('"pump"', 5)


def test_nothing_is_rebuilt_where_all_agrees(place: Place) -> None:
    place.indexes.publish([version("a.md", "one", "two")])
    place.reopen()
    _ = place.indexes.vectors
    repaired = place.indexes.repair()
    assert (repaired.published, repaired.rebuilt) == (0, False)


def test_a_folder_that_is_gone_is_built_again(place: Place) -> None:
    place.indexes.publish([version("a.md", "one", "two")])
    place.indexes.close()
    shutil.rmtree(place.chroma)
    place.reopen()
    place.agrees()


@pytest.mark.parametrize("content", [b"", b"not a database at all", None], ids=["empty", "garbage", "random bytes"])
def test_a_damaged_database_of_chroma_is_built_again(place: Place, content: bytes | None) -> None:
    place.indexes.publish([version("a.md", *(f"text {n}" for n in range(50)))])
    place.indexes.close()
    database = place.chroma / "chroma.sqlite3"
    overwrite(database, random.Random(3)) if content is None else database.write_bytes(content)
    place.reopen()
    place.agrees()
    place.found("text 7")
    assert not place.chroma.with_name("chroma.damaged").exists()


@pytest.mark.parametrize("seed", range(3))
def test_a_damaged_graph_of_chroma_is_built_again(place: Place, seed: int) -> None:
    place.indexes.publish([version("a.md", *(f"text {n}" for n in range(MANY)))])
    place.indexes.close()
    graph = [path for path in place.chroma.rglob("*") if path.is_file() and path.name != "chroma.sqlite3"]
    assert graph
    for path in graph:
        overwrite(path, random.Random(seed))
    place.reopen()
    place.found("text 7")
    assert place.indexes.vectors.count() == MANY


def overwrite(path: Path, chance: random.Random) -> None:
    """Write random bytes over a twentieth of a file, a block at a time."""
    content = bytearray(path.read_bytes())
    for at in range(0, len(content), 640):
        block = chance.randbytes(min(32, len(content) - at))
        content[at : at + len(block)] = block
    path.write_bytes(content)


def test_another_embedding_model_is_refused_and_changes_nothing(place: Place) -> None:
    place.indexes.publish([version("a.md", "one")])
    place.embedder = SeededEmbedder("other")
    place.reopen()
    with pytest.raises(EmbeddingChanged, match="kb reindex"):
        place.indexes.publish([version("b.md", "two", embedder=place.embedder)])
    with pytest.raises(EmbeddingChanged):
        place.indexes.nearest(place.embedder.vector("one"), 1)
    place.embedder = SeededEmbedder()
    place.reopen()
    place.agrees()
    assert [d["path"] for d in place.catalog.db.execute("SELECT path FROM documents")] == ["a.md"]


def test_a_home_without_documents_takes_any_embedding_model(place: Place) -> None:
    place.indexes.publish([version("a.md", "one")])
    place.indexes.remove([1], "owner")
    place.embedder = SeededEmbedder("other", dimension=24)
    place.reopen().publish([version("b.md", "two", embedder=place.embedder)])
    place.reopen()
    place.found("two")
