"""Numbers and dates in any way of writing are one number."""

import pytest

from kb.numbers import missing_numbers, numbers_in


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("每年15天年假，工龄满十年为二十天", {"15", "10", "20"}),
        ("Fifteen days, $1,200.50, 12.5% and 3 million", {"15", "1200.5", "12.5%", "3000000"}),
        ("百分之十五点五，12万元，三百五十人，一百二十万", {"15.5%", "120000", "350", "1200000"}),
        ("2025年3月1日起；3月15日", {"2025-03-01", "--03-15"}),
        ("January 5, 2024 and 5 March 2023, or 2024-01-02", {"2024-01-05", "2023-03-05", "2024-01-02"}),
        ("twenty-five people", {"25"}),
        ("１５ 天", {"15"}),
        ("一些、统一、第三者、万一", set()),
    ],
)
def test_numbers_are_found_in_one_form(text: str, numbers: set[str]) -> None:
    assert numbers_in(text) == numbers


@pytest.mark.parametrize(
    ("claim", "source", "missing"),
    [
        ("上限是 1,200 元", "上限 | 1200", set()),
        ("fifteen days", "15 天", set()),
        ("12 万元", "120,000", set()),
        ("It is 15.", "It was 2015.", {"15"}),
        ("from March 1", "from 1 March 2025", set()),
        ("in 2025", "on 2025-03-01", set()),
        ("6.8 %", "6.8", {"6.8%"}),
        ("on 2025-03-02", "on 2025-03-01", {"2025-03-02"}),
    ],
)
def test_a_number_the_source_lacks_is_missing(claim: str, source: str, missing: set[str]) -> None:
    assert missing_numbers(claim, source) == missing
