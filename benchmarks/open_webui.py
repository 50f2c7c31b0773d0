"""Open WebUI: a chat client that many have already, from its package, asks through /v1, and a browser looks at it.

The settings are those of docs/clients.md. The package and what it needs are put under the cache folder once.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from benchmarks.places import ROOT, SAMPLE_DOCS, chromium, filled, home
from benchmarks.result import Result
from benchmarks.service import OF_HIDDEN, PASSWORD, READER, TOLD_BY_HIDDEN, readers_token, started
from kb.config import cache_dir
from kb.errors import KBError

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

PACKAGE = "open-webui==0.12.4"
PINNED_ON = "2026-11-20"  # what it needs in turn is as it was on that day
QUESTION = "What is the minimum length of a password?"
ANSWER = "14 characters"
SOURCE = "it/information_security_policy.pdf, page 2"
PICTURE = ROOT / "docs" / "images" / "open-webui.png"
SETTINGS = {
    "OPENAI_API_BASE_URL": "",  # the service's, and a token
    "OPENAI_API_KEY": "",
    "DEFAULT_MODEL_PARAMS": '{"function_calling": "legacy"}',
    "ENABLE_TITLE_GENERATION": "false",
    "ENABLE_TAGS_GENERATION": "false",
    "ENABLE_FOLLOW_UP_GENERATION": "false",
    "ENABLE_OLLAMA_API": "false",
    "OFFLINE_MODE": "true",
}
_QUIET = {  # what keeps this trial on this machine besides
    "ANONYMIZED_TELEMETRY": "false",
    "DO_NOT_TRACK": "true",
    "SCARF_NO_ANALYTICS": "true",
    "ENABLE_COMMUNITY_SHARING": "false",
    "HF_HUB_OFFLINE": "1",
    "RAG_EMBEDDING_ENGINE": "openai",  # loads no model
    "WEBUI_SECRET_KEY": "of a trial",
}
_CHROMIUM = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
_START_SECONDS = 300
_SHORTEST = 80  # characters, of an answer with the name and the time over and under it
_WAIT_MILLISECONDS = 60_000
_ANSWER_MILLISECONDS = 600_000
Rows = list[tuple[str | float, ...]]


def run() -> Result:
    """Ask one question with the model that the settings name. 1 is yes; KB_PICTURES=1 keeps the picture of the docs."""
    venv = _installed()
    with filled("sample_docs", [SAMPLE_DOCS]):
        pass
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary) / "home"
        shutil.copytree(home("sample_docs"), place)
        with started(place, page=True) as service:
            began = time.perf_counter()
            with _open_webui(venv, Path(temporary), service.origin, readers_token(place)) as origin:
                rows: Rows = [("start", time.perf_counter() - began, "s", "")]
                rows += _visit(origin, service.origin)
    return Result("open_webui", ("what", "figure", "unit", "limit"), tuple(rows), (f"{PACKAGE}; {QUESTION}",))


def _installed() -> Path:
    """The environment of the package, made at the first run."""
    venv = cache_dir() / "bench" / PACKAGE.replace("==", "-")
    uv = Path(sys.executable).with_name("uv")
    if not (venv / "bin" / "open-webui").exists():
        subprocess.run([uv, "venv", "-q", "--clear", "--python", "3.11", venv], check=True)
        command = [uv, "pip", "install", "-q", "--exclude-newer", PINNED_ON, "--python", venv / "bin" / "python"]
        subprocess.run([*command, PACKAGE, f"torch=={version('torch').partition('+')[0]}"], check=True)
    return venv


@contextmanager
def _open_webui(venv: Path, folder: Path, service: str, token: str) -> Iterator[str]:
    """Open WebUI on a free port of this machine, with data of its own. Gives its origin."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    connection = {"OPENAI_API_BASE_URL": f"{service}/v1", "OPENAI_API_KEY": token}
    own = {"PATH": os.environ["PATH"], "HOME": str(folder), "DATA_DIR": str(folder / "open-webui")}
    (folder / "open-webui").mkdir()
    with (folder / "open-webui.log").open("wb") as log:
        process = subprocess.Popen(
            [venv / "bin" / "open-webui", "serve", "--host", "127.0.0.1", "--port", str(port)],
            env={**own, **_QUIET, **SETTINGS, **connection}, cwd=folder, stdout=log, stderr=log,
        )  # fmt: skip
    origin = f"http://127.0.0.1:{port}"
    try:
        _until_healthy(origin, process, folder / "open-webui.log")
        yield origin
    finally:
        process.terminate()
        process.wait(60)


def _until_healthy(origin: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    ended = time.monotonic() + _START_SECONDS
    while time.monotonic() < ended and process.poll() is None:
        try:
            if httpx.get(f"{origin}/health", trust_env=False, timeout=5).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.5)
    raise KBError(f"Open WebUI did not start: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}")


def _visit(origin: str, service: str) -> Rows:
    from playwright.sync_api import Error, sync_playwright

    path = chromium()
    if path is None:
        raise KBError("Chromium is not installed. Run `make setup-test`.")
    with sync_playwright() as running, running.chromium.launch(executable_path=path, args=_CHROMIUM) as browser:
        context = browser.new_context(viewport={"width": 1280, "height": 860}, locale="en-US")
        context.set_default_timeout(_WAIT_MILLISECONDS)
        asked: list[str] = []
        context.on("request", lambda request: asked.append(request.url))
        page = context.new_page()
        try:
            _sign_in(page, service)  # so that the links to sources open
            _sign_up(page, origin)
            rows = [*_ask(page), *_sources(context, page), *_ask_of_hidden(page, origin)]
        except Error:
            page.screenshot(path=cache_dir() / "bench" / "open-webui-failed.png")
            raise
        here = (f"{origin}/", f"{service}/", "data:", "blob:", "about:")
        outside = [address for address in asked if not address.startswith(here)]
    for address in outside:
        print(f"asked for: {address}", file=sys.stderr)
    return [*rows, ("requests of the browser to anywhere else", len(outside), "requests", 0)]


def _sign_in(page: "Page", service: str) -> None:
    page.goto(service)
    page.fill('input[name="name"]', READER)
    page.fill('input[name="password"]', PASSWORD)
    page.locator("form button").click()
    page.wait_for_selector('[data-testid="stChatInputTextArea"]')


def _sign_up(page: "Page", origin: str) -> None:
    """The first user of a new Open WebUI, who may do everything there."""
    page.goto(origin)
    page.get_by_text("Get started").click()
    page.get_by_placeholder("Enter Your Full Name").fill("Ann")
    page.get_by_placeholder("Enter Your Email").fill("ann@example.org")
    page.get_by_placeholder("Enter Your Password").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    page.locator("#chat-input").wait_for()
    page.goto(f"{origin}/?models=kb")
    go = page.get_by_role("button", name="Okay, Let's Go!")  # under its news
    go.click()
    go.wait_for(state="detached")


def _ask(page: "Page") -> Rows:
    page.locator("#chat-input").click()
    page.keyboard.type(QUESTION)
    began = time.perf_counter()
    page.keyboard.press("Enter")
    page.get_by_role("button", name=re.compile("^Toggle .* sources?$")).wait_for(timeout=_ANSWER_MILLISECONDS)
    taken = time.perf_counter() - began
    shown = page.locator("#messages-container").inner_text()
    page.get_by_text("Thought for").click()
    page.wait_for_timeout(1000)  # it unfolds
    unfolded = page.locator("#messages-container").inner_text()
    if os.environ.get("KB_PICTURES"):
        _keep(page.screenshot())
    text = shown.partition(QUESTION)[2].partition("Sources:")[0]
    return [
        ("question to answer", taken, "s", ""),
        ("the answer is shown", float(ANSWER in text), "", 1),
        ("its reasoning is folded, and opens", float(len(unfolded) > len(shown) + len(ANSWER)), "", 1),
        ("each number in its text names its source", float(SOURCE.rpartition("/")[2][-10:] in text), "", 1),
    ]


def _sources(context: "BrowserContext", page: "Page") -> Rows:
    """The list of sources under the answer, and the page that the first one opens."""
    page.get_by_role("button", name="Toggle 1 source").click()
    entry = page.get_by_role("button", name=f"View source: 1 {SOURCE}")
    entry.wait_for()
    entry.click()
    with context.expect_page() as opened:
        page.get_by_role("dialog").get_by_role("link", name=SOURCE).click()
    opened.value.wait_for_selector(".pane :is(img, mark), .sheet mark")
    return [("it lists the source with its page, which opens at the quote", 1.0, "", 1)]


def _ask_of_hidden(page: "Page", origin: str) -> Rows:
    page.goto(f"{origin}/?models=kb")
    page.locator("#chat-input").click()
    page.keyboard.type(OF_HIDDEN)
    page.keyboard.press("Enter")
    page.wait_for_function(  # the text comes whole, when it is checked
        "([asked, least]) => (document.querySelector('#messages-container')?.innerText.split(asked)[1] ?? '').length"
        " > least",
        arg=[OF_HIDDEN, _SHORTEST], timeout=_ANSWER_MILLISECONDS,
    )  # fmt: skip
    shown = page.locator("#messages-container").inner_text().partition(OF_HIDDEN)[2]
    print(f"of what is hidden it shows: {' '.join(shown.split())}", file=sys.stderr)
    found = [words for words in TOLD_BY_HIDDEN if words in shown]
    return [("words of a document that the reader may not read", len(found), "words", 0)]


def _keep(picture: bytes) -> None:
    import io

    from PIL import Image

    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.quantize(256, dither=Image.Dither.NONE).save(PICTURE, optimize=True)
