"""Reading the binary Office formats: Word, PowerPoint and Excel 97, and Outlook messages."""

import pytest

from ingest.reading.reading import Parsed, read_bytes
from kb.config import IngestSettings
from kb.errors import DocumentError
from tests.ingest import binary

SETTINGS = IngestSettings(ocr=False)


def read_as(name: str, data: bytes) -> Parsed:
    return read_bytes(data, SETTINGS, name=name)


def tables(parsed: Parsed) -> list[str]:
    return [parsed.text[table.start : table.end] for table in parsed.tables]


def test_an_old_word_document_has_its_headings_paragraphs_and_tables() -> None:
    parsed = read_as(
        "handbook.doc",
        binary.word(
            [
                ("heading 1", "请假制度"),
                ("text", "员工每年享有十五天年假。"),
                ("cell", "级别"),
                ("cell", "天数"),
                ("row", ""),
                ("cell", "经理"),
                ("cell", ""),
                ("row", ""),
                ("cell", "员工"),
                ("cell", "15"),
                ("row", ""),
                ("heading 2", "病假"),
                ("text", "需要医生证明。"),
            ]
        ),
    )

    assert [(heading.level, heading.text) for heading in parsed.headings] == [(1, "请假制度"), (2, "病假")]
    assert tables(parsed) == ["级别 | 天数\n经理\n员工 | 15"]
    assert parsed.tables[0].header == "级别 | 天数"
    assert parsed.text.startswith("请假制度\n\n员工每年享有十五天年假。\n\n级别")
    assert parsed.text.endswith("需要医生证明。")


@pytest.mark.parametrize("long_rows", [False, True])
@pytest.mark.parametrize(
    ("rows", "table"),
    [
        (
            (("row 0 1000 2000 3000", "Dept", "Role", "Days"), ("row 0 2010 3000", "All staff", "15")),
            "Dept | Role | Days\nAll staff |  | 15",
        ),
        ((("row 0r 1000 3000", "HR", "Lead"), ("row 0c 1000 3000", "", "Aid")), "HR | Lead\nHR | Aid"),
    ],
)
def test_cells_of_an_old_word_document_stay_under_their_header_whatever_they_span(
    rows: tuple[tuple[str, ...]], table: str, long_rows: bool
) -> None:
    paragraphs = [pair for kind, *cells in rows for pair in (*(("cell", cell) for cell in cells), (kind, ""))]
    assert tables(read_as("a.doc", binary.word(paragraphs, long_rows=long_rows))) == [table]


def test_western_text_of_an_old_word_document_is_kept_in_one_byte() -> None:
    parsed = read_as("a.doc", binary.word([("text", "Prüfung – “quoted”")], compressed=True))

    assert parsed.text == "Prüfung – “quoted”"


def test_a_field_of_an_old_word_document_shows_its_result() -> None:
    link = 'See \x13 HYPERLINK "http://x.test" \x14the page\x15 now\x01.'

    assert read_as("a.doc", binary.word([("text", link)])).text == "See the page now."


def test_an_encrypted_old_word_document_says_so() -> None:
    with pytest.raises(DocumentError, match="encrypted"):
        read_as("a.doc", binary.word([("text", "secret")], flags=0x0100))


def test_each_slide_of_an_old_presentation_is_a_page_with_its_title() -> None:
    parsed = read_as("a.ppt", binary.slides([("Plan", "First we look."), ("计划", "然后决定。")]))

    assert [parsed.text[page.start : page.end] for page in parsed.pages] == [
        "Plan\n\nFirst we look.",
        "计划\n\n然后决定。",
    ]
    assert [heading.text for heading in parsed.headings] == ["Plan", "计划"]
    assert parsed.title == "Plan"


def test_an_old_workbook_shows_what_its_cells_show() -> None:
    parsed = read_as("a.xls", binary.workbook([["产品", "价格"], ["托盘", 1234.5], ["盖子", -7.0]]))

    assert tables(parsed) == ["产品 | 价格\n托盘 | 1,234.50\n盖子 | -7.00"]
    assert parsed.tables[0].header == "产品 | 价格"
    assert [heading.text for heading in parsed.headings] == ["Prices"]


def test_an_outlook_message_has_its_headers_text_and_the_names_of_what_is_attached() -> None:
    data = binary.message(
        {0x0037: "车库关闭", 0x0C1A: "Ann", 0x5D01: "ann@x.test", 0x0E04: "Bo", 0x1000: "明天车库关闭。\r\n谢谢"},
        [("plan.txt", b"the plan")],
    )

    parsed = read_as("a.msg", data)

    assert parsed.title == "车库关闭"
    assert parsed.text == (
        "From: Ann <ann@x.test>\nTo: Bo\nSubject: 车库关闭\n\n明天车库关闭。\n谢谢\n\nAttachments: plan.txt"
    )


def test_the_packed_rich_text_of_a_message_is_read_where_there_is_nothing_else() -> None:
    source = b"{\\rtf1\\ansi Only rich text.\\par}"
    packed = len(source + b"0" * 12).to_bytes(4, "little") + len(source).to_bytes(4, "little") + b"MELA" + b"\0" * 4

    parsed = read_as("a.msg", binary.message({0x0037: "x"}, binaries={0x1009: packed + source}))

    assert "Only rich text." in parsed.text


@pytest.mark.parametrize(
    "data",
    [
        binary.word([("heading 1", "one"), ("cell", "two"), ("row", "")]),
        binary.slides([("one", "two")]),
        binary.workbook([["one", 2.0]]),
        binary.message({0x0037: "one"}),
    ],
)
def test_a_torn_old_file_gives_text_or_a_reason(data: bytes) -> None:
    outcomes = [_outcome(data[:size]) for size in range(600, len(data), max(1, len(data) // 40))]

    assert all(outcomes)


def _outcome(data: bytes) -> str:
    """The text, or the reason why there is none."""
    try:
        return read_as("torn.doc", data).text.strip()
    except DocumentError as error:
        return str(error)
