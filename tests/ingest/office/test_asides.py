"""What stands beside the text of Office documents or in it: comments, charts, shapes, documents, merged cells."""

from typing import Any

import docx
import pptx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.opc.package import Part as SlidePart
from pptx.opc.packuri import PackURI as SlideURI
from pptx.util import Inches

from ingest.office.docx import read_docx
from ingest.office.odt import read_odt
from ingest.office.pptx import read_pptx
from ingest.reading.reading import read_bytes
from kb.config import IngestSettings
from tests.ingest.ocr.test_embedded_images import odt
from tests.ingest.office.test_office import saved, tables

MOMENT = "2025-03-11T09:30:05.123"
_P188 = "http://schemas.microsoft.com/office/powerpoint/2018/8/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"


def in_word(document: Any, name: str, form: str, content: bytes, relation: str) -> str:
    """Put a part into a Word document. Gives the key by which the document refers to it."""
    part = Part(PackURI(f"/word/{name}"), form, content, document.part.package)
    return str(document.part.relate_to(part, relation))


def row(*cells: str, before: int = 0) -> str:
    """A row of a Word table; `2:words` spans two columns, `v:words` begins what spans rows, `v` goes on with it."""
    xml = f"<w:trPr><w:gridBefore w:val='{before}'/></w:trPr>" if before else ""
    for cell in cells:
        how, _, words = cell.rpartition(":")
        span = f"<w:gridSpan w:val='{how}'/>" if how.isdigit() else ""
        merge = "<w:vMerge w:val='restart'/>" if how == "v" else "<w:vMerge/>" if cell == "v" else ""
        words = "" if cell == "v" else words
        xml += f"<w:tc><w:tcPr>{span}{merge}</w:tcPr><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:tc>"
    return f"<w:tr>{xml}</w:tr>"


# -- Word


def test_comments_of_a_word_document_come_last_with_their_author() -> None:
    document = docx.Document()
    run = document.add_paragraph().add_run("The limit is 250 euros.")
    document.add_comment(run, text="Ask finance first.", author="Li Wei")
    document.add_comment(run, text="", author="Nobody")

    for comment in document.comments:
        comment._comment_elm.set(qn("w:date"), "2025-03-11T09:30:00Z")

    text = read_docx(saved(document)).text
    assert text == "The limit is 250 euros.\n\nComment (Li Wei, 2025-03-11 09:30): Ask finance first."


def test_cells_stay_under_their_header_whatever_they_span() -> None:
    document = docx.Document()
    rows = (
        row("Dept", "Role", "Days"),
        row("2:All staff", "15"),
        row("20", before=2),
        row("v:HR", "Lead", "7"),
        row("v", "Aid", "8"),
    )
    document.element.body.insert(0, parse_xml(f"<w:tbl {nsdecls('w')}>{''.join(rows)}</w:tbl>"))

    (table,) = tables(read_docx(saved(document)))

    assert table.split("\n") == ["Dept | Role | Days", "All staff |  | 15", "|  | 20", "HR | Lead | 7", "HR | Aid | 8"]


def test_a_caption_merged_over_a_table_is_not_its_header() -> None:
    document = docx.Document()
    rows = row("2:Leave by role"), row("Role", "Days"), row("Lead", "20")
    document.element.body.insert(0, parse_xml(f"<w:tbl {nsdecls('w')}>{''.join(rows)}</w:tbl>"))

    (table,) = read_docx(saved(document)).tables

    assert table.header == "Role | Days"


@pytest.mark.parametrize(
    ("name", "form", "content"),
    [
        ("chunk.html", "text/html", b"<html><body><h2>Travel</h2><p>Trains first.</p></body></html>"),
        ("chunk.mht", "message/rfc822", b"Content-Type: text/html\r\n\r\n<h2>Travel</h2><p>Trains first.</p>"),
        ("chunk.txt", "text/plain", b"Travel\n\nTrains first."),
    ],
)
def test_a_document_inside_a_word_document_is_read_in_its_place(name: str, form: str, content: bytes) -> None:
    document = docx.Document()
    document.add_paragraph("Before.")
    key = in_word(document, name, form, content, RELATIONSHIP_TYPE.A_F_CHUNK)
    document.element.body.insert(1, parse_xml(f"<w:altChunk {nsdecls('w', 'r')} r:id='{key}'/>"))
    document.add_paragraph("After.")

    lines = [line for line in read_bytes(saved(document), IngestSettings(), name="x.docx").text.split("\n") if line]

    assert lines == ["Before.", "Travel", "Trains first.", "After."]


def test_documents_inside_each_other_end_and_a_broken_one_is_told() -> None:
    data = b"PK\x03\x04 torn"
    for level in range(6):
        document = docx.Document()
        document.add_paragraph(f"Level {level}.")
        form = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
        key = in_word(document, "chunk.docx", form, data, RELATIONSHIP_TYPE.A_F_CHUNK)
        document.element.body.insert(1, parse_xml(f"<w:altChunk {nsdecls('w', 'r')} r:id='{key}'/>"))
        data = saved(document)
        if level == 0:
            assert "Level 0.\n\n(A document inside this one could not be read. The" in read_docx(data).text

    assert [line for line in read_docx(data).text.split("\n") if line] == [
        "Level 5.",
        "Level 4.",
        "Level 3.",
        "Level 2.",
    ]


def test_the_numbers_of_a_chart_in_a_word_document_are_a_table() -> None:
    points = "<c:strCache><c:pt idx='0'><c:v>{}</c:v></c:pt><c:pt idx='1'><c:v>{}</c:v></c:pt></c:strCache>"
    title = "<c:title><c:tx><c:rich><a:p><a:r><a:t>Sales</a:t></a:r></a:p></c:rich></c:tx></c:title>"
    name = "<c:tx><c:strRef><c:strCache><c:pt idx='0'><c:v>North</c:v></c:pt></c:strCache></c:strRef></c:tx>"
    series = (
        f"<c:ser>{name}<c:cat>{points.format('Q1', 'Q2')}</c:cat><c:val>{points.format('3.50', '4')}</c:val></c:ser>"
    )
    plot = f"<c:chart>{title}<c:plotArea><c:barChart>{series}</c:barChart></c:plotArea></c:chart>"
    chart = f"<c:chartSpace xmlns:c='{_C}' xmlns:a='{_A}'>{plot}</c:chartSpace>"
    document = docx.Document()
    form = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
    key = in_word(document, "charts/chart1.xml", form, chart.encode(), RELATIONSHIP_TYPE.CHART)
    drawing = f"<w:r {nsdecls('w', 'r')} xmlns:c='{_C}'><w:drawing><c:chart r:id='{key}'/></w:drawing></w:r>"
    document.add_paragraph("See:")._p.append(parse_xml(drawing))

    assert read_docx(saved(document)).text == "See:\n\nSales\n\n| North\nQ1 | 3.5\nQ2 | 4"


def test_the_words_of_a_diagram_are_read_and_a_picture_elsewhere_is_not_fetched() -> None:
    kind = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
    words = "".join(f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>" for text in ("Ask", "Decide"))
    document = docx.Document()
    content = f"<d:dataModel xmlns:d='{kind}' xmlns:a='{_A}'>{words}</d:dataModel>".encode()
    key = in_word(document, "diagrams/data1.xml", "application/xml", content, f"{_RELATIONS}/diagramData")
    outside = document.part.relate_to("http://example.org/a.png", RELATIONSHIP_TYPE.IMAGE, is_external=True)
    shown = f"<d:relIds xmlns:d='{kind}' r:dm='{key}'/><a:blip xmlns:a='{_A}' r:embed='{outside}'/>"
    box = f"<w:r {nsdecls('w', 'r')}><w:drawing>{shown}</w:drawing></w:r>"
    document.add_paragraph("Steps:")._p.append(parse_xml(box))

    assert read_docx(saved(document)).text == "Steps:\n\nAsk\nDecide"


# -- slides


@pytest.mark.parametrize("modern", [False, True])
def test_comments_on_a_slide_follow_it_with_author_and_time(modern: bool) -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Plan"
    if modern:
        authors = f"<x:authorLst xmlns:x='{_P188}'><x:author id='{{7}}' name='Li Wei'/></x:authorLst>"
        body = "<x:txBody><a:p><a:r><a:t>{}</a:t></a:r></a:p></x:txBody>"
        comments = (
            f"<x:cmLst xmlns:x='{_P188}' xmlns:a='{_A}'><x:cm authorId='{{7}}' created='{MOMENT}'>"
            f"<x:replyLst><x:reply authorId='{{7}}' created='{MOMENT}'>"
            f"{body.format('Done.')}</x:reply></x:replyLst>{body.format('Too late?')}</x:cm></x:cmLst>"
        )
        kinds = "http://schemas.microsoft.com/office/2018/10/relationships/"
        names = (kinds + "authors", kinds + "comments")
    else:
        p = "xmlns:p='http://schemas.openxmlformats.org/presentationml/2006/main'"
        authors = f"<p:cmAuthorLst {p}><p:cmAuthor id='7' name='Li Wei'/></p:cmAuthorLst>"
        comments = "".join(
            f"<p:cm authorId='7' dt='{MOMENT}'><p:text>{words}</p:text></p:cm>" for words in ("Too late?", "Done.")
        )
        comments = f"<p:cmLst {p}>{comments}</p:cmLst>"
        names = (f"{_RELATIONS}/commentAuthors", f"{_RELATIONS}/comments")
    for owner, name, content in ((deck.part, names[0], authors), (slide.part, names[1], comments)):
        place = SlideURI(f"/ppt/{name.rpartition('/')[2]}.xml")
        owner.relate_to(SlidePart(place, "application/xml", deck.part.package, content.encode()), name)
    deck.slides.add_slide(deck.slide_layouts[6])

    parsed = read_pptx(saved(deck))

    page = parsed.text[parsed.pages[0].start : parsed.pages[0].end]
    assert page == "Plan\n\nComment (Li Wei, 2025-03-11 09:30): Too late?\n\nComment (Li Wei, 2025-03-11 09:30): Done."


def test_cells_of_a_slide_merged_over_rows_are_repeated_and_charts_have_titles() -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    table = slide.shapes.add_table(3, 3, 0, 0, Inches(4), Inches(1)).table
    for at, words in enumerate(("Dept", "Role", "Days", "HR", "Lead", "7", "", "8", "")):
        table.cell(at // 3, at % 3).text = words
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(2, 1).merge(table.cell(2, 2))
    data = CategoryChartData()
    data.categories = ["Q1"]
    data.add_series("Profit", (3.5,))
    chart = slide.shapes.add_chart(XL_CHART_TYPE.LINE, 0, Inches(2), Inches(4), Inches(2), data).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "Result"
    chart.value_axis.has_title = True
    chart.value_axis.axis_title.text_frame.text = "EUR m"

    parsed = read_pptx(saved(deck))

    assert parsed.text == "Dept | Role | Days\nHR | Lead | 7\nHR | 8\n\nResult\nEUR m\n\n| Profit\nQ1 | 3.5"
    assert parsed.pages[0].quality == 1.0


# -- OpenDocument


def p(words: str) -> str:
    return f"<text:p>{words}</text:p>"


def table_row(*cells: str) -> str:
    """A row of an OpenDocument table; `2:words` spans two rows, "" is covered by a cell above."""
    xml = ""
    for cell in cells:
        how, _, words = cell.partition(":") if cell[:2] == "2:" else ("1", "", cell)
        inside = words if words.startswith("<") else p(words)
        span = f'table:number-rows-spanned="{how}"'
        xml += f"<table:table-cell {span}>{inside}</table:table-cell>" if words else "<table:covered-table-cell/>"
    return f"<table:table-row>{xml}</table:table-row>"


def test_shapes_comments_and_headers_of_an_odt_are_read() -> None:
    group = f"<draw:g><draw:rect>{p('In the group')}</draw:rect></draw:g>"
    box = f"<draw:frame><draw:text-box>{p('In the box')}</draw:text-box></draw:frame>"
    comment = f"<office:annotation><dc:creator>Li Wei</dc:creator>{p('Is it')}{p('one?')}</office:annotation>"
    first = p(f"One<draw:custom-shape>{p('In the shape')}</draw:custom-shape>{group}{box}{comment}")
    item = p(f"Item<draw:ellipse>{p('Round')}</draw:ellipse>")
    body = f"<office:text>{first}<text:list><text:list-item>{item}</text:list-item></text:list></office:text>"
    header, footer = p("Document HR-07"), p("Page <text:page-number>3</text:page-number>")
    pages = (
        f"<style:master-page><style:header>{header}</style:header><style:footer>{footer}</style:footer>"
        f"</style:master-page><style:master-page><style:header-left>{header}</style:header-left></style:master-page>"
    )
    styles = f"<office:master-styles>{pages}</office:master-styles>"
    styles = f"<office:document-styles SPACES>{styles}</office:document-styles>"

    blocks = read_odt(odt(body, {"styles.xml": styles})).text.split("\n")

    assert [block for block in blocks if block] == [
        *("One", "In the shape", "In the group", "In the box", "- Item", "Round", "Document HR-07"),
        "Comment (Li Wei): Is it one?",
    ]


def test_a_table_of_an_odt_is_read_once_with_what_spans_rows_repeated() -> None:
    number = "<text:note-citation>1</text:note-citation>"
    note = f"<text:note>{number}<text:note-body>{p('A note.')}</text:note-body></text:note>"
    inner = f"{p('in')}<table:table>{table_row('x', 'y')}</table:table>"
    header = f"<table:table-header-rows>{table_row('Dept', 'Days')}</table:table-header-rows>"
    rows = table_row("2:HR", "7") + table_row("", f"8{note}") + table_row("IT", inner)

    parsed = read_odt(odt(f"<office:text><table:table>{header}{rows}</table:table></office:text>"))

    assert tables(parsed) == ["Dept | Days\nHR | 7\nHR | 8\nIT | in x y"]
    assert parsed.text.endswith("\n\nA note.")


def test_all_rows_that_an_odt_repeats_on_each_page_or_that_span_are_the_header() -> None:
    rows = table_row("2:Dept", "Days") + table_row("", "2024")
    wide = rows.replace('spanned="1"', 'spanned="1" table:number-columns-spanned="2"', 1)

    for head in (f"<table:table-header-rows>{rows}</table:table-header-rows>", wide):
        parsed = read_odt(odt(f"<office:text><table:table>{head}{table_row('HR', '7')}</table:table></office:text>"))
        assert parsed.tables[0].header == "Dept | Days\nDept | 2024"


def test_a_chart_of_an_odt_is_a_table() -> None:
    numbers = f"<table:table>{table_row('', 'Profit')}{table_row('Q1', '3.5')}</table:table>"
    chart = f"<chart:chart><chart:title>{p('Result')}</chart:title>{numbers}</chart:chart>"
    chart = f"<office:document-content SPACES><office:body>{chart}</office:body></office:document-content>"
    shown = '<draw:object xlink:href="./Object 1"/><draw:image xlink:href="./ObjectReplacements/1"/>'
    body = f"<office:text>{p(f'See<draw:frame>{shown}</draw:frame>')}</office:text>"

    assert read_odt(odt(body, {"Object 1/content.xml": chart})).text == "See\n\nResult\n\n| Profit\nQ1 | 3.5"


def items(*texts: str, name: str = "", more: str = "") -> str:
    style = f'text:style-name="{name}"' if name else ""
    inside = "".join(f"<text:list-item>{text if text[:1] == '<' else p(text)}</text:list-item>" for text in texts)
    return f"<text:list {style} {more}>{inside}</text:list>"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            items("Scope", f"{p('范围')}{items('Staff', 'Guests')}", "End", name="N"),
            "1. Scope\n2. 范围\n  2.a) Staff\n  2.b) Guests\n3. End",
        ),
        (items("甲", "乙", name="C"), "（五） 甲\n（六） 乙"),
        (items("One", name="N") + p("Between") + items("Two", name="N"), "1. One\n\nBetween\n1. Two"),
        (
            items("One", name="N") + p("Between") + items("Two", name="N", more='text:continue-numbering="true"'),
            "1. One\n\nBetween\n2. Two",
        ),
        (items("Dot", name="B") + items("None"), "- Dot\n- None"),
    ],
)
def test_numbered_lists_of_an_odt_show_their_numbers(body: str, text: str) -> None:
    number = '<text:list-level-style-number text:level="{}" style:num-format="{}" style:num-suffix="{}" {}/>'
    two = number.format(1, 1, ".", "") + number.format(2, "a", ")", 'text:display-levels="2"')
    chinese = number.format(1, "一, 二, 三, ...", "）", 'style:num-prefix="（" text:start-value="5"')
    dot = '<text:list-level-style-bullet text:level="1"/>'
    styles = "".join(
        f'<text:list-style style:name="{name}">{levels}</text:list-style>'
        for name, levels in (("N", two), ("C", chinese), ("B", dot))
    )
    styles = f"<office:document-styles SPACES><office:styles>{styles}</office:styles></office:document-styles>"

    assert read_odt(odt(f"<office:text>{body}</office:text>", {"styles.xml": styles})).text == text


def test_odt_text_above_the_line_and_struck_out() -> None:
    style = '<style:style style:name="{}" style:family="text"><style:text-properties style:text-{}/></style:style>'
    kinds = ("H", 'position="super 58%"'), ("L", 'position="sub 58%"'), ("S", 'line-through-style="solid"')
    styles = "".join(style.format(*kind) for kind in kinds)
    styles = f"<office:document-styles SPACES><office:styles>{styles}</office:styles></office:document-styles>"
    spans = "".join(f'<text:span text:style-name="{name}">{words}</text:span>' for name, words in ("H6", "S9", "L2"))
    body = f"<office:text>{p(f'10{spans}')}</office:text>"

    assert read_odt(odt(body, {"styles.xml": styles})).text == "10⁶2"
