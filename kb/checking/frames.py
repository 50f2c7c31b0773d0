"""Frames: whether the sentence that carries a claim is the one that speaks of what was asked.

The frame is what question and claim say besides the values that the claim adds: who or what, of which kind, when. Each
of its words weighs by how few of the sentences shown have it. The sentence that states the answer has much of the
frame; where another has clearly more of it, the claim's value was given for something else.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kb.checking.forms import PRONOUN
from kb.checking.sources import WINDOW, Source, header_of
from kb.language.content_terms import content_of, is_number, stem
from kb.language.proper_names import names_in

LEAST = 0.4  # share of the frame that must stand in the sentences of a span and their headings
ENOUGH = 0.5  # with so much of it they need not be the ones that have most
OF_YES = 0.8  # share that must stand there for a "yes" or "no", which adds nothing that could be found with it
SHORT = WINDOW  # sentences of a span of which one must have it; a longer one has it together
OUTDONE = 0.1  # by so much more another sentence must have
_STATEMENTS = re.compile(r"[;；]|,\s*(?:and|but|so|while)\b", re.IGNORECASE)  # between several of one claim


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence, or line, of a passage: where it is, and its words with those of its headings."""

    rank: int
    part: int
    words: frozenset[str]
    headed: frozenset[str]  # and those of title, section and table header
    goes_on: bool = False  # whether it begins with a pronoun, which stands for what the line before names


def lines(source: Source) -> Iterator[Line]:
    """The sentences of a source; a row of a table is headed by the names of its columns and the line above it."""
    for window in source.windows:
        if len(window.parts) == 1:
            words = frozenset(window.tokens)
            heads = source.heading_tokens.union(content_of(header_of(window, source)) if window.rows else ())
            goes_on = bool(PRONOUN.match(window.quote.lstrip(" \t*-")))
            yield Line(source.passage.rank, window.parts.start, words, words | heads, goes_on)


class Frames:
    """The frames of claims among the sentences shown."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._line_frequencies = Counter(word for line in lines for word in line.words)

    def is_elsewhere(self, claim: str, question: str, rank: int, parts: range, is_yes: bool = False) -> bool:
        """Whether the sentences of a span have too little of the claim's frame, or less than another sentence; of one
        that `is_yes`, says "yes" or "no" to what was asked, they must have nearly all."""
        frame = self._frame(claim, question)
        total = sum(frame.values())
        if not total:
            return False
        inside = [line for line in self._lines if line.rank == rank and line.part in parts]
        together = frozenset().union(*(line.headed for line in inside))
        is_pooled = len(parts) > SHORT or (is_yes and _STATEMENTS.search(claim))
        told = [together] if is_pooled else [self._told_by(line) if is_yes else line.headed for line in inside]
        own = max((_weight_in(frame, words) for words in told), default=0.0) / total
        if is_yes:
            return own < OF_YES
        if own >= ENOUGH:
            return False
        best = max((_weight_in(frame, line.words) for line in self._lines if line not in inside), default=0.0) / total
        return own < LEAST or best >= own + OUTDONE

    def _told_by(self, line: Line) -> frozenset[str]:
        """The words of a line with its headings, and those of the one before where it goes on from that."""
        before = [each for each in self._lines if line.goes_on and (each.rank, each.part) == (line.rank, line.part - 1)]
        return line.headed.union(*(each.words for each in before))

    def _frame(self, claim: str, question: str) -> Mapping[str, float]:
        asked, said = content_of(question), content_of(claim)
        names = names_in(claim) - names_in(question)
        values = {t for t in said if t not in asked and (is_number(t) or any(t in (n, stem(n)) for n in names))}
        return {
            word: weight * math.log(1 + len(self._lines) / self._line_frequencies[word])
            for word, weight in {**asked, **said}.items()
            if self._line_frequencies[word] and word not in values
        }


def _weight_in(frame: Mapping[str, float], words: frozenset[str]) -> float:
    return sum(weight for word, weight in frame.items() if word in words)
