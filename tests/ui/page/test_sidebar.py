"""The sidebar as a browser is sent it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests import tiny
from tests.ui.signing_in import new_address
from ui.proof.page_client import Browser, PageContents

ROOT = Path(__file__).parents[3]


@contextmanager
def product(home: Path, **settings: str) -> Iterator[Callable[[str], PageContents]]:
    """Opens the page of a product with these settings."""
    command = [sys.executable, "-c", "from ui.cli.main import main; main()", "up", "--port", "0", "--home", str(home)]
    env = os.environ | tiny.ENVIRONMENT | settings
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            origin = next(word for word in line.split() if word.startswith("http://"))
            with closing(Browser(origin, new_address(home))) as browser:
                yield lambda query: browser.view("", query)
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], PageContents]]:
    """A product whose model answers on another machine."""
    settings = {"KB_LLM__ENGINE": "ollama", "KB_LLM__OLLAMA_HOST": "http://gpu.lan:11434"}
    with product(tmp_path_factory.mktemp("home"), **settings) as shown:
        yield shown


@pytest.mark.parametrize(
    ("query", "words"),
    [("lang=en", "Questions and passages go to the Ollama server on gpu.lan"), ("lang=zh", "gpu.lan 上的 Ollama")],
)
def test_the_machine_that_sees_the_text_is_named_where_it_is_another(
    elsewhere: Callable[[str], PageContents], query: str, words: str
) -> None:
    page = elsewhere(query)
    assert page.holds(words)
    assert not page.holds("nothing leaves this machine")
    assert not page.holds("数据不出本机")


def test_where_the_model_runs_here_nobody_is_named(tmp_path: Path) -> None:
    with product(tmp_path, KB_LLM__ENGINE="ollama", KB_LLM__OLLAMA_HOST="http://127.0.0.1:1") as shown:
        page = shown("lang=en")
    assert page.holds("nothing leaves this machine")
    assert not page.holds("Questions and passages go to")
