"""The API: people, groups, tokens and sessions."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.kb.people.conftest import quick_hashes
from tests.ui.api.test_routes import fits, refused
from tests.ui.serving import Served, opened, serving

OWN = "a lantern by the canal"
__all__ = ["quick_hashes"]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with opened(tmp_path / "home") as kb, serving(kb) as running:
        yield running


@pytest.fixture
def browsers(served: Served) -> Iterator[Any]:
    """Makes browsers in which somebody signed in."""
    made: list[httpx.Client] = []

    def sign_in(name: str, password: str = OWN) -> httpx.Client:
        origin = served.running.origin
        made.append(httpx.Client(base_url=origin, headers={"Origin": origin}, trust_env=False, timeout=30))
        reply = made[-1].post("/sign-in", data={"name": name, "password": password})
        assert reply.status_code == 303, reply.text
        return made[-1]

    yield sign_in
    for client in made:
        client.close()


def test_accounts_are_made_changed_and_deleted(served: Served) -> None:
    http = served.http
    assert fits(served, http.get("users"), "users") == {"users": []}
    first = fits(served, http.post("users", json={"name": "Li"}), "users", 201)
    assert (first["user"]["name"], first["user"]["role"], len(first["password"])) == ("li", "admin", 19)
    fits(served, http.post("groups", json={"name": "R&D/Lab"}), "groups", 201)
    made = {"name": "anna", "full_name": "Anna", "role": "editor", "groups": ["r&d/lab"], "edits": ["forms"]}
    anna = fits(served, http.post("users", json={**made, "password": OWN}), "users", 201)
    assert (anna["password"], anna["user"]["one_time_until"]) == ("", "")
    assert fits(served, http.get("users/ANNA"), "users/{name}")["groups"] == ["r&d/lab"]
    changed = fits(served, http.patch("users/anna", json={"role": "auditor", "groups": []}), "users/{name}")
    assert (changed["role"], changed["groups"], changed["edits"], changed["full_name"]) == ("auditor", [], [], "Anna")
    told = fits(served, http.post("users/anna/password", json={}), "users/{name}/password")
    assert told["user"]["one_time_until"]
    assert len(told["password"]) == 19
    joined = fits(
        served, http.post("groups/R%26D%2FLab/join", json={"people": ["anna", "li"]}), "groups/{name:path}/join"
    )
    assert joined == {"name": "r&d/lab", "people": ["anna", "li"]}
    left = fits(served, http.post("groups/r&d/lab/leave", json={"people": ["li"]}), "groups/{name:path}/leave")
    assert left["people"] == ["anna"]
    assert fits(served, http.get("groups"), "groups")["groups"] == [left]
    fits(served, http.delete("groups/r&d/lab"), "groups/{name:path}")
    fits(served, http.delete("users/anna"), "users/{name}")
    assert [user["name"] for user in http.get("users").json()["users"]] == ["li"]


def test_what_cannot_be_done_with_people_is_refused_with_the_reason(served: Served) -> None:
    http = served.http
    refused(http.post("users", json={"name": "li", "role": "reader"}), 400, "UsageError", "first account")
    assert http.post("users", json={"name": "li"}).status_code == 201
    refused(http.post("users", json={"name": "li"}), 400, "UsageError", "already")
    refused(http.post("users", json={"name": "<b>"}), 400, "UsageError", "name of an account")
    refused(http.post("users", json={"name": "wang", "role": "boss"}), 400, "UsageError", "no role")
    refused(http.post("users", json={"name": "wang", "password": "short"}), 400, "UsageError", "at least 12")
    refused(http.post("users", json={"name": "wang", "groups": ["hr"]}), 404, "GroupNotFound", "hr")
    refused(http.get("users/nobody"), 404, "PersonNotFound", "nobody")
    refused(http.patch("users/nobody", json={"enabled": False}), 404, "PersonNotFound", "nobody")
    refused(http.delete("users/nobody"), 404, "PersonNotFound", "nobody")
    refused(http.delete("users/li"), 403, "RefusedByPolicy", "last admin")
    refused(http.patch("users/li", json={"enabled": False}), 403, "RefusedByPolicy", "last admin")
    refused(http.patch("users/li", json={"role": "reader"}), 403, "RefusedByPolicy", "last admin")
    refused(http.post("groups", json={"name": "a:b"}), 400, "UsageError", "name of a group")
    refused(http.delete("groups/hr"), 404, "GroupNotFound", "hr")
    refused(http.post("groups/hr/join", json={"people": ["li"]}), 404, "GroupNotFound", "hr")
    refused(http.delete("tokens/none"), 404, "TokenNotFound", "none")
    refused(http.post("tokens", json={"name": "x", "scopes": []}), 400, "UsageError", "scope")
    refused(http.post("tokens", json={"name": "x", "scopes": ["root"]}), 400, "UsageError", "no scope")
    refused(http.post("tokens", json={"name": "x", "scopes": ["ask"], "days": 0}), 400, "UsageError", "days")


def test_a_token_is_told_once_and_opens_until_it_is_revoked(served: Served) -> None:
    assert served.http.post("users", json={"name": "li"}).status_code == 201
    body = {"name": "nightly", "scopes": ["search"], "days": 7, "person": "li"}
    made = fits(served, served.http.post("tokens", json=body), "tokens", 201)
    [listed] = fits(served, served.http.get("tokens"), "tokens")["tokens"]
    assert (listed["id"], listed["person"], listed["scopes"]) == (made["id"], "li", ["search"])
    assert made["token"] not in str(listed)
    program = {"Authorization": f"Bearer {made['token']}"}
    assert served.http.get("documents", headers=program).status_code == 200
    refused(served.http.get("tokens", headers=program), 403, "RefusedByPolicy", "li may not do this")
    fits(served, served.http.delete(f"tokens/{made['id']}"), "tokens/{id}")
    assert served.http.get("documents", headers=program).status_code == 401


def test_people_see_and_end_their_own_sessions_and_an_admin_all(served: Served, browsers: Any) -> None:
    for name in ("li", "anna"):
        assert served.http.post("users", json={"name": name, "password": OWN}).status_code == 201
    anna, other, li = browsers("anna"), browsers("anna"), browsers("li")
    mine = anna.get("/api/sessions").json()["sessions"]
    assert [(each["person"], each["current"]) for each in mine] == [("anna", True), ("anna", False)]
    everyone = li.get("/api/sessions").json()["sessions"]
    assert [each["person"] for each in everyone] == ["anna", "anna", "li"]
    refused(anna.delete(f"/api/sessions/{everyone[2]['id']}"), 404, "SessionNotFound", everyone[2]["id"])
    assert li.get("/api/me").status_code == 200
    assert anna.delete("/api/sessions").json() == {"ended": 2}
    assert [client.get("/api/me").status_code for client in (anna, other, li)] == [401, 401, 200]
    refused(served.http.delete("sessions"), 403, "RefusedByPolicy", "A token has no sessions")
    again = browsers("anna")
    [session] = again.get("/api/sessions").json()["sessions"]
    assert li.delete(f"/api/sessions/{session['id']}").status_code == 200
    assert again.get("/api/me").status_code == 401
    refused(li.post("/api/sessions/address"), 403, "RefusedByPolicy", "Only the owner")
