"""Passages of a document, in real Chromium: an editor corrects one, splits it, joins it again, leaves it out and brings
it back, and comes to it from an answer that rests on it; wide and narrow, by the keyboard alone."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.journeys.conftest import Running, Visitor, steady
from tests.journeys.test_manage import HANDBOOK, SLOW, home, product, upload
from tests.journeys.test_people import CHAT, drawn
from tests.journeys.test_settings import SIZES, by_keys, choose_of_document, look

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

__all__ = ["home", "product"]

WORDS = {
    "en-GB": ("Passages", "Searched", "Left out", "Text of the passage", "Save", "Split"),
    "zh-CN": ("段落", "可检索", "已排除", "段落文字", "保存", "拆分"),
}
CORRECTED = HANDBOOK.strip().replace("two weeks", "three weeks")
ACT = '[role="dialog"] [data-action="{}"]'


def open_passages(page: "Page", words: tuple[str, ...]) -> None:
    """Open the dialog by the keyboard alone."""
    choose_of_document(page, page.locator(".docs .doc").first, "passages")
    page.get_by_role("dialog").get_by_text(words[0], exact=True).first.wait_for()
    drawn(page)


def press(page: "Page", name: str) -> None:
    by_keys(page, page.get_by_role("dialog").get_by_role("button", name=name, exact=True), "Enter")


def correct_and_split(page: "Page", words: tuple[str, ...]) -> None:
    """Correct the only passage and split it before its second line, by the keyboard alone."""
    by_keys(page, page.locator(ACT.format("edit")).first, "Enter")
    field = page.get_by_role("dialog").get_by_role("textbox", name=words[3])
    steady(field).focus()
    drawn(page)
    look(page, "passage")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(CORRECTED)
    press(page, words[4])
    page.locator('[role="dialog"] .words', has_text="three weeks").first.wait_for()
    drawn(page)
    by_keys(page, page.locator(ACT.format("edit")).first, "Enter")
    page.get_by_role("dialog").get_by_role("textbox", name=words[3]).wait_for()
    drawn(page)
    press(page, words[5])
    page.locator(ACT.format("edit")).nth(1).wait_for()
    drawn(page)


def join_and_split(page: "Page", words: tuple[str, ...]) -> None:
    """Join the two parts again, and split them once more."""
    by_keys(page, page.locator(ACT.format("join")).nth(1), "Enter")
    page.locator(ACT.format("edit")).nth(1).wait_for(state="detached")
    page.locator(ACT.format("join")).first.wait_for(state="detached")
    drawn(page)
    by_keys(page, page.locator(ACT.format("edit")).first, "Enter")
    page.get_by_role("dialog").get_by_role("textbox", name=words[3]).wait_for()
    drawn(page)
    press(page, words[5])
    page.locator(ACT.format("join")).nth(1).wait_for()
    drawn(page)


def a_list_drawn_anew_keeps_its_menu(page: "Page", tmp_path: Path) -> None:
    """The menu of a document stays open, with what is chosen in it, while another document comes into the list."""
    more = page.locator(".docs .doc", has_text="handbook.md").locator(".more")
    (tmp_path / "added.md").write_text("# Added\n\nMore soup.\n", encoding="utf-8")
    page.locator('[data-testid="stFileUploader"] input[type="file"]').set_input_files([str(tmp_path / "added.md")])
    add = page.locator(".st-key-add-files button")
    by_keys(page, add, "Enter")
    by_keys(page, more, "Enter")
    chosen = page.locator('.menu:popover-open [data-action="passages"]')
    chosen.wait_for()
    while not chosen.evaluate("element => element.getRootNode().activeElement === element"):
        page.keyboard.press("ArrowDown")
    page.locator(".docs .doc .name", has_text="added.md").wait_for(timeout=SLOW)
    page.locator("details.recent").wait_for(timeout=SLOW)  # the job has ended
    drawn(page)
    assert chosen.evaluate("element => element.getRootNode().activeElement === element")
    page.keyboard.press("Escape")
    chosen.wait_for(state="hidden")


def ask(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/")
    page.wait_for_selector(CHAT)
    page.locator(CHAT).fill("How many days of leave does an employee have?")
    page.locator(CHAT).press("Enter")


@pytest.mark.parametrize(("locale", "size"), SIZES, ids=["en-1400", "zh-390"])
def test_a_passage_left_out_is_found_no_more(
    browser: "Browser", product: Running, tmp_path: Path, locale: str, size: "ViewportSize"
) -> None:
    words = WORDS[locale]
    visitor = Visitor(browser.new_context(locale=locale, viewport=size).new_page(), product.address)
    page = visitor.page
    visitor.open("/documents")
    (tmp_path / "handbook.md").write_text(HANDBOOK, encoding="utf-8")
    (tmp_path / "menu.md").write_text("# Menu\n\nSoup is served at noon.\n", encoding="utf-8")
    upload(page, [str(tmp_path / "handbook.md"), str(tmp_path / "menu.md")])
    page.locator(".docs .doc .more").nth(1).wait_for(timeout=SLOW)
    page.locator("details.recent").wait_for(timeout=SLOW)  # the job has ended
    drawn(page)
    open_passages(page, words)
    correct_and_split(page, words)
    join_and_split(page, words)
    count = page.locator(ACT.format("toggle")).count()
    assert count == 2
    for n in range(count):
        by_keys(page, page.locator(ACT.format("toggle")).nth(n), "Enter")
        page.locator('[role="dialog"] .status', has_text=words[2]).nth(n).wait_for()
        drawn(page)
    look(page, "passages")
    by_keys(page, page.locator(ACT.format("show")).nth(1), "Enter")
    page.get_by_role("dialog").wait_for(state="detached")
    page.locator(".st-key-source-pane mark", has_text="three weeks").first.wait_for()
    page.keyboard.press("Escape")
    page.locator(".st-key-source-pane").wait_for(state="detached")
    ask(visitor)
    page.locator(".refused").wait_for(timeout=SLOW)
    assert page.locator('[data-action="cite"]').count() == 0

    visitor.open("/documents")
    page.locator(".docs .doc .more").first.wait_for()
    drawn(page)
    open_passages(page, words)
    for n in range(count):
        by_keys(page, page.locator(ACT.format("toggle")).nth(n), "Enter")
        page.locator('[role="dialog"] .status', has_text=words[1]).nth(n).wait_for()
        drawn(page)
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    a_list_drawn_anew_keeps_its_menu(page, tmp_path)
    ask(visitor)
    cited = page.locator('[data-action="cite"]').first
    cited.wait_for(timeout=SLOW)
    page.locator(".st-key-stop").wait_for(state="detached")
    drawn(page)
    by_keys(page, cited, "Enter")
    by_keys(page, page.locator('.st-key-source-pane [data-action="edit"]'), "Enter")
    page.get_by_role("dialog").locator(".words", has_text="three weeks").wait_for()
    drawn(page)
    look(page, "passage-of-source")
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    assert visitor.outside() == []
    assert visitor.problems == []
    page.context.close()
