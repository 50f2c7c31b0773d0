"""Decoding: the bytes of a text file become text, whatever encoding they were written in."""

import codecs
import re

from ingest.document.encodings import likely_encoding
from kb.errors import DocumentError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f]")  # form feed and escape occur in real text
# What texts that name the encoding on the left are written in: programs name the standard and write their extension.
_WRITTEN = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",
    "big5": "cp950",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
_EASTERN = re.compile("[\t\n\r -~\u00a0-\u00ff\u2000-\u206f\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff00-\uffef]")
_SAMPLE = 64 * 1024
_LONG_LINE = 4096  # bytes of one line that go into a sample
_XML_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)""")
_FOREIGN_BYTE = re.compile(rb"[\x80-\xff]")
_END_OF_WORD = re.compile(rb"[\t-/](?=[^\t-/]*\Z)")  # in no encoding of Chinese or Japanese part of a character


def xml_encoding(data: bytes) -> str:
    """The encoding that an XML document declares; "" where it declares none."""
    found = _XML_ENCODING.match(data[:200])
    return found[1].decode("ascii") if found else ""


def decode(data: bytes, declared: str = "") -> str:
    """The text of `data`. UTF-8 is preferred, then `declared` (a charset its container names).

    Raises DocumentError for what is not text: bytes with NULs or control codes, or in no known encoding.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _checked(_strictly(data, encoding))
    if b"\0" in data[:_SAMPLE]:
        return _checked(_strictly(data, _utf16_without_bom(data)))
    try:
        return _checked(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        # A text cut in the middle of a character, or with one bad byte in a long text, is still UTF-8.
        if error.start > len(data) - 4 and _foreign(data[: error.start].decode("utf-8")) > 1:
            return _checked(data.decode("utf-8", "ignore"))
    if encoding := actual_encoding(declared):
        try:
            return _checked(data.decode(encoding))
        except (UnicodeError, LookupError):  # or a codec of something else than text
            pass
    lossy = _nearly(data, "utf-8")
    return _checked(_guessed(data) if lossy is None else lossy)


def _nearly(data: bytes, encoding: str) -> str | None:
    """The text in this encoding, if no more than one in 200 of its characters that are not ASCII is unreadable."""
    text = data.decode(encoding, "replace")
    return text if text.count("\ufffd") * 200 < _foreign(text) else None


def _foreign(text: str) -> int:
    """How many characters are not ASCII."""
    return len(text) - len(text.encode("ascii", "ignore"))


def actual_encoding(declared: str) -> str:
    """The encoding in which a text is that declares this one; "" where it is not known."""
    try:
        name = codecs.lookup(declared.lower().removeprefix("x-")).name
    except (LookupError, ValueError):
        return ""
    return _WRITTEN.get(name, name)


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise DocumentError("file.no_text_as", encoding=encoding) from None


def _checked(text: str) -> str:
    sample = text[:_SAMPLE]
    if len(_CONTROL.findall(sample)) > max(8, len(sample) // 33):
        raise DocumentError("file.binary")
    return text


def _utf16_without_bom(data: bytes) -> str:
    """UTF-16 text in a Latin script has its NULs at odd (little endian) or even (big endian) places only; one in
    Chinese or Japanese has few, and reads as such in one order of the bytes."""
    sample = data[:_SAMPLE]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if len(data) % 2 == 0:
        if odd > 10 * even and odd * 10 > len(sample):
            return "utf-16-le"
        if even > 10 * odd and even * 10 > len(sample):
            return "utf-16-be"
        for encoding in ("utf-16-le", "utf-16-be"):
            text = sample.decode(encoding, "replace")
            if len(_EASTERN.findall(text)) >= 0.95 * len(text):
                return encoding
    raise DocumentError("file.binary")


def _guessed(data: bytes) -> str:
    """Text that is not UTF-8, in the encoding in which its characters are most usual."""
    sample = _telling(data)
    encoding = likely_encoding(sample)
    if len(data) % 2 == 0 and not _reads_as_chinese(sample.decode("gb18030", "replace")):
        encoding = _pure_utf16(sample) or encoding
    text = _nearly(data, encoding)
    if text is not None:
        return text
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _pure_utf16(sample: bytes) -> str:
    """UTF-16 of Chinese without a single ASCII character; "" if it is none."""
    even = sample[: len(sample) // 2 * 2]
    for encoding in ("utf-16-le", "utf-16-be"):
        text = even.decode(encoding, "replace")
        if len(_EASTERN.findall(text)) == len(text) and _reads_as_chinese(text):
            return encoding
    return ""


def _telling(data: bytes) -> bytes:
    """The lines that say something of the encoding: those that hold more than ASCII, up to a limit."""
    if len(data) <= _SAMPLE:
        return data
    parts: list[bytes] = []
    size = at = 0
    while size < _SAMPLE and (found := _FOREIGN_BYTE.search(data, at)):
        start = data.rfind(b"\n", at, found.start()) + 1 or at
        end = data.find(b"\n", found.start()) + 1 or len(data)
        if end - start > _LONG_LINE:  # begins with the character that was found, and ends after a word
            part = data[found.start() : min(end, found.start() + _LONG_LINE)]
            word = _END_OF_WORD.search(part)
            part = part[: word.end()] if word else part
        else:
            part = data[start:end]
        parts.append(part)
        size += len(part)
        at = end
    return b"".join(parts)


def _reads_as_chinese(text: str) -> bool:
    """Whether a GB18030 reading makes sense: mis-read Big5, Shift-JIS or Latin-1 gives rare characters."""
    foreign = [character for character in text if not character.isascii()]
    if not foreign:
        return True
    common = sum(1 for character in foreign if _is_gb2312_level_1(character))
    return common >= 0.75 * len(foreign) and len(foreign) >= 2


def _is_gb2312_level_1(character: str) -> bool:
    """Punctuation and the 3,755 most used Han characters of GB 2312; kana, which Shift-JIS readings give, are not."""
    try:
        encoded = character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return len(encoded) == 2 and (encoded[0] in (0xA1, 0xA3) or 0xB0 <= encoded[0] <= 0xD7)
