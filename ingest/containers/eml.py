"""Mail: who wrote what to whom and when, the text of the message, and the names of what was attached."""

import email
import mimetypes
import re
from collections.abc import Iterator
from email.message import EmailMessage, Message
from email.policy import default
from functools import partial
from typing import Any

from ingest.document.attachment import Attachment
from ingest.document.decoding import actual_encoding, decode
from ingest.document.parsed import Parsed, TextBuilder, one_line, stored
from kb.errors import DocumentError

MEDIA_TYPE = "message/rfc822"
_SHOWN_HEADERS = ("From", "To", "Cc", "Date", "Subject")
_MAX_DEPTH = 10
_MOST_NAMES = 100  # of attachments, in the text of the mail
_LARGEST_ORNAMENT = 100 * 1024  # bytes
_ENCODED_WORD = re.compile(rb"=\?([\w.:-]+)\?(?=[bq]\?)", re.IGNORECASE)
_ADDRESS = re.compile(r"\b\w+://\S+")


def read_eml(data: bytes) -> Parsed:
    """Read an .eml. The plain text is taken where it says as much as the HTML; forwarded messages are read too."""
    message = _message(data)
    if not any(message.get_all(name) for name in (*_SHOWN_HEADERS, "Message-ID", "Received", "Content-Type")):
        raise DocumentError("mail.no_headers")
    out = TextBuilder()
    _add_message(out, message, 0)
    return out.build(_header(message, "Subject"), MEDIA_TYPE)


def eml_attachments(data: bytes) -> Iterator[Attachment]:
    """The attachments of an .eml, in order."""
    return _attachments(_message(data), 0)


def too_deep(depth: int) -> Attachment:
    """Stands for what is nested too deeply in a mail to be read."""

    def refuse() -> bytes:
        raise DocumentError("mail.too_deep", depth=depth)

    return Attachment("…", refuse)


def is_ornament(content_id: str, size: int) -> bool:
    """Whether a picture of so many bytes is a small one in the text."""
    return bool(content_id) and size <= _LARGEST_ORNAMENT


def _attachments(part: Message, depth: int) -> Iterator[Attachment]:
    if part.is_multipart() and depth >= _MAX_DEPTH:
        yield too_deep(_MAX_DEPTH)
    elif part.is_multipart():
        children = list(_parts(part))
        if part.get_content_type() == "multipart/alternative":
            children = [child for child in children if child.is_multipart() or not _is_text(child)]
        for child in children:
            yield from _attachments(child, depth + 1)
    elif _is_attachment(part):
        name = _file_name(part) or _default_name(part)
        size = len(part.get_payload() or "") * 3 // 4
        is_inline = part.get_content_maintype() == "image" and part.get_content_disposition() != "attachment"
        yield Attachment(name, partial(_payload, part), is_inline and is_ornament(_header(part, "Content-ID"), size))


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes) or not payload:
        raise DocumentError("attachment.empty")
    return payload


def _is_text(part: Message) -> bool:
    return part.get_content_maintype() == "text"


def _default_name(part: Message) -> str:
    suffix = mimetypes.guess_extension(part.get_content_type()) or ""
    return f"attachment{suffix}"


def _message(data: bytes) -> EmailMessage:
    if b"\0" in data[:1024] or data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        data = decode(data).encode()  # saved by a program as UTF-16, say
    return email.message_from_bytes(_ENCODED_WORD.sub(_as_written, data.lstrip()), policy=default)


def _as_written(match: re.Match[bytes]) -> bytes:
    """The start of an encoded word of a header, with the encoding in which it is written."""
    encoding = actual_encoding(match[1].decode("ascii", "ignore"))
    return b"=?%b?" % encoding.encode() if encoding else match[0]


def _add_message(out: TextBuilder, message: Message, depth: int) -> None:
    lines = [f"{name}: {value}" for name in _SHOWN_HEADERS if (value := _header(message, name))]
    attached: list[str] = []
    out.block("\n".join(lines))
    _add_part(out, message, attached, depth)
    if attached:
        more = len(attached) - _MOST_NAMES
        out.block("Attachments: " + ", ".join(attached[:_MOST_NAMES]) + (f" and {more:,} more" if more > 0 else ""))


def _add_part(out: TextBuilder, part: Message, attached: list[str], depth: int) -> None:
    kind = part.get_content_type()
    if depth > _MAX_DEPTH:
        return
    if kind == "message/rfc822" and isinstance(part.get_payload(), list):
        for forwarded in _parts(part):
            _add_message(out, forwarded, depth + 1)
    elif part.is_multipart():
        children = list(_parts(part))
        if kind == "multipart/alternative":
            children = _best_alternative(children)
        for child in children:
            _add_part(out, child, attached, depth + 1)
    elif _is_attachment(part):
        attached.append(_file_name(part) or f"without a name ({kind})")
    elif kind == "text/html":
        _add_html(out, _content(part))
    else:
        out.block(_content(part))


def _parts(part: Message) -> Iterator[Message]:
    payload: Any = part.get_payload()
    return (child for child in payload if isinstance(child, Message)) if isinstance(payload, list) else iter(())


def _best_alternative(children: list[Message]) -> list[Message]:
    """Plain text, unless the richest form, which comes last, says more; that form where there is no plain text."""
    readable = [child for child in children if child.is_multipart() or child.get_content_type() == "text/html"]
    for child in children:
        if child.get_content_type() == "text/plain" and (plain := _content(child)).strip():
            return readable[-1:] if readable and _says_more(readable[-1], plain) else [child]
    return (readable or children)[-1:]


def _says_more(rich: Message, plain: str) -> bool:
    """Whether the HTML of a part is half as long again as its plain text, as where that is a stub, or holds tables."""
    from ingest.plain.html import html

    for part in rich.walk():
        if part.get_content_type() == "text/html" and not _is_attachment(part):
            shown = html(_content(part))
            return 2 * _letters(shown.text) > 3 * _letters(plain) or any(
                "\n" in (rows := shown.text[table.start : table.end]) and " | " in rows for table in shown.tables
            )
    return False


def _letters(text: str) -> int:
    """How many letters and figures a text has outside of web addresses."""
    return sum(map(str.isalnum, _ADDRESS.sub("", text)))


def _is_attachment(part: Message) -> bool:
    if part.get_content_disposition() == "attachment" or part.get_content_maintype() != "text":
        return True
    return bool(_file_name(part)) or part.get_content_type() in ("text/calendar", "text/vcard", "text/x-vcard")


def _file_name(part: Message) -> str:
    try:
        return _clean(part.get_filename() or "")
    except (LookupError, ValueError, TypeError, AttributeError):  # malformed parameters
        return ""


def _content(part: Message) -> str:
    """The text of a part, in whatever charset it turns out to be."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes) or not payload:
        return ""
    try:
        return decode(payload, part.get_content_charset() or "")
    except DocumentError:
        return payload.decode("utf-8", "replace")


def _add_html(out: TextBuilder, source: str) -> None:
    from ingest.plain.html import html

    out.include(html(source))


def _header(message: Message, name: str) -> str:
    """A header decoded and on one line; "" where it is absent. The parser itself fails on some malformed ones."""
    try:
        value = message.get(name)
    except (LookupError, ValueError, TypeError, AttributeError, IndexError):
        raw = {key.lower(): text for key, text in message.raw_items()} if isinstance(message, EmailMessage) else {}
        value = raw.get(name.lower())
    return _clean(str(value)) if value else ""


def _clean(text: str) -> str:
    """One line; bytes that the mail parser could not decode are decoded as the mail's text would be."""
    try:
        text.encode()
    except UnicodeEncodeError:
        try:
            text = decode(text.encode("utf-8", "surrogateescape"))
        except (UnicodeEncodeError, DocumentError):
            text = stored(text)
    return one_line(stored(text))
