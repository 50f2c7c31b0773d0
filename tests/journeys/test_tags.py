"""Tags in real Chromium, by the keyboard alone: given in the menu of a document, the list and questions are limited to
them."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.journeys.conftest import Running, Visitor, steady
from tests.journeys.test_manage import HANDBOOK, SLOW, home, product, upload
from tests.journeys.test_people import CHAT, drawn
from tests.journeys.test_settings import SIZES, by_keys, choose_of_document, look

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ViewportSize

__all__ = ["home", "product"]

WORDS = {
    "en-GB": ("Tags", "year end", "Save", "Tags: year end", "tag year end"),
    "zh-CN": ("标签", "年终", "保存", "标签：年终", "标签：年终"),
}
QUESTION = "How many days of leave does an employee have?"


@pytest.mark.parametrize(("locale", "size"), SIZES, ids=["en-1400", "zh-390"])
def test_a_document_is_tagged_and_found_by_its_tag(
    browser: "Browser", product: Running, tmp_path: Path, locale: str, size: "ViewportSize"
) -> None:
    tags, tag, save, said, limit = WORDS[locale]
    visitor = Visitor(browser.new_context(locale=locale, viewport=size).new_page(), product.address)
    page = visitor.page
    visitor.open("/documents")
    for name in ("handbook.md", "other.md"):
        (tmp_path / name).write_text(f"{HANDBOOK}\nThis is {name}.\n", encoding="utf-8")
    upload(page, [str(tmp_path / "handbook.md"), str(tmp_path / "other.md")])
    page.locator(".docs .doc .name", has_text="handbook.md").wait_for(timeout=SLOW)
    page.locator(".docs .doc .name", has_text="other.md").wait_for(timeout=SLOW)
    handbook = page.locator(".docs .doc", has_text="handbook.md")
    page.locator("details.recent").wait_for(timeout=SLOW)  # the job has ended: its end draws the list anew
    handbook.locator(".more").wait_for(timeout=SLOW)
    drawn(page)
    dialog = page.get_by_role("dialog")
    field = dialog.get_by_role("combobox", name=tags)
    choose_of_document(page, handbook, "tags")
    steady(field).focus()
    page.keyboard.type(tag)
    page.get_by_role("option").filter(has_text=tag).wait_for()
    page.keyboard.press("Enter")
    dialog.locator('[data-testid="stMultiSelect"]', has_text=tag).wait_for()
    drawn(page)
    page.keyboard.press("Tab")  # the list of choices is closed
    drawn(page)
    look(page, "tags")
    by_keys(page, dialog.get_by_role("button", name=save, exact=True), "Enter")
    dialog.wait_for(state="detached")
    handbook.locator(".facts", has_text=said).wait_for()
    look(page)

    drawn(page)
    by_keys(page, page.locator(".st-key-filter-more button").first, "Enter")
    by_keys(page, page.locator(".st-key-filter-tags button", has_text=tag), "Enter")
    page.locator(".docs .doc .name", has_text="other.md").wait_for(state="detached")
    handbook.wait_for()
    page.keyboard.press("Escape")

    visitor.open("/")
    page.wait_for_selector(CHAT)
    drawn(page)
    by_keys(page, page.locator(".st-key-filters button").first, "Enter")
    page.wait_for_timeout(1_000)  # what opens the filters runs the page once more, which closes a list of choices
    steady(page.locator('[class*="st-key-scope-tags"] input').first).focus()
    page.keyboard.type(tag)
    page.get_by_role("option").filter(has_text=tag).wait_for()
    page.keyboard.press("Enter")
    page.locator(".st-key-limits button.limit", has_text=limit).wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    drawn(page)
    look(page, "tags-asked")
    visitor.ask(QUESTION)
    page.locator('[data-action="cite"][data-head*="handbook.md"]').first.wait_for(timeout=SLOW)
    page.locator(".st-key-stop").wait_for(state="detached")
    drawn(page)
    assert page.locator("details.found summary", has_text="other.md").count() == 0
    assert page.locator('[data-action="cite"][data-head*="other.md"]').count() == 0
    assert visitor.outside() == []
    assert visitor.problems == []
    page.context.close()
