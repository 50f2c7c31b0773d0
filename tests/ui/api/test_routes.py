"""The API: answers, streams, conversations; what it refuses; that it keeps answering while others are answered."""

import base64
import io
import json
import threading
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from ingest.sync.pipeline import ingest
from kb.errors import ModelError
from tests.fakes import ScriptedModel
from tests.knowledge import HANDBOOK, LEAVE, write
from tests.ui.gated import gate
from tests.ui.serving import REPLY, Served, opened, serving, until
from ui.api.routes import PARTS

__all__ = ["gate"]

HOURS = "When does the office in Utrecht open?"


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel([REPLY])


@pytest.fixture
def served(tmp_path: Path, model: ScriptedModel) -> Iterator[Served]:
    docs = write(tmp_path / "docs", {"handbook.md": HANDBOOK, "hr/休假.md": LEAVE})
    with opened(tmp_path / "home", model) as kb:
        ingest(kb, [docs])
        with serving(kb) as running:
            yield running


def events(response: httpx.Response) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in response.iter_lines())


def fits(served: Served, response: httpx.Response, path: str, status: int = 200) -> Any:
    """The JSON of a reply, seen to be exactly what the route declares."""
    assert response.status_code == status, response.text
    found = response.json()
    method = response.request.method
    [route] = [r for r in _routes() if f"/{path}" == r.path and method in r.methods and r.response_model is not None]
    adapter: TypeAdapter[Any] = TypeAdapter(route.response_model)
    assert adapter.dump_python(adapter.validate_python(found), mode="json") == found
    return found


def _routes() -> list[APIRoute]:
    return [route for part in PARTS for route in part.router.routes if isinstance(route, APIRoute)]


def refused(response: httpx.Response, status: int, kind: str, *words: str) -> None:
    assert response.status_code == status, response.text
    error = response.json()["error"]
    assert error["kind"] == kind
    for word in words:
        assert word in error["message"]


def test_an_error_has_a_code_and_what_it_names(served: Served) -> None:
    error = served.http.get("documents/text", params={"path": "none.md"}).json()["error"]
    assert (error["code"], error["values"]) == ("document.not_found", {"path": "none.md"})
    error = served.http.get("no/such/route").json()["error"]
    assert (error["code"], error["values"]) == ("request.no_route", {"method": "GET", "path": "/api/no/such/route"})


# ---- how it describes itself


def test_it_describes_every_route_with_a_schema_and_loads_no_page_of_a_cdn(served: Served) -> None:
    described = served.http.get("openapi.json").json()
    assert set(described["paths"]) >= {
        "/api/status", "/api/search", "/api/ask", "/api/chat", "/api/conversations", "/api/documents", "/api/jobs",
        "/api/documents/upload", "/api/ingest", "/api/models", "/api/audit", "/api/repair", "/api/doctor",
    }  # fmt: skip
    for path, methods in described["paths"].items():
        for method, about in methods.items():
            assert about["description"], (path, method)
            good = next(reply for status, reply in about["responses"].items() if status.startswith("2"))
            for media, content in good.get("content", {}).items():
                assert media != "application/json" or content["schema"], (path, method)
    for page in ("docs", "redoc"):
        refused(served.http.get(page), 404, "NotFound", f"/api/{page}")


def test_status_tells_what_is_going_on(served: Served) -> None:
    status = fits(served, served.http.get("status"), "status")
    assert (status["engine"], status["model"], status["models"]) == ("embedded", "scripted", "ready")
    assert (status["answering"], status["job"], status["problem"]) == (0, None, None)
    assert status["settings"]["ingest"]["max_file_mb"] == 1


# ---- search, ask, chat


def test_search_gives_passages(served: Served) -> None:
    body = {"question": HOURS, "k": 1, "scope": {"paths": ["hr/*"]}}
    found = fits(served, served.http.post("search", json=body), "search")
    assert [passage["document"] for passage in found["passages"]] == ["hr/休假.md"]
    assert found["notices"] == []


def test_a_scope_that_names_nothing_is_told_from_weak_evidence(served: Served) -> None:
    body = {"question": HOURS, "scope": {"paths": ["docs/none/*"], "collections": ["docs"]}}
    for path, given in (("search", body), ("ask", body)):
        told = fits(served, served.http.post(path, json=given), path)
        [notice] = told["notices"]
        assert notice["kind"] == "nothing_matches"
        assert "matches no document: path docs/none/*, collection docs" in notice["text"]
        assert told["passages"] == []


def test_documents_and_collections_addressed_in_a_question_are_its_scope_where_it_is_asked_for(served: Served) -> None:
    asked = f"@休假.md {HOURS}"
    told = fits(served, served.http.post("ask", json={"question": asked, "addressed": True}), "ask")
    assert {passage["document"] for passage in told["passages"]} == {"hr/休假.md"}
    assert told["question"] == HOURS
    assert fits(served, served.http.post("ask", json={"question": asked}), "ask")["question"] == asked
    place = f"conversations/{served.http.post('conversations').json()['id']}/turns"
    body = {"question": f"#docs {HOURS}", "addressed": True}
    turn = fits(served, served.http.post(place, json=body), "conversations/{id}/turns", 202)
    assert (turn["question"], turn["scope"]["collections"]) == (HOURS, ["docs"])
    for path in ("ask", place):
        body = {"question": f"@none.md {HOURS}", "addressed": True}
        refused(served.http.post(path, json=body), 404, "DocumentNotFound", "none.md")


def test_questions_are_suggested_and_an_editor_writes_others(served: Served) -> None:
    http, place = served.http, {"path": "handbook.md", "collection": "docs"}
    given = fits(served, http.get("suggestions", params={"language": "zh"}), "suggestions")["suggestions"]
    assert {each["document"] for each in given} == {"handbook.md", "hr/休假.md"}
    assert given[0]["document"] == "hr/休假.md"
    assert http.get("suggestions", params={"collection": "none"}).json() == {"suggestions": []}
    made = fits(served, http.get("suggestions/document", params=place), "suggestions/document")
    assert made["written"] is False
    assert "What does “Staff handbook” say about Hours?" in made["questions"]
    body = {"questions": ["When does the office open?"]}
    written = http.put("suggestions/document", params=place, json=body).json()
    assert written == {"questions": ["When does the office open?"], "written": True}
    asked = [each["question"] for each in http.get("suggestions").json()["suggestions"]]
    assert asked[0] == "When does the office open?"
    assert http.put("suggestions/document", params=place, json={"questions": None}).json() == made
    refused(http.get("suggestions/document", params={"path": "none.md"}), 404, "DocumentNotFound", "none.md")
    many = {"questions": [f"Question {n}?" for n in range(9)]}
    refused(http.put("suggestions/document", params=place, json=many), 400, "UsageError", "at most 8")


def test_ask_answers_whole_or_as_a_stream_that_ends_with_the_same_answer(served: Served) -> None:
    whole = fits(served, served.http.post("ask", json={"question": HOURS, "seed": 1}), "ask")
    assert "7:45" in whole["answer"]
    assert whole["citations"]
    told = list(events(served.http.post("ask", json={"question": HOURS, "stream": True})))
    kinds = [event["event"] for event in told]
    assert kinds[:2] == ["started", "retrieved"]
    assert kinds[-1] == "done"
    assert {"thought", "token"} <= set(kinds)
    assert kinds.index("thought") < kinds.index("token")
    assert "".join(event["text"] for event in told if event["event"] == "token").strip() == REPLY.partition("\n\n")[2]
    streamed = told[-1]["answer"]
    times = ("seconds", "first_word_seconds")
    assert {k: v for k, v in streamed.items() if k not in times} == {k: v for k, v in whole.items() if k not in times}
    rows = served.http.get("audit", params={"action": "ask"}).json()["audit"]
    assert [row["asker"] for row in rows] == ["local", "local"]


def test_who_asks_is_in_the_audit_trail(served: Served) -> None:
    served.http.post("ask", json={"question": HOURS}, headers={"X-KB-User": "%E7%8E%8B"})
    rows = fits(served, served.http.get("audit", params={"limit": 1}), "audit")["audit"]
    assert [(row["asker"], row["subject"]) for row in rows] == [("王", HOURS)]


def test_chat_is_told_what_was_said_before(served: Served, model: ScriptedModel) -> None:
    history = [{"role": "user", "content": "I am Ann."}, {"role": "assistant", "content": "Hello Ann."}]
    body = {"question": "Who am I?", "history": history, "think_budget": 7, "seed": 3}
    answer = fits(served, served.http.post("chat", json=body), "chat")
    assert answer["passages"] == []
    assert [message.content for message in model.requests[-1]] == ["I am Ann.", "Hello Ann.", "Who am I?"]
    assert model.options[-1] == {"think_budget": 7, "temperature": None, "seed": 3}


@pytest.mark.parametrize("path", ["search", "ask", "chat"])
@pytest.mark.parametrize(("question", "word"), [("", "empty"), (" \n", "empty"), ("x" * 9000, "9,000")])
def test_a_question_that_cannot_be_asked_is_400(served: Served, path: str, question: str, word: str) -> None:
    refused(served.http.post(path, json={"question": question}), 400, "UsageError", word)


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("{", "JSON"),
        ("[]", "body"),
        ("{}", "question"),
        ('{"question": "a", "k": 0}', "k"),
        ('{"question": "a", "scop": {}}', "scop"),
        ('{"question": "a", "scope": {"path": ["a"]}}', "path"),
    ],
)
def test_a_request_that_cannot_be_read_is_422_and_names_the_field(served: Served, body: str, word: str) -> None:
    response = served.http.post("search", content=body, headers={"content-type": "application/json"})
    refused(response, 422, "UsageError", word)


def test_half_a_character_in_a_question_is_no_crash(served: Served) -> None:
    for path in ("search", "ask", "chat"):
        body = '{"question": "When \\ud800 does it open?"}'
        response = served.http.post(path, content=body, headers={"content-type": "application/json"})
        assert response.status_code in (200, 422), response.text


def test_a_model_that_fails_is_503_and_in_a_stream_its_last_event(tmp_path: Path) -> None:
    model = ScriptedModel([["Half an ", ModelError("The server died.")]])
    with opened(tmp_path / "home", model) as kb, serving(kb) as served:
        refused(served.http.post("chat", json={"question": "a"}), 503, "ModelError", "The server died.")
        *_, last = events(served.http.post("chat", json={"question": "a", "stream": True}))
        assert (last["event"], last["error"], last["kind"]) == ("failed", "The server died.", "ModelError")
        assert last["partial"].strip() == "Half an"


def test_what_is_not_there_is_404_and_the_wrong_method_405(served: Served) -> None:
    refused(served.http.get("nothing"), 404, "NotFound", "GET /api/nothing", "openapi.json")
    refused(served.http.put("search"), 405, "MethodNotAllowed")
    refused(served.http.get("documents/text", params={"path": "x.md"}), 404, "DocumentNotFound", "'x.md'")
    refused(served.http.get("jobs/7"), 404, "JobNotFound", "7")
    refused(served.http.post("answers/abc/stop"), 404, "NotFound", "abc")
    for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/export"), ("POST", "/turns/0/stop")):
        body = {"title": "a"} if method == "PATCH" else None
        refused(served.http.request(method, f"conversations/abc{path}", json=body), 404, "ConversationNotFound", "abc")


# ---- streams that are left, stopped, and waited for


def held(gate: threading.Event) -> ScriptedModel:
    """A model that writes two words and waits."""
    return ScriptedModel([["<think>", "why", "</think>", "Opens ", "at 7:45 [1]. ", gate, "The end [1]."]])


@pytest.fixture
def holding(tmp_path: Path, gate: threading.Event) -> Iterator[Served]:
    docs = write(tmp_path / "docs", {"handbook.md": HANDBOOK})
    with opened(tmp_path / "home", held(gate)) as kb:
        ingest(kb, [docs])
        with serving(kb) as served:
            yield served


def test_leaving_the_connection_stops_the_answer(holding: Served) -> None:
    running = holding.service.conversations.running  # which the model would hold for ever
    for stream in (True, False):
        if stream:
            with holding.http.stream("POST", "ask", json={"question": HOURS, "stream": True}) as response:
                news = events(response)  # held: dropped, it would close the connection before its time
                next(event for event in news if event["event"] == "token")
                assert len(running()) == 1
        else:
            with pytest.raises(httpx.ReadTimeout):
                holding.http.post("ask", json={"question": HOURS}, timeout=httpx.Timeout(30, read=1.5))
        until(lambda: not running())


def test_a_stop_keeps_what_was_written_and_ends_the_stream_with_the_checked_answer(holding: Served) -> None:
    with holding.http.stream("POST", "ask", json={"question": HOURS, "stream": True}) as response:
        told = events(response)
        name = next(told)["id"]
        for event in told:
            if event["event"] == "token" and "7:45" in event["text"]:
                break
        assert holding.http.post(f"answers/{name}/stop").status_code == 200
        *_, last = told
    assert last["event"] == "done"
    assert "7:45" in last["answer"]["answer"]
    assert "stopped" in [notice["kind"] for notice in last["answer"]["notices"]]
    until(lambda: holding.http.post(f"answers/{name}/stop").status_code != 200)  # it is let go after its last event
    refused(holding.http.post(f"answers/{name}/stop"), 404, "NotFound")


def test_a_stop_before_the_first_word_ends_the_stream(tmp_path: Path, gate: threading.Event) -> None:
    with opened(tmp_path / "home", ScriptedModel([[gate, "never"]])) as kb, serving(kb) as served:
        with served.http.stream("POST", "chat", json={"question": "a", "stream": True}) as response:
            told = events(response)
            name = next(told)["id"]
            served.http.post(f"answers/{name}/stop")
            *_, last = told
        assert (last["event"], last["error"], last["kind"]) == ("failed", "Stopped.", "ModelError")


def test_who_waits_is_told_how_many_come_first(holding: Served, gate: threading.Event) -> None:
    first, second = threading.Event(), threading.Event()
    told: dict[str, list[dict[str, Any]]] = {"a": [], "b": []}

    def ask(client: str, seen: threading.Event, kind: str) -> None:
        body = {"question": HOURS, "stream": True}
        with holding.http.stream("POST", "ask", json=body, headers={"X-KB-Client": client}) as response:
            for event in events(response):
                told[client].append(event)
                if event["event"] == kind:
                    seen.set()

    threads = [threading.Thread(target=ask, args=("a", first, "token"))]
    threads[0].start()
    assert first.wait(20)
    threads.append(threading.Thread(target=ask, args=("b", second, "queued")))
    threads[1].start()
    assert second.wait(20)
    gate.set()
    for thread in threads:
        thread.join(20)
    kinds = [event["event"] for event in told["b"]]
    assert kinds[:3] == ["started", "retrieved", "queued"]  # the passages are there while it waits
    assert told["b"][2]["ahead"] == 1
    assert kinds[-1] == told["a"][-1]["event"] == "done"


def test_search_and_documents_answer_while_fifty_streams_wait(holding: Served) -> None:
    limits = httpx.Limits(max_connections=200)
    headers = holding.http.headers
    with httpx.Client(base_url=holding.http.base_url, headers=headers, trust_env=False, timeout=60, limits=limits) as c:
        streams = [c.stream("POST", "ask", json={"question": HOURS, "stream": True}) for _ in range(50)]
        responses = [stream.__enter__() for stream in streams]
        try:
            assert all(response.status_code == 200 for response in responses)
            until(lambda: len(holding.service.conversations.running()) == 50)
            for _ in range(5):  # they would wait for ever where they took their turn among the streams
                assert holding.http.post("search", json={"question": HOURS}).status_code == 200
                assert holding.http.get("documents").json()["total"] == 1
            assert len(holding.service.conversations.running()) == 50
        finally:
            for stream in streams:
                stream.__exit__(None, None, None)
    until(lambda: not holding.service.conversations.running())


def test_stopping_the_service_ends_every_stream(tmp_path: Path, gate: threading.Event) -> None:
    with opened(tmp_path / "home", held(gate)) as kb:
        with serving(kb) as served:
            going = threading.Event()

            def follow() -> None:
                with httpx.stream(
                    "POST", f"{served.running.origin}/api/chat", json={"question": "a", "stream": True},
                    headers=served.http.headers, timeout=30, trust_env=False,
                ) as response:  # fmt: skip
                    for event in events(response):
                        if event["event"] == "token":
                            going.set()

            thread = threading.Thread(target=follow)
            thread.start()
            assert going.wait(20)
        thread.join(20)
    assert not thread.is_alive()


# ---- conversations


def test_a_conversation_is_kept_followed_judged_renamed_exported_and_deleted(served: Served) -> None:
    http = served.http
    begun = fits(served, http.post("conversations"), "conversations", 201)
    place = f"conversations/{begun['id']}"
    assert fits(served, http.get("conversations"), "conversations")["conversations"] == []
    turn = fits(served, http.post(f"{place}/turns", json={"question": HOURS}), "conversations/{id}/turns", 202)
    assert (turn["position"], turn["question"], turn["mode"]) == (0, HOURS, "documents")
    *_, last = events(http.get(f"{place}/turns/0/events"))
    assert last["event"] == "done"
    again = list(events(http.get(f"{place}/turns/0/events")))  # whoever comes later is told the end at once
    assert [event["event"] for event in again] == ["retrieved", "thought", "token", "done"]
    assert again[-1] == last

    body = {"verdict": "down", "reason": "Too short."}
    judged = fits(
        served, http.put(f"{place}/turns/0/feedback", json=body), "conversations/{id}/turns/{position}/feedback"
    )
    assert (judged["feedback"]["verdict"], judged["feedback"]["reason"]) == ("down", "Too short.")
    whole = fits(served, http.get(place), "conversations/{id}")
    assert whole["turns"] == [judged]
    assert (judged["state"], judged["answer"]) == ("done", last["answer"])

    body = {"think_budget": 16, "seed": 3}
    repeated = fits(
        served,
        http.post(f"{place}/turns/0/again", json=body),
        "conversations/{id}/turns/{position}/again",
        202,
    )
    assert (repeated["position"], repeated["question"], repeated["think_budget"]) == (1, HOURS, 16)
    *_, last = events(http.get(f"{place}/turns/1/events"))
    assert last["event"] == "done"
    http.post(f"{place}/turns/0/again", json={"samples": 3})
    *_, last = events(http.get(f"{place}/turns/2/events"))
    assert last["answer"]["notices"][-1]["code"] == "answer.votes"
    assert http.post(f"{place}/turns/0/again", json={"samples": 0}).status_code == 422
    refused(http.post(f"{place}/turns/7/again", json={}), 404, "ConversationNotFound", "no turn 7")
    refused(http.post(f"{place}/turns/0/again", json={"model": "none"}), 503, "ModelMissing", "no model 'none'")

    body = {"question": f"@handbook.md {HOURS}", "addressed": True}
    changed = fits(
        served, http.post(f"{place}/turns/1/edit", json=body), "conversations/{id}/turns/{position}/edit", 202
    )
    assert (changed["position"], changed["question"], changed["scope"]["paths"]) == (1, HOURS, ["docs/handbook.md"])
    *_, last = events(http.get(f"{place}/turns/1/events"))
    assert last["event"] == "done"
    refused(http.post(f"{place}/turns/7/edit", json=body), 404, "ConversationNotFound", "no turn 7")

    renamed = fits(served, http.patch(place, json={"title": "Opening hours"}), "conversations/{id}")
    assert renamed["title"] == "Opening hours"
    for search, count in (("hours", 1), ("7:45", 1), ("nothing of it", 0)):
        listed = fits(served, http.get("conversations", params={"search": search}), "conversations")
        assert len(listed["conversations"]) == count

    exported = http.get(f"{place}/export")
    assert exported.headers["content-type"] == "text/markdown; charset=utf-8"
    today = date.today().isoformat()
    assert exported.headers["content-disposition"] == (
        f"attachment; filename=\"conversation.md\"; filename*=UTF-8''Opening%20hours%20{today}.md"
    )
    assert "handbook.md" in exported.text
    assert http.get(f"{place}/export", params={"format": "json"}).json()

    fits(served, http.delete(place), "conversations/{id}")
    refused(http.get(place), 404, "ConversationNotFound", "deleted")


def test_an_answer_in_a_conversation_goes_on_whoever_leaves_and_a_second_question_waits(
    holding: Served, gate: threading.Event
) -> None:
    http = holding.http
    place = f"conversations/{http.post('conversations').json()['id']}"
    http.post(f"{place}/turns", json={"question": HOURS})
    with http.stream("GET", f"{place}/turns/0/events") as response:
        for event in events(response):
            if event["event"] == "token":
                break
    refused(http.post(f"{place}/turns", json={"question": HOURS}), 409, "Busy", "Wait for it")
    assert http.get(place).json()["turns"][0]["state"] == "answering"
    gate.set()
    *_, last = events(http.get(f"{place}/turns/0/events"))
    assert last["event"] == "done"
    assert "The end" in last["answer"]["answer"]


def test_a_stop_in_a_conversation_is_there_at_once(holding: Served) -> None:
    http = holding.http
    place = f"conversations/{http.post('conversations').json()['id']}"
    http.post(f"{place}/turns", json={"question": HOURS})
    until(lambda: http.get(place).json()["turns"][0]["state"] == "answering")
    stopped = fits(holding, http.post(f"{place}/turns/0/stop"), "conversations/{id}/turns/{position}/stop")
    assert stopped["state"] == "stopped"
    until(lambda: http.get(place).json()["turns"][0]["answer"] is not None)
    assert "7:45" in http.get(place).json()["turns"][0]["text"]


# ---- evaluations


def test_an_evaluation_runs_is_followed_compared_and_deleted(served: Served) -> None:
    http = served.http
    asked = {"id": "hours", "question": HOURS, "answers": ["7:45"], "lang": "en", "meta": {},
             "evidence": [{"doc": "handbook.md", "text": "opens at 7:45"}]}  # fmt: skip
    body = {"questions": json.dumps(asked), "name": "one question", "options": {"seed": 3}}
    begun = fits(served, http.post("evaluations", json=body), "evaluations", 202)
    told = [json.loads(line) for line in http.get(f"evaluations/{begun['id']}/events").iter_lines()]
    assert told[-1]["state"] == "done", told[-1]
    ended = fits(served, http.get(f"evaluations/{begun['id']}"), "evaluations/{id}")
    assert (ended["done"], ended["failed"], ended["figures"]["retrieval"]["hit@10"]) == (1, 0, 1.0)
    report = http.get(f"evaluations/{begun['id']}/report")
    assert "<html" in report.text
    assert report.headers["content-disposition"].startswith("attachment")
    both = {"before": begun["id"], "after": begun["id"]}
    compared = fits(served, http.get("evaluations/compare", params=both), "evaluations/compare")
    assert (compared["same"], compared["questions"][0]["before"]) == (1, "right")
    assert len(fits(served, http.get("evaluations"), "evaluations")["evaluations"]) == 1
    for form, words in {"jsonl": '"schema"', "csv": "verdict", "junit": "<testsuites", "html": "<html"}.items():
        file = http.get(f"evaluations/{begun['id']}/results", params={"format": form})
        assert words in file.text
        assert file.headers["content-disposition"].startswith("attachment")
    assert http.get(f"evaluations/{begun['id']}/results", params={"format": "xlsx"}).status_code == 422
    fits(served, http.delete(f"evaluations/{begun['id']}"), "evaluations/{id}")
    refused(http.get(f"evaluations/{begun['id']}"), 404, "RunNotFound")
    refused(http.post("evaluations", json={"questions": "{broken"}), 400, "QuestionSetError", "line 1")


def test_a_beir_folder_is_sent_as_a_zip_judged_by_a_gate_and_its_documents_are_read_in(served: Served) -> None:
    http = served.http
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("office/queries.jsonl", json.dumps({"_id": "1", "text": HOURS}))
        archive.writestr("office/qrels/test.tsv", "query-id\tcorpus-id\tscore\n1\tnew.md\t1\n")
        archive.writestr("office/corpus.jsonl", json.dumps({"_id": "new.md", "text": "The new office opens at 9."}))
    sent = {"archive": base64.b64encode(content.getvalue()).decode(), "name": "office.zip"}
    job = fits(served, http.post("evaluations/documents", json=sent | {"collection": "beir"}),
               "evaluations/documents", 202)  # fmt: skip
    told = [json.loads(line) for line in http.get(f"jobs/{job['id']}/events").iter_lines()]
    assert told[-1]["report"]["added"] == 1, told[-1]
    options = {"retrieval_only": True, "gate": 'retrieval.ndcg@10: ">1"', "scope": {"collections": ["beir"]}}
    begun = fits(served, http.post("evaluations", json=sent | {"options": options}), "evaluations", 202)
    lines = [json.loads(line) for line in http.get(f"evaluations/{begun['id']}/events").iter_lines()]
    ended = lines[-1]
    assert (ended["state"], ended["figures"]["retrieval"]["ndcg@10"]) == ("done", 1.0)
    (limit,) = ended["gate"]
    assert limit["missed_code"] == "gate.missed"
    assert limit["missed"] == "retrieval.ndcg@10 is 1; > 1 is wanted"
    assert (ended["place"], ended["place_gone"]) == ("", False)

    for archive in ("no base64!", "无", "\x9c"):
        refused(http.post("evaluations", json={"archive": archive}), 400, "QuestionSetError", "cannot be read")
    refused(http.post("evaluations", json=sent | {"options": {"gate": "x: y"}}), 400, "UsageError", "cannot be read")
    refused(http.post("evaluations", json=sent | {"options": {"model": "none-1b"}}), 503, "ModelMissing", "none-1b")
    asked = {"questions": json.dumps({"id": 1, "question": HOURS, "answers": []}), "collection": "beir"}
    refused(http.post("evaluations/documents", json=asked), 400, "QuestionSetError", "no documents of its own")
