"""Line art: the words of pictures that are drawn of lines (SVG, EMF), which are exact where OCR would guess."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingest.document.parsed import Parsed, one_line, runs_on, stored
from kb.errors import DocumentError

SVG = "image/svg+xml"
_SHOWN = ("text", "title", "desc")
_LEFT_OUT = ("style", "script", "metadata")
_DEEPEST = 200  # elements within elements
_EMF_SIGNATURE = b" EMF"
_WMF = (b"\xd7\xcd\xc6\x9a", b"\x01\0\x09\0\0\x03")
_EMF_TEXT, _EMF_SMALL_TEXT, _EMF_FONT, _EMF_SELECT, _EMF_END = 84, 108, 82, 37, 14
_EMF_PLACES = frozenset({9, 10, 11, 12, 34, 35, 36})  # records after which coordinates mean other places
_GLYPHS, _NO_RECTANGLE, _SMALL = 0x10, 0x100, 0x200  # how a text is given
_SYMBOLS = 2  # character set of fonts whose letters are signs
_MAX_RECORDS = 200_000
_FEWEST = 3  # letters and digits of a picture that are worth telling


def read_svg(data: bytes) -> Parsed:
    """Read an .svg: its texts, title and descriptions, a line each. Raises DocumentError for one without words."""
    lines = list(svg_lines(data))
    if not lines:
        raise DocumentError("image.svg_no_text")
    return Parsed("\n".join(lines), _title(data), SVG)


def words(data: bytes) -> str:
    """What a picture that is drawn of lines says, a line each; "" for one without words, and for all other pictures."""
    if data[40:44] == _EMF_SIGNATURE:
        lines = list(_emf_lines(data))
    elif is_svg(data[:4096]):
        lines = list(svg_lines(data))
    else:
        return ""
    text = "\n".join(lines)
    return text if sum(map(str.isalnum, text)) >= _FEWEST else ""


def is_line_art(data: bytes) -> bool:
    """Whether a picture is drawn of lines: SVG, EMF or WMF."""
    return data[40:44] == _EMF_SIGNATURE or data.startswith(_WMF) or is_svg(data[:4096])


def is_svg(head: bytes) -> bool:
    """Whether the bytes begin an SVG drawing."""
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith(b"<svg") or (head.startswith((b"<?xml", b"<!--", b"<!DOCTYPE svg")) and b"<svg" in head)


# -- SVG


def svg_lines(data: bytes) -> Iterator[str]:
    """The texts, title and descriptions of a drawing in their order; none where it cannot be read."""
    root = _root(data)
    if root is not None:
        yield from shown_lines(root, _SHOWN)


def shown_lines(element: Any, names: tuple[str, ...], depth: int = 0) -> Iterator[str]:
    """What the elements of these names under an element of a drawing say, a line each, without what is not shown."""
    if not isinstance(element.tag, str) or depth > _DEEPEST or "display:none" in _style(element):
        return
    name = _name(element)
    if name in _LEFT_OUT:
        return
    if name in names:
        if text := _element_text(element):
            yield text
    elif name == "foreignobject":
        yield from _blocks(element)
    elif name == "switch":  # the same for programs that can do more, and for those that can do less
        found = (list(shown_lines(child, names, depth + 1)) for child in element)
        yield from next(filter(None, found), [])
    else:
        for child in element:
            yield from shown_lines(child, names, depth + 1)


def _root(data: bytes) -> Any:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities="internal", no_network=True, recover=True)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _title(data: bytes) -> str:
    root = _root(data)
    return next((_element_text(child) for child in root if isinstance(child.tag, str) and _name(child) == "title"), "")


def _name(element: Any) -> str:
    return str(element.tag).rsplit("}", 1)[-1].lower()


def _style(element: Any) -> str:
    hidden = "display:none" if element.get("display") == "none" else ""
    return hidden or "".join((element.get("style") or "").split())


def _element_text(element: Any) -> str:
    """What a text says; parts of it that have places of their own are the lines of what was wrapped."""
    text = ""
    for part, is_placed in _pieces(element):
        apart = " " if is_placed and text and not text[-1:].isspace() and not runs_on(text, part.lstrip()) else ""
        text += apart + part
    return one_line(stored(text))


def _pieces(element: Any) -> Iterator[tuple[str, bool]]:
    """The parts of a text, and whether each begins at a place of its own."""
    is_placed = _name(element) == "tspan" and (element.get("y") or element.get("dy") or "0") not in ("0", "")
    if element.text:
        yield element.text, is_placed
    for child in element:
        if isinstance(child.tag, str) and _name(child) not in (*_LEFT_OUT, "title", "desc"):
            yield from _pieces(child)
        if child.tail:
            yield child.tail, False


def _blocks(element: Any) -> Iterator[str]:
    """What the HTML inside a drawing says."""
    text = one_line(stored(" ".join(piece for piece in element.itertext() if piece.strip())))
    if text:
        yield text


# -- EMF ([MS-EMF])


@dataclass(frozen=True, slots=True)
class _Placed:
    """A text of a picture, from `left` to `right` on the line `up`; `moved` counts the changes of what places mean."""

    text: str
    left: int
    right: int
    up: int
    moved: int


def _emf_lines(data: bytes) -> Iterator[str]:
    """The texts of a picture in their order; those that follow each other on a line are on one."""
    line = ""
    before: _Placed | None = None
    for text in _emf_texts(data):
        goes_on = before is not None and before.up == text.up and before.moved == text.moved
        if before is None or not goes_on or text.left < before.left:
            if line.strip():
                yield one_line(line)
            line = ""
        else:
            letter = max(1, before.right - before.left) / len(before.text)
            is_apart = text.left - before.right > 0.25 * letter and not runs_on(before.text, text.text)
            line += " " if is_apart else ""
        line += text.text
        before = text
    if line.strip():
        yield one_line(line)


def _emf_texts(data: bytes) -> Iterator[_Placed]:
    """The texts, but those in fonts of signs and those that are given as numbers of glyphs."""
    signs: set[int] = set()
    is_sign = False
    at = moved = 0
    for _ in range(_MAX_RECORDS):
        if at + 8 > len(data):
            return
        kind, size = struct.unpack_from("<II", data, at)
        record = memoryview(data)[at : at + size]
        if size < 8 or kind == _EMF_END or len(record) < size:
            return
        if kind == _EMF_FONT and size >= 36:
            number = struct.unpack_from("<I", record, 8)[0]
            (signs.add if record[35] == _SYMBOLS else signs.discard)(number)
        elif kind == _EMF_SELECT and size >= 12:
            number = struct.unpack_from("<I", record, 8)[0]
            is_sign = number in signs if number < 0x80000000 else is_sign
        elif kind in _EMF_PLACES:
            moved += 1
        elif not is_sign and (placed := _emf_text(kind, record, moved)) is not None:
            yield placed
        at += size


def _emf_text(kind: int, record: memoryview, moved: int) -> _Placed | None:
    if kind == _EMF_TEXT and len(record) >= 76:
        left, up, count, start, how = struct.unpack_from("<iiIII", record, 36)
        gaps = struct.unpack_from("<I", record, 72)[0]
        raw, codec = record[start : start + 2 * count], "utf-16-le"
    elif kind == _EMF_SMALL_TEXT and len(record) >= 36:
        left, up, count, how = struct.unpack_from("<iiII", record, 8)
        start, gaps = (36 if how & _NO_RECTANGLE else 52), 0
        codec = "latin-1" if how & _SMALL else "utf-16-le"
        raw = record[start : start + count * (1 if how & _SMALL else 2)]
    else:
        return None
    text = stored(bytes(raw).decode(codec, "ignore"))
    if how & _GLYPHS or not text or not text.isprintable() or "\ufffd" in text:
        return None
    across = 0
    if gaps and gaps + 4 * count <= len(record):
        across = sum(struct.unpack_from(f"<{count}i", record, gaps))
    return _Placed(text, left, left + across, up, moved)
