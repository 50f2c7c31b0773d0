"""Logs of the service without the values of errors: where something went wrong, and not on which words.

The text of an error that a library raises may quote what it was given: a question, a passage, a name of a file.
"""

import logging
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

log = logging.getLogger(__name__)


@contextmanager
def without_values() -> Iterator[None]:
    """While this lasts write errors of this process, also those of libraries and threads, by kind and place alone.

    `Formatter.formatException` is replaced for all handlers: uvicorn and Streamlit make their own, some of them late.
    """
    before = logging.Formatter.formatException, threading.excepthook
    logging.Formatter.formatException = _formatted  # type: ignore[method-assign]
    threading.excepthook = _on_thread_error
    try:
        yield
    finally:
        logging.Formatter.formatException, threading.excepthook = before  # type: ignore[method-assign]


def _formatted(self: logging.Formatter, ei: Raised) -> str:
    return error_text(ei)


def error_text(raised: Raised) -> str:
    """An error and those it came from, by kind and place; of the operating system's, what went wrong, too."""
    return "\n".join(_lines(raised[1])) if raised[1] is not None else ""


def _lines(error: BaseException, depth: int = 0) -> Iterator[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and depth < 5:
        yield from _lines(before, depth + 1)
        yield "and then:"
    yield "Traceback (most recent call last):"
    for frame in traceback.extract_tb(error.__traceback__):
        yield f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}'
    system = f": [Errno {error.errno}] {error.strerror}" if isinstance(error, OSError) and error.errno else ""
    yield f"{type(error).__module__}.{type(error).__qualname__}{system}"
    if isinstance(error, BaseExceptionGroup) and depth < 5:
        for part in error.exceptions[:5]:
            yield from _lines(part, depth + 1)


def _on_thread_error(args: Any) -> None:
    if args.exc_type is not SystemExit:
        log.error("an error in a thread", exc_info=(args.exc_type, args.exc_value, args.exc_traceback))
