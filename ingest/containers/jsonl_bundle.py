"""Bundles: one .jsonl file that holds many documents, one a line, in BEIR's form."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from ingest.document.parsed import one_line, stored
from kb.errors import DocumentError, why
from kb.messages.coded_text import CodedText

SUFFIXES = (".jsonl", ".ndjson")
_PEEKED_LINES = 20
_LONGEST_LINE = 64 * 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class BundleRecord:
    """One document of a bundle, or the line that could not be read (then `problem` says why, and `text` is "")."""

    name: str
    title: str
    text: str
    problem: DocumentError | None = None


def is_bundle(file: IO[bytes], name: str) -> bool:
    """Whether a file is named .jsonl (or .ndjson) and has a record of a document among its first lines. It is left at
    its beginning."""
    if PurePosixPath(name).suffix.lower() not in SUFFIXES:
        return False
    try:
        for _ in range(_PEEKED_LINES):
            line = file.readline(_LONGEST_LINE)
            if not line:
                return False
            if isinstance(_record(line), BundleRecord):
                return True
        return False
    except OSError:
        return False
    finally:
        file.seek(0)


def read_bundle(file: IO[bytes]) -> Iterator[BundleRecord]:
    """The documents of a bundle in order. A line that cannot be read comes as a record with a `problem` naming it."""
    try:
        number = 0
        while line := file.readline(_LONGEST_LINE):
            number += 1
            if not line.strip():
                continue
            found = _record(line)
            if isinstance(found, BundleRecord):
                yield found
            else:
                problem = DocumentError("bundle.line_left_out", number=number, why=found)
                yield BundleRecord(f"line {number}", "", "", problem)
    except OSError as error:
        raise DocumentError("bundle.unreadable", why=why(error)) from None


def _record(line: bytes) -> BundleRecord | str:
    """The document on a line, or what is wrong with the line."""
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return CodedText("bundle.no_utf8")
    except (ValueError, RecursionError):
        return CodedText("bundle.no_json")
    if not isinstance(record, dict):
        return CodedText("bundle.no_object")
    name = record.get("doc", record.get("_id"))
    text = record.get("text")
    if isinstance(name, int) and not isinstance(name, bool):
        name = str(name)
    if not isinstance(name, str) or not one_line(stored(name)):
        return CodedText("bundle.no_name")
    if not isinstance(text, str):
        return CodedText("bundle.no_text")
    title = record.get("title")
    text = stored(text)
    if not text.strip():
        return CodedText("bundle.text_empty", name=name)
    return BundleRecord(one_line(stored(name)), one_line(stored(title)) if isinstance(title, str) else "", text)
