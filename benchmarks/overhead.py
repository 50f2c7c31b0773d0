"""Overhead: from a question to its first word, through the service and through the page, as a multiple of the bare
engine given the same prompt, in one process. In a real browser the time runs from the key to the word in the page.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.places import ASKER, chromium
from benchmarks.result import median
from kb.assistant import KnowledgeBase
from kb.errors import KBError
from kb.schema import Message, Thought, Token
from ui.cli.client import RemoteKnowledgeBase
from ui.server import serve
from ui.service.auth import running_service

LIMIT = 1.10
_REST_SECONDS = 0.5  # before each question: what ends of the one before must not be counted to it
_LOOK_MS = 250  # between two looks at whether the answer is finished
_WATCH = """() => {
  window.kbFirst = 0;
  addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || window.kbBegan) return;
    window.kbBegan = performance.now();
  }, true);
  new MutationObserver((_, observer) => {
    const word = document.querySelector(".st-key-growing :is(.thinking, .answer)");
    if (!window.kbBegan || !word || !word.textContent.trim()) return;
    window.kbFirst = performance.now() - window.kbBegan;
    observer.disconnect();
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""
Ask = Callable[[str], float]  # seconds to the first word
Rows = list[tuple[str | float, ...]]


@dataclass
class Recording:
    """The model of a service, which keeps what it is given to write: translations of questions, and answers."""

    model: Any
    translations: list[tuple[list[Message], dict[str, Any]]] = field(default_factory=list)
    prompts: list[tuple[list[Message], dict[str, Any]]] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.model, name)

    def generate(self, messages: Sequence[Message], **options: Any) -> Any:
        self.prompts.append((list(messages), options))
        return self.model.generate(messages, **options)

    def complete(self, messages: Sequence[Message], **options: Any) -> Any:
        self.translations.append((list(messages), options))
        return self.model.complete(messages, **options)

    def clear(self) -> None:
        """Forget what was kept."""
        self.translations.clear()
        self.prompts.clear()


def run(place: Path, to_service: Sequence[str], to_page: Sequence[str]) -> tuple[Rows, list[str]]:
    """Rows and notes. Each first question warms up; of those that are refused nothing is measured.

    The page is asked others than the service, since the engine keeps the prompts it has read.
    """
    rows: Rows = []
    notes: list[str] = []
    with KnowledgeBase.open(place) as kb:
        kb.warm_up()
        recording = Recording(kb.model)
        kb._model = recording
        _through("the service", kb, recording, to_service, _api(place), rows, page=False)
        if chromium() is None:
            notes.append("the page was not measured: Chromium is not installed")
        else:
            _through("the page", kb, recording, to_page, _browser(place), rows, page=True)
        kb._model = recording.model
    return rows, notes


def _through(
    what: str, kb: KnowledgeBase, recording: Recording, questions: Sequence[str], asking: Any, rows: Rows, page: bool
) -> None:
    """Ask each question through a service of this process, then its engine with the prompt it got."""
    taken: list[float] = []
    ratios: list[float] = []
    problems: list[BaseException] = []

    def measure() -> None:
        try:
            with asking as ask:
                ask(questions[0])
                for number, question in enumerate(questions[1:]):
                    recording.clear()
                    time.sleep(_REST_SECONDS)
                    seconds = ask(question)
                    if not recording.prompts:
                        continue  # refused: no model was called
                    time.sleep(_REST_SECONDS)
                    taken.append(seconds)
                    ratios.append(seconds / _first_word(recording, number))
        except BaseException as error:  # told in the thread that waits for it
            problems.append(error)
        finally:
            os.kill(os.getpid(), signal.SIGINT)

    threads: list[threading.Thread] = []

    def ready(url: str) -> None:
        threads.append(threading.Thread(target=measure))
        threads[0].start()

    serve(kb, 0, page=page, on_ready=ready)
    threads[0].join()
    if problems:
        raise problems[0]
    if not ratios:
        rows.append((f"question to first word, through {what}", "no question was answered", "", LIMIT))
        return
    rows.append((f"question to first word, through {what}", median(taken), "s", ""))
    rows.append((f"the same, to the bare engine's (n={len(ratios)})", median(ratios), "x engine", LIMIT))


@contextmanager
def _api(place: Path) -> Iterator[Ask]:
    service = running_service(place)
    assert service is not None

    def ask(question: str) -> float:
        began = time.perf_counter()
        seconds = float("nan")
        with RemoteKnowledgeBase(service, client="overhead") as kb:
            for event in kb.ask(question, ASKER):
                if isinstance(event, Thought | Token) and seconds != seconds:
                    seconds = time.perf_counter() - began
        return seconds

    yield ask


@contextmanager
def _browser(place: Path) -> Iterator[Ask]:
    from playwright.sync_api import sync_playwright

    service = running_service(place)
    assert service is not None
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(180_000)
        with RemoteKnowledgeBase(service, client="benchmark") as remote:
            page.goto(str(remote.sessions.new_address()["address"]))

        def ask(question: str) -> float:
            page.goto(f"{service.origin}/")  # a new conversation: a follow-up would be made self-contained first
            box = page.locator('[data-testid="stChatInputTextArea"]')
            box.fill(question)
            page.wait_for_timeout(1000)  # the page has been drawn and rests
            page.evaluate(_WATCH)
            box.press("Enter")
            finished = page.locator(".act[data-copy], .notice.bad")
            while not finished.count():  # Playwright's own wait looks at each frame, which the engine would pay for
                page.wait_for_timeout(_LOOK_MS)
            return float(page.evaluate("window.kbFirst")) / 1000

        yield ask
        browser.close()


def _first_word(recording: Recording, number: int) -> float:
    """Seconds to the engine's first word, translations before it included. A number before the passages, and before a
    question to translate, keeps its prompt cache out of it."""
    [(first, *further), options], *_ = recording.prompts  # the passages are in the first one, which the model judged
    head, line_break, rest = first.content.partition("\n")
    fresh = replace(first, content=f"{head}{line_break}({number}) {rest}")
    stop = threading.Event()
    began = time.perf_counter()
    for (*worked, last), given in recording.translations:
        asked = replace(last, content=last.content.replace("\n", f"\n({number}) ", 1))
        recording.model.complete([*worked, asked], **{**given, "stop": stop})
    for event in recording.model.generate([fresh, *further], **{**options, "stop": stop}):
        if isinstance(event, Thought | Token):
            stop.set()
            return time.perf_counter() - began
    raise KBError("The engine gave no word.")
