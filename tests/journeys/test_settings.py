"""Settings, in real Chromium: what somebody chooses in one browser holds in another at the next sign-in."""

from contextlib import suppress
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.journeys.conftest import Running, shot, shots, steady
from tests.journeys.seeing import not_chinese, sticking_out, too_faint
from tests.journeys.test_people import CHAT, OWN, api, drawn, made, product, sign_in, visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

__all__ = ["api", "product"]

NARROW, WIDE = {"width": 390, "height": 844}, {"width": 1400, "height": 900}
SIZES = [("en-GB", WIDE), ("zh-CN", NARROW)]  # each language and each width is walked; `look` sees all four
DARK = "() => getComputedStyle(document.body).colorScheme === 'dark'"
LIGHT = "() => getComputedStyle(document.body).colorScheme === 'light'"
WORDS = {
    "en-GB": ("Settings", "Language", "Theme", "Thinking budget (tokens)", "Save", "中文", "Dark", "思考：128", "zh"),
    "zh-CN": ("个人设置", "界面语言", "主题", "思考预算（词元）", "保存", "English", "深色", "Thinking: 128", "en"),
}


def by_keys(page: "Page", element: "Locator", key: str) -> None:
    """Press a key on what has the focus, as somebody does who came to it by Tab."""
    steady(element).focus()
    page.keyboard.press(key)


def look(page: "Page", name: str = "") -> None:
    """It fits and can be read, narrow and wide. The page is left as wide as it was."""
    before = page.viewport_size
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)
        page.wait_for_timeout(1_000)  # what slides in has arrived
        assert sticking_out(page) == []
        assert too_faint(page) == []
        if name:
            shot(page, name)
    if before is not None:
        page.set_viewport_size(before)


def choose_of_document(page: "Page", row: "Locator", action: str) -> None:
    """Choose in the menu of a document by the keyboard alone; a page drawn anew under the key takes it back."""
    from playwright.sync_api import TimeoutError

    item = row.locator(f'[data-action="{action}"]')
    for _ in range(3):
        by_keys(page, row.locator(".more"), "Enter")
        with suppress(TimeoutError):
            item.wait_for(timeout=15_000)
            break
    by_keys(page, item, "Enter")


def choose(page: "Page", name: str, value: str) -> None:
    """Choose in a field of the dialog by the keyboard alone."""
    field = page.get_by_role("dialog").get_by_role("combobox", name=name)
    by_keys(page, field, "ArrowDown")
    option = page.get_by_role("option", name=value, exact=True)
    option.wait_for()
    page.keyboard.type(value)
    page.wait_for_function("() => document.querySelectorAll('[role=\"option\"]').length === 1")
    page.keyboard.press("Enter")
    option.wait_for(state="detached")
    drawn(page)


def open_settings(page: "Page", words: tuple[str, ...]) -> None:
    expand = page.locator('[data-testid="stExpandSidebarButton"]')
    if (page.viewport_size or WIDE)["width"] < 600 and expand.count():
        by_keys(page, expand, "Enter")
    by_keys(page, page.locator(".st-key-settings button"), "Enter")
    page.get_by_role("dialog").get_by_role("combobox", name=words[2]).wait_for()
    drawn(page)


@pytest.mark.parametrize("locale", WORDS)
def test_what_is_chosen_in_one_browser_holds_in_another(
    browser: "Browser", product: Running, api: httpx.Client, locale: str
) -> None:
    words = WORDS[locale]
    made(api, "li", password=OWN)
    made(api, "rita", password=OWN, full_name="Rita")

    first = visit(browser, product, locale)
    page = first.page
    page.set_viewport_size(WIDE)
    sign_in(page, "rita", OWN)
    page.wait_for_selector(CHAT)
    drawn(page)
    open_settings(page, words)
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        page.wait_for_timeout(1_000)  # what slides in has arrived
        assert sticking_out(page) == []
        assert too_faint(page) == []
    if locale == "zh-CN":
        assert set(not_chinese(page)) <= {"Rita"}
    page.set_viewport_size(WIDE)
    for field, value in ((words[1], words[5]), (words[2], words[6]), (words[3], "128")):
        choose(page, field, value)
    shots(page, "settings")
    by_keys(page, page.get_by_role("button", name=words[4], exact=True), "Enter")
    page.wait_for_function(f"() => document.documentElement.lang === '{words[8]}'")
    page.wait_for_function(DARK)
    page.get_by_role("button", name=words[7]).wait_for()
    page.reload()
    page.get_by_role("button", name=words[7]).wait_for()
    page.wait_for_function(DARK)

    second = visit(browser, product, locale)
    page = second.page
    page.set_viewport_size(NARROW)
    sign_in(page, "rita", OWN)
    page.wait_for_selector(CHAT)
    page.wait_for_function(f"() => document.documentElement.lang === '{words[8]}'")
    page.wait_for_function(DARK)
    page.get_by_role("button", name=words[7]).wait_for()
    assert sticking_out(page) == []
    drawn(page)
    other = next(known for name, known in WORDS.items() if name != locale)
    open_settings(page, other)
    choose(page, other[2], {"zh": "浅色", "en": "Light"}[words[8]])
    by_keys(page, page.get_by_role("button", name=other[4], exact=True), "Enter")
    page.wait_for_function(LIGHT)
    page.get_by_role("button", name=words[7]).wait_for()

    other_person = visit(browser, product, locale)  # has none of it
    sign_in(other_person.page, "li", OWN)
    other_person.page.wait_for_selector(CHAT)
    other_person.page.wait_for_function(f"() => document.documentElement.lang === '{locale[:2]}'")
    other_person.page.wait_for_function(LIGHT)

    for visitor in (first, second, other_person):
        assert visitor.outside() == []
        assert visitor.problems == []
        visitor.page.context.close()
