"""Takes the pictures of the chat at moments that pass quickly: `KB_PICTURES=1 python tests/journeys/moments.py`.

The documents are the sample ones; the model is scripted and held at a word while a picture is taken. What is said and
clicked here is tested in `test_chat.py` and `test_page_moments.py`.
"""

import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.journeys.conftest import CHROMIUM, WIDE, Running, Visitor, chromium, shots, start  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SAMPLE = str(ROOT / "tests" / "journeys" / "sample_page.py")
# By language: a question, one that follows, one with a long answer, the document of that one; the words at which the
# model is held in its reasoning and in its answer.
ASKED = {
    "zh-CN": (
        "带新人的导师每月能拿多少带教补贴？",
        "那停车呢？",
        "带教补贴发多久，由谁指定导师？",
        "hr/员工手册.pdf",
        10,
        24,
    ),
    "en-GB": (
        "Which phone_ext has the meeting room Taihu in Suzhou?",
        "And the Showroom?",
        "How quickly is the account of a leaver disabled?",
        "it/information_security_policy.pdf",
        14,
        46,
    ),
}


def take(browser: "Browser", product: Running, hold: Path, files: list[Path], locale: str) -> None:
    """Go through the moments in one language."""
    question, follow_up, long, document, thinking, answering = ASKED[locale]
    visitor = Visitor(browser.new_context(locale=locale, viewport=WIDE).new_page(), product.address)  # type: ignore[arg-type]
    page = visitor.page
    visitor.open()

    visitor.ask(question)
    page.locator(".foot").wait_for()
    visitor.ask(follow_up)
    page.locator(".foot >> nth=1").wait_for()
    shots(page, "follow-up")

    page.locator(".st-key-new-conversation button").click()
    page.locator(".hero").wait_for()
    hold.write_text("0")
    visitor.ask(long)
    page.locator("details.found").wait_for()
    page.locator(".st-key-stop button").click()
    page.locator(".st-key-stop").wait_for(state="detached")
    shots(page, "stopped-before")

    page.locator(".st-key-new-conversation button").click()
    page.locator(".hero").wait_for()
    hold.write_text(str(thinking))
    visitor.ask(long)
    page.locator("details.reasoning[open]").wait_for()
    page.wait_for_timeout(3_000)
    shots(page, "thinking")
    other = page.context.new_page()  # waits behind it
    other.goto(visitor.origin)
    other.locator('[data-testid="stChatInputTextArea"]').fill(question)
    other.locator('[data-testid="stChatInputTextArea"]').press("Enter")
    other.locator(".state").wait_for()
    other.wait_for_timeout(1_000)
    shots(other, "queue")
    other.locator(".st-key-stop button").click()
    other.locator(".st-key-stop").wait_for(state="detached")
    hold.write_text(str(answering))
    page.locator(".st-key-growing div.answer").wait_for()
    page.wait_for_timeout(3_000)
    shots(page, "answering")
    page.wait_for_url(re.compile(r"[?&]c="))
    page.reload()
    page.locator(".st-key-growing div.answer").wait_for()
    shots(page, "reloaded")
    other.goto(page.url)
    other.locator(".st-key-growing div.answer").wait_for()
    shots(other, "second-tab")
    other.close()
    page.locator(".st-key-stop button").click()
    page.locator(".foot").wait_for()
    shots(page, "stopped")
    hold.unlink()

    page.locator('[data-action="again"]').click()
    page.locator(".foot >> nth=1").wait_for()
    page.locator('[data-testid="stSidebar"] a[href*="documents"]').click()
    page.locator(f'.pickable:has-text("{document}") [data-action="delete"]').click()
    page.locator(".st-key-delete-confirm").wait_for()
    shots(page, "deleting")
    page.locator(".st-key-delete-confirm button").click()
    page.locator(f'.pickable:has-text("{document}")').wait_for(state="detached")
    page.locator(".chat .open").first.click()
    page.locator(".foot >> nth=1").wait_for()
    page.locator('[data-action="again"]').last.click()
    page.locator(".foot >> nth=2").wait_for()
    shots(page, "document-deleted")

    page.locator('[data-testid="stSidebar"] a[href*="documents"]').click()
    page.locator('[data-testid="stFileUploader"] input[type="file"]').set_input_files([str(file) for file in files])
    page.locator('.st-key-add-files button:has-text("20")').click()
    page.locator('.card.job [role="progressbar"][aria-valuenow]').wait_for()
    shots(page, "uploading")
    page.locator(".recent summary").click(timeout=300_000)
    page.locator('.recent [data-action="files"]').first.click()
    page.locator(".results .doc").first.wait_for()
    shots(page, "uploaded")

    page.locator('[data-testid="stSidebar"] a[href$="evaluation"]').click()
    page.locator(".st-key-run-start button:enabled").click()
    page.locator('.card.run [role="progressbar"][aria-valuenow]').wait_for()
    page.wait_for_timeout(5_000)
    shots(page, "evaluation-running")
    page.locator('.card.run [data-action="stop"]').click()
    page.locator(".st-key-runs .doc").first.wait_for()
    assert visitor.outside() == []
    page.context.close()


def twenty(folder: Path) -> list[Path]:
    """Eighteen of the sample documents, an empty file and a damaged one."""
    folder.mkdir()
    (folder / "minutes.txt").write_bytes(b"")
    (folder / "network_plan.pdf").write_bytes(b"%PDF-1.7 of which the rest was lost")
    documents = sorted(path for path in (ROOT / "sample_docs").rglob("*") if path.is_file())
    kept = [path for path in documents if path.suffix not in (".jsonl", ".csv")]
    return [*kept[:18], *folder.iterdir()]


def main() -> None:
    """Take them all."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running, tempfile.TemporaryDirectory() as made:
        browser = running.chromium.launch(executable_path=chromium(), args=list(CHROMIUM))
        for locale in ASKED:
            folder = Path(made, locale)
            product = start(SAMPLE, str(folder / "home"), "0.02", home=folder / "home")
            try:
                take(browser, product, folder / "hold", twenty(folder / "upload"), locale)
            finally:
                product.stop()
        browser.close()


if __name__ == "__main__":
    main()
