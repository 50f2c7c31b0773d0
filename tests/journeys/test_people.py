"""Two people in two browsers: each signs in as themself, sees what their role may use, and is out when disabled."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.journeys.conftest import NARROW, WIDE, Running, Visitor, shot, shots, start, steady
from ui.service.auth import token_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SCRIPTED = str(Path(__file__).parents[1] / "ui" / "scripted_page.py")
CHAT = '[data-testid="stChatInputTextArea"]'
OWN, NEW = "a lantern by the canal", "灯笼在运河边上照着回家的路"


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Running]:
    running = start(SCRIPTED, str(tmp_path), home=tmp_path)
    yield running
    assert running.stop() == 0


@pytest.fixture
def api(product: Running) -> Iterator[httpx.Client]:
    """The owner's programs."""
    headers = {"Authorization": f"Bearer {token_of(product.home)}"}
    with httpx.Client(base_url=f"{product.origin}/api/", headers=headers, trust_env=False, timeout=60) as client:
        yield client


def made(api: httpx.Client, name: str, **more: object) -> str:
    """The one-time password of a new account; "" where it has one of its own."""
    reply = api.post("users", json={"name": name, **more})
    assert reply.status_code == 201, reply.text
    return str(reply.json()["password"])


def visit(browser: "Browser", product: Running, locale: str) -> Visitor:
    visitor = Visitor(browser.new_context(locale=locale).new_page(), product.origin + "/?")
    visitor.page.goto(product.origin)
    return visitor


def sign_in(page: "Page", name: str, password: str) -> None:
    page.fill('input[name="name"]', name)
    page.fill('input[name="password"]', password)
    page.click("button")


def drawn(page: "Page") -> None:
    """Wait until the page is drawn: what is typed before that is taken back with the field it was typed into."""
    page.wait_for_timeout(200)  # the click has reached the service
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')


def test_two_people_sign_in_in_two_browsers_and_the_one_who_is_disabled_is_out(
    browser: "Browser", product: Running, api: httpx.Client
) -> None:
    made(api, "li", password=OWN, full_name="李娜")
    told = made(api, "anna", full_name="Anna de Vries")
    admin, reader = visit(browser, product, "zh-CN"), visit(browser, product, "en-GB")

    page = admin.page
    page.wait_for_selector("h1:has-text('登录')")
    sign_in(page, "li", "wrong")
    page.wait_for_selector('[role="alert"]:has-text("用户名或密码不正确")')
    shots_of_form(page, "sign-in")
    sign_in(page, "li", OWN)
    page.wait_for_selector(CHAT)
    page.get_by_role("button", name="李娜").wait_for()
    assert page.locator('[data-testid="stSidebar"] a[href*="models"]').count() > 0

    page = reader.page
    page.goto(f"{product.origin}/documents")
    sign_in(page, "Anna", told)
    page.wait_for_selector("h1:has-text('Change the password')")
    for name, value in (("old", told), ("new", NEW), ("again", NEW)):
        page.fill(f'input[name="{name}"]', value)
    shots_of_form(page, "password")
    page.click("button")
    page.wait_for_selector("text=Staff handbook")
    assert page.url.startswith(f"{product.origin}/documents")
    links = page.locator('[data-testid="stSidebar"] a').evaluate_all("links => links.map(a => a.pathname)")
    assert "/documents" in links
    assert not {"/models", "/evaluation", "/people"} & set(links)
    assert page.locator('[data-testid="stFileUploader"]').count() == 1  # for what they alone read
    assert page.get_by_role("button", name="Delete").count() == 0

    page.locator('[data-testid="stSidebar"] a').first.click()
    page.locator(CHAT).fill("How many days of leave?")
    page.locator(CHAT).press("Enter")
    page.wait_for_selector("div.answer:has-text('25 days')")
    assert api.patch("users/anna", json={"enabled": False}).status_code == 200
    page.locator(CHAT).focus()
    page.keyboard.type("And for managers?")  # the page may be cut already
    page.keyboard.press("Enter")
    page.wait_for_selector('[role="dialog"]')  # it is cut, and gets no answer
    page.goto(product.origin)
    page.wait_for_selector("h1:has-text('Sign in')")
    sign_in(page, "anna", NEW)
    page.wait_for_selector('[role="alert"]:has-text("disabled")')

    admin.page.reload()
    admin.page.wait_for_selector(CHAT)
    for visitor in (admin, reader):
        assert visitor.outside() == []
        assert visitor.problems == []
        visitor.page.context.close()


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        (
            "en-GB",
            ("Add somebody", "Name to sign in with", "Make the account", "I have it", "Groups", "New group",
             "Add the group", "Tokens", "Make a token", "What it is for", "Make the token", "Disable", "disabled"),
        ),
        (
            "zh-CN",
            ("添加人员", "用户名", "创建账号", "已记下", "组", "新的组", "添加组", "程序令牌", "创建令牌", "用途",
             "创建令牌", "停用", "已停用"),
        ),
    ],
)  # fmt: skip
def test_an_admin_adds_somebody_who_then_signs_in_makes_a_group_and_a_token(
    browser: "Browser", product: Running, api: httpx.Client, locale: str, words: tuple[str, ...]
) -> None:
    title, name, make, have, groups, new_group, add_group, tokens, token, use, make_token, disable, disabled = words
    made(api, "li", password=OWN)
    admin, other = visit(browser, product, locale), visit(browser, product, locale)
    page = admin.page
    sign_in(page, "li", OWN)
    page.wait_for_selector(CHAT)
    page.locator('[data-testid="stSidebar"] a[href*="people"]').click()
    drawn(page)
    page.get_by_text(title, exact=True).click()
    page.get_by_label(name, exact=True).fill("Wang")
    steady(page.get_by_role("button", name=make, exact=True)).click()
    told = page.locator(".told code").inner_text()
    shots(page, "people")
    page.get_by_role("button", name=have).click()
    page.locator(".told").wait_for(state="detached")
    sign_in(other.page, "wang", told)
    other.page.wait_for_selector('input[name="again"]')

    page.get_by_role("radio", name=groups, exact=True).click()
    drawn(page)
    page.get_by_label(new_group, exact=True).fill("<b>HR</b>")
    page.get_by_role("button", name=add_group, exact=True).click()
    page.wait_for_selector('.notice.bad:has-text("<b>HR</b>")')
    page.get_by_role("radio", name=groups, exact=True).click()
    drawn(page)
    page.get_by_label(new_group, exact=True).fill("HR")
    page.get_by_role("button", name=add_group, exact=True).click()
    page.wait_for_selector(".people .name:text-is('hr')")

    page.get_by_role("radio", name=tokens, exact=True).click()
    drawn(page)
    page.get_by_text(token, exact=True).first.click()
    page.get_by_label(use, exact=True).fill("nightly")
    steady(page.locator(".st-key-token-add-button button", has_text=make_token)).click()
    assert page.locator(".told code").inner_text().startswith("kb_")

    page.locator(".st-key-people-part").get_by_role("radio").first.click()
    row = page.locator(".people .doc:has(.name:text-is('wang'))")
    row.locator(".more").click()
    row.get_by_role("menuitem", name=disable, exact=True).click()
    page.locator(f".people .mark.weak:text-is('{disabled}')").wait_for()
    other.page.reload()
    other.page.wait_for_selector('input[name="password"]')
    own = page.locator(".people .doc:has(.name:text-is('li'))")
    own.locator(".more").click()
    own.get_by_role("menuitem", name=disable, exact=True).click()
    page.wait_for_selector('.notice.bad:has-text("li")')  # the last admin
    for visitor in (admin, other):
        assert visitor.outside() == []
        assert visitor.problems == []
        visitor.page.context.close()


def test_signing_out_everywhere_ends_the_session_of_the_other_browser_too(
    browser: "Browser", product: Running, api: httpx.Client
) -> None:
    made(api, "li", password=OWN)
    one, two = visit(browser, product, "en-GB"), visit(browser, product, "en-GB")
    for each in (one, two):
        sign_in(each.page, "li", OWN)
        each.page.wait_for_selector(CHAT)
    one.page.get_by_role("button", name="li", exact=True).click()
    one.page.get_by_role("button", name="Sign out everywhere").click()
    one.page.wait_for_selector("h1:has-text('Sign in')")
    two.page.goto(product.origin)
    two.page.wait_for_selector("h1:has-text('Sign in')")
    for each in (one, two):
        each.page.context.close()


def test_the_form_speaks_both_languages_and_fits_a_phone(
    browser: "Browser", product: Running, api: httpx.Client
) -> None:
    made(api, "li", password=OWN)
    context = browser.new_context(locale="zh-CN", viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(f"{product.origin}/documents?c=x")
    page.wait_for_selector("h1:has-text('登录')")
    page.get_by_role("link", name="English").click()
    page.wait_for_selector("h1:has-text('Sign in')")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.activeElement.name") == "name"
    context.close()


def shots_of_form(page: "Page", name: str) -> None:
    """Keep pictures of a form that is in sight, wide and narrow, where pictures are kept."""
    before = page.viewport_size
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        shot(page, name)
    if before is not None:
        page.set_viewport_size(before)
