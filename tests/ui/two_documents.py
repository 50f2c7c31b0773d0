"""A service over two documents that the tests of a module share, each with a scripted model of its own."""

from collections import deque
from collections.abc import Iterator

import pytest

from ingest.sync.pipeline import ingest
from tests.fakes import ScriptedModel
from tests.knowledge import HANDBOOK, LEAVE, write
from tests.ui.serving import REPLY, Served, opened, serving


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("openai")
    docs = write(folder / "docs", {"handbook.md": HANDBOOK})
    rules = write(folder / "规章", {"休假.md": LEAVE})
    with opened(folder / "home") as kb:
        ingest(kb, [docs])
        ingest(kb, [rules])
        with serving(kb) as running:
            yield running


@pytest.fixture
def model() -> ScriptedModel:
    """The language model of this test; `says` sets what it says."""
    return ScriptedModel([REPLY])


@pytest.fixture
def served(shared: Served, model: ScriptedModel) -> Served:
    shared.service.kb._model = model  # type: ignore[assignment]
    return shared


def says(model: ScriptedModel, *replies: object) -> None:
    """From now on the model gives these replies, the last of them again and again."""
    model._replies = deque(replies)  # type: ignore[arg-type]
