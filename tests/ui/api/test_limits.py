"""Limits of requests: names, globs, bodies and conversations."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from kb.answering.answer_builder import LONGEST_QUESTION
from kb.store import conversations as store
from tests.ui.serving import Served, opened, serving, until


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with opened(tmp_path / "home") as kb, serving(kb) as served:
        yield served


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("ann", "ann"),
        ("%E5%AE%89", "安"),
        ("n" * 64, "n" * 64),
        ("n" * 65, ""),
        ("a%0Ab", ""),
        ("%1b%5B31m", ""),
        ("", "local"),
    ],
)
def test_only_a_sane_name_goes_into_the_trail(served: Served, name: str, taken: str) -> None:
    answer = served.http.post("ask", json={"question": "When?"}, headers={"x-kb-user": name})
    rows = served.http.get("audit").json()["audit"]
    if taken:
        assert answer.status_code == 200
        assert rows[0]["asker"] == taken
    else:
        assert answer.status_code == 400
        assert "X-KB-User" in answer.json()["error"]["message"]
        assert rows == []


@pytest.mark.parametrize("paths", [["*"] * 65, ["*" * 513]])
def test_globs_are_few_and_short(served: Served, paths: list[str]) -> None:
    answer = served.http.post("search", json={"question": "When?", "scope": {"paths": paths}})
    assert answer.status_code == 422
    assert "scope.paths" in answer.json()["error"]["message"]
    most = served.http.post("search", json={"question": "When?", "scope": {"paths": ["*a" * 256] * 64}})
    assert most.status_code == 200


def test_a_large_body_is_refused_before_it_has_come(served: Served) -> None:
    origin, token = served.running.origin, served.running.token
    sent = 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(200):
            sent += 1 << 20
            yield b" " * (1 << 20)

    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    for extra in ({}, {"content-length": str(200 << 20)}):
        sent = 0
        with httpx.Client(headers=headers, trust_env=False, timeout=30) as client:
            try:
                answer = client.post(f"{origin}/api/ask", content=pieces(), headers=extra)
            except httpx.TransportError:  # it was cut while more was being sent
                pass
            else:
                assert answer.status_code == 413
                assert answer.json()["error"]["kind"] == "RequestTooLarge"
        assert sent < 50 << 20
    small = served.http.post("ask", content=b'{"question": "' + b"x" * (2 << 20) + b'"}')
    assert small.status_code == 413


def test_conversations_and_their_questions_are_limited(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_TURNS", 1)
    id = served.http.post("conversations").json()["id"]

    def ask(id: str, question: str = "When?") -> httpx.Response:
        return served.http.post(f"conversations/{id}/turns", json={"question": question})

    assert ask(id, "x" * (LONGEST_QUESTION + 1)).status_code == 400
    assert ask(id).status_code < 300
    until(lambda: not served.service.conversations.running())
    second = ask(id)
    assert (second.status_code, "Begin a new one" in second.text) == (400, True)
    monkeypatch.setattr(store, "MOST_CONVERSATIONS", 1)
    other = served.http.post("conversations").json()["id"]
    refused = ask(other)
    assert (refused.status_code, "Delete some" in refused.text) == (400, True)
