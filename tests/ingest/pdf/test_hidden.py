"""What nobody sees on a page of a PDF is not read as its text, and is listed; what is seen is read."""

import io
from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from ingest.pdf.pdf import read_pdf
from kb.config import IngestSettings
from kb.schema import HiddenText

SEEN = "The garage is open until ten in the evening, and closed on Sundays and on holidays."
SECRET = "The code of the safe is 4711."
NO_OCR = IngestSettings(ocr=False)
Draw = Callable[[Canvas], None]


def pdf(draw: Draw, rotated: int = 0) -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(400, 300))
    canvas.setPageRotation(rotated)
    canvas.setFont("Helvetica", 12)
    canvas.drawString(20, 270, SEEN[:48])
    canvas.drawString(20, 250, SEEN[48:])
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def write(canvas: Canvas, words: str = SECRET, x: float = 40, y: float = 150, size: float = 12) -> None:
    canvas.setFont("Helvetica", size)
    canvas.drawString(x, y, words)


def in_white(canvas: Canvas) -> None:
    canvas.setFillColorRGB(1, 1, 1)
    write(canvas)


def by_no_pen(canvas: Canvas) -> None:
    text = canvas.beginText(40, 150)
    text.setTextRenderMode(3)
    text.textOut(SECRET)
    canvas.drawText(text)


def on_its_own_colour(canvas: Canvas) -> None:
    canvas.setFillColorRGB(0.1, 0.2, 0.5)
    canvas.rect(20, 130, 300, 50, stroke=0, fill=1)
    canvas.setFillColorRGB(0.1, 0.2, 0.51)
    write(canvas)


def behind_a_field(canvas: Canvas) -> None:
    write(canvas)
    canvas.setFillColorRGB(1, 1, 0.9)
    canvas.rect(20, 130, 300, 50, stroke=0, fill=1)


def behind_a_picture(canvas: Canvas) -> None:
    write(canvas)
    canvas.drawImage(ImageReader(Image.new("RGB", (60, 20), "white")), 20, 130, 300, 50)


def by_no_pen_over_an_empty_picture(canvas: Canvas) -> None:
    canvas.drawImage(ImageReader(Image.new("RGB", (60, 20), "white")), 20, 130, 300, 50)
    by_no_pen(canvas)


def transparent(canvas: Canvas) -> None:
    canvas.setFillAlpha(0.01)
    write(canvas)


def in_a_group(canvas: Canvas) -> None:
    canvas.beginForm("group", 0, 0, 400, 300)
    in_white(canvas)
    canvas.endForm()
    canvas.doForm("group")


HIDDEN: list[tuple[Draw, str]] = [
    (in_white, "colour"),
    (in_a_group, "colour"),
    (on_its_own_colour, "colour"),
    (by_no_pen, "transparent"),
    (by_no_pen_over_an_empty_picture, "transparent"),
    (transparent, "transparent"),
    (behind_a_field, "place"),
    (behind_a_picture, "place"),
    (lambda canvas: write(canvas, x=-900), "place"),
    (lambda canvas: write(canvas, y=900), "place"),
    (lambda canvas: write(canvas, size=0.4), "size"),
]


@pytest.mark.parametrize("rotated", [0, 90])
@pytest.mark.parametrize(("draw", "why"), HIDDEN)
def test_what_nobody_sees_is_listed_and_not_read(draw: Draw, why: str, rotated: int) -> None:
    parsed = read_pdf(pdf(draw, rotated), NO_OCR)
    assert "The garage is open" in parsed.text
    assert "4711" not in parsed.text
    assert parsed.hidden == (HiddenText(1, why, SECRET),)  # type: ignore[arg-type]


def white_on_a_dark_bar(canvas: Canvas) -> None:
    canvas.setFillColorRGB(0.05, 0.1, 0.3)
    canvas.rect(20, 130, 300, 50, stroke=0, fill=1)
    canvas.setFillColorRGB(1, 1, 1)
    write(canvas, "Price list 2026")


def white_on_a_dark_picture(canvas: Canvas) -> None:
    canvas.drawImage(ImageReader(Image.new("RGB", (60, 20), "navy")), 20, 130, 300, 50)
    canvas.setFillColorRGB(1, 1, 1)
    write(canvas, "Price list 2026")


def under_a_pale_veil(canvas: Canvas) -> None:
    write(canvas, "Price list 2026")
    canvas.setFillColorRGB(1, 1, 0)
    canvas.setFillAlpha(0.3)
    canvas.rect(20, 130, 300, 50, stroke=0, fill=1)


def in_pale_grey(canvas: Canvas) -> None:
    canvas.setFillColorRGB(0.8, 0.8, 0.8)
    write(canvas, "Price list 2026")


def in_small_type(canvas: Canvas) -> None:
    write(canvas, "Price list 2026", size=4)


@pytest.mark.parametrize(
    "draw", [white_on_a_dark_bar, white_on_a_dark_picture, under_a_pale_veil, in_pale_grey, in_small_type]
)
def test_what_is_seen_is_read(draw: Draw) -> None:
    parsed = read_pdf(pdf(draw), NO_OCR)
    assert "Price list 2026" in parsed.text
    assert parsed.hidden == ()


def test_what_was_recognised_in_a_scan_stays() -> None:
    image = Image.new("RGB", (1200, 300), "white")
    ImageDraw.Draw(image).text((60, 100), "Price list 2026", fill="black", font=ImageFont.load_default(90))

    def scan(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(image), 20, 100, 320, 80)
        text = canvas.beginText(36, 130)
        text.setTextRenderMode(3)
        text.setFont("Helvetica", 26)
        text.textOut("Price list 2026")
        canvas.drawText(text)

    parsed = read_pdf(pdf(scan), NO_OCR)
    assert "Price list 2026" in parsed.text
    assert parsed.hidden == ()
