"""What a question names and what documents are about."""

import math

import pytest

from kb.answering.routing import periods_and_names, shares, subject


def test_names_count_where_a_period_is_named() -> None:
    assert periods_and_names("What did Best Buy earn in 2023?") == {"2023", "best", "buy"}
    assert periods_and_names("What did Best Buy earn?") == frozenset()
    assert {"2025", "q2"} <= periods_and_names("天元公司2025年第二季度的收入是多少？")


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
