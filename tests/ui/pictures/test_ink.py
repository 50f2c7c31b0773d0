"""Marks on scans: as tight as the words' ink, where the box of a recognised line is wider and higher than its signs."""

import pytest
from PIL import Image, ImageDraw, ImageFont

from kb.schema import WHOLE, WordBox
from ui.pictures.highlight import recognised
from ui.pictures.ink import ink_of
from ui.pictures.page_picture import Box, PageRequest

SIZE = (1200, 300)
LEFT, TOP, HIGH = 100, 100, 40
LINE = "Illness: a fill-in of MWW 27 days, i.e. will be paid."


def scan(line: str = LINE, *, beside: bool = False, dark: bool = False) -> tuple[Image.Image, ImageFont.FreeTypeFont]:
    """A line, perhaps with others close above and below it; perhaps white on black."""
    font = ImageFont.load_default(HIGH)
    assert isinstance(font, ImageFont.FreeTypeFont)
    image = Image.new("RGB", SIZE, "black" if dark else "white")
    pen = ImageDraw.Draw(image)
    for y in (TOP, TOP - 48, TOP + 48) if beside else (TOP,):
        pen.text((LEFT, y), line, fill="white" if dark else "black", font=font)
    return image, font


def line_of(text: str, font: ImageFont.FreeTypeFont, margin: int = 14) -> WordBox:
    """The line's box, wider and higher than its signs, as recognition gives it."""
    sides = LEFT - margin, TOP - margin + 8, LEFT + font.getlength(text) + 2 * margin, TOP + HIGH + margin
    left, top, right, bottom = (round(WHOLE * side / whole) for side, whole in zip(sides, (*SIZE, *SIZE), strict=True))
    return WordBox(0, len(text), left, top, right, bottom)


def marked(text: str, words: str, image: Image.Image, font: ImageFont.FreeTypeFont) -> Box:
    start = text.index(words)
    request = PageRequest("image/png", 1, text, start, start + len(words), 0, (line_of(text, font),))
    (box,) = recognised(request, SIZE, image)
    return box[0] * SIZE[0], box[1] * SIZE[1], box[2] * SIZE[0], box[3] * SIZE[1]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("beside", [False, True])
@pytest.mark.parametrize("words", ["27 days", "Illness", "a fill-in", "will be paid.", "MWW 27", LINE])
def test_words_are_marked_from_gap_to_gap_and_no_higher_than_their_line(words: str, beside: bool, dark: bool) -> None:
    image, font = scan(beside=beside, dark=dark)
    left, top, right, bottom = marked(LINE, words, image, font)
    before = LINE.index(words)
    begin = LEFT + font.getlength(LINE[:before])
    end = LEFT + font.getlength(LINE[: before + len(words)])
    space = font.getlength(" ")
    assert begin - space <= left <= begin + 6
    assert end - 6 <= right <= end + space
    assert top >= TOP - 2
    assert bottom <= TOP + HIGH + 9
    assert bottom - top > HIGH / 2


def test_without_a_picture_or_on_one_without_signs_the_usual_widths_hold() -> None:
    _, font = scan()
    place = line_of(LINE, font)
    start = LINE.index("27")
    request = PageRequest("image/png", 1, LINE, start, start + 7, 0, (place,))
    plain = Image.new("RGB", SIZE, "white")
    assert recognised(request, SIZE, plain) == recognised(request, SIZE)
    ((left, _, right, _),) = recognised(request, SIZE)
    (box,) = recognised(request, SIZE, scan()[0])
    assert (box[2] - box[0]) * (box[3] - box[1]) < 0.8 * (right - left) * (place.bottom - place.top) / WHOLE


def test_a_box_of_nothing_or_of_one_tone_has_no_ink() -> None:
    image = Image.new("L", (100, 100), 200)
    assert ink_of(image, (0.1, 0.1, 0.9, 0.9)) is None
    assert ink_of(image, (0.1, 0.1, 0.11, 0.11)) is None
    ImageDraw.Draw(image).point((50, 50), fill=0)
    ink = ink_of(image, (0.1, 0.1, 0.9, 0.9))
    assert ink is not None
    assert ink.box == (0.5, 0.5, 0.51, 0.51)
    assert ink.gap_near(0.5, 0.1, (0, 1)) == 0.5
