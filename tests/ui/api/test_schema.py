"""What the API says of itself, and requests made from that, by a reader and by an admin: none is the service's own
error, none gives a role what it may not have done, and none tells a reader of what they may not read."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, Phase, assume, given, settings

from ingest.sync.pipeline import ingest
from kb.access.rules import Place
from kb.people.permissions import OF_ROLE, Role
from tests.fakes import ScriptedModel
from tests.kb.storage import version
from tests.knowledge import HANDBOOK, OWNER, write
from tests.ui.serving import REPLY, Served, opened, serving
from ui.api.permissions import need_of
from ui.api.routes import PARTS

EXAMPLES = 8  # for each route, of requests that fit its description and of such that do not
SECRET = "The office in Utrecht closes for good on 3 March; nobody was told yet."
CANARIES = ("3 March", "nobody was told", "closure.md", "Shall Utrecht")
OF_THIS_MACHINE = {"/api/models/use", "/api/models/warm-up", "/api/models/pull", "/api/models/{name}"}  # real models
NEEDS = {
    (method, f"/api{route.path}".replace(":path}", "}")): need_of(route.endpoint)
    for part in PARTS
    for route in part.router.routes
    if isinstance(route, APIRoute)
    for method in route.methods
}
Modes = schemathesis.GenerationMode


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("service")
    docs = write(folder / "docs", {"handbook.md": HANDBOOK})
    with opened(folder / "home", ScriptedModel([REPLY])) as kb:
        ingest(kb, [docs])
        hidden = version("plans/closure.md", SECRET, embedder=kb.embedder, collection="board")
        kb.indexes.publish([hidden])
        with serving(kb) as running:
            running.service.people.add("admin", by="owner")
            running.service.people.add("reader", by="owner")
            kb.set_readers(OWNER, Place("collection", "docs"), ["*"])
            asked = running.http.post("conversations").json()["id"]
            running.http.post(f"conversations/{asked}/turns", json={"question": "Shall Utrecht be closed?"})
            yield running


def texts(value: Any) -> Iterator[str]:
    """All strings in a request's body."""
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize("role", ["reader", "admin"])
def test_no_request_is_an_error_of_the_service_or_more_than_the_role_may(served: Served, role: Role) -> None:
    _, secret = served.service.tokens.create("test", ["admin"], 1, by="owner", person=role)
    token = {"authorization": f"Bearer {secret}"}
    described = served.http.get("openapi.json").json()
    assert {(m.upper(), path) for path, methods in described["paths"].items() for m in methods} == set(NEEDS)
    called = set()

    def check(operation: Any, mode: Modes) -> None:
        name = operation.method.upper(), operation.path
        allowed = NEEDS[name] == "any" or NEEDS[name] in OF_ROLE[role]
        if mode is Modes.NEGATIVE and not (operation.body or operation.query):
            return  # nothing in them can be wrong
        if mode is Modes.POSITIVE and allowed and operation.path in OF_THIS_MACHINE:
            return

        @settings(
            max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(operation.as_strategy(generation_mode=mode))
        def run(case: Any) -> None:
            assume(not any(text.startswith(("/", "~")) for text in texts(case.body)))  # files of this machine
            answer = case.call(base_url=served.running.origin, headers=token, timeout=60)
            called.add(name)
            assert answer.status_code < 500, (name, case.body, answer.text)
            assert allowed or answer.status_code >= 400, (name, case.body, answer.text)
            if role == "reader":
                assert not [word for word in CANARIES if word in answer.text], (name, case.body)

        run()

    for found in schemathesis.openapi.from_dict(described).get_all_operations():
        for mode in (Modes.POSITIVE, Modes.NEGATIVE):
            check(found.ok(), mode)
    assert set(NEEDS) - called <= {each for each in NEEDS if each[1] in OF_THIS_MACHINE}
    me = served.http.get("me", headers=token).json()
    assert me["name"] == role
