"""The markup of the page Review: what a row and a review tell, and that nothing of them becomes markup."""

from dataclasses import replace

import pytest

from kb.review.reviews import Correction, CorrectionSource, Review
from kb.schema import EVERYTHING, Passage
from kb.store.conversations import JudgedAnswer
from tests.ui.html.test_sanitise import HOSTILE, elements
from ui.html import reviews as html_reviews
from ui.words.strings import Strings

EN, ZH = Strings("en"), Strings("zh")
AT = "2026-11-25T10:00:00.000+00:00"
PASSAGE = Passage(1, 7, "docs", "leave.md", 1, None, 0, 8, "25 days.", "", "", "Leave", 1.0)
SOURCE = CorrectionSource(1, "docs", "leave.md", 1, None, 0, 8, "25 days.", "current")
REVIEW = Review(
    "ab12", 2, "accepted",
    JudgedAnswer("c", 0, "How many?", "20 days.", "documents", "down", "Wrong number", "bob", AT),
    "How many?", "", (PASSAGE,), (), EVERYTHING, Correction("How many?", (), "25 days [1].", (SOURCE,)), True, "ed", AT,
)  # fmt: skip


def test_a_row_tells_who_judged_what_and_what_became_of_it() -> None:
    text = elements(html_reviews.listed([REVIEW], EN)).text
    for words in ("How many?", "Not helpful", "bob", "bob: Wrong number", "20 days.", "Accepted: ed", "Curated answer"):
        assert words in text
    assert "没有帮助" in elements(html_reviews.listed([REVIEW], ZH)).text
    assert "There are no answers here." in html_reviews.listed([], EN)


def test_a_withdrawn_one_says_why() -> None:
    for standing, words in (("changed", "a document changed"), ("deleted", "a document was deleted")):
        assert REVIEW.correction
        sources = (replace(SOURCE, standing=standing, document="" if standing == "deleted" else "leave.md"),)
        gone = replace(REVIEW, correction=replace(REVIEW.correction, sources=sources))
        assert f"Withdrawn: {words}" in elements(html_reviews.listed([gone], EN)).text
        assert f"Withdrawn: {words}" in elements(html_reviews.one(gone, EN)).text


def test_one_review_has_answer_passages_and_sources_to_open() -> None:
    found = elements(html_reviews.one(REVIEW, EN))
    for words in ("20 days.", "Passages that were found", "Sources of the correction", "leave.md", "25 days."):
        assert words in found.text
    actions = [dict(attributes).get("data-action") for name, attributes in found.elements if name == "button"]
    assert actions == ["passage", "source"]
    gone = replace(REVIEW, judged=None, correction=None)
    assert "Its conversation was deleted" in elements(html_reviews.one(gone, EN)).text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_of_a_review_becomes_markup(hostile: str) -> None:
    assert REVIEW.judged
    assert REVIEW.correction
    judged = replace(REVIEW.judged, question=hostile, answer=hostile, reason=hostile, who=hostile)
    source = replace(SOURCE, document=hostile, quote=hostile)
    review = replace(
        REVIEW, id=hostile, judged=judged, editor=hostile, passages=(replace(PASSAGE, document=hostile, text=hostile),),
        correction=replace(REVIEW.correction, sources=(source,)),
    )  # fmt: skip
    for html in (html_reviews.listed([review], EN), html_reviews.one(review, EN)):
        names = {name for name, _ in elements(html).elements}
        assert names <= {"div", "ul", "ol", "li", "span", "button", "br", "p"}
