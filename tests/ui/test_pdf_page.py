"""The picture of a PDF page: the boxes stand over the words that are cited."""

import io
import re
from pathlib import Path

import pytest

from ingest.pdf import read_pdf
from kb.schema import StoredText
from ui import pdf_page

PARAGRAPH = [
    "The warranty lasts 36 months from delivery and covers all parts but the lamp.",
    "Repairs are made within ten working days after the device has arrived.",
    "The lamp is covered for 12 months.",
]
QUOTE = "covers all parts but the lamp.\nRepairs are made within ten working days"


@pytest.fixture(params=[0, 90])
def pdf(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, StoredText]:
    from reportlab.pdfgen.canvas import Canvas

    path = tmp_path / "warranty.pdf"
    canvas = Canvas(str(path), pagesize=(420, 595))
    for page in ("First page", "Second page"):
        canvas.setPageRotation(request.param)
        canvas.drawString(50, 540, page)
        for line, text in enumerate(PARAGRAPH):
            canvas.drawString(30, 500 - 16 * line, text)
        canvas.showPage()
    canvas.save()
    parsed = read_pdf(path.read_bytes())
    return path, StoredText("c", "warranty.pdf", 1, "", parsed.media_type, "0", parsed.text, parsed.pages)


def _quote(stored: StoredText, page: int) -> tuple[int, int]:
    """Where the quote stands on a page; pdfium joins the lines of a turned page without a break."""
    found = re.compile(re.escape(QUOTE).replace("\\\n", r"\s*")).search(stored.text, stored.pages[page - 1].start)
    assert found
    return found.span()


def test_the_boxes_cover_the_quote_and_nothing_else(pdf: tuple[Path, StoredText]) -> None:
    import pypdfium2

    path, stored = pdf
    start, end = _quote(stored, 2)
    picture = pdf_page.draw(path, stored, 2, start, end)
    document = pypdfium2.PdfDocument(path)
    text_page = document[1].get_textpage()
    under = [text_page.get_text_bounded(*box).strip() for box in picture.boxes]
    document.close()
    assert " ".join(under).split() == QUOTE.split()


def test_the_picture_is_marked_where_the_boxes_are(pdf: tuple[Path, StoredText]) -> None:
    from PIL import Image

    path, stored = pdf
    marked = Image.open(io.BytesIO(pdf_page.draw(path, stored, 1, *_quote(stored, 1)).png)).convert("RGB")
    bare = Image.open(io.BytesIO(pdf_page.draw(path, stored, 1, 0, 0).png)).convert("RGB")
    assert marked.size == bare.size
    assert (255, 205, 40) in {color for _, color in marked.getcolors(1 << 20)}
    assert (255, 205, 40) not in {color for _, color in bare.getcolors(1 << 20)}


def test_a_page_that_is_not_there_is_an_error(pdf: tuple[Path, StoredText]) -> None:
    path, stored = pdf
    with pytest.raises(pdf_page.PageError):
        pdf_page.draw(path, stored, 3, 0, 1)
    path.write_bytes(b"no pdf at all")
    with pytest.raises(pdf_page.PageError):
        pdf_page.draw(path, stored, 1, 0, 1)
