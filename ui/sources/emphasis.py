"""Emphasis: where the bold and italic words of a document's paragraphs stand in its stored text."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, Protocol

Emphasis = tuple[int, int, Literal["bold", "italic"]]

_SHORT = 20  # characters of a paragraph that may stand at many places
_NEAR, _FAR = 4_000, 200_000  # characters: so far a short one is looked for, and a long one
_SEEN = re.compile(r"\S")


class Paragraph(Protocol):
    """A paragraph as it was printed; places are of its own text."""

    @property
    def text(self) -> str: ...

    @property
    def emphasis(self) -> Sequence[Emphasis]: ...


def located(text: str, paragraphs: Iterable[Paragraph]) -> tuple[Emphasis, ...]:
    """Where what is emphasised stands in `text`, in order: paragraph by paragraph, white space left aside.

    What is not found again, one paragraph after the other, is left out.
    """
    found: list[Emphasis] = []
    at = 0
    for paragraph in paragraphs:
        words = paragraph.text.split()
        if not words:
            continue
        pattern = re.compile(r"(?<!\S)" + r"\s+".join(map(re.escape, words)) + r"(?!\S)")
        length = sum(map(len, words))
        end = at + (_NEAR if length < _SHORT else _FAR)
        match = pattern.search(text, at, end)
        if match is not None:
            at = match.end()
            found += _moved(text, match.span(), paragraph)
    return tuple(found)


def _moved(text: str, span: tuple[int, int], paragraph: Paragraph) -> Iterator[Emphasis]:
    """The n-th visible character of the paragraph is the n-th of its place."""
    theirs = [match.start() for match in _SEEN.finditer(paragraph.text)]
    ours = [match.start() for match in _SEEN.finditer(text, *span)]
    for start, end, kind in paragraph.emphasis:
        inside = [at for at, place in enumerate(theirs) if start <= place < end]
        if inside:
            yield ours[inside[0]], ours[inside[-1]] + 1, kind
