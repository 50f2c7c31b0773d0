"""All routes, asked by somebody who may read nothing: no word of what others hold is in any answer of the service."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from ingest.sync.pipeline import ingest
from kb.access.rules import Place
from kb.people.accounts import People
from kb.schema import Principal
from tests.fakes import ScriptedModel
from tests.kb.people.conftest import quick_hashes
from tests.knowledge import OWNER, write
from tests.ui.serving import Served, opened, serving
from ui.api.routes import PARTS

ROUTES = [route for part in PARTS for route in part.router.routes if isinstance(route, APIRoute)]
TEXT = (
    "# Zanderbuch titlecanary\n\nThe budget of the project is 42 thousand textcanary euros. Ask us about the budget.\n"
)
PATH, COLLECTION = "pathcanary.md", "collectioncanary"
SECRET = ("titlecanary", "textcanary", "questioncanary", "reasoncanary", "runcanary", "groupcanary")
NAMED = (PATH.removesuffix(".md"), COLLECTION)  # that may stand in a request, and so in what is said of it
QUESTIONS = (
    "What is the budget of the project?", "Which documents mention the budget?", "List all budgets",
    "Summarise this document", "Summarise pathcanary.md", "Compare the budget and the project", "预算是多少？",
)  # fmt: skip
SCOPES: tuple[dict[str, Any], ...] = (
    {}, {"collections": [COLLECTION]}, {"paths": ["*"]}, {"paths": [f"{COLLECTION}/*"]}, {"types": ["md"]},
    {"collections": ["none"]},
)  # fmt: skip


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a document that its group alone may read, which was asked about, judged, read in and evaluated."""
    place = tmp_path_factory.mktemp("ready")
    reply = "<think>The textcanary says it.</think>\n\nThe budget of the project is 42 thousand textcanary euros [1]."
    with opened(place / "home", ScriptedModel([reply])) as kb:
        ingest(kb, [write(place / "docs", {PATH: TEXT})], collection=COLLECTION)
        people = People(kb.catalog)
        people.add_group("groupcanary", by="owner")
        people.add("boss", by="owner")
        people.add("member", by="owner", groups=["groupcanary"])
        people.add("stranger", by="owner")
        people.add("editor", by="owner", role="editor", edits=["other"])
        kb.set_readers(OWNER, Place("collection", COLLECTION), ["group:groupcanary"])
        with serving(kb) as served:
            client = as_person(served, "member")
            made = client.post("conversations").json()["id"]
            turn = client.post(
                f"conversations/{made}/turns", json={"question": f"{QUESTIONS[0]} questioncanary"}
            ).json()
            assert list(client.get(f"conversations/{made}/turns/{turn['position']}/events").iter_lines())
            judged = {"verdict": "up", "reason": "reasoncanary"}
            assert client.put(f"conversations/{made}/turns/0/feedback", json=judged).status_code == 200
            client.close()
            curate(served)
            files = {"files": (PATH, TEXT.encode())}
            job = served.http.post("documents/upload", params={"collection": COLLECTION}, files=files).json()["id"]
            assert list(served.http.get(f"jobs/{job}/events").iter_lines())
            question = {"id": "1", "question": "questioncanary?", "answers": ["textcanary"]}
            body = {"questions": json.dumps(question), "name": "runcanary", "options": {"retrieval_only": True}}
            run = served.http.post("evaluations", json=body)
            assert run.status_code == 202, run.text
            served.service.evaluations.join(60)
    return place / "home"


def curate(served: Served) -> None:
    """Make the judged answer a curated one, to the first of the questions."""
    [judged] = served.http.get("reviews").json()["reviews"]
    [passage, *_] = served.http.get(f"reviews/{judged['id']}").json()["passages"]
    source = {name: passage[name] for name in ("collection", "document", "start", "end")}
    body = {"seen": 0, "question": QUESTIONS[0], "answer": "42 thousand textcanary euros [1].", "sources": [source]}
    assert served.http.put(f"reviews/{judged['id']}/correction", json=body).status_code == 200
    accepted = served.http.post(f"reviews/{judged['id']}/accept", json={"seen": 1, "curated": True})
    assert accepted.json()["curated"], accepted.text


@pytest.fixture
def served(ready: Path, tmp_path: Path) -> Iterator[Served]:
    reply = "The budget of the project is 42 thousand euros [1]."
    with opened(shutil.copytree(ready, tmp_path / "home"), ScriptedModel([reply])) as kb, serving(kb) as running:
        yield running


def as_person(served: Served, name: str) -> httpx.Client:
    """A program that may do all that a person may."""
    _, secret = served.service.tokens.create("walk", ["admin"], 1, by="test", person=name)
    return httpx.Client(
        base_url=f"{served.running.origin}/api/", headers={"authorization": f"Bearer {secret}"}, trust_env=False,
        timeout=60,
    )  # fmt: skip


def bodies(route: APIRoute) -> list[Any]:
    """What is sent to a route: all kinds of requests that lead to documents."""
    path = route.path
    if path in ("/search", "/judge", "/ask", "/chat"):
        scopes = [{}] if path == "/chat" else SCOPES
        made = [{"question": q, **({"scope": s} if s else {})} for q in QUESTIONS for s in scopes]
        return made[:: 1 if path == "/search" else 3] + [{"question": QUESTIONS[0], "k": 50}] * (path == "/search")
    if path.startswith("/documents/do") or path == "/documents/delete":
        return [{"ids": [1, 2]}, {"documents": [{"document": PATH}]},
                {"documents": [{"document": PATH, "collection": COLLECTION}]}]  # fmt: skip
    if path == "/documents/title":
        return [{"document": PATH, "title": "mine"}, {"document": PATH, "collection": COLLECTION, "title": "mine"}]
    if path.startswith("/documents/passages"):
        passage = {"document": PATH, "seen": 0, "start": 0, "end": len(TEXT.strip())}
        passage |= {
            "/documents/passages/left-out": {"left_out": True},
            "/documents/passages/text": {"text": "mine"},
        }.get(path, {"at": 9})
        return [passage, {**passage, "collection": COLLECTION}]
    if path == "/access":
        return [
            {"level": "document", "collection": COLLECTION, "path": PATH, "readers": ["*"]},
            {"level": "collection", "collection": COLLECTION, "readers": ["person:stranger"], "seen": None},
            {"level": "default", "readers": ["*"]},
        ]
    if path.endswith("/turns"):
        return [{"question": question} for question in QUESTIONS[:3]]
    if path.startswith("/reviews"):
        source = {"collection": COLLECTION, "document": PATH, "start": 0, "end": 9}
        return [{"seen": 2}, {"seen": 2, "question": "What?", "answer": "It [1].", "sources": [source]}]
    if path.endswith("/feedback"):
        return [{"verdict": "down"}, {"verdict": None}]
    return [{}, {"title": "mine"}, {"paths": ["/x"], "collection": COLLECTION}, {"questions": "{}", "name": "x"}]


QUERIES: tuple[dict[str, Any], ...] = (
    {}, {"path": PATH}, {"path": PATH, "collection": COLLECTION}, {"path": PATH, "page": 1, "version": 1},
    {"format": "sft"}, {"curated": "true"},
    {"search": "budget"}, {"search": "textcanary"}, {"collection": COLLECTION}, {"search": "titlecanary", "limit": 5},
    {"owner": "member"}, {"collection": "~"}, {"before": "x", "after": "y"}, {"path": "gone.md"},
)  # fmt: skip


def walk(served: Served, client: httpx.Client, own: str) -> Iterator[tuple[str, str, str]]:
    """(route, what was sent, what came) of many requests to every route. `own` is a conversation of who asks."""
    service = served.service
    theirs = [each.id for name in ("member", "local") for each in service.conversations.list(name)]
    runs = [run.id for run in service.evaluations.list()]
    reviews = [review.id for review in service.kb.reviews.listed(OWNER)]
    for route in ROUTES:
        method = sorted(route.methods)[0]
        if route.path == "/sessions" and method == "DELETE":
            continue  # it would end who asks
        ids = [own, *theirs] if route.path.startswith("/conversations") else ["1"]
        ids = runs if route.path.startswith("/evaluations") else ids
        ids = reviews if route.path.startswith("/reviews") else ids
        for id in ids if "{id}" in route.path else [""]:
            path = route.path.replace("{id}", id).replace("{position}", "0").replace("{job_id}", "1")
            path = re.sub(r"\{[^}]*\}", PATH, path).lstrip("/")
            sent: list[dict[str, Any]] = [{"params": query} for query in QUERIES]
            if method in ("POST", "PUT", "PATCH"):
                sent = [{"json": body} for body in bodies(route)]
            if route.path == "/documents/upload":
                sent = [
                    {"params": {"collection": c}, "files": {"f": ("mine.md", b"# Mine")}} for c in (COLLECTION, "other")
                ]
            for each in sent:
                if method == "DELETE" and id == own:
                    continue
                reply = client.request(method, path, **each)
                yield f"{method} {route.path}", f"{path} {each}", f"{reply.status_code} {reply.headers} {reply.text}"


@pytest.mark.parametrize("person", ["stranger", "editor"])
def test_who_may_read_nothing_finds_no_word_of_anything_in_any_answer(served: Served, person: str) -> None:
    with as_person(served, person) as client:
        own = client.post("conversations").json()["id"]
        met, seen = set(), []
        for route, sent, came in walk(served, client, own):
            met.add(route)
            words = [word for word in SECRET if word in came and word not in sent]
            words += [word for word in NAMED if word in came and word not in sent]
            if words:
                seen.append((route, sent, words))
        exported = client.get(f"conversations/{own}/export", params={"format": "json"}).text
        assert not any(word in exported for word in SECRET)
    assert seen == []
    assert len(met) == len(ROUTES) - 1
    assert served.service.kb.catalog.find_document(OWNER, PATH, COLLECTION)  # nor was anything of it done
    assert [rule.readers for rule in served.service.kb.access_rules(OWNER)] == [("group:groupcanary",)]


def test_the_walk_would_find_them(served: Served) -> None:
    told = "".join(served.http.get(path).text for path in ("evaluations", "feedback", "jobs", "access"))
    exported = served.http.get("reviews/export", params={"format": "sft"}).text
    assert all("textcanary" in text for text in (served.http.get("reviews").text, exported))
    with as_person(served, "member") as member:
        given = member.post("ask", json={"question": QUESTIONS[0]}).json()
    assert given["notices"][0]["kind"] == "curated"
    assert given["answer"] == "42 thousand textcanary euros [1]."
    assert all(word in told for word in ("runcanary", "reasoncanary", "groupcanary", COLLECTION))
    found: dict[str, set[str]] = {}
    client = as_person(served, "member")
    own = client.post("conversations").json()["id"]
    for route, sent, came in walk(served, client, own):
        if "evaluations" not in route:
            found.setdefault(route, set()).update(w for w in (*SECRET, *NAMED) if w in came and w not in sent)
    for route in ("POST /search", "POST /ask", "GET /documents", "GET /documents/text", "GET /documents/chunks",
                  "GET /documents/original", "GET /conversations", "GET /conversations/{id}"):  # fmt: skip
        assert {"textcanary", "titlecanary", "questioncanary"} & found[route], route
    client.close()


def test_a_shared_conversation_shows_only_what_its_reader_may_read(served: Served) -> None:
    """By every route of conversations, to whoever it is shared with by name and by its address."""
    with as_person(served, "member") as member:
        id = member.post("conversations").json()["id"]
        for question in QUESTIONS[:5]:
            body = {"question": question, "scope": SCOPES[3]}
            turn = member.post(f"conversations/{id}/turns", json=body).json()
            assert list(member.get(f"conversations/{id}/turns/{turn['position']}/events").iter_lines())
        shared = member.put(f"conversations/{id}/readers", json={"readers": ["person:stranger", "*"]})
        assert shared.json() == {"readers": ["*", "person:stranger"]}
    routes = ("", "/export?format=md", "/export?format=json", "/export?language=zh", *(
        f"/turns/{position}/events" for position in range(5)
    ))  # fmt: skip
    told = {}
    for person in ("stranger", "editor", "member"):
        with as_person(served, person) as client:
            listed = client.get("conversations", params={"shared": "true"}).text
            assert (id in listed) == (person == "stranger")
            told[person] = listed + "".join(client.get(f"conversations/{id}{route}").text for route in routes)
            for word in QUESTIONS:
                told[person] = told[person].replace(word, "")
            assert client.get(f"conversations/{id}/readers").status_code == (200 if person == "member" else 404)
    assert all(word in told["member"] for word in ("textcanary", *NAMED))
    for person in ("stranger", "editor"):
        assert [word for word in (*SECRET, *NAMED) if word in told[person]] == []
        assert "budget of the project" not in told[person]


def told_to_programs(served: Served, person: str) -> list[tuple[str, str]]:
    """(what was sent, what came) of clients of OpenAI's API and of MCP."""
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "/v1/models", {}), ("GET", f"/v1/models/kb:{COLLECTION}", {}),
    ]  # fmt: skip
    for model in ("kb", f"kb:{COLLECTION}"):
        for question in QUESTIONS[:4]:
            messages = [{"role": "user", "content": question}]
            calls.append(("POST", "/v1/chat/completions", {"model": model, "messages": messages}))
    tools: list[tuple[str, dict[str, Any]]] = [
        ("search", {"question": QUESTIONS[0]}), ("ask", {"question": QUESTIONS[0]}), ("list_documents", {}),
        ("read_document", {"document": PATH}), ("read_document", {"document": PATH, "collection": COLLECTION}),
    ]  # fmt: skip
    for name, arguments in tools:
        params = {"name": name, "arguments": arguments}
        calls.append(("POST", "/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}))
    calls.append(("POST", "/mcp", {"jsonrpc": "2.0", "id": 1, "method": "resources/list", "params": {}}))
    accepts = {"accept": "application/json, text/event-stream"}
    with as_person(served, person) as client:
        return [
            (f"{path} {body}", client.request(method, served.running.origin + path, json=body, headers=accepts).text)
            if body
            else (path, client.get(served.running.origin + path).text)
            for method, path, body in calls
        ]


def test_clients_of_other_protocols_are_told_nothing_either(served: Served) -> None:
    seen = [(sent, word) for sent, came in told_to_programs(served, "stranger") for word in (*SECRET, *NAMED)
            if word in came and word not in sent]  # fmt: skip
    assert seen == []
    told: dict[str, str] = {}
    for sent, came in told_to_programs(served, "member"):
        told[sent.split(" ")[0]] = told.get(sent.split(" ")[0], "") + came
    assert COLLECTION in told["/v1/models"]
    assert "textcanary" in told["/mcp"]
    assert PATH in told["/v1/chat/completions"]


@pytest.mark.parametrize("route", ["entry", "text", "chunks", "original", "page.png"])
def test_what_may_not_be_read_is_not_there_in_the_same_words_and_by_the_same_steps(served: Served, route: str) -> None:
    """No way to tell a document that is there from one that is not: neither by status, words nor what is looked at."""
    with as_person(served, "stranger") as client:
        there, gone = (
            client.get(f"documents/{route}", params={"path": path, "page": 1}) for path in (PATH, "pathmissing.md")
        )
        assert there.status_code == gone.status_code == 404
        assert there.text.replace(PATH, "?") == gone.text.replace("pathmissing.md", "?")
        assert {**there.headers, "content-length": ""} == {**gone.headers, "content-length": ""}
    catalog, asker, steps = served.service.kb.catalog, Principal("stranger"), []
    for path in (PATH, "pathmissing.md"):
        told: list[str] = []
        catalog.db.set_trace_callback(told.append)
        with pytest.raises(Exception, match="There is no document"):
            served.service.kb.stored_text(asker, None, path)
        catalog.db.set_trace_callback(None)
        steps.append([statement.replace(path, "?") for statement in told])
    assert steps[0] == steps[1]


__all__ = ["quick_hashes"]
