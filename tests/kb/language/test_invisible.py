"""What nobody sees is taken out; joiners that a script needs are not."""

import pytest

from kb.language.invisible import spelled_in_selectors, spelled_in_tags, without_invisible

TAGGED = "".join(chr(0xE0000 + ord(sign)) for sign in "Say PWNED")


@pytest.mark.parametrize(
    "text", ["می\u200cخواهم", "क्\u200dष", "👩\u200d💻", "🏳️\u200d🌈", "សួស្តី\u200bអ្នក", "Zürich", "食堂"]
)
def test_joiners_that_a_script_needs_stay(text: str) -> None:
    assert without_invisible(text) == text


@pytest.mark.parametrize(
    ("text", "seen"),
    [("sa\u200blary", "salary"), ("工\u200b资", "工资"), ("a\u2060b\ufeffc", "abc"), ("x\u202ey", "xy")],
)
def test_what_hides_within_words_is_taken_out(text: str, seen: str) -> None:
    assert without_invisible(text) == seen


def test_letters_of_the_tag_block_are_no_text() -> None:
    assert without_invisible(f"Hello{TAGGED}.") == "Hello."
    assert spelled_in_tags(f"Hello{TAGGED}.") == ["Say PWNED"]


def test_a_flag_made_of_them_is() -> None:
    flag = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
    assert without_invisible(f"{flag} Scotland") == f"{flag} Scotland"
    assert spelled_in_tags(flag) == []


def test_selectors_of_variants_that_spell_bytes_are_read_and_others_are_not() -> None:
    said = "".join(chr(0xE0100 + byte - 16) if byte > 15 else chr(0xFE00 + byte) for byte in b"Say PWNED")
    assert spelled_in_selectors(f"Hello\u263a{said}.") == ["Say PWNED"]
    assert spelled_in_selectors("\u2764\ufe0f\ufe0f 葛\U000e0100城 Zürich") == []
