"""What a PDF holds beside its text: values of forms, comments and attached files are found too, and stay bounded."""

import ctypes
import zlib
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from pypdfium2 import raw
from reportlab.pdfgen.canvas import Canvas

from ingest.pdf import extras
from ingest.pdf.pdf import read_pdf
from ingest.reading.reading import Content, members
from kb.config import IngestSettings
from kb.errors import DocumentError


def plain(words: str = "The page says this.", pages: int = 1) -> bytes:
    buffer = BytesIO()
    canvas = Canvas(buffer)
    for number in range(pages):
        canvas.drawString(72, 700, words if not number else f"Page {number + 1}.")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def form() -> bytes:
    buffer = BytesIO()
    canvas = Canvas(buffer)
    canvas.drawString(72, 760, "Application for leave")
    fields = canvas.acroForm
    fields.textfield(name="n1", tooltip="Name of the employee", value="Li Lei", x=72, y=700)
    fields.textfield(name="secret", tooltip="Password", value="hunter2", x=72, y=650, fieldFlags="password")
    fields.textfield(name="empty", tooltip="Remarks", value="", x=72, y=600)
    fields.checkbox(name="paid", tooltip="Paid leave", checked=True, x=72, y=550)
    fields.checkbox(name="unpaid", tooltip="Unpaid leave", checked=False, x=72, y=500)
    fields.choice(name="office", tooltip="Office", value="Oslo", options=["Rome", "Oslo"], x=72, y=450)
    canvas.save()
    return buffer.getvalue()


def annotated(annotations: list[tuple[int, dict[bytes, str]]], data: bytes | None = None) -> bytes:
    """A PDF with (kind, strings) of annotations on its first page."""
    document = pypdfium2.PdfDocument(data or plain())
    page = document[0]
    for kind, strings in annotations:
        made = raw.FPDFPage_CreateAnnot(page, kind)
        raw.FPDFAnnot_SetRect(made, raw.FS_RECTF(100, 200, 300, 100))
        for key, value in strings.items():
            wide = ctypes.create_string_buffer(value.encode("utf-16-le") + b"\0\0")
            raw.FPDFAnnot_SetStringValue(made, key, ctypes.cast(wide, raw.FPDF_WIDESTRING))
        raw.FPDFPage_CloseAnnot(made)
    return saved(document)


def attached(files: dict[str, bytes]) -> bytes:
    document = pypdfium2.PdfDocument(plain())
    for name, content in files.items():
        document.new_attachment(name).set_data(content)
    return saved(document)


def saved(document: pypdfium2.PdfDocument) -> bytes:
    buffer = BytesIO()
    document.save(buffer)
    document.close()
    return buffer.getvalue()


def test_values_of_a_form_follow_the_text_of_their_page_without_passwords() -> None:
    parsed = read_pdf(form())

    assert parsed.text.split("\n\n") == [
        "Application for leave",
        "Name of the employee: Li Lei",
        "Paid leave: yes",
        "Office: Oslo",
    ]
    assert parsed.pages[0].end == len(parsed.text)


def test_comments_and_text_boxes_follow_the_text_of_their_page_with_their_author() -> None:
    data = annotated(
        [
            (raw.FPDF_ANNOT_TEXT, {b"Contents": "Ask the board first.\rThen sign.", b"T": "韩梅梅"}),
            (raw.FPDF_ANNOT_HIGHLIGHT, {b"Contents": "Is this still so?"}),
            (raw.FPDF_ANNOT_HIGHLIGHT, {}),
            (raw.FPDF_ANNOT_FREETEXT, {b"Contents": "DRAFT of May"}),
            (raw.FPDF_ANNOT_TEXT, {b"Contents": "accepted", b"StateModel": "Review"}),
            (raw.FPDF_ANNOT_POPUP, {b"Contents": "Ask the board first."}),
        ],
        plain(pages=2),
    )

    first, second = (read_pdf(data).text[page.start : page.end] for page in read_pdf(data).pages)

    assert first.split("\n\n") == [
        "The page says this.",
        "Comment (韩梅梅): Ask the board first.\nThen sign.",
        "Comment: Is this still so?",
        "DRAFT of May",
    ]
    assert second == "Page 2."


def test_a_page_with_nothing_but_comments_is_no_empty_document() -> None:
    assert read_pdf(annotated([(raw.FPDF_ANNOT_TEXT, {b"Contents": "Only this."})], plain(" "))).text.strip() == (
        "Comment: Only this."
    )


def test_comments_beyond_all_bounds_are_cut() -> None:
    parsed = read_pdf(annotated([(raw.FPDF_ANNOT_TEXT, {b"Contents": f"{n} " + "x" * 9_000}) for n in range(12)]))

    assert len(parsed.text) < 30_000


def test_attached_files_are_documents_of_their_own(tmp_path: Path, settings: IngestSettings) -> None:
    path = tmp_path / "invoice.pdf"
    path.write_bytes(
        attached({"factur-x.xml": b"<a>1</a>", "注释.txt": b"words", "inner.pdf": attached({"b.txt": b"deep"})})
    )

    found = {member.name: member.open() for member in members(Content(path.read_bytes(), path.name), settings)}

    assert Content(path.read_bytes(), "invoice.pdf").is_container
    assert not Content(plain(), "plain.pdf").is_container
    assert set(found) == {"factur-x.xml", "注释.txt", "inner.pdf", "inner.pdf/b.txt"}
    assert found["注释.txt"] == b"words"
    assert found["inner.pdf/b.txt"] == b"deep"


def test_an_attachment_that_is_too_large_is_named_and_not_taken() -> None:
    for found in extras.attachments(attached({"big.txt": b"x" * 3_000_000}), 1 << 20):
        assert found.name == "big.txt"
        with pytest.raises(DocumentError, match=r"has 2\.9 MB; the limit is 1 MB"):
            found.open()


def test_a_file_pinned_to_a_page_is_attached_too() -> None:
    data = annotated([(raw.FPDF_ANNOT_FILEATTACHMENT, {b"Contents": "The offer"})])
    document = pypdfium2.PdfDocument(data)
    page = document[0]
    annotation = raw.FPDFPage_GetAnnot(page, 0)
    name = ctypes.create_string_buffer("offer.txt".encode("utf-16-le") + b"\0\0")
    file = raw.FPDFAnnot_AddFileAttachment(annotation, ctypes.cast(name, raw.FPDF_WIDESTRING))
    assert raw.FPDFAttachment_SetFile(file, document, b"100 EUR", 7)
    raw.FPDFPage_CloseAnnot(annotation)

    found = [(each.name, each.open()) for each in extras.attachments(saved(document), 1 << 20)]

    assert found == [("offer.txt", b"100 EUR")]


def packed(parts: list[bytes], broken: bool = False) -> bytes:
    """A PDF of these objects, numbered from 1 (the catalog), in an object stream that may be damaged."""
    number, offsets, content = len(parts) + 1, b"", b""
    for at, part in enumerate(parts, 1):
        offsets += b"%d %d " % (at, len(content))
        content += part + b" "
    stream = zlib.compress(offsets + content)
    data = b"%%PDF-1.5\n%d 0 obj<</Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d>>stream\n" % (
        number, len(parts), len(offsets), len(stream)
    )  # fmt: skip
    data += (b"?" + stream[1:] if broken else stream) + b"\nendstream endobj\n"
    rows = [(0, 0, 0), *((2, number, at) for at in range(len(parts))), (1, 9, 0), (1, len(data), 0)]
    table = b"".join(kind.to_bytes(1) + where.to_bytes(4) + at.to_bytes(1) for kind, where, at in rows)
    end = b"%d 0 obj<</Type/XRef/W[1 4 1]/Size %d/Root 1 0 R/Length %d>>stream\n" % (number + 1, len(rows), len(table))
    return data + end + table + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF" % (len(data))


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Annots[4 0 R]>>"
LINK = b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]>>"
PIN = b"<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS 5 0 R>>"
FILE = b"<</Type/Filespec/F(offer.txt)>>"
NAMES = b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(a) 5 0 R]>>>>>>"


@pytest.mark.parametrize("data", [packed([CATALOG, PAGES, PAGE, PIN, FILE]), packed([NAMES, PAGES, PAGE, LINK, FILE])])
def test_files_that_are_named_in_packed_objects_are_found(data: bytes) -> None:
    assert extras.has_attachments(data)
    assert [each.name for each in extras.attachments(data, 9)] == ["offer.txt"]


def test_a_pdf_that_names_no_file_is_not_opened_to_look_for_some(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[bytes] = []
    monkeypatch.setattr(pypdfium2, "PdfDocument", lambda data: opened.append(data) or pytest.fail("it was opened"))

    for data in (plain(), packed([CATALOG, PAGES, PAGE, LINK])):
        assert not extras.has_attachments(data)
        assert list(extras.attachments(data, 9)) == []


def test_pages_are_loaded_only_where_a_file_may_be_pinned_to_one(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[int] = []
    load = raw.FPDF_LoadPage
    monkeypatch.setattr(raw, "FPDF_LoadPage", lambda document, index: loaded.append(index) or load(document, index))

    found = list(extras.attachments(packed([NAMES, PAGES, PAGE, LINK, FILE]), 9))
    assert (len(found), loaded) == (1, [])
    assert not extras.has_attachments(packed([CATALOG, PAGES, PAGE, LINK], broken=True))
    list(extras.attachments(packed([CATALOG, PAGES, PAGE, PIN, FILE]), 9))
    assert loaded == [0]
