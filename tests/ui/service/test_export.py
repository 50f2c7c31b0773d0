"""Exports: what was asked and answered with its sources, and nothing in it that loads or leads anywhere."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from kb.schema import Failed, Token
from tests.ui.scripted import HOSTILE, QUOTE, ScriptedKB
from ui.service.answer_task import RunningAnswer, Snapshot
from ui.service.conversations import Conversation, Conversations, Mode, Turn
from ui.service.export import as_json, as_markdown, file_name


@pytest.fixture
def kb(tmp_path: Path) -> Iterator[ScriptedKB]:
    made = ScriptedKB(tmp_path)
    yield made
    made.catalog.close()


@pytest.fixture
def conversation(kb: ScriptedKB) -> Iterator[Conversation]:
    conversations = Conversations(kb)  # type: ignore[arg-type]
    made = conversations.new()
    for question, mode in (("How many days?", "documents"), ("off topic", "documents"), ("你好", "chat")):
        turn = conversations.ask(made, question, mode)  # type: ignore[arg-type]
        assert turn is not None
        assert turn.running.join(10)
    yield made
    conversations.close()


def turn(question: str, snapshot: Snapshot, mode: Mode = "documents") -> Turn:
    return Turn(question, mode, RunningAnswer.ended(snapshot, 1.0))


def alone(question: str, snapshot: Snapshot, mode: Mode = "documents") -> Conversation:
    return Conversation("c", turns=[turn(question, snapshot, mode)])


def html(markdown: str) -> str:
    """As a viewer shows it that turns addresses into links only where they are marked as such."""
    return str(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown))


def test_questions_answers_and_sources_are_there_in_order(conversation: Conversation) -> None:
    text = as_markdown(conversation, "en")
    assert text.startswith("# How many days?\n\n## Question 1\n\nHow many days?\n\n### Answer\n\n")
    assert "**25 days** of paid leave a year [1]." in text
    assert f"- [1] staff/handbook.md, page 1: “{QUOTE}”" in text
    assert "Bruno [2]. *(not supported by the sources)*" in text
    assert text.index("## Question 1") < text.index("- [1] staff") < text.index("## Question 2")
    assert "### Answer (the documents do not answer this)" in text
    assert "### Answer (without documents)" in text
    assert "The question is about leave" not in text  # the reasoning


def test_the_words_around_it_are_in_the_language_asked_for(conversation: Conversation) -> None:
    text = as_markdown(conversation, "zh")
    assert "## 问题 1" in text
    assert "### 来源" in text
    assert f"- [1] staff/handbook.md，第 1 页：“{QUOTE}”" in text
    assert as_markdown(Conversation("c"), "zh") == "# 新对话\n"


def test_nothing_in_an_answer_loads_or_leads_anywhere() -> None:
    hostile = (
        f"{HOSTILE}\n\n[1](http://outside.example/e) [2]: x\n\n[3]: http://outside.example/f\n\n![3] [3][3] <a@b.c>"
    )
    shown = html(as_markdown(alone(hostile, Snapshot("done", text=hostile)), "en"))
    for element in ("<img", "<a ", "<iframe", "<script"):
        assert element not in shown
    assert "http://outside.example/a.png" in shown  # its characters stay


def test_a_file_name_or_quote_is_text(conversation: Conversation) -> None:
    snapshot = conversation.turns[0].running.snapshot
    assert snapshot.answer is not None
    citation = replace(snapshot.answer.citations[0], document="<b>![x](y).md", quote="a | b\n# c *d*")
    answer = replace(snapshot.answer, citations=(citation,))
    shown = html(as_markdown(alone("# q\n- x\n1. y", replace(snapshot, answer=answer)), "en"))
    assert "&lt;b&gt;![x](y).md, page 1: “a | b # c *d*”" in shown
    assert "<p># q</p>\n<p>- x</p>\n<p>1. y</p>" in shown


def test_an_open_block_of_code_does_not_swallow_the_sources(conversation: Conversation) -> None:
    snapshot = conversation.turns[0].running.snapshot
    assert snapshot.answer is not None
    answer = replace(snapshot.answer, text="See:\n\n```\ncode", claims=())
    shown = html(as_markdown(alone("q", replace(snapshot, answer=answer)), "en"))
    assert "<h3>Sources</h3>" in shown


@pytest.mark.parametrize(
    ("state", "words"),
    [("stopped", "Stopped; this"), ("interrupted", "was interrupted;"), ("answering", "Still being answered"),
     ("failed", "Not completed: The server was lost.")],
)  # fmt: skip
def test_what_did_not_end_well_says_so_and_keeps_what_was_written(state: str, words: str) -> None:
    snapshot = Snapshot(state, text="half", error="The server was lost.")  # type: ignore[arg-type]
    text = as_markdown(alone("q", snapshot), "en")
    assert words in text
    assert "\n\nhalf\n" in text


def test_the_json_holds_everything_and_is_the_same_after_a_restart(kb: ScriptedKB, conversation: Conversation) -> None:
    form = as_json(conversation)
    json.dumps(form)
    assert [t["question"] for t in form["turns"]] == ["How many days?", "off topic", "你好"]
    first = form["turns"][0]
    assert (first["state"], first["mode"], first["position"]) == ("done", "documents", 0)
    assert first["answer"]["citations"][0]["quote"] == QUOTE
    assert first["thinking"].startswith("The question is about leave.")
    assert (first["thought_tokens"], first["think_budget"]) == (14, 64)
    again = Conversations(kb).get(conversation.id)  # type: ignore[arg-type]
    assert again is not None
    assert as_json(again) == form


def test_a_turn_that_was_not_answered_has_a_form_too() -> None:
    running = RunningAnswer(lambda stop, tell: iter([Token("x"), Failed("lost", "x")]), mode="chat")
    assert running.join(10)
    form = as_json(Conversation("c", turns=[Turn("q", "chat", running)]))["turns"][0]
    assert (form["text"], form["error"], form["answer"], form["passages"]) == ("x", "lost", None, None)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Opening hours", "Opening hours"),
        ("差旅报销标准？", "差旅报销标准？"),
        ('a/b\\c:d*e?f"g<h>i|j%k', "a b c d e f g h i j k"),
        ("../../etc/passwd", "etc passwd"),
        ("line\none\tand\x00two\u202e", "line one andtwo"),
        (" . ", "New conversation"),
        ("长" * 200, "长" * 60),
        ("CON", "CON"),  # with the day after it no system takes it for a device
    ],
)
def test_an_export_is_named_by_title_and_day_for_any_system(title: str, name: str) -> None:
    conversation = Conversation("1")
    conversation.name = title
    asked = turn("Why?", Snapshot("done", text="So."))
    asked.asked_at = "2026-11-25T12:00:00+00:00"
    conversation.turns.append(asked)
    assert file_name(conversation, "en", "md") == f"{name} 2026-11-25.md"
    assert len(file_name(conversation, "en", "json").encode()) < 255
