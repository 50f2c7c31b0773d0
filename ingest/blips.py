"""Blips: the pictures in old Word and PowerPoint files, which stand among other data ([MS-ODRAW] 2.2.23)."""

import re
import struct
from collections.abc import Iterator

_RASTER = (0xF01D, 0xF01E, 0xF029, 0xF02A)  # JPEG, PNG, TIFF, JPEG of four colours
_HEAD = re.compile(rb"(?=..[\x1d\x1e\x29\x2a]\xf0)", re.DOTALL)
_BEGIN = re.compile(rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|II\*\0|MM\0\*")
_LONGEST_HEAD = 64  # bytes between a record's head and its picture


def blip(stream: bytes, at: int) -> bytes:
    """The picture whose record begins at `at`; b"" where there is none, or one that is drawn of lines."""
    if at < 0 or at + 8 > len(stream):
        return b""
    kind, length = struct.unpack_from("<2xHI", stream, at)
    start, end = at + 8, at + 8 + length
    found = _BEGIN.search(stream, start, min(start + _LONGEST_HEAD, end)) if kind in _RASTER else None
    return stream[found.start() : end] if found and end <= len(stream) else b""


def blips(stream: bytes) -> Iterator[bytes]:
    """All pictures of a stream, as they stand."""
    end = 0
    for match in _HEAD.finditer(stream):
        if match.start() >= end and (found := blip(stream, match.start())):
            end = match.start() + len(found)
            yield found
