"""Serves the page over some of the sample documents and a scripted model: `sample_page.py HOME [PAUSE]`.

Everything but the language model and the embedding is the product's own. Prints its address. The model takes PAUSE
seconds for a word; while there is a file `hold` beside HOME it stops at the word whose number stands in it.
"""

import math
import os
import re
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from kb import privacy  # noqa: E402

privacy.protect()

from tests.tiny import ENVIRONMENT  # noqa: E402

os.environ.update(ENVIRONMENT)

from ingest.sync.pipeline import ingest  # noqa: E402
from kb.assistant import KnowledgeBase  # noqa: E402
from kb.config import Settings  # noqa: E402
from kb.models import llm  # noqa: E402
from kb.models.reasoning_stream import Delta  # noqa: E402
from kb.schema import Message  # noqa: E402
from tests.fakes import ScriptedModel  # noqa: E402
from ui.server import serve  # noqa: E402

FILES = (
    "it/information_security_policy.pdf", "hr/员工手册.pdf", "finance/travel_and_expense_policy.docx",
    "ops/office_facilities.csv", "sales/sales_and_prices_2025.xlsx", "hr/常见问题.md", "hr/benefits.md",
)  # fmt: skip
MODELS = ("qwen2.5-coder-1.5b", "smollm2-135m")  # the one in use, and one that may be asked instead
# What the model says to a question that holds the word.
SCRIPT = {
    "leaver": "When somebody leaves, the account is disabled within 4 hours of the end of the last working day [1]. "
    "For a dismissal it is disabled before the conversation [1]. The badge is returned at the front desk [1].",
    "Taihu": "The meeting room Taihu in Suzhou has the extension 6324 [1].",
    "Showroom": "The showroom in Suzhou has the extension 6310 [1].",
    "带教": "导师每月获得 300 元带教补贴，共发 3 个月 [1]。公司为每位新员工指定一名导师 [1]。",
    "停车": "停车费每月 150 元 [1]。",
    "parking": "停车费每月 150 元 [1]。",
}
FOLLOWED = {
    "And the Showroom": "Which phone_ext has the Showroom in Suzhou?",
    "那停车呢": "总部停车怎么申请，每月停车费多少？",
}
THOUGHT = (
    "The question is about {topic}. The first passage speaks of it directly, so I take its figures as they stand, "
    "and say nothing that the passages do not."
)
CHINESE = "问题与“{topic}”有关。第一个段落直接提到了，我按原文引用其中的数字，不添加段落之外的内容。"


class Slowly:
    """A text in words, each after a pause."""

    def __init__(self, thinking: str, text: str, pause: float, hold: Path, stop: threading.Event | None) -> None:
        self._thinking, self._text, self._pause, self._hold, self._stop = thinking, text, pause, hold, stop

    def _stopped(self, number: int) -> bool:
        """Wait for the word's turn; whether the reader has stopped meanwhile."""
        time.sleep(self._pause)
        while number >= self._held():
            if self._stop is not None and self._stop.wait(0.05):
                return True
        return False

    def _held(self) -> float:
        """The word at which the model is held."""
        try:
            return int(self._hold.read_text() or 0)
        except FileNotFoundError:
            return math.inf

    def __iter__(self) -> Iterator[Delta]:
        words = [Delta(thinking=word) for word in _pieces(self._thinking)]
        words += [Delta(word) for word in _pieces(self._text)]
        for number, word in enumerate(words):
            if self._stopped(number):
                return
            yield word

    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: Any) -> Any:
        return list(self)[index]


def _pieces(text: str) -> list[str]:
    """Words, or three signs of Chinese at a time."""
    return re.findall(r"\S+\s*", text) if text.isascii() else re.findall(r".{1,3}", text, re.DOTALL)


class Sayer(ScriptedModel):
    """Says what the script has for a word of the question, and makes follow-ups stand alone."""

    def __init__(self, pause: float, hold: Path, name: str = MODELS[0]) -> None:
        super().__init__(name=name)
        self._pause, self._hold = pause, hold

    def generate(self, messages: Sequence[Message], **options: Any) -> Any:
        asked = messages[-1].content
        found = [(asked.rindex(word), word) for word in SCRIPT if word in asked]
        word = max(found)[1] if found else ""
        text = SCRIPT.get(word, "It is so [1].")
        told = CHINESE if text and not text.isascii() else THOUGHT
        slowly = Slowly(told.format(topic=word or "this"), text, self._pause, self._hold, options.get("stop"))
        self._replies = deque([slowly])  # type: ignore[list-item]
        return super().generate(messages, **options)

    def complete(self, messages: Sequence[Message], **options: Any) -> str:
        asked = re.split("User: |用户：", messages[-1].content)[-1]
        return next((alone for words, alone in FOLLOWED.items() if words in asked), asked)


def main(home: Path, pause: float) -> None:
    """Ingest and serve."""
    with KnowledgeBase.open(home, Settings()) as kb:
        hold = home.parent / "hold"
        kb._model = Sayer(pause, hold)
        llm.open_model = lambda _, engine, name: Sayer(pause, hold, name)  # type: ignore[assignment, misc]
        there = [llm.InstalledModel("embedded", name, 1_000_000_000, "", "0" * 64) for name in MODELS]
        llm.installed_models = lambda _: (there, "")  # type: ignore[assignment]
        folder = home.parent / "sample_docs"
        for name in FILES:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / "sample_docs" / name).read_bytes())
        ingest(kb, [folder])
        serve(kb, 0, on_ready=lambda origin: print(origin, flush=True))
    print("stopped")


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.0)
