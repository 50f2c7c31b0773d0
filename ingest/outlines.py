"""Outlines: reStructuredText and Org, kept as they are written, with their headings and tables."""

import re

from ingest.decoding import decode
from ingest.parsed import Heading, Parsed, Table, one_line, stored

_ADORNMENT = re.compile(r"([!-/:-@\[-`{-~])\1{1,}[ \t]*$")
_SIMPLE_TABLE = re.compile(r"[ \t]*=+(?:[ \t]+=+)+[ \t]*$")
_ROLE = re.compile(
    r":[\w:+.-]+:`([^`<]*)(?:<[^>]*>)?`|`{1,2}([^`<]*)(?:<[^>]*>)?`{1,2}_{0,2}|[*]{1,2}(?=\S)|(?<=\S)[*]{1,2}"
)
_ORG_HEADING = re.compile(r"(\*+)[ \t]+(.*?)[ \t]*(?::[\w@#%:]+:)?[ \t]*$")
_ORG_STATE = re.compile(r"(?:TODO|DONE|NEXT|WAITING)[ \t]+|\[#[A-Z]\][ \t]+")
_ORG_TITLE = re.compile(r"^#\+title:[ \t]*(.+)$", re.IGNORECASE | re.MULTILINE)
_ORG_BLOCK = re.compile(r"[ \t]*#\+(begin|end)_(\w+)", re.IGNORECASE)
_MAX_LEVEL = 9


def read_rst(data: bytes) -> Parsed:
    """reStructuredText: a title is a line with an underline of punctuation; levels go by the order of their marks."""
    text = stored(decode(data))
    lines = text.split("\n")
    starts = _starts(lines)
    headings: list[Heading] = []
    tables: list[Table] = []
    marks: list[str] = []
    at = 0
    while at < len(lines):
        table = _rst_table(lines, at)
        if table:
            end, header = table
            tables.append(Table(starts[at], starts[end] - 1, header))
            at = end
            continue
        found = _rst_title(lines, at)
        if found:
            words, mark = found
            if mark not in marks:
                marks.append(mark)
            headings.append(Heading(starts[at], min(marks.index(mark) + 1, _MAX_LEVEL), words))
            at += len(mark)
        at += 1
    title = headings[0].text if headings and headings[0].level == 1 else ""
    return Parsed(text, title, "text/x-rst", (), tuple(headings), tuple(tables))


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


def _rst_table(lines: list[str], at: int) -> tuple[int, str] | None:
    """(line after, header) of a table that begins on line `at`."""
    line = lines[at].strip()
    if line.startswith("+-") and line.endswith("+"):
        end = at
        while end < len(lines) and lines[end].strip().startswith(("+", "|")):
            end += 1
        ruled = next((n for n in range(at + 1, end) if lines[n].strip().startswith("+=")), 0)
        return (end, lines[at + 1].strip() if ruled == at + 2 else "") if end > at + 2 else None
    if not _SIMPLE_TABLE.match(lines[at]):
        return None
    rules = [n for n in range(at, len(lines)) if _SIMPLE_TABLE.match(lines[n])]
    blank = next((n for n in range(at + 1, len(lines)) if not lines[n].strip() and n - 1 in rules), len(lines))
    rules = [n for n in rules if n < blank]
    if len(rules) < 2:
        return None
    return rules[-1] + 1, lines[at + 1].strip() if len(rules) > 2 and rules[1] == at + 2 else ""


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
        words = one_line(_ORG_STATE.sub("", heading[2])) if heading else ""
        if heading and words:
            headings.append(Heading(starts[at], min(len(heading[1]), _MAX_LEVEL), words))
        elif not block and line.lstrip().startswith("|"):
            end = at
            while end < len(lines) and lines[end].lstrip().startswith("|"):
                end += 1
            first = next((n for n in range(at, end) if not lines[n].lstrip().startswith("|-")), at)
            ruled = first + 1 < end and lines[first + 1].lstrip().startswith("|-")
            tables.append(Table(starts[at], starts[end] - 1, lines[first] if ruled and end > first + 2 else ""))
            at = end
            continue
        at += 1
    title = _ORG_TITLE.search(text)
    return Parsed(text, one_line(title[1]) if title else "", "text/x-org", (), tuple(headings), tuple(tables))


def _starts(lines: list[str]) -> list[int]:
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    return starts
