"""A day with the chat in real Chromium over real documents and retrieval; only the model's words are scripted."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2
import pytest

from tests.journeys.conftest import ROOT, Running, Visitor, start
from tests.journeys.seeing import too_faint

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SAMPLE = str(ROOT / "tests" / "journeys" / "sample_page.py")
POLICY = ROOT / "sample_docs" / "it" / "information_security_policy.pdf"
LEAVER = "How quickly is the account of a leaver disabled?"
ROOM = "Which phone_ext has the meeting room Taihu in Suzhou?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sample")


@pytest.fixture(scope="module")
def product(folder: Path) -> Iterator[Running]:
    running = start(SAMPLE, str(folder / "home"), "0.02", home=folder / "home")
    yield running
    assert running.stop() == 0


@pytest.fixture
def hold(folder: Path) -> Iterator[Callable[[int], object]]:
    """Holds the model at the word with that number."""
    place = folder / "hold"
    yield lambda word: place.write_text(str(word))
    place.unlink(missing_ok=True)


@pytest.fixture
def visitor(browser: "Browser", product: Running) -> Iterator[Visitor]:
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
    visitor = Visitor(context.new_page(), product.address)
    visitor.page.set_default_timeout(90_000)
    visitor.open()
    yield visitor
    assert visitor.outside() == []
    assert visitor.problems == []
    context.close()


def answered(visitor: Visitor, question: str) -> None:
    """Ask, and wait for the finished answer."""
    before = visitor.page.locator(".bubble").count()
    visitor.ask(question)
    visitor.page.locator(f".bubble >> nth={before}").wait_for()
    visitor.page.locator(".st-key-stop").wait_for(state="detached")
    visitor.page.locator(f".foot >> nth={before}").wait_for()


def menu(page: "Page", action: str) -> None:
    """Choose from the menu of the conversation listed first."""
    page.locator(".chat .more").first.click()
    page.locator(f".menu:popover-open {action}").click()


def test_passages_come_first_then_reasoning_then_the_answer_then_its_citations(
    visitor: Visitor, hold: Callable[[int], object]
) -> None:
    page = visitor.page
    hold(0)
    visitor.ask(LEAVER)
    page.locator("details.found").wait_for()
    assert page.locator("details.reasoning, div.answer").count() == 0
    hold(14)
    page.locator("details.reasoning[open] .budget").wait_for()
    assert "48" in page.locator("details.reasoning .end").inner_text()
    assert page.locator("div.answer").count() == 0
    hold(46)
    page.locator("div.answer").wait_for()
    assert page.locator("details.reasoning[open], button.cite").count() == 0
    hold(1_000)
    page.locator("button.cite").first.wait_for()
    assert page.locator("details.reasoning[open]").count() == 0


def test_a_citation_of_a_pdf_opens_beside_the_answer_with_the_boxes_over_its_words(visitor: Visitor) -> None:
    page = visitor.page
    answered(visitor, LEAVER)
    chip = page.locator("button.cite").first
    quote = chip.get_attribute("data-card") or ""
    chip.hover()
    assert page.locator(".kb-card .quote").inner_text() == quote
    chip.click()
    page.locator(".pane img").wait_for()
    picture = page.locator(".pane .page").bounding_box()
    answer = page.locator("div.answer").bounding_box()
    assert picture is not None
    assert answer is not None
    assert answer["x"] + answer["width"] <= picture["x"]  # side by side

    # The words of the PDF that stand under the boxes the browser shows are the quote.
    shares = page.locator(".pane .box").evaluate_all(
        """boxes => boxes.map(box => { const b = box.getBoundingClientRect(),
            p = box.parentElement.getBoundingClientRect();
            return [(b.left - p.left) / p.width, (b.top - p.top) / p.height,
                    (b.right - p.left) / p.width, (b.bottom - p.top) / p.height]; })"""
    )
    assert visible(page)
    document = pypdfium2.PdfDocument(POLICY)
    sheet = document[1]
    width, height = sheet.get_size()
    words = sheet.get_textpage()
    under = " ".join(
        words.get_text_bounded(x0 * width, (1 - y1) * height, x1 * width, (1 - y0) * height)
        for x0, y0, x1, y1 in shares
    )
    document.close()
    assert " ".join(quote.split()) in " ".join(under.split())

    # Its pages are leafed through; the original is the file itself.
    page.locator('.pane [data-action="page"][aria-label="Next page"]').click()
    page.get_by_text("page 3 of 5").wait_for()
    assert page.locator(".pane .box").count() == 0
    link = page.locator(".pane a.original")
    assert link.get_attribute("rel") == "noopener"
    original = page.request.get(visitor.origin + (link.get_attribute("href") or ""))
    assert original.body() == POLICY.read_bytes()
    page.keyboard.press("Escape")
    page.locator(".pane").wait_for(state="detached")


def visible(page: "Page") -> bool:
    """Whether the first box is within the part of the page in sight."""
    return bool(
        page.wait_for_function(
            """() => { for (const host of document.querySelectorAll(".st-key-source-pane *")) {
                const box = host.shadowRoot && host.shadowRoot.querySelector(".box");
                if (!box) continue;
                const b = box.getBoundingClientRect(), s = box.closest(".sheet").getBoundingClientRect();
                return b.top >= s.top && b.bottom <= s.bottom; } return false; }"""
        )
    )


def test_a_follow_up_shows_what_was_searched_and_a_table_marks_its_row(visitor: Visitor) -> None:
    page = visitor.page
    answered(visitor, ROOM)
    page.locator("button.cite").first.click()
    row = page.locator(".pane tr.hit")
    row.wait_for()
    assert "6324" in row.inner_text()
    assert row.locator("mark").count() >= 1
    assert "phone_ext" in page.locator(".pane thead").inner_text()
    page.locator('.pane [data-value="text"]').click()
    page.locator(".pane table").wait_for(state="detached")
    assert "6324" in page.locator(".pane mark").inner_text()
    answered(visitor, "And the Showroom?")
    assert "Searched for: Which phone_ext has the Showroom in Suzhou?" in page.locator(".searched").inner_text()
    assert "6310" in page.locator("div.answer").last.inner_text()


def test_a_judgement_with_its_reason_is_there_after_a_reload(visitor: Visitor) -> None:
    page = visitor.page
    answered(visitor, ROOM)
    page.locator('[data-action="judge"][data-value="down"]').click()
    page.locator(".asking input").wait_for()
    form = page.locator(".asking").evaluate_handle("e => e")
    page.wait_for_function(  # it is seen whole, above the bar in which questions are asked
        "e => e.getBoundingClientRect().bottom <= document.querySelector('[data-testid=\"stBottom\"]')"
        ".getBoundingClientRect().top && e.getBoundingClientRect().top >= 0", arg=form
    )  # fmt: skip
    page.locator(".asking input").fill("wrong floor")
    page.locator(".asking input").press("Enter")
    page.locator(".judged:not(.asking)").wait_for()
    page.reload()
    page.locator('.judged:has-text("wrong floor")').wait_for()
    assert page.locator('[data-value="down"]').get_attribute("aria-pressed") == "true"
    page.locator('[data-value="down"]').click()
    page.locator('[data-value="down"][aria-pressed="false"]').wait_for()
    assert page.locator(".judged").count() == 0


def test_a_filter_that_matches_nothing_is_said_to_in_the_language_of_the_page(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/?path=policys/*")
    page.locator(".limit:has-text('policys/*')").first.wait_for()
    answered(visitor, ROOM)
    told = page.locator(".refused").inner_text()
    assert "The filter matches no document" in told
    assert "There are documents in: " in told
    assert "do not answer" not in told
    page.get_by_role("radio", name="中文").click()
    page.locator(".refused:has-text('没有文档符合筛选条件')").wait_for()
    told = page.locator(".refused").inner_text()
    assert "filter" not in told
    answered(visitor, "太湖会议室的分机号是多少？")
    page.get_by_role("radio", name="English").click()
    page.locator(".refused:has-text('Remove it, or choose another') >> nth=1").wait_for()
    assert not re.search("[\u4e00-\u9fff]", page.locator(".refused").last.inner_text())


def test_a_switch_of_the_page_is_one_step_back(visitor: Visitor) -> None:
    page = visitor.page
    answered(visitor, ROOM)
    length, chat = page.evaluate("history.length"), page.url
    for n, name in enumerate(("documents", "models", "evaluation"), 1):
        page.locator(f'[data-testid="stSidebar"] a[href*="{name}"]').first.click()
        page.locator(f'.heading:text-is("{name.title()}")').wait_for()
        page.wait_for_function(f"() => location.pathname.endsWith('/{name}') && /lang=/.test(location.search)")
        page.wait_for_timeout(1500)  # whatever would write the address again has done so
        assert page.evaluate("history.length") == length + n
    for name in ("models", "documents"):
        page.go_back()
        page.locator(f'.heading:text-is("{name.title()}")').wait_for()
        page.wait_for_function(f"() => location.pathname.endsWith('/{name}') && /lang=/.test(location.search)")
        page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    page.go_back()
    page.locator("div.answer").wait_for()
    assert page.url == chat


def test_a_conversation_is_renamed_found_exported_and_deleted(visitor: Visitor) -> None:
    page = visitor.page
    answered(visitor, ROOM)
    menu(page, '[data-action="rename"]')
    field = page.locator(".chat.doing input")
    field.wait_for()
    field.fill("Rooms <b>of</b> Suzhou")
    field.press("Enter")
    page.locator('.chat .open[aria-current]:has-text("Rooms <b>of</b> Suzhou")').wait_for()

    search = page.locator(".st-key-conversation-search input")
    search.fill("no such words anywhere")
    page.get_by_text("No conversation found").wait_for()
    search.fill("<b>of</b> Suzhou")
    page.locator('.chat .open:has-text("Rooms")').wait_for()
    assert page.locator(".chat").count() == 1

    for form, check in (("md", lambda text: "6324 \\[1\\]" in text or "6324 [1]" in text), ("json", json.loads)):
        with page.expect_download() as download:
            menu(page, f'a[href*="format={form}"]')
        assert check(Path(download.value.path()).read_text(encoding="utf-8"))
        assert re.fullmatch(rf"Rooms b of b Suzhou \d{{4}}-\d\d-\d\d\.{form}", download.value.suggested_filename)
        page.keyboard.press("Escape")

    menu(page, '[data-action="remove"]')
    page.locator('.chat.doing [data-action="cancel"]').click()
    page.locator(".chat.doing").wait_for(state="detached")
    assert page.locator(".bubble").count() == 1
    menu(page, '[data-action="remove"]')
    page.locator('[data-action="removed"]').click()
    page.get_by_text("What would you like to know?").wait_for()
    assert page.locator('.chat .open:has-text("Rooms")').count() == 0
    assert page.get_by_text("This conversation was deleted").count() == 0


def test_a_conversation_deleted_in_another_tab_gives_a_notice_and_a_new_one(visitor: Visitor) -> None:
    page = visitor.page
    answered(visitor, ROOM)
    page.wait_for_url(re.compile(r"[?&]c="))
    id = page.url.partition("c=")[2].partition("&")[0]
    assert page.request.delete(f"{visitor.origin}/api/conversations/{id}", headers={"Origin": visitor.origin}).ok
    visitor.ask(ROOM)  # it is answered, in a new one
    page.get_by_text("This conversation was deleted").wait_for()
    page.locator(".foot").wait_for()
    assert page.locator(".bubble").count() == 1
    page.goto(f"{visitor.origin}/?c={id}")
    page.get_by_text("This conversation was deleted").wait_for()
    page.get_by_text("What would you like to know?").wait_for()
    assert page.locator('[data-testid="stException"], .notice.bad').count() == 0


def day(page: "Page", field: str, digits: str) -> None:
    """Write a day into a field of the filters; it is taken when the focus leaves the field."""
    page.locator(f'[class*="st-key-scope-{field}"] [role="spinbutton"]').first.click()
    for digit in digits:
        page.keyboard.press(digit)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")


def test_filters_limit_the_question_outlive_a_reload_and_are_taken_away_again(visitor: Visitor) -> None:
    page = visitor.page
    limits = page.locator(".st-key-limits button.limit")
    page.locator(".st-key-filters button").click()
    for field, words, chip in (("types", "csv", "CSV"), ("collections", "sample_docs", "in sample_docs")):
        box = page.locator(f'[class*="st-key-scope-{field}"] input').first
        box.click()
        box.fill(words)
        box.press("Enter")
        limits.filter(has_text=chip).wait_for()
    day(page, "since", "20200131")
    limits.filter(has_text="since 2020-01-31").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile(r"[?&]since=2020-01-31"))
    page.reload()
    limits.nth(2).wait_for()
    answered(visitor, LEAVER)
    assert page.locator(".user .limit").all_inner_texts() == ["in sample_docs", "CSV", "since 2020-01-31"]
    page.locator("details.found summary").click()
    names = page.locator(".passage .name").all_inner_texts()
    assert names
    assert all(name.endswith(".csv") for name in names)

    # Nothing was ingested before that day; and the days stand in the fields again.
    page.locator(".st-key-filters button").click()
    since = page.locator('[class*="st-key-scope-since"] [role="spinbutton"]')
    since.nth(2).wait_for()
    assert since.all_inner_texts() == ["2020", "01", "31"]
    day(page, "until", "20200201")
    limits.filter(has_text="until 2020-02-01").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    answered(visitor, LEAVER)
    assert page.locator(".passage").count() == len(names)  # none more than before

    for left in (3, 2, 1, 0):
        limits.first.click()
        limits.nth(left).wait_for(state="detached")
    page.wait_for_function("() => !/type=|since=|until=|collection=/.test(location.search)")
    answered(visitor, LEAVER)
    assert page.locator(".user .limit").count() == 7  # those of the first two questions
    assert "4 hours" in page.locator("div.answer").last.inner_text()


def test_the_keyboard_goes_everywhere_and_comes_back(visitor: Visitor) -> None:
    page = visitor.page
    focus = "() => { let e = document.activeElement; while (e && e.shadowRoot) e = e.shadowRoot.activeElement; "
    answered(visitor, ROOM)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.dataset.testid") == "stChatInputTextArea"
    page.keyboard.type("a/b")  # there it is a sign like others
    assert page.locator('[data-testid="stChatInputTextArea"]').input_value() == "a/b"

    # A source is opened and closed; the focus is where it was.
    page.locator("button.cite").first.focus()
    page.keyboard.press("Enter")
    page.locator(".pane").wait_for()
    page.wait_for_function(focus + "return !!e.closest('.pane'); }")
    page.keyboard.press("Escape")
    page.locator(".pane").wait_for(state="detached")
    page.wait_for_function(focus + "return e.matches('button.cite'); }")

    # The menu of a conversation: arrows go round in it, Esc leads back to its button.
    page.locator(".chat .more").first.focus()
    page.keyboard.press("Enter")
    page.locator(".menu:popover-open").wait_for()
    names = []
    for key in ("", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp"):
        if key:
            page.keyboard.press(key)
        names.append(page.evaluate(focus + "return e.textContent.trim(); }"))
    assert names == ["Rename", "Export as Markdown", "Export as JSON", "Delete", "Rename", "Delete"]
    page.keyboard.press("Escape")
    page.wait_for_function(focus + "return e.matches('.chat .more'); }")
    assert page.locator(".menu:popover-open").count() == 0


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_every_word_can_be_read_on_what_is_under_it(browser: "Browser", product: Running, scheme: str) -> None:
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    visitor = Visitor(context.new_page(), product.address)
    page = visitor.page
    page.set_default_timeout(90_000)
    visitor.open()
    answered(visitor, ROOM)
    dark = page.evaluate("getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", dark)[:3])) < 200) is (scheme == "dark")
    page.locator("details.found summary").click()
    page.locator("details.reasoning summary").click()
    page.locator('[data-action="judge"][data-value="down"]').click()
    page.locator(".asking").wait_for()
    page.locator("button.cite").first.click()
    page.locator(".pane mark").first.wait_for()
    for kind in ("button.cite", ".pane mark", ".snippet", ".thinking", ".asking .chip", ".bubble"):
        assert page.locator(kind).first.is_visible(), kind
    assert too_faint(page) == []
    context.close()


def test_a_summary_says_which_section_is_read_and_a_stop_keeps_what_was_read(
    visitor: Visitor, hold: Callable[[int], object]
) -> None:
    page = visitor.page
    hold(0)
    visitor.ask("Summarise information_security_policy.pdf")
    state = page.locator(".state")
    state.filter(has_text=re.compile(r"Reading section 1 of \d+")).wait_for()
    hold(1_000)
    state.filter(has_text=re.compile(r"Reading section [2-9] of \d+")).wait_for()
    hold(0)
    page.locator(".st-key-stop button").click()
    page.locator(".st-key-stop").wait_for(state="detached")
    page.locator("button.cite").first.wait_for()
    assert "information_security_policy.pdf" in page.locator("div.answer").inner_text()
    page.get_by_text("Stopped").first.wait_for()


def test_the_source_takes_the_width_of_a_narrow_screen(browser: "Browser", product: Running) -> None:
    context = browser.new_context(locale="zh-CN", viewport={"width": 360, "height": 740})
    visitor = Visitor(context.new_page(), product.address)
    page = visitor.page
    page.set_default_timeout(90_000)
    visitor.open()
    answered(visitor, "带新人的导师每月能拿多少带教补贴？")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator("button.cite").first.click()
    page.locator(".pane img").wait_for()
    box = page.locator(".pane").bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, 360)
    page.locator('.pane button:has-text("返回回答")').click()
    page.locator(".pane").wait_for(state="detached")
    assert "300" in page.locator("div.answer").inner_text()
    assert visitor.outside() == []
    context.close()
