"""`kb privacy`: the hosts that may be reached, and which settings say so."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kb.privacy import protect
from ui.cli import privacy  # noqa: F401  (it adds its command)
from ui.cli.common import app


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Path]:
    """Settings with addresses, which no name server is asked for."""
    file = tmp_path / "settings.yaml"
    file.write_text(
        "privacy: {allow: ['192.0.2.9']}\nllm: {ollama_host: 'http://192.0.2.9:11434'}\n"
        "people: {sso: {issuer: 'https://192.0.2.7/staff', client_id: kb}}\n"
        "service: {clients: [10.20.0.0/16]}\n"
    )
    yield file
    protect()


def test_the_hosts_are_listed_with_the_settings_that_name_them(config: Path) -> None:
    told = CliRunner().invoke(app, ["privacy", "--config", str(config)])
    assert told.output.splitlines() == [
        "192.0.2.9  (privacy.allow, llm.ollama_host)", "192.0.2.7  (people.sso.issuer)",
        "10.20.0.0/16  (service.clients: comes in)",
    ]  # fmt: skip
    told = CliRunner().invoke(app, ["privacy", "--json", "--config", str(config)])
    assert json.loads(told.output)["destinations"][1] == {"host": "192.0.2.7", "settings": ["people.sso.issuer"]}
    assert json.loads(told.output)["let_in"] == [{"network": "10.20.0.0/16", "settings": ["service.clients"]}]


def test_where_nothing_may_be_reached_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KB_CONFIG", raising=False)
    told = CliRunner().invoke(app, ["privacy"])
    assert told.exit_code == 0
    assert "Nothing besides this machine" in told.output
