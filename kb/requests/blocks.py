"""Blocks: the lists and tables of a text, each whole, with its items, the heads of its columns and what leads in."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kb.language.number_forms import chinese_number
from kb.language.table_rows import cells_of, column_heads, is_row
from kb.schema import Heading
from kb.store.heading_paths import enter

FEWEST = 2  # items of a list, rows of a table
_MARK = re.compile(
    r"[ \t]{0,12}(?:[-*+•·▪‣–—◦●○□■✓]|\(?(?:\d{1,3}|[a-zA-Z]|[一二三四五六七八九十]{1,3})[.)、)．])[ \t]{1,4}(?=\S)"
)
# What numbers or names items that stand apart from each other: "ACTION 3: ...", "决议：……".
_LABEL = re.compile(
    r"[ \t]{0,4}(?P<label>[A-Z][A-Za-z]{2,20}(?: [A-Za-z]{2,12})?|[一-鿿]{2,6}) ?"
    r"(?:\d{1,3}|[一二三四五六七八九十]{1,3})? ?[:：] ?(?P<text>\S.*)"
)
_STATE = re.compile(r"\s?[\[(（【](?P<state>[^\[\]()（）【】]{2,40})[\])）】][.。]?\s*$")  # "[done 19 June]"
_FEWEST_LABELLED = 3
_PARTS = re.compile(r"\s{0,3}(?:——|(?<=\s)[—–-](?=\s)|[|｜])\s{0,3}")  # of a list item: who – what – until when – state
_FEWEST_PARTS = 3
# Marks of a list within a line: "not refunded: a) fines; b) ...", 一、……；二、……
_INLINE = tuple(
    re.compile(rf"(?<![^\s:：;；,，。.(（]){mark}\s?")
    for mark in (
        r"[（(]?[a-h][)）]",
        r"[（(]?\d{1,2}[)）]",
        r"[（(][一二三四五六七八九十]{1,2}[)）]",
        r"[一二三四五六七八九十]{1,2}、",
    )
)
_RULE = re.compile(r"[\s|:-]+")
_AMOUNT = re.compile(r"[\d\s.,+\-−±%:/]+")
_YEAR = re.compile(r"(?:19|20)\d\d(?:[/–-]\d{2,4})?")
_LONGEST_LEAD = 300  # characters


@dataclass(frozen=True, slots=True)
class Item:
    """A row or a list item: `text[start:end]`, without its mark. `cells` are those of a row; else it is one."""

    start: int
    end: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A list or a table: its items in order, the heads of the columns ("" for none), the line before it, and the
    headings it stands under."""

    start: int
    end: int
    items: tuple[Item, ...]
    heads: tuple[str, ...]
    lead: str
    section: str
    labelled: bool = False  # its cells are parts of items, such as text and state, and no columns

    @property
    def is_table(self) -> bool:
        return not self.labelled and (bool(self.heads) or self.has_cells)

    @property
    def has_cells(self) -> bool:
        return len(self.items[0].cells) > 1


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def blocks_of(text: str, headings: Sequence[Heading] = ()) -> list[Block]:
    """The lists and tables of a text that have at least two items, in order."""
    lines, at = [], 0
    for line in text.split("\n"):
        lines.append(_Line(at, line))
        at += len(line) + 1
    inline = (block for line in lines if not is_row(line.text) for block in _inline(line))
    return [*map(_with_parts, _blocks(lines, headings)), *_labelled(lines), *inline]


def _with_parts(block: Block) -> Block:
    """A list whose items all have the same number of parts with these as cells."""
    parts = [_PARTS.split(item.cells[0]) for item in block.items] if not block.has_cells else []
    counts = {len(own) for own in parts}
    if len(parts) < _FEWEST_LABELLED or len(counts) > 1 or max(counts) < _FEWEST_PARTS:
        return block
    items = tuple(replace(item, cells=tuple(own)) for item, own in zip(block.items, parts, strict=True))
    return replace(block, items=items, labelled=True)


def _inline(line: _Line) -> Iterator[Block]:
    """The lists within a line, whose marks count from one."""
    for pattern in _INLINE:
        marks = list(pattern.finditer(line.text))
        numbers = [_number_of(mark.group()) for mark in marks]
        if len(marks) < _FEWEST_LABELLED or numbers != list(range(1, len(marks) + 1)):
            continue
        if not all(_begins_item(line.text[: mark.start()]) for mark in marks):
            continue
        ends = [*(mark.start() for mark in marks[1:]), len(line.text)]
        items = []
        for mark, end in zip(marks, ends, strict=True):
            text = line.text[mark.end() : end].rstrip(" ;；,，")
            items.append(Item(line.start + mark.end(), line.start + mark.end() + len(text), (text,)))
        if all(item.cells[0] for item in items):
            lead = line.text[: marks[0].start()].strip()[-_LONGEST_LEAD:]
            yield Block(line.start, line.end, tuple(items), (), lead, "")
            return


def _begins_item(before: str) -> bool:
    """Whether an item of a list within a line may begin behind a text: not within a sentence, as in "see (b)"."""
    before = before.rstrip()
    return not before or before[-1] in ":：;；,，。.、" or before.endswith(("and", "or", "以及", "和"))


def _number_of(mark: str) -> int:
    """What a mark counts: 2 of "b)", 二、 and (2)."""
    bare = mark.strip(" ()（）、")
    if bare.isdigit():
        return int(bare)
    if bare.isascii():
        return ord(bare) - ord("a") + 1
    return chinese_number(bare)


def _labelled(lines: Sequence[_Line]) -> Iterator[Block]:
    """The lines that begin with the same label, each label a list; with their states, where all have one."""
    found: dict[str, list[tuple[_Line, str]]] = {}
    for line in lines:
        if (match := _LABEL.match(line.text)) and not is_row(line.text):
            found.setdefault(match["label"].casefold(), []).append((line, match["text"]))
    for label, labelled in found.items():
        states = [_STATE.search(text) for _, text in labelled]
        if len(labelled) < _FEWEST_LABELLED:
            continue
        cells = [
            (line.text.strip()[: -len(state.group().rstrip())].rstrip(), state["state"])
            if state and all(states)
            else (line.text.strip(),)
            for (line, _), state in zip(labelled, states, strict=True)
        ]
        items = tuple(Item(line.start, line.end, own) for (line, _), own in zip(labelled, cells, strict=True))
        yield Block(items[0].start, items[-1].end, items, (), label, "", labelled=True)


def _blocks(lines: Sequence[_Line], headings: Sequence[Heading]) -> Iterator[Block]:
    starts = {heading.start for heading in headings}
    stack: list[Heading] = []
    number, lead, following = 0, "", 0
    while number < len(lines):
        line = lines[number]
        while following < len(headings) and headings[following].start <= line.start:
            enter(stack, headings[following])
            following += 1
        is_table = is_row(line.text) and bool(line.text.strip())
        taken, heads, items = _table(lines, number) if is_table else _list(lines, number, starts)
        if len(items) >= FEWEST:
            section = " > ".join(heading.text for heading in stack)
            yield Block(line.start, lines[number + taken - 1].end, tuple(items), heads, lead, section)
        if line.text.strip():
            lead = lines[number + taken - 1].text.strip()[:_LONGEST_LEAD] if taken == 1 else ""
        if line.start in starts:
            lead = ""
        number += taken


def _table(lines: Sequence[_Line], first: int) -> tuple[int, tuple[str, ...], list[Item]]:
    """(lines taken, heads, rows) of the table that begins at a line."""
    last = first
    while last < len(lines) and is_row(lines[last].text) and lines[last].text.strip():
        last += 1
    rows = [line for line in lines[first:last] if not _RULE.fullmatch(line.text)]
    heads: tuple[str, ...] = ()
    ruled = last - first > 1 and bool(_RULE.fullmatch(lines[first + 1].text))
    if len(rows) > 1 and (ruled or _may_head(_cells(rows[0].text))):
        count, found = (1, []) if ruled else column_heads([row.text for row in rows])
        heads = _cells(rows[0].text) if count == 1 else tuple(head.replace("\n", " ") for head in found)
        rows = rows[count:]
    return last - first, heads, [Item(row.start, row.end, _cells(row.text)) for row in rows]


def _may_head(cells: Sequence[str]) -> bool:
    """Whether a first row may be the heads: it has no amounts, or several years alone."""
    amounts = [cell for cell in cells if _AMOUNT.fullmatch(cell)]
    years = {cell for cell in amounts if _YEAR.fullmatch(cell)}
    return not amounts or len(years) == len(amounts) > 1


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in cells_of(line))


def _list(lines: Sequence[_Line], first: int, headings: set[int]) -> tuple[int, tuple[str, ...], list[Item]]:
    """(lines taken, no heads, items) of the list that begins at a line; one line is taken where there is none.

    What is indented below an item belongs to it, and empty lines part no items.
    """
    items: list[Item] = []
    last = number = first
    while number < len(lines):
        line = lines[number]
        mark = _MARK.match(line.text)
        if mark and line.start not in headings:
            start = line.start + mark.end()
            items.append(Item(start, line.end, (line.text[mark.end() :].strip(),)))
        elif items and line.text[:1] in " \t" and line.text.strip():
            item = items[-1]
            items[-1] = Item(item.start, line.end, (f"{item.cells[0]} {line.text.strip()}",))
        elif line.text.strip() or not items:
            break
        if line.text.strip():
            last = number
        number += 1
    return max(1, last - first + 1), (), items
