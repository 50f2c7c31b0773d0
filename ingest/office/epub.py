"""Books: the chapters of an .epub in reading order, each read as the web page it is, with its pictures after it."""

import posixpath
import zipfile
from io import BytesIO
from typing import Any
from urllib.parse import unquote

from ingest.document.parsed import Parsed, TextBuilder, one_line
from ingest.ocr.embedded_images import Pictures
from kb.config import IngestSettings
from kb.errors import DocumentError

MEDIA_TYPE = "application/epub+zip"
_DEFAULTS = IngestSettings()
_MAX_CHAPTERS = 5_000
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")


def read_epub(data: bytes, settings: IngestSettings = _DEFAULTS) -> Parsed:
    """Read an .epub in the order of its spine. A chapter that is damaged is named in its place, and costs itself alone.

    Raises DocumentError for one that is protected against copying, or in which no chapter can be read.
    """
    out, pictures, problem = TextBuilder(), Pictures(settings), ""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = set(archive.namelist())
        package_name = _package(archive, names)
        package = _xml(archive.read(package_name))
        chapters = _chapters(package, posixpath.dirname(package_name), names)
        if "META-INF/encryption.xml" in names and _encrypts(archive, chapters):
            raise DocumentError("epub.protected")
        torn = 0
        for name in chapters[:_MAX_CHAPTERS]:
            try:
                page = archive.read(name)
                out.include(_chapter(page))
            except MemoryError:
                raise
            except Exception as error:  # what a torn archive or page raises is anybody's guess
                torn += 1
                problem = problem or f"{name}: {type(error).__name__}"
                out.block(f"({name} is damaged and could not be read.)")
                continue
            for picture in _pictures(page, posixpath.dirname(name), names):
                _add_picture(out, pictures, archive, picture)
    if problem and torn == len(chapters[:_MAX_CHAPTERS]):
        raise DocumentError("epub.no_chapter", why=problem)
    titles = [one_line("".join(element.itertext())) for element in package.iter("{*}title")]
    parsed = out.build(next(filter(None, titles), ""), MEDIA_TYPE)
    pictures.check(parsed.text)
    return parsed


def _chapter(page: bytes) -> Parsed:
    from ingest.document.decoding import decode, xml_encoding
    from ingest.plain.html import html, read_html

    declared = xml_encoding(page)
    return html(decode(page, declared)) if declared else read_html(page)


def _pictures(page: bytes, folder: str, names: set[str]) -> list[str]:
    """The pictures that a page shows and the book holds, each once."""
    root = _xml(page)
    if root is None:
        return []
    found = [
        element.get("src") or element.get("{http://www.w3.org/1999/xlink}href") or ""
        for element in root.iter("{*}img", "{*}image")
    ]
    places = (posixpath.normpath(posixpath.join(folder, unquote(reference))) for reference in found)
    return [place for place in dict.fromkeys(places) if place in names]


def _add_picture(out: TextBuilder, pictures: Pictures, archive: zipfile.ZipFile, name: str) -> None:
    try:
        data = archive.read(name)
    except Exception:  # it costs itself alone
        return
    pictures.add(out, data)


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
        raise DocumentError("epub.no_list")
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
