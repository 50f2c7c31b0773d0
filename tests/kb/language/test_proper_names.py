"""Names are what a claim must share with its source."""

import pytest

from kb.language.proper_names import codes_in, is_of_variant, names_in, opening_name


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("What is the hotel limit in Munich?", {"munich"}),
        ("The FrostNode T5 shipped to Rotterdam in April.", {"frostnode", "t5", "rotterdam"}),
        ("去青岛出差，酒店每晚的标准是多少？", {"青岛"}),
        ("DeepSeek-R1 和 V3 有什么区别？", {"deepseek-r1", "v3"}),
        ("It costs 12 EUR on Monday.", set()),
        ("It is closed on Saturdays, and on Sundays.", set()),
        ("双语班一学期学费是28600元。", {"双语"}),  # no 班一
        ("李四年薪多少？", {"李四"}),
        ("服务端用 C++ 写成。", {"c++"}),
        ("A customer wants her meter checked. What do we charge? How is it paid?", set()),
        ("Twenty-four loggers passed. Sign-off comes later.", {"sign-off"}),
        ("Sign-off comes from Rotterdam.", {"rotterdam"}),
        ("T5 and Rotterdam", {"t5", "rotterdam"}),
        ("INC-2023-009 was closed.", {"inc-2023-009"}),
        ("Is it on a CAN bus? The IT desk knows.", {"can", "it"}),
    ],
)
def test_names_are_found(text: str, names: set[str]) -> None:
    assert names_in(text) == names


def test_codes_are_names_with_a_digit() -> None:
    assert codes_in("T5、P2 和 Rotterdam") == {"t5", "p2"}


@pytest.mark.parametrize(
    ("question", "text", "variant"),
    [
        ("How heavy is the FrostNode T5?", "The FrostNode T5 Pro weighs 90 g.", True),
        ("When was Harbour Race: Night of Sails sold?", "Sold since 2011. Harbour Race: Night of Sails 3D.", True),
        ("FrostNode T5 多重？", "FrostNode T5 Plus 重 90 克。", True),
        # of the thing itself, too, or not at all
        ("How heavy is the FrostNode T5?", "The FrostNode T5 Pro weighs 90 g, the FrostNode T5 70 g.", False),
        ("How heavy is the FrostNode T5?", "It weighs 90 g.", False),
        # the variant is what is asked about
        ("How heavy is the FrostNode T5 Pro?", "The FrostNode T5 Pro weighs 90 g.", False),
        ("What does the Pro cost beside the T5?", "The T5 Pro costs 90 euros, the Pro more.", True),
        # what follows is no variant
        ("How heavy is the FrostNode T5?", "The FrostNode T5 Protocol lists 90 g.", False),
        ("How heavy is the FrostNode T5?", "The FrostNode T5 3 weighs 90 g.", False),
    ],
)
def test_a_longer_name_is_of_another_thing(question: str, text: str, variant: bool) -> None:
    assert is_of_variant(question, text) is variant


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Brandt stands by.", "brandt"),
        ("Brandt, who is ill, stands by.", "brandt"),
        ("Brandt from Sales stands by.", "brandt"),
        ("Maintenance of the lift is dear.", ""),
        ("Close to the lift it is loud.", ""),
        ("Someone who is ill stays at home.", ""),
        ("Somewhere between nine and ten.", ""),
        ("Brandt whoops.", "brandt"),
        ("Usually it rains.", ""),
        ("Whoever comes first opens the gate.", ""),
        ("Two full days pass.", ""),
        ("May is warm.", ""),
        ("T5 weighs 90 g.", ""),
        ("", ""),
    ],
)
def test_the_first_word_may_be_a_name(text: str, name: str) -> None:
    assert opening_name(text) == name
