"""People: many who have signed in search at once for a while, and none of them is told of an error.

The service is the whole product with its page, accounts, and rates as they are shipped. Each person has signed in with
name and password, and searches again as soon as the last search is there.
"""

import asyncio
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from benchmarks.places import SAMPLE_DOCS, filled, home
from benchmarks.result import Result, percentile
from benchmarks.service import started
from kb.access.rules import DEFAULT
from kb.evaluation.questions import load_questions
from kb.people.permissions import owner
from ui.cli.client import RemoteKnowledgeBase

PEOPLE = 200
_PASSWORD = "a lantern by the canal"
_PATIENCE = 120.0  # seconds for one request
_SIGNING_IN = 8  # at once


@dataclass
class Searches:
    """What came of it: seconds of each search that gave passages, how many each person had, and errors by kind."""

    seconds: list[float] = field(default_factory=list)
    of_person: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)


def run(people: int = PEOPLE, seconds: float = 60.0) -> Result:
    """Sign them in, let them search, and tell how long searches took and how many failed: none."""
    asked = [q.question for q in load_questions(SAMPLE_DOCS / "questions.jsonl") if q.answerable]
    names = [f"person{n}" for n in range(people)]
    with filled("sample_docs", [SAMPLE_DOCS]):
        pass
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary) / "home"
        shutil.copytree(home("sample_docs"), place)
        with started(place) as service, RemoteKnowledgeBase(service, client="people") as kb:
            kb.warm_up()
            for name in ("boss", *names):
                kb.people.add(name, by="benchmark", password=_PASSWORD)
            kb.set_readers(owner(), DEFAULT, ["*"])
            began = time.perf_counter()
            cookies = sign_in(service.origin, names, _PASSWORD)
            signed_in = time.perf_counter() - began
            found = search(service.origin, cookies, asked, seconds)
    fewest = min((found.of_person[name] for name in names), default=0)
    rows = (
        ("people", len(cookies)),
        ("searches", len(found.seconds)),
        ("errors", sum(found.errors.values())),
        ("searches of who had fewest", fewest),
        ("p50 s", round(percentile(found.seconds, 0.5), 2)),
        ("p95 s", round(percentile(found.seconds, 0.95), 2)),
    )
    notes = (f"{seconds:.0f} s; all signed in within {signed_in:.0f} s", *map(str, found.errors.most_common(5)))
    return Result("people", ("what", "figure"), rows, notes)


def sign_in(origin: str, names: Sequence[str], password: str) -> dict[str, str]:
    """The cookie of each, by name. Raises AssertionError where one is not let in."""

    async def all_of_them() -> dict[str, str]:
        room = asyncio.Semaphore(_SIGNING_IN)

        async def one(name: str) -> tuple[str, str]:  # a browser each: signing in ends what a browser was in before
            form = {"name": name, "password": password, "next": "/"}
            async with room, httpx.AsyncClient(base_url=origin, trust_env=False, timeout=_PATIENCE) as http:
                let_in = await http.post("/sign-in", data=form, headers={"origin": origin})
                assert let_in.status_code == 303, f"{name}: {let_in.status_code}"
                return name, let_in.headers["set-cookie"].partition(";")[0]

        return dict(await asyncio.gather(*map(one, names)))

    return asyncio.run(all_of_them())


def search(origin: str, cookies: dict[str, str], questions: Sequence[str], seconds: float) -> Searches:
    """Let all search, each again and again, for so long."""
    found = Searches()

    async def all_of_them() -> None:
        until = time.perf_counter() + seconds
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        async with httpx.AsyncClient(base_url=origin, trust_env=False, timeout=_PATIENCE, limits=limits) as http:

            async def one(number: int, name: str, cookie: str) -> None:
                turn = 0
                while time.perf_counter() < until:
                    question = questions[(number + turn) % len(questions)]
                    turn += 1
                    began = time.perf_counter()
                    problem = await _problem(http, origin, cookie, question)
                    if problem:
                        found.errors[problem] += 1
                    else:
                        found.seconds.append(time.perf_counter() - began)
                        found.of_person[name] += 1

            await asyncio.gather(*(one(n, *each) for n, each in enumerate(cookies.items())))

    asyncio.run(all_of_them())
    return found


async def _problem(http: httpx.AsyncClient, origin: str, cookie: str, question: str) -> str:
    """What is wrong with a search; "" for one that gives passages."""
    try:
        got = await http.post("/api/search", json={"question": question}, headers={"cookie": cookie, "origin": origin})
    except httpx.HTTPError as error:
        return type(error).__name__
    if got.status_code != 200:
        return f"{got.status_code} {got.text[:200]}"
    return "" if got.json()["passages"] else "no passages"
