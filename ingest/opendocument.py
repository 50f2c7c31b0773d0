"""OpenDocument: headings, paragraphs, lists, tables and notes of an .odt in reading order."""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from ingest.parsed import Parsed, TextBuilder, one_line
from kb.errors import DocumentError

MEDIA_TYPE = "application/vnd.oasis.opendocument.text"
_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
_TEXT = f"{{{_OASIS}text:1.0}}"
_TABLE = f"{{{_OASIS}table:1.0}}"
_DRAW = f"{{{_OASIS}drawing:1.0}}"
_OFFICE = f"{{{_OASIS}office:1.0}}"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_BLOCKS = {f"{_TEXT}{tag}" for tag in ("p", "h", "list")} | {f"{_TABLE}table"}
_LEFT_OUT = {f"{_TEXT}{tag}" for tag in ("tracked-changes", "table-of-content", "note-citation", "sequence-decls")} | {
    f"{_OFFICE}annotation",
    f"{_OFFICE}forms",
}
_MAX_REPEATED = 50
_MAX_DEPTH = 150


def read_odt(data: bytes) -> Parsed:
    """Read an .odt. Deleted text, comments and the table of contents are left out."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = archive.namelist()
        if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise DocumentError("The document is encrypted: save a copy without the password and add that.")
        content = etree.fromstring(archive.read("content.xml"), parser)
        meta = etree.fromstring(archive.read("meta.xml"), parser) if "meta.xml" in names else None
    body = content.find(f"{_OFFICE}body/{_OFFICE}text")
    if body is None:
        raise DocumentError("The odt file is damaged: it has no text part.")
    reader = _Reader()
    reader.blocks(body, 0)
    for note in reader.notes:
        reader.out.block(note)
    title = next((one_line(element.text or "") for element in meta.iter(_TITLE)), "") if meta is not None else ""
    return reader.out.build(title, MEDIA_TYPE)


class _Reader:
    def __init__(self) -> None:
        self.out = TextBuilder()
        self.notes: list[str] = []

    def blocks(self, parent: Any, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise DocumentError("The odt file is nested too deeply.")
        for child in parent:
            if child.tag == f"{_TEXT}h":
                level = child.get(f"{_TEXT}outline-level") or "1"
                self.out.heading(self.text(child), min(int(level), 9) if level.isdigit() else 1)
            elif child.tag == f"{_TEXT}p":
                self.out.block(self.text(child).strip())
                self.boxes(child, depth)
            elif child.tag == f"{_TEXT}list":
                self.items(child, "", depth)
            elif child.tag == f"{_TABLE}table":
                self.table(child)
            elif child.tag not in _LEFT_OUT and isinstance(child.tag, str):
                self.blocks(child, depth + 1)

    def boxes(self, paragraph: Any, depth: int) -> None:
        for box in paragraph.iter(f"{_DRAW}text-box"):
            self.blocks(box, depth + 1)

    def items(self, parent: Any, indent: str, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise DocumentError("The odt file is nested too deeply.")
        for item in parent:
            first = True
            for child in item:
                if child.tag == f"{_TEXT}list":
                    self.items(child, indent + "  ", depth + 1)
                elif child.tag == f"{_TEXT}h":
                    level = child.get(f"{_TEXT}outline-level") or "1"
                    self.out.heading(self.text(child), min(int(level), 9) if level.isdigit() else 1)
                elif child.tag == f"{_TEXT}p" and (text := self.text(child).strip()):
                    self.out.block(f"{indent}{'- ' if first else '  '}{text}", "\n")
                    first = False

    def table(self, table: Any) -> None:
        rows: list[list[str]] = []
        for row in table.iter(f"{_TABLE}table-row"):
            cells: list[str] = []
            for cell in row:
                if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
                    continue
                text = " ".join(filter(None, (self.text(part).strip() for part in cell.iter(f"{_TEXT}p", f"{_TEXT}h"))))
                cells += [text] * _repeated(cell, "number-columns-repeated")
            rows += [cells] * (_repeated(row, "number-rows-repeated") if any(cells) else 1)
        self.out.table(rows, header=True)

    def text(self, parent: Any) -> str:
        return "".join(self._pieces(parent, 0))

    def _pieces(self, parent: Any, depth: int) -> Iterator[str]:
        yield parent.text or ""
        for child in parent if depth < _MAX_DEPTH else ():
            tag = child.tag
            if tag == f"{_TEXT}s":
                count = child.get(f"{_TEXT}c") or "1"
                yield " " * (min(int(count), 100) if count.isdigit() else 1)
            elif tag == f"{_TEXT}tab":
                yield "\t"
            elif tag == f"{_TEXT}line-break":
                yield "\n"
            elif tag == f"{_TEXT}note":
                words = [self.text(part) for part in child.iter(f"{_TEXT}p")]
                self.notes.append(one_line(" ".join(words)))
            elif tag == f"{_DRAW}frame" or tag in _LEFT_OUT or not isinstance(tag, str) or tag in _BLOCKS:
                pass
            else:
                yield from self._pieces(child, depth + 1)
            yield child.tail or ""


def _repeated(element: Any, attribute: str) -> int:
    count = element.get(f"{_TABLE}{attribute}") or "1"
    return min(int(count), _MAX_REPEATED) if count.isdigit() else 1
