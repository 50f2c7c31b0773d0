"""Every route says what it needs, and who may not have it done gets nothing but that."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from ingest.sync.pipeline import ingest
from kb.people.permissions import OF_ROLE, PERMISSIONS, ROLES, Role
from kb.schema import Permission
from tests.fakes import ScriptedModel
from tests.kb.people.conftest import quick_hashes
from tests.knowledge import HANDBOOK, write
from tests.ui.serving import REPLY, Served, opened, serving
from ui.api.permissions import Need, need_of, needs
from ui.api.routes import PARTS

OWN = "a lantern by the canal"
ROUTES = [route for part in PARTS for route in part.router.routes if isinstance(route, APIRoute)]
IDS = [f"{sorted(route.methods)[0]} {route.path}" for route in ROUTES]
# What each asks of who calls it. A route that is new here has to be thought about.
EXPECTED: dict[Need, set[str]] = {
    "any": {
        "GET /me", "GET /sessions", "DELETE /sessions", "DELETE /sessions/{id}", "GET /preferences", "PUT /preferences",
    },
    "search": {
        "POST /search", "GET /documents", "GET /documents/entry", "GET /documents/text", "GET /documents/chunks",
        "GET /documents/tags",
        "GET /documents/original", "GET /documents/page.png", "GET /usage", "GET /usage/csv",
        "GET /glossary", "GET /glossary/export",
        "GET /glossary/{id}",
        "GET /suggestions/document",
    },
    "ask": {
        "GET /suggestions",
        "POST /ask", "POST /chat", "POST /answers/{name}/stop", "GET /models/used", "GET /conversations",
        "POST /conversations", "GET /conversations/{id}", "PATCH /conversations/{id}", "DELETE /conversations/{id}",
        "GET /conversations/{id}/export", "POST /conversations/{id}/turns",
        "POST /conversations/{id}/turns/{position}/again", "GET /conversations/{id}/turns/{position}/events",
        "POST /conversations/{id}/turns/{position}/stop", "GET /usage/agreement", "PUT /usage/agreement",
        "PUT /conversations/{id}/turns/{position}/feedback",
        "POST /conversations/{id}/turns/{position}/edit", "GET /conversations/{id}/readers",
        "PUT /conversations/{id}/readers",
        "GET /conversations/{id}/files",
    },
    "ingest": {
        "GET /access", "GET /access/document", "PUT /access", "POST /glossary", "PUT /glossary/{id}",
        "DELETE /glossary/{id}", "POST /glossary/import", "POST /glossary/candidates", "POST /glossary/{id}/accept",
        "POST /glossary/{id}/dismiss",
        "GET /documents/doomed", "POST /documents/doomed", "DELETE /documents", "POST /documents/delete",
        "POST /documents/release", "PUT /suggestions/document", "PUT /documents/title", "PUT /documents/tags",
        "POST /documents/move", "GET /documents/passages",
        "PUT /documents/passages/left-out", "PUT /documents/passages/text",
        "POST /documents/passages/split", "POST /documents/passages/join", "DELETE /documents/passages/set-aside",
        "POST /conversations/{id}/files", "POST /conversations/{id}/files/keep", "DELETE /conversations/{id}/files",
        "POST /documents/upload", "GET /jobs", "GET /jobs/{job_id}", "POST /jobs/{job_id}/pause",
        "POST /jobs/{job_id}/resume",
        "POST /jobs/{job_id}/cancel", "GET /jobs/{job_id}/events",
    },
    "review": {
        "GET /reviews", "GET /reviews/export", "GET /reviews/{id}", "PUT /reviews/{id}/correction",
        "POST /reviews/{id}/accept", "POST /reviews/{id}/dismiss", "POST /reviews/{id}/withdraw",
    },
    "audit": {"GET /audit", "GET /audit/head", "POST /audit/verify", "GET /audit/export"},
}  # fmt: skip


def needed() -> dict[str, Need | None]:
    return {name: need_of(route.endpoint) for name, route in zip(IDS, ROUTES, strict=True)}


def test_every_route_says_what_it_needs() -> None:
    told = needed()
    assert [name for name, need in told.items() if need is None] == []
    for need, names in EXPECTED.items():
        assert {name for name, said in told.items() if said == need} == names
    others = set(told) - set().union(*EXPECTED.values())
    assert {told[name] for name in others} == {"admin"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("service")
    docs = write(folder / "docs", {"handbook.md": HANDBOOK})
    with opened(folder / "home", ScriptedModel([REPLY])) as kb:
        ingest(kb, [docs])
        with serving(kb) as running:
            people = running.service.people
            people.add("admin", by="test", password=OWN)
            for role in ("reader", "editor", "auditor"):
                people.add(role, by="test", role=role, password=OWN, edits=["forms"] if role == "editor" else [])
            yield running


@contextmanager
def asking(served: Served, person: str, *scopes: Permission) -> Iterator[httpx.Client]:
    """A program of a person."""
    tokens = served.service.tokens
    token, secret = tokens.create("test", scopes or ["admin"], 1, by="test", person=person)
    with httpx.Client(
        base_url=f"{served.running.origin}/api/", headers={"authorization": f"Bearer {secret}"}, trust_env=False,
        timeout=30,
    ) as client:  # fmt: skip
        yield client
    tokens.revoke(token.id, by="test")


def call(client: httpx.Client, route: APIRoute) -> httpx.Response:
    path = re.sub(r"\{[^}]*\}", "1", route.path).lstrip("/")
    return client.request(sorted(route.methods)[0], path, json={})


def is_refused(response: httpx.Response) -> bool:
    if response.status_code != 403:
        return False
    error = response.json()["error"]
    return error["kind"] == "RefusedByPolicy" and "may not do this" in error["message"]


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_done_what_it_may_and_nothing_else(served: Served, role: Role) -> None:
    with asking(served, role) as client:
        for name, route in zip(IDS, ROUTES, strict=True):
            need = need_of(route.endpoint)
            allowed = need == "any" or need in OF_ROLE[role]
            if allowed and need in ("admin", "any") and "GET" not in route.methods:
                continue  # it would be done
            assert is_refused(call(client, route)) != allowed, name


@pytest.mark.parametrize("scope", PERMISSIONS)
def test_the_scope_of_a_token_limits_whoever_has_it(served: Served, scope: Permission) -> None:
    if scope in ("audit", "review"):
        return  # no scope of a token: those with `admin` have it
    for person in ("admin", ""):
        with asking(served, person, scope) as client:
            for name, route in zip(IDS, ROUTES, strict=True):
                need = need_of(route.endpoint)
                allowed = need in ("any", scope) or scope == "admin"
                if not allowed:
                    assert is_refused(call(client, route)), name


@pytest.mark.parametrize("token", ["x", "kb_", "kb_made-up-by-somebody-who-hopes", "t" * 43])
def test_a_stranger_is_let_into_no_route(served: Served, token: str) -> None:
    with httpx.Client(
        base_url=f"{served.running.origin}/api/", headers={"authorization": f"Bearer {token}"}, trust_env=False
    ) as client:
        for name, route in zip(IDS, ROUTES, strict=True):
            assert call(client, route).status_code == 401, name
        assert client.get("openapi.json").status_code == 401


def test_a_route_that_says_nothing_and_one_that_no_gate_guards_are_open_to_nobody(served: Served) -> None:
    from starlette.testclient import TestClient

    from ui.api.routes import api_of

    api: FastAPI = api_of(served.service)
    done: list[str] = []

    @api.get("/api/forgotten")
    def forgotten() -> None:
        done.append("forgotten")

    @api.get("/api/open")
    @needs("any")
    def opened_to_all() -> None:
        done.append("open")

    with TestClient(api) as client:
        assert client.get("/api/open").status_code == 401
        assert client.get("/api/forgotten").status_code == 401

    async def guarded(scope: dict[str, object], receive: object, send: object) -> None:
        scope["kb.visitor"] = served.service.visitors.of([(b"authorization", b"Bearer " + token)])
        await api(scope, receive, send)  # type: ignore[arg-type]

    token = str(served.http.headers["authorization"]).removeprefix("Bearer ").encode()
    with TestClient(guarded) as client:  # type: ignore[arg-type]
        assert client.get("/api/forgotten").status_code == 403
        assert done == []
        assert client.get("/api/open").status_code == 200
    assert done == ["open"]


def test_who_asks_is_told_who_they_are(served: Served) -> None:
    assert served.http.get("me").json()["unlimited"]
    with asking(served, "editor", "ingest") as client:
        assert client.get("me").json() == {
            "name": "editor", "groups": [], "permissions": ["ingest"], "edits": ["forms", "~editor"],
            "unlimited": False,
        }  # fmt: skip


def test_an_editor_adds_to_and_deletes_from_their_collections_alone(served: Served) -> None:
    with asking(served, "editor") as client:
        files = {"files": ("note.md", b"# Note\n\nForms are blue.\n")}
        for collection, status in (("forms", 202), ("docs", 403), ("uploads", 403), ("Forms", 403)):
            sent = client.post("documents/upload", params={"collection": collection}, files=files)
            assert sent.status_code == status, sent.text
            if status == 202:
                job = sent.json()["id"]
        assert client.get(f"jobs/{job}").status_code == 200
        with client.stream("GET", f"jobs/{job}/events") as followed:
            assert list(followed.iter_lines())
        assert [each["id"] for each in client.get("jobs").json()["jobs"]] == [job]
        others = served.service.jobs.reindex(who="test").id
        served.service.jobs.wait(others, -1, 60)
        refused = client.get(f"jobs/{others}")
        assert (refused.status_code, refused.json()["error"]["kind"]) == (404, "JobNotFound")
        assert client.post(f"jobs/{others}/cancel").status_code == 404
        refused = client.request("DELETE", "documents", params={"path": "handbook.md", "collection": "docs"})
        assert refused.status_code in (403, 404)
    assert [d["document"] for d in served.http.get("documents").json()["documents"] if d["collection"] == "docs"]


def test_the_owner_who_has_an_accounts_name_is_told_apart_from_it(served: Served) -> None:
    def named(name: str) -> str:
        return str(served.http.get("me", headers={"X-KB-User": name}).json()["name"])

    assert [named(name) for name in ("somebody", "reader", "READER")] == ["somebody", "local:reader", "local:READER"]
    with asking(served, "reader") as client:  # who is no owner says nothing about it
        assert client.get("me", headers={"X-KB-User": "admin"}).json()["name"] == "reader"


__all__ = ["quick_hashes"]
