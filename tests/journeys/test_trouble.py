"""What goes wrong under an open page, in real Chromium: the service restarted, a document deleted, Ollama in trouble.

The product is `kb up` itself. Where the words must be known, the model is one that quotes its passages
(tests/journeys/quoting.py); Ollama is the real server with a small model. The embedding model is the tiny one.
"""

import json
import os
import re
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from ingest.sync.pipeline import ingest
from kb.assistant import KnowledgeBase
from kb.config import load_settings
from tests import ollama_server as ollama
from tests import tiny
from tests.journeys.conftest import Running, Visitor, shots, start
from tests.knowledge import write
from tests.ollama_server import PLAIN_MODEL, RunningOllama

if TYPE_CHECKING:
    from playwright.sync_api import Browser

UP = "from ui.cli.main import main; main()"
SLOW = 120_000  # milliseconds, on busy cores
MISSING = "deepseek-r1:7b"

LIGHTHOUSE = """# The Skerry lighthouse

The lamp of the Skerry lighthouse burns from dusk until an hour after dawn and is looked after by two keepers who take \
turns of six hours each and write down every ship that passes on the seaward side in the blue book of the watch room. \
The lens is washed on the first Monday of a month. The stairs have 214 steps. The boat with oil comes every ninth day.
"""
LIBRARY = """# 云杉图书馆

云杉图书馆每周二至周日上午九点半开门晚上八点关门读者凭蓝色借书证可以在二层阅览室的任意座位上阅读当天的报纸和过去三年的期刊并在\
管理员处登记后借走最多十二本图书。逾期的图书每天收费两角。少儿区在一层东侧。
"""
LABORATORY = "# 苍鹭实验室\n\n苍鹭实验室的门禁密码是 KOLIBRI-7341，每月更换一次。\n"
BUS = "# 班车\n\n班车每天早上七点五十从南门发车。\n"
SECRETS = ("KOLIBRI", "7341", "每月更换")


@dataclass
class Product:
    """`kb up` over a home, which can be killed and started again at the same address."""

    folder: Path
    environment: dict[str, str]
    running: Running | None = None
    used: list[Running] = field(default_factory=list)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def slowly(self) -> Path:
        """While this file exists the quoting model takes its time."""
        return self.folder / "slowly"

    def fill(self, files: dict[str, str]) -> None:
        """Read documents in."""
        with KnowledgeBase.open(self.home, load_settings(env=self.environment)) as kb:
            assert not ingest(kb, [write(self.folder / "docs", files)]).failed

    def up(self) -> str:
        """Start it, at the same origin each time. Returns an address that lets a browser in."""
        port = urlsplit(self.used[-1].origin).port if self.used else 0
        self.running = start(
            "-c", UP, "up", "--port", str(port), "--home", str(self.home), home=self.home,
            env={**os.environ, **self.environment},
        )  # fmt: skip
        self.used.append(self.running)
        return self.running.address

    def end(self, number: signal.Signals) -> None:
        assert self.running is not None
        self.running.process.send_signal(number)
        self.running.process.communicate(timeout=60)
        assert self.running.process.returncode == (-number if number == signal.SIGKILL else 0)
        self.running = None

    def written(self) -> str:
        """What the store has of the last answer."""
        with closing(sqlite3.connect(f"file:{self.home / 'catalog.db'}?mode=ro", uri=True)) as db:
            return str(db.execute("SELECT text FROM turns ORDER BY position DESC LIMIT 1").fetchone()[0])


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    """Not yet started; its model quotes."""
    options = json.dumps({"slowly": str(tmp_path / "slowly")})
    product = Product(
        tmp_path,
        {
            **tiny.ENVIRONMENT,
            "KB_RETRIEVAL__EVIDENCE_FLOOR": "0.0",
            "KB_LLM__ENGINE": "llamaindex",
            "KB_LLM__LLAMAINDEX_CLASS": "tests.journeys.quoting:QuotingLLM",
            "KB_LLM__LLAMAINDEX_OPTIONS": options,
        },
    )
    yield product
    if product.running is not None:
        product.end(signal.SIGTERM)


@pytest.fixture
def visit(browser: "Browser") -> Iterator[Callable[[str, str], Visitor]]:
    """Open the page at an address, with a language."""
    visitors: list[Visitor] = []

    def visit(address: str, language: str) -> Visitor:
        context = browser.new_context(locale=language, viewport={"width": 1280, "height": 860})
        visitor = Visitor(context.new_page(), address)
        visitors.append(visitor)
        visitor.open()
        return visitor

    yield visit
    for visitor in visitors:
        assert visitor.outside() == []
        assert visitor.problems == []
        visitor.page.context.close()


def answered(visitor: Visitor, number: int) -> str:
    """Wait for the answer with that number, from 1, to end. Returns its words, without the numbers of its citations."""
    page = visitor.page
    page.wait_for_selector(f".foot >> nth={number - 1}", timeout=SLOW)
    page.locator(".st-key-stop").wait_for(state="detached")
    return words(visitor)


def words(visitor: Visitor, *, growing: bool = False) -> str:
    """The words of the last answer or refusal, or of what is being written, without citations and states."""
    answer = visitor.page.locator(".st-key-growing div.answer" if growing else "div.answer, .refused").last
    return str(answer.evaluate(
        "answer => { const own = answer.cloneNode(true);"
        " own.querySelectorAll('.cite, .flag').forEach((c) => c.remove()); return own.textContent.trim(); }"
    ))  # fmt: skip


def everything(visitor: Visitor) -> str:
    """The whole page as it stands, with the attributes and with what is in its components' own trees."""
    return str(visitor.page.evaluate(
        "() => { const all = (root) => root.innerHTML + [...root.querySelectorAll('*')].filter((e) => e.shadowRoot)"
        ".map((e) => all(e.shadowRoot)).join(' '); return all(document.documentElement) }"
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("number", "language", "text", "questions", "begins", "lost", "notice", "chosen"),
    [
        (
            signal.SIGKILL,
            "zh-CN",
            LIBRARY,
            ("云杉图书馆逾期的图书每天收费多少？", "云杉图书馆的全部规定是什么？"),
            "云杉图书馆每周",
            "与服务的连接已断开",
            "服务重新启动，这个回答没有写完。",
            "选好的文件没有保留",
        ),
        (
            signal.SIGTERM,
            "en-GB",
            LIGHTHOUSE,
            ("The lens is washed on the first Monday of what?", "Tell everything of the lamp."),
            "The lamp of the",
            "The service does not answer",
            "The service was restarted; this answer was not finished.",
            "the files that had been chosen are gone",
        ),
    ],
    ids=["killed-zh", "stopped-en"],
)
def test_the_service_is_restarted_under_an_open_page(
    product: Product,
    visit: Callable[[str, str], Visitor],
    number: signal.Signals,
    language: str,
    text: str,
    questions: tuple[str, str],
    begins: str,
    lost: str,
    notice: str,
    chosen: str,
) -> None:
    product.fill({"one.md": text})
    visitor = visit(product.up(), language)
    page = visitor.page
    visitor.ask(questions[0])
    first = answered(visitor, 1)
    assert begins not in first

    # In mid-answer; a service that is killed has written down what is older than two seconds.
    product.slowly.touch()
    visitor.ask(questions[1])
    page.wait_for_selector(f'.st-key-growing div.answer:has-text("{begins}")')
    begun = words(visitor, growing=True)
    adding = page.context.new_page()  # another tab, in which a file has been chosen
    adding.goto(visitor.origin + "/documents")
    adding.locator('[data-testid="stFileUploader"] input[type="file"]').set_input_files(
        str(product.folder / "docs/one.md")
    )
    adding.wait_for_selector(".st-key-add-files")
    deadline = time.monotonic() + 30
    while number == signal.SIGKILL and not product.written().startswith(begun):
        assert time.monotonic() < deadline
        page.wait_for_timeout(100)
    product.end(number)
    page.wait_for_selector(f'[role="dialog"]:has-text("{lost}")')
    shots(page, "connection-lost")
    assert "Streamlit" not in page.locator('[role="dialog"]').inner_text()

    # It is started again, and the page that was open comes back by itself.
    product.slowly.unlink()
    assert product.up().startswith(f"{visitor.origin}/")
    page.wait_for_selector(f'.notice.warn:has-text("{notice}")', timeout=SLOW)
    page.locator('[role="dialog"]').wait_for(state="detached")
    assert page.locator(".bubble").all_inner_texts() == list(questions)
    answers = page.locator("div.answer")
    answers.nth(1).wait_for()
    assert answers.count() == 2
    assert answers.first.locator(".cite").count() == 1
    kept = words(visitor)
    assert kept.startswith(begun)
    assert page.locator('[data-testid="stException"], .notice.bad').count() == 0
    shots(page, "restarted")

    # What had been chosen is gone with the service: it is said, and nothing pretends to be ready.
    adding.wait_for_selector(f'.notice.bad:has-text("{chosen}")', timeout=SLOW)
    assert adding.locator('[data-testid="stFileChip"], .st-key-add-files').count() == 0
    adding.close()

    page.locator('[data-action="again"]').last.click()
    whole = answered(visitor, 3)
    assert whole.startswith(kept)
    assert len(whole) > len(kept)
    assert page.locator(f'.notice.warn:has-text("{notice}")').count() == 1

    # After a reload too.
    page.reload()
    page.wait_for_selector(".foot >> nth=2")
    assert page.locator(".bubble").all_inner_texts() == [*questions, questions[1]]
    assert words(visitor) == whole


def test_an_answer_loses_its_words_with_its_document(product: Product, visit: Callable[[str, str], Visitor]) -> None:
    product.fill({"lab.md": LABORATORY, "bus.md": BUS})
    visitor = visit(product.up(), "zh-CN")
    page = visitor.page
    question = "苍鹭实验室的门禁密码是什么？"
    visitor.ask(question)
    assert "KOLIBRI-7341" in answered(visitor, 1)
    page.locator("button.cite").first.click()
    page.wait_for_selector(".pane mark")  # its source stands open, too
    assert all(secret in everything(visitor) for secret in SECRETS)
    other = Visitor(page.context.new_page(), visitor.address)  # another tab, in which nothing will be clicked
    other.page.goto(page.url)
    other.page.wait_for_selector("button.cite")

    page.locator('[data-testid="stSidebar"] a[href*="documents"]').click()
    page.locator('.pickable:has-text("lab.md") [data-action="delete"]').click()
    page.locator(".st-key-delete-confirm button").click()
    page.locator('.pickable:has-text("lab.md")').wait_for(state="detached")
    assert page.locator('.pickable:has-text("bus.md")').count() == 1

    other.page.wait_for_selector('.notice.warn:has-text("该回答所依据的文档已被删除，回答也随之删除。")')
    assert not [secret for secret in SECRETS if secret in everything(other)]
    other.page.close()

    page.locator(".chat .open").first.click()
    page.wait_for_selector('.notice.warn:has-text("该回答所依据的文档已被删除，回答也随之删除。")')
    assert page.locator(".bubble").all_inner_texts() == [question]
    assert page.locator("div.answer, button.passage").count() == 0
    assert not [secret for secret in SECRETS if secret in everything(visitor)]

    # The same question is refused now, with what is left as the nearest.
    page.locator('[data-action="again"]').last.click()
    answered(visitor, 2)
    refused = page.locator(".refused").inner_text()
    assert "文档中没有答案" in refused
    assert "bus.md" in refused
    assert "lab.md" not in refused
    assert not [secret for secret in SECRETS if secret in everything(visitor)]

    # And what the others hold is still answered.
    visitor.ask("班车每天早上几点发车？")
    assert "七点五十" in answered(visitor, 3)


def on_ollama(product: Product, server: RunningOllama, model: str) -> None:
    """Let the product be answered by that model of the Ollama server."""
    product.environment = {
        **tiny.ENVIRONMENT,
        "KB_RETRIEVAL__EVIDENCE_FLOOR": "0.0",
        "KB_LLM__ENGINE": "ollama",
        "KB_LLM__MODEL": model,
        "KB_LLM__OLLAMA_HOST": server.url,
        "KB_LLM__CONTEXT_TOKENS": "2048",
        "KB_LLM__ANSWER_TOKENS": "900",
        "KB_LLM__THINK_BUDGET": "0",
        "KB_LLM__TEMPERATURE": "0",
    }
    product.fill({"lighthouse.md": LIGHTHOUSE})


def test_a_missing_model_is_named_and_another_chosen(
    product: Product, ollama_server: RunningOllama, visit: Callable[[str, str], Visitor]
) -> None:
    on_ollama(product, ollama_server, MISSING)
    host = ollama_server.url.removeprefix("http://")
    said = f"{MISSING} is not on the Ollama server at {host}. Pull {MISSING} on the page Models"
    visitor = visit(product.up(), "en-GB")
    page = visitor.page
    page.wait_for_selector(f'[data-testid="stSidebar"] .notice.bad:has-text("{MISSING} is not on the Ollama server")')
    question = "How many steps do the stairs of the lighthouse have?"
    visitor.ask(question)
    page.wait_for_selector('[data-testid="stMain"] .notice.bad')
    told = page.locator('[data-testid="stMain"] .notice.bad').inner_text()
    assert said in told
    assert PLAIN_MODEL in told
    assert page.locator(".bubble").all_inner_texts() == [question]
    assert not re.search("`|kb models|--engine", page.locator("body").inner_text())  # commands are not for the page
    shots(page, "question-without-model", other=True)

    # The models page says where to pull it, and what else there is. One click, and questions are answered.
    page.locator(".st-key-side-model a").first.click()
    page.wait_for_selector(f".inuse:has-text('No model'):has-text('{MISSING}')")
    assert (
        f"{MISSING} is not on the Ollama server at {host}. Pull {MISSING} below"
        in page.locator(".inuse .reason").inner_text()
    )
    shots(page, "model-missing", other=True)
    assert page.locator(f'.st-key-installed .doc:has-text("{MISSING}")').count() == 0
    page.locator(f'.st-key-installed .doc:has-text("{PLAIN_MODEL}") [data-action="use"]').click()
    page.wait_for_selector(f".inuse:has-text('Ollama · {PLAIN_MODEL}'):has-text('Ready')", timeout=SLOW)
    page.locator(".chat .open").first.click()
    page.wait_for_selector(f".st-key-side-model:has-text('Ollama · {PLAIN_MODEL.partition(':')[0]}')")
    assert page.locator('[data-testid="stSidebar"] .notice.bad').count() == 0
    page.locator('[data-action="again"]').click()
    assert answered(visitor, 2)
    assert f"Ollama · {PLAIN_MODEL}" in page.locator(".foot").last.inner_text()
    assert page.locator(".notice.bad").count() == 1  # that of the first question


def test_ollama_is_killed_in_mid_answer_and_started_again(
    product: Product, own_ollama_server: RunningOllama, ollama_home: Path, visit: Callable[[str, str], Visitor]
) -> None:
    on_ollama(product, own_ollama_server, PLAIN_MODEL)
    visitor = visit(product.up(), "zh-CN")
    page = visitor.page
    visitor.ask("Write a very long story about the keepers of the lighthouse.")
    page.wait_for_selector(".st-key-growing div.answer", timeout=SLOW)
    begun = words(visitor, growing=True)
    own_ollama_server.kill()
    page.wait_for_selector(".notice.bad")
    told = page.locator(".notice.bad").inner_text()
    assert "未能完成回答" in told
    assert own_ollama_server.url.removeprefix("http://") in told
    assert re.search(r"断开|中断", told)
    shots(page, "engine-lost", other=True)
    assert words(visitor).startswith(begun)
    assert begun

    # While it is away a question says so; as soon as it is back the next one is answered.
    visitor.ask("How many steps do the stairs have?")
    page.wait_for_selector(".notice.bad >> nth=1")
    assert "ollama serve" in page.locator(".notice.bad").last.inner_text()
    port = urlsplit(own_ollama_server.url).port
    assert port is not None
    again = ollama.start(ollama_home, port)
    try:
        page.locator('[data-action="again"]').last.click()
        assert answered(visitor, 3)
    finally:
        again.kill()
    assert page.locator(".notice.bad").count() == 2
    assert words(visitor) != begun
    assert f"Ollama · {PLAIN_MODEL}" in page.locator(".foot").last.inner_text()
