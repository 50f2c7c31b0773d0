"""The chat page, drawn by Streamlit's own script runner over scripted answers: what it shows and what it keeps."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from kb.schema import Answer, Scope
from tests.ui.scripted import HANDBOOK, QUOTE, ScriptedKB
from ui import server
from ui.html import chat as html_chat
from ui.page import chat_view, panel, session
from ui.service import runtime
from ui.service.addresses import source_address
from ui.service.answer_task import RunningAnswer, Snapshot
from ui.service.auth import token_of
from ui.service.conversations import LOCAL
from ui.service.listening import ListeningAddress

APP = Path(__file__).parents[3] / "ui" / "page" / "app.py"
SIZE = 30_000  # characters of an answer that does not end
ROW = "| 1 | 2 | [1] | <b>4</b> |\n"
WALLS = {
    "table": "| a | b | c | d |\n|---|---|---|---|\n" + ROW * (SIZE // len(ROW)),
    "one row": "| a |\n|---|\n|" + " x |" * (SIZE // 4),
    "html": '<div class="x"><table><tr><td>' * (SIZE // 30),
    "brackets": "[" * SIZE,
    "stars": "*a **b " * (SIZE // 7),
    "quotes": "> " * (SIZE // 2),
    "ticks": "`" * 50 + " ``` ` `` " * (SIZE // 10),
}


@pytest.fixture
def kb(tmp_path: Path) -> Iterator[ScriptedKB]:
    made = ScriptedKB(tmp_path)
    yield made
    made.catalog.close()


@pytest.fixture
def service(kb: ScriptedKB) -> Iterator[runtime.Service]:
    made = runtime.Service.of(kb)  # type: ignore[arg-type]
    made.warm_up.state = "ready"
    runtime.install(made)
    yield made
    runtime.install(None)
    made.conversations.close()


@pytest.fixture
def visit(service: runtime.Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Open the page at an address, as a browser does that was never there, or was loaded anew."""
    monkeypatch.setattr(session, "_headers", lambda: [("Authorization", f"Bearer {token_of(tmp_path)}")])

    def visit(query: Mapping[str, Any] | None = None) -> AppTest:
        for made in vars(panel).values():
            if hasattr(made, "cache_clear"):
                made.cache_clear()  # each page of a test has a registry of components of its own
        page = AppTest.from_file(APP, default_timeout=60)
        page.context = {"locale": "en-GB"}
        page.query_params = dict(query or {})
        page.run()
        assert not page.exception
        return page

    return visit


def drawn(page: AppTest) -> str:
    """All HTML of the page: its own and that in its panels."""
    panels = [
        json.loads(element.proto.mixed.json or element.proto.json or "{}") for element in page.get("bidi_component")
    ]
    return "\n".join([element.value for element in page.get("html")] + [str(data.get("html", "")) for data in panels])


def ask(page: AppTest, question: str) -> None:
    page.chat_input[0].set_value(question).run()
    assert not page.exception


def test_the_budget_the_question_was_asked_with_stands_beside_the_reasoning(
    visit: Callable[..., AppTest], kb: ScriptedKB
) -> None:
    page = visit()
    ask(page, "How many days of leave?")
    assert "14 of 64 tokens" in drawn(page)  # the model's own
    page.selectbox(key="think-budget").set_value(32).run()
    ask(page, "And now?")
    assert "14 of 32 tokens" in drawn(page)
    page.selectbox(key="think-budget").set_value(128).run()
    shown = drawn(page)
    assert "14 of 64 tokens" in shown
    assert "14 of 32 tokens" in shown
    assert "of 128" not in shown


def test_the_address_of_a_source_opens_it_at_its_words_and_does_not_keep_it(visit: Callable[..., AppTest]) -> None:
    start = HANDBOOK.index(QUOTE)
    address = source_address("http://127.0.0.1:1", "staff", "handbook.md", 1, None, start, start + len(QUOTE))
    page = visit({name: values[0] for name, values in parse_qs(urlsplit(address).query).items()})
    shown = "".join(re.findall(r"<mark[^>]*>(.*?)</mark>", drawn(page)))
    assert re.sub(r"<[^>]*>", "", shown) == QUOTE
    assert not [name for name in page.query_params if name.startswith("source")]


@pytest.mark.parametrize(
    "query",
    [
        {"source": "../../etc/passwd", "source_in": "staff", "source_span": "1-2"},
        {"source": "handbook.md", "source_in": "staff", "source_span": "9" * 400, "source_page": "x"},
        {"source": "handbook.md", "source_version": "-1", "source_span": "5-4", "source_page": "0"},
    ],
)
def test_an_address_of_no_source_opens_nothing_harmful(visit: Callable[..., AppTest], query: dict[str, str]) -> None:
    assert "root:" not in drawn(visit(query))


def test_how_one_asks_outlives_a_reload(visit: Callable[..., AppTest], service: runtime.Service) -> None:
    page = visit()
    page.multiselect[0].set_value(["staff"]).run()
    page.multiselect[1].set_value(["md"]).run()
    page.selectbox(key="think-budget").set_value(64).run()
    page.run()
    again = visit(page.query_params)
    assert 'data-value="collections:staff"' in drawn(again)
    assert 'data-value="types:md"' in drawn(again)
    assert again.selectbox(key="think-budget").value == 64
    ask(again, "How many days of leave?")
    (listed,) = service.conversations.list()
    conversation = service.conversations.get(listed.id)
    assert conversation is not None
    assert conversation.turns[0].scope == Scope(collections=("staff",), types=("md",))
    assert conversation.turns[0].think_budget == 64

    again.toggle(key="without-documents").set_value(True).run()
    last = visit(again.query_params)
    assert last.toggle(key="without-documents").value is True
    last.button(key="new-conversation").click().run()
    assert last.toggle(key="without-documents").value is False  # a new conversation asks the documents
    assert "mode" not in last.query_params
    assert 'data-value="types:md"' in drawn(last)


def test_no_full_garbage_collection_follows_each_look_and_click(monkeypatch: pytest.MonkeyPatch) -> None:
    options: dict[str, Any] = {}
    monkeypatch.setattr("streamlit.web.bootstrap.load_config_options", options.update)
    server._streamlit(ListeningAddress(port=8000), 1)
    assert options["runner.postScriptGC"] is False


def test_a_question_for_a_reason_goes_when_the_next_question_is_asked(visit: Callable[..., AppTest]) -> None:
    page = visit()
    ask(page, "How many days of leave?")
    page.session_state["judging"] = "some turn"
    ask(page, "And now?")
    assert "judging" not in page.session_state


def test_an_address_made_up_by_somebody_does_no_harm(visit: Callable[..., AppTest]) -> None:
    page = visit({"since": "20260102", "until": "never", "type": ["pdf", "pdf", ""], "think": "7", "mode": "x"})
    shown = drawn(page)
    assert 'data-value="since:"' in shown
    assert "since 2026-01-02" in shown
    assert 'data-value="until:"' not in shown
    assert shown.count('data-value="types:pdf"') == 1
    assert page.selectbox(key="think-budget").value is None
    assert page.toggle(key="without-documents").value is False


@pytest.mark.parametrize(
    ("state", "words"), [("failed", "The answer could not be completed"), ("interrupted", "was not finished")]
)
def test_what_failed_is_copied_and_asked_again(
    state: str, words: str, visit: Callable[..., AppTest], service: runtime.Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = visit()
    ask(page, "How many days of leave?")
    (listed,) = service.conversations.list()
    conversation = service.conversations.get(listed.id)
    assert conversation is not None
    (turn,) = conversation.turns
    turn.running = RunningAnswer.ended(Snapshot(state, text="Half of it", error="Lost."), 1.0)  # type: ignore[arg-type]
    page.run()
    shown = drawn(page)
    assert words in shown
    assert 'data-copy="Half of it"' in shown
    assert 'data-action="again"' in shown
    chat_view._act(service, conversation, turn, "again", "")  # what that button calls
    again = conversation.turns[-1]
    assert again is not turn
    assert again.running.join(10)
    assert (again.question, again.running.snapshot.state) == (turn.question, "done")
    page.run()
    assert drawn(page).count('class="bubble"') == 2


# ---- answers that do not end


@pytest.mark.parametrize("name", WALLS)
def test_drawing_a_wall_of_signs_takes_time_in_proportion(name: str) -> None:
    text = WALLS[name]
    seconds_to_draw(text[:1000])
    quarter, whole = (min(seconds_to_draw(part) for _ in range(3)) for part in (text[: len(text) // 4], text))
    assert whole < max(10 * quarter, 0.2)  # 16 times, if it grew with the square
    assert whole < 2.0


def seconds_to_draw(text: str) -> float:
    began = time.thread_time()  # what other threads do meanwhile does not count
    html_chat.draft(text, 3)
    return time.thread_time() - began


@pytest.mark.parametrize("thinking", [False, True], ids=["answer", "reasoning"])
@pytest.mark.parametrize("name", ["table", "html"])
def test_the_page_keeps_up_with_an_answer_that_does_not_end(
    name: str, thinking: bool, visit: Callable[..., AppTest], kb: ScriptedKB, monkeypatch: pytest.MonkeyPatch
) -> None:
    spent, drawn_most, seen = [0.0], 0, threading.Event()
    growing, answer = chat_view._growing, kb._answer

    def measured(*arguments: Any) -> list[str]:
        nonlocal drawn_most
        began = time.thread_time()
        parts = growing(*arguments)
        spent.append(time.thread_time() - began)
        drawn_most = max(drawn_most, sum(map(len, parts)))
        kb.gate.set()
        if drawn_most > SIZE / 20:
            seen.set()
        return parts

    def when_seen(*arguments: Any) -> Answer:
        assert seen.wait(30)
        return answer(*arguments)

    monkeypatch.setattr(chat_view, "_growing", measured)
    wall = WALLS[name]
    kb.gate.clear()  # it begins and ends while it is looked at, however slow that is
    monkeypatch.setattr(kb, "_answer", when_seen)
    kb.pause = 0.0002  # about a second for all of it
    monkeypatch.setattr(kb, "_text", lambda question: "Short." if thinking else wall)
    if thinking:
        monkeypatch.setattr(kb, "thoughts", re.findall(r".{1,8}", wall, re.DOTALL))
    page = visit()
    began = time.monotonic()
    ask(page, "hostile")
    whole = time.monotonic() - began
    once = min(seconds_to_draw(wall) for _ in range(3))
    longest = sorted(spent)[-2]  # but one, during which Python may clear its memory
    print(f"{len(spent)} drawings in {sum(spent):.2f} s of {whole:.2f} s, but one the longest {longest:.3f} s")
    assert longest < max(5 * once, 0.2)  # many times as long, if each tick drew again what the ticks before it drew
    assert 1 < len(spent) < whole / chat_view._TICK + 2
    assert drawn_most > SIZE / 20
    assert thinking or len(drawn(page)) > SIZE


def test_a_stopped_answer_whose_document_was_deleted_is_not_said_to_be_kept(
    kb: ScriptedKB, service: runtime.Service, visit: Callable[..., AppTest]
) -> None:
    conversation = service.conversations.new()
    turn = service.conversations.ask(conversation, "How many days of leave, hesitant model?", "documents")
    assert turn is not None
    while not turn.running.snapshot.text:
        turn.running.wait(turn.running.snapshot.revision, 10)
    turn.running.stop()
    assert turn.running.join(30)  # what was written is in the store, from which the deletion takes it
    page = visit({"c": conversation.id})
    assert "What was written is kept" in drawn(page)
    kb.delete_documents(LOCAL, [("staff", "handbook.md")])
    page.run()
    assert "deleted" in drawn(page)
    assert "Stopped" not in drawn(page)
