"""Who may read what, in real Chromium: an admin gives a folder to some, who are answered; to others it is not there."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.journeys.conftest import ROOT, Running, Visitor, shots, start
from tests.journeys.test_people import made, sign_in, visit
from ui.service.auth import token_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MANAGED = str(ROOT / "tests" / "ui" / "managed_page.py")
CHAT = '[data-testid="stChatInputTextArea"]'
SLOW = 240_000  # milliseconds
OWN = "a lantern by the canal"
PAY = "# Leave of the staff\n\nEvery employee has 25 days of leave a year. Ask the human resources two weeks ahead.\n"
CANTEEN = "# Canteen\n\nSoup is served at noon. The canteen is on the second floor.\n"
HINTS = ("leave.md", "25 days", "Leave of the staff", "human resources", "personnel")


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Running]:
    running = start(MANAGED, str(tmp_path), home=tmp_path / "home")
    yield running
    assert running.stop() == 0


@pytest.fixture
def api(product: Running) -> Iterator[httpx.Client]:
    """The owner's programs, over a home with a document of the personnel and one of the canteen."""
    headers = {"Authorization": f"Bearer {token_of(product.home)}"}
    with httpx.Client(base_url=f"{product.origin}/api/", headers=headers, trust_env=False, timeout=120) as client:
        for collection, name, text in (("personnel", "leave.md", PAY), ("house", "canteen.md", CANTEEN)):
            sent = client.post(
                "documents/upload", params={"collection": collection}, files={"f": (name, text.encode())}
            )
            assert list(client.get(f"jobs/{sent.json()['id']}/events").iter_lines())
        client.post("groups", json={"name": "hr"})
        made(client, "li", password=OWN)
        made(client, "berta", password=OWN, groups=["hr"])
        made(client, "chris", password=OWN)
        assert client.put("access", json={"level": "collection", "collection": "house", "readers": ["*"]}).is_success
        yield client


def enter(browser: "Browser", product: Running, name: str, locale: str) -> Visitor:
    visitor = visit(browser, product, locale)
    sign_in(visitor.page, name, OWN)
    visitor.page.wait_for_selector(CHAT)
    return visitor


def to_documents(page: "Page") -> None:
    page.locator('[data-testid="stSidebar"] a[href*="documents"]').first.click()
    page.wait_for_selector(".heading")


def ask(page: "Page", question: str) -> None:
    page.locator(CHAT).fill(question)
    page.locator(CHAT).press("Enter")


def test_an_admin_gives_a_folder_to_some_and_takes_it_away_while_they_read(
    browser: "Browser", product: Running, api: httpx.Client
) -> None:
    admin, berta, chris = (
        enter(browser, product, name, locale)
        for name, locale in (("li", "zh-CN"), ("berta", "en-GB"), ("chris", "zh-CN"))
    )

    # Until it is given to her, HR's own people do not find it either.
    page = berta.page
    to_documents(page)
    page.wait_for_selector(".doc:has-text('canteen.md')")
    assert page.locator(".doc").count() == 1
    assert page.get_by_text("personnel").count() == 0

    page = admin.page
    to_documents(page)
    page.wait_for_selector(".doc:has-text('leave.md')")
    page.locator(".doc:has-text('leave.md') [data-menu]").click()
    page.locator(".doc:has-text('leave.md') [data-action='access']").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("除所有者和管理员外，无人可读").first.wait_for()
    box = dialog.locator('[data-testid="stMultiSelect"] input')
    box.click()
    page.get_by_role("option", name="组：hr").click()
    page.keyboard.press("Tab")  # the list of choices closes
    shots(page, "access")
    dialog.get_by_role("button", name="保存").click()
    page.wait_for_selector("text=已更改读者")
    assert api.get("access/document", params={"path": "leave.md"}).json()["readers"] == ["group:hr"]

    # She is answered, and he is not, without a hint that there is anything.
    page = berta.page
    page.reload()
    page.wait_for_selector(".doc:has-text('leave.md')")
    page.locator('[data-testid="stSidebar"] a').first.click()
    ask(page, "How many days of leave does an employee have?")
    page.wait_for_selector("div.answer:has-text('25 days')", timeout=SLOW)
    page.locator('.answer [data-action="cite"]').first.click()
    page.wait_for_selector(".st-key-source-pane:has-text('human resources')")

    page = chris.page
    ask(page, "员工每年有多少天假期？")
    page.locator(".refused").wait_for(timeout=SLOW)
    said = page.locator("body").inner_text()
    assert not any(hint in said for hint in HINTS)
    to_documents(page)
    page.wait_for_selector(".doc:has-text('canteen.md')")
    assert not any(hint in page.locator("body").inner_text() for hint in HINTS)
    reply = page.request.get(f"{product.origin}/api/documents/original?path=leave.md&collection=personnel")
    assert reply.status == 404

    # Taken away while she reads: the open source closes, and so does the answer.
    assert api.put(
        "access", json={"level": "document", "collection": "personnel", "path": "leave.md", "readers": []}
    ).is_success
    page = berta.page
    page.wait_for_selector("text=This answer rests on documents that you may not read any more.", timeout=SLOW)
    page.wait_for_function(
        "hints => !hints.some(hint => document.body.innerText.includes(hint))", arg=["25 days", "human resources"],
        timeout=SLOW,
    )  # fmt: skip
    for visitor in (admin, berta, chris):
        assert visitor.outside() == []
        assert visitor.problems == []
        visitor.page.context.close()


def test_the_rule_of_a_collection_is_shown_and_taken_away_beside_its_filter(
    browser: "Browser", product: Running, api: httpx.Client
) -> None:
    admin = enter(browser, product, "li", "en-GB")
    page = admin.page
    to_documents(page)
    page.wait_for_selector(".doc:has-text('leave.md')")
    page.locator(".st-key-filter-collection input").click()
    page.get_by_role("option", name="house (1)").click()
    page.locator(".st-key-collection-access button").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("The rule of the collection house says so.").wait_for()
    assert "Everyone" in dialog.inner_text()
    shots(page, "access")
    dialog.get_by_role("button", name="Take this rule away").click()
    page.wait_for_selector("text=Readers changed: house")
    assert api.get("access").json() == {"rules": []}
    assert admin.problems == []
    page.context.close()


def test_everybody_has_a_collection_of_their_own_that_nobody_else_sees(
    browser: "Browser", product: Running, api: httpx.Client, tmp_path: Path
) -> None:
    note = tmp_path / "diary.md"
    note.write_text("# Diary\n\nThe lantern hangs by the canal.\n", encoding="utf-8")
    berta, chris = enter(browser, product, "berta", "en-GB"), enter(browser, product, "chris", "en-GB")
    page = berta.page
    to_documents(page)
    page.locator('[data-testid="stFileUploader"] input[type="file"]').set_input_files([str(note)])
    page.wait_for_function(
        "() => [...document.querySelectorAll('.st-key-upload-collection, .st-key-upload-collection input')]"
        ".some(field => field.innerText.includes('Only me') || field.value === 'Only me')"
    )
    page.locator(".st-key-add-files button").click()
    page.wait_for_selector(".doc:has-text('diary.md')", timeout=SLOW)
    page = chris.page
    to_documents(page)
    page.wait_for_selector(".doc:has-text('canteen.md')")
    assert page.locator(".doc").count() == 1
    assert "diary" not in page.locator("body").inner_text()
    for visitor in (berta, chris):
        assert visitor.problems == []
        visitor.page.context.close()
