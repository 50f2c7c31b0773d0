"""Speed: what was measured on this machine, and what follows from it for other models."""

import json
from pathlib import Path

import pytest

from kb.config import LLMSettings
from kb.models import speed
from kb.models.llamacpp_engine import EmbeddedModel

GB = 1_000_000_000


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(speed, "cache_dir", lambda: tmp_path)
    return tmp_path


def test_speed_goes_down_as_the_weights_grow() -> None:
    speed.record("embedded", GB, (200, 4.0), (20, 2.0))
    same, larger = speed.expected("embedded", GB), speed.expected("embedded", 4 * GB)
    assert same == speed.Speed(50.0, 10.0)
    assert larger == speed.Speed(12.5, 2.5)
    assert same.answer_seconds == pytest.approx(800 / 50 + 250 / 10)
    assert larger.answer_seconds == pytest.approx(4 * same.answer_seconds)


def test_of_one_model_the_best_counts_and_of_two_the_larger() -> None:
    speed.record("embedded", GB, (200, 4.0), (20, 2.0))
    speed.record("embedded", GB, (200, 8.0), (20, 4.0))  # the machine was busy
    assert speed.expected("embedded", GB) == speed.Speed(50.0, 10.0)
    speed.record("embedded", GB, (200, 2.0), (20, 4.0))
    assert speed.expected("embedded", GB) == speed.Speed(100.0, 10.0)
    speed.record("embedded", GB // 10, (200, 0.1), (20, 0.1))  # small ones are bound by other things
    assert speed.expected("embedded", GB) == speed.Speed(100.0, 10.0)
    speed.record("embedded", 2 * GB, (200, 4.0), (20, 4.0))
    assert speed.expected("embedded", GB) == speed.Speed(100.0, 10.0)


def test_a_few_tokens_tell_nothing() -> None:
    speed.record("embedded", GB, (3, 0.1), (20, 2.0))
    speed.record("embedded", GB, (200, 4.0), (1, 0.1))
    assert speed.measured("embedded") is None
    assert speed.expected("embedded", GB) is None


def test_ollama_is_judged_by_the_embedded_engine_until_it_has_answered() -> None:
    speed.record("embedded", GB, (200, 4.0), (20, 2.0))
    assert speed.expected("ollama", GB) == speed.Speed(50.0, 10.0)
    speed.record("ollama", GB, (200, 0.1), (20, 0.2))  # it has a GPU
    assert speed.expected("ollama", GB) == speed.Speed(2000.0, 100.0)
    assert speed.expected("embedded", GB) == speed.Speed(50.0, 10.0)


@pytest.mark.parametrize("written", ["", "{", "[1]", '[{"machine": "m"}]', "[]"])
def test_what_cannot_be_used_is_measured_again(cache: Path, written: str) -> None:
    (cache / "speed.json").write_text(written)
    assert speed.measured("embedded") is None
    speed.record("embedded", GB, (200, 4.0), (20, 2.0))
    assert speed.measured("embedded") is not None


def test_what_was_measured_on_another_machine_does_not_count(cache: Path) -> None:
    speed.record("embedded", GB, (200, 4.0), (20, 2.0))
    [kept] = json.loads((cache / "speed.json").read_text())
    (cache / "speed.json").write_text(json.dumps([{**kept, "machine": "another, 64 processors"}]))
    assert speed.measured("embedded") is None


def test_loading_the_embedded_model_measures_this_machine_once(cache: Path) -> None:
    model = EmbeddedModel(LLMSettings(), "smollm2-135m")
    model.warm_up()
    known = speed.measured("embedded")
    assert known is not None
    assert known.weights == 98_362_432
    assert known.read > 1
    assert known.written > 1
    (cache / "speed.json").touch()
    before = (cache / "speed.json").stat().st_mtime_ns
    model.warm_up()
    assert (cache / "speed.json").stat().st_mtime_ns == before
    model.close()
