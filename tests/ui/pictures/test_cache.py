"""What is kept in memory to be quick: the last of it only, and nothing of a document that was deleted."""

import gc
import weakref
from pathlib import Path

import pytest

from ingest.sync.pipeline import ingest
from tests.knowledge import HANDBOOK, OWNER, write
from tests.ui.serving import opened
from ui.pictures.cache import RecentValues
from ui.service.runtime import Service


def test_the_values_looked_at_last_are_kept() -> None:
    kept: RecentValues[int, str] = RecentValues(2)
    made: list[int] = []

    def make(n: int) -> str:
        made.append(n)
        return str(n)

    for n in (1, 2, 1, 3, 1, 2):
        assert kept.get(n, lambda n=n: make(n)) == str(n)  # type: ignore[misc]
    assert made == [1, 2, 3, 2]


def test_what_could_not_be_made_is_not_kept() -> None:
    kept: RecentValues[int, int] = RecentValues(2)
    with pytest.raises(ZeroDivisionError):
        kept.get(1, lambda: 1 // 0)
    assert kept.get(1, lambda: 5) == 5


def test_what_was_made_while_all_was_forgotten_is_not_kept() -> None:
    kept: RecentValues[int, str] = RecentValues(2)

    def make() -> str:
        kept.forget()
        return "old"

    assert kept.get(1, make) == "old"
    assert kept.get(1, lambda: "new") == "new"


def test_nothing_is_kept_of_a_document_that_was_deleted(tmp_path: Path) -> None:
    class Words:
        """What a page keeps of a document."""

    kept: RecentValues[str, Words] = RecentValues(4)
    with opened(tmp_path / "home") as kb:
        service = Service.of(kb)
        ingest(kb, [write(tmp_path / "docs", {"handbook.md": HANDBOOK})])
        held = weakref.ref(kept.get("handbook.md", Words))
        gc.collect()
        assert held() is not None
        service.kb.delete_document(OWNER, None, "handbook.md")
    gc.collect()
    assert held() is None
