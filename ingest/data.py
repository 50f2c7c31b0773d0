"""Data files: JSON as an outline of its keys and values, XML and YAML as they are written."""

import json
from collections.abc import Iterator
from typing import Any

from ingest.decoding import decode, xml_encoding
from ingest.parsed import Parsed, TextBuilder, stored
from kb.errors import UnsupportedFormat

_MAX_DEPTH = 200


def read_json(data: bytes) -> Parsed:
    """A .json: keys and values as indented lines `key: value`, in their order; a list of records gives a paragraph
    each. What is not valid JSON (comments, a torn end) is kept as it is written."""
    text = decode(data)
    try:
        value = _loaded(text)
    except (ValueError, RecursionError):
        return _records(text) or Parsed(stored(text), "", "application/json")
    out = TextBuilder()
    for block in _blocks(value):
        out.block(block)
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
            raise UnsupportedFormat("It is a question set for `kb eval`, not a document; it was left out.")
        first = False
        out.block("\n".join(_lines(value, "", 0)))
    return out.build("", "application/x-ndjson")


def read_yaml(data: bytes) -> Parsed:
    """A .yaml, as it is written, with its comments."""
    return Parsed(stored(decode(data)), "", "application/yaml")


def read_xml(data: bytes) -> Parsed:
    """An .xml, as it is written; see `ingest.elements`, whose errors it raises."""
    from ingest.elements import xml

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


def _blocks(value: Any) -> Iterator[str]:
    """A paragraph for each record of a list, and for each key of an object that holds more than one value."""
    if isinstance(value, list):
        for item in value:
            yield "\n".join(_lines(item, "", 0))
    elif isinstance(value, dict):
        simple: list[str] = []
        for key, item in value.items():
            if isinstance(item, dict | list) and item:
                if simple:
                    yield "\n".join(simple)
                simple = []
                yield "\n".join(_lines({key: item}, "", 0))
            else:
                simple += _lines({key: item}, "", 0)
        if simple:
            yield "\n".join(simple)
    else:
        yield _scalar(value)


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
