"""Old slides: text and pictures of a .ppt (PowerPoint 97 to 2003) slide by slide, from its binary form ([MS-PPT])."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.document.ms_odraw_pictures import blip
from ingest.document.parsed import Parsed, TextBuilder, one_line
from ingest.ocr.embedded_images import Pictures, page_of_pictures
from ingest.ocr.ocr import Recognised
from kb.config import IngestSettings
from kb.errors import DocumentError

MEDIA_TYPE = "application/vnd.ms-powerpoint"
_SLIDE_ATOM, _NOTES_ATOM, _PERSIST_ATOM = 1007, 1009, 1011
_HEADER_ATOM, _CHARS_ATOM, _BYTES_ATOM, _OUTLINE_REF, _LIST = 3999, 4000, 4008, 3998, 4080
_EDIT_ATOM, _DIRECTORY = 4085, 6002
_TEXTBOX, _PROPERTIES = 0xF00D, 0xF00B
_DRAWING_GROUP, _STORED_PICTURE = 1035, 0xF007
_PICTURE, _FILL = 0x0104, 0x0186  # properties of a shape: the number of a stored picture
_DEFAULTS = IngestSettings()
_TITLES = (0, 6)
_ENCRYPTED = 0xF3D1C4DF
_MAX_DEPTH = 40


@dataclass(frozen=True, slots=True)
class _Record:
    kind: int
    instance: int
    start: int  # of its content
    end: int
    container: bool


@dataclass(frozen=True, slots=True)
class _Words:
    text: str
    title: bool


@dataclass(slots=True)
class _Slide:
    reference: int
    identity: int
    texts: list[_Words]


def read_ppt(data: bytes, settings: IngestSettings = _DEFAULTS) -> Parsed:
    """Read a .ppt: each slide is a page; its title is a heading; what is recognised in its pictures and notes follow.

    A slide that is nothing but pictures has the quality of what was recognised in them. Raises DocumentError if it is
    encrypted, or holds pictures and no text, neither its own nor in them.
    """
    import olefile

    with olefile.OleFileIO(data) as ole:
        stream = ole.openstream("PowerPoint Document").read()
        user = ole.openstream("Current User").read() if ole.exists("Current User") else b""
        stored = ole.openstream("Pictures").read() if ole.exists("Pictures") else b""
    if len(user) < 20:
        raise DocumentError("office.ppt_last_version")
    if struct.unpack_from("<I", user, 12)[0] == _ENCRYPTED:
        raise DocumentError("office.ppt_encrypted")
    pictures = Pictures(settings)
    parsed = _Presentation(stream, struct.unpack_from("<I", user, 16)[0], stored, pictures).read()
    pictures.check(parsed.text)
    return parsed


class _Presentation:
    def __init__(self, stream: bytes, edit: int, stored: bytes, pictures: Pictures) -> None:
        self._stream = stream
        self._stored = stored  # the pictures of all slides
        self._pictures = pictures
        self._places, self._document = self._persisted(edit)

    def read(self) -> Parsed:
        document = self._at(self._document)
        if document is None:
            raise DocumentError("office.ppt_no_document")
        slides: list[_Slide] = []
        notes: dict[int, int] = {}
        for record in self._records(document.start, document.end):
            if record.kind == _LIST and record.instance in (0, 2):
                found = self._listed(record)
                if record.instance == 0:
                    slides = found
                else:
                    notes = {slide.identity: slide.reference for slide in found}
        places = list(self._picture_places(document))
        out = TextBuilder()
        for number, slide in enumerate(slides, 1):
            out.begin_page(number)
            self._add(out, slide, notes, places)
        title = out.headings[0].text if out.headings else ""
        return out.build(title, MEDIA_TYPE)

    def _add(self, out: TextBuilder, slide: _Slide, notes: dict[int, int], places: list[int]) -> None:
        record = self._at(slide.reference)
        words, used, note = self._shapes(record, slide.texts) if record else ([], set[int](), 0)
        words = [text for at, text in enumerate(slide.texts) if at not in used] + words
        words.sort(key=lambda each: not each.title)  # stable: the title first, else as they stand
        for each in words:
            if each.title and one_line(each.text):
                out.heading(each.text, 1)
            else:
                out.block(each.text)
        written = any(each.text.strip() for each in words)
        recognised: list[Recognised] = []
        for number in self._shown_pictures(record) if record else ():
            if 0 < number <= len(places) and (data := blip(self._stored, places[number - 1])):
                found = self._pictures.add(out, data)
                recognised += [found] if found is not None else []
        place = self._at(notes[note]) if note in notes else None
        if place:
            for each in self._shapes(place, [])[0]:
                if each.text.strip() not in ("", "*"):
                    written |= out.block(each.text) is not None
        out.end_page(*page_of_pictures(written, recognised))

    def _picture_places(self, document: _Record) -> Iterator[int]:
        """Where each picture of the presentation stands among the stored ones."""
        for group in self._records(document.start, document.end):
            if group.kind == _DRAWING_GROUP:
                for record in self._deep(group.start, group.end, 0):
                    if record.kind == _STORED_PICTURE:
                        whole = record.end - record.start >= 32
                        yield struct.unpack_from("<I", self._stream, record.start + 28)[0] if whole else -1

    def _shown_pictures(self, slide: _Record) -> Iterator[int]:
        """The numbers of the pictures that the shapes of a slide show or are filled with."""
        for record in self._deep(slide.start, slide.end, 0):
            if record.kind == _PROPERTIES:
                for at in range(record.start, min(record.end - 5, record.start + 6 * record.instance), 6):
                    name, value = struct.unpack_from("<HI", self._stream, at)
                    if name & 0x3FFF in (_PICTURE, _FILL):
                        yield value

    def _listed(self, record: _Record) -> list[_Slide]:
        """The slides of a list, each with the texts of its outline."""
        slides: list[_Slide] = []
        title = False
        for atom in self._records(record.start, record.end):
            if atom.kind == _PERSIST_ATOM and atom.end - atom.start >= 16:
                reference, _, _, identity = struct.unpack_from("<4I", self._stream, atom.start)
                slides.append(_Slide(reference, identity, []))
            elif atom.kind == _HEADER_ATOM:
                title = self._number(atom) in _TITLES
                if slides:
                    slides[-1].texts.append(_Words("", title))
            elif atom.kind in (_CHARS_ATOM, _BYTES_ATOM) and slides and slides[-1].texts:
                slides[-1].texts[-1] = _Words(self._text(atom), title)
        return slides

    def _shapes(self, slide: _Record, outline: list[_Words]) -> tuple[list[_Words], set[int], int]:
        """(the texts of the slide's boxes in order, which of the outline's they show, the id of its notes)."""
        words: list[_Words] = []
        used: set[int] = set()
        note = 0
        for record in self._deep(slide.start, slide.end, 0):
            if record.kind == _SLIDE_ATOM and record.end - record.start >= 20:
                note = struct.unpack_from("<I", self._stream, record.start + 16)[0]
            elif record.kind == _TEXTBOX:
                title = False
                for atom in self._records(record.start, record.end):
                    if atom.kind == _HEADER_ATOM:
                        title = self._number(atom) in _TITLES
                    elif atom.kind in (_CHARS_ATOM, _BYTES_ATOM):
                        words.append(_Words(self._text(atom), title))
                    elif atom.kind == _OUTLINE_REF and (at := self._number(atom)) < len(outline) and at not in used:
                        used.add(at)
                        words.append(outline[at])
        return words, used, note

    def _persisted(self, edit: int) -> tuple[dict[int, int], int]:
        """Where each part of the last version stands, and which is the document."""
        places: dict[int, int] = {}
        document = 0
        seen: set[int] = set()
        while edit not in seen and (record := self._record(edit)) and record.kind == _EDIT_ATOM:
            seen.add(edit)
            previous, directory, root = struct.unpack_from("<3I", self._stream, record.start + 8)
            document = document or root
            listing = self._record(directory)
            if listing and listing.kind == _DIRECTORY:
                for reference, place in self._directory(listing):
                    places.setdefault(reference, place)  # newer versions come first
            edit = previous
        if not places:
            raise DocumentError("office.ppt_no_slides")
        return places, document

    def _directory(self, record: _Record) -> Iterator[tuple[int, int]]:
        at = record.start
        while at + 4 <= record.end:
            entry = struct.unpack_from("<I", self._stream, at)[0]
            first, count = entry & 0xFFFFF, entry >> 20
            at += 4
            for number in range(count):
                if at + 4 > record.end:
                    return
                yield first + number, struct.unpack_from("<I", self._stream, at)[0]
                at += 4

    def _at(self, reference: int) -> _Record | None:
        place = self._places.get(reference)
        return None if place is None else self._record(place)

    def _record(self, at: int) -> _Record | None:
        if at + 8 > len(self._stream):
            return None
        head, kind, length = struct.unpack_from("<HHI", self._stream, at)
        return _Record(kind, head >> 4, at + 8, min(at + 8 + length, len(self._stream)), head & 0xF == 0xF)

    def _records(self, start: int, end: int) -> Iterator[_Record]:
        while start + 8 <= end and (record := self._record(start)):
            yield record
            start = record.end

    def _deep(self, start: int, end: int, depth: int) -> Iterator[_Record]:
        for record in self._records(start, end):
            yield record
            if record.container and record.kind != _TEXTBOX and depth < _MAX_DEPTH:
                yield from self._deep(record.start, record.end, depth + 1)

    def _number(self, record: _Record) -> int:
        return int(struct.unpack_from("<I", self._stream, record.start)[0]) if record.end - record.start >= 4 else 0

    def _text(self, record: _Record) -> str:
        raw = self._stream[record.start : record.end]
        text = raw.decode("utf-16-le", "replace") if record.kind == _CHARS_ATOM else raw.decode("latin-1")
        return text.replace("\r", "\n").replace("\x0b", "\n")
