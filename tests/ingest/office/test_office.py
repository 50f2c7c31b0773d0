"""Reading Office documents: paragraphs, headings, tables, slides and sheets as their reader sees them."""

import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pptx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from ingest.document.list_numbering import chinese_numeral, numeral
from ingest.document.number_formats import format_value
from ingest.office.docx import read_docx
from ingest.office.pptx import read_pptx
from ingest.office.xlsx import read_xlsx
from ingest.plain.csv_rows import read_csv
from ingest.reading.reading import Parsed, read
from kb.config import IngestSettings


def saved(document: Any) -> bytes:
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def headings(parsed: Parsed) -> list[tuple[int, str]]:
    for heading in parsed.headings:
        assert parsed.text[heading.start :].startswith(heading.text)
    return [(heading.level, heading.text) for heading in parsed.headings]


def tables(parsed: Parsed) -> list[str]:
    return [parsed.text[table.start : table.end] for table in parsed.tables]


# -- Word


def test_a_word_document_is_read_in_order_with_headings_and_tables() -> None:
    document = docx.Document()
    document.add_heading("员工手册", 0)
    document.add_heading("请假制度", 1)
    document.add_paragraph("年假十五天。")
    table = document.add_table(rows=3, cols=2)
    for row, cells in zip(table.rows, (("级别", "天数"), ("经理", "20"), ("员工", "15")), strict=True):
        row.cells[0].text, row.cells[1].text = cells
    document.add_heading("病假", 2)
    document.add_paragraph("需要医生证明。")

    parsed = read_docx(saved(document))

    assert headings(parsed) == [(1, "员工手册"), (1, "请假制度"), (2, "病假")]
    assert tables(parsed) == ["级别 | 天数\n经理 | 20\n员工 | 15"]
    assert parsed.tables[0].header == "级别 | 天数"
    assert parsed.text.index("年假") < parsed.text.index("级别") < parsed.text.index("医生")
    assert parsed.title == "员工手册"


def test_inserted_text_is_read_and_deleted_text_is_not() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("The limit is ")
    for xml in (
        "<w:del {ns} w:id='1' w:author='a'><w:r><w:delText>100</w:delText></w:r></w:del>",
        "<w:ins {ns} w:id='2' w:author='a'><w:r><w:t>250</w:t></w:r></w:ins>",
        "<w:r {ns}><w:t xml:space='preserve'> euros</w:t><w:br/><w:t>a day.</w:t></w:r>",
    ):
        paragraph._p.append(parse_xml(xml.format(ns=nsdecls("w"))))

    assert read_docx(saved(document)).text == "The limit is 250 euros\na day."


def test_text_boxes_are_read_once() -> None:
    document = docx.Document()
    box = "<w:txbxContent><w:p><w:r><w:t>In the box</w:t></w:r></w:p></w:txbxContent>"
    document.add_paragraph("Before")._p.append(
        parse_xml(
            f"<w:r {nsdecls('w')} xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'"
            " xmlns:wps='http://schemas.microsoft.com/office/word/2010/wordprocessingShape'>"
            f"<mc:AlternateContent><mc:Choice Requires='wps'>{box}</mc:Choice>"
            f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
        )
    )

    assert read_docx(saved(document)).text == "Before\n\nIn the box"


def test_lists_show_the_numbers_that_word_shows() -> None:
    document = docx.Document()
    for words, style in (("first", "List Number"), ("second", "List Number"), ("point", "List Bullet")):
        document.add_paragraph(words, style=style)

    assert read_docx(saved(document)).text == "1. first\n2. second\n• point"


def test_cells_of_a_table_show_their_numbers_and_keep_inner_rows_apart() -> None:
    document = docx.Document()
    table = document.add_table(rows=3, cols=2)
    for row, words in zip(table.rows, ("付款", "Fees", "Rates"), strict=True):
        row.cells[0].paragraphs[0].style = "List Number"
        row.cells[1].text = words
    for words in ("first", "second"):
        table.cell(1, 1).add_paragraph(words, style="List Bullet")
    inner = table.cell(2, 1).add_table(rows=2, cols=2)
    for at, words in enumerate(("Level", "Days", "Staff", "15")):
        inner.cell(at // 2, at % 2).text = words
    document.add_paragraph("After", style="List Number")

    parsed = read_docx(saved(document))

    assert tables(parsed) == ["1. | 付款\n2. | Fees • first • second\n3. | Rates Level Days; Staff 15"]
    assert parsed.text.endswith("4. After")


def test_a_number_in_cells_merged_over_rows_is_counted_once() -> None:
    document = docx.Document()
    table = document.add_table(rows=3, cols=2)
    for row, words in zip(table.rows, ("a", "b", "c"), strict=True):
        row.cells[0].paragraphs[0].style = "List Number"
        row.cells[1].text = words
    for row, how in ((0, "restart"), (1, "continue")):
        merge = parse_xml(f"<w:vMerge {nsdecls('w')} w:val='{how}'/>")
        table.rows[row].cells[0]._tc.get_or_add_tcPr().append(merge)

    assert tables(read_docx(saved(document))) == ["1. | a\n1. | b\n2. | c"]


def test_a_table_of_one_row_with_sections_in_its_cells_is_a_layout() -> None:
    document = docx.Document()
    row = document.add_table(rows=1, cols=2).rows[0]
    for cell, heading in zip(row.cells, ("Leave", "Travel"), strict=True):
        cell.paragraphs[0].text, cell.paragraphs[0].style = heading, "Heading 2"
        cell.add_paragraph("Ask first.")
    data = document.add_table(rows=1, cols=2).rows[0]
    data.cells[0].paragraphs[0].text, data.cells[0].paragraphs[0].style = "Dept", "Heading 2"
    data.cells[1].text = "HR"

    parsed = read_docx(saved(document))

    assert headings(parsed) == [(2, "Leave"), (2, "Travel")]
    assert tables(parsed) == ["Dept | HR"]


def numbered(levels: str, others: str = "") -> docx.document.Document:
    """A document whose numbers 91 are those of an abstract list with these levels."""
    document = docx.Document()
    root = document.part.numbering_part.element
    for xml in (f"<w:abstractNum w:abstractNumId='91'>{levels}</w:abstractNum>", others):
        if xml:
            root.insert(0, parse_xml(xml.replace(" ", f" {nsdecls('w')} ", 1)))
    root.append(parse_xml(f"<w:num {nsdecls('w')} w:numId='91'><w:abstractNumId w:val='91'/></w:num>"))
    for level, words in ((0, "总则"), (1, "范围"), (1, "Terms")):
        properties = document.add_paragraph(words)._p.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_ilvl().val, properties.get_or_add_numId().val = level, 91
    return document


def level(depth: int, form: str, pattern: str, more: str = "") -> str:
    return f"<w:lvl w:ilvl='{depth}'><w:numFmt w:val='{form}'/>{more}<w:lvlText w:val='{pattern}'/></w:lvl>"


@pytest.mark.parametrize(
    ("legal", "text"),
    [
        ("<w:isLgl/>", "第一章 总则\n1.1 范围\n1.2 Terms"),
        ("<w:isLgl w:val='0'/>", "第一章 总则\n一.1 范围\n一.2 Terms"),
    ],
)
@pytest.mark.parametrize("linked", [False, True])
def test_numbers_may_be_decimal_throughout_and_their_levels_in_a_list_style(
    legal: str, text: str, linked: bool
) -> None:
    levels = level(0, "chineseCounting", "第%1章") + level(1, "decimal", "%1.%2", legal)
    style = f"<w:abstractNum w:abstractNumId='90'><w:styleLink w:val='Corp'/>{levels}</w:abstractNum>"
    document = numbered("<w:numStyleLink w:val='Corp'/>", style) if linked else numbered(levels)

    assert read_docx(saved(document)).text == text


def test_numbering_knows_chinese_and_other_forms() -> None:
    assert [chinese_numeral(number) for number in (0, 1, 10, 11, 20, 21, 100, 105, 110, 1024)] == [
        *("零", "一", "十", "十一", "二十", "二十一", "一百", "一百零五", "一百一十", "一千零二十四")
    ]
    assert [numeral(3, form) for form in ("decimal", "lowerLetter", "upperRoman", "chineseCounting")] == [
        *("3", "c", "III", "三")
    ]
    assert [numeral(27, "upperLetter"), numeral(4, "decimalEnclosedCircle"), numeral(7, "decimalZero")] == [
        *("AA", "④", "07")
    ]


def test_a_cell_merged_over_rows_is_repeated_so_that_each_row_stands_alone() -> None:
    document = docx.Document()
    table = document.add_table(rows=3, cols=3)
    for row, cells in zip(
        table.rows, (("Dept", "Role", "Days"), ("HR", "Lead", "20"), ("", "Clerk", "15")), strict=True
    ):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    table.cell(1, 0).merge(table.cell(2, 0))

    assert tables(read_docx(saved(document))) == ["Dept | Role | Days\nHR | Lead | 20\nHR | Clerk | 15"]


def test_a_table_of_one_cell_is_a_frame_around_text() -> None:
    document = docx.Document()
    document.add_table(rows=1, cols=1).cell(0, 0).text = "Note: ask first."

    parsed = read_docx(saved(document))

    assert parsed.text == "Note: ask first."
    assert parsed.tables == ()


def test_headers_and_footers_come_once_at_the_end_without_page_numbers() -> None:
    document = docx.Document()
    document.add_paragraph("Body.")
    document.sections[0].header.paragraphs[0].text = "Document no. HR-07"
    document.sections[0].footer.paragraphs[0].text = "第 3 页 共 12 页"

    assert read_docx(saved(document)).text == "Body.\n\nDocument no. HR-07"


@pytest.mark.parametrize("used", [False, True])
def test_headers_of_even_pages_are_read_where_they_are_used(used: bool) -> None:
    document = docx.Document()
    document.add_paragraph("Body.")
    document.settings.odd_and_even_pages_header_footer = used
    document.sections[0].even_page_header.paragraphs[0].text = "Document no. HR-07"

    assert read_docx(saved(document)).text == ("Body.\n\nDocument no. HR-07" if used else "Body.")


def test_numbered_or_bold_lines_are_headings_where_a_document_uses_no_heading_styles() -> None:
    document = docx.Document()
    for words, bold in (
        ("一、 任务来源", False),
        ("正文内容在这里。", False),
        ("背景", True),
        ("二、编制过程；", False),
    ):
        document.add_paragraph().add_run(words).bold = bold

    assert headings(read_docx(saved(document))) == [(1, "一、 任务来源"), (3, "背景")]


def test_a_template_title_gives_way_to_the_file_name(tmp_path: Path) -> None:
    document = docx.Document()
    document.core_properties.title = "（填写标准名称）"
    document.add_paragraph("text")
    path = tmp_path / "核电标准_2023.docx"
    path.write_bytes(saved(document))

    assert read(path, IngestSettings()).title == "核电标准 2023"


# -- slides


def test_slides_are_pages_with_titles_tables_charts_and_notes() -> None:
    deck = pptx.Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[1])
    first.shapes.title.text = "季度回顾"
    first.placeholders[1].text = "收入增长\n成本下降"
    first.notes_slide.notes_text_frame.text = "Say thanks to the team."
    second = deck.slides.add_slide(deck.slide_layouts[5])
    second.shapes.title.text = "Numbers"
    table = second.shapes.add_table(2, 2, Inches(1), Inches(4), Inches(4), Inches(1)).table
    for at, words in enumerate(("Region", "Sales", "North", "12")):
        table.cell(at // 2, at % 2).text = words
    data = CategoryChartData()
    data.categories = ["Q1", "Q2"]
    data.add_series("Profit", (3.5, 4))
    second.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(2), Inches(4), Inches(2), data)
    deck.slides.add_slide(deck.slide_layouts[6])

    parsed = read_pptx(saved(deck))

    pages = [parsed.text[page.start : page.end] for page in parsed.pages]
    assert pages[0] == "季度回顾\n\n收入增长\n成本下降\n\nSay thanks to the team."
    assert pages[1] == "Numbers\n\n| Profit\nQ1 | 3.5\nQ2 | 4\n\nRegion | Sales\nNorth | 12"
    assert pages[2] == ""
    assert headings(parsed) == [(1, "季度回顾"), (1, "Numbers")]
    assert parsed.tables[1].header == "Region | Sales"


@pytest.mark.parametrize(
    ("boxes", "text"),
    [
        ([("3", 5, 1.98, 1), ("2", 3, 1.99, 1), ("1", 1, 2.00, 1)], "1 2 3"),
        ([("right", 5, 1.0, 4), ("left", 1, 1.1, 3.8)], "left right"),
        ([("1", 1, 1, 1), ("2", 5, 1, 1), ("3", 1, 2.2, 1), ("4", 5, 2.2, 1)], "1 2 3 4"),
        (
            [("a", 1, 0.9, 5), ("1", 4, 1, 1), ("2", 6, 1, 1), ("3", 4, 3, 1), ("4", 6, 2.99, 1), ("5", 4, 4.8, 1)],
            "a 1 2 3 4 5",
        ),
        ([("right", 5, 1, 1), ("left", 1, 1.8, 1)], "right left"),
    ],
)
def test_boxes_side_by_side_on_a_slide_are_read_from_the_left(
    boxes: list[tuple[str, float, float, float]], text: str
) -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    for words, left, top, height in boxes:
        slide.shapes.add_textbox(Inches(left), Inches(top), Inches(1.8), Inches(height)).text_frame.text = words

    assert read_pptx(saved(deck)).text.split() == text.split()


@pytest.mark.parametrize(
    ("number_format", "since_1904", "text"),
    [
        ("0.0%", False, "| Share\n2024-01-01 | 12.5%\n2024-04-01 | 20.0%"),
        ("General", True, "| Share\n2028-01-02 | 0.125\n2028-04-02 | 0.2"),
    ],
)
def test_dates_and_percentages_of_a_chart_are_what_it_shows(number_format: str, since_1904: bool, text: str) -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    data = CategoryChartData(number_format=number_format)
    data.categories = [datetime.date(2024, 1, 1), datetime.date(2024, 4, 1)]
    data.add_series("Share", (0.125, 0.2))
    chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(4), Inches(2), data).chart
    chart._chartSpace.find("{*}date1904").set("val", str(int(since_1904)))

    assert read_pptx(saved(deck)).text == text


# -- spreadsheets


@pytest.mark.parametrize(
    ("value", "number_format", "seen"),
    [
        (0.256, "0%", "26%"),
        (0.256, "0.00%", "25.60%"),
        (1234567.891, "#,##0.00", "1,234,567.89"),
        (1234.5, "#,##0", "1,235"),
        (2.5, "0", "3"),
        (1234567, "General", "1234567"),
        (3.0, "General", "3"),
        (0.1 + 0.2, "General", "0.3"),
        (7, "00000", "00007"),
        (-5.5, "#,##0.00;(#,##0.00)", "(5.50)"),
        (-5.5, "#,##0.0;[Red]-#,##0.0", "-5.5"),
        (1500, '"¥"#,##0', "¥1,500"),
        (1500, "[$€-407]#,##0.00", "€1,500.00"),
        (1500, '_(* #,##0_);_(* (#,##0);_(* "-"??_);_(@_)', "1,500"),
        (0, '_(* #,##0_);_(* (#,##0);_(* "-"??_);_(@_)', "-"),
        (12, '0"天"', "12天"),
        (1500000, '0.0,,"M"', "1.5M"),
        (12345, "0.00E+00", "1.23E+04"),
        (0.5, "0.##", "0.5"),
        (True, "General", "TRUE"),
        ("007", "@", "007"),
        (datetime.datetime(2024, 3, 5), "yyyy-mm-dd", "2024-03-05"),
        (datetime.datetime(2024, 3, 5), "mm-dd-yy", "2024-03-05"),
        (datetime.datetime(2024, 3, 5), 'yyyy"年"m"月"d"日"', "2024年3月5日"),
        (datetime.datetime(2024, 3, 5, 14, 7, 9), "d/m/yyyy h:mm:ss", "5/3/2024 14:07:09"),
        (datetime.datetime(2024, 3, 5, 14, 7), "d-mmm-yy h:mm AM/PM", "5-Mar-24 2:07 PM"),
        (datetime.datetime(2024, 3, 5), "[$-409]mmmm d, yyyy;@", "March 5, 2024"),
        (datetime.time(9, 30), "h:mm", "9:30"),
        (datetime.timedelta(hours=30, minutes=5), "[h]:mm", "30:05:00"),
        (12345, '0!.0,"万"', "1.2万"),
        (123456, '0!.0000"万"', "12.3456万"),
        (5, '0!.0000"万"', "0.0005万"),
        (13812345678, "000-0000-0000", "138-1234-5678"),
        (-1234567, "#\\ ##0", "-1234 567"),
    ],
)
def test_a_cell_says_what_the_spreadsheet_shows(value: object, number_format: str, seen: str) -> None:
    assert format_value(value, number_format) == seen


def workbook_of(*sheets: tuple[str, list[list[object]]]) -> openpyxl.Workbook:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets:
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return workbook


def test_sheets_are_headings_and_rows_are_lines() -> None:
    workbook = workbook_of(
        ("预算", [["2024 budget"], ["部门", "金额"], ["人事", 1200.0], [None, None], ["研发", 3400]]),
        ("Codes", [["Code", "Name"], ["007", "Bond"]]),
        ("Empty", []),
    )
    workbook["预算"]["B3"].number_format = "#,##0.00"

    parsed = read_xlsx(saved(workbook))

    assert headings(parsed) == [(1, "预算"), (1, "Codes")]
    assert tables(parsed) == ["部门 | 金额\n人事 | 1,200.00", "研发 | 3400", "Code | Name\n007 | Bond"]
    assert [table.header for table in parsed.tables] == ["部门 | 金额", "部门 | 金额", "Code | Name"]
    assert "2024 budget\n\n部门" in parsed.text
    assert parsed.pages == ()


def test_years_may_head_the_columns_of_figures() -> None:
    workbook = workbook_of(("Sheet1", [["Metric", 2022, 2023], ["Revenue", 10, 12], ["Founded", 1990, 55]]))

    (table,) = read_xlsx(saved(workbook)).tables

    assert table.header == "Metric | 2022 | 2023"


def test_a_sheet_with_a_lone_cell_at_its_far_end_is_read_quickly() -> None:
    workbook = workbook_of(("Sheet1", [["a", "b"], [1, 2]]))
    workbook["Sheet1"]["XFD200000"] = "far"

    parsed = read_xlsx(saved(workbook))

    assert parsed.text == "a | b\n1 | 2\n\nfar" or parsed.text.endswith("far")
    assert len(parsed.text) < 100


def test_csv_values_are_verbatim_and_the_delimiter_is_found() -> None:
    parsed = read_csv('姓名;编号;备注\n张三;007;"含;分号\n换行"\n李四;1.50;\n'.encode("gb18030"))

    assert parsed.text == "姓名 | 编号 | 备注\n张三 | 007 | 含;分号 换行\n李四 | 1.50"
    assert parsed.tables[0].header == "姓名 | 编号 | 备注"


def test_a_hint_to_excel_is_no_row() -> None:
    assert read_csv(b"sep=;\na;b\n1;2\n").text == "a | b\n1 | 2"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_each_usual_delimiter_is_found(delimiter: str) -> None:
    rows = [["name", "note", "n"], ["a, b; c" if delimiter not in ",;" else "a b", "x", "1"], ["d", "y", "2"]]
    source = "\n".join(delimiter.join(row) for row in rows)

    assert read_csv(source.encode()).text.split("\n")[0] == "name | note | n"
