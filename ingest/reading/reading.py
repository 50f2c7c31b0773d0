"""Reading: a file of any supported format becomes text, with its pages, headings and tables. Offline.

Each format has a reader of its own, which takes bytes; here a file is opened once, its kind found by its content,
and given to the right one. A ZIP archive is no document: its members are. A mail is one, and so are its attachments.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from ingest.containers.archives import Member
from ingest.containers.jsonl_bundle import BundleRecord, is_bundle, read_bundle
from ingest.document.file_type import BY_SUFFIX, HEAD, described, foreign_kind, kind_of, kind_of_head
from ingest.document.files import opened_at_all
from ingest.document.parsed import Heading, HiddenTexts, Parsed, Table
from ingest.document.titles import chosen_title
from kb.config import IngestSettings
from kb.errors import DocumentError, UnsupportedFormat
from kb.language.invisible import spelled_in_tags, without_invisible
from kb.schema import HiddenText

__all__ = [
    "SUPPORTED",
    "BundleRecord",
    "Heading",
    "Member",
    "Parsed",
    "Table",
    "capabilities",
    "check_file",
    "check_format",
    "is_archive",
    "is_bundle",
    "is_container",
    "members",
    "read",
    "read_bundle",
    "read_bytes",
    "record",
]

_MEGABYTE = 1024 * 1024
SUPPORTED = tuple(sorted(BY_SUFFIX))

_READERS = {  # kind -> (module, function); imported when a file of the kind comes
    "pdf": ("ingest.pdf.pdf", "read_pdf"),
    "docx": ("ingest.office.docx", "read_docx"),
    "doc": ("ingest.office.doc", "read_doc"),
    "pptx": ("ingest.office.pptx", "read_pptx"),
    "ppt": ("ingest.office.ppt", "read_ppt"),
    "xlsx": ("ingest.office.xlsx", "read_xlsx"),
    "xls": ("ingest.office.xls", "read_xls"),
    "csv": ("ingest.plain.csv_rows", "read_csv"),
    "tsv": ("ingest.plain.csv_rows", "read_tsv"),
    "html": ("ingest.plain.html", "read_html"),
    "xml": ("ingest.plain.json_yaml", "read_xml"),
    "svg": ("ingest.ocr.vector_graphics", "read_svg"),
    "json": ("ingest.plain.json_yaml", "read_json"),
    "jsonl": ("ingest.plain.json_yaml", "read_jsonl"),
    "yaml": ("ingest.plain.json_yaml", "read_yaml"),
    "md": ("ingest.plain.markdown_text", "read_markdown"),
    "rst": ("ingest.plain.rst_org", "read_rst"),
    "org": ("ingest.plain.rst_org", "read_org"),
    "txt": ("ingest.plain.markdown_text", "read_text"),
    "rtf": ("ingest.plain.rtf", "read_rtf"),
    "odt": ("ingest.office.odt", "read_odt"),
    "ods": ("ingest.office.ods", "read_ods"),
    "odp": ("ingest.office.odp", "read_odp"),
    "epub": ("ingest.office.epub", "read_epub"),
    "eml": ("ingest.containers.eml", "read_eml"),
    "msg": ("ingest.containers.msg", "read_msg"),
    "image": ("ingest.ocr.image_files", "read_image"),
}
_WITH_SETTINGS = frozenset({"pdf", "image", "docx", "doc", "pptx", "ppt", "xlsx", "odt", "ods", "odp", "epub"})
_OFFICE = frozenset({"docx", "pptx", "xlsx"})
_NEEDS = {  # format -> modules that are not part of Python
    "pdf": ("pypdfium2",), "docx": ("docx", "lxml"), "doc": ("olefile",), "pptx": ("pptx",), "ppt": ("olefile",),
    "xlsx": ("openpyxl",), "xls": ("xlrd",), "csv": (), "tsv": (), "html": ("unstructured", "spacy", "lxml"),
    "xml": ("lxml",), "svg": ("lxml",), "md": (), "rst": (), "org": (), "txt": (), "rtf": (),
    "odt": ("lxml",), "ods": ("lxml",), "odp": ("lxml",), "epub": ("unstructured", "lxml"),
    "eml": (), "msg": ("olefile",), "json": (), "jsonl": (),
    "yaml": ("yaml",), "zip": (), "png, jpg, tiff, bmp": ("PIL", "rapidocr", "onnxruntime"),
    "heic": ("pillow_heif", "rapidocr", "onnxruntime"), "scanned pages (OCR)": ("rapidocr", "onnxruntime", "cv2"),
}  # fmt: skip


def read(path: Path, settings: IngestSettings, *, name: str | None = None) -> Parsed:
    """Read a document. `name` is what it is called (default: the name of the file); its content decides the reader.

    Raises DocumentError with the reason to show beside the name, UnsupportedFormat where no reader takes the file.
    """
    return read_bytes(_bytes(path, settings.max_file_mb), settings, name=name or path.name)


def read_bytes(data: bytes, settings: IngestSettings, *, name: str) -> Parsed:
    """Read a document whose content is `data`, such as a member of a container; otherwise as `read`."""
    suffix, custom = _suffix(name), _custom(settings)
    if suffix in custom:
        from ingest.reading.llamaindex_reader import read_with

        parsed = read_with(custom[suffix], data, suffix)
    else:
        parsed = _parsed(data, _readable_kind(data, name), settings)
    if not parsed.text.strip():
        raise DocumentError("No text was found in the file.")
    spelled = [HiddenText(None, "characters", words) for words in spelled_in_tags(f"{parsed.title}\n{parsed.text}")]
    hidden = HiddenTexts()
    hidden.add_all((*parsed.hidden, *spelled))
    return replace(parsed, title=chosen_title(without_invisible(parsed.title), name), hidden=hidden())


def is_container(source: Path | bytes, name: str) -> bool:
    """Whether a file (its path, or its content from the beginning on) may hold further documents: `members` gives
    them. Archives and mails do, and PDFs to which files are attached. What cannot be opened does not: `read` says
    why."""
    kind = _container_kind(source, name)
    if kind != "pdf":
        return kind in ("zip", "eml", "msg")
    from ingest.pdf.extras import has_attachments

    try:
        return has_attachments(source if isinstance(source, bytes) else source.read_bytes())
    except OSError:
        return False


def is_archive(source: Path | bytes, name: str) -> bool:
    """Whether a file is a ZIP archive, so that only its members are documents."""
    return _container_kind(source, name) == "zip"


def members(source: Path | bytes, settings: IngestSettings, *, name: str = "") -> Iterator[Member]:
    """The documents inside an archive or attached to a mail or PDF, those inside of them too; none for other files.

    A name is the path inside: `folder/a.docx`, `inner.zip/b.txt`, `mail.eml/offer.pdf`. The mail or PDF itself does
    not come: `read` reads it. Raises DocumentError where the archive cannot be opened.
    """
    from ingest.containers import archives

    if isinstance(source, bytes):
        return archives.members(source, name, settings.max_file_mb)
    return archives.members(_bytes(source, settings.max_file_mb), name or source.name, settings.max_file_mb)


def check_format(name: str, settings: IngestSettings, head: bytes = b"") -> None:
    """Raise UnsupportedFormat for a file that no reader takes. With its first 4096 bytes the content decides, without
    them the name alone."""
    suffix = _suffix(name)
    if suffix in BY_SUFFIX or suffix in _custom(settings):
        return
    if not head or not kind_of_head(head[:HEAD], name):
        raise _unsupported(name, settings, head)


def check_file(path: Path, name: str, settings: IngestSettings, root: Path | None = None) -> None:
    """Raise UnsupportedFormat for a file that no reader takes, before all of it is read."""
    try:
        check_format(name, settings)
    except UnsupportedFormat:
        with suppress(OSError), opened_at_all(path, root) as file:
            check_format(name, settings, file.read(HEAD))
            return
        raise


def capabilities() -> dict[str, str]:
    """Each format, with "ok" or what this machine lacks for it."""
    return {name: _lacking(modules) or "ok" for name, modules in _NEEDS.items()}


def record(found: BundleRecord) -> Parsed:
    """The document of one record of a bundle. Raises the record's problem, if it has one."""
    if found.problem:
        raise found.problem
    return Parsed(found.text, found.title or found.name, "text/plain")


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _custom(settings: IngestSettings) -> dict[str, str]:
    """The readers of the user's own by suffix."""
    return {f".{key.lower().lstrip('.')}": where for key, where in settings.readers.items()}


def _unsupported(name: str, settings: IngestSettings, head: bytes = b"") -> UnsupportedFormat:
    what = foreign_kind(head)
    return UnsupportedFormat(
        f"The format {_suffix(name) or 'of a name without a suffix'}{f' ({what})' if what else ''} is not supported; "
        f"supported: {', '.join(sorted({*SUPPORTED, *_custom(settings)}))}."
    )


def _readable_kind(data: bytes, name: str) -> str:
    """The kind of a document that is read by one reader. Raises DocumentError with the reason for all others."""
    kind, suffix = kind_of(data, name), _suffix(name)
    if kind == "encrypted":
        raise DocumentError("The document is encrypted: save a copy without the password and add that.")
    if kind == "zip":
        raise DocumentError(
            f"The file {f'is named {suffix} but ' if suffix != '.zip' else ''}holds a ZIP archive, not a document."
        )
    if not kind and suffix in BY_SUFFIX:
        raise DocumentError(f"The file is named {suffix} but holds {described(data)}.")
    if not kind:
        raise _unsupported(name, IngestSettings(), data[:HEAD])
    return kind


def _parsed(data: bytes, kind: str, settings: IngestSettings) -> Parsed:
    module, function = _READERS[kind]
    try:
        if kind in _OFFICE:
            from ingest.office.strict_ooxml import usual_form

            data = usual_form(data)
        reader: Callable[..., Parsed] = getattr(import_module(module), function)
        if kind == "docx":
            return reader(data, settings, _read_inner)
        return reader(data, settings) if kind in _WITH_SETTINGS else reader(data)
    except (DocumentError, MemoryError):
        raise
    except Exception as error:  # what a parser raises on a broken file is anybody's guess
        reason = f"{type(error).__name__}: {error}".strip(": ")
        raise DocumentError(f"The {kind} file is damaged or not quite of its kind ({reason[:200]}).") from error


def _read_inner(data: bytes, settings: IngestSettings, name: str) -> Parsed:
    """A document that stands inside another."""
    return read_bytes(data, settings, name=name)


def _container_kind(source: Path | bytes, name: str) -> str:
    try:
        if isinstance(source, bytes):
            head = source[:HEAD]
        else:
            with source.open("rb") as file:
                head = file.read(HEAD)
        kind = kind_of_head(head, name)
        if kind not in ("zip", "ole") or (kind == "ole" and _suffix(name) in (".doc", ".xls", ".ppt")):
            return kind
        return kind_of(source if isinstance(source, bytes) else source.read_bytes(), name)
    except (OSError, DocumentError):
        return ""


def _lacking(modules: tuple[str, ...]) -> str:
    missing = [module for module in modules if find_spec(module) is None]
    return f"needs the Python package {', '.join(missing)}, which is not installed" if missing else ""


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
