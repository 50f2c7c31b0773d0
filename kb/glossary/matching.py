"""Matching: which forms of a glossary a question holds.

Case, width and spacing do not count, and the longest form wins. A form that the documents mostly write in another case
than the entry does (`IT`, `US`, `CAN`) is an ordinary word there, and only its own case is the form. A Chinese form
must not begin or end within a word of the dictionary.
"""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from kb.glossary.entries import folded
from kb.language.language import CJK, nfkc
from kb.language.tokenizer import STOP_WORDS, segmenter

_PIECE = re.compile(rf"{CJK.pattern}|[^\W_]+")
_CJK_RUN = re.compile(rf"{CJK.pattern}+")
_LATIN = re.compile(r"[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A form that stands in a question, at `text[start:end]` of it as `read` gives it, and the entries that have it."""

    form: str
    start: int
    end: int
    entries: tuple[int, ...]


Ordinary = Callable[[str], bool]  # whether the documents mostly write a form in another case than this


class FormIndex:
    """The forms of many entries, found by their first piece: a Chinese character, or a word."""

    def __init__(self, forms: Iterable[tuple[int, str]]) -> None:
        entries: dict[tuple[str, ...], dict[str, list[int]]] = {}
        for entry, form in forms:
            pieces = tuple(piece.group() for piece in _PIECE.finditer(folded(form)))
            if pieces:
                entries.setdefault(pieces, {}).setdefault(form, []).append(entry)
        self._forms = entries
        self._longest: dict[str, int] = {}
        for pieces in entries:
            self._longest[pieces[0]] = max(self._longest.get(pieces[0], 0), len(pieces))

    def occurrences(self, text: str, is_ordinary: Ordinary) -> list[Occurrence]:
        """The forms in a text that was `read`, in order; none overlaps another."""
        pieces = list(_PIECE.finditer(text))
        keys = [piece.group().casefold() for piece in pieces]
        ends: set[int] | None = None
        told_by_case = not _is_shouted(text)
        found: list[Occurrence] = []
        at = 0
        while at < len(pieces):
            for count in range(min(self._longest.get(keys[at], 0), len(pieces) - at), 0, -1):
                forms = self._forms.get(tuple(keys[at : at + count]))
                if forms is None:
                    continue
                start, end = pieces[at].start(), pieces[at + count - 1].end()
                if not _is_close(pieces[at : at + count]):
                    continue
                if CJK.search(text[start:end]):
                    ends = _word_ends(text) if ends is None else ends
                    if not {start, end} <= ends:
                        continue
                entries = tuple(
                    entry for form, given in forms.items() for entry in given
                    if (told_by_case and text[start:end] == nfkc(form)) or not _is_ordinary(form, is_ordinary)
                )  # fmt: skip
                if entries:
                    found.append(Occurrence(text[start:end], start, end, entries))
                    at += count - 1
                    break
            at += 1
        return found


def read(question: str) -> str:
    """A question as forms are looked for in it."""
    return nfkc(question)


def _is_ordinary(form: str, is_ordinary: Ordinary) -> bool:
    """Whether a form counts in its own case alone: one with a capital that documents mostly write without it."""
    single = len(_PIECE.findall(form)) == 1 and not CJK.search(form)
    if not single or form == form.lower():
        return False
    return form.casefold() in STOP_WORDS or is_ordinary(form)


def _is_close(pieces: Sequence[re.Match[str]]) -> bool:
    """Whether only spaces and single signs stand between the pieces."""
    return all(second.start() - first.end() <= 2 for first, second in itertools.pairwise(pieces))


def _is_shouted(text: str) -> bool:
    """Whether a text is in capitals, so that they tell nothing."""
    letters = _LATIN.findall(text)
    return len(text.split()) > 2 and len(letters) > 10 and all(letter.isupper() for letter in letters)


def _word_ends(text: str) -> set[int]:
    """The places in a text where a word of the dictionary begins or ends, or none stands."""
    ends = set(range(len(text) + 1))
    for run in _CJK_RUN.finditer(text):
        place = run.start()
        for word in segmenter().cut(run.group(), HMM=False):
            ends -= set(range(place + 1, place + len(word)))
            place += len(word)
    return ends


def others_than(text: str, forms: Sequence[str]) -> Iterator[str]:
    """The forms that a text does not hold yet."""
    said = folded(text)
    return (form for form in forms if folded(form) not in said)
