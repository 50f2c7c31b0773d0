"""Drawn tables: those that reStructuredText and Markdown draw with characters or list, as rows of cells.

Their cells may have several lines and span rows and columns, so that a line of the file is no row.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ingest.document.parsed import one_line, repeated, runs_on

_GRID_RULE = re.compile(r"\+(?:[-=]+\+)+")
_SIMPLE_RULE = re.compile(r"=+(?: +=+)+")
_UNDERLINE = re.compile(r"-+(?: +-+)*")
_DIRECTIVE = re.compile(r"([ \t]*)\.\. (list-table|csv-table)::[ \t]*(.*)")
_OPTION = re.compile(r":([\w-]+):[ \t]*(.*)")
_BULLET = re.compile(r"[*+-](?:[ \t]+|$)")
_LITERAL = re.compile(r"(?!\.\. ).*::[ \t]*$|\.\. (?:code-block|code|sourcecode|parsed-literal|raw|highlight)::")
_MAX_LINES = 5_000  # of a simple table
_MOST_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class DrawnTable:
    """A table on lines up to `end` (the line after it): its rows, of which the first `heads` are the header."""

    end: int
    rows: list[list[str]]
    heads: int
    caption: str = ""


def drawn_table(lines: Sequence[str], at: int) -> DrawnTable | None:
    """The table of reStructuredText that begins on line `at`."""
    if directive := _DIRECTIVE.match(lines[at]):
        return _directive(lines, at, directive)
    line = lines[at].strip()
    if line.startswith("+"):
        return grid_table(lines, at)
    return _simple_table(lines, at) if line.startswith("=") else None


def literal_end(lines: Sequence[str], at: int) -> int:
    """The line after the literal text, as that of a program, that line `at` introduces; `at` where it does not."""
    return _block_end(lines, at + 1, _indent(lines[at])) if _LITERAL.match(lines[at].strip()) else at


# -- grids


@dataclass(slots=True)
class _Cell:
    """A cell of a grid: its place by rows and columns, and its lines so far."""

    row: int
    column: int
    right: int  # the column after it
    lines: list[str] = field(default_factory=list)


def grid_table(lines: Sequence[str], at: int) -> DrawnTable | None:
    """The table with borders of `+-----+` and `|` whose first line is `at`; the rows over `+=====+` are its header."""
    begins = at == 0 or lines[at - 1].strip()[:1] not in ("+", "|")  # each drawing is looked at once
    if not begins or not _GRID_RULE.fullmatch(lines[at].strip()):
        return None
    end = at
    while end < len(lines) and lines[end].strip()[:1] in ("+", "|"):
        end += 1
    while end > at + 2 and not _GRID_RULE.fullmatch(lines[end - 1].strip()):
        end -= 1
    block = _with_rules([line.strip() for line in lines[at:end]])
    for shown in (map(_by_place, block), map(list, block)):  # wide characters take two places, or one
        found = _grid(list(shown))
        if found is not None:
            return DrawnTable(end, *found)
    return None


def _with_rules(block: list[str]) -> list[str]:
    """The lines of a grid; of one as databases print it, where a line is a row, with a border between the rows."""
    rules = [n for n, line in enumerate(block) if _GRID_RULE.fullmatch(line)]
    body = block[3:-1]
    labelled = all(line[1:].split("|")[0].strip() for line in body)
    if rules != [0, 2, len(block) - 1] or "=" in block[2] or len(body) < 2 or not labelled:
        return block
    return [*block[:2], block[2].replace("-", "="), *(part for line in body for part in (line, block[0]))]


def _by_place(line: str) -> list[str]:
    """The character at each place of a line: after a wide one comes an empty one, and one that is no wider than
    nothing stands with that before it."""
    places: list[str] = []
    for character in line:
        if unicodedata.combining(character) and places:
            places[-1] += character
        else:
            places += [character, ""] if unicodedata.east_asian_width(character) in "WF" else [character]
    return places


def _grid(block: list[list[str]]) -> tuple[list[list[str]], int] | None:
    """(rows, how many are the header) of a grid whose lines all have the same places; None for other drawings."""
    edges = sorted({n for line in block for n, sign in enumerate(line) if sign == "+" and _is_joint(line, n)})
    if len(block) < 3 or not 2 < len(edges) <= _MOST_COLUMNS or any(len(line) != len(block[0]) for line in block):
        return None
    row = heads = 0
    done: list[tuple[_Cell, int]] = []  # each with its last row
    is_open: dict[int, _Cell] = {}  # by its first column
    for line in block[1:]:
        rules = [_rule(line, left, right) for left, right in pairwise(edges)]
        if any(rules):
            for column, cell in list(is_open.items()):
                if all(rules[column : cell.right]):
                    done.append((is_open.pop(column), row))
            row += 1
            heads = row if rules[0] == "=" and not heads else heads
        column = 0
        while column < len(rules):
            if column not in is_open and rules[column]:
                column += 1
                continue
            if column not in is_open:
                right = next((n for n in range(column + 1, len(rules)) if line[edges[n]] in "|+"), len(rules))
                is_open[column] = _Cell(row, column, right)
            cell = is_open[column]
            cell.lines.append("".join(line[edges[column] + 1 : edges[cell.right]]))
            column = cell.right
    if is_open or not done:
        return None
    rows = [[""] * (len(edges) - 1) for _ in range(row)]
    for cell, last in done:
        text = _joined(cell.lines)
        for number in range(cell.row, last + 1):
            rows[number][cell.column] = text if number == cell.row else repeated(text)
    return rows, heads if heads < row else 0


def _is_joint(line: list[str], at: int) -> bool:
    return any(0 <= n < len(line) and line[n] in ("-", "=") for n in (at - 1, at + 1))


def _rule(line: list[str], left: int, right: int) -> str:
    """The character of the border between two places of a line; "" where there is none."""
    between = line[left + 1 : right]
    whole = bool(between) and between[0] in ("-", "=") and all(sign == between[0] for sign in between)
    return between[0] if whole and line[left] in "+|" and line[right] in "+|" else ""


def _joined(lines: Sequence[str]) -> str:
    """The lines of a cell on one; nothing comes between Chinese characters."""
    text = ""
    for line in filter(None, map(one_line, lines)):
        text += line if not text or runs_on(text, line) else f" {line}"
    return text


# -- simple tables


def _simple_table(lines: Sequence[str], at: int) -> DrawnTable | None:
    """The table between lines `====  ====` that begins on line `at`: a row begins where the first column has text."""
    top = lines[at].rstrip()
    if not _SIMPLE_RULE.fullmatch(top.strip()):
        return None
    limit = min(len(lines), at + _MAX_LINES)
    rules = (n for n in range(at + 1, limit) if lines[n].startswith(top))
    end = next((n for n in rules if n + 1 == len(lines) or not lines[n + 1].strip()), 0)
    indent = _indent(top)
    begins = [indent, *(indent + match.end() for match in re.finditer(r"(?<!=)=+ +(?==)", top.strip()))]
    rows: list[list[list[str]]] = []
    heads, after_blank = 0, False
    for number in range(at + 1, end):
        line = lines[number].rstrip()
        if line and _indent(line) < indent:
            return None
        if line == top:
            heads = heads or len(rows)
        elif line and not _UNDERLINE.fullmatch(line.strip()):
            cells = _at_places(line, begins)
            if cells[0].strip() or not rows or after_blank or len(rows) == heads:
                rows.append([[] for _ in begins])
            for cell, words in zip(rows[-1], cells, strict=True):
                cell.append("" if words.strip() == "\\" else words)
        after_blank = not line
    return DrawnTable(end + 1, [[_joined(cell) for cell in row] for row in rows], heads) if rows else None


def _at_places(line: str, begins: Sequence[int]) -> list[str]:
    """The parts of a line that begin at these places; what reaches into the next part is left whole in its own."""
    places = _by_place(line)
    cells = ["" for _ in begins]
    column = 0
    for number, character in enumerate(places):
        following = begins[column + 1] if column + 1 < len(begins) else len(places) + 1
        if number >= following and " " in (character, places[following - 1]):
            column += 1
        cells[column] += character
    return cells


# -- directives


def _directive(lines: Sequence[str], at: int, directive: re.Match[str]) -> DrawnTable | None:
    """The table of a `.. list-table::` or `.. csv-table::`."""
    end = _block_end(lines, at + 1, _indent(lines[at]))
    options: dict[str, str] = {}
    name = ""
    begin = at + 1
    while begin < end and lines[begin].strip():
        option = _OPTION.match(lines[begin].strip())
        if option:
            name = option[1]
            options[name] = option[2]
        elif name:
            options[name] += f"\n{lines[begin].strip()}"
        else:
            break  # a long caption
        begin += 1
    content = lines[begin:end]
    rows = _listed(content) if directive[2] == "list-table" else _separated(content, options)
    if not rows:
        return None
    given = options.get("header-rows", "").strip()
    heads = int(given) if given.isdecimal() and len(given) < 3 else 0
    if directive[2] == "csv-table" and options.get("header"):
        rows, heads = [*_separated(options["header"].split("\n"), options), *rows], heads + 1
    return DrawnTable(end, rows, heads if heads < len(rows) else 0, one_line(directive[3]))


def _listed(content: Sequence[str]) -> list[list[str]]:
    """The rows of a list of lists: `* - cell`, then `  - cell`; none where it is no such list."""
    rows: list[list[list[str]]] = []
    outer = inner = -1
    for line in content:
        indent, words = _indent(line), line.strip()
        if not words:
            continue
        outer = indent if outer < 0 else outer
        bullet = _BULLET.match(words)
        if indent == outer and bullet:
            rows.append([])
            inner = indent + bullet.end()
            words = words[bullet.end() :]
            indent, bullet = inner, _BULLET.match(words)
        if not rows or indent < inner:
            return []
        if indent == inner and bullet:
            rows[-1].append([words[bullet.end() :]])
        elif rows[-1]:
            rows[-1][-1].append(words)
        else:
            return []
    return [[_joined(cell) for cell in row] for row in rows]


def _separated(content: Sequence[str], options: dict[str, str]) -> list[list[str]]:
    """The rows of values parted by commas or what the options say; none where they stand in another file."""
    mark = options.get("delim", ",").strip()
    mark = {"tab": "\t", "space": " "}.get(mark, mark)
    text = [f"{line.strip()}\n" for line in content]
    if "file" in options or "url" in options or len(mark) != 1:
        return []
    try:
        return [row for row in csv.reader(text, delimiter=mark, skipinitialspace=True) if any(map(str.strip, row))]
    except csv.Error:
        return []


def _block_end(lines: Sequence[str], at: int, indent: int) -> int:
    """The line after those, from `at` on, that are indented more than `indent`; blank ones at the end do not count."""
    last = at
    for number in range(at, len(lines)):
        if lines[number].strip():
            if _indent(lines[number]) <= indent:
                break
            last = number + 1
    return last


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def markdown_rows(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The rows as lines of a table of Markdown, without the line under its header."""
    width = max(map(len, rows))
    for row in rows:
        cells = [one_line(cell).replace("|", "\\|") for cell in row] + [""] * (width - len(row))
        yield f"| {' | '.join(cells)} |"
