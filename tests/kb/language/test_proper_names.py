"""Names are what a claim must share with its source."""

import pytest

from kb.language.proper_names import codes_in, names_in


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("What is the hotel limit in Munich?", {"munich"}),
        ("The FrostNode T5 shipped to Rotterdam in April.", {"frostnode", "t5", "rotterdam"}),
        ("去青岛出差，酒店每晚的标准是多少？", {"青岛"}),
        ("DeepSeek-R1 和 V3 有什么区别？", {"deepseek-r1", "v3"}),
        ("It costs 12 EUR on Monday.", set()),
        ("A customer wants her meter checked. What do we charge? How is it paid?", set()),
        ("Is it on a CAN bus? The IT desk knows.", {"can", "it"}),
    ],
)
def test_names_are_found(text: str, names: set[str]) -> None:
    assert names_in(text) == names


def test_codes_are_names_with_a_digit() -> None:
    assert codes_in("T5、P2 和 Rotterdam") == {"t5", "p2"}
