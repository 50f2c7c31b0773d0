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

    from kb.schema import Language
    from ui.words.strings import Strings

# What JSON may hold and a terminal or a UTF-8 stream may not: the C1 controls, and halves of surrogate pairs.
_NOT_FOR_STREAMS = re.compile("[\x7f-\x9f\ud800-\udfff]")

_YES = ("y", "yes", "是", "是的")
_NO = ("", "n", "no", "否", "不")
_language: "Language" = "en"  # of the one who reads what this process prints


def speak(language: "Language") -> None:
    """Say all that follows in this language."""
    global _language
    _language = language


def language() -> "Language":
    """The reader's language."""
    return _language


def strings() -> "Strings":
    """The words of the reader's language."""
    from ui.words.strings import Strings

    return Strings(_language)


def t(key: str, **values: object) -> str:
    """A text of `ui.words` in the reader's language."""
    return strings()(key, **values)


def count(key: str, n: int) -> str:
    """So many things, in the reader's language: "1 passage", "3 passages"."""
    return strings().count(key, n)


def localized(said: str | Exception) -> str:
    """What the product says, an error or a coded text, in the reader's language."""
    from ui.words.translations import localised

    return localised(said, _language)


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


def printable(text: str) -> str:
    """Without control characters: neither a document nor its name nor a model steers the terminal."""
    return "".join(c for c in text if c.isprintable() or c in "\n\t")


def printable_line(text: str) -> str:
    """`printable`, in one line, and one sees that something was there."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def error_line(error: KBError) -> str:
    """What is said of an error."""
    return t("cli_error", why=localized(error))


def has_a_person() -> bool:
    """Whether somebody is there to answer a question."""
    return sys.stdin.isatty()


def confirm(question: str) -> bool:
    """Whether who sits at the terminal says yes: `y`, `yes` or 是. No is what an empty line says.

    Raises typer.Abort where the input ends.
    """
    import typer

    while True:
        asked, colon = t("cli_confirm", question=question), t("cli_colon")
        said = typer.prompt(asked, default="", show_default=False, prompt_suffix=colon, err=True)
        answer = str(said).strip().lower()
        if answer in _YES:
            return True
        if answer in _NO:
            return False
        say(t("cli_confirm_again"))


def padded(text: str, columns: int) -> str:
    """The text with spaces up to so many columns of a terminal, on which Chinese characters take two each."""
    from rich.cells import cell_len

    return text + " " * (columns - cell_len(text))


@contextmanager
def errors_for_people() -> Iterator[None]:
    """Turn our errors into a line on stderr and their exit code; anything else keeps its traceback."""
    import typer

    try:
        yield
    except KBError as error:
        say(error_line(error))
        raise typer.Exit(error.exit_code) from None
    except UnicodeEncodeError as error:  # what was given on the command line goes into no database and no request
        if not any("\udc80" <= c <= "\udcff" for c in error.object):
            raise
        shown = printable_line(error.object.encode("utf-8", "backslashreplace").decode())
        say(t("cli_error", why=t("cli_not_utf8", name=shown)))
        raise typer.Exit(UsageError.exit_code) from None
    except KeyboardInterrupt:
        say(t("cli_stopped"))
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
        say("\n" + t("cli_stopping"))

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
