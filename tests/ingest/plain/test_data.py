"""Reading data files, outlines, rich text, OpenDocument and books."""

import json
import zipfile
from collections.abc import Mapping
from io import BytesIO

import pytest
from tokenizers import Tokenizer

from ingest.plain.xml import without_tags
from ingest.reading.reading import Parsed, read_bytes
from ingest.reading.splitting import split
from kb.config import IngestSettings, SplittingSettings
from kb.errors import DocumentError, UnsupportedFormat

SETTINGS = IngestSettings(ocr=False)
OFFICE = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
)


def read_as(name: str, content: str | bytes) -> Parsed:
    return read_bytes(content.encode() if isinstance(content, str) else content, SETTINGS, name=name)


def packed(entries: Mapping[str, str]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in entries.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def outline(parsed: Parsed) -> list[tuple[int, str]]:
    return [(heading.level, heading.text) for heading in parsed.headings]


def tables(parsed: Parsed) -> list[str]:
    return [parsed.text[table.start : table.end] for table in parsed.tables]


# -- JSON, YAML, XML


def test_json_is_an_outline_of_its_keys_and_values_as_they_are_written() -> None:
    parsed = read_as(
        "a.json",
        '{"sku": "GRD-8842", "price": 12.50, "big": 12345678901234567890, "tags": ["a", {"b": null}], "\\u540d": true}',
    )

    assert (
        parsed.text == "sku: GRD-8842\nprice: 12.50\nbig: 12345678901234567890\n\ntags:\n  - a\n  - b: null\n\n名: true"
    )


def test_each_record_of_a_list_and_each_line_of_jsonl_is_a_paragraph() -> None:
    assert read_as("a.json", '[{"a": 1}, {"a": 2}]').text == "a: 1\n\na: 2"
    assert (
        read_as("a.jsonl", '{"a": 1, "b": {"c": "x"}}\n\nnot json\n{"a": 2}\n').text
        == "a: 1\nb:\n  c: x\n\nnot json\n\na: 2"
    )


@pytest.mark.parametrize("name", ["a.json", "nested.json", "a.jsonl"])
def test_no_piece_of_a_record_stands_without_what_names_it(name: str, tokenizer: Tokenizer) -> None:
    records = [
        {"id": at, "supplier": f"Acme {at}", "items": ["bolts", "nuts"], "terms": "Paid in May. " * 24, "eur": 80 + at}
        for at in range(4)
    ]
    lines = "\n".join(map(json.dumps, records))
    written = {"a.json": json.dumps(records), "nested.json": json.dumps({"at": {"all": records}}), "a.jsonl": lines}

    chunks = split(read_as(name, written[name]), name, tokenizer, SplittingSettings(chunk_tokens=64, overlap_tokens=16))

    for at in range(4):
        (last,) = (chunk for chunk in chunks if f"eur: {80 + at}" in chunk.text)
        assert f"Acme {at}" in last.embedded_text
        assert f"Acme {at}" in last.header
        assert "supplier" not in last.text


def test_records_that_fit_are_kept_whole(tokenizer: Tokenizer) -> None:
    records = [
        {
            "supplier": f"Acme {at}",
            "mail": f"a{at}@x.com",
            "city": "Oslo",
            "items": ["bolts", "nuts"] * 6,
            "eur": 80 + at,
        }
        for at in range(9)
    ]

    parsed = read_as("a.json", json.dumps({"suppliers": records}))
    chunks = split(parsed, "a.json", tokenizer, SplittingSettings())

    assert len(chunks) > 2
    assert [chunk.text.count("supplier: ") == chunk.text.count("eur: ") for chunk in chunks] == [True] * len(chunks)
    assert all(chunk.text.split("\n")[-1].strip().startswith("eur: ") for chunk in chunks)


def test_a_question_set_is_no_document() -> None:
    with pytest.raises(UnsupportedFormat, match="question set"):
        read_as("questions.jsonl", '{"id": "1", "question": "How many?", "answers": ["15"]}\n')


def test_json_that_is_not_valid_is_kept_as_it_is_written() -> None:
    source = '{"a": 1, // a comment\n "b": '

    assert read_as("a.json", source).text == source
    assert read_as("deep.json", "[" * 100_000).text.startswith("[[[")


def test_all_values_of_a_name_that_comes_twice_are_kept() -> None:
    source = '{"a": 1, "a": 2, "b": {"c": 3, "c": [4]}}'

    assert read_as("a.json", source).text == "a: 1\na: 2\n\nb:\n  c: 3\n  c:\n    - 4"


def test_records_a_line_are_read_under_the_name_of_json_too() -> None:
    assert read_as("a.json", '{"a": 1}\n{"a": 2}\n').text == "a: 1\n\na: 2"


def test_yaml_is_kept_as_it_is_written() -> None:
    assert read_as("a.yaml", "# note\na: 1\n").text == "# note\na: 1\n"


def test_xml_is_kept_as_it_is_written() -> None:
    source = "<?xml version='1.0'?>\n<book><title>Rules</title><p>Text &amp; more</p></book>\n"
    parsed = read_as("a.xml", source)
    assert (parsed.text, parsed.title) == (source, "Rules")
    assert read_as("b.xml", source.encode("utf-16")).text == source
    assert read_as("broken.xml", "<a><b>words</a>").text == "<a><b>words</a>"
    assert "deep" in read_as("deep.xml", "<a>" * 5000 + "deep" + "</a>" * 5000).text


def test_entities_that_an_xml_file_declares_itself_are_replaced() -> None:
    source = "<!DOCTYPE a [<!ENTITY co 'ACME &kind;'><!ENTITY kind 'Ltd'>]><a>By &co; &amp; Sons</a>"

    assert read_as("a.xml", source).text.endswith("<a>By ACME Ltd &amp; Sons</a>")


def test_entities_where_no_parser_replaces_them_make_no_bomb() -> None:
    bomb = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    source = f'<!DOCTYPE x [<!ENTITY l0 "lol">{bomb}]><x><![CDATA[&l9;]]></x>'

    assert len(read_as("a.xml", source).text) < 200_000


def test_xml_is_embedded_without_its_tags() -> None:
    source = (
        "<?xml version='1.0'?>\n<!DOCTYPE order [<!ENTITY co 'ACME'>]>\n<order id='7' class='wide' xmlns='urn:x'>\n"
        "<x/><!-- urgent -->\n<customer country=\"DE\">ACME &amp; Sons</customer>\n<item sku='GRD-1'/>"
        "<x:name>Pallet</x:name>\n"
        "<p>Uses <b>two</b> straps.</p>\n<data><![CDATA[a < b]]></data>\n</order>"
    )

    assert without_tags(source) == (
        "order (id: 7)\nurgent\ncustomer (country: DE): ACME & Sons\nitem (sku: GRD-1) name: Pallet\n"
        "Uses two straps.\ndata: a < b"
    )


def test_an_xml_bomb_or_one_that_reaches_outside_is_refused() -> None:
    bomb = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    quadratic = f"<!DOCTYPE x [<!ENTITY a '{'a' * 50_000}'>]><x>{'&a;' * 50_000}</x>"
    for source in (f'<!DOCTYPE x [<!ENTITY l0 "lol">{bomb}]><x>&l9;</x>', quadratic):
        with pytest.raises(DocumentError, match="XML bomb"):
            read_as("bomb.xml", source)
    with pytest.raises(DocumentError, match="XML bomb"):
        read_as("loop.xml", '<!DOCTYPE x [<!ENTITY a "&b;"><!ENTITY b "&a;">]><x>&a;</x>')
    with pytest.raises(DocumentError, match="refers to other files"):
        read_as("outside.xml", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>')


# -- reStructuredText and Org


def test_rst_titles_and_tables_are_found() -> None:
    source = (
        "=====\nRules\n=====\n\nText.\n\nLeave\n-----\n\n=====  ====\nLevel  Days\n=====  ====\n"
        "Staff  15\n=====  ====\n\n"
        "*Sick* leave\n~~~~~~~~~~~~\n\n+-----+----+\n| a   | b  |\n+=====+====+\n| 1   | 2  |\n"
        "+-----+----+\n\nTravel\n------\n"
    )

    parsed = read_as("a.rst", source)

    assert parsed.text == (
        "=====\nRules\n=====\n\nText.\n\nLeave\n-----\n\nLevel | Days\nStaff | 15\n\n"
        "*Sick* leave\n~~~~~~~~~~~~\n\na | b\n1 | 2\n\nTravel\n------\n"
    )
    assert parsed.title == "Rules"
    assert outline(parsed) == [(1, "Rules"), (2, "Leave"), (3, "Sick leave"), (2, "Travel")]
    assert [table.header for table in parsed.tables] == ["Level | Days", "a | b"]


def test_org_headings_and_tables_are_found() -> None:
    source = (
        "#+TITLE: Rules\n* TODO Leave :hr:\ntext\n** 病假\n| a | b |\n|---+---|\n| 1 | 2 |\n"
        "#+BEGIN_SRC sh\n* no heading\n#+END_SRC\n"
    )

    parsed = read_as("a.org", source)

    assert parsed.text == source
    assert parsed.title == "Rules"
    assert outline(parsed) == [(1, "Leave"), (2, "病假")]
    assert [table.header for table in parsed.tables] == ["| a | b |"]


def test_an_org_table_may_begin_with_a_rule() -> None:
    (table,) = read_as("a.org", "|---+---|\n| a | b |\n|---+---|\n| 1 | 2 |\n").tables

    assert table.header == "| a | b |"


# -- rich text


def test_rich_text_in_chinese_code_pages_and_unicode_is_read() -> None:
    source = (
        rb"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fcharset134 SimSun;}{\f1\fcharset0 Arial;}}"
        rb"{\info{\title \'d6\'c6\'b6\'c8}}"
        rb"{\*\generator Word;}\pard\outlinelevel0 \f0\'c4\'ea\'bc\'d9\par\pard\f1 "
        rb"Fifteen \b days\b0  \u8212?\uc2\u24180\'c4\'ea."
        rb"{\field{\*\fldinst HYPERLINK x}{\fldrslt  link}}{\v hidden}\par"
        rb"\trowd\intbl Level\cell Days\cell\row\intbl Staff\cell 15\cell\row\pard\f1 caf\'e9\par}"
    )

    parsed = read_as("a.rtf", source)

    assert parsed.title == "制度"
    assert outline(parsed) == [(1, "年假")]
    assert parsed.text == "年假\n\nFifteen days —年. link\n\nLevel | Days\nStaff | 15\n\ncafé"
    assert parsed.tables[0].header == "Level | Days"


def test_headings_of_rich_text_are_found_by_their_style() -> None:
    source = (
        rb"{\rtf1\ansi{\stylesheet{\s0 Normal;}{\s1\outlinelevel0 Chapter;}{\s2\b heading 2;}{\*\cs10 heading 9;}}"
        rb"\pard\s1 Leave\par\pard\plain\s0 Fifteen days.\par\pard\s2 Sick\par\pard Nine.\par}"
    )

    parsed = read_as("a.rtf", source)

    assert parsed.text == "Leave\n\nFifteen days.\n\nSick\n\nNine."
    assert outline(parsed) == [(1, "Leave"), (2, "Sick")]


# -- OpenDocument


def odt(body: str) -> bytes:
    return packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:document-content {OFFICE}><office:body><office:text>{body}</office:text>"
            "</office:body></office:document-content>",
        }
    )


def test_open_document_headings_lists_tables_and_notes_are_read() -> None:
    parsed = read_as(
        "a.odt",
        odt(
            '<text:h text:outline-level="2">休假</text:h><text:p>One<text:s text:c="2"/>two<text:note>'
            "<text:note-citation>1"
            "</text:note-citation><text:note-body><text:p>A note.</text:p></text:note-body></text:note>.</text:p>"
            "<text:tracked-changes><text:p>gone</text:p></text:tracked-changes><text:list><text:list-item>"
            "<text:p>item</text:p>"
            "</text:list-item></text:list><table:table><table:table-row><table:table-cell>"
            "<text:p>a</text:p></table:table-cell>"
            "<table:table-cell><text:p>b</text:p></table:table-cell></table:table-row><table:table-row>"
            "<table:table-cell>"
            '<text:p>1</text:p></table:table-cell><table:table-cell table:number-columns-repeated="16000"/>'
            "</table:table-row></table:table>"
        ),
    )

    assert outline(parsed) == [(2, "休假")]
    assert parsed.text == "休假\n\nOne  two.\n- item\n\na | b\n1\n\nA note."
    assert tables(parsed) == ["a | b\n1"]


def test_an_encrypted_open_document_says_so() -> None:
    data = packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "META-INF/manifest.xml": "<manifest:encryption-data/>",
            "content.xml": "noise",
        }
    )
    with pytest.raises(DocumentError, match="encrypted"):
        read_as("a.odt", data)


# -- books


def epub(**more: str) -> bytes:
    return packed(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": (
                '<container xmlns="urn:x"><rootfiles><rootfile full-path="b/p.opf"/></rootfiles></container>'
            ),
            "b/p.opf": (
                '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
                "<metadata><dc:title>A book"
                '</dc:title></metadata><manifest><item id="two" href="two.xhtml" media-type="application/xhtml+xml"/>'
                '<item id="one" href="one%20.xhtml" media-type="application/xhtml+xml"/>'
                '<item id="gone" href="gone.xhtml" '
                'media-type="application/xhtml+xml"/></manifest><spine><itemref idref="one"/><itemref idref="two"/>'
                '<itemref idref="gone"/></spine></package>'
            ),
            "b/one .xhtml": "<html><body><h1>First</h1><p>第一章的文字。</p></body></html>",
            "b/two.xhtml": "<html><body><h1>Second</h1><p>Words of two.</p></body></html>",
            **more,
        }
    )


def test_the_chapters_of_a_book_come_in_the_order_of_its_spine() -> None:
    parsed = read_as("a.epub", epub())

    assert parsed.title == "A book"
    assert outline(parsed) == [(1, "First"), (1, "Second")]
    assert parsed.text == "First\n\n第一章的文字。\n\nSecond\n\nWords of two."


def test_a_protected_book_says_so() -> None:
    rights = '<encryption xmlns="urn:x"><CipherReference URI="b/two.xhtml"/></encryption>'
    with pytest.raises(DocumentError, match="DRM"):
        read_as("a.epub", epub(**{"META-INF/encryption.xml": rights}))
