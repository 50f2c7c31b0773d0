"""Serves a page on which there is something everywhere: `whole_page.py FOLDER`.

The sample documents are read in, a conversation in each language has answers, two evaluations have run, and three
models are said to be installed. Everything but the language model and the embedding is the product's own. Prints its
address, and in the same line those of the two conversations, English first.
"""

import os
import shutil
import sys
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from kb import privacy  # noqa: E402

privacy.protect()

from tests.tiny import ENVIRONMENT  # noqa: E402

os.environ.update(ENVIRONMENT)

from kb.assistant import KnowledgeBase  # noqa: E402
from kb.config import RetrievalSettings, Settings  # noqa: E402
from kb.evaluation.evaluation import load_questions  # noqa: E402
from kb.models import hardware, llm  # noqa: E402
from kb.schema import Message  # noqa: E402
from tests.fakes import ScriptedModel  # noqa: E402
from ui.server import serve  # noqa: E402
from ui.service.runs import RunOptions  # noqa: E402
from ui.service.runtime import Service  # noqa: E402

SET = ROOT / "sample_docs" / "questions.jsonl"
ASKED = (
    "How quickly is the account of a colleague who leaves switched off after the last working day?",
    "带新人的导师每月能拿多少带教补贴？",
)
FOLLOWED = ("How long are access logs kept?", "公司的举报热线分机号是多少？")
THOUGHT = "The passage speaks of it directly, so its words are taken as they stand."
MODELS = [
    llm.InstalledModel("ollama", "deepseek-r1:1.5b", 1_117_000_000, "1.8B Q4_K_M", "1" * 64),
    llm.InstalledModel("ollama", "deepseek-r1:7b", 4_683_000_000, "7.6B Q4_K_M", "2" * 64),
    llm.InstalledModel(
        "embedded", "qwen2.5-coder-1.5b", 1_117_320_768, "Qwen2.5-Coder-1.5B-Instruct, Q4_K_M", "3" * 64
    ),
]


class Knower(ScriptedModel):
    """Says what the question set has as evidence, but for one question in six, if told so."""

    def __init__(self) -> None:
        super().__init__(name="qwen2.5-coder-1.5b")
        self._known = load_questions(SET)
        self.off = -1  # which of six it does not know

    def generate(self, messages: Sequence[Message], **options: Any) -> Any:
        asked = messages[-1].content
        found = [(len(q.question), i) for i, q in enumerate(self._known) if q.question in asked]
        text = "It is so [1]."
        if found and max(found)[1] % 6 != self.off and (evidence := self._known[max(found)[1]].evidence):
            text = f"{evidence[0].text.rstrip('.。')} [1]{'.' if evidence[0].text.isascii() else '。'}"
        self._replies = deque([f"<think>{THOUGHT}</think>\n\n{text}"])
        return super().generate(messages, **options)

    def complete(self, messages: Sequence[Message], **options: Any) -> str:
        asked = messages[-1].content
        return next((words for words in FOLLOWED if words in asked), asked)  # no translation either


def fill(service: Service, model: Knower, folder: Path) -> list[str]:
    """Bring something onto every page. Gives the conversations by id."""
    shutil.copytree(SET.parent, folder, ignore=shutil.ignore_patterns(SET.name, "tickets.jsonl"))
    (folder / "it" / "network_plan.pdf").write_bytes(b"%PDF-1.7 of which the rest was lost")
    job = service.jobs.ingest([folder])
    while not job.finished:
        job = service.jobs.wait(job.id, job.revision, 60)
    ids = []
    for questions in zip(ASKED, FOLLOWED, strict=True):
        conversation = service.conversations.new()
        for question in questions:
            turn = service.conversations.ask(conversation, question, "documents")
            assert turn is not None
            snapshot = turn.running.snapshot
            while not snapshot.finished:
                snapshot = turn.running.wait(snapshot.revision, 60)
        ids.append(conversation.id)
    for model.off in (0, 1):
        run = service.evaluations.start(SET, RunOptions(limit=16, seed=model.off))
        service.evaluations.join(120)
        assert service.evaluations.get(run.id).state == "done"
    return ids


def main(folder: Path) -> None:
    """Fill a home and serve it."""
    hardware.total_memory = lambda: 16 * hardware.GB  # type: ignore[assignment]
    llm.installed_models = lambda _settings: (MODELS, "")  # type: ignore[assignment]
    settings = Settings(retrieval=RetrievalSettings(evidence_floor=0.0))  # that of the product suits its own embedding
    with KnowledgeBase.open(folder / "home", settings) as kb:
        kb._model = model = Knower()  # type: ignore[assignment]
        service = Service.of(kb)
        ids = fill(service, model, folder / "sample_docs")
        service.shut_down()
        serve(kb, 0, on_ready=lambda origin: print(origin, *(f"/?c={name}" for name in ids), flush=True))
    print("stopped")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
