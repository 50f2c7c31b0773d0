"""Tables: a report for programs and spreadsheets, as JSON and as CSV."""

import csv
import io
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Literal, get_args

from kb.schema import Document
from kb.usage.report import UsageReport

Part = Literal["questions", "gaps", "never-cited", "feedback"]
PARTS: tuple[Part, ...] = get_args(Part)
_COLUMNS: dict[Part, tuple[str, ...]] = {
    "questions": ("day", "kind", "outcome", "reason", "times"),
    "gaps": ("times", "questions", "searches", "last", "wordings"),
    "never-cited": ("collection", "document", "title", "ingested_at"),
    "feedback": ("collection", "document", "title", "up", "down"),
}
_ROWS: dict[Part, str] = {"questions": "counts", "gaps": "gaps", "never-cited": "never_cited", "feedback": "feedback"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def report_form(report: UsageReport) -> dict[str, Any]:
    """A report as JSON has it."""
    return {
        "since": report.since, "until": report.until, "counted_since": report.counted_since,
        "counts": [asdict(count) for count in report.counts],
        "gaps": [{**asdict(gap), "times": gap.times} for gap in report.gaps],
        "without_words": report.without_words,
        "never_cited": [_document_form(document) for document in report.never_cited],
        "searchable": report.searchable,
        "feedback": [asdict(each) for each in report.feedback],
    }  # fmt: skip


def as_csv(form: Mapping[str, Any], part: Part) -> str:
    """One part of a report's form, with a line of the columns' names, which stay the same in every language."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_COLUMNS[part])
    for row in form[_ROWS[part]]:
        writer.writerow([_cell(row[name]) for name in _COLUMNS[part]])
    return text.getvalue()


def _document_form(document: Document) -> dict[str, Any]:
    return {
        "collection": document.collection, "document": document.path, "title": document.title,
        "ingested_at": document.ingested_at,
    }  # fmt: skip


def _cell(value: object) -> object:
    """A value that no spreadsheet takes for a formula, though somebody's question or document has written it."""
    if isinstance(value, list | tuple):
        value = "\n".join(value)
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
