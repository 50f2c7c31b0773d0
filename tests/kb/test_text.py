"""The language of a text."""

import pytest

from kb.text import language_of


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
