"""The Ollama engine against a real server with a small model whose template has `<think>`."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from kb.config import LLMSettings
from kb.errors import ContextOverflow, EngineUnavailable, ModelError, ModelMissing, RefusedByPolicy
from kb.models import ollama_server as ollama_server_module
from kb.models.cancellation import Cancellation
from kb.models.llm import installed_models, open_model, pull_model
from kb.models.ollama_engine import OllamaModel, turns
from kb.models.ollama_server import CannotThink, OllamaServer, suggest
from kb.models.reasoning_stream import answer_in
from kb.schema import Message, Notice, Thought, Token, Usage
from tests.ollama_server import MODEL, PLAIN_MODEL, RunningOllama

QUESTION = [Message("user", "Tell me a long story about the sea, the wind and an old fisherman.")]
# So warm the model does not end before its limit: 900 tokens take a quarter of a minute.
ENDLESS: dict[str, Any] = {"think_budget": 0, "temperature": 2.0, "seed": 7}


def settings(server: RunningOllama, **changes: object) -> LLMSettings:
    values = {"ollama_host": server.url, "model": MODEL, "context_tokens": 1024, "answer_tokens": 16, "temperature": 0}
    return LLMSettings.model_validate({**values, **changes})


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address of this machine where nothing listens, held so that nothing else takes it."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


def test_models_are_listed_with_size_and_digest(ollama_server: RunningOllama) -> None:
    models = {model.name: model for model in OllamaServer(ollama_server.url).models()}
    assert models.keys() >= {MODEL, PLAIN_MODEL}
    assert models[MODEL].size > 98_000_000
    assert OllamaModel(settings(ollama_server)).digest() == models[MODEL].digest


def test_the_server_says_whether_a_model_can_think(ollama_server: RunningOllama) -> None:
    server = OllamaServer(ollama_server.url)
    assert "thinking" in server.capabilities(MODEL)
    assert "thinking" not in server.capabilities(PLAIN_MODEL)


def test_reasoning_then_an_answer_within_the_budget(ollama_server: RunningOllama) -> None:
    model = OllamaModel(settings(ollama_server))
    events = list(model.generate(QUESTION, think_budget=8, seed=1))
    kinds = [type(event) for event in events]
    assert 0 < kinds.count(Thought) <= 9
    assert kinds.index(Token) > kinds.index(Thought)
    assert answer_in(events)
    was_cut = any(isinstance(event, Notice) and event.kind == "answer_cut" for event in events)
    told = [event for event in events if isinstance(event, Usage)]
    assert told or was_cut  # the server tells its counts at the end
    assert all(usage.prompt_tokens > 0 and 0 < usage.completion_tokens <= 32 for usage in told)
    assert not any("think>" in event.text for event in events if isinstance(event, Thought | Token))


def test_endless_reasoning_is_ended_at_its_budget_with_a_notice(ollama_server: RunningOllama) -> None:
    model = OllamaModel(settings(ollama_server))
    events = list(model.generate([Message("user", "Write: " + "sea wind " * 40)], think_budget=4, seed=1))
    assert [event.kind for event in events if isinstance(event, Notice)][:1] == ["think_budget"]
    assert sum(isinstance(event, Thought) for event in events) <= 5
    assert answer_in(events)


def test_a_reasoning_that_is_given_stands_in_the_prompt(ollama_server: RunningOllama) -> None:
    given = {"role": "assistant", "thinking": "I have thought.", "content": "\n"}
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Hi"}, given], "think": True}
    rendered = OllamaServer(ollama_server.url).render(body)
    assert rendered is not None
    assert "<think>\nI have thought.\n</think>" in rendered


def test_a_model_that_cannot_think_answers_all_the_same(ollama_server: RunningOllama) -> None:
    assert answer_in(OllamaModel(settings(ollama_server), PLAIN_MODEL).generate(QUESTION, seed=1))


def test_a_server_that_refuses_to_think_is_asked_without(ollama_server: RunningOllama) -> None:
    model = OllamaModel(settings(ollama_server), PLAIN_MODEL)
    model.thinks = True  # as if an older server had claimed so
    assert answer_in(model.generate(QUESTION, seed=1))
    assert not model.thinks
    with pytest.raises(CannotThink):
        list(OllamaServer(ollama_server.url).chat({"model": PLAIN_MODEL, "messages": [], "think": True}))


def test_a_short_completion_has_no_reasoning(ollama_server: RunningOllama) -> None:
    assert OllamaModel(settings(ollama_server)).complete([Message("user", "Say hello.")], answer_tokens=8)


def test_a_model_can_be_loaded_before_the_first_question(ollama_server: RunningOllama) -> None:
    OllamaModel(settings(ollama_server)).warm_up()
    with httpx.Client(base_url=ollama_server.url, trust_env=False) as client:
        loaded = client.get("/api/ps").json()["models"]
    assert [(model["name"], model["context_length"]) for model in loaded] == [(MODEL, 1024)]


def test_a_preference_is_a_share_of_the_options(ollama_server: RunningOllama) -> None:
    messages = [Message("user", "Is Paris in France? Answer Yes or No.")]
    found = OllamaModel(settings(ollama_server)).preference(messages, ["Yes", "No"])
    assert found is not None
    assert found.keys() == {"Yes", "No"}
    assert sum(found.values()) == pytest.approx(1)


def test_a_prompt_that_is_too_long_is_an_error_and_not_a_silent_cut(ollama_server: RunningOllama) -> None:
    model = OllamaModel(settings(ollama_server))
    with pytest.raises(ContextOverflow, match="does not fit"):
        list(model.generate([Message("user", "word " * 3000)]))


def test_a_missing_model_is_named_with_the_one_that_was_meant(ollama_server: RunningOllama) -> None:
    with pytest.raises(ModelMissing, match=f"reasonr:135m is not on .* Did you mean {MODEL}"):
        OllamaModel(settings(ollama_server), "reasonr:135m")
    with pytest.raises(ModelMissing, match=r"Run `kb models pull deepseek-r1:1\.5b`"):
        OllamaModel(settings(ollama_server), "deepseek-r1:1.5b")


def test_a_pull_of_an_unknown_tag_suggests_the_right_one(ollama_server: RunningOllama) -> None:
    # Errors on the way come as HTTP 200 with an error line; without a network the library cannot be asked.
    with pytest.raises(ModelError, match=r"Did you mean deepseek-r1:1\.5b\?"):
        pull_model(settings(ollama_server), "deepseek-rl:1.5b")


def test_a_removed_model_is_gone(ollama_server: RunningOllama) -> None:
    server = OllamaServer(ollama_server.url)
    with httpx.Client(base_url=ollama_server.url, trust_env=False) as client:
        client.post("/api/copy", json={"source": PLAIN_MODEL, "destination": "copy:135m"}).raise_for_status()
    server.remove("copy:135m")
    assert "copy:135m" not in [model.name for model in server.models()]
    with pytest.raises(ModelMissing):
        server.remove("copy:135m")


def test_an_absent_server_is_an_error_that_says_what_to_do(nobody: str) -> None:
    with pytest.raises(EngineUnavailable, match="ollama serve"):
        OllamaModel(LLMSettings(ollama_host=nobody))
    found, problem = installed_models(LLMSettings(ollama_host=nobody))
    assert "ollama serve" in problem
    assert all(model.engine == "embedded" for model in found)


def test_a_server_that_dies_in_mid_answer_is_an_error(own_ollama_server: RunningOllama) -> None:
    model = OllamaModel(settings(own_ollama_server, answer_tokens=900))
    events = model.generate(QUESTION, **ENDLESS)
    assert isinstance(next(events), Token)
    own_ollama_server.kill()
    with pytest.raises(ModelError, match="broke off"):
        list(events)


@pytest.mark.parametrize("kind", [threading.Event, Cancellation])
def test_a_stop_before_the_first_token_takes_effect_at_once(
    own_ollama_server: RunningOllama, kind: type[threading.Event]
) -> None:
    model = OllamaModel(settings(own_ollama_server))
    os.killpg(own_ollama_server.process.pid, signal.SIGSTOP)  # from now on it is silent
    stop = kind()
    threading.Timer(0.1, stop.set).start()
    started = time.monotonic()
    assert list(model.generate(QUESTION, stop=stop)) == []
    assert time.monotonic() - started < 30


def test_a_closed_stream_ends_the_servers_work(ollama_server: RunningOllama) -> None:
    model = OllamaModel(settings(ollama_server, answer_tokens=900))
    events = model.generate(QUESTION, **ENDLESS)
    next(events)
    events.close()
    # One generation at a time: this one could not begin while the first went on.
    started = time.monotonic()
    assert model.complete([Message("user", "Say hello.")], answer_tokens=2)
    assert time.monotonic() - started < 10


HELLO: dict[str, Any] = {
    "model": MODEL,
    "messages": [{"role": "user", "content": "Say hello."}],
    "think": False,
    "options": {"num_ctx": 1024, "num_predict": 4},
}


def test_chats_that_end_by_themselves_leave_no_mark(own_ollama_server: RunningOllama) -> None:
    server, of = OllamaServer(own_ollama_server.url), (urlsplit(own_ollama_server.url).netloc, MODEL)
    assert list(server.chat(HELLO))[-1]["done"]
    with pytest.raises(ContextOverflow):
        list(OllamaModel(settings(own_ollama_server)).generate([Message("user", "word " * 3000)]))
    assert of not in ollama_server_module._hung_up
    lines = server.chat({**HELLO, "options": {"num_ctx": 1024, "num_predict": 200}})
    next(lines)
    lines.close()  # type: ignore[attr-defined]
    assert of in ollama_server_module._hung_up
    assert list(server.chat(HELLO))[-1]["done"]
    assert of not in ollama_server_module._hung_up


def test_setting_a_server_free_interrupts_nobody(own_ollama_server: RunningOllama) -> None:
    model = OllamaModel(settings(own_ollama_server, answer_tokens=300))
    long = model.generate(QUESTION, **ENDLESS)
    next(long)
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    assert list(model.generate(QUESTION, stop=stop)) == []  # in the queue
    assert list(OllamaServer(own_ollama_server.url).chat(HELLO, patience=0.3))[-1]["done"]
    assert len(answer_in(long)) > 200


@pytest.mark.parametrize(
    "ask",
    [
        lambda model: model.preference([Message("user", "Yes or No?")], ["Yes", "No"]),
        lambda model: model.complete([Message("user", "Count to a hundred.")], answer_tokens=4),
    ],
    ids=["preference", "completion that is cut"],
)
def test_what_ends_by_itself_is_read_to_its_end(
    own_ollama_server: RunningOllama, monkeypatch: pytest.MonkeyPatch, ask: Callable[[OllamaModel], object]
) -> None:
    heard: list[bool] = []
    chat = OllamaServer.chat

    def listening(*args: Any, **options: Any) -> Iterator[dict[str, Any]]:
        for line in chat(*args, **options):
            heard.append(bool(line.get("done")))
            yield line

    monkeypatch.setattr(OllamaServer, "chat", listening)
    assert ask(OllamaModel(settings(own_ollama_server)))
    assert heard[-1]


def test_a_host_outside_is_refused_unless_allowed() -> None:
    with pytest.raises(RefusedByPolicy, match=r"privacy\.allow"):
        open_model(LLMSettings(ollama_host="http://192.0.2.1:11434"))


def test_the_model_asked_for_by_name_is_never_replaced(ollama_server: RunningOllama) -> None:
    assert open_model(settings(ollama_server), "auto").engine == "ollama"
    assert open_model(settings(ollama_server), model=PLAIN_MODEL).name == PLAIN_MODEL
    with pytest.raises(ModelMissing):
        open_model(settings(ollama_server), model="deepseek-r1:7b")


def test_auto_takes_the_embedded_engine_where_the_server_lacks_the_model(ollama_server: RunningOllama) -> None:
    lacking = settings(ollama_server, model="deepseek-r1:1.5b", embedded_model="smollm2-135m")
    assert open_model(lacking).engine == "embedded"


@pytest.mark.parametrize(
    ("tag", "meant"),
    [
        ("deepseek-rl:1.5b", "deepseek-r1:1.5b"),
        ("deepseek-r1:1.5", "deepseek-r1:1.5b"),
        ("deepseekr1:7b", "deepseek-r1:7b"),
        ("deepseek-r1:70B ", "deepseek-r1:70b"),
        ("qwen-2.5:7b", "qwen2.5:7b"),
        ("lama3.2:1b", "llama3.2:1b"),
        ("something-else", None),
    ],
)
def test_a_misspelt_tag_gets_a_suggestion(tag: str, meant: str | None) -> None:
    assert suggest(tag) == meant


def test_deepseek_gets_no_system_turn_and_documents_no_control_tokens() -> None:
    messages = [
        Message("system", "Cite."),
        Message("user", "See <|im_start|>system"),
        Message("assistant", "Yes.", "I see."),
    ]
    assert turns(messages, "deepseek-r1:1.5b", with_thinking=True) == [
        {"role": "user", "content": "Cite.\n\nSee < |im_start| >system"},
        {"role": "assistant", "content": "Yes.", "thinking": "I see."},
    ]
    assert (
        turns(messages, "other", with_thinking=True, raw_tags=True)[2]["content"] == "<think>\nI see.\n</think>\n\nYes."
    )
