"""How often something happens, whatever the words."""

from itertools import combinations

import pytest

from kb.checking.citations import cite
from kb.checking.unit_mismatch import other_frequency
from kb.language.language import language_of
from tests.kb.passages import passage


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("every two years", "every second year"),
        ("every other week", "fortnightly"),
        ("twice a year", "every half-year"),
        ("four times a year", "quarterly"),
        ("three times per week", "3 times a week"),
        ("each calendar month", "monthly"),
        ("每两年检查一次", "每 2 年一次"),
        ("每隔一年检查一次", "每两年检查一次"),
        ("每年检查两次", "每半年检查一次"),
        ("一年两次", "每年 2 次"),
        ("每月最多补三次", "每月可补卡 3 次"),
        ("每季度盘点一次", "quarterly"),
        ("每星期开会一次", "weekly"),
        ("yearly", "checked annually"),
    ],
)
def test_the_same_in_other_words(claim: str, source: str) -> None:
    assert not other_frequency(claim, source)
    assert not other_frequency(source, claim)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("twice a year", "every two years"),
        ("every year", "every two years"),
        ("weekly", "monthly"),
        ("every 6 months", "every 4 months"),
        ("once a day", "thrice a day"),
        ("five times a week", "six times a week"),
        ("every third day", "every fourth day"),
        ("每年检查两次", "每两年检查一次"),
        ("每周三次", "每月三次"),
        ("每季度一次", "每半年一次"),
        ("每四天一次", "每五天一次"),
        ("每六周", "每周"),
    ],
)
def test_another_frequency(claim: str, source: str) -> None:
    assert other_frequency(claim, source)
    assert other_frequency(source, claim)


def test_where_nothing_is_told_nothing_differs() -> None:
    assert not other_frequency("The extinguishers are inspected.", "They are inspected every two years.")
    assert not other_frequency("They are inspected every two years.", "They are inspected in May.")


@pytest.mark.parametrize(
    ("text", "claim", "right"),
    [
        ("The extinguishers are inspected every two years.", "The extinguishers are inspected every two years.", True),
        ("The extinguishers are inspected every two years.", "The extinguishers are inspected twice a year.", False),
        ("灭火器每两年检查一次。", "灭火器每两年检查一次。", True),
        ("灭火器每两年检查一次。", "灭火器每年检查两次。", False),
        ("The budget is EUR 500 per team and year.", "The budget is EUR 500 per team and year.", True),
        ("The budget is EUR 500 per team and year.", "The budget is EUR 500 per person and year.", False),
        ("The budget is EUR 500 per team and year.", "The budget is EUR 500 per team and month.", False),
        ("The budget is EUR 500 per employee.", "The budget is EUR 500 per person.", True),
        ("团建预算为每个团队每年5000元。", "团建预算为每个团队每年5000元。", True),
        ("团建预算为每个团队每年5000元。", "团建预算为每人每年5000元。", False),
        ("团建预算为每个团队每年5000元。", "团建预算为每个团队每月5000元。", False),
    ],
)
def test_a_claim_that_counts_otherwise_is_not_confirmed(text: str, claim: str, right: bool) -> None:
    question = "团建预算是多少？" if language_of(claim) == "zh" else "What is said of it?"
    question = "灭火器多久检查一次？" if "灭火器" in claim else question
    assert cite(claim, [passage(1, text)], language_of(claim), question).claims[0].supported is right


SAME = [
    "every day / daily / once a day / 7 times a week / 每天 / 每日一次",
    "weekly / every week / once a week / every 7 days / 每周 / 每星期一次 / 一周一次",
    "fortnightly / every fortnight / every 14 days / every two weeks / every second week / every other week / 每两周",
    "monthly / each month / one times a month / 12 times a year / 每月 / 每个月一次 / 一个月内1次",
    "quarterly / every quarter / every three months / every third month / 4 times a year / 每季度 / 每三个月",
    "half-yearly / every half-year / every half year / every six months / twice a year / 每半年 / 半年1次 / 一年两次",
    "yearly / annually / every year / one times per year / once every year / 每年一次 / 一年1次 / every 12 months",
    "every two years / every other year / every second year / 每隔一年 / 每2年 / 两年一次",
    "every four months / three times a year / thrice a year / 每四个月一次 / 一年三次",
    "twice a day / two times a day / 每天两次 / 一天2次 / 每日二次",
    "thrice a day / 3 times a day / 每天三次",
    "four times a day / 每天四次",
    "five times a day / 每天五次",
    "six times a day / 每天六次",
    "every five days / 每五天",
    "every six days / 每六天",
    "every fourth day / 每四天",
]


def test_all_ways_of_telling_one_frequency_are_the_same_and_none_of_another() -> None:
    families = [[word.strip() for word in family.split(" / ")] for family in SAME]
    for family in families:
        assert not [(one, other) for one, other in combinations(family, 2) if other_frequency(one, other)]
    for first, second in combinations(families, 2):
        assert not [(one, other) for one in first for other in second if not other_frequency(one, other)]
