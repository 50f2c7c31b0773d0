"""Service: ten people at once, one who floods it, search while it is busy, and what it adds to the bare engine.

All figures that matter are ratios of one run: to the idle service, to one answer, to the engine alone
(`benchmarks/overhead.py`).
"""

import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import overhead
from benchmarks.places import ASKER, SAMPLE_DOCS, filled, home
from benchmarks.result import Result, percentile
from kb.errors import KBError
from kb.evaluation.questions import load_questions
from kb.schema import AskOptions, Done, Failed, Thought, Token
from ui.cli.client import RemoteKnowledgeBase
from ui.remote.http_connection import Connection
from ui.service.auth import RunningService, running_service

PEOPLE = 10
FLOOD = 20
SMALL_FILES = 1_000
LIMITS = {"search": 3.0, "document list": 3.0, "fairness": 1.0}
KB = Path(sys.executable).with_name("kb")
READER, PASSWORD = "ann", "a password of fourteen characters"
HIDDEN = "finance/"  # of which the reader may read nothing
OF_HIDDEN = "Who must approve a trip with an estimated cost of EUR 6,000?"
TOLD_BY_HIDDEN = ("travel_and_expense", "Chief Financial Officer")
Rows = list[tuple[str | float, ...]]


def run(
    seconds: float = 60.0, small_files: int = SMALL_FILES, samples: int = 40, questions: int = 8,
    only_overhead: bool = False,
) -> Result:  # fmt: skip
    """Measure with the model that the settings name. `samples` searches in each state, `questions` for the overhead."""
    answerable = [q for q in load_questions(SAMPLE_DOCS / "questions.jsonl") if q.answerable]
    asked = [q.question for q in answerable]
    # Of one language: with the other one the engine would have another beginning of the prompt to read.
    english = [q.question for q in answerable if q.language == "en"]
    rows: Rows = []
    with filled("sample_docs", [SAMPLE_DOCS]):
        pass
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary) / "home"
        shutil.copytree(home("sample_docs"), place)
        with started(place) as service:
            with RemoteKnowledgeBase(service, client="warm-up") as kb:
                kb.warm_up()
                model = f"{kb.model.name} ({kb.model.engine})"
                kb.answer(asked[0], ASKER)
            if not only_overhead:
                rows += _people(service, asked, seconds)
                rows += _flood(service, asked)
                rows += _searches(service, asked, samples, small_files, Path(temporary) / "small")
        measured, absent = overhead.run(place, english[: questions + 1], english[-questions - 1 :])
    notes = (
        f"{model}; {os.cpu_count()} processors, load average {os.getloadavg()[0]:.1f}",
        "the bare engine is given the prompts of the service, but for a number in front of the passages, so that no "
        "prompt cache has them",
        *absent,
    )
    return Result("service", ("what", "figure", "unit", "limit"), (*rows, *measured), notes)


@contextmanager
def started(place: Path, *, page: bool = False) -> Iterator[RunningService]:
    """`kb up` over a home, in a process of its own; without the page where that is not asked for."""
    options = [] if page else ["--no-ui"]
    process = subprocess.Popen([KB, "up", *options, "--port", "0", "--home", place], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        running = running_service(place)
        if running is None:
            raise KBError(f"The service did not start: {line!r}")
        yield running
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def readers_token(place: Path) -> str:
    """The token of a reader of the running service's sample_docs, who may read all but the hidden folder."""

    def kb(*command: str, said: str = "") -> dict[str, Any]:
        done = subprocess.run(
            [KB, *command, "--home", place, "--json"], stdout=subprocess.PIPE, check=True, text=True, input=said
        )
        return dict(json.loads(done.stdout))

    kb("users", "add", "boss")
    kb("users", "add", READER, "--stdin", said=PASSWORD)
    kb("access", "set", "sample_docs", "*")
    kb("access", "set", f"sample_docs/{HIDDEN}", "--nobody")
    scopes = ("--scope", "search", "--scope", "ask")
    return str(kb("tokens", "create", "--name", "benchmark", *scopes, "--days", "1", "--user", READER)["token"])


@dataclass
class Asked:
    """One question and its times, in seconds of the clock."""

    began: float
    first_word: float | None = None
    done: float | None = None
    error: str = ""


def ask(service: RunningService, client: str, question: str, stop: threading.Event | None = None) -> Asked:
    """Ask, and write down when what came."""
    asked = Asked(time.perf_counter())
    try:
        with RemoteKnowledgeBase(service, client=client) as kb:
            for event in kb.ask(question, ASKER, AskOptions(stop=stop)):
                if isinstance(event, Thought | Token) and asked.first_word is None:
                    asked.first_word = time.perf_counter()
                if isinstance(event, Failed):
                    asked.error = event.error
                if isinstance(event, Done):
                    asked.done = time.perf_counter()
    except KBError as error:
        asked.error = str(error)
    return asked


def _people(service: RunningService, questions: Sequence[str], seconds: float) -> Rows:
    """Ten people who ask one question after the other. What is stopped at the end is no error."""
    stop, ended = threading.Event(), time.perf_counter() + seconds
    asked: list[Asked] = []

    def person(number: int) -> None:
        for question in itertools.islice(itertools.cycle(questions), number * 7, None):
            if time.perf_counter() >= ended:
                return
            one = ask(service, f"person {number}", question, stop)
            if not stop.is_set():
                asked.append(one)

    threads = [threading.Thread(target=person, args=(number,)) for number in range(PEOPLE)]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    stop.set()
    for thread in threads:
        thread.join()
    answered = [one for one in asked if one.done is not None]
    failed = [one.error for one in asked if one.error]
    for error in failed[:3]:
        print(f"error: {error}", file=sys.stderr)
    return [
        (f"{PEOPLE} people for {seconds:.0f} s: answers", len(answered), "answers", ""),
        (f"{PEOPLE} people for {seconds:.0f} s: errors", len(failed), "errors", 0),
    ]


def _flood(service: RunningService, questions: Sequence[str]) -> Rows:
    """One client sends twenty questions; how much later than on an idle service does another's first word come?"""
    alone = ask(service, "other", questions[1])
    stop = threading.Event()
    flood: list[Asked] = []
    threads = [
        threading.Thread(target=lambda q=question: flood.append(ask(service, "flood", q, stop)))
        for question in questions[2 : 2 + FLOOD]
    ]
    for thread in threads:
        thread.start()
    time.sleep(1.0)  # all of them wait by now
    other = ask(service, "other", questions[1])
    while len(flood) < 3:
        time.sleep(0.1)
    stop.set()
    for thread in threads:
        thread.join()
    ends = sorted(one.done for one in [*flood, other] if one.done is not None)
    answer = max(later - earlier for earlier, later in itertools.pairwise(ends)) if len(ends) > 1 else float("nan")
    delay = _wait(other) - _wait(alone)
    return [
        (f"another's first word behind {FLOOD} questions", delay / answer, "answers", LIMITS["fairness"]),
        ("one answer", answer, "s", ""),
    ]


def _wait(asked: Asked) -> float:
    """From the question to its first word, or to its end where no word came: a refusal."""
    come = asked.first_word or asked.done
    if come is None:
        raise KBError(f"A question was not answered: {asked.error}")
    return come - asked.began


def _searches(service: RunningService, questions: Sequence[str], samples: int, small_files: int, folder: Path) -> Rows:
    """Search and document list, idle, while a model answers, and while small files are ingested."""
    folder.mkdir()
    for number in range(small_files):
        text = f"Locker {number} of the depot holds part {number * 37 % 9973}; its key is {number ^ 421}."
        (folder / f"note {number}.md").write_text(f"# Note {number}\n\n{text}\n", encoding="utf-8")
    times: dict[str, dict[str, list[float]]] = {}
    with RemoteKnowledgeBase(service, client="reader") as kb, closing(Connection(service, "reader")) as pages:

        def measure(state: str, go_on: Callable[[], bool] = lambda: True) -> None:
            taken: dict[str, list[float]] = {"search": [], "document list": []}
            for question in itertools.islice(itertools.cycle(questions), samples):
                if not go_on():
                    break
                for name, work in (("search", lambda q=question: kb.search(q, ASKER)), ("document list", page)):
                    began = time.perf_counter()
                    work()
                    taken[name].append(time.perf_counter() - began)
                time.sleep(0.05)
            times[state] = taken

        def page() -> None:
            pages.call("GET", "documents", params={"limit": 50})

        measure("warm-up")
        measure("idle")
        with _answering(service, questions):
            measure("a model answers")
        ingesting = threading.Thread(
            target=lambda: RemoteKnowledgeBase(service, client="ingest").ingest([folder], ASKER)
        )
        ingesting.start()
        time.sleep(1.0)
        measure(f"{small_files:,} files are ingested", ingesting.is_alive)
        ingesting.join()
    rows: Rows = []
    for name in ("search", "document list"):
        idle = percentile(times["idle"][name], 0.95)
        rows.append((f"{name}, idle: p95", 1000 * idle, "ms", ""))
        for state, taken in list(times.items())[2:]:
            ratio = percentile(taken[name], 0.95) / idle if taken[name] else float("nan")
            rows.append((f"{name} while {state}: p95", ratio, f"x idle (n={len(taken[name])})", LIMITS[name]))
    return rows


@contextmanager
def _answering(service: RunningService, questions: Sequence[str]) -> Iterator[None]:
    """A model answers all the time."""
    stop = threading.Event()

    def work() -> None:
        for question in itertools.cycle(questions):
            if stop.is_set():
                return
            ask(service, "busy", question, stop)

    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(2.0)
    try:
        yield
    finally:
        stop.set()
        thread.join()
