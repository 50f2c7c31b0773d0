"""Review in real Chromium: an editor corrects a judged answer, it is given when the same is asked again, and withdrawn
when its document changes. By keyboard alone, in both languages, wide and narrow."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.journeys.conftest import ROOT, Running, Visitor, shots, start
from tests.journeys.test_people import drawn, made, sign_in, visit
from ui.service.auth import token_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MANAGED = str(ROOT / "tests" / "ui" / "managed_page.py")
CHAT = '[data-testid="stChatInputTextArea"]'
OWN = "a lantern by the canal"
QUESTION = "How many days of leave does an employee have?"
LEAVE = "# Leave of the staff\n\nEvery employee has 25 days of leave a year. Ask the human resources two weeks ahead.\n"


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Running]:
    running = start(MANAGED, str(tmp_path), home=tmp_path / "home")
    yield running
    assert running.stop() == 0


@pytest.fixture
def api(product: Running) -> Iterator[httpx.Client]:
    """The owner's programs, over a home in which an answer was judged not helpful."""
    headers = {"Authorization": f"Bearer {token_of(product.home)}"}
    with httpx.Client(base_url=f"{product.origin}/api/", headers=headers, trust_env=False, timeout=120) as client:
        put(client, LEAVE)
        assert client.put("access", json={"level": "collection", "collection": "house", "readers": ["*"]}).is_success
        made(client, "li", password=OWN)
        made(client, "ed", password=OWN, role="editor", edits=["house"])
        made(client, "rita", password=OWN)
        conversation = client.post("conversations").json()["id"]
        assert client.post(f"conversations/{conversation}/turns", json={"question": QUESTION}).is_success
        assert list(client.get(f"conversations/{conversation}/turns/0/events").iter_lines())
        judged = {"verdict": "down", "reason": "Whom do I ask?"}
        assert client.put(f"conversations/{conversation}/turns/0/feedback", json=judged).is_success
        yield client


def put(client: httpx.Client, text: str) -> None:
    files = {"f": ("leave.md", text.encode())}
    sent = client.post("documents/upload", params={"collection": "house"}, files=files)
    assert list(client.get(f"jobs/{sent.json()['id']}/events").iter_lines())


def enter(browser: "Browser", product: Running, name: str, locale: str) -> Visitor:
    visitor = visit(browser, product, locale)
    visitor.page.set_viewport_size({"width": 1400, "height": 900})
    sign_in(visitor.page, name, OWN)
    visitor.page.wait_for_selector(CHAT)
    return visitor


def press(page: "Page", selector: str) -> None:
    """Use a button by the keyboard."""
    page.locator(selector).first.wait_for()
    page.locator(selector).first.focus()
    page.keyboard.press("Enter")


def to_review(page: "Page") -> None:
    press(page, '[data-testid="stSidebar"] a[href*="review"]')
    page.wait_for_selector(".st-key-review-part")


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en-GB", ("Not helpful", "What should have been answered", "Saved.",
                   "There are no answers here.", "Curated answer: ed", "1 curated answer was withdrawn",
                   "A correction needs its source")),
        ("zh-CN", ("没有帮助", "应有的回答", "已保存。", "这里没有回答。", "精选回答：由 ed",
                   "1 个精选回答因文档更改或删除而撤下", "更正需要出处")),
    ],
)  # fmt: skip
def test_a_thumbs_down_becomes_a_curated_answer_that_is_withdrawn_with_its_document(
    browser: "Browser", product: Running, api: httpx.Client, locale: str, words: tuple[str, ...]
) -> None:
    down, right, saved, none, curated, withdrawn, needs_source = words
    editor = enter(browser, product, "ed", locale)
    page = editor.page
    to_review(page)
    row = page.locator(".reviews .doc")
    row.get_by_text(QUESTION).wait_for()
    assert down in row.inner_text()
    assert "Whom do I ask?" in row.inner_text()
    shots(page, "review", other=False)
    press(page, '.reviews [data-action="look"]')
    page.wait_for_selector('.review [data-action="passage"]')
    drawn(page)

    page.get_by_role("textbox", name=right).fill("25 days; ask the human resources two weeks ahead [1].")
    page.keyboard.press("Tab")
    drawn(page)
    press(page, ".st-key-review-save button")
    page.get_by_text(needs_source).first.wait_for()
    box = page.locator('[data-testid="stMultiSelect"] input').first
    box.focus()
    page.keyboard.press("ArrowDown")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("Enter")
    page.locator('[data-testid="stMultiSelect"] span[data-tag]:visible').first.wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    drawn(page)
    shots(page, "review-answer", other=False)
    for width in (1400, 390):
        page.set_viewport_size({"width": width, "height": 900})
        drawn(page)
        wide = page.evaluate("document.querySelector('[data-testid=\"stMain\"]').scrollWidth")
        assert wide <= page.evaluate("document.querySelector('[data-testid=\"stMain\"]').clientWidth") + 1
        assert page.locator(".st-key-review-accept_curated button").is_visible()
    page.set_viewport_size({"width": 1400, "height": 900})
    press(page, ".st-key-review-accept_curated button")
    page.get_by_text(saved).first.wait_for()
    page.get_by_text(none).first.wait_for()
    [review] = api.get("reviews", params={"curated": True}).json()["reviews"]
    assert (review["state"], review["editor"], review["withdrawn"]) == ("accepted", "ed", None)

    reader = enter(browser, product, "rita", locale)
    assert reader.page.locator('[data-testid="stSidebar"] a[href*="review"]').count() == 0
    reader.ask(QUESTION)
    reader.page.wait_for_selector(f".notice:has-text('{curated}')")
    answer = reader.page.locator("div.answer").last
    assert "two weeks ahead" in answer.inner_text()
    shots(reader.page, "curated", other=False)
    answer.locator(".cite").first.click()
    reader.page.wait_for_selector("mark")

    put(api, LEAVE.replace("25", "27"))
    page.reload()
    page.wait_for_selector(".st-key-review-part")
    page.get_by_text(withdrawn).first.wait_for()
    for visitor in (editor, reader):
        assert visitor.outside() == []
        assert visitor.problems == []
        visitor.page.context.close()
