"""Reading sheets: captions, merged cells, formulas, comments and hidden parts, of new workbooks, old ones and .csv."""

import re
import zipfile
from collections.abc import Callable
from io import BytesIO

import docx
import openpyxl
import pytest
from openpyxl.comments import Comment

from ingest.parsed import TextBuilder
from ingest.reading import Parsed, read_bytes
from ingest.sheets import SheetRow, spread
from kb.config import IngestSettings
from tests.ingest import binary

SETTINGS = IngestSettings(ocr=False)


def read_as(name: str, content: bytes | openpyxl.Workbook) -> Parsed:
    if isinstance(content, bytes):
        return read_bytes(content, SETTINGS, name=name)
    buffer = BytesIO()
    content.save(buffer)
    return read_bytes(buffer.getvalue(), SETTINGS, name=name)


def workbook(*rows: list[object]) -> openpyxl.Workbook:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    return made


@pytest.mark.parametrize("start", ["", "\n", "\n \n,,\n"])
def test_a_csv_may_begin_with_blank_lines(start: str) -> None:
    parsed = read_as("a.csv", f"{start}部门,金额\n人事,12\n".encode())

    assert parsed.text == "部门 | 金额\n人事 | 12"
    assert parsed.tables[0].header == "部门 | 金额"


def test_a_caption_over_a_table_is_not_its_header() -> None:
    parsed = read_as("a.csv", "2024年部门预算,,\n单位：万元\n部门,金额,备注\n人事,12,x\n".encode())

    assert parsed.text == "2024年部门预算\n\n单位：万元\n\n部门 | 金额 | 备注\n人事 | 12 | x"
    assert [table.header for table in parsed.tables] == ["部门 | 金额 | 备注"]
    assert parsed.text[parsed.tables[0].start :].startswith("部门")


@pytest.mark.parametrize(
    ("rows", "text", "header"),
    [
        ([["Cap", ""], ["a", "b"], ["1", "2"]], "Cap\n\na | b\n1 | 2", "a | b"),
        ([["", "Profit"], ["Q1", "3"]], "| Profit\nQ1 | 3", "| Profit"),
        ([["one"], ["two"]], "one\ntwo", "one"),
        ([["Cap"], ["a", "b"]], "Cap\n\na | b", ""),
    ],
)
def test_only_a_lone_first_cell_over_wider_rows_is_a_caption(rows: list[list[str]], text: str, header: str) -> None:
    out = TextBuilder()
    out.table(rows, header=True)

    assert ("".join(out._parts), out.tables[0].header) == (text, header)


def test_a_label_merged_over_rows_stands_in_each_of_them() -> None:
    book = workbook(
        ["2024 budget", None, None],
        ["Dept", "Role", "Days"],
        ["HR", "Lead", 20],
        [None, "Clerk", 15],
        [None, None, None],
        ["IT", "Lead", 21],
    )
    book.active.merge_cells("A1:C1")
    book.active.merge_cells("A3:A5")

    parsed = read_as("a.xlsx", book)

    assert parsed.text == "2024 budget\n\nDept | Role | Days\nHR | Lead | 20\nHR | Clerk | 15\n\nIT | Lead | 21"
    assert [table.header for table in parsed.tables] == ["Dept | Role | Days"] * 2


def test_a_label_merged_over_rows_of_an_old_workbook_stands_in_each_of_them() -> None:
    rows: list[list[str | float]] = [
        ["部门", "姓名", "金额"],
        ["人事", "张三", 1.0],
        ["", "李四", 2.0],
        ["研发", "王五", 3.0],
    ]

    parsed = read_as("a.xls", binary.workbook(rows, merged=[(1, 2, 0, 0)]))

    assert parsed.text.split("\n")[2:] == [
        "部门 | 姓名 | 金额", "人事 | 张三 | 1.00", "人事 | 李四 | 2.00", "研发 | 王五 | 3.00",
    ]  # fmt: skip


def test_a_million_merged_rows_end_with_those_that_are_there() -> None:
    rows = [SheetRow(1, ["a", "x"], False), SheetRow(2, ["", "y"], False), SheetRow(900_000, ["", "z"], False)]

    found = spread(rows, [(1, 1_048_576, 0), (5, 1_048_576, 1)])

    assert [row.values for row in found] == [["a", "x"], ["a", "y"], [], ["a", "z"]]


def test_a_formula_without_a_value_is_shown_itself() -> None:
    book = workbook(["Item", "Price", "Total"], ["Pallet", 12, "=B2*3"], ["Lid", 5, "=SUM(B2:B3)"])

    parsed = read_as("a.xlsx", book)

    assert parsed.text == "Item | Price | Total\nPallet | 12 | =B2*3\nLid | 5 | =SUM(B2:B3)"
    assert parsed.tables[0].header == "Item | Price | Total"


def test_shared_and_matrix_formulas_without_a_value_are_shown() -> None:
    cells = (
        '<row r="2"><c r="A2"><v>1</v></c><c r="B2"><f t="shared" ref="B2:B3" si="0">A2*2</f></c></row>'
        '<row r="3"><c r="A3"><v>2</v></c><c r="B3"><f t="shared" si="0"/></c></row>'
        '<row r="4"><c r="A4"><v>3</v></c><c r="B4"><f t="array" ref="B4">SUM(A2:A3)</f><v></v></c></row>'
        '<row r="5"><c r="A5"><v>4</v></c><c r="B5"><f>A5*2</f><v>8</v></c></row>'
    )
    data = rewritten(workbook(["n", "m"]), lambda part: part.replace("</sheetData>", f"{cells}</sheetData>"))

    assert read_as("a.xlsx", data).text == "n | m\n1 | =A2*2\n2 | =A3*2\n3 | =SUM(A2:A3)\n4 | 8"


def test_comments_stand_under_their_sheet_with_the_label_of_their_row() -> None:
    book = workbook(["Dept", "Days"], ["HR", 20])
    book.active["B2"].comment = Comment("Agreed with\nthe works council.", "Ann")

    assert read_as("a.xlsx", book).text == "Dept | Days\nHR | 20\n\nComment on B2 (HR): Agreed with the works council."


def test_hidden_sheets_and_rows_are_read_and_marked() -> None:
    book = workbook(["Code", "Name"], ["1", "seen"], ["2", "unseen"])
    book.active.title = "Codes"
    book.active.row_dimensions[3].hidden = True
    secret = book.create_sheet("Rates")
    secret.append(["Rate", "Value"])
    secret.append(["base", 7])
    secret.sheet_state = "veryHidden"

    assert read_as("a.xlsx", book).text == (
        "Codes\n\nCode | Name\n1 | seen\n2 (hidden) | unseen\n\nRates (hidden)\n\nRate | Value\nbase | 7"
    )


def test_rows_that_a_filter_hides_are_like_the_others() -> None:
    book = workbook(["Code", "Name"], ["1", "seen"], ["2", "unseen"])
    book.active.auto_filter.ref = "A1:B3"
    book.active.row_dimensions[3].hidden = True

    assert read_as("a.xlsx", book).text == "Code | Name\n1 | seen\n2 | unseen"


def test_hidden_columns_are_read_and_marked() -> None:
    rows: list[list[str | float]] = [["Code", "Pay"], ["x", 7.0]]
    book = workbook(*rows)
    book.active.column_dimensions.group("B", "D", hidden=True)

    assert read_as("a.xlsx", book).text == "Code | Pay (hidden)\nx | 7"
    assert read_as("a.xls", binary.workbook(rows, "Sheet1", hidden_columns=[1, 3])).text == (
        "Code | Pay (hidden)\nx | 7.00"
    )


def test_hidden_rows_of_an_old_workbook_are_marked_unless_a_filter_hides_them() -> None:
    rows: list[list[str | float]] = [["Code", "Name"], ["x", 7.0], ["y", 8.0]]

    for filtered, mark in ((False, " (hidden)"), (True, "")):
        data = binary.workbook(rows, "Sheet1", hidden_rows=[2], filtered=filtered)
        assert read_as("a.xls", data).text == f"Code | Name\nx | 7.00\ny{mark} | 8.00"


def test_a_hidden_sheet_of_an_old_workbook_is_read_and_marked() -> None:
    parsed = read_as("a.xls", binary.workbook([["a", "b"], ["c", 1.0]], hidden=True))

    assert [heading.text for heading in parsed.headings] == ["Prices (hidden)"]


def test_a_workbook_saved_as_strict_is_read() -> None:
    def strict(part: str) -> str:
        usual = r"http://schemas\.openxmlformats\.org/(spreadsheetml|officeDocument)/2006/(\w+)"
        return re.sub(usual, r"http://purl.oclc.org/ooxml/\1/\2", part)

    data = rewritten(workbook(["Dept", "Days"], ["HR", 20]), strict)

    assert b"purl.oclc.org" in zipfile.ZipFile(BytesIO(data)).read("_rels/.rels")
    assert read_as("a.xlsx", data).text == "Dept | Days\nHR | 20"


def rewritten(book: openpyxl.Workbook, change: Callable[[str], str]) -> bytes:
    """The workbook with each of its parts changed."""
    buffer, changed = BytesIO(), BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name).decode()))
    return changed.getvalue()


def test_a_caption_merged_over_a_table_of_a_word_document_is_not_its_header() -> None:
    document, buffer = docx.Document(), BytesIO()
    table = document.add_table(rows=3, cols=2)
    for row, cells in zip(table.rows, (("部门预算", ""), ("部门", "金额"), ("人事", "12")), strict=True):
        row.cells[0].text, row.cells[1].text = cells
    table.cell(0, 0).merge(table.cell(0, 1))
    document.save(buffer)

    parsed = read_as("a.docx", buffer.getvalue())

    assert parsed.text == "部门预算\n\n部门 | 金额\n人事 | 12"
    assert [table.header for table in parsed.tables] == ["部门 | 金额"]
