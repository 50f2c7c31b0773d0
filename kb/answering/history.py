"""History: as much of a conversation as a model's context holds beside what is asked now."""

from collections.abc import Callable, Sequence

from kb.schema import Message

_FRAME = 8  # tokens that the template of a model puts around a message


def fitting(history: Sequence[Message], room: int, count: Callable[[str], int]) -> list[Message]:
    """The instructions of a conversation, and of its questions and answers the last that `room` tokens hold.

    `count` tells the tokens of a text. A question goes with its answer.
    """
    instructions = [message for message in history if message.role == "system"]
    said = [message for message in history if message.role != "system"]
    room -= sum(count(message.content) + _FRAME for message in instructions)
    first = len(said)
    while first >= 2:
        room -= sum(count(message.content) + _FRAME for message in said[first - 2 : first])
        if room < 0:
            break
        first -= 2
    return [*instructions, *said[first:]]
