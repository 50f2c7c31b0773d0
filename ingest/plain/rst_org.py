"""Outlines: reStructuredText and Org, kept as they are written, with their headings and tables.

Only the tables of reStructuredText, whose cells may have several lines, are told row by row.
"""

import re

from ingest.document.decoding import decode
from ingest.document.parsed import Heading, Parsed, Table, one_line, row_line, stored
from ingest.document.tables import MOST_HEADS, could_head
from ingest.plain.text_tables import drawn_table, literal_end

_ADORNMENT = re.compile(r"([!-/:-@\[-`{-~])\1{1,}[ \t]*$")
_ROLE = re.compile(
    r":[\w:+.-]{1,60}:`([^`<]*)(?:<[^>`]*>)?`|`{1,2}([^`<]*)(?:<[^>`]*>)?`{1,2}_{0,2}|[*]{1,2}(?=\S)|(?<=\S)[*]{1,2}"
)
_ORG_HEADING = re.compile(r"(\*+)[ \t]+(.*)$")
_ORG_TAGS = re.compile(r"(?<!\S):[\w@#%:]+:$")
_ORG_STATE = re.compile(r"(?:TODO|DONE|NEXT|WAITING)[ \t]+|\[#[A-Z]\][ \t]+")
_ORG_TITLE = re.compile(r"^#\+title:[ \t]*(.+)$", re.IGNORECASE | re.MULTILINE)
_ORG_BLOCK = re.compile(r"[ \t]*#\+(begin|end)_(\w+)", re.IGNORECASE)
_MAX_LEVEL = 9


def read_rst(data: bytes) -> Parsed:
    """reStructuredText: a title is a line with an underline of punctuation; levels go by the order of their marks."""
    lines, found = _with_rows(stored(decode(data)).split("\n"))
    starts = _starts(lines)
    headings: list[Heading] = []
    marks: list[str] = []
    tables = [Table(starts[first], starts[end] - 1, header) for first, (end, header) in found.items()]
    at = 0
    while at < len(lines):
        if at in found:
            at = found[at][0]
            continue
        if (heading := _rst_title(lines, at)) is not None:
            words, mark = heading
            if mark not in marks:
                marks.append(mark)
            headings.append(Heading(starts[at], min(marks.index(mark) + 1, _MAX_LEVEL), words))
            at += len(mark)
        at += 1
    title = headings[0].text if headings and headings[0].level == 1 else ""
    return Parsed("\n".join(lines), title, "text/x-rst", (), tuple(headings), tables=tuple(tables))


def _with_rows(lines: list[str]) -> tuple[list[str], dict[int, tuple[int, str]]]:
    """The lines with each table in rows `cell | cell`; and by their first line (line after, header) of the tables."""
    told: list[str] = []
    tables: dict[int, tuple[int, str]] = {}
    at = 0
    while at < len(lines):
        table = drawn_table(lines, at)
        rows = [line for line in map(row_line, table.rows) if line] if table else []
        if table is None or not rows:
            end = literal_end(lines, at)
            told += lines[at : max(end, at + 1)]
            at = max(end, at + 1)
            continue
        told += [table.caption, ""] if table.caption else []
        heads = sum(bool(row_line(row)) for row in table.rows[: table.heads])
        tables[len(told)] = len(told) + len(rows), "\n".join(rows[:heads]) if heads < len(rows) else ""
        told += rows
        at = table.end
        if at < len(lines) and lines[at].strip():
            told.append("")
    return told, tables


def _rst_title(lines: list[str], at: int) -> tuple[str, str] | None:
    """(words, its mark once or twice) of a title that begins on line `at`: with an underline, and maybe an overline."""
    above = _ADORNMENT.match(lines[at])
    if above and at + 2 < len(lines) and lines[at + 2].rstrip() == lines[at].rstrip() and lines[at + 1].strip():
        return _plain(lines[at + 1]), above[1] * 2
    if above or at + 1 >= len(lines) or not lines[at].strip() or lines[at][0] in " \t":
        return None
    below = _ADORNMENT.match(lines[at + 1])
    if not below or len(lines[at + 1].rstrip()) < min(len(lines[at].rstrip()), 4):
        return None
    if at > 0 and lines[at - 1].strip() and not _ADORNMENT.match(lines[at - 1]):
        return None
    return _plain(lines[at]), below[1]


def _plain(text: str) -> str:
    return one_line(_ROLE.sub(lambda match: match[1] or match[2] or "", text))


def read_org(data: bytes) -> Parsed:
    """Org: `* heading` and `| table |` outside of blocks; the title is `#+TITLE:`."""
    text = stored(decode(data))
    lines = text.split("\n")
    starts = _starts(lines)
    headings: list[Heading] = []
    tables: list[Table] = []
    block = ""
    at = 0
    while at < len(lines):
        line = lines[at]
        fence = _ORG_BLOCK.match(line)
        if fence:
            block = fence[2].lower() if fence[1].lower() == "begin" and not block else ""
        heading = None if block else _ORG_HEADING.match(line)
        words = one_line(_ORG_STATE.sub("", _ORG_TAGS.sub("", heading[2].rstrip()))) if heading else ""
        if heading and words:
            headings.append(Heading(starts[at], min(len(heading[1]), _MAX_LEVEL), words))
        elif not block and line.lstrip().startswith("|"):
            end = at
            while end < len(lines) and lines[end].lstrip().startswith("|"):
                end += 1
            tables.append(Table(starts[at], starts[end] - 1, _org_header(lines[at:end])))
            at = end
            continue
        at += 1
    title = _ORG_TITLE.search(text)
    return Parsed(text, one_line(title[1]) if title else "", "text/x-org", (), tuple(headings), tables=tuple(tables))


def _org_header(lines: list[str]) -> str:
    """The rows over the first rule of a table; without a rule the first row, where it looks like a header."""
    is_rule = [line.lstrip().startswith("|-") for line in lines]
    first = next((n for n, rule in enumerate(is_rule) if not rule), len(lines))
    ruled = next((n for n in range(first, len(lines)) if is_rule[n]), 0)
    if 0 < ruled <= first + MOST_HEADS and not all(is_rule[ruled:]):
        return "\n".join(lines[first:ruled])
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines[first:]]
    return lines[first] if not ruled and could_head(rows) else ""


def _starts(lines: list[str]) -> list[int]:
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    return starts
