"""Locating words on a page: by their number where the texts are the same, else by what stands around them; and by the
places of what was recognised."""

import pytest

from kb.schema import WordBox
from ui.pictures.highlight import located, own_text, recognised
from ui.pictures.page_picture import Box, PageRequest


def found(theirs: str, ours: str, words: str) -> list[str]:
    start = ours.index(words)
    return [theirs[first:last] for first, last in located(theirs, ours, start, start + len(words))]


def test_texts_that_differ_in_white_space_only_are_counted() -> None:
    assert found("Thelampiscovered.", "The lamp\nis covered.", "lamp\nis") == ["lampis"]
    assert found("人⼯智能", "人工 智能", "工 智") == ["⼯智"]
    assert located("abc", "a b c", 1, 2) == []


def test_the_lines_of_another_order_are_found_one_by_one() -> None:
    ours = "Own words of the page.\n\nFirst line.\nSecond line."
    assert found("FirstlineSecondline.Ownwordsofthepage.", ours, "Second line.") == ["Secondline."]
    assert found("Firstline.Ownwordsofthepage.Secondline.?", ours, "line.\nSecond") == ["line.", "Second"]


def test_the_cells_of_a_table_are_found_with_or_without_their_bars() -> None:
    ours = "Role | Days\nLead | 20\nAid | 20"
    assert found("RoleDaysLead20Aid20", ours, "Aid | 20") == ["Aid20"]
    assert found("RoleLeadAidDays2020", ours, "Lead | 20") == ["Lead", "20"]
    assert found("Role|DaysLead|20Aid|20!", ours, "20\nAid") == ["20", "Aid"]


def test_of_words_that_come_twice_those_nearer_to_the_place_are_taken() -> None:
    ours = "20 days\nfor leads\n20 days\nfor aids"
    theirs = "20daysforleads20daysforaidsFooter"
    start = ours.rindex("20 days")
    assert located(theirs, ours, start, start + 7) == [(14, 20)]


@pytest.mark.parametrize("theirs", ["", "Quiteanothertext"])
def test_what_is_not_there_is_not_found(theirs: str) -> None:
    assert located(theirs, "The lamp\nis covered | 3", 0, 20) == []


def request(text: str, words: str, *places: WordBox) -> PageRequest:
    start = text.index(words)
    return PageRequest("image/png", 1, text, start, start + len(words), 0, places)


def boxes(text: str, words: str, *places: WordBox, size: tuple[int, int] = (1000, 1000)) -> list[Box]:
    return [tuple(round(side, 3) for side in box) for box in recognised(request(text, words, *places), size)]  # type: ignore[misc]


def test_lines_are_marked_from_the_first_word_to_the_last_and_no_other_column_is() -> None:
    text = "left one\nleft two\n\nright one\nright two"
    left = WordBox(0, 8, 0, 0, 4000, 500), WordBox(9, 17, 0, 1000, 4000, 1500)
    right = WordBox(19, 28, 6000, 0, 10000, 500), WordBox(29, 38, 6000, 1000, 10000, 1500)
    assert boxes(text, "left one\nleft two", *left, *right) == [(0, 0, 0.4, 0.05), (0, 0.1, 0.4, 0.15)]
    assert boxes(text, "two\n\nright", *left, *right) == [(0.2, 0.1, 0.4, 0.15), (0.6, 0, 0.875, 0.05)]
    assert boxes(text, "\n\n", *left, *right) == []


def test_a_line_is_cut_by_the_widths_of_its_characters() -> None:
    assert boxes("年假15天 abc", "15天", WordBox(0, 9, 0, 0, 10000, 500)) == [(0.318, 0, 0.773, 0.05)]


def test_a_line_that_runs_downwards_is_marked_whole() -> None:
    text, place = "员工享有年假", WordBox(0, 6, 9000, 0, 9500, 3000)
    assert boxes(text, "年假", place) == [(0.9, 0, 0.95, 0.3)]
    assert boxes(text, "年假", place, size=(8000, 1000)) != [(0.9, 0, 0.95, 0.3)]  # a wide picture


def test_words_that_were_recognised_are_not_looked_for_among_those_of_the_page() -> None:
    text = "Costs | 20\n\nPicture (OCR):\nCosts | 20"
    only_read = WordBox(27, 37, 0, 0, 10000, 500)
    assert text[27:37] == "Costs | 20"
    own = own_text(request(text, "Costs", only_read))
    assert own == "Costs | 20\n\nPicture (OCR):\n          "
    assert located("Costs20", own, 27, 37) == []
