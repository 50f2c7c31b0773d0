"""Quotation: the sentence of the documents that answers, where the model's own words are not what they say."""

import itertools
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from kb.answering.judgement import Readers
from kb.checking.objections import Similarities
from kb.checking.prompt_injection import without_orders
from kb.checking.sources import (
    Source,
    Window,
    document_of,
    heading_over,
    may_answer,
    source_of,
    with_antecedent,
    without_mark,
)
from kb.checking.table_claims import ClaimRow
from kb.language.content_terms import content_of, share_held
from kb.language.invisible import without_invisible
from kb.language.language import language_of
from kb.language.table_rows import cells_of, is_row, is_rule
from kb.schema import Language, Passage

# Probability, by the confirmer, from which on the passages state a sentence as the answer; and as one that stands
# instead of words which may be right.
STATED, STATED_INSTEAD = 0.7, 0.85
READ = 4  # sentences, those most like the question
OF_WORDS = 0.15  # weight in that of the share of the question's words, beside cosines alone and behind the heading
LONGEST = 600  # characters of what is quoted

_MARKER = re.compile(r"\s?\[\d+\]")  # of the document's own notes: in an answer it would name a passage
_HEADING = re.compile(r"\s*#|.*[:：][\s*_]*\Z", re.DOTALL)
_PAIR = 2  # cells: where columns have no names, the first of two names the second
_ANSWERS = re.compile(r"(?:答|A|Answer)\s?[:：]\s*")  # a question of the text


class Quotation(NamedTuple):
    """What the documents say themselves, with the marker of its passage; "" where nothing is quoted."""

    text: str = ""
    one_of_several: bool = False  # documents that answer differently: it is nothing without another


def quotation(
    question: str,
    passages: Sequence[Passage],
    similarities: Similarities,
    readers: Readers,
    instead_in: Language | None = None,
) -> Quotation:
    """The sentence, or row with the names of its columns, that is most surely the answer to a question; nothing where
    none surely is, or no confirmer has read the passages. Documents that answer differently make it doubt either: where
    it is sure of none, it reads one of each document, in its passage alone. `instead_in` is the language of words which
    may be right: only a sentence in it, of which it is surer, stands instead of them.
    """
    confirm, confirm_by = readers.get("confirm"), readers.get("confirm_by")
    sources = [source_of(without_orders(passage), None) for passage in passages]
    lines = [
        (window, source, said)
        for source in sources
        for window in source.windows
        if len(window.parts) == 1 and may_answer(window) and 0 < len(said := _said(window, source)) <= LONGEST
        if instead_in in (None, language_of(said))
    ]
    if not lines or confirm is None:
        return Quotation()
    asked = content_of(question)
    shares = np.array([share_held(asked, window.tokens) for window, *_ in lines])
    alone, in_place = [said for *_, said in lines], [f"{heading_over(source)}\n{said}" for _, source, said in lines]
    likeness = similarities(question, alone) + similarities(question, in_place) + OF_WORDS * shares
    nearest: dict[str, Source] = {}
    for at in sorted(range(len(lines)), key=lambda at: -likeness[at]):
        nearest.setdefault(lines[at][2], lines[at][1])
    read = [*nearest][:READ]
    chances = {said: confirm(said) or 0.0 for said in read}
    of_each = {document_of(nearest[said]): said for said in reversed(read)}
    one_of_several = not instead_in and len(of_each) > 1 and max(chances.values()) < STATED
    if one_of_several and confirm_by is not None:
        chances = {said: confirm_by(nearest[said].passage, said) or 0.0 for said in of_each.values()}
    best = max(chances, key=lambda said: chances[said])
    if chances[best] < (STATED_INSTEAD if instead_in else STATED):
        return Quotation()
    return Quotation(f"{best} [{nearest[best].passage.rank}]", one_of_several)


def _said(window: Window, source: Source) -> str:
    """A sentence without the mark of a list or an answer, and behind the one from which it goes on, or a row; "" for a
    heading, and for a row that is cut or whose columns have no names."""
    if window.rows:
        said = _of_row(window, window.rows[0], source) if len(window.rows) == 1 else ""
    elif _HEADING.match(window.quote):
        return ""
    else:
        said = without_mark(with_antecedent(window, source))
        said = said[found.end() :] if (found := _ANSWERS.match(said)) else said
    return " ".join(_MARKER.sub("", without_invisible(said)).split())


def _of_row(window: Window, row: ClaimRow, source: Source) -> str:
    text = source.passage.text[row.start : row.end]
    is_whole = text.strip() == window.quote.strip()
    cells, names = [cell.strip() for cell in cells_of(text)], [name.strip() for name in row.measures]
    if not is_whole or not cells[0] or len(names) != len(cells) or not all(names) or "\n" in "".join(names):
        return ""
    if len(cells) == _PAIR and not _has_names(row, source):  # else the first row may be one of the table
        return ": ".join(filter(None, cells))
    return "; ".join(f"{name}: {cell}" for name, cell in zip(names, cells, strict=True) if cell)


def _has_names(row: ClaimRow, source: Source) -> bool:
    """Whether the names of a row's columns are marked as such: by the document, or by a rule below them."""
    above = reversed(source.passage.text[: row.start].splitlines())
    return bool(source.passage.header) or any(map(is_rule, itertools.takewhile(is_row, above)))
