"""What changed between two editions of a text, told row by row and sentence by sentence, each with both places."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from kb.checking.prompt_injection import gives_orders
from kb.language.content_terms import words_of
from kb.messages.coded_text import text_in
from kb.models.embedding import Embedder
from kb.requests.blocks import blocks_of
from kb.requests.desk import Desk, passage_of
from kb.requests.edition_changes import Changes, Unit, changed_cells, changes_between, units_of
from kb.requests.parts import Part, parts_of
from kb.requests.quoting import AnswerLine, Place, answer_of, in_cell, one_line
from kb.schema import Answer, Document, Event, Notice, Passage, Retrieved, StoredText
from kb.store import heading_paths

MOST_CHANGED = 60  # that are told
MOST_OF_ONE = 12  # of those that one of the texts has alone

CHANGED = {
    "en": "What **{newer}** ({newer_path}) says otherwise than **{older}** ({older_path}):",
    "zh": "**{newer}**（{newer_path}）与 **{older}**（{older_path}）的不同：",
}
UNCHANGED = {"en": "- Nothing that stands in both.", "zh": "- 两者都有的内容没有不同。"}
ONLY = {"en": "Only in **{}** ({}):", "zh": "只在 **{}**（{}）中："}


@dataclass(slots=True)
class _Text:
    """A document as it is compared."""

    document: Document
    stored: StoredText
    parts: list[Part]
    units: list[Unit]

    @property
    def name(self) -> str:
        return one_line(self.document.title) or self.document.path


def tell_changes(older: Document, newer: Document, aspect: str, desk: Desk) -> Generator[Event, None, Answer | None]:
    """The differences of two editions, in what is said (`aspect`; "": in everything); None where the two are none of
    one text, or say nothing of it. Raises DocumentNotFound."""
    old, new = _read(older, desk), _read(newer, desk)
    changes = changes_between(old.units, new.units, partial(_vectors, desk.embedder))
    if changes is not None and aspect:
        changes = _within(changes, aspect, old, new)
    if changes is None:
        return None
    language, draft = desk.language, desk.draft
    passages: dict[tuple[str, int], Passage] = {}

    def place(text: _Text, unit: Unit) -> Place:
        part = next((part for part in text.parts if part.start <= unit.start < part.end), None)
        start, end = (part.start, part.end) if part else (unit.start, unit.end)
        key = text.stored.path, start
        if key not in passages:
            passages[key] = passage_of(text.stored, len(passages) + 1, start, end, part.name if part else "")
        return Place(passages[key], unit.start, unit.end)

    head = CHANGED[language].format(newer=new.name, newer_path=newer.path, older=old.name, older_path=older.path)
    lines = [AnswerLine(f"{head}\n")]
    lines += [
        AnswerLine(f"- {_changed(before, after)}", (place(old, before), place(new, after)))
        for before, after in changes.changed[:MOST_CHANGED]
    ] or [AnswerLine(UNCHANGED[language])]
    told, count = min(len(changes.changed), MOST_CHANGED), len(changes.changed)
    for text, units in ((new, changes.added), (old, changes.dropped)):
        if units:
            lines.append(AnswerLine(f"\n{ONLY[language].format(text.name, text.document.path)}\n"))
            lines += [AnswerLine(f"- {one_line(unit.text)}", (place(text, unit),)) for unit in units[:MOST_OF_ONE]]
        told, count = told + min(len(units), MOST_OF_ONE), count + len(units)
    if told < count:
        draft.notices.append(
            Notice("items_cut_off", text_in(language, "answer.items_cut_off", shown=told, count=count))
        )
    for document in (older, newer):
        desk.check(document)
    draft.passages = tuple(passages.values())
    yield Retrieved(draft.passages, draft.searched)
    return answer_of(draft, "comparison", lines)


def _vectors(embedder: Embedder, texts: Sequence[str]) -> NDArray[np.float32]:
    return np.stack([np.frombuffer(each.vector, "<f4") for each in embedder.embed_passages(texts)])


def _within(changes: Changes, aspect: str, old: _Text, new: _Text) -> Changes | None:
    """The changes that have a word of an aspect, in the text or in the headings above it."""
    wanted = words_of(aspect).keys()

    def has(text: _Text, unit: Unit) -> bool:
        part = next((part.name for part in text.parts if part.start <= unit.start < part.end), "")
        return not wanted.isdisjoint(words_of(f"{part}\n{' '.join(unit.heads)}\n{unit.text}"))

    changed = tuple((before, after) for before, after in changes.changed if has(old, before) or has(new, after))
    dropped = tuple(unit for unit in changes.dropped if has(old, unit))
    added = tuple(unit for unit in changes.added if has(new, unit))
    return Changes(changed, dropped, added) if changed or dropped or added else None


def _read(document: Document, desk: Desk) -> _Text:
    stored = desk.text_of(document)
    headings = heading_paths.find(desk.catalog.db, stored) or ()
    left_out = desk.left_out(document)
    units = [
        unit
        for unit in units_of(stored, blocks_of(stored.text, headings), [heading.text for heading in headings])
        if not any(unit.start < end and start < unit.end for start, end in left_out) and not gives_orders(unit.text)
    ]
    parts = [
        Part(part.start, max([part.end, *(u.end for u in units if part.start <= u.start < part.end)]), part.name)
        for part in parts_of(stored, headings, left_out)
    ]
    return _Text(document, stored, parts, units)


def _changed(before: Unit, after: Unit) -> str:
    """What is said of a pair: of a row the cells that are others, of a sentence both."""
    if not after.cells:
        return f"“{one_line(before.text)}” → “{one_line(after.text)}”"
    told = "; ".join(
        f"{one_line(head)}: {_shown(was)} → {_shown(now)}" if head else f"{_shown(was)} → {_shown(now)}"
        for head, was, now in changed_cells(before, after)
    )
    return f"**{in_cell(after.cells[0])}**: {told}"


def _shown(cell: str) -> str:
    return in_cell(cell) or "–"
