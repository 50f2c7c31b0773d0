"""Markdown and plain text: the stored text is the file's own text, so that quotes are the author's words."""

import re

from ingest.decoding import decode
from ingest.parsed import Heading, Parsed, Table, one_line, stored

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_ATX_TIGHT = re.compile(r"(#{1,6})([^#\s!].*?)#*[ \t]*$")  # `##标题` without the space, as many Chinese authors write
_SETEXT = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_DELIMITER_ROW = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_NOT_A_PARAGRAPH = re.compile(r"[ \t]*([-*+>|]|\d+[.)]|#{1,6}[ \t]|$)|    ")
_FRONT_MATTER_TITLE = re.compile(r"^title[ \t]*:[ \t]*(.+?)[ \t]*$", re.MULTILINE)
_INLINE = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}|<[^>]+>")
_NUMBERS = "[一二三四五六七八九十百]"
_LINE = r"[^\n。；，：！？.;,:!?]{0,40}[^\s。；，：！？.;,:!?、…]"
_NUMBERED = tuple(
    (level, re.compile(rf"(?:\A|\n[^\S\n]*\n)[^\S\n]*({mark}{_LINE})[^\S\n]*(?=\n|\Z)"))
    for level, mark in ((1, f"第{_NUMBERS}+[章编篇部]"), (2, f"第{_NUMBERS}+节"), (3, f"{_NUMBERS}+、"))
)
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


def read_markdown(data: bytes) -> Parsed:
    """Markdown: headings and pipe tables outside code fences, and the title of the front matter or first heading."""
    return markdown(stored(decode(data)))


def markdown(text: str) -> Parsed:
    """Markdown that is decoded already."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    body, title = _front_matter(lines)
    headings: list[Heading] = []
    tables: list[Table] = []
    fence = ""
    at = body
    while at < len(lines):
        line = lines[at]
        opened = _FENCE.match(line)
        if opened and _toggles(fence, opened):
            fence = "" if fence else opened[1]
        elif not fence:
            heading = _atx(line) or _setext(lines, at, body)
            if heading:
                level, words, back = heading
                headings.append(Heading(starts[at - back], level, words))
            elif "|" in line and at + 1 < len(lines) and _is_table(line, lines[at + 1]):
                end = at + 2
                while end < len(lines) and "|" in lines[end] and lines[end].strip():
                    end += 1
                tables.append(Table(starts[at], starts[end] - 1, line if end > at + 2 else ""))
                at = end
                continue
        at += 1
    if not title and headings and headings[0].level == min(heading.level for heading in headings):
        title = headings[0].text
    return Parsed(text, title, "text/markdown", (), tuple(headings), tuple(tables))


def _front_matter(lines: list[str]) -> tuple[int, str]:
    """(index of the line after the front matter, its title)."""
    if not lines or lines[0].strip() != "---":
        return 0, ""
    for at in range(1, min(len(lines), 200)):
        if lines[at].strip() in ("---", "..."):
            title = _FRONT_MATTER_TITLE.search("\n".join(lines[1:at]))
            return at + 1, one_line(title[1].strip("'\"")) if title else ""
    return 0, ""


def _toggles(fence: str, match: re.Match[str]) -> bool:
    """Whether a fence line opens a block, or closes the one that is open."""
    if not fence:
        return not (match[1][0] == "`" and "`" in match[2])
    return match[1][0] == fence[0] and len(match[1]) >= len(fence) and not match[2].strip()


def _atx(line: str) -> tuple[int, str, int] | None:
    match = _ATX.match(line) or (_ATX_TIGHT.match(line) if _CJK.search(line) else None)
    if not match:
        return None
    words = _words(match[2] or "")
    return (len(match[1]), words, 0) if words else None


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
    return bool(_DELIMITER_ROW.match(below)) and "-" in below and ("|" in below or line.strip().startswith("|"))


def _words(text: str) -> str:
    """A heading without its markup."""
    return one_line(_INLINE.sub(lambda match: match[1] or "", text))
