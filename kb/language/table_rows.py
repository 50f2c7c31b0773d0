"""Rows of tables in text: their cells, parted by bars or tabs, and the heads of the columns, of one row or more."""

import re
from collections.abc import Sequence

_CELL = re.compile(r"(?:^| |(?<= ))\|(?: |$)|\t")
_RULE = re.compile(r"[\s|:]*-[\s|:-]*")  # what parts the heads of a Markdown table from its rows
_FIGURE = re.compile(  # a number alone, or an amount, and no year
    r"\W*(?!(?:19|20)\d\d\b)\d[\d\s.,]{0,40}\W*(?:EUR|USD|GBP|CNY|RMB|HKD|JPY|[万亿]?[美欧日港]?元)?\W*", re.IGNORECASE
)
_MOST_HEADS = 4  # rows that head a table
_LOOKED_AT = 8  # rows


def is_row(line: str) -> bool:
    """Whether a line is a row of a table, or the rule below its heads."""
    return bool(_CELL.search(line)) or is_rule(line)


def is_rule(line: str) -> bool:
    """Whether a line is the rule between the heads of a Markdown table and its rows."""
    return "|" in line and bool(_RULE.fullmatch(line))


def cells_of(line: str) -> list[str]:
    """The cells of a row, as they are written."""
    bare = line.strip()
    is_framed = len(bare) > 1 and bare[0] == bare[-1] == "|"
    return _CELL.split(bare[1:-1] if is_framed else line)


def column_heads(lines: Sequence[str]) -> tuple[int, list[str]]:
    """How many of the first rows of a table head its columns, at least one, and the heads. That of a cell which leaves
    columns empty stands, on a line of its own, over each of those below it and them: "Sales", "2023"."""
    rows = [[cell.strip() for cell in cells_of(line)] for line in lines[:_LOOKED_AT]]
    if any("\t" in line for line in lines):
        rows = _in_columns(rows)
    width = max(map(len, rows))
    padded = [row + [""] * (width - len(row)) for row in rows]
    above, heads, count = padded[0], padded[0], 1
    while count < _MOST_HEADS and count + 1 < len(padded) and _goes_on(above, padded[count], padded[count + 1]):
        below = padded[count]
        heads = [_joined(heads[_over(above, at)], cell) if cell else heads[at] for at, cell in enumerate(below)]
        above = [cell or above[at] for at, cell in enumerate(below)]
        count += 1
    return count, heads if count > 1 else rows[0]


def _in_columns(rows: list[list[str]]) -> list[list[str]]:
    """The rows with the cells of their heads over the columns, where the text of a page has left out the empty ones:
    that over the labels, and those beside a head of several columns, under each of which the same heads stand. Without
    the rows under the first where it cannot be told what it heads."""
    body = next((at for at, row in enumerate(rows) if _holds_figures(row)), 0)
    width = len(rows[body])
    heads = rows[:body]
    if heads and len(heads[-1]) == width - 1 and all(any(map(str.isdigit, cell)) for cell in heads[-1]):
        heads[-1] = ["", *heads[-1]]  # years; a word may be over the labels
    for at in range(len(heads) - 2, -1, -1):
        above, below = heads[at], heads[at + 1]
        if len(above) < width and len(below) == width:
            label, groups = ([], above) if below[0] else (above[:1], above[1:])
            span = (width - 1) // max(1, len(groups))
            if len(groups) < 2 or below[1:] != below[1 : 1 + span] * len(groups):
                return rows[:1]
            heads[at] = [*(label or [""]), *(cell for group in groups for cell in (group, *[""] * (span - 1)))]
    return heads + rows[body:]


def _holds_figures(row: Sequence[str]) -> bool:
    """Whether half of the cells beside the first one of a row are figures, at least."""
    return len(row) > 1 and 2 * sum(bool(_FIGURE.fullmatch(cell)) for cell in row[1:]) >= len(row) - 1


def with_heads_joined(text: str) -> str:
    """A text whose tables without a rule under their heads have one row of heads, as `column_heads` gives them."""
    lines = text.split("\n")
    result: list[str] = []
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and is_row(lines[end]):
            end += 1
        if end - at > 2 and not any(map(is_rule, lines[at:end])):
            count, heads = column_heads(lines[at:end])
            if count > 1:
                result.append(("\t" if "\t" in lines[at] else " | ").join(" ".join(head.split("\n")) for head in heads))
                at += count
        end = max(end, at + 1)
        result += lines[at:end]
        at = end
    return "\n".join(result)


def _goes_on(above: Sequence[str], below: Sequence[str], following: Sequence[str]) -> bool:
    """Whether a row goes on heading the columns of the one above it: words or years in all the columns of its cells
    that leave columns empty, and under the others nothing, or the same again."""
    added = [at for at, cell in enumerate(below) if cell and cell != above[at]]
    if any(map(_FIGURE.fullmatch, (below[at] for at in added))):
        return False
    if 0 in added and (above[0] or not any(map(_FIGURE.fullmatch, following[1:]))):
        return False
    groups = {_over(above, at) for at in added if at}
    return (
        any(not above[at] for at in added if at)
        and (0 not in groups or not above[0])
        and all(below[at] for at in range(1, len(below)) if _over(above, at) in groups)
    )


def _over(above: Sequence[str], at: int) -> int:
    """The column of the cell that stands over a column, which it may leave empty."""
    while at and not above[at]:
        at -= 1
    return at


def _joined(above: str, below: str) -> str:
    return below if below == above else f"{above}\n{below}".strip()
