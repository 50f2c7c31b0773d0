"""The exact scan finds what brute force over the catalog finds, and follows every change of it."""

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kb.access.rules import Place
from kb.answering import exact_search as scan_module
from kb.answering.exact_search import ExactScan, Selection
from kb.schema import Principal
from kb.store.catalog import Catalog, NewVersion
from tests.kb.storage import SeededEmbedder, version

ASKED = SeededEmbedder().vector("question")


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog(tmp_path / "catalog.db")
    yield opened
    opened.close()


def publish(catalog: Catalog, *versions: NewVersion) -> None:
    catalog.publish(catalog.add_versions(versions))


def texts(count: int, name: str = "text") -> list[str]:
    return [f"{name} {n}" for n in range(count)]


def brute_force(catalog: Catalog, where: str = "1") -> list[tuple[int, float]]:
    """Every live chunk for which an SQL condition holds, best first."""
    rows = catalog.db.execute(
        "SELECT c.id, e.vector FROM chunks c JOIN embeddings e ON e.id = c.embedding_id JOIN documents d "
        f"ON d.id = c.document_id WHERE c.live = 1 AND {where}"
    )
    scores = [(row["id"], float(np.frombuffer(row["vector"], "<f4") @ ASKED)) for row in rows]
    return sorted(scores, key=lambda found: (-found[1], found[0]))


def assert_same(selected: Selection, expected: list[tuple[int, float]], k: int = 10) -> None:
    found = selected.nearest(ASKED, k)
    assert [i for i, _ in found] == [i for i, _ in expected[:k]]
    assert [score for _, score in found] == pytest.approx([score for _, score in expected[:k]], abs=1e-6)
    assert sorted(selected.chunk_ids.tolist()) == sorted(i for i, _ in expected)


def fill(catalog: Catalog) -> None:
    publish(
        catalog,
        version("open.md", *texts(200, "open")),
        version("hr.md", *texts(30, "hr")),
        version("nobody.md", *texts(20, "nobody")),
        version("中文.md", *texts(40, "这里写的是年假规定")),
    )


@pytest.mark.parametrize("groups", [(), ("hr",), ("hr", "board"), ("board",)], ids="-".join)
def test_only_chunks_of_documents_that_the_asker_may_read_are_found(catalog: Catalog, groups: tuple[str, ...]) -> None:
    fill(catalog)
    scan = ExactScan(catalog)
    scan.select()  # what is in memory already follows
    catalog.set_readers("owner", Place("default"), ["*"])
    catalog.set_readers("owner", Place("document", "docs", "hr.md"), ["group:hr"])
    catalog.set_readers("owner", Place("document", "docs", "nobody.md"), [])
    paths = ["'open.md'", "'中文.md'", *(["'hr.md'"] if "hr" in groups else [])]
    expected = brute_force(catalog, f"c.document_id IN (SELECT id FROM documents WHERE path IN ({', '.join(paths)}))")
    assert_same(scan.select(catalog.document_ids(Principal("guest", frozenset(groups)))), expected)


def test_documents_and_languages_limit_too(catalog: Catalog) -> None:
    fill(catalog)
    scan = ExactScan(catalog)
    assert_same(scan.select(), brute_force(catalog))
    assert_same(scan.select(language="zh"), brute_force(catalog, "c.language = 'zh'"))
    assert_same(scan.select([1, 2], "en"), brute_force(catalog, "c.language = 'en' AND c.document_id IN (1, 2)"))
    assert scan.select(language="zh").nearest(ASKED, 3)


def test_one_who_may_read_nothing_finds_nothing(catalog: Catalog) -> None:
    scan = ExactScan(catalog)
    assert scan.select().nearest(ASKED, 5) == []
    publish(catalog, version("a.md", "text"))
    assert scan.select([]).nearest(ASKED, 5) == []
    assert scan.select(document_ids=[]).chunk_ids.tolist() == []


def test_it_equals_a_fresh_one_after_any_changes(catalog: Catalog) -> None:
    rng = random.Random(7)
    scan = ExactScan(catalog)
    for step in range(60):
        path = f"{rng.randrange(12)}.md"
        known = catalog.known_documents("docs")
        if path in known and rng.random() < 0.4:
            # SQLite gives the ids of the newest rows that were deleted to the next ones: no id tells old from new.
            catalog.delete_documents([known[path].document_id], "owner")
        else:
            publish(catalog, version(path, *texts(rng.randrange(1, 30), f"step {step}")))
        if rng.random() < 0.7:
            assert_same(scan.select(), brute_force(catalog))


def test_only_what_changed_is_read_again(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(catalog)
    scan = ExactScan(catalog)
    before = scan.select()
    read: list[object] = []
    whole = Catalog.live_rows
    monkeypatch.setattr(Catalog, "live_rows", lambda self, ids=None: read.append(ids) or whole(self, ids))
    publish(catalog, version("hr.md", "changed"))
    catalog.delete_documents([3], "owner")
    assert_same(scan.select(), brute_force(catalog))
    assert read == [[2, 3]]
    assert len(before.chunk_ids) == 290  # a question that is under way keeps what it began with


def test_a_change_of_unknown_extent_is_followed(catalog: Catalog) -> None:
    fill(catalog)
    scan = ExactScan(catalog)
    scan.select()
    with catalog.transaction() as db:
        db.execute("UPDATE chunks SET live = 0 WHERE document_id = 1")
    catalog.generation += 1
    assert_same(scan.select(), brute_force(catalog))


def test_vectors_of_another_dimension_take_the_place_of_the_old_ones(catalog: Catalog) -> None:
    scan = ExactScan(catalog)
    publish(catalog, version("a.md", "text"))
    assert len(scan.select().chunk_ids) == 1
    catalog.delete_documents([1], "owner")
    other = SeededEmbedder("other", dimension=24)
    publish(catalog, version("b.md", "text", embedder=other))
    assert scan.select().nearest(other.vector("text"), 1) == [(1, pytest.approx(1, abs=1e-6))]


def test_it_is_read_in_parts(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_module, "_AT_ONCE", 7)
    fill(catalog)
    assert_same(ExactScan(catalog).select(), brute_force(catalog))


@pytest.mark.parametrize("k", [1, 2, 3, 7, 40, 289, 290, 1_000])
def test_the_best_are_found_however_many_are_asked_for(catalog: Catalog, k: int) -> None:
    fill(catalog)
    scan = ExactScan(catalog)
    assert_same(scan.select(), brute_force(catalog), k)
    assert_same(scan.select([2]), brute_force(catalog, "c.document_id = 2"), k)  # few of them
    assert_same(scan.select(language="zh"), brute_force(catalog, "c.language = 'zh'"), k)


def test_once_half_of_the_rows_are_gone_all_are_read_again(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(catalog, *(version(f"{n}.md", *texts(10, f"text {n}")) for n in range(4)))
    scan = ExactScan(catalog)
    scan.select()
    read: list[object] = []
    whole = Catalog.live_rows
    monkeypatch.setattr(Catalog, "live_rows", lambda self, ids=None: read.append(ids) or whole(self, ids))
    catalog.delete_documents([1], "owner")
    assert_same(scan.select(), brute_force(catalog))
    assert read == [[1]]  # three quarters are left
    catalog.delete_documents([2], "owner")
    assert_same(scan.select(), brute_force(catalog))
    assert read == [[1], None]
    assert_same(scan.select(), brute_force(catalog))
    assert len(read) == 2  # nothing has changed


def test_rows_are_added_where_there_is_room_for_them(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(catalog, version("a.md", *texts(100)))
    scan = ExactScan(catalog)
    scan.select()
    copied: list[int] = []
    roomier = scan_module._roomier
    monkeypatch.setattr(
        scan_module, "_roomier", lambda table, room, size: copied.append(room) or roomier(table, room, size)
    )
    publish(catalog, version("b.md", "one more"))
    assert_same(scan.select(), brute_force(catalog))
    assert copied == [121]  # a fifth more than there is
    publish(catalog, version("c.md", *texts(20, "more")))
    assert_same(scan.select(), brute_force(catalog))
    assert copied == [121]
    publish(catalog, version("d.md", "one too many"))
    assert_same(scan.select(), brute_force(catalog))
    assert copied == [121, 146]
