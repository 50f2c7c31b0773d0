"""A home for each test of a command: a copy of the module's own `ready` one, with the tiny embedding."""

import shutil
from pathlib import Path

import pytest

from tests import tiny


@pytest.fixture
def home(ready: Path, tmp_path: Path) -> Path:
    return shutil.copytree(ready, tmp_path / "home")


@pytest.fixture(autouse=True)
def tiny_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in tiny.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
