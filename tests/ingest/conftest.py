"""What the tests of ingestion share: the guard against outside connections, and the embedding model's tokenizer."""

from collections.abc import Iterator

import pytest
from tokenizers import Tokenizer

from kb.config import IngestSettings
from kb.models.weights import embedding_folder
from kb.privacy import guard, protect

protect()


@pytest.fixture(autouse=True)
def no_outside_connection() -> Iterator[None]:
    before = guard.refusals.total()
    yield
    assert guard.refusals.total() == before, f"tried to leave this machine: {dict(guard.refusals)}"


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    loaded = Tokenizer.from_file(str(embedding_folder() / "tokenizer.json"))
    loaded.no_truncation()
    loaded.no_padding()
    return loaded


@pytest.fixture
def settings() -> IngestSettings:
    return IngestSettings()
