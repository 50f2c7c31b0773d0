"""Many people at once: all who have signed in search without an error, and nobody's queue is another's wait."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks.people import search, sign_in
from ingest.sync.pipeline import ingest
from kb.access.rules import DEFAULT
from kb.config import Settings
from kb.people.permissions import owner
from tests.fakes import ScriptedModel
from tests.kb.people.conftest import quick_hashes
from tests.knowledge import HANDBOOK, write
from tests.ui.gated import gate, model
from tests.ui.serving import SETTINGS, Served, opened, serving, until

__all__ = ["gate", "model", "quick_hashes"]

HOURS = "When does the office in Utrecht open?"
OWN = "a lantern by the canal"
AS_SHIPPED = SETTINGS.model_copy(update={"service": Settings().service})  # with its rates
PEOPLE = 50


@pytest.fixture
def served(tmp_path: Path, model: ScriptedModel) -> Iterator[Served]:
    docs = write(tmp_path / "docs", {"handbook.md": HANDBOOK})
    with opened(tmp_path / "home", model, AS_SHIPPED) as kb:
        ingest(kb, [docs])
        kb.set_readers(owner(), DEFAULT, ["*"])
        with serving(kb) as running:
            yield running


def test_people_who_have_signed_in_search_without_an_error(served: Served) -> None:
    names = [f"person{n}" for n in range(PEOPLE)]
    for name in ("boss", *names):
        served.service.people.add(name, by="test", password=OWN)
    cookies = sign_in(served.running.origin, names, OWN)
    assert len(set(cookies.values())) == PEOPLE
    found = search(served.running.origin, cookies, [HOURS, "How many days of leave?"], 5)
    assert found.errors == {}
    assert set(found.of_person) == set(names)


def test_fifty_questions_of_one_person_delay_the_first_of_another_by_one_answer(
    served: Served, model: ScriptedModel, gate: threading.Event
) -> None:
    """However many tokens, programs and tabs the one has."""
    tokens = {}
    for name in ("boss", "busy", "other"):
        served.service.people.add(name, by="test")
        tokens[name] = [served.service.tokens.create("t", ["ask"], 1, by="test", person=name)[1] for _ in range(5)]
    answers: list[dict[str, Any]] = []

    def ask(name: str, number: int) -> None:
        headers = {"authorization": f"Bearer {tokens[name][number % 5]}", "x-kb-client": f"program {number}"}
        question = {"question": f"{HOURS} ({name} {number})"}
        place = f"{served.running.origin}/api/ask"
        got = httpx.post(place, json=question, headers=headers, timeout=300, trust_env=False)
        answers.append(got.raise_for_status().json())

    threads = [threading.Thread(target=ask, args=("busy", number)) for number in range(50)]
    for thread in threads:
        thread.start()
    until(lambda: served.service.queue.waiting == 49 and len(model.requests) == 1, 120)
    threads.append(threading.Thread(target=ask, args=("other", 0)))
    threads[-1].start()
    until(lambda: served.service.queue.waiting == 50, 120)
    gate.set()
    for thread in threads:
        thread.join(300)
    assert len(answers) == 51
    assert ["other" in messages[-1].content for messages in model.requests] == [False, True] + [False] * 49


def test_the_place_in_the_queue_is_told_while_one_waits(served: Served, gate: threading.Event) -> None:
    served.service.people.add("boss", by="test")
    conversations = served.service.conversations
    first = conversations.run("chat", HOURS, client="person a", asker=owner())
    until(lambda: first.snapshot.state in ("thinking", "answering"))
    second = conversations.run("chat", HOURS, client="person b", asker=owner())
    until(lambda: (second.snapshot.state, second.snapshot.ahead) == ("queued", 1))
    gate.set()
    assert first.finishes(60)
    assert second.finishes(60)
