"""OCR and quality: a page without readable text is recognised, marked and kept; all others are left as they are."""

import random
import struct
from collections.abc import Sequence
from io import BytesIO

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from ingest.document.parsed import Parsed
from ingest.document.quality import mended, page_quality, readable_share
from ingest.ocr import ocr
from ingest.ocr.bounding_boxes import box_of, on_whole, place, turned
from ingest.ocr.reading_order import Line, arranged
from ingest.pdf.pdf import read_pdf
from ingest.reading.reading import read_bytes
from kb.config import IngestSettings
from kb.errors import DocumentError
from kb.schema import WHOLE, PageSpan
from kb.store.document_queries import pages_of

LINES = ("Fifteen days of leave a year.", "The office decides in 3 days.", "Costs up to 1,250 EUR are paid.")
WITHOUT = IngestSettings(ocr=False)


def picture(lines: Sequence[str], size: tuple[int, int] = (900, 400)) -> Image.Image:
    image = Image.new("RGB", size, "white")
    font = ImageFont.load_default(30)
    for at, line in enumerate(lines):
        ImageDraw.Draw(image).text((40, 40 + 60 * at), line, "black", font)
    return image


def scan(pages: Sequence[Sequence[str] | str]) -> bytes:
    """A PDF whose pages are an image of lines, or one line of real text."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(600, 300))
    for page in pages:
        if isinstance(page, str):
            canvas.drawString(72, 200, page)
        else:
            canvas.drawImage(ImageReader(picture(page)), 0, 0, 600, 267)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def saved(image: Image.Image, form: str) -> bytes:
    buffer = BytesIO()
    image.save(buffer, form)
    return buffer.getvalue()


def said(parsed: Parsed) -> dict[int, list[str]]:
    """What stands at the places of recognised words, by page."""
    texts = {page.number: parsed.text[page.start : page.end] for page in parsed.pages}
    return {page.number: [texts[page.number][p.start : p.end] for p in page.places] for page in parsed.recognised}


def test_only_the_scanned_pages_of_a_mixed_pdf_are_recognised_and_marked(capfd: pytest.CaptureFixture[str]) -> None:
    parsed = read_pdf(scan(["Words of the first page.", LINES, "Words of the third page."]))

    first, second, third = (parsed.text[page.start : page.end] for page in parsed.pages)
    assert [page.ocr for page in parsed.pages] == [False, True, False]
    assert (first, third) == ("Words of the first page.", "Words of the third page.")
    assert second.split("\n") == list(LINES)
    assert parsed.pages[1].quality > 0.9
    assert said(parsed) == {2: list(LINES)}
    assert capfd.readouterr() == ("", "")


def test_what_a_poor_page_says_by_itself_has_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ("Stamp 7", "one", "two")
    text = "Stamp 7\n\none two\nSt amp7"
    places = [place(text.index(line), text.index(line) + len(line), (0, 0, 1, 1)) for line in lines]
    monkeypatch.setattr(ocr, "recognise", lambda _: ocr.Recognised(text, 0.9, tuple(places)))
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(600, 300))
    canvas.drawImage(ImageReader(picture(LINES)), 0, 0, 600, 300)
    canvas.drawString(20, 20, "Stamp 7")
    canvas.save()

    parsed = read_pdf(buffer.getvalue())

    assert parsed.text == "Stamp 7\n\none two"
    assert said(parsed) == {1: ["one", "two"]}


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_place_on_a_turned_part_of_a_picture_is_one_on_the_whole(degrees: int) -> None:
    box = (0.1, 0.2, 0.4, 0.3)
    (found,) = on_whole([place(3, 5, turned(box, degrees))], degrees, (0.5, 0.0, 1.0, 0.5))
    assert box_of(found) == (0.55, 0.1, 0.7, 0.15)
    assert (found.start, found.end) == (3, 5)


def test_only_so_many_pages_are_recognised_and_each_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(ocr, "_TOLD", [])
    ocr.tell(lambda: told.append("page"))
    parsed = read_pdf(scan([LINES, LINES, LINES]), IngestSettings(ocr_pages=2))
    assert [page.ocr for page in parsed.pages] == [True, True, False]
    assert parsed.pages[2].quality < IngestSettings().ocr_floor
    assert told == ["page", "page"]


def test_a_scan_is_refused_with_its_reason_where_recognition_is_switched_off() -> None:
    data = scan([LINES, "Words."])

    parsed = read_pdf(data, WITHOUT)

    assert parsed.text.strip() == "Words."
    assert parsed.pages[0].quality == 0
    with pytest.raises(DocumentError, match=r"scan without text \(1 of 1 pages"):
        read_pdf(scan([LINES]), WITHOUT)
    with pytest.raises(DocumentError, match="switched off"):
        read_bytes(saved(picture(LINES), "PNG"), WITHOUT, name="a.png")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "BMP", "HEIF"])
def test_images_are_read_as_a_page(form: str) -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()

    parsed = read_bytes(saved(picture(LINES[:1]), form), IngestSettings(), name="note.dat")

    assert parsed.text == LINES[0]
    assert [(page.number, page.ocr) for page in parsed.pages] == [(1, True)]


def test_each_frame_of_a_tiff_is_a_page() -> None:
    buffer = BytesIO()
    picture(LINES[:1]).save(buffer, "TIFF", save_all=True, append_images=[picture(LINES[1:2])])

    parsed = read_bytes(buffer.getvalue(), IngestSettings(), name="fax.tif")

    assert [parsed.text[page.start : page.end] for page in parsed.pages] == list(LINES[:2])
    assert said(parsed) == {1: [LINES[0]], 2: [LINES[1]]}


def tiff(*frames: Image.Image) -> bytes:
    buffer = BytesIO()
    frames[0].save(buffer, "TIFF", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


def test_frames_beyond_the_limit_are_kept_as_poor_pages() -> None:
    data = tiff(*(picture(LINES[:1], (700, 150)) for _ in range(3)))
    parsed = read_bytes(data, IngestSettings(ocr_pages=2), name="fax.tif")
    assert [page.ocr for page in parsed.pages] == [True, True, False]
    assert [page.quality > 0.9 for page in parsed.pages] == [True, True, False]


def test_a_torn_frame_is_a_poor_page_and_the_others_are_read() -> None:
    first, second = picture(LINES[:1], (700, 150)), picture(LINES[1:2], (700, 150))
    beyond, strips = struct.pack("<I", 0xFFFFFF00), struct.pack("<HHI", 273, 4, 1)
    torn = bytearray(tiff(first, first, second))
    entry = torn.index(strips, torn.index(strips) + 1) + len(strips)  # where the second frame's pixels stand
    torn[entry : entry + 4] = beyond
    cut = bytearray(tiff(first, second))
    follows = 10 + 12 * struct.unpack_from("<H", cut, 8)[0]  # where the second frame's description stands
    cut[follows : follows + 4] = beyond

    for data, words in ((torn, [LINES[0], "", LINES[1]]), (cut, [LINES[0], ""])):
        parsed = read_bytes(bytes(data), IngestSettings(), name="fax.tif")
        assert [parsed.text[page.start : page.end] for page in parsed.pages] == words
        assert [page.quality > 0.9 for page in parsed.pages] == [bool(text) for text in words]


def test_a_picture_of_more_than_256_greys_is_read() -> None:
    grey = picture(LINES[:1], (700, 150)).convert("I").point(lambda value: value * 40 + 20_000)
    data = saved(grey.convert("I;16"), "TIFF")
    assert read_bytes(data, IngestSettings(), name="a.tif").text == LINES[0]


def test_an_image_without_text_says_so() -> None:
    with pytest.raises(DocumentError, match="No text was recognised"):
        read_bytes(saved(Image.new("RGB", (300, 200), "white"), "PNG"), IngestSettings(), name="a.png")


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_scan_that_lies_on_its_side_or_head_is_turned(turned: int) -> None:
    found = ocr.recognise(picture(LINES).rotate(turned, expand=True))
    assert found.text.split("\n") == list(LINES)
    assert found.turned == 360 - turned
    assert [found.text[place.start : place.end] for place in found.places] == list(LINES)
    assert [place.top * 400 // WHOLE // 60 for place in found.places] == [0, 1, 2]  # on the image as it was turned


@pytest.mark.parametrize(
    ("text", "read_at", "upright"),
    [
        ("年假十五天", (0, 90), True),  # written downwards: the engine reads such characters turned, too
        ("年假十五天", (90,), False),  # lies on its side
        ("Leave a year", (90,), False),
        ("3 days", (), False),
    ],
)
def test_a_line_that_runs_downwards_is_turned_unless_its_characters_stand(
    monkeypatch: pytest.MonkeyPatch, text: str, read_at: tuple[int, ...], upright: bool
) -> None:
    crop = Image.new("RGB", (40, 40 * len(text)), "white")
    for at in range(len(text)):
        crop.paste((at + 1, 0, 0), (0, 40 * at, 10, 40 * at + 40))  # on the left as long as it is not turned

    def read(cell: Image.Image) -> tuple[str, float]:
        turned = 0 if cell.getpixel((2, cell.height // 2))[1] == 0 else 90  # type: ignore[index]
        middle = (2, cell.height // 2) if turned == 0 else (cell.width // 2, cell.height - 3)
        return (text[cell.getpixel(middle)[0] - 1], 0.99) if turned in read_at else ("?", 0.3)  # type: ignore[index]

    monkeypatch.setattr(ocr, "_one_line", read)
    assert ocr._is_upright(crop, text, 90) is upright


def test_a_long_picture_is_read_in_parts_with_no_line_lost_or_doubled() -> None:
    lines = [f"Entry number {number}" for number in range(11, 23)]
    image = Image.new("RGB", (300, 3000), "white")
    for at, line in enumerate(lines):
        ImageDraw.Draw(image).text((40, 240 * at + 20), line, "black", ImageFont.load_default(20))
    ImageDraw.Draw(image).line((20, 0, 20, 3000), "black", 2)

    assert len(list(ocr._parts(image))) == len(list(ocr._parts(image.rotate(90, expand=True)))) == 3
    assert [line for line in ocr.recognise(image).text.split("\n") if line] == lines


def test_an_image_is_cut_where_it_is_empty() -> None:
    image = Image.effect_noise((400, 4000), 90).convert("RGB")
    image.paste("white", (0, 1150, 400, 1190))
    assert ocr._cuts(image)[1] in range(1155, 1186)


def test_a_missing_engine_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "_ENGINES", [])
    monkeypatch.setattr(ocr, "_models", lambda: None)

    with pytest.raises(DocumentError, match="rapidocr"):
        read_bytes(saved(picture(LINES), "PNG"), IngestSettings(), name="a.png")


# -- reading order


def row(top: int, *cells: tuple[int, int, str]) -> list[Line]:
    return [Line(left, top, right, top + 20, text) for left, right, text in cells]


def read_out(lines: Sequence[Line]) -> str:
    return "".join(apart + line.text for apart, line in arranged(lines))


def test_a_row_of_a_table_stays_on_one_line() -> None:
    boxes = [b for n in range(6) for b in row(30 * n, (0, 90, f"item {n}"), (300, 340, f"{n}.50"), (500, 540, f"-{n}"))]
    random.Random(1).shuffle(boxes)

    assert read_out(boxes).split("\n")[1] == "item 1 1.50 -1"


def test_columns_of_text_are_read_one_after_the_other() -> None:
    boxes = row(0, (0, 600, "A title over both columns"))
    boxes += [b for n in range(1, 7) for b in row(30 * n, (0, 290, f"left {n}"), (310, 600, f"right {n}"))]
    random.Random(1).shuffle(boxes)

    lines = [line for line in read_out(boxes).split("\n") if line]

    assert lines == [
        "A title over both columns",
        *(f"left {n}" for n in range(1, 7)),
        *(f"right {n}" for n in range(1, 7)),
    ]


def test_chinese_lines_that_go_on_are_joined_without_a_space() -> None:
    boxes = (
        row(0, (0, 600, "员工每年享有十五天带薪年"))
        + row(26, (0, 600, "假，请假须提前三个工作"))
        + row(52, (0, 200, "日申请。"))
    )

    assert read_out(boxes) == "员工每年享有十五天带薪年假，请假须提前三个工作日申请。"


def test_columns_written_from_top_to_bottom_are_read_from_the_right() -> None:
    boxes = [Line(100 * n, 0, 100 * n + 30, 400, text) for n, text in enumerate(("三行目", "二行目", "一行目"))]

    assert read_out(boxes) == "一行目二行目三行目"


# -- quality


def test_unreadable_characters_lower_the_quality() -> None:
    assert readable_share("Plain words, and 员工年假。") == 1
    assert readable_share("\ue001\ue002\ue003\ufffd") == 0
    assert readable_share("ok \ue001\ue002") == 0.5
    assert readable_share("ꀀꀁꀂꀃꀄ㐀㐁") == 0


def test_radicals_are_mended_one_for_one() -> None:
    assert mended("⼈⼯智能 ⽉") == "人工智能 月"


@pytest.mark.parametrize(
    ("text", "marks", "poor"),
    [
        ("", (0.0, 0), False),  # an empty page
        ("", (0.9, 0), True),  # a scan
        ("", (0.0, 500), True),  # letters drawn as shapes
        ("Confidential", (0.95, 1), True),  # a stamp on a scan
        ("Chapter One", (0.1, 3), False),  # a title page with a logo
        ("word " * 100, (1.0, 0), False),  # a scan that has its text already
        ("\ue001" * 400, (0.0, 0), True),  # a font without a table of its characters
    ],
)
def test_a_page_is_poor_where_it_shows_more_than_its_text_says(text: str, marks: tuple[float, int], poor: bool) -> None:
    assert (page_quality(text, *marks) < IngestSettings().ocr_floor) is poor


def test_a_stored_page_keeps_that_it_was_recognised_and_one_stored_before_is_read() -> None:
    assert pages_of("[[1, 0, 5, 0.9], [2, 7, 9, 0.8, true]]") == (
        PageSpan(1, 0, 5, 0.9),
        PageSpan(2, 7, 9, 0.8, ocr=True),
    )
