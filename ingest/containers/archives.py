"""Archives: the documents inside a ZIP archive or a mail, one by one, within limits; nothing is unpacked to disk."""

import contextlib
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath

from ingest.document.attachment import Attachment
from ingest.document.decoding import decode
from ingest.document.file_type import kind_of
from ingest.document.files import is_hidden, is_left_behind
from ingest.document.parsed import one_line, stored
from kb.errors import DocumentError, UnsupportedFormat
from kb.messages.coded_text import CodedText

_WITH_ATTACHMENTS = ("eml", "msg", "pdf")
MAX_DEPTH = 3  # containers within containers
MAX_MEMBERS = 10_000  # of one archive, with those of archives inside it
MAX_ATTACHMENTS = 500  # of one mail
MAX_EXPANDED_MB = 2048  # of all members of one archive together
_MEGABYTE = 1024 * 1024
_MAX_RATIO = 500  # expanded to packed, for a member of more than 16 MB
_LONGEST_NAME = 400


@dataclass(frozen=True, slots=True)
class Member:
    """A document inside a container. `name` is its path inside, with `/`; a problem says why it cannot be read.

    `open` gives its bytes, or raises DocumentError; call it while iterating, in the process that iterates.
    `is_ornament`: a small picture in the text of a mail, as logos are, which is no failure if it cannot be read.
    """

    name: str
    open: Callable[[], bytes]
    problem: DocumentError | None = None
    is_ornament: bool = False

    def reason(self, error: DocumentError) -> DocumentError:
        """What to say where the document cannot be read."""
        if not self.is_ornament:
            return error
        return UnsupportedFormat("mail.small_picture")


def members(data: bytes, kind: str, max_file_mb: int) -> Iterator[Member]:
    """The documents inside a ZIP archive or mail, by what `kind_of` says of it; none for other files.

    A container inside is opened too: `inner.zip/a.txt`; a mail inside comes itself, then its attachments. The mail
    that `data` is does not come itself. Raises DocumentError for an archive that cannot be opened.
    """
    return _Walk(max_file_mb).container(data, kind, "", 1)


class _Walk:
    def __init__(self, max_file_mb: int) -> None:
        self._limit = max_file_mb * _MEGABYTE
        self._room = MAX_EXPANDED_MB * _MEGABYTE
        self._count = 0

    def container(self, data: bytes, kind: str, prefix: str, depth: int) -> Iterator[Member]:
        if kind == "zip":
            yield from self._zip(data, prefix, depth)
        elif kind in _WITH_ATTACHMENTS:
            yield from self._mail(data, kind, prefix, depth)

    def _zip(self, data: bytes, prefix: str, depth: int) -> Iterator[Member]:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = [(entry, _decoded_name(entry)) for entry in archive.infolist() if not _is_left_out(entry)]
            hidden = {path for _, name in entries if (path := _hidden(name))}
            if not entries:
                raise DocumentError("archive.empty")
            for path in sorted(hidden)[: MAX_MEMBERS - self._count]:
                self._count += 1
                problem = UnsupportedFormat("file.hidden")
                yield Member(prefix + path[-_LONGEST_NAME:], _raising(problem), problem)
            for at, (entry, name) in enumerate(entries):
                if _hidden(name):
                    continue
                if self._count >= MAX_MEMBERS:
                    left = len(entries) - at
                    yield _bad(prefix + "…", DocumentError("archive.too_many", most=MAX_MEMBERS, left=left))
                    return
                self._count += 1
                yield from self._entry(archive, entry, name, prefix, depth)

    def _entry(
        self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, original: str, prefix: str, depth: int
    ) -> Iterator[Member]:
        parts = [part for part in original.replace("\\", "/").split("/") if part not in ("", ".")]
        name = prefix + "/".join(part for part in parts if part != "..")[-_LONGEST_NAME:]
        problem = self._problem(entry, original, parts)
        if problem:
            yield Member(name or prefix + "…", _raising(problem), problem)
            return
        self._room -= entry.file_size

        def load() -> bytes:
            return _inflated(archive, entry, self._limit)

        yield from self._document(name, load, depth, peek=_head(archive, entry))

    def _problem(self, entry: zipfile.ZipInfo, name: str, parts: list[str]) -> DocumentError | None:
        mode = entry.external_attr >> 16
        if ".." in parts or name.startswith(("/", "\\")) or (parts and parts[0].endswith(":")):
            return DocumentError("archive.leads_out", name=name[:200])
        if stat.S_ISLNK(mode):
            return DocumentError("archive.is_link")
        if entry.flag_bits & 1:
            return DocumentError("archive.entry_encrypted")
        if entry.file_size > self._limit:
            return DocumentError(
                "archive.entry_too_large", size=entry.file_size / _MEGABYTE, limit=self._limit // _MEGABYTE
            )
        if entry.file_size > 16 * _MEGABYTE and entry.file_size > _MAX_RATIO * max(1, entry.compress_size):
            return DocumentError(
                "archive.bomb", packed=entry.compress_size / _MEGABYTE, size=entry.file_size / _MEGABYTE
            )
        if entry.file_size > self._room:
            return DocumentError("archive.too_large", size=MAX_EXPANDED_MB)
        return None

    def _mail(self, data: bytes, kind: str, prefix: str, depth: int) -> Iterator[Member]:
        taken: set[str] = set()
        for at, attached in enumerate(_attachments(data, kind, self._limit)):
            if at >= MAX_ATTACHMENTS or self._count >= MAX_MEMBERS:
                problem = DocumentError("attachment.too_many", kind=_name_of(kind), most=MAX_ATTACHMENTS)
                yield _bad(prefix + "…", problem)
                return
            self._count += 1
            name = _unique(_file_name(attached.name) or f"attachment {at + 1}", taken)
            if attached.is_ornament:
                yield Member(prefix + name, attached.open, None, True)
            else:
                yield from self._document(prefix + name, attached.open, depth, peek=None)

    def _document(self, name: str, load: Callable[[], bytes], depth: int, peek: bytes | None) -> Iterator[Member]:
        """The document itself, unless it is an archive; then what is inside it."""
        suffix = PurePosixPath(name).suffix.lower()
        if peek is not None and not peek.startswith(b"PK") and suffix not in (".zip", ".eml", ".msg", ".pdf"):
            yield Member(name, load)
            return
        try:
            data = load()
            kind = kind_of(data, name)
        except DocumentError:  # its reader says the same
            yield Member(name, load)
            return
        if kind != "zip":
            yield Member(name, lambda: data)
        if kind != "zip" and kind not in _WITH_ATTACHMENTS:
            return
        if depth >= MAX_DEPTH:
            if kind == "zip":
                yield _bad(name, DocumentError("archive.too_deep", depth=MAX_DEPTH))
            elif next(iter(_attachments(data, kind, self._limit)), None) is not None:
                problem = DocumentError("attachment.too_deep", kind=_name_of(kind), depth=MAX_DEPTH)
                yield _bad(name + "/…", problem)
            return
        try:
            yield from self.container(data, kind, name + "/", depth + 1)
        except DocumentError as error:
            yield Member(name, _raising(error), error)


def _attachments(data: bytes, kind: str, limit: int) -> Iterator[Attachment]:
    """What is attached to a mail or PDF; something that says so where that cannot be found out."""
    try:
        if kind == "pdf":
            from ingest.pdf.extras import attachments

            yield from attachments(data, limit)
        elif kind == "msg":
            from ingest.containers.msg import msg_attachments

            yield from msg_attachments(data)
        else:
            from ingest.containers.eml import eml_attachments

            yield from eml_attachments(data)
    except (DocumentError, MemoryError):
        raise
    except Exception as error:  # what a parser raises on a broken file is anybody's guess
        problem = DocumentError("archive.attachments_unreadable", kind=kind, why=type(error).__name__)
        yield Attachment("…", _raising(problem))


def _is_left_out(entry: zipfile.ZipInfo) -> bool:
    """Folders, and what systems leave beside documents."""
    name = entry.filename.replace("\\", "/")
    return entry.is_dir() or name.startswith("__MACOSX/") or is_left_behind(name.rsplit("/", 1)[-1])


def _hidden(name: str) -> str:
    """The path of the hidden file of that name, or of the hidden folder it is in; "" for what is not hidden."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    at = next((at for at, part in enumerate(parts) if is_hidden(part)), -1)
    return "/".join(parts[: at + 1])


def _decoded_name(entry: zipfile.ZipInfo) -> str:
    """The name; where the archive does not say that it is UTF-8, in the encoding that it reads best in."""
    name = entry.filename
    if not entry.flag_bits & 0x800 and not name.isascii():
        with contextlib.suppress(UnicodeEncodeError, DocumentError):
            name = decode(name.encode("cp437"))
    return one_line(stored(name))


def _head(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(entry) as file:
            return file.read(8)
    except Exception:  # a damaged member; reading it says so
        return b""


def _inflated(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    try:
        with archive.open(entry) as file:
            data = file.read(limit + 1)
    except NotImplementedError:
        raise DocumentError("archive.packing") from None
    except (zipfile.BadZipFile, zlib.error, RuntimeError, OSError, EOFError, ValueError) as error:
        raise DocumentError("archive.entry_damaged", why=str(error)[:100]) from None
    if len(data) > limit:
        raise DocumentError("archive.expands_over_limit", limit=limit // _MEGABYTE)
    if not data:
        raise DocumentError("file.empty")
    return data


def _file_name(name: str) -> str:
    """The last part of a name that a mail gives, which may be a path of another system."""
    return one_line(stored(name)).replace("\\", "/").rsplit("/", 1)[-1].strip(". ")[-_LONGEST_NAME:]


def _unique(name: str, taken: set[str]) -> str:
    path, number = PurePosixPath(name), 1
    while name in taken:
        number += 1
        name = f"{path.stem} ({number}){path.suffix}"
    taken.add(name)
    return name


def _raising(problem: DocumentError) -> Callable[[], bytes]:
    def load() -> bytes:
        raise problem

    return load


def _name_of(kind: str) -> CodedText:
    return CodedText("name.pdf") if kind == "pdf" else CodedText("name.mail")


def _bad(name: str, problem: DocumentError) -> Member:
    return Member(name, _raising(problem), problem)
