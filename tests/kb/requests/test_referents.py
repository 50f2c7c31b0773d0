"""A question that says "it" where nothing was said before."""

import pytest

from kb.requests.referents import without_referent


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("怎么关闭它？", "它"),
        ("这个多少钱？", "这个"),
        ("How do I turn it off?", "it"),
        ("Who is he?", "he"),
        ("What does this mean?", "this"),
    ],
)
def test_the_word_that_stands_for_nothing_is_found(question: str, word: str) -> None:
    assert without_referent(question) == word


@pytest.mark.parametrize(
    "question",
    [
        "怎么关闭密码复杂度检查？",
        "工牌丢了怎么补办它？",
        "其他人可以申请吗？",
        "How long does it take to get a badge?",
        "Is it allowed to bring a dog?",
        "If I lose my badge, who replaces it?",
        "How do I connect the G7 and reset it?",
        "What is the canteen called and who runs it on working days?",
    ],
)
def test_a_question_that_names_something_is_not_asked_back(question: str) -> None:
    assert without_referent(question) == ""
