"""Scopes: what a filter names, as exports and citations print it, and what is said where it names nothing."""

import time
from dataclasses import replace

import pytest

from kb.schema import EVERYTHING, Document, Scope
from kb.store.scopes import ScopeFilter, nothing_found

BENEFITS = Document(
    collection="policies", path="benefits-and-perks.md", title="", media_type="", status="added", reason="", version=1,
    sha256="", size=1, pages=None, chunks=3, quality=1.0, ingested_at="2026-11-20T10:00:00+00:00",
)  # fmt: skip
LEAVE = replace(BENEFITS, collection="hr", path="zh/休假.pdf")
UNREADABLE = replace(BENEFITS, path="scan.pdf", status="failed", chunks=0)


def names(scope: Scope, document: Document = BENEFITS) -> bool:
    return ScopeFilter(scope).names(document.collection, document.path, document.ingested_at, document.tags)


@pytest.mark.parametrize(
    ("glob", "benefits", "leave"),
    [
        ("policies/*", True, False),
        ("policies/benefits-and-perks.md", True, False),
        ("benefits-and-perks.md", True, False),
        ("benefits*", True, False),
        ("zh/*", False, True),
        ("hr/zh/*", False, True),
        ("hr/*.pdf", False, True),  # `*` crosses folders
        ("*/benefits-and-perks.md", True, False),
        ("policies", False, False),
        ("olicies/*", False, False),
        ("POLICIES/*", False, False),
    ],
)
def test_a_glob_matches_the_path_or_collection_and_path(glob: str, benefits: bool, leave: bool) -> None:
    assert (names(Scope(paths=(glob,))), names(Scope(paths=(glob,)), LEAVE)) == (benefits, leave)


def test_every_part_limits() -> None:
    assert names(Scope(paths=("no", "policies/*"), collections=("hr", "policies"), types=("md",)))
    assert not names(Scope(paths=("policies/*",), collections=("hr",)))
    assert not names(Scope(paths=("policies/*",), types=("pdf",)))
    assert not names(Scope(paths=("policies/*",), since="2026-11-22"))
    assert not names(Scope(paths=("policies/*",), until="2026-11-18"))


def test_a_tag_is_the_same_in_other_capitals_and_widths_and_one_of_several_is_enough() -> None:
    tagged = replace(BENEFITS, tags=("Year End", "人事"))
    for tags in (("year  end",), ("ＹＥＡＲ END",), ("人事", "none")):
        assert names(Scope(tags=tags), tagged)
        assert not names(Scope(tags=tags))
    assert not names(Scope(tags=("year",)), tagged)
    assert not names(Scope(tags=("人事",), types=("pdf",)), tagged)
    assert "tag none" in nothing_found(Scope(tags=("none",)), [tagged], "en").text
    assert "标签 none" in nothing_found(Scope(tags=("none",)), [tagged], "zh").text


def test_where_a_filter_names_nothing_it_says_so_with_what_there_is() -> None:
    scope = Scope(paths=("policys/*",), types=("md",))
    told = nothing_found(scope, [BENEFITS, LEAVE, UNREADABLE], "en")
    assert told.kind == "nothing_matches"
    assert told.text == (
        "The filter matches no document: path policys/*, type md. Remove it, or choose another. "
        "There are documents in: policies (1), hr (1). A path filter matches a document's path, or its collection and "
        "path: benefits-and-perks.md, or policies/benefits-and-perks.md."
    )
    assert nothing_found(scope, [BENEFITS, LEAVE], "zh").text == (
        "没有文档符合筛选条件：路径 policys/*、类型 md。请取消筛选，或更换条件。"
        "现有文档的集合：policies（1）、hr（1）。"
        "路径条件匹配文档的路径，或“集合/路径”，例如 benefits-and-perks.md 或 policies/benefits-and-perks.md。"
    )


def test_of_very_many_collections_some_are_told() -> None:
    many = [replace(BENEFITS, collection=f"c{n:03}") for n in range(100)]
    told = nothing_found(Scope(collections=("none",)), many, "en").text
    assert "c007 (1) and 92 more collections." in told
    assert "path" not in told


@pytest.mark.parametrize("scope", [EVERYTHING, Scope(collections=("hr",))])
def test_where_nothing_can_be_read_no_filter_is_blamed(scope: Scope) -> None:
    told = nothing_found(scope, [UNREADABLE], "en")
    assert told.kind == "nothing_to_search"
    assert "filter" not in told.text


@pytest.mark.parametrize("glob", ["*a" * 256, "?" * 512, "[a-z]" * 100, "*" * 512, "a*" * 255 + "b"])
def test_a_hostile_glob_takes_time_in_proportion(glob: str) -> None:
    """A filter of a request has at most 64 globs of 512 characters; a path has at most 4,096."""
    began = time.perf_counter()
    names(Scope(paths=(glob,) * 64), replace(BENEFITS, path="a" * 4095 + "c"))
    assert time.perf_counter() - began < 5
