"""What a question names and what documents are about."""

import math

import pytest

from kb.answering.routing import named, periods, shares, subject


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


def test_names_count_where_a_period_is_named() -> None:
    assert named("What did Best Buy earn in 2023?") == {"2023", "best", "buy"}
    assert named("What did Best Buy earn?") == frozenset()
    assert {"2025", "q2"} <= named("天元公司2025年第二季度的收入是多少？")


def test_a_document_is_about_its_file_name_its_title_and_how_it_begins() -> None:
    about = subject("reports/MeridianHealth_2023Q2.pdf", "Interim report", "For the second quarter")
    assert {"meridian", "health", "2023", "q2", "interim"} <= about


def test_rare_words_weigh_more_and_a_name_in_most_documents_nothing() -> None:
    subjects = [frozenset(words.split()) for words in ("acme 2019", "acme 2020 beta", "acme 2020", "acme 2021")]
    found = shares(frozenset({"acme", "2020", "beta"}), subjects)
    whole = math.log(4) + math.log(2)
    assert found == pytest.approx([0, 1, math.log(2) / whole, 0])
    assert shares(frozenset({"acme"}), subjects) == [0, 0, 0, 0]
    assert shares(frozenset({"2019"}), []) == []
