"""Tables of web pages, Markdown, reStructuredText, Org and office files: each row is found with its header, whatever
form that has."""

from io import BytesIO

import docx
import openpyxl
import pptx
import pytest

from ingest.document.parsed import Parsed
from ingest.document.tables import header_part
from ingest.plain.html import read_html
from ingest.plain.markdown_text import read_markdown
from ingest.plain.rst_org import read_org, read_rst
from ingest.reading.reading import read_bytes
from kb.config import IngestSettings


def tables(parsed: Parsed) -> list[tuple[str, str]]:
    """(rows, header) of each table."""
    return [(parsed.text[table.start : table.end], table.header) for table in parsed.tables]


def page(*rows: str) -> list[tuple[str, str]]:
    return tables(read_html(f"<p>Before</p><table>{''.join(rows)}</table><p>After</p>".encode()))


# -- web pages


def test_labels_of_rows_are_no_header_and_a_header_may_have_an_empty_corner() -> None:
    assert page("<tr><td></td><th>2023</th><th>2024</th></tr>", "<tr><th>Revenue</th><td>10</td><td>12</td></tr>") == [
        ("| 2023 | 2024\nRevenue | 10 | 12", "| 2023 | 2024")
    ]
    assert page("<tr><th>Name</th><td>Li</td></tr>", "<tr><th>Age</th><td>30</td></tr>") == [
        ("Name | Li\nAge | 30", "")
    ]


def test_all_rows_of_a_header_head_the_columns() -> None:
    double = '<tr><th rowspan="2">Dept</th><th colspan="2">Days</th></tr><tr><th>2023</th><th>2024</th></tr>'
    rows = "<tr><td>HR</td><td>10</td><td>12</td></tr>"

    for source in (
        double,
        f"<thead>{double.replace('th', 'td')}</thead>".replace("td ead", "thead"),
        double.replace("th", "td"),
    ):
        assert page(source, rows) == [
            ("Dept | Days\nDept | 2023 | 2024\nHR | 10 | 12", "Dept | Days\nDept | 2023 | 2024")
        ]


def test_a_table_inside_a_cell_is_said_in_it_and_the_row_keeps_its_header() -> None:
    inner = "<table><tr><th>Size</th><th>Price</th></tr><tr><td>L</td><td>9</td></tr></table>"

    assert page("<tr><th>Item</th><th>Detail</th></tr>", f"<tr><td>Box</td><td>{inner}</td></tr>") == [
        ("Item | Detail\nBox | Size Price L 9", "Item | Detail")
    ]


def test_the_foot_of_a_table_comes_last_wherever_it_is_written() -> None:
    foot, head = "<tfoot><tr><td>Total</td><td>9</td></tr></tfoot>", "<thead><tr><th>A</th><th>B</th></tr></thead>"

    assert page(foot, head, "<tbody><tr><td>x</td><td>9</td></tr></tbody>") == [("A | B\nx | 9\nTotal | 9", "A | B")]


def test_a_first_row_in_bold_or_of_words_over_figures_heads_a_table_that_marks_none() -> None:
    bold = "<tr><td><b>Room 1</b></td><td><b>Room 2</b></td></tr><tr><td>Ann 5</td><td>Bo 6</td></tr>"
    words = "<tr><td>Item</td><td>Q1 2023</td><td>2024</td></tr><tr><td>Lids</td><td>1.5</td><td>-2</td></tr>"
    names = "<tr><td>Ann</td><td>Room 1</td></tr><tr><td>Bo</td><td>Room 2</td></tr>"

    assert [page(source)[0][1] for source in (bold, words, names)] == ["Room 1 | Room 2", "Item | Q1 2023 | 2024", ""]


def test_a_cell_that_spans_all_rows_left_spans_those_of_its_part_of_the_table() -> None:
    head = "<tr><th>A</th><th>B</th></tr>"
    first = '<tbody><tr><td rowspan="0">x</td><td>1</td></tr><tr><td>2</td></tr></tbody>'

    assert page(head, first, "<tbody><tr><td>y</td><td>3</td></tr></tbody>")[0][0] == "A | B\nx | 1\nx | 2\ny | 3"


# -- Markdown


def test_a_table_of_html_in_markdown_is_one_of_markdown() -> None:
    source = (
        "# 权限\n\n<table>\n  <tr>\n    <td>特性</td>\n    <td>权限</td>\n  </tr>\n  <tr>\n"
        "    <td rowspan=2>基本</td>\n    <td><code>a|b</code></td></tr><tr><td>SELECT</td></tr>\n</table>\n\n"
        "## 后\n\n```\n<table><tr><td>x</td></tr></table>\n```\n"
    )

    parsed = read_markdown(source.encode())

    assert parsed.text == (
        "# 权限\n\n| 特性 | 权限 |\n| --- | --- |\n| 基本 | a\\|b |\n| 基本 | SELECT |\n\n## 后\n\n"
        "```\n<table><tr><td>x</td></tr></table>\n```\n"
    )
    assert [header for _, header in tables(parsed)] == ["| 特性 | 权限 |"]
    assert [parsed.text[heading.start :].split("\n")[0] for heading in parsed.headings] == ["# 权限", "## 后"]


def test_a_table_of_html_without_a_header_or_that_lays_out_text_is_kept_as_it_is() -> None:
    layout = "<table><tr><td>\n\n# Title\n\n</td></tr></table>\n"
    values = "<table><tr><td>Ann</td><td>Room 1</td></tr><tr><td>Bo</td><td>Room 2</td></tr></table>\n"

    assert read_markdown(layout.encode()).text == layout
    assert tables(read_markdown(values.encode())) == [("|  |  |\n| --- | --- |\n| Ann | Room 1 |\n| Bo | Room 2 |", "")]


def test_tables_of_markdown_in_quotes_and_without_a_header_are_found() -> None:
    quoted = "> | A | B |\n> |---|---|\n> | 1 | 2 |\n\nText\n"

    assert tables(read_markdown(quoted.encode())) == [("> | A | B |\n> |---|---|\n> | 1 | 2 |", "> | A | B |")]
    assert tables(read_markdown(b"|  |  |\n|---|---|\n| a | 1 |\n")) == [("|  |  |\n|---|---|\n| a | 1 |", "")]


def test_a_grid_table_in_markdown_is_found() -> None:
    source = "Text\n\n+---+---+\n| A | B |\n+===+===+\n| 1 | 2 |\n+---+---+\n"

    assert tables(read_markdown(source.encode())) == [("| A | B |\n| --- | --- |\n| 1 | 2 |", "| A | B |")]


# -- reStructuredText


def test_a_list_table_has_its_rows_and_header() -> None:
    source = (
        ".. list-table:: Days by grade\n   :header-rows: 1\n   :widths: 20 80\n\n   * - Grade\n     - Days\n"
        "   * - Staff\n     - 15 days,\n       if not *more*\n   * - Lead\n     -\n\nAfter\n"
    )

    parsed = read_rst(source.encode())

    assert parsed.text == "Days by grade\n\nGrade | Days\nStaff | 15 days, if not *more*\nLead\n\nAfter\n"
    assert [header for _, header in tables(parsed)] == ["Grade | Days"]


def test_a_csv_table_has_its_rows_and_header() -> None:
    source = (
        '.. csv-table:: Treats\n   :header: "Treat", "Price, EUR"\n   :delim: ,\n\n'
        '   "Albatross", 2.99\n   "Gannet, on a\n   stick", 1.49\n\n'
        ".. csv-table::\n   :header-rows: 1\n   :delim: ;\n\n   a;b\n   1;2\n"
    )

    assert tables(read_rst(source.encode())) == [
        ("Treat | Price, EUR\nAlbatross | 2.99\nGannet, on a stick | 1.49", "Treat | Price, EUR"),
        ("a | b\n1 | 2", "a | b"),
    ]


def test_cells_of_a_grid_table_may_span_and_have_several_lines() -> None:
    source = (
        "+--------+----------+----------+\n| Header | Header 2 | Header 3 |\n| row 1  |          |          |\n"
        "+========+==========+==========+\n| body 1 | column 2 | column 3 |\n+--------+----------+----------+\n"
        "| body 2 | Cells may span      |\n+--------+----------+----------+\n| body 3 | Cells    | 1        |\n"
        "+--------+ may span +----------+\n| body 4 | rows.    | 2        |\n+--------+----------+----------+\n"
    )  # fmt: skip

    assert tables(read_rst(source.encode())) == [
        (
            "Header row 1 | Header 2 | Header 3\nbody 1 | column 2 | column 3\nbody 2 | Cells may span\n"
            "body 3 | Cells may span rows. | 1\nbody 4 | Cells may span rows. | 2",
            "Header row 1 | Header 2 | Header 3",
        )
    ]


def test_wide_characters_of_a_grid_table_take_two_columns() -> None:
    source = "+--------+----+\n| 级别   | 天 |\n+========+====+\n| 员工甲 | 15 |\n+--------+----+\n"

    assert tables(read_rst(source.encode())) == [("级别 | 天\n员工甲 | 15", "级别 | 天")]


def test_rows_of_a_simple_table_may_have_several_lines() -> None:
    source = (
        "=====  =========\nLevel  Days of\n       leave\n=====  =========\nStaff  fifteen,\n       no more\n"
        "Lead   20\n=====  =========\n\nText\n"
    )

    parsed = read_rst(source.encode())

    assert parsed.text == "Level | Days of leave\nStaff | fifteen, no more\nLead | 20\n\nText\n"
    assert tables(parsed)[0][1] == "Level | Days of leave"


def test_what_only_looks_like_a_table_is_kept_as_it_is() -> None:
    for source in (
        "+---\n| a\n",
        "+---+\n| a |\n",
        "=== ===\n",
        ".. list-table:: x\n\n   no list\n",
        ".. csv-table:: x\n   :file: a.csv\n",
    ):
        assert read_rst(source.encode()).text == source


# -- Org


def test_an_org_table_without_a_rule_has_the_header_that_it_looks_like() -> None:
    assert tables(read_org("| 部门 | 天数 |\n| 人事 | 15 |\n".encode())) == [
        ("| 部门 | 天数 |\n| 人事 | 15 |", "| 部门 | 天数 |")
    ]
    assert tables(read_org(b"| Ann | 3 |\n| Bo | 4 |\n")) == [("| Ann | 3 |\n| Bo | 4 |", "")]


def test_rows_above_the_rule_of_an_org_table_are_its_header() -> None:
    source = "|   | Days | |\n| Dept | 2023 | 2024 |\n|---+---+---|\n| HR | 1 | 2 |\n"

    assert tables(read_org(source.encode()))[0][1] == "|   | Days | |\n| Dept | 2023 | 2024 |"


# -- what a piece of a row is embedded with


def test_a_part_of_a_row_has_the_part_of_each_row_of_the_header_above_it() -> None:
    parsed = read_html(
        b"<table><tr><th rowspan=2>Dept</th><th colspan=2>Days</th></tr><tr><th>2023</th><th>2024</th></tr>"
        b"<tr><td>HR</td><td>10</td><td>12</td></tr></table>"
    )
    start = parsed.text.index("12")

    assert header_part(parsed.text, parsed.tables[0], start, start + 2) == "Dept | Days\nDept | 2024"


def test_labels_in_bold_make_no_header_of_the_first_row() -> None:
    rows = [f"<tr><td><b>{key}</b></td><td>{value}</td></tr>" for key, value in (("Contact", "Ann"), ("Town", "Oslo"))]

    assert page(*rows) == [("Contact | Ann\nTown | Oslo", "")]


def test_each_line_of_what_a_database_printed_is_a_row() -> None:
    printed = "+----+-------+\n| id | name  |\n+----+-------+\n| 1  | Hello |\n| 2  | World |\n+----+-------+\n"

    assert tables(read_rst(printed.encode())) == [("id | name\n1 | Hello\n2 | World", "id | name")]
    assert read_rst(("Shown::\n\n" + printed).replace("\n", "\n  ").encode()).tables == ()
    for fenced in (f"```\n{printed}```\n", "- item\n\n    ```\n    " + printed.replace("\n", "\n    ") + "```\n"):
        assert read_markdown(fenced.encode()).text == fenced


# -- office files: headers of several rows

DOUBLE = [["部门", "2023年", "", "2024年", ""], ["", "收入", "成本", "收入", "成本"], ["人事", "1", "2", "3", "4"]]
SAID = "部门 | 2023年 |  | 2024年\n部门 | 收入 | 成本 | 收入 | 成本"
SPANS = [(0, 0, 1, 0), (0, 1, 0, 2), (0, 3, 0, 4)]  # row, column to row, column


def word() -> bytes:
    document, buffer = docx.Document(), BytesIO()
    table = document.add_table(rows=3, cols=5)
    for row, column, below, right in SPANS:
        table.cell(row, column).merge(table.cell(below, right))
    for row, texts in enumerate(DOUBLE):
        for column, text in enumerate(texts):
            if text:
                table.cell(row, column).text = text
    document.save(buffer)
    return buffer.getvalue()


def slide() -> bytes:
    presentation, buffer = pptx.Presentation(), BytesIO()
    shape = presentation.slides.add_slide(presentation.slide_layouts[6]).shapes.add_table(3, 5, 0, 0, 99, 99)
    for row, column, below, right in SPANS:
        shape.table.cell(row, column).merge(shape.table.cell(below, right))
    for row, texts in enumerate(DOUBLE):
        for column, text in enumerate(texts):
            if text:
                shape.table.cell(row, column).text = text
    presentation.save(buffer)
    return buffer.getvalue()


def sheet(last: list[object], merged: bool = True) -> bytes:
    book, buffer = openpyxl.Workbook(), BytesIO()
    for texts in (*DOUBLE[:2], last):
        book.active.append([text or None for text in texts])
    for row, column, below, right in SPANS if merged else ():
        book.active.merge_cells(None, row + 1, column + 1, below + 1, right + 1)
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.docx", word()), ("a.pptx", slide()), ("a.xlsx", sheet(["人事", 1, 2, 3, 4]))],
)
def test_a_header_of_two_rows_of_an_office_file_heads_each_row(name: str, data: bytes) -> None:
    parsed = read_bytes(data, IngestSettings(ocr=False), name=name)

    assert tables(parsed) == [(f"{SAID}\n人事 | 1 | 2 | 3 | 4", SAID)]


def test_a_second_row_of_words_in_a_sheet_is_a_header_only_under_cells_that_span() -> None:
    book = openpyxl.load_workbook(BytesIO(sheet(["人事", 1, 2, 3, 4], merged=False)))
    for column, text in enumerate(("部门", "甲", "乙", "丙", "丁"), 1):
        book.active.cell(1, column, text)
    buffer = BytesIO()
    book.save(buffer)

    assert tables(read_bytes(buffer.getvalue(), IngestSettings(), name="a.xlsx"))[0][1] == "部门 | 甲 | 乙 | 丙 | 丁"
