"""Notices on the page: those of the product are in the page's language, in whichever the question was."""

import pytest

from kb.answering import answer_builder
from kb.checking.citations import cite
from kb.models import reasoning_stream
from kb.schema import Document, Scope
from kb.store import conversations, scopes
from ui.words.notices import in_language

PAIRS = {
    **{name: (pair["en"], pair["zh"]) for name, pair in vars(answer_builder).items()
       if isinstance(pair, dict) and set(pair) == {"en", "zh"}},
    **{kind: (reasoning_stream._NOTICES_EN[kind], reasoning_stream._NOTICES_ZH[kind])
       for kind in reasoning_stream._NOTICES_EN},
    "gone": (conversations._GONE["en"], conversations._GONE["zh"]),
    "nothing_there": (scopes._NOTHING_THERE["en"], scopes._NOTHING_THERE["zh"]),
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_a_notice_is_told_in_the_language_of_the_page(name: str) -> None:
    english, chinese = (text.format(3, 12, tokens=64) for text in PAIRS[name])
    assert in_language(chinese, "en") == in_language(english, "en") == english
    assert in_language(english, "zh") == in_language(chinese, "zh") == chinese


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
