"""Chat completions: whole and streamed alike, history, what is refused, and clients that leave or read nothing."""

import json
import re
import socket
import threading
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import openai
import pytest

from kb.errors import ModelError
from kb.messages.coded_text import CodedText
from kb.models.reasoning_stream import Delta
from kb.schema import Answer, Claim, Floors, Notice
from tests.fakes import OnDemand, ScriptedModel
from tests.ui.leaving import FEW, answered_until
from tests.ui.serving import REPLY, Served, until
from tests.ui.two_documents import says
from ui.openai import answer_text

HOURS = "When does the office in Utrecht open?"
ASKED: list[dict[str, Any]] = [{"role": "user", "content": HOURS}]
ANSWER = "The office in Utrecht opens at 7:45 [1]."
HOSTILE = (
    "The office in Utrecht opens at 7:45 [1]. Look ![x](http://outside.example/?q=1) "
    "<img src=http://outside.example/b> and [here][1], if 3 < 4.\n\n[1]: http://outside.example/c"
)
WITHIN = 30.0  # seconds; how soon something must be seen, however busy the machine is


def post(served: Served, body: Any, **options: Any) -> httpx.Response:
    return served.http.post(f"{served.running.origin}/v1/chat/completions", json=body, **options)


def whole(served: Served, **body: Any) -> dict[str, Any]:
    answer = post(served, {"model": "kb", "messages": ASKED, **body})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def streamed(served: Served, **body: Any) -> list[dict[str, Any]]:
    answer = post(served, {"model": "kb", "messages": ASKED, "stream": True, **body})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    lines = [line.removeprefix("data: ") for line in answer.text.split("\n\n") if line]
    assert lines[-1] == "[DONE]"
    return [json.loads(line) for line in lines[:-1]]


def joined(chunks: list[dict[str, Any]], name: str) -> str:
    deltas = (chunk["choices"][0]["delta"] for chunk in chunks if chunk["choices"])
    return "".join(delta.get(name) or "" for delta in deltas)


def annotated(chunks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    deltas = (chunk["choices"][0]["delta"] for chunk in chunks if chunk["choices"])
    return [each for delta in deltas for each in delta.get("annotations", [])]


def refused(answer: httpx.Response, status: int, param: str | None, *words: str) -> None:
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["type"], error["param"]) == ("invalid_request_error", param)
    for word in words:
        assert word in error["message"]


# ---- answers


def test_an_answer_has_its_reasoning_apart_and_its_citations_as_annotations(
    served: Served, client: openai.OpenAI
) -> None:
    answer = client.chat.completions.create(model="kb", messages=ASKED, extra_body={"sources_in_text": False})  # type: ignore[arg-type]
    [choice] = answer.choices
    message: Any = choice.message
    assert (choice.finish_reason, message.role, message.content) == ("stop", "assistant", ANSWER)
    assert message.reasoning_content == "The handbook says it."
    [annotation] = message.annotations
    cited = annotation.url_citation
    assert message.content[cited.start_index : cited.end_index] == ANSWER
    assert (cited.title, cited.document, cited.page, cited.supported) == ("handbook.md", "handbook.md", None, True)
    assert "opens at 7:45" in cited.quote
    stored = served.http.get("documents/text", params={"path": cited.document}).json()["text"]
    assert stored[cited.start : cited.end] == cited.quote
    address = urlsplit(cited.url)
    assert f"{address.scheme}://{address.netloc}" == served.running.origin
    assert parse_qs(address.query) == {
        "source": ["handbook.md"], "source_in": ["docs"], "source_version": ["1"],
        "source_span": [f"{cited.start}-{cited.end}"],
    }  # fmt: skip
    assert answer.kb["outcome"] == "answered"  # type: ignore[attr-defined]
    [row] = served.http.get("audit", params={"action": "ask", "limit": 1}).json()["audit"]
    assert row["subject"] == HOURS
    assert served.http.get("conversations").json()["conversations"] == []


def test_who_shows_nothing_but_text_finds_the_sources_at_its_end(served: Served) -> None:
    text = whole(served)["choices"][0]["message"]["content"]
    head, rule, foot = text.partition("\n\n---\n")
    assert (head, bool(rule)) == (ANSWER, True)
    title, line = foot.splitlines()
    assert title == "Sources:"
    assert line.startswith(f"- [1] [docs/handbook.md]({served.running.origin}/?source=handbook.md&")
    chinese = whole(served, messages=[{"role": "user", "content": "乌得勒支的办公室几点开门？"}])
    assert chinese["kb"]["language"] == "zh"


@pytest.mark.parametrize("asked", [HOURS, "Hello!", "Summarise the handbook."])
@pytest.mark.parametrize("sources", [True, False])
def test_streamed_and_whole_agree(served: Served, asked: str, sources: bool) -> None:
    body = {"messages": [{"role": "user", "content": asked}], "sources_in_text": sources, "seed": 4}
    one, chunks = whole(served, **body), streamed(served, **body)
    message = one["choices"][0]["message"]
    assert joined(chunks, "content") == message["content"]
    seen = joined(chunks, "reasoning_content")
    assert seen == message["reasoning_content"] or (not message["reasoning_content"] and seen[:6] in ("", "Draft,"))
    assert annotated(chunks) == message["annotations"]
    last = chunks[-1]
    assert (last["choices"][0]["finish_reason"], last["kb"]) == (one["choices"][0]["finish_reason"], one["kb"])
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert len({chunk["id"] for chunk in chunks}) == 1


def test_what_is_withheld_or_revised_never_went_out(served: Served, model: ScriptedModel) -> None:
    seen = threading.Event()
    says(model, ["The office in Utrecht opens ", "at 11:13 ", seen, "[1]."])
    body = {"model": "kb", "messages": ASKED, "stream": True}
    chunks: list[dict[str, Any]] = []
    with served.http.stream("POST", f"{served.running.origin}/v1/chat/completions", json=body) as answer:
        for line in answer.iter_lines():
            if line.startswith("data: {"):
                chunks.append(json.loads(line.removeprefix("data: ")))
                if "11:13" in line:
                    seen.set()
    draft = joined(chunks, "reasoning_content")  # the model does not reason: its reader sees that something comes
    assert draft.startswith("Draft, not checked yet:\nThe office in Utrecht opens at 11:13")
    one = whole(served)
    message = one["choices"][0]["message"]
    assert (one["kb"]["outcome"], message["reasoning_content"]) == ("refused", None)
    assert "11:13" not in message["content"]
    assert joined(chunks, "content") == message["content"]


def test_a_doubtful_answer_says_so_in_its_text(served: Served, model: ScriptedModel) -> None:
    model.expect([{"Yes": 0.4, "No": 0.6}] * 2)
    served.service.kb.keep_floors({"en": Floors(0.1, 0.9)})
    one, chunks = whole(served), streamed(served)
    assert one["kb"]["outcome"] == "uncertain"
    assert "Uncertain:" in one["choices"][0]["message"]["content"]
    assert joined(chunks, "content") == one["choices"][0]["message"]["content"]


def test_the_doubts_of_an_answer_are_in_its_language() -> None:
    notice = Notice("uncertain", CodedText("answer.uncertain"))
    text = "办公室七点半开门。"
    given = Answer("q", "q", text, language="zh", claims=(Claim(0, len(text), False, (), "unchecked"),), citations=(),
                   thinking="", refused=False, passages=(), notices=(notice,), engine="e", model="m", seconds=1.0,
                   first_word_seconds=0.5)  # fmt: skip
    shown = answer_text.content(given, "http://127.0.0.1:8600", sources=True)
    assert "不确定：段落可能没有写明" in shown
    assert "无法核对" in shown
    assert "Uncertain" not in shown


def test_a_sentence_that_is_not_confirmed_is_told(served: Served, model: ScriptedModel) -> None:
    says(model, "The office in Utrecht opens at 7:45 [1]. The office dog is called Bruno.")
    text = whole(served)["choices"][0]["message"]["content"]
    assert "\n- “The office dog is called Bruno" in text


def test_a_client_that_counts_the_annotations_finds_the_source_that_a_number_names(
    served: Served, model: ScriptedModel
) -> None:
    says(model, "员工每年有 9 天全薪病假 [2]。满 10 年的员工每年有 18 天年休假 [1]。")
    asked = [{"role": "user", "content": "员工每年有几天全薪病假？满 10 年的员工有几天年休假？"}]
    one, chunks = whole(served, messages=asked), streamed(served, messages=asked)
    message = one["choices"][0]["message"]
    text = message["content"].partition("\n\n---\n")[0]
    numbers = [int(n) for n in re.findall(r"\[(\d+)\]", text)]
    assert list(dict.fromkeys(numbers)) == list(range(1, len(set(numbers)) + 1))
    for annotations in (message["annotations"], annotated(chunks)):
        counted = list({each["url_citation"]["url"]: each["url_citation"] for each in annotations}.values())
        for number, cited in enumerate(counted[: len(set(numbers))], 1):
            assert cited["marker"] == number
            assert f"[{number}]" in text[cited["start_index"] : cited["end_index"]]
    assert joined(chunks, "content") == message["content"]


def test_the_address_of_a_source_is_none_that_a_client_looks_up_elsewhere(served: Served) -> None:
    [annotation] = whole(served)["choices"][0]["message"]["annotations"]
    address = annotation["url_citation"]["url"]
    assert not address.startswith(("http://", "https://"))  # Open WebUI asks the internet for the icons of such
    assert address.lower().startswith(f"{served.running.origin}/?source=handbook.md")
    same = served.running.origin + address[len(served.running.origin) :]
    assert served.http.get(address).status_code == served.http.get(same).status_code


def test_nothing_in_an_answer_loads_or_leads_anywhere(served: Served, model: ScriptedModel) -> None:
    pieces, read = [HOSTILE[at : at + 3] for at in range(0, len(HOSTILE), 3)], threading.Event()
    says(model, pieces, [*pieces, read])  # the second ends when its draft has been read: one that has ended shows none
    message, draft = whole(served)["choices"][0]["message"], ""
    with served.http.stream(
        "POST", f"{served.running.origin}/v1/chat/completions", json={"model": "kb", "messages": ASKED, "stream": True}
    ) as answer:
        for line in answer.iter_lines():
            if line.startswith("data: {"):
                draft += joined([json.loads(line.removeprefix("data: "))], "reasoning_content")
            if "3 < 4" in draft:
                read.set()
    assert "outside.example" in draft
    assert "](" not in draft
    assert "<img" not in draft
    assert "]:" not in draft
    assert "3 < 4" in draft
    checked = message["content"].partition("\n\n---\n")[0]  # no document names what is outside: it is left out
    assert checked == "The office in Utrecht opens at 7:45 [1]."


def test_tokens_are_those_that_the_engine_counted_or_else_estimated(served: Served, model: ScriptedModel) -> None:
    says(model, [Delta(prompt_tokens=90), Delta(ANSWER), Delta(prompt_tokens=90, completion_tokens=12)], REPLY)
    assert whole(served)["usage"] == {
        "prompt_tokens": 90, "completion_tokens": 12, "total_tokens": 102,
        "completion_tokens_details": {"reasoning_tokens": 0},
    }  # fmt: skip
    *_, before, usage = streamed(served, stream_options={"include_usage": True})
    assert before["choices"][0]["finish_reason"] == "stop"
    assert usage["choices"] == []
    assert usage["usage"]["prompt_tokens"] == model.count_tokens(HOURS)
    assert usage["usage"]["completion_tokens_details"]["reasoning_tokens"] > 0
    assert whole(served, messages=[{"role": "user", "content": "Hello!"}])["usage"]["total_tokens"] == 0


# ---- history


def test_a_follow_up_is_understood_with_the_history(served: Served, model: ScriptedModel) -> None:
    model._completions.append("When does the office in Utrecht close?")
    first = whole(served)["choices"][0]["message"]["content"]
    assert "Sources:" in first
    messages = [
        {"role": "system", "content": "Answer like a pirate."},
        {"role": "assistant", "content": "How can I help?"},
        *ASKED,
        {"role": "assistant", "content": first, "reasoning_content": "I thought."},
        {"role": "user", "content": [{"type": "text", "text": "When does it"}, {"type": "text", "text": "close?"}]},
    ]
    answer = whole(served, messages=messages)
    assert answer["kb"]["searched"] == "When does the office in Utrecht close?"
    told = model.completion_requests[-1][-1].content
    assert "7:45" in told
    assert "When does it\nclose?" in told
    for absent in ("Sources:", "pirate", "I thought", "How can I help?"):
        assert absent not in told


def test_plain_chat_is_told_all_that_was_said(served: Served, model: ScriptedModel) -> None:
    messages = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": "I am Ann."},
        {"role": "assistant", "content": "Hello Ann."},
        {"role": "user", "content": "Now."},
        {"role": "user", "content": "Who am I?"},
    ]
    body = {"model": "chat", "messages": messages, "temperature": 0.3, "seed": 2**40 + 5, "reasoning_effort": "none"}
    one = whole(served, **body)
    asked = [(message.role, message.content) for message in model.requests[-1]]
    assert asked == [
        ("system", "Be brief."), ("user", "I am Ann."), ("assistant", "Hello Ann."), ("user", "Now.\n\nWho am I?"),
    ]  # fmt: skip
    assert model.options[-1] == {"think_budget": 0, "temperature": 0.3, "seed": 5}
    assert one["choices"][0]["message"]["annotations"] == []
    chunks = streamed(served, **body)
    pieces = [chunk["choices"][0]["delta"].get("content") for chunk in chunks if chunk["choices"]]
    assert len([piece for piece in pieces if piece]) >= 1
    assert joined(chunks, "content") == one["choices"][0]["message"]["content"]


def test_plain_chat_goes_out_as_it_is_written(served: Served, model: ScriptedModel) -> None:
    go_on = threading.Event()
    says(model, ["Dear ", "Ann", go_on, ", hello."])
    body = {"model": "chat", "messages": [{"role": "user", "content": "Write a letter."}], "stream": True}
    with served.http.stream("POST", f"{served.running.origin}/v1/chat/completions", json=body) as answer:
        text = ""
        for line in answer.iter_lines():
            if line.startswith("data: {"):
                for choice in json.loads(line.removeprefix("data: "))["choices"]:
                    text += choice["delta"].get("content") or ""
            if text == "Dear Ann":
                go_on.set()
    assert text == "Dear Ann, hello."


def test_an_answer_is_limited_to_the_documents_that_have_a_tag(served: Served, model: ScriptedModel) -> None:
    says(model, "满 10 年的员工每年有 18 天年休假 [1]。")
    asked = [{"role": "user", "content": "满 10 年的员工有几天年休假？"}]
    body = {"document": "休假.md", "collection": "规章", "tags": ["休假 Rules"]}
    assert served.http.put("documents/tags", json=body).status_code == 200
    try:
        found = whole(served, tags=["none", "休假 rules"], messages=asked)["choices"][0]["message"]["annotations"]
        assert {each["url_citation"]["document"] for each in found} == {"休假.md"}
        nothing = whole(served, tags=["none"], messages=asked)["kb"]
        assert "nothing_matches" in [each["kind"] for each in nothing["notices"]]
        refused(post(served, {"model": "chat", "messages": asked, "tags": ["x"]}), 400, "tags", "without documents")
        refused(post(served, {"model": "kb", "messages": asked, "tags": "x"}), 400, "tags", "list")
    finally:
        served.http.put("documents/tags", json={**body, "tags": []})


def test_a_model_of_one_collection_answers_from_it_alone(served: Served, model: ScriptedModel) -> None:
    says(model, "满 10 年的员工每年有 18 天年休假 [1]。")
    asked = [{"role": "user", "content": "满 10 年的员工有几天年休假？"}]
    found = whole(served, model="kb:规章", messages=asked)["choices"][0]["message"]["annotations"]
    assert {each["url_citation"]["collection"] for each in found} == {"规章"}
    none = whole(served, model="kb:docs", messages=asked)["choices"][0]["message"]["annotations"]
    assert all(each["url_citation"]["collection"] == "docs" for each in none)


# ---- what is refused, and what is ignored


@pytest.mark.parametrize(
    ("field", "param", "word"),
    [
        ({"n": 50}, "n", "n = 50"),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "tools", "MCP"),
        ({"functions": [{"name": "f"}]}, "functions", "MCP"),
        ({"tool_choice": "required"}, "tool_choice", "MCP"),
        ({"logprobs": True}, "logprobs", "probabilities"),
        ({"top_logprobs": 3}, "top_logprobs", "probabilities"),
        ({"logit_bias": {"50256": -100}}, "logit_bias", "Leave it out"),
        ({"stop": ["\n"]}, "stop", "closing the connection"),
        ({"modalities": ["text", "audio"]}, "modalities", "text"),
        ({"audio": {"voice": "a"}}, "audio", "text"),
        ({"response_format": {"type": "json_object"}}, "response_format", "annotations"),
        ({"web_search_options": {"user_location": None}}, "web_search_options", "this machine"),
        ({"temperature": 3}, "temperature", "less than or equal to 2"),
        ({"seed": 2**70}, "seed", "seed"),
        ({"think_budget": -1}, "think_budget", "think_budget"),
        ({"messages": []}, "messages", "messages"),
        ({"messages": [{"role": "system", "content": "x"}]}, "messages", "last message"),
        ({"messages": [*ASKED, {"role": "assistant", "content": "x"}]}, "messages", "last message"),
        ({"messages": [{"role": "user", "content": None}]}, "messages.0.content", "no content"),
        ({"messages": [{"role": "tool", "content": "x", "tool_call_id": "1"}]}, "messages.0.role", "tools"),
        ({"messages": [{"role": "assistant", "tool_calls": [{}]}, *ASKED]}, "messages.0.role", "tools"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:"}}]}]},
            "messages.0.content.0", "image_url",
        ),
        ({"messages": [{"role": "user", "content": " "}]}, None, "empty"),
        ({"messages": [{"role": "user", "content": "x" * 9_000}]}, None, "9,000"),
        ({"messages": "hello"}, "messages", "list"),
        ({"model": None}, "model", "string"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("stream", [False, True])
def test_what_is_not_taken_is_refused_with_the_field_and_the_reason(
    served: Served, field: dict[str, Any], param: str | None, word: str, stream: bool
) -> None:
    refused(post(served, {"model": "kb", "messages": ASKED, "stream": stream, **field}), 400, param, word)
    assert served.service.conversations.running() == []


def test_what_changes_nothing_is_ignored(served: Served) -> None:
    body = {
        "n": 1, "max_tokens": 9000, "max_completion_tokens": 10, "top_p": 0.9, "frequency_penalty": 1.0,
        "presence_penalty": 1.0, "metadata": {"a": "b"}, "store": True, "service_tier": "auto", "tools": [],
        "tool_choice": "none", "parallel_tool_calls": True, "logprobs": False, "stop": None, "logit_bias": {},
        "response_format": {"type": "text"}, "modalities": ["text"], "verbosity": "low", "reasoning_effort": "high",
        "prompt_cache_key": "k", "safety_identifier": "s", "of_some_client": {"x": [1]},
    }  # fmt: skip
    assert whole(served, **body)["choices"][0]["message"]["content"].startswith(ANSWER)


def test_an_unknown_model_is_404_and_says_what_there_is(client: openai.OpenAI) -> None:
    for name in ("gpt-4o", "kb:", "kb:none", "KB", "kb:../docs", ""):
        with pytest.raises(openai.NotFoundError) as raised:
            client.chat.completions.create(model=name, messages=ASKED)  # type: ignore[arg-type]
        assert (raised.value.code, raised.value.param) == ("model_not_found", "model")
        assert "kb, kb:docs, kb:规章, chat" in str(raised.value)


def test_a_request_that_is_no_json_or_too_large_or_half_a_character_is_refused(served: Served) -> None:
    address = f"{served.running.origin}/v1/chat/completions"
    refused(served.http.post(address, content=b"{"), 400, None, "cannot be used")
    half = b'{"model": "kb", "messages": [{"role": "user", "content": "When \\ud800?"}]}'
    assert served.http.post(address, content=half).status_code in (200, 400)
    nested = b'{"model": "kb", "messages": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    assert served.http.post(address, content=nested).status_code == 400
    refused(served.http.get(f"{served.running.origin}/v1/nothing"), 404, None, "/v1/openapi.json")
    refused(served.http.get(address), 405, None, "GET")
    assert whole(served)["choices"][0]["message"]["content"].startswith(ANSWER)


@pytest.mark.parametrize("stream", [False, True])
def test_ten_megabytes_of_history_are_refused_with_the_limit_and_nothing_is_lost(
    served: Served, client: openai.OpenAI, stream: bool
) -> None:
    before = [{"role": role, "content": "x" * 1000} for _ in range(5000) for role in ("user", "assistant")]
    options: dict[str, Any] = {"model": "kb", "stream": stream}
    with pytest.raises(openai.APIStatusError) as raised:
        client.chat.completions.create(messages=[*before, *ASKED], **options)
    assert (raised.value.status_code, raised.value.code) == (413, "request_too_large")
    assert "larger than 1 MB. Send less at once" in str(raised.value)
    assert served.service.conversations.running() == []
    within = [*before[:800], *ASKED]  # 0.8 MB: what does not fit into the model's context is left out
    answer = client.chat.completions.create(model="kb", messages=within)  # type: ignore[arg-type]
    assert str(answer.choices[0].message.content).startswith(ANSWER)


@pytest.mark.parametrize("token", ["", "Bearer wrong", "Basic eDp5"])
def test_without_the_token_openais_client_is_told_what_to_send(served: Served, token: str) -> None:
    with httpx.Client(trust_env=False) as http:
        for path in ("models", "chat/completions", "embeddings"):
            answer = http.post(f"{served.running.origin}/v1/{path}", headers={"authorization": token})
            refused(answer, 401, None, "Authorization: Bearer")
            assert answer.json()["error"]["code"] == "invalid_api_key"
        other = http.get(
            f"{served.running.origin}/v1/models",
            headers={"authorization": f"Bearer {served.running.token}", "origin": "http://evil.example"},
        )
        assert other.status_code == 403


# ---- what fails, and who leaves


def test_a_failure_is_an_error_whole_and_streamed(served: Served, client: openai.OpenAI, model: ScriptedModel) -> None:
    says(model, [ModelError("The engine broke off. Ask again.")])
    with pytest.raises(openai.InternalServerError, match="broke off") as raised:
        client.chat.completions.create(model="kb", messages=ASKED)  # type: ignore[arg-type]
    assert raised.value.status_code == 503
    with pytest.raises(openai.APIError, match="broke off"):
        for _ in client.chat.completions.create(model="kb", messages=ASKED, stream=True):  # type: ignore[call-overload]
            pass


def request(served: Served, body: Any) -> bytes:
    """A request as bytes, for connections that a test cuts or does not read."""
    written = json.dumps(body).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1:{served.running.port}\r\n"
        f"authorization: Bearer {served.running.token}\r\ncontent-type: application/json\r\n"
        f"content-length: {len(written)}\r\n\r\n"
    )
    return head.encode() + written


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_leaves_frees_the_engine_that_writes_nothing(
    served: Served, model: ScriptedModel, stream: bool
) -> None:
    says(model, ["The office ", "opens ", threading.Event()])  # until it is stopped
    service = served.service
    with socket.create_connection(("127.0.0.1", served.running.port)) as connection:
        connection.sendall(request(served, {"model": "kb", "messages": ASKED, "stream": stream}))
        until(lambda: any(turn.running.snapshot.text for turn in service.conversations.running()), WITHIN)
        [turn] = service.conversations.running()
    assert turn.running.join(WITHIN)
    until(lambda: service.queue.waiting == 0 and not service.conversations.running(), WITHIN)
    assert turn.running.snapshot.state == "stopped"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", ["kb", "chat"])
def test_a_client_that_leaves_frees_the_engine_within_a_few_words(
    served: Served, model: ScriptedModel, name: str, stream: bool
) -> None:
    words = OnDemand()
    says(model, words)
    with socket.create_connection(("127.0.0.1", served.running.port)) as connection:
        connection.sendall(request(served, {"model": name, "messages": ASKED, "stream": stream}))
        words.ask(3)
        until(lambda: words.written == 3, WITHIN)
    assert answered_until(words, served) <= FEW


def test_a_client_that_reads_nothing_holds_up_nobody(served: Served, model: ScriptedModel) -> None:
    says(model, "The office opens at 7:45 [1]. " * 20_000, REPLY)
    with socket.create_connection(("127.0.0.1", served.running.port)) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        connection.sendall(request(served, {"model": "chat", "messages": ASKED, "stream": True}))
        until(lambda: bool(model.requests), WITHIN)
        assert whole(served)["choices"][0]["message"]["content"].startswith(ANSWER)


def test_answers_wait_in_the_queue_of_all_others(served: Served, model: ScriptedModel) -> None:
    go_on = threading.Event()
    says(model, ["The office ", go_on, "opens at 7:45 [1]."], REPLY)
    threads = [threading.Thread(target=served.http.post, args=("ask",), kwargs={"json": {"question": HOURS}})]
    threads[0].start()
    until(lambda: any(turn.running.snapshot.text for turn in served.service.conversations.running()), WITHIN)
    answers: list[dict[str, Any]] = []
    threads.append(threading.Thread(target=lambda: answers.append(whole(served))))
    threads[1].start()
    until(lambda: served.service.queue.waiting == 1, WITHIN)
    go_on.set()
    for thread in threads:
        thread.join(WITHIN)
    assert answers[0]["choices"][0]["message"]["content"].startswith(ANSWER)


def test_twenty_clients_at_once_are_all_answered(served: Served) -> None:
    failed: list[str] = []
    answered: list[int] = []
    ends = time.monotonic() + 4

    def ask(number: int) -> None:
        with httpx.Client(headers=served.http.headers, trust_env=False, timeout=120) as http:
            while not failed and (time.monotonic() < ends or number not in answered):
                body = {"model": ("kb", "chat")[number % 2], "messages": ASKED, "stream": number % 3 == 0}
                answer = http.post(
                    f"{served.running.origin}/v1/chat/completions", json=body, headers={"x-kb-client": f"c{number}"}
                )
                if answer.status_code != 200 or "7:45" not in answer.text:
                    failed.append(answer.text)
                answered.append(number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(150)
    assert failed == []
    assert set(answered) == set(range(20))
