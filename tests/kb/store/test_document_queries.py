"""The document list: filtered, sorted, cut into pages, and true after every change."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kb.schema import Document, PageSpan, Principal
from kb.store.catalog import Catalog
from kb.store.document_queries import Counts, DocumentQuery, count, select, versions
from tests.kb.storage import version
from tests.zones import SHANGHAI, UTC

ALL = Principal("owner", unlimited=True)


def document(path: str, **changes: object) -> Document:
    made: dict[str, object] = {
        "collection": "staff", "path": path, "title": "", "media_type": "", "status": "added", "reason": "",
        "version": 1, "sha256": "0", "size": 1, "pages": None, "chunks": 1, "quality": 1.0,
        "ingested_at": "2026-11-25T10:00:00.000+00:00",
    }  # fmt: skip
    return Document(**{**made, **changes})  # type: ignore[arg-type]


DOCUMENTS = [
    document("hr/Leave.PDF", title="Paid leave", size=30, quality=0.4),
    document("hr/休假.docx", title="休假制度", size=10, ingested_at="2026-11-26T23:59:59.000+00:00"),
    document("scan.pdf", status="failed", reason="It is a scan.", ingested_at="", size=0),
    document("notes", collection="it", status="unchanged", size=20, ingested_at="2026-11-24T00:00:00.000+00:00"),
]


@pytest.mark.parametrize(
    ("wanted", "paths"),
    [
        (DocumentQuery(), ["hr/Leave.PDF", "hr/休假.docx", "scan.pdf", "notes"]),
        (DocumentQuery(search="LEAVE paid"), ["hr/Leave.PDF"]),
        (DocumentQuery(search="休假"), ["hr/休假.docx"]),
        (DocumentQuery(search="staff/hr"), ["hr/Leave.PDF", "hr/休假.docx"]),
        (DocumentQuery(search="nothing"), []),
        (DocumentQuery(collections=("it",)), ["notes"]),
        (DocumentQuery(types=("pdf",)), ["hr/Leave.PDF", "scan.pdf"]),
        (DocumentQuery(types=("",)), ["notes"]),
        (DocumentQuery(statuses=("ready",)), ["hr/Leave.PDF", "hr/休假.docx", "notes"]),
        (DocumentQuery(statuses=("unchanged", "failed")), ["scan.pdf", "notes"]),
        (DocumentQuery(since="2026-11-25"), ["hr/Leave.PDF", "hr/休假.docx"]),
        (DocumentQuery(until="2026-11-25"), ["hr/Leave.PDF", "notes"]),
        (DocumentQuery(since="2026-11-26", until="2026-11-26"), ["hr/休假.docx"]),
        (DocumentQuery(sort="size", descending=True), ["hr/Leave.PDF", "notes", "hr/休假.docx", "scan.pdf"]),
        (DocumentQuery(sort="name"), ["hr/Leave.PDF", "hr/休假.docx", "notes", "scan.pdf"]),
        (DocumentQuery(sort="name", descending=True), ["scan.pdf", "notes", "hr/休假.docx", "hr/Leave.PDF"]),
        (DocumentQuery(sort="date"), ["scan.pdf", "notes", "hr/Leave.PDF", "hr/休假.docx"]),
        (DocumentQuery(sort="quality"), ["hr/Leave.PDF", "hr/休假.docx", "scan.pdf", "notes"]),
        (DocumentQuery(descending=True), ["notes", "scan.pdf", "hr/休假.docx", "hr/Leave.PDF"]),
    ],
)  # fmt: skip
def test_what_is_listed(zone: Callable[[str], None], wanted: DocumentQuery, paths: list[str]) -> None:
    zone(UTC)
    assert [d.path for d in select(DOCUMENTS, wanted).documents] == paths


@pytest.mark.parametrize(
    ("wanted", "paths"),
    [
        (DocumentQuery(since="2026-11-26"), ["hr/休假.docx"]),
        (DocumentQuery(since="2026-11-27"), ["hr/休假.docx"]),  # 23:59 of the day before, UTC
        (DocumentQuery(until="2026-11-26"), ["hr/Leave.PDF", "notes"]),
        (DocumentQuery(since="2026-11-24", until="2026-11-24"), ["notes"]),
    ],
)
def test_days_are_those_of_the_machines_place(
    zone: Callable[[str], None], wanted: DocumentQuery, paths: list[str]
) -> None:
    zone(SHANGHAI)
    assert [d.path for d in select(DOCUMENTS, wanted).documents] == paths


def test_a_page_of_the_list_knows_the_total() -> None:
    listed = select(DOCUMENTS, DocumentQuery(limit=2, offset=3))
    assert [d.path for d in listed.documents] == ["notes"]
    assert listed.total == 4


def test_documents_are_counted() -> None:
    assert count(DOCUMENTS) == Counts(
        {"it": 1, "staff": 3}, {"": 1, "docx": 1, "pdf": 2}, {"failed": 1, "ready": 3}
    )  # fmt: skip


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(tmp_path / "catalog.db")


def test_the_list_follows_every_change(catalog: Catalog) -> None:
    catalog.publish(catalog.add_versions([version("a.md", "First words. Second words.")]))
    (listed,) = catalog.documents(ALL)
    assert (listed.path, listed.status, listed.version, listed.chunks > 0) == ("a.md", "added", 1, True)
    assert catalog.documents(ALL) == [listed]

    catalog.publish(catalog.add_versions([version("a.md", "Other words.")]))
    (changed,) = catalog.documents(ALL)
    assert (changed.status, changed.version) == ("changed", 2)

    catalog.record_outcome(changed.collection, "b.md", "/folder", "b.md", "failed", "It is empty.")
    assert [(d.path, d.status, d.reason, d.chunks) for d in catalog.documents(ALL)] == [
        ("a.md", "changed", "", changed.chunks), ("b.md", "failed", "It is empty.", 0),
    ]  # fmt: skip

    document_id, _ = catalog.find_document(ALL, "a.md")
    catalog.delete_documents([document_id], "owner")
    assert [d.path for d in catalog.documents(ALL)] == ["b.md"]
    assert catalog.documents(ALL, "no such collection") == []


def test_versions_are_listed_newest_first_with_their_pages(catalog: Catalog) -> None:
    for text in ("First words.", "Other words."):
        catalog.publish(catalog.add_versions([version("a.md", text)]))
    found = versions(catalog.db, catalog.find_document(ALL, "a.md")[0])
    assert [(v.number, v.answers) for v in found] == [(2, True), (1, False)]
    assert found[0].pages == (PageSpan(1, 0, len("Other words.")),)
