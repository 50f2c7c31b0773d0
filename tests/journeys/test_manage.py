"""Managing the product, in real Chromium over a real knowledge base: documents, models and evaluations."""

import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.journeys.conftest import ROOT, Running, Visitor, press, shots, start

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

MANAGED = str(ROOT / "tests" / "ui" / "managed_page.py")
SLOW = 300_000  # milliseconds: readers are niced, and starve while the cores are busy
HANDBOOK = (
    "# Staff handbook\n\n## Leave\n\nEvery employee has 25 days of leave a year. Every manager has 30 days of leave a "
    "year. Ask two weeks ahead.\n"
)
HOSTILE = "<b>x</b> & <img src=x onerror=alert(1)>.md"
QUESTIONS = [
    {"id": "1", "question": "How many days of leave does an employee have?", "answers": ["25"],
     "evidence": [{"doc": "handbook.md"}]},
    {"id": "2", "question": "How many days of leave are there a year?", "answers": ["30"],
     "evidence": [{"doc": "handbook.md"}]},
    {"id": "3", "question": "How many days ahead is leave asked for?", "answers": ["25", "30"]},
]  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def product(home: Path) -> Iterator[Running]:
    running = start(MANAGED, str(home), "3", home=home / "home")
    yield running
    assert running.stop() == 0


@pytest.fixture
def visitor(browser: "Browser", product: Running) -> Iterator[Visitor]:
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900}, accept_downloads=True)
    visitor = Visitor(context.new_page(), product.address)
    visitor.page.goto(product.address)
    visitor.page.wait_for_selector('[data-testid="stChatInputTextArea"]')
    yield visitor
    assert visitor.outside() == []
    assert visitor.problems == []
    context.close()


def go(visitor: Visitor, name: str) -> "Page":
    visitor.page.locator(f'[data-testid="stSidebar"] a[href*="{name}"]').first.click()
    visitor.page.wait_for_selector(".heading")
    return visitor.page


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    folder = tmp_path / "upload"
    folder.mkdir()
    for n in range(16):
        (folder / f"report-{n:02}.md").write_text(f"# Report {n}\n\nNumber {n} of the reports.\n", encoding="utf-8")
    (folder / "report-08.md").write_text("# Report 8\n\nGATE", encoding="utf-8")
    (folder / "handbook.md").write_text(HANDBOOK, encoding="utf-8")
    (folder / HOSTILE.replace("/", "_")).write_text("# Hostile name\n\nA file whose name is HTML.\n", encoding="utf-8")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 not really")
    return [str(path) for path in sorted(folder.iterdir())]


def upload(page: "Page", files: list[str]) -> None:
    page.locator('[data-testid="stFileUploader"] input[type="file"]').set_input_files(files)
    page.locator(".st-key-add-files button").click()


def test_twenty_files_are_uploaded_followed_filtered_and_deleted(
    visitor: Visitor, home: Path, files: list[str]
) -> None:
    assert len(files) == 20
    shots(visitor.page, "first-start", other=True)
    page = visitor.page
    page.locator(".st-key-to-documents a:has-text('Add documents')").click()  # the empty chat leads there
    page.locator(".heading").wait_for()
    page.wait_for_selector("text=No documents yet")
    upload(page, files)
    page.wait_for_selector('.card.job [role="progressbar"]')
    page.wait_for_selector("text=The first files are being read")
    assert page.get_by_text("No documents yet").count() == 0
    (home / "gate").touch()
    page.wait_for_selector("text=Done: 18 added, 0 changed, 0 unchanged, 2 failed", timeout=SLOW)

    # What became of each file stands behind a click, for the list is what is wanted now.
    results = page.locator(".results .doc")
    page.wait_for_selector(".listhead:has-text('20 documents')")
    assert page.locator(".recent[open]").count() == results.count() == 0
    assert page.locator(".listhead").bounding_box()["y"] < 900  # type: ignore[index]

    # The failed ones first, each with its reason.
    page.locator(".recent summary").click()
    page.locator('.recent [data-action="files"]').click()
    results.first.wait_for()
    assert results.count() == 20
    assert "broken.pdf" in results.nth(0).inner_text() + results.nth(1).inner_text()
    assert "empty" in page.locator('.results .doc:has-text("empty.txt") .reason').inner_text()
    assert page.locator(".results b, .docs img, .docs b").count() == 0

    # The list: searched, filtered by type and status, and cleared.
    page.wait_for_selector(".pickable")
    page.locator(".st-key-filter input").fill("report-1")
    page.locator(".st-key-filter input").press("Enter")
    page.wait_for_selector(".listhead:has-text('6 documents')")
    page.locator(".st-key-filter input").fill("")
    page.locator(".st-key-filter input").press("Enter")
    page.wait_for_selector(".listhead:has-text('20 documents')")
    page.locator(".st-key-filter-more button").click()
    page.locator(".st-key-filter-status button:has-text('Failed')").click()
    page.wait_for_selector(".listhead:has-text('2 documents')")
    assert "damaged" in page.locator('.pickable:has-text("broken.pdf") .reason').inner_text()
    assert "empty" in page.locator('.pickable:has-text("empty.txt") .reason').inner_text()
    page.locator(".st-key-filter-none button").click()
    page.locator(".st-key-filtered-row").wait_for(state="detached")
    page.wait_for_selector(".listhead:has-text('20 documents')")
    page.keyboard.press("Escape")

    # A preview, and the original.
    page.locator('.pickable [data-action="preview"]:has-text("handbook.md")').click()
    page.wait_for_selector(".sheet:has-text('25 days of leave')")
    page.locator("[data-action='close']:visible").click()
    page.locator(".sheet").wait_for(state="detached")
    page.locator('.pickable:has-text("handbook.md") [data-menu]').click()
    with page.expect_download() as download:
        page.locator('.menu a:visible:has-text("Download the original")').click()
    assert Path(download.value.path()).read_text(encoding="utf-8") == HANDBOOK

    # One is deleted, then two together, by keyboard.
    page.locator('.pickable:has-text("report-00.md") [data-action="delete"]').click()
    page.locator(".st-key-delete-cancel button").click()
    page.locator(".st-key-delete-cancel").wait_for(state="detached")
    page.locator('.pickable:has-text("report-00.md") [data-action="delete"]').click()
    page.locator(".st-key-delete-confirm button").click()
    page.wait_for_selector(".listhead:has-text('19 documents')")
    assert page.locator('.pickable:has-text("report-00.md")').count() == 0
    for name in ("report-01.md", "report-02.md"):
        page.locator(f'.pickable:has-text("{name}") .pick').focus()
        page.keyboard.press("Space")
        page.wait_for_selector(f'.pickable:has-text("{name}") .pick[aria-checked="true"]')
    page.wait_for_selector("text=2 selected")
    page.locator(".st-key-chosen-delete button").click()
    page.locator(".st-key-delete-confirm button").click()
    page.wait_for_selector(".listhead:has-text('17 documents')")
    page.reload()
    page.wait_for_selector(".listhead:has-text('17 documents')")
    assert page.locator(".st-key-bulk-row").count() == 0


def add_folder(page: "Page", folder: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    if not page.locator(".st-key-folder-path input").is_visible():
        page.locator(".st-key-folder summary").click()
    read_in(page, str(folder), f".card.job:has-text('{folder.name}'), .recent summary:has-text('{folder.name} ·')")
    page.wait_for_selector(f".recent summary:has-text('{folder.name} · Done: {len(texts)} added')", timeout=SLOW)


def read_in(page: "Page", path: str, shown: str) -> None:
    """The form unfolds while the page is drawn: a click may find it elsewhere."""
    page.locator(".st-key-folder-path input").fill(path)
    press(page.locator(".st-key-folder-add button"), shown)


def shown_collection(page: "Page") -> str:
    return page.locator(".st-key-filter-collection input").input_value()


def test_what_is_deleted_is_what_is_listed_and_ticked(visitor: Visitor, tmp_path: Path) -> None:
    page = go(visitor, "documents")
    add_folder(page, tmp_path / "policies", {f"policy-{n}.md": f"# Policy {n}\n\nRule {n}.\n" for n in range(3)})
    add_folder(page, tmp_path / "minutes", {f"minute-{n:02}.md": f"# Minute {n}\n\nSaid {n}.\n" for n in range(22)})
    page.wait_for_selector(".listhead:has-text('25 documents')")
    assert shown_collection(page) == "All collections (25)"

    # All of a collection: each is named, and the collection's name is typed.
    field = page.locator(".st-key-filter-collection input")
    field.click()
    field.press_sequentially("policies (3)", delay=80)
    page.get_by_role("option", name="policies (3)").wait_for()
    field.press("Enter")
    page.wait_for_selector(".listhead:has-text('3 documents')")
    page.locator('.listhead [role="checkbox"]').click()
    page.wait_for_selector("text=3 selected")
    page.locator(".st-key-chosen-delete button").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Delete 3 documents?").wait_for()
    assert dialog.locator(".doomed .name").all_inner_texts() == ["policy-0.md", "policy-1.md", "policy-2.md"]
    page.locator(".st-key-delete-confirm button").click()
    dialog.get_by_text("Nothing was deleted: type exactly “policies”.").wait_for()
    page.locator(".st-key-delete-typed input").fill("policies")
    page.locator(".st-key-delete-confirm button").click()
    dialog.wait_for(state="detached")

    # The filter's collection is gone: the filter and a word say that all are listed, and nothing is ticked.
    page.wait_for_selector(".listhead:has-text('22 documents')")
    page.wait_for_selector('[role="status"]:has-text("The collection “policies” is gone.")')
    assert shown_collection(page) == "All collections (22)"
    assert page.locator(".st-key-bulk-row").count() == 0

    # What is ticked and then not listed is not ticked any more.
    page.locator('.pickable:has-text("minute-00.md") .pick').click()
    page.wait_for_selector("text=1 selected")
    page.locator(".st-key-filter input").fill("minute-01")
    page.locator(".st-key-filter input").press("Enter")
    page.wait_for_selector(".listhead:has-text('1 document')")
    page.locator('[role="status"]:has-text("is gone")').wait_for(state="detached")
    page.locator(".st-key-filter input").fill("")
    page.locator(".st-key-filter input").press("Enter")
    page.wait_for_selector(".listhead:has-text('22 documents')")
    assert page.locator(".st-key-bulk-row").count() == page.locator('.pick[aria-checked="true"]').count() == 0

    # More than twenty: their number is typed.
    page.locator('.listhead [role="checkbox"]').click()
    page.wait_for_selector("text=22 selected")
    page.locator('.pickable:has-text("minute-07.md") .pick').click()
    page.wait_for_selector("text=21 selected")
    page.locator(".st-key-chosen-delete button").click()
    page.locator(".st-key-delete-typed input").fill("22")
    page.locator(".st-key-delete-confirm button").click()
    dialog.get_by_text("type exactly “21”").wait_for()
    page.locator(".st-key-delete-typed input").fill("21")
    page.locator(".st-key-delete-confirm button").click()
    page.wait_for_selector(".listhead:has-text('1 document')")
    assert page.locator(".pickable .name").inner_text() == "minute-07.md"
    assert shown_collection(page) == "All collections (1)"


def test_five_hundred_files_at_once_are_one_job_that_can_be_cancelled(visitor: Visitor, home: Path) -> None:
    page = go(visitor, "documents")
    texts = [f"# Note {n}\n\nSaid {n}.\n" for n in range(500)]
    texts[250] += "GATE"
    page.locator('[data-testid="stFileUploader"] input[type="file"]').set_input_files(
        [
            {"name": f"note-{n:03}.md", "mimeType": "text/markdown", "buffer": text.encode()}
            for n, text in enumerate(texts)
        ]
    )
    page.locator(".st-key-add-files button:has-text('Add 500 files')").click(timeout=SLOW)
    page.wait_for_selector(".card.job:has-text('of 500 files')", timeout=SLOW)
    page.wait_for_selector('.card.job [role="progressbar"][aria-valuenow]')
    page.locator('.card.job [data-action="cancel"]').click()
    page.wait_for_selector(".card.job:has-text('Stopping')")
    (home / "gate").touch()
    page.wait_for_selector(".recent:has-text('Cancelled')", timeout=SLOW)

    # What was read stays; the rest is read when the job is run again.
    page.locator(".recent summary").click()
    page.locator('.jobs [data-action="resume"]').click()
    page.wait_for_selector(".recent:has-text('Done:'):has-text('0 failed')", timeout=SLOW)
    page.wait_for_selector(".listhead:has-text('1–50 of 500 documents')")


def test_an_upload_that_is_cut_off_leaves_nothing_and_says_so(
    visitor: Visitor, product: Running, home: Path, tmp_path: Path
) -> None:
    page = go(visitor, "documents")
    large, small = tmp_path / "large.md", tmp_path / "small.md"
    small.write_text("# Small\n\nThis one arrives.\n", encoding="utf-8")

    def hold(route: "Route") -> None:
        if route.request.method == "PUT":
            product.process.send_signal(signal.SIGSTOP)
        route.continue_()

    def begin() -> None:
        """Send the large file, and hold the service before it is on its way."""
        with large.open("wb") as file:
            file.truncate(90 << 20)
        page.route("**/_stcore/upload_file/**", hold)
        with page.expect_request(lambda request: request.method == "PUT"):
            page.locator('[data-testid="stFileUploader"] input[type="file"]').set_input_files(str(large))
        page.wait_for_timeout(500)  # what the socket holds is sent
        page.unroute("**/_stcore/upload_file/**")

    # The file is cut short while it is sent: that is told beside its name, and the others are added without it.
    begin()
    with page.expect_event("requestfailed", lambda request: request.method == "PUT"):
        os.truncate(large, 1_000)
        product.process.send_signal(signal.SIGCONT)
    told = page.locator('[data-testid="stFileChip"] [role="alert"]')
    told.wait_for()
    assert told.inner_text() == "Not added: the upload did not arrive. Remove it and choose it again."
    assert page.locator(".st-key-add-files").count() == 0
    page.locator('[data-testid="stFileUploader"] input[type="file"]').set_input_files(str(small))
    page.locator(".st-key-add-files button:has-text('Add 1 file')").click()
    page.wait_for_selector("text=Done: 1 added, 0 changed, 0 unchanged, 0 failed", timeout=SLOW)
    assert told.count() == 0

    # The tab is closed while it is sent: opened again the page is as it was.
    begin()
    other = page.context.new_page()
    page.close()
    product.process.send_signal(signal.SIGCONT)
    other.goto(visitor.origin + "/documents")
    other.wait_for_selector(".listhead:has-text('1 document')")
    assert other.locator('[data-testid="stFileChip"], .st-key-add-files, .card.job').count() == 0
    assert [path.name for path in (home / "home" / "uploads").rglob("*") if path.is_file()] == ["small.md"]


def test_a_folder_of_the_machine_is_read_in_and_read_again(visitor: Visitor, tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    (folder / "hr").mkdir(parents=True)
    (folder / "hr" / "leave.md").write_text(HANDBOOK, encoding="utf-8")
    page = go(visitor, "documents")
    page.locator(".st-key-folder summary").click()
    read_in(page, "shared/hr", ".notice.bad:has-text('not a whole path')")
    read_in(page, str(tmp_path / "nowhere"), ".notice.bad:has-text('nowhere')")
    read_in(page, str(folder), ".card.job:has-text('shared'), .recent summary:has-text('shared ·')")
    page.wait_for_selector("text=Done: 1 added", timeout=SLOW)
    page.wait_for_selector('.pickable:has-text("hr/leave.md"):has-text("shared")')

    (folder / "hr" / "leave.md").write_text(HANDBOOK.replace("25", "28"), encoding="utf-8")
    page.locator(".pickable [data-menu]").click()
    page.locator('[data-action="again"]:visible').click()
    page.wait_for_selector("text=Done: 0 added, 1 changed", timeout=SLOW)
    page.wait_for_selector('.pickable:has-text("version 2")')
    page.locator(".pickable [data-menu]").click()
    page.locator('[data-action="versions"]:visible').click()
    page.wait_for_selector('[role="dialog"] .doc >> nth=1')
    page.locator('[role="dialog"] [data-action="version"]').nth(1).click()
    page.wait_for_selector(".sheet:has-text('25 days')")

    # The folder is gone: said in plain words, in Chinese too.
    (folder / "hr" / "leave.md").unlink()
    (folder / "hr").rmdir()
    folder.rmdir()
    page.get_by_role("radio", name="中文").click()
    page.wait_for_selector(".heading:has-text('文档')")
    page.locator(".pickable [data-menu]").click()
    page.locator('[data-action="again"]:visible').click()
    page.wait_for_selector(".notice.bad:has-text('已不存在')")


def test_models_are_switched_pulled_stopped_and_deleted(visitor: Visitor, home: Path) -> None:
    (home / "no-ollama").touch()
    page = go(visitor, "models")
    page.wait_for_selector(".inuse:has-text('scripted-1b'):has-text('Ready')", timeout=SLOW)

    # Without an Ollama server it says where it is looked for and how to get one, and offers no pull that must fail.
    page.wait_for_selector(".notice.warn:has-text('No Ollama server answers at 127.0.0.1:11434')")
    page.wait_for_selector("details:has-text('How to get Ollama') >> text=ollama.com/install.sh")
    assert page.locator('.doc:has-text("deepseek-r1:1.5b")').inner_text().count("needs Ollama") == 1
    assert page.locator('.doc:has-text("deepseek-r1") [data-action="pull"]').count() == 0
    assert page.locator(".st-key-pull-name").count() == 0
    assert "page Models" not in page.locator('[data-testid="stMain"]').inner_text()
    (home / "no-ollama").unlink()
    page.locator(".st-key-ollama-again button").click()
    page.wait_for_selector("text=An Ollama server answers at http://127.0.0.1:11434")
    fits = page.locator('.doc:has-text("deepseek-r1:1.5b")').inner_text()
    for words in ("Largest that fits", "1.1 GB to download", "about 12 tokens/s, an answer in about 34 s"):
        assert words in fits
    page.locator('[data-action="use"]').click()
    page.wait_for_selector(".inuse:has-text('scripted-7b'):has-text('Ready')", timeout=SLOW)

    # A pull that is followed, stopped, and a quick one that ends; the sizes say whether they fit.
    assert page.locator('.doc:has-text("deepseek-r1:671b") .status').inner_text().endswith("Too big for this machine")
    page.locator('.doc:has-text("deepseek-r1:1.5b") [data-action="pull"]').click()
    page.wait_for_selector(".card.pull:has-text('of 4.7 GB')")
    page.locator('[data-action="stop-pull"]').click()
    page.wait_for_selector(".card.pull:has-text('What has arrived is kept')")
    page.locator('[data-action="dismiss"]').click()
    page.locator(".card.pull").wait_for(state="detached")
    page.locator(".st-key-pull-name input").fill("two words")
    page.locator(".st-key-pull button").click()
    page.wait_for_selector(".notice.bad:has-text('name of a model')")
    page.locator(".st-key-pull-name input").fill("quick:1b")
    page.locator(".st-key-pull button").click()
    page.wait_for_selector('.st-key-installed .doc:has-text("quick:1b")')

    page.locator('.st-key-installed .doc:has-text("quick:1b") [data-action="remove"]').click()
    page.locator(".st-key-remove-confirm button").click()
    page.locator('.st-key-installed .doc:has-text("quick:1b")').wait_for(state="detached")

    # The model in use is deleted with a word on what answers then, which it does.
    page.locator('[role="dialog"]').wait_for(state="detached")
    page.locator('.st-key-installed .doc:has-text("scripted-7b") [data-action="remove"]').click()
    page.wait_for_selector(
        '[role="dialog"]:has-text("This model answers now. Once it is deleted, scripted-1b (Ollama)")'
    )
    page.locator(".st-key-remove-confirm button").click()
    page.wait_for_selector(".inuse:has-text('scripted-1b'):has-text('Ready')", timeout=SLOW)

    # The budget chosen here is the one of the chat; the plain chat is one click away.
    budget = page.locator(".st-key-models-think-budget input")
    page.locator('[role="dialog"]').wait_for(state="detached")
    budget.click()
    budget.press_sequentially("128", delay=80)
    page.get_by_role("option", name="128", exact=True).wait_for()
    budget.press("Enter")
    page.locator(".st-key-plain-chat button").first.click()
    page.wait_for_selector('[placeholder*="without documents"]')
    page.wait_for_selector(".st-key-thinking:has-text('128')")


def test_an_evaluation_is_run_watched_stopped_resumed_and_compared(
    visitor: Visitor, home: Path, tmp_path: Path, files: list[str]
) -> None:
    page = go(visitor, "documents")
    upload(page, [name for name in files if name.endswith("handbook.md")])
    page.wait_for_selector("text=Done: 1 added", timeout=SLOW)
    questions = tmp_path / "leave.jsonl"
    questions.write_text("".join(json.dumps(q) + "\n" for q in QUESTIONS), encoding="utf-8")

    page = go(visitor, "evaluation")
    page.wait_for_selector("text=There are no runs yet")
    page.locator(".st-key-read-sample button").wait_for()  # the sample documents are one click away
    page.get_by_text("Path on this machine").click()
    page.locator(".st-key-set-path input").fill(str(tmp_path / "nothing.jsonl"))
    page.locator(".st-key-set-path input").press("Enter")
    page.locator(".st-key-run-start button:enabled").click()
    page.wait_for_selector(".notice.bad:has-text('nothing.jsonl')")
    page.get_by_text("Path on this machine").click()
    page.locator(".st-key-set-path input").fill(str(questions))
    page.locator(".st-key-set-path input").press("Enter")
    (home / "hold").touch()
    page.locator(".st-key-run-start button:enabled").click()

    # Watched, stopped, and resumed.
    page.wait_for_selector('.card.run [role="progressbar"]')
    page.wait_for_selector(".card.run:has-text('of 3 questions')")
    page.locator('.card.run [data-action="stop"]').click()
    page.wait_for_selector('.st-key-runs .doc:has-text("Stopped")')
    (home / "hold").unlink()
    page.locator('[data-action="resume"]').click()
    page.wait_for_selector('.st-key-runs .doc:has-text("Done"):has-text("3 of 3 questions")', timeout=SLOW)

    # The other model gets the other question right.
    go(visitor, "models")
    page.locator('[data-action="use"]').click()
    page.wait_for_selector(".inuse:has-text('scripted-7b'):has-text('Ready')", timeout=SLOW)
    go(visitor, "evaluation")
    page.get_by_text("Upload a file").click()
    page.locator('.st-key-set-file input[type="file"]').set_input_files(str(questions))
    page.locator(".st-key-run-start button:enabled").click()
    page.wait_for_selector('.st-key-runs .doc:has-text("#2"):has-text("Done")', timeout=SLOW)

    # One run: figures, questions, the report as a file.
    page.locator('.st-key-runs .doc:has-text("#2") [data-action="open"]').click()
    page.wait_for_selector("table.figures")
    figure = page.locator('table.figures tr:has(th:text-is("right"))')
    assert "66.7%" in figure.inner_text()
    page.locator("details.question > summary").first.click()
    assert "30 days of leave" in page.locator("details.question[open] .said").inner_text()
    with page.expect_download() as download:
        page.locator(".st-key-html-file button").click()
    assert "How many days of leave" in Path(download.value.path()).read_text(encoding="utf-8")
    page.locator('.st-key-runs .doc:has-text("#2") [data-action="open"]').click()
    page.locator("table.figures").wait_for(state="detached")

    # Compared: one became right, one became wrong, both answers side by side.
    press(page.locator(".st-key-comparison summary").first, ".tile:has-text('now right')")
    tiles = page.locator(".st-key-comparison .tile .big").all_inner_texts()
    assert tiles == ["1", "1", "1"]
    wrong = page.locator(".st-key-comparison button:has-text('Now wrong (1)')")
    press(wrong, 'details.question:has-text("does an employee have")')
    press(page.locator("details.question > summary"), "details.question[open] .said")
    said = page.locator("details.question[open] .said").all_inner_texts()
    assert [re.findall(r"\d+ days", text) for text in said] == [["25 days"], ["30 days"]]

    page.locator('.st-key-runs .doc:has-text("#1") [data-action="delete"]').click()
    page.locator(".st-key-run-delete-confirm button").click()
    page.locator('.st-key-runs .doc:has-text("#1")').wait_for(state="detached")
