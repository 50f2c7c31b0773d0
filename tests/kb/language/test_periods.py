"""Periods: years and quarters."""

import pytest

from kb.language.periods import periods


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sales in FY2022 and FY 2021", {"2022", "2021"}),
        ("PPNE between FY20 and FY'21", {"2020", "2021"}),
        ("Q2 of FY2024", {"q2", "2024"}),
        ("drop in Q22023", {"q2", "2023"}),
        ("ACME_2023Q2_10Q", {"q2", "2023"}),
        ("the third quarter of 2025", {"q3", "2025"}),
        ("2025年第二季度", {"q2", "2025"}),
        ("2025 年四季度", {"q4", "2025"}),
        ("room 12025, article 20234 and Q5", set()),
        ("IQ2 test, 1850", set()),
    ],
)
def test_periods_are_years_and_quarters_in_one_form(text: str, expected: set[str]) -> None:
    assert periods(text) == expected
