"""What an answer keeps while it is made, and how it ends."""

import hashlib

import pytest

from kb.answering.answer_builder import LONGEST_QUESTION, Draft, checked, evidence_of
from kb.answering.product_help import Help
from kb.errors import ContextOverflow, UsageError
from kb.schema import Notice, Retrieval, Revised, Term, Thought, Token, Usage
from tests.kb.passages import passage

SHOWN = (passage(1, "Lunch costs 4 euros."), passage(2, "Tea is free.", document="b.md"))


def draft() -> Draft:
    return Draft("What does lunch cost?", "en")


def test_what_the_model_gives_is_kept_in_order() -> None:
    made = draft()
    for event in (Thought(" It "), Thought("is so. "), Token("Lunch "), Token("costs 4 euros."), Notice("a", "b")):
        made.take(event)
    answer = made.finished("".join(made.text))
    assert (answer.text, answer.thinking, answer.notices) == (
        "Lunch costs 4 euros.", "It is so.", (Notice("a", "b"),),
    )  # fmt: skip
    assert not answer.refused
    made.take(Revised("Anew."))
    assert made.text == ["Anew."]
    assert made.restart() == Revised("")
    assert made.text == made.thinking == []


def test_the_tokens_of_several_tries_are_counted_together() -> None:
    made = draft()
    made.take(Usage(100, 20, 7))
    made.take(Usage(30, 4, 2))
    assert made.usage == Usage(130, 24, 9)


def test_the_first_word_is_timed_once_and_a_notice_is_no_word() -> None:
    made = draft()
    made.take(Notice("a", "b"))
    assert made.finished("x").first_word_seconds is None
    made.take(Thought("so"))
    first = made.finished("x").first_word_seconds
    assert first is not None
    made.take(Token("Lunch"))
    answer = made.finished("x")
    assert answer.first_word_seconds == first
    assert 0 <= first <= answer.seconds < 60
    told = draft()
    told.take(Token("Lunch"))
    assert told.finished("x").first_word_seconds is not None


def test_a_context_that_overflows_is_told_no_terms_and_then_one_passage_less_each_time() -> None:
    made, overflow = draft(), ContextOverflow("model.context_overflow")
    made.prompt_passages, made.prompt_terms = SHOWN, (Term("lunch", ("meal",)),)
    made.tell_less(overflow)
    assert (made.prompt_terms, made.prompt_passages) == ((), SHOWN)
    made.tell_less(overflow)
    assert made.prompt_passages == SHOWN[:1]
    with pytest.raises(ContextOverflow):
        made.tell_less(overflow)


@pytest.mark.parametrize(
    ("answerable", "uncertain", "text", "again"),
    [
        (0.9, False, "Lunch costs 4 euros.", ""),
        (0.9, False, "午餐每份四欧元，晚餐另计。", "language"),
        (0.9, False, "The documents do not say.", "reason"),
        (0.9, True, "Yes.", "reason"),
        (None, False, "No [1].", "reason"),
        (0.9, False, "What does lunch cost?", "reason"),
        (0.9, False, "Yes, lunch is free.", ""),
        (0.9, False, "", "reason"),
        (0.9, False, "是的。", "language"),
        (0.4, True, "The documents do not say.", ""),
        (None, False, "The documents do not say.", ""),
    ],
)
def test_a_model_is_asked_again_for_its_language_or_for_what_it_was_sure_of_or_left_unsaid(
    answerable: float | None, uncertain: bool, text: str, again: str
) -> None:
    made = draft()
    made.answerable, made.uncertain = answerable, uncertain
    assert made.wants_again(text) == again


def test_a_notice_of_a_kind_is_told_once() -> None:
    made = draft()
    assert list(made.tell_once("a", "first")) == [Notice("a", "first")]
    assert list(made.tell_once("b", "other")) == [Notice("b", "other")]
    assert list(made.tell_once("a", "second")) == []
    assert made.notices == [Notice("a", "first"), Notice("b", "other")]


def test_what_else_was_searched_is_told() -> None:
    found = Retrieval("q", (), True, 1.0, 0.1, translated="午餐多少钱？", parts=("net sales", "inventories"))
    told = [notice.text for notice in draft().tell_searched(found)]
    assert told == [
        "Documents in Chinese were searched too, for: 午餐多少钱？",
        "No passage near states this figure itself. What it is calculated from was searched for, too: net sales,"
        " inventories",
    ]  # fmt: skip
    [told_zh] = Draft("午餐？", "zh").tell_searched(Retrieval("q", (), True, 1.0, 0.1, translated="What is lunch?"))
    assert told_zh.text == "也检索了英文文档，检索的问题：What is lunch?"
    assert list(draft().tell_searched(Retrieval("q", (), True, 1.0, 0.1))) == []


def test_a_refusal_says_why_and_keeps_what_was_withheld() -> None:
    made = draft()
    made.passages = SHOWN
    answer = made.refused("not_stated", "It is not stated.", "Lunch is red.")
    assert answer.refused
    assert answer.notices == (Notice("not_stated", "It is not stated."),)
    assert "a.md" in answer.text
    assert made.withheld == "Lunch is red."


def test_where_nothing_was_searched_why_is_all_that_is_said() -> None:
    answer = draft().found_nothing([Notice("empty", "There is no document."), Notice("scope", "None is chosen.")])
    assert answer.refused
    assert answer.text == "There is no document.\nNone is chosen."
    assert [notice.kind for notice in answer.notices] == ["empty", "scope"]


def test_help_of_the_product_is_said_to_be_that_and_a_greeting_is_not() -> None:
    answer = draft().helped(Help("help", "Drop files there."))
    assert (answer.kind, answer.text, [notice.kind for notice in answer.notices]) == (
        "help", "Drop files there.", ["help"],
    )  # fmt: skip
    greeted = draft().helped(Help("greeting", "Hello!"))
    assert (greeted.kind, greeted.notices, greeted.refused) == ("greeting", (), False)


def test_a_question_has_words_and_at_most_8000_characters() -> None:
    assert checked("  Why?\n") == "Why?"
    assert LONGEST_QUESTION == 8_000
    assert len(checked(" " + "x" * 8_000)) == 8_000
    with pytest.raises(UsageError):
        checked("x" * 8_001)
    with pytest.raises(UsageError):
        checked(" \n")


def test_the_trail_keeps_an_answer_by_its_hash_and_its_passages_by_place() -> None:
    made = draft()
    made.passages = SHOWN[:1]
    made.notices.append(Notice("a", "b"))
    kept = evidence_of(made.finished("Lunch costs 4 euros."))
    told = hashlib.sha256(b"Lunch costs 4 euros.").hexdigest()
    assert kept == {
        "answer": "Lunch costs 4 euros.", "answer_sha256": told, "refused": False, "outcome": "answered",
        "answerable": None, "citations": [], "passages": [["c", "a.md", 1, None, 0, 20, 1, told]], "notices": ["a"],
    }  # fmt: skip
