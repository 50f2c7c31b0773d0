"""Clients: what /v1 adds to the first word of /api/ask, and twenty programs at once by OpenAI's API and by MCP.

Each question was asked once before it is measured, so that the engine has read its prompt, and is then put both ways in
turn: what is left is the search, the judgement and the way to the client.
"""

import itertools
import json
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import httpx
import httpx2
import openai
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from openai.types.chat import ChatCompletionUserMessageParam

from benchmarks.places import SAMPLE_DOCS, filled, home
from benchmarks.result import Result, median
from benchmarks.service import started
from kb.evaluation.questions import load_questions
from ui.service.auth import RunningService

PEOPLE = 20
LIMIT = 1.02
_WAIT_SECONDS = 600.0
_REST_SECONDS = 0.5  # before each question: what ends of the one before must not be counted to it
Rows = list[tuple[str | float, ...]]


def run(seconds: float = 60.0, questions: int = 6, rounds: int = 4) -> Result:
    """Measure with the model that the settings name: `rounds` times each of so many questions, then twenty clients."""
    english = [
        q.question for q in load_questions(SAMPLE_DOCS / "questions.jsonl") if q.answerable and q.language == "en"
    ]
    rows: Rows = []
    with filled("sample_docs", [SAMPLE_DOCS]):
        pass
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary) / "home"
        shutil.copytree(home("sample_docs"), place)
        with started(place) as service, _http(service) as http:
            http.post("/api/models/warm-up").raise_for_status()
            used = http.get("/api/models/used").json()
            rows += _first_words(http, english[:questions], rounds)
            rows.append(_freed(http))
            rows += _everybody(service, english, seconds)
    notes = (
        f"{used['name']} ({used['engine']}); {os.cpu_count()} processors, load average {os.getloadavg()[0]:.1f}",
        "a first word is one of the reasoning, of the draft or of the answer",
    )
    return Result("clients", ("what", "figure", "unit", "limit"), tuple(rows), notes)


def _http(service: RunningService) -> httpx.Client:
    headers = {"authorization": f"Bearer {service.token}"}
    return httpx.Client(base_url=service.origin, headers=headers, trust_env=False, timeout=_WAIT_SECONDS)


def _first_words(http: httpx.Client, questions: Sequence[str], rounds: int) -> Rows:
    ratios: list[float] = []
    taken: dict[str, list[float]] = {"api": [], "v1": []}
    texts: list[float] = []
    for question in questions:
        asked = _by_v1(http, question, whole=True)
        if asked is None or _by_api(http, question) is None:
            continue  # refused: no model writes
        texts.append(_by_v1(http, question, whole=True) or float("nan"))
        both: dict[str, list[float]] = {"api": [], "v1": []}
        for number in range(rounds):
            for way in ("api", "v1") if number % 2 else ("v1", "api"):
                time.sleep(_REST_SECONDS)
                seconds = _by_api(http, question) if way == "api" else _by_v1(http, question)
                both[way].append(seconds or float("nan"))
        ratios.append(median(both["v1"]) / median(both["api"]))
        for way, found in both.items():
            taken[way] += found
    return [
        ("question to first word, /v1 to /api/ask", statistics.mean(ratios), "×", LIMIT),
        ("… median through /api/ask", median(taken["api"]), "s", ""),
        ("… median through /v1", median(taken["v1"]), "s", ""),
        ("… to the first word of the checked text, through /v1", median(texts), "s", ""),
    ]


def _by_api(http: httpx.Client, question: str) -> float | None:
    """Seconds to the first word, after which the connection is closed; None where there is none."""
    began = time.perf_counter()
    with http.stream("POST", "/api/ask", json={"question": question, "seed": 1, "stream": True}) as answer:
        for line in answer.iter_lines():
            if json.loads(line)["event"] in ("thought", "token"):
                return time.perf_counter() - began
    return None


def _by_v1(http: httpx.Client, question: str, whole: bool = False) -> float | None:
    """Seconds to the first word of reasoning, draft or text; with `whole`, of the text; None where no model wrote."""
    body = {"model": "kb", "messages": [{"role": "user", "content": question}], "seed": 1, "stream": True}
    began, text, refused = time.perf_counter(), 0.0, False
    with http.stream("POST", "/v1/chat/completions", json=body) as answer:
        for line in answer.iter_lines():
            if not line.startswith("data: {"):
                continue
            told = json.loads(line.removeprefix("data: "))
            refused = refused or told.get("kb", {}).get("outcome") == "refused"
            delta = told["choices"][0]["delta"]
            if not whole and (delta.get("reasoning_content") or delta.get("content")):
                return time.perf_counter() - began
            if not text and delta.get("content"):
                text = time.perf_counter() - began
    return None if refused else text


def _freed(http: httpx.Client, times: int = 3) -> tuple[str | float, ...]:
    """How much later than alone another's first word comes, from when the connection of a long answer is cut."""
    short, long = ("Say yes.", "Tell a long story of a lighthouse and its keeper.")
    later: list[float] = []
    _when_it_writes(http, short)  # so that the engine has read its prompt
    for _ in range(times):
        began = time.perf_counter()
        alone = _when_it_writes(http, short) - began
        with (
            ThreadPoolExecutor(1) as threads,
            http.stream("POST", "/v1/chat/completions", json=_to_chat(long), headers={"x-kb-client": "other"}) as story,
        ):
            lines = story.iter_lines()  # held: where it goes, the connection is closed
            _wait_for_a_word(lines)
            coming = threads.submit(_when_it_writes, http, short)
            time.sleep(_REST_SECONDS)  # it waits by now
            assert not coming.done()
            story.close()
            cut = time.perf_counter()
            later.append(coming.result() - cut - alone)
    return ("a cut connection frees the engine, at most after", max(later), "s", 1.0)


def _to_chat(question: str) -> dict[str, Any]:
    return {"model": "chat", "messages": _asking(question), "seed": 1, "stream": True, "reasoning_effort": "none"}


def _when_it_writes(http: httpx.Client, question: str) -> float:
    """The time of the clock at the first word of plain chat, after which the connection is closed."""
    with http.stream("POST", "/v1/chat/completions", json=_to_chat(question)) as answer:
        _wait_for_a_word(answer.iter_lines())
        return time.perf_counter()


def _wait_for_a_word(lines: Iterator[str]) -> None:
    for line in lines:
        if line.startswith("data: {") and json.loads(line.removeprefix("data: "))["choices"][0]["delta"].get("content"):
            return


def _everybody(service: RunningService, questions: Sequence[str], seconds: float) -> Rows:
    """Twenty clients at once. What is still asked when the time is over is cut off, and is no error."""
    ended = time.perf_counter() + seconds
    over = threading.Event()
    done: Counter[str] = Counter()
    errors: list[str] = []
    kinds: tuple[tuple[str, Callable[..., Any]], ...] = (
        ("answers, whole", _ask_whole), ("answers, streamed", _ask_streamed), ("plain chat", _chat),
        ("embeddings", _embed), ("tools of MCP", _tools),
    )  # fmt: skip

    def client(number: int) -> None:
        name, work = kinds[number % len(kinds)]
        with httpx.Client(trust_env=False, timeout=_WAIT_SECONDS, headers={"x-kb-client": f"client {number}"}) as http:
            api = openai.OpenAI(base_url=f"{service.origin}/v1", api_key=service.token, http_client=http, max_retries=0)
            for question in itertools.islice(itertools.cycle(questions), number, None):
                if time.perf_counter() >= ended:
                    return
                try:
                    work(service, api, question)
                    done[name] += 1
                except Exception as error:
                    if not over.is_set():
                        errors.append(f"{name}: {error}")

    threads = [threading.Thread(target=client, args=(number,), daemon=True) for number in range(PEOPLE)]
    for thread in threads:
        thread.start()
    time.sleep(max(0.0, ended - time.perf_counter()))
    over.set()
    for error in errors[:3]:
        print(f"error: {error}", file=sys.stderr)
    told: Rows = [(f"… {name}", done[name], "calls", "") for name, _ in kinds]
    return [(f"{PEOPLE} clients for {seconds:.0f} s: errors", len(errors), "errors", 0), *told]


def _asking(question: str) -> list[ChatCompletionUserMessageParam]:
    return [{"role": "user", "content": question}]


def _ask_whole(service: RunningService, api: openai.OpenAI, question: str) -> None:
    answer = api.chat.completions.create(model="kb", messages=_asking(question))
    assert answer.choices[0].message.content


def _ask_streamed(service: RunningService, api: openai.OpenAI, question: str) -> None:
    pieces = api.chat.completions.create(model="kb", messages=_asking(question), stream=True)
    assert "".join(choice.delta.content or "" for piece in pieces for choice in piece.choices)


def _chat(service: RunningService, api: openai.OpenAI, question: str) -> None:
    assert api.chat.completions.create(model="chat", messages=_asking(question)).choices[0].message.content


def _embed(service: RunningService, api: openai.OpenAI, question: str) -> None:
    assert len(api.embeddings.create(model="kb", input=[question] * 4).data) == 4


def _tools(service: RunningService, api: openai.OpenAI, question: str) -> None:
    async def call() -> None:
        headers = {"authorization": f"Bearer {service.token}"}
        async with (
            httpx2.AsyncClient(headers=headers, trust_env=False, timeout=_WAIT_SECONDS) as http,
            Client(streamable_http_client(f"{service.origin}/mcp", http_client=http)) as client,
        ):
            found = await client.call_tool("search", {"question": question})
            assert not found.is_error
            first = found.structured_content["passages"][0]
            place = {"document": first["document"], "collection": first["collection"]}
            assert not (await client.call_tool("read_document", place)).is_error

    anyio.run(call)
