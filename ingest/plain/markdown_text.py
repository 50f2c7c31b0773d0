"""Markdown and plain text: the stored text is the file's own text, so that quotes are the author's words.

Only tables that Markdown holds in other forms, of HTML or drawn as grids, are told as tables of Markdown.
"""

import re
from bisect import bisect_right
from itertools import takewhile

from ingest.document.decoding import decode
from ingest.document.parsed import Heading, Parsed, Table, one_line, stored
from ingest.plain.text_tables import DrawnTable, grid_table, markdown_rows

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*))?$")
# `##标题` without the space, as many Chinese authors write; but not a line of tags, `#项目 #会议`.
_ATX_TIGHT = re.compile(r"(?!#\S++(?:[ \t]++#[^\s#]\S*+)++[ \t]*$)(#{1,6})([^#\s!].*)")
_COMMENT = re.compile(r" {0,3}<!--(?!.*-->)")
_SETEXT = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_DELIMITER_ROW = re.compile(r"[ \t>]*+\|?[ \t]*+:?-++:?[ \t]*+(\|[ \t]*+:?-++:?[ \t]*+)*+\|?[ \t]*$")
_NOT_A_PARAGRAPH = re.compile(r"[ \t]*([-*+>|]|\d+[.)]|#{1,6}[ \t]|$)|    ")
_GRID = re.compile(r" {0,3}\+-")
_HTML_TABLE = re.compile(r" {0,3}<table\b", re.IGNORECASE)
_TABLE_TAG, _TABLE_END = re.compile(r"<table\b", re.IGNORECASE), re.compile("</table>", re.IGNORECASE)
_MARKDOWN_INSIDE = re.compile(r"[ \t]*(`{3,}|~{3,}|#{1,6}[ \t]|[-*+][ \t])")
_MAX_LINES, _MAX_DEPTH = 5_000, 10  # lines of a table of HTML, and tables within tables
_FRONT_MATTER_TITLE = re.compile(r"^title[ \t]*:[ \t]*(.+)$", re.MULTILINE)
_INLINE = re.compile(r"!?\[([^\[\]]*)\]\([^)\n]{0,400}\)|[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}|<[^<>]+>")
_NUMBERS = "[一二三四五六七八九十百]"
_LINE = r"[^\n。；，：！？.;,:!?]{0,40}[^\s。；，：！？.;,:!?、…]"
_MARKS = ((1, f"第{_NUMBERS}{{1,8}}[章编篇部]"), (2, f"第{_NUMBERS}{{1,8}}节"), (3, f"{_NUMBERS}{{1,8}}、"))
_NUMBERED = tuple(
    (level, re.compile(rf"(?:\A|\n[^\S\n]*\n)[^\S\n]*({mark}{_LINE})[^\S\n]*(?=\n|\Z)")) for level, mark in _MARKS
)
_SECTION = tuple((level, re.compile(mark + _LINE)) for level, mark in _MARKS)
_CJK = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")


def read_text(data: bytes) -> Parsed:
    """Plain text: no structure is assumed but its paragraphs, and sections numbered as Chinese documents do."""
    text = stored(decode(data))
    return Parsed(text, "", "text/plain", headings=tuple(numbered_headings(text)))


def numbered_headings(text: str) -> list[Heading]:
    """Short lines such as `第一章 总则` or `一、范围` that begin a paragraph and do not end like a sentence."""
    found = [
        Heading(match.start(1), level, one_line(match[1]))
        for level, pattern in _NUMBERED
        for match in pattern.finditer(text)
    ]
    return sorted(found, key=lambda heading: heading.start)


def section_level(line: str) -> int | None:
    """The level of a line that is numbered as sections of Chinese documents are, and does not end like a sentence."""
    return next((level for level, pattern in _SECTION if pattern.fullmatch(line)), None)


def read_markdown(data: bytes) -> Parsed:
    """Markdown: headings and pipe tables outside code fences, and the title of the front matter or first heading."""
    return markdown(stored(decode(data)))


def markdown(text: str) -> Parsed:
    """Markdown that is decoded already."""
    lines = _with_pipes(text.split("\n"))
    text = "\n".join(lines)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    body, title = _front_matter(lines)
    headings: list[Heading] = []
    tables: list[Table] = []
    ends = [at for at, line in enumerate(lines) if "-->" in line]  # of comments
    fence = ""
    at = body
    while at < len(lines):
        line = lines[at]
        opened = _FENCE.match(line)
        if opened and _toggles(fence, opened):
            fence = "" if fence else opened[1]
        elif not fence and _COMMENT.match(line) and (closed := bisect_right(ends, at)) < len(ends):
            at = ends[closed]
        elif not fence:
            heading = _atx(line) or _setext(lines, at, body)
            if heading:
                level, words, back = heading
                headings.append(Heading(starts[at - back], level, words))
            elif "|" in line and at + 1 < len(lines) and _is_table(line, lines[at + 1]):
                end = at + 2
                while end < len(lines) and "|" in lines[end] and lines[end].strip():
                    end += 1
                says = end > at + 2 and line.strip(" \t>|")
                tables.append(Table(starts[at], starts[end] - 1, line if says else ""))
                at = end
                continue
        at += 1
    if not title and headings and headings[0].level == min(heading.level for heading in headings):
        title = headings[0].text
    return Parsed(text, title, "text/markdown", (), tuple(headings), tables=tuple(tables))


def _with_pipes(lines: list[str]) -> list[str]:
    """The lines with tables of HTML, and those drawn as grids, as tables of Markdown."""
    told: list[str] = []
    fence = ""
    at = 0
    while at < len(lines):
        opened = _FENCE.match(lines[at].lstrip())  # that of a list's item stands further in
        if opened and _toggles(fence, opened):
            fence = "" if fence else opened[1]
        table = None if fence else _other_table(lines, at)
        if table is None:
            told.append(lines[at])
            at += 1
            continue
        captions = [row[0] for row in takewhile(lambda row: len(row) == 1, table.rows)]
        rows = list(markdown_rows(table.rows[len(captions) :]))
        if not table.heads:
            rows.insert(0, "|" + "  |" * rows[0].replace("\\|", "").count("|", 1))
        told += [line for caption in captions for line in (caption, "")]
        told += [rows[0], "|" + " --- |" * rows[0].replace("\\|", "").count("|", 1), *rows[1:]]
        at = table.end
        if at < len(lines) and lines[at].strip():
            told.append("")
    return told


def _other_table(lines: list[str], at: int) -> DrawnTable | None:
    """The table that begins on line `at`, if it is one of HTML or a grid."""
    if _GRID.match(lines[at]):
        return grid_table(lines, at)
    if not _HTML_TABLE.match(lines[at]):
        return None
    depth, end = 0, at
    while end < min(len(lines), at + _MAX_LINES):
        if _MARKDOWN_INSIDE.match(lines[end]):
            return None
        depth += len(_TABLE_TAG.findall(lines[end])) - len(_TABLE_END.findall(lines[end]))
        end += 1
        if not 0 < depth <= _MAX_DEPTH:
            break
    if depth or not lines[end - 1].rstrip().lower().endswith("</table>"):
        return None
    from ingest.plain.html import table_cells

    found = table_cells("\n".join(lines[at:end]))
    if found is None or not any(len(row) > 1 for row in found[0]):
        return None
    return DrawnTable(end, *found)


def _front_matter(lines: list[str]) -> tuple[int, str]:
    """(index of the line after the front matter, its title)."""
    if not lines or lines[0].strip() != "---":
        return 0, ""
    for at in range(1, min(len(lines), 200)):
        if lines[at].strip() in ("---", "..."):
            title = _FRONT_MATTER_TITLE.search("\n".join(lines[1:at]))
            return at + 1, one_line(title[1].strip().strip("'\"")) if title else ""
    return 0, ""


def _toggles(fence: str, match: re.Match[str]) -> bool:
    """Whether a fence line opens a block, or closes the one that is open."""
    if not fence:
        return not (match[1][0] == "`" and "`" in match[2])
    return match[1][0] == fence[0] and len(match[1]) >= len(fence) and not match[2].strip()


def tight_heading(line: str) -> tuple[int, str] | None:
    """Level and words of a heading whose signs touch its words, as many Chinese authors write; None for other lines."""
    match = _ATX_TIGHT.match(line) if _CJK.search(line) else None
    return (len(match[1]), match[2].rstrip(" \t").rstrip("#").rstrip(" \t")) if match else None


def _atx(line: str) -> tuple[int, str, int] | None:
    if spaced := _ATX.match(line):
        said = (spaced[2] or "").rstrip(" \t")
        without_closing = said.rstrip("#")  # `## Title ##`
        level, said = len(spaced[1]), without_closing if without_closing.endswith((" ", "\t")) else said
    elif tight := tight_heading(line):
        level, said = tight
    else:
        return None
    words = _words(said)
    return (level, words, 0) if words else None


def _setext(lines: list[str], at: int, body: int) -> tuple[int, str, int] | None:
    """A heading whose underline is line `at`: the one line of paragraph above it, after a blank line."""
    match = _SETEXT.match(lines[at])
    if not match or at <= body or _NOT_A_PARAGRAPH.match(lines[at - 1]):
        return None
    above = lines[at - 2] if at - 1 > body else ""
    if above.strip() and not _ATX.match(above) and not _FENCE.match(above):
        return None
    words = _words(lines[at - 1])
    return (1 if match[1][0] == "=" else 2, words, 1) if words else None


def _is_table(line: str, below: str) -> bool:
    return bool(_DELIMITER_ROW.match(below)) and "-" in below and ("|" in below or line.lstrip(" \t>").startswith("|"))


def _words(text: str) -> str:
    """A heading without its markup."""
    return one_line(_INLINE.sub(lambda match: match[1] or "", text))
