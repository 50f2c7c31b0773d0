"""Reading: each file gives its text or a reason that a person can act on; plain formats keep the author's words."""

import json
import os
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from ingest.document.decoding import decode
from ingest.reading.reading import Heading, Parsed, capabilities, check_format, is_bundle, read, read_bundle, record
from kb.config import IngestSettings
from kb.errors import ConfigError, DocumentError, UnsupportedFormat

SETTINGS = IngestSettings()
CHINESE = "第一章 总则\n\n公司员工每年享有十五天带薪年假，请假须提前三个工作日申请。\n"


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read_as(folder: Path, name: str, content: str | bytes) -> Parsed:
    return read(put(folder, name, content), SETTINGS)


# -- plain text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", CHINESE),
        ("utf-8-sig", CHINESE),
        ("utf-16", CHINESE),
        ("gb18030", CHINESE),
        ("gbk", CHINESE),
        ("big5", "公司員工每年享有十五天帶薪年假，請假須提前三個工作日申請，並經主管核准。\n" * 3),
        ("shift_jis", "従業員は年に十五日の有給休暇を取得できます。申請は三日前までに行ってください。\n" * 3),
        ("latin-1", "Die Prüfung der Verträge läuft über das Büro in Köln, sagte Frau Müller am Nachmittag.\n" * 3),
        ("utf-16-le", "Plain English text without a byte order mark, saved by some program.\n"),
        ("utf-16-be", "Plain English text without a byte order mark, saved by some program.\n"),
        ("utf-32", CHINESE),
        ("utf-16-le", CHINESE),
        ("utf-16-be", CHINESE),
        ("utf-16-le", "公司员工每年享有十五天带薪年假，请假须提前三个工作日申请。"),
        ("utf-16-be", "従業員は年に十五日の有給休暇を取得できます。\n"),
    ],
)
def test_text_is_decoded_whatever_its_encoding(tmp_path: Path, encoding: str, text: str) -> None:
    assert read_as(tmp_path, "notes.txt", text.encode(encoding)).text == text


@pytest.mark.parametrize("end", ["\n", " "])
@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gb18030", CHINESE),
        ("big5", "公司員工每年享有十五天帶薪年假，請假須提前三個工作日申請，並經主管核准。\n" * 3),
        ("shift_jis", "従業員は年に十五日の有給休暇を取得できます。申請は三日前までに行ってください。\n" * 3),
        ("latin-1", "Die Prüfung der Verträge läuft über das Büro in Köln, sagte Frau Müller am Nachmittag.\n" * 3),
    ],
)
def test_what_is_not_ascii_tells_the_encoding_however_late_it_comes(encoding: str, text: str, end: str) -> None:
    head = f"A line of a log without a name.{end}" * 3_000

    assert decode((head + text).encode(encoding)) == head + text


def test_one_bad_byte_in_a_text_of_another_encoding_does_not_change_it() -> None:
    data = (CHINESE * 20).encode("gb18030") + b"\xff\n" + CHINESE.encode("gb18030")

    text = decode(data)

    assert text.startswith(CHINESE)
    assert text.endswith(CHINESE)


def test_plain_text_is_kept_as_written_but_for_line_endings(tmp_path: Path) -> None:
    parsed = read_as(tmp_path, "leave_rules-2024.txt", "  One.\r\n\r\n\tTwo \rthree\x0c  ")

    assert parsed.text == "  One.\n\n\tTwo \nthree\x0c  "
    assert parsed.title == "leave rules 2024"
    assert (parsed.pages, parsed.headings, parsed.tables) == ((), (), ())


def test_one_bad_byte_in_a_long_utf8_text_does_not_change_the_encoding(tmp_path: Path) -> None:
    data = (CHINESE * 20).encode() + b"\xff" + CHINESE.encode()

    text = read_as(tmp_path, "a.txt", data).text

    assert text.startswith(CHINESE)
    assert text.count("\ufffd") == 1


def test_numbered_sections_of_chinese_text_are_headings(tmp_path: Path) -> None:
    source = (
        "指南\n\n第一章 总则\n\n一、范围\n适用于全体员工。\n\n二、依据是法律，不是习惯。\n\n第二章 休假\n年假十五天。\n"
    )

    parsed = read_as(tmp_path, "guide.txt", source)

    assert [(heading.level, heading.text) for heading in parsed.headings] == [
        (1, "第一章 总则"),
        (3, "一、范围"),
        (1, "第二章 休假"),
    ]
    assert all(source[heading.start :].startswith(heading.text) for heading in parsed.headings)


# -- Markdown


def test_markdown_is_stored_verbatim_with_its_headings_and_tables(tmp_path: Path) -> None:
    source = (
        "---\ntitle: Travel guide\n---\n# Travel **rules**\n\nText.\n\n"
        "```python\n# no heading\n| no | table |\n|---|---|\n```\n"
        "Costs\n-----\n\n| Item | Limit |\n|------|------:|\n| Hotel | 120 |\n| Meal | 30 |\n\n"
        "##没有空格的标题\n\n#hashtag\n\n### Last ###\n"
    )

    parsed = read_as(tmp_path, "travel.md", source)

    assert parsed.text == source
    assert parsed.title == "Travel guide"
    assert [(heading.level, heading.text) for heading in parsed.headings] == [
        (1, "Travel rules"),
        (2, "Costs"),
        (2, "没有空格的标题"),
        (3, "Last"),
    ]
    assert all(source[heading.start :].startswith(("#", "Costs")) for heading in parsed.headings)
    (table,) = parsed.tables
    assert table.header == "| Item | Limit |"
    assert source[table.start : table.end].split("\n")[-1] == "| Meal | 30 |"


def test_the_first_heading_is_the_title_of_markdown_without_front_matter(tmp_path: Path) -> None:
    assert (
        read_as(tmp_path, "x.md", "intro\n\n# Leave [policy](http://example.test)\n\n## Sub\n").title == "Leave policy"
    )


def test_a_rule_or_a_list_over_dashes_is_no_heading(tmp_path: Path) -> None:
    assert read_as(tmp_path, "x.md", "- item\n---\n\ntext one\ntext two\n---\n\n---\n").headings == ()


def test_a_line_of_tags_and_what_stands_in_a_comment_are_no_headings(tmp_path: Path) -> None:
    source = (
        "#项目 #会议\n\n# 标题\n\n#预算\n\n<!--\n# draft\n\n| a | b |\n|---|---|\n| 1 | 2 |\n-->\n## Costs\n\n"
        "<!-- one line -->\n### Rates\n\n```html\n<!--\n```\n\n# Later\n\n<!-- never closed\n# Last\n"
    )

    parsed = read_as(tmp_path, "x.md", source)

    assert [heading.text for heading in parsed.headings] == ["标题", "预算", "Costs", "Rates", "Later", "Last"]
    assert parsed.tables == ()
    assert parsed.text == source


# -- what cannot be read, and why


def zip_of(**entries: bytes) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name.replace("__", "/"), data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.txt", b"", "is empty"),
        ("blank.txt", b" \n\t \r\n", "No text"),
        ("blank.csv", b",,\n,,\n", "No text"),
        ("blank.html", b"<html><body><script>x()</script></body></html>", "No text"),
        ("comment.html", b"<!-- nothing -->", "No text"),
        ("archive.pdf", zip_of(a=b"x"), r"named \.pdf but holds a ZIP archive"),
        ("animation.pdf", b"GIF89a" + b"\0" * 40, r"named \.pdf but holds a GIF image"),
        ("torn.png", b"\x89PNG\r\n\x1a\n0000", "image is damaged"),
        ("pdf.txt", b"%PDF-1.7 ...", "PDF is damaged"),
        ("old.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Office file"),
        ("locked.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        ("broken.docx", b"PK\x03\x04" + b"\0" * 50, "damaged"),
        ("hollow.docx", zip_of(word__document=b"<x"), "damaged"),
        ("hollow.pptx", zip_of(ppt__presentation=b"<x"), "damaged"),
        ("hollow.xlsx", zip_of(xl__workbook=b"<x"), "damaged"),
        ("junk.txt", bytes(range(256)) * 20, "binary data"),
        ("words.eml", b"just words, no headers at all", "no mail"),
        ("damaged.pdf", b"%PDF-1.7\nnot really", "damaged"),
    ],
)
def test_a_bad_file_is_refused_with_its_reason(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason) as caught:
        read_as(tmp_path, name, content)

    assert not isinstance(caught.value, UnsupportedFormat)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.vsdx", {"[Content_Types].xml": b"x", "_rels/.rels": b"x", "visio/document.xml": b"x"}, "a Visio drawing"),
        ("a.xps", {"[Content_Types].xml": b"x", "_rels/.rels": b"x"}, "a packed document of a kind"),
        ("a.pages", {"Index/Document.iwa": b"x"}, "a document of Pages"),
        ("a.jar", {"META-INF/MANIFEST.MF": b"x"}, "a program"),
        ("a.xlsb", {"[Content_Types].xml": b"x", "xl/workbook.bin": b"x"}, r"binary workbook \(\.xlsb\): save it as"),
    ],
)
def test_a_packed_file_that_is_not_read_says_what_it_is(
    tmp_path: Path, name: str, content: dict[str, bytes], reason: str
) -> None:
    with pytest.raises(UnsupportedFormat, match=reason):
        read_as(tmp_path, name, zip_of(**content))


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\0\0\0\x1cftypavif", "an AVIF image"),
        (b"RIFF\0\0\0\0WEBP", "a WebP image"),
        (b"\0\0\0\x1cftypisom", "a film"),
    ],
)
def test_an_image_or_film_that_is_not_read_is_told_apart(head: bytes, kind: str) -> None:
    with pytest.raises(UnsupportedFormat, match=kind):
        check_format("a.bin", SETTINGS, head + b"\0" * 40)


@pytest.mark.parametrize("name", ["program.xyz", "clip.mp4", "drawing.dwg"])
def test_an_unknown_format_is_told_apart_and_the_known_ones_are_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnsupportedFormat, match=r"not supported; supported: .*\.docx.*\.pdf"):
        read_as(tmp_path, name, b"anything")


def test_a_format_can_be_checked_by_the_name_or_by_the_first_bytes() -> None:
    check_format("x/report.PDF", SETTINGS)
    check_format("report.dat", SETTINGS, b"%PDF-1.4 and so on")
    check_format("README", SETTINGS, b"Read this first.")
    with pytest.raises(UnsupportedFormat):
        check_format("disk.iso", SETTINGS)
    with pytest.raises(UnsupportedFormat, match="a GIF image"):
        check_format("picture.gif", SETTINGS, b"GIF89a and so on")
    with pytest.raises(UnsupportedFormat):
        check_format("program.py", SETTINGS, b"print('text of a kind that is not for reading')")


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("words.pdf", b"just words", "text/plain"),
        ("page.doc", b"<!DOCTYPE html><html><body><p>just words</p></body></html>", "text/html"),
        ("page.txt", b"<html><body><p>just words</p></body></html>", "text/html"),
        ("mail.msg", b"From: a@b.test\nSubject: x\n\njust words\n", "message/rfc822"),
        ("letter.doc", b"{\\rtf1\\ansi just words\\par}", "application/rtf"),
        ("README", b"just words", "text/plain"),
        ("table.xlsx", "just words".encode("utf-16"), "text/plain"),
        ("minutes.2024-03", b"just words", "text/plain"),
        ("Notes of Dr. Smith", b"just words", "text/plain"),
        ("letter.v2", b"just words", "text/plain"),
        ("letter.txt.bak", b"just words", "text/plain"),
        ("page", b"\xef\xbb\xbf<!DOCTYPE html><html><body>just words</body></html>", "text/html"),
        ("page.csv", b"<!DOCTYPE html><html><body>just words</body></html>", "text/html"),
        ("data.txt", b"<?xml version='1.0'?><a><b>just words</b></a>", "application/xml"),
        ("data", b'{"a": "just words"}', "application/json"),
        ("export.xls", b"a\tb\njust words\t2\nc\t3\n", "text/tab-separated-values"),
        ("export", b"a;b;c\njust words;2;3\nd;5;6\n", "text/csv"),
        ("poem", b"just words, line one\nline two, and three\nline four, and five\n", "text/plain"),
        (
            "mail.txt",
            b"Return-Path: <a@b.test>\nFrom: a@b.test\nMIME-Version: 1.0\nContent-Transfer-Encoding: base64\n\n"
            b"anVzdCB3b3Jkcw==\n",
            "message/rfc822",
        ),
        ("quoted.txt", b"From: a@b.test\nTo: c@d.test\n\njust words", "text/plain"),
        ("plain-mail.txt", b"From: a@b.test\nMIME-Version: 1.0\n\njust words", "text/plain"),
    ],
)
def test_the_content_decides_the_reader_where_it_is_known(
    tmp_path: Path, name: str, content: bytes, media_type: str
) -> None:
    parsed = read_as(tmp_path, name, content)

    assert parsed.media_type == media_type
    assert "just words" in parsed.text


def test_what_each_format_needs_is_told() -> None:
    found = capabilities()

    assert {"pdf", "doc", "ppt", "epub", "zip", "heic", "scanned pages (OCR)"} <= set(found)
    assert set(found.values()) == {()}


def test_a_file_over_the_limit_is_refused_with_both_sizes(tmp_path: Path) -> None:
    path = put(tmp_path, "big.txt", b"")
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)  # sparse: takes no disk

    with pytest.raises(DocumentError, match=r"200\.0 MB; the limit is 100 MB"):
        read(path, SETTINGS)


def test_an_archive_bomb_is_not_opened(tmp_path: Path) -> None:
    bomb = zip_of(word__document=b"x", **{"word__a.xml": b"\0" * (70 * 1024 * 1024)})

    with pytest.raises(DocumentError, match="archive bomb"):
        read_as(tmp_path, "bomb.docx", bomb)


def test_a_file_that_vanished_or_is_no_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="vanished"):
        read(tmp_path / "gone.txt", SETTINGS)
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(DocumentError, match="folder"):
        read(tmp_path / "folder.txt", SETTINGS)
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(DocumentError, match="pipe"):
        read(tmp_path / "pipe.txt", SETTINGS)


def test_a_file_without_permission_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path, "closed.txt", "text")

    def refusing(path: Path, flags: int) -> int:  # root, who may run the tests, is refused nothing by the system
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "open", refusing)

    with pytest.raises(DocumentError, match="permission"):
        read(path, SETTINGS)


def test_the_name_decides_the_reader_not_the_path(tmp_path: Path) -> None:
    path = put(tmp_path, "0a1b2c", "# Rules\n\ntext\n")

    parsed = read(path, SETTINGS, name="HR/rules.md")

    assert parsed.media_type == "text/markdown"
    assert parsed.headings == (Heading(0, 1, "Rules"),)


# -- readers of one's own


class UpperReader:
    """Stands for a LlamaIndex reader: `load_data` gives documents with `text`."""

    def load_data(self, file: Path) -> list[object]:
        from llama_index.core.schema import Document

        assert file.suffix == ".note"
        return [Document(text=part.upper()) for part in file.read_text(encoding="utf-8").split("---")]


def test_a_reader_of_ones_own_takes_a_suffix_and_its_documents_are_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys
    import types

    module = types.ModuleType("own_readers")
    module.UpperReader = UpperReader  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "own_readers", module)
    settings = IngestSettings(readers={".note": "own_readers:UpperReader"})

    parsed = read(put(tmp_path, "a.note", "one---two"), settings)

    assert parsed.text == "ONE\n\nTWO"
    assert [(page.number, parsed.text[page.start : page.end]) for page in parsed.pages] == [(1, "ONE"), (2, "TWO")]


def test_a_reader_that_does_not_exist_is_an_error_of_the_settings(tmp_path: Path) -> None:
    settings = IngestSettings(readers={"note": "no_such_module:Reader"})

    with pytest.raises(ConfigError, match=r"\.note names the reader"):
        read(put(tmp_path, "a.note", "one"), settings)


# -- bundles


def test_a_bundle_gives_its_records_and_names_the_lines_it_leaves_out(tmp_path: Path) -> None:
    lines = [
        json.dumps({"doc": "a.md", "text": "first", "title": "A"}),
        json.dumps({"_id": "17", "text": "second\r\nline"}),
        "{broken",
        "",
        json.dumps({"_id": "x", "text": " "}),
        json.dumps({"text": "no name"}),
        json.dumps({"_id": 18, "text": "third"}),
        json.dumps([1]),
        json.dumps({"_id": "y"}),
    ]
    path = put(tmp_path, "corpus.jsonl", "\n".join(lines).encode() + b"\n\xff\xfe\n")

    with path.open("rb") as file:
        assert is_bundle(file, path.name)
        records = list(read_bundle(file))

    good = [(each.name, each.title, each.text) for each in records if not each.problem]
    assert good == [("a.md", "A", "first"), ("17", "", "second\nline"), ("18", "", "third")]
    problems = [str(each.problem) for each in records if each.problem]
    assert [problem.split(" of")[0] for problem in problems] == [f"Line {n}" for n in (3, 5, 6, 8, 9, 10)]
    assert "not valid JSON" in problems[0]
    assert "empty" in problems[1]


def test_a_record_is_read_as_a_document_of_its_name() -> None:
    good, bad = read_bundle(BytesIO(b'{"_id": "17", "text": "words"}\nnonsense\n'))

    parsed = record(good)

    assert (parsed.title, parsed.text) == ("17", "words")
    with pytest.raises(DocumentError, match="Line 2"):
        record(bad)


def test_only_jsonl_files_with_documents_are_bundles() -> None:
    assert not is_bundle(BytesIO(b'{"_id": "1", "text": "x"}'), "a.txt")
    assert not is_bundle(BytesIO(b'{"id": "1", "question": "x"}'), "questions.jsonl")
    assert not is_bundle(BytesIO(), "empty.jsonl")
