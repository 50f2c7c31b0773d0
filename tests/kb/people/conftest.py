"""What tests of people share."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from kb.people import passwords


@pytest.fixture(autouse=True)
def quick_hashes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Argon2 with as little work as it does at all; but in the tests of hashing itself."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    if not request.module.__name__.endswith("test_passwords"):
        monkeypatch.setattr(passwords, "_hasher", lambda: hasher)
    passwords._nobodys.cache_clear()
    yield
    passwords._nobodys.cache_clear()
