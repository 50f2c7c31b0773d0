"""Reading sheets: captions, merged cells, formulas, comments and hidden parts, of new workbooks, old ones and .csv."""

import datetime
import re
import struct
import zipfile
from collections.abc import Callable
from io import BytesIO

import docx
import openpyxl
import pytest
from openpyxl.comments import Comment

from ingest.document.number_formats import format_value
from ingest.document.parsed import TextBuilder
from ingest.plain.csv_rows import SheetRow, spread
from ingest.reading.reading import Parsed, read_bytes
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

    assert (
        read_as("a.xlsx", book).text
        == "Dept | Days\nHR | 20\n\nComment on B2 (HR), Ann: Agreed with the works council."
    )


def test_a_conversation_on_a_cell_tells_who_said_what_and_when() -> None:
    book = workbook(["Dept", "Days"], ["HR", 20], ["IT", 22])
    told = (
        "[Threaded comment]\n\nYour version of Excel ... https://go.microsoft.com/fwlink/?linkid=870924\n\nComment:\n"
    )
    book.active["B2"].comment = Comment(f"{told}    Really 20?", "tc={1}")
    book.active["B3"].comment = Comment("Old note.", "Ann")
    buffer, made = BytesIO(), BytesIO()
    book.save(buffer)
    space = 'xmlns="http://schemas.microsoft.com/office/spreadsheet/2018/threadedcomments"'
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/worksheets/_rels/sheet1.xml.rels":
                kind = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
                target = "/xl/threadedComments/threadedComment1.xml"
                link = f'<Relationship Id="rId99" Type="{kind}" Target="{target}"/></Relationships>'
                data = data.replace(b"</Relationships>", link.encode())
            new.writestr(name, data)
        people = "".join(f'<person displayName="{who}" id="{{{n}}}"/>' for n, who in ((1, "韩梅梅"), (2, "Li Wei")))
        new.writestr("xl/persons/person.xml", f"<personList {space}>{people}</personList>")
        said = "".join(
            f'<threadedComment ref="B2" dT="2025-03-1{n}T09:30:00.00" personId="{{{n}}}"><text>{words}</text>'
            "</threadedComment>"
            for n, words in ((1, "Really 20?"), (2, "Yes."))
        )
        new.writestr("xl/threadedComments/threadedComment1.xml", f"<ThreadedComments {space}>{said}</ThreadedComments>")
    assert read_as("a.xlsx", made.getvalue()).text.partition("\n\n")[2] == (
        "Comment on B2 (HR), 韩梅梅, 2025-03-11 09:30: Really 20?\nComment on B2 (HR), Li Wei, 2025-03-12 09:30: Yes.\n"
        "Comment on B3 (IT), Ann: Old note."
    )


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


# -- formats of numbers and dates


@pytest.mark.parametrize(
    ("value", "number_format", "seen"),
    [
        (500, '[>=100000000]0.00,,"亿";[>=10000]0!.0,"万";0', "500"),
        (25_000, '[>=100000000]0.00,,"亿";[>=10000]0!.0,"万";0', "2.5万"),
        (-5, '[>=100000000]0.00,,"亿";[>=10000]0!.0,"万";0', "-5"),
        (25, "[<1]0.0%;0", "25"),
        (0.5, "[<1]0.0%;0", "50.0%"),
        (-3, '[=0]"无";0.0', "-3.0"),
        (0, '[=0]"无";0.0', "无"),
        (-3, '[<0]"亏"0;0', "亏3"),
        (7, "[>=100]0.00", "7"),
        (-7.5, "0.00;[Red]0.00", "-7.50"),
        (-7.5, "0.00_);[Red]0.00_)", "-7.50"),
        (-7.5, "0.00;[Red](0.00)", "(7.50)"),
        (-7.5, "0.00;0.00", "7.50"),  # which nothing tells from 7.5 in the sheet either
        (datetime.date(2024, 3, 5), "[$-404]e/m/d", "2024/3/5"),
        (datetime.date(2024, 3, 5), '[$-411]ggge"年"m"月"d"日"', "2024年3月5日"),
        (datetime.date(2024, 3, 5), 'ggge"年"', "2024年"),
        (datetime.date(2024, 3, 5), "[$-804]yyyy-mm-dd aaaa", "2024-03-05 星期二"),
        (datetime.date(2024, 3, 5), "[$-804]aaa", "周二"),
    ],
)
def test_conditions_colours_and_eras_of_a_format_are_kept_to(value: object, number_format: str, seen: str) -> None:
    assert format_value(value, number_format) == seen


@pytest.mark.parametrize(
    ("number", "seen"),
    [(31, "2024年3月6日"), (57, "2024年3月"), (58, "3月6日"), (30, "2024-03-06"), (33, "18时00分00秒")],
)
def test_dates_in_the_formats_of_chinese_programs_are_dates(number: int, seen: str) -> None:
    def formatted(part: str) -> str:
        return part.replace('numFmtId="14"', f'numFmtId="{number}"')

    book = workbook(["日期"], [datetime.datetime(2024, 3, 6, 18)])
    book.active["A2"].number_format = "mm-dd-yy"
    old = binary.workbook([["日期"], [45357.75]], "Sheet1")
    form = struct.pack("<HHHHH", 0xE0, 20, 0, 4, 0)
    assert form in old

    assert read_as("a.xlsx", rewritten(book, formatted)).text == f"日期\n{seen}"
    assert read_as("a.xls", old.replace(form, struct.pack("<HHHHH", 0xE0, 20, 0, number, 0))).text == f"日期\n{seen}"


# -- headers of sheets

QUESTION = "How satisfied are you, on a scale from 1 to 5, with what your team was given by the service desk this year?"
MARKS = ["√", "√", "休", "√"] * 8


def header_of(name: str, content: bytes | openpyxl.Workbook) -> str:
    return read_as(name, content).tables[-1].header


def line(row: list[object]) -> str:
    return " | ".join(map(str, row))


@pytest.mark.parametrize(
    "rows",
    [
        [["姓名", *range(1, 32)], ["张三", *MARKS[:31]], ["李四", *MARKS[1:]]],
        [["No.", "Name", *range(1, 29), "Total"], [1, "Ann", *[8] * 28, 224], [2, "Bo", *[7] * 28, 196]],
        [["部门", *range(1, 13), "合计"], ["人事", *[10] * 12, 120], ["研发", *range(20, 32), 306]],
        [["Model", 36, 37, 38, 39], ["Walker", 5, 3, 0, 2], ["Runner", 1, 0, 4, 4]],
        [["Model", 36, 36.5, 37, 37.5], ["Walker", 5, 3, 0, 2], ["Runner", 1, 0, 4, 4]],
        [["Item", 2024], ["Rent", 1200], ["Tea", 30]],
        [["项目", "单位", 2024, "说明"], ["房租", "元", 1200, ""], ["茶", "元", 30, ""]],
        [["ID", QUESTION, "Why?"], [1, 4, "More screens"], [2, 5, "A chair that fits"], [3, 3, "Nothing"]],
        [["Name", QUESTION], ["Ann", "Very"], ["Bo", "Not at all"]],
    ],
)
def test_days_sizes_a_year_and_long_questions_head_columns(rows: list[list[object]]) -> None:
    assert header_of("a.xlsx", workbook(*rows)) == line(rows[0])


def test_days_head_the_columns_of_an_old_workbook_too() -> None:
    rows: list[list[str | float]] = [["姓名", 1.0, 2.0, 3.0], ["张三", "√", "休", "√"]]

    assert header_of("a.xls", binary.workbook(rows)) == "姓名 | 1.00 | 2.00 | 3.00"


@pytest.mark.parametrize(
    "rows",
    [
        [["Ann", 1, 2, 3], ["Bo", 4, 5, 6], ["Cy", 7, 8, 9]],
        [["Ann", 7, 5, 6], ["Bo", 3, 4, 9]],
        [["Joyce", 1922, "Ulysses"], ["Kafka", 1925, "Der Process"], ["Mann", 1924, "Der Zauberberg"]],
        [["Founded", 2004], ["Staff", 45], ["Sites", 3]],
        [["年份", 2024], ["收入", 120_000], ["人数", 45]],
        [["Leave", QUESTION], ["Overtime", QUESTION[10:]], ["Notice", QUESTION[5:]]],
        [["Ann", "Berlin", datetime.date(2020, 1, 5), 3400], ["Bo", "Oslo", datetime.date(2021, 2, 7), 3500]],
    ],
)
def test_a_first_row_of_data_is_no_header(rows: list[list[object]]) -> None:
    assert header_of("a.xlsx", workbook(*rows)) == ""


CAPTIONS: list[list[list[object]]] = [
    [["填报部门：研发部", None, None, "日期：2024年5月"]],
    [["Department:", "R&D", None, None]],
    [["采购申请表"], ["申请人：张三", None, "部门：行政"], ["日期：2024-05-01", None, "编号：CG-01"]],
]


@pytest.mark.parametrize("captions", CAPTIONS)
def test_what_is_said_over_a_table_is_not_its_header(captions: list[list[object]]) -> None:
    rows: list[list[object]] = [
        ["姓名", "岗位", "邮箱", "工位"],
        ["张三", "测试", "z@x.cn", "A1"],
        ["李四", "工程师", "l@x.cn", "A2"],
    ]
    written = "\n".join(",".join(str(cell or "") for cell in row) for row in (*captions, *rows))

    for parsed in (read_as("a.xlsx", workbook(*captions, *rows)), read_as("a.csv", written.encode())):
        assert [table.header for table in parsed.tables] == [line(rows[0])]
        assert all(str(cell or "") in parsed.text for row in captions for cell in row)


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        # the same again, or nothing, under what has no second head
        ([["Model", "Price", "", "Weight"], ["Model", "list", "dealer", "Weight"], ["K2", 90, 70, 3]], 2),
        ([["Model", "Price", "", "Weight"], [None, "list", "dealer", None], ["K2", 90, 70, 3]], 2),
        ([["Model", "Price", ""], [None, "list", "dealer"], ["K2", 90, 70]], 2),
        # a row of words is a row where it has its own label, or is not under the gap's head
        ([["Model", "Price", "", "Weight"], ["K1", None, "asked", "light"], ["K2", 90, 70, 3]], 1),
        ([["Model", "Price", "", "Weight"], [None, None, "dealer", None], ["K2", 90, 70, 3]], 1),
    ],
)
def test_a_header_of_a_sheet_may_have_two_rows(rows: list[list[object]], count: int) -> None:
    assert len(header_of("a.xlsx", workbook(*rows)).split("\n")) == count


# -- headers of .csv


@pytest.mark.parametrize(
    ("above", "header"),
    [
        ("Report,Sales by region\nGenerated,2024-05-01\n\n", "Region,Product,Q1,Q2\nNorth,Tea,5,6\nSouth,Tea,7,8\n"),
        ("Report,Sales by region,,\n,,,\n", "Region,Product,Q1,Q2\nNorth,Tea,5,6\nSouth,Tea,7,8\n"),
        ("Report,Sales by region\n\n", "Name,City,Team,Desk\nAnn,Oslo,HR,A\nBo,Rome,IT,B\n"),
        ("Konto;DE12 3456\nVon;01.01.2024\n\n", "Tag;Zweck;Betrag\n02.01.2024;Strom;-80,50\n03.01.2024;Miete;-1.200\n"),
    ],
)
def test_rows_over_a_table_in_a_csv_stand_before_it(above: str, header: str) -> None:
    parsed = read_as("a.csv", f"{above}{header}".encode())

    assert [table.header for table in parsed.tables] == [re.sub("[,;]", " | ", header.split("\n")[0])]
    assert parsed.text.startswith(re.sub("[,;]+", " | ", above.split("\n")[0]).removesuffix(" | ") + "\n\n")


@pytest.mark.parametrize(
    "rows",
    [
        "1001,张三,研发部,13800138000\n1002,李四,人事部,13900139000\n",
        "Ann,34,ann@x.com\nBo,29,bo@x.com\n",
        "2024-05-01 10:00:01,INFO,started\n2024-05-01 10:00:02,WARN,slow\n",
        "2024年5月1日,张三,请假\n2024年5月2日,李四,出差\n",
        "01.05.2024;Miete;-1.200,00\n02.05.2024;Strom;-80,50\n",
        "Tee;3,50 €\nReis;1,20 €\n",
        "1001,Ann,n/a,5.5\n1002,Bo,3,6.5\n",
        "Ulysses,1922\nEmma,1815\nDer Process,1925\n",
    ],
)
def test_a_csv_without_a_header_has_none(rows: str) -> None:
    assert header_of("a.csv", rows.encode()) == ""


@pytest.mark.parametrize(
    "rows",
    [
        "Country,2024\nNorway,5400000\nItaly,59000000\n",
        "Model,36,36.5,37\nWalker,5,3,0\nRunner,1,0,4\n",
        "Item,10,50,100\nBolt,0.5,0.4,0.3\nNut,0.3,0.2,0.1\n",
        "Term,5%,10%,15%\n1y,3,9,4\n2y,5,2,9\n",
        "Floor,101,102\nMon,3,4\nTue,5,2\n",
        "Player,1,Total\nAnn,3,9\nBo,4,8\n",
        "Name,Address 1,Address 2\nAnn,Main St 5,Oslo\nBo,High St 7,Rome\n",
        "mpg,cyl,disp\nMazda,21,6,160\nFiat,32,4,78\n",
        "Name,City\nAnn,Oslo,5,6\nBo,Rome,7,8\n",
        "id,a,b,c\n1,,,\n2,x,,\n3,,,y\n",
        "Region,Amount\n\nN,5\n\nS,6\n\nW,7\n",
        "产品,负责人\n系统,张三\n平台,李四\n",
        "value\n1\n2\n",
    ],
)
def test_a_csv_with_a_header_keeps_it(rows: str) -> None:
    parsed = read_as("a.csv", rows.encode())

    assert [table.header for table in parsed.tables] == [rows.split("\n")[0].replace(",", " | ")]
    assert "\n\n" not in parsed.text


def test_cells_of_a_csv_may_be_quoted_after_a_space() -> None:
    quoted = '"Name", "Note", "Score"\n"Ann", "likes tea, rice", "5"\n'
    inches = 'Item, Size\nBoard, "5 inch\nBeam, 6 inch\n'

    assert read_as("a.csv", quoted.encode()).text == "Name | Note | Score\nAnn | likes tea, rice | 5"
    assert read_as("a.csv", inches.encode()).text == 'Item | Size\nBoard | "5 inch\nBeam | 6 inch'
