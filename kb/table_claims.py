"""Claims about tables: whether the number that a claim gives stands in the row and the column that it speaks of."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.numbers import numbers_in

_QUARTER = re.compile(r"第?\s*([一二三四1-4])\s*季度?|\b([1-4])(?:st|nd|rd|th) quarter\b")
_QUARTERS = dict(zip("一二三四", "1234", strict=True))
_UNIT = re.compile(r"\([^()]*\)")
_WORD = re.compile(r"[^\W_]+")
_CELL = re.compile(r" \| |\t")


@dataclass(frozen=True, slots=True)
class _Table:
    """Rows of a table, by their first cells and the numbers of each cell; the columns a claim speaks of, if any."""

    labels: Sequence[str]
    cells: Sequence[Sequence[frozenset[str]]]
    columns: frozenset[int]
    hinted: frozenset[int]  # columns of whose head something is said that no other head says


def takes_wrong_column(claim: str, question: str, rows: str, header: str) -> bool:
    """Whether a number of the claim stands in one column of a table, and the claim names another that has one too.

    `rows` and `header` are lines of cells. The question says which column is meant where the claim does not.
    """
    table = _table(claim, question, rows, header)
    if not table.columns:
        return False
    return any(
        all(
            any(row[at] for at in table.columns) and not any(number in row[at] for at in table.columns | table.hinted)
            for row in having
        )
        for number in numbers_in(claim) - numbers_in(question)
        if (having := [row for row in table.cells if any(number in cell for cell in row)])
    )


def names_cell(claim: str, question: str, rows: str, header: str) -> bool:
    """Whether each number that the claim adds to the question stands in a row and a column that they name."""
    table = _table(claim, question, rows, header)
    said = _plain(f"{claim} {question}")
    added = numbers_in(claim) - numbers_in(question)
    named = [row for label, row in zip(table.labels, table.cells, strict=True) if _is_said(label, said)]
    return bool(added) and all(any(number in row[at] for row in named for at in table.columns) for number in added)


def _table(claim: str, question: str, rows: str, header: str) -> _Table:
    lines = [_CELL.split(line) for line in f"{header}\n{rows}".split("\n") if _CELL.search(line)]
    heads = [" ".join(_UNIT.sub("", _plain(cell)).split()) for cell in lines[0]] if lines else []
    columns = frozenset(_columns(heads, _plain(claim))) or frozenset(_columns(heads, _plain(question)))
    whole = [line for line in lines[1:] if len(line) == len(heads)]
    return _Table(
        [" ".join(_plain(line[0]).split()) for line in whole], [[numbers_in(cell) for cell in line] for line in whole],
        columns, frozenset(_hinted(heads, _plain(f"{claim} {question}"))),
    )  # fmt: skip


def _columns(heads: Sequence[str], said: str) -> Iterator[int]:
    """The columns, but for the first, whose head is named."""
    return (at for at, head in enumerate(heads) if at and _is_said(head, said))


def _hinted(heads: Sequence[str], said: str) -> Iterator[int]:
    """The columns, but for the first, of whose head a word is said that stands in no other head."""
    words = [set(_WORD.findall(head)) for head in heads]
    for at, own in enumerate(words):
        others = set().union(*words[:at], *words[at + 1 :])
        if at and any(_is_said(word, said) for word in own - others):
            yield at


def _is_said(head: str, said: str) -> bool:
    """Whether a text names a head or a label; a part of a longer word or number does not."""
    before, after = (r"(?<![a-z0-9])" if head[:1].isascii() else "", r"(?![a-z0-9])" if head[-1:].isascii() else "")
    return bool(head) and bool(re.search(before + re.escape(head) + after, said))


def _plain(text: str) -> str:
    """Lower case, of one width, with quarters as "q1"."""
    text = unicodedata.normalize("NFKC", text).lower()
    return _QUARTER.sub(lambda match: f" q{_QUARTERS.get(match[1], match[1]) or match[2]} ", text)
