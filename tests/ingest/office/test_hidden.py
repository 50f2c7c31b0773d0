"""What nobody sees in an Office document is not read as its text, and is listed; what is seen is read."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import openpyxl
import pptx
import pytest
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt, RGBColor
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.table import Table, TableStyleInfo
from pptx.dml.color import RGBColor as SlideColor
from pptx.util import Inches
from pptx.util import Pt as SlidePt

from ingest.document.parsed import Parsed
from ingest.office.docx import read_docx
from ingest.office.odt import read_odt
from ingest.office.pptx import read_pptx
from ingest.office.xlsx import read_xlsx

SEEN = "The garage is open until 22:00."
SECRET = "The code of the safe is 4711."
WHITE = RGBColor(255, 255, 255)


def word(write: Callable[[Any], None]) -> Parsed:
    document = docx.Document()
    document.add_paragraph(SEEN)
    write(document)
    file = io.BytesIO()
    document.save(file)
    return read_docx(file.getvalue())


def shaded(element: Any, fill: str, value: str = "clear") -> None:
    element.append(parse_xml(f'<w:shd {nsdecls("w")} w:val="{value}" w:color="auto" w:fill="{fill}"/>'))


def set_as_hidden(document: Any) -> None:
    document.add_paragraph().add_run(SECRET).font.hidden = True


def set_as_hidden_by_a_style(document: Any) -> None:
    document.styles.add_style("Secret", 1).font.hidden = True
    document.add_paragraph(SECRET, style="Secret")


def in_white(document: Any) -> None:
    document.add_paragraph().add_run(SECRET).font.color.rgb = WHITE


def in_white_by_a_style(document: Any) -> None:
    document.styles.add_style("Secret", 1).font.color.rgb = RGBColor(254, 254, 254)
    document.add_paragraph(SECRET, style="Secret")


def too_small(document: Any) -> None:
    document.add_paragraph().add_run(SECRET).font.size = Pt(1)


def on_its_own_shade(document: Any) -> None:
    cell = document.add_table(rows=1, cols=2).rows[0].cells[0]
    shaded(cell._tc.get_or_add_tcPr(), "203040")
    cell.paragraphs[0].add_run(SECRET).font.color.rgb = RGBColor(0x20, 0x30, 0x41)


def in_a_footer(document: Any) -> None:
    document.sections[0].footer.paragraphs[0].add_run(SECRET).font.color.rgb = WHITE


@pytest.mark.parametrize(
    ("write", "why"),
    [
        (set_as_hidden, "style"),
        (set_as_hidden_by_a_style, "style"),
        (in_white, "colour"),
        (in_white_by_a_style, "colour"),
        (too_small, "size"),
        (on_its_own_shade, "colour"),
        (in_a_footer, "colour"),
    ],
)
def test_what_nobody_sees_in_a_word_document(write: Callable[[Any], None], why: str) -> None:
    parsed = word(write)
    assert SEEN in parsed.text
    assert "4711" not in parsed.text
    assert [(each.why, each.text) for each in parsed.hidden] == [(why, SECRET)]


def white_on_a_dark_cell(document: Any) -> None:
    table = document.add_table(rows=2, cols=2)
    for cell, words in zip(table.rows[0].cells, ("Price list", "Euros"), strict=True):
        shaded(cell._tc.get_or_add_tcPr(), "1F3864")
        cell.paragraphs[0].add_run(words).font.color.rgb = WHITE
    table.rows[1].cells[0].text, table.rows[1].cells[1].text = "Bolt", "3"


def white_on_a_dark_paragraph(document: Any) -> None:
    paragraph = document.add_paragraph()
    shaded(paragraph._p.get_or_add_pPr(), "000000")
    paragraph.add_run("Price list").font.color.rgb = WHITE


def white_in_a_table_whose_style_is_dark(document: Any) -> None:
    table = document.add_table(rows=1, cols=2, style="Medium Shading 1 Accent 1")
    table.rows[0].cells[0].paragraphs[0].add_run("Price list").font.color.rgb = WHITE


def white_on_a_highlight(document: Any) -> None:
    run = document.add_paragraph().add_run("Price list")
    run.font.color.rgb, run.font.highlight_color = WHITE, WD_COLOR_INDEX.DARK_BLUE


@pytest.mark.parametrize(
    "write",
    [
        white_on_a_dark_cell,
        white_on_a_dark_paragraph,
        white_in_a_table_whose_style_is_dark,
        white_on_a_highlight,
        lambda document: document.add_paragraph().add_run("Price list"),
    ],
)
def test_what_is_seen_in_a_word_document_is_read(write: Callable[[Any], None]) -> None:
    parsed = word(write)
    assert "Price list" in parsed.text
    assert parsed.hidden == ()


def slides(write: Callable[[Any], None]) -> Parsed:
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    box(slide, SEEN, top=0.2)
    write(slide)
    file = io.BytesIO()
    presentation.save(file)
    return read_pptx(file.getvalue())


def box(slide: Any, words: str, top: float = 2.0, left: float = 1.0, colour: str = "", size: float = 18) -> Any:
    shape = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(5), Inches(0.6))
    run = shape.text_frame.paragraphs[0].add_run()
    run.text, run.font.size = words, SlidePt(size)
    if colour:
        run.font.color.rgb = SlideColor.from_string(colour)
    return shape


def bar(slide: Any, colour: str) -> None:
    shape = slide.shapes.add_shape(1, Inches(0.5), Inches(1.5), Inches(8), Inches(1.5))
    shape.fill.solid()
    shape.fill.fore_color.rgb = SlideColor.from_string(colour)


def on_a_field_of_its_colour(slide: Any) -> None:
    bar(slide, "203040")
    box(slide, SECRET, colour="203041")


def switched_off(slide: Any) -> None:
    box(slide, SECRET)._element.nvSpPr.cNvPr.set("hidden", "1")


@pytest.mark.parametrize(
    ("write", "why"),
    [
        (lambda slide: box(slide, SECRET, colour="FFFFFF"), "colour"),
        (lambda slide: box(slide, SECRET, size=1), "size"),
        (lambda slide: box(slide, SECRET, left=20), "place"),
        (on_a_field_of_its_colour, "colour"),
        (switched_off, "style"),
    ],
)
def test_what_nobody_sees_on_a_slide(write: Callable[[Any], None], why: str) -> None:
    parsed = slides(write)
    assert SEEN in parsed.text
    assert "4711" not in parsed.text
    assert [(each.page, each.why, each.text) for each in parsed.hidden] == [(1, why, SECRET)]


def white_on_a_dark_bar(slide: Any) -> None:
    bar(slide, "102040")
    box(slide, "Price list", colour="FFFFFF")


def white_on_a_dark_slide(slide: Any) -> None:
    slide.background.fill.solid()
    slide.background.fill.fore_color.rgb = SlideColor.from_string("000000")
    box(slide, "Price list", colour="FFFFFF")


def white_in_a_table(slide: Any) -> None:
    cell = slide.shapes.add_table(2, 2, Inches(1), Inches(2), Inches(5), Inches(1)).table.cell(0, 0)
    run = cell.text_frame.paragraphs[0].add_run()
    run.text, run.font.color.rgb = "Price list", SlideColor.from_string("FFFFFF")


@pytest.mark.parametrize(
    "write", [white_on_a_dark_bar, white_on_a_dark_slide, white_in_a_table, lambda slide: box(slide, "Price list")]
)
def test_what_is_seen_on_a_slide_is_read(write: Callable[[Any], None]) -> None:
    parsed = slides(write)
    assert "Price list" in parsed.text
    assert parsed.hidden == ()


def workbook(write: Callable[[Any], None]) -> Parsed:
    book = openpyxl.Workbook()
    book.active.title = "Prices"
    for row in (("Item", "Euros"), ("Bolt", 3), ("Nut", 2)):
        book.active.append(row)
    write(book.active)
    file = io.BytesIO()
    book.save(file)
    return read_xlsx(file.getvalue())


def cell(sheet: Any, place: str, words: str, font: Font, fill: str = "") -> None:
    sheet[place], sheet[place].font = words, font
    if fill:
        sheet[place].fill = PatternFill("solid", fgColor=fill)


@pytest.mark.parametrize(
    ("write", "why"),
    [
        (lambda sheet: cell(sheet, "B4", SECRET, Font(color="FFFFFFFF")), "colour"),
        (lambda sheet: cell(sheet, "B4", SECRET, Font(color="00203040"), "00203041"), "colour"),
        (lambda sheet: cell(sheet, "B4", SECRET, Font(size=1)), "size"),
    ],
)
def test_what_nobody_sees_in_a_sheet(write: Callable[[Any], None], why: str) -> None:
    parsed = workbook(write)
    assert "Bolt | 3" in parsed.text
    assert "4711" not in parsed.text
    assert [(each.why, each.text) for each in parsed.hidden] == [(why, f"Prices!B4: {SECRET}")]


def white_in_a_table_of_the_sheet(sheet: Any) -> None:
    cell(sheet, "A1", "Price list", Font(color="FFFFFFFF"))
    table = Table(displayName="Prices", ref="A1:B3")
    table.tableStyleInfo = TableStyleInfo(name="TableStyleMedium9", showRowStripes=True)
    sheet.add_table(table)


@pytest.mark.parametrize(
    "write",
    [
        lambda sheet: cell(sheet, "A1", "Price list", Font(color="FFFFFFFF"), "FF1F3864"),
        white_in_a_table_of_the_sheet,
        lambda sheet: cell(sheet, "A1", "Price list", Font(color="FF808080")),
    ],
)
def test_what_is_seen_in_a_sheet_is_read(write: Callable[[Any], None]) -> None:
    parsed = workbook(write)
    assert "Price list" in parsed.text
    assert parsed.hidden == ()


NAMES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (("office", "office"), ("text", "text"), ("style", "style"), ("fo", "xsl-fo-compatible"),
                        ("table", "table"))
)  # fmt: skip


def opendocument(styles: str, body: str) -> Parsed:
    content = (
        f"<office:document-content {NAMES}><office:automatic-styles>{styles}</office:automatic-styles><office:body>"
        f"<office:text><text:p>{SEEN}</text:p>{body}</office:text></office:body></office:document-content>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", content)
    return read_odt(file.getvalue())


def style(letters: str, family: str = "text", more: str = "") -> str:
    return f'<style:style style:name="S" style:family="{family}"><style:text-properties {letters}/>{more}</style:style>'


SPAN = f'<text:p>Room 12. <text:span text:style-name="S">{SECRET}</text:span> Ring twice.</text:p>'
DARK = (
    '<style:style style:name="D" style:family="table-cell">'
    '<style:table-cell-properties fo:background-color="#102040"/></style:style>'
)


@pytest.mark.parametrize(
    ("styles", "body", "why"),
    [
        (style('text:display="none"'), SPAN, "style"),
        (style('fo:color="#ffffff"'), SPAN, "colour"),
        (style('fo:font-size="1pt"'), SPAN, "size"),
        (style('fo:color="#fefefe"', "paragraph"), f'<text:p text:style-name="S">{SECRET}</text:p>', "colour"),
        (style('fo:color="#222222" fo:background-color="#232323"'), SPAN, "colour"),
    ],
)
def test_what_nobody_sees_in_an_opendocument_text(styles: str, body: str, why: str) -> None:
    parsed = opendocument(styles, body)
    assert SEEN in parsed.text
    assert "4711" not in parsed.text
    assert [(each.why, each.text) for each in parsed.hidden] == [(why, SECRET)]


def test_white_on_a_dark_cell_of_an_opendocument_text_is_read() -> None:
    cells = "".join(
        f'<table:table-cell table:style-name="D"><text:p><text:span text:style-name="S">{words}</text:span></text:p>'
        "</table:table-cell>"
        for words in ("Price list", "Euros")
    )
    row = f"<table:table-row>{cells}</table:table-row>"
    parsed = opendocument(DARK + style('fo:color="#ffffff"'), f"<table:table>{row}{row}</table:table>")
    assert "Price list" in parsed.text
    assert parsed.hidden == ()
