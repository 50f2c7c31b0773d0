"""Books: the chapters of an .epub in reading order, each read as the web page it is."""

import posixpath
import zipfile
from io import BytesIO
from typing import Any
from urllib.parse import unquote

from ingest.decoding import decode
from ingest.parsed import Parsed, TextBuilder, one_line
from kb.errors import DocumentError

MEDIA_TYPE = "application/epub+zip"
_MAX_CHAPTERS = 5_000
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")


def read_epub(data: bytes) -> Parsed:
    """Read an .epub in the order of its spine. Raises DocumentError for one that is protected against copying."""
    from ingest.markup import html

    out = TextBuilder()
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = set(archive.namelist())
        package_name = _package(archive, names)
        package = _xml(archive.read(package_name))
        chapters = _chapters(package, posixpath.dirname(package_name), names)
        if "META-INF/encryption.xml" in names and _encrypts(archive, chapters):
            raise DocumentError("The book is protected against copying (DRM): it cannot be read.")
        for name in chapters[:_MAX_CHAPTERS]:
            out.include(html(decode(archive.read(name))))
    titles = [one_line("".join(element.itertext())) for element in package.iter("{*}title")]
    return out.build(next(filter(None, titles), ""), MEDIA_TYPE)


def _xml(data: bytes) -> Any:
    from lxml import etree

    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, recover=True))


def _package(archive: zipfile.ZipFile, names: set[str]) -> str:
    """The file that lists what the book holds."""
    if "META-INF/container.xml" in names:
        for element in _xml(archive.read("META-INF/container.xml")).iter("{*}rootfile"):
            if element.get("full-path") in names:
                return str(element.get("full-path"))
    found = sorted(name for name in names if name.lower().endswith(".opf"))
    if not found:
        raise DocumentError("The epub file is damaged: it has no list of its parts.")
    return found[0]


def _chapters(package: Any, folder: str, names: set[str]) -> list[str]:
    """The pages in the order of the spine; those that the book does not hold are passed over."""
    places: dict[str, str] = {}
    for item in package.iter("{*}item"):
        if item.get("media-type") in _PAGES and "nav" not in (item.get("properties") or "").split():
            path = unquote((item.get("href") or "").split("#")[0])
            places[item.get("id") or ""] = posixpath.normpath(posixpath.join(folder, path))
    order = [places[key] for element in package.iter("{*}itemref") if (key := element.get("idref") or "") in places]
    return [name for name in dict.fromkeys(order or places.values()) if name in names]


def _encrypts(archive: zipfile.ZipFile, chapters: list[str]) -> bool:
    """Whether chapters are encrypted, and not only fonts."""
    references = _xml(archive.read("META-INF/encryption.xml")).iter("{*}CipherReference")
    encrypted = {unquote(element.get("URI") or "") for element in references}
    return bool(encrypted & set(chapters))
