"""Reading: a file of any supported format becomes text, with its pages, headings and tables. Offline.

Each format has a reader of its own, which takes bytes; here a file is opened once, its kind found by its content,
and given to the right one. A ZIP archive is no document: its members are. A mail is one, and so are its attachments.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from ingest.containers.archives import Member
from ingest.containers.jsonl_bundle import BundleRecord, is_bundle, read_bundle
from ingest.document.file_type import BY_SUFFIX, HEAD, described, foreign_kind, kind_of, kind_of_head
from ingest.document.files import content as whole
from ingest.document.files import opened, opened_at_all
from ingest.document.parsed import Heading, HiddenTexts, Parsed, Table
from ingest.document.titles import chosen_title
from kb.config import IngestSettings
from kb.errors import DocumentError, UnsupportedFormat
from kb.language.invisible import spelled_in_tags, without_invisible
from kb.schema import HiddenText

__all__ = [
    "SUPPORTED",
    "BundleRecord",
    "Content",
    "Heading",
    "Member",
    "Parsed",
    "Table",
    "capabilities",
    "check_file",
    "check_format",
    "is_bundle",
    "members",
    "read",
    "read_bundle",
    "read_bytes",
    "read_content",
    "record",
]

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


class Content:
    """The bytes of a file, or of a member of one, called `name`; what they are is decided once."""

    def __init__(self, data: bytes, name: str) -> None:
        self.data = data
        self.name = name
        self._problem: DocumentError | None = None
        self._kind = ""
        try:
            self._kind = kind_of(data, name)
        except DocumentError as error:
            self._problem = error

    @property
    def kind(self) -> str:
        """As `kind_of`. Raises DocumentError where they are damaged, or a packed file that is not supported."""
        if self._problem is not None:
            raise self._problem
        return self._kind

    @property
    def is_archive(self) -> bool:
        """Whether it is a ZIP archive, so that only its members are documents."""
        return self._kind == "zip"

    @property
    def is_container(self) -> bool:
        """Whether it may hold further documents: `members` gives them. Archives and mails do, and PDFs to which files
        are attached. What cannot be opened does not: `read_content` says why."""
        if self._kind != "pdf":
            return self._kind in ("zip", "eml", "msg")
        from ingest.pdf.extras import has_attachments

        return has_attachments(self.data)


def read(path: Path, settings: IngestSettings, *, name: str | None = None) -> Parsed:
    """Read a document. `name` is what it is called (default: the name of the file); its content decides the reader.

    Raises DocumentError with the reason to show beside the name, UnsupportedFormat where no reader takes the file.
    """
    with opened(path, settings.max_file_mb) as file:
        data = whole(file, settings.max_file_mb)
    return read_bytes(data, settings, name=name or path.name)


def read_bytes(data: bytes, settings: IngestSettings, *, name: str) -> Parsed:
    """Read a document whose content is `data`, such as a member of a container; otherwise as `read`."""
    return read_content(Content(data, name), settings)


def read_content(content: Content, settings: IngestSettings) -> Parsed:
    """Read a document; otherwise as `read`."""
    name, custom = PurePosixPath(content.name).name, _custom(settings)
    suffix = _suffix(name)
    if suffix in custom:
        from ingest.reading.llamaindex_reader import read_with

        parsed = read_with(custom[suffix], content.data, suffix)
    else:
        parsed = _parsed(content.data, _readable_kind(content, name), settings)
    if not parsed.text.strip():
        raise DocumentError("No text was found in the file.")
    spelled = [HiddenText(None, "characters", words) for words in spelled_in_tags(f"{parsed.title}\n{parsed.text}")]
    hidden = HiddenTexts()
    hidden.add_all((*parsed.hidden, *spelled))
    return replace(parsed, title=chosen_title(without_invisible(parsed.title), name), hidden=hidden())


def members(content: Content, settings: IngestSettings) -> Iterator[Member]:
    """The documents inside an archive or attached to a mail or PDF, those inside of them too; none for other files.

    A name is the path inside: `folder/a.docx`, `inner.zip/b.txt`, `mail.eml/offer.pdf`. The mail or PDF itself does
    not come: `read` reads it. Raises DocumentError where the archive cannot be opened.
    """
    from ingest.containers import archives

    return archives.members(content.data, content.kind, settings.max_file_mb)


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


def capabilities() -> dict[str, tuple[str, ...]]:
    """Each format, with the Python packages for it that are not on this machine."""
    return {name: _lacking(modules) for name, modules in _NEEDS.items()}


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


def _readable_kind(content: Content, name: str) -> str:
    """The kind of a document that is read by one reader. Raises DocumentError with the reason for all others."""
    kind, suffix = content.kind, _suffix(name)
    if kind == "encrypted":
        raise DocumentError("The document is encrypted: save a copy without the password and add that.")
    if kind == "zip":
        raise DocumentError(
            f"The file {f'is named {suffix} but ' if suffix != '.zip' else ''}holds a ZIP archive, not a document."
        )
    if not kind and suffix in BY_SUFFIX:
        raise DocumentError(f"The file is named {suffix} but holds {described(content.data)}.")
    if not kind:
        raise _unsupported(name, IngestSettings(), content.data[:HEAD])
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


def _lacking(modules: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(module for module in modules if find_spec(module) is None)
