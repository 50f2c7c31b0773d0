"""The page at chosen moments, in real Chromium over scripted answers: stop, reload, second tab, hostile words."""

import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.journeys.conftest import ROOT, Running, Visitor, start
from tests.ui.scripted import QUOTE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SOON = 1.0  # seconds on idle cores
# From the click on stop until the page says that it is stopped, in seconds, by the browser's clock.
STOPPING = """() => new Promise((done) => {
  const text = (root) => root.textContent + [...root.querySelectorAll("*")].filter((e) => e.shadowRoot)
    .map((e) => text(e.shadowRoot)).join(" ");
  const told = () => text(document.querySelector('[data-testid="stMain"]')).match(/Stopped|已停止/g)?.length ?? 0;
  const before = told(), began = performance.now();
  const look = () => told() > before && !document.querySelector(".st-key-stop")
    ? done((performance.now() - began) / 1000) : requestAnimationFrame(look);
  document.querySelector(".st-key-stop button").click();
  look();
})"""
# The seconds between the frames of three seconds.
FRAMES = """() => new Promise((done) => {
  const frames = [], began = performance.now();
  let last = began;
  const next = (now) => {
    frames.push((now - last) / 1000);
    last = now;
    if (now - began < 3000) requestAnimationFrame(next); else done(frames);
  };
  requestAnimationFrame(next);
})"""
SCRIPTED = str(ROOT / "tests" / "ui" / "scripted_page.py")


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A page whose model takes 0.15 s for a word."""
    home = tmp_path_factory.mktemp("home")
    running = start(SCRIPTED, str(home), "0.15", home=home)
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


def test_an_answer_has_citations_that_open_their_sources(visitor: Visitor) -> None:
    page = visitor.page
    visitor.ask("How many days of leave?")
    page.wait_for_selector("button.cite")
    assert page.locator("details.found, details.reasoning").count() == 2
    assert page.locator("details[open]").count() == 0
    assert "64" in page.locator("details.reasoning .end").inner_text()
    assert page.locator(".flag").inner_text() in ("unverified", "未证实")
    page.locator("button.cite").first.click()
    page.wait_for_selector(".sheet mark")
    assert page.locator(".sheet mark").inner_text() == QUOTE
    assert page.locator(".sheet mark").evaluate("mark => mark.getBoundingClientRect().left > innerWidth / 2")
    page.locator('.pane [data-action="source"][data-value="1"]').click()
    page.wait_for_selector(f'.sheet mark:not(:text-is("{QUOTE}"))')
    assert page.locator(".sheet mark").inner_text().startswith("Leave is requested")


def begin(visitor: Visitor, model: str, seen: str) -> None:
    """Ask, and wait for what can be seen of the answer that is being written."""
    visitor.ask(f"How many days of leave, {model} model?")
    visitor.page.wait_for_selector(f".st-key-growing {seen}")
    visitor.page.locator(".st-key-stop button").wait_for()


def assert_stopped_soon(visitor: Visitor, when: str, model: str, seen: str) -> None:
    """Click on stop: the page is at rest within a second, or longer where more programs run than there are cores.

    At least one time of three: another program may hold up the page for seconds.
    """
    for attempt in range(3):
        if attempt:
            begin(visitor, model, seen)
        seconds = visitor.page.evaluate(STOPPING)
        load = os.getloadavg()[0] / (os.cpu_count() or 1)
        print(f"stopped {when} in {seconds:.2f} s, load {load:.1f} per core")
        if seconds < SOON * max(1.0, load):
            return
    pytest.fail(f"a stop {when} takes too long")


def test_stop_works_before_the_first_word(visitor: Visitor) -> None:
    page = visitor.page
    silent = ("silent", "details.found")
    begin(visitor, *silent)
    assert_stopped_soon(visitor, "before the first word", *silent)
    stopped = page.locator(".bubble").count()
    begin(visitor, *silent)
    box = page.locator('[data-testid="stChatInputTextArea"]')
    box.fill("the next question")
    assert box.evaluate(  # Enter that ends a word of an input method is left to it
        "box => box.dispatchEvent(new KeyboardEvent('keydown', "
        "{ key: 'Enter', isComposing: true, bubbles: true, cancelable: true }))"
    )
    box.press("Enter")  # not while one is being answered: the words stay
    box.press("Escape")
    page.locator(f":is(:text('Stopped'), :text('已停止')) >> nth={stopped}").wait_for()
    assert page.locator("div.answer").count() == 0
    assert box.input_value() == "the next question"
    assert page.locator(".bubble").count() == stopped + 1
    assert page.evaluate("document.activeElement.dataset.testid") == "stChatInputTextArea"


def test_stop_in_mid_answer_keeps_what_was_written(visitor: Visitor) -> None:
    hesitant = ("hesitant", "div.answer")
    begin(visitor, *hesitant)
    assert_stopped_soon(visitor, "in mid-answer", *hesitant)
    kept = visitor.page.locator("div.answer").last.inner_text()
    assert kept.startswith("Every")
    assert "Bruno" not in kept


@pytest.mark.parametrize("visitor", ["en-GB"], indirect=True)
def test_an_answer_that_does_not_end_leaves_the_page_usable(visitor: Visitor) -> None:
    page = visitor.page
    endless = ("endless", "div.answer tr >> nth=2000")
    begin(visitor, *endless)
    box = page.locator('[data-testid="stChatInputTextArea"]')
    box.click()
    assert any(is_smooth(page) for _ in range(3))
    page.keyboard.type("the next question")
    assert box.input_value() == "the next question"
    assert_stopped_soon(visitor, "in an endless table", *endless)
    assert page.locator("div.answer tr").count() > 2000


def is_smooth(page: "Page") -> bool:
    """Whether most frames of three seconds come in time."""
    frames = page.evaluate(FRAMES)
    print(f"the longest time without a frame: {max(frames):.2f} s of {sum(frames):.2f} s")
    return sum(1 for frame in frames if frame < 0.1) > len(frames) / 2


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


@pytest.mark.parametrize("visitor", ["en-GB"], indirect=True)
def test_an_idle_tab_keeps_up_with_another_and_leaves_the_reader_alone(visitor: Visitor) -> None:
    page = visitor.page
    visitor.ask("How many days of leave?")
    page.wait_for_selector(".foot")
    page.wait_for_url(re.compile(r"[?&]c="))
    second = page.context.new_page()
    second.goto(page.url)
    second.wait_for_selector(".foot")
    box = second.locator('[data-testid="stChatInputTextArea"]')
    box.click()
    second.keyboard.type("half a ")
    visitor.ask("Who is the leave for?")
    second.wait_for_selector(".bubble >> nth=1")  # nothing was clicked there
    second.keyboard.type("sentence")
    second.wait_for_selector(".foot >> nth=1")
    assert second.evaluate("document.activeElement.dataset.testid") == "stChatInputTextArea"
    assert box.input_value() == "half a sentence"
    # A look that finds nothing new touches nothing: neither what was opened nor where the reader is.
    scrolled = "document.querySelector('[data-testid=stMain]').scrollTop"
    second.locator("details.found summary").first.click()
    second.wait_for_timeout(1_000)  # until it has come to rest at the end
    second.evaluate(f"{scrolled} = 0")
    box.click()
    second.wait_for_timeout(4_500)
    assert second.locator("details.found[open]").count() == 1
    assert second.evaluate(scrolled) == 0
    assert second.evaluate("document.activeElement.dataset.testid") == "stChatInputTextArea"
    # Whoever reads further up is not taken away from there by what another tab asks.
    second.set_viewport_size({"width": 1280, "height": 420})
    second.evaluate(f"{scrolled} = 0")
    visitor.ask("And when?")
    second.wait_for_selector(".foot >> nth=2")
    assert second.evaluate(scrolled) == 0
    # What is deleted goes there, too.
    id = page.url.partition("c=")[2].partition("&")[0]
    assert page.request.delete(f"{visitor.origin}/api/conversations/{id}", headers={"Origin": visitor.origin}).ok
    second.get_by_text("This conversation was deleted").wait_for()
    second.locator(".bubble").first.wait_for(state="detached")
    assert box.input_value() == "half a sentence"


@pytest.mark.parametrize("visitor", ["en-GB"], indirect=True)
def test_the_end_of_an_answer_is_not_followed_on_another_page(visitor: Visitor) -> None:
    page = visitor.page
    visitor.ask("How many days of leave?")
    page.wait_for_selector(".foot")
    visitor.go_to_documents()
    page.wait_for_selector(".pickable")
    grow = "block => { block.insertAdjacentHTML('beforeend', '<div style=\"height: 2000px\"></div>'); }"
    page.locator('[data-testid="stMainBlockContainer"]').evaluate(grow)
    page.wait_for_timeout(500)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0


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
    page.wait_for_url(re.compile("lang=en"))
    page.wait_for_function("() => document.cookie.includes('kb_language=en')")
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
