"""The glossary, in real Chromium: an editor accepts a proposed term, writes one, and is answered by its short form."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.journeys.conftest import Running, shots, start, steady
from tests.journeys.test_access import CHAT, MANAGED, OWN, SLOW, ask, enter
from tests.journeys.test_people import made
from ui.service.auth import token_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

STAFF = (
    "# Leave of the staff\n\nThe Information Security Committee (ISC) grants leave. "
    "Every employee has 25 days of leave a year. 由信息安全委员会（以下简称“信安委”）批准。\n"
)
COMMITTEE = ".doc:has-text('Information Security Committee')"


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Running]:
    running = start(MANAGED, str(tmp_path), home=tmp_path / "home")
    yield running
    assert running.stop() == 0


@pytest.fixture
def api(product: Running) -> Iterator[httpx.Client]:
    """The owner's programs, over a home with a document that an editor reads, and a reader does not."""
    headers = {"Authorization": f"Bearer {token_of(product.home)}"}
    with httpx.Client(base_url=f"{product.origin}/api/", headers=headers, trust_env=False, timeout=120) as client:
        sent = client.post(
            "documents/upload", params={"collection": "staff"}, files={"f": ("leave.md", STAFF.encode())}
        )
        assert list(client.get(f"jobs/{sent.json()['id']}/events").iter_lines())
        made(client, "li", password=OWN)
        made(client, "ed", password=OWN, role="editor", edits=["staff"])
        made(client, "chris", password=OWN)
        yield client


def to_glossary(page: "Page", heading: str) -> None:
    page.locator('[data-testid="stSidebar"] a[href*="glossary"]').click()
    page.wait_for_selector(f".heading:has-text('{heading}')")


def test_an_editor_accepts_and_writes_terms_and_a_question_is_searched_by_them(
    browser: "Browser", product: Running, api: httpx.Client
) -> None:
    editor = enter(browser, product, "ed", "en-GB")
    page = editor.page
    to_glossary(page, "Glossary")
    page.wait_for_selector("text=There are no terms.")
    steady(page.get_by_text("Proposed", exact=True)).click()
    page.wait_for_selector(COMMITTEE)
    page.wait_for_selector(".doc:has-text('信安委')")
    shots(page, "glossary-proposed", other=True)
    steady(page.locator(f"{COMMITTEE} [data-action='accept']")).focus()
    page.keyboard.press("Enter")  # the keyboard alone does it
    page.locator(COMMITTEE).wait_for(state="detached")
    steady(page.get_by_role("button", name="Dismiss: 信息安全委员会")).click()
    page.wait_for_selector("text=Nothing is proposed.")

    steady(page.get_by_text("Terms", exact=True)).click()
    page.wait_for_selector(COMMITTEE)
    steady(page.get_by_text("Add a term")).click()
    steady(page.get_by_role("textbox", name="Term", exact=True)).fill("Paid Time Off")
    page.get_by_role("textbox", name="Other forms, one a line").fill("PTO\n带薪休假")
    page.get_by_role("textbox", name="Definition (not needed)").fill("Days off with pay.")
    steady(page.get_by_role("button", name="Add", exact=True)).click()
    page.wait_for_selector(".doc:has-text('带薪休假')")
    shots(page, "glossary", other=True)
    steady(page.get_by_role("textbox", name="Term", exact=True)).fill("PTO")
    page.get_by_role("textbox", name="Other forms, one a line").fill("Paid Time Off")
    steady(page.get_by_role("button", name="Add", exact=True)).click()
    page.wait_for_selector("text=in a circle: PTO → Paid Time Off → PTO")
    assert page.locator(".doc").count() == 2

    # A term opens the document that gives it, at its place.
    steady(page.locator(f"{COMMITTEE} [data-action='source']")).click()
    page.wait_for_selector(".st-key-source-pane:has-text('grants leave')")

    steady(page.locator('[data-testid="stSidebar"] a').first).click()
    page.wait_for_selector(CHAT)
    ask(page, "How many days of leave does the ISC grant an employee?")
    page.wait_for_selector(".terms:has-text('Information Security Committee = ISC')", timeout=SLOW)
    page.wait_for_selector("div.answer:has-text('25 days')", timeout=SLOW)
    shots(page, "glossary-used", other=True)

    # Who may not read the document sees what an editor wrote, and nothing to change it by.
    reader = enter(browser, product, "chris", "zh-CN")
    to_glossary(reader.page, "术语表")
    reader.page.wait_for_selector(".doc:has-text('Paid Time Off')")
    assert reader.page.locator(".doc").count() == 1
    assert reader.page.locator(".doc [data-action]").count() == 0
    assert reader.page.get_by_text("建议", exact=True).count() == 0

    # A table that is brought in takes the place of what is there.
    admin = enter(browser, product, "li", "zh-CN")
    page = admin.page
    to_glossary(page, "术语表")
    page.wait_for_selector(COMMITTEE)
    steady(page.get_by_text("导入或导出 CSV")).click()
    table = "术语,简称\n仓储系统,WMS\n".encode("gb18030")
    page.locator('[data-testid="stFileUploader"] input[type="file"]').set_input_files(
        {"name": "glossary.csv", "mimeType": "text/csv", "buffer": table}
    )
    page.wait_for_selector('[data-testid="stFileUploader"] >> text=glossary.csv')
    steady(page.get_by_text("删除文件中没有的术语")).click()
    steady(page.get_by_role("button", name="导入", exact=True)).click()
    page.wait_for_selector(".doc:has-text('WMS')")
    page.locator(COMMITTEE).wait_for(state="detached")
    steady(page.get_by_role("button", name="删除: 仓储系统")).click()
    steady(page.get_by_role("dialog").get_by_role("button", name="删除", exact=True)).click()
    page.wait_for_selector("text=没有术语。")
    for visitor in (editor, reader, admin):
        assert visitor.outside() == []
        assert visitor.problems == []
        visitor.page.context.close()
