"""What reading gives: the stored text of a document, and where its pages, headings and tables stand in it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kb.schema import DocumentText, HiddenText, PageSpan, WhyHidden
from kb.schema import Heading as Heading

_SPACES = re.compile(r"\s+")
_LINE_ENDINGS = re.compile(r"\r\n?")
_CELL = " | "
_REPEATED_CELL = 60  # characters
_PAGE_NUMBER = re.compile(r"(?:page|of|第|页|共|[\W\d_])*", re.IGNORECASE)
_WRITTEN = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)(?:T(?P<minute>\d\d:\d\d))?")
_WIDE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class Table:
    """`text[start:end]` are the rows, one a line. `header` are the first of them, or lines above; "" if none."""

    start: int
    end: int
    header: str


@dataclass(frozen=True, slots=True)
class Parsed(DocumentText):
    """A document as it was read. Its tables are in order; they decide where it is cut."""

    tables: tuple[Table, ...] = ()


_MOST_HIDDEN = 100  # texts of a document that are listed
_HIDDEN_SHOWN = 500  # characters of one


class HiddenTexts:
    """Collects what nobody sees, each text once."""

    def __init__(self) -> None:
        self._found: dict[HiddenText, None] = {}

    def add(self, text: str, why: WhyHidden, page: int | None = None) -> None:
        """Keep a text, unless nothing is said in it."""
        words = one_line(stored(text))
        if any(map(str.isalnum, words)) and len(self._found) < _MOST_HIDDEN:
            shown = words if len(words) <= _HIDDEN_SHOWN else f"{words[:_HIDDEN_SHOWN]}…"
            self._found.setdefault(HiddenText(page, why, shown))

    def add_all(self, hidden: Iterable[HiddenText]) -> None:
        """Keep what was found in a part of the document."""
        for each in hidden:
            self.add(each.text, each.why, each.page)

    def __call__(self) -> tuple[HiddenText, ...]:
        return tuple(self._found)


class TextBuilder:
    """Puts a text together block by block, and keeps where pages, headings and tables came to stand."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._page_start: int | None = None
        self._page_number = 0
        self._empty_page = True
        self.pages: list[PageSpan] = []
        self.headings: list[Heading] = []
        self.tables: list[Table] = []
        self.hidden = HiddenTexts()

    def block(self, text: str, separator: str = "\n\n") -> int | None:
        """Append a block after `separator`; gives where it starts, or None for a blank one, which is left out."""
        text = stored(text).strip("\n")
        if not text.strip():
            return None
        if self._length and not (self._page_start is not None and self._empty_page):
            self._append(separator)
        start = self._length
        self._append(text)
        self._empty_page = False
        return start

    def heading(self, text: str, level: int) -> None:
        """Append a heading as a block of one line."""
        text = one_line(text)
        start = self.block(text)
        if start is not None:
            self.headings.append(Heading(start, level, text))

    def table(self, rows: list[list[str]], *, header: int) -> None:
        """Append rows as lines `cell | cell | cell`; the first `header` of them are the header. Blank rows are left
        out. A lone first cell over wider rows is a caption, and stands before the table."""
        lines = [line for line in map(row_line, rows) if line]
        is_wide = any(_CELL in line for line in lines)
        while header and is_wide and len(lines) > 1 and _CELL not in lines[0] and not lines[0].startswith("|"):
            self.block(lines.pop(0))
            header = max(1, header - 1)
        start = self.block("\n".join(lines))
        if start is not None:
            head = "\n".join(lines[:header]) if len(lines) > header else ""
            self.tables.append(Table(start, self._length, head))

    def include(self, other: Parsed) -> None:
        """Append another document's text as a block, with its headings, tables and hidden texts."""
        self.hidden.add_all(other.hidden)
        start = self.block(other.text)
        if start is None:
            return
        start -= len(other.text) - len(other.text.lstrip("\n"))
        self.headings += [Heading(heading.start + start, heading.level, heading.text) for heading in other.headings]
        self.tables += [Table(table.start + start, table.end + start, table.header) for table in other.tables]

    def begin_page(self, number: int) -> None:
        """What follows is on page `number`; the page before ends here."""
        self.end_page()
        if self._length:
            self._append("\n\n")
        self._page_start, self._page_number, self._empty_page = self._length, number, True

    def end_page(self, quality: float = 1.0, ocr: bool = False) -> None:
        """End the last page."""
        if self._page_start is not None:
            self.pages.append(PageSpan(self._page_number, self._page_start, self._length, quality, ocr))
        self._page_start = None

    def build(self, title: str, media_type: str) -> Parsed:
        """The document so far. `title` may be ""."""
        self.end_page()
        return Parsed(
            "".join(self._parts),
            title,
            media_type,
            tuple(self.pages),
            tuple(self.headings),
            tables=tuple(self.tables),
            hidden=self.hidden(),
        )

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


def stored(text: str) -> str:
    """Text as it is kept: line endings are newlines; NUL and lone surrogates, which no store takes, are gone."""
    text = _LINE_ENDINGS.sub("\n", text.replace("\0", ""))
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-8", "ignore").decode("utf-8")
    return text


def one_line(text: str) -> str:
    """The text with runs of white space as one space."""
    return _SPACES.sub(" ", text).strip()


def row_line(cells: list[str]) -> str:
    """A table row as a line; "" for a row without any content. Trailing empty cells are dropped."""
    cleaned = [one_line(cell) for cell in cells]
    while cleaned and not cleaned[-1]:
        cleaned.pop()
    return _CELL.join(cleaned).strip()


def comment_line(author: str, text: str, at: str = "", place: str = "") -> str:
    """What somebody noted beside a document as a block of its own; "" for a comment without words.

    `at` is when, in ISO 8601 as the file has it, of which the day and the minute are kept; `place` names a cell.
    """
    text, written = one_line(text), _WRITTEN.match(at)
    day = written["day"] + (f" {written['minute']}" if written["minute"] else "") if written else ""
    by = ", ".join(filter(None, (one_line(author), day)))
    if not text:
        return ""
    return f"Comment on {place}{by and f', {by}'}: {text}" if place else f"Comment{by and f' ({by})'}: {text}"


def repeated(text: str) -> str:
    """What further rows show of a cell that is merged over them, so that each can stand alone; "" for a long one."""
    return text if len(text) <= _REPEATED_CELL else ""


def running_titles(texts: Iterable[str]) -> Iterator[str]:
    """What the headers and footers of pages say, once each; numbers of pages are left out."""
    seen: set[str] = set()
    for text in texts:
        if text and text not in seen and not _PAGE_NUMBER.fullmatch(text):
            seen.add(text)
            yield text


def runs_on(before: str, after: str) -> bool:
    """Whether nothing stands between two parts of what was wrapped, as between Chinese characters."""
    return bool(_WIDE.match(before[-1:]) and _WIDE.match(after[:1]))
