"""Tables of PDFs: rows stand on lines of their own, cells apart, under their header; what is no table is left alone."""

from collections.abc import Sequence
from io import BytesIO

import pypdfium2
import pytest
from reportlab.lib import colors
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle
from tokenizers import Tokenizer

from ingest.document.parsed import Parsed
from ingest.pdf.lines import PageLine, Word, rejoined
from ingest.pdf.pdf import read_pdf
from ingest.reading.splitting import split
from kb.config import SplittingSettings

Cells = Sequence[str]
COLUMNS = (330, 420, 510)  # right edges
PROSE = "The figures of this report were prepared by the office and checked by two members of the board last year."


def page(canvas: Canvas, rows: Sequence[Cells | str], columns: Sequence[int] = COLUMNS, top: int = 760) -> None:
    """Draw rows: a string is a line of text; of cells the first is set left, the others right-aligned in columns."""
    for at, row in enumerate(rows):
        up = top - 14 * at
        cells = (row,) if isinstance(row, str) else row
        canvas.setFont("Helvetica" if "".join(cells).isascii() else "STSong-Light", 9)
        canvas.drawString(60, up, cells[0])
        for right, cell in zip(columns, cells[1:], strict=False):
            canvas.drawRightString(right, up, cell)
    canvas.showPage()


def drawn(*pages: Sequence[Cells | str], columns: Sequence[int] = COLUMNS) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = BytesIO()
    canvas = Canvas(buffer)
    for rows in pages:
        page(canvas, rows, columns)
    canvas.save()
    return buffer.getvalue()


def tables(parsed: Parsed) -> list[tuple[str, list[str]]]:
    """(header, the lines under it) of each table."""
    found = []
    for table in parsed.tables:
        text = parsed.text[table.start : table.end]
        found.append((table.header, text.removeprefix(table.header).strip("\n").split("\n")))
    return found


def assert_same_words(data: bytes, parsed: Parsed) -> None:
    """Nothing but white space differs from what pdfium extracts, so that words are found again on the page."""
    document = pypdfium2.PdfDocument(data)
    texts = ["".join(str(each.get_textpage().get_text_range()).split()) for each in document]
    document.close()
    assert ["".join(parsed.text[span.start : span.end].split()) for span in parsed.pages] == texts


STATEMENT: list[Cells | str] = [
    PROSE,
    "Consolidated statements, in short",
    ("", "", "", "(in millions)"),
    ("", "", "Year ended December 31,", ""),
    ("", "2015", "2016", "2017"),
    ("Operating activities:",),
    ("Net sales", "$ 1,250", "$ 1,300", "$ 2,044"),
    ("Costs of the sites that were closed, net of", "", "", ""),
    ("what was paid by others", "(210)", "(279)", "533"),
    ("Other income", "", "17", "(32)"),
    ("Tax rate", "7.0 %", "8.1 %", "9.3 %"),
    ("Total", "$ 1,047", "$ 1,038", "$ 2,545"),
    "",
    "See the notes. " + PROSE,
]


def test_rows_of_figures_stand_under_their_header_with_sign_unit_and_empty_cells() -> None:
    data = drawn(STATEMENT)

    parsed = read_pdf(data)

    ((header, rows),) = tables(parsed)
    assert header.split("\n") == ["(in millions)", "Year ended December 31,", "2015\t2016\t2017"]
    assert rows == [
        "Operating activities:",
        "Net sales\t$ 1,250\t$ 1,300\t$ 2,044",
        "Costs of the sites that were closed, net of what was paid by others\t(210)\t(279)\t533",
        "Other income\t\t17\t(32)",
        "Tax rate\t7.0 %\t8.1 %\t9.3 %",
        "Total\t$ 1,047\t$ 1,038\t$ 2,545",
    ]
    assert_same_words(data, parsed)


def test_each_chunk_of_a_long_table_repeats_its_header(tokenizer: Tokenizer) -> None:
    rows = [(f"Item {n} of the list", f"{n * 17:,}", f"({n * 3})", f"{n * 29:,}") for n in range(40, 90)]
    parsed = read_pdf(drawn([("In thousands", "2021", "2022", "2023"), *rows]))

    chunks = split(parsed, "report.pdf", tokenizer, SplittingSettings())

    header = "In thousands\t2021\t2022\t2023"
    assert len(chunks) > 2
    assert all(f"\n{header}\n" in f"\n{chunk.embedded_text}" for chunk in chunks)
    assert [chunk.header for chunk in chunks[1:]] == [header] * (len(chunks) - 1)
    assert all(line.count("\t") == 3 for chunk in chunks for line in chunk.text.split("\n"))


def test_the_line_right_above_a_table_stays_with_it(tokenizer: Tokenizer) -> None:
    introduction = "The offices, and what they earned in each year:"
    rows = [("", "2021", "2022", "2023"), *[(f"Town {n}", f"{n}.5", f"{n}.1", f"{n}.2") for n in range(30)]]
    parsed = read_pdf(drawn([*[PROSE] * 5, introduction, *rows]))

    chunks = split(parsed, "report.pdf", tokenizer, SplittingSettings(overlap_tokens=0))

    holding = [chunk.text for chunk in chunks if introduction in chunk.text]
    assert len(holding) == 1
    assert f"{introduction}\n2021\t2022\t2023\nTown 0\t0.5" in holding[0]


def test_a_table_that_goes_on_has_the_header_of_the_page_before() -> None:
    first = [("Office", "2021", "2022", "2023"), *[(f"Town {n}", f"{n}.5", f"{n}.1", f"{n}.2") for n in range(9)]]
    second = [(f"City {n}", f"{n}.5", f"{n}.1", f"{n}.2") for n in range(5)]
    elsewhere = [PROSE] * 12 + [(f"Area {n}", f"{n}.5", f"{n}.1", f"{n}.2") for n in range(5)]

    parsed = read_pdf(drawn(first, second, elsewhere))

    assert [header for header, _ in tables(parsed)] == ["Office\t2021\t2022\t2023", "Office\t2021\t2022\t2023", ""]


def test_a_chinese_table_keeps_its_unit_and_its_rows() -> None:
    data = drawn(
        [
            "以下为本公司的主要财务数据。",
            ("主要指标", "", "", "单位：万元"),
            ("项目", "2021年", "2022年", "2023年"),
            ("营业收入", "1,234.50", "1,300.00", "1,412.75"),
            ("净利润", "-35.20", "12.00", "87.10"),
            ("研发投入占比", "5.1%", "6.0%", "7.3%"),
        ]
    )

    parsed = read_pdf(data)

    ((header, rows),) = tables(parsed)
    assert "单位：万元" in header
    assert header.endswith("项目\t2021年\t2022年\t2023年")
    assert rows[:2] == ["营业收入\t1,234.50\t1,300.00\t1,412.75", "净利润\t-35.20\t12.00\t87.10"]
    assert_same_words(data, parsed)


def test_cells_of_words_that_are_wrapped_stand_on_the_line_of_their_row() -> None:
    style = getSampleStyleSheet()["BodyText"]

    def cell(words: str) -> Paragraph:
        return Paragraph(words, style)

    rows = [
        ["Benefit", "In network", "Out of network"],
        [cell("Office visits to a doctor, or to a specialist of your own choice"), cell("$20 each"), cell("40% after")],
        [cell("Emergency room"), cell("$250, waived if you are admitted to the hospital on that day"), cell("$250")],
        ["Vision", "$10", "Not covered"],
    ]
    buffer = BytesIO()
    grid = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black)])
    SimpleDocTemplate(buffer).build([Paragraph(PROSE, style), Table(rows, colWidths=[130, 130, 130], style=grid)])

    parsed = read_pdf(buffer.getvalue())

    ((header, lines),) = tables(parsed)
    assert header == "Benefit\tIn network\tOut of network"
    assert lines == [
        "Office visits to a doctor, or to a specialist of your own choice\t$20 each\t40% after",
        "Emergency room\t$250, waived if you are admitted to the hospital on that day\t$250",
        "Vision\t$10\tNot covered",
    ]
    assert_same_words(buffer.getvalue(), parsed)


@pytest.mark.parametrize("ruled", [False, True])
def test_two_tables_side_by_side_are_two(ruled: bool) -> None:
    words = [["Office", "Task", "Head"], ["Oslo", "Sales and support", "Ann"], ["Rome", "Design", "Bo"]]
    words += [["Bern", "Law of the firm", "Cy"]]
    signs = [["Form", "Who signs"], ["Leave", "the manager"], ["Travel", "the board"], ["Sick", "nobody"]]
    seats = [["Office", "Head", "Seats"], ["Oslo", "Ann", "12"], ["Rome", "Bo", "8"], ["Bern", "Cy", "20"]]
    days = [["Grade", "Days"], ["Staff", "15"], ["Lead", "20"], ["Board", "25"]]
    style = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black)] if ruled else [])
    for left, right in ((words, signs), (seats, days)):
        buffer = BytesIO()
        style_of_text = getSampleStyleSheet()["Normal"]
        above, below = Paragraph("Two tables stand below this line.", style_of_text), Paragraph("End", style_of_text)
        both = Table([[Table(left, style=style), Table(right, style=style)]], colWidths=[260, 200])
        SimpleDocTemplate(buffer).build([above, both, below])

        parsed = read_pdf(buffer.getvalue())

        rows = [parsed.text[table.start : table.end].split("\n") for table in parsed.tables]
        assert rows == [["\t".join(row) for row in left], ["\t".join(row) for row in right]]
        assert parsed.tables[0].header == "\t".join(left[0])
        assert_same_words(buffer.getvalue(), parsed)


def test_a_table_on_a_page_that_is_turned_is_a_table() -> None:
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(600, 800))
    canvas.setPageRotation(90)
    canvas.translate(600, 0)
    canvas.rotate(90)
    page(canvas, [("Office", "2021", "2022", "2023"), ("Rome", "5", "6", "7"), ("Oslo", "1", "(2)", "3")], top=500)
    canvas.save()

    assert tables(read_pdf(buffer.getvalue())) == [
        ("Office\t2021\t2022\t2023", ["Rome\t5\t6\t7", "Oslo\t1\t(2)\t3"]),
    ]


CONTENTS = [(f"{n}. What part {n} is about", "", "", str(3 * n)) for n in range(1, 9)]
LEADERS = [f"{n}. What part {n} is about {'. ' * 30} {3 * n}" for n in range(1, 9)]
ITEMS = [(f"({n})", "", "", PROSE[: 40 + n]) for n in range(1, 8)]


@pytest.mark.parametrize("rows", [CONTENTS, LEADERS, ITEMS, [PROSE] * 9], ids=["contents", "leaders", "items", "prose"])
def test_contents_lists_and_prose_are_no_tables(rows: Sequence[Cells | str]) -> None:
    parsed = read_pdf(drawn([PROSE, *rows, PROSE]))

    assert parsed.tables == ()
    assert "\t" not in parsed.text


@pytest.mark.parametrize("across", [True, False], ids=["line by line", "column by column"])
def test_two_columns_of_prose_are_no_table(across: bool) -> None:
    words = PROSE.split()
    lines = [" ".join(words[n % 12 : n % 12 + 6])[: 38 + n % 5] for n in range(30)]
    places = [(x, 760 - 13 * n, lines[n + off]) for n in range(15) for x, off in ((60, 0), (310, 15))]
    buffer = BytesIO()
    canvas = Canvas(buffer)
    canvas.setFont("Helvetica", 10)
    for x, y, line in places if across else sorted(places, key=lambda place: place[0]):
        canvas.drawString(x, y, line)
    canvas.save()

    assert read_pdf(buffer.getvalue()).tables == ()


def test_words_whose_letters_stand_on_lines_of_their_own_are_joined() -> None:
    letters = "Net cash"
    text = "\n".join(letters.replace(" ", "")) + "\n" + "\n".join("of all the sites")
    lines, at, up = [], 0, 500.0
    for number, character in enumerate([*letters, "\n", *"of all the sites"]):
        if character == "\n":
            up = 480.0
        elif character != " ":
            lines.append(PageLine(at, at + 1, 10.0, up, (Word(at, at + 1, 5.0 * number, 5.0 * number + 5),)))
            at += 2
        elif up == 480.0:
            at += 2
    lines, mended = rejoined(lines, text.replace("\n \n", "\n\n\n"))

    assert mended == "Net cash\nof all the sites"
    assert [mended[line.start : line.end] for line in lines] == ["Net cash", "of all the sites"]
    assert [mended[word.start : word.end] for word in lines[1].words] == ["of", "all", "the", "sites"]
