"""How the four pages look, in real Chromium: in both languages, wide and narrow, light and dark; all in Chinese."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.journeys.conftest import ROOT, Running, Visitor, shot, shots, start
from tests.journeys.seeing import not_chinese, sticking_out, too_faint

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WHOLE = str(ROOT / "tests" / "journeys" / "whole_page.py")


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("whole")
    running = start(WHOLE, str(folder), home=folder / "home")
    yield running
    assert running.stop() == 0


def visit(browser: "Browser", product: Running, language: str, width: int = 1280, *, dark: bool = False) -> Visitor:
    context = browser.new_context(
        locale={"zh": "zh-CN", "en": "en-GB"}[language],
        viewport={"width": width, "height": 740 if width < 600 else 860},
        color_scheme="dark" if dark else "light",
    )
    visitor = Visitor(context.new_page(), product.address)
    visitor.page.goto(product.address)
    visitor.page.wait_for_selector('[data-testid="stChatInputTextArea"]')
    return visitor


def leave(visitor: Visitor) -> None:
    assert visitor.outside() == []
    assert visitor.problems == []
    visitor.page.context.close()


def show_chat(visitor: Visitor, product: Running, language: str) -> None:
    """The conversation of that language, at its end."""
    address = [word for word in product.said.split() if word.startswith("/?c=")][language == "zh"]
    visitor.page.goto(visitor.origin + address)
    visitor.page.wait_for_selector(".foot >> nth=1")


def show_documents(visitor: Visitor) -> None:
    visitor.page.goto(visitor.origin + "/documents")
    visitor.page.wait_for_selector(".pickable")


def show_models(visitor: Visitor) -> None:
    visitor.page.goto(visitor.origin + "/models")
    visitor.page.wait_for_selector('.doc:has-text("deepseek-r1:671b")')


def show_evaluation(visitor: Visitor) -> None:
    visitor.page.goto(visitor.origin + "/evaluation")
    visitor.page.wait_for_selector(".st-key-runs .doc")


@pytest.mark.parametrize(
    ("language", "width", "dark"),
    [("zh", 1280, False), ("en", 1280, False), ("zh", 360, False), ("en", 360, False), ("zh", 1280, True),
     ("en", 360, True)],
)  # fmt: skip
def test_every_page_fits_and_can_be_read(
    browser: "Browser", product: Running, language: str, width: int, dark: bool
) -> None:
    visitor = visit(browser, product, language, width, dark=dark)
    page = visitor.page

    def look(name: str) -> None:
        page.wait_for_function("() => window.kbSayer")  # what Streamlit says is said in the page's language
        page.wait_for_timeout(300)  # what slides in has arrived
        shot(page, name)
        assert sticking_out(page) == [], name
        assert too_faint(page) == [], name
        if language == "zh":
            assert not_chinese(page) == [], name

    show_chat(visitor, product, language)
    look("chat")
    page.locator("button.cite").first.click()
    page.wait_for_selector(".pane :is(img, mark)")
    look("source")
    show_documents(visitor)
    look("documents")
    page.locator("details.recent summary").click()
    page.locator('.jobs [data-action="files"]').first.click()
    page.wait_for_selector(".results .doc")
    look("jobs")
    show_models(visitor)
    look("models")
    show_evaluation(visitor)
    look("evaluation")
    page.locator('.st-key-runs [data-action="open"]').first.click()
    page.wait_for_selector("details.question")
    page.locator(".st-key-comparison summary").click()
    page.wait_for_selector(".st-key-comparison table.figures")
    page.locator(".st-key-comparison").scroll_into_view_if_needed()
    look("comparison")
    page.goto(f"{visitor.origin}/audit")
    page.locator(".doc details summary").first.click()
    look("audit")
    assert page.evaluate("document.querySelector('.doc details').clientWidth / innerWidth") > 0.4
    leave(visitor)


@pytest.mark.parametrize(("language", "words"), [("zh", "没有这个页面"), ("en", "There is no such page")])
def test_an_address_that_is_no_page_is_told_in_words_of_the_product(
    browser: "Browser", product: Running, language: str, words: str
) -> None:
    visitor = visit(browser, product, language)
    visitor.page.goto(f"{visitor.origin}/people")  # there are no accounts yet
    dialog = visitor.page.locator('[role="dialog"]')
    dialog.filter(has_text=words).wait_for()
    assert "requested" not in dialog.inner_text()
    if language == "zh":
        assert not_chinese(visitor.page) == []
    leave(visitor)


def test_the_fields_speak_chinese_too(browser: "Browser", product: Running, tmp_path: Path) -> None:
    visitor = visit(browser, product, "zh")
    page = visitor.page

    # Chat: filters with choices and days, the thinking budget.
    page.locator(".st-key-filters button").click()
    collections = page.locator('[class*="st-key-scope-collections"] input').first
    page.wait_for_timeout(1_000)  # what opens the filters runs the page once more, which closes a list of choices
    collections.click()
    page.locator('[role="option"]').first.wait_for()
    assert not_chinese(page) == []
    collections.fill("no such thing")
    page.locator('[role="listbox"]:has-text("没有匹配的选项")').wait_for()
    collections.fill("")
    page.locator('[role="option"]').first.click()
    page.locator(".st-key-limits button.limit").wait_for()
    page.locator('[class*="st-key-scope-since"] button[aria-haspopup="dialog"]').click()
    page.locator('[data-testid="stDateInputCalendar"]').wait_for()
    assert not_chinese(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.locator(".st-key-limits button.limit").click()
    page.locator(".st-key-thinking button").click()
    page.locator('[data-testid="stPopoverBody"] input').wait_for()
    assert not_chinese(page) == []

    # Documents: files over the limit and within it, the collection, the folder, the filters, a deletion.
    show_documents(visitor)
    large, small = tmp_path / "large.pdf", tmp_path / "small.md"
    with large.open("wb") as file:
        file.truncate(2 << 30)
    small.write_text("# 小文件\n", encoding="utf-8")
    page.locator('[data-testid="stFileUploader"] input[type="file"]').set_input_files([str(large), str(small)])
    page.locator(".st-key-add-files button").wait_for()
    told = page.locator('[data-testid="stFileChip"] [role="alert"]')
    assert told.inner_text() == "未添加：文件超过上限 100 MB。请拆分后再添加。"
    assert told.bounding_box()["height"] > 12  # type: ignore[index]  # it can be read, not only heard
    page.locator('[data-testid="stFileChip"]:has([role="alert"])').hover()
    page.locator('[data-testid="stTooltipErrorContent"]').wait_for()
    shots(page, "over-the-limit", other=True)
    assert not_chinese(page) == []
    page.locator(".st-key-upload-collection input").click()
    page.locator(".st-key-upload-collection input").fill("a new one")
    page.locator('[role="option"]:has-text("新建：a new one")').wait_for()
    page.keyboard.press("Enter")
    page.locator(".st-key-folder summary").click()
    page.locator(".st-key-folder-path input").fill("/srv/documents")
    assert not_chinese(page) == []
    page.locator(".st-key-filter input").fill("员工手册")
    page.locator(".st-key-filter input").press("Enter")
    page.locator(".listhead:has-text('1 个文档')").wait_for()
    page.locator(".st-key-filter-more button").click()
    page.locator(".st-key-filter-types").wait_for()
    assert not_chinese(page) == []
    page.keyboard.press("Escape")
    page.locator('.pickable [data-action="delete"]').click()
    page.locator(".st-key-delete-cancel").wait_for()
    assert not_chinese(page) == []
    page.locator(".st-key-delete-cancel button").click()

    # Models and evaluation: what is written, numbers out of their range, a set that is too large.
    show_models(visitor)
    page.locator(".st-key-pull-name input").fill("deepseek-r1:8b")
    page.locator(".st-key-models-think-budget input").click()
    page.locator('[role="option"]').first.wait_for()
    assert not_chinese(page) == []
    show_evaluation(visitor)
    page.locator(".st-key-options-more summary").click()
    page.locator(".st-key-option-limit input").fill("0")
    page.locator(".st-key-option-samples input").fill("65")
    page.locator(".st-key-option-samples input").press("Enter")
    page.locator('.st-key-option-samples [role="alert"]:has-text("请输入 1 到 64 之间的数。")').wait_for(
        state="attached"
    )
    page.locator(".st-key-option-collections input").click()
    page.locator('[role="option"]').first.wait_for()
    assert not_chinese(page) == []
    page.keyboard.press("Escape")
    page.get_by_text("上传文件").click()
    page.locator('.st-key-set-file input[type="file"]').set_input_files(str(large))
    page.locator('.st-key-set-file [role="alert"]:has-text("上限 50 MB")').wait_for()
    assert not_chinese(page) == []

    # The language is switched: choices and Streamlit's words follow where they stand, and come back.
    show_documents(visitor)
    for name, chosen in (("English", "By name"), ("中文", "按名称")):
        page.get_by_role("radio", name=name).click()
        page.wait_for_function(
            "chosen => document.querySelector('.st-key-filter-sort input').value === chosen", arg=chosen
        )
    for name, words in (("English", "Close the sidebar"), ("中文", "收起侧栏")):
        page.get_by_role("radio", name=name).click()
        page.locator(f'[data-testid="stSidebarCollapseButton"] button[aria-label="{words}"]').wait_for(state="attached")
    leave(visitor)
