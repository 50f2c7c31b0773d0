"""Marking: a document's text as HTML, with what is cited and what was found marked, and no character of it lost."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from ui.sources.escaping import body

_LETTER = re.compile(r"[^\W\d_]")

Span = tuple[int, int]


class Misplaced(ValueError):
    """What is to be shown does not stand in the text where it should."""


@dataclass(frozen=True, slots=True)
class Marks:
    """`text[start:end]` of `cited` is what an answer rests on, empty for nothing; `found` are the places of the words
    that the reader looks for, in order and apart, and `current` the index of the one in sight."""

    cited: Span
    found: tuple[Span, ...] = ()
    current: int | None = None

    @property
    def focus(self) -> Span:
        """What is brought into sight."""
        return self.cited if self.current is None else self.found[self.current]

    def is_on(self, page: Span) -> bool:
        """Whether what is brought into sight stands on a page."""
        return max(self.focus[0], page[0]) < min(self.focus[1], page[1])


class Writer:
    """Writes `text[first:last]` as HTML from front to back.

    What is shown is told place by place. What stands between, the notation of a form that is drawn, is written too,
    unseen: the text of the HTML is that of the document, and the text of its marks is exactly what is cited.
    """

    def __init__(self, text: str, first: int, last: int, marks: Marks) -> None:
        self.text = text
        self.first = first
        self.last = last
        self._marks = marks
        self._out: list[str] = []
        self._pending_span: Span = (first, first)  # waits for what follows it at once
        self._at = first  # up to here all is written

    def tag(self, html: str) -> None:
        """Write an element's begin or end."""
        self._flush()
        self._out.append(html)

    def show(self, start: int, end: int) -> None:
        """Write `text[start:end]`, as far as it is within bounds. Raises Misplaced where it was written before."""
        start, end = max(start, self.first), min(end, self.last)
        if start >= end:
            return
        if self._pending_span[1] == start and self._pending_span[0] < start:
            self._pending_span = self._pending_span[0], end
            return
        self._flush()
        if start < self._at:
            raise Misplaced(f"{start} is before {self._at}")
        self._hide(start)
        self._pending_span = start, end

    def replace(self, start: int, end: int, words: str) -> None:
        """Show other words in the place of `text[start:end]`, by which they are written."""
        self._flush()
        if start < self._at or end > self.last:
            return
        self._hide(start)
        self._unseen(start, end)
        self._at = end
        self.tag(f'<span class="as" data-as="{body(words)}"></span>')

    def beside(self, start: int, end: int) -> None:
        """Write a part from outside of the bounds, such as the header far above the rows of a table."""
        self.tag("".join(self._marked(start, end)))

    def is_within(self, start: int, end: int) -> bool:
        """Whether anything of `text[start:end]` is to be written."""
        return start < self.last and end > self.first

    def is_cited(self, start: int, end: int) -> bool:
        """Whether anything of `text[start:end]` is cited."""
        return max(start, self._marks.cited[0]) < min(end, self._marks.cited[1])

    def checkpoint(self) -> tuple[int, int]:
        """A state to which `go_back` leads."""
        self._flush()
        return len(self._out), self._at

    def go_back(self, checkpoint: tuple[int, int]) -> None:
        """Forget what was written since."""
        length, self._at = checkpoint
        del self._out[length:]
        self._pending_span = self._at, self._at

    def html(self) -> str:
        """All of it, the rest of the text included."""
        self._flush()
        self._hide(self.last)
        return "".join(self._out)

    def _flush(self) -> None:
        start, end = self._pending_span
        if start < end:
            self._out += self._marked(start, end)
            self._at = end
        self._pending_span = self._at, self._at

    def _hide(self, end: int) -> None:
        """The notation up to `end`. It is shown where words of it are marked: an address that is cited, say."""
        if self._at >= end:
            return
        marked = [self._marks.cited, *self._within(self._at, end)]
        if any(_LETTER.search(self.text, max(a, self._at), min(b, end)) for a, b in marked if a < b):
            self._out += ['<span class="notation">', *self._marked(self._at, end), "</span>"]
        else:
            self._unseen(self._at, end)
        self._at = end

    def _unseen(self, start: int, end: int) -> None:
        for a, b, cited in _cut(start, end, self._marks.cited):
            self._out.append(f"<i hidden{' data-cited' if cited else ''}>{body(self.text[a:b])}</i>")

    def _marked(self, start: int, end: int) -> Iterator[str]:
        for a, b, cited in _cut(start, end, self._marks.cited):
            words = "".join(self._with_found(a, b))
            yield f"<mark>{words}</mark>" if cited else words

    def _with_found(self, start: int, end: int) -> Iterator[str]:
        at = start
        for index, (a, b) in enumerate(self._marks.found[self._index(start) :], self._index(start)):
            if a >= end:
                break
            a, b = max(a, at), min(b, end)
            yield body(self.text[at:a])
            now = " now" if index == self._marks.current else ""
            yield f'<span class="found{now}">{body(self.text[a:b])}</span>'
            at = b
        yield body(self.text[at:end])

    def _within(self, start: int, end: int) -> Iterator[Span]:
        for span in self._marks.found[self._index(start) :]:
            if span[0] >= end:
                return
            yield span

    def _index(self, start: int) -> int:
        """The first of what was found that ends after `start`."""
        return bisect_left(self._marks.found, start + 1, key=lambda span: span[1])


def _cut(start: int, end: int, cited: Span) -> Iterator[tuple[int, int, bool]]:
    """`start` to `end` in parts that are cited or not."""
    begin, finish = max(start, cited[0]), min(end, cited[1])
    if begin >= finish:
        begin = finish = end
    for a, b, is_cited in ((start, begin, False), (begin, finish, True), (finish, end, False)):
        if a < b:
            yield a, b, is_cited
