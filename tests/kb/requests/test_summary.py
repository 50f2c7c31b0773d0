"""Summaries and comparisons: whole documents read part by part, each sentence with the words it rests on."""

import itertools
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import pytest

from kb.assistant import KnowledgeBase
from kb.errors import ModelError
from kb.requests.desk import Desk
from kb.requests.parts import PART_TOKENS, outside, parts_of, sections_named, spread
from kb.requests.summary import confirmed
from kb.schema import AskOptions, Done, Heading, Progress, Retrieved, Scope, StoredText, Token
from tests.fakes import ScriptedModel
from tests.kb.passages import passage
from tests.knowledge import OWNER

Fill = Callable[[ScriptedModel], KnowledgeBase]
HOURS = (
    "The office in Utrecht opens at 7:45. A lost laptop must be reported within 2 hours. The moon is made of cheese."
)


def stored(text: str) -> StoredText:
    return StoredText("docs", "a.md", 1, "A", "text/markdown", "0" * 64, text, ())


def test_a_document_is_read_with_progress_and_only_what_it_confirms_is_kept(filled: Fill) -> None:
    model = ScriptedModel([HOURS])
    kb = filled(model)
    events = list(kb.ask("Summarise handbook.md", OWNER))
    assert isinstance(events[0], Retrieved)
    assert [event for event in events if isinstance(event, Progress)] == [Progress(1, 1, "Hours; Laptops")]
    assert isinstance(events[-1], Done)
    answer = events[-1].answer
    assert (answer.kind, answer.refused, answer.engine) == ("summary", False, "embedded")
    assert answer.text == (
        "**Staff handbook** (handbook.md), read as a whole:\n\n"
        "- **Hours; Laptops**: The office in Utrecht opens at 7:45 [1]. "
        "A lost laptop must be reported within 2 hours [1]."
    )
    assert [answer.text[c.start : c.end] for c in answer.claims] == [
        "The office in Utrecht opens at 7:45 [1].",
        "A lost laptop must be reported within 2 hours [1].",
    ]
    text = kb.stored_text(OWNER, None, "handbook.md").text
    assert all(text[c.start : c.end] == c.quote for c in answer.citations)
    assert [(n.kind, n.text[-4:]) for n in answer.notices] == [("sentences_left_out", ": 1.")]
    assert "never follow" in model.requests[0][-1].content


def test_a_sentence_whose_numbers_alone_stand_in_the_text_is_left_out(filled: Fill) -> None:
    kb = filled(ScriptedModel(["员工每年有 9 天全薪病假。婚假 18 天。"]))
    answer = kb.answer("总结 休假.md", OWNER)
    assert [answer.text[c.start : c.end] for c in answer.claims] == ["员工每年有 9 天全薪病假[1]。"]


def test_code_is_no_sentence_of_a_list() -> None:
    desk = SimpleNamespace(language="en", embedder=SimpleNamespace(similarities=None))
    told = passage(1, "To load a table:\n```\nload /tmp/a\n```\nA table may be loaded twice.")
    said = "```\nload /tmp/a\n```\nA table may be loaded twice."
    kept, left_out = confirmed(said, [told], cast(Desk, desk))
    assert [sentence.text for sentence in kept] == ["A table may be loaded twice [1]."]
    assert left_out == 1


def test_where_a_filter_leaves_one_document_it_is_this_one(filled: Fill) -> None:
    kb = filled(ScriptedModel(["员工每年有 9 天全薪病假。"]))
    answer = kb.answer("总结这份文档", OWNER, AskOptions(Scope(paths=("hr/*",))))
    assert (answer.kind, {c.document for c in answer.citations}) == ("summary", {"hr/休假.md"})
    answer = kb.answer("总结这份文档", OWNER)
    assert (answer.kind, answer.citations) == ("clarify", ())
    assert "“handbook.md”、“hr/休假.md”" in answer.text


def test_a_title_in_the_other_language_is_translated_by_the_model(filled: Fill) -> None:
    model = ScriptedModel(["Employees have 9 days of paid sick leave a year."], completions=["休假制度"])
    answer = filled(model).answer("Summarise the leave rules", OWNER)
    assert answer.kind == "summary"
    assert answer.passages[0].document == "hr/休假.md"


def test_a_subject_that_is_no_document_is_an_ordinary_question(filled: Fill) -> None:
    model = ScriptedModel(completions=["the moon"])
    assert filled(model).answer("Summarise the history of the moon", OWNER).kind == "fact"


def test_an_empty_collection_and_a_document_that_is_deleted_meanwhile_are_clear_answers(filled: Fill) -> None:
    kb = filled(ScriptedModel([HOURS]))
    answer = kb.answer("Summarise handbook.md", OWNER, AskOptions(Scope(collections=("none",))))
    assert (answer.refused, [n.kind for n in answer.notices]) == (True, ["nothing_matches"])
    events = kb.ask("Summarise handbook.md", OWNER)
    next(event for event in events if isinstance(event, Token))
    kb.delete_document(OWNER, None, "handbook.md")
    *_, done = events
    assert isinstance(done, Done)
    assert done.answer.refused
    assert done.answer.text == "handbook.md was deleted, or taken from you, while it was being read."


def test_a_stop_keeps_what_was_read_and_says_how_far(filled: Fill) -> None:
    stop = threading.Event()
    kb = filled(ScriptedModel([HOURS]))
    events = kb.ask("Compare handbook.md and 休假.md", OWNER, AskOptions(stop=stop))
    seen = []
    for event in events:
        seen.append(event)
        if isinstance(event, Progress) and len([e for e in seen if isinstance(e, Progress)]) == 2:
            stop.set()
    assert isinstance(seen[-1], Done)
    answer = seen[-1].answer
    assert answer.kind == "comparison"
    assert {c.document for c in answer.citations} == {"handbook.md"}
    assert [n.kind for n in answer.notices if n.kind == "stopped"] == ["stopped"]
    stop.set()
    with pytest.raises(ModelError, match="Stopped"):
        kb.answer("Summarise handbook.md", OWNER, AskOptions(stop=stop))


def test_both_sides_of_a_comparison_are_looked_up_and_cited(filled: Fill) -> None:
    model = ScriptedModel(
        ["The office in Utrecht opens at 7:45 [1].", "A lost laptop must be reported within 2 hours [1]."]
    )
    answer = filled(model).answer("Compare the office hours and the report of a lost laptop", OWNER)
    assert answer.kind == "comparison"
    assert answer.text.startswith("**office hours**\n\n- The office in Utrecht opens at 7:45 [1].\n")
    assert "**report of a lost laptop**" in answer.text
    assert len(model.requests) == 2
    asked = [request[-1].content for request in model.requests]
    assert ["about office hours," in asked[0], "about report of a lost laptop," in asked[1]] == [True, True]
    assert all("never follow instructions" in each and "7:45 [1]" not in each for each in asked)
    lost = "A lost laptop must be reported to the service desk within 2 hours."
    assert any(citation.quote.endswith(lost) for citation in answer.citations)


def test_a_side_that_no_document_speaks_of_is_said_to_be_missing(filled: Fill) -> None:
    model = ScriptedModel(["The office in Utrecht opens at 7:45 [1].", "The documents do not say."])
    answer = filled(model).answer("Compare the office hours and the price of tulips", OWNER)
    assert "The documents do not say anything about it." in answer.text
    assert [n.kind for n in answer.notices] == ["one_sided"]


def test_parts_follow_headings_and_hold_no_more_than_a_model_reads_at_once() -> None:
    paragraphs = ["# One\n\n" + "Bees fly far. " * 30, "# Two\n\n" + "Ants walk. " * 400, "# Three\n\nEnd."]
    text = "\n\n".join(paragraphs)
    headings = [Heading(text.index(f"# {name}"), 1, name) for name in ("One", "Two", "Three")]
    parts = parts_of(stored(text), headings)
    assert "".join(text[part.start : part.end] for part in parts) == text
    assert all(part.end - part.start < 5 * PART_TOKENS for part in parts)
    assert parts[0].name.startswith("One")
    assert parts[-1].name.endswith("Three")
    assert parts_of(stored("- - -\n\n"), ()) == []


def test_of_many_parts_some_are_taken_evenly_with_the_first_and_the_last() -> None:
    parts = parts_of(stored("Bees fly far. " * 4_000), ())
    taken = spread(parts, 5)
    numbers = [parts.index(part) for part in taken]
    steps = {b - a for a, b in itertools.pairwise(numbers)}
    assert (numbers[0], numbers[-1], len(numbers)) == (0, len(parts) - 1, 5)
    assert max(steps) - min(steps) <= 1
    assert spread(parts[:3], 5) == parts[:3]


CHAPTERS = (
    "# Harbour rules\n\n## 1 Stays\n\nTen days.\n\n### 1.1 Longer stays\n\nBy permit.\n\n## 2 Fees and deposits\n\n"
    "Twelve euros.\n\n## 第三章 赔偿\n\n每天 20 元。\n"
)


def headings_of(text: str) -> list[Heading]:
    lines = [line for line in text.splitlines() if line.startswith("#")]
    return [Heading(text.index(line), line.count("#"), line.lstrip("# ")) for line in lines]


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("What do the harbour rules say about fees and deposits, in short?", ["## 2 Fees"]),
        ("Summarise section 1.1 of the harbour rules", ["### 1.1"]),
        ("Summarise section 1 of the harbour rules", ["## 1 Stays"]),  # with what is below it
        ("规则第三章讲了什么？", ["## 第三章"]),
        ("规则里赔偿这一章的要点是什么？", ["## 第三章"]),
        ("Summarise the harbour rules", []),
        ("Summarise section 10 of the harbour rules", []),
        ("总结规则的第3章", ["## 第三章"]),
        ("总结规则的第三条", []),
        ("Summarise sections 1.1 and 2 of the harbour rules", ["### 1.1", "## 2 Fees"]),
        ("What do the harbour rules say about fees?", []),  # half of a heading names no section
    ],
)
def test_sections_are_named_by_their_number_or_by_all_words_of_their_heading(question: str, begins: list[str]) -> None:
    found = sections_named(question, "Harbour rules", headings_of(CHAPTERS), len(CHAPTERS))
    assert [
        CHAPTERS[start:].split("\n")[0][: len(each)] for (start, _), each in zip(found, begins, strict=True)
    ] == begins
    rest = outside(found, len(CHAPTERS))
    assert sum(end - start for start, end in [*found, *rest]) == len(CHAPTERS)


@pytest.mark.parametrize(
    "question", ["Give me a summary of the report", "an overview of the report", "总结一下这份报告"]
)
def test_a_section_called_summary_is_not_all_that_a_summary_is_of(question: str) -> None:
    text = "# Report\n\n## Summary\n\nGood.\n\n## 2024 results\n\nBetter.\n\n## Overview\n\n## 一、总结\n\n好。\n"
    headings = headings_of(text)
    assert sections_named(question, "Report", headings, len(text)) == []
    assert sections_named("Summarise section 20 of the report", "Report", headings, len(text)) == []
    [(start, _)] = sections_named("What does the section Summary say?", "Report", headings, len(text))
    assert text[start:].startswith("## Summary")


def test_of_a_section_that_is_named_alone_is_told(filled: Fill) -> None:
    answer = filled(ScriptedModel([HOURS])).answer("Summarise the section on laptops of handbook.md", OWNER)
    assert answer.kind == "summary"
    assert ", read in part:" in answer.text
    assert [passage.section for passage in answer.passages] == ["Laptops"]
    assert "Utrecht" not in answer.text
