"""The page Usage, in real Chromium: editors see what finds no answer, as charts and tables; others do not."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.journeys.conftest import NARROW, WIDE, Running, shot, start, steady
from tests.journeys.seeing import not_chinese, sticking_out, too_faint
from tests.journeys.test_people import CHAT, OWN, drawn, made, sign_in, visit
from ui.service.auth import token_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SCRIPTED = str(Path(__file__).parents[1] / "ui" / "scripted_page.py")
ENDED = ":is(div.answer, div.refused)"
SHARED = "Is a <b>parking</b> space off topic?"
ALIKE = "Where is a parking space, off topic?"
UNSHARED = "Which pension fund is off topic?"


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


def asked(page: "Page", question: str) -> None:
    page.locator(".st-key-stop").wait_for(state="detached")
    before = page.locator(ENDED).count()
    page.locator(CHAT).fill(question)
    page.locator(CHAT).press("Enter")
    page.locator(ENDED).nth(before).wait_for()
    page.locator(".st-key-stop").wait_for(state="detached")


def look(page: "Page") -> None:
    """The page fits and can be read, wide and narrow, light and dark."""
    chinese = page.evaluate("document.documentElement.lang") == "zh"
    for dark in (False, True):
        page.emulate_media(color_scheme="dark" if dark else "light")
        for size in (WIDE, NARROW):
            page.set_viewport_size(size)
            page.wait_for_timeout(1_000)  # what slides in has arrived, and charts are drawn anew
            assert sticking_out(page) == []
            assert too_faint(page) == []
            if chinese:
                assert set(not_chinese(page)) <= {"Edi", "1. handbook.md"}
            page.locator(".tile").first.scroll_into_view_if_needed()
            if not dark or chinese == (size is WIDE):
                shot(page, "usage")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(WIDE)


def links(page: "Page") -> list[str]:
    found: list[str] = page.locator('[data-testid="stSidebar"] a').evaluate_all("all => all.map(a => a.pathname)")
    return found


@pytest.mark.parametrize(
    ("locale", "share", "words"),
    [
        ("en-GB", "Share my questions that find no answer",
         ("Questions a day", "Asked most without an answer", "Documents never cited", "Feedback by document",
          "As a table", "90 days", "1 more: nobody agreed")),
        ("zh-CN", "共享我没有得到答案的问题",
         ("每天的提问", "最常问而没有答案的", "从未被引用的文档", "按文档的评价", "表格", "90 天", "另有 1 次")),
    ],
)  # fmt: skip
def test_a_reader_agrees_asks_in_vain_and_an_editor_sees_the_gap(
    browser: "Browser", product: Running, api: httpx.Client, locale: str, share: str, words: tuple[str, ...]
) -> None:
    made(api, "li", password=OWN, full_name="Li Na")
    made(api, "rita", password=OWN, full_name="Rita")
    made(api, "edi", password=OWN, full_name="Edi", role="editor", edits=["staff"])
    reader, editor = visit(browser, product, locale), visit(browser, product, locale)

    page = reader.page
    sign_in(page, "rita", OWN)
    page.wait_for_selector(CHAT)
    assert "/usage" not in links(page)
    asked(page, UNSHARED)
    steady(page.get_by_role("button", name="Rita")).click()
    switch = page.get_by_role("switch", name=share).or_(page.get_by_role("checkbox", name=share))
    steady(page.locator(".st-key-account-agree label").first).click()
    page.wait_for_function("() => document.querySelector('.st-key-account-agree input').checked")
    drawn(page)
    assert switch.is_checked()
    page.keyboard.press("Escape")
    for question in (SHARED, SHARED, ALIKE, "How many days of leave?"):
        asked(page, question)
    steady(page.locator('[data-action="judge"][data-value="down"]').last).click()
    page.locator('[data-action="judge"][data-value="down"][aria-pressed="true"]').wait_for()
    page.goto(f"{product.origin}/usage")  # the address is no way around
    page.wait_for_selector('[role="dialog"]')

    page = editor.page
    sign_in(page, "edi", OWN)
    page.wait_for_selector(CHAT)
    page.set_viewport_size(WIDE)
    page.locator('[data-testid="stSidebar"] a[href*="usage"]').click()
    page.wait_for_selector(f".cardhead:has-text('{words[0]}')")
    for heading in words[1:4]:
        page.locator(f".cardhead:has-text('{heading}')").wait_for()
    gap = page.locator(".docs .doc", has_text=SHARED)
    gap.wait_for()
    assert gap.locator(".kind").inner_text() == "3"
    assert page.locator(".docs img, .docs b").count() == 0
    assert UNSHARED not in page.inner_text("body")
    assert "rita" not in page.locator('[data-testid="stMain"]').inner_text().lower()
    page.get_by_text(words[6]).wait_for()
    page.locator('[data-testid="stVegaLiteChart"] :is(canvas, svg)').first.wait_for()
    page.locator(f"summary:has-text('{words[4]}')").first.click()
    row = page.locator("details[open] table.figures tbody tr").first
    assert row.locator("td").all_inner_texts() == ["1", "0", "4", "0", "0"]

    look(page)
    page.get_by_text(words[5], exact=True).click()
    page.wait_for_selector('a[href*="part=gaps"]')
    with page.expect_download() as download:
        page.locator('a[href*="part=gaps"]').click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[:3] for row in rows[1:]] == [["3", "3", "0"]]
    assert rows[1][4].split("\n")[0] == SHARED

    reader.page.goto(product.origin)
    reader.page.wait_for_selector(CHAT)
    steady(reader.page.get_by_role("button", name="Rita")).click()
    steady(reader.page.locator(".st-key-account-agree label").first).click()
    reader.page.wait_for_function("() => !document.querySelector('.st-key-account-agree input').checked")
    drawn(reader.page)
    page.reload()
    page.wait_for_selector(f".cardhead:has-text('{words[1]}')")
    page.locator(".docs .doc", has_text="parking").wait_for(state="detached")

    for visitor in (reader, editor):
        assert visitor.outside() == []
        assert visitor.problems == []
        visitor.page.context.close()
