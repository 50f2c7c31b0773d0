"""Blips: the pictures in old Word and PowerPoint files, which stand among other data ([MS-ODRAW] 2.2.23)."""

import re
import struct
import zlib
from collections.abc import Iterator

_RASTER = (0xF01D, 0xF01E, 0xF029, 0xF02A)  # JPEG, PNG, TIFF, JPEG of four colours
_EMF, _EMF_WITH_TWO_NAMES = 0xF01A, 0x3D5
_HEAD = re.compile(rb"(?=..[\x1a\x1d\x1e\x29\x2a]\xf0)", re.DOTALL)
_BEGIN = re.compile(rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|II\*\0|MM\0\*")
_MAX_UNPACKED = 64 << 20  # bytes of a packed picture
_LONGEST_HEAD = 64  # bytes between a record's head and its picture


def blip(stream: bytes, at: int) -> bytes:
    """The picture whose record begins at `at`; b"" where there is none, or an old one that is drawn of lines (WMF)."""
    if at < 0 or at + 8 > len(stream):
        return b""
    instance, kind, length = struct.unpack_from("<HHI", stream, at)
    start, end = at + 8, at + 8 + length
    if end > len(stream):
        return b""
    if kind == _EMF:
        return _unpacked(stream[start + (32 if instance >> 4 == _EMF_WITH_TWO_NAMES else 16) : end])
    found = _BEGIN.search(stream, start, min(start + _LONGEST_HEAD, end)) if kind in _RASTER else None
    return stream[found.start() : end] if found else b""


def _unpacked(record: bytes) -> bytes:
    """The EMF in a record ([MS-ODRAW] 2.2.31), after its names; b"" where it is torn."""
    try:
        size, packing = struct.unpack_from("<28xIB", record)
        packed = record[34 : 34 + size]
        return zlib.decompressobj().decompress(packed, _MAX_UNPACKED) if packing == 0 else packed
    except (struct.error, zlib.error):
        return b""


def blips(stream: bytes) -> Iterator[bytes]:
    """All pictures of a stream, as they stand."""
    end = 0
    for match in _HEAD.finditer(stream):
        if match.start() >= end and (found := blip(stream, match.start())):
            end = match.start() + 8 + struct.unpack_from("<4xI", stream, match.start())[0]
            yield found
