"""A home with documents of three kinds of readers, people, and a day that is set."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.access.rules import Place
from kb.assistant import KnowledgeBase
from kb.config import UsageSettings, load_settings
from kb.people.accounts import People
from kb.schema import Principal
from kb.usage.counting import Counting
from tests import tiny
from tests.kb.people.conftest import quick_hashes
from tests.kb.storage import version
from tests.knowledge import OWNER

__all__ = ["quick_hashes"]

TODAY = "2026-11-27"
TEXTS = {"open.md": ["*"], "hr.md": ["group:hr"], "board.md": ["group:board"]}
READER = Principal("rita")
EDITOR = Principal("edi", frozenset({"hr"}), edits=frozenset({"forms", "~edi"}))


class Days:
    """The day that counting takes."""

    def __init__(self) -> None:
        self.day = TODAY

    def __call__(self) -> str:
        return self.day


@pytest.fixture
def days() -> Days:
    return Days()


def counting(kb: KnowledgeBase, clock: Days, **settings: object) -> Counting:
    return Counting(kb.catalog, UsageSettings.model_validate(settings), clock)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def kb(home: Path, days: Days, quick_hashes: None) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(home, load_settings(env=dict(tiny.ENVIRONMENT))) as opened:
        opened.indexes.publish([version(path, f"Text of {path}.", embedder=opened.embedder) for path in TEXTS])
        for path, readers in TEXTS.items():
            opened.catalog.set_readers("owner", Place("document", "docs", path), readers)
        people = People(opened.catalog)
        people.add("boss", by="owner")
        for name in ("rita", "edi"):
            people.add(name, by="owner", role="reader")
        opened.usage = counting(opened, days)
        yield opened


@pytest.fixture
def agreed(kb: KnowledgeBase) -> KnowledgeBase:
    """Everyone agreed to have words kept."""
    for asker in (OWNER, READER, EDITOR):
        kb.usage.agree(asker, True)
    return kb
