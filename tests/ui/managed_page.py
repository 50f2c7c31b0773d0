"""Serves the pages over a real knowledge base with a scripted model: `managed_page.py FOLDER [SECONDS]`.

Prints its address. Embedding is `tests.tiny`, with its gate in FOLDER; an answer takes SECONDS, and does not come while
FOLDER has a file `hold`. The models are two that are said to be on an Ollama server, which is gone while FOLDER has a
file `no-ollama`; a pull goes on until it is stopped, or ends at once for a name with "quick" in it.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from kb import privacy

privacy.protect()

from kb.assistant import KnowledgeBase  # noqa: E402
from kb.config import EmbeddingSettings, LLMSettings, RetrievalSettings, Settings  # noqa: E402
from kb.errors import ModelMissing  # noqa: E402
from kb.models import llm, speed  # noqa: E402
from tests.fakes import ScriptedModel  # noqa: E402
from ui.server import serve  # noqa: E402

FOLDER = Path(sys.argv[1])
PAUSE = float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
installed = {"scripted-1b": 1_100_000_000, "scripted-7b": 4_700_000_000}


class Model(ScriptedModel):
    """Says one of two sentences of the handbook, by its name; each answer comes after a pause."""

    engine = "ollama"

    def __init__(self, name: str) -> None:
        said = "employee has 25 days" if name == "scripted-1b" else "manager has 30 days"
        super().__init__([f"<think>Look.</think>\n\nEvery {said} of leave a year [1]."], name=name)

    def generate(self, *arguments: Any, **options: Any) -> Iterator[Any]:
        ended = time.monotonic() + PAUSE
        stop = options.get("stop")
        while (time.monotonic() < ended or (FOLDER / "hold").exists()) and not (stop is not None and stop.is_set()):
            time.sleep(0.02)
        return super().generate(*arguments, **options)


def open_model(_settings: object, engine: str | None = None, model: str | None = None) -> Model:
    name = model or "scripted-1b"
    if name not in installed:
        raise ModelMissing(f"{name} is not on the Ollama server at 127.0.0.1:11434.")
    return Model(name)


def installed_models(_settings: object) -> tuple[list[llm.InstalledModel], str]:
    problem = "No Ollama server answers at 127.0.0.1:11434. Start it with `ollama serve`, or use `--engine embedded`."
    there = [llm.InstalledModel("ollama", n, size, "", "0" * 64) for n, size in installed.items()]
    return there, problem if (FOLDER / "no-ollama").exists() else ""


def pull_model(_settings: object, name: str, progress: Callable[[str, int, int], None], stop: threading.Event) -> bool:
    done = 0
    while "quick" not in name and not stop.wait(0.1):
        done += 20_000_000
        progress("pulling", done, 4_700_000_000)
    if not stop.is_set():
        installed[name] = 500_000_000
    return not stop.is_set()


def remove_model(_settings: object, name: str) -> None:
    del installed[name]


llm.open_model, llm.installed_models = open_model, installed_models  # type: ignore[assignment]
llm.pull_model, llm.remove_model = pull_model, remove_model  # type: ignore[assignment]

speed.measured = lambda engine: speed.Measured("this", engine, 1_100_000_000, 60.0, 12.0)
settings = Settings(
    llm=LLMSettings(model="scripted-1b"),
    embedding=EmbeddingSettings(
        llamaindex_class="tests.tiny:TinyEmbedding", llamaindex_options={"gate": str(FOLDER / "gate")}
    ),
    retrieval=RetrievalSettings(evidence_floor=0.0),
)
with KnowledgeBase.open(FOLDER / "home", settings) as kb:
    serve(kb, 0, on_ready=lambda origin: print(origin, flush=True))
print("stopped")
