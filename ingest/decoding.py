"""Decoding: the bytes of a text file become text, whatever encoding they were written in."""

import codecs
import re

from kb.errors import DocumentError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f]")  # form feed and escape occur in real text
_CANDIDATES = ("gb18030", "big5", "cp932", "shift_jis", "euc_jp", "euc_kr", "cp1252", "latin_1")
_SAMPLE = 64 * 1024


def decode(data: bytes, declared: str = "") -> str:
    """The text of `data`. UTF-8 is preferred, then `declared` (a charset its container names), then GB18030.

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
        if error.start > len(data) - 4 and error.start > 0:
            return _checked(data.decode("utf-8", "ignore"))
    if declared and _known(declared):
        try:
            return _checked(data.decode(declared))
        except UnicodeDecodeError:
            pass
    lossy = data.decode("utf-8", "replace")
    if sum(map(str.isascii, lossy)) < len(lossy) and lossy.count("\ufffd") * 200 < len(lossy) - _ascii(lossy):
        return _checked(lossy)
    return _checked(_strictly(data, _guess(data)))


def _ascii(text: str) -> int:
    return len(text.encode("ascii", "ignore"))


def _known(encoding: str) -> bool:
    try:
        codecs.lookup(encoding)
    except LookupError:
        return False
    return True


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise DocumentError(f"The file is not readable text (it breaks off as {encoding}).") from None


def _checked(text: str) -> str:
    sample = text[:_SAMPLE]
    if len(_CONTROL.findall(sample)) > max(8, len(sample) // 33):
        raise DocumentError("The file holds binary data, not text.")
    return text


def _utf16_without_bom(data: bytes) -> str:
    """UTF-16 text in a Latin script has its NULs at odd (little endian) or even (big endian) places only."""
    sample = data[:_SAMPLE]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if len(data) % 2 == 0:
        if odd > 10 * even and odd * 10 > len(sample):
            return "utf-16-le"
        if even > 10 * odd and even * 10 > len(sample):
            return "utf-16-be"
    raise DocumentError("The file holds binary data, not text.")


def _guess(data: bytes) -> str:
    """The encoding of text that is not UTF-8: GB18030 where it reads like usual Chinese, else the detector's choice."""
    sample = data[:_SAMPLE]
    for cut in range(4):  # the sample may end in the middle of a character
        try:
            text = sample[: len(sample) - cut].decode("gb18030")
        except UnicodeDecodeError:
            continue
        if _reads_as_chinese(text):
            return _whole(data, "gb18030")
        break
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=list(_CANDIDATES)).best()
    return _whole(data, best.encoding if best else "cp1252")


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


def _whole(data: bytes, encoding: str) -> str:
    """The encoding if it decodes all of `data`; Latin-1's superset, which nearly always does, otherwise."""
    for candidate in (encoding, "cp1252", "latin_1"):
        try:
            data.decode(candidate)
        except UnicodeDecodeError:
            continue
        return candidate
    return "latin_1"
