"""Sections: the headings of a version, stored beside its text, and the path of headings that a place stands under."""

import json
import sqlite3
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.schema import Heading, StoredText, page_at
from kb.store.beside_text import VERSION, names_of

MARK = " > "  # between the headings of a path


@dataclass(frozen=True, slots=True)
class Section:
    """`text[start:end]` stands under the headings of `path`, outermost first."""

    start: int
    end: int
    path: tuple[str, ...]
    headings: int = 0  # that begin where it begins, or with no text between them


def sections_of(text: str, headings: Sequence[Heading], start: int, end: int) -> list[Section]:
    """`text[start:end]` cut at headings, which are those of the whole text, in order; without gaps.

    A heading that has nothing under it but subsections is made part of the first of these.
    """
    folded: list[Section] = []
    for section in _between(headings, start, end):
        above = folded[-1] if folded else None
        if above and is_under(above.path, section.path) and _only_headings(text, above):
            folded[-1] = Section(above.start, section.end, section.path, above.headings + section.headings)
        else:
            folded.append(section)
    return folded


def is_under(parent: tuple[str, ...], child: tuple[str, ...]) -> bool:
    """Whether a path goes on from another."""
    return len(child) > len(parent) and child[: len(parent)] == parent


def keep(db: sqlite3.Connection, version_id: int, headings: Iterable[Heading]) -> None:
    """Store the headings of a version that has none stored yet. That there are none is stored too."""
    rows = json.dumps([[h.start, h.level, h.text] for h in headings], ensure_ascii=False, separators=(",", ":"))
    db.execute("INSERT INTO headings (version_id, headings) VALUES (?, ?)", (version_id, rows))


def hand_over(db: sqlite3.Connection, of: int, to: int) -> None:
    """Give the headings of one version to another of the same text, in the place of its own."""
    db.execute(
        "INSERT OR REPLACE INTO headings (version_id, headings) SELECT ?, headings FROM headings WHERE version_id = ?",
        (to, of),
    )


def find(db: sqlite3.Connection, stored: StoredText) -> tuple[Heading, ...] | None:
    """The headings of a text; None where it was read by a version that did not keep them."""
    query = f"SELECT headings FROM headings WHERE version_id = {VERSION}"
    row = db.execute(query, names_of(stored)).fetchone()
    return None if row is None else tuple(Heading(*heading) for heading in json.loads(row["headings"]))


def path_at(stored: StoredText, headings: Sequence[Heading], offset: int) -> str:
    """The headings that the character at `offset` stands under, joined as those of a chunk are; "" for none."""
    page = page_at(stored.pages, offset)
    start, end = (page.start, page.end) if page else (0, len(stored.text))
    found = sections_of(stored.text, headings, start, end)
    return MARK.join(found[max(0, bisect_right(found, offset, key=lambda section: section.start) - 1)].path)


def enter(stack: list[Heading], heading: Heading) -> None:
    """Go on under this heading: `stack` holds those that what follows stands under, the outermost first."""
    while stack and stack[-1].level >= heading.level:
        stack.pop()
    stack.append(heading)


def _between(headings: Sequence[Heading], start: int, end: int) -> list[Section]:
    stack: list[Heading] = []
    sections: list[Section] = []
    at, begun = start, 0
    for heading in headings:
        if heading.start >= end:
            break
        if heading.start > at:
            sections.append(Section(at, heading.start, _path(stack), begun))
            at, begun = heading.start, 0
        begun += heading.start == at
        enter(stack, heading)
    sections.append(Section(at, end, _path(stack), begun))
    return sections


def _path(stack: Sequence[Heading]) -> tuple[str, ...]:
    return tuple(heading.text for heading in stack)


def _only_headings(text: str, section: Section) -> bool:
    lines = [line for line in text[section.start : section.end].split("\n") if line.strip(" \t=-")]
    return len(lines) <= section.headings
