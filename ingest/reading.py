"""Reading: a file of any supported format becomes text, with its pages, headings and tables. Offline.

Each format has a reader of its own, which takes bytes; here a file is opened once, checked to be what its
name says, and given to the right one.
"""

import errno
import os
import stat
import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path, PurePosixPath

from ingest.bundles import BundleRecord, is_bundle, read_bundle
from ingest.naming import chosen_title
from ingest.parsed import Heading, Parsed, Table
from kb.config import IngestSettings
from kb.errors import DocumentError, UnsupportedFormat

__all__ = [
    "SUPPORTED",
    "BundleRecord",
    "Heading",
    "Parsed",
    "Table",
    "check_format",
    "is_bundle",
    "read",
    "read_bundle",
    "record",
]

_MEGABYTE = 1024 * 1024
_MAX_EXPANDED = 1024 * _MEGABYTE  # of a docx, pptx or xlsx, which are ZIP archives
_MAX_RATIO = 200  # expanded to packed, for archives that expand to much


def _pdf(data: bytes) -> Parsed:
    from ingest.pdf import read_pdf

    return read_pdf(data)


def _docx(data: bytes) -> Parsed:
    from ingest.word import read_docx

    return read_docx(data)


def _pptx(data: bytes) -> Parsed:
    from ingest.slides import read_pptx

    return read_pptx(data)


def _xlsx(data: bytes) -> Parsed:
    from ingest.sheets import read_xlsx

    return read_xlsx(data)


def _csv(data: bytes) -> Parsed:
    from ingest.sheets import read_csv

    return read_csv(data)


def _tsv(data: bytes) -> Parsed:
    from ingest.sheets import read_csv

    return read_csv(data, delimiter="\t")


def _html(data: bytes) -> Parsed:
    from ingest.markup import read_html

    return read_html(data)


def _markdown(data: bytes) -> Parsed:
    from ingest.plain import read_markdown

    return read_markdown(data)


def _text(data: bytes) -> Parsed:
    from ingest.plain import read_text

    return read_text(data)


def _mail(data: bytes) -> Parsed:
    from ingest.mail import read_eml

    return read_eml(data)


_READERS: dict[str, Callable[[bytes], Parsed]] = {
    ".pdf": _pdf,
    ".docx": _docx,
    ".pptx": _pptx,
    ".xlsx": _xlsx,
    ".xlsm": _xlsx,
    ".html": _html,
    ".htm": _html,
    ".md": _markdown,
    ".markdown": _markdown,
    ".txt": _text,
    ".log": _text,
    ".csv": _csv,
    ".tsv": _tsv,
    ".eml": _mail,
}
SUPPORTED = tuple(sorted({*_READERS, ".jsonl"}))

_OFFICE_PART = {".docx": "word/", ".pptx": "ppt/", ".xlsx": "xl/", ".xlsm": "xl/"}
_SIGNATURES = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"SQLite format 3\0", "an SQLite database"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read(path: Path, settings: IngestSettings, *, name: str | None = None) -> Parsed:
    """Read a document. `name` is what it is called (default: the name of the file); its suffix decides the reader.

    Raises DocumentError with the reason to show beside the name, UnsupportedFormat where no reader takes the suffix.
    """
    name = name or path.name
    suffix, custom = _format(name, settings)
    data = _bytes(path, settings.max_file_mb)
    if suffix in custom:
        from ingest.custom import read_with

        parsed = read_with(custom[suffix], data, suffix)
    else:
        _check_content(data, suffix)
        parsed = _parsed(data, suffix)
    if not parsed.text.strip():
        raise DocumentError("No text was found in the file.")
    return replace(parsed, title=chosen_title(parsed.title, name))


def check_format(name: str, settings: IngestSettings) -> None:
    """Raise UnsupportedFormat where no reader takes a file of this name, which is not a bundle. Opens nothing."""
    _format(name, settings)


def _format(name: str, settings: IngestSettings) -> tuple[str, dict[str, str]]:
    """The suffix that decides the reader, and the readers of the user's own by suffix."""
    suffix = PurePosixPath(name).suffix.lower()
    custom = {f".{key.lower().lstrip('.')}": where for key, where in settings.readers.items()}
    if suffix in (".jsonl", ".ndjson") and suffix not in custom:
        raise UnsupportedFormat(
            "None of its first records is a document: a bundle needs `text`, and `doc` or `_id`, in each."
        )
    if suffix not in _READERS and suffix not in custom:
        raise UnsupportedFormat(
            f"The format {suffix or 'of a name without a suffix'} is not supported; "
            f"supported: {', '.join(sorted({*SUPPORTED, *custom}))}."
        )
    return suffix, custom


def _parsed(data: bytes, suffix: str) -> Parsed:
    try:
        return _READERS[suffix](data)
    except (DocumentError, MemoryError):
        raise
    except Exception as error:  # what a parser raises on a broken file is anybody's guess
        reason = f"{type(error).__name__}: {error}".strip(": ")
        raise DocumentError(f"The {suffix[1:]} file is damaged or not quite of its kind ({reason[:200]}).") from error


def record(found: BundleRecord) -> Parsed:
    """The document of one record of a bundle. Raises the record's problem, if it has one."""
    if found.problem:
        raise found.problem
    return Parsed(found.text, found.title or found.name, "text/plain")


def _bytes(path: Path, max_file_mb: int) -> bytes:
    """The whole file. A pipe or device is never opened for longer than it takes to see that it is one."""
    limit = max_file_mb * _MEGABYTE
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            status = os.fstat(descriptor)
            if stat.S_ISDIR(status.st_mode):
                raise DocumentError("It is a folder, not a file.")
            if not stat.S_ISREG(status.st_mode):
                raise DocumentError("It is a device, pipe or socket, not a file.")
            with open(descriptor, "rb", closefd=False) as file:
                data = file.read(limit + 1) if status.st_size <= limit else b""
            size = max(status.st_size, len(data))
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        raise DocumentError("The file vanished before it could be read.") from None
    except PermissionError:
        raise DocumentError("The file may not be read: this user has no permission.") from None
    except OSError as error:
        if error.errno == errno.ENXIO:
            raise DocumentError("It is a device, pipe or socket, not a file.") from None
        raise DocumentError(f"The file cannot be read: {error.strerror or error}.") from None
    if size > limit:
        raise DocumentError(
            f"The file is {size / _MEGABYTE:.1f} MB; the limit is {max_file_mb} MB. "
            "Split it, or raise ingest.max_file_mb in the settings."
        )
    if not data:
        raise DocumentError("The file is empty.")
    return data


def _check_content(data: bytes, suffix: str) -> None:
    """Raise DocumentError where the bytes plainly are not of the kind the suffix names."""
    if suffix == ".pdf":
        if b"%PDF-" not in data[:1024]:
            raise DocumentError(f"The file is named .pdf but holds {_kind(data)}.")
    elif suffix in _OFFICE_PART:
        _check_office(data, suffix)
    elif suffix == ".eml":
        if _signature(data):
            raise DocumentError(f"The file is named .eml but holds {_kind(data)}.")
    elif _signature(data):
        raise DocumentError(f"The file is named {suffix} but holds {_kind(data)}.")


def _signature(data: bytes) -> str:
    if data.startswith(_OLE):
        return "an old Office file (doc, xls, ppt) or an encrypted one"
    return next((kind for mark, kind in _SIGNATURES if data.startswith(mark)), "")


def _kind(data: bytes) -> str:
    """What the bytes are, in words."""
    kind = _signature(data)
    if kind == "a ZIP archive":
        try:
            with zipfile.ZipFile(BytesIO(data)) as archive:
                names = archive.namelist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            return kind
        for suffix, folder in (("docx", "word/"), ("pptx", "ppt/"), ("xlsx", "xl/")):
            if any(name.startswith(folder) for name in names):
                return f"a {suffix} document"
    if kind:
        return kind
    return "binary data" if b"\0" in data[:4096] else "text"


def _check_office(data: bytes, suffix: str) -> None:
    """An Office document is a ZIP archive with a part of its own; archives that would fill the memory are refused."""
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise DocumentError("The document is encrypted: save a copy without the password and add that.")
        raise DocumentError(f"The file is named {suffix} but holds an old Office file; save it as {suffix} first.")
    if not data.startswith(b"PK"):
        raise DocumentError(f"The file is named {suffix} but holds {_kind(data)}.")
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise DocumentError(f"The {suffix[1:]} file is damaged: its archive cannot be opened.") from None
    if not any(entry.filename.startswith(_OFFICE_PART[suffix]) for entry in entries):
        raise DocumentError(f"The file is named {suffix} but holds {_kind(data)}.")
    expanded = sum(entry.file_size for entry in entries)
    text_parts = sum(entry.file_size for entry in entries if entry.filename.lower().endswith((".xml", ".rels")))
    if expanded > _MAX_EXPANDED or (text_parts > 64 * _MEGABYTE and text_parts > _MAX_RATIO * len(data)):
        raise DocumentError(
            f"The {suffix[1:]} file would expand from {len(data) / _MEGABYTE:.1f} MB to "
            f"{expanded / _MEGABYTE:.0f} MB (an archive bomb, or a far too large document); it was not opened."
        )
