"""Verbs are told by tag in Chinese, and by form in English."""

import pytest

from kb.language.verbs import has_verb


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The logger stores 900 readings.", True),
        ("The logger was moved.", True),
        ("They don't know.", True),
        ("Readings stored.", True),
        ("Gifts to customers.", False),
        ("Long service: years of service.", False),
        ("Bern", False),
        ("设备每天充电。", True),
        ("技术参数", False),
        ("青鱼以水草为食", True),
        ("48 支球队。", False),
    ],
)
def test_a_statement_has_a_verb(text: str, expected: bool) -> None:
    assert has_verb(text) == expected
