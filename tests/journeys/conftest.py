"""What journeys share: a real browser that writes down every request it makes, and pictures of what it shows."""

import io
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.ui.signing_in import new_address

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page, Request, Response

ROOT = Path(__file__).parents[2]
CHROMIUM = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync")  # fmt: skip


def chromium() -> str:
    """Where it is: the one without windows, which takes a third less to open a page, or else the one with them."""
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if path is None:
        pytest.fail("Chromium is not installed. Run `make setup-test`.", pytrace=False)
    return path


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Debian's Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium(), args=list(CHROMIUM))
        yield browser
        browser.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: "pytest.CallInfo[None]"
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A journey that fails says what its page showed then."""
    report = yield
    visitor = getattr(item, "funcargs", {}).get("visitor")
    if call.when == "call" and report.failed and isinstance(visitor, Visitor):
        with suppress(Exception):  # the browser may be gone: the failure itself is what counts
            page = visitor.page
            fields = page.locator("input, textarea").evaluate_all("all => all.map(each => each.value)")
            shown = f"{page.url}\n{page.inner_text('body')}\nfields: {fields}\nfailed: {visitor.failed}"
            report.sections.append(("page", shown))
    return report


@dataclass
class Visitor:
    """A person at the page. `requests` are all addresses the browser asked for, `problems` its complaints, `failed` the
    requests that came to nothing, and why.

    `address` is one that lets a browser in, once.
    """

    page: "Page"
    address: str
    requests: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(60_000)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("websocket", lambda socket: self.requests.append(socket.url))
        self.page.on("requestfailed", lambda request: self._fails(request, request.failure))
        self.page.on("response", self._replied)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))

    def _replied(self, response: "Response") -> None:
        if response.status >= 400:
            self._fails(response.request, response.status)

    def _fails(self, request: "Request", why: object) -> None:
        self.failed.append(f"{request.method} {request.url}: {why}")

    @property
    def origin(self) -> str:
        return self.address.partition("/?")[0]

    def open(self, path: str = "/") -> None:
        """Open a page of the product; the first time by the address that lets the browser in."""
        if not self.page.context.cookies(self.origin):
            self.page.goto(self.address, wait_until="commit")  # the cookie is there: the page is drawn once, below
        self.page.goto(self.origin + path)
        self.page.wait_for_selector('[data-testid="stChatInputTextArea"], [data-testid="stFileUploader"]')

    def ask(self, question: str) -> None:
        self.page.locator(".st-key-stop").wait_for(state="detached")  # as long as it is there Enter sends nothing
        box = self.page.locator('[data-testid="stChatInputTextArea"]')
        box.fill(question)
        box.press("Enter")

    def go_to_documents(self) -> None:
        self.page.locator('[data-testid="stSidebar"] a[href*="documents"]').click()
        self.page.wait_for_selector('[data-testid="stFileUploader"]')

    def outside(self) -> list[str]:
        """The addresses asked for that are not of the page's own origin."""
        host = self.origin.removeprefix("http://")
        own = (f"http://{host}/", f"ws://{host}/", f"blob:http://{host}/", "data:", "about:")
        return [url for url in self.requests if not url.startswith(own)]


PICTURES = ROOT / "docs" / "images"
WIDE, NARROW = {"width": 1280, "height": 860}, {"width": 360, "height": 740}
NAMES = {"zh": "中文", "en": "English"}  # of the languages, as the switch has them


VISITS = [("zh", 390), ("en", 1400)]  # language and width: each language and each width once
if os.environ.get("KB_PICTURES"):
    VISITS += [("zh", 1400), ("en", 390)]


@pytest.fixture(params=VISITS, ids=lambda given: f"{given[0]}-{given[1]}")
def visitor(request: pytest.FixtureRequest, browser: "Browser", product: "Running") -> Iterator[Visitor]:
    """Somebody at the module's `product`, in either language, wide or narrow, where it has no other visitor."""
    language, width = request.param
    context = browser.new_context(
        locale={"zh": "zh-CN", "en": "en-GB"}[language],
        viewport={"width": width, "height": 740 if width < 600 else 860},
    )
    visitor = Visitor(context.new_page(), product.address)
    visitor.open()
    yield visitor
    assert visitor.outside() == []
    assert visitor.problems == []
    context.close()


def shot(page: "Page", name: str) -> None:
    """Keep a picture of what is in sight, named by moment, language, width and theme; only where KB_PICTURES is set."""
    if not os.environ.get("KB_PICTURES"):
        return
    from PIL import Image

    page.mouse.move(0, 0)
    page.wait_for_timeout(700)  # what moves comes to rest
    language = page.evaluate("document.documentElement.lang")
    narrow = "-narrow" if page.evaluate("innerWidth") < 600 else ""
    dark = "-dark" if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else ""
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    colours = image.quantize(64, dither=Image.Dither.NONE)  # a third of the bytes, and hardly an eye sees it
    colours.save(PICTURES / f"{name}-{language}{narrow}{dark}.png", optimize=True)


def steady(locator: "Locator", seconds: float = 0.4) -> "Locator":
    """The element, once it has stood still: what unfolds moves it away under a click, the more so on busy cores."""
    locator.wait_for()
    before, since = locator.bounding_box(), time.monotonic()
    while time.monotonic() - since < seconds:
        locator.page.wait_for_timeout(50)
        if (now := locator.bounding_box()) != before:
            before, since = now, time.monotonic()
    return locator


def press(button: "Locator", shown: str) -> "Locator":
    """Click until what is to come of it is shown: a page that draws itself anew under the pointer loses a click."""
    from playwright.sync_api import TimeoutError as NotInTime

    page = button.page
    for _ in range(3):
        steady(button).click()
        with suppress(NotInTime):
            page.wait_for_selector(shown, timeout=20_000)
            break
    page.wait_for_selector(shown)
    return page.locator(shown)


def shots(page: "Page", name: str, *, other: bool = False) -> None:
    """Keep pictures of a moment, wide and narrow; in the `other` language too. The page is left as it was."""
    if not os.environ.get("KB_PICTURES"):
        return
    before = page.viewport_size
    page.wait_for_function(
        "() => /kb_language=/.test(document.cookie) && document.cookie.includes(`=${document.documentElement.lang}`)"
    )
    language = str(page.evaluate("document.documentElement.lang"))
    for spoken in (language, *(name for name in NAMES if other and name != language)):
        _speak(page, spoken)
        for size in (WIDE, NARROW):
            _resize(page, size)
            shot(page, name)
        _resize(page, WIDE)
    _speak(page, language)
    if before is not None:
        page.set_viewport_size(before)


def _speak(page: "Page", language: str) -> None:
    if page.evaluate("document.documentElement.lang") != language:
        page.get_by_role("radio", name=NAMES[language]).click()
        page.wait_for_function(f"() => document.documentElement.lang === '{language}'")


_SCROLL = "document.querySelector('[data-testid=\"stMain\"]')"


def _resize(page: "Page", size: Any) -> None:
    """Another width, with the sidebar as one finds it there, and the end of the page in sight where it was."""
    at_end = page.locator('[data-testid="stChatInput"]').count() and page.evaluate(
        f"{_SCROLL}.scrollHeight - {_SCROLL}.scrollTop - {_SCROLL}.clientHeight < 40"
    )
    page.set_viewport_size(size)
    page.wait_for_timeout(300)
    narrow, open_ = size["width"] < 600, '[data-testid="stSidebar"][data-collapsed="false"]'
    if narrow and page.locator(open_).count():
        page.locator('[data-testid="stSidebarCollapseButton"] button').evaluate("button => button.click()")
    elif not narrow and not page.locator(open_).count():
        page.locator('[data-testid="stExpandSidebarButton"]').evaluate("button => button.click()")
    page.wait_for_timeout(500)
    if at_end:
        page.evaluate(f"{_SCROLL}.scrollTop = {_SCROLL}.scrollHeight")


@dataclass
class Running:
    """A product that serves the page. `said` is the line that holds its origin."""

    process: "subprocess.Popen[str]"
    home: Path
    origin: str
    said: str = ""

    @property
    def address(self) -> str:
        """A new address that lets one browser in, once."""
        return new_address(self.home)

    def stop(self) -> int:
        self.process.terminate()
        self.process.communicate(timeout=120)
        return self.process.returncode


def start(*command: str, home: Path, env: dict[str, str] | None = None) -> Running:
    """Start a product over a home that prints its origin in its first line."""
    process = subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True, cwd=ROOT, env=env)
    assert process.stdout is not None
    line = process.stdout.readline()
    origin = next((word for word in line.split() if word.startswith("http://")), "")
    assert origin, f"no address in {line!r}"
    return Running(process, home, origin, line)
