"""Answer cache: what was answered before, so that the same question under the same conditions costs nothing."""

import hashlib
import json
import platform
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from kb.evaluation.outcome import Outcome
from kb.evaluation.questions import Question
from kb.evaluation.results_log import line_of, outcome_of, write_whole

KEPT = 5_000  # outcomes; the oldest go first
_ENGINES = ("xllamacpp", "ollama", "onnxruntime", "jieba", "chromadb")  # libraries that may change what is answered


class AnswerCache:
    """Outcomes in `folder`, one file each, by all that decides an answer.

    `conditions` are what the whole run has in common: engine, model and its digest, settings, documents, scope, and
    how it is asked; the code of `kb` and the versions of its engines are added here.
    """

    def __init__(self, folder: Path, conditions: Mapping[str, Any]) -> None:
        self._folder = folder
        self._conditions = json.dumps({**conditions, "code": _code()}, sort_keys=True, ensure_ascii=False)

    def get(self, question: Question, sample: int, seed: int) -> Outcome | None:
        """What came of it before, under the same conditions; None where that is not known."""
        try:
            return outcome_of(self._file(question, sample, seed).read_bytes())
        except (OSError, ValidationError):
            return None

    def put(self, outcome: Outcome, seed: int) -> None:
        """Keep an outcome that has not failed. A disk that is full keeps nothing, and stops nothing."""
        if outcome.error:
            return
        file = self._file(outcome.question, outcome.sample, seed)
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(file, line_of(outcome))

    def tidy(self) -> None:
        """Remove the oldest beyond `KEPT`."""
        with suppress(OSError):
            files = sorted(self._folder.iterdir(), key=lambda file: file.stat().st_mtime, reverse=True)
            for file in files[KEPT:]:
                file.unlink(missing_ok=True)

    def _file(self, question: Question, sample: int, seed: int) -> Path:
        # The search is made with the first sample only, and so belongs to its outcome alone.
        own = json.dumps([question.question, question.scope, seed, sample == 0], ensure_ascii=False)
        key = hashlib.sha256(f"{self._conditions}\n{own}".encode()).hexdigest()
        return self._folder / f"{key}.jsonl"  # the suffix by which a deletion finds what names a document


@cache
def _code() -> str:
    """A hash of the code that answers and of what it learned, committed or not, and of the versions of the engines
    below it."""
    found = hashlib.sha256(platform.python_version().encode())
    for name in _ENGINES:
        with suppress(PackageNotFoundError):
            found.update(f"{name} {version(name)}\n".encode())
    root = Path(__file__).parents[1]
    for file in sorted((*root.rglob("*.py"), *root.rglob("*.json"), *root.rglob("*.lora"))):
        found.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    return found.hexdigest()
