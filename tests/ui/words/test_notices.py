"""Notices on the page: those of the product are in the page's language, in whichever the question was."""

from collections.abc import Mapping

import pytest

from kb.answering.answer_builder import LEFT_OUT, WEAK
from kb.checking.citations import cite
from kb.schema import Document, Scope
from kb.store import scopes
from ui.words.notices import in_language, pairs


@pytest.mark.parametrize("pair", list(pairs()), ids=lambda pair: pair["en"][:30])
def test_a_notice_is_told_in_the_language_of_the_page(pair: Mapping[str, str]) -> None:
    english, chinese = (pair[language].format(3, 12, 5, 6, tokens=64) for language in ("en", "zh"))
    assert in_language(chinese, "en") == in_language(english, "en") == english
    assert in_language(english, "zh") == in_language(chinese, "zh") == chinese


def test_all_texts_of_answers_are_among_them() -> None:
    known = list(pairs())
    assert WEAK in known
    assert LEFT_OUT in known
    assert any("budget" in pair["en"] for pair in known)


def test_notices_of_citations_are_told_in_the_language_of_the_page() -> None:
    for language, other in (("zh", "en"), ("en", "zh")):
        [notice] = cite("It is so [7].", [], language, "?").notices  # type: ignore[arg-type]
        told = in_language(notice.text, other)  # type: ignore[arg-type]
        assert told != notice.text
        assert "[7]" in told
        assert in_language(told, language) == notice.text  # type: ignore[arg-type]


def test_a_filter_that_matched_nothing_has_no_word_of_the_other_language() -> None:
    document = Document("hr", "a.md", "", "", "added", "", 1, "", 1, None, 1, 1.0, "2026-11-20T10:00:00+00:00")
    scope = Scope(paths=("x/*",))
    told = {"zh": scopes.nothing_found(scope, [document], "zh").text}
    told["en"] = scopes.nothing_found(scope, [document], "en").text
    assert in_language(told["zh"], "zh") == told["zh"]
    assert in_language(told["en"], "en") == told["en"]
    assert in_language(told["zh"], "en") == "The filter matches no document. Remove it, or choose another."
    assert in_language(told["en"], "zh") == "没有文档符合筛选条件。请取消筛选，或更换条件。"


def test_what_is_not_known_stays_as_it_is() -> None:
    assert in_language("别的话。", "en") == "别的话。"
    assert in_language("", "zh") == ""
