"""Chroma and the exact scan find what brute force finds, and follow every change."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kb.candidates import VectorRow
from kb.catalog import Catalog
from kb.maxsim import Vectors, unit
from kb.vectors import ExactScan, VectorIndex
from tests.kb.storage import SeededEmbedder, version

DIMENSION = 32


def rows(count: int, seed: int = 0) -> list[VectorRow]:
    drawn = unit(np.random.default_rng(seed).standard_normal((count, DIMENSION)).astype(np.float32))
    return [VectorRow(n, 1, "zh" if n % 4 == 0 else "en", vector.tobytes()) for n, vector in enumerate(drawn, 1)]


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


def test_a_language_limits_the_candidates(index: VectorIndex) -> None:
    some = rows(300)
    index.add(some)
    expected = brute_force(question(), [row for row in some if row.language == "zh"], 5)
    assert [i for i, _ in index.nearest(question(), 5, "zh")] == [i for i, _ in expected]


def test_adding_an_id_again_replaces_its_vector(index: VectorIndex) -> None:
    index.add(rows(20))
    moved = VectorRow(7, 1, "en", question().astype("<f4").tobytes())
    index.add([moved])
    assert index.count() == 20
    assert index.nearest(question(), 1) == [(7, pytest.approx(1.0, abs=1e-5))]


def test_a_deleted_chunk_is_not_found_and_one_never_there_is_passed_over(index: VectorIndex) -> None:
    index.add(rows(20))
    best = index.nearest(question(), 1)[0][0]
    index.delete([best, 999])
    assert index.count() == 19
    assert best not in [i for i, _ in index.nearest(question(), 100)]


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


def test_it_opens_again_with_what_it_held(tmp_path: Path) -> None:
    first = VectorIndex(tmp_path / "chroma")
    first.add(rows(30))
    expected = first.nearest(question(), 5)
    first.close()
    second = VectorIndex(tmp_path / "chroma")
    assert second.nearest(question(), 5) == expected
    second.close()


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog(tmp_path / "catalog.db")
    yield opened
    opened.close()


def publish(catalog: Catalog, *texts: str, path: str = "a.md") -> None:
    catalog.publish(catalog.add_versions([version(path, *texts)]))


def test_the_exact_scan_equals_brute_force_over_the_allowed(catalog: Catalog) -> None:
    publish(catalog, *(f"text {n}" for n in range(200)))
    asked = SeededEmbedder().vector("question")
    allowed = np.array([n for n in range(1, 201) if n % 3 == 0])
    among = [row for row in catalog.vector_rows() if row.chunk_id in set(allowed.tolist())]
    found = ExactScan(catalog).nearest(asked, 10, allowed)
    expected = brute_force(asked, among, 10)
    assert [i for i, _ in found] == [i for i, _ in expected]
    assert [s for _, s in found] == pytest.approx([s for _, s in expected], abs=1e-6)


def test_the_exact_scan_sees_changes(catalog: Catalog) -> None:
    scan = ExactScan(catalog)
    asked = SeededEmbedder().vector("text 1")
    assert scan.nearest(asked, 5, np.arange(100)) == []
    publish(catalog, "text 0", "text 1")
    assert scan.nearest(asked, 1, np.arange(100)) == [(2, pytest.approx(1.0, abs=1e-6))]
    publish(catalog, "text 2")
    assert [i for i, _ in scan.nearest(asked, 5, np.arange(100))] == [3]
    catalog.delete_document(1, "owner")
    assert scan.nearest(asked, 5, np.arange(100)) == []


def test_the_exact_scan_finds_nothing_for_one_who_may_read_nothing(catalog: Catalog) -> None:
    publish(catalog, "text")
    assert ExactScan(catalog).nearest(SeededEmbedder().vector("text"), 5, np.empty(0, np.int64)) == []
