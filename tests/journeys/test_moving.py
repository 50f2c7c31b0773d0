"""A document that is moved and renamed, in real Chromium, by the keyboard alone: answers of before lead to it, and `@`
and `#` know it by its new name at once."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.journeys.conftest import Running, Visitor, steady
from tests.journeys.test_manage import HANDBOOK, SLOW, home, product, upload
from tests.journeys.test_people import CHAT, drawn
from tests.journeys.test_settings import SIZES, WIDE, by_keys, look

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

__all__ = ["home", "product"]

WORDS = {
    "en-GB": ("Path", "Collection", "staff", "rules/house.md", "Save", "Another path"),
    "zh-CN": ("路径", "集合", "员工", "制度/员工守则.md", "保存", "请换一个路径"),
}
QUESTION = "How many days of leave does an employee have?"


def write_path(page: "Page", words: tuple[str, ...], path: str) -> None:
    field = page.get_by_role("dialog").get_by_role("textbox", name=words[0])
    steady(field).focus()
    drawn(page)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(path)


@pytest.mark.parametrize(("locale", "size"), SIZES)
def test_a_document_is_moved_and_all_that_names_it_follows(
    browser: "Browser", product: Running, tmp_path: Path, locale: str, size: "ViewportSize"
) -> None:
    words = WORDS[locale]
    collection, path = words[2], words[3]
    visitor = Visitor(browser.new_context(locale=locale, viewport=WIDE).new_page(), product.address)  # type: ignore[arg-type]
    page = visitor.page
    visitor.open("/documents")
    (tmp_path / "handbook.md").write_text(HANDBOOK, encoding="utf-8")
    upload(page, [str(tmp_path / "handbook.md")])
    page.locator(".docs .doc .name", has_text="handbook.md").wait_for(timeout=SLOW)
    page.locator(".docs .doc .more").wait_for(timeout=SLOW)
    page.locator('[data-testid="stSidebar"] a').first.click()
    page.wait_for_selector(CHAT)
    visitor.ask(QUESTION)
    page.locator('[data-action="cite"][data-head*="handbook.md"]').first.wait_for(timeout=SLOW)
    page.locator(".st-key-stop").wait_for(state="detached")

    visitor.go_to_documents()
    page.locator(".docs .doc .name", has_text="handbook.md").wait_for()
    drawn(page)
    page.set_viewport_size(size)
    drawn(page)
    by_keys(page, page.locator(".docs .doc .more").first, "Enter")
    by_keys(page, page.locator('.docs [data-action="move"]').first, "Enter")
    dialog = page.get_by_role("dialog")
    write_path(page, words, "../handbook.md")
    save = dialog.get_by_role("button", name=words[4], exact=True)
    by_keys(page, save, "Enter")
    dialog.locator(".notice", has_text="../handbook.md").wait_for()  # says what is wrong, and nothing is moved
    write_path(page, words, path)
    field = dialog.get_by_role("combobox", name=words[1])
    steady(field).focus()
    page.keyboard.type(collection)
    page.get_by_role("option").filter(has_text=collection).wait_for()
    page.keyboard.press("Enter")
    page.get_by_role("option").first.wait_for(state="detached")
    look(page, "move")
    by_keys(page, save, "Enter")
    dialog.wait_for(state="detached")
    page.locator(".docs .doc .name", has_text=path).wait_for()
    page.locator(".docs .doc .facts", has_text=collection).wait_for()
    look(page)
    page.set_viewport_size(WIDE)

    page.go_back()
    cited = page.locator(f'[data-action="cite"][data-head*="{path}"]').first
    cited.wait_for()  # an answer of before leads to it
    by_keys(page, cited, "Enter")
    page.locator(".origin .name", has_text=path).wait_for()
    look(page)
    page.keyboard.press("Escape")
    page.locator(".origin").wait_for(state="detached")
    by_keys(page, page.locator(".st-key-new-conversation button"), "Enter")
    cited.wait_for(state="detached")
    drawn(page)
    visitor.ask(f"#{collection} @{path} {QUESTION}")
    cited.wait_for(timeout=SLOW)  # it is known by both at once
    page.locator(".st-key-stop").wait_for(state="detached")
    assert visitor.outside() == []
    assert visitor.problems == []
    page.context.close()
