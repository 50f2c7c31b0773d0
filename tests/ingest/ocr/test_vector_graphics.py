"""Pictures drawn of lines: the words of SVG and EMF are read as they are, in files of their own and in documents."""

import struct
from io import BytesIO

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml

from ingest.ocr.vector_graphics import read_svg, words
from ingest.plain.html import read_html
from ingest.reading.reading import read_bytes
from kb.config import IngestSettings
from kb.errors import DocumentError
from tests.ingest import binary
from tests.ingest.ocr.test_embedded_images import epub, odt

SETTINGS = IngestSettings(ocr=False)
SVG = """<?xml version="1.0"?><!-- made by hand --><svg xmlns="http://www.w3.org/2000/svg"><title>审批流程</title>
<style>text { fill: red }</style><desc>Who signs what</desc>
<g><text x="1" y="2">Manager <tspan font-weight="bold">signs</tspan></text>
<text><tspan x="0" y="10">up to</tspan><tspan x="0" dy="12">100 EUR</tspan></text>
<text><tspan y="3">年假</tspan><tspan y="4">十五天</tspan></text></g>
<switch><foreignObject><div xmlns="http://www.w3.org/1999/xhtml">Board<br/>meets</div></foreignObject>
<text>Board meets</text></switch><g style="display: none"><text>hidden</text></g><text> </text></svg>"""
SAID = "审批流程\nWho signs what\nManager signs\nup to 100 EUR\n年假十五天\nBoard meets"


def test_a_drawing_gives_its_title_descriptions_and_texts() -> None:
    parsed = read_bytes(SVG.encode(), SETTINGS, name="a.svg")

    assert (parsed.text, parsed.title, parsed.media_type) == (SAID, "审批流程", "image/svg+xml")


def test_a_drawing_without_words_says_so() -> None:
    for source in (b"<svg><path d='M0 0'/></svg>", b"no drawing at all"):
        with pytest.raises(DocumentError, match="has no text: if it shows words, they are drawn as shapes"):
            read_svg(source)


def test_nothing_that_a_drawing_refers_to_is_read() -> None:
    source = (
        b'<!DOCTYPE svg [<!ENTITY e SYSTEM "file:///etc/passwd">]><svg><text>a&e;b</text><image href="x.png"/></svg>'
    )

    assert read_svg(source).text == "ab"


def test_the_texts_of_a_drawing_in_a_web_page_are_read_and_the_names_of_icons_are_not() -> None:
    page = (
        "<p>One</p><svg><title>Close</title><path/></svg><svg><title>x</title><text>Sales 2024</text></svg><p>Two</p>"
    )

    assert read_html(page.encode()).text == "One\n\nSales 2024\n\nTwo"


def record(kind: int, content: bytes) -> bytes:
    return struct.pack("<II", kind, 8 + len(content)) + content


def text(words: str, x: int, y: int, how: int = 0) -> bytes:
    raw = words.encode("utf-16-le")
    raw += b"\0" * (-len(raw) % 4)
    head = b"\0" * 28 + struct.pack("<iiIII", x, y, len(words), 76, how) + b"\0" * 16
    return record(84, head + struct.pack("<I", 76 + len(raw)) + raw + struct.pack("<I", 10) * len(words))


def emf(*records: bytes) -> bytes:
    return record(1, b"\0" * 32 + b" EMF" + b"\0" * 64) + b"".join(records) + record(14, b"\0" * 12)


SIGNS = record(82, struct.pack("<I", 1) + b"\0" * 23 + b"\2" + b"\0" * 300) + record(37, struct.pack("<I", 1))
PLAIN = record(82, struct.pack("<I", 2) + b"\0" * 328) + record(37, struct.pack("<I", 2))


def test_the_texts_of_a_metafile_are_read_line_by_line() -> None:
    small = record(108, struct.pack("<iiIII8x", 0, 90, 4, 0x300, 1) + b"Next")
    data = emf(
        text("应急", 0, 10), text("响应", 20, 10), text("plan", 45, 10), SIGNS, text("abc", 80, 10), PLAIN,
        text("glyphs", 0, 50, 0x10), text("Stage 1", 0, 70), record(10, b"\0" * 8), text("Stage 2", 90, 70), small,
    )  # fmt: skip

    assert words(data) == "应急响应 plan\nStage 1\nStage 2\nNext"


def test_a_torn_metafile_gives_what_it_holds() -> None:
    data = emf(text("Stage 1", 0, 0), text("Stage 2", 0, 20))

    found = {words(data[:size]) for size in range(0, len(data), 3)}
    assert found == {"", "Stage 1", "Stage 1\nStage 2"}
    assert words(emf(struct.pack("<II", 84, 0xFFFFFFFF))) == words(emf(record(84, b"\xff" * 68))) == ""


def in_word(data: bytes, name: str, inside: str) -> bytes:
    document, buffer = docx.Document(), BytesIO()
    part = Part(PackURI(f"/word/media/{name}"), "image/x-emf", data, document.part.package)
    key = document.part.relate_to(part, RELATIONSHIP_TYPE.IMAGE)
    spaces = (
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
        'xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main"'
    )
    drawing = parse_xml(f"<a:graphic {spaces}>{inside.replace('KEY', key)}</a:graphic>")
    document.add_paragraph("See")._p.append(drawing)
    document.add_paragraph("After")
    document.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "document", "said"),
    [
        ("a.docx", in_word(emf(text("Stage 1", 0, 0)), "a.emf", '<a:blip r:embed="KEY"/>'), "Stage 1"),
        ("b.docx", in_word(SVG.encode(), "b.svg", '<a:blip r:embed="no"><asvg:svgBlip r:embed="KEY"/></a:blip>'), SAID),
        (
            "c.odt",
            odt(
                '<office:text><text:p>See<draw:frame><draw:image xlink:href="x.svg"/></draw:frame></text:p>'
                "<text:p>After</text:p></office:text>",
                {"x.svg": SVG},
            ),
            SAID,
        ),
    ],
)
def test_the_words_of_a_drawing_in_a_document_stand_in_its_place(name: str, document: bytes, said: str) -> None:
    assert read_bytes(document, SETTINGS, name=name).text == f"See\n\n{said}\n\nAfter"


def test_the_words_of_drawings_in_old_files_are_read() -> None:
    picture = emf(text("Stage 1", 0, 0))
    old = binary.word([("text", "Before.")], pictures=[picture, picture])

    assert read_bytes(old, SETTINGS, name="a.doc").text == "Before.\n\nStage 1"
    assert read_bytes(binary.slides([("Plan", "x")], [picture], {0: 0}), SETTINGS, name="a.ppt").text == (
        "Plan\n\nx\n\nStage 1"
    )


def test_the_words_of_a_drawing_in_a_book_follow_their_chapter() -> None:
    book = epub({"a.xhtml": '<html><body><p>See</p><img src="x.svg"/></body></html>'}, {"book/x.svg": SVG})

    assert read_bytes(book, SETTINGS, name="a.epub").text == f"See\n\n{SAID}"
