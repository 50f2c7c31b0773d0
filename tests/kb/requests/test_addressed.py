"""`@document` and `#collection` in a question say where alone to look."""

import pytest

from kb.errors import DocumentNotFound
from kb.requests.addressed import addressed
from kb.schema import EVERYTHING, Document, Scope
from kb.store.scopes import ScopeFilter


def document(collection: str, path: str, title: str = "", *, chunks: int = 1, quarantined: bool = False) -> Document:
    return Document(
        collection=collection, path=path, title=title, media_type="text/plain", status="added", reason="", version=1,
        sha256="", size=1, pages=None, chunks=chunks, quality=1.0, ingested_at="2026-11-27T10:00:00Z",
        quarantined=quarantined,
    )  # fmt: skip


READABLE = [
    document("hr", "leave.md", "Leave and holidays"),
    document("hr", "员工手册.md"),
    document("hr", "forms/leave [2025].docx"),
    document("it", "Security Policy.pdf"),
    document("it", "leave.pdf"),
    document("人事", "考勤.md"),
    document("it", "scan.pdf", chunks=0),
    document("it", "orders.md", quarantined=True),
]


@pytest.mark.parametrize(
    ("asked", "question", "scope"),
    [
        ("@leave.md How many days?", "How many days?", Scope(paths=("hr/leave.md",))),
        ("How many days? @hr/leave.md", "How many days? leave.md", Scope(paths=("hr/leave.md",))),
        ("@LEAVE.MD, how many?", "how many?", Scope(paths=("hr/leave.md",))),
        ("Summarise @security policy", "Summarise Security Policy.pdf", Scope(paths=("it/Security Policy.pdf",))),
        ("What does @leave and holidays say?", "What does leave.md say?", Scope(paths=("hr/leave.md",))),
        ("@员工手册.md年假有几天？", "年假有几天？", Scope(paths=("hr/员工手册.md",))),
        ("请看＠员工手册，年假几天", "请看员工手册.md，年假几天", Scope(paths=("hr/员工手册.md",))),
        ("@leave.md和@leave.pdf同吗", "leave.md和leave.pdf同吗", Scope(paths=("hr/leave.md", "it/leave.pdf"))),
        ("#人事 迟到怎么办", "迟到怎么办", Scope(collections=("人事",))),
        ("#hr #IT who?", "who?", Scope(collections=("hr", "it"))),
        ("@leave.pdf #hr who?", "who?", Scope(paths=("it/leave.pdf", "hr/*"))),
        ("@leave [2025].docx who?", "who?", Scope(paths=("hr/forms/leave [[]2025].docx",))),
        ("@leave.md", "leave.md", Scope(paths=("hr/leave.md",))),
    ],
)  # fmt: skip
def test_what_is_addressed_is_the_scope(asked: str, question: str, scope: Scope) -> None:
    assert addressed(asked, lambda: READABLE) == (question, scope)


def test_a_name_that_several_documents_bear_means_all_of_them() -> None:
    assert addressed("@leave how many?", lambda: READABLE)[1] == Scope(paths=("hr/leave.md", "it/leave.pdf"))


def test_signs_in_a_name_are_no_pattern() -> None:
    scope = addressed("@leave [2025].docx who?", lambda: READABLE)[1]
    assert ScopeFilter(scope).names("hr", "forms/leave [2025].docx", "", ())
    assert not ScopeFilter(scope).names("hr", "forms/leave 2.docx", "", ())


@pytest.mark.parametrize(
    "asked",
    [
        "How many days?", "Who is a@leave.md?", "What is C#?", "# Heading\n## Another", "Issue #12 and #3, please",
        "at 5 @ noon", "see /it/#hr", "a#hr",
    ],
)  # fmt: skip
def test_other_signs_are_no_address(asked: str) -> None:
    filters = Scope(types=("pdf",))
    assert addressed(asked, lambda: READABLE, filters) == (asked, filters)


def test_filters_stay_beside_a_collection_and_not_beside_a_document() -> None:
    filters = Scope(paths=("x",), collections=("it",), types=("md",), since="2026-01-01")
    assert addressed("#hr who?", lambda: READABLE, filters)[1] == Scope(
        collections=("hr",), types=("md",), since="2026-01-01"
    )
    assert addressed("@leave.md who?", lambda: READABLE, filters)[1] == Scope(paths=("hr/leave.md",))


@pytest.mark.parametrize(
    "name", ["handbook.md", "leave.docx", "hr/secret.md", "scan.pdf", "orders.md", "leaver", "it/leave.md"]
)
def test_a_name_that_is_not_there_is_told_alike_whatever_the_reason(name: str) -> None:
    with pytest.raises(DocumentNotFound) as error:
        addressed(f"@{name} who?", lambda: READABLE, EVERYTHING)
    assert str(error.value) == (
        f"Nothing that you may read is called {name!r}; it may have been deleted. Write another name, or a space after "
        "the sign where it means no document or collection."
    )


def test_a_collection_that_is_not_there_is_an_error() -> None:
    with pytest.raises(DocumentNotFound, match="is called 'board'"):
        addressed("#board who?", lambda: READABLE)


def test_thousands_of_signs_take_no_time() -> None:
    with pytest.raises(DocumentNotFound):
        addressed("#1 " * 20_000 + "@nobody", lambda: READABLE * 2_000)
