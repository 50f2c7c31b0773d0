"""Sharing a conversation, in real Chromium: a colleague reads it as far as they may, until it is taken back."""

from typing import TYPE_CHECKING

import httpx
import pytest

from tests.journeys.conftest import Running, steady
from tests.journeys.seeing import not_chinese
from tests.journeys.test_people import CHAT, OWN, api, drawn, made, product, sign_in, visit
from tests.journeys.test_settings import SIZES, WIDE, by_keys, look

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

__all__ = ["api", "product"]

QUESTION = "How many days of leave?"
WORDS = {
    "en-GB": ("Share", "Share with", "Save", "Shared with you", "Shared by Li Na", "not shown", "not shared with you"),
    "zh-CN": ("共享", "共享给", "保存", "与您共享", "由 Li Na 共享", "不予显示", "不再与您共享"),
}  # fmt: skip


def share_with(page: "Page", words: tuple[str, ...], *, add: str = "") -> None:
    """Open the dialog by the keyboard, and share with one more, or with nobody any more."""
    expand = page.locator('[data-testid="stExpandSidebarButton"]')
    if (page.viewport_size or WIDE)["width"] < 600 and expand.count():
        by_keys(page, expand, "Enter")
    by_keys(page, page.locator(".chats .more").first, "Enter")
    by_keys(page, page.locator('.chats [data-action="share"]').first, "Enter")
    dialog = page.get_by_role("dialog")
    field = dialog.get_by_role("combobox", name=words[1])
    steady(field).focus()
    drawn(page)
    if add:
        page.keyboard.type(add)
        page.wait_for_function("() => document.querySelectorAll('[role=\"option\"]').length === 1")
        page.keyboard.press("Enter")
    else:
        page.keyboard.press("Backspace")
    drawn(page)
    page.keyboard.press("Tab")  # the list of choices is closed
    if add:
        look(page, "share")
    by_keys(page, dialog.get_by_role("button", name=words[2], exact=True), "Enter")
    dialog.wait_for(state="detached")


@pytest.mark.parametrize(("locale", "size"), SIZES)
def test_a_colleague_reads_what_is_shared_until_it_is_taken_back(
    browser: "Browser", product: Running, api: httpx.Client, locale: str, size: "ViewportSize"
) -> None:
    words = WORDS[locale]
    made(api, "li", password=OWN, full_name="Li Na")
    made(api, "rita", password=OWN, full_name="Rita Blum")
    owner, colleague = visit(browser, product, locale), visit(browser, product, locale)

    page = owner.page
    page.set_viewport_size(WIDE)
    sign_in(page, "li", OWN)
    page.wait_for_selector(CHAT)
    page.locator(CHAT).fill(QUESTION)
    page.locator(CHAT).press("Enter")
    page.locator(".foot").wait_for()
    page.locator(".st-key-stop").wait_for(state="detached")
    drawn(page)
    page.set_viewport_size(size)
    drawn(page)
    share_with(page, words, add="Rita")

    other = colleague.page
    other.set_viewport_size(WIDE)
    sign_in(other, "rita", OWN)
    other.wait_for_selector(CHAT)
    other.locator(".chats .side", has_text=words[3]).wait_for()
    by_keys(other, other.locator(".chats .open", has_text=QUESTION), "Enter")
    other.get_by_text(words[4]).wait_for()
    other.set_viewport_size(size)
    drawn(other)
    other.locator("div.answer", has_text="25 days").wait_for()
    assert other.locator(CHAT).count() == 0
    assert other.locator('[data-action="judge"], [data-action="again"], [data-action="edit"]').count() == 0
    look(other, "shared")
    by_keys(other, other.locator('[data-action="cite"]').first, "Enter")
    other.locator(".st-key-source-pane mark, .st-key-source-pane .sheet").first.wait_for()
    other.keyboard.press("Escape")
    other.locator(".st-key-source-pane").wait_for(state="detached")
    if locale == "zh-CN":
        told = {"Li Na", "Rita Blum", QUESTION}
        assert [each for each in not_chinese(other) if each not in told] == []

    rule = {"level": "default", "readers": []}  # taken away while it is open
    assert api.put("access", json=rule).status_code == 200
    other.get_by_text(words[5]).wait_for()
    other.locator("div.answer", has_text="25 days").wait_for(state="detached")
    assert api.put("access", json={"level": "default", "readers": ["*"]}).status_code == 200
    other.locator("div.answer", has_text="25 days").wait_for()

    share_with(page, words)
    other.get_by_text(words[6]).wait_for()
    other.set_viewport_size(WIDE)
    other.locator(".chats .side", has_text=words[3]).wait_for(state="detached")
    assert other.locator("div.answer").count() == 0

    for visitor in (owner, colleague):
        assert visitor.outside() == []
        assert visitor.problems == []
        visitor.page.context.close()
