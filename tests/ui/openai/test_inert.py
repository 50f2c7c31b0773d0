"""A model's words in which nothing loads or leads anywhere."""

import pytest

from ui.openai.inert import InertStream, inert


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("![x](http://a/b)", "![x]（http://a/b)"),
        ("[here][1]\n[1]: http://a", "[here][1]\n[1]： http://a"),
        ("<img src=x> </p> <!-- <?x", "‹img src=x> ‹/p> ‹!-- ‹?x"),
        ("3 < 4, a <5 and <= 6 [1].", "3 < 4, a <5 and <= 6 [1]."),
        ("<<b> ]]( ](", "<‹b> ]]（ ]（"),
    ],
)
def test_it_is_the_same_however_it_is_cut(text: str, shown: str) -> None:
    assert inert(text) == shown
    assert len(shown) == len(text)
    for size in (1, 2, 3, 5):
        stream = InertStream()
        pieces = [stream.feed(text[at : at + size]) for at in range(0, len(text), size)]
        assert "".join([*pieces, stream.finish()]) == shown
