"""Pictures inside documents: what they say is found, once and in its place; a page of nothing else is told."""

import zipfile
from collections.abc import Mapping
from io import BytesIO

import docx
import openpyxl
import pptx
import pytest
from PIL import Image
from pptx.util import Inches

from ingest.ocr import embedded_images as pictures_module
from ingest.ocr.embedded_images import MARK, Pictures
from ingest.ocr.ocr import Recognised
from ingest.office.pptx import read_pptx
from ingest.reading.reading import read_bytes
from kb.config import IngestSettings
from kb.errors import DocumentError
from tests.ingest import binary
from tests.ingest.ocr.test_ocr import LINES, picture, saved
from tests.ingest.office.test_office import saved as office_saved

SETTINGS = IngestSettings()
WITHOUT = IngestSettings(ocr=False)
SCAN = saved(picture(LINES[:1], (700, 150)), "PNG")
PHOTO = saved(Image.effect_noise((300, 200), 60), "PNG")
READ = f"{MARK}\n{LINES[0]}"


def packed(parts: Mapping[str, bytes | str]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def odt(body: str, parts: Mapping[str, bytes | str] | None = None) -> bytes:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name if name != "draw" else "drawing"}:1.0"'
        for name in ("office", "text", "table", "draw", "style", "chart")
    )
    spaces += ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    content = f"<office:document-content {spaces}><office:body>{body}</office:body></office:document-content>"
    mime = {"mimetype": "application/vnd.oasis.opendocument.text"}
    parts = {
        name: text.replace("SPACES", spaces) if isinstance(text, str) else text for name, text in (parts or {}).items()
    }
    return packed({**mime, "content.xml": content, **parts})


def epub(pages: Mapping[str, bytes | str], parts: Mapping[str, bytes | str] | None = None) -> bytes:
    items = "".join(f'<item id="{name}" href="{name}" media-type="application/xhtml+xml"/>' for name in pages)
    spine = "".join(f'<itemref idref="{name}"/>' for name in pages)
    package = f'<package xmlns="x"><manifest>{items}</manifest><spine>{spine}</spine></package>'
    return packed({"mimetype": "application/epub+zip", "book/content.opf": package,
                   **{f"book/{name}": page for name, page in pages.items()}, **(parts or {})})  # fmt: skip


def test_the_words_of_a_picture_stand_under_its_paragraph_and_once() -> None:
    document = docx.Document()
    for words in ("Before.", "After."):
        document.add_paragraph(words)
        document.add_picture(BytesIO(SCAN))
    document.add_picture(BytesIO(saved(picture(LINES[:1], (90, 90)), "PNG")))  # an icon
    document.add_table(1, 2).cell(0, 1).paragraphs[0].add_run().add_picture(BytesIO(SCAN))

    parsed = read_bytes(office_saved(document), SETTINGS, name="a.docx")

    assert parsed.text == f"Before.\n\n{READ}\n\nAfter."


def test_a_document_of_pictures_alone_is_read_or_refused_with_the_reason() -> None:
    scanned, photos = docx.Document(), docx.Document()
    scanned.add_picture(BytesIO(SCAN))
    photos.add_picture(BytesIO(PHOTO))

    assert read_bytes(office_saved(scanned), SETTINGS, name="a.docx").text == READ
    with pytest.raises(DocumentError, match=r"pictures \(1\) and no text"):
        read_bytes(office_saved(photos), SETTINGS, name="a.docx")
    with pytest.raises(DocumentError, match=r"pictures \(1\) and no text.*switched on"):
        read_bytes(office_saved(scanned), WITHOUT, name="a.docx")


def test_a_slide_of_pictures_is_recognised_or_of_no_quality() -> None:
    deck = pptx.Presentation()
    for content in (SCAN, PHOTO, SCAN, None):
        slide = deck.slides.add_slide(deck.slide_layouts[6])
        if content:
            slide.shapes.add_picture(BytesIO(content), 0, 0)
    slide.shapes.add_textbox(0, 0, Inches(2), Inches(1)).text_frame.text = "Words of its own."

    parsed = read_pptx(office_saved(deck))

    assert [parsed.text[page.start : page.end] for page in parsed.pages] == [READ, "", "", "Words of its own."]
    assert [page.ocr for page in parsed.pages] == [True, False, True, False]
    first, photo, again, words = (page.quality for page in parsed.pages)
    assert first == again > 0.9
    assert (photo, words) == (0.0, 1.0)
    assert [page.quality for page in read_pptx(office_saved(deck), WITHOUT).pages] == [0.0, 0.0, 0.0, 1.0]


def test_pictures_of_old_slides_are_read_where_they_stand() -> None:
    pages = [("", ""), ("Plan", "First we look."), ("", "")]
    parsed = read_bytes(binary.slides(pages, [PHOTO, SCAN], {0: 1, 1: 0, 2: 0}), SETTINGS, name="a.ppt")
    assert [parsed.text[page.start : page.end] for page in parsed.pages] == [READ, "Plan\n\nFirst we look.", ""]
    assert [page.ocr for page in parsed.pages] == [True, False, False]
    assert [page.quality > 0.9 for page in parsed.pages] == [True, True, False]


def test_pictures_of_an_old_word_document_come_last() -> None:
    data = binary.word([("text", "Before."), ("text", "After.")], pictures=[PHOTO, SCAN, SCAN])
    assert read_bytes(data, SETTINGS, name="a.doc").text == f"Before.\n\nAfter.\n\n{READ}"


def test_pictures_on_a_sheet_are_read_after_its_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures_module, "recognise", lambda image: Recognised("Seen here", 0.9))
    data = []
    for cell in ("Dept", None):
        book, buffer = openpyxl.Workbook(), BytesIO()
        book.active["A1"] = cell
        book.active.add_image(openpyxl.drawing.image.Image(BytesIO(PHOTO)), "B4")
        book.save(buffer)
        data.append(buffer.getvalue())

    assert read_bytes(data[0], SETTINGS, name="a.xlsx").text == f"Dept\n\n{MARK}\nSeen here"
    with pytest.raises(DocumentError, match=r"holds pictures \(1\) and no text"):
        read_bytes(data[1], WITHOUT, name="a.xlsx")


def test_only_so_many_pictures_of_a_document_are_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[object] = []

    def recognise(image: Image.Image) -> Recognised:
        looked.append(image)
        return Recognised("Words.", 0.9)

    monkeypatch.setattr(pictures_module, "recognise", recognise)
    document = docx.Document()
    for height in range(200, 205):
        document.add_picture(BytesIO(saved(picture(LINES[:1], (700, height)), "PNG")))
    parsed = read_bytes(office_saved(document), IngestSettings(ocr_pages=2), name="a.docx")
    assert len(looked) == 2
    assert parsed.text.count(MARK) == 2


@pytest.mark.parametrize("confidence", [0.3, 0.95])
def test_what_is_read_in_photographs_is_left_out(monkeypatch: pytest.MonkeyPatch, confidence: float) -> None:
    monkeypatch.setattr(pictures_module, "recognise", lambda image: Recognised("Exit 12", confidence))
    found = Pictures(SETTINGS).add(pictures_module.TextBuilder(), PHOTO)
    assert found is not None
    assert bool(found.text) is (confidence > 0.9)


def test_pictures_of_an_odt_are_read_where_they_stand() -> None:
    frame = '<draw:frame><draw:image xlink:href="{}"/></draw:frame>'
    body = (
        f"<office:text><text:p>One{frame.format('Pictures/a.png')}</text:p>"
        f"<text:p>Two{frame.format('http://example.org/b.png')}{frame.format('Pictures/none.png')}</text:p></office:text>"
    )
    parsed = read_bytes(odt(body, {"Pictures/a.png": SCAN}), SETTINGS, name="a.odt")
    assert parsed.text == f"One\n\n{READ}\n\nTwo"


def test_pictures_of_a_book_are_read_after_their_chapter() -> None:
    pages = {
        "one.xhtml": "<html><body><p>First.</p><img src='../pictures/a%20b.png'/></body></html>",
        "two.xhtml": "<html><body><p>Second.</p><img src='https://example.org/x.png'/></body></html>",
    }
    parsed = read_bytes(epub(pages, {"pictures/a b.png": SCAN}), SETTINGS, name="a.epub")
    assert parsed.text == f"First.\n\n{READ}\n\nSecond."


def test_a_torn_chapter_is_named_and_the_rest_of_the_book_is_read() -> None:
    whole = epub({"one.xhtml": "<p>First chapter.</p>", "two.xhtml": "<p>Second chapter.</p>"})
    torn = whole.replace(b"<p>First chapter.</p>", b"<p>First chap\0er.</p>")

    parsed = read_bytes(torn, SETTINGS, name="a.epub")

    assert parsed.text == "(book/one.xhtml is damaged and could not be read.)\n\nSecond chapter."
    with pytest.raises(DocumentError, match="none of its chapters can be read"):
        read_bytes(torn.replace(b"Second chapter.", b"Second chap\0er."), SETTINGS, name="a.epub")


def test_a_chapter_is_read_in_the_charset_it_declares() -> None:
    text = "<p>Les élèves et l’été à Orléans.</p>"
    page = f'<?xml version="1.0" encoding="mac-roman"?><html><body>{text}</body></html>'.encode("mac-roman")
    assert read_bytes(epub({"a.xhtml": page}), SETTINGS, name="a.epub").text == text[3:-4]
