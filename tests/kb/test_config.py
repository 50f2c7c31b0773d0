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
        ("people: {sso: {issuer: 'http://login.example.org', client_id: kb}}", "must begin with https"),
        ("people: {sso: {issuer: 'https://login.example.org'}}", "client_id is missing"),
        ("people: {sso: {issuer: 'https://login.example.org?a=b', client_id: kb}}", "without \\?"),
        ("people: {sso: {issuer: 'https://u:p@login.example.org', client_id: kb}}", "without"),
        ("people: {sso: {issuer: 'https://[', client_id: kb}}", "no address"),
        ("people: {sso: {issuer: 'https://login.example.org', client_id: kb, scopes: [profile]}}", "must have openid"),
        ("people: {sso: {roles: {it: boss}}}", "people.sso.roles.it"),
        ("people: {sso: {client_secret: x}}", "client_secret"),
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


def test_the_hosts_that_may_be_reached_are_those_allowed_and_the_providers() -> None:
    assert Settings().destinations == ()
    settings = Settings.model_validate({
        "privacy": {"allow": ["GPU.lan"]},
        "llm": {"ollama_host": "http://gpu.lan:11434"},
        "people": {"sso": {"issuer": "https://Login.example.org/realms/staff", "client_id": "kb"}},
    })  # fmt: skip
    told = {destination.host: destination.settings for destination in settings.destinations}
    assert told == {
        "gpu.lan": ("privacy.allow", "llm.ollama_host"), "login.example.org": ("people.sso.issuer",),
    }  # fmt: skip
    here = {"people": {"sso": {"issuer": "http://127.0.0.1:9", "client_id": "kb"}}}
    assert Settings.model_validate(here).destinations == ()
    not_allowed = Settings.model_validate({"llm": {"ollama_host": "http://gpu.lan:11434"}})
    assert not_allowed.destinations == ()


def test_a_missing_file_is_an_error() -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yaml"):
        load_settings(Path("nowhere.yaml"), env={})
