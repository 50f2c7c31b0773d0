"""Shifts: where places of a text stand after some of its characters were replaced by others."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from kb.schema import DocumentText, Heading, PageSpan, RecognisedPage, WordBox


@dataclass(frozen=True, slots=True)
class Shift:
    """`text[start:end]`, which is not empty, became `after`. Places outside of it keep their characters; one within it
    is moved to its edge, so that what begins or ends there holds all that stands there now."""

    start: int
    end: int
    after: str

    @property
    def _by(self) -> int:
        return len(self.after) - (self.end - self.start)

    def begin(self, at: int) -> int:
        """Where something begins that began at `at`."""
        return at if at < self.start else at + self._by if at >= self.end else self.start

    def finish(self, at: int) -> int:
        """Where something ends that ended at `at`."""
        return at if at <= self.start else max(at, self.end) + self._by

    def text(self, text: str) -> str:
        """The text as it is now."""
        return text[: self.start] + self.after + text[self.end :]

    def content(self, content: DocumentText) -> DocumentText:
        """A document with the text as it is now, and with what stands in it where it stands now."""
        pages = tuple(replace(p, start=self.begin(p.start), end=self.finish(p.end)) for p in content.pages)
        before = {page.number: page for page in content.pages}
        recognised = tuple(self._recognised(each, before.get(each.number)) for each in content.recognised)
        text = self.text(content.text)
        standing = (self._heading(each, content.text, text) for each in content.headings)
        headings = sorted((each for each in standing if each), key=lambda each: each.start)
        return replace(content, text=text, pages=pages, headings=tuple(headings), recognised=recognised)

    def _heading(self, heading: Heading, text: str, now: str) -> Heading | None:
        """A heading where it stands now, with the words of its line; None where that line is gone."""
        first = text.rfind("\n", 0, self.start) + 1
        last = text.find("\n", self.end)
        last = len(text) if last < 0 else last
        moved = replace(heading, start=self.begin(heading.start))
        if not first <= heading.start < last:
            return moved
        old, new = text[first:last].split("\n"), now[first : last + self._by].split("\n")
        number = text.count("\n", first, heading.start)
        line, marks = old[number], heading.start - (text.rfind("\n", 0, heading.start) + 1)
        at = line.find(heading.text, marks)
        if at < 0:  # its words do not stand there as such
            return moved
        if len(old) != len(new):
            if line not in new:
                return None
            number = new.index(line)
        before, behind = line[:at], line[at + len(heading.text) :]
        words = new[number].removeprefix(before).removesuffix(behind).strip()
        words = words.lstrip("# ") if "#" in before else words  # another level of Markdown: the level stays as it was
        if behind.strip() and not new[number].endswith(behind):  # what stands behind it in its line was corrected
            words = heading.text
        start = first + sum(len(each) + 1 for each in new[:number])
        start += marks if new[number].startswith(line[:marks]) else 0
        return Heading(start, heading.level, words) if words else None

    def _recognised(self, recognised: RecognisedPage, page: PageSpan | None) -> RecognisedPage:
        """What was recognised on a page, whose offsets count from the beginning of the page."""
        if page is None:
            return recognised
        first, begun = page.start, self.begin(page.start)
        return replace(recognised, places=tuple(self._boxes(recognised.places, first, begun)))

    def _boxes(self, places: Iterable[WordBox], first: int, begun: int) -> Iterable[WordBox]:
        for place in places:
            start, end = self.begin(first + place.start) - begun, self.finish(first + place.end) - begun
            yield replace(place, start=start, end=max(start, end))


def shift_between(start: int, before: str, after: str) -> Shift:
    """What changes where `before`, which stands at `start` and is not empty, becomes `after`: the least part of it."""
    head = _alike(before, after)
    tail = _alike(before[head:][::-1], after[head:][::-1])
    if head + tail == len(before):  # nothing goes: a character beside what comes in is replaced, too
        head, tail = (head - 1, tail) if head else (head, tail - 1)
    return Shift(start + head, start + len(before) - tail, after[head : len(after) - tail])


def _alike(one: str, other: str) -> int:
    """With how many same characters two texts begin."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
