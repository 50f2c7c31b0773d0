"""Files dropped on the chat and pictures pasted into it, in real Chromium, by the keyboard where a person has one."""

import base64
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageDraw, ImageFont

from tests import tiny
from tests.journeys.conftest import Running, Visitor, shot, start, steady
from tests.journeys.seeing import not_chinese, sticking_out, too_faint
from tests.journeys.test_asking import BOX, language_of, reach
from tests.journeys.test_trouble import UP

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

NOTES = {
    "en": "# The lantern\n\nThe zibeline lantern hangs by the northern canal since 1873.\n",
    "zh": "# 灯笼\n\n北运河边的灯笼自 1873 年起一直挂在那里。\n",
}
ASKED = {
    "en": "Since when does the zibeline lantern hang by the northern canal?",
    "zh": "北运河边的灯笼自哪一年起一直挂在那里？",
}
PAINTED = "The copper kettle of the harbour office weighs 412 grams."
ABOUT = "How many grams does the copper kettle of the harbour office weigh?"
GONE = {"en": "was deleted, and the answer with it", "zh": "文档已被删除，回答也随之删除"}
SEND = '[data-testid="stChatInputSubmitButton"]:not([disabled])'
FAILED = '[data-testid="stChatInput"] [aria-invalid="true"]'  # a file of which the upload failed
ENDED = ":is(div.answer, div.refused)"
SLOW = 240_000  # milliseconds, on busy cores


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Running]:
    """Its model quotes the passages it is given."""
    settings = {
        **tiny.ENVIRONMENT,
        "KB_RETRIEVAL__EVIDENCE_FLOOR": "0.0",
        "KB_LLM__ENGINE": "llamaindex",
        "KB_LLM__LLAMAINDEX_CLASS": "tests.journeys.quoting:QuotingLLM",
        "KB_LLM__LLAMAINDEX_OPTIONS": json.dumps({"slowly": str(tmp_path / "slowly")}),
    }
    home = tmp_path / "home"
    running = start("-c", UP, "up", "--port", "0", "--home", str(home), home=home, env={**os.environ, **settings})
    yield running
    assert running.stop() == 0


def picture() -> bytes:
    """A picture of a sentence."""
    font = ImageFont.load_default(size=30)
    image = Image.new("RGB", (1000, 160), "white")
    ImageDraw.Draw(image).text((40, 60), PAINTED, fill="black", font=font)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def give(page: "Page", kind: str, target: str, name: str, media_type: str, content: bytes) -> None:
    """Let a file fall on an element (`drop`), or paste it there (`paste`), as a browser tells the page of it."""
    page.evaluate(
        """([kind, target, name, type, content]) => {
          const data = new DataTransfer();
          data.items.add(new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], name, { type }));
          const init = { bubbles: true, cancelable: true };
          const event = kind === "paste" ? new ClipboardEvent(kind, { ...init, clipboardData: data })
            : new DragEvent(kind, { ...init, dataTransfer: data });
          document.querySelector(target).dispatchEvent(event);
        }""",
        [kind, target, name, media_type, base64.b64encode(content).decode()],
    )
    arrived(page, name)


def choose(page: "Page", path: Path) -> None:
    """Enter on the button that has the focus, until the browser asks for a file: the page may just be drawn anew."""
    from playwright.sync_api import TimeoutError as NotInTime

    for wait in (15_000, 15_000, 60_000):
        try:
            with page.expect_file_chooser(timeout=wait) as chosen:
                page.keyboard.press("Enter")
        except NotInTime:
            continue
        chosen.value.set_files(path)
        return
    pytest.fail("No file is asked for.")


def arrived(page: "Page", name: str) -> None:
    """The file lies in the input, whole, and can be sent; where it did not come whole, it is sent again, as told."""
    page.locator('[data-testid="stChatInput"]').get_by_text(name).first.wait_for()
    page.locator(SEND).wait_for()
    if page.locator(FAILED).count():
        page.locator(FAILED).press("Enter")
        page.locator(FAILED).wait_for(state="detached")
        page.locator(SEND).wait_for()


def sent(page: "Page", question: str = "") -> None:
    box = page.locator(BOX)
    box.focus()
    if question:
        page.keyboard.insert_text(question)
    page.keyboard.press("Enter")


def answered(page: "Page", before: int, cited: str) -> None:
    """The answer after so many others has come and cites a document."""
    page.locator(ENDED).nth(before).wait_for(timeout=SLOW)
    page.locator(".st-key-stop").wait_for(state="detached")
    page.locator(f'{ENDED} .cite[data-head*="{cited}"]').wait_for()


def file(page: "Page", name: str, state: str = "") -> "Locator":
    return page.locator(f".dropped li{state and '.'}{state}", has_text=name)


def test_files_are_dropped_asked_about_kept_and_let_go_of(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.page
    language = language_of(page)
    name = f"{language}-{page.viewport_size['width'] if page.viewport_size else 0}.md"
    (tmp_path / name).write_text(NOTES[language], encoding="utf-8")

    # a file is chosen by the keyboard, and asked about in the same breath
    steady(page.locator(BOX))
    reach(page, page.locator('[data-testid="stChatInputFileUploadButton"] button').first)
    choose(page, tmp_path / name)
    arrived(page, name)
    sent(page, ASKED[language])
    page.locator(".user .limit", has_text=name).wait_for()
    answered(page, 0, name)
    file(page, name, "ready").wait_for()
    assert "1873" in page.locator(ENDED).first.inner_text()

    # its citation opens it at the words
    reach(page, page.locator(f"{ENDED} .cite").first)
    page.keyboard.press("Enter")
    page.locator(".st-key-source-pane mark").first.wait_for()
    assert "1873" in "".join(page.locator(".st-key-source-pane mark").all_inner_texts())
    page.keyboard.press("Escape")
    page.locator(".st-key-source-pane").wait_for(state="detached")

    # a picture is pasted, and sent without a question; what follows is asked of it
    painted = f"{language}-{name[3:-3]}.png"
    give(page, "paste", BOX, painted, "image/png", picture())
    sent(page)
    file(page, painted, "ready").wait_for(timeout=SLOW)
    sent(page, ABOUT)
    answered(page, 1, painted)
    assert "412" in page.locator(ENDED).nth(1).inner_text()

    # what falls beside the input is taken, too; it cannot be read, and says so
    give(page, "drop", '[data-testid="stMain"]', f"broken-{language}.pdf", "application/pdf", b"%PDF-1.4 broken")
    sent(page)
    broken = file(page, f"broken-{language}.pdf", "failed")
    broken.wait_for(timeout=SLOW)
    assert broken.locator(".why").inner_text().strip()
    assert sticking_out(page) == []
    assert too_faint(page) == []
    if language == "zh":
        assert set(not_chinese(page)) <= {"LlamaIndex · quoting"}  # the model's name
    shot(page, "dropped")

    # it goes, and so does the picture; the question about that stays without its answer
    for each in (broken, file(page, painted)):
        reach(page, each.locator('[data-action="file-go"]'))
        page.keyboard.press("Enter")
        page.locator('[role="dialog"]').wait_for()
        reach(page, page.locator(".st-key-file-go-confirm button"))
        page.keyboard.press("Enter")
        each.wait_for(state="detached")
        page.locator('[role="dialog"]').wait_for(state="detached")
    page.get_by_text(GONE[language]).first.wait_for()
    assert "412" not in page.locator('[data-testid="stMain"]').inner_text()

    # the note is kept: a document of one's own
    reach(page, file(page, name).locator('[data-action="file-keep"]'))
    page.keyboard.press("Enter")
    file(page, name).wait_for(state="detached")
    page.goto(f"{visitor.origin}/documents?lang={language}")
    page.locator(".docs .doc", has_text=name).wait_for()
    assert page.locator(".docs .doc", has_text=painted).count() == 0


def test_a_question_waits_for_the_file_it_is_about(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.page
    language = language_of(page)
    name = f"waits-{language}.md"
    (tmp_path / name).write_text(NOTES[language], encoding="utf-8")
    page.route(
        "**/_stcore/upload_file/**", lambda route: route.abort() if route.request.method == "PUT" else route.continue_()
    )
    steady(page.locator(BOX))
    reach(page, page.locator('[data-testid="stChatInputFileUploadButton"] button').first)
    choose(page, tmp_path / name)
    page.locator(FAILED).wait_for()

    # by Enter or by the button: the words stay, and the file that failed has the focus
    sent(page, ASKED[language])
    assert page.locator(FAILED).evaluate("chip => document.activeElement === chip")
    page.locator(SEND).click()
    page.wait_for_timeout(1_000)
    assert page.locator(BOX).input_value() == ASKED[language]
    assert page.locator(".user").count() == 0
    if language == "zh":
        assert set(not_chinese(page)) <= {"LlamaIndex · quoting"}  # the model's name

    # once more, as it says of itself; both go together then
    page.unroute("**/_stcore/upload_file/**")
    arrived(page, name)
    sent(page)
    page.locator(".user .limit", has_text=name).wait_for()
    answered(page, 0, name)
