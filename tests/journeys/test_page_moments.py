"""The page at chosen moments, in real Chromium over scripted answers: stop, reload, second tab, hostile words."""

import re
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.journeys.conftest import ROOT, Running, Visitor, start
from tests.ui.scripted import QUOTE

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SOON = 5.0  # seconds on busy cores; 1 on idle ones
SCRIPTED = str(ROOT / "tests" / "ui" / "scripted_page.py")


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A page whose model takes 0.15 s for a word."""
    running = start(SCRIPTED, str(tmp_path_factory.mktemp("home")), "0.15")
    yield running
    assert running.stop() == 0


@pytest.fixture(params=["en-GB", "zh-CN"])
def visitor(request: pytest.FixtureRequest, browser: "Browser", slow: Running) -> Iterator[Visitor]:
    context = browser.new_context(locale=request.param, viewport={"width": 1280, "height": 860})
    visitor = Visitor(context.new_page(), slow.address)
    visitor.open()
    yield visitor
    assert visitor.outside() == []
    assert visitor.problems == []
    context.close()


def test_passages_then_reasoning_then_answer_then_citations(visitor: Visitor) -> None:
    page = visitor.page
    visitor.ask("How many days of leave?")
    page.wait_for_selector("details.found")
    assert page.locator("div.answer").count() == 0
    page.wait_for_selector("details.reasoning[open]")
    page.wait_for_selector("div.answer")
    assert page.locator("details.reasoning[open]").count() == 0
    page.wait_for_selector("button.cite")
    assert page.locator(".flag").inner_text() in ("unverified", "未证实")
    page.locator("button.cite").first.click()
    page.wait_for_selector(".sheet mark")
    assert page.locator(".sheet mark").inner_text() == QUOTE
    assert page.locator(".sheet mark").evaluate("mark => mark.getBoundingClientRect().left > innerWidth / 2")
    page.locator('.pane [data-action="source"][data-value="1"]').click()
    page.wait_for_selector(f'.sheet mark:not(:text-is("{QUOTE}"))')
    assert page.locator(".sheet mark").inner_text().startswith("Leave is requested")


def test_stop_works_before_the_first_word(visitor: Visitor) -> None:
    page = visitor.page
    visitor.ask("How many days of leave, silent model?")
    page.wait_for_selector("details.found")
    stop = page.locator(".st-key-stop button")
    stop.wait_for()
    began = time.monotonic()
    stop.click()
    page.wait_for_selector(":is(:text('Stopped'), :text('已停止'))")
    assert time.monotonic() - began < SOON
    visitor.ask("How many days of leave, silent model?")
    page.wait_for_selector("details.found >> nth=1")
    stop.wait_for()
    box = page.locator('[data-testid="stChatInputTextArea"]')
    box.fill("the next question")
    box.press("Enter")  # not while one is being answered: the words stay
    box.press("Escape")
    page.locator(":is(:text('Stopped'), :text('已停止')) >> nth=1").wait_for()
    assert page.locator("div.answer").count() == 0
    assert box.input_value() == "the next question"
    assert page.locator(".bubble").count() == 2
    assert page.evaluate("document.activeElement.dataset.testid") == "stChatInputTextArea"


def test_stop_in_mid_answer_keeps_what_was_written(visitor: Visitor) -> None:
    page = visitor.page
    visitor.ask("How many days of leave, hesitant model?")
    page.wait_for_selector("div.answer")
    page.locator(".st-key-stop button").click()
    page.wait_for_selector(":is(:text('Stopped'), :text('已停止'))")
    assert page.locator("div.answer").inner_text().startswith("Every")
    assert "Bruno" not in page.locator("div.answer").inner_text()


def test_a_reload_and_a_second_tab_find_the_running_answer(visitor: Visitor) -> None:
    page = visitor.page
    visitor.ask("How many days of leave?")
    page.wait_for_selector("details.reasoning")
    page.wait_for_url(re.compile(r"[?&]c="))
    second = page.context.new_page()
    second.goto(page.url)
    page.reload()
    for tab in (page, second):
        tab.wait_for_selector(".bubble")
        tab.wait_for_selector("button.cite")
        assert "Bruno" in tab.locator("div.answer").inner_text()
        assert tab.locator(".bubble").count() == 1


def test_hostile_answers_are_only_text(visitor: Visitor) -> None:
    page = visitor.page
    visitor.ask("hostile")
    page.wait_for_selector(".foot")
    answer = page.locator("div.answer")
    assert "![x](http://outside.example/a.png)" in answer.inner_text()
    assert answer.locator("img, a, iframe, script, svg, span[style], [data-testid]").count() == 0


def test_the_language_is_switched_and_remembered(visitor: Visitor) -> None:
    page = visitor.page
    page.get_by_role("radio", name="中文").click()
    page.get_by_text("想了解什么？").wait_for()
    page.reload()
    page.get_by_text("想了解什么？").wait_for()
    page.get_by_role("radio", name="English").click()
    page.get_by_text("What would you like to know?").wait_for()
    assert "lang=en" in page.url
    page.goto(page.url.split("?")[0])  # a later visit, without that address
    page.get_by_text("What would you like to know?").wait_for()


def test_a_queue_of_two_tabs_says_how_many_come_first(visitor: Visitor) -> None:
    page = visitor.page
    visitor.ask("How many days of leave, hesitant model?")
    page.wait_for_selector("div.answer")
    other = page.context.new_page()
    other.goto(visitor.address)
    other.locator('[data-testid="stChatInputTextArea"]').fill("How many days of leave?")
    other.locator('[data-testid="stChatInputTextArea"]').press("Enter")
    other.wait_for_selector(":is(:text('1 before you'), :text('前面还有 1 个'))")
    assert other.locator("details.found").count() == 1  # passages do not wait
    page.locator(".st-key-stop button").click()
    other.wait_for_selector("button.cite")


def test_a_question_too_long_and_an_internal_error_say_so(visitor: Visitor) -> None:
    page = visitor.page
    visitor.ask("x" * 100_000)
    page.wait_for_selector(".notice.bad")
    assert "100,000 characters" in page.locator(".notice.bad").inner_text()
    visitor.ask("   ")
    visitor.ask("crash")
    page.wait_for_selector(".notice.bad >> nth=1")
    assert "a secret detail" not in page.content()
    assert page.locator(".bubble").count() == 2


def test_without_documents_there_are_no_passages(visitor: Visitor) -> None:
    page = visitor.page
    page.locator(".st-key-without-documents label").first.click()
    page.wait_for_selector('[placeholder*="without documents"], [placeholder*="不查文档"]')
    visitor.ask("Tell me of leave")
    page.wait_for_selector(".foot")
    assert page.locator("details.found").count() == 0
    assert page.locator(".flag, .cite").count() == 0
