"""A title given to a document, in real Chromium: it is shown in the list, beside citations and above the source."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.journeys.conftest import Running, Visitor, steady
from tests.journeys.test_manage import HANDBOOK, SLOW, home, product, upload
from tests.journeys.test_people import CHAT, drawn
from tests.journeys.test_settings import SIZES, by_keys, look

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

__all__ = ["home", "product"]

WORDS = {
    "en-GB": ("Title to show", "Title (empty: its path is shown)", "House rules 2026", "Ready", "Save"),
    "zh-CN": ("显示标题", "标题（留空则显示路径）", "员工守则 2026", "可检索", "保存"),
}


def give(page: "Page", words: tuple[str, ...], title: str) -> None:
    """Give the document of the list a title, by the keyboard alone."""
    by_keys(page, page.locator(".docs .doc .more").first, "Enter")
    by_keys(page, page.locator('.docs [data-action="title"]').first, "Enter")
    field = page.get_by_role("dialog").get_by_role("textbox", name=words[1])
    steady(field).focus()
    drawn(page)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(title) if title else page.keyboard.press("Delete")
    if title:
        look(page, "title")
    by_keys(page, page.get_by_role("dialog").get_by_role("button", name=words[4], exact=True), "Enter")
    page.get_by_role("dialog").wait_for(state="detached")


@pytest.mark.parametrize(("locale", "size"), SIZES, ids=["en-1400", "zh-390"])
def test_a_title_is_shown_wherever_the_document_is_named(
    browser: "Browser", product: Running, tmp_path: Path, locale: str, size: "ViewportSize"
) -> None:
    words = WORDS[locale]
    visitor = Visitor(browser.new_context(locale=locale, viewport=size).new_page(), product.address)
    page = visitor.page
    visitor.open("/documents")
    (tmp_path / "handbook.md").write_text(HANDBOOK, encoding="utf-8")
    upload(page, [str(tmp_path / "handbook.md")])
    page.locator(".docs .doc .name", has_text="handbook.md").wait_for(timeout=SLOW)
    page.locator(".docs .doc .more").wait_for(timeout=SLOW)
    drawn(page)
    give(page, words, words[2])
    page.locator(".docs .doc .name", has_text=words[2]).wait_for()
    page.locator(".docs .doc .facts", has_text="handbook.md").wait_for()
    look(page)

    visitor.open("/")
    page.wait_for_selector(CHAT)
    page.locator(CHAT).fill(f"@{words[2]} How many days of leave does an employee have?")
    page.locator(CHAT).press("Enter")
    cited = page.locator('[data-action="cite"]').first
    cited.wait_for(timeout=SLOW)
    page.locator(".st-key-stop").wait_for(state="detached")
    drawn(page)
    assert str(cited.get_attribute("data-head")).startswith(words[2])
    page.locator("details.found summary", has_text=words[2]).wait_for()
    by_keys(page, cited, "Enter")
    page.locator(".origin .name", has_text=words[2]).wait_for()
    page.locator(".origin .title", has_text="handbook.md").wait_for()
    look(page)
    page.keyboard.press("Escape")
    page.locator(".origin").wait_for(state="detached")

    visitor.open("/documents")
    page.locator(".docs .doc .name", has_text=words[2]).wait_for()
    drawn(page)
    give(page, words, "")
    page.locator(".docs .doc .name", has_text="handbook.md").wait_for()
    assert visitor.outside() == []
    assert visitor.problems == []
    page.context.close()
