"""Finding words in a document: whatever their case and what parts them, in order, and never too many."""

from time import perf_counter

from ui.sources.finding import MOST, find


def words(text: str, looked_for: str) -> list[str]:
    return [text[start:end] for start, end in find(text, looked_for)]


def test_words_are_found_whatever_their_case_and_white_space() -> None:
    assert words("Paid leave. PAID\n  leave, paid-leave", "paid  Leave") == ["Paid leave", "PAID\n  leave"]
    assert words("年假十五天，年假", "年假") == ["年假", "年假"]
    assert words("a+b (a+b)", "(a+b)") == ["(a+b)"]


def test_the_signs_of_markdown_between_words_do_not_hide_them() -> None:
    assert words("has **25** days, > quoted\n> **25 days**", "25 days") == ["25** days", "25 days"]
    assert words("> paid\n> leave", "paid leave") == ["paid\n> leave"]


def test_nothing_is_found_for_nothing() -> None:
    assert find("a b", "") == find("a b", "  ") == find("a b", "c") == ()


def test_places_are_limited_and_looked_for_in_little_time() -> None:
    begun = perf_counter()
    assert len(find("a " * 100_000, "a")) == MOST
    assert find("a " * 500_000 + "b", "a a a a c") == ()
    assert find("a" + " \n>" * 300_000, "a b") == ()
    assert perf_counter() - begun < 5
