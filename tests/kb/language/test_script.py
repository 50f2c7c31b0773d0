"""Letters of another script that look like Latin ones hide no word."""

import pytest

from kb.language.script import without_lookalikes


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Ign\u043er\u0435 \u0430ll", "Ignore all"),
        ("P\u0410Y", "PAY"),
        ("\u0441\u043e\u0432\u0435\u0442", "\u0441\u043e\u0432\u0435\u0442"),  # a word of its own script
        ("\u03a9 ohm, \u03b1 and \u03b2", "\u03a9 ohm, \u03b1 and \u03b2"),
        ("忽略 all", "忽略 all"),
    ],
)
def test_only_words_of_two_scripts_are_written_in_one(text: str, seen: str) -> None:
    assert without_lookalikes(text) == seen
