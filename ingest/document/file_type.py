"""Kinds: what a file is by its content; its name decides where the content does not, as between kinds of text."""

import re
import zipfile
from io import BytesIO
from pathlib import PurePosixPath

from kb.errors import DocumentError, UnsupportedFormat
from kb.messages.coded_text import CodedText

HEAD = 4096  # bytes of a file that `kind_of_head` wants to see
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MEGABYTE = 1024 * 1024
_MAX_EXPANDED = 1024 * _MEGABYTE  # of a docx, pptx, xlsx, odt or epub, which are ZIP archives
_MAX_RATIO = 200  # expanded to packed, for archives that expand to much

BY_SUFFIX = {
    ".pdf": "pdf", ".docx": "docx", ".docm": "docx", ".dotx": "docx", ".doc": "doc", ".dot": "doc",
    ".pptx": "pptx", ".pptm": "pptx", ".ppsx": "pptx", ".ppt": "ppt", ".pps": "ppt",
    ".xlsx": "xlsx", ".xlsm": "xlsx", ".xltx": "xlsx", ".xls": "xls", ".csv": "csv", ".tsv": "tsv", ".tab": "tsv",
    ".html": "html", ".htm": "html", ".xhtml": "html", ".xml": "xml", ".svg": "svg", ".md": "md", ".markdown": "md",
    ".rst": "rst", ".org": "org", ".txt": "txt", ".log": "txt", ".text": "txt", ".rtf": "rtf", ".odt": "odt",
    ".ods": "ods", ".odp": "odp",
    ".epub": "epub", ".eml": "eml", ".msg": "msg", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".yaml": "yaml", ".yml": "yaml", ".png": "image", ".jpg": "image", ".jpeg": "image", ".tif": "image",
    ".tiff": "image", ".bmp": "image", ".heic": "image", ".heif": "image", ".zip": "zip",
}  # fmt: skip
TEXTS = frozenset({"csv", "tsv", "html", "xml", "svg", "md", "rst", "org", "txt", "json", "jsonl", "yaml", "eml"})

_IMAGES = (
    (b"\x89PNG\r\n\x1a\n", CodedText("kind.png")),
    (b"\xff\xd8\xff", CodedText("kind.jpeg")),
    (b"II*\0", CodedText("kind.tiff")),
    (b"MM\0*", CodedText("kind.tiff")),
)
_FOREIGN = (  # what no reader takes, so that the reason can name it
    (b"GIF8", CodedText("kind.gif")),
    (b"\x1f\x8b", CodedText("kind.gzip")),
    (b"7z\xbc\xaf\x27\x1c", CodedText("kind.seven_zip")),
    (b"Rar!", CodedText("kind.rar")),
    (b"BZh", CodedText("kind.bzip2")),
    (b"\xfd7zXZ\0", CodedText("kind.xz")),
    (b"\x7fELF", CodedText("kind.program")),
    (b"MZ\x90", CodedText("kind.program")),
    (b"SQLite format 3\0", CodedText("kind.sqlite")),
    (b"ID3", CodedText("kind.sound")),
    (b"OggS", CodedText("kind.sound")),
)
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
_BRANDS = {
    b"avif": CodedText("kind.avif"),
    b"avis": CodedText("kind.avif"),
    b"crx ": CodedText("kind.cr3"),
    b"M4A ": CodedText("kind.sound"),
}
_RIFF = {b"WEBP": CodedText("kind.webp"), b"WAVE": CodedText("kind.sound"), b"AVI ": CodedText("kind.film")}
_PARTS = (("word/", "docx"), ("ppt/", "pptx"), ("xl/", "xlsx"))
_STREAMS = (
    ("EncryptedPackage", "encrypted"),
    ("WordDocument", "doc"),
    ("PowerPoint Document", "ppt"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("__properties_version1.0", "msg"),
)
_MIMETYPES = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
    b"application/epub+zip": "epub",
}
_MARKUP = re.compile(
    rb"\s*+(?:<\?xml[^>]*\?>\s*+)?(?><!--.*?-->\s*+)*+<(!doctype\s+html|html|head|body)\b", re.I | re.S
)
_XML = re.compile(rb"\s*<\?xml\s")
_MAIL = re.compile(
    rb"\A(?:(?!(?:from|received|return-path|message-id|mime-version):[ \t])"
    rb"[A-Za-z][\w-]*+:[^\n]*\n(?:[ \t][^\n]*\n)*+)*+"
    rb"(?:from|received|return-path|message-id|mime-version):[ \t]",
    re.I,
)
# A text that only quotes a mail's first lines has none of these; one that can be read as it stands is left a text.
_SENT_MAIL = re.compile(
    rb"\A(?:(?!(?:received|return-path|message-id|mime-version):[ \t])[A-Za-z][\w-]*+:[^\n]*\n(?:[ \t][^\n]*\n)*+)*+"
    rb"(?:received|return-path|message-id|mime-version):[ \t]",
    re.I,
)
_ENCODED = re.compile(rb"^content-transfer-encoding:[ \t]*(?:base64|quoted-printable)", re.I | re.M)
_JSON = re.compile(rb'\s*(?:\{\s*"[^"\n]*"\s*:|\[\s*(?:\{\s*"|\[|"|-?\d))')
# Others are a part of the name, as in `minutes.2024-03` or `letter.final`.
_SUFFIX = re.compile(r"\.(?!(?:v\d+|final|draft|copy|old|bak|orig)$)[a-z][a-z0-9_-]{0,9}")
_PACKAGES = (  # folder or file of a packed file that is no archive -> what it is
    ("visio/", CodedText("kind.visio")),
    ("Index/Document.iwa", CodedText("kind.iwork")),
    ("Index.zip", CodedText("kind.iwork")),
    ("AndroidManifest.xml", CodedText("kind.program")),
    ("META-INF/MANIFEST.MF", CodedText("kind.program")),
)


def kind_of(data: bytes, name: str) -> str:
    """What the content is: a value of `BY_SUFFIX`, "encrypted" for an encrypted Office file, or "" for what no reader
    takes. Text is what its suffix says; where that says nothing, or no kind of text, it is what it looks like.

    Raises DocumentError for an archive or Office file that is damaged or would expand beyond all bounds, and
    UnsupportedFormat for a packed file that is neither a document that is read nor an archive.
    """
    found = kind_of_head(data[:HEAD], name)
    if found == "zip":
        return _zip_kind(data, name)
    return _ole_kind(data) if found == "ole" else found


def kind_of_head(head: bytes, name: str) -> str:
    """`kind_of` by the first `HEAD` bytes; "zip" for all that are packed, and "ole" for all old Office files."""
    suffix = PurePosixPath(name).suffix.lower()
    named = BY_SUFFIX.get(suffix, "")
    if b"%PDF-" in head[:1024] and (named == "pdf" or head.lstrip()[:5] == b"%PDF-" or named not in TEXTS):
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return "zip"
    if head.startswith(OLE):
        return "ole"
    if head.startswith(b"{\\rtf"):
        return "rtf"
    if image_kind(head):
        return "image"
    if foreign_kind(head):
        return ""
    if _is_binary(head):
        return named if named in TEXTS else ""
    return _text_kind(head, named, suffix)


def _is_binary(head: bytes) -> bool:
    """NULs without a mark of UTF-16 or UTF-32 before them."""
    return b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff"))


def _text_kind(head: bytes, named: str, suffix: str) -> str:
    """The kind of text. What is said to be a kind of text is that, unless it begins like a page or mail."""
    if named in ("md", "rst", "org", "html", "xml", "svg", "eml"):
        return named
    if suffix and not named and _SUFFIX.fullmatch(suffix):
        return ""
    head = head.removeprefix(b"\xef\xbb\xbf")
    if _MARKUP.match(head):
        return "html"
    if named in TEXTS and named != "txt":
        return named
    if _XML.match(head):
        return "xml"
    if named == "txt":
        return "eml" if _SENT_MAIL.match(head) and _ENCODED.search(head) else "txt"
    if (_MAIL if named else _SENT_MAIL).match(head):
        return "eml"
    if _JSON.match(head):
        return "json"
    return _rows_kind(head) or "txt"


def _rows_kind(head: bytes) -> str:
    """ "tsv" or "csv" for lines that all have the same number of tabs, or of commas or semicolons; "" for others."""
    lines = [line for line in head.split(b"\n")[: -1 if len(head) >= HEAD else None] if line.strip()]
    for kind, mark, fewest in (("tsv", b"\t", 1), ("csv", b",", 2), ("csv", b";", 2)):
        counts = {line.count(mark) for line in lines}
        if len(lines) >= 3 and len(counts) == 1 and counts.pop() >= fewest:
            return kind
    return ""


def image_kind(head: bytes) -> str:
    """Which image the bytes begin, in words; "" if none that is read."""
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        return CodedText("kind.heic")
    if head.startswith(b"BM") and head[6:10] == b"\0\0\0\0":
        return CodedText("kind.bmp")
    return next((words for mark, words in _IMAGES if head.startswith(mark)), "")


def foreign_kind(head: bytes) -> str:
    """What the bytes begin, in words, where that is known and no reader takes it; "" otherwise."""
    if head[4:8] == b"ftyp" and head[8:12] not in _HEIF_BRANDS:
        return _BRANDS.get(head[8:12], CodedText("kind.film_or_sound"))
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12], CodedText("kind.film_or_sound"))
    return next((words for mark, words in _FOREIGN if head.startswith(mark)), "")


def _zip_kind(data: bytes, name: str) -> str:
    named = BY_SUFFIX.get(PurePosixPath(name).suffix.lower(), "")
    label = CodedText("name.file_of", kind=named) if named else CodedText("name.archive")
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            names = [entry.filename for entry in entries]
            mimetype = archive.read("mimetype")[:100].strip() if "mimetype" in names else b""
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, NotImplementedError, RuntimeError, OSError, EOFError):
        raise DocumentError("archive.damaged", kind=label) from None
    except Exception as error:  # a zlib error, or a struct error of a cut directory
        raise DocumentError("archive.damaged_why", kind=label, why=error) from None
    kind = _MIMETYPES.get(mimetype, "")
    if not kind and "META-INF/container.xml" in names:
        kind = "epub"
    if not kind and mimetype.startswith(b"application/vnd.oasis.opendocument"):
        return ""
    is_office = "[Content_Types].xml" in names or named in ("docx", "pptx", "xlsx")
    for folder, office in _PARTS:
        if not kind and is_office and any(each.startswith(folder) for each in names):
            kind = office
    if not kind and named == "zip":
        return "zip"
    if not kind:
        package = next((words for part, words in _PACKAGES if any(each.startswith(part) for each in names)), "")
        if package or {"[Content_Types].xml", "_rels/.rels"} <= set(names):
            what = package or CodedText("kind.packed")
            raise UnsupportedFormat("file.kind_not_supported", kind=what)
        return "zip"
    if kind == "xlsx" and "xl/workbook.bin" in names:
        raise UnsupportedFormat("office.xlsb")
    expanded = sum(entry.file_size for entry in entries)
    texts = sum(entry.file_size for entry in entries if entry.filename.lower().endswith((".xml", ".rels", ".xhtml")))
    if expanded > _MAX_EXPANDED or (texts > 64 * _MEGABYTE and texts > _MAX_RATIO * len(data)):
        raise DocumentError("office.bomb", kind=kind, packed=len(data) / _MEGABYTE, size=expanded / _MEGABYTE)
    return kind


def _ole_kind(data: bytes) -> str:
    import olefile

    try:
        with olefile.OleFileIO(data) as ole:
            return next((kind for stream, kind in _STREAMS if ole.exists(stream)), "")
    except Exception as error:  # what the parser raises on a broken directory is anybody's guess
        if "EncryptedPackage".encode("utf-16-le") in data:
            return "encrypted"
        raise DocumentError("office.old_damaged", why=str(error)[:100]) from None


def described(data: bytes) -> str:
    """What the content is, in words, for a reason."""
    if data.startswith(OLE):
        return CodedText("kind.old_office")
    if data.startswith(b"PK"):
        return CodedText("kind.other_packed")
    return (
        image_kind(data)
        or foreign_kind(data)
        or (CodedText("kind.binary") if _is_binary(data[:HEAD]) else CodedText("kind.text"))
    )
