"""Fragments confirm nothing: lines without a verb, and what was cut off."""

import pytest

from kb.checking.citations import cite
from kb.checking.fragments import is_cut_off, is_phrase
from kb.language.language import language_of
from tests.kb.passages import passage


@pytest.mark.parametrize(
    ("claim", "phrase"),
    [
        ("Total visitors by season.", True),
        ("The museum opens at nine.", False),
        ("Museum Guide: Hours And Prices Of The Northern Wing For Groups.", True),
        ("客房价格。", True),
        ("客房不含早餐。", False),
        # in a long line a verb may go unseen
        (" ".join(["lake"] * 7), True),
        (" ".join(["lake"] * 8), False),
    ],
)
def test_a_phrase_has_no_verb(claim: str, phrase: bool) -> None:
    assert is_phrase(claim) == phrase


@pytest.mark.parametrize(
    ("claim", "source", "cut"),
    [
        ("The season of 2022 was another record for ...", "", True),
        ("The revenues of the season came in at.", "", True),
        ("The fair will be held Friday, Nov.", "The fair will be held Friday, Nov. 18, in Bern.", True),
        ("The fair will be held in Nov.", "The fair will be held in Nov. The fee is 5 euros.", True),
        ("The fair will be held in Nov.", "The fair will be held in Nov.", False),
        ("The fee is 5 euros.", "The fee is 5 euros.", False),
        ("费用为 5 元…", "费用为 5 元。", False),
    ],
)
def test_what_the_source_goes_on_with_was_cut_off(claim: str, source: str, cut: bool) -> None:
    assert is_cut_off(claim, source) == cut


@pytest.mark.parametrize(
    ("claim", "question", "source", "reason"),
    [
        ("Total visitors by season.", "Which season had most visitors?",
         "Total visitors by season. Spring had most visitors: 900.", "echo"),
        ("Spring.", "Which season had most visitors?", "Of all seasons Spring had most visitors.", ""),
        ("900 in spring.", "How many visitors came?", "Of all visitors 900 came in spring.", ""),
        ("Prices of the rooms.", "What does a room cost?", "The prices of the rooms: 50 euros.", "echo"),
        # it is no line of its own, but has nothing that the question asks for
        ("Rooms and breakfast.", "Who cleans it?", "The rooms where breakfast is eaten are cleaned by Ana.", "echo"),
        ("Rooms and breakfast.", "Is it clean?", "The rooms where breakfast is eaten are clean.", ""),
    ],
)  # fmt: skip
def test_a_line_confirms_only_the_value_that_was_asked(claim: str, question: str, source: str, reason: str) -> None:
    found = cite(f"{claim} [1]", [passage(1, source)], language_of(question), question)
    assert [each.reason for each in found.claims] == [reason]
