"""Dates and times in any way of writing are one date, or time."""

import pytest

from kb.language.number_forms import missing_numbers, numbers_in


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("2025年3月1日起；3月15日", {"2025-03-01", "--03-15"}),
        ("二〇二五年三月一日；十二月三十一日", {"2025-03-01", "--12-31"}),
        ("January 5, 2024 and 5 March 2023, or 2024-01-02", {"2024-01-05", "2023-03-05", "2024-01-02"}),
        ("31.12.2025, 12/31/2025, 31-12-2025", {"2025-12-31"}),
        ("May 2025, 2025-05, 2025年5月", {"2025-05"}),
        ("in March, 三月, 3月", {"--03"}),
        ("Employees in grade 7 may fly", {"7"}),
        ("on 7 May, on 7 may 2024", {"--05-07", "2024-05-07"}),
        ("9 am to 6 p.m.", {"09:00", "18:00"}),
        ("9-11 am, 11 to 2 pm", {"09:00", "11:00", "14:00"}),
        ("上午九点到下午6点", {"09:00", "18:00"}),
        ("09:00–18:30", {"09:00", "18:30"}),
        ("18时30分，九点半，七点零五", {"18:30", "09:30", "07:05"}),
        ("两点要求，3点要求，24小时", {"3", "24"}),
    ],
)
def test_dates_and_times_are_found_in_one_form(text: str, values: set[str]) -> None:
    assert numbers_in(text) == values


@pytest.mark.parametrize(
    ("claim", "source", "missing"),
    [
        ("3月", "in March", set()),
        ("10月", "Oct", set()),
        ("in March", "in April", {"--03"}),
        ("9 am to 6 pm", "09:00–18:00", set()),
        ("9 am to 5 pm", "09:00–18:00", {"17:00"}),
        ("6点", "18:00", set()),
        ("6 am", "18:00", {"06:00"}),
        ("18点", "8-18", set()),
        ("2025年12月31日", "31.12.2025", set()),
        ("2024年12月31日", "31.12.2025", {"2024-12-31"}),
        ("1 March 2025", "2025 | 1 March", set()),
        ("March 2025", "2025 | 3月", set()),
    ],
)
def test_a_date_is_told_in_other_forms_or_in_part(claim: str, source: str, missing: set[str]) -> None:
    assert missing_numbers(claim, source) == missing
