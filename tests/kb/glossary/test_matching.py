"""Matching: forms that stand in a question, and ordinary words that look like one."""

import pytest

from kb.glossary.matching import FormIndex

INDEX = FormIndex([
    (1, "PTO"), (2, "CAN"), (3, "paid time off"), (4, "信安委"), (5, "年会"), (6, "NAS"), (7, "NAS backup"),
    (8, "T5 Pro"), (9, "PTO"),
])  # fmt: skip


def held(text: str, ordinary: bool = False) -> list[tuple[str, tuple[int, ...]]]:
    return [(each.form, each.entries) for each in INDEX.occurrences(text, lambda form: ordinary)]


def test_a_form_is_found_whatever_its_case_width_and_spacing() -> None:
    assert held("how much pto do I get") == [("pto", (1, 9))]
    assert held("Paid  Time-Off?") == [("Paid  Time-Off", (3,))]
    assert held("T5-Pro") == [("T5-Pro", (8,))]


def test_the_longest_form_wins_and_a_part_of_a_word_is_none() -> None:
    assert held("Restore the NAS backup") == [("NAS backup", (7,))]
    assert held("Where is NASA?") == []


def test_an_ordinary_word_is_a_form_in_its_own_case_alone() -> None:
    assert held("Can I take a day off?") == []  # a stop word
    assert held("Is the CAN bus slow?") == [("CAN", (2,))]
    assert held("WHERE CAN I FIND THE FORM FOR LEAVE") == []  # all in capitals: they tell nothing
    assert held("how much pto do I get", ordinary=True) == []
    assert held("how much PTO do I get", ordinary=True) == [("PTO", (1, 9))]


@pytest.mark.parametrize(("text", "expected"), [
    ("今年会不会下雪", []), ("年会几点开始", [("年会", (5,))]), ("谁在信安委工作", [("信安委", (4,))]),
    ("信安委的 PTO", [("信安委", (4,)), ("PTO", (1, 9))]),
])  # fmt: skip
def test_a_chinese_form_does_not_begin_or_end_within_a_word(text: str, expected: list[tuple[str, int]]) -> None:
    assert held(text) == expected
