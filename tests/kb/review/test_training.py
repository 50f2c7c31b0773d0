"""Training data: TRL's conversational forms and question sets, of what the exporter may see."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.assistant import KnowledgeBase
from kb.errors import RefusedByPolicy, UsageError
from kb.evaluation.questions import load_questions
from kb.review.training import export
from kb.schema import Principal
from tests.fakes import ScriptedModel
from tests.kb.people.conftest import quick_hashes
from tests.kb.review.judged import LEAVE, OPENS, corrected, fill, judge, mark, person
from tests.ui.serving import opened

__all__ = ["quick_hashes"]

ADMIN = Principal("chief", unlimited=True)


@pytest.fixture
def kb(tmp_path: Path, quick_hashes: None) -> Iterator[KnowledgeBase]:
    reply = "<think>The handbook says it.</think>\n\nThe office in Utrecht opens at 7:45 [1]."
    with opened(tmp_path / "home", ScriptedModel([reply])) as kb:
        fill(kb, tmp_path)
        down, up, board = (
            judge(kb, "bob", LEAVE),
            judge(kb, "bob", OPENS, "up"),
            judge(kb, "ann", "Which bonus is paid?"),
        )
        ed = person(kb, "ed")
        corrected(kb, ed, down, LEAVE, "25 days [1].", [mark(kb, "leave.md", "25 days of annual leave")], curated=False)
        kb.reviews.accept(ed, up, 0)
        corrected(
            kb, ADMIN, board, "Which bonus is paid?", "4 percent [1].", [mark(kb, "board.md", "4 percent", "board")]
        )
        judge(kb, "bob", OPENS, "up")  # which nobody accepted
        yield kb


def test_sft_records_are_conversations_with_reasoning_apart(kb: KnowledgeBase) -> None:
    records = export(kb.reviews, kb.catalog, person(kb, "ed"), "sft")
    assert len(records) == 2
    for record in records:
        assert record.keys() == {"messages"}
        assert [message["role"] for message in record["messages"]] == ["user", "assistant"]
        assert all("<think>" not in message["content"] for message in record["messages"])
    by_answer = {record["messages"][-1]["content"]: record["messages"] for record in records}
    asked, answered = by_answer["25 days [1]."]
    assert LEAVE in asked["content"]
    assert "25 days of annual leave" in asked["content"]
    assert "thinking" not in answered  # an editor's words have none
    assert by_answer["The office in Utrecht opens at 7:45 [1]."][-1]["thinking"] == "The handbook says it."


def test_dpo_records_set_the_correction_against_the_answer(kb: KnowledgeBase) -> None:
    [record] = export(kb.reviews, kb.catalog, person(kb, "ed"), "dpo")
    assert record.keys() == {"prompt", "chosen", "rejected"}
    assert record["chosen"] == [{"role": "assistant", "content": "25 days [1]."}]
    assert [message["role"] for message in record["prompt"]] == ["user"]
    [rejected] = record["rejected"]
    assert rejected["role"] == "assistant"
    assert rejected["content"]


def test_questions_are_a_set_for_evaluation(kb: KnowledgeBase, tmp_path: Path) -> None:
    records = export(kb.reviews, kb.catalog, person(kb, "ed"), "questions")
    path = tmp_path / "questions.jsonl"
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), encoding="utf-8")
    questions = {question.question: question for question in load_questions(path)}
    assert questions.keys() == {LEAVE, OPENS}
    assert questions[LEAVE].answers == ("25 days.",)
    assert (questions[LEAVE].evidence[0].doc, questions[LEAVE].evidence[0].text) == (
        "leave.md", "25 days of annual leave",
    )  # fmt: skip


def test_nothing_is_exported_of_documents_that_the_exporter_may_not_read(kb: KnowledgeBase) -> None:
    for form in ("sft", "dpo", "questions"):
        assert "percent" not in json.dumps(export(kb.reviews, kb.catalog, person(kb, "ed"), form))
        assert "percent" in json.dumps(export(kb.reviews, kb.catalog, ADMIN, form))
    with pytest.raises(RefusedByPolicy):
        export(kb.reviews, kb.catalog, person(kb, "bob"), "sft")
    with pytest.raises(UsageError, match="'xml' is no format"):
        export(kb.reviews, kb.catalog, ADMIN, "xml")
    row = next(row for row in kb.trail.rows(20) if row["action"] == "export")
    assert (row["asker"], row["detail"]) == ("chief", {"what": "feedback", "format": "questions", "records": 3})
