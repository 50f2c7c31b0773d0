"""What all tests share: telemetry off and the guard installed before anything else, and the real Ollama server."""

import os
from pathlib import Path

import pytest

from kb import privacy

privacy.protect()
os.environ["LC_ALL"] = "C.UTF-8"  # the command line speaks English in tests, wherever they run
os.environ.pop("KB_LANG", None)

pytest_plugins = ["tests.ollama_server", "tests.knowledge", "tests.zones", "tests.kb.people.clocks"]

JOURNEYS = Path(__file__).parent / "journeys"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A journey in a browser is run once more where it fails: the summary names it (RERUN), and it is looked into."""
    for item in items:
        if item.path.is_relative_to(JOURNEYS):
            item.add_marker(pytest.mark.flaky(reruns=1))
