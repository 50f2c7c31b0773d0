"""Editing: what editors did to the passages of a document, carried out on what was read and split.

It is a function of what was read and of what they did, so that reading a file again gives the same passages again.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.plain.xml import XML, without_tags
from ingest.reading.messages import ReadDocument
from ingest.reading.sentences import boundaries, unwrapped
from kb.editing.passages import Edit
from kb.editing.shifts import Shift, shift_between
from kb.language.invisible import without_invisible
from kb.schema import Chunk

_CELL = "| "  # begins a row
_NEWLINE = re.compile("\n")


@dataclass(frozen=True, slots=True)
class Edited:
    """A document with its edits carried out. `left_out` are the positions of its chunks that nothing shall find."""

    document: ReadDocument
    left_out: frozenset[int]
    lost: int  # edits whose passage stands in the text no more


def with_edits(read: ReadDocument, edits: Sequence[Edit], *, has_corrections: bool = False) -> Edited:
    """Carry out edits on a document, in order: first what was corrected (unless its text `has_corrections` already),
    then where it was split, then what was left out. Where documents were cut in other places when a passage was left
    out, chunks are cut at the ends of that passage, so that none holds more or less of it."""
    if not edits:
        return Edited(read, frozenset(), 0)
    document, lost = read, 0
    for edit in edits if not has_corrections else ():
        if edit.kind == "corrected":
            place = _place(document.content.text, edit)
            lost += place is None
            document = with_correction(document, place[0], edit.before, edit.after) if place else document
    chunks = list(document.chunks)
    for edit in edits:
        if edit.kind == "split":
            place = _place(document.content.text, edit)
            at = next((n for n, chunk in enumerate(chunks) if (chunk.start, chunk.end) == place), None)
            lost += at is None
            if at is not None:
                mark = chunks[at].end - len(edit.after)
                chunks[at : at + 1] = cut(chunks[at], [mark], document.content.media_type)
    out = [_place(document.content.text, edit) for edit in edits if edit.kind == "left_out"]
    ranges = [place for place in out if place]
    whole = {(chunk.start, chunk.end) for chunk in chunks}
    parts = [place for place in ranges if place not in whole]
    marks = sorted({at for place in parts for at in place})
    chunks = [piece for chunk in chunks for piece in cut(chunk, marks, document.content.media_type)]
    left_out = frozenset(
        number
        for number, chunk in enumerate(chunks)
        if (chunk.start, chunk.end) in ranges or any(start <= chunk.start and chunk.end <= end for start, end in parts)
    )
    return Edited(_with_chunks(document, chunks), left_out, lost + len(out) - len(ranges))


def with_correction(read: ReadDocument, start: int, before: str, after: str) -> ReadDocument:
    """A document in whose text `before`, which stands at `start`, became `after`. What stands behind it is moved;
    chunks that hold none of what changed keep their words, and what is embedded of them."""
    shift = shift_between(start, before, after)
    content = shift.content(read.content)
    moved = (_moved(chunk, shift, content.text, content.media_type) for chunk in read.chunks)
    return _with_chunks(replace(read, content=content), [chunk for chunk in moved if chunk])


def _moved(chunk: Chunk, shift: Shift, text: str, media_type: str) -> Chunk | None:
    """A chunk where it stands after a correction; None where nothing is left of it."""
    start, end = shift.begin(chunk.start), shift.finish(chunk.end)
    if text[start:end] == chunk.text:
        return replace(chunk, start=start, end=end)
    words = text[start:end].strip()
    if not words:
        return None
    start += len(text[start:end]) - len(text[start:end].lstrip())
    context, joined = _context(chunk, media_type)
    said = _words(words, media_type)
    embedded = context + (said.removeprefix(_CELL) if joined else said)
    return replace(chunk, start=start, end=start + len(words), text=words, embedded_text=embedded)


def _with_chunks(document: ReadDocument, chunks: Sequence[Chunk]) -> ReadDocument:
    """A document with these chunks; how their words are indexed is found out where they are not those it had."""
    same = [chunk.embedded_text for chunk in chunks] == [chunk.embedded_text for chunk in document.chunks]
    return replace(document, chunks=tuple(chunks), words=document.words if same else ())


def cut(chunk: Chunk, marks: Sequence[int], media_type: str) -> list[Chunk]:
    """A chunk cut at those of the offsets that lie in it; each part is embedded with the context of the whole."""
    inside = [at for at in marks if chunk.start < at < chunk.end]
    if not inside:
        return [chunk]
    context, joined = _context(chunk, media_type)
    found = []
    for start, end in pairwise([chunk.start, *inside, chunk.end]):
        raw = chunk.text[start - chunk.start : end - chunk.start]
        text = raw.strip()
        if not text:
            continue
        start += len(raw) - len(raw.lstrip())
        own = context if start == chunk.start or not joined else context[: context.rfind("\n") + 1]
        words = _words(text, media_type)
        embedded = own + (words.removeprefix(_CELL) if own and joined and start == chunk.start else words)
        found.append(replace(chunk, start=start, end=start + len(text), text=text, embedded_text=embedded))
    return found


def joined(first: Chunk, second: Chunk, text: str, media_type: str) -> Chunk:
    """The chunk that was cut into these two, of a document that reads `text`."""
    words = text[first.start : second.end]
    context, labelled = _context(first, media_type)
    said = _words(words, media_type)
    return replace(
        first, end=second.end, text=words, embedded_text=context + (said.removeprefix(_CELL) if labelled else said)
    )


def places_to_cut(text: str) -> list[int]:
    """Where a passage is likely to be cut: before each of its lines and sentences but the first."""
    lines = (match.end() for match in _NEWLINE.finditer(text))
    found = {at + len(text[at:]) - len(text[at:].lstrip()) for at in (*lines, *(at for at, _ in boundaries(text)))}
    return sorted(at for at in found if text[:at].strip() and text[at:].strip())


def _context(chunk: Chunk, media_type: str) -> tuple[str, bool]:
    """What is embedded before the words of a chunk, and whether that ends with the label of a row that it is a part
    of."""
    bare = _words(chunk.text, media_type).removeprefix(_CELL)
    if not chunk.embedded_text.endswith(bare):  # of a reader that embeds in its own way
        return f"{chunk.section}\n" if chunk.section else "", False
    context = chunk.embedded_text[: len(chunk.embedded_text) - len(bare)]
    before = context.removesuffix(_CELL)
    joined = before != context and before != "" and not before.endswith("\n")
    return (context, True) if joined else (before, False)


def _words(text: str, media_type: str) -> str:
    return without_invisible(without_tags(text) if media_type == XML else unwrapped(text))


def _place(text: str, edit: Edit) -> tuple[int, int] | None:
    """Where the edited passage stands in a text: in its place, or else where alone those words stand; None where they
    stand nowhere, or in several places."""
    if text[edit.start : edit.end] == edit.before:
        return edit.start, edit.end
    at = text.find(edit.before)
    if at < 0 or text.find(edit.before, at + 1) >= 0:
        return None
    return at, at + len(edit.before)
