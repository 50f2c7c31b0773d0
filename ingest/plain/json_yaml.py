"""Data files: JSON as an outline of its keys and values, XML and YAML as they are written."""

import json
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Any

from ingest.document.decoding import decode, xml_encoding
from ingest.document.parsed import Parsed, Table, TextBuilder, stored
from kb.errors import UnsupportedFormat

_MAX_DEPTH = 200
_NAMED_BY = 3  # values at the beginning of a record
_LONGEST_NAME = 120  # characters of them
_SHORTEST_RECORD = 100  # characters; a shorter one is not cut
_Part = tuple[list[str], str]  # lines, and what names the record that they are; "" if they are none


def read_json(data: bytes) -> Parsed:
    """A .json: keys and values as indented lines `key: value`, in their order; a list of records gives a paragraph
    each. What is not valid JSON (comments, a torn end) is kept as it is written. Records are kept as tables, whose
    header, the values that one begins with, names each part of it."""
    text = decode(data)
    try:
        value = _loaded(text)
    except (ValueError, RecursionError):
        return _records(text) or Parsed(stored(text), "", "application/json")
    out = TextBuilder()
    for block in _blocks(value):
        _add(out, block)
    return out.build("", "application/json")


def _records(text: str) -> Parsed | None:
    """A file of one object a line, as a .jsonl is, under the wrong name; None if it is none."""
    lines = [line for line in text.split("\n") if line.strip()]
    try:
        is_one = len(lines) > 1 and all(isinstance(_loaded(line), dict) for line in lines[:20])
    except (ValueError, RecursionError):
        return None
    return _jsonl(text) if is_one else None


def read_jsonl(data: bytes) -> Parsed:
    """A .jsonl or .ndjson whose records are no documents of their own: a paragraph for each record, as for JSON.

    Raises UnsupportedFormat for a question set, whose answers would otherwise be found as if documents said them.
    """
    return _jsonl(decode(data))


def _jsonl(text: str) -> Parsed:
    out = TextBuilder()
    first = True
    for line in stored(text).split("\n"):
        try:
            value = _loaded(line)
        except (ValueError, RecursionError):
            out.block(line)
            continue
        if first and isinstance(value, dict) and "question" in value and {"answers", "evidence"} & set(value):
            raise UnsupportedFormat("file.question_set")
        first = False
        _add(out, [_part(value, _lines(value, "", 0))])
    return out.build("", "application/x-ndjson")


def read_yaml(data: bytes) -> Parsed:
    """A .yaml, as it is written, with its comments."""
    return Parsed(stored(decode(data)), "", "application/yaml")


def read_xml(data: bytes) -> Parsed:
    """An .xml, as it is written; see `ingest.plain.xml`, whose errors it raises."""
    from ingest.plain.xml import xml

    return xml(decode(data, xml_encoding(data)))


def _loaded(text: str) -> Any:
    """The value, with numbers as they are written."""
    return json.loads(
        text, parse_int=_Number, parse_float=_Number, parse_constant=_Number, object_pairs_hook=_Object
    )  # fmt: skip


class _Number(str):
    __slots__ = ()


class _Object(dict[str, Any]):
    """An object whose items are all that were written, those of one name too."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self._pairs = pairs

    def items(self) -> Any:
        return self._pairs


def _blocks(value: Any) -> Iterator[list[_Part]]:
    """A paragraph for each record of a list, and for each key of an object that holds more than one value."""
    if isinstance(value, list):
        for item in value:
            yield [_part(item, _lines(item, "", 0))]
    elif isinstance(value, dict):
        simple: list[str] = []
        for key, item in value.items():
            if isinstance(item, dict | list) and item:
                if simple:
                    yield [(simple, "")]
                simple = []
                yield list(_parts({key: item}, "", 0))
            else:
                simple += _lines({key: item}, "", 0)
        if simple:
            yield [(simple, "")]
    else:
        yield [([_scalar(value)], "")]


def _parts(value: Any, indent: str, depth: int) -> Iterator[_Part]:
    """The lines of a value, those of each record of its lists by themselves."""
    if isinstance(value, dict) and depth < _MAX_DEPTH:
        for key, item in value.items():
            if isinstance(item, dict | list) and item:
                yield [f"{indent}{key}:"], ""
                yield from _parts(item, indent + "  ", depth + 1)
            else:
                yield _lines({key: item}, indent, depth), ""
    elif isinstance(value, list) and depth < _MAX_DEPTH:
        for item in value:
            yield _part(item, _lines([item], indent, depth))
    else:
        yield _lines(value, indent, depth), ""


def _part(value: Any, lines: list[str]) -> _Part:
    """The lines of a value; a record that has more is named by the first of those that hold one value each."""
    items = value.items() if isinstance(value, dict) else ()
    simple = sum(1 for _ in takewhile(lambda item: not isinstance(item[1], dict | list), items))
    name = "\n".join(lines[: min(simple, _NAMED_BY)])
    return lines, stored(name) if simple < len(lines) or simple > _NAMED_BY else ""


def _add(out: TextBuilder, parts: Iterable[_Part]) -> None:
    """Add a paragraph of lines, and keep where its records stand."""
    written, records, at = list[str](), list[tuple[int, int, str]](), 0
    for lines, name in parts:
        if not lines:
            continue
        written.append(stored("\n".join(lines)))
        if name and len(name) <= _LONGEST_NAME and len(written[-1]) >= _SHORTEST_RECORD:
            records.append((at, at + len(written[-1]), name))
        at += len(written[-1]) + 1
    text = "\n".join(written)
    first = out.block(text)
    if first is not None:
        last = first + len(text.strip("\n"))
        shift = first - (len(text) - len(text.lstrip("\n")))
        out.tables += [Table(max(first, a + shift), min(last, b + shift), name) for a, b, name in records]


def _lines(value: Any, indent: str, depth: int) -> list[str]:
    if depth > _MAX_DEPTH:
        return [indent + json.dumps(value, ensure_ascii=False)]
    lines: list[str] = []
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, dict | list) and item:
                lines += [f"{indent}{key}:", *_lines(item, indent + "  ", depth + 1)]
            else:
                lines.append(f"{indent}{key}: {_scalar(item)}".rstrip())
    elif isinstance(value, list):
        for item in value:
            inner = _lines(item, indent + "  ", depth + 1)
            lines += [indent + "- " + inner[0].lstrip(), *inner[1:]] if inner else []
    else:
        lines = [indent + line for line in _scalar(value).split("\n")]
    return lines


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str) else ""
