"""Tags: what can be one, and how those of many documents are counted."""

from dataclasses import replace

import pytest

from kb.errors import UsageError
from kb.filing.tags import LONGEST_TAG, MOST_TAGS, checked_tags, tag_counts
from tests.kb.store.test_scopes import BENEFITS


def test_tags_are_tidied_and_kept_in_order_the_first_of_the_same_ones() -> None:
    assert checked_tags([" Year \t end", "人事", "YEAR END", "ｈｒ", "HR"]) == ("Year end", "人事", "ｈｒ")
    assert checked_tags([]) == ()
    assert checked_tags(["x" * LONGEST_TAG]) == ("x" * LONGEST_TAG,)


@pytest.mark.parametrize("wrong", ["", "  ", "x" * (LONGEST_TAG + 1), "a,b", "甲，乙", "a\x07", "a\u202eb"])
def test_what_is_no_tag_is_refused(wrong: str) -> None:
    with pytest.raises(UsageError) as refused:
        checked_tags(["fine", wrong])
    assert refused.value.code == "document.no_tag"


def test_a_document_has_only_so_many() -> None:
    assert len(checked_tags(str(n) for n in range(MOST_TAGS))) == MOST_TAGS
    with pytest.raises(UsageError) as refused:
        checked_tags(str(n) for n in range(MOST_TAGS + 1))
    assert refused.value.code == "document.many_tags"


def test_they_are_counted_by_the_spelling_that_is_used_most() -> None:
    given = (("HR", "law"), ("hr",), ("hr", "年度"), ())
    assert tag_counts([replace(BENEFITS, tags=tags) for tags in given]) == {"hr": 3, "law": 1, "年度": 1}
    assert tag_counts([]) == {}
