"""Hostile and locked files end within limits with a true reason; nothing outside the file is ever asked for."""

import socket
import time
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE

from ingest.reading.reading import Parsed, read, read_bytes
from kb.config import IngestSettings
from kb.errors import DocumentError
from tests.ingest import binary

SETTINGS = IngestSettings(ocr=False)


@pytest.fixture(autouse=True)
def no_connection(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    asked: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: asked.append(address))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *given, **_: asked.append(given) or [])
    yield asked
    assert asked == []


def read_as(name: str, data: bytes) -> Parsed:
    return read_bytes(data, SETTINGS, name=name)


def test_a_web_page_with_remote_images_and_frames_is_read_without_them() -> None:
    page = (
        b"<html><head><link rel=stylesheet href='http://a.test/x.css'><base href='http://a.test/'></head><body>"
        b"<img src='http://a.test/x.png'><iframe src='http://a.test/'></iframe><p>Words of the page.</p></body></html>"
    )

    assert read_as("page.html", page).text == "Words of the page."


def test_what_a_document_refers_to_outside_is_not_fetched() -> None:
    document = docx.Document()
    document.add_paragraph("Words of the document.")
    for kind in (RELATIONSHIP_TYPE.IMAGE, RELATIONSHIP_TYPE.HYPERLINK, RELATIONSHIP_TYPE.FOOTNOTES):
        document.part.relate_to("http://a.test/outside", kind, is_external=True)
    buffer = BytesIO()
    document.save(buffer)

    assert read_as("a.docx", buffer.getvalue()).text == "Words of the document."


def test_entities_of_a_document_are_not_expanded() -> None:
    document = docx.Document()
    document.add_paragraph("PLACE")
    buffer, rewritten = BytesIO(), BytesIO()
    document.save(buffer)
    bomb = (
        '<!DOCTYPE x [<!ENTITY a "'
        + "lol" * 100
        + '">'
        + "".join(f'<!ENTITY a{n} "{f"&a{n - 1 if n else str()};" * 10}">' for n in range(9))
    )
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(rewritten, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/document.xml":
                text = data.decode().replace("PLACE", "&a8;")
                data = text.replace("<w:document", bomb + "]><w:document", 1).encode()
            new.writestr(name, data)
    began = time.process_time()

    with pytest.raises(DocumentError):
        read_as("bomb.docx", rewritten.getvalue())

    assert time.process_time() - began < 20


def test_a_sheet_of_a_million_empty_rows_ends() -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Data")
    sheet.append(["name", "amount"])
    sheet.append(["pallet", 3])
    buffer, rewritten = BytesIO(), BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(rewritten, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("sheet1.xml"):
                rows = b"".join(b'<row r="%d"/>' % number for number in range(3, 400_000))
                last = b'<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>last</t></is></c></row>'
                data = data.replace(b"</sheetData>", rows + last + b"</sheetData>")
            new.writestr(name, data)

    assert read_as("rows.xlsx", rewritten.getvalue()).text == "Data\n\nname | amount\npallet | 3\n\nlast"


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.pptx", "a.doc"])
def test_an_encrypted_office_file_says_so(name: str) -> None:
    data = binary.compound({"EncryptedPackage": b"noise" * 100, "EncryptionInfo": b"noise"})

    with pytest.raises(DocumentError, match="encrypted: save a copy without the password"):
        read_as(name, data)


def test_a_file_that_is_only_noise_says_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "noise.docx"
    path.write_bytes(bytes(range(256)) * 40)

    with pytest.raises(DocumentError, match=r"named \.docx but holds binary data"):
        read(path, SETTINGS)
