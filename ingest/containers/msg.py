"""Outlook messages: who wrote what to whom, and the attachments of a .msg ([MS-OXMSG], an OLE file of properties)."""

import datetime
import struct
from collections.abc import Iterator
from functools import partial
from typing import Any

from ingest.containers.eml import is_ornament, too_deep
from ingest.document.attachment import Attachment
from ingest.document.decoding import decode
from ingest.document.file_type import image_kind
from ingest.document.parsed import Parsed, TextBuilder, one_line, stored
from kb.errors import DocumentError

MEDIA_TYPE = "application/vnd.ms-outlook"
_SUBJECT, _BODY, _HTML, _RTF, _HEADERS = 0x0037, 0x1000, 0x1013, 0x1009, 0x007D
_SENDER, _SENDER_ADDRESS, _SENDER_SMTP, _TO, _CC, _BCC = 0x0C1A, 0x0C1F, 0x5D01, 0x0E04, 0x0E03, 0x0E02
_SENT, _RECEIVED, _CODE_PAGE, _MESSAGE_PAGE = 0x0039, 0x0E06, 0x3FDE, 0x3FFD
_DATA, _LONG_NAME, _SHORT_NAME, _SHOWN_NAME, _CONTENT_ID = 0x3701, 0x3707, 0x3704, 0x3001, 0x3712
_MOST_NAMES = 100
_MAX_DEPTH = 5
_MAX_BODY = 64 * 1024 * 1024
_EPOCH = datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC)
_RTF_START = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    b"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n"
    b"\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)


def read_msg(data: bytes) -> Parsed:
    """Read a .msg: its headers, then its plain text, or its HTML or rich text where that is all there is."""
    import olefile

    with olefile.OleFileIO(data) as ole:
        message = _Message(ole, [])
        out = TextBuilder()
        _add(out, message, 0)
        return out.build(message.text(_SUBJECT), MEDIA_TYPE)


def msg_attachments(data: bytes) -> Iterator[Attachment]:
    """The attachments of a .msg in order. Messages within are part of the text; theirs are given too."""
    import olefile

    with olefile.OleFileIO(data) as ole:
        for message, storage in _attached(ole, _Message(ole, []), 0):
            if not storage:
                yield too_deep(_MAX_DEPTH)
                continue
            part = _Message(ole, storage, message.codec)
            name = part.text(_LONG_NAME) or part.text(_SHORT_NAME) or part.text(_SHOWN_NAME)
            content = part.binary(_DATA)
            is_small = is_ornament(part.text(_CONTENT_ID), len(content))
            yield Attachment(name, partial(_nonempty, content), is_small and bool(image_kind(content[:16])))


def _nonempty(content: bytes) -> bytes:
    if not content:
        raise DocumentError("attachment.empty")
    return content


class _Message:
    """The properties of a message, or of an attachment, under one storage of the file."""

    def __init__(self, ole: Any, storage: list[str], codec: str = "") -> None:
        self.ole = ole
        self.storage = storage
        self.fixed = self._fixed()
        self.codec = codec or self._codec()

    def text(self, number: int) -> str:
        """A text property; "" where it is absent."""
        raw = self._stream(f"{number:04X}001F")
        if raw:
            return stored(raw.decode("utf-16-le", "replace"))
        raw = self._stream(f"{number:04X}001E")
        if not raw:
            return ""
        try:
            return stored(decode(raw, self.codec))
        except DocumentError:
            return stored(raw.decode("latin-1"))

    def binary(self, number: int) -> bytes:
        """A binary property; empty where it is absent."""
        return self._stream(f"{number:04X}0102")

    def time(self, number: int) -> str:
        """A time property as `2024-05-31 14:05 UTC`; "" where it is absent or out of range."""
        value = self.fixed.get(number)
        if not value:
            return ""
        try:
            return f"{_EPOCH + datetime.timedelta(microseconds=value // 10):%Y-%m-%d %H:%M} UTC"
        except OverflowError:
            return ""

    def _stream(self, name: str) -> bytes:
        path = [*self.storage, f"__substg1.0_{name}"]
        return bytes(self.ole.openstream(path).read()) if self.ole.exists(path) else b""

    def _fixed(self) -> dict[int, int]:
        """The properties of fixed size, by number. The size of the stream's header depends on where it is."""
        path = [*self.storage, "__properties_version1.0"]
        if not self.ole.exists(path):
            return {}
        raw = self.ole.openstream(path).read()
        header = 32 if not self.storage else (8 if self.storage[-1].startswith("__attach") else 24)
        found: dict[int, int] = {}
        for at in range(header, len(raw) - 15, 16):
            tag, _, value = struct.unpack_from("<IIQ", raw, at)
            found[tag >> 16] = value
        return found

    def _codec(self) -> str:
        number = (self.fixed.get(_CODE_PAGE) or self.fixed.get(_MESSAGE_PAGE) or 0) & 0xFFFFFFFF
        return {65001: "utf-8", 936: "gb18030", 20936: "gb2312", 50220: "iso2022_jp", 28591: "latin-1"}.get(
            number, f"cp{number}"
        )


def _add(out: TextBuilder, message: _Message, depth: int) -> None:
    name, address = message.text(_SENDER), message.text(_SENDER_SMTP) or message.text(_SENDER_ADDRESS)
    shown = address if address and "@" in address and address not in name else ""
    sender = one_line(f"{name} <{shown}>" if shown and name else name or address)
    headers = (
        ("From", sender),
        ("To", one_line(message.text(_TO).replace("\0", ""))),
        ("Cc", one_line(message.text(_CC))),
        ("Bcc", one_line(message.text(_BCC))),
        ("Date", _date(message)),
        ("Subject", one_line(message.text(_SUBJECT))),
    )
    out.block("\n".join(f"{key}: {value}" for key, value in headers if value))
    _add_body(out, message)
    names: list[str] = []
    for owner, storage in _attached(message.ole, message, _MAX_DEPTH):
        if not storage:
            continue  # a message, whose text follows
        part = _Message(message.ole, storage, owner.codec)
        names.append(one_line(part.text(_LONG_NAME) or part.text(_SHORT_NAME) or part.text(_SHOWN_NAME)))
    names = [each for each in names if each]
    if names:
        more = len(names) - _MOST_NAMES
        out.block("Attachments: " + ", ".join(names[:_MOST_NAMES]) + (f" and {more:,} more" if more > 0 else ""))
    if depth < _MAX_DEPTH:
        for storage in _storages(message):
            if message.ole.exists([*storage, "__substg1.0_3701000D", "__properties_version1.0"]):
                _add(out, _Message(message.ole, [*storage, "__substg1.0_3701000D"]), depth + 1)


def _date(message: _Message) -> str:
    for line in message.text(_HEADERS).split("\n"):
        if line.lower().startswith("date:"):
            return one_line(line[5:])
    return message.time(_SENT) or message.time(_RECEIVED)


def _add_body(out: TextBuilder, message: _Message) -> None:
    text = message.text(_BODY)
    if text.strip():
        out.block(text)
    elif source := message.binary(_HTML) or message.text(_HTML).encode():
        from ingest.plain.html import read_html

        out.include(read_html(source))
    elif packed := message.binary(_RTF):
        from ingest.plain.rtf import read_rtf

        out.include(read_rtf(_unpacked(packed)))


def _storages(message: _Message) -> list[list[str]]:
    """The storages of the attachments, in order."""
    depth = len(message.storage)
    found = {
        path[depth]
        for path in message.ole.listdir(streams=True, storages=False)
        if path[:depth] == message.storage and len(path) > depth and path[depth].startswith("__attach_version1.0")
    }
    return [[*message.storage, name] for name in sorted(found)]


def _attached(ole: Any, message: _Message, depth: int) -> Iterator[tuple[_Message, list[str]]]:
    """(message, storage) of the attached files, those of messages within too; no storage for one that is too deep."""
    for storage in _storages(message):
        inner = [*storage, "__substg1.0_3701000D"]
        if not ole.exists([*inner, "__properties_version1.0"]):
            yield message, storage
        elif depth < _MAX_DEPTH:
            yield from _attached(ole, _Message(ole, inner), depth + 1)
        else:
            yield message, []


def _unpacked(data: bytes) -> bytes:
    """Rich text as [MS-OXRTFCP] packs it: literals, and references into the 4,096 bytes before."""
    if len(data) < 16:
        return b""
    _, raw_size, kind, _ = struct.unpack_from("<4I", data)
    if kind == 0x414C454D:
        return data[16:]
    window = bytearray(_RTF_START.ljust(4096, b"\0"))
    write = len(_RTF_START)
    out = bytearray()
    at = 16
    while at < len(data) and len(out) < min(raw_size, _MAX_BODY):
        control = data[at]
        at += 1
        for bit in range(8):
            if control & (1 << bit):
                if at + 2 > len(data):
                    return bytes(out)
                reference = struct.unpack_from(">H", data, at)[0]
                at += 2
                read, length = reference >> 4, (reference & 0xF) + 2
                if read == write:
                    return bytes(out)
                piece = [read + step for step in range(length)]
            elif at < len(data):
                window[write] = data[at]
                out.append(data[at])
                write = (write + 1) % 4096
                at += 1
                continue
            else:
                break
            for place in piece:
                byte = window[place % 4096]
                out.append(byte)
                window[write] = byte
                write = (write + 1) % 4096
    return bytes(out)
