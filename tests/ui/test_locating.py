"""Locating words on a page: by their number where the texts are the same, else by what stands around them."""

import pytest

from ui.locating import located


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
