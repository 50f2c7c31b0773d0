"""Knowledge bases for tests: a real home, real Chroma and embedding model, and a scripted language model."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.sync.pipeline import IngestReport, ingest
from kb.assistant import KnowledgeBase
from kb.config import Settings
from kb.schema import Principal
from tests.fakes import ScriptedModel

OWNER = Principal("owner", unlimited=True)

HANDBOOK = """# Staff handbook

## Hours

The office in Utrecht opens at 7:45 and closes at 19:10. Badges are issued at the front desk.

## Laptops

A lost laptop must be reported to the service desk within 2 hours. A replacement arrives after 3 working days.
"""
LEAVE = """# 休假制度

## 年休假

满 10 年的员工每年有 18 天年休假。未休完的年休假最多结转 5 天。

## 病假

员工每年有 9 天全薪病假。
"""


def open_kb(home: Path, model: ScriptedModel | None = None) -> KnowledgeBase:
    """A knowledge base whose language model is the scripted one."""
    kb = KnowledgeBase.open(home, Settings())
    if model is not None:
        kb._model = model
    return kb


def write(folder: Path, files: dict[str, str]) -> Path:
    """Files with their text, in a folder that is made."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def statuses(report: IngestReport) -> dict[str, str]:
    return {document.path: document.status for document in report.documents}


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    return write(tmp_path / "docs", {"handbook.md": HANDBOOK, "hr/休假.md": LEAVE})


@pytest.fixture
def kb(tmp_path: Path) -> Iterator[KnowledgeBase]:
    with open_kb(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def filled(docs: Path, tmp_path: Path) -> Iterator[Callable[[ScriptedModel], KnowledgeBase]]:
    """Opens a knowledge base over `docs` with the given language model."""
    opened: list[KnowledgeBase] = []

    def fill(model: ScriptedModel) -> KnowledgeBase:
        kb = open_kb(tmp_path / "home", model)
        opened.append(kb)
        ingest(kb, [docs])
        return kb

    yield fill
    for kb in opened:
        kb.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """Mounts a file system of so many megabytes. Needs root, as CI has; elsewhere the test is skipped."""
    mounted: list[Path] = []

    def mount(megabytes: int) -> Path:
        place = tmp_path / "disk"
        place.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)]
        if os.geteuid() != 0:
            pytest.skip("mounting a small disk needs root")
        subprocess.run(command, check=True)
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", "--lazy", str(place)], check=True)  # Chroma closes its files behind our back
