"""The list of a document's passages: what can be done with each, and the way to the others."""

from dataclasses import replace

from kb.editing.passages import DocumentPassage, DocumentPassages
from ui.html.passages import passages
from ui.words.strings import Strings

EN = Strings("en")
FIRST = DocumentPassage(0, 9, None, "", "Some <b>", False, (10, 20))
SECOND = DocumentPassage(10, 20, 2, "Part", "more words", False, (0, 9))


def shown(*given: DocumentPassage, offset: int = 0) -> str:
    return passages(DocumentPassages("docs", "a.md", 1, 0, 0, given), offset, 20, EN)


def test_parts_of_one_can_be_joined_unless_they_are_left_out() -> None:
    html = shown(FIRST, SECOND)
    assert html.count('data-action="join"') == 2
    assert "Some &lt;b&gt;" in html
    assert 'data-action="show" data-value="10 20"' in html
    assert shown(replace(FIRST, left_out=True), SECOND).count('data-action="join"') == 1
    assert 'data-action="join"' not in shown(replace(FIRST, other_part=None))


def test_from_a_passage_that_comes_first_there_is_a_way_to_those_before_it() -> None:
    assert 'data-action="offset"' not in shown(FIRST, SECOND)
    assert 'data-action="offset" data-value="0"' in shown(FIRST, SECOND, offset=1)
