"""The picture of a PDF page: the boxes stand over the words that are cited."""

import io
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingest.pdf.pdf import read_pdf
from kb.schema import StoredText
from ui.pictures import pdf_page
from ui.pictures.page_picture import PDF, PageError, PageRequest, Picture

PARAGRAPH = [
    "The warranty lasts 36 months from delivery and covers all parts but the lamp.",
    "Repairs are made within ten working days after the device has arrived.",
    "The lamp is covered for 12 months.",
]
MARKED = (255, 222, 96)


@dataclass
class Warranty:
    """A PDF of two pages that say the same, upright or turned, and words on one or two of its lines."""

    path: Path
    stored: StoredText
    quote: str

    def place(self, page: int) -> tuple[int, int]:
        start = self.stored.text.index(self.quote, self.stored.pages[page - 1].start)
        return start, start + len(self.quote)


def draw(path: Path, stored: StoredText, number: int, start: int, end: int) -> Picture:
    span = next((page for page in stored.pages if page.number == number), stored.pages[0])
    text = stored.text[span.start : span.end]
    with path.open("rb") as file:
        return pdf_page.draw(PageRequest(PDF, number, text, start - span.start, end - span.start), file)


@pytest.fixture(
    params=[
        (0, "covers all parts but the lamp.\nRepairs are made within ten working days"),
        (0, "ten working days"),
        (90, "ten working days"),
        (270, "ten working days"),
    ]
)
def warranty(request: pytest.FixtureRequest, tmp_path: Path) -> Warranty:
    from reportlab.pdfgen.canvas import Canvas

    turned, quote = request.param
    path = tmp_path / "warranty.pdf"
    canvas = Canvas(str(path), pagesize=(560, 560))
    for page in ("First page", "Second page"):
        canvas.setPageRotation(turned)
        canvas.drawString(50, 530, page)
        for line, text in enumerate(PARAGRAPH):
            canvas.drawString(30, 500 - 16 * line, text)
        canvas.showPage()
    canvas.save()
    parsed = read_pdf(path.read_bytes())
    stored = StoredText("c", "warranty.pdf", 1, "", parsed.media_type, "0", parsed.text, parsed.pages)
    return Warranty(path, stored, quote)


def test_the_boxes_cover_the_quote_and_nothing_else(warranty: Warranty) -> None:
    import pypdfium2

    picture = draw(warranty.path, warranty.stored, 2, *warranty.place(2))
    document = pypdfium2.PdfDocument(warranty.path)
    text_page = document[1].get_textpage()
    under = [text_page.get_text_bounded(*box).strip() for box in picture.boxes]
    document.close()
    assert "\n".join(under) == warranty.quote
    assert len(picture.marks) == len(picture.boxes)
    assert all(0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1 for x0, y0, x1, y1 in picture.marks)


def test_words_in_several_fonts_on_a_line_have_one_box(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    path = tmp_path / "fonts.pdf"
    canvas = Canvas(str(path), pagesize=(400, 400))
    line = canvas.beginText(30, 300)
    for font, words in (("Helvetica", "The lamp is "), ("Times-Bold", "covered for 12 "), ("Courier", "months.")):
        line.setFont(font, 12)
        line.textOut(words)
    canvas.drawText(line)
    canvas.drawString(30, 280, "Another line.")
    canvas.save()
    parsed = read_pdf(path.read_bytes())
    stored = StoredText("c", "fonts.pdf", 1, "", parsed.media_type, "0", parsed.text, parsed.pages)
    start = stored.text.index("lamp")
    picture = draw(path, stored, 1, start, stored.text.index("Another") + 7)
    assert len(picture.boxes) == 2


def test_the_picture_is_marked_over_the_words_it_shows(warranty: Warranty) -> None:
    from PIL import Image, ImageChops

    marked = Image.open(io.BytesIO(draw(warranty.path, warranty.stored, 1, *warranty.place(1)).png))
    bare = Image.open(io.BytesIO(draw(warranty.path, warranty.stored, 1, 0, 0).png))
    assert marked.size == bare.size
    box = ImageChops.difference(marked, bare).getbbox()
    assert box is not None
    inside = bare.crop(box).convert("L")
    assert inside.getextrema()[0] < 100  # there is writing under the mark
    assert MARKED in {color for _, color in marked.getcolors(1 << 20) or ()}


def test_a_page_that_is_not_there_is_an_error(warranty: Warranty) -> None:
    with pytest.raises(PageError):
        draw(warranty.path, warranty.stored, 3, 0, 1)
    warranty.path.write_bytes(b"no pdf at all")
    with pytest.raises(PageError):
        draw(warranty.path, warranty.stored, 1, 0, 1)
