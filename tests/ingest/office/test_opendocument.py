"""OpenDocument sheets and slides, in the form in which LibreOffice writes them."""

import zipfile
from io import BytesIO

import pytest

from ingest.reading.reading import Parsed, read_bytes
from kb.config import IngestSettings
from kb.errors import DocumentError

SETTINGS = IngestSettings(ocr=False)
_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
_NAMES = {"draw": "drawing", "svg": "svg-compatible", "fo": "xsl-fo-compatible"}
_SPACES = (
    " ".join(
        f'xmlns:{name}="{_OASIS}{_NAMES.get(name, name)}:1.0"'
        for name in ("office", "text", "table", "draw", "style", "presentation", "svg", "fo")
    )
    + ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'
)
STYLES = """<office:automatic-styles>
  <style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>
  <style:style style:name="dp2" style:family="drawing-page">
    <style:drawing-page-properties presentation:visibility="hidden"/></style:style>
</office:automatic-styles>"""


def read(kind: str, body: str, **parts: str) -> Parsed:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        content = f"{STYLES}<office:body><office:{kind}>{body}</office:{kind}></office:body>"
        archive.writestr("content.xml", f"<office:document-content {_SPACES}>{content}</office:document-content>")
        for name, text in parts.items():
            archive.writestr(f"{name}.xml", text)
    return read_bytes(buffer.getvalue(), SETTINGS, name=f"a.{'ods' if kind == 'spreadsheet' else 'odp'}")


def cell(text: str, number: float | None = None, more: str = "", inside: str = "") -> str:
    held = "" if number is None else f' office:value-type="float" office:value="{number}"'
    return f"<table:table-cell{held} {more}><text:p>{text}</text:p>{inside}</table:table-cell>"


def row(*cells: str, more: str = "") -> str:
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def sheet(name: str, *rows: str, style: str = "ta1", columns: str = "") -> str:
    return f'<table:table table:name="{name}" table:style-name="{style}">{columns}{"".join(rows)}</table:table>'


NOTE = (
    "<office:annotation><dc:creator>李伟</dc:creator><dc:date>2025-03-11T09:30:05.12</dc:date>"
    "<text:p>Ask finance.</text:p></office:annotation>"
)
REST = '<table:table-cell table:number-columns-repeated="16380"/>'
TAIL = f'<table:table-row table:number-rows-repeated="1048570">{REST}</table:table-row>'


def test_sheets_have_their_names_their_header_and_what_is_seen_in_the_cells() -> None:
    parsed = read(
        "spreadsheet",
        sheet(
            "预算",
            row(cell("City"), cell("Limit"), cell("Valid from"), REST),
            row(cell("Hamburg"), cell("142,00 €", 142), cell("1.3.2025"), REST),
            row(cell("Berlin"), cell("155,00 €", 155), cell("1.3.2025"), REST),
            TAIL,
        )
        + sheet("Old", row(cell("Rome"), cell("150 €", 150)), TAIL, style="ta2"),
        meta=f"<office:document-meta {_SPACES}><dc:title>Travel</dc:title></office:document-meta>",
    )
    assert parsed.text == (
        "预算\n\nCity | Limit | Valid from\nHamburg | 142,00 € | 1.3.2025\nBerlin | 155,00 € | 1.3.2025\n\n"
        "Old (hidden)\n\nRome | 150 €"
    )
    assert [heading.text for heading in parsed.headings] == ["预算", "Old (hidden)"]
    assert parsed.tables[0].header == "City | Limit | Valid from"
    assert parsed.title == "Travel"
    assert parsed.media_type == "application/vnd.oasis.opendocument.spreadsheet"


def test_merged_repeated_and_hidden_cells_and_comments() -> None:
    covered = "<table:covered-table-cell/>"
    hidden = '<table:table-column/><table:table-column table:visibility="collapse" table:number-columns-repeated="1"/>'
    parsed = read(
        "spreadsheet",
        sheet(
            "Staff",
            row(cell("Dept"), cell("Grade"), cell("Days")),
            row(cell("HR", more='table:number-rows-spanned="2"'), cell("A"), cell("20", 20, inside=NOTE)),
            row(covered, cell("B"), cell("22", 22)),
            row(cell("IT"), cell("A"), cell("25", 25), more='table:visibility="collapse"'),
            row(
                cell("Law"), cell("-", more='table:number-columns-repeated="2"'), more='table:number-rows-repeated="2"'
            ),
            columns=hidden,
        ),
    )
    assert parsed.text == (
        "Staff\n\nDept | Grade (hidden) | Days\nHR | A | 20\nHR | B | 22\nIT (hidden) | A | 25\nLaw | - | -\n"
        "Law | - | -\n\nComment on C2 (HR), 李伟, 2025-03-11 09:30: Ask finance."
    )


def frame(kind: str, text: str, y: float, x: float = 1, height: float = 2) -> str:
    paragraphs = "".join(f"<text:p>{line}</text:p>" for line in text.split("\n"))
    return (
        f'<draw:frame presentation:class="{kind}" svg:x="{x}cm" svg:y="{y}cm" svg:height="{height}cm">'
        f"<draw:text-box>{paragraphs}</draw:text-box></draw:frame>"
    )


def test_a_slide_is_a_page_with_its_title_its_shapes_from_the_top_notes_and_comments() -> None:
    table = (
        '<draw:frame svg:x="1cm" svg:y="9cm" svg:height="3cm"><table:table>'
        f"{row(cell('City'), cell('Limit'))}{row(cell('Rome'), cell('150'))}</table:table></draw:frame>"
    )
    parsed = read(
        "presentation",
        '<draw:page draw:name="page1" draw:style-name="dp1">'
        + frame("outline", "below, right", 5, 12)
        + frame("outline", "below, left", 5.2)
        + table
        + frame("title", "Plan 2026", 0.5)
        + frame("page-number", "1", 18)
        + '<draw:custom-shape svg:x="1cm" svg:y="15cm"><text:p>A box</text:p></draw:custom-shape>'
        + NOTE
        + f"<presentation:notes>{frame('notes', 'Say it slowly.', 10)}</presentation:notes></draw:page>"
        + '<draw:page draw:style-name="dp2">'
        + frame("title", "Spare", 0.5)
        + "</draw:page>",
    )
    first, second = (parsed.text[page.start : page.end] for page in parsed.pages)
    assert first == (
        "Plan 2026\n\nbelow, left\n\nbelow, right\n\nCity | Limit\nRome | 150\n\nA box\n\nSay it slowly.\n\n"
        "Comment (李伟, 2025-03-11 09:30): Ask finance."
    )
    assert second == "Spare (hidden)"
    assert [heading.text for heading in parsed.headings] == ["Plan 2026", "Spare (hidden)"]
    assert parsed.title == "Plan 2026"


@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        ("spreadsheet", "", "No text was found in the file."),
        ("presentation", "<draw:page/>", "No text was found in the file."),
        (
            "spreadsheet",
            sheet("S", row(cell("x"), more='table:number-rows-repeated="99999999"')),
            "A sheet has more than 2,000,000 rows; split it.",
        ),
        ("presentation", f"<draw:page>{'<draw:g>' * 200}{'</draw:g>' * 200}</draw:page>", "nested too deeply"),
        ("presentation", f"<draw:page>{'<draw:g>' * 300}{'</draw:g>' * 300}</draw:page>", "Excessive depth"),
    ],
)
def test_what_holds_nothing_or_too_much_is_refused_with_the_reason(kind: str, body: str, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        read(kind, body)


def test_a_cell_that_is_repeated_beyond_the_last_column_ends_there() -> None:
    parsed = read("spreadsheet", sheet("S", row(cell("a"), cell("b", more='table:number-columns-repeated="9999999"'))))
    assert parsed.text.count("b") == 16_383


def test_an_encrypted_one_is_refused() -> None:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<x><manifest:encryption-data/></x>")
        archive.writestr("content.xml", b"\x00\x01")
    with pytest.raises(DocumentError, match="encrypted"):
        read_bytes(buffer.getvalue(), SETTINGS, name="a.ods")
