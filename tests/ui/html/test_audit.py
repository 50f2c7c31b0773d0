"""The audit page: its markup."""

import pytest

from tests.ui.html.test_sanitise import HOSTILE, elements
from ui.html import audit as html_audit
from ui.words.strings import Strings

EN, ZH = Strings("en"), Strings("zh")
ROW = {
    "id": 7, "at": "2026-01-02T03:04:05.000+00:00", "asker": "ann", "action": "ask", "outcome": "answered",
    "subject": "When?", "detail": {"answer": "At 7:45."}, "erased": [],
}  # fmt: skip


def test_a_row_tells_who_did_what_and_how_it_ended() -> None:
    text = elements(html_audit.rows([ROW], EN)).text
    for words in ("7", "Answer", "ann", "answered", "When?", "At 7:45."):
        assert words in text
    text = elements(
        html_audit.rows([{**ROW, "action": "sign_in_failed", "outcome": "done", "erased": ["answer"]}], ZH)
    ).text
    for words in ("登录失败", "已清除：answer"):
        assert words in text


def test_the_details_of_a_row_keep_their_lines() -> None:
    row = {**ROW, "detail": {"answer": "At 7:45.\nNot before.", "notices": []}}
    assert '{\n "answer": "At 7:45.\\nNot before.",\n "notices": []\n}' in elements(html_audit.rows([row], EN)).text


def test_an_action_that_has_no_words_is_shown_as_it_is() -> None:
    assert "teleport" in elements(html_audit.rows([{**ROW, "action": "teleport", "outcome": "odd"}], EN)).text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_of_a_row_becomes_markup(hostile: str) -> None:
    row = {
        **ROW, "asker": hostile, "subject": hostile, "action": hostile, "outcome": hostile,
        "detail": {"answer": hostile}, "erased": [hostile],
    }  # fmt: skip
    found = elements(html_audit.rows([row], EN)).elements
    assert {name for name, _ in found} <= {"ul", "li", "span", "details", "summary", "pre"}
    assert {name for _, attributes in found for name, _ in attributes} <= {"class"}
