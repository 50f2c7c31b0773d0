"""Builders of old binary files, for tests: the OLE container, Word 97, PowerPoint 97, Excel 97 and Outlook messages."""

import struct
import zlib
from collections.abc import Mapping, Sequence
from itertools import pairwise

_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SECTOR = 512
_SMALL = 4096


def compound(streams: Mapping[str, bytes]) -> bytes:
    """An OLE file of these streams; `folder/name` stands in a storage. Small ones are filled up with zeros, so that
    no second table, for small streams, is needed."""
    entries = [("Root Entry", 5, b"")]
    parents: dict[str, int] = {"": 0}
    children: dict[int, list[int]] = {0: []}
    for path, data in streams.items():
        folder, _, name = path.rpartition("/")
        built = ""
        for part in filter(None, folder.split("/")):
            above, built = parents[built], f"{built}/{part}" if built else part
            if built not in parents:
                entries.append((part, 1, b""))
                parents[built] = len(entries) - 1
                children[len(entries) - 1] = []
                children[above].append(len(entries) - 1)
        entries.append((name, 2, data.ljust(_SMALL, b"\0")))
        children[parents[folder]].append(len(entries) - 1)
    siblings, first = [_FREE] * len(entries), [_FREE] * len(entries)
    for parent, found in children.items():
        found.sort(key=lambda at: (len(entries[at][0]), entries[at][0].upper()))
        first[parent] = found[0] if found else _FREE
        for at, after in pairwise(found):
            siblings[at] = after
    body, fat, starts = bytearray(), list[int](), list[int]()
    for _, kind, data in entries:
        starts.append(_append(body, fat, data) if kind == 2 and data else _END)
    directory = b"".join(
        _entry(name, kind, siblings[at], first[at], starts[at], len(data))
        for at, (name, kind, data) in enumerate(entries)
    )
    directory_at = _append(body, fat, directory)
    tables = 1
    while tables * 128 < len(fat) + tables:
        tables += 1
    table_at = len(fat)
    fat += [_FAT] * tables
    fat += [_FREE] * (tables * 128 - len(fat))
    body += struct.pack(f"<{len(fat)}I", *fat)
    header = bytearray(_SECTOR)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<IIIIIIIII", header, 40, 0, tables, directory_at, 0, _SMALL, _END, 0, _END, 0)
    places = [table_at + number for number in range(tables)]
    struct.pack_into("<109I", header, 76, *places, *[_FREE] * (109 - tables))
    return bytes(header + body)


def _append(body: bytearray, fat: list[int], data: bytes) -> int:
    start = len(fat)
    sectors = max(1, -(-len(data) // _SECTOR))
    body += data.ljust(sectors * _SECTOR, b"\0")
    fat += [*range(start + 1, start + sectors), _END]
    return start


def _entry(name: str, kind: int, sibling: int, child: int, start: int, size: int) -> bytes:
    raw = (name + "\0").encode("utf-16-le")
    head = raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw), kind, 1, _FREE, sibling, child)
    return head + b"\0" * 36 + struct.pack("<IQ", start, size)


def word(
    paragraphs: Sequence[tuple[str, str]],
    *,
    compressed: bool = False,
    flags: int = 0,
    pictures: Sequence[bytes] = (),
    long_rows: bool = False,
) -> bytes:
    """A Word 97 document of (kind, text): kind is "text", "heading 1" to "heading 9", "cell" or "row" (its end).

    "row 0r 900 1800" says where its cells begin and the last one ends; `r` begins what spans rows, `c` goes on with it.
    With `long_rows` that is said in the data stream, as of rows of many cells.
    """
    marks = {"cell": "\x07", "row": "\x07"}
    text = "".join(words + marks.get(kind.split()[0], "\r") for kind, words in paragraphs)
    raw = text.encode("cp1252") if compressed else text.encode("utf-16-le")
    width = 1 if compressed else 2
    start = 1024
    main = bytearray(start) + raw
    main += b"\0" * (-len(main) % 512)
    ends, at = [start], 0
    properties, data = [], b""
    for kind, words in paragraphs:
        at += len(words) + 1
        ends.append(start + at * width)
        style = int(kind[8:]) if kind.startswith("heading") else 0
        modifiers = b"\x16\x24\x01" if kind.split()[0] in marks else b""
        modifiers += b"\x17\x24\x01" + _row_shape(kind.split()[1:]) if kind.startswith("row") else b""
        if long_rows and kind.startswith("row"):
            place = len(data)
            data += struct.pack("<H", len(modifiers)) + modifiers
            modifiers = b"\x46\x66" + struct.pack("<I", place)
        properties.append(struct.pack("<H", style) + modifiers)
    page, place = bytearray(512), 510
    count = len(properties)
    struct.pack_into(f"<{count + 1}I", page, 0, *ends)
    for number, raw_properties in enumerate(properties):
        padded = raw_properties + b"\0" * ((len(raw_properties) + 1) % 2)
        place -= 1 + len(padded) + (1 + len(padded)) % 2
        page[place] = (len(padded) + 1) // 2
        page[place + 1 : place + 1 + len(padded)] = padded
        page[4 * (count + 1) + 13 * number] = place // 2
    page[511] = count
    page_number = len(main) // 512
    main += page
    pieces = struct.pack("<2I", 0, len(text))
    pieces += struct.pack("<HIH", 0, (start * 2 | 0x40000000) if compressed else start, 0)
    clx = b"\x02" + struct.pack("<I", len(pieces)) + pieces
    bins = struct.pack("<3I", ends[0], ends[-1], page_number)
    styles = struct.pack("<HHH", 4, 10, 10)
    for number in range(10):
        styles += struct.pack("<HHHHHH", 10, number, 1 | 0xFFF0, 0, 0, 0)
    table = clx + bins + styles
    struct.pack_into("<HHH", main, 0, 0xA5EC, 0xC1, 0)
    struct.pack_into("<H", main, 0x0A, 0x0200 | flags)
    struct.pack_into("<I", main, 0x4C, len(text))
    struct.pack_into("<II", main, 0x01A2, 0, len(clx))
    struct.pack_into("<II", main, 0x0102, len(clx), len(bins))
    struct.pack_into("<II", main, 0x00A2, len(clx) + len(bins), len(styles))
    data += b"".join(b"some other data" + _blip(picture) for picture in pictures)
    return compound({"WordDocument": bytes(main), "1Table": table, **({"Data": data} if data else {})})


def _row_shape(edges: Sequence[str]) -> bytes:
    if not edges:
        return b""
    merges = [{"r": 3, "c": 1}.get(edge[-1], 0) << 5 for edge in edges[:-1]]
    shape = struct.pack("<B", len(merges)) + b"".join(struct.pack("<h", int(edge.rstrip("rc"))) for edge in edges)
    shape += b"".join(struct.pack("<H18x", merge) for merge in merges)
    return b"\x08\xd6" + struct.pack("<H", len(shape) + 1) + shape


def _record(kind: int, content: bytes, instance: int = 0, container: bool = False) -> bytes:
    return struct.pack("<HHI", instance << 4 | (0xF if container else 0), kind, len(content)) + content


def _words(kind: int, text: str) -> bytes:
    atom = _record(4000, text.encode("utf-16-le")) if not text.isascii() else _record(4008, text.encode())
    return _record(3999, struct.pack("<I", kind)) + atom


def _blip(picture: bytes) -> bytes:
    if picture[40:44] == b" EMF":
        packed = zlib.compress(picture)
        head = struct.pack("<I24xIBB", len(picture), len(packed), 0, 254)
        return _record(0xF01A, b"\1" * 16 + head + packed, instance=0x3D4)
    return _record(0xF01E, b"\1" * 17 + picture, instance=0x6E0)


def slides(pages: Sequence[tuple[str, str]], pictures: Sequence[bytes] = (), shown: Mapping[int, int] = {}) -> bytes:
    """A PowerPoint 97 presentation of (title in the outline, text of a box). `shown` gives the picture (from 0) that a
    page (from 0) shows."""
    outline, places, stream = b"", list[int](), b""
    for number, (title, text) in enumerate(pages):
        outline += _record(1011, struct.pack("<5I", number + 2, 0, 1, 256 + number, 0)) + _words(0, title)
        reference = _record(0xF00D, _record(3998, struct.pack("<I", 0)))
        box = _record(0xF00D, _words(4, text))
        if number in shown:
            box += _record(0xF00B, struct.pack("<HI", 0x4104, shown[number] + 1), instance=1)
        drawing = _record(1036, _record(0xF003, reference + box, container=True), container=True)
        places.append(len(stream))
        stream += _record(1006, _record(1007, b"\0" * 24) + drawing, container=True)
    document_at = len(stream)
    stored, entries = b"", b""
    for picture in pictures:
        entries += _record(0xF007, b"\0" * 28 + struct.pack("<II", len(stored), 0))
        stored += _blip(picture)
    group = _record(0xF000, _record(0xF001, entries, container=True), container=True)
    group = _record(1035, group, container=True)
    stream += _record(1000, group + _record(4080, outline, container=True), container=True)
    directory_at = len(stream)
    references = struct.pack("<I", (len(pages) + 1) << 20 | 1) + struct.pack(
        f"<{len(pages) + 1}I", document_at, *places
    )
    stream += _record(6002, references)
    edit_at = len(stream)
    stream += _record(4085, struct.pack("<IIIIIII", 0, 0, 0xFFFFFFFF, directory_at, 1, 0, 0))
    user = _record(4086, struct.pack("<III", 20, 0xE391C05F, edit_at) + b"\0" * 12)
    parts = {"PowerPoint Document": stream, "Current User": user}
    return compound({**parts, **({"Pictures": stored} if stored else {})})


def workbook(
    rows: Sequence[Sequence[str | float]], name: str = "Prices", *, merged: Sequence[tuple[int, int, int, int]] = (),
    hidden: bool = False, hidden_rows: Sequence[int] = (), hidden_columns: Sequence[int] = (), filtered: bool = False,
) -> bytes:  # fmt: skip
    """An Excel 97 workbook of one sheet; numbers are shown with two places and thousands parted. `merged` are cells
    merged over (first row, last row, first column, last column); `filtered` gives the sheet a filter."""

    def record(kind: int, content: bytes) -> bytes:
        return struct.pack("<HH", kind, len(content)) + content

    def text(value: str, size: str = "<H") -> bytes:
        return struct.pack(size, len(value)) + b"\x01" + value.encode("utf-16-le")

    font = record(0x31, struct.pack("<HHHHHBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 0, 0) + text("Arial", "<B"))
    formats = b"".join(record(0xE0, struct.pack("<HHH", 0, form, 0) + b"\0" * 14) for form in (0, 4))
    cells = b"".join(record(0x7D, struct.pack("<6H", column, column, 2048, 0, 1, 0)) for column in hidden_columns)
    cells += b"".join(record(0x208, struct.pack("<6HI", row, 0, 9, 255, 0, 0, 0x120)) for row in hidden_rows)
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            place = struct.pack("<HHH", row, column, 0 if isinstance(value, str) else 1)
            cells += (
                record(0x204, place + text(value))
                if isinstance(value, str)
                else record(0x203, place + struct.pack("<d", value))
            )
    start = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 1997, 0, 6))
    head = start + record(0x42, struct.pack("<H", 1200)) + font * 4 + formats
    names = record(0x18, struct.pack("<HBBHHH", 0x21, 0, 1, 0, 0, 1) + b"\0" * 5 + b"\x0d") if filtered else b""
    sheet_at = len(head) + len(record(0x85, b"\0" * 6 + text(name, "<B"))) + len(names) + 4
    head += record(0x85, struct.pack("<IH", sheet_at, int(hidden)) + text(name, "<B")) + names + record(0x0A, b"")
    if merged:
        cells += record(0xE5, struct.pack("<H", len(merged)) + b"".join(struct.pack("<4H", *each) for each in merged))
    sheet = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 1997, 0, 6)) + cells + record(0x0A, b"")
    return compound({"Workbook": head + sheet})


def message(
    texts: Mapping[int, str], attachments: Sequence[tuple[str, bytes]] = (), binaries: Mapping[int, bytes] | None = None
) -> bytes:
    """An Outlook message of these text properties by number, and attachments of (name, content)."""
    streams = {"__properties_version1.0": b"\0" * 32}
    streams |= {f"__substg1.0_{number:04X}001F": text.encode("utf-16-le") for number, text in texts.items()}
    streams |= {f"__substg1.0_{number:04X}0102": data for number, data in (binaries or {}).items()}
    for number, (name, data) in enumerate(attachments):
        folder = f"__attach_version1.0_#{number:08X}"
        streams[f"{folder}/__properties_version1.0"] = b"\0" * 8
        streams[f"{folder}/__substg1.0_3707001F"] = name.encode("utf-16-le")
        streams[f"{folder}/__substg1.0_37010102"] = data
    return compound(streams)
