"""Headings of a PDF: what its bookmarks name; without bookmarks, short lines that are set larger than the text, or the
numbered sections of a Chinese document."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.document.parsed import Heading, one_line, stored
from ingest.pdf.lines import PageLine
from ingest.plain.markdown_text import section_level
from kb.schema import PageSpan

_MAX_BOOKMARKS = 20_000
_MAX_DEPTH = 8
_LARGER = 1.18  # than most of the text
_LONGEST = 100  # characters
_MAX_LEVELS = 4
_MOST_LINES = 0.15  # share of the lines that may be headings; where more are large, size says nothing
_FEWEST = 8  # pages for each heading; a title alone must not stand over all pages as their section
_FEWEST_NUMBERED, _LONGEST_NUMBERED = 3, 30  # sections, and characters of one
_CONTENTS = re.compile(r"[·.…_]{2,}|\s\d{1,3}$")  # what leads to a number of a page, and the number
_REPEATED = 3  # pages; what stands on more is a running title
_SENTENCE = tuple("。；，：.;,:、…")
_CJK_END = re.compile("[\u2e80-\u9fff\uff00-\uffef]$")


@dataclass(frozen=True, slots=True)
class SizedLine:
    """A line of a page: where it starts in the page's text, its size in points, its words."""

    start: int
    size: float
    words: str


def bookmarks(document: Any) -> list[tuple[int, int, str]]:
    """(page index, level, title) of the bookmarks in reading order. pypdfium2 ends cycles by itself."""
    import pypdfium2

    found: list[tuple[int, int, str]] = []
    try:
        for bookmark in document.get_toc(max_depth=_MAX_DEPTH):
            if len(found) >= _MAX_BOOKMARKS:
                break
            title = one_line(stored(bookmark.get_title()))
            destination = bookmark.get_dest()
            index = destination.get_index() if destination else None
            if title and index is not None and 0 <= index < len(document):
                found.append((index, bookmark.level + 1, title))
    except (pypdfium2.PdfiumError, UnicodeDecodeError):
        pass  # a broken outline costs headings, not the document
    return found


def placed(found: Sequence[tuple[int, int, str]], texts: Sequence[str], pages: Sequence[PageSpan]) -> list[Heading]:
    """The headings that bookmarks name, each where its words stand on its page, else where the page starts."""
    headings: list[Heading] = []
    page, searchable, searched_from = -1, _Squeezed(""), 0
    for index, level, bookmark in found:
        if index != page:
            page, searchable, searched_from = index, _Squeezed(texts[index]), 0
        at = searchable.locate(bookmark, searched_from)
        if at is not None:
            searched_from = at + 1
        start = pages[index].start + (at if at is not None else 0)
        # A bookmark that points back, as some writers leave them, must not end a later heading.
        if not headings or start >= headings[-1].start:
            headings.append(Heading(start, level, bookmark))
    return headings


class _Squeezed:
    """A page's text without white space, in which a bookmark's words are found however they are spaced or wrapped."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.positions = [at for at, character in enumerate(text) if not character.isspace()]
        self.squeezed = "".join(text[at] for at in self.positions)

    def locate(self, title: str, start: int) -> int | None:
        """Where `title` stands from `start` on, preferably at the beginning of a line; None where it does not."""
        wanted = "".join(title.split())
        first: int | None = None
        at = self.squeezed.find(wanted, bisect_left(self.positions, start))
        while wanted and at >= 0:
            position = self.positions[at]
            line_start = self.text.rfind("\n", 0, position) + 1
            if not self.text[line_start:position].strip():
                return position
            first = position if first is None else first
            at = self.squeezed.find(wanted, at + 1)
        return first


def sized(lines: Sequence[PageLine], text: str, moved: Callable[[int], int]) -> tuple[SizedLine, ...]:
    """The lines of a page, which are those of `text`, with where each has `moved` in the text as it is stored."""
    return tuple(
        SizedLine(
            moved(line.start), line.size, one_line(text[line.start : text.find("\n", line.start) % (len(text) + 1)])
        )
        for line in lines
        if not line.goes_on
    )


def by_size(lines: Sequence[Sequence[SizedLine]], pages: Sequence[PageSpan]) -> list[Heading]:
    """The headings of a document without bookmarks: by page, the lines that are larger than most of the text, or those
    that are numbered as sections of Chinese documents are, where they are more."""
    large, numbered = _large(lines, pages), _numbered(lines, pages)
    return numbered if len(numbered) > max(len(large), _FEWEST_NUMBERED - 1) else large


def _numbered(lines: Sequence[Sequence[SizedLine]], pages: Sequence[PageSpan]) -> list[Heading]:
    found = [
        (at, line, level)
        for at, page in enumerate(lines)
        for line in page
        if len(line.words) <= _LONGEST_NUMBERED
        and (level := section_level(line.words)) is not None
        and not _CONTENTS.search(line.words)
    ]
    repeated = Counter(line.words for _, line, _ in found)
    return [
        Heading(pages[at].start + line.start, level, line.words)
        for at, line, level in found
        if repeated[line.words] <= _REPEATED
    ]


def _large(lines: Sequence[Sequence[SizedLine]], pages: Sequence[PageSpan]) -> list[Heading]:
    sizes: Counter[float] = Counter()
    for page in lines:
        for line in page:
            sizes[line.size] += len(line.words)
    if not sizes:
        return []
    body = sizes.most_common(1)[0][0]
    found = [(at, line) for at, page in enumerate(lines) for line in _joined(page, body * _LARGER)]
    repeated = Counter(line.words for _, line in found)
    found = [(at, line) for at, line in found if repeated[line.words] <= _REPEATED and _is_heading(line.words)]
    if len(found) > _MOST_LINES * sum(map(len, lines)) + 1 or len(found) * _FEWEST < len(lines):
        return []
    ranks = {size: rank for rank, size in enumerate(sorted({line.size for _, line in found}, reverse=True), 1)}
    return [Heading(pages[at].start + line.start, min(ranks[line.size], _MAX_LEVELS), line.words) for at, line in found]


def _joined(page: Sequence[SizedLine], least: float) -> list[SizedLine]:
    """The lines of at least this size; one that goes on in the next is one."""
    found: list[SizedLine] = []
    before: SizedLine | None = None
    for line in page:
        if line.size >= least:
            if before is not None and before.size == line.size and found and len(found[-1].words) < _LONGEST:
                gap = "" if _CJK_END.search(found[-1].words) else " "
                found[-1] = SizedLine(found[-1].start, line.size, found[-1].words + gap + line.words)
            else:
                found.append(line)
        before = line
    return found


def _is_heading(words: str) -> bool:
    letters = sum(map(str.isalpha, words))
    return letters >= 2 and len(words) <= _LONGEST and 2 * letters > len(words) and not words.endswith(_SENTENCE)
