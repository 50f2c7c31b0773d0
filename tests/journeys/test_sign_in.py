"""Signing in and out: an address that works once, a session that ends, links from elsewhere."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.journeys.conftest import Running, Visitor, start

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SCRIPTED = str(Path(__file__).parents[1] / "ui" / "scripted_page.py")
CHAT = '[data-testid="stChatInputTextArea"]'


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("home")
    running = start(SCRIPTED, str(home), home=home)
    yield running
    assert running.stop() == 0


@pytest.mark.parametrize(("language", "words"), [("en-GB", "Sign out"), ("zh-CN", "退出登录")])
def test_a_browser_signs_in_by_an_address_that_works_once_and_out_by_a_click(
    browser: "Browser", product: Running, language: str, words: str
) -> None:
    context, stranger = (browser.new_context(locale=language) for _ in range(2))
    address = product.address
    visitor = Visitor(context.new_page(), address)
    page = visitor.page
    page.goto(address)
    page.wait_for_selector(CHAT)
    assert "code=" not in page.url
    late = stranger.new_page()
    answer = late.goto(address)
    assert answer is not None
    assert answer.status == 401
    assert "kb open" in late.inner_text("body")

    other = context.new_page()
    other.goto(product.origin)
    other.wait_for_selector(CHAT)
    page.get_by_role("button", name=words).click()
    page.wait_for_selector("h1:has-text('needs a new address')")
    answer = page.reload()
    assert answer is not None
    assert answer.status == 401
    other.locator(CHAT).focus()
    other.keyboard.type("How many days of leave?")  # the page may be cut already
    other.keyboard.press("Enter")
    other.wait_for_selector('[role="dialog"]')  # it is cut, and gets no answer
    assert other.locator("div.answer").count() == 0
    for each in (context, stranger):
        each.close()


def test_who_is_signed_in_comes_by_a_link_of_another_site(browser: "Browser", product: Running) -> None:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.route("http://wiki.example/", lambda route: route.fulfill(
        content_type="text/html", body=f'<a href="{product.origin}/documents">the documents</a>'))  # fmt: skip

    def follow() -> None:
        page.goto("http://wiki.example/")
        page.click("a")

    follow()
    page.wait_for_selector("h1:has-text('needs a new address')")  # not signed in: it asks once more, and not for ever
    page.goto(product.address)
    page.wait_for_selector(CHAT)
    follow()
    page.wait_for_selector('[data-testid="stFileUploader"]')
    context.close()
