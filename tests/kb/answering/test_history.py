"""As much of a conversation as fits: the last of it, in whole turns, and all instructions."""

import pytest

from kb.answering.history import fitting
from kb.schema import Message

TURNS = [Message("user", "a" * 10), Message("assistant", "b" * 20), Message("user", "c" * 5), Message("assistant", "d")]
ORDER = Message("system", "e" * 7)


@pytest.mark.parametrize(
    ("room", "kept"),
    [(1000, 4), (10 + 20 + 5 + 1 + 4 * 8, 4), (10 + 20 + 5 + 1 + 4 * 8 - 1, 2), (5 + 1 + 2 * 8, 2), (21, 0), (-9, 0)],
)
def test_the_last_whole_turns_are_kept(room: int, kept: int) -> None:
    assert fitting(TURNS, room, len) == TURNS[len(TURNS) - kept :]


def test_instructions_always_are_and_take_their_room() -> None:
    assert fitting([TURNS[0], TURNS[1], ORDER, *TURNS[2:]], 7 + 8 + 5 + 1 + 16, len) == [ORDER, *TURNS[2:]]
    assert fitting([ORDER, *TURNS], 0, len) == [ORDER]
