"""Events: the stream in which an answer is told, drained to the answer."""

from collections.abc import Iterator

from kb.errors import ModelError
from kb.schema import Answer, Done, Event, Failed


def drain(events: Iterator[Event]) -> Answer:
    """The answer at the end of a stream of events. Raises ModelError with the message of a Failed."""
    for event in events:
        if isinstance(event, Done):
            return event.answer
        if isinstance(event, Failed):
            raise ModelError(event.error)
    raise ModelError("answer.without_result")
