"""Reading PDFs: each page's text is exactly pdfium's, and what has no text says why."""

import random
import re
import threading
import time
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from tokenizers import Tokenizer

from ingest.pdf.pdf import read_pdf
from ingest.reading.reading import Parsed, read
from ingest.reading.splitting import split
from kb.config import IngestSettings, SplittingSettings
from kb.errors import DocumentError


def pdf(
    pages: list[list[str]], title: str = "", outline: Sequence[tuple[str, int, int]] = (), **options: object
) -> bytes:
    """A PDF of these lines; `outline` holds (title, level, page number)."""
    buffer = BytesIO()
    canvas = Canvas(buffer, **options)
    canvas.setTitle(title or "untitled")
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    for number, lines in enumerate(pages, 1):
        canvas.bookmarkPage(f"page{number}")
        for words, level, page in outline:
            if page == number:
                canvas.addOutlineEntry(words, f"page{number}", level)
        for at, line in enumerate(lines):
            canvas.setFont("Helvetica" if line.isascii() else "STSong-Light", 11)
            canvas.drawString(72, 760 - 16 * at, line)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_each_page_is_exactly_what_pdfium_extracts_and_empty_pages_count() -> None:
    data = pdf(
        [["Leave policy", "Fifteen days a year."], [], ["员工每年享有十五天年假。", "The depart-", "ment decides."]]
    )

    parsed = read_pdf(data)

    document = pypdfium2.PdfDocument(data)
    expected = [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document]
    document.close()
    assert [parsed.text[page.start : page.end] for page in parsed.pages] == expected
    assert [page.number for page in parsed.pages] == [1, 2, 3]
    assert parsed.text == "\n\n".join(expected)
    assert "员工每年享有十五天年假。" in parsed.text


def test_bookmarks_are_headings_where_their_words_stand() -> None:
    data = pdf(
        [["Intro words", "Chapter One", "Text of one."], ["More of one.", "1.1  Details", "Text."], ["Nothing alike"]],
        outline=[("Chapter One", 0, 1), ("1.1 Details", 1, 2), ("Appendix", 0, 3)],
    )

    parsed = read_pdf(data)

    assert [(heading.level, heading.text) for heading in parsed.headings] == [
        (1, "Chapter One"),
        (2, "1.1 Details"),
        (1, "Appendix"),
    ]
    first, second, third = parsed.headings
    assert parsed.text[first.start :].startswith("Chapter One")
    assert squeezed(parsed.text[second.start :]).startswith("1.1Details")
    assert third.start == parsed.pages[2].start


def test_the_section_goes_on_over_pages(tokenizer: Tokenizer) -> None:
    data = pdf([["Chapter One", "Text."], ["It goes on here."]], outline=[("Chapter One", 0, 1)])

    chunks = split(read_pdf(data), "a.pdf", tokenizer, SplittingSettings())

    assert [(chunk.page, chunk.section) for chunk in chunks] == [(1, "Chapter One"), (2, "Chapter One")]


def test_the_title_is_the_documents_own_unless_a_program_left_it(tmp_path: Path) -> None:
    def title_of(title: str) -> str:
        path = tmp_path / "annual-report_2023.pdf"
        path.write_bytes(pdf([["words"]], title=title))
        return read(path, IngestSettings()).title

    assert title_of("Annual report of the year") == "Annual report of the year"
    assert title_of("untitled") == "annual report 2023"
    assert title_of("Microsoft Word - draft7.docx") == "annual report 2023"


def test_an_encrypted_pdf_says_so() -> None:
    with pytest.raises(DocumentError, match="encrypted"):
        read_pdf(pdf([["secret"]], encrypt=StandardEncryption("secret", canPrint=0)))


def test_a_pdf_that_only_restricts_printing_is_read() -> None:
    parsed = read_pdf(pdf([["open words"]], encrypt=StandardEncryption("", "owner", canPrint=0)))

    assert "open words" in parsed.text


def test_a_pdf_of_empty_pages_says_so() -> None:
    with pytest.raises(DocumentError, match=r"its pages \(2\) are empty"):
        read_pdf(pdf([[], []]))


def test_short_lines_set_larger_are_headings_of_a_pdf_without_bookmarks() -> None:
    buffer = BytesIO()
    canvas = Canvas(buffer)
    for chapter, section in (("Leave", "Notice"), ("Travel", "Refunds")):
        for at, (size, line) in enumerate(
            [
                (20, chapter),
                *[(11, f"Text of {chapter}, line {n}, as long as text is.") for n in range(8)],
                (14, section),
            ]
        ):
            canvas.setFont("Helvetica", size)
            canvas.drawString(72, 760 - 24 * at, line)
        canvas.setFont("Helvetica", 11)
        canvas.drawString(72, 400, "One month, in writing, to the office.")
        canvas.showPage()
    canvas.save()

    parsed = read_pdf(buffer.getvalue())

    assert [(heading.level, heading.text) for heading in parsed.headings] == [
        (1, "Leave"),
        (2, "Notice"),
        (1, "Travel"),
        (2, "Refunds"),
    ]
    assert all(parsed.text[heading.start :].startswith(heading.text) for heading in parsed.headings)


def test_numbered_sections_of_a_chinese_pdf_are_headings_whatever_their_size() -> None:
    contents = ["目录", "第一章 总则 ········ 1", "第二章 假期 2"]
    first = ["第一章 总则", "一、目的", "为规范员工请假，制定本制度。", "第一章规定适用范围，其他各章规定细则。"]

    parsed = read_pdf(pdf([contents, first, ["第二章 假期", "第一节 年假", "十五天。"]]))

    assert [(heading.level, heading.text) for heading in parsed.headings] == [
        (1, "第一章 总则"), (3, "一、目的"), (1, "第二章 假期"), (2, "第一节 年假"),
    ]  # fmt: skip
    assert all(parsed.text[heading.start :].startswith(heading.text) for heading in parsed.headings)


def test_a_large_title_alone_is_no_section_of_all_pages() -> None:
    buffer = BytesIO()
    canvas = Canvas(buffer)
    for page in range(12):
        canvas.setFont("Helvetica", 11 if page else 24)
        canvas.drawString(72, 700, "A line of text on this page" if page else "Annual report")
        canvas.setFont("Helvetica", 11)
        for line in range(9):
            canvas.drawString(72, 600 - 20 * line, f"Line {line} of page {page}, as long as text is.")
        canvas.showPage()
    canvas.save()

    assert read_pdf(buffer.getvalue()).headings == ()


def test_a_page_tree_that_leads_in_a_circle_ends() -> None:
    kids = re.sub(rb"/Kids \[ (\d+ 0 R)", rb"/Kids [ PAGES", pdf([["first"], ["second"]]))
    pages = re.search(rb"(\d+) 0 obj\s*<<\s*/Count", kids)
    assert pages
    circular = kids.replace(b"PAGES", pages[1] + b" 0 R")

    try:
        text = read_pdf(circular).text
    except DocumentError as error:
        text = str(error)

    assert text


@pytest.mark.parametrize("seed", range(8))
def test_a_damaged_pdf_gives_text_or_a_reason(seed: int) -> None:
    rng = random.Random(seed)
    data = bytearray(pdf([["some words"], ["others"]], outline=[("some", 0, 1)]))
    for _ in range(40):
        data[rng.randrange(8, len(data))] = rng.randrange(256)

    try:
        parsed = read_pdf(bytes(data[: rng.randrange(len(data) // 2, len(data))]))
    except DocumentError:
        return
    assert parsed.text.strip()


def test_an_outline_that_leads_in_a_circle_does_not_hang() -> None:
    data = pdf([["first"], ["second"]], outline=[("first", 0, 1), ("second", 0, 2)])
    # Let the last bookmark's next one be the first: /Prev of the second points at the first's object.
    previous = re.search(rb"/Prev (\d+ 0 R)", data)
    assert previous
    circular = data.replace(b"/Prev " + previous[1], b"/Next " + previous[1])

    parsed = read_pdf(circular)

    assert [heading.text for heading in parsed.headings] == ["first", "second"]


def test_many_threads_read_at_once() -> None:
    data = pdf([[f"page {number}"] for number in range(20)])
    results: list[Parsed] = []
    threads = [threading.Thread(target=lambda: results.append(read_pdf(data))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({parsed.text for parsed in results}) == 1
    assert len(results) == 6


def test_a_hundred_pages_take_well_under_a_second() -> None:
    data = pdf([[f"Line {line} of page {page} says something." for line in range(40)] for page in range(100)])
    started = time.process_time()

    read_pdf(data)

    assert time.process_time() - started < 2  # 0.4 s on an idle machine
