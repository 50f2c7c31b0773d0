"""Sources shown as what they are, in real Chromium: Markdown, Word, a sheet and a scan, with the cited words marked."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.journeys.conftest import ROOT, Running, Visitor, shots, start
from tests.journeys.seeing import not_chinese, sticking_out, too_faint

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PAGE = str(ROOT / "tests" / "journeys" / "sources_page.py")


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("sources") / "home"
    running = start(PAGE, str(home), home=home)
    yield running
    assert running.stop() == 0


@pytest.fixture(params=["en-GB"])
def visitor(browser: "Browser", product: Running, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    context = browser.new_context(locale=request.param, viewport={"width": 1280, "height": 860})
    visitor = Visitor(context.new_page(), product.address)
    visitor.page.set_default_timeout(90_000)
    visitor.open()
    yield visitor
    assert visitor.page.locator(".sheet :is(a, iframe, script, svg, [src*='outside'], [href])").count() == 0
    assert visitor.outside() == []
    assert visitor.problems == []
    context.close()


def source_of(visitor: Visitor, question: str) -> None:
    """Ask, and open the first source of the answer."""
    visitor.ask(question)
    visitor.page.wait_for_selector(".foot")
    visitor.page.locator("button.cite").first.click()
    visitor.page.wait_for_selector(".pane .sheet")


def marked(visitor: Visitor) -> str:
    """What is seen marked, as it is read."""
    return "".join(visitor.page.locator(".sheet mark").all_inner_texts())


def looks_well(visitor: Visitor) -> None:
    assert sticking_out(visitor.page) == []
    assert too_faint(visitor.page) == []


def test_markdown_has_its_form_and_words_are_found_in_it(visitor: Visitor) -> None:
    page = visitor.page
    source_of(visitor, "How many days of paid leave has an employee of Lantern Works?")
    quote = page.locator("button.cite").first.get_attribute("data-card") or ""
    assert "".join(page.locator(".sheet :is(mark, [data-cited])").all_text_contents()) == quote
    assert "Every employee of Lantern Works has 27 days of paid leave a year" in marked(visitor)
    sheet = page.locator(".sheet")
    assert sheet.locator("h1").inner_text() == "Lantern Works handbook"
    assert sheet.locator("h2").all_inner_texts() == ["Paid leave", "请假流程"]
    assert sheet.locator("strong").first.inner_text() == "27 days"
    assert sheet.locator("ol > li").count() == 2
    assert sheet.locator("ol ul > li").all_inner_texts() == ["two weeks ahead", "three in summer"]
    assert sheet.locator("pre").inner_text() == 'if days > 27:\n    raise ValueError("ask again")\n'
    assert sheet.locator("table tr").last.locator("td").all_inner_texts() == ["Aid", "25"]
    assert sheet.locator(".link").inner_text() == "the form"
    looks_well(visitor)
    shots(page, "source-markdown", other=True)

    # Found, counted, and gone through by keys alone.
    page.locator(".sheet").focus()
    page.keyboard.press("Control+f")
    page.keyboard.type("LEAVE")
    page.keyboard.press("Enter")
    page.wait_for_selector(".count:has-text('1 of')")
    total = int(page.locator(".count").inner_text().split()[-1])
    assert page.locator(".sheet .found").count() == total > 2
    assert page.evaluate("() => document.activeElement.shadowRoot.activeElement.name") == "find"
    page.keyboard.press("Enter")
    page.wait_for_selector(f".count:has-text('2 of {total}')")
    assert page.locator(".sheet .found").nth(1).get_attribute("class") == "found now"
    page.keyboard.press("Shift+Enter")
    page.wait_for_selector(f".count:has-text('1 of {total}')")
    page.locator('.find [aria-label="Previous place"]').click()
    page.wait_for_selector(f".count:has-text('{total} of {total}')")
    looks_well(visitor)
    shots(page, "source-found", other=True)

    # As it was written.
    page.locator('.views button:has-text("Text")').click()
    page.wait_for_selector(".sheet:not(.laid)")
    assert "| Lead  | **30** |" in page.locator(".sheet").inner_text()
    page.keyboard.press("Escape")
    page.locator(".sheet").wait_for(state="detached")


@pytest.mark.parametrize("visitor", ["zh-CN"], indirect=True)
def test_the_viewer_is_in_chinese(visitor: Visitor) -> None:
    page = visitor.page
    source_of(visitor, "请假流程：年假申请须提前多久提交？")
    assert "年假申请须提前两周提交" in marked(visitor)
    page.locator(".find input").fill("没有这个词")
    page.locator('.find button:has-text("查找")').click()
    page.wait_for_selector(".count:has-text('没有找到')")
    assert not_chinese(page) == []
    looks_well(visitor)


def test_word_has_headings_lists_bold_print_and_tables(visitor: Visitor) -> None:
    page = visitor.page
    source_of(visitor, "Up to how much is a hotel paid a night?")
    page.wait_for_selector(".sheet.laid")
    assert "Hotels are paid up to 180 euros a night" in marked(visitor)
    sheet = page.locator(".sheet")
    assert sheet.locator("h1").inner_text() == "Travel policy"
    assert sheet.locator("h2").inner_text() == "What to pack"
    assert sheet.locator("strong").all_inner_texts() == ["180 euros"]
    assert sheet.locator("em").all_inner_texts() == ["Receipts"]
    assert sheet.locator(".item").all_inner_texts() == ["• a lamp", "• a spare lamp"]
    assert sheet.locator("th").all_inner_texts() == ["City", "Hotel per night"]
    assert sheet.locator("tr").last.locator("td").all_inner_texts() == ["Hamburg", "142"]
    looks_well(visitor)
    shots(page, "source-word", other=True)


def test_a_sheet_is_one_table_below_its_header(visitor: Visitor) -> None:
    page = visitor.page
    source_of(visitor, "How many euros does the Glow lamp cost?")
    page.wait_for_selector(".sheet.laid")
    table = page.locator(".sheet table").first
    assert page.locator(".sheet table").count() == 2
    assert table.locator("th").all_inner_texts() == ["Model", "Battery (h)", "Price (EUR)"]
    assert page.locator("tr.hit").last.locator("td").all_inner_texts() == ["Glow", "40", "129"]
    left = "cells => cells.map((cell) => Math.round(cell.getBoundingClientRect().left))"
    rows = table.locator("tr:has(td:nth-child(3)), tr:has(th)")
    lefts = [rows.nth(n).locator("th, td").evaluate_all(left) for n in range(rows.count())]
    assert len(lefts) == 4
    assert all(each == lefts[0] for each in lefts)
    looks_well(visitor)
    shots(page, "source-sheet", other=True)


def test_a_scan_is_marked_at_its_words_and_can_be_enlarged(visitor: Visitor) -> None:
    page = visitor.page
    source_of(visitor, "How many months does the warranty last?")
    page.wait_for_selector(".sheet .box")
    before = page.locator("img.picture").bounding_box()
    for _ in range(2):
        page.locator('[aria-label="Zoom in"]').click()
    page.wait_for_selector(".panebar:has-text('200 %')")
    after = page.locator("img.picture").bounding_box()
    assert before is not None
    assert after is not None
    assert after["width"] == pytest.approx(2 * before["width"], rel=0.05)
    box, sheet = page.locator(".box").first.bounding_box(), page.locator(".sheet").bounding_box()
    assert box is not None
    assert sheet is not None
    assert sheet["y"] <= box["y"] <= sheet["y"] + sheet["height"]  # in sight
    shots(page, "source-enlarged")
    page.locator(".find input").fill("ten working days")
    page.keyboard.press("Enter")
    page.wait_for_selector(".count:has-text('1 of 1')")
    page.wait_for_selector(".sheet .box")
    assert sticking_out(page) == []
    shots(page, "source-scan", other=True)
    page.locator(".find input").focus()
    page.keyboard.press("Escape")  # ends the search, then closes the source
    page.locator(".count").wait_for(state="detached")
    assert page.locator(".find input").input_value() == ""
    assert page.locator(".pane .sheet").count() == 1
    page.keyboard.press("Escape")
    page.locator(".pane").wait_for(state="detached")
