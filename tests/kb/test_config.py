"""Settings: the documented file, the environment, and clear errors."""

from pathlib import Path

import pytest
import yaml

from kb.config import Settings, load_settings
from kb.errors import ConfigError

CONFIGS = Path(__file__).parents[2] / "configs"


def test_the_documented_defaults_are_the_defaults() -> None:
    written = yaml.safe_load((CONFIGS / "default.yaml").read_text(encoding="utf-8"))
    assert written == Settings().model_dump(mode="json")


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=lambda p: p.name)
def test_every_configuration_loads(path: Path) -> None:
    load_settings(path, env={})


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_text("llm: {engine: ollama, model: m}\nprivacy: {allow: [gpu.lan]}\n")
    settings = load_settings(file, env={"KB_LLM__ENGINE": "embedded", "KB_HOME": "/x"})
    assert (settings.llm.engine, settings.llm.model, settings.privacy.allow) == ("embedded", "m", ("gpu.lan",))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("llm: {engin: ollama}", "llm.engin"),
        ("llm: {engine: gpt}", "llm.engine"),
        ("retrieval: {passages: 0}", "retrieval.passages"),
        ("- a", "mapping"),
        ("a: [", "cannot be read"),
    ],
)
def test_a_bad_file_is_named_with_what_is_wrong(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=named) as raised:
        load_settings(file, env={})
    assert "bad.yaml" in str(raised.value)


def test_a_missing_file_is_an_error() -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yaml"):
        load_settings(Path("nowhere.yaml"), env={})
