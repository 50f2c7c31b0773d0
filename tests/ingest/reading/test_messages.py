"""Messages of reading processes: what is said comes back as it was, and what is not of the file is refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ingest.reading.messages import (
    Fatal,
    KnownContent,
    MessageError,
    ReadDocument,
    ReaderMessage,
    Task,
    Unreadable,
    decoded,
    encoded,
)
from kb.config import Settings
from kb.errors import ConfigError, DocumentError, StorageFull, UnsupportedFormat
from kb.messages.coded_text import CodedText
from kb.schema import Chunk, DocumentText, Heading, PageSpan, RecognisedPage, WordBox

ARCHIVE = Task(Path("a.zip"), "docs/a.zip", "0" * 64, Settings(), known={"docs/a.zip/b.md": "1" * 64})
BUNDLE = replace(ARCHIVE, source="docs/corpus.jsonl")
DOCUMENT = ReadDocument(
    "docs/a.zip/b.md", "2" * 64, 7,
    DocumentText(
        "一二三\n\x85x 😀", "B", "text/markdown", (PageSpan(1, 0, 4, 0.5, True), PageSpan(2, 4, 8)),
        headings=(Heading(0, 1, "B"),), recognised=(RecognisedPage(1, 90, (WordBox(0, 3, 1, 2, 3, 4),)),),
    ),
    chunks=(Chunk(0, 3, "一二三", "B\n一二三", 1, "B > C", "| h |"),),
    words=("一 二三",),
)  # fmt: skip


@pytest.mark.parametrize(
    "message",
    [
        DOCUMENT,
        replace(
            DOCUMENT,
            path="docs/a.zip",
            sha256=ARCHIVE.sha256,
            content=DocumentText("一二三", "", "text/plain"),
            chunks=(),
            words=(),
        ),
        KnownContent("docs/a.zip/b.md", "1" * 64, 5),
    ],
)
def test_a_message_comes_back_as_it_was(message: ReaderMessage) -> None:
    assert decoded(encoded(message), ARCHIVE) == message


@pytest.mark.parametrize("kind", [DocumentError, UnsupportedFormat])
def test_an_error_of_a_document_comes_back_with_its_kind(kind: type[DocumentError]) -> None:
    back = decoded(encoded(Unreadable("docs/a.zip/c.md", kind("It is 坏."))), ARCHIVE)
    assert isinstance(back, Unreadable)
    assert (back.path, type(back.error), str(back.error)) == ("docs/a.zip/c.md", kind, "It is 坏.")


@pytest.mark.parametrize("kind", [ConfigError, StorageFull])
def test_what_ends_the_ingestion_comes_back_with_its_kind(kind: type[Any]) -> None:
    back = decoded(encoded(Fatal(kind("No room."))), ARCHIVE)
    assert isinstance(back, Fatal)
    assert (type(back.error), str(back.error)) == (kind, "No room.")


def test_an_error_of_a_kind_nobody_knows_is_told_as_the_nearest_known() -> None:
    class Own(UnsupportedFormat):
        pass

    back = decoded(encoded(Unreadable("docs/a.zip", Own("odd"))), ARCHIVE)
    assert isinstance(back, Unreadable)
    assert type(back.error) is UnsupportedFormat


def test_half_a_character_costs_itself_and_moves_nothing() -> None:
    back = decoded(encoded(replace(DOCUMENT, content=replace(DOCUMENT.content, title="a\ud800b"))), ARCHIVE)
    assert isinstance(back, ReadDocument)
    assert back.content.title == "a?b"
    assert back.chunks == DOCUMENT.chunks


def test_the_records_of_a_bundle_have_names_of_their_own() -> None:
    back = decoded(encoded(replace(DOCUMENT, path="policies/leave.md")), BUNDLE)
    assert isinstance(back, ReadDocument)


def _changed(**changes: Any) -> Callable[[], bytes]:
    name, _, body = encoded(DOCUMENT).partition(b"\n")
    return lambda: name + b"\n" + json.dumps(json.loads(body) | changes).encode()


def _changed_content(**changes: Any) -> Callable[[], bytes]:
    content = json.loads(encoded(DOCUMENT).partition(b"\n")[2])["content"]
    return _changed(content=content | changes)


@pytest.mark.parametrize(
    "data",
    [
        _changed(path="docs/other.md"),
        _changed(path="docs/a.zipped/b.md"),
        _changed(path="../a.zip/b.md"),
        _changed(path="docs/a.zip"),
        _changed_content(text="一"),
        _changed(size="7"),
        _changed(size=None),
        _changed(chunks=[{**json.loads(encoded(DOCUMENT).partition(b"\n")[2])["chunks"][0], "text": "else"}]),
        _changed(chunks=[{**json.loads(encoded(DOCUMENT).partition(b"\n")[2])["chunks"][0], "start": -1}]),
        _changed_content(pages=[{"number": 1, "start": 4, "end": 3}]),
        _changed(words=["one", "two"]),
        lambda: encoded(KnownContent("docs/a.zip/b.md", "3" * 64, 5)),
        lambda: encoded(KnownContent("docs/a.zip/unknown.md", "1" * 64, 5)),
        lambda: encoded(Unreadable("docs/other.md", DocumentError("no"))),
        lambda: b'_Failure\n{"path": "docs/a.zip", "kind": "StorageFull", "text": "no"}',
        lambda: b'_Failure\n{"path": "docs/a.zip", "kind": "SystemExit", "text": "no"}',
        lambda: b'_Failure\n{"path": "docs/a.zip", "kind": "why", "text": "no"}',
        lambda: b"Settings\n{}",
        lambda: b"\x80\x05cposix\nsystem\n",
        lambda: b"",
    ],
)
def test_nothing_that_is_not_of_the_file_is_taken(data: Callable[[], bytes]) -> None:
    with pytest.raises(MessageError):
        decoded(data(), ARCHIVE)


def test_the_file_of_a_content_is_not_told_by_who_read_it() -> None:
    back = decoded(encoded(replace(DOCUMENT, original="../../catalog.db")), ARCHIVE)
    assert isinstance(back, ReadDocument)
    assert back.original == ""


def test_an_error_comes_back_with_its_code() -> None:
    error = DocumentError("file.unreadable", why=CodedText("system.no_permission"))
    back = decoded(encoded(Unreadable("docs/a.zip/c.md", error)), ARCHIVE)
    assert isinstance(back, Unreadable)
    assert str(back.error) == "The file cannot be read: Permission denied."
    assert isinstance(back.error.message, CodedText)
    assert back.error.message.to("zh") == "文件无法读取：没有权限。"


@pytest.mark.parametrize(
    ("code", "values"), [("no.such", {}), ("file.unreadable", {}), ("file.unreadable", {"why": {"code": "x"}})]
)
def test_a_code_that_means_nothing_is_left_out(code: str, values: dict[str, Any]) -> None:
    form = {"path": "docs/a.zip", "kind": "DocumentError", "text": "Odd.", "code": code, "values": values}
    back = decoded(b"_Failure\n" + json.dumps(form).encode(), ARCHIVE)
    assert isinstance(back, Unreadable)
    assert (str(back.error), back.error.code) == ("Odd.", "")
