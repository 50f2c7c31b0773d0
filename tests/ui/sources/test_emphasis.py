"""Emphasis of a Word document: read from its original, and found again in the stored text."""

from io import BytesIO

import pytest
from docx import Document

from ingest.office.docx import read_docx
from ingest.office.docx_emphasis import Paragraph, paragraphs
from ui.sources.emphasis import located


@pytest.fixture(scope="module")
def content() -> bytes:
    document = Document()
    document.add_heading("Travel", 1)
    paragraph = document.add_paragraph("Hotels are paid up to ")
    for words in ("180 ", "euros"):
        paragraph.add_run(words).bold = True
    paragraph.add_run(" a night, ").italic = False
    paragraph.add_run("not more", style="Strong")
    paragraph.add_run(". See ")
    paragraph.add_run("the portal", style="Emphasis")
    paragraph.add_run(" ").bold = True
    hidden = paragraph.add_run("secret")
    hidden.bold = hidden.font.hidden = True
    listed = document.add_paragraph(style="List Number")
    listed.add_run("First").italic = True
    listed.add_run(" of all")
    table = document.add_table(1, 2)
    table.cell(0, 0).paragraphs[0].add_run("City").bold = True
    table.cell(0, 1).text = "Hotel"
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def test_runs_and_their_styles_say_what_is_bold_and_italic(content: bytes) -> None:
    found = [[(each.text[a:b], kind) for a, b, kind in each.emphasis] for each in paragraphs(content)]
    assert found == [
        [],
        [("180 euros", "bold"), ("not more", "bold"), ("the portal", "italic")],
        [("First", "italic")],
        [("City", "bold")],
        [],
    ]


def test_it_is_found_again_in_what_the_reader_stored(content: bytes) -> None:
    text = read_docx(content).text
    found = [(text[a:b], kind) for a, b, kind in located(text, paragraphs(content))]
    assert found == [
        ("180 euros", "bold"), ("not more", "bold"), ("the portal", "italic"), ("First", "italic"), ("City", "bold"),
    ]  # fmt: skip


def test_words_are_looked_for_in_order_and_what_is_not_there_is_left_out() -> None:
    text = "Days 25\n\nAnother line\n\nDays  25 a year"
    printed = (
        Paragraph("gone for good, and long enough to be looked for far below", ((0, 4, "bold"),)),
        Paragraph("Another line", ()),
        Paragraph("Days 25 a year", ((0, 7, "bold"),)),
        Paragraph("25", ((0, 2, "bold"),)),
    )
    assert located(text, printed) == ((23, 31, "bold"),)
    assert located("x" * 5_000 + " short", [Paragraph("short", ((0, 5, "bold"),))]) == ()


def test_a_word_within_another_is_not_taken_for_a_paragraph() -> None:
    assert located("Holidays\n\nday", [Paragraph("day", ((0, 3, "bold"),))]) == ((10, 13, "bold"),)
