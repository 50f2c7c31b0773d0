"""Cells of a line of a PDF's page: words that stand together, and whether they are a figure, a period or words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.pdf.lines import PageLine, Word

_GAP = 0.9  # of the size of the type: white space from which on the next word is in another cell
_NEAR = 1.5  # of the size of the type: as far as the mark of a footnote stands from its cell
_LEADERS = re.compile(r"(?:\. ?){4,}|…{2,}|·{4,}|_{6,}")
_LONGEST_SIGN = 5  # characters
_SIGN = r"(?:US|HK|NT|A|C)?[$＄]|[€£¥￥]|RMB|CNY|USD|EUR|GBP|HKD"
_CURRENCY = re.compile(rf"[(（]?(?:{_SIGN})[)）]?")
_TAIL = re.compile(r"[%％)）]+|pp|pts?|bps")
_MARK = re.compile(r"\([a-z\d]\)|\*+")  # of a footnote
_FIGURE = re.compile(
    rf"(?:{_SIGN})?\s*+[(（\[]?\s*+[-+−–—]?\s*+(?:{_SIGN})?\s*+[(（]?\s*+(?:\d[\d,，.]*|\.\d+)\s*+[)）\]]?\s*+"
    r"(?:[%％‰]|[xX]|bps?|pp|pts?|[KMB]|[百千万亿]*[元人个件次吨家股台套月日天]?)?\s*+[)）\]]?\s*+(?:\([a-z\d]\)|\*+)?"
)
_NOTHING = re.compile(rf"(?:(?:{_SIGN})\s*)?[-−–—]+\s*%?|n/?[am]\.?|nm|\*+|无|不适用", re.IGNORECASE)
_PERIOD = re.compile(r"(?:19|20)\d\d\s*(?:\([a-z\d]\)|\*+|年度?|[AEF])?")
_ITEM = re.compile(r"[-*+•·●○■◆▪–—◦‣▸➢✓✔❖□]|\(?[\divxa-zA-Z]{1,4}[.)、．）]|[（(][一二三四五六七八九十\d]{1,3}[）)]")
_UNIT = re.compile(
    r"[(（\[].*\b(?:in|amounts?|dollars?|shares?|except|unaudited|audited)\b.*"
    r"|.{0,40}\b(?:in|of) (?:\w+ )?(?:thousands|millions|billions)\b.{0,80}|\(?unaudited\)?"
    r"|.{0,20}单位\s*[:：].{0,30}|.{0,12}(?:人民币|[百千万亿]元).{0,12}",
    re.IGNORECASE,
)

Extent = tuple[float, float]  # left, right


@dataclass(frozen=True, slots=True)
class Cell:
    """`text[start:end]` of the page, from `left` to `right`. `kind` is "figure", "period" or "words"."""

    start: int
    end: int
    left: float
    right: float
    kind: str


@dataclass(frozen=True, slots=True)
class PageRow:
    """A line and its cells, at least one. `figures` are those that hold values: the first cell, which names the row,
    is none, unless there are only figures."""

    line: PageLine
    cells: tuple[Cell, ...]
    figures: tuple[Cell, ...]

    @property
    def left(self) -> float:
        """Where its first cell begins."""
        return self.cells[0].left

    @property
    def right(self) -> float:
        """Where its last cell ends."""
        return self.cells[-1].right


def row_of(line: PageLine, text: str) -> PageRow | None:
    """The line's cells; None where its words have no places, or run back and forth."""
    if not line.words or any(b.left < a.left - line.size for a, b in pairwise(line.words)):
        return None
    parts: list[list[Word]] = [[line.words[0]]]
    for before, word in pairwise(line.words):
        if word.left - before.right > _GAP * line.size or _signs(text, before, word):
            parts.append([word])
        else:
            parts[-1].append(word)
    cells = tuple(_cell(part, text) for part in _joined(parts, text, line.size))
    named = cells[1:] if cells[0].kind != "figure" or not all(c.kind == "figure" for c in cells) else cells
    figures = tuple(cell for cell in named if cell.kind == "figure")
    return PageRow(line, cells, figures if len(cells) > 1 else ())


def _signs(text: str, before: Word, word: Word) -> bool:
    """Whether a word is the currency of the next figure, close to the figure before it."""
    if word.end - word.start > _LONGEST_SIGN or text[word.start].isdigit():
        return False
    sign = _CURRENCY.fullmatch(text, word.start, word.end)
    return bool(sign and _is_figure(text[before.start : before.end]))


def _joined(parts: list[list[Word]], text: str, size: float) -> list[list[Word]]:
    """The parts, with a sign of currency put to the figure after it, and a percent sign or mark to that before it."""
    joined: list[list[Word]] = []
    sign = False
    for part in parts:
        words = text[part[0].start : part[-1].end]
        last = text[joined[-1][0].start : joined[-1][-1].end] if joined else ""
        near = bool(joined) and part[0].left - joined[-1][-1].right < _NEAR * size
        tail = _is_figure(last) and (_TAIL.fullmatch(words) or (near and _MARK.fullmatch(words)))
        if joined and (sign or (tail and not _PERIOD.fullmatch(last))):
            joined[-1] += part
        else:
            joined.append(part)
        sign = bool(_CURRENCY.fullmatch(words))
    return joined


def _cell(words: list[Word], text: str) -> Cell:
    start, end = words[0].start, words[-1].end
    shown = text[start:end]
    kind = "words"
    if _PERIOD.fullmatch(shown):
        kind = "period"
    elif _is_figure(shown):
        kind = "figure"
    return Cell(start, end, words[0].left, words[-1].right, kind)


def _is_figure(words: str) -> bool:
    return len(words) <= 40 and bool(_FIGURE.fullmatch(words) or _NOTHING.fullmatch(words))


def with_leaders(line: str) -> bool:
    """Whether dots lead from the words of a line to its number, as in a table of contents."""
    return bool(_LEADERS.search(line))


def is_item(cell: str) -> bool:
    """Whether a cell holds nothing but the mark of a list's item, such as a bullet or a number."""
    return bool(_ITEM.fullmatch(cell)) or (len(cell) == 1 and not cell.isalnum())


def only_grows(pages: Sequence[str]) -> bool:
    """Whether these are numbers of pages, as a table of contents has them in a column."""
    if len(pages) < 4 or not all(page.isdigit() and len(page) < 5 for page in pages):
        return False
    return all(int(a) <= int(b) for a, b in pairwise(pages))


def is_unit(line: str) -> bool:
    """Whether a line says in what unit the figures under it are."""
    return len(line) <= 120 and bool(_UNIT.fullmatch(line))
