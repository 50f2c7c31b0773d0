"""Names of collections: one rule, whichever way a collection comes to be."""

from pathlib import Path

import pytest

from ingest.sync.jobs import Jobs
from ingest.sync.pipeline import ingest
from kb.assistant import KnowledgeBase
from kb.config import load_settings
from kb.errors import UsageError
from kb.store.catalog import Catalog
from kb.store.collection_names import collection_name
from tests import tiny
from tests.kb.storage import version
from tests.knowledge import write


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("", "empty"), (" \t", "empty"), ("bad/../name", "slash"), ("a\\b", "slash"), ("..", "folder"), (".", "folder"),
        ("a\nb", "printed"), ("\u202eevil", "printed"), ("x" * 256, "255"),
    ],
)  # fmt: skip
def test_what_is_no_name_is_refused(tmp_path: Path, given: str, why: str) -> None:
    with pytest.raises(UsageError, match=f"cannot be the name of a collection: .*{why}.*Choose another"):
        collection_name(Catalog(tmp_path / "catalog.db"), given)


@pytest.mark.parametrize("name", ["hr", "人事 2026", "a.b", ".config", "R&D (old)", "x" * 255])
def test_a_name_is_taken_as_people_write_it(tmp_path: Path, name: str) -> None:
    assert collection_name(Catalog(tmp_path / "catalog.db"), f" {name} ") == name


def test_a_collection_that_is_there_keeps_its_name(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "catalog.db")
    catalog.publish(catalog.add_versions([version("a.md", "one", collection="hr/old")]))
    assert collection_name(catalog, "hr/old") == "hr/old"


def test_no_way_to_ingest_makes_such_a_collection(tmp_path: Path) -> None:
    folder = write(tmp_path / "docs", {"a.md": "# A\n\nOne."})
    odd = write(tmp_path / "odd\nname", {"a.md": "# A\n\nOne."})
    with KnowledgeBase.open(tmp_path / "home", load_settings(env=dict(tiny.ENVIRONMENT))) as kb:
        with pytest.raises(UsageError, match="slash"):
            ingest(kb, [folder], collection="bad/../name")
        with pytest.raises(UsageError, match="printed"):
            ingest(kb, [odd])
        with pytest.raises(UsageError, match="slash"):
            Jobs(kb).ingest([folder], collection="bad/../name")
        assert kb.catalog.collections() == []
        ingest(kb, [folder], collection=" docs ")
        assert kb.catalog.collections() == ["docs"]
