"""A model whose answers wait, for tests of what goes on meanwhile. Whoever uses these fixtures imports them."""

import threading
from collections.abc import Iterator

import pytest

from tests.fakes import ScriptedModel


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Closed until a test sets it, and open when the test has ended."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def model(gate: threading.Event) -> ScriptedModel:
    """Each of its answers waits until the gate is open."""
    return ScriptedModel([["<think>", "why", "</think>", gate, "The office in Utrecht opens at 7:45 [1]."]])
