"""Code blocks: the fenced blocks of a Markdown text (CommonMark 0.31, 4.5), and where a text has their lines."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# What opens a fence may stand behind words or the mark of a list, where a small model writes it; it is no block then.
_SIGNS, _LANGUAGE = r"(?P<fence>`{3,}+|~{3,}+)[ \t]*+", r"(?P<language>[A-Za-z0-9+#._-]{0,20}+)"
_OPENING = re.compile(rf"(?P<before>[^`~\n]*){_SIGNS}{_LANGUAGE}[^`\n]*\n?")
_CLOSING = re.compile(rf"[ \t]*{_SIGNS}(?:\[\d{{1,3}}\][ \t]*)*\n?")
_FENCE = re.compile(_SIGNS + _LANGUAGE)
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A block with a line of its own for each fence. Offsets include both, and the markers behind the second."""

    start: int
    end: int
    lines: tuple[str, ...]
    text: str  # as it is to be written: without markers, and with nothing but a language behind the first fence


def code_blocks(text: str) -> Iterator[CodeBlock]:
    """The closed blocks of a text, in order."""
    at = 0
    opened: re.Match[str] | None = None
    start, lines = 0, list[str]()
    for line in text.splitlines(keepends=True):
        if opened is None:
            if opened := _OPENING.fullmatch(line):
                start, lines = at, []
        elif (closed := _CLOSING.fullmatch(line)) and closed["fence"].startswith(opened["fence"]):
            if not opened["before"].strip():
                first = f"{opened['before']}{opened['fence']}{opened['language']}\n"
                last = closed.group()[: closed.end("fence")]
                end = at + len(line.rstrip())
                yield CodeBlock(start, end, tuple(lines), f"{first}{''.join(lines)}{last}")
            opened = None
        else:
            lines.append(line)
        at += len(line)


def is_fence(line: str) -> bool:
    """Whether a line is a fence, and nothing else."""
    return bool(_FENCE.fullmatch(line.strip()))


def is_code(text: str) -> bool:
    """Whether a text begins with a fence."""
    return text.lstrip().startswith(("```", "~~~"))


def lines_in(text: str, lines: Sequence[str]) -> tuple[int, int] | None:
    """From where to where a text has these lines one after the other, indented alike; blank lines do not count, nor how
    wide the space between words is. None where it has not, or no line says anything."""
    wanted = _aligned([line for line in lines if line.strip()])
    if not any(any(map(str.isalnum, line)) for line in wanted):
        return None
    told: list[tuple[int, str]] = []
    at = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            told.append((at, line.rstrip()))
        at += len(line)
    for first in range(len(told) - len(wanted) + 1):
        window = told[first : first + len(wanted)]
        if _aligned([line for _, line in window]) == wanted:
            return window[0][0], window[-1][0] + len(window[-1][1])
    return None


def _aligned(lines: Sequence[str]) -> list[str]:
    """Lines without what they are all indented by, and with one space between words."""
    indents = [len(line) - len(line.lstrip()) for line in (line.expandtabs(4) for line in lines)]
    least = min(indents, default=0)
    return [" " * (indent - least) + _SPACE.sub(" ", line.strip()) for indent, line in zip(indents, lines, strict=True)]
