"""What is streamed to somebody ends with whatever let them in: a session or a token that ends, an account that is
disabled or deleted."""

import threading
from collections import deque
from collections.abc import Callable, Iterator

import httpx
import pytest

from ingest.sync.pipeline import ingest
from kb.access.rules import DEFAULT
from tests.fakes import ScriptedModel
from tests.kb.people.conftest import quick_hashes
from tests.knowledge import HANDBOOK, write
from tests.ui.serving import REPLY, Served, opened, serving, until

__all__ = ["quick_hashes"]

OWN = "a lantern by the canal"
BEGUN, REST = "It was ", "written afterwards"
SOON = 60


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("service")
    with opened(folder / "home", ScriptedModel([REPLY])) as kb:
        ingest(kb, [write(folder / "docs", {"handbook.md": HANDBOOK})])
        kb.catalog.set_readers("owner", DEFAULT, ["*"])
        with serving(kb) as running:
            running.service.people.add("boss", by="owner")
            yield running


@pytest.fixture
def served(shared: Served) -> Iterator[Served]:
    shared.service.people.add("li", by="boss", password=OWN)
    yield shared
    if shared.service.people.get("li") is not None:
        shared.service.people.delete("li", by="boss")


def revoked(served: Served) -> None:
    for token in served.service.tokens.all():
        served.service.tokens.revoke(token.id, by="boss")


def signed_out(served: Served) -> None:
    for session in served.service.sessions.all("li"):
        served.service.sessions.revoke(session.id)


def disabled(served: Served) -> None:
    served.service.people.change("li", by="boss", enabled=False)


def deleted(served: Served) -> None:
    served.service.people.delete("li", by="boss")


def with_token(served: Served) -> dict[str, str]:
    _, secret = served.service.tokens.create("test", ["ask"], 1, by="boss", person="li")
    return {"authorization": f"Bearer {secret}"}


def with_session(served: Served) -> dict[str, str]:
    secret = served.service.sessions.begin("li", "a browser")
    return {"cookie": f"{served.service.visitors.cookie}={secret}", "origin": served.running.origin}


@pytest.mark.parametrize("route", ["/api/chat", "/v1/chat/completions"])
@pytest.mark.parametrize(
    ("let_in", "end"),
    [(with_token, revoked), (with_token, disabled), (with_token, deleted), (with_session, signed_out),
     (with_session, disabled)],
)  # fmt: skip
def test_nothing_more_is_streamed_once_it_has_ended(
    served: Served, let_in: Callable[[Served], dict[str, str]], end: Callable[[Served], None], route: str
) -> None:
    gate = threading.Event()
    model = ScriptedModel([REPLY])
    model._replies = deque([[BEGUN, gate, REST]])
    served.service.kb._model = model  # type: ignore[assignment]
    body = (
        {"question": "Tell me.", "stream": True}
        if route == "/api/chat"
        else {"model": "chat", "messages": [{"role": "user", "content": "Tell me."}], "stream": True}
    )
    came: list[bytes] = []
    with (
        httpx.Client(trust_env=False, timeout=SOON) as client,
        client.stream("POST", f"{served.running.origin}{route}", json=body, headers=let_in(served)) as answer,
    ):
        assert answer.status_code == 200
        pieces = answer.iter_bytes()
        while BEGUN.strip().encode() not in b"".join(came):
            came.append(next(pieces))
        end(served)
        gate.set()
        with pytest.raises(httpx.RemoteProtocolError):  # no end that could be taken for that of the answer
            came.extend(pieces)
    assert REST.encode() not in b"".join(came)
    until(lambda: not served.service.conversations.running(), SOON)


def test_who_signs_out_everywhere_is_answered(served: Served) -> None:
    headers = with_session(served)
    with httpx.Client(trust_env=False, timeout=SOON, headers=headers) as client:
        ended = client.delete(f"{served.running.origin}/api/sessions")
        assert (ended.status_code, ended.json()) == (200, {"ended": 1})
        assert client.get(f"{served.running.origin}/api/me").status_code == 401
