"""Pictures in PDFs: what is written in them is read where the page's text does not hold it, and only there."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from ingest.ocr import ocr
from ingest.ocr.embedded_images import MARK
from ingest.ocr.ocr import Recognised
from ingest.pdf.pdf import read_pdf
from kb.config import IngestSettings

LINES = [f"Paragraph {n} of the page says that rule {n} applies to all who work in the office." for n in range(8)]
Place = tuple[float, float, float, float]  # left, bottom, width, height


def picture(words: str = "", colour: str = "white") -> Image.Image:
    image = Image.new("RGB", (800, 300), colour)
    ImageDraw.Draw(image).text((30, 100), words, "black", ImageFont.load_default(40))
    return image


def document(*pages: tuple[Image.Image, Place], lines: Sequence[str] = LINES) -> bytes:
    """Pages of typed lines with a picture each."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(600, 800))
    for image, place in pages:
        canvas.drawImage(ImageReader(image), *place)
        canvas.setFont("Helvetica", 11)
        for at, line in enumerate(lines):
            canvas.drawString(60, 760 - 16 * at, line)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The sizes of the images that went to recognition, which says the same of all."""
    seen: list[tuple[int, int]] = []

    def recognise(image: Any) -> Recognised:
        seen.append(image.size)
        return Recognised("Recognised words", 0.95)

    monkeypatch.setattr(ocr, "recognise", recognise)
    return seen


def test_words_in_a_picture_on_a_page_full_of_text_are_read_and_marked() -> None:
    parsed = read_pdf(document((picture("Limit for travel: 1,250 EUR"), (60, 200, 480, 180))))

    typed, _, read = parsed.text.partition(f"\n\n{MARK}\n")
    assert typed.split("\n") == LINES
    assert read == "Limit for travel: 1,250 EUR"
    assert parsed.pages[0].ocr
    assert parsed.pages[0].quality == 1.0


def test_only_the_picture_goes_to_recognition_not_the_typed_page(looked_at: list[tuple[int, int]]) -> None:
    read_pdf(document((picture(), (60, 200, 480, 180))))

    ((width, height),) = looked_at
    assert width / height == pytest.approx(480 / 180, rel=0.02)


def test_pictures_apart_are_read_one_by_one_and_stripes_of_one_together(looked_at: list[tuple[int, int]]) -> None:
    def page(*places: Place) -> bytes:
        buffer = BytesIO()
        canvas = Canvas(buffer, pagesize=(600, 800))
        for at, line in enumerate(LINES):
            canvas.drawString(60, 500 - 16 * at, line)
        for place in places:
            canvas.drawImage(ImageReader(picture()), *place)
        canvas.save()
        return buffer.getvalue()

    read_pdf(page((60, 600, 200, 90), (340, 60, 200, 90)))
    assert len(looked_at) == 2

    read_pdf(page((60, 600, 480, 50), (60, 650, 480, 50)))
    assert len(looked_at) == 3


def test_text_over_a_picture_a_logo_and_a_background_of_each_page_are_not_recognised(
    looked_at: list[tuple[int, int]],
) -> None:
    read_pdf(document((picture(), (0, 0, 600, 800)), lines=LINES * 4))  # the text is written on it
    read_pdf(document((picture(), (500, 20, 60, 40))))
    assert looked_at == []

    read_pdf(document(*[(picture(), (60, 200, 480, 180))] * 6))
    assert len(looked_at) == 1

    read_pdf(document(*[(picture(f"{n}"), (60, 200, 480, 180)) for n in range(6)]))
    assert len(looked_at) == 7


def test_a_photograph_leaves_the_page_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "recognise", lambda _: Recognised("l.;", 0.4))

    parsed = read_pdf(document((picture(), (60, 200, 480, 180))))

    assert parsed.text.split("\n") == LINES
    assert (parsed.pages[0].ocr, parsed.pages[0].quality) == (False, 1.0)


def test_pictures_count_towards_the_limit_of_pages_and_are_left_where_recognition_is_off(
    looked_at: list[tuple[int, int]],
) -> None:
    pages = [(picture(f"{n}"), (60.0, 200.0, 480.0, 180.0)) for n in range(3)]

    assert sum(page.ocr for page in read_pdf(document(*pages), IngestSettings(ocr_pages=2)).pages) == 2
    assert not any(page.ocr for page in read_pdf(document(*pages), IngestSettings(ocr=False)).pages)
    assert len(looked_at) == 2
