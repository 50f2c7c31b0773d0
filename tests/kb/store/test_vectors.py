"""Chroma finds what brute force finds, and follows every change."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kb.models.maxsim import Vectors, unit
from kb.store.search_queries import VectorRow
from kb.store.vectors import VectorIndex, VectorsDamaged, _graphs, _once_unlocked

DIMENSION = 32


def rows(count: int, seed: int = 0) -> list[VectorRow]:
    drawn = unit(np.random.default_rng(seed).standard_normal((count, DIMENSION)).astype(np.float32))
    return [VectorRow(n, vector.tobytes()) for n, vector in enumerate(drawn, 1)]


def brute_force(question: Vectors, among: list[VectorRow], k: int) -> list[tuple[int, float]]:
    scores = {row.chunk_id: float(np.frombuffer(row.vector, "<f4") @ question) for row in among}
    return sorted(scores.items(), key=lambda item: -item[1])[:k]


def question(seed: int = 1) -> Vectors:
    return unit(np.random.default_rng(seed).standard_normal((1, DIMENSION)).astype(np.float32))[0]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[VectorIndex]:
    opened = VectorIndex(tmp_path / "chroma")
    yield opened
    opened.close()


def test_the_nearest_chunks_come_best_first_with_their_cosine(index: VectorIndex) -> None:
    some = rows(300)
    index.add(some)
    found = index.nearest(question(), 10)
    expected = brute_force(question(), some, 10)
    assert [chunk_id for chunk_id, _ in found] == [chunk_id for chunk_id, _ in expected]
    assert [score for _, score in found] == pytest.approx([score for _, score in expected], abs=1e-5)


def test_adding_an_id_again_replaces_its_vector(index: VectorIndex) -> None:
    index.add(rows(20))
    moved = VectorRow(7, question().astype("<f4").tobytes())
    index.add([moved])
    assert index.count() == 20
    assert index.nearest(question(), 1) == [(7, pytest.approx(1.0, abs=1e-5))]


def test_a_deleted_chunk_is_not_found_and_one_never_there_is_passed_over(index: VectorIndex) -> None:
    index.add(rows(20))
    best = index.nearest(question(), 1)[0][0]
    index.delete([best, 999])
    assert index.count() == 19
    assert best not in [i for i, _ in index.nearest(question(), 100)]


def test_chroma_is_given_no_text(index: VectorIndex) -> None:
    index.add(rows(20))
    held = index._collection.get(include=["documents", "metadatas"])
    assert len(held["ids"]) == 20
    assert not any(held["documents"] or ())
    told = [value for each in held["metadatas"] or () for value in (each or {}).values()]
    assert {type(value) for value in told} <= {int, float, bool}


def test_an_empty_index_finds_nothing(index: VectorIndex) -> None:
    assert index.nearest(question(), 5) == []


def test_more_rows_than_chroma_takes_in_one_call(index: VectorIndex) -> None:
    index.add(rows(6_000))
    assert index.count() == 6_000
    index.delete(range(1, 6_001))
    assert index.count() == 0


def test_rebuilding_leaves_only_what_it_is_given(index: VectorIndex) -> None:
    index.add(rows(50))
    index.rebuild(rows(10, seed=5))
    assert index.count() == 10
    assert [i for i, _ in index.nearest(question(), 3)] == [i for i, _ in brute_force(question(), rows(10, seed=5), 3)]


def stands_in(folder: Path, vectors: list[bytes]) -> list[str]:
    """The files in which a vector stands: as it was given, or as the graph holds it, scaled once more."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        floats = np.frombuffer(content[: len(content) // 4 * 4], "<f4")
        near = False
        for vector in (np.frombuffer(vector, "<f4") for vector in vectors) if path.name == "data_level0.bin" else ():
            with np.errstate(invalid="ignore", over="ignore"):  # not all of it is floats
                starts = np.flatnonzero(np.abs(floats[: 1 - DIMENSION] - vector[0]) < 1e-5)
            near |= any(np.allclose(floats[at : at + DIMENSION], vector, atol=1e-5) for at in starts)
        if near or any(vector in content for vector in vectors):
            found.append(path.name)
    return found


@pytest.mark.parametrize("count", [60, 2_500], ids=["in the log only", "in the graph"])
def test_wiping_leaves_no_deleted_vector_in_a_file_and_changes_nothing_else(
    index: VectorIndex, tmp_path: Path, count: int
) -> None:
    some = rows(count)
    index.add(some)
    gone, kept = some[10:30], some[:10] + some[30:]
    index.delete([row.chunk_id for row in gone])
    vectors = [row.vector for row in gone]
    # And by chance behind hnswlib's last element: that memory is blanked when the index is opened or wiped.
    assert ("chroma.sqlite3" if count < 1_000 else "data_level0.bin") in stands_in(tmp_path, vectors)
    for _ in range(2):  # the second has nothing to do
        index.wipe()
        assert stands_in(tmp_path, vectors) == []
        assert stands_in(tmp_path, [kept[20].vector]) != []
        assert index.count() == len(kept)
        expected = brute_force(question(), kept, 10)
        assert [i for i, _ in index.nearest(question(), 10)] == [i for i, _ in expected]
    index.add(rows(count)[10:12])
    assert index.nearest(np.frombuffer(some[10].vector, "<f4"), 1)[0][0] == some[10].chunk_id


def test_wiping_an_emptied_index_leaves_nothing(index: VectorIndex, tmp_path: Path) -> None:
    some = rows(1_200)
    index.add(some)
    index.delete([row.chunk_id for row in some])
    index.wipe()
    assert stands_in(tmp_path, [row.vector for row in some[::50]]) == []
    index.add(rows(5))
    assert index.count() == 5


def test_a_replaced_vector_is_wiped_too(index: VectorIndex, tmp_path: Path) -> None:
    some = rows(1_200)
    index.add(some)
    index.add([VectorRow(7, question().astype("<f4").tobytes())])
    index.wipe()
    assert stands_in(tmp_path, [some[6].vector]) == []


def test_a_lock_that_chroma_does_not_await_is_awaited(monkeypatch: pytest.MonkeyPatch) -> None:
    said = ["(code: 5) database is locked", "(code: 5) database is locked"]

    def write() -> None:
        if said:
            raise RuntimeError(said.pop())

    _once_unlocked(write)
    assert said == []
    said.append("disk I/O error")
    with pytest.raises(RuntimeError, match="disk"):
        _once_unlocked(write)
    monkeypatch.setattr("kb.store.vectors._LOCKED_SECONDS", 0.0)
    said += ["database is locked"] * 100
    with pytest.raises(RuntimeError, match="locked"):
        _once_unlocked(write)


def test_a_graph_of_another_form_is_not_written_to(index: VectorIndex, tmp_path: Path) -> None:
    index.add(rows(1_200))
    [header] = tmp_path.glob("chroma/*/header.bin")
    index.delete([1])
    index.close()
    with header.open("r+b") as file:
        file.write(b"\x07")
    again = VectorIndex(tmp_path / "chroma")
    with pytest.raises(VectorsDamaged):
        again.wipe()
    again.close()


def test_memory_behind_the_last_element_does_not_stay_on_the_disk(tmp_path: Path) -> None:
    first = VectorIndex(tmp_path / "chroma")
    some = rows(1_200)
    first.add(some)
    expected = first.nearest(question(), 5)
    first.close()
    [graph] = _graphs(tmp_path / "chroma")
    assert not any(graph.file.read_bytes()[graph.end :])
    with graph.file.open("r+b") as file:  # as a process that was killed leaves it
        file.seek(graph.end)
        file.write(b"a word of a document that is deleted")
    second = VectorIndex(tmp_path / "chroma")
    assert not any(graph.file.read_bytes()[graph.end :])
    assert second.nearest(question(), 5) == expected
    second.close()


def test_it_opens_again_with_what_it_held(tmp_path: Path) -> None:
    first = VectorIndex(tmp_path / "chroma")
    first.add(rows(30))
    expected = first.nearest(question(), 5)
    first.close()
    second = VectorIndex(tmp_path / "chroma")
    assert second.nearest(question(), 5) == expected
    second.close()
