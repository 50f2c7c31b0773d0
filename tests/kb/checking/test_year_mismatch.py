"""A document of another year answers no question about a year; not every number of four digits is one."""

import pytest

from kb.checking.year_mismatch import is_of_another_year

POLICY_ZH, POLICY_EN = "差旅费报销办法（2025年版）", "Travel policy 2025"


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("2023年版的伙食补助？", POLICY_ZH),
        ("2023年度的预算是多少？", POLICY_ZH),
        ("What was the meal allowance in 2023?", POLICY_EN),
        ("What does the 2023 policy say?", POLICY_EN),
        ("What was decided on March 5, 2023?", POLICY_EN),
        ("Revenue FY2023?", POLICY_EN),
        ("2022年的目标", "战略（2023年起）"),
    ],
)
def test_a_question_about_another_year_is_told(question: str, heading: str) -> None:
    assert is_of_another_year(question, heading, "境内每人每天120元，不超过2023元")
    assert not is_of_another_year(question, heading, "2022年和2023年为100元")
    assert not is_of_another_year(question, "差旅费报销办法", "境内每人每天120元")


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("伙食补助多少？", POLICY_ZH),
        ("差旅超过2000元要谁审批？", POLICY_ZH),
        ("费用2024元能报吗？", POLICY_ZH),
        ("我2020年入职，有几天年假？", POLICY_ZH),
        ("工龄从2015年算起，有几天年假？", POLICY_ZH),
        ("Who approves an expense of 2000 euros?", POLICY_EN),
        ("Is a hotel for 2010 CNY allowed?", POLICY_EN),
        ("I joined in March 2021, how many days do I get?", POLICY_EN),
        ("What was planned for 2024?", "Strategy 2023-2025"),
        ("2024年计划做什么？", "2023至2025年战略"),
        ("2024年的目标", "战略（2023年起）"),
        ("What about 2025?", "Expenses over 2000 euros"),
    ],
)
def test_amounts_years_of_joining_and_spans_are_no_other_year(question: str, heading: str) -> None:
    assert not is_of_another_year(question, heading, "5000元以下由部门经理审批")
