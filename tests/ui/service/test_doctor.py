"""The doctor: what a format needs and this machine lacks, and what keeps reading processes from all else."""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.ocr import ocr
from ingest.reading import confinement, reading
from ingest.reading.confinement import Confinement
from kb.config import IngestSettings, LLMSettings, Settings
from kb.models import weights
from ui.service import doctor


def formats(ocr: bool = True) -> dict[str, tuple[str, str]]:
    """State and detail of the checks by group."""
    checks = doctor._formats(Settings(ingest=IngestSettings(ocr=ocr)))
    return {check["name"].removeprefix("formats, "): (check["state"], check["detail"]) for check in checks}


def test_every_format_is_named_and_can_be_read_here() -> None:
    told = formats()
    assert {state for state, _ in told.values()} == {"ok"}
    assert set(", ".join(detail for _, detail in told.values()).split(", ")) == set(
        ", ".join(reading.capabilities()).split(", ")
    )


def test_what_a_format_lacks_is_named_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(name: str) -> object:
        return None if name == "olefile" else importlib.util.find_spec(name)

    monkeypatch.setattr(reading, "find_spec", find)
    told = formats()
    lacks = "needs the Python package olefile, which is not installed"
    assert told["documents"] == ("note", f"doc {lacks}; ppt {lacks}")
    assert told["mail and archives"] == ("note", f"msg {lacks}")
    assert told["text and data"][0] == "ok"


def test_text_recognition_without_its_models_or_switched_off_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "switched off (ingest.ocr" in formats(ocr=False)["images"][1]
    monkeypatch.setattr(ocr, "_models", lambda: None)
    state, detail = formats()["images"]
    assert state == "note"
    assert "scanned pages (OCR) needs the models of the Python package rapidocr" in detail


def test_a_home_that_cannot_be_written_to_is_told(small_disk: Callable[[int], Path]) -> None:
    home = small_disk(2) / "home"
    assert "not made yet" in doctor._storage(home)[0]["detail"]
    subprocess.run(["mount", "-o", "remount,ro", str(home.parent)], check=True)
    [check] = doctor._storage(home)
    assert check["state"] == "missing"
    assert "cannot be written to" in check["detail"]


def test_what_confines_reading_processes_is_told() -> None:
    check = doctor._reading_processes()
    assert (check["name"], check["state"]) == ("reading processes", "ok")
    version = confinement.examined().landlock
    assert check["detail"] == (
        "no sockets, no other programs or processes (seccomp); no network (network namespace); "
        f"no other files (Landlock ABI {version})"
    )


def test_what_the_kernel_lacks_for_it_is_told_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    lacking = Confinement(network="user namespaces: Operation not permitted", files="this kernel has no Landlock")
    monkeypatch.setattr(confinement, "examined", lambda: lacking)
    check = doctor._reading_processes()
    assert check["state"] == "note"
    assert check["detail"] == (
        "no sockets, no other programs or processes (seccomp); network namespace is missing: user namespaces: "
        "Operation not permitted; Landlock is missing: this kernel has no Landlock"
    )


def test_weights_that_are_not_what_is_pinned_are_told_when_they_are_hashed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the real ones: of the embedding model all files are those that are made everywhere."""
    real = weights.models_dir()
    monkeypatch.setenv("KB_CACHE", str(tmp_path))
    (tmp_path / "models").mkdir()
    for name in ("multilingual-e5-small", "smollm2-135m"):
        shutil.copytree(real / name, tmp_path / "models" / name, ignore=shutil.ignore_patterns(weights.DERIVED))
    settings = Settings(llm=LLMSettings(embedded_model="smollm2-135m"))

    assert {check["state"] for check in doctor._weights(settings)} == {"ok"}
    (tmp_path / "models" / "multilingual-e5-small" / "modules.json").write_text("[]", encoding="utf-8")
    gguf = tmp_path / "models" / "smollm2-135m" / weights.WEIGHTS["smollm2-135m"].file
    os.truncate(gguf, 0)
    os.truncate(gguf, weights.WEIGHTS["smollm2-135m"].size)

    told = {check["name"]: (check["state"], check["detail"]) for check in doctor._weights(settings)}
    assert told["weights multilingual-e5-small"][0] == "missing"
    assert told["weights multilingual-e5-small"][1].startswith("modules.json in ")
    assert gguf.name in told["weights smollm2-135m"][1]
    assert {check["name"]: check["state"] for check in doctor._models(settings)}["embedding model"] == "missing"
