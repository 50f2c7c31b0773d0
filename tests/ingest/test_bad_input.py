"""Bad input of every kind in one folder: each file ends within its limits and is listed with its reason, and its
neighbours are read."""

import os
import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE

from ingest.sync.pipeline import ingest
from kb.assistant import KnowledgeBase
from kb.config import load_settings
from tests import tiny
from tests.knowledge import OWNER, statuses, write


@pytest.fixture
def kb(tmp_path: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(tmp_path / "home", load_settings(env=dict(tiny.ENVIRONMENT))) as opened:
        yield opened


def packed(entries: Mapping[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def empty_rows() -> bytes:
    """A workbook of a table, then rows without a cell, up to the millionth."""
    book, buffer = openpyxl.Workbook(), BytesIO()
    book.active.append(["name", "amount"])
    book.active.append(["pallet", 3])
    book.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    rows = b"".join(b'<row r="%d"/>' % number for number in range(3, 1_000_000, 5))
    sheet = "xl/worksheets/sheet1.xml"
    return packed({**parts, sheet: parts[sheet].replace(b"</sheetData>", rows + b"</sheetData>")})


def cyclic_pdf() -> bytes:
    """A PDF whose page tree is its own child."""
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(
        (
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R 2 0 R]/Count 2>>",
            b"<</Type/Pages/Kids[2 0 R]/Count 1>>",
        ),
        1,
    ):
        places.append(len(body))
        body += b"%d 0 obj%sendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    return body + b"xref\n0 4\n0000000000 65535 f \n" + table + end


def outside_document() -> bytes:
    document, buffer = docx.Document(), BytesIO()
    document.add_paragraph("Words of the document.")
    for kind in (RELATIONSHIP_TYPE.IMAGE, RELATIONSHIP_TYPE.HYPERLINK):
        document.part.relate_to("http://192.0.2.1/outside", kind, is_external=True)
    document.save(buffer)
    return buffer.getvalue()


def many_attachments() -> bytes:
    part = b'--b\nContent-Disposition: attachment; filename="%d.xyz"\n\nword\n'
    head = b"From: a@x.test\nSubject: many\nContent-Type: multipart/mixed; boundary=b\n\n"
    return head + b"".join(part % number for number in range(10_000)) + b"--b--\n"


def test_a_folder_of_bad_input_is_read_to_its_end_and_all_of_it_is_listed(kb: KnowledgeBase, tmp_path: Path) -> None:
    folder = write(tmp_path / "docs", {"a.md": "# First\n\nBefore them.", "zz.md": "# Last\n\nAfter them."})
    entities = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    page = (
        "<img src='http://192.0.2.1/x.png'><link rel=stylesheet href='http://192.0.2.1/x.css'><p>Words of the page.</p>"
    )
    for name, data in {
        "bomb.zip": packed({"zeros.txt": b"\0" * (40 << 20), "ok.txt": b"A neighbour in the archive."}),
        "bomb.xml": f'<!DOCTYPE x [<!ENTITY l0 "lol">{entities}]><x>&l9;</x>'.encode(),
        "out.zip": packed({"../../etc/passwd": b"root", "ok.txt": b"Another neighbour."}),
        "rows.xlsx": empty_rows(),
        "cycle.pdf": cyclic_pdf(),
        "outside.docx": outside_document(),
        "remote.html": page.encode(),
        "many.eml": many_attachments(),
    }.items():
        (folder / name).write_bytes(data)
    os.mkfifo(folder / "pipe.txt")
    (folder / "device.txt").symlink_to(os.devnull)
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "self.txt").symlink_to("self.txt")

    report = ingest(kb, [folder])

    reasons = {document.path: document.reason for document in report.documents}
    assert {path: status for path, status in statuses(report).items() if not path.startswith("many.eml/")} == {
        "a.md": "added", "zz.md": "added", "bomb.zip/zeros.txt": "failed", "bomb.zip/ok.txt": "added",
        "bomb.xml": "failed", "out.zip/etc/passwd": "failed", "out.zip/ok.txt": "added", "rows.xlsx": "added",
        "cycle.pdf": "failed", "outside.docx": "added", "remote.html": "added", "many.eml": "added",
        "pipe.txt": "failed", "device.txt": "skipped", "loop": "failed", "self.txt": "failed",
    }  # fmt: skip
    for path, words in {
        "bomb.zip/zeros.txt": "archive bomb", "bomb.xml": "XML bomb", "out.zip/etc/passwd": "leads out of the archive",
        "cycle.pdf": "damaged", "pipe.txt": "a pipe", "device.txt": "leads out of its folder",
        "loop": "back to a folder above", "self.txt": "back to itself", "many.eml/…": "more than 500 attachments",
    }.items():  # fmt: skip
        assert words in reasons[path]
    assert sum(path.startswith("many.eml/") for path in reasons) == 501
    assert kb.stored_text(OWNER, "docs", "rows.xlsx").text == "name | amount\npallet | 3"
    assert kb.stored_text(OWNER, "docs", "outside.docx").text == "Words of the document."
    assert kb.stored_text(OWNER, "docs", "remote.html").text == "Words of the page."


def test_a_bad_file_that_is_taken_away_is_not_listed_any_more(kb: KnowledgeBase, tmp_path: Path) -> None:
    folder = write(tmp_path / "docs", {"a.md": "# A\n\nWords.", "empty.txt": "", ".hidden": "x"})
    assert statuses(ingest(kb, [folder])) == {"a.md": "added", "empty.txt": "failed", ".hidden": "skipped"}

    for name in ("a.md", "empty.txt", ".hidden"):
        (folder / name).unlink()

    assert statuses(ingest(kb, [folder])) == {"a.md": "skipped", "empty.txt": "deleted", ".hidden": "deleted"}
    assert [document.path for document in kb.documents(OWNER)] == ["a.md"]
