"""The language of a text, its sentences, and its compatibility form."""

import pytest

from kb.language.language import language_of, nfkc, sentences


@pytest.mark.parametrize(
    "text",
    [
        "CEO是谁？",
        "WiFi 密码？",
        "HR 电话",
        "PTO政策",
        "用 Git 吗",
        "ERP 和 CRM 区别？",
        "如何 reset password？",
        "产假多少天？",
    ],
)
def test_a_short_question_with_foreign_names_is_chinese(text: str) -> None:
    assert language_of(text) == "zh"


@pytest.mark.parametrize("text", ["Who is 张伟?", "What does 年假 mean?", "Is 王芳 in Berlin?", "42", ""])
def test_english_grammar_with_a_chinese_name_is_english(text: str) -> None:
    assert language_of(text) == "en"


def test_a_figure_set_above_another_stays_apart() -> None:
    assert nfkc("５００¹ ms, 25 m²") == "500  ms, 25 m2"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("No. At most 5 days.", ["No.", "At most 5 days."]),
        ("See no. 5 and No. BC-17 there.", ["See no. 5 and No. BC-17 there."]),
        ("Really?! Yes... it is 2.5.", ["Really?!", "Yes...", "it is 2.5."]),
        ('He said "no." Then', ['He said "no."', "Then"]),
    ],
)
def test_sentences_end_where_they_end(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == found


def test_a_long_run_of_dots_is_read_in_one_pass() -> None:
    text = "see " + "." * 300_000 + "5"
    assert sentences(text) == [(0, len(text))]
