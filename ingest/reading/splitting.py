"""Splitting: a stored text becomes chunks whose size is counted in the embedding model's own tokens.

A chunk never crosses a page. It ends at a heading where it can, else between paragraphs, rows or sentences, and inside
a sentence only when that alone is too long. Offsets are right by construction: the text is cut, never searched for.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from ingest.document.parsed import Parsed, Table, one_line
from ingest.document.tables import header_part, row_label
from ingest.document.titles import cleaned_name, squeezed
from ingest.plain.xml import XML, without_tags
from ingest.reading.sentences import PARAGRAPH, PIECE, SENTENCE, boundaries, unwrapped, weak_places
from kb.config import SplittingSettings
from kb.language.invisible import without_invisible
from kb.schema import Chunk
from kb.store.heading_paths import MARK, Section, is_under, sections_of

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SPLITTER_VERSION = "3"

_SMALL_SECTION = 60  # tokens; smaller neighbours under one parent share a chunk
_MAX_HEADER = 64  # tokens of a table header that are repeated; of a row's label a quarter
_BLOCK = 16_384  # characters given to the tokenizer at once, about
_PIECE_CHARACTERS = 512  # a piece of an over-long sentence, however few tokens it has
_NEWLINE = re.compile("\n")


@dataclass(frozen=True, slots=True)
class _Unit:
    """A piece of text that is not cut further, and how strong the boundary at its end is."""

    start: int
    end: int
    tokens: int
    strength: int
    table: int  # index of its table, -1 outside
    repeated: int  # tokens of the header that a chunk beginning here repeats


def split(parsed: Parsed, name: str, tokenizer: "Tokenizer", settings: SplittingSettings) -> list[Chunk]:
    """The chunks of a document in order. `name` is its path, which gives context; so do title and headings.

    Each character that is not white space is in a chunk; `text` is at most `settings.chunk_tokens` long, and
    `embedded_text` adds at most `settings.context_tokens` and a table header.
    """
    splitter = _Splitter(parsed, name, tokenizer, settings)
    return [chunk for start, end, page in _regions(parsed) for chunk in splitter.region(start, end, page)]


def _regions(parsed: Parsed) -> list[tuple[int, int, int | None]]:
    """(start, end, page) of the pages and of what stands outside of them."""
    regions: list[tuple[int, int, int | None]] = []
    at = 0
    for page in parsed.pages:
        regions.append((at, page.start, None))
        regions.append((page.start, page.end, page.number))
        at = max(at, page.end)
    regions.append((at, len(parsed.text), None))
    return [(start, end, page) for start, end, page in regions if parsed.text[start:end].strip()]


class _Splitter:
    def __init__(self, parsed: Parsed, name: str, tokenizer: "Tokenizer", settings: SplittingSettings) -> None:
        self.parsed = parsed
        self.text = parsed.text
        self.settings = settings
        self.tokenizer = tokenizer
        self.table_starts = [table.start for table in parsed.tables]
        self.headers = [self._shortened(table.header, _MAX_HEADER) for table in parsed.tables]
        self.document_context = self._document_context(name)

    # -- chunks of one page, or of a document without pages

    def region(self, start: int, end: int, page: int | None) -> list[Chunk]:
        sections = sections_of(self.text, self.parsed.headings, start, end)
        units = [self._units(section.start, section.end) for section in sections]
        lead = self._lead(start, end) if page is not None and not any(section.path for section in sections) else ""
        chunks: list[Chunk] = []
        for first, last in self._groups(sections, units):
            path = _common_path(sections[first:last])
            context = self._context(path, lead)
            joined = [unit for part in units[first:last] for unit in part]
            for begin, finish in self._packed(joined):
                chunk = self._chunk(joined[begin:finish], page, path, context)
                if chunk:
                    chunks.append(chunk)
        return chunks

    def _groups(self, sections: Sequence[Section], units: Sequence[Sequence[_Unit]]) -> list[tuple[int, int]]:
        """Neighbouring sections that share a chunk, as index ranges: small ones under the same parent."""
        sizes = [sum(unit.tokens for unit in part) for part in units]
        groups: list[tuple[int, int]] = []
        first, size = 0, 0
        for at in range(len(sections)):
            fits = size + sizes[at] <= self.settings.chunk_tokens
            small = size < _SMALL_SECTION or sizes[at] < _SMALL_SECTION
            if at > first and not (fits and small and _related(sections[first].path, sections[at].path)):
                groups.append((first, at))
                first, size = at, 0
            size += sizes[at]
        groups.append((first, len(sections)))
        return groups

    def _packed(self, units: Sequence[_Unit]) -> list[tuple[int, int]]:
        """Index ranges of the units that make a chunk each; neighbours may overlap."""
        ranges: list[tuple[int, int]] = []
        first = fresh = 0  # units from `fresh` on are in no chunk yet
        while fresh < len(units):
            limit = max(self.settings.chunk_tokens - units[first].repeated, self.settings.chunk_tokens // 2)
            end, size = first, 0
            while end < len(units) and (end <= fresh or size + units[end].tokens <= limit):
                size += units[end].tokens
                end += 1
            if size > limit and first < fresh:
                first = fresh  # the overlap leaves no room for the next unit
                continue
            if end < len(units):
                end = self._best_end(units, max(first, fresh), end, size)
            ranges.append((first, end))
            fresh = end
            first = self._overlap_start(units, first, end)
        return ranges

    def _best_end(self, units: Sequence[_Unit], fresh: int, end: int, size: int) -> int:
        """The strongest boundary in the last half of a full chunk, or one that leaves no crumb for the next."""
        rest = 0
        for unit in units[end:]:
            rest += unit.tokens
            if rest >= _SMALL_SECTION:
                break
        full = size
        floor = size // 2 if rest >= _SMALL_SECTION else size // 3
        best, best_score = end, -1.0
        kept = size
        for at in range(end, fresh, -1):
            if kept < floor:
                break
            strength = units[at - 1].strength
            fill = kept / max(1, full)
            if rest < _SMALL_SECTION:  # what is left is short: share evenly
                fill = 1 - abs(kept - (full + rest) / 2) / max(1, full)
            score = strength + fill
            if score > best_score:
                best, best_score = at, score
            kept -= units[at - 1].tokens
        return best

    def _overlap_start(self, units: Sequence[_Unit], first: int, end: int) -> int:
        """Where the next chunk begins, so that it repeats up to `overlap_tokens` of whole sentences."""
        start, repeated = end, 0
        while start - 1 > first and units[start - 1].table < 0:
            repeated += units[start - 1].tokens
            if repeated > self.settings.overlap_tokens:
                break
            start -= 1
        return start

    def _chunk(self, units: Sequence[_Unit], page: int | None, path: tuple[str, ...], context: str) -> Chunk | None:
        start, end = units[0].start, units[-1].end
        raw = self.text[start:end]
        text = raw.strip()
        if not text:
            return None
        start += len(raw) - len(raw.lstrip())
        end = start + len(text)
        table = self.parsed.tables[units[0].table] if units[0].table >= 0 else None
        header = table.header if table and units[0].repeated else ""
        shown = self._shortened(header_part(self.text, table, start, end), _MAX_HEADER) if table and header else ""
        words = without_tags(text) if self.parsed.media_type == XML else unwrapped(text)
        if table and (label := self._shortened(row_label(self.text, table, start), _MAX_HEADER // 4)):
            words = f"{label} | {words.removeprefix('| ')}"
        embedded = without_invisible("\n".join(part for part in (context, shown, words) if part))
        return Chunk(start, end, text, embedded, page, MARK.join(path), header)

    # -- units

    def _units(self, start: int, end: int) -> list[_Unit]:
        """The text in pieces that fit a chunk, in order and without gaps."""
        units: list[_Unit] = []
        at = start
        for number in range(bisect_left(self.table_starts, start), len(self.parsed.tables)):
            table = self.parsed.tables[number]
            if table.start >= end:
                break
            units += self._prose(at, table.start, SENTENCE)  # a line right above a table introduces it
            units += self._rows(table, number, max(at, table.start), min(table.end, end))
            at = max(at, min(table.end, end))
        return units + self._prose(at, end)

    def _prose(self, start: int, end: int, last: int = PARAGRAPH) -> list[_Unit]:
        units: list[_Unit] = []
        for block_start, block_end in self._blocks(start, end):
            counter = _Counter(self.tokenizer, self.text, block_start, block_end)
            at = block_start
            for offset, strength in boundaries(self.text[block_start:block_end]):
                units += self._fitting(counter, at, block_start + offset, strength)
                at = block_start + offset
            units += self._fitting(counter, at, block_end, last if block_end == end else SENTENCE)
        return units

    def _rows(self, table: Table, number: int, start: int, end: int) -> list[_Unit]:
        units: list[_Unit] = []
        repeated = self._count(self.headers[number]) if self.headers[number] else 0
        own_header = bool(table.header) and self.text.startswith(table.header, table.start)
        header_end = table.start + len(table.header) if own_header else table.start
        for block_start, block_end in self._blocks(start, end, lines=True):
            counter = _Counter(self.tokenizer, self.text, block_start, block_end)
            at = block_start
            while at < block_end:
                newline = self.text.find("\n", at, block_end)
                stop = newline + 1 if newline >= 0 else block_end
                strength = PARAGRAPH if stop >= end else SENTENCE
                units += self._fitting(counter, at, stop, strength, number, 0 if at < header_end else repeated)
                at = stop
        return units

    def _blocks(self, start: int, end: int, lines: bool = False) -> list[tuple[int, int]]:
        """The range in parts of about `_BLOCK` characters, cut at paragraphs (or lines), else anywhere."""
        blocks: list[tuple[int, int]] = []
        while end - start > _BLOCK:
            cut = -1
            for mark in ("\n",) if lines else ("\n\n", "\n", "。", " "):
                found = self.text.rfind(mark, start + _BLOCK // 2, start + _BLOCK)
                if found >= 0:
                    cut = found + len(mark)
                    break
            cut = cut if cut > 0 else start + _BLOCK
            blocks.append((start, cut))
            start = cut
        if end > start:
            blocks.append((start, end))
        return blocks

    def _fitting(
        self, counter: "_Counter", start: int, end: int, strength: int, table: int = -1, repeated: int = 0
    ) -> list[_Unit]:
        """The range as one unit, or as several small ones if it is too long for a chunk."""
        if end <= start:
            return []
        tokens = counter.count(start, end)
        limit = max(self.settings.chunk_tokens - repeated, self.settings.chunk_tokens // 2)
        if table < 0 and tokens > limit // 3 and "\n" in self.text[start : end - 1]:
            # A wrapped sentence, or rows that nothing marks as such: whole lines before pieces of lines.
            lines = [start, *(match.end() for match in _NEWLINE.finditer(self.text, start, end - 1)), end]
            return [
                unit
                for at, stop in pairwise(lines)
                for unit in self._fitting(counter, at, stop, strength if stop == end else PIECE)
            ]
        if tokens <= limit and end - start <= self.settings.chunk_tokens * _PIECE_CHARACTERS // 32:
            return [_Unit(start, end, tokens, strength, table, repeated)]
        piece = max(8, min(32, self.settings.overlap_tokens or 32))
        places = weak_places(self.text, start, end)
        units: list[_Unit] = []
        at = start
        while at < end:
            stop = min(counter.advance(at, piece, end), at + _PIECE_CHARACTERS)
            if stop < end:
                weak = bisect_right(places, stop) - 1
                if weak >= 0 and places[weak] > at + (stop - at) // 3:
                    stop = places[weak]
            else:
                stop = end
            units.append(_Unit(at, stop, counter.count(at, stop), PIECE if stop < end else strength, table, repeated))
            at = stop
        return units

    # -- context

    def _document_context(self, name: str) -> str:
        """Cleaned path and, where it says something else, the document's own title: at most half of the context."""
        words, title = cleaned_name(name), one_line(self.parsed.title)
        known = title and (
            set(title.lower().split()) <= set(words.lower().split()) or squeezed(title) in squeezed(words)
        )
        half = self.settings.context_tokens // 2
        if title and not known:
            words = self._shortened(words, half // 2) + MARK + title
        words = self._shortened(words, half)
        folders = cleaned_name(name, folders=True).removesuffix(cleaned_name(name))
        room = half - self._count(words)
        return (self._shortened(folders, room, keep_end=True) + " " + words).strip() if folders and room > 1 else words

    def _context(self, path: tuple[str, ...], lead: str) -> str:
        parts = [part for part in path if part != self.parsed.title]
        tail = MARK.join(parts) or lead
        if not tail:
            return self.document_context
        room = self.settings.context_tokens - self._count(self.document_context) - 2
        tail = self._shortened(tail, max(0, room), keep_end=bool(parts))
        return MARK.join(part for part in (self.document_context, tail) if part)

    def _lead(self, start: int, end: int) -> str:
        """The first lines of a page without headings: what it is about, mostly."""
        lines = filter(None, map(one_line, self.text[start : min(end, start + 1200)].split("\n")))
        return unwrapped(" ".join(list(lines)[:3]))

    def _count(self, text: str) -> int:
        return len(self.tokenizer.encode(text, add_special_tokens=False).ids)

    def _shortened(self, text: str, tokens: int, keep_end: bool = False) -> str:
        """At most `tokens` tokens of the text, from its beginning or its end."""
        if not text or tokens <= 0:
            return ""
        text = text[-8 * 1024 :] if keep_end else text[: 8 * 1024]
        offsets = self.tokenizer.encode(text, add_special_tokens=False).offsets
        if len(offsets) <= tokens:
            return text
        return text[offsets[-tokens][0] :].strip() if keep_end else text[: offsets[tokens - 1][1]].strip()


class _Counter:
    """Counts tokens of any part of a block from one encoding of it."""

    def __init__(self, tokenizer: "Tokenizer", text: str, start: int, end: int) -> None:
        encoding = tokenizer.encode(text[start:end], add_special_tokens=False)
        # A token belongs to the place where its last character stands, so a leading space never counts it twice.
        self.ends = [start + offset[1] for offset in encoding.offsets]

    def count(self, start: int, end: int) -> int:
        return bisect_right(self.ends, end) - bisect_right(self.ends, start)

    def advance(self, start: int, tokens: int, end: int) -> int:
        """The offset `tokens` tokens after `start`, at most `end`; always beyond `start`."""
        at = bisect_right(self.ends, start) + tokens - 1
        return max(start + 1, min(end, self.ends[at])) if at < len(self.ends) else end


def _related(first: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two sections are siblings, or the second is under the first."""
    return is_under(first, other) or (len(first) == len(other) and first[:-1] == other[:-1])


def _common_path(sections: Sequence[Section]) -> tuple[str, ...]:
    """The path of a chunk over several sections: what they share; a lone child's own where it has only its parent."""
    if len(sections) == 2 and is_under(sections[0].path, sections[1].path):
        return sections[1].path
    common = sections[0].path
    for section in sections[1:]:
        while section.path[: len(common)] != common:
            common = common[:-1]
    return common or sections[0].path
