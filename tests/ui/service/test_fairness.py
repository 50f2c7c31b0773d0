"""Many people at one service: all are answered, and who asks much keeps nobody else waiting."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ingest.sync.pipeline import ingest
from tests.fakes import ScriptedModel
from tests.knowledge import HANDBOOK, write
from tests.ui.gated import gate, model
from tests.ui.serving import REPLY, Served, opened, serving, until

__all__ = ["gate", "model"]

HOURS = "When does the office in Utrecht open?"
PEOPLE = 10


@pytest.fixture
def served(tmp_path: Path, model: ScriptedModel) -> Iterator[Served]:
    docs = write(tmp_path / "docs", {"handbook.md": HANDBOOK})
    with opened(tmp_path / "home", model) as kb:
        ingest(kb, [docs])
        with serving(kb) as running:
            yield running


def ask(served: Served, question: str, client: str) -> dict[str, Any]:
    response = served.http.post("ask", json={"question": question}, headers={"X-KB-Client": client}, timeout=120)
    response.raise_for_status()
    found: dict[str, Any] = response.json()
    return found


def test_twenty_questions_of_one_delay_the_first_of_another_by_one_answer(
    served: Served, model: ScriptedModel, gate: threading.Event
) -> None:
    answers: list[dict[str, Any]] = []

    def asks(question: str, client: str) -> threading.Thread:
        thread = threading.Thread(target=lambda: answers.append(ask(served, question, client)))
        thread.start()
        return thread

    threads = [asks(f"{HOURS} ({n})", "busy") for n in range(20)]
    until(lambda: served.service.queue.waiting == 19 and len(model.requests) == 1)
    threads.append(asks(f"{HOURS} (another)", "other"))
    until(lambda: served.service.queue.waiting == 20)
    gate.set()
    for thread in threads:
        thread.join(120)
    assert len(answers) == 21
    order = ["another" in messages[-1].content for messages in model.requests]
    assert order == [False, True] + [False] * 19


def test_ten_people_who_ask_and_ask_on_are_all_answered(served: Served, model: ScriptedModel) -> None:
    model._replies.clear()
    model._replies.append(REPLY)
    begin = threading.Barrier(PEOPLE)
    failed: list[Exception] = []
    states: list[str] = []

    def person(name: str) -> None:
        try:
            begin.wait(30)
            id = served.http.post("conversations", headers={"X-KB-User": name}).json()["id"]
            for position in range(3):
                body = {"question": f"{HOURS} ({name}, {position})"}
                response = served.http.post(
                    f"conversations/{id}/turns", json=body, headers={"X-KB-Client": name}, timeout=120
                )
                response.raise_for_status()
                with served.http.stream("GET", f"conversations/{id}/turns/{position}/events", timeout=120) as events:
                    assert [*events.iter_lines()]
                turns = served.http.get(f"conversations/{id}", timeout=120).json()["turns"]
                states.append(turns[position]["state"])
        except (httpx.HTTPError, AssertionError, KeyError) as error:
            failed.append(error)

    people = [threading.Thread(target=person, args=(f"person {n}",)) for n in range(PEOPLE)]
    for thread in people:
        thread.start()
    for thread in people:
        thread.join(180)
    assert failed == []
    assert states == ["done"] * 3 * PEOPLE
    assert len(served.http.get("conversations", params={"owner": "person 3"}).json()["conversations"]) == 1
