"""An older edition does not answer where a newer one is shown, unless it is asked for."""

import pytest

from kb.checking.year_mismatch import is_other_edition

OLD, NEW = "Travel policy 2023\nMeals", "Travel policy 2025\nMeals"
OLD_ZH, NEW_ZH = "差旅费报销办法（2023年版）", "差旅费报销办法（2025年版）"


@pytest.mark.parametrize(
    ("question", "heading", "others", "superseded"),
    [
        ("What is the meal allowance?", OLD, [OLD, NEW], True),
        ("What is the meal allowance?", NEW, [OLD, NEW], False),
        ("What is the meal allowance?", OLD, [OLD], False),
        ("What is the meal allowance?", OLD, [OLD, "Leave policy 2025"], False),
        ("What was the meal allowance in 2023?", OLD, [OLD, NEW], False),
        ("What does the 2023 policy say?", OLD, [OLD, NEW], False),
        ("What was decided on March 5, 2023?", OLD, [OLD, NEW], False),
        ("Revenue FY2023?", OLD, [OLD, NEW], False),
        ("Is a hotel for 2023 CNY allowed?", OLD, [OLD, NEW], True),
        ("What was planned for 2022-2024?", OLD, [OLD, NEW], False),
        ("伙食补助多少？", OLD_ZH, [OLD_ZH, NEW_ZH], True),
        ("2023年版的伙食补助？", OLD_ZH, [OLD_ZH, NEW_ZH], False),
        ("费用2023元能报吗？", OLD_ZH, [OLD_ZH, NEW_ZH], True),
        ("What is the allowance?", "", ["", NEW], False),
    ],
)
def test_an_older_edition_is_told(question: str, heading: str, others: list[str], superseded: bool) -> None:
    assert is_other_edition(question, heading, others) is superseded
