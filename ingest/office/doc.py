"""Old Word documents: the text, headings and tables of a .doc (Word 97 to 2003) from its binary form.

Follows [MS-DOC]: the file information block, the piece table that says where the text stands, and the paragraph
properties that mark table rows and headings. Word 6 and 95 files give their text alone.
"""

import struct
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.document.ms_odraw_pictures import blips
from ingest.document.parsed import Heading, Parsed, TextBuilder, comment_line, one_line, stored
from ingest.ocr.embedded_images import Pictures
from ingest.office.doc_tables import NO_ROW, RowLayout, row_of, under_columns
from ingest.plain.markdown_text import numbered_headings
from kb.config import IngestSettings
from kb.errors import DocumentError

MEDIA_TYPE = "application/msword"
_DEFAULTS = IngestSettings()
_CP1252 = bytes(range(256)).decode("cp1252", "replace")
_PARTS = 0x4C  # offset of the lengths of the text's parts
_BODY, _FOOTNOTES, _HEADERS, _COMMENTS, _ENDNOTES, _BOXES = 0, 1, 2, 4, 5, 6
_BEGIN, _SEPARATOR, _END = "\x13", "\x14", "\x15"  # of fields
_CHARACTERS = {"\x0b": "\n", "\x1e": "-", "\x1f": "\u00ad", "\x0e": "\n", "\t": "\t", "\n": "\n"}
_LANGUAGE_PAGES = {0x04: "gb18030", 0x11: "cp932", 0x12: "cp949", 0x19: "cp1251", 0x15: "cp1250"}
_TITLE_STYLE = 62
_ROW_SHAPE = 0xD608
_ELSEWHERE = (0x6645, 0x6646)  # long properties stand in the data stream
_MAX_CHARACTERS = 50_000_000


def read_doc(file: bytes, settings: IngestSettings = _DEFAULTS) -> Parsed:
    """Read a .doc. The table of contents is left out; comments and what is recognised in pictures come last.

    Raises DocumentError for one that is encrypted, or holds pictures and no text, neither its own nor in them.
    """
    import olefile

    with olefile.OleFileIO(file) as ole:
        main = ole.openstream("WordDocument").read()
        if len(main) < 0x60 or struct.unpack_from("<H", main)[0] not in (0xA5EC, 0xA5DC, 0xA59B):
            raise DocumentError("office.doc_begin")
        version, flags = struct.unpack_from("<H", main, 2)[0], struct.unpack_from("<H", main, 0x0A)[0]
        if flags & 0x0100:
            raise DocumentError("office.encrypted")
        title = _title(ole)
        if version < 0xC0:
            return _old_text(main, flags, title)
        table_name = "1Table" if flags & 0x0200 else "0Table"
        if not ole.exists(table_name):
            raise DocumentError("office.doc_table_stream")
        data = ole.openstream("Data").read() if ole.exists("Data") else b""
        document = _Document(main, ole.openstream(table_name).read(), data)
    pictures = Pictures(settings)
    parsed = _Reader(document).read(title, [*blips(data), *blips(main)], pictures)
    pictures.check(parsed.text)
    return parsed


def _title(ole: Any) -> str:
    try:
        properties = ole.get_metadata()
    except Exception:  # a broken summary costs the title, not the document
        return ""
    raw = properties.title or b""
    raw = raw.split(b"\0")[0] if isinstance(raw, bytes) else raw
    page = {65001: "utf-8", 936: "gb18030"}.get((properties.codepage or 1252) & 0xFFFF, "")
    try:
        text = raw.decode(page or f"cp{(properties.codepage or 1252) & 0xFFFF}") if isinstance(raw, bytes) else str(raw)
    except (LookupError, UnicodeDecodeError):
        return ""
    return one_line(stored(text))


def _old_text(main: bytes, flags: int, title: str) -> Parsed:
    """The text of a Word 6 or 95 document, which stands in one piece unless it was saved fast."""
    start, end = struct.unpack_from("<II", main, 0x18)
    page = _LANGUAGE_PAGES.get(struct.unpack_from("<H", main, 6)[0] & 0xFF, "cp1252")
    text = main[start:end].decode(page, "replace")
    if flags & 0x0004 or not text.strip():
        raise DocumentError("office.word_6")
    out = TextBuilder()
    for paragraph in "".join(_visible_text(text)).split("\r"):
        out.block(paragraph.strip().replace("\x07", " | "))
    return out.build(title, MEDIA_TYPE)


@dataclass(frozen=True, slots=True)
class _Properties:
    """What the properties of a paragraph say: its style, whether it is in a table, ends a row, its outline level."""

    style: int = 0
    in_table: bool = False
    row_end: bool = False
    outline: int | None = None
    row: RowLayout = NO_ROW


class _Document:
    """The streams of a document, and what their tables say."""

    def __init__(self, main: bytes, table: bytes, data: bytes) -> None:
        self.main = main
        self.table = table
        self.data = data
        self.lengths = struct.unpack_from("<8i", main, _PARTS)
        self.pieces = self._pieces()  # (first character, last character + 1, offset in main, bytes a character)
        self.text = self._text()
        self._paragraph_ends, self._paragraphs = self._properties()
        self.levels = self._style_levels()

    def part(self, number: int) -> tuple[int, int]:
        """The range of characters of a part of the text."""
        start = sum(max(0, length) for length in self.lengths[:number])
        return start, min(start + max(0, self.lengths[number]), len(self.text))

    def paragraph(self, character: int) -> tuple[int | None, bool, RowLayout | None]:
        """(heading level, whether it is in a table, the row that it ends) of the paragraph with this mark."""
        at = bisect_right(self.pieces, (character, 1 << 62, 0, 0)) - 1
        if at < 0:
            return None, False, None
        first, _, offset, width = self.pieces[at]
        place = offset + (character - first) * width
        found = bisect_right(self._paragraph_ends, place)
        if found >= len(self._paragraphs):
            return None, False, None
        properties = self._paragraphs[found]
        level = properties.outline if properties.outline is not None else self.levels.get(properties.style)
        return level, properties.in_table, properties.row if properties.row_end else None

    def _span(self, offset: int) -> bytes:
        """The part of the table stream that a pair of the file information block points at."""
        start, length = struct.unpack_from("<II", self.main, offset)
        return self.table[start : start + length]

    def _pieces(self) -> list[tuple[int, int, int, int]]:
        clx = self._span(0x01A2)
        at = 0
        while at + 3 <= len(clx) and clx[at] == 1:
            at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
        if at + 5 > len(clx) or clx[at] != 2:
            raise DocumentError("office.doc_no_pieces")
        size = struct.unpack_from("<I", clx, at + 1)[0]
        plc = clx[at + 5 : at + 5 + size]
        count = (len(plc) - 4) // 12
        if count < 1:
            raise DocumentError("office.doc_no_pieces")
        bounds = struct.unpack_from(f"<{count + 1}I", plc)
        pieces = []
        for number in range(count):
            place = struct.unpack_from("<I", plc, 4 * (count + 1) + 8 * number + 2)[0]
            first, last = bounds[number], bounds[number + 1]
            if last < first or last > _MAX_CHARACTERS:
                raise DocumentError("office.doc_pieces_disordered")
            packed = bool(place & 0x40000000)
            offset = place & 0x3FFFFFFF
            pieces.append((first, last, offset // 2 if packed else offset, 1 if packed else 2))
        return pieces

    def _text(self) -> str:
        parts: list[str] = []
        for first, last, offset, width in self.pieces:
            raw = self.main[offset : offset + (last - first) * width]
            text = "".join(_CP1252[byte] for byte in raw) if width == 1 else _utf16(raw)
            parts.append(text.ljust(last - first, "\0")[: last - first])
        return "".join(parts)

    def _properties(self) -> tuple[list[int], list[_Properties]]:
        """Where each paragraph ends in the main stream, and its properties."""
        ends: list[int] = []
        found: list[_Properties] = []
        plc = self._span(0x0102)
        count = (len(plc) - 4) // 8
        for number in range(max(0, count)):
            page = (struct.unpack_from("<I", plc, 4 * (count + 1) + 4 * number)[0] & 0x3FFFFF) * 512
            block = self.main[page : page + 512]
            if len(block) < 512:
                continue
            runs = block[511]
            if 4 * (runs + 1) + 13 * runs > 511:
                continue
            bounds = struct.unpack_from(f"<{runs + 1}I", block)
            for run in range(runs):
                ends.append(bounds[run + 1])
                found.append(_paragraph_properties(block, block[4 * (runs + 1) + 13 * run] * 2, self.data))
        order = sorted(range(len(ends)), key=ends.__getitem__)
        return [ends[at] for at in order], [found[at] for at in order]

    def _style_levels(self) -> dict[int, int]:
        """The heading level of each style that is one of the built-in headings, or based on one."""
        sheet = self._span(0x00A2)
        if len(sheet) < 6:
            return {}
        size, count, fixed = struct.unpack_from("<HHH", sheet)
        kinds: dict[int, tuple[int, int]] = {}
        at = 2 + size
        for number in range(count):
            if at + 2 > len(sheet):
                break
            length = struct.unpack_from("<H", sheet, at)[0]
            if length >= 4 and at + 6 <= len(sheet) and fixed >= 4:
                first, second = struct.unpack_from("<HH", sheet, at + 2)
                kinds[number] = (first & 0x0FFF, second >> 4)
            at += 2 + length + (length & 1)
        levels: dict[int, int] = {}
        for number in kinds:
            style, seen = number, set[int]()
            while style in kinds and style not in seen:
                seen.add(style)
                if 1 <= kinds[style][0] <= 9:
                    levels[number] = kinds[style][0]
                    break
                style = kinds[style][1]
            if kinds[number][0] == _TITLE_STYLE:
                levels[number] = 1
        return levels


def _utf16(raw: bytes) -> str:
    """One character for each pair of bytes, so that places can be counted; pairs are joined when text is taken."""
    raw = raw[: len(raw) // 2 * 2]
    return "".join(map(chr, struct.unpack(f"<{len(raw) // 2}H", raw)))


def _paragraph_properties(block: bytes, place: int, data: bytes) -> _Properties:
    """The properties of a paragraph that stand at `place` of a page of them, or where this says in the data stream."""
    if not place or place + 2 > 511:
        return _Properties()
    size = block[place]
    start, length = (place + 2, block[place + 1] * 2) if size == 0 else (place + 1, size * 2 - 1)
    raw = block[start : start + length]
    if len(raw) < 2:
        return _Properties()
    in_table = row_end = False
    outline, row = None, NO_ROW
    for code, operand in _all_modifiers(raw[2:], data):
        if code == 0x2416:
            in_table = operand[:1] == b"\1"
        elif code in (0x2417, 0x244C):  # the end of a row, also of a table within a table
            row_end = operand[:1] == b"\1"
        elif code == 0x2640 and operand and operand[0] < 9:
            outline = operand[0] + 1
        elif code == _ROW_SHAPE:
            row = row_of(operand)
    return _Properties(struct.unpack_from("<H", raw)[0], in_table, row_end, outline, row)


def _all_modifiers(raw: bytes, data: bytes) -> Iterator[tuple[int, bytes]]:
    for code, operand in _modifiers(raw):
        yield code, operand
        if code in _ELSEWHERE and len(operand) == 4 and (at := struct.unpack("<I", operand)[0]) + 2 <= len(data):
            yield from _modifiers(data[at + 2 : at + 2 + struct.unpack_from("<H", data, at)[0]])


def _modifiers(raw: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 2 <= len(raw):
        code = struct.unpack_from("<H", raw, at)[0]
        at += 2
        size = (1, 1, 2, 4, 2, 2, -1, 3)[code >> 13]
        if size < 0:
            if code in (_ROW_SHAPE, 0xD606):
                size = struct.unpack_from("<H", raw, at)[0] + 1 if at + 2 <= len(raw) else 0
            else:
                size = raw[at] + 1 if at < len(raw) else 0
        yield code, raw[at : at + size]
        at += size


class _Reader:
    def __init__(self, document: _Document) -> None:
        self.document = document
        self.out = TextBuilder()
        self.rows: list[tuple[list[str], RowLayout]] = []
        self.cells: list[str] = []
        self.cell: list[str] = []

    def read(self, title: str, shown: Sequence[bytes], pictures: Pictures) -> Parsed:
        """The body, then notes and text boxes, then what headers and footers say, once each, comments and pictures."""
        for number in (_BODY, _FOOTNOTES, _ENDNOTES, _BOXES):
            self.part(*self.document.part(number))
        seen: set[str] = set()
        start, end = self.document.part(_HEADERS)
        for line in "".join(_visible_text(self.document.text[start:end])).replace("\x07", " ").split("\r"):
            text = one_line(line)
            if text not in seen and any(map(str.isalpha, text)):
                seen.add(text)
                self.out.block(text)
        start, end = self.document.part(_COMMENTS)
        for line in "".join(_visible_text(self.document.text[start:end])).split("\r"):
            self.out.block(comment_line("", _joined(line)))
        for picture in shown:
            pictures.add(self.out, picture)
        parsed = self.out.build(title, MEDIA_TYPE)
        if parsed.headings:
            return parsed
        guessed: list[Heading] = numbered_headings(parsed.text)
        return Parsed(parsed.text, parsed.title, MEDIA_TYPE, (), tuple(guessed), tables=parsed.tables)

    def part(self, start: int, end: int) -> None:
        """The paragraphs and tables of a part of the text."""
        text = self.document.text
        at = start
        while at < end:
            stop = at
            while stop < end and text[stop] not in "\r\x07\x0c":
                stop += 1
            self.paragraph(text[at:stop], stop, text[stop] if stop < end else "\r")
            at = stop + 1
        self.end_table()

    def paragraph(self, raw: str, mark_at: int, mark: str) -> None:
        level, in_table, row = self.document.paragraph(mark_at)
        text = _joined("".join(_visible_text(raw))).strip()
        if mark == "\x07":
            if row is not None:
                self.rows.append((self.cells, row))
                self.cells = []
            else:
                self.cells.append(" ".join([*self.cell, text]))
                self.cell = []
        elif in_table:
            self.cell.append(text)
        elif not _is_contents(raw):
            self.end_table()
            if level is not None and 0 < len(text) <= 200:
                self.out.heading(text, level)
            else:
                self.out.block(text)

    def end_table(self) -> None:
        if self.cell or self.cells:
            self.rows.append(([*self.cells, *self.cell], NO_ROW))
        if self.rows:
            rows = under_columns(self.rows)
            self.out.table(rows, header=max(map(len, rows)) > 1)
        self.rows, self.cells, self.cell = [], [], []


def _is_contents(raw: str) -> bool:
    """Whether a paragraph is a line of the table of contents: a link to a bookmark that Word set for it."""
    return "PAGEREF _Toc" in raw or (_BEGIN in raw and "TOC \\" in raw)


def _joined(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _visible_text(text: str) -> Iterator[str]:
    """What is seen: of a field its result, not its instruction; no marks of pictures, notes and comments."""
    depth: list[bool] = []  # for each open field, whether its result has begun
    for character in text:
        if character == _BEGIN:
            depth.append(False)
        elif character == _SEPARATOR:
            if depth:
                depth[-1] = True
        elif character == _END:
            if depth:
                depth.pop()
        elif all(depth):
            if character in _CHARACTERS:
                yield _CHARACTERS[character]
            elif character >= " " or character in "\r\x07":
                yield character
