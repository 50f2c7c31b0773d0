"""Tables in stored text: which of its lines are rows, and where each cell stands."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ui.sources.marking import Span

_FREE = ("text/plain", "application/pdf")  # their text holds no rows of ours
_LISTS = ("text/csv", "text/tab-separated-values")  # nothing but one table
_LOOKED_AT = 30  # lines of a sheet, for its header
_DELIMITER_ROW = re.compile(r"[ \t]*+\|?[ \t]*+:?-++:?[ \t]*+(\|[ \t]*+:?-++:?[ \t]*+)*+\|?[ \t]*")
_PIPE = re.compile(r"(?<!\\)\|")
_ROW_PIPE = re.compile(r"(?:(?<=\s)|^)\|(?=\s|$)")  # `row_line` of the readers puts spaces around it
_FIGURE = re.compile(r"[-+(]?[.,\s%€$£¥]*\d[\d.,\s%€$£¥)]*")
_YEAR = re.compile(r"(19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells as spans of the text. `text[start:end]` are the lines; `header` may stand before `start`.

    `captions` are rows that stand above the header.
    """

    start: int
    end: int
    header: tuple[Span, ...] | None
    rows: tuple[tuple[Span, ...], ...]
    captions: tuple[tuple[Span, ...], ...] = ()

    @property
    def width(self) -> int:
        return max(map(len, (*self.captions, *self.rows, self.header or ())), default=1)


def find(text: str, first: int, last: int, media_type: str) -> list[Table]:
    """The tables among the lines of `text[first:last]`, which begins and ends with a line, in order.

    Stored text keeps tables in two forms: pipe tables of Markdown, and lines `cell | cell` of all other readers.
    """
    if media_type in _FREE:
        return []
    found: list[Table] = []
    for block in _blocks(text, first, last):
        head = _lines_above(text, block[0][0]) if block[0][0] == first else []
        pipes = _markdown(text, head, block)
        if pipes or media_type == "text/markdown":
            found += pipes
        elif (table := _rows(text, head, block, media_type in _LISTS)) is not None:
            found.append(table)
    return found


def sheet(text: str, start: int, end: int, first: int, last: int) -> Table | None:
    """All of a spreadsheet's sheet, `text[start:end]`, that stands in the lines of `text[first:last]` as one table, so
    that its columns stand below each other over empty rows too; None where no line of it has two cells.

    The header is the first row of two or more words, no narrower than half of those below it.
    """
    first, last = max(first, start), min(last, end)
    head = [_cells(text, line, _ROW_PIPE) for line in _lines(text, start, end, _LOOKED_AT)]
    rows = [_cells(text, line, _ROW_PIPE) for line in _lines(text, first, last)]
    if not rows or max(map(len, (*head, *rows))) < 2:
        return None
    at = next((at for at, row in enumerate(head) if _heads(text, head[at:])), None)
    header = None if at is None else head[at]
    captions = [row for row in head[:at] if row[0][0] >= first] if at else []
    below = [row for row in rows if header is None or row[0][0] > header[-1][1]]
    return Table(first, last, header, tuple(below), tuple(captions))


def _heads(text: str, rows: Sequence[tuple[Span, ...]]) -> bool:
    """Whether the first of some rows may be the header of the others."""
    filled = [sum(a < b for a, b in row) for row in rows]
    return len(rows) > 1 and filled[0] > 1 and 2 * filled[0] >= max(filled) and _could_be_header(text, rows[0])


def _lines(text: str, first: int, last: int, most: int | None = None) -> list[Span]:
    """The lines that are not blank, `most` of them at most."""
    lines: list[Span] = []
    at = first
    while at < last and (most is None or len(lines) < most):
        end = text.find("\n", at, last)
        end = last if end < 0 else end
        if text[at:end].strip():
            lines.append((at, end))
        at = end + 1
    return lines


def _blocks(text: str, first: int, last: int) -> Iterator[list[Span]]:
    block: list[Span] = []
    at = first
    while at < last:
        end = text.find("\n", at, last)
        end = last if end < 0 else end
        if text[at:end].strip():
            block.append((at, end))
        elif block:
            yield block
            block = []
        at = end + 1
    if block:
        yield block


def _lines_above(text: str, at: int) -> list[Span]:
    """The first two lines of the block that holds the line at `at`, as far as they stand above it."""
    above = text.rfind("\n\n", 0, at)
    start = above + 2 if above >= 0 else 0
    lines: list[Span] = []
    while start < at and len(lines) < 2:
        end = text.find("\n", start, at)
        end = at if end < 0 else end
        lines.append((start, end))
        start = end + 1
    return lines


def _markdown(text: str, head: list[Span], block: list[Span]) -> list[Table]:
    lines, above = head + block, len(head)
    found: list[Table] = []
    at = 0
    while at < len(lines) - 1:
        header, below = (text[slice(*line)] for line in lines[at : at + 2])
        if "|" not in header or "|" not in below or not _DELIMITER_ROW.fullmatch(below):
            at += 1
            continue
        end = at + 2
        while end < len(lines) and "|" in text[slice(*lines[end])]:
            end += 1
        inside = lines[max(at, above) : end]
        rows = tuple(_cells(text, line, _PIPE) for line in lines[max(at + 2, above) : end])
        if inside and (rows or above <= at):
            found.append(Table(inside[0][0], inside[-1][1], _cells(text, lines[at], _PIPE), rows))
        at = end
    return found


def _rows(text: str, head: list[Span], block: list[Span], whole: bool) -> Table | None:
    """The block as a table, when most of its lines are rows. `whole`: it is one whatever it looks like."""
    if not whole and (
        len(head + block) < 2 or 2 * sum(bool(_ROW_PIPE.search(text[slice(*line)])) for line in block) < len(block)
    ):
        return None
    rows = tuple(_cells(text, line, _ROW_PIPE) for line in block)
    table = Table(block[0][0], block[-1][1], None, rows)
    top = _cells(text, head[0], _ROW_PIPE) if head else rows[0]
    if not whole and not _could_be_header(text, top):
        return table
    return replace(table, header=top, rows=rows if head else rows[1:])


def _could_be_header(text: str, cells: tuple[Span, ...]) -> bool:
    words = [word for cell in cells if (word := text[slice(*cell)])]
    return len(words) > 1 and not any(_FIGURE.fullmatch(word) and not _YEAR.fullmatch(word) for word in words)


def _cells(text: str, line: Span, pipe: re.Pattern[str]) -> tuple[Span, ...]:
    start, end = line
    cuts = [start + match.start() for match in pipe.finditer(text[start:end])]
    spans = list(zip([start, *(cut + 1 for cut in cuts)], [*cuts, end], strict=True))
    if pipe is _PIPE and len(spans) > 1:  # the pipes around a row of Markdown
        spans = spans[not text[slice(*spans[0])].strip() :]
        spans = spans[: len(spans) - (not text[slice(*spans[-1])].strip())]
    return tuple(_trimmed(text, span) for span in spans)


def _trimmed(text: str, span: Span) -> Span:
    words = text[slice(*span)]
    start = span[0] + len(words) - len(words.lstrip())
    return start, max(start, span[0] + len(words.rstrip()))
