"""The console: what the command line prints, shows as progress, and says when something fails."""

import json
import re
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kb.errors import KBError, UsageError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

# What JSON may hold and a terminal or a UTF-8 stream may not: the C1 controls, and halves of surrogate pairs.
_NOT_FOR_STREAMS = re.compile("[\x7f-\x9f\ud800-\udfff]")


def stdout() -> "Console":
    """The console on stdout, for people; made when used."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True)


def stderr() -> "Console":
    """The console on stderr: progress, notices, errors."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def print_json(value: Any) -> None:
    """One JSON document on stdout and nothing else."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    sys.stdout.write(_NOT_FOR_STREAMS.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n")


def say(text: str) -> None:
    """A line on stderr."""
    print(printable(text), file=sys.stderr)


def counted(n: int, thing: str) -> str:
    """So many things: "1 passage", "3 passages"."""
    return f"{n:,} {thing}" if n == 1 else f"{n:,} {thing}s"


def printable(text: str) -> str:
    """Without control characters: neither a document nor its name nor a model steers the terminal."""
    return "".join(c for c in text if c.isprintable() or c in "\n\t")


def printable_line(text: str) -> str:
    """`printable`, in one line, and one sees that something was there."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


@contextmanager
def errors_for_people() -> Iterator[None]:
    """Turn our errors into a line on stderr and their exit code; anything else keeps its traceback."""
    import typer

    try:
        yield
    except KBError as error:
        say(f"error: {error}")
        raise typer.Exit(error.exit_code) from None
    except UnicodeEncodeError as error:  # what was given on the command line goes into no database and no request
        if not any("\udc80" <= c <= "\udcff" for c in error.object):
            raise
        shown = printable_line(error.object.encode("utf-8", "backslashreplace").decode())
        say(f"error: {shown} holds bytes that are no text in UTF-8. Name something else, or rename it.")
        raise typer.Exit(UsageError.exit_code) from None
    except KeyboardInterrupt:
        say("stopped")
        raise typer.Exit(130) from None
    except BrokenPipeError:
        sys.stderr.close()
        raise typer.Exit(1) from None


@contextmanager
def interruptible() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C (or SIGTERM) sets; the second one interrupts at once."""
    stop = threading.Event()

    def on_signal(number: int, frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        say("\nstopping after the current step; press Ctrl-C again to stop at once")

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def progress_bar(unit: str) -> Iterator["Progress"]:
    """A progress bar on stderr; on a pipe it prints nothing but the end."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=stderr()) as progress:
        yield progress


@contextmanager
def byte_bar() -> Iterator["Progress"]:
    """A progress bar of bytes on stderr."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=stderr()) as progress:
        yield progress


def read_question(question: str | None) -> str:
    """The question of the command line, or of stdin where it is `-`. Bytes that are no text are shown as `?`."""
    if question is None:
        raise UsageError("question.none")
    text = sys.stdin.read() if question == "-" else question
    return text.encode("utf-8", "replace").decode("utf-8")
